"""For which épreuves a measure is asked, advised and granted; which measures exclude each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db.models import QuerySet

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.rules.of_exam import exam_of, rules_for
from sporades.core.french import day_in_words, listed, listed_apart, local_day
from sporades.core.prepared import prepared
from sporades.exams.schema import Exam, Status
from sporades.exams.schema.accommodations import Accommodations, Measure
from sporades.registrations.models import Registration, RegistrationPaper

FAVOURED = "Favorable pour : {}", "défavorable pour : {}"
GRANTED = "Accordée pour : {}", "refusée pour : {}"
SUITED = "Accordée pour : {}", "sans objet pour : {}, que cette mesure ne concerne pas"
SUITED_BY_NONE = "Sans objet pour : {}, que cette mesure ne concerne pas"
"""For which épreuves, and for which not."""


@dataclass(frozen=True)
class Sat:
    """An épreuve that a candidate sits.

    Attributes:
        code: that of the réglementation.
        label: how it is read.
        measures: the codes of the measures that may be asked for it.
    """

    code: str
    label: str
    measures: frozenset[str]


@dataclass(frozen=True)
class Wish:
    """A measure that is asked for.

    Attributes:
        code: that of the réglementation.
        papers: the codes of the épreuves; none for all of them.
        precision: which one, how large, where the réglementation asks.
    """

    code: str
    papers: tuple[str, ...] = ()
    precision: str = ""


def wishes_of(measures: Iterable[AskedMeasure]) -> tuple[Wish, ...]:
    """Return what is asked for, as the rules judge it."""
    return tuple(Wish(one.code, tuple(one.papers), one.precision) for one in measures)


def changed_since_in_words(registration: Registration, instant: datetime | None) -> str:
    """Say that the épreuves that are named are those of today, where they may not have been then.

    What is advised or granted for all épreuves is so for one that is chosen later.

    Args:
        registration: whose.
        instant: when something was signed or decided.
    """
    amended = registration.amended_at
    if amended is None or instant is None or amended <= instant:
        return ""
    day = day_in_words(local_day(amended, registration.service.zone))
    return (
        f"L'inscription a été modifiée depuis, le {day} : les épreuves nommées ici sont celles "
        "d'aujourd'hui."
    )


def sat_for(registration: Registration, case: Case | None) -> list[Sat]:
    """Return the épreuves that a candidate sits today, as a request is read: see `rules_for`."""
    return sat_under(registration, rules_for(registration, case))


def sat_under(registration: Registration, asked: Accommodations | None) -> list[Sat]:
    """Return the épreuves that a candidate sits, in the order of the réglementation.

    Args:
        registration: whose.
        asked: what says which measures suit each of them.
    """
    codes = [one.paper.code for one in _entered(registration=registration.pk)]
    return sat_in(exam_of(registration), codes, category=registration.category, asked=asked)


@prepared(RegistrationPaper)
def _entered(registration: int) -> QuerySet[RegistrationPaper]:
    found = RegistrationPaper.objects.filter(registration=registration, status=Status.ENTERED)
    return found.select_related("paper")


def sat_in(
    exam: Exam, codes: Iterable[str], *, category: str, asked: Accommodations | None
) -> list[Sat]:
    """Return épreuves that are sat, filed or about to be, in the order of the réglementation.

    Args:
        exam: what the réglementation says of it.
        codes: the codes of the épreuves.
        category: the code of the category of whoever sits them.
        asked: what says which measures suit each of them.
    """
    entered, found = set(codes), []
    for paper in exam.papers:
        if paper.code not in entered:
            continue
        nature = paper.nature_for(category)
        suiting = [
            one.code for one in (asked.measures if asked else ()) if one.suits(paper.code, nature)
        ]
        found.append(Sat(paper.code, paper.label, frozenset(suiting)))
    return found


def suiting_papers(rules: Accommodations, sat: Iterable[Sat], code: str) -> list[Sat]:
    """Return the épreuves for which a measure may be asked; none of one that is for all of them."""
    measure = rules.measure(code)
    if measure is None or not measure.is_by_paper:
        return []
    return [paper for paper in sat if code in paper.measures]


def without_paper(
    rules: Accommodations, sat: Iterable[Sat], wishes: Iterable[Wish]
) -> list[Measure]:
    """Return the measures that are left with no épreuve: those they were for are sat no more.

    Args:
        rules: what the réglementation says.
        sat: the épreuves that are sat.
        wishes: what is asked for.
    """
    taken, found = list(sat), []
    for wish in wishes:
        measure = rules.measure(wish.code)
        suiting = {paper.code for paper in suiting_papers(rules, taken, wish.code)}
        left = suiting & {*wish.papers} if wish.papers else suiting
        if measure is not None and measure.is_by_paper and not left:
            found.append(measure)
    return found


def emptied(case: Case, sat: Iterable[Sat]) -> list[Measure]:
    """Return the measures of a request that others look at, and that are for no épreuve any more.

    One that its candidate is writing asks for other épreuves itself.

    Args:
        case: the request, with its registration.
        sat: the épreuves that are sat, or would be.
    """
    rules = rules_for(case.registration, case)
    if rules is None or case.is_writable or not case.is_undecided:
        return []
    return without_paper(rules, sat, wishes_of(case.measures.all()))


def to_choose_again(rules: Accommodations, sat: Iterable[Sat], wishes: Iterable[Wish]) -> list[str]:
    """Return the codes of the measures whose épreuves are sat no more, where others may be ticked.

    Nobody had ticked these: they are asked for by whoever ticks them.
    """
    taken = list(sat)
    left = {one.code for one in without_paper(rules, taken, wishes)}
    return [code for code in left if suiting_papers(rules, taken, code)]


def is_chosen_by_paper(rules: Accommodations, code: str) -> bool:
    """Return whether no épreuve is ticked beforehand: a measure that changes some of them."""
    measure = rules.measure(code)
    return measure is not None and measure.is_chosen_by_paper


def to_choose(rules: Accommodations, sat: Iterable[Sat], wishes: Iterable[Wish]) -> list[str]:
    """Return the codes of the measures whose épreuves must be ticked and are not.

    Without a choice such a measure would change each épreuve that it suits, and nobody meant it.

    Args:
        rules: what the réglementation says.
        sat: the épreuves that are sat.
        wishes: what is asked for.
    """
    taken = list(sat)
    return [
        wish.code
        for wish in wishes
        if not wish.papers
        and is_chosen_by_paper(rules, wish.code)
        and len(suiting_papers(rules, taken, wish.code)) > 1
    ]


def to_specify(rules: Accommodations, wishes: Iterable[Wish]) -> list[str]:
    """Return the codes of the measures that must say which one, and do not.

    Args:
        rules: what the réglementation says.
        wishes: what is asked for.
    """
    return [
        wish.code
        for wish in wishes
        if not wish.precision
        and (measure := rules.measure(wish.code)) is not None
        and measure.precision
    ]


def asked_of_others(others: Iterable[tuple[str, str]], questions: Mapping[str, str]) -> str:
    """Return the question of each other measure that must say which one, as a form asks it.

    Args:
        others: the codes and the labels of those that may be chosen.
        questions: by code.
    """
    asked = [f"{label} : {questions[code]}" for code, label in others if code in questions]
    return f"{' '.join(asked)} N'écrivez rien de la santé du candidat, qui le lit dans la décision"


@dataclass(frozen=True)
class Held:
    """A measure that is asked for, advised or granted.

    Attributes:
        asked: the code of the measure that is asked for.
        code: its own code, that of another measure where one is advised or granted instead.
        papers: the épreuves for which it is.
    """

    asked: str
    code: str
    papers: frozenset[str]


def held_by_wishes(rules: Accommodations, sat: Iterable[Sat], wishes: Iterable[Wish]) -> list[Held]:
    """Return what is asked for, with its épreuves; nothing of what has none chosen yet.

    Args:
        rules: what the réglementation says.
        sat: the épreuves that are sat.
        wishes: what is asked for.
    """
    taken, asked = list(sat), list(wishes)
    unsaid = to_choose(rules, taken, asked)
    return [
        Held(wish.code, wish.code, _covered(rules, taken, wish))
        for wish in asked
        if wish.code not in unsaid
    ]


def held_of(
    rules: Accommodations, sat: Iterable[Sat], one: AskedMeasure, code: str, papers: Iterable[str]
) -> Held:
    """Return what is advised or granted of a measure, with its épreuves.

    Args:
        rules: what the réglementation says.
        sat: the épreuves that are sat.
        one: the measure that is asked for.
        code: that of the measure that is advised or granted.
        papers: the épreuves for which it is; none for all that are asked for.
    """
    asked = _covered(rules, list(sat), Wish(one.code, tuple(one.papers)))
    chosen = frozenset(papers)
    return Held(one.code, code, asked & (chosen or _covered(rules, list(sat), Wish(code))))


def suits_none(
    rules: Accommodations, sat: Iterable[Sat], one: AskedMeasure, code: str, papers: Iterable[str]
) -> bool:
    """Return whether another measure, advised or granted, would change nothing of what is asked.

    One that is for épreuves which are named is for these, whatever it suits: who decides may. Where
    none is sat any more it is of none either, and nobody is at fault.

    Args:
        rules: what the réglementation says.
        sat: the épreuves that are sat.
        one: the measure that is asked for.
        code: that of the other one.
        papers: the épreuves for which it is; none for all that are asked for and that it suits.
    """
    if any(papers):
        return False
    taken = list(sat)
    asked = _covered(rules, taken, Wish(one.code, tuple(one.papers)))
    return bool(asked) and not asked & _covered(rules, taken, Wish(code))


def _covered(rules: Accommodations, sat: list[Sat], wish: Wish) -> frozenset[str]:
    changed = _changed_by(rules, sat, wish)
    return frozenset(paper.code for paper in sat) if changed is None else frozenset(changed)


def excluding(rules: Accommodations, held: Iterable[Held]) -> list[tuple[Held, Held]]:
    """Return, two by two, the measures that exclude each other for a same épreuve.

    Args:
        rules: what the réglementation says.
        held: what is asked for, advised or granted.
    """
    pairs = combinations(held, 2)
    return [
        (first, second)
        for first, second in pairs
        if first.papers & second.papers and second.code in _out_with(rules, first.code)
    ]


def _out_with(rules: Accommodations, code: str) -> set[str]:
    return {one.code for one in rules.excluded_with(code)}


def excluding_in_words(rules: Accommodations, pair: tuple[Held, Held]) -> str:
    """Say that two measures exclude each other, as the start of a sentence."""
    labels = {one.code: one.label for one in rules.measures}
    first, second = (labels.get(one.code, one.code) for one in pair)
    return f"« {first} » et « {second} » s'excluent pour une même épreuve"


type Changed = list[tuple[Wish, list[str] | None]]
"""Measures, each with the épreuves that it changes; nothing of one that is for the whole exam."""


def changed_by(rules: Accommodations, sat: Iterable[Sat], wishes: Iterable[Wish]) -> Changed:
    """Return measures, each with the épreuves that it changes, as a request is read.

    Args:
        rules: what the réglementation says.
        sat: the épreuves that are sat.
        wishes: what is asked for, or was granted.
    """
    taken = list(sat)
    return [(wish, _changed_by(rules, taken, wish)) for wish in wishes]


def not_asked_again(before: Changed, now: Changed) -> list[Wish]:
    """Return what was granted and is not asked for, of the épreuves that are still sat.

    Args:
        before: what was granted, read as it was asked.
        now: what is asked for, which may be read by another version.
    """
    asked = {wish.code: papers for wish, papers in now}
    lost = []
    for wish, papers in before:
        if papers is None:
            if wish.code not in asked:
                lost.append(Wish(wish.code))
            continue
        if wish.code in asked and asked[wish.code] is None:
            continue
        left = [code for code in papers if code not in (asked.get(wish.code) or [])]
        if left:
            lost.append(Wish(wish.code, wish.papers if left == papers else tuple(left)))
    return lost


def _changed_by(rules: Accommodations, sat: list[Sat], wish: Wish) -> list[str] | None:
    """Return the épreuves that a measure changes; nothing of one that is for the whole exam."""
    measure = rules.measure(wish.code)
    if measure is None or not measure.is_by_paper:
        return None
    suiting = [paper.code for paper in suiting_papers(rules, sat, wish.code)]
    return [code for code in suiting if not wish.papers or code in wish.papers]


def papers_in_words(papers: Iterable[str], sat: Iterable[Sat], measure: str) -> str:
    """Say for which épreuves a measure is asked: those that are sat no more are left out.

    Args:
        papers: their codes; none for all those for which it may be asked.
        sat: the épreuves that are sat.
        measure: its code.
    """
    taken = list(sat)
    labels = {one.code: one.label for one in taken}
    asked = list(papers)
    codes = asked or [one.code for one in taken if measure in one.measures]
    if taken and not asked and len(codes) == len(taken):
        return "Toutes les épreuves"
    kept = [labels[code] for code in codes if code in labels]
    return listed_apart(kept) or "Aucune des épreuves de l'inscription"


def papers_asked(
    case: Case, one: AskedMeasure, sat: Iterable[Sat], *, kept: Iterable[str] = ()
) -> list[Sat]:
    """Return the épreuves among which an opinion on a measure, and its decision, may choose.

    Those that are asked for and sat; those also that are named already, though they are sat no
    more. None of a measure that is for the whole exam.

    Args:
        case: the request, with its registration.
        one: the measure.
        sat: the épreuves that are sat, as it is read.
        kept: others that are named already.
    """
    registration = case.registration
    rules = rules_for(registration, case)
    suiting = suiting_papers(rules, sat, one.code) if rules else []
    found = [paper for paper in suiting if not one.papers or paper.code in one.papers]
    known = {paper.code for paper in found}
    named = dict.fromkeys([*one.opinion_papers, *one.decided_papers, *kept])
    left = [code for code in named if code not in known]
    labels = {paper.code: paper.label for paper in exam_of(registration).papers} if left else {}
    return [*found, *(Sat(code, labels.get(code, code), frozenset()) for code in left)]


def opinion_on_papers(one: AskedMeasure, sat: Iterable[Sat]) -> str:
    """Say for which épreuves a measure is favoured, and for which it is not."""
    return _apart(one, one.opinion_papers, sat, FAVOURED)


def decision_on_papers(one: AskedMeasure, sat: Iterable[Sat]) -> str:
    """Say for which épreuves a measure is granted, and for which it is not.

    Those that another measure does not suit were refused by nobody: it changes nothing of them.
    """
    taken = list(sat)
    if one.decided_papers:
        return _apart(one, one.decided_papers, taken, GRANTED)
    if left := _suited_no_more(one, taken):
        return SUITED_BY_NONE.format(papers_in_words(left, taken, one.code))
    return _apart(one, _suited_by_another(one, taken), taken, SUITED)


def granted_in_part(one: AskedMeasure, sat: Iterable[Sat]) -> str:
    """Say for which épreuves a measure is granted, where it is not for all that it was asked for."""
    taken = list(sat)
    is_in_part = one.decided_papers or _suited_by_another(one, taken) or _suited_no_more(one, taken)
    return decision_on_papers(one, taken) if is_in_part else ""


def granted_for(one: AskedMeasure, rules: Accommodations, sat: Iterable[Sat]) -> list[str] | None:
    """Return the épreuves for which a decision grants something, none for all that it suits.

    Those that who decides has named, whatever it suits. Else another measure goes no further than the
    one that was asked for: granted for all its épreuves, it is for none of those that this one does
    not suit, nor of those that it does not suit itself.

    Args:
        one: what is decided of a measure.
        rules: what the réglementation says.
        sat: the épreuves that are sat.

    Returns:
        Their codes; nothing where it grants something for none of those that are sat.
    """
    if one.decided_papers or one.decided_code == one.code:
        return one.granted_papers
    if not one.papers and rules.measure(one.code) is None:
        return []
    taken = list(sat)
    asked = _asked_of(one, taken)
    suited = [paper.code for paper in asked if one.decided_code in paper.measures]
    return [] if suited and not one.papers and len(asked) == len(taken) else suited or None


def _suited_by_another(one: AskedMeasure, sat: list[Sat]) -> list[str]:
    """Return the épreuves that another measure, granted for all that are asked for, suits; or nothing."""
    asked = _asked_of(one, sat)
    suited = [paper.code for paper in asked if one.decided_code in paper.measures]
    return suited if one.decided_code != one.code and len(suited) < len(asked) else []


def _suited_no_more(one: AskedMeasure, sat: list[Sat]) -> list[str]:
    """Return the épreuves that are asked for where another measure, granted for all of them, suits none.

    It suited one, which is sat no more. What no réglementation says suits nothing, and is told as it was.
    """
    asked = _asked_of(one, sat)
    is_another = one.decided_code not in {"", one.code}
    is_known = any(paper.measures for paper in sat)
    if not is_another or not is_known or any(one.decided_code in each.measures for each in asked):
        return []
    return [paper.code for paper in asked]


def _asked_of(one: AskedMeasure, sat: list[Sat]) -> list[Sat]:
    """Return the épreuves that a measure is asked for, of those that are sat."""
    return [paper for paper in sat if paper.code in (one.papers or _suited(one.code, sat))]


def _suited(code: str, sat: list[Sat]) -> list[str]:
    return [paper.code for paper in sat if code in paper.measures]


def suited_by_others(
    one: AskedMeasure, others: Iterable[tuple[str, str]], sat: Iterable[Sat]
) -> str:
    """Say which other measures do not suit all the épreuves that one is asked for, and which they suit.

    Args:
        one: what is asked for.
        others: the codes and the labels of those that may be granted instead.
        sat: the épreuves that are sat.
    """
    taken = list(sat)
    asked = [paper for paper in taken if paper.code in (one.papers or _suited(one.code, taken))]
    alike: dict[tuple[str, ...], list[str]] = {}
    for code, label in others:
        suited = tuple(paper.label for paper in asked if code in paper.measures)
        if code and len(suited) < len(asked):
            alike.setdefault(suited, []).append(f"« {label} »")
    return ". ".join(
        f"{listed(labels)} : "
        f"{f'seulement pour {listed(list(suited))}' if suited else 'pour aucune de ces épreuves'}"
        for suited, labels in alike.items()
    )


def _apart(one: AskedMeasure, chosen: list[str], sat: Iterable[Sat], said: tuple[str, str]) -> str:
    taken = list(sat)
    if not chosen:
        return papers_in_words(one.papers, taken, one.code)
    asked = one.papers or [paper.code for paper in taken if one.code in paper.measures]
    others = [paper.label for paper in taken if paper.code in set(asked) - set(chosen)]
    yes, no = said
    words = yes.format(papers_in_words(chosen, taken, one.code))
    return f"{words} ; {no.format(listed(others))}" if others else words
