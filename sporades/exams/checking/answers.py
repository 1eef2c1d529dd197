"""Conditions on answers: the question exists, was asked before, and may be so answered."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.references import unknown
from sporades.exams.checking.walking import walk
from sporades.exams.checking.writings import A_DAY, A_NUMBER
from sporades.exams.rules.conditions import fields_of
from sporades.exams.schema.base import LARGEST_NUMBER
from sporades.exams.schema.candidacy import NATIONAL_SERVICE, NationalService
from sporades.exams.schema.conditions import AnswerCondition, Condition
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.questions import (
    ChoiceQuestion,
    DateQuestion,
    LongTextQuestion,
    MultipleChoiceQuestion,
    NumberQuestion,
    Question,
    TextQuestion,
    YesNoQuestion,
)

type Asked = Question | NationalService


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the conditions that ask of a registration what it cannot say."""
    asked: dict[str, Asked] = {question.code: question for question in exam.questions}
    if NATIONAL_SERVICE in asked:
        yield Fault(
            (*path, "questions"),
            "code_reserve",
            f"Le code « {NATIONAL_SERVICE} » est réservé : donnez un autre nom à la question.",
        )
    if exam.national_service is not None:
        asked[NATIONAL_SERVICE] = exam.national_service
    for place, part in walk(exam, path):
        match part:
            case AnswerCondition():
                askable = _askable_at(place[len(path) :], exam)
                known = {code: one for code, one in asked.items() if code in askable}
                yield from _of_answer(part, place, known)
            case Condition():
                yield from _of_facts(part, place, place[len(path) :], exam)
            case _:
                pass


def _askable_at(place: Path, exam: Exam) -> set[str]:
    """Return what has been asked when a place is reached: a question follows those above it."""
    match place:
        case ("questions", int() as rank, *_):
            above = exam.questions[:rank]
        case ("qualification", *_):
            above = ()
        case _:
            above = exam.questions
    return {NATIONAL_SERVICE, *(question.code for question in above)}


def _of_facts(condition: Condition, path: Path, place: Path, exam: Exam) -> Iterator[Fault]:
    if condition.experience is not None and exam.qualification.experience is None:
        yield Fault(
            (*path, "experience"),
            "reference_inconnue",
            "L'expérience n'est pas demandée : ajoutez « qualification.experience ».",
        )
    if condition.status is not None and place[:1] != ("pieces",):
        yield Fault(
            (*path, "statut"),
            "condition_impossible",
            "Le statut d'une épreuve ne peut être une condition que pour une pièce.",
        )
    for key, own in (
        ("diplomes", condition.diplomas),
        ("experience", condition.experience),
    ):
        if own is not None and place[:2] == ("qualification", key):
            yield Fault(path, "condition_impossible", "Cette question dépend de sa propre réponse.")
    asked = exam.qualification.experience
    of_each_other = condition.experience is not None and place[:2] == ("qualification", "diplomes")
    if of_each_other and asked is not None and "diploma" in fields_of(asked.when):
        yield Fault(
            (*path, "experience"),
            "condition_impossible",
            "Le diplôme dépend ici de l'expérience, et l'expérience du diplôme : aucune des deux "
            "questions ne serait jamais posée.",
        )


def _of_answer(
    condition: AnswerCondition, path: Path, known: Mapping[str, Asked]
) -> Iterator[Fault]:
    question = known.get(condition.question)
    if question is None:
        message = unknown("question", condition.question, list(known))
        yield Fault(
            (*path, "question"), "reference_inconnue", f"{message[:-1]}, ou vient plus bas."
        )
        return
    said = condition.model_fields_set - {"question"}
    if not said:
        yield Fault(
            path, "condition_vide", "Dites quelle réponse : egal, parmi, minimum, maximum, donnee."
        )
    for name in sorted(said - _possible(question)):
        key = AnswerCondition.model_fields[name].alias or name
        yield Fault(
            (*path, key),
            "condition_impossible",
            f"« {key} » ne s'applique pas à la question « {condition.question} ».",
        )
    if condition.is_given is False and said > {"is_given"}:
        yield Fault(
            (*path, "donnee"),
            "contradiction",
            "« donnee: non » dit qu'il n'est rien répondu, et le reste quelle réponse : gardez l'un des "
            "deux.",
        )
    codes = _codes(question)
    for chosen in (condition.equal, *(condition.among or ())):
        if codes and isinstance(chosen, str) and chosen not in codes:
            yield Fault(path, "reference_inconnue", unknown("choix", chosen, codes))
    yield from _types(condition, path, question)


def _possible(question: Asked) -> set[str]:
    """Return the names of what may be said of the answer to a question."""
    match question:
        case TextQuestion() | LongTextQuestion() | YesNoQuestion():
            return {"equal", "is_given"}
        case NumberQuestion() | DateQuestion():
            return {"equal", "minimum", "maximum", "is_given"}
        case ChoiceQuestion() | NationalService():
            return {"equal", "among", "is_given"}
        case MultipleChoiceQuestion():
            return {"among", "is_given"}


def _codes(question: Asked) -> list[str]:
    match question:
        case ChoiceQuestion() | MultipleChoiceQuestion() | NationalService():
            return [choice.code for choice in question.choices]
        case _:
            return []


def _types(condition: AnswerCondition, path: Path, question: Asked) -> Iterator[Fault]:
    wanted, words = _wanted(question)
    for key, value in (
        ("egal", condition.equal),
        ("minimum", condition.minimum),
        ("maximum", condition.maximum),
    ):
        if value is not None and not _is(value, wanted):
            yield Fault((*path, key), "type", f"« {key} » doit être {words} pour cette question.")


def _wanted(question: Asked) -> tuple[type, str]:
    """Return the type of the answers to a question, and its name in French."""
    match question:
        case YesNoQuestion():
            return bool, "« oui » ou « non », sans guillemets"
        case NumberQuestion():
            return Decimal, "un nombre"
        case DateQuestion():
            return date, "un jour"
        case _:
            return str, "un texte, entre guillemets s'il est en chiffres,"


def _is(value: object, wanted: type) -> bool:
    """Tell whether a value is of a type, or is a text that says one."""
    try:
        if wanted is date and isinstance(value, str):
            return bool(A_DAY.fullmatch(value) and date.fromisoformat(value))
        if wanted is Decimal and isinstance(value, str):
            return bool(A_NUMBER.fullmatch(value)) and abs(Decimal(value)) <= LARGEST_NUMBER
    except (ValueError, ArithmeticError):
        return False
    return isinstance(value, wanted)
