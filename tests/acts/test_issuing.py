"""« Demande pièces justificatives » comes with what calls for pieces, and goes with it (G1, F3)."""

import pytest

from sporades.acts import registering
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.registrations.evidence_request import EVIDENCE_REQUEST
from tests.documents.reading import pdf_text
from tests.documents.summaries import in_words
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
    assert "Pièce d'identité, avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)" in text


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
