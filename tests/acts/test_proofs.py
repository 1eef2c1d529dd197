"""The proof of a request is made anew, and looked at by the antivirus before the office opens it."""

from datetime import timedelta

import pytest
import time_machine
from procrastinate.contrib.django.models import ProcrastinateJob

from sporades.acts.registrations import requesting
from sporades.acts.requests import OF_REGISTERED, proofs
from sporades.core import files
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import ChangeRequest, CorrectionRequest
from tests.documents.summaries import a_pdf
from tests.evidence.given import a_photo
from tests.evidence.test_scanning import CLEAN, INFECTED, an_antivirus
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.jobs import work
from tests.registrations.test_asking_a_correction import send
from tests.requests import ask
from tests.spaces import plain
from tests.web.guide import main
from tests.web.registry.world import a_correction_request

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")
LATER = timedelta(minutes=11)
INFECTED_PAGE = (
    "Un programme malveillant a été trouvé dans votre pièce jointe : personne ne l'ouvrira."
)


@pytest.fixture
def registration():
    return a_registration()


@pytest.fixture
def late(registration):
    return registration.service.closes_at + timedelta(days=1)


def jobs():
    """Return how many proofs wait to be looked at."""
    return ProcrastinateJob.objects.filter(task_name="acts.scan_proof", status="todo").count()


def test_it_is_made_anew_from_a_photo_too(registration, late):
    sent = ask(registration, late, a_photo())

    assert files.get(sent.proof_key) == cleaning.clean(a_photo()).content
    assert (sent.proof_is_clean, jobs()) == (None, 1)


@pytest.mark.parametrize(
    ("words", "is_clean"), [(CLEAN, True), (INFECTED, False)], ids=["clean", "infected"]
)
def test_what_the_antivirus_says_is_kept_of_either_kind(
    registration, late, settings, words, is_clean
):
    CorrectionRequest.objects.filter(pk=a_correction_request(registration.candidate).pk).update(
        proof_scanned_at=None, proof_is_clean=None
    )
    ask(registration, late, a_pdf())
    assert jobs() == 2

    for kind in OF_REGISTERED:
        one = OF_REGISTERED[kind].objects.get()
        with an_antivirus(settings, words):
            proofs.scan_proof(kind, one.pk, at=late)

    assert ChangeRequest.objects.get().proof_is_clean is is_clean
    assert CorrectionRequest.objects.get().proof_is_clean is is_clean
    assert Entry.objects.filter(verb="proof found infected").count() == (0 if is_clean else 2)


def infected(sent, settings, *, at):
    with an_antivirus(settings, INFECTED):
        proofs.scan_proof(sent._meta.model_name, sent.pk, at=at)
    return Message.objects.filter(kind="file_refused").first()


def test_who_joined_a_virus_is_told_to_send_a_correction_again(
    client, registration, settings, stopped_clock
):
    sent = send(registration.candidate)
    told = infected(sent, settings, at=NOW)

    assert f"dans la pièce jointe à votre demande du {sent.sent_in_words}" in told.body
    assert "Retirez cette demande, puis envoyez-la de nouveau" in told.body
    assert "Votre demande : https://" in told.body
    assert "/mon-compte" in told.body
    client.force_login(registration.candidate.user)
    page = plain(main(client.get("/mon-compte")))
    assert INFECTED_PAGE in page
    assert "Votre pièce est jointe à la demande." not in page


def test_who_joined_a_virus_is_told_to_send_a_modification_again(
    client, registration, late, settings, stopped_clock
):
    told = infected(ask(registration, late, a_pdf()), settings, at=late)

    assert f"/mes-inscriptions/{registration.number}\n" in told.body
    stopped_clock.move_to(late)
    client.force_login(registration.candidate.user)
    page = plain(main(client.get(f"/mes-inscriptions/{registration.number}")))
    assert INFECTED_PAGE in page


def test_of_a_virus_in_what_is_answered_already_nobody_is_told(registration, late, settings):
    sent = ask(registration, late, a_pdf())
    requesting.refuse(request=sent, answer="Trop tard", by=OPERATOR, at=late)

    assert infected(sent, settings, at=late) is None
    assert Entry.objects.filter(verb="proof found infected").exists()


def test_a_virus_in_what_completes_a_request_is_told_too(registration, late, settings):
    sent = ask(registration, late, a_pdf())
    infected(sent, settings, at=late)
    read = ChangeRequest.objects.for_list().get
    requesting.ask_more(request=read(), missing="Une autre copie", by=OPERATOR, at=late)
    by, later = author(registration.candidate), late + timedelta(days=1)
    requesting.complete(request=read(), words="", proof=[a_photo()], by=by, at=later)

    infected(sent, settings, at=later)

    assert read().is_proof_infected
    assert Message.objects.filter(kind="file_refused").count() == 2


def test_without_an_antivirus_it_waits_and_is_looked_at_again(registration, late, settings):
    sent = ask(registration, late, a_pdf())
    settings.CLAMD = None
    with time_machine.travel(late, tick=False):
        work("acts")
    sent.refresh_from_db()
    assert (sent.proof_scanned_at, jobs()) == (None, 0)

    proofs.scan_proofs_again(older_than=late)
    assert jobs() == 0
    proofs.scan_proofs_again(older_than=late + LATER)
    assert jobs() == 1

    with time_machine.travel(late + LATER, tick=False), an_antivirus(settings, CLEAN):
        work("acts")
    sent.refresh_from_db()
    assert sent.proof_is_clean is True
    proofs.scan_proofs_again(older_than=late + 2 * LATER)
    assert jobs() == 0


def test_one_that_was_taken_back_is_left(registration, late, settings):
    sent = ask(registration, late, a_pdf())
    ChangeRequest.objects.filter(pk=sent.pk).update(proof_key="")

    proofs.scan_proof("changerequest", sent.pk, at=late)
    proofs.scan_proofs_again(older_than=late + LATER)

    assert ChangeRequest.objects.get().proof_scanned_at is None
