"""What a request holds when doctors and its candidate act on it at the same instant."""

from functools import partial

from sporades.accommodations.models import Case
from sporades.accommodations.operations import OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Opinion, State
from sporades.accounts.permissions import Permission, reach
from sporades.acts import accommodating
from sporades.acts.medical import opining
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.medical.operations import DraftOvertaken
from sporades.medical.queries import compartment, draft_of
from tests.accommodations.asked import THIRD, case_of
from tests.accommodations.asked import reach as bring
from tests.endurance.arena import now, together
from tests.endurance.test_accommodations import ROUNDS, declared, kinds
from tests.factories import author
from tests.medical.given import a_doctor, as_actor


def doctors(rank):
    """Make two doctors of Lille."""
    return [a_doctor(f"{name}-{rank}@exemple.test", f"Dr {name}") for name in ("Un", "Deux")]


def taking(case, doctor):
    """Return « Je m'en charge », as a doctor presses it."""
    return partial(
        opining.take,
        case=case,
        doctor=doctor,
        reach=reach(doctor.memberships.all(), Permission.GIVE_OPINIONS),
        by=as_actor(doctor),
        at=now(),
    )


def signing(case, doctor):
    """Return the signature of a favourable opinion, that nothing was typed before."""
    return partial(
        opining.sign,
        case=case,
        opinions={THIRD: OpinionOn(Opinion.FAVOURABLE)},
        text="",
        note="Entre médecins.",
        seen=case.revision,
        draft_seen=0,
        by=as_actor(doctor),
        at=now(),
    )


def taken(rank):
    """Return a request that a doctor has, and both doctors."""
    registration = declared()
    case = bring(registration, State.ASKED, Wish(THIRD), at=now())
    one, other = doctors(rank)
    taking(case, one)()
    return case_of(registration), one, other


def test_of_two_doctors_who_take_a_request_at_once_one_has_it_and_its_papers(arena):
    for rank in ROUNDS:
        registration = declared()
        case = bring(registration, State.ASKED, Wish(THIRD), at=now())
        both = doctors(rank)

        outcomes = together(*[taking(case, doctor) for doctor in both])

        assert kinds(outcomes) == ["NoneType", "Taken"]
        won = both[outcomes.index(None)]
        assert case_of(registration).doctor == won
        assert compartment(registration).doctor == won
        entries = Entry.objects.filter(verb="accommodation entrusted", payload__after__case=case.pk)
        assert entries.count() == 1


def test_a_candidate_who_withdraws_while_the_doctor_signs_is_one_or_the_other(arena):
    for rank in ROUNDS:
        case, doctor, _ = taken(rank)
        by = author(case.registration.candidate)

        outcomes = together(
            signing(case, doctor), partial(accommodating.withdraw, case=case, by=by, at=now())
        )

        # What has its opinion may still be taken back: nothing is decided of it.
        assert outcomes[1] is None
        signed = outcomes[0] is None
        assert signed or isinstance(outcomes[0], opining.Withdrawn)
        found = Case.objects.get(pk=case.pk)
        assert found.state == State.WITHDRAWN
        assert bool(found.measures.get().opinion) is signed
        assert compartment(case.registration).doctor is None


def test_an_opinion_signed_in_two_windows_at_once_is_signed_once(arena):
    for rank in ROUNDS:
        case, doctor, _ = taken(rank)

        outcomes = together(signing(case, doctor), signing(case, doctor))

        assert kinds(outcomes) == ["Given", "NoneType"]
        assert compartment(case.registration).remarks.count() == 1


def test_a_request_given_to_another_while_it_is_signed_is_signed_or_given(arena):
    for rank in ROUNDS:
        case, doctor, other = taken(rank)
        give = partial(opining.give_back, case=case, to=other, by=as_actor(doctor), at=now())

        outcomes = together(signing(case, doctor), give)

        [refusal] = [one for one in outcomes if one is not None]
        assert isinstance(refusal, Refused)
        found = Case.objects.get(pk=case.pk)
        expected = (
            (State.OPINION_GIVEN, doctor) if outcomes[0] is None else (State.WITH_DOCTOR, other)
        )
        assert (found.state, found.doctor) == expected


def test_of_two_windows_that_keep_a_draft_at_once_one_is_told(arena):
    for rank in ROUNDS:
        case, doctor, _ = taken(rank)
        keeping = [
            partial(
                opining.keep,
                case=case,
                typed={"texte": text},
                seen=0,
                by=as_actor(doctor),
                at=now(),
            )
            for text in ("Une", "Autre")
        ]

        outcomes = together(*keeping)

        assert sorted(map(str, map(type, outcomes))) == sorted([str(int), str(DraftOvertaken)])
        kept = opining.typed_in(draft_of(compartment(case.registration)))
        assert kept["texte"] == ("Une", "Autre")[outcomes.index(1)]
