"""One act on many registrations: seen before, each line alone, stopped and taken up, never twice."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sporades.accounts.models import Membership
from sporades.acts.agents import inviting
from sporades.acts.pieces import owing, verifying
from sporades.acts.registrations import deciding, receiving
from sporades.batches import operations, queries, tasks
from sporades.batches.actions import AMENDED, DECIDED, GIVEN, GIVEN_SINCE, Action
from sporades.batches.models import Batch, BatchLine
from sporades.batches.states import BatchState, Outcome
from sporades.candidates.models import Candidate
from sporades.core.refusals import ReasonMissing, Refused
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import DECISIONS, FLAG, SET_ASIDE, VALIDATE, State
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.trees import Group, Leaf
from tests.accommodations import asked as cases
from tests.acts.test_issuing import amend
from tests.evidence.given import IDENTITY, MANAGER, again, complete, give, piece, receive
from tests.factories import EVERYWHERE, NOW, OPERATOR, a_candidate, a_registration, author
from tests.jobs import work
from tests.refusing import refuse
from tests.web.registry.world import a_member

WHY = "Il manque la copie de votre diplôme"
UNSIGNED = "le récapitulatif signé n'est pas noté comme reçu"
VERSAILLES = {"postcode": "78000", "town": "Versailles"}


def actor(batch):
    """Return the author of a batch."""
    return batch.reach.perimeters[0].member


def launched(batch):
    """Launch a batch and go through it."""
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    while operations.go_on(str(batch.pk), at=NOW):
        pass
    batch.refresh_from_db()
    return batch


def states():
    """Return where the registrations stand, in their order."""
    return list(Registration.objects.order_by("pk").values_list("state", flat=True))


def set_aside(registration):
    deciding.decide(registration=registration, decision=SET_ASIDE, reason=WHY, by=OPERATOR, at=NOW)


def test_nothing_is_done_before_it_is_launched(prepare, three):
    batch = prepare()
    work("batches")

    assert (batch.state, batch.total) == (BatchState.PREPARED, 3)
    assert states() == [State.REGISTERED] * 3


def test_each_registration_is_decided_told_and_in_the_journal_in_the_authors_name(prepare, three):
    batch = launched(prepare("flag", WHY))

    assert states() == [State.ANOMALY] * 3
    assert set(Registration.objects.values_list("reason", flat=True)) == {WHY}
    assert Message.objects.filter(kind="state_changed").count() == 3
    entries = Entry.objects.filter(verb="anomaly found")
    assert {one.actor_name for one in entries} == {batch.asked_name}
    assert {one.actor_kind for one in entries} == {"manager"}
    assert batch.counts() == {"done": 3, "refused": 0, "waiting": 0}
    assert batch.state == BatchState.DONE
    assert Message.objects.filter(kind="batch_ended").count() == 1


@pytest.mark.parametrize("action", [one.name for one in DECISIONS])
def test_every_decision_can_be_made_of_many(prepare, three, action):
    decision = next(one for one in DECISIONS if one.name == action)
    needs = next(iter(decision.sources))
    reason = WHY if needs in (State.ANOMALY, State.SET_ASIDE) else ""
    Registration.objects.update(state=needs, reason=reason)

    batch = launched(prepare(action, WHY))

    assert states() == [decision.target] * 3
    assert batch.counts()["done"] == 3


def test_who_will_be_refused_and_why_is_said_before(prepare, three):
    set_aside(three[0])

    forecast = queries.forecast(prepare("validate"), at=NOW)

    assert [(one.state, one.count, bool(one.refusal)) for one in forecast] == [
        (State.REGISTERED, 2, False),
        (State.SET_ASIDE, 1, True),
    ]
    assert forecast[1].refusal == "Elle est écartée : elle ne peut pas être validée."


def test_what_is_validated_without_its_pieces_is_told_apart(prepare, three):
    receive(three[0])
    complete(three[1])

    forecast = queries.forecast(prepare("validate"), at=NOW)

    assert {(one.unmet, one.seen, one.count, one.refusal) for one in forecast} == {
        (("missing", "unsigned"), f"des pièces obligatoires manquent, {UNSIGNED}", 1, ""),
        (
            ("unjudged", "unsigned"),
            f"des pièces obligatoires attendent un verdict, {UNSIGNED}",
            1,
            "",
        ),
        ((), "", 1, ""),
    }


def test_whose_anomaly_is_lifted_though_something_is_still_to_come_is_told_apart(prepare, three):
    complete(three[0])
    for one in three:
        deciding.decide(registration=one, decision=FLAG, reason=WHY, by=OPERATOR, at=NOW)

    forecast = queries.forecast(prepare("clear"), at=NOW)

    assert {(one.unmet, one.count, one.refusal) for one in forecast} == {
        (("missing", "unsigned"), 2, ""),
        ((), 1, ""),
    }


def test_what_is_validated_though_its_summary_was_posted_late_is_told_apart(prepare, three):
    for one in three:
        complete(one)
    late = Registration.objects.filter(pk=three[0].pk)
    late.update(is_summary_posted_late=True)

    forecast = queries.forecast(prepare("validate"), at=NOW)

    assert {(one.unmet, one.seen, one.count) for one in forecast} == {
        (("posted_late",), "le récapitulatif signé a été posté hors délai", 1),
        ((), "", 2),
    }


def test_a_refused_line_says_why_and_the_others_are_done(prepare, three):
    batch = prepare("validate")
    set_aside(three[1])

    launched(batch)

    refused = batch.lines.get(outcome=Outcome.REFUSED)
    assert refused.registration_id == three[1].pk
    assert refused.why == "Elle est écartée : elle ne peut pas être validée."
    assert batch.counts() == {"done": 2, "refused": 1, "waiting": 0}


def test_what_nobody_foresaw_is_refused_at_its_line_and_the_others_are_done(prepare, three, caplog):
    batch = prepare()
    refuse("registrations_registration", three[0].pk)

    launched(batch)

    assert (batch.state, batch.counts()) == (
        BatchState.DONE,
        {"done": 2, "refused": 1, "waiting": 0},
    )
    refused = batch.lines.get(outcome=Outcome.REFUSED)
    assert (refused.registration, refused.why) == (three[0], operations.running.OUR_FAULT)
    assert states() == [State.REGISTERED, State.VALIDATED, State.VALIDATED]
    assert Message.objects.filter(kind="state_changed").count() == 2
    assert f"Line {refused.pk} of batch {batch.pk} cannot be done" in caplog.text


def test_what_the_database_does_not_answer_waits_until_it_does(prepare, three):
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    refuse("registrations_registration", three[0].pk, state="57014")

    with pytest.raises(OperationalError), transaction.atomic():
        operations.go_on(str(batch.pk), at=NOW)

    batch.refresh_from_db()
    assert batch.state == BatchState.RUNNING
    assert not batch.lines.exclude(outcome=Outcome.WAITING).exists()


def test_what_no_state_tells_is_refused_at_its_line(prepare, three):
    first = three[0]
    set_aside(first)
    again = a_registration(first.candidate)
    assert again.pk != first.pk

    batch = launched(prepare("restore", registrations=Registration.objects.filter(pk=first.pk)))

    assert "a pris la place de celle-ci" in batch.lines.get().why


def test_without_a_reason_nothing_is_set_aside(prepare, three):
    with pytest.raises(ReasonMissing):
        prepare("set_aside")

    assert not Batch.objects.exists()


def test_nothing_chosen_is_said(prepare, three):
    with pytest.raises(operations.Nothing):
        prepare(registrations=Registration.objects.none())


def test_more_than_a_batch_takes_is_refused_and_nothing_is_kept(prepare, three, monkeypatch):
    monkeypatch.setattr(operations.preparing, "MOST_LINES", 2)

    with pytest.raises(operations.TooMany):
        prepare()

    assert not Batch.objects.exists()


def test_what_was_chosen_is_frozen(prepare, three):
    batch = prepare()
    a_registration(a_candidate(birth_name="Dernière"))

    launched(batch)

    assert states() == [State.VALIDATED] * 3 + [State.REGISTERED]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=1)], ids=["before", "after"])
def test_what_was_modified_since_a_batch_was_prepared_is_not_decided_unread(prepare, three, later):
    batch = prepare()
    Registration.objects.filter(pk=three[1].pk).update(amended_at=NOW + later)

    launched(batch)

    read = [State.VALIDATED, State.REGISTERED if later else State.VALIDATED, State.VALIDATED]
    assert states() == read
    refused = batch.lines.filter(outcome=Outcome.REFUSED).values_list("why", flat=True)
    assert list(refused) == [AMENDED] * bool(later)


def test_a_modification_that_was_on_its_way_when_it_was_prepared_is_not_decided_unread(
    prepare, three
):
    batch = prepare()
    # « Enregistrer » was pressed before, and took some seconds.
    amend(three[1], identification={"mobile": "06 39 98 56 78"})

    launched(batch)

    assert states() == [State.VALIDATED, State.REGISTERED, State.VALIDATED]
    assert batch.lines.get(outcome=Outcome.REFUSED).why == AMENDED


def test_a_line_that_another_version_has_prepared_is_decided_by_what_it_kept(prepare, three):
    batch = prepare()
    batch.lines.update(mark=State.REGISTERED)
    deciding.decide(registration=three[1], decision=FLAG, reason=WHY, by=OPERATOR, at=NOW)

    launched(batch)

    assert states() == [State.VALIDATED, State.ANOMALY, State.VALIDATED]


def test_what_a_colleague_decided_since_is_not_decided_over(prepare, three):
    batch = prepare("validate")
    deciding.decide(
        registration=three[1], decision=FLAG, reason=WHY, by=OPERATOR, at=NOW - timedelta(minutes=1)
    )

    launched(batch)

    assert states() == [State.VALIDATED, State.ANOMALY, State.VALIDATED]
    assert batch.lines.get(outcome=Outcome.REFUSED).why == DECIDED


def owing_identity():
    """Return what a search finds of who has still to give the proof of identity."""
    owed = Leaf(CRITERIA["piece"], Operator.PIECE_OWED, (IDENTITY,))
    return found(Group(members=(owed,)), reach=EVERYWHERE)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("action", ["set_aside", "flag"])
def test_who_gives_what_lacked_meanwhile_is_not_decided_of_for_want_of_it(prepare, three, action):
    batch = prepare(action, WHY, registrations=owing_identity())
    give(three[1])

    launched(batch)

    assert batch.counts() == {"done": 2, "refused": 1, "waiting": 0}
    refused = batch.lines.get(outcome=Outcome.REFUSED)
    assert (refused.registration, refused.why) == (three[1], GIVEN_SINCE)
    assert states()[1] == State.REGISTERED


def test_what_is_found_unfit_meanwhile_is_not_validated(prepare, three):
    for one in three:
        complete(one)
    batch = prepare("validate")
    row = piece(three[1])
    verifying.refuse(
        row=row, reason=WHY, seen=row.deposit_id, until=owing.USUAL, by=MANAGER, at=NOW
    )

    launched(batch)

    assert states() == [State.VALIDATED, State.REGISTERED, State.VALIDATED]
    assert batch.lines.get(outcome=Outcome.REFUSED).why == GIVEN_SINCE


def test_a_summary_that_comes_meanwhile_is_no_anomaly(prepare, three):
    batch = prepare("flag", WHY)
    receiving.receive_summary(
        registration=again(three[1]),
        posted_on=NOW.date(),
        seen=three[1].version,
        by=MANAGER,
        at=NOW,
    )

    launched(batch)

    assert states() == [State.ANOMALY, State.REGISTERED, State.ANOMALY]
    assert batch.lines.get(outcome=Outcome.REFUSED).why == GIVEN_SINCE


def test_a_line_that_the_version_before_has_prepared_says_nothing_of_its_pieces(prepare, three):
    batch = prepare("flag", WHY)
    for line in batch.lines.all():
        line.mark = line.mark.partition(GIVEN)[0]
        line.save()
    complete(three[1])

    assert states() == [State.REGISTERED] * 3
    assert launched(batch).counts()["done"] == 3


def test_what_is_decided_while_a_line_is_gone_through_is_not_decided_over(
    prepare, three, monkeypatch
):
    """A colleague decides after the lines were read, before this one is locked."""
    batch = prepare("validate", registrations=Registration.objects.filter(pk=three[0].pk))
    checked = Action.overtaken

    def meanwhile(*given):
        said = checked(*given)
        deciding.decide(
            registration=Registration.objects.whole().get(pk=three[0].pk),
            decision=FLAG,
            reason=WHY,
            by=OPERATOR,
            at=NOW,
        )
        return said

    monkeypatch.setattr(Action, "overtaken", meanwhile)
    launched(batch)

    assert batch.lines.get().why == DECIDED


def test_what_was_decided_before_a_batch_was_prepared_is_decided_by_it(prepare, three):
    deciding.decide(registration=three[1], decision=FLAG, reason=WHY, by=OPERATOR, at=NOW)

    launched(prepare("validate"))

    assert states() == [State.VALIDATED] * 3


def test_what_has_left_the_perimeter_is_not_counted_nor_told_of(prepare, three):
    batch = prepare("validate")
    set_aside(three[0])
    Registration.objects.filter(pk=three[0].pk).update(academy="A25")

    [forecast] = queries.forecast(batch, at=NOW)
    launched(batch)

    assert (forecast.state, forecast.count) == (State.REGISTERED, 2)
    assert batch.lines.get(outcome=Outcome.REFUSED).why == operations.running.OUTSIDE


def test_a_stopped_batch_goes_no_further_and_is_taken_up_where_it_was(prepare, three, monkeypatch):
    monkeypatch.setattr(operations.running, "AT_ONCE", 1)
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    operations.go_on(str(batch.pk), at=NOW)

    operations.stop(batch=batch, by=actor(batch), at=NOW)
    assert operations.go_on(str(batch.pk), at=NOW) is False
    assert batch.counts() == {"done": 1, "refused": 0, "waiting": 2}

    operations.resume(batch=batch, by=actor(batch), at=NOW)
    while operations.go_on(str(batch.pk), at=NOW):
        pass

    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    assert states() == [State.VALIDATED] * 3
    assert Message.objects.filter(kind="state_changed").count() == 3
    entries = Entry.objects.filter(object_kind="batch").order_by("pk")
    assert [one.verb for one in entries] == [
        "batch launched",
        "batch stopped",
        "batch resumed",
        "batch ended",
    ]


def test_whose_account_is_closed_is_not_told_that_it_stopped(prepare, three, asker):
    head = a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])
    approver = a_member("approuve@exemple.test", Membership.Role.HEAD, ["A09"])
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    Batch.objects.update(decided_by=approver, decided_name="Dominique Approuve")
    for one in (asker, approver):
        inviting.close(email=one.email, by=OPERATOR, at=NOW)

    operations.go_on(str(batch.pk), at=NOW)

    batch.refresh_from_db()
    assert batch.state == BatchState.STOPPED
    assert [one.recipient for one in Message.objects.filter(kind="batch_ended")] == [head.email]


def test_it_stops_between_two_lines(prepare, three, monkeypatch):
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    refused = operations.running._go_through

    def gone_through_and_stopped(*arguments, **options):
        gone = refused(*arguments, **options)
        Batch.objects.filter(pk=batch.pk).update(state=BatchState.STOPPED)
        return gone

    monkeypatch.setattr(operations.running, "_go_through", gone_through_and_stopped)

    assert operations.go_on(str(batch.pk), at=NOW) is False
    assert batch.counts() == {"done": 1, "refused": 0, "waiting": 2}


def test_a_line_costs_few_statements(prepare, three):
    """The outcome, the registration, its pieces, both again to decide, itself, journal, mail, job; a transaction.

    And until when an accommodation is asked for, by one question: it was told when it was filed.
    """
    spent = []
    for chosen in (three[:1], three[1:]):
        batch = prepare(
            registrations=Registration.objects.filter(pk__in=[one.pk for one in chosen])
        )
        operations.launch(batch=batch, by=actor(batch), at=NOW)
        with CaptureQueriesContext(connection) as statements:
            operations.go_on(str(batch.pk), at=NOW + timedelta(hours=1))
        assert batch.counts()["done"] == len(chosen)
        spent.append(len(statements))

    assert spent[1] - spent[0] == 9 + 1 + 2


def test_registrations_of_one_candidate_are_gone_through_one_after_the_other(three):
    own, other, gone = BatchLine(registration_id=1), BatchLine(registration_id=2), BatchLine()
    again = BatchLine(registration_id=3)
    known = {1: three[0], 2: three[1], 3: three[0]}

    assert operations.running._apart([own, other, again, gone], known) == [
        [own, again],
        [other],
        [gone],
    ]


@pytest.mark.parametrize("loss", [{"ends_on": "2026-11-24"}, {"role": Membership.Role.AUDITOR}])
def test_a_role_that_ends_while_it_runs_stops_it(prepare, three, asker, monkeypatch, loss):
    monkeypatch.setattr(operations.running, "AT_ONCE", 1)
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    operations.go_on(str(batch.pk), at=NOW)
    asker.memberships.update(**loss)

    assert operations.go_on(str(batch.pk), at=NOW) is False

    batch.refresh_from_db()
    assert (batch.state, batch.why) == (
        BatchState.STOPPED,
        "Le rôle de son auteur ne permet plus cette action.",
    )
    assert batch.counts()["waiting"] == 2


def test_what_leaves_the_perimeter_meanwhile_is_refused(prepare, three, asker):
    batch = prepare()
    asker.memberships.update(academies=["A25"])

    launched(batch)

    assert states() == [State.REGISTERED] * 3
    assert {line.why for line in batch.lines.all()} == {operations.running.OUTSIDE}


def test_what_enters_a_grown_perimeter_is_not_touched(prepare, three, asker):
    elsewhere = a_registration(
        a_candidate(birth_name="Ailleurs"), academy="A25", identification=VERSAILLES
    )
    batch = prepare(registrations=Registration.objects.all())
    asker.memberships.update(academies=["A09", "A25"])

    launched(batch)

    assert batch.lines.get(registration=elsewhere).why == operations.running.OUTSIDE


def test_a_batch_whose_worker_was_killed_is_taken_up_and_does_no_line_twice(
    prepare, three, monkeypatch
):
    monkeypatch.setattr(operations.running, "AT_ONCE", 1)
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    operations.go_on(str(batch.pk), at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'batches.go_on'")

    assert operations.take_up_again(older_than=NOW) == 0
    assert operations.take_up_again(older_than=NOW + timedelta(minutes=6)) == 1
    while operations.go_on(str(batch.pk), at=NOW):
        pass

    assert Message.objects.filter(kind="state_changed").count() == 3
    assert batch.counts() == {"done": 3, "refused": 0, "waiting": 0}


def waiting_jobs():
    """Return how many jobs wait to go on with a batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE task_name = 'batches.go_on' AND status = 'todo'"
        )
        return cursor.fetchone()[0]


