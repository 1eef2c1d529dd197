"""What acts on one publication at the same instant: one order of locks, and no document too many."""

from uuid import uuid4

import pytest
from django.db import transaction

from sporades.accommodations.states import State
from sporades.acts.registrations import leaving, moving
from sporades.acts.registrations.deciding import decide
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.publications import refusals
from sporades.publications.deposited import Deposit
from sporades.publications.models import Publication
from sporades.publications.operations import deciding, depositing, preparing
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE
from tests.accommodations.asked import reach
from tests.documents.summaries import a_pdf
from tests.endurance.arena import first, together
from tests.factories import NOW, OPERATOR, author
from tests.publications.doing import (
    DECISION,
    LATER,
    SLUG,
    approve,
    member,
    publish,
    read,
    tell,
    told,
)
from tests.publications.test_depositing import NOTICE
from tests.publications.zips import archive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by(allowed):
    return allowed.perimeters[0].member


@pytest.fixture
def made(three, manager, allowed, by):
    """Deposit an archive that nobody has read yet."""
    papers = {one.number: a_pdf() for one in three}
    return depositing.deposit_many(
        kind=NOTICE,
        decision=DECISION,
        archive=archive(**papers),
        reach=allowed,
        by=manager,
        author=by,
        at=NOW,
    )


def locked(made, holds, then):
    """Lock a publication as every act on it does, then give what comes next."""
    Publication.objects.select_for_update(no_key=True).get(pk=made.pk)
    holds()
    return then


def test_files_are_read_while_their_publication_is_dropped(made, by):
    def drop():
        return preparing.drop(publication=made, by=by, at=NOW)

    outcomes = first(
        lambda holds: locked(made, holds, drop), lambda: depositing.fill(str(made.pk), at=NOW)
    )

    assert outcomes == [None, False]
    assert not made.lines.exists()
    assert not DocumentVersion.objects.filter(document__kind=NOTICE.slug).exists()


def test_files_are_read_while_somebody_tries_to_publish_them(made, manager, by):
    def publish():
        try:
            deciding.publish(publication=made, instant=None, user=manager, by=by, at=NOW)
        except refusals.StillFilling:
            return "still filling"

    outcomes = first(
        lambda holds: locked(made, holds, publish), lambda: depositing.fill(str(made.pk), at=NOW)
    )

    assert outcomes == ["still filling", False]
    assert made.counts()["prepared"] == 3


def test_one_press_that_is_sent_twice_deposits_one_archive(three, manager, allowed, by):
    papers, sending = archive(**{one.number: a_pdf() for one in three}), uuid4()

    def deposit():
        return depositing.deposit_many(
            kind=NOTICE,
            decision=DECISION,
            archive=papers,
            reach=allowed,
            by=manager,
            author=by,
            at=NOW,
            sending=sending,
        ).pk

    assert together(deposit, deposit) == [sending, sending]
    assert Publication.objects.get().lines.count() == 3


def test_two_workers_read_each_file_once(made):
    outcomes = together(*[lambda: depositing.fill(str(made.pk), at=NOW)] * 3)

    assert outcomes == [False] * 3
    assert made.counts()["prepared"] == 3
    assert DocumentVersion.objects.filter(document__kind=NOTICE.slug).count() == 3


def test_a_line_that_is_read_is_not_read_again(made, three, by):
    depositing.fill(str(made.pk), at=NOW)
    one = Registration.objects.whole().get(pk=three[0].pk)

    with pytest.raises(refusals.AlreadyTaken), transaction.atomic():
        preparing.add(
            publication=made,
            line=made.lines.get(registration=one),
            registration=one,
            source=Deposit(one, "00/00/0.pdf", 1, NOW),
            by=by,
            at=NOW,
        )


def decided_elsewhere(registration, manager, allowed, by):
    """Deposit a decision on accommodations for a registration."""
    return depositing.deposit_one(
        registration=registration,
        kind=NOTICE,
        decision=DECISION,
        content=a_pdf(),
        reach=allowed,
        by=manager,
        author=by,
        at=NOW,
    )


