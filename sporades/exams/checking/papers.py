"""Épreuves that can be chosen: groups with room, rules that do not contradict each other."""

from collections.abc import Iterator
from itertools import combinations

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Group, Paper
from sporades.exams.schema.relations import Dependency, DistinctOptions, Exclusion


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the épreuves and the rules that no candidate could satisfy."""
    specialities = [speciality.code for speciality in exam.specialities] or [""]
    for rank, paper in enumerate(exam.papers):
        yield from _paper(exam, paper, (*path, "epreuves", rank))
    for rank, group in enumerate(exam.groups):
        yield from _group(exam, group, specialities, (*path, "groupes", rank))
    for rank, relation in enumerate(exam.relations):
        place = (*path, "regles", rank)
        match relation:
            case Exclusion():
                yield from _exclusion(exam, relation, specialities, place)
            case Dependency():
                yield from _dependency(exam, relation, place)
            case DistinctOptions():
                yield from _distinct_options(exam, relation, place)
    for speciality in specialities:
        if not any(paper.concerns(speciality) for paper in exam.papers):
            yield Fault(
                (*path, "epreuves"),
                "sans_epreuve",
                f"La spécialité « {speciality} » n'a aucune épreuve.",
            )


def _paper(exam: Exam, paper: Paper, path: Path) -> Iterator[Fault]:
    if paper.group is not None and paper.is_mandatory is not None:
        yield Fault(
            (*path, "obligatoire"),
            "contradiction",
            "Une épreuve d'un groupe n'est ni obligatoire ni facultative : c'est le groupe qui dit "
            "combien en choisir. Retirez « obligatoire » ou « groupe ».",
        )
    if exam.phases and paper.phase is None:
        yield Fault(path, "cle_manquante", "L'examen a des phases : dites celle de l'épreuve.")
    categories = [category for form in paper.forms for category in form.categories]
    for category in sorted({one for one in categories if categories.count(one) > 1}):
        yield Fault(
            (*path, "formes"),
            "contradiction",
            f"La catégorie « {category} » a deux formes pour cette épreuve.",
        )
    for rank, reason in enumerate(paper.dispensations):
        if reason.on_request is bool(reason.diplomas):
            yield Fault(
                (*path, "dispenses", rank),
                "contradiction",
                "Une dispense est « sur_demande », ou vient de « diplomes », l'un des deux.",
            )


def _group(exam: Exam, group: Group, specialities: list[str], path: Path) -> Iterator[Fault]:
    members = [paper for paper in exam.papers if paper.group == group.code]
    if not members:
        yield Fault(path, "groupe_impossible", "Ce groupe n'a aucune épreuve.")
        return
    if len({paper.phase for paper in members}) > 1:
        yield Fault(
            path, "contradiction", "Les épreuves de ce groupe ne sont pas de la même phase."
        )
    if group.most > len(members):
        yield Fault(
            (*path, "maximum"),
            "groupe_impossible",
            f"Au plus {group.most} épreuves, mais le groupe n'en a que {len(members)}.",
        )
    for speciality in specialities:
        room = sum(paper.concerns(speciality) for paper in members)
        if 0 < room < group.fewest or (room == 0 and group.fewest and len(specialities) == 1):
            where = f" dans la spécialité « {speciality} »" if speciality else ""
            yield Fault(
                (*path, "minimum"),
                "groupe_impossible",
                f"Au moins {group.fewest} épreuves, mais le groupe n'en a que {room}{where}.",
            )


def _exclusion(exam: Exam, rule: Exclusion, specialities: list[str], path: Path) -> Iterator[Fault]:
    papers = [paper for code in rule.papers if (paper := exam.paper(code))]
    for one, other in combinations(papers, 2):
        if _always(one) and _always(other) and _meet(one, other, specialities):
            yield Fault(
                (*path, "epreuves"),
                "contradiction",
                f"« {one.code} » et « {other.code} » sont obligatoires : elles ne peuvent pas s'exclure.",
            )


def _always(paper: Paper) -> bool:
    return paper.must_be_sat and paper.when is None


def _meet(one: Paper, other: Paper, specialities: list[str]) -> bool:
    return any(one.concerns(code) and other.concerns(code) for code in specialities)


def _dependency(exam: Exam, rule: Dependency, path: Path) -> Iterator[Fault]:
    if rule.paper in rule.needs:
        yield Fault((*path, "demande"), "contradiction", "Une épreuve ne se demande pas elle-même.")
        return
    wanted = _closure(exam, rule.paper)
    for other in exam.relations:
        if isinstance(other, Exclusion) and len(wanted & set(other.papers)) > 1:
            both = " et ".join(f"« {code} »" for code in other.papers if code in wanted)
            yield Fault(
                path,
                "contradiction",
                f"« {rule.paper} » demande {both}, que la règle « {other.code} » exclut l'une de l'autre.",
            )


def _closure(exam: Exam, code: str) -> set[str]:
    """Return an épreuve with all those it demands, near or far."""
    found, ahead = {code}, [code]
    while ahead:
        paper = ahead.pop()
        for rule in exam.relations:
            if isinstance(rule, Dependency) and rule.paper == paper:
                ahead += [need for need in rule.needs if need not in found]
                found.update(rule.needs)
    return found


def _distinct_options(exam: Exam, rule: DistinctOptions, path: Path) -> Iterator[Fault]:
    for code in rule.papers:
        paper = exam.paper(code)
        if paper is not None and paper.options is None:
            yield Fault(
                (*path, "epreuves"), "contradiction", f"« {code} » n'a pas d'options à comparer."
            )