def test_what_is_taken_up_again_makes_no_second_chain_of_jobs(prepare, three, monkeypatch):
    monkeypatch.setattr(operations.running, "AT_ONCE", 1)
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    # The queue is behind: the job of the launch waits still, and the sweep passes twice.
    later = NOW + timedelta(minutes=6)

    taken = [operations.take_up_again(older_than=later) for _ in range(2)]
    tasks.go_on(str(batch.pk))  # a job under way leaves the next lines to the one that waits
    tasks.go_on(str(batch.pk))

    assert taken == [0, 0]
    assert waiting_jobs() == 1
    assert batch.counts() == {"done": 2, "refused": 0, "waiting": 1}


def test_two_batches_have_their_own_jobs(prepare, three):
    for batch in (prepare(), prepare("flag", WHY)):
        operations.launch(batch=batch, by=actor(batch), at=NOW)

    assert waiting_jobs() == 2


def test_a_job_about_a_batch_that_was_forgotten_does_nothing(prepare, three):
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)
    Batch.objects.all().delete()

    assert operations.go_on(str(batch.pk), at=NOW) is False


def test_jobs_go_through_some_lines_each(prepare, three, monkeypatch):
    monkeypatch.setattr(operations.running, "AT_ONCE", 2)
    batch = prepare()
    operations.launch(batch=batch, by=actor(batch), at=NOW)

    work("batches")
    assert batch.counts()["done"] == 2
    work("batches")

    batch.refresh_from_db()
    assert batch.state == BatchState.DONE