def test_what_its_candidate_withdraws_meanwhile_is_not_prepared(three, manager, allowed, by):
    one = Registration.objects.whole().get(pk=three[0].pk)

    def withdraw(holds):
        leaving.withdraw(registration=three[0], by=author(three[0].candidate), at=NOW)
        holds()

    def deposit():
        return decided_elsewhere(one, manager, allowed, by)

    outcomes = first(withdraw, deposit)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], Refused)
    assert str(outcomes[1]) == refusals.NOT_STANDING
    assert not Publication.objects.exists()


def having(act):
    """Do an act, then hold what it locks."""

    def hold(holds):
        act()
        holds()

    return hold


def withdraw(one):
    leaving.withdraw(registration=one, by=author(one.candidate), at=NOW)


def set_aside(one):
    decide(
        registration=one,
        decision=SET_ASIDE,
        reason="Condition non remplie.",
        by=OPERATOR,
        at=NOW,
    )


def move(one):
    moving.move_for_good(
        registration=one, academy="A25", reason="Déménagement.", by=OPERATOR, at=NOW
    )


LEAVING = {
    withdraw: refusals.STANDS_NO_MORE,
    set_aside: refusals.STANDS_NO_MORE,
    move: refusals.HAS_MOVED,
}


@pytest.mark.parametrize("act", LEAVING)
def test_who_leaves_while_their_convocation_is_approved_is_not_summoned(
    act, convocations, three, manager, head
):
    publish(convocations, manager, LATER)
    one = Registration.objects.whole().get(pk=three[0].pk)

    outcomes = first(having(lambda: act(one)), lambda: approve(convocations, head))

    assert outcomes[0] is None
    assert isinstance(outcomes[1], refusals.NothingHolds)
    assert convocations.lines.get().why == LEAVING[act]


@pytest.mark.parametrize("act", LEAVING)
def test_who_leaves_once_their_convocation_is_approved_is_not_summoned(
    act, convocations, three, manager, head
):
    publish(convocations, manager, LATER)
    one = Registration.objects.whole().get(pk=three[0].pk)

    outcomes = first(having(lambda: approve(convocations, head)), lambda: act(one))
    convocations.refresh_from_db()
    tell(convocations, LATER)

    assert outcomes == [None, None]
    assert told() == []
    assert "convocation" not in read(three[0], LATER)
    assert convocations.lines.get().why == LEAVING[act]


def test_who_withdraws_while_the_instant_is_changed_reads_nothing_at_the_new_one(
    prepare, three, manager
):
    made = prepare()
    publish(made, manager, LATER)
    further = LATER.replace(hour=20)
    one = Registration.objects.whole().get(pk=three[0].pk)

    def change():
        deciding.reschedule(
            publication=made, instant=further, user=manager, by=member(manager), at=NOW
        )

    outcomes = first(having(lambda: withdraw(one)), change)
    made.refresh_from_db()
    tell(made, further)

    assert outcomes == [None, None]
    assert told() == ["bezier@exemple.test", "coeur@exemple.test"]
    assert SLUG not in read(three[0], further)


def test_a_decision_made_elsewhere_is_not_published_while_its_candidate_begins_to_ask_here(
    three, manager, head, allowed, by
):
    Registration.objects.filter(pk=three[0].pk).update(has_disability=True)
    one = Registration.objects.whole().get(pk=three[0].pk)
    made = decided_elsewhere(one, manager, allowed, by)
    publish(made, manager, LATER)

    outcomes = first(having(lambda: reach(one, State.PREPARING)), lambda: approve(made, head))

    assert isinstance(outcomes[1], refusals.NothingHolds)
    assert made.lines.get().why == refusals.ASKED_SINCE


def test_of_two_who_approve_at_once_one_decides(convocations, manager, head, second):
    publish(convocations, manager)

    outcomes = together(
        *[lambda user=user: approve(Publication.objects.get(), user) for user in (head, second)]
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyMoved", "NoneType"]
    assert Entry.objects.filter(verb="publication published").count() == 1


def test_what_is_dropped_and_approved_at_once_is_one_or_the_other(
    convocations, three, manager, head, second
):
    publish(convocations, manager)

    outcomes = together(
        lambda: approve(Publication.objects.get(), head),
        lambda: preparing.drop(publication=Publication.objects.get(), by=member(second), at=NOW),
    )

    convocations.refresh_from_db()
    is_read = "convocation" in read(three[0], NOW)
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    assert is_read == (convocations.state == PublicationState.PUBLISHED)
    assert convocations.lines.exists() == is_read
