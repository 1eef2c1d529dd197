"""Pieces, and the signed summary: by which ways they are given, each by itself and together."""

from collections.abc import Iterator

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.rules.evidence import ways_in, what_is_wrong
from sporades.exams.schema.evidence import EVERY_WAY, Piece, Way
from sporades.exams.schema.exam import Exam

ELSEWHERE = ""
"""The academies of which nothing is said."""


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the ways that contradict one another, or that nobody reads."""
    yield from _ways(exam, path)
    for rank, piece in enumerate(exam.evidence):
        yield from _ways(piece, (*path, "pieces", rank))
        yield from _alike(piece, (*path, "pieces", rank, "motifs_de_refus"))
    if not exam.evidence:
        yield from _of_nothing(exam, path)
    yield from _summary(exam, path)


def _ways(part: Exam | Piece, path: Path) -> Iterator[Fault]:
    if part.ways == ():
        yield _none((*path, "voies"))
    for rank, one in enumerate(part.ways_by_academy):
        if one.ways == ():
            yield _none((*path, "voies_selon_academie", rank, "voies"))
    yield from _told_twice(part, path)


def _none(path: Path) -> Fault:
    return Fault(
        path,
        "contradiction",
        "Sans aucune voie, rien ne pourrait être fourni : écrivez « depot », « courrier », ou les "
        "deux ; ou retirez cette clé.",
    )


def _told_twice(part: Exam | Piece, path: Path) -> Iterator[Fault]:
    """Find the academies that have two lists of ways."""
    seen: set[str] = set()
    for rank, one in enumerate(part.ways_by_academy):
        for academy in one.academies:
            if academy in seen:
                yield Fault(
                    (*path, "voies_selon_academie", rank, "academies"),
                    "contradiction",
                    f"L'académie « {academy} » a deux listes de voies : gardez-en une.",
                )
        seen.update(one.academies)


def _alike(piece: Piece, path: Path) -> Iterator[Fault]:
    """Find the reasons of refusal that nobody could choose between."""
    seen: set[str] = set()
    for rank, one in enumerate(piece.refusal_reasons):
        said = what_is_wrong(one.label)
        if said in seen:
            yield Fault(
                (*path, rank, "libelle"),
                "contradiction",
                f"Un autre motif de cette pièce commence aussi par « {said} » : le service choisit par ce "
                "qui précède « : », et ne les distinguerait pas.",
            )
        seen.add(said)


def _of_nothing(exam: Exam, path: Path) -> Iterator[Fault]:
    for key, said in (("voies", exam.ways), ("voies_selon_academie", exam.ways_by_academy)):
        if said:
            yield Fault(
                (*path, key),
                "contradiction",
                "Aucune pièce n'est demandée : personne ne lirait ces voies. Retirez-les, ou demandez "
                "une pièce.",
            )


def _summary(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find a signed summary that is to come by post where nothing may come so."""
    asked = exam.summary_return
    if asked is None:
        return
    known = (academy for one in exam.ways_by_academy for academy in one.academies)
    told = asked.academies or (*dict.fromkeys(known), ELSEWHERE)
    refused = [one for one in told if Way.POST not in (ways_in(exam, one) or EVERY_WAY)]
    if not refused:
        return
    where = "" if ELSEWHERE in refused else f" (académie {', '.join(refused)})"
    is_some = len(refused) < len(told)
    limit = ", dites dans « academies » celles où il est à renvoyer" if is_some else ""
    yield Fault(
        (*path, "retour_du_recapitulatif"),
        "contradiction",
        f"Le récapitulatif signé ne revient que par courrier, et rien ne se fournit par courrier{where} : "
        f"ajoutez « courrier » à « voies »{limit}, ou retirez « retour_du_recapitulatif » et demandez le "
        "récapitulatif signé comme une pièce.",
    )
