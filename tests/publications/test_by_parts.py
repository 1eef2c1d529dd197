"""A publication of many: some lines at a time, read at one instant, nobody held up (R-07, R-27, R-37)."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from sporades.acts import consulting
from sporades.acts.agents import inviting
from sporades.acts.registrations import leaving
from sporades.candidates.models import Candidate
from sporades.core.refusals import Refused
from sporades.documents.models import DROPPED, LET_OUT, REFUSED, DocumentVersion
from sporades.documents.operations import AlreadyPrepared, keep_from_sight, mark_opened
from sporades.documents.queries import by_code, documents_in
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.letters.printing import paper_of
from sporades.mail.models import Message
from sporades.personal.gathering import person_of
from sporades.personal.tables import documents_of
from sporades.publications import refusals, tasks
from sporades.publications.models import DECIDED, PublicationLine
from sporades.publications.operations import (
    by_parts,
    counting,
    deciding,
    depositing,
    preparing,
    telling,
)
from sporades.publications.queries import lines_to_come, withdrawn_lines
from sporades.publications.states import LineOutcome, PublicationState
from sporades.registrations.models import Registration
from tests.acts.test_issuing import amend
from tests.documents.summaries import a_pdf
from tests.endurance.arena import held, together
from tests.factories import NOW, OPERATOR, author
from tests.jobs import work
from tests.publications.doing import (
    DECISION,
    INSTANT,
    LATER,
    SLUG,
    approve,
    member,
    publish,
    read,
    refuse,
    tell,
    told,
)
from tests.publications.test_depositing import NOTICE
from tests.publications.zips import archive

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _one_at_once(monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 1)


@pytest.fixture
def made(prepare, three):
    """Attestations of three registrations, one more than one transaction goes through."""
    return prepare()


@pytest.fixture
def decisions(three, manager, allowed):
    """Decisions of three registrations, which a second person approves."""
    made = depositing.deposit_many(
        kind=NOTICE,
        decision=DECISION,
        archive=archive(**{one.number: a_pdf() for one in three}),
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )
    depositing.fill(str(made.pk), at=NOW)
    made.refresh_from_db()
    return made


def some(made, at=NOW):
    """Go through some lines, as a job does."""
    return by_parts.go_through_some(str(made.pk), at=at)


def withdraw(registration, at=NOW):
    found = Registration.objects.get(pk=registration.pk)
    leaving.withdraw(registration=found, by=author(registration.candidate), at=at)


def acts(made):
    entries = Entry.objects.filter(object_kind="publication", object_id=str(made.pk))
    return list(entries.order_by("pk").values_list("verb", "actor_name"))


def forget_jobs():
    """Lose what waits in the queue, as what a killed worker was doing."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name LIKE 'publications.%%'")


def free():
    """Return the registrations that somebody else may lock at this instant."""
    found = Registration.objects.select_for_update(no_key=True, skip_locked=True)
    with transaction.atomic():
        return set(found.values_list("pk", flat=True))


# --- One instant -----------------------------------------------------------------------------


def test_all_are_read_once_the_last_is_gone_through_and_none_before(made, three, manager):
    publish(made, manager)
    codes = [line.version.code for line in made.lines.all()]

    for others_wait in (True, True):
        assert some(made) is others_wait
        tell(made)
        assert [SLUG in read(one, LATER) for one in three] == [False] * 3
        assert [by_code(code, at=LATER) for code in codes] == [None] * 3
        assert told() == []
    assert some(made) is False

    made.refresh_from_db()
    assert (made.state, made.counts()["published"]) == (PublicationState.PUBLISHED, 3)
    assert [SLUG in read(one, NOW) for one in three] == [True] * 3
    assert some(made) is False
    assert acts(made)[1:] == [
        ("publication published", member(manager).name),
        ("publication completed", "Sporades"),
    ]
    work("publications")
    assert len(told()) == 3


