"""What an opinion and a decision choose of a measure: its épreuves, another measure, its precision."""

from collections.abc import Iterable

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.operations.refusals import (
    Excluding,
    OtherToSpecify,
    PapersUnknown,
    Rewritten,
    SuitsNone,
    UnknownMeasure,
)
from sporades.accommodations.rules import (
    Sat,
    excluding,
    excluding_in_words,
    held_of,
    papers_asked,
    rules_for,
    rules_of,
    sat_for,
    suits_none,
)
from sporades.accommodations.states import Opinion


def excluding_together(
    case: Case, chosen: Iterable[tuple[AskedMeasure, str, Iterable[str]]]
) -> tuple[AskedMeasure, str] | None:
    """Return the first measure that another one before it excludes, and that in words; or nothing.

    Which ones do is said by the rules of today, under which they would be in force: see `granted`.

    Args:
        case: the request, with its registration.
        chosen: the measures that are asked for, each with the code of what is advised or granted,
            and its épreuves.
    """
    rules, several = rules_for(case.registration, case), list(chosen)
    now = rules_of(case.registration)
    codes = {code for _, code, _ in several}
    if rules is None or now is None:
        return None
    if not any(other.code in codes for code in codes for other in now.excluded_with(code)):
        return None
    sat = sat_for(case.registration, case)
    held = [held_of(rules, sat, one, code, papers) for one, code, papers in several]
    pair = next(iter(excluding(now, held)), None)
    if pair is None:
        return None
    excluded = next(one for one, _, _ in several if one.code == pair[1].asked)
    return excluded, excluding_in_words(now, pair)


def suiting_nothing(
    case: Case, chosen: Iterable[tuple[AskedMeasure, str, Iterable[str]]]
) -> tuple[AskedMeasure, str] | None:
    """Return the first measure instead of which another one suits no épreuve, and that in words; or nothing.

    Args:
        case: the request, with its registration.
        chosen: as `excluding_together` takes it.
    """
    rules = rules_for(case.registration, case)
    others = [(one, code, papers) for one, code, papers in chosen if code != one.code]
    if rules is None or not others:
        return None
    sat = sat_for(case.registration, case)
    for one, code, papers in others:
        other = rules.measure(code)
        if other is not None and suits_none(rules, sat, one, code, papers):
            return one, (
                f"« {other.label} » ne concerne aucune des épreuves demandées pour « {one.label} » : "
                "choisissez une autre mesure."
            )
    return None


def favoured_of(measures: Iterable[AskedMeasure]) -> list[tuple[AskedMeasure, str, list[str]]]:
    """Return what an opinion favours of measures, as `excluding_together` takes it."""
    return [
        (one, one.opinion_code or one.code, one.opinion_papers)
        for one in measures
        if one.opinion != Opinion.UNFAVOURABLE
    ]


def check_together(case: Case, chosen: Iterable[tuple[AskedMeasure, str, Iterable[str]]]) -> None:
    """Refuse measures that are of no use, or exclude each other.

    Args:
        case: the request, with its registration.
        chosen: as `excluding_together` takes it.

    Raises:
        SuitsNone, Excluding: see each.
    """
    several = list(chosen)
    if found := suiting_nothing(case, several):
        raise SuitsNone(found[1])
    if found := excluding_together(case, several):
        raise Excluding.of(found[1])


def chosen_among(offered: Iterable[Sat], one: AskedMeasure, papers: Iterable[str]) -> list[str]:
    """Return épreuves as they are kept: in their order, none where they are all that is asked for.

    Args:
        offered: what `papers_asked` returns.
        one: the measure.
        papers: the codes that were ticked.

    Raises:
        PapersUnknown: one of them is not offered.
    """
    ticked, offers = set(papers), list(offered)
    if ticked == set(one.opinion_papers):
        return list(one.opinion_papers)
    if not ticked <= {paper.code for paper in offers}:
        raise PapersUnknown
    sat = {paper.code for paper in offers if paper.measures}
    if sat and sat <= ticked:
        return []
    return [paper.code for paper in offers if paper.code in ticked]


def papers_kept(
    case: Case,
    one: AskedMeasure,
    papers: tuple[str, ...],
    *,
    is_kept: bool,
    former: Iterable[str] = (),
) -> list[str]:
    """Return the épreuves of an opinion or of a decision, as they are kept: see `chosen_among`.

    Args:
        case: the request, with its registration.
        one: the measure.
        papers: the codes that were ticked.
        is_kept: whether anything is favoured or granted, of which épreuves may be chosen.
        former: those that were decided before, which may be sat no more.

    Raises:
        PapersUnknown: one of them is not offered, or nothing is favoured for them.
    """
    if not papers:
        return []
    if not is_kept:
        raise PapersUnknown
    sat = sat_for(case.registration, case)
    return chosen_among(papers_asked(case, one, sat, kept=former), one, papers)


def other_named(case: Case, code: str) -> tuple[str, str, str]:
    """Return the code, the label and the time of another measure, as a request is read.

    Raises:
        UnknownMeasure: the réglementation has none of this code.
    """
    rules = rules_for(case.registration, case)
    measure = rules.measure(code) if rules else None
    if measure is None:
        raise UnknownMeasure
    return measure.code, measure.label, measure.time or ""


def precision_of(case: Case, code: str, said: str) -> str:
    """Return the precision of another measure; nothing of one that asks for none.

    Args:
        case: the request, with its registration.
        code: of the other measure.
        said: what was said of it.

    Raises:
        OtherToSpecify: it must say which one, and does not.
    """
    rules = rules_for(case.registration, case)
    measure = rules.measure(code) if rules else None
    if measure is None or not measure.precision:
        return ""
    if not said:
        raise OtherToSpecify
    return said


def check_seen(case: Case, seen: int) -> None:
    """Refuse what was made from another revision of a request. Raises Rewritten."""
    if case.revision != seen:
        raise Rewritten
