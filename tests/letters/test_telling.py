"""What is told to whom no mail reaches: one letter in the words of the mail, and never both (I13)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sporades import mail
from sporades.accounts.models import User
from sporades.acts.identities import correcting
from sporades.acts.people import enrolling
from sporades.acts.people.attaching import attach
from sporades.acts.registrations import deciding, moving
from sporades.acts.writing import resending
from sporades.candidates.models import Candidate, Channel, ClaimCode
from sporades.candidates.operations import civil_data
from sporades.core.actors import Actor
from sporades.exams import operations as exams
from sporades.letters import operations as letters
from sporades.letters.models import Letter
from sporades.letters.words import fate_in_words
from sporades.mail import delivery
from sporades.mail.models import Message
from sporades.registrations.states import FLAG, RESTORE, SET_ASIDE, VALIDATE
from tests.evidence.given import again
from tests.factories import (
    EVERYWHERE,
    NOW,
    OPERATOR,
    PASSWORD,
    a_candidate,
    a_record,
    a_registration,
    without_exclusion,
)
from tests.jobs import work
from tests.mail.test_letters_of_doubles import FOREST
from tests.web.registry.world import source, without_specialities

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")
MANAGER = Actor("manager", "Claude Martin", "user:1")
HOUR = timedelta(hours=1)


@pytest.fixture
def registration():
    """File the registration of somebody without an account."""
    return a_registration(a_record())


def letter_of(kind):
    return Letter.objects.get(message__kind=kind)


def test_a_receipt_is_a_letter_that_encloses_the_summary_and_leads_nowhere(registration):
    letter = letter_of("registered")

    assert (letter.candidate, letter.service) == (registration.candidate, registration.service)
    assert letter.enclosed.document.kind == "recapitulatif"
    assert letter.message.state == Message.State.LETTER
    assert "joint à ce courrier" in letter.message.body
    assert "Votre service gestionnaire : Bureau des essais de Lille" in letter.message.body
    assert "http" not in letter.message.body
    assert fate_in_words(letter) == "À imprimer"


def test_no_letter_is_ever_sent_by_mail(registration):
    message = letter_of("registered").message

    work("mail")

    assert delivery.deliver(message.pk, at=NOW) is False
    message.refresh_from_db()
    assert (message.state, message.sent_at) == (Message.State.LETTER, None)


def test_every_act_on_a_registration_writes_a_letter_without_a_link(registration):
    deciding.decide(
        registration=registration, decision=FLAG, reason="Une pièce", by=MANAGER, at=NOW
    )
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)
    moving.move_for_good(
        registration=registration, academy="A25", reason="Proximité", by=MANAGER, at=NOW
    )
    registration.refresh_from_db()
    candidate = Candidate.objects.get(pk=registration.candidate_id)
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(candidate.identity), "first_names": "Yann"},
        seen=candidate.identity_id,
        proof="carte",
        by=MANAGER,
        at=NOW,
    )

    kinds = sorted(Letter.objects.values_list("message__kind", flat=True))
    assert kinds == [
        "identity_corrected",
        "registered",
        "registration_moved",
        "state_changed",
        "state_changed",
    ]
    bodies = Message.objects.values_list("body", flat=True)
    assert not any("http" in body or "espace candidat" in body for body in bodies)
    assert letter_of("registration_moved").service.academy_id == "A25"
    assert letter_of("identity_corrected").enclosed.number == 3
    assert not Message.objects.exclude(state=Message.State.LETTER).exists()


def rename(registration):
    """Correct the first name of its candidate."""
    candidate = Candidate.objects.get(pk=registration.candidate_id)
    correcting.correct_identity(
        registration=again(registration),
        identity={**civil_data(candidate.identity), "first_names": "Yann"},
        seen=candidate.identity_id,
        proof="carte",
        by=MANAGER,
        at=NOW,
    )


@pytest.fixture
def elsewhere(registration):
    """File the registration of the same person that another service manages."""
    exams.load(source(without_specialities()), by=OPERATOR, at=NOW)
    return a_registration(registration.candidate, exam="BS", speciality="")


def test_of_a_person_each_service_writes_of_its_own_registrations_alone(registration, elsewhere):
    rename(registration)

    told = Letter.objects.filter(message__kind="identity_corrected")
    for mine, others in ((registration, elsewhere), (elsewhere, registration)):
        letter = told.get(service=mine.service)
        assert mine.number in letter.message.body
        assert others.number not in letter.message.body
        assert (letter.enclosed.document.folder_id, letter.enclosed.number) == (mine.folder_id, 2)


def test_a_letter_says_which_of_several_summaries_it_encloses(registration):
    without_exclusion()
    other = a_registration(registration.candidate, speciality="FOREST", epreuves=FOREST)

    rename(other)

    letter = letter_of("identity_corrected")
    body = letter.message.body
    assert body.index(other.number) < body.index(registration.number)
    assert (
        "Celui de la première est joint à ce courrier ; demandez les autres à ce service." in body
    )
    assert letter.enclosed.document.folder_id == other.folder_id


def test_the_service_that_corrects_says_so_also_where_its_registration_stands_no_more(
    registration, elsewhere
):
    deciding.decide(
        registration=again(registration), decision=SET_ASIDE, reason="Doublon.", by=OPERATOR, at=NOW
    )

    rename(registration)

    told = Letter.objects.filter(message__kind="identity_corrected")
    assert told.get(service=registration.service).enclosed is None
    assert told.get(service=elsewhere.service).enclosed.document.folder_id == elsewhere.folder_id


def test_who_asked_for_letters_has_no_mail_even_with_an_address():
    a_registration(a_record(email="proche@exemple.test", channel=Channel.LETTER))
    a_registration(a_record(email="elle@exemple.test", channel=Channel.MAIL, first_names="Yann"))

    told = dict(Message.objects.filter(kind="registered").values_list("recipient", "state"))
    assert told == {"": Message.State.LETTER, "elle@exemple.test": Message.State.WAITING}


def test_one_event_makes_one_letter(registration):
    said = {
        "service": registration.service,
        "at": NOW,
        "key": "un événement",
        "about": registration,
        "registration": registration,
        "text": "Bonjour",
        "contact": {},
    }
    first = letters.tell(registration.candidate, "message_answered", **said)

    assert letters.tell(registration.candidate, "message_answered", **said) == first
    assert Letter.objects.filter(message=first).count() == 1


def test_an_act_that_is_undone_leaves_no_letter(registration):
    before = Letter.objects.count()

    with transaction.atomic():
        deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)
        transaction.set_rollback(True)

    assert Letter.objects.count() == Message.objects.count() == before


def test_what_is_forgotten_is_forgotten_with_its_letter(registration):
    mail.forget([registration])

    assert not Letter.objects.exists()


def test_the_database_holds_that_a_printed_letter_has_its_run_and_its_address(registration):
    letter = letter_of("registered")

    with pytest.raises(IntegrityError, match="printed_letter"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(state="printed")
    with pytest.raises(IntegrityError, match="letter_has_no_address"), transaction.atomic():
        Message.objects.filter(pk=letter.message_id).update(recipient="a@exemple.test")


def test_who_has_an_account_has_mails(registration):
    own = a_registration(a_candidate())

    assert not Letter.objects.filter(candidate=own.candidate).exists()
    with pytest.raises(IntegrityError, match="told_by_mail"), transaction.atomic():
        Candidate.objects.filter(pk=own.candidate_id).update(channel=Channel.LETTER)


def test_a_letter_that_did_not_come_back_is_not_sent_again(registration):
    with pytest.raises(resending.NotRefused):
        resending.send_again(
            message=letter_of("registered").message,
            registration=registration,
            by=MANAGER,
            at=NOW + timedelta(days=1),
        )


def nowhere(registration):
    """Take every postal address away."""
    blank = {"address_1": "", "town": ""}
    type(registration).objects.update(**blank)
    Candidate.objects.update(**blank)


@pytest.mark.parametrize("is_addressed", [False, True])
def test_a_letter_that_no_run_takes_goes_by_mail_once_the_record_has_that_way(
    registration, is_addressed
):
    letter = letter_of("registered")
    if not is_addressed:
        nowhere(registration)

    enrolling.keep(
        registration.candidate,
        reach=EVERYWHERE,
        reached={"email": "maelle@exemple.test", "channel": Channel.MAIL},
        identity=None,
        academy="A09",
        by=MANAGER,
        at=NOW,
    )
    work("mail")

    message = Message.objects.get(pk=letter.message_id)
    if is_addressed:
        assert (message.state, message.recipient) == (Message.State.LETTER, "")
        # With it goes what tells them, where they were, that they are reached otherwise.
        waiting = Letter.objects.waiting().values_list("message__kind", flat=True)
        assert sorted(waiting) == ["record_changed", "registered"]
    else:
        assert (message.state, message.recipient) == (Message.State.SENT, "maelle@exemple.test")
        assert "n'avait pas pu être imprimé" in message.body
        assert "à demander à votre service gestionnaire" in message.body
        assert not Letter.objects.exists()


def test_a_letter_that_no_run_takes_goes_by_mail_once_the_record_is_an_accounts(registration):
    nowhere(registration)
    user = a_user()
    ClaimCode.objects.create(
        candidate=registration.candidate,
        digest="0" * 64,
        made_at=NOW,
        made_name="",
        expires_at=NOW,
        taken_by=user,
    )

    attach(user, at=NOW)

    assert not Letter.objects.exists()
    told = Message.objects.filter(recipient=user.email).values_list("kind", flat=True)
    assert sorted(told) == ["record_claimed", "registered"]
    assert "il est dans votre espace" in Message.objects.get(kind="registered").body


@pytest.mark.parametrize("has_account", [True, False])
def test_what_is_restored_under_corrected_data_is_told_with_its_new_summary(has_account):
    candidate = a_candidate(email="zoe@exemple.test") if has_account else a_record()
    aside = a_registration(candidate)
    without_exclusion()
    stands = a_registration(candidate, speciality="FOREST", epreuves=FOREST)
    deciding.decide(
        registration=again(aside), decision=SET_ASIDE, reason="Doublon.", by=OPERATOR, at=NOW
    )
    correcting.correct_identity(
        registration=again(stands),
        identity={**civil_data(candidate.identity), "first_names": "Noam"},
        seen=candidate.identity_id,
        proof="Acte de naissance",
        by=OPERATOR,
        at=NOW,
    )

    deciding.decide(
        registration=again(aside), decision=RESTORE, reason="", by=OPERATOR, at=NOW + HOUR
    )

    told = Message.objects.filter(kind="state_changed", about_id=str(aside.pk)).latest("pk")
    assert again(aside).version == 2
    assert "son récapitulatif est publié de nouveau" in told.body
    assert "sauf si vous avez déjà posté le précédent, signé : il reste valable" in told.body
    if has_account:
        assert "Téléchargez-le ou imprimez-le" in told.body
    else:
        assert "Il est joint à ce courrier" in told.body
        enclosed = Letter.objects.get(message=told).enclosed
        assert (enclosed.document.folder_id, enclosed.number) == (aside.folder_id, 2)


def a_user():
    return User.objects.create_user(
        "maelle@exemple.test", PASSWORD, created_at=NOW, activated_at=NOW
    )