def test_what_is_not_gone_through_at_its_instant_is_read_of_nobody_until_it_is(
    made, three, manager
):
    publish(made, manager, LATER)
    some(made)

    assert [SLUG in read(one, LATER + HOUR) for one in three] == [False] * 3
    tell(made, LATER + HOUR)
    assert told() == []
    while some(made, LATER + HOUR):
        pass

    assert [SLUG in read(one, LATER + HOUR) for one in three] == [True] * 3
    tell(made, LATER + HOUR)
    assert len(told()) == 3


def test_what_is_let_out_after_its_instant_bears_the_one_from_which_it_is_read(
    decisions, three, manager, head
):
    """The delay to contest it is presumed to run from that day."""
    publish(decisions, manager)
    approve(decisions, head)
    [mail] = Message.objects.filter(kind="publication_decided")
    assert "au plus tôt à partir du" in mail.body
    later = NOW + timedelta(days=3)
    while some(decisions, later):
        pass

    decisions.refresh_from_db()
    assert decisions.publish_at == later
    versions = DocumentVersion.objects.filter(document__kind=NOTICE.slug)
    assert {*versions.values_list("published_at", flat=True)} == {later}
    assert [NOTICE.slug in read(one, later) for one in three] == [True] * 3
    completed = Entry.objects.get(verb="publication completed")
    assert completed.payload["after"]["publish_at"] == later.isoformat()
    tell(decisions, later)
    assert len(told()) == 3


def test_a_document_that_was_held_back_stays_so_where_all_are_let_out_later(made, manager):
    publish(made, manager, at=NOW - HOUR)
    some(made)
    line = made.lines.filter(outcome="published").get()
    withdraw(line.registration)
    work("publications")

    line.refresh_from_db()
    assert line.version.published_at == NOW
    assert line.version.is_held_back


def test_what_is_gone_through_in_time_is_read_at_its_instant(made, three, manager):
    publish(made, manager, LATER)
    work("publications")

    assert made.counts()["published"] == 3
    assert {*made.lines.values_list("version__published_at", flat=True)} == {LATER}
    assert [SLUG in read(one, LATER - timedelta(microseconds=1)) for one in three] == [False] * 3
    assert [SLUG in read(one, LATER) for one in three] == [True] * 3


def test_a_copy_of_ones_data_says_nothing_of_what_is_under_way(made, three, manager):
    mine = person_of(three[0].candidate, at=NOW)
    theirs = DocumentVersion.objects.filter(documents_of(mine), document__kind=SLUG)
    publish(made, manager)
    some(made)

    assert made.lines.get(registration=three[0]).is_published
    assert not theirs.exists()
    work("publications")
    assert theirs.exists()


def test_many_are_approved_by_a_second_person_and_read_at_one_instant(
    decisions, three, manager, head
):
    made = decisions
    publish(made, manager)
    approve(made, head)
    some(made)

    made.refresh_from_db()
    assert (made.state, made.decided_by) == (PublicationState.PUBLISHING, head)
    assert [NOTICE.slug in read(one, NOW) for one in three] == [False] * 3
    assert told("publication_decided") == [manager.email]
    work("publications")
    assert [NOTICE.slug in read(one, NOW) for one in three] == [True] * 3
    work("publications")
    assert len(told()) == 3


# --- A worker that is killed -----------------------------------------------------------------


def test_what_a_killed_worker_left_is_taken_up_again(made, three, manager):
    publish(made, manager)
    some(made)
    forget_jobs()
    later = NOW + tasks.PATIENCE

    assert by_parts.take_up_again(older_than=NOW) == 0
    assert by_parts.take_up_again(older_than=later) == 1
    work("publications")
    work("publications")

    assert made.counts()["published"] == len(told()) == 3
    assert by_parts.take_up_again(older_than=later) == 0
    assert Entry.objects.filter(verb="document published").count() == 3


def test_what_an_outage_put_off_is_gone_through_once_it_is_seen_to_wait(made, manager):
    publish(made, manager)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'"
            " WHERE task_name = 'publications.go_on'"
        )

    by_parts.take_up_again(older_than=NOW + tasks.PATIENCE)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'publications.go_on'"
        )
        assert cursor.fetchall() == [(None,)]