def test_it_is_launched_once(prepare, three):
    batch = launched(prepare())

    with pytest.raises(Refused):
        operations.launch(batch=batch, by=actor(batch), at=NOW)


def test_one_that_nobody_launched_is_forgotten_after_a_day(prepare, three, time_machine):
    prepare()
    time_machine.move_to(NOW + operations.preparing.PREPARED_FOR)
    tasks.sweep(0)
    assert Batch.objects.count() == 1

    time_machine.move_to(NOW + operations.preparing.PREPARED_FOR + timedelta(minutes=1))
    tasks.sweep(0)

    assert not Batch.objects.exists()


def test_one_that_is_a_year_old_is_forgotten_and_what_it_did_stays(prepare, three):
    launched(prepare())

    operations.forget_old(at=NOW + operations.preparing.FORGOTTEN_AFTER)
    assert Batch.objects.count() == 1
    operations.forget_old(at=NOW + operations.preparing.FORGOTTEN_AFTER + timedelta(minutes=1))

    assert not Batch.objects.exists()
    assert states() == [State.VALIDATED] * 3
    assert Entry.objects.filter(verb="batch ended").exists()


def test_the_database_keeps_a_registration_once_and_a_refusal_with_its_reason(prepare, three):
    batch = prepare()

    with pytest.raises(IntegrityError, match="once_in_a_batch"), transaction.atomic():
        batch.lines.create(registration=three[0])
    with pytest.raises(IntegrityError, match="says_why"), transaction.atomic():
        batch.lines.update(outcome=Outcome.REFUSED)


