"""Épreuves, groups and rules between them, each by itself."""

from collections.abc import Iterator

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Group, Paper
from sporades.exams.schema.relations import Dependency, DistinctOptions


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the épreuves, the groups and the rules that make no sense, whoever chooses."""
    for rank, paper in enumerate(exam.papers):
        yield from _paper(exam, paper, (*path, "epreuves", rank))
    for rank, group in enumerate(exam.groups):
        yield from _group(exam, group, (*path, "groupes", rank))
    for rank, relation in enumerate(exam.relations):
        place = (*path, "regles", rank)
        match relation:
            case Dependency() if relation.paper in relation.needs:
                message = "Une épreuve ne se demande pas elle-même."
                yield Fault((*place, "demande"), "contradiction", message)
            case DistinctOptions():
                yield from _distinct_options(exam, relation, place)
            case _:
                pass


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
    kept = paper.kept_mark
    if kept and kept.message and kept.when is None:
        yield Fault(
            (*path, "benefice", "message"),
            "contradiction",
            "Ce bénéfice est sans condition : personne ne lirait ce message. Retirez-le, ou dites "
            "« si ».",
        )
    for rank, reason in enumerate(paper.dispensations):
        if reason.on_request is bool(reason.diplomas):
            yield Fault(
                (*path, "dispenses", rank),
                "contradiction",
                "Une dispense est « sur_demande », ou vient de « diplomes », l'un des deux.",
            )


def _group(exam: Exam, group: Group, path: Path) -> Iterator[Fault]:
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


def _distinct_options(exam: Exam, rule: DistinctOptions, path: Path) -> Iterator[Fault]:
    for code in rule.papers:
        paper = exam.paper(code)
        if paper is not None and paper.options is None:
            yield Fault(
                (*path, "epreuves"), "contradiction", f"« {code} » n'a pas d'options à comparer."
            )