def test_the_job_leaves_what_is_too_much_to_another(made, manager, monkeypatch):
    monkeypatch.setattr(by_parts, "IN_ONE_JOB", 2)
    publish(made, manager)

    work("publications")
    assert made.counts()["published"] == 2
    work("publications")
    assert made.counts()["published"] == 3


# --- Who changes theirs meanwhile ------------------------------------------------------------


def test_who_changes_theirs_meanwhile_reads_nothing_that_says_what_was(made, three, manager):
    """One is gone through already, one is not; one has withdrawn, one waits for nobody."""
    publish(made, manager, at=NOW - HOUR)
    some(made)
    lines = list(made.lines.order_by("pk"))
    first, _, third = (line.registration for line in lines)
    amend(
        Registration.objects.whole().get(pk=first.pk), identification={"mobile": "06 39 98 56 78"}
    )
    withdraw(third)
    work("publications")

    made.refresh_from_db()
    assert made.state == PublicationState.PUBLISHED
    assert [SLUG in read(line.registration, LATER) for line in lines] == [False, True, False]
    work("publications")

    said = dict(made.lines.values_list("registration", "why"))
    assert said[first.pk] == refusals.HAS_CHANGED
    assert said[third.pk] == refusals.STANDS_NO_MORE
    mails = Message.objects.filter(kind="publication_decided").order_by("pk")
    assert [one.recipient for one in mails] == [manager.email] * 2  # when it ended, at its instant
    assert "Un document de la publication" in mails[0].body
    assert "2 documents de la publication" in mails[1].body
    assert told() == [lines[1].registration.candidate.address]
    assert DocumentVersion.objects.filter(document__kind=SLUG).count() == 1


def test_when_nothing_holds_any_more_it_is_prepared_anew_and_who_decided_is_told(
    made, three, manager
):
    for one in three:
        withdraw(one)
    publish(made, manager)
    work("publications")

    made.refresh_from_db()
    assert (made.state, made.publish_at) == (PublicationState.PREPARING, None)
    assert made.counts()["refused"] == 3
    assert acts(made)[-1] == ("publication found empty", "Sporades")
    [mail] = Message.objects.filter(kind="publication_decided")
    assert mail.recipient == manager.email
    assert "rien n'est publié" in mail.body
    assert told() == []


def test_what_was_decided_goes_on_where_the_account_of_who_decided_is_closed(made, manager):
    publish(made, manager)
    some(made)
    inviting.close(email=manager.email, reason="départ", by=OPERATOR, at=NOW)
    work("publications")

    made.refresh_from_db()
    assert (made.state, made.counts()["published"]) == (PublicationState.PUBLISHED, 3)


def test_no_other_of_its_kind_is_prepared_while_it_is_under_way(made, three, prepare, manager):
    publish(made, manager)
    some(made)

    with pytest.raises(AlreadyPrepared):
        prepare()


def test_what_is_under_way_is_dropped_as_if_it_had_never_been(made, three, manager):
    publish(made, manager, at=NOW - HOUR)
    code = made.lines.order_by("pk").first().version.code
    some(made)

    preparing.drop(publication=made, by=member(manager), at=NOW)
    work("publications")

    assert made.state == PublicationState.DROPPED
    assert by_code(code, at=LATER) is None
    assert not DocumentVersion.objects.filter(document__kind=SLUG).exists()
    assert not PublicationLine.objects.exists()
    assert told() == []


def test_what_is_under_way_is_not_taken_back(made, three, manager):
    publish(made, manager)
    some(made)

    with pytest.raises(Refused):
        preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=NOW)
    line = made.lines.filter(outcome="published").get()
    made.refresh_from_db()
    assert made.state == PublicationState.PUBLISHING
    with pytest.raises(Refused):
        preparing.withdraw_one(line=line, reason="Erreur", by=member(manager), at=NOW)


