"""What a decision would take away, or takes away, of the one that it replaces."""

from collections.abc import Iterable

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.queries import asked_again, decision_of, still_sat
from sporades.accommodations.rules import (
    Sat,
    Wish,
    not_asked_again,
    papers_in_words,
    rules_of,
    wishes_of,
)
from sporades.exams.schema.accommodations import Accommodations


def replaced_by(case: Case) -> Case | None:
    """Return the decision that the one on a request replaces, or will, if there is one."""
    former = case.instead_of or decision_of(case.registration)
    return None if former is None or former.pk == case.pk or former.decided_at is None else former


def granted_in_words(former: Case, sat: Iterable[Sat]) -> list[str]:
    """Return each measure that a decision grants, with its épreuves.

    Args:
        former: the decision.
        sat: the épreuves that are sat.
    """
    rules, taken = rules_of(former.registration), list(sat)
    if rules is None:
        return []
    return [wish_in_words(rules, wish, taken) for wish in _granted(rules, former.measures.all())]


def lost_by_asking(case: Case, former: Case, sat: Iterable[Sat]) -> list[str]:
    """Return what a decision granted and a request does not ask for again.

    Of a notification that its candidate has not read, what it was asked for: nothing else is to
    tell them what was decided.

    Args:
        case: the request.
        former: the decision.
        sat: the épreuves that are sat.
    """
    rules, taken = rules_of(case.registration), list(sat)
    if rules is None:
        return []
    before = still_sat(asked_again(former, rules), taken)
    wishes = [Wish(one.code, one.papers) for one in before]
    return _lost(rules, taken, wishes, wishes_of(case.measures.all()))


def not_asked_again_of(case: Case, former: Case, sat: Iterable[Sat]) -> list[str]:
    """Return what a decision granted and a request does not ask for again, read or not.

    Args:
        case: the request.
        former: the decision.
        sat: the épreuves that are sat.
    """
    rules, taken = rules_of(case.registration), list(sat)
    if rules is None:
        return []
    return _lost(
        rules, taken, _granted(rules, former.measures.all()), wishes_of(case.measures.all())
    )


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
    granted = _granted(rules, former.measures.all())
    return _lost(rules, list(sat), granted, _granted(rules, measures))


def wish_in_words(rules: Accommodations, wish: Wish, sat: list[Sat]) -> str:
    """Name a measure, with its épreuves where it is for some of them."""
    measure = rules.measure(wish.code)
    label = measure.label if measure else wish.code
    if measure is None or not measure.is_by_paper:
        return label
    return f"{label} ({papers_in_words(wish.papers, sat, wish.code)})"


def _granted(rules: Accommodations, measures: Iterable[AskedMeasure]) -> list[Wish]:
    found: dict[str, Wish] = {}
    for one in measures:
        measure = rules.measure(one.decided_code) if one.decided_code else None
        if measure is None:
            continue
        papers = tuple(one.granted_papers) if measure.is_by_paper else ()
        known = found.get(measure.code)
        if known is not None:
            # Of one that is granted twice, for some épreuves and for all, all count.
            papers = (*known.papers, *papers) if papers and known.papers else ()
        found[measure.code] = Wish(measure.code, tuple(dict.fromkeys(papers)))
    return list(found.values())


def _lost(
    rules: Accommodations, sat: list[Sat], before: list[Wish], now: Iterable[Wish]
) -> list[str]:
    return [wish_in_words(rules, wish, sat) for wish in not_asked_again(rules, sat, before, now)]
