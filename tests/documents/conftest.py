"""Kinds of documents that exist in these tests alone, and papers that are really committed."""

import pytest

from sporades.documents import kinds
from sporades.documents.kinds import Kind
from sporades.documents.models import Folder
from sporades.exams.held import forget
from tests import emptying
from tests.documents.sample import usual
from tests.web.guide import load_competition

TEMPLATE = "registrations/typst/summary.typ"


def _content(source):
    said = usual(**source)
    del said["version"]
    return said


def _public_facts(said):
    return [("Académie", said["academy"])]


FILED = Kind(
    slug="essai-depose",
    title="Récapitulatif d'essai",
    template=TEMPLATE,
    content=_content,
    public_facts=_public_facts,
    numbered_by="registration",
    published_by_issue=True,
)
CALLED = Kind(
    slug="essai-convoque",
    title="Convocation d'essai",
    template=TEMPLATE,
    content=_content,
    public_facts=_public_facts,
)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    """Both kinds are known as long as a test runs."""
    for kind in (FILED, CALLED):
        monkeypatch.setitem(kinds._KINDS, kind.slug, kind)


@pytest.fixture
def filed():
    """A kind numbered by the registration and published by its issue."""
    return FILED


@pytest.fixture
def called():
    """A kind with numbers of its own, which waits to be published."""
    return CALLED


def _a_folder():
    return Folder.objects.create(academy="A09", domain="ESSAI", label="Dossier d'essai")


@pytest.fixture
def folder(db):
    """A folder that holds nothing."""
    return _a_folder()


@pytest.fixture
def shared_folder(django_db_setup, django_db_blocker):
    """A folder that threads and workers see: it is committed, and forgotten afterwards."""
    with django_db_blocker.unblock():
        try:
            yield _a_folder()
        finally:
            # With what a worker has put there: the jobs of the hour, due by the machine's clock.
            emptying.empty()


@pytest.fixture
def competition(invented_exam):
    """The invented exam and the invented competition are open in Lille."""
    load_competition()
    forget()
