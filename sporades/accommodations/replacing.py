"""What a decision would take away, or takes away, of the one that it replaces."""

from collections.abc import Iterable

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.queries import (
    Proposal,
    asked_again,
    decision_elsewhere,
    decision_of,
    granted_by,
)
from sporades.accommodations.rules import (
    Changed,
    Sat,
    Wish,
    changed_by,
    exam_of,
    not_asked_again,
    papers_in_words,
    rules_for,
    sat_for,
    sat_in,
    wishes_of,
)
from sporades.core.french import day_in_words, local_day
from sporades.exams.schema.accommodations import Accommodations


def replaced_by(case: Case) -> Case | None:
    """Return the decision that the one on a request replaces, or will, if there is one."""
    former = case.instead_of or decision_of(case.registration)
    if former is None or former.pk == case.pk or former.decided_at is None:
        return None
    former.registration = case.registration
    return former


def former_decision_in_words(case: Case) -> str:
    """Say whether a decision was received before: the one that is taken again is one, and any of ours.

    Of one that is of another registration, what it grants too: its candidate joins no paper of it.
    """
    if case.instead_of_id is not None and not case.has_former_decision:
        return "Oui, celle qui est reprise"
    former = replaced_by(case)
    if former is None or former.notified_at is None:
        return _held_in_words(case)
    day = local_day(former.notified_at, case.registration.service.zone)
    return f"Oui, que le service a notifiée le {day_in_words(day)} pour cette inscription"


def _held_in_words(case: Case) -> str:
    """Say the same where this registration has no decision yet."""
    former = decision_elsewhere(case.registration) if case.is_former_held else None
    if former is None or former.notified_at is None:
        return case.former_in_words
    other = former.registration
    day = day_in_words(local_day(former.notified_at, other.service.zone))
    granted = " ; ".join(granted_in_words(former, sat_for(other, former))) or "rien"
    # What another academy has is told no further than what its candidate is told not to join.
    is_here = other.academy_id == case.registration.academy_id
    which = f"l'inscription n°{other.number} ({other})" if is_here else f"une autre ({other})"
    return f"Oui, que le service a notifiée le {day} pour {which}. Elle accorde : {granted}."


def granted_in_words(former: Case, sat: Iterable[Sat]) -> list[str]:
    """Return each measure that a decision grants, with its épreuves.

    Args:
        former: the decision.
        sat: the épreuves that are sat.
    """
    rules, taken = rules_for(former.registration, former), _sat_then(former, sat)
    if rules is None:
        return []
    granted = _held(rules, granted_by(former.measures.all(), rules, taken), taken)
    return [_in_words(rules, wish, taken) for wish, _ in granted]


def lost_by_asking(
    case: Case, former: Case, sat: Iterable[Sat], *, by_candidate: bool
) -> list[str]:
    """Return what a decision granted and a request does not ask for again.

    Args:
        case: the request, with its registration.
        former: the decision, with the same.
        sat: the épreuves that are sat, as the request is read.
        by_candidate: whether its candidate reads it: of a notification that they have not opened,
            it is what was asked for, for nothing else is to tell them what was decided.
    """
    rules, then = rules_for(case.registration, case), rules_for(former.registration, former)
    if rules is None or then is None:
        return []
    taken = _sat_then(former, sat)
    before = (
        asked_again(former, then, taken)
        if by_candidate
        else granted_by(former.measures.all(), then, taken)
    )
    return _lost(then, before, changed_by(rules, sat, wishes_of(case.measures.all())), taken)


def taken_away(
    former: Case, measures: Iterable[AskedMeasure], sat: Iterable[Sat], rules: Accommodations
) -> list[str]:
    """Return what a decision granted and the one that replaces it does not.

    Args:
        former: the one that is replaced, with its registration.
        measures: what is decided of each by the other.
        sat: the épreuves that are sat, as the other is read.
        rules: what the réglementation says of the other.
    """
    then = rules_for(former.registration, former)
    if then is None:
        return []
    taken = _sat_then(former, sat)
    before = granted_by(former.measures.all(), then, taken)
    now = list(sat)
    return _lost(then, before, _held(rules, granted_by(measures, rules, now), now), taken)


def _sat_then(former: Case, sat: Iterable[Sat]) -> list[Sat]:
    """Return épreuves that are sat with what suits them as a former decision is read."""
    registration = former.registration
    return sat_in(
        exam_of(registration),
        [one.code for one in sat],
        category=registration.category,
        asked=rules_for(registration, former),
    )


def _in_words(rules: Accommodations, wish: Wish, sat: list[Sat]) -> str:
    """Name a measure, with its épreuves where it is for some of them."""
    measure = rules.measure(wish.code)
    label = measure.label if measure else wish.code
    if measure is None or not measure.is_by_paper:
        return label
    return f"{label} ({papers_in_words(wish.papers, sat, wish.code)})"


def _lost(
    then: Accommodations, before: list[Proposal], now: Changed, taken: list[Sat]
) -> list[str]:
    """Return what a decision granted by the rules of then and another one, by its own, does not."""
    lost = not_asked_again(_held(then, before, taken), now)
    return [_in_words(then, wish, taken) for wish in lost]


def _held(rules: Accommodations, granted: Iterable[Proposal], sat: list[Sat]) -> Changed:
    """Return measures with the épreuves that are sat and that they were granted for, as they are in force.

    Those that are named, whatever it suits: who decides may. What is left with none is left out.
    """
    found: Changed = []
    for one in granted:
        measure = rules.measure(one.code)
        named = [paper.code for paper in sat if paper.code in one.papers]
        suited = [paper.code for paper in sat if one.code in paper.measures]
        papers = named if one.papers else suited
        if papers and measure is not None:
            found.append((Wish(one.code, tuple(named)), papers if measure.is_by_paper else None))
    return found
