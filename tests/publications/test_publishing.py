"""Documents are prepared, seen, approved, read from one instant on, told once, taken back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sporades.accounts.models import Membership
from sporades.acts import deciding, registering
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS
from sporades.core.refusals import Refused
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import AlreadyPrepared
from sporades.documents.queries import by_code, documents_in
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.publications import depositing, operations, tasks
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, VALIDATE
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, author
from tests.jobs import work
from tests.web.registry.world import a_member

LATER = NOW + timedelta(days=3)
INSTANT = timedelta(microseconds=1)
SLUG = "attestation-inscription"


def member(user):
    """Return who somebody is, in their role."""
    return user.memberships.get().as_actor()


def publish(made, user, instant=None, at=NOW):
    operations.publish(publication=made, instant=instant, user=user, by=member(user), at=at)


def read(registration, at):
    """Return the kinds of documents that a candidate reads at an instant."""
    return {one.document.kind for one in documents_in(folder=registration.folder_id, at=at)}


def tell(made, at=NOW):
    while operations.tell(str(made.pk), at=at):
        pass


def told(kind="document_published"):
    """Return to whom a mail was written."""
    return sorted(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


# --- Embargo ---------------------------------------------------------------------------------


def test_nobody_outside_sees_what_is_prepared(prepare, three):
    made = prepare()

    codes = [line.version.code for line in made.lines.all()]
    assert made.counts()["prepared"] == 3
    for registration in three:
        assert SLUG not in read(registration, NOW + timedelta(days=365))
    assert [by_code(code, at=LATER) for code in codes] == [None] * 3
    assert told() == []


def test_what_is_published_for_later_is_read_from_that_instant_to_the_microsecond(
    prepare, three, manager
):
    made = prepare()
    publish(made, manager, LATER)

    code = made.lines.first().version.code
    assert {SLUG in read(one, LATER - INSTANT) for one in three} == {False}
    assert {SLUG in read(one, LATER) for one in three} == {True}
    assert by_code(code, at=LATER - INSTANT) is None
    assert by_code(code, at=LATER) is not None
    tell(made, LATER - INSTANT)
    assert told() == []
    assert not Entry.objects.filter(verb="document published").exists()
    tell(made, LATER)
    assert len(told()) == 3


def test_the_job_that_tells_waits_for_the_instant(prepare, three, manager):
    publish(prepare(), manager, LATER)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'publications.tell'"
        )
        assert cursor.fetchall() == [(LATER,)]


def test_an_instant_that_has_passed_is_refused(prepare, three, manager):
    made = prepare()

    for instant in (NOW, NOW - INSTANT):
        with pytest.raises(operations.InstantPast):
            publish(made, manager, instant)
    made.refresh_from_db()
    assert made.state == PublicationState.PREPARING


# --- Telling ---------------------------------------------------------------------------------


def test_each_candidate_is_told_once_however_often_the_job_runs(prepare, three, manager):
    made = prepare()
    publish(made, manager)

    for _ in range(3):
        tell(made)

    assert told() == sorted(one.candidate.address for one in three)
    entries = Entry.objects.filter(verb="document published")
    assert entries.count() == 3
    assert {one.academy for one in entries} == {"A09"}


def test_what_a_killed_worker_left_untold_is_taken_up_again(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'publications.tell'")

    later = NOW + tasks.PATIENCE
    assert operations.take_up_again(at=later, older_than=NOW) == 0
    assert operations.take_up_again(at=later, older_than=later) == 1
    work("publications")
    assert len(told()) == 3
    assert operations.take_up_again(at=later, older_than=later) == 0


def test_who_has_no_address_is_told_by_nobody_and_has_the_document(prepare, three, manager):
    made = prepare()
    three[0].candidate.user.delete()
    type(three[0].candidate).objects.filter(pk=three[0].candidate_id).update(email="")
    publish(made, manager)
    tell(made)

    assert len(told()) == 2
    assert SLUG in read(three[0], NOW)


# --- What moved meanwhile --------------------------------------------------------------------


def test_what_no_longer_stands_or_has_changed_is_refused_at_its_line(prepare, three, manager):
    made = prepare()
    deciding.decide(
        registration=three[0], decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
    )
    Registration.objects.filter(pk=three[1].pk).update(version=2)

    publish(made, manager)

    assert made.counts() == {
        "waiting": 0,
        "prepared": 0,
        "published": 1,
        "refused": 2,
        "withdrawn": 0,
    }
    assert set(made.lines.filter(outcome="refused").values_list("why", flat=True)) == {
        operations.STANDS_NO_MORE,
        operations.HAS_CHANGED,
    }
    assert [SLUG in read(one, NOW) for one in three] == [False, False, True]
    assert DocumentVersion.objects.filter(document__kind=SLUG).count() == 1


def test_when_nothing_stands_any_more_nothing_is_published(prepare, three, manager):
    made = prepare()
    for one in three:
        registering.withdraw(registration=one, by=author(one.candidate), at=NOW)

    with pytest.raises(operations.NothingToPublish):
        publish(made, manager)
    made.refresh_from_db()
    assert (made.state, made.counts()["prepared"]) == (PublicationState.PREPARING, 3)


def test_a_validation_changes_nothing_of_what_is_prepared(prepare, three, manager):
    made = prepare()
    deciding.decide(registration=three[0], decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    publish(made, manager)

    assert made.counts()["published"] == 3


def test_a_registration_has_one_document_of_a_kind_that_waits(prepare, three):
    prepare()

    with pytest.raises(AlreadyPrepared):
        prepare()


def test_nothing_is_added_to_what_is_published(prepare, three, manager):
    made = prepare()
    publish(made, manager)

    with pytest.raises(operations.NotInPreparation):
        operations.prepare_one(
            publication=made.pk, registration=three[0], by=member(manager), at=NOW
        )


# --- Two persons -----------------------------------------------------------------------------


@pytest.fixture
def convocations(three, manager, allowed):
    """Deposit the convocation of a registration."""
    return depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=three[0].pk),
        kind=kinds.get("convocation"),
        content=a_pdf(),
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )


def test_a_convocation_is_published_by_two_persons(convocations, three, manager, head):
    publish(convocations, manager, LATER)
    assert convocations.state == PublicationState.PROPOSED
    assert told("publication_to_approve") == [head.email]
    assert "convocation" not in read(three[0], LATER)

    operations.approve(publication=convocations, user=head, by=member(head), at=NOW)

    assert convocations.decided_name == member(head).name
    assert "convocation" in read(three[0], LATER)
    assert "convocation" not in read(three[0], LATER - INSTANT)
    assert told("publication_decided") == [manager.email]


def test_nobody_approves_nor_refuses_their_own_proposal(convocations, three, manager, head):
    publish(convocations, manager)

    for act in (operations.approve, operations.refuse):
        with pytest.raises(operations.SamePerson):
            act(publication=convocations, user=manager, by=member(manager), at=NOW)
    assert "convocation" not in read(three[0], LATER)


def test_a_proposal_that_is_refused_is_in_preparation_again(convocations, manager, head):
    publish(convocations, manager, LATER)

    operations.refuse(publication=convocations, user=head, by=member(head), at=NOW)

    assert (convocations.state, convocations.publish_at) == (PublicationState.PREPARING, None)
    publish(convocations, manager)
    assert convocations.state == PublicationState.PROPOSED


def test_a_proposal_whose_instant_has_passed_is_not_approved(convocations, three, manager, head):
    publish(convocations, manager, LATER)

    with pytest.raises(operations.InstantPast, match="refusez la proposition"):
        operations.approve(publication=convocations, user=head, by=member(head), at=LATER)
    assert "convocation" not in read(three[0], LATER)


def test_what_nobody_could_approve_is_not_proposed(convocations, manager):
    a_member("ailleurs@exemple.test", Membership.Role.HEAD, ["A25"])

    with pytest.raises(operations.NobodyApproves):
        publish(convocations, manager)
    convocations.refresh_from_db()
    assert convocations.state == PublicationState.PREPARING


# --- Dropped, taken back ---------------------------------------------------------------------


def test_what_is_dropped_never_existed(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)
    code = made.lines.first().version.code

    operations.drop(publication=made, by=member(manager), at=LATER - INSTANT)

    assert made.state == PublicationState.DROPPED
    assert by_code(code, at=LATER) is None
    assert not DocumentVersion.objects.filter(document__kind=SLUG).exists()
    tell(made, LATER)
    assert told() == []
    assert prepare().counts()["prepared"] == 3


def test_what_is_read_is_not_dropped(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)

    with pytest.raises(Refused, match="peuvent être retirés"):
        operations.drop(publication=made, by=member(manager), at=LATER)
    assert SLUG in read(three[0], LATER)


def test_what_is_taken_back_is_read_no_more_and_who_was_told_is_told_why(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    operations.tell(str(made.pk), at=NOW)
    code = made.lines.first().version.code

    operations.withdraw(publication=made, reason="Erreur de date", by=member(manager), at=LATER)
    tell(made, LATER)
    tell(made, LATER)

    assert {SLUG in read(one, LATER) for one in three} == {False}
    assert len(told("document_withdrawn")) == 3
    assert "Erreur de date" in Message.objects.filter(kind="document_withdrawn").first().body
    assert by_code(code, at=LATER).withdrawn_at == LATER
    assert Entry.objects.filter(verb="document withdrawn").count() == 3


def test_who_was_not_told_of_a_document_is_not_told_of_its_withdrawal(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    operations.withdraw(publication=made, reason="Erreur", by=member(manager), at=NOW)
    tell(made)

    assert told() == told("document_withdrawn") == []


def test_one_document_alone_is_taken_back(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    tell(made)
    line = made.lines.get(registration=three[0])

    operations.withdraw_one(line=line, reason="Homonyme", by=member(manager), at=LATER)

    assert [SLUG in read(one, LATER) for one in three] == [False, True, True]
    assert told("document_withdrawn") == [three[0].candidate.address]
    with pytest.raises(Refused):
        operations.withdraw_one(line=line, reason="Homonyme", by=member(manager), at=LATER)
    made.refresh_from_db()
    assert made.state == PublicationState.PUBLISHED


@pytest.mark.parametrize("act", ["withdraw", "withdraw_one"])
def test_nothing_is_taken_back_without_a_word(prepare, three, manager, act):
    made = prepare()
    publish(made, manager)
    what = {"publication": made} if act == "withdraw" else {"line": made.lines.first()}

    with pytest.raises(operations.ReasonMissing):
        getattr(operations, act)(**what, reason="", by=member(manager), at=NOW)


# --- By a batch ------------------------------------------------------------------------------


def test_a_batch_prepares_the_documents_of_a_search(three, manager, allowed):
    batch = batches.prepare(
        registrations=Registration.objects.within(allowed),
        action=ACTIONS[f"prepare-{SLUG}"],
        reason="",
        reach=allowed,
        by=manager,
        at=NOW,
    )
    assert not Publication.objects.exists()
    deciding.decide(
        registration=three[0], decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
    )
    batches.launch(batch=batch, by=member(manager), at=NOW)
    work("batches")

    made = Publication.objects.get(pk=batch.about)
    assert made.counts()["prepared"] == 2
    assert batch.counts() == {"done": 2, "refused": 1, "waiting": 0}
    assert SLUG not in read(three[1], LATER)


# --- What the database holds -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"state": "published"},
        {"state": "withdrawn"},
        {"why": "Erreur"},
    ],
    ids=str,
)
def test_the_database_refuses_a_publication_that_cannot_be(prepare, three, change):
    made = prepare()

    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=made.pk).update(**change)


@pytest.mark.parametrize(
    "change", [{"outcome": "refused"}, {"why": "Erreur"}, {"withdrawal_told_at": NOW}], ids=str
)
def test_the_database_refuses_a_line_that_cannot_be(prepare, three, change):
    made = prepare()

    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationLine.objects.filter(publication=made).update(**change)