# --- Taken back, dropped, put off -----------------------------------------------------------


@pytest.fixture
def read_by_all(made, manager):
    """What is read, and of which its first candidate was told."""
    publish(made, manager)
    work("publications")
    telling.tell(str(made.pk), at=NOW)
    made.refresh_from_db()
    return made


def test_what_is_taken_back_is_read_of_nobody_before_any_line_is_gone_through(
    read_by_all, three, manager
):
    made, later = read_by_all, NOW + HOUR
    codes = [line.version.code for line in made.lines.all()]

    preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=later)

    assert made.counts()["published"] == 3
    assert [SLUG in read(one, later) for one in three] == [False] * 3
    assert [by_code(code, at=later).withdrawn_at for code in codes] == [later] * 3
    for one in three:
        [line] = withdrawn_lines(one, at=later)
        assert (line.why, line.version.withdrawn_at) == ("Erreur", later)
        assert withdrawn_lines(one, at=later - INSTANT) == []
    mine = person_of(three[0].candidate, at=later)
    assert not DocumentVersion.objects.filter(
        documents_of(mine), document__kind=SLUG, withdrawn_at=None
    ).exists()
    some(made, later + HOUR)
    tell(made, later)
    forget_jobs()
    assert by_parts.take_up_again(older_than=later + HOUR) == 1
    work("publications")
    work("publications")

    assert made.counts()["withdrawn"] == 3
    assert set(made.lines.values_list("version__withdrawn_at", "why")) == {(later, "Erreur")}
    assert len(told("document_withdrawn")) == 3
    assert Entry.objects.filter(verb="document withdrawn").count() == 3
    assert by_parts.take_up_again(older_than=later + HOUR) == 0


def test_nobody_is_told_of_what_is_taken_back_meanwhile(made, three, manager):
    publish(made, manager)
    work("publications")
    made.refresh_from_db()

    preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=NOW)
    tell(made)
    line = made.lines.order_by("pk").first()
    telling._tell_line(line.pk, at=NOW)
    work("publications")
    work("publications")

    assert told() == told("document_withdrawn") == []
    assert made.counts()["withdrawn"] == 3


@pytest.mark.parametrize("at_once", [1, 200])
@pytest.mark.parametrize("stands", [False, True])
def test_what_was_held_back_was_never_read_and_is_not_said_to_be_withdrawn(
    made, manager, monkeypatch, at_once, stands
):
    publish(made, manager, LATER)
    work("publications")
    line = made.lines.order_by("pk").first()
    code = line.version.code
    if stands:
        keep_from_sight(DocumentVersion.objects.filter(pk=line.version_id), at=NOW)
    else:
        withdraw(line.registration)
    made.refresh_from_db()
    monkeypatch.setattr(counting, "AT_ONCE", at_once)
    preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=LATER)

    while some(made, LATER):
        pass

    for _ in range(2):
        assert by_code(code, at=LATER) is None
        assert withdrawn_lines(line.registration, at=LATER) == []
        tell(made, LATER)
    line.refresh_from_db()
    assert line.outcome == ("withdrawn" if stands else "refused")
    assert made.counts()["withdrawn"] == 2 + stands
    assert telling.take_up_again(at=LATER, older_than=LATER + HOUR) == 0


def test_a_letter_that_is_printed_meanwhile_goes_without_what_is_taken_back(
    made, three, manager, kept
):
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    publish(made, manager)
    work("publications")
    tell(made)
    made.refresh_from_db()
    [letter] = Letter.objects.all()

    preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=NOW)

    letter = Letter.objects.get(pk=letter.pk)
    assert len(paper_of(letter, "", at=NOW)) == 1
    assert letter.goes_without_document


