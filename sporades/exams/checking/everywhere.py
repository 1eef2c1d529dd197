"""What must hold of any part of a file: codes that differ, bounds that leave room."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.walking import keyed, walk
from sporades.exams.schema.base import Strict
from sporades.exams.schema.clock import Deadline
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.evidence import Way
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.legal import ImplicitDecision, Meaning
from sporades.exams.schema.openings import ManagingService, Opening
from sporades.exams.schema.papers import EliminatoryMark, KeptMark
from sporades.exams.schema.questions import MultipleChoiceQuestion, NumberQuestion
from sporades.exams.schema.regulation import File
from sporades.exams.titles import LONGEST_TITLE, titled

_BOUNDS = (
    ("minimum", "maximum", "minimum", "maximum"),
    ("fewest", "most", "minimum", "maximum"),
    ("shortest", "longest", "longueur_minimale", "longueur_maximale"),
    ("starts_on", "ends_on", "du", "au"),
)


def faults(file: File) -> Iterator[Fault]:
    """Find what is wrong in any part, whatever it is."""
    for path, part in walk(file):
        yield from _codes(part, path)
        yield from _bounds(part, path)
        match part:
            case Deadline():
                yield from _deadline(part, path)
            case KeptMark():
                yield from _scale(part.threshold, part.out_of, (*path, "seuil"))
            case EliminatoryMark():
                yield from _scale(part.mark, part.out_of, (*path, "note"))
            case ImplicitDecision():
                yield from _appeal(part, path)
            case MultipleChoiceQuestion():
                yield from _choices(part, path)
            case NumberQuestion():
                yield from _numbers(part, path)
            case Condition():
                yield from _condition(part, path)
            case _:
                pass
    for rank, exam in enumerate(file.exams):
        yield from _titles(exam, file.session.label, ("examens", rank))


def _titles(exam: Exam, session: str, path: Path) -> Iterator[Fault]:
    """Find what one could not register for: documents and letters are named by all of it."""
    offered: list[tuple[Path, str | None]] = [
        ((*path, "specialites", rank, "libelle"), one.title)
        for rank, one in enumerate(exam.specialities)
    ]
    for where, speciality in offered or [((*path, "libelle"), None)]:
        title = titled(exam.label, speciality, session)
        if len(title) > LONGEST_TITLE:
            yield Fault(
                where,
                "trop_long",
                f"« {title} » a {len(title)} signes, {LONGEST_TITLE} au plus : raccourcissez "
                "l'intitulé de l'examen, de la spécialité, de l'option ou de la session.",
            )


def _codes(part: Strict, path: Path) -> Iterator[Fault]:
    """In any list, a code names one thing."""
    for key, value in keyed(part):
        if not isinstance(value, tuple):
            continue
        seen: dict[object, int] = {}
        for rank, item in enumerate(value):
            name = _identity(item)
            if name is None:
                continue
            if name in seen:
                where = ("code",) if hasattr(item, "code") else ()
                yield Fault(
                    (*path, key, rank, *where),
                    "code_en_double",
                    f"« {_shown(name)} » est déjà écrit plus haut dans cette liste : {_once(item)}",
                )
            seen.setdefault(name, rank)


def _once(item: object) -> str:
    if isinstance(item, Way):
        return "une voie ne s'y écrit qu'une fois, retirez celle-ci."
    return "un code ne sert qu'une fois."


def _identity(item: object) -> object:
    """Return what names an item within its list; None when nothing does."""
    match item:
        case str():
            return item
        case Opening():
            return (item.academy, item.audience.value)
        case ManagingService():
            return (item.academy, item.code)
        case Strict():
            return getattr(item, "code", None)
        case _:
            return None


def _shown(name: object) -> str:
    return ", ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _bounds(part: Strict, path: Path) -> Iterator[Fault]:
    for low_name, high_name, low_key, high_key in _BOUNDS:
        low, high = getattr(part, low_name, None), getattr(part, high_name, None)
        if low is None or high is None:
            continue
        if isinstance(low, Decimal) is not isinstance(high, Decimal) and type(low) is not type(
            high
        ):
            yield Fault(
                (*path, high_key),
                "bornes",
                f"« {low_key} » et « {high_key} » ne sont pas de même nature.",
            )
        elif low > high:
            yield Fault(
                (*path, high_key),
                "bornes",
                f"« {low_key} » ({low}) est {_beyond(low)} « {high_key} » ({high}) : rien ne convient.",
            )


def _beyond(value: object) -> str:
    return "après" if isinstance(value, date) else "plus grand que"


def _deadline(deadline: Deadline, path: Path) -> Iterator[Fault]:
    if (deadline.on is None) is (deadline.days_after_closing is None):
        yield Fault(
            path,
            "echeance",
            "Une date limite dit « le » ou « jours_apres_fermeture », l'un des deux.",
        )


def _scale(mark: Decimal, out_of: Decimal, path: Path) -> Iterator[Fault]:
    if mark > out_of:
        yield Fault(path, "bornes", f"{mark} dépasse la note la plus haute, {out_of}.")


def _appeal(decision: ImplicitDecision, path: Path) -> Iterator[Fault]:
    if decision.meaning is Meaning.REJECTED and decision.appeal is None:
        yield Fault(
            (*path, "recours"),
            "mentions_legales",
            "Quand le silence vaut rejet, les délais et voies de recours sont exigés.",
        )


def _choices(question: MultipleChoiceQuestion, path: Path) -> Iterator[Fault]:
    for key, figure in (("minimum", question.fewest), ("maximum", question.most or 0)):
        if figure > len(question.choices):
            yield Fault(
                (*path, key),
                "bornes",
                f"{figure} choix sont demandés, la liste en a {len(question.choices)}.",
            )


def _numbers(question: NumberQuestion, path: Path) -> Iterator[Fault]:
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and low <= high < question.first_from(low):
        figures = f"{question.decimals} chiffre{'s' if question.decimals > 1 else ''}"
        which = f"de {figures} après la virgule" if question.decimals else "entier"
        yield Fault(
            (*path, "decimales"),
            "bornes",
            f"Aucun nombre {which} n'est entre « minimum » ({low}) et « maximum » ({high}) : personne "
            "ne peut répondre.",
        )


def _condition(condition: Condition, path: Path) -> Iterator[Fault]:
    if not condition.model_fields_set:
        yield Fault(
            path, "condition_vide", "Cette condition ne dit rien : écrivez-la ou retirez-la."
        )
    for key, bounds in (("age", condition.age), ("experience", condition.experience)):
        if bounds is not None and bounds.minimum is None and bounds.maximum is None:
            yield Fault(
                (*path, key),
                "condition_vide",
                f"« {key} » est sans borne, tout le monde y convient : dites « minimum » ou "
                "« maximum ».",
            )
