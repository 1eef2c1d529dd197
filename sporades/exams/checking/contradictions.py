"""Rules that nobody can satisfy, where looking at the file is enough to know it.

What a rule means may be to refuse: « si: {diplome: [AUCUN]} », « exige: {diplome: [BAC]} » closes the
exam to some, and is nothing to tell. What is told is a condition that is never true, a category whose
own rule exacts another one, and an answer exacted of those of whom it is never asked; rules that
nobody meets together are told by `together`.
"""

from collections.abc import Iterator

from sporades.core.french import quoted
from sporades.exams.checking.possible.chances import may_hold
from sporades.exams.checking.possible.situations import Situation, gathered, situations
from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.walking import walk
from sporades.exams.checking.worlds import may_be, unanswerable, worlds
from sporades.exams.schema.conditions import Condition, StatusCondition
from sporades.exams.schema.eligibility import EligibilityRule
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Paper, Status


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find what is never true in an exam. Its names must lead somewhere."""
    yield from _statuses(exam, path)
    never = set()
    for place, part in _whole_conditions(exam, path):
        if may_be([part], exam):
            continue
        never.add(place)
        if may_be([part], exam, by_bounds=False):
            codes = {code for world in worlds(part) for code in unanswerable(world, exam)}
            yield warning(
                place,
                "Cette condition n'est jamais vraie : aucune réponse admise à "
                f"{quoted(sorted(codes), 'ou')} n'y convient. Vérifiez-la, ou ce que la question admet.",
            )
        else:
            yield warning(
                place,
                "Ces conditions se contredisent : elles ne sont jamais vraies ensemble. "
                "Vérifiez les bornes et les valeurs, ou écrivez « un_de » au lieu de « tous ».",
            )
    left = list(situations(exam))
    for place, category, rule in rules_of(exam, path):
        demands = (*place, "exige")
        if demands in never or (*place, "si") in never:
            continue
        if not may_be(wanted(category, rule), exam):
            yield warning(
                demands,
                f"Cette règle de la catégorie « {category} » en exige une autre : personne ne peut "
                "la satisfaire.",
            )
            continue
        own = [one for one in left if category in ("", one.category)]
        unasked = [one for one in own if _is_never_asked(rule, one, exam)]
        for where in gathered(unasked):
            yield warning(
                demands,
                "Cette règle exige une réponse qui n'est jamais demandée"
                f"{where.in_words(exam)} : personne ne peut l'y satisfaire. Posez-y la question, ou "
                "limitez la règle par « si ».",
            )


def _statuses(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the statuses that no épreuve that is named can have: the piece would be asked of nobody."""
    for place, part in walk(exam, path):
        if not isinstance(part, StatusCondition):
            continue
        named = [paper for paper in exam.papers if not part.papers or paper.code in part.papers]
        if not any(_may_be(Status(one), paper, exam) for one in part.statuses for paper in named):
            yield warning(
                (*place, "statuts"),
                "Cette condition n'est jamais vraie : aucune de ces épreuves ne peut avoir le statut "
                f"{quoted(part.statuses, 'ou')}. Vérifiez-le, ou ce qui dispense d'elles et la note qui "
                "s'y garde.",
            )


def _may_be(status: Status, paper: Paper, exam: Exam) -> bool:
    """Tell whether somebody may choose a status for an épreuve."""
    match status:
        case Status.DISPENSED:
            return bool(paper.dispensations)
        case Status.KEPT:
            return paper.kept_mark is not None
        case Status.NOT_ENTERED:
            return not paper.must_be_sat or any(not form.is_whole for form in exam.passing_forms)
        case Status.ENTERED:
            return True


def warning(path: Path, message: str) -> Fault:
    """Return what is never true, which keeps no file from being loaded."""
    return Fault(path, "jamais_vrai", message, is_error=False)


def wanted(category: str, rule: EligibilityRule) -> list[Condition]:
    """Return what a rule exacts, of the category whose own it is."""
    return [*([Condition(categorie=(category,))] if category else []), rule.demands]


def _whole_conditions(exam: Exam, path: Path) -> Iterator[tuple[Path, Condition]]:
    """Go through the conditions that are no part of another one."""
    inside: set[Path] = set()
    for place, part in walk(exam, path):
        if isinstance(part, Condition):
            if not any(place[:length] in inside for length in range(len(place))):
                yield place, part
            inside.add(place)


def rules_of(exam: Exam, path: Path) -> Iterator[tuple[Path, str, EligibilityRule]]:
    """Go through the rules of eligibility, with the category whose own they are."""
    for rank, rule in enumerate(exam.eligibility):
        yield (*path, "recevabilite", rank), "", rule
    for place, category in enumerate(exam.categories):
        for rank, rule in enumerate(category.eligibility):
            yield (*path, "categories", place, "recevabilite", rank), category.code, rule


def _is_never_asked(rule: EligibilityRule, situation: Situation, exam: Exam) -> bool:
    """Tell whether a rule that may apply in a situation exacts an answer that is not asked there."""
    facts = situation.facts
    known = {
        "categorie": situation.category,
        "forme_de_passage": situation.passing_form,
        "specialite": situation.speciality,
    }
    here = Condition.model_validate({key: (code,) for key, code in known.items() if code})
    applies = [here, *filter(None, [rule.when])]
    if not all(may_hold(one, facts) for one in (*applies, rule.demands)):
        return False

    def asked(when: Condition | None) -> bool:
        return may_hold(when, facts)

    exacted = [*applies, rule.demands]
    return (
        may_be(applies, exam, asked=asked)
        and may_be(exacted, exam)
        and not may_be(exacted, exam, asked=asked)
    )