def test_what_is_dropped_before_its_instant_is_hidden_before_it_is_deleted(made, three, manager):
    publish(made, manager, LATER)
    work("publications")
    code = made.lines.order_by("pk").first().version.code

    preparing.drop(publication=made, by=member(manager), at=NOW)

    assert made.lines.count() == 3
    assert [SLUG in read(one, LATER) for one in three] == [False] * 3
    assert by_code(code, at=LATER) is None
    some(made)
    forget_jobs()
    assert by_parts.take_up_again(older_than=NOW + HOUR) == 1
    work("publications")
    assert not made.lines.exists()
    assert not DocumentVersion.objects.filter(document__kind=SLUG).exists()
    assert by_parts.take_up_again(older_than=NOW + HOUR) == 0


@pytest.mark.parametrize("was_decided", [False, True])
def test_what_is_dropped_hinders_none_of_its_kind_while_it_is_gone_through(
    made, three, prepare, manager, was_decided
):
    if was_decided:
        publish(made, manager, LATER)
        work("publications")
        made.refresh_from_db()
    preparing.drop(publication=made, by=member(manager), at=NOW)

    assert [*lines_to_come(three[0], at=NOW)] == []
    anew = prepare()
    work("publications")

    assert anew.counts()["prepared"] == 3
    assert not made.lines.exists()
    assert DocumentVersion.objects.filter(document__kind=SLUG).count() == 3


def test_what_somebody_has_read_is_neither_dropped_nor_put_off(made, three, manager):
    publish(made, manager, LATER)
    work("publications")
    mark_opened(made.lines.get(registration=three[0]).version, at=LATER)

    with pytest.raises(refusals.AlreadyRead):
        preparing.drop(publication=made, by=member(manager), at=NOW)
    with pytest.raises(refusals.InstantCome):
        put_off(made, manager)
    made.refresh_from_db()
    assert [SLUG in read(one, LATER) for one in three] == [True] * 3


def put_off(made, user, instant=LATER + HOUR):
    deciding.reschedule(publication=made, instant=instant, user=user, by=member(user), at=NOW)


def test_what_is_put_off_is_judged_anew_and_read_at_the_new_instant(made, three, manager):
    publish(made, manager, LATER)
    work("publications")
    made.refresh_from_db()

    put_off(made, manager)

    assert [SLUG in read(one, LATER + HOUR) for one in three] == [False] * 3
    withdraw(three[0])
    Registration.objects.filter(pk=three[1].pk).update(version=2)
    work("publications")

    assert [SLUG in read(one, LATER) for one in three] == [False] * 3
    assert [SLUG in read(one, LATER + HOUR) for one in three] == [False, False, True]
    assert DocumentVersion.objects.filter(document__kind=SLUG).count() == 1
    tell(made, LATER + HOUR)
    assert told() == [three[2].candidate.address]


def schedule(made, proposer, approver):
    """Have two persons publish it from LATER on, and its lines gone through."""
    publish(made, proposer, LATER)
    approve(made, approver)
    work("publications")
    made.refresh_from_db()


def test_what_two_persons_decided_is_approved_again_and_hidden_meanwhile(
    decisions, three, manager, head, second
):
    schedule(decisions, manager, head)

    put_off(decisions, manager)

    assert decisions.state == PublicationState.PROPOSED
    assert [NOTICE.slug in read(one, LATER + HOUR) for one in three] == [False] * 3
    withdraw(three[0])
    approve(decisions, second)
    work("publications")
    assert [NOTICE.slug in read(one, LATER) for one in three] == [False] * 3
    assert [NOTICE.slug in read(one, LATER + HOUR) for one in three] == [False, True, True]
    assert DocumentVersion.objects.filter(document__kind=NOTICE.slug).count() == 2


@pytest.mark.parametrize("is_sent_back", [False, True])
def test_what_waits_for_a_second_person_again_loses_the_instant_that_it_had(
    decisions, manager, head, second, is_sent_back
):
    """Whatever reads it, a process of the former version too, finds nothing from that instant on."""
    schedule(decisions, manager, head)
    put_off(decisions, manager)
    if is_sent_back:
        refuse(decisions, second)
    some(decisions)
    forget_jobs()
    assert by_parts.take_up_again(older_than=NOW + HOUR) == 1
    work("publications")

    given = DocumentVersion.objects.filter(
        document__kind=NOTICE.slug, published_at__isnull=False, withdrawn_at=None
    )
    assert not given.exists()
    assert decisions.counts()["prepared"] == 3
    assert by_parts.take_up_again(older_than=NOW + HOUR) == 0


