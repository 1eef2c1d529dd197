"""What a cell says of the épreuves that a candidate chose, and of the questions that an exam asks.

In the words of the réglementation under which the registration stands; a code that it does not name
is said as it is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from sporades.core.cells import Cell, in_text
from sporades.core.french import figure
from sporades.exams import schema
from sporades.exams.queries import OfferedExam, programmes, rules
from sporades.exams.rules.health import of_health, statuses_of_health
from sporades.exams.rules.papers import titled
from sporades.exams.schema.papers import Paper, Status
from sporades.exams.schema.questions import DateQuestion, NumberQuestion, Question, YesNoQuestion
from sporades.registrations.former import once_offered
from sporades.registrations.models import Registration
from sporades.registrations.questions import YES_OR_NO

type Rows = Sequence[Mapping[str, Any]]

BETWEEN = " ; "


def papers(regulation: int, exam: str, chosen: Rows) -> Cell:
    """Return each épreuve that somebody chose, with its status, its option and the mark kept.

    One that all sit is not chosen, where it has neither option, mark nor another status. Nor is what
    tells of a declared handicap (P-12), as « Dispensé » of one of which that dispenses: it is left
    out, as what is not chosen; and who sits it too where all must, or the blank would say it.

    Args:
        regulation: the key of the version under which the registration stands.
        exam: the code of its exam.
        chosen: code, status, option, mark and session of each épreuve.
    """
    said = []
    for name, one, paper in _named(regulation, exam, chosen):
        status = Status(one["status"])
        parts = (_option(paper, one), _mark(paper, one))
        is_for_all = paper is not None and paper.must_be_sat and status == Status.ENTERED
        if is_for_all and not any(parts):
            continue
        told = ", ".join(filter(None, (status.label, *parts)))
        said.append(f"{name} : {told}")
    return BETWEEN.join(said)


def options(regulation: int, exam: str, chosen: Rows) -> Cell:
    """Return the options alone, each after the épreuve that it is of. Arguments as for `papers`."""
    named = _named(regulation, exam, chosen)
    said = ((name, _option(paper, one)) for name, one, paper in named)
    return BETWEEN.join(f"{name} : {option}" for name, option in said if option)


def marks(regulation: int, exam: str, chosen: Rows) -> Cell:
    """Return the marks kept alone, each after its épreuve. Arguments as for `papers`."""
    named = _named(regulation, exam, chosen)
    said = ((name, _mark(paper, one)) for name, one, paper in named)
    return BETWEEN.join(f"{name} : {mark}" for name, mark in said if mark)


def answers(regulation: int, exam: str, given: Rows) -> Cell:
    """Return the answers to the questions of an exam, each after its question.

    But those to what is asked by what was declared of a handicap, which no file takes out (P-12).

    Args:
        regulation: the key of the version under which the registration stands.
        exam: the code of its exam.
        given: the code of each question, and the answer as it is kept.
    """
    said_of = _rules(regulation, exam)
    questions = {one.code: one for one in said_of.questions}
    places = {code: place for place, code in enumerate(questions)}
    said = []
    for one in sorted(given, key=lambda one: places.get(one["question"], len(places))):
        question = questions.get(one["question"])
        if question and of_health(question.when, said_of):
            continue
        before = asked(question) if question else f"{one['question']} :"
        said.append(f"{before} {_answer(question, one['value'])}")
    return BETWEEN.join(said)


def tells_a_handicap(exam: int, question: str) -> bool:
    """Return whether a question in force is asked by what was declared of a handicap (P-12).

    Args:
        exam: the key of its exam.
        question: its code.
    """
    return any(_asks_for_health(one, exam, question) for of in programmes() for one in of.exams)


def once_told_a_handicap(exam: int, question: str) -> bool:
    """Return the same of a version before too: those who answered then are found by it still."""
    return any(_asks_for_health(one, exam, question) for one in _ever_offered())


@dataclass
class PaperOfHealth:
    """What of an épreuve tells whether a handicap was declared, or once did.

    Attributes:
        statuses: the statuses that tell it.
        options: the codes of the options within it.
    """

    statuses: set[Status] = field(default_factory=set)
    options: set[str] = field(default_factory=set)


def papers_of_health() -> dict[int, PaperOfHealth]:
    """Return the épreuves that a declared handicap offers, dispenses of or keeps a mark of, or once did (P-12).

    Returns:
        The key of each épreuve, and what of it tells that.
    """
    found: dict[int, PaperOfHealth] = {}
    for one in _ever_offered():
        for paper in one.rules.papers:
            if statuses := statuses_of_health(paper, one.rules):
                known = found.setdefault(one.papers[paper.code].pk, PaperOfHealth())
                known.statuses |= statuses
                known.options |= (
                    {one.code for one in paper.options.choices} if paper.options else set()
                )
    return found


def sat_by_all_but_for_health() -> set[int]:
    """Return those of them that all must sit, or once had to: who does not is spared by a handicap.

    Returns:
        The key of each épreuve.
    """
    known = papers_of_health()
    every = (
        one.papers[paper.code].pk
        for one in _ever_offered()
        for paper in one.rules.papers
        if paper.must_be_sat
    )
    return {key for key in every if key in known}


def pieces_of_health() -> dict[int, set[str]]:
    """Return the pieces that are asked by what was declared of a handicap, or once were (P-12).

    Returns:
        The key of each exam that asks for some, and their codes.
    """
    found: dict[int, set[str]] = {}
    for one in _ever_offered():
        for piece in one.rules.evidence:
            if of_health(piece.when, one.rules):
                found.setdefault(one.exam.pk, set()).add(piece.code)
    return found


def asked_by_handicap(registration: Registration) -> tuple[set[str], set[str]]:
    """Return what a declared handicap alone asks of a registration, or asked of it for another exam.

    Whoever changed from one exam to another has the pieces of the former one still, withdrawn.

    Args:
        registration: any.

    Returns:
        The codes of pieces; what these pieces, and questions, are called, now or once.
    """
    was = registration.versions.values_list("snapshot__choice__exam", flat=True)
    exams = {registration.exam.code, *was}
    codes, labels = set(), set()
    for one in _ever_offered():
        if one.exam.session_id != registration.exam.session_id or one.exam.code not in exams:
            continue
        pieces = [piece for piece in one.rules.evidence if of_health(piece.when, one.rules)]
        codes |= {piece.code for piece in pieces}
        labels |= {piece.label for piece in pieces}
        labels |= {
            question.label
            for question in one.rules.questions
            if of_health(question.when, one.rules)
        }
    return codes, labels


def asked(question: Question) -> str:
    """Return what stands before the answer to a question: « Équipe : », « Avez-vous le permis ? »."""
    return question.label if question.label.endswith("?") else f"{question.label} :"


def _ever_offered() -> Iterator[OfferedExam]:
    """Go through what is in force, then what versions before say, where somebody is registered under them."""
    return chain((one for of in programmes() for one in of.exams), once_offered())


def _asks_for_health(one: OfferedExam, exam: int, question: str) -> bool:
    return one.exam.pk == exam and any(
        asked.code == question and of_health(asked.when, one.rules) for asked in one.rules.questions
    )


def _rules(regulation: int, exam: str) -> schema.Exam:
    return rules(regulation).exam(exam)


def _named(
    regulation: int, exam: str, chosen: Rows
) -> Iterator[tuple[str, Mapping[str, Any], Paper | None]]:
    """Give what counts as chosen, in the order of the réglementation, each by its own name."""
    of_exam = _rules(regulation, exam)
    said = {one.code: one for one in of_exam.papers}
    places = {code: place for place, code in enumerate(said)}
    taken = [
        one
        for one in chosen
        if Status(one["status"]).is_taken and not _tells_of_health(one, said, of_exam)
    ]
    codes = [one["code"] for one in taken]
    names = {code: titled(said[code]) if code in said else code for code in codes}
    times = Counter(names.values())
    for one in sorted(taken, key=lambda one: (places.get(one["code"], len(places)), one["code"])):
        code = one["code"]
        name = names[code] if times[names[code]] == 1 else f"{names[code]}, {code}"
        yield name, one, said.get(code)


def _tells_of_health(one: Mapping[str, Any], said: Mapping[str, Paper], exam: schema.Exam) -> bool:
    paper, status = said.get(one["code"]), one["status"]
    told = statuses_of_health(paper, exam) if paper else frozenset()
    # Where all must sit it, who is not among those who do is spared.
    return status in told or bool(told and paper and paper.must_be_sat and status == Status.ENTERED)


def _option(paper: Paper | None, one: Mapping[str, Any]) -> str:
    code: str = one["option"]
    choices = paper.options.choices if paper and paper.options else ()
    return next((choice.label for choice in choices if choice.code == code), code)


def _mark(paper: Paper | None, one: Mapping[str, Any]) -> str:
    if one["mark"] is None:
        return ""
    out_of = f" sur {figure(paper.kept_mark.out_of)}" if paper and paper.kept_mark else ""
    return f"note {figure(Decimal(str(one['mark'])))}{out_of}, session {one['session']}"


def _answer(question: Question | None, value: Any) -> str:
    said = value if isinstance(value, list) else [value]
    if isinstance(question, DateQuestion):
        return in_text(date.fromisoformat(value))
    if isinstance(question, NumberQuestion):
        unit = f" {question.unit}" if question.unit else ""
        return f"{str(value).replace('.', ',')}{unit}"
    labels = {one.code: one.label for one in getattr(question, "choices", ())}
    if isinstance(question, YesNoQuestion):
        labels = dict(YES_OR_NO)
    # On one line: some programs take each line of a file for a registration.
    return ", ".join(labels.get(str(one), " ".join(str(one).split())) for one in said)
