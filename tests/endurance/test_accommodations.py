"""What a request for accommodations holds when several act on it at the same instant."""

from functools import partial

from sporades.accommodations.models import Again, Case
from sporades.accommodations.operations import Asked, DecisionOn, OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from sporades.acts import accommodating
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from tests.accommodations.asked import (
    MANAGER,
    READER,
    RECTOR,
    THIRD,
    a_doctor,
    again,
    as_doctor,
    case_of,
    reach,
    write,
)
from tests.endurance.arena import figure, now, together
from tests.factories import a_registration, author

ROUNDS = range(figure(3, 100))


def declared():
    """File a registration of somebody who declared a handicap."""
    return a_registration(at=now(), informations={"has_disability": "oui"})


def kinds(outcomes):
    """Name what came of each act, in no order."""
    return sorted(type(one).__name__ for one in outcomes)


def test_of_two_managers_who_decide_at_once_one_decides(arena):
    for _ in ROUNDS:
        registration = declared()
        case = reach(registration, State.OPINION_GIVEN, Wish(THIRD), at=now())
        refused = DecisionOn(Decision.REFUSED, reason="Non prévue.")
        acts = [
            partial(
                accommodating.decide,
                case=case,
                decisions={THIRD: decision},
                author=RECTOR,
                seen=case.revision,
                by=MANAGER,
                at=now(),
            )
            for decision in (DecisionOn(Decision.GRANTED), refused)
        ]

        outcomes = together(*acts)

        assert kinds(outcomes) == ["NoneType", "Refused"]
        decided = case_of(registration).measures.get()
        won = outcomes.index(None)
        assert decided.decision == (Decision.GRANTED, Decision.REFUSED)[won]
        entries = Entry.objects.filter(verb="accommodation decided", payload__after__case=case.pk)
        assert entries.count() == 1


def test_a_candidate_who_takes_up_what_is_being_entrusted_changes_nothing_the_doctor_reads(arena):
    for _ in ROUNDS:
        registration = declared()
        case = reach(registration, State.ASKED, Wish(THIRD), at=now())
        doctor = a_doctor()
        by = author(registration.candidate)

        outcomes = together(
            partial(accommodating.take_up, case=case, by=by, at=now()),
            partial(
                accommodating.entrust, case=case, doctor=doctor, name="Dr Roy", by=MANAGER, at=now()
            ),
        )

        assert kinds(outcomes) == ["NoneType", "Refused"]
        state = case_of(registration).state
        assert state == (State.PREPARING, State.WITH_DOCTOR)[outcomes.index(None)]


def test_of_an_opinion_and_a_request_taken_back_at_once_one_is_told(arena):
    for _ in ROUNDS:
        registration = declared()
        case = reach(registration, State.WITH_DOCTOR, Wish(THIRD), at=now())
        opine = partial(
            accommodating.opine,
            case=case,
            opinions={THIRD: OpinionOn(Opinion.FAVOURABLE)},
            text="",
            seen=case.revision,
            by=as_doctor(case.doctor),
            at=now(),
        )
        find = partial(
            accommodating.declare_incomplete, case=case, missing="Illisible.", by=MANAGER, at=now()
        )

        outcomes = together(opine, find)

        refusals = [one for one in outcomes if isinstance(one, Exception)]
        assert len(refusals) == 1
        assert isinstance(refusals[0], Refused)
        kept = case_of(registration)
        assert (kept.state, bool(kept.measures.get().opinion)) in {
            (State.OPINION_GIVEN, True),
            (State.INCOMPLETE, False),
        }


def test_a_request_that_is_being_entrusted_is_not_taken_back_by_who_read_it_before(arena):
    for _ in ROUNDS:
        registration = declared()
        case = reach(registration, State.ASKED, Wish(THIRD), at=now())
        entrust = partial(
            accommodating.entrust,
            case=case,
            doctor=a_doctor(),
            name="Dr Roy",
            seen=case.revision,
            by=MANAGER,
            at=now(),
        )
        find = partial(
            accommodating.declare_incomplete,
            case=case,
            missing="Illisible.",
            seen=case.as_read,
            by=MANAGER,
            at=now(),
        )

        outcomes = together(entrust, find)

        assert len([one for one in outcomes if isinstance(one, Refused)]) == 1
        state = case_of(registration).state
        assert state == (State.WITH_DOCTOR, State.INCOMPLETE)[outcomes.index(None)]


def test_two_windows_that_begin_at_once_begin_one_request(arena):
    for _ in ROUNDS:
        registration = declared()
        by = author(registration.candidate)
        acts = [
            partial(
                accommodating.write,
                registration=again(registration),
                asked=Asked((Wish(code),)),
                by=by,
                at=now(),
            )
            for code in (THIRD, READER)
        ]

        outcomes = together(*acts)

        assert kinds(outcomes) == ["Case", "Case"]
        case = Case.objects.get(registration=registration)
        assert case.measures.count() == 1


def test_of_two_windows_that_change_a_request_at_once_the_second_is_told(arena):
    for _ in ROUNDS:
        registration = declared()
        case = write(registration, Wish(THIRD, ("E1",)), at=now())
        changes = [
            partial(
                accommodating.write,
                registration=again(registration),
                asked=Asked((Wish(code),)),
                seen=case.revision,
                by=author(registration.candidate),
                at=now(),
            )
            for code in (THIRD, READER)
        ]

        outcomes = together(*changes)

        assert kinds(outcomes) == ["Case", "Rewritten"]
        assert case_of(registration).revision == case.revision + 1


def test_a_decision_that_is_corrected_while_it_is_notified_is_told_as_it_was_read(arena):
    for _ in ROUNDS:
        registration = declared()
        case = reach(registration, State.DECIDED, Wish(THIRD), at=now())
        refused = DecisionOn(Decision.REFUSED, reason="Non prévue.")
        correct = partial(
            accommodating.correct,
            case=case,
            decisions={THIRD: refused},
            author=RECTOR,
            seen=case.decided_at,
            by=MANAGER,
            at=now(),
        )
        notify = partial(
            accommodating.notify, case=case, seen=case.decided_at, by=MANAGER, at=now()
        )

        outcomes = together(correct, notify)

        kept = case_of(registration)
        found = (kinds(outcomes), kept.state, kept.measures.get().decision)
        assert found in (
            (["NoneType", "Refused"], State.NOTIFIED, Decision.GRANTED),
            (["NoneType", "Rewritten"], State.DECIDED, Decision.REFUSED),
        )


def test_of_a_new_decision_and_a_taking_again_that_is_cancelled_at_once_one_is_done(arena):
    for _ in ROUNDS:
        registration = declared()
        former = reach(registration, State.NOTIFIED, Wish(THIRD), at=now())
        made = accommodating.take_again(
            case=former, why=Again.ERROR, has_opinion=True, by=MANAGER, at=now()
        )

        outcomes = together(
            partial(
                accommodating.decide,
                case=made,
                decisions={THIRD: DecisionOn(Decision.GRANTED)},
                author=RECTOR,
                seen=made.revision,
                by=MANAGER,
                at=now(),
            ),
            partial(
                accommodating.cancel_taking_again, case=made, reason="Erreur.", by=MANAGER, at=now()
            ),
        )

        made.refresh_from_db()
        assert made.state == (State.DECIDED, State.WITHDRAWN)[outcomes.index(None)]
        assert kinds(outcomes) in (["DecidedMeanwhile", "NoneType"], ["NoneType", "Refused"])