def test_what_is_sent_back_after_its_instant_was_changed_leaves_nothing_to_read(
    decisions, three, manager, head, second
):
    schedule(decisions, manager, head)
    put_off(decisions, manager)
    refuse(decisions, second)
    withdraw(three[0])

    publish(decisions, manager, LATER + HOUR)

    assert decisions.lines.get(registration=three[0]).why == refusals.STANDS_NO_MORE
    assert DocumentVersion.objects.filter(document__kind=NOTICE.slug).count() == 2


# --- Nobody is held up -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_part_holds_its_own_registrations_and_none_between_two(made, three, manager):
    every = {one.pk for one in three}
    publish(made, manager)

    for done in (1, 2, 3):
        with transaction.atomic():
            some(made)
            [others] = together(free)
        [after] = together(free)
        assert len(every - others) == 1
        assert after == every
        assert made.counts()["published"] == done


@pytest.mark.django_db(transaction=True)
def test_neither_the_decision_nor_a_proposal_holds_a_registration(
    made, convocations, three, manager, head
):
    every = {one.pk for one in three}
    for one in (made, convocations):
        with transaction.atomic():
            publish(one, manager)
            assert together(free) == [every]
    assert (made.state, convocations.state) == ("publishing", "proposed")


@pytest.mark.django_db(transaction=True)
def test_who_is_saving_is_not_waited_for_while_others_are_gone_through(
    made, three, manager, monkeypatch
):
    publish(made, manager)
    monkeypatch.setattr(counting, "AT_ONCE", 3)
    line = made.lines.order_by("pk").first()

    with held(line.registration):
        assert some(made) is True
        left = made.lines.filter(outcome="prepared")
        assert list(left) == [line]
        assert [SLUG in read(one, NOW) for one in three] == [False] * 3
    assert some(made) is False

    assert [SLUG in read(one, NOW) for one in three] == [True] * 3


@pytest.mark.django_db(transaction=True)
def test_who_saves_during_the_part_of_another_waits_for_nobody(made, three, manager):
    publish(made, manager)
    *_, last = made.lines.order_by("pk")

    def save():
        with transaction.atomic():
            # Refused at once where anybody held it.
            list(
                Registration.objects.select_for_update(nowait=True).filter(pk=last.registration_id)
            )
            withdraw(last.registration)
        return "saved"

    with transaction.atomic():
        assert some(made) is True
        assert together(save) == ["saved"]
    work("publications")
    work("publications")

    assert made.lines.get(pk=last.pk).why == refusals.STANDS_NO_MORE
    assert len(told()) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["publish", "withdraw", "drop"])
def test_what_is_being_printed_holds_up_none_of_the_others(made, manager, monkeypatch, act):
    publish(made, manager, LATER if act == "drop" else NOW, at=NOW - HOUR)
    if act != "publish":
        work("publications")
        made.refresh_from_db()
        by = member(manager)
        if act == "drop":
            preparing.drop(publication=made, by=by, at=NOW)
        else:
            preparing.withdraw(publication=made, reason="Erreur", by=by, at=NOW)
    monkeypatch.setattr(counting, "AT_ONCE", 3)
    first, *others = made.lines.order_by("pk")

    with held(first.version):
        assert some(made) is True
        left = {"publish": "prepared", "withdraw": "published", "drop": "published"}[act]
        assert list(made.lines.filter(outcome=left)) == [first]
        assert made.lines.exclude(pk=first.pk).count() == (0 if act == "drop" else len(others))
    assert some(made) is False


