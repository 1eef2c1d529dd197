"""The code of a true document says that it is one, once its registration is archived (A5, P-20)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.acts.registrations import leaving
from sporades.documents import operations as documents
from sporades.documents.models import ArchivedCode, DocumentVersion
from sporades.registrations.models import Registration
from sporades.retention import archiving
from tests.factories import NOW, a_registration, author
from tests.registrations.test_standing_in import filed_by_candidate, modified_by_candidate
from tests.retention.test_retention import archived_at
from tests.spaces import plain
from tests.web.guide import main

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")


@pytest.fixture
def registration():
    return a_registration()


def archived(registration):
    """Archive it the day after its active use."""
    assert archiving.archive(registration.pk, at=archived_at(registration))
    return archived_at(registration)


def codes(registration):
    summary = {"document__folder": registration.folder_id, "document__kind": "recapitulatif"}
    versions = DocumentVersion.objects.filter(**summary)
    return list(versions.order_by("number").values_list("code", flat=True))


def verified(client, code, at):
    """Type a code, in groups, and return the page that it leads to."""
    with time_machine.travel(at, tick=False):
        typed = f"{code[:4]} {code[4:].lower()}"
        page = client.post("/verifier", {"code": typed}, follow=True)
    return page.status_code, plain(main(page))


def test_it_says_what_who_and_when(client, registration):
    (code,) = codes(registration)
    at = archived(registration)

    status, said = verified(client, code, at)

    assert status == 200
    for one in (
        "Ce document a bien été délivré",
        "L'inscription est archivée",
        "Document Récapitulatif d'inscription",
        "Délivré par Autorité d'essai",
        "Délivré le 25 novembre 2026",
    ):
        assert one in said


def test_a_code_that_was_never_given_stays_unknown(client, registration):
    (code,) = codes(registration)
    at = archived(registration)

    said = verified(client, code[::-1], at)[1]

    assert "Aucun document ne porte ce code" in said
    with time_machine.travel(at, tick=False):
        assert client.get(f"/verifier/{code[::-1]}").status_code == 404


def test_what_is_kept_names_nobody_and_gives_no_code_back(registration):
    (code,) = codes(registration)
    secret = (code, registration.number, registration.candidate.number, "GOFF", "Maëlle")
    archived(registration)

    kept = list(ArchivedCode.objects.values())

    assert set(kept[0]) == {"id", "digest", "kind", "issuer", "issued_on", "fate"}
    assert not [one for one in secret if one.casefold() in str(kept).casefold()]
    assert not DocumentVersion.objects.exists()


def test_what_was_replaced_or_withdrawn_is_not_said_to_have_stood(client, registration):
    filed_by_candidate(modified_by_candidate(registration, mobile="06 39 98 11 11"))
    first, second = codes(registration)
    documents.withdraw(DocumentVersion.objects.get(code=second), at=NOW + DAY)
    at = archived(Registration.objects.get())

    assert "Ce document a été remplacé" in verified(client, first, at)[1]
    assert "Il a été délivré, puis retiré : il ne vaut plus." in verified(client, second, at)[1]


def test_that_of_a_registration_that_was_left_proves_none(client, registration):
    (code,) = codes(registration)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)
    at = archived(registration)

    assert "ce document ne prouve plus une inscription" in verified(client, code, at)[1]


def test_what_was_never_published_has_no_code_to_show(registration):
    DocumentVersion.objects.update(published_at=None)

    archived(registration)

    assert not ArchivedCode.objects.exists()
