"""A request is found incomplete or complete, goes to a doctor, and has its opinion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sporades.accommodations.models import AsRead, Case
from sporades.accommodations.operations.choosing import (
    check_seen,
    check_together,
    favoured_of,
    other_named,
    papers_kept,
    precision_of,
)
from sporades.accommodations.operations.refusals import (
    AskedByDoctor,
    BeingCompleted,
    OpinionMissing,
    Rewritten,
    WithDoctorMeanwhile,
)
from sporades.accommodations.states import (
    DECLARE_INCOMPLETE,
    ENTRUST,
    FIND_COMPLETE,
    OPINE,
    REOPEN,
    REWORD_MISSING,
    TAKE_FROM_DOCTOR,
    Opinion,
    OpinionAgain,
    State,
)
from sporades.accounts.models import User
from sporades.core.refusals import ReasonMissing
from sporades.core.transitions import move


@dataclass(frozen=True)
class OpinionOn:
    """What the doctor thinks of one measure.

    Attributes:
        opinion: favourable, unfavourable, or another measure.
        other: the code of the other measure.
        papers: the épreuves for which it is favoured, and for no other; none for all that are
            asked for.
        text: why, for the authority; it holds no diagnosis.
        precision: which one, how large, of the other measure, where the réglementation asks.
    """

    opinion: Opinion
    other: str = ""
    papers: tuple[str, ...] = ()
    text: str = ""
    precision: str = ""


OF_OPINION = (
    "opinion",
    "opinion_code",
    "opinion_label",
    "opinion_precision",
    "opinion_papers",
    "opinion_text",
)


def declare_incomplete(case: Case, *, missing: str, at: datetime) -> None:
    """Say what is missing, as its candidate reads it. Raises ReasonMissing, Refused."""
    if not missing:
        raise ReasonMissing
    move(
        case,
        DECLARE_INCOMPLETE,
        missing=missing,
        incomplete_at=at,
        incomplete_revision=case.revision,
        doctor=None,
        doctor_name="",
        entrusted_at=None,
        left_at=None,
    )


def reword_missing(case: Case, *, missing: str, at: datetime) -> bool:
    """Say otherwise what is missing, as its candidate reads it.

    Args:
        case: locked.
        missing: in other words.
        at: the instant.

    Returns:
        Whether these are other words.

    Raises:
        ReasonMissing: nothing is said.
        AskedByDoctor: it is what a doctor asks, who says it to its candidate alone.
        Refused: it is incomplete no more.
    """
    if not missing:
        raise ReasonMissing
    if case.is_asked_by_doctor:
        raise AskedByDoctor
    if case.state == State.INCOMPLETE and case.missing == missing:
        return False
    move(case, REWORD_MISSING, missing=missing, incomplete_at=at)
    return True


def find_complete(case: Case) -> None:
    """Go back on a request that was said incomplete: it is complete as it was sent, of its own date.

    What its candidate has begun to change of it is not sent: it would be neither lost nor read.

    Raises:
        BeingCompleted: its candidate has begun to change it.
        Refused: it is incomplete no more.
    """
    if case.is_changed_since_incomplete:
        raise BeingCompleted
    move(case, FIND_COMPLETE, missing="", incomplete_revision=None)


def check_as_read(case: Case, seen: AsRead | None) -> None:
    """Refuse to act on a request that is no more as it was read, where somebody has read it.

    Raises:
        WithDoctorMeanwhile: a doctor has it since.
        Rewritten: see there.
    """
    if seen is None or case.as_read == seen:
        return
    raise WithDoctorMeanwhile if case.state == State.WITH_DOCTOR else Rewritten


def entrust(case: Case, *, doctor: User, name: str, at: datetime) -> None:
    """Find a request complete, and give it to a doctor. Raises Refused."""
    move(case, ENTRUST, doctor=doctor, doctor_name=name, entrusted_at=at, left_at=None)


def take_from_doctor(case: Case, *, left_at: datetime | None = None) -> None:
    """Take a request from its doctor, to give it to another one.

    Args:
        case: locked.
        left_at: when it was found that its doctor is one no more, or that it left their academy;
            nothing otherwise.

    Raises:
        Refused: it stands no more as it was read.
    """
    move(case, TAKE_FROM_DOCTOR, doctor=None, doctor_name="", entrusted_at=None, left_at=left_at)


def opine(
    case: Case, opinions: Mapping[str, OpinionOn], *, text: str, seen: int, at: datetime
) -> None:
    """Keep what the doctor thinks of each measure.

    Args:
        case: locked, with its registration.
        opinions: by the code of the measure.
        text: of the whole, for the authority; it holds no diagnosis.
        seen: the revision that was read.
        at: the instant.

    Raises:
        Rewritten: its candidate has changed it meanwhile.
        OpinionMissing, UnknownMeasure, OtherToSpecify, PapersUnknown, SuitsNone,
            Excluding: see each.
        Refused: it stands no more as it was read.
    """
    check_seen(case, seen)
    move(case, OPINE, opined_at=at, opinion_text=text, opinion_again="")
    measures = list(case.measures.all())
    for one in measures:
        said = opinions.get(one.code)
        if said is None:
            raise OpinionMissing
        one.opinion = said.opinion
        if said.opinion == Opinion.OTHER:
            one.opinion_code, one.opinion_label, _ = other_named(case, said.other)
            one.opinion_precision = precision_of(case, said.other, said.precision)
        is_favoured = said.opinion != Opinion.UNFAVOURABLE
        one.opinion_papers = papers_kept(case, one, said.papers, is_kept=is_favoured)
        one.opinion_text = said.text
        one.save(update_fields=OF_OPINION)
    check_together(case, favoured_of(measures))


def reopen(case: Case, *, why: OpinionAgain, at: datetime) -> None:
    """Have the doctor in charge give another opinion, before anything is decided.

    What was opined is read no more: it may say what it must not.

    Args:
        case: locked.
        why: it is asked for again.
        at: the instant from which it waits for its doctor, unless the doctor takes it up.

    Raises:
        Refused: it stands no more as it was read.
    """
    since = {} if why == OpinionAgain.DOCTOR else {"entrusted_at": at}
    move(case, REOPEN, opined_at=None, opinion_text="", opinion_again=why.value, **since)
    case.measures.update(**{**dict.fromkeys(OF_OPINION, ""), "opinion_papers": []})
