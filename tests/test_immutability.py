"""What cannot be rewritten, and what can be forgotten (docs/adr/0013)."""

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError

from sporades.candidates.models import Identity
from sporades.documents.models import DocumentVersion, Folder
from sporades.evidence.models import Deposit
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.journal.models import Entry
from sporades.registrations.models import Registration, RegistrationAnswer, Version
from sporades.threads.models import ThreadMessage
from tests.evidence.given import give
from tests.factories import a_registration, load_invented
from tests.threads.said import write


@pytest.fixture
def registration(territory, db, kept):
    forget()
    load_invented()
    found = a_registration()
    write(found)
    give(found)
    yield found
    forget()


def refuses(act):
    """Tell whether the database itself refuses."""
    try:
        with transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Identity, {"birth_name": "Autre"}),
        (Version, {"snapshot": {}}),
        (Version, {"digest": "0" * 64}),
        (DocumentVersion, {"content": {}}),
        (DocumentVersion, {"code": "0" * 28}),
        (ThreadMessage, {"text": "Autre"}),
        (Deposit, {"name": "autre.jpg"}),
        (Deposit, {"key": "ab/cd/abcd.pdf"}),
        (Regulation, {"content": {}}),
        (Entry, {"payload": {}}),
        (Entry, {"actor_name": "Autre"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "-".join(value),
)
def test_what_was_written_is_never_rewritten(registration, model, change):
    assert model.objects.exists()

    assert refuses(lambda: model.objects.update(**change))


def test_publication_printing_and_opening_are_all_that_comes_after_an_issue(registration):
    later = {"published_at", "withdrawn_at", "opened_at", "pdf_key", "sealed"}
    frozen = {field.name for field in DocumentVersion._meta.concrete_fields} - later - {"id"}
    version = DocumentVersion.objects.get(document__kind="recapitulatif")

    assert not refuses(lambda: DocumentVersion.objects.update(pdf_key="ab/cd/abcd.pdf"))
    for name in sorted(frozen - {"document"}):
        value = getattr(version, name)
        other = value + 1 if isinstance(value, int) else "autre"
        if name == "issued_at":
            other = registration.service.closes_at
        if name == "content":
            other = {"title": "autre"}
        assert refuses(
            lambda name=name, other=other: DocumentVersion.objects.update(**{name: other})
        )


@pytest.mark.parametrize("model", [Regulation, Entry], ids=lambda model: model.__name__)
def test_the_reglementation_and_the_journal_are_never_deleted(registration, model):
    assert refuses(lambda: model.objects.all().delete())


def test_a_registration_is_forgotten_whole_with_what_was_frozen_for_it(registration):
    folder, identity = registration.folder, registration.identity
    entries = Entry.objects.count()

    registration.drafts.all().delete()
    registration.delete()
    folder.delete()
    registration.candidate.delete()
    identity.delete()

    for model in (
        Registration,
        RegistrationAnswer,
        Version,
        Folder,
        DocumentVersion,
        Identity,
        ThreadMessage,
    ):
        assert not model.objects.exists(), model
    assert Entry.objects.count() == entries


def test_civil_data_that_a_registration_points_to_are_not_deleted(registration):
    with pytest.raises(ProtectedError):
        registration.identity.delete()
