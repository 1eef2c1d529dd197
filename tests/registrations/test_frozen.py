"""What was filed stays as it was filed, whatever changes around it (R-13)."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from sporades.acts.registrations import registering
from sporades.candidates.models import Candidate, Identity
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.models import RegistrationService
from sporades.registrations.models import Registration, Version
from tests.documents.reading import drawn_text
from tests.factories import IDENTITY, INVENTED, NOW, OPERATOR, a_registration, author


@pytest.fixture
def registration():
    return a_registration()


def refuses(statement, *values):
    """Whether the database refuses a statement, whoever sends it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError:
        return True
    return False


COLUMNS = {
    "snapshot": '{"name": "Autre"}',
    "digest": "0" * 64,
    "number": 7,
    "author_name": "Quelqu'un d'autre",
    "author_kind": "manager",
    "changes": '["rien"]',
    "filed_at": "2020-01-01T00:00:00Z",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_a_version_can_be_rewritten(registration, column):
    version = registration.versions.get()

    assert refuses(
        f"UPDATE registrations_version SET {column} = %s WHERE id = %s",  # a name of the table above
        COLUMNS[column],
        version.pk,
    )
    assert Version.objects.filter(pk=version.pk).values().get() == {
        field.attname: getattr(version, field.attname) for field in Version._meta.concrete_fields
    }


@pytest.mark.parametrize("column", ["content", "digest", "number", "code", "issued_at"])
def test_no_content_of_an_issued_summary_can_be_rewritten(registration, column):
    [summary] = DocumentVersion.objects.for_folder(registration.folder, NOW).filter(
        document__kind="recapitulatif"
    )
    values = {"content": "{}", "number": 7, "issued_at": "2020-01-01T00:00:00Z"}

    assert refuses(
        f"UPDATE documents_documentversion SET {column} = %s WHERE id = %s",  # same
        values.get(column, "x"),
        summary.pk,
    )


def test_the_civil_data_that_were_filed_can_be_neither_rewritten_nor_removed(registration):
    identity = registration.identity_id

    assert refuses("UPDATE candidates_identity SET birth_name = 'Autre' WHERE id = %s", identity)
    assert refuses(
        "SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM candidates_identity WHERE id = %s", identity
    )


def test_the_rules_under_which_it_was_filed_can_be_neither_rewritten_nor_removed(registration):
    rules = registration.regulation_id

    assert refuses("UPDATE exams_regulation SET content = '{}' WHERE id = %s", rules)
    assert refuses("DELETE FROM exams_regulation WHERE id = %s", rules)


def everything_changes(candidate: Candidate):
    """Give the candidate another name, the exam other rules, the service another face."""
    identity = Identity(
        **{**IDENTITY, "birth_name": "Autre", "first_names": "Autre"}, created_at=NOW
    )
    identity.save()
    Candidate.objects.filter(pk=candidate.pk).update(identity=identity, email="autre@exemple.test")
    text = INVENTED.read_text(encoding="utf-8")
    for old, new in (
        ("libelle: Brevet d'essai\n    modalites", "libelle: Brevet changé\n    modalites"),
        ("libelle: Marin}", "libelle: Matelot}"),
        ("libelle: Français,", "libelle: Lettres,"),
        ("Bureau des essais de Lille", "Bureau changé"),
        ("telephone: 03 53 01 00 01", "telephone: 03 53 01 00 99"),
        ("fermeture: 2026-12-15 23:59", "fermeture: 2026-12-20 12:00"),
        ("autorite: le recteur de l'académie", "autorite: une autre autorité"),
        ("texte: Imprimez, signez", "texte: Gardez, signez"),
        ("libelle: Pièce d'identité", "libelle: Autre pièce"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    exams.load(Source("invented.yaml", text), by=OPERATOR, at=NOW + timedelta(hours=1))


def test_a_version_its_fingerprint_and_its_paper_stay_whatever_changes_around_them(registration):
    version = registration.versions.get()
    [summary] = DocumentVersion.objects.for_folder(registration.folder, NOW).filter(
        document__kind="recapitulatif"
    )
    paper = documents.printed(summary)

    everything_changes(registration.candidate)
    default_storage.delete(summary.pdf_key)

    after = Version.objects.get(pk=version.pk)
    assert (after.snapshot, after.digest, after.is_intact) == (
        version.snapshot,
        version.digest,
        True,
    )
    again = documents.printed(DocumentVersion.objects.get(pk=summary.pk))
    assert drawn_text(again) == drawn_text(paper)
    for word in ("Le Goff", "Maëlle", "Marin", "Français", "Bureau des essais de Lille"):
        assert word.lower() in drawn_text(again).lower()
    stands = Registration.objects.get(pk=registration.pk)
    assert stands.identity.birth_name == "Le Goff"
    assert stands.regulation.number == 1
    assert RegistrationService.objects.get(academy="A09").managing_service.name == "Bureau changé"


def test_the_next_version_says_what_has_changed_and_the_first_still_what_it_said(registration):
    first = registration.versions.get()
    everything_changes(registration.candidate)
    later = NOW + timedelta(hours=2)
    registration = Registration.objects.whole().get(pk=registration.pk)
    by = author(registration.candidate)

    draft = registering.amend(registration=registration, by=by, at=later)
    second = registering.register(draft=draft, by=by, at=later)

    assert second.snapshot["name"] != first.snapshot["name"]
    assert second.snapshot["service"]["name"] == "Bureau changé"
    assert Version.objects.get(pk=first.pk).snapshot == first.snapshot
    papers = [
        documents.printed(one)
        for one in DocumentVersion.objects.filter(document__kind="recapitulatif").order_by("number")
    ]
    assert "Bureau changé" in drawn_text(papers[1])
    assert "Bureau changé" not in drawn_text(papers[0])