@pytest.mark.django_db(transaction=True)
def test_who_saves_between_two_parts_waits_for_none(made, three, manager):
    publish(made, manager)
    some(made)
    one = made.lines.filter(outcome="published").get().registration

    with transaction.atomic():
        # Refused at once where anybody held it.
        list(Registration.objects.select_for_update(nowait=True).filter(pk=one.pk))
        withdraw(one)
    work("publications")
    work("publications")

    assert SLUG not in read(one, LATER)
    assert made.lines.get(registration=one).why == refusals.STANDS_NO_MORE
    assert len(told()) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["withdraw", "drop", "put_off"])
def test_no_document_is_held_by_what_is_done_with_all_of_them(made, three, manager, act):
    """Whoever saves may have to hold theirs back; whoever opens theirs notes that they did."""
    publish(made, manager, NOW if act == "withdraw" else LATER, at=NOW - HOUR)
    work("publications")
    made.refresh_from_db()
    every = set(DocumentVersion.objects.values_list("pk", flat=True))

    def free_documents():
        found = DocumentVersion.objects.select_for_update(skip_locked=True)
        with transaction.atomic():
            return set(found.values_list("pk", flat=True)), free()

    with transaction.atomic():
        if act == "withdraw":
            preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=NOW)
        elif act == "drop":
            preparing.drop(publication=made, by=member(manager), at=NOW)
        else:
            put_off(made, manager)
        [(documents, registrations)] = together(free_documents)
        assert documents == every
        assert registrations == {one.pk for one in three}
        some(made)
        [(documents, _)] = together(free_documents)
        assert len(every - documents) == 1


def drop_or_put_off(made, user, act):
    if act == "drop":
        preparing.drop(publication=made, by=member(user), at=NOW)
    else:
        put_off(made, user)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_once", [1, 200])
@pytest.mark.parametrize("act", ["drop", "put_off"])
def test_who_opens_theirs_while_it_is_dropped_or_put_off_reads_nothing(
    made, manager, monkeypatch, act, at_once
):
    monkeypatch.setattr(counting, "AT_ONCE", at_once)
    publish(made, manager, LATER)
    work("publications")
    made.refresh_from_db()
    one, instant = made.lines.first().registration, LATER + INSTANT
    [found] = [
        each
        for each in documents_in(folder=one.folder_id, at=instant)
        if each.document.kind == SLUG
    ]

    def reads(version):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        try:
            consulting.open_document(version=version, by=author(one.candidate), at=instant)
        except OperationalError:
            return "waits"
        except DocumentVersion.DoesNotExist:
            return "is not there"
        return "read"

    with transaction.atomic():
        drop_or_put_off(made, manager, act)
        assert together(partial(reads, found)) == ["waits"]
    assert together(partial(reads, found)) == ["is not there"]

    assert not DocumentVersion.objects.filter(document__kind=SLUG, opened_at__isnull=False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["drop", "put_off"])
def test_what_is_being_opened_is_neither_dropped_nor_put_off(made, three, manager, act):
    publish(made, manager, LATER)
    work("publications")
    version = made.lines.get(registration=three[0]).version

    def acts():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        drop_or_put_off(made, manager, act)

    with transaction.atomic():
        consulting.open_document(version=version, by=author(three[0].candidate), at=LATER)
        [waited] = together(acts)
    assert isinstance(waited, OperationalError)

    [refused] = together(acts)
    assert isinstance(refused, refusals.AlreadyRead | refusals.InstantCome)


@pytest.mark.parametrize("act", ["drop", "put_off"])
def test_what_waited_beyond_the_instant_is_neither_dropped_nor_put_off(
    made, three, manager, stopped_clock, act
):
    publish(made, manager, LATER)
    work("publications")
    stopped_clock.move_to(LATER)

    with pytest.raises((refusals.AlreadyRead, refusals.InstantCome)):
        drop_or_put_off(made, manager, act)


def test_what_documents_ask_of_a_publication_are_the_states_of_what_is_decided():
    assert ({*LET_OUT}, DROPPED) == ({*DECIDED}, PublicationState.DROPPED)
    assert REFUSED == LineOutcome.REFUSED
