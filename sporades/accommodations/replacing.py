"""What a decision would take away, or takes away, of the one that it replaces."""

from collections.abc import Iterable

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.queries import (
    Proposal,
    asked_again,
    decision_elsewhere,
    decision_of,
    granted_by,
    still_sat,
)
from sporades.accommodations.rules import (
    Sat,
    Wish,
    not_asked_again,
    papers_in_words,
    rules_of,
    sat_by,
    wishes_of,
)
from sporades.core.french import day_in_words, local_day
from sporades.exams.schema.accommodations import Accommodations


def replaced_by(case: Case) -> Case | None:
    """Return the decision that the one on a request replaces, or will, if there is one."""
    former = case.instead_of or decision_of(case.registration)
    return None if former is None or former.pk == case.pk or former.decided_at is None else former


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
    granted = " ; ".join(granted_in_words(former, sat_by(other))) or "rien"
    return (
        f"Oui, que le service a notifiée le {day} pour l'inscription n°{other.number} "
        f"({other}). Elle accorde : {granted}."
    )


def granted_in_words(former: Case, sat: Iterable[Sat]) -> list[str]:
    """Return each measure that a decision grants, with its épreuves.

    Args:
        former: the decision.
        sat: the épreuves that are sat.
    """
    rules, taken = rules_of(former.registration), list(sat)
    if rules is None:
        return []
    granted = still_sat(_granted(rules, former), taken)
    return [wish_in_words(rules, Wish(one.code, one.papers), taken) for one in granted]


def lost_by_asking(
    case: Case, former: Case, sat: Iterable[Sat], *, by_candidate: bool
) -> list[str]:
    """Return what a decision granted and a request does not ask for again.

    Args:
        case: the request.
        former: the decision.
        sat: the épreuves that are sat.
        by_candidate: whether its candidate reads it: of a notification that they have not opened,
            it is what was asked for, for nothing else is to tell them what was decided.
    """
    rules, taken = rules_of(case.registration), list(sat)
    if rules is None:
        return []
    before = asked_again(former, rules) if by_candidate else _granted(rules, former)
    return _lost(rules, taken, before, wishes_of(case.measures.all()))


def taken_away(
    former: Case, measures: Iterable[AskedMeasure], sat: Iterable[Sat], rules: Accommodations
) -> list[str]:
    """Return what a decision granted and the one that replaces it does not.

    Args:
        former: the one that is replaced.
        measures: what is decided of each by the other.
        sat: the épreuves that are sat.
        rules: what the réglementation says.
    """
    now = [Wish(one.code, one.papers) for one in granted_by(measures, rules)]
    return _lost(rules, list(sat), _granted(rules, former), now)


def wish_in_words(rules: Accommodations, wish: Wish, sat: list[Sat]) -> str:
    """Name a measure, with its épreuves where it is for some of them."""
    measure = rules.measure(wish.code)
    label = measure.label if measure else wish.code
    if measure is None or not measure.is_by_paper:
        return label
    return f"{label} ({papers_in_words(wish.papers, sat, wish.code)})"


def _granted(rules: Accommodations, former: Case) -> list[Proposal]:
    return granted_by(former.measures.all(), rules)


def _lost(
    rules: Accommodations, sat: list[Sat], before: list[Proposal], now: Iterable[Wish]
) -> list[str]:
    held = [Wish(one.code, one.papers) for one in still_sat(before, sat)]
    return [wish_in_words(rules, wish, sat) for wish in not_asked_again(rules, sat, held, now)]
