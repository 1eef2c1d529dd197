"""« Demande pièces justificatives » comes with what calls for pieces, and goes with it (G1, F3)."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import verifying
from sporades.acts.registrations import registering
from sporades.core.french import day_in_words
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import _unsealed, printed
from sporades.evidence import operations as evidence
from sporades.mail.models import Message
from sporades.registrations.evidence_request import EVIDENCE_REQUEST
from sporades.registrations.summary import SUMMARY
from tests.documents.reading import pdf_text
from tests.documents.summaries import in_words
from tests.evidence.given import MANAGER, give, piece
from tests.factories import NOW, a_registration, answer_all, answers_with, author, load_invented
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")

ALWAYS = "{code: IDENTITE, libelle: Pièce d'identité, echeance:"
"""Of the invented file: what everybody gives."""
WITH_A_DIPLOMA = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}


def requests(registration):
    """Return the requests of a registration, the first first."""
    found = DocumentVersion.objects.filter(
        document__folder=registration.folder, document__kind=EVIDENCE_REQUEST.slug
    )
    return list(found.order_by("number"))


def summary(registration):
    """Return the last summary of a registration."""
    found = DocumentVersion.objects.filter(
        document__folder=registration.folder, document__kind=SUMMARY.slug
    )
    return found.latest("number")


def amend(registration, **changes):
    """Modify a registration and save it."""
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    answer_all(draft, answers_with(**changes))
    return registering.register(draft=draft, by=by, at=NOW)


def asked(version):
    return [piece["label"] for piece in version.content["evidence"]]


def test_the_save_itself_publishes_the_request_under_the_number_of_the_version():
    registration = a_registration()

    [request] = requests(registration)

    assert (request.number, request.published_at) == (1, NOW)
    assert asked(request) == ["Pièce d'identité"]
    text = plain(in_words(pdf_text(printed(request))))
    assert "Demande pièces justificatives" in text
    assert registration.number in text
    assert (
        "Avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris) : Pièce d'identité." in text
    )


def test_each_version_has_its_own_request_that_asks_for_what_it_calls_for():
    registration = a_registration()

    amend(registration, identification={"address_1": "3 quai du Wault"})
    amend(registration, **WITH_A_DIPLOMA)

    first, second, third = requests(registration)
    assert (first.number, second.number, third.number) == (1, 2, 3)
    assert asked(first) == asked(second) == ["Pièce d'identité"]
    assert asked(third) == ["Pièce d'identité", "Copie du baccalauréat"]
    [shown] = DocumentVersion.objects.latest_visible(NOW).filter(document=third.document_id)
    assert shown == third


def test_where_nothing_is_asked_for_there_is_no_request_and_the_last_one_is_taken_back():
    load_invented((ALWAYS, ALWAYS.replace("echeance", "si: {diplome: [BAC]}, echeance")))
    with_pieces, without = a_registration(**WITH_A_DIPLOMA), a_registration()

    amend(with_pieces)

    [request] = requests(with_pieces)
    assert request.withdrawn_at == NOW
    assert not DocumentVersion.objects.latest_visible(NOW).filter(pk=request.pk).exists()
    assert requests(without) == []


def test_what_was_taken_back_and_is_asked_for_again_is_a_new_request():
    load_invented((ALWAYS, ALWAYS.replace("echeance", "si: {diplome: [BAC]}, echeance")))
    registration = a_registration(**WITH_A_DIPLOMA)
    amend(registration)

    amend(registration, **WITH_A_DIPLOMA)

    first, again = requests(registration)
    assert (again.number, again.withdrawn_at) == (3, None)
    assert asked(again) == asked(first)


def test_what_is_here_is_not_asked_for_again_by_the_documents_of_a_later_version(kept):
    registration = a_registration(**WITH_A_DIPLOMA)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    verifying.accept(row=piece(registration), seen=None, by=MANAGER, at=NOW)

    amend(registration, identification={"address_1": "3 quai du Wault"}, **WITH_A_DIPLOMA)

    for version in (requests(registration)[-1], summary(registration)):
        assert asked(version) == ["Copie du baccalauréat"]
        assert version.content["evidence_here"] == [["Pièce d'identité", "conforme"]]
        text = plain(in_words(pdf_text(printed(version))))
        assert "Pièce d'identité : conforme." in text
        assert "(heure de Paris) : Copie du baccalauréat." in text
    mail = Message.objects.get(kind="amended")
    assert "- Copie du baccalauréat" in mail.body
    assert "- Pièce d'identité" not in mail.body


@pytest.mark.parametrize(
    ("give_it", "state"),
    [
        (give, "en vérification"),
        (lambda one: evidence.note_scanned(give(one), is_clean=True, at=NOW), "déposée"),
        (
            lambda one: verifying.receive(row=piece(one), posted_on=NOW.date(), by=MANAGER, at=NOW),
            "reçue par courrier",
        ),
        (
            lambda one: verifying.waive(row=piece(one), reason="Vue.", by=MANAGER, at=NOW),
            "dispensée",
        ),
    ],
)
def test_where_nothing_is_left_to_send_the_documents_say_it(kept, give_it, state):
    registration = a_registration()
    give_it(registration)

    amend(registration, identification={"address_1": "3 quai du Wault"})

    request = requests(registration)[-1]
    assert (asked(request), request.content["evidence_here"]) == ([], [["Pièce d'identité", state]])
    text = plain(in_words(pdf_text(printed(request))))
    assert "sont toutes reçues ou dispensées" in text
    assert "Comment les fournir" not in text


def test_what_was_frozen_before_documents_said_it_is_printed_as_it_was(kept):
    """The worker, or a repair, prints old contents with today's templates."""
    registration = a_registration()
    for version in (requests(registration)[-1], summary(registration)):
        version.content = {
            k: v for k, v in version.content.items() if k not in {"evidence_here", "before"}
        }

        text = plain(in_words(pdf_text(_unsealed(version))))

        assert "Pièce d'identité, avant le" in text
        assert "à la date de ce document" not in text


def test_the_time_that_was_granted_is_what_a_later_version_says(kept):
    registration = a_registration()
    until = piece(registration).until.date() + timedelta(days=9)
    verifying.grant(row=piece(registration), until=until, by=MANAGER, at=NOW)

    amend(registration, identification={"address_1": "3 quai du Wault"})

    [due] = requests(registration)[-1].content["evidence"]
    assert day_in_words(until) in due["before"]
