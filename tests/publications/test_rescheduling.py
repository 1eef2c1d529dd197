"""« Changer l'instant »: until it comes, judged anew, never around the second person."""

from datetime import timedelta

import pytest
from django.db import connection

from sporades.acts.registrations import deciding as deciding_of
from sporades.acts.registrations import leaving
from sporades.core.refusals import Refused
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import mark_opened
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.publications import refusals
from sporades.publications.models import Publication
from sporades.publications.operations import deciding, depositing, preparing
from sporades.publications.queries import authors_of
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.documents.summaries import a_pdf
from tests.endurance.arena import first, together
from tests.factories import NOW, OPERATOR, author
from tests.publications.doing import (
    INSTANT,
    LATER,
    SLUG,
    approve,
    member,
    publish,
    read,
    tell,
    told,
)

EARLIER, FURTHER = LATER - timedelta(days=1), LATER + timedelta(days=1)


def reschedule(made, user, instant=FURTHER, at=NOW):
    deciding.reschedule(publication=made, instant=instant, user=user, by=member(user), at=at)


def queued():
    """Return when the job that tells candidates is to be done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs"
            " WHERE task_name = 'publications.tell' AND status = 'todo'"
        )
        return [instant for (instant,) in cursor.fetchall()]


@pytest.mark.parametrize("instant", [EARLIER, FURTHER])
def test_what_one_person_published_is_read_from_the_new_instant_on(
    prepare, three, manager, instant
):
    made = prepare()
    publish(made, manager, LATER)

    reschedule(made, manager, instant)

    assert (made.state, made.publish_at) == (PublicationState.PUBLISHED, instant)
    assert {SLUG in read(one, instant - INSTANT) for one in three} == {False}
    assert {SLUG in read(one, instant) for one in three} == {True}
    assert queued() == [instant]
    tell(made, instant - INSTANT)
    assert told() == []
    tell(made, instant)
    assert len(told()) == 3
    entry = Entry.objects.get(verb="publication rescheduled")
    assert entry.payload["before"] == {"publish_at": LATER.isoformat()}
    assert entry.payload["after"]["publish_at"] == instant.isoformat()


@pytest.fixture
def approved(convocations, manager, head):
    """Publish a convocation for later, approved by the head of service."""
    publish(convocations, manager, LATER)
    approve(convocations, head)
    return convocations


@pytest.mark.parametrize("instant", [EARLIER, FURTHER])
def test_what_a_second_person_approved_is_approved_again(approved, three, manager, second, instant):
    convocations = approved
    reschedule(convocations, manager, instant, at=NOW + timedelta(minutes=1))

    assert convocations.state == PublicationState.PROPOSED
    assert (convocations.decided_by, convocations.decided_name) == (None, "")
    assert not any("convocation" in read(three[0], at) for at in (EARLIER, LATER, FURTHER))
    # The head of service, who had approved, is asked again; so is another who came since.
    assert told("publication_to_approve") == [second.email, *["cheffe@exemple.test"] * 2]
    with pytest.raises(refusals.SamePerson):
        approve(convocations, manager)
    approve(convocations, second)
    assert "convocation" in read(three[0], instant)
    assert "convocation" not in read(three[0], instant - INSTANT)


def test_whoever_approved_and_then_changes_the_instant_does_not_approve_it(
    convocations, manager, head, second
):
    publish(convocations, manager, LATER)
    approve(convocations, head)

    reschedule(convocations, head)

    assert (convocations.proposed_by, convocations.asked_by) == (head, manager)
    for user in (head, manager):
        with pytest.raises(refusals.SamePerson):
            approve(convocations, user)
    body = Message.objects.filter(kind="publication_decided").latest("pk").body
    assert "doit l'approuver de nouveau : rien n'est publié avant" in body
    approve(convocations, second)


def test_where_nobody_else_approves_the_instant_stays_as_it_was(convocations, three, manager, head):
    publish(convocations, manager, LATER)
    approve(convocations, head)

    with pytest.raises(refusals.NobodyApproves):
        reschedule(convocations, head)

    convocations.refresh_from_db()
    assert (convocations.state, convocations.publish_at) == (PublicationState.PUBLISHED, LATER)
    assert "convocation" in read(three[0], LATER)


@pytest.mark.parametrize(
    ("instant", "refusal"),
    [
        (NOW, refusals.InstantPast),
        (NOW + timedelta(days=800), refusals.InstantFar),
        (LATER, refusals.SameInstant),
    ],
)
def test_an_instant_that_cannot_be_is_refused(prepare, manager, three, instant, refusal):
    made = prepare()
    publish(made, manager, LATER)

    with pytest.raises(refusal):
        reschedule(made, manager, instant)


def test_what_is_not_decided_or_is_read_already_has_no_other_instant(prepare, three, manager):
    made = prepare()
    with pytest.raises(refusals.AlreadyMoved):
        reschedule(made, manager)
    publish(made, manager, LATER)

    with pytest.raises(refusals.InstantCome):
        reschedule(made, manager, at=LATER)

    assert SLUG in read(three[0], LATER)


@pytest.mark.parametrize("seen", ["told", "read"])
def test_what_somebody_was_told_of_or_read_since_the_request_came_stays(
    prepare, three, manager, seen
):
    made = prepare()
    publish(made, manager, LATER)
    if seen == "told":
        tell(made, LATER)
    else:
        mark_opened(made.lines.get(registration=three[0]).version, at=LATER)

    with pytest.raises(refusals.InstantCome):
        reschedule(made, manager, at=LATER - INSTANT)

    assert {SLUG in read(one, LATER) for one in three} == {True}


def test_all_is_judged_again_at_the_change(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)
    gone, restored, _ = three
    leaving.withdraw(registration=gone, by=author(gone.candidate), at=NOW)
    held_back(restored)

    reschedule(made, manager)

    assert made.counts() | {"refused": 1, "published": 2} == made.counts()
    assert [SLUG in read(one, FURTHER) for one in three] == [False, True, True]
    assert DocumentVersion.objects.filter(document__kind=SLUG).count() == 2


def test_when_nothing_holds_any_more_it_is_said(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)
    for one in three:
        leaving.withdraw(registration=one, by=author(one.candidate), at=NOW)

    with pytest.raises(refusals.NothingHolds):
        reschedule(made, manager)

    assert made.counts()["refused"] == 3
    tell(made, LATER)
    assert told() == []


def test_another_document_that_waits_hinders_the_proposal_and_is_said(
    convocations, three, manager, head, allowed
):
    publish(convocations, manager, LATER)
    approve(convocations, head)
    held_back(three[0])
    again(three[0], manager, allowed)

    with pytest.raises(refusals.AnotherWaits):
        reschedule(convocations, manager)

    convocations.refresh_from_db()
    assert (convocations.state, convocations.publish_at) == (PublicationState.PUBLISHED, LATER)


def held_back(registration):
    """Have what is to come for a registration held back: it was set aside, then restored."""
    for decision, reason in ((SET_ASIDE, "À tort"), (RESTORE, "")):
        whole = Registration.objects.whole().get(pk=registration.pk)
        deciding_of.decide(
            registration=whole, decision=decision, reason=reason, by=OPERATOR, at=NOW
        )


def again(registration, manager, allowed):
    """Deposit another convocation of a registration, which waits."""
    return depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=registration.pk),
        kind=kinds.get("convocation"),
        content=a_pdf(),
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )


def test_another_document_that_waits_hinders_no_dropping(
    convocations, three, manager, head, allowed
):
    publish(convocations, manager, LATER)
    approve(convocations, head)
    held_back(three[0])
    other = again(three[0], manager, allowed)

    preparing.drop(publication=convocations, by=member(manager), at=NOW)

    assert "convocation" not in read(three[0], LATER)
    assert other.counts()["prepared"] == 1


def test_who_made_it_is_told_that_another_changed_its_instant(prepare, three, manager, head):
    made = prepare()
    publish(made, manager, LATER)

    reschedule(made, head)

    assert told("publication_decided") == [manager.email]
    body = Message.objects.get(kind="publication_decided").body
    assert "Les documents seront lus à partir du" in body
    tell(made, FURTHER)
    published = Entry.objects.filter(verb="document published")
    assert {member(head).name in said for said in authors_of(published).values()} == {True}


def test_a_job_that_comes_at_the_former_instant_waits_for_the_new_one(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)
    Publication.objects.filter(pk=made.pk).update(publish_at=FURTHER)
    DocumentVersion.objects.filter(document__kind=SLUG).update(published_at=FURTHER)

    tell(made, LATER)

    assert (told(), queued()) == ([], [FURTHER])


# --- At the same instant -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_tells_waits_for_who_changes_the_instant_and_tells_nobody(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)

    def change(holds):
        Publication.objects.select_for_update(no_key=True).get(pk=made.pk)
        holds()
        reschedule(Publication.objects.get(pk=made.pk), manager, at=LATER - INSTANT)

    outcomes = first(change, lambda: tell(made, LATER))

    assert outcomes == [None, None]
    assert told() == []
    assert {SLUG in read(one, LATER) for one in three} == {False}
    tell(made, FURTHER)
    assert len(told()) == 3


@pytest.mark.django_db(transaction=True)
def test_of_telling_and_changing_at_once_nobody_is_told_of_what_they_cannot_read(
    prepare, three, manager
):
    made = prepare()
    publish(made, manager, LATER)

    outcomes = together(
        lambda: reschedule(Publication.objects.get(pk=made.pk), manager, at=LATER - INSTANT),
        lambda: tell(made, LATER),
    )

    moved = not isinstance(outcomes[0], Refused)
    made.refresh_from_db()
    assert made.publish_at == (FURTHER if moved else LATER)
    assert len(told()) == (0 if moved else 3)
    assert {SLUG in read(one, LATER) for one in three} == {not moved}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_the_instant_at_once_the_last_one_holds(prepare, three, manager, head):
    made = prepare()
    publish(made, manager, LATER)

    together(
        lambda: reschedule(Publication.objects.get(pk=made.pk), manager, EARLIER),
        lambda: reschedule(Publication.objects.get(pk=made.pk), head, FURTHER),
    )

    made.refresh_from_db()
    assert made.publish_at in {EARLIER, FURTHER}
    instants = DocumentVersion.objects.filter(document__kind=SLUG).values_list("published_at")
    assert set(instants) == {(made.publish_at,)}
    assert queued() == [made.publish_at]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_what_is_approved_one_proposes(convocations, manager, head, second):
    publish(convocations, manager, LATER)
    approve(convocations, head)

    outcomes = together(
        *[
            lambda user=user: reschedule(Publication.objects.get(pk=convocations.pk), user)
            for user in (manager, second)
        ]
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyMoved", "NoneType"]
