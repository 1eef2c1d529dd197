"""Measures and papers of health, each by itself."""

from collections.abc import Iterator
from fractions import Fraction

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.schema.accommodations import LONGEST_BY_PLAN, HealthPaper, Measure
from sporades.exams.schema.exam import Exam


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the measures and the papers of health that make no sense."""
    asked = exam.accommodations
    if asked is None:
        return
    place = (*path, "amenagements")
    for rank, measure in enumerate(asked.measures):
        yield from _measure(measure, (*place, "mesures", rank))
    if asked.late_until is not None and not asked.late:
        yield Fault(
            (*place, "tardive_jusqu_au"),
            "contradiction",
            "Aucune demande tardive n'est reçue : écrivez ses motifs dans « tardive », ou retirez "
            "« tardive_jusqu_au ».",
        )
    for rank, paper in enumerate(asked.papers):
        yield from _paper(paper, (*place, "papiers", rank), asks_of_former=asked.former is not None)


def _measure(measure: Measure, path: Path) -> Iterator[Fault]:
    for key, chosen, said in (
        ("natures", measure.natures, "de natures d'épreuves"),
        ("epreuves", measure.papers, "d'épreuves"),
    ):
        if chosen and not measure.is_by_paper:
            yield Fault(
                (*path, key),
                "contradiction",
                f"Une mesure qui vaut pour tout l'examen ne choisit pas {said} : retirez « {key} » "
                "ou « par_epreuve: non ».",
            )
    if measure.code in measure.excludes:
        yield Fault(
            (*path, "exclut"),
            "contradiction",
            "Une mesure ne s'exclut pas elle-même : retirez-la de « exclut ».",
        )
    exceeds = measure.time is not None and Fraction(measure.time) > LONGEST_BY_PLAN
    if exceeds and not measure.needs_whole_procedure:
        yield Fault(
            (*path, "temps"),
            "contradiction",
            "Plus d'un tiers de temps demande la procédure complète : ajoutez "
            "« procedure_complete: oui ».",
        )


def _paper(paper: HealthPaper, path: Path, *, asks_of_former: bool) -> Iterator[Fault]:
    if paper.when is not None and not paper.when.model_fields_set:
        yield Fault(
            (*path, "si"),
            "condition_vide",
            "Cette condition ne dit rien : écrivez-la ou retirez-la.",
        )
    is_of_former = paper.when is not None and paper.when.has_former_decision is not None
    if is_of_former and not asks_of_former:
        yield Fault(
            (*path, "si", "decision_anterieure"),
            "contradiction",
            "Aucune question n'est posée sur une décision antérieure : écrivez-la dans "
            "« decision_anterieure », ou retirez cette condition.",
        )
