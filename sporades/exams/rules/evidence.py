"""The supporting documents that a candidate owes."""

from dataclasses import dataclass

from sporades.exams.rules.conditions import holds
from sporades.exams.rules.facts import Facts
from sporades.exams.rules.questions import counted
from sporades.exams.schema.clock import Deadline
from sporades.exams.schema.evidence import EVERY_WAY, Piece, Way
from sporades.exams.schema.exam import Exam


def what_is_wrong(reason: str) -> str:
    """Return what of a reason of refusal says what is wrong: what to do about it is for the candidate alone.

    The office chooses by it, and statistics count it.

    Args:
        reason: the whole sentence, or what was kept of it.
    """
    return reason.partition(" : ")[0]


@dataclass(frozen=True)
class PieceDue:
    """A document due.

    Attributes:
        code: the code of the piece.
        label: what is asked for.
        help: where to find it, what it must show; may be empty.
        is_mandatory: whether the registration needs it.
        deadline: until when; `RegistrationService.deadline_in_words` says it.
        reference: the text that asks for it; may be empty.
        replaced_within: how many days are left for what is asked for after the deadline.
    """

    code: str
    label: str
    help: str
    is_mandatory: bool
    deadline: Deadline
    reference: str
    replaced_within: int


def due(exam: Exam, facts: Facts) -> list[PieceDue]:
    """Return the documents that a candidate owes, in the order of the réglementation."""
    known = counted(exam, facts)
    return [
        PieceDue(
            code=piece.code,
            label=piece.label,
            help=piece.help or "",
            is_mandatory=piece.is_mandatory,
            deadline=piece.deadline,
            reference=piece.reference or "",
            replaced_within=piece.replaced_within,
        )
        for piece in exam.evidence
        if holds(piece.when, known)
    ]


def ways_of(exam: Exam, code: str, academy: str) -> tuple[Way, ...]:
    """Return by which ways a piece is given: what is said of it counts before what is said of all (C53).

    Args:
        exam: the exam.
        code: the code of the piece; of one that the exam does not know nothing is said.
        academy: the code of the academy that registers.
    """
    piece = exam.piece(code)
    return (ways_in(piece, academy) if piece else ()) or ways_in(exam, academy) or EVERY_WAY


def ways_in(part: Exam | Piece, academy: str) -> tuple[Way, ...]:
    """Return the ways that a part says for an academy; nothing where it says none."""
    others = (one.ways for one in part.ways_by_academy if academy in one.academies)
    return next(others, None) or part.ways or ()
