"""Entrust a request to a doctor, have an opinion, decide: what the office and the doctor do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.operations.refusals import (
    AuthorMissing,
    DecisionMissing,
    OpinionMissing,
    Rewritten,
    UnknownMeasure,
)
from sporades.accommodations.rules import (
    rules_of,
)
from sporades.accommodations.states import (
    DECIDE,
    DECLARE_INCOMPLETE,
    ENTRUST,
    OPINE,
    TAKE_FROM_DOCTOR,
    Decision,
    Opinion,
)
from sporades.accounts.models import User
from sporades.core.refusals import ReasonMissing
from sporades.core.transitions import move
from sporades.registrations.models import Registration


@dataclass(frozen=True)
class OpinionOn:
    """What the doctor thinks of one measure.

    Attributes:
        opinion: favourable, unfavourable, or another measure.
        other: the code of the other measure.
    """

    opinion: Opinion
    other: str = ""


@dataclass(frozen=True)
class DecisionOn:
    """What is decided of one measure.

    Attributes:
        decision: granted, refused, or another measure granted.
        other: the code of the other measure.
        reason: why; needed unless it grants what the doctor favours.
    """

    decision: Decision
    other: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Author:
    """Who takes a decision, as its notification says (L-03)."""

    first_name: str
    last_name: str
    quality: str
    service: str
    identifier: str = ""


ADVISED: dict[Opinion, Callable[[AskedMeasure], DecisionOn]] = {
    Opinion.FAVOURABLE: lambda _: DecisionOn(Decision.GRANTED),
    Opinion.UNFAVOURABLE: lambda _: DecisionOn(
        Decision.REFUSED, reason="Le médecin désigné a donné un avis défavorable à cette mesure."
    ),
    Opinion.OTHER: lambda one: DecisionOn(
        Decision.OTHER,
        one.opinion_code,
        "Le médecin désigné a donné un avis favorable à cette autre mesure.",
    ),
}
"""What is decided as each opinion advises."""


def declare_incomplete(case: Case, *, missing: str, at: datetime) -> None:
    """Say what is missing, as its candidate reads it. Raises ReasonMissing, Refused."""
    if not missing:
        raise ReasonMissing
    move(
        case,
        DECLARE_INCOMPLETE,
        missing=missing,
        incomplete_at=at,
        doctor=None,
        doctor_name="",
        entrusted_at=None,
        left_at=None,
    )


def entrust(case: Case, *, doctor: User, name: str, at: datetime) -> None:
    """Find a request complete, and give it to a doctor. Raises Refused."""
    move(case, ENTRUST, doctor=doctor, doctor_name=name, entrusted_at=at, left_at=None)


def take_from_doctor(case: Case, *, left_at: datetime | None = None) -> None:
    """Take a request from its doctor, to give it to another one.

    Args:
        case: locked.
        left_at: when it was found that its doctor is one no more; nothing otherwise.

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
        text: for the authority; it holds no diagnosis.
        seen: the revision that was read.
        at: the instant.

    Raises:
        Rewritten: its candidate has changed it meanwhile.
        OpinionMissing, UnknownMeasure: see each.
        Refused: it stands no more as it was read.
    """
    _check_seen(case, seen)
    move(case, OPINE, opined_at=at, opinion_text=text)
    for one in case.measures.all():
        said = opinions.get(one.code)
        if said is None:
            raise OpinionMissing
        one.opinion = said.opinion
        if said.opinion == Opinion.OTHER:
            one.opinion_code, one.opinion_label, _ = _named(case.registration, said.other)
        one.save(update_fields=["opinion", "opinion_code", "opinion_label"])


def decide(
    case: Case, decisions: Mapping[str, DecisionOn], *, author: Author, seen: int, at: datetime
) -> None:
    """Grant or refuse each measure, with the doctor's opinion or against it.

    Args:
        case: locked, with its registration.
        decisions: by the code of the measure.
        author: who decides.
        seen: the revision that was read.
        at: the instant.

    Raises:
        AuthorMissing, DecisionMissing, UnknownMeasure: see each.
        ReasonMissing: one that is not what was asked and favoured does not say why.
        Rewritten: it is no more what was read.
        Refused: it has no opinion, or was decided of meanwhile.
    """
    if not all((author.first_name, author.last_name, author.quality, author.service)):
        raise AuthorMissing
    _check_seen(case, seen)
    move(
        case,
        DECIDE,
        decided_at=at,
        decided_first_name=author.first_name,
        decided_last_name=author.last_name,
        decided_quality=author.quality,
        decided_service=author.service,
        decided_by_id=author.identifier,
    )
    for one in case.measures.all():
        said = decisions.get(one.code)
        if said is None:
            raise DecisionMissing
        is_as_favoured = said.decision == Decision.GRANTED and one.opinion == Opinion.FAVOURABLE
        if not is_as_favoured and not said.reason:
            raise ReasonMissing
        one.decision, one.reason = said.decision, said.reason
        if said.decision == Decision.GRANTED:
            one.decided_code, one.decided_label, one.decided_time = one.code, one.label, one.time
        elif said.decision == Decision.OTHER:
            one.decided_code, one.decided_label, one.decided_time = _named(
                case.registration, said.other
            )
        one.save()


def author_known(identifier: str) -> Author | None:
    """Return how somebody named themselves the last time that they decided, if they have."""
    last = (
        Case.objects.filter(decided_by_id=identifier, decided_at__isnull=False)
        .order_by("-decided_at", "-pk")
        .first()
        if identifier
        else None
    )
    if last is None:
        return None
    return Author(
        first_name=last.decided_first_name,
        last_name=last.decided_last_name,
        quality=last.decided_quality,
        service=last.decided_service,
        identifier=identifier,
    )


def as_advised(case: Case) -> dict[str, DecisionOn]:
    """Return what decides of each measure as the doctor advises, with the reason that this makes.

    Args:
        case: one that has its opinion.
    """
    return {one.code: ADVISED[Opinion(one.opinion)](one) for one in case.measures.all()}


def _named(registration: Registration, code: str) -> tuple[str, str, str]:
    """Return the code, the label and the time of another measure. Raises UnknownMeasure."""
    rules = rules_of(registration)
    measure = rules.measure(code) if rules else None
    if measure is None:
        raise UnknownMeasure
    return measure.code, measure.label, measure.time or ""


def _check_seen(case: Case, seen: int) -> None:
    if case.revision != seen:
        raise Rewritten
