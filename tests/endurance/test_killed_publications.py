"""A publication whose worker is killed again and again: each document once, each candidate once."""

import io
import os
import random
import signal
import sys
import zipfile
from collections import Counter

import pytest

from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, reach
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.publications.operations import counting, depositing
from sporades.publications.queries import given_again
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from tests.documents.summaries import a_pdf
from tests.endurance.arena import eventually, figure, now
from tests.endurance.servers import environment_of
from tests.factories import a_candidate, a_registration
from tests.publications.doing import DECISION, publish_together
from tools.processes import end, spawn

DOCUMENTS = figure(24, 5_000)
KILLS = figure(4, 50)
HALF = DOCUMENTS // 2
PART = 3
"""How many lines one transaction goes through here, so that there are many of them."""
NOTICE = "notification-amenagement"


@pytest.fixture
def said(arena):
    """Who deposits, where a document waits for each registration."""
    for number in range(DOCUMENTS):
        a_registration(a_candidate(email=f"p{number}@exemple.test"), at=now())
    user = User.objects.create_user("agent@exemple.test", "x", created_at=now())
    Membership.objects.create(
        user=user, role="manager", full_name="Camille Agent", academies=["A09"]
    )
    allowed = reach(user.memberships.all(), Permission.PREPARE_DOCUMENTS)
    return {"reach": allowed, "by": user, "author": allowed.perimeters[0].member}


@pytest.fixture
def halves(said):
    """Two archives of documents, one for each registration; the second has one of the first too."""
    numbers = list(Registration.objects.order_by("pk").values_list("number", flat=True))
    return [zipped(numbers[:HALF]), zipped(numbers[HALF - 1 :])]


@pytest.fixture
def publication(said, halves):
    """The first of these archives, deposited."""
    return depositing.deposit_many(
        kind=kinds.get(NOTICE), decision=DECISION, archive=halves[0], at=now(), **said
    )


def zipped(numbers):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in numbers:
            archive.writestr(f"{number}.pdf", a_pdf(number))
    return made.getvalue()


@pytest.fixture
def killed_at_work(publication, arena, tmp_path):
    """Return what kills a worker until so many documents are done, and says how many times."""

    def killed_at(act, done, documents=DOCUMENTS):
        killed = 0

        def start():
            return spawn(
                [
                    sys.executable,
                    "-m",
                    "tests.endurance.publishers",
                    act,
                    str(publication.pk),
                    str(PART),
                ],
                log=tmp_path / act,
                environment=environment_of(arena, tmp_path, FILES_URL=os.environ["FILES_URL"]),
            )

        while killed < KILLS and done() < documents:
            further = done() + random.randint(0, max(1, 2 * DOCUMENTS // KILLS - 1))
            until = min(further, documents)
            process = start()
            try:
                eventually(lambda until=until: done() >= until)
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    killed += 1
            finally:
                end(process)
        process = start()
        try:
            process.wait(300)
        finally:
            end(process)
        return killed

    return killed_at


def test_each_document_is_prepared_once_published_once_and_told_once(
    publication, halves, said, killed_at_work, monkeypatch
):
    prepared = publication.lines.filter(outcome="prepared")
    killed = killed_at_work("fill", prepared.count, HALF)
    assert prepared.count() == HALF
    depositing.deposit_more(publication=publication, archive=halves[1], at=now(), **said)
    killed += killed_at_work("fill", prepared.count)

    publication.refresh_from_db()
    assert killed >= KILLS // 2
    assert not publication.is_filling
    assert publication.counts()["prepared"] == DOCUMENTS
    assert publication.counts()["refused"] == 0
    assert given_again(publication) == 1
    assert Message.objects.filter(kind="publication_filled").count() == len(halves)
    versions = DocumentVersion.objects.filter(document__kind=NOTICE)
    assert versions.count() == versions.values("document").distinct().count() == DOCUMENTS
    monkeypatch.setattr(counting, "AT_ONCE", PART)
    publish_together(publication, publication.asked_by, at=now())
    assert publication.state == PublicationState.PUBLISHING

    gone_through = publication.lines.filter(outcome="published")
    killed = killed_at_work("go_on", gone_through.count)

    publication.refresh_from_db()
    assert killed >= KILLS // 2
    assert publication.state == PublicationState.PUBLISHED
    assert versions.published_by(now()).count() == DOCUMENTS
    assert Entry.objects.filter(verb="publication completed").count() == 1

    told = publication.lines.filter(told_at__isnull=False)
    killed = killed_at_work("tell", told.count)

    assert killed >= KILLS // 2
    assert publication.counts()["published"] == DOCUMENTS
    mails = Message.objects.filter(kind="document_published").values_list("recipient", flat=True)
    entries = Entry.objects.filter(verb="document published").values_list("object_id", flat=True)
    for once in (Counter(mails), Counter(entries)):
        assert len(once) == DOCUMENTS
        assert set(once.values()) == {1}