def test_the_journal_says_who_launched_what(prepare, three, asker):
    launched(prepare("flag", WHY))

    entries = Entry.objects.filter(object_kind="batch").order_by("pk")
    assert [one.verb for one in entries] == ["batch launched", "batch ended"]
    assert {one.academy for one in entries} == {"A09"}
    assert entries[0].actor_id == f"user:{asker.pk}"
    assert entries[1].payload["after"] == {
        "action": "flag",
        "reason": WHY,
        "lines": 3,
        "done": 3,
        "refused": 0,
        "waiting": 0,
    }


def test_a_colleagues_decision_meanwhile_is_not_undone(prepare, three):
    batch = prepare("validate")
    deciding.decide(
        registration=three[0], decision=VALIDATE, reason="", by=author(three[0].candidate), at=NOW
    )

    launched(batch)

    assert batch.lines.get(registration=three[0]).outcome == Outcome.REFUSED
    assert Entry.objects.filter(verb="registration validated").count() == 3


@pytest.mark.parametrize("action", ["set_aside", "restore"])
@pytest.mark.parametrize(("guardian", "letters"), [("", 2), ("anne@exemple.test", 1)])
def test_letters_home_to_guardians_are_counted_with_those_to_candidates(
    prepare, three, action, guardian, letters
):
    cases.a_minor(guardian=guardian)
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    if action == "restore":
        Registration.objects.update(state=State.SET_ASIDE, reason=WHY, decided_at=NOW)
    batch = prepare(action, reason=WHY, registrations=Registration.objects.all())
    foreseen = sum(one.by_letter for one in queries.forecast(batch, at=NOW))

    before = set(Letter.objects.values_list("pk", flat=True))
    launched(batch)

    assert foreseen == Letter.objects.exclude(pk__in=before).count() == letters
