"""Decide of each measure of a request: as its doctor advises, or otherwise, with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import TruncDate

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.operations.choosing import (
    check_seen,
    check_together,
    favoured_of,
    other_named,
    papers_kept,
    precision_of,
)
from sporades.accommodations.operations.refusals import (
    AuthorMissing,
    DecisionMissing,
    ReasonOfAnother,
    ReasonToWrite,
    Rewritten,
)
from sporades.accommodations.states import CORRECT, DECIDE, Decision, Opinion, State
from sporades.accounts.models import Membership
from sporades.core.french import quoted
from sporades.core.numbers import whole
from sporades.core.refusals import ReasonMissing
from sporades.core.text import clean_lines, search_key
from sporades.core.transitions import Transition, move


@dataclass(frozen=True)
class DecisionOn:
    """What is decided of one measure.

    Attributes:
        decision: granted, refused, or another measure granted.
        other: the code of the other measure.
        reason: why; needed unless it grants what the doctor favours.
        papers: the épreuves for which it grants, refusing for the others; none for all that are
            asked for.
        precision: which one, how large, of the other measure, where the réglementation asks.
    """

    decision: Decision
    other: str = ""
    reason: str = ""
    papers: tuple[str, ...] = ()
    precision: str = ""

    def follows(self, advised: Self) -> bool:
        """Return whether it grants and refuses what another one does, whatever the reasons."""
        is_same = self.specifies(advised) or not advised.precision
        return is_same and self.resembles(advised)

    def resembles(self, advised: Self) -> bool:
        """Return whether it does, the precision of another measure apart."""
        is_same = (self.decision, self.other) == (advised.decision, advised.other)
        return is_same and set(self.papers) == set(advised.papers)

    def specifies(self, advised: Self) -> bool:
        """Return whether it says in the same words which other measure it grants."""
        return search_key(self.precision) == search_key(advised.precision)


@dataclass(frozen=True)
class Author:
    """Who takes a decision, as its notification says (L-03)."""

    first_name: str
    last_name: str
    quality: str
    service: str
    identifier: str = ""


ADVISED = {
    Opinion.FAVOURABLE: Decision.GRANTED,
    Opinion.UNFAVOURABLE: Decision.REFUSED,
    Opinion.OTHER: Decision.OTHER,
}
"""What is decided as each opinion advises."""


WHY = {
    Opinion.UNFAVOURABLE: "Le médecin désigné a donné un avis défavorable à cette mesure.",
    Opinion.OTHER: "Le médecin désigné a donné un avis favorable à ce qui est accordé.",
}


WHY_SOME = {
    Opinion.FAVOURABLE: "Le médecin désigné a donné un avis favorable pour une partie des épreuves.",
    Opinion.OTHER: "Le médecin désigné a donné un avis favorable à ce qui est accordé, pour une partie "
    "des épreuves.",
}
"""How the reason that an opinion makes begins; what the doctor writes of the measure comes after it."""


_SENTENCES = {search_key(why): why for why in (*WHY.values(), *WHY_SOME.values())}


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
        AuthorMissing, DecisionMissing, UnknownMeasure, OtherToSpecify, PapersUnknown, SuitsNone,
            Excluding: see each.
        ReasonMissing: one that is not what was asked and favoured does not say why.
        ReasonOfAnother: one says why with what was proposed for another decision.
        Rewritten: it is no more what was read.
        Refused: it has no opinion, or was decided of meanwhile.
    """
    check_seen(case, seen)
    _settle(case, DECIDE, decisions, author=author, at=at)


def correct(
    case: Case,
    decisions: Mapping[str, DecisionOn],
    *,
    author: Author,
    seen: datetime | None,
    at: datetime,
) -> None:
    """Decide of each measure anew, before anybody was told of it.

    Args:
        case: locked, with its registration.
        decisions: by the code of the measure.
        author: who decides.
        seen: when the decision that was read was taken.
        at: the instant.

    Raises:
        AuthorMissing, DecisionMissing, UnknownMeasure, PapersUnknown, ReasonMissing,
            ReasonOfAnother, SuitsNone, Excluding: see `decide`.
        Rewritten: it was corrected meanwhile.
        Refused: it is not decided, or was notified meanwhile.
    """
    check_decision_seen(case, seen)
    _settle(case, CORRECT, decisions, author=author, at=at)


def check_decision_seen(case: Case, seen: datetime | None) -> None:
    """Refuse to act on a decision that was corrected since it was read. Raises Rewritten."""
    if case.decided_at != seen:
        raise Rewritten


def _settle(
    case: Case,
    transition: Transition,
    decisions: Mapping[str, DecisionOn],
    *,
    author: Author,
    at: datetime,
) -> None:
    if not all((author.first_name, author.last_name, author.quality, author.service)):
        raise AuthorMissing
    former = as_decided(case)
    seat = case.registration.service.academy_id
    move(case, transition, court_seat=seat, **stamps_of(author, at=at))
    for one in measures_decided(case, decisions, former=former):
        one.save()


def stamps_of(author: Author, *, at: datetime) -> dict[str, Any]:
    """Return what a decided request says of who decides, and when."""
    return {
        "decided_at": at,
        "decided_first_name": author.first_name,
        "decided_last_name": author.last_name,
        "decided_quality": author.quality,
        "decided_service": author.service,
        "decided_by_id": author.identifier,
    }


def measures_decided(
    case: Case,
    decisions: Mapping[str, DecisionOn],
    *,
    former: Mapping[str, DecisionOn],
) -> list[AskedMeasure]:
    """Return the measures of a request as they are once decided of, not yet saved.

    Args:
        case: one that has its opinion, with its registration.
        decisions: by the code of the measure.
        former: what was decided before, if anything was.

    Raises:
        DecisionMissing, UnknownMeasure, PapersUnknown, ReasonMissing, ReasonOfAnother, SuitsNone, Excluding:
            see `decide`.
    """
    advised = as_advised(case)
    measures = list(case.measures.all())
    for one in measures:
        said = decisions.get(one.code)
        if said is None:
            raise DecisionMissing
        is_granted = said.decision != Decision.REFUSED
        before = former.get(one.code)
        papers = papers_kept(
            case,
            one,
            said.papers,
            is_kept=is_granted,
            former=before.papers if before else (),
        )
        said = replace(said, papers=tuple(papers))
        if needs_reason(one, said) and not said.reason:
            raise ReasonMissing
        if explains_another(said, advised[one.code], before):
            raise ReasonOfAnother
        _write_on(one, said, case)
    granted = [(one, one.decided_code, one.decided_papers) for one in measures if one.decided_code]
    check_together(case, granted)
    return measures


def check_advised(case: Case) -> None:
    """Refuse to follow an opinion that cannot be followed as it stands.

    Args:
        case: one that has its opinion, with its registration.

    Raises:
        ReasonToWrite: it says no reason of what is not favoured as it is asked for.
        OtherToSpecify: it does not say which other measure it favours, and must.
        SuitsNone: another measure that it favours suits none of the épreuves.
        Excluding: it favours two measures that exclude each other.
    """
    measures = case.measures.all()
    if unsaid := quoted(one.label for one in measures if is_reason_to_write(one)):
        raise ReasonToWrite(f"{unsaid} : {ReasonToWrite.message}")
    for one in measures:
        if one.opinion == Opinion.OTHER:
            precision_of(case, one.opinion_code, one.opinion_precision)
    check_together(case, favoured_of(measures))


def _write_on(one: AskedMeasure, said: DecisionOn, case: Case) -> None:
    one.decision, one.reason, one.decided_papers = said.decision, said.reason, list(said.papers)
    if said.decision == Decision.GRANTED:
        named = one.code, one.label, one.time
    elif said.decision == Decision.OTHER:
        named = other_named(case, said.other)
    else:
        named = "", "", ""
    one.decided_code, one.decided_label, one.decided_time = named
    is_other = said.decision == Decision.OTHER
    one.decided_precision = precision_of(case, said.other, said.precision) if is_other else ""


def needs_reason(one: AskedMeasure, said: DecisionOn) -> bool:
    """Return whether a decision says why: whenever it is not what is asked and favoured."""
    is_whole = not said.papers and not one.opinion_papers
    is_favoured = said.decision == Decision.GRANTED and one.opinion == Opinion.FAVOURABLE
    return not (is_whole and is_favoured)


def is_reason_to_write(one: AskedMeasure) -> bool:
    """Return whether the doctor has not said why a measure is not favoured as it is asked for."""
    advised = _advised(one)
    return needs_reason(one, advised) and not advised.reason


def explains_another(said: DecisionOn, advised: DecisionOn, former: DecisionOn | None) -> bool:
    """Return whether a reason is the one that was proposed, for another decision than this one.

    Args:
        said: what is decided.
        advised: what the doctor advises.
        former: what was decided before, if anything was.
    """
    words = search_key(said.reason)
    if not words:
        return False
    proposed = {search_key(advised.reason): advised.reason, **_SENTENCES}.get(words)
    if proposed is not None:
        own = advised.reason or _sentence_of(advised)
        return not (said.follows(advised) and own.startswith(proposed))
    if former is not None and words == search_key(former.reason):
        return said.decision != former.decision
    return False


def author_known(identifier: str, *, academy: str = "") -> Author | None:
    """Return how somebody named themselves the last time that they decided in their present role.

    A delegation is of a role, in an academy: of another one than theirs of now nothing is known.

    Args:
        identifier: whose account.
        academy: the code of the academy for which they decide, whose decisions say it first.

    Returns:
        Nothing of whoever has decided of nothing since their role, or its perimeter, is what it is.
    """
    if not identifier:
        return None
    mine = Membership.objects.filter(user=whole(identifier.removeprefix("user:")))
    same = {name: OuterRef(name) for name in ("user", "role", "academies", "domains")}
    # Theirs until the eve, as `replace_memberships` ends it: its last day alone was moved.
    carried_on = Membership.objects.filter(
        replaced_at=OuterRef("reopened_at"),
        ends_on=TruncDate("replaced_at", tzinfo=ZoneInfo(settings.TIME_ZONE)) - timedelta(days=1),
        **same,
    )
    # Their role, or its perimeter, has become another since, or theirs again.
    changed = mine.filter(~Exists(carried_on), reopened_at__gte=OuterRef("decided_at"))
    is_there = ExpressionWrapper(Q(academy=academy), BooleanField())
    last = (
        Case.objects.filter(~Exists(changed), decided_by_id=identifier, decided_at__isnull=False)
        .order_by(is_there.desc(), "-decided_at", "-pk")
        .first()
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

    What the doctor writes of a measure, which holds no diagnosis, is quoted in its reason. Where
    nothing is written of it there is none: that of all of them together explains none of them.

    Args:
        case: one that has its opinion.
    """
    return {one.code: _advised(one) for one in case.measures.all()}


def _advised(one: AskedMeasure) -> DecisionOn:
    found = DecisionOn(
        ADVISED[Opinion(one.opinion)],
        one.opinion_code,
        papers=tuple(one.opinion_papers),
        precision=one.opinion_precision,
    )
    words = clean_lines(one.opinion_text)
    why = _sentence_of(found)
    return replace(found, reason=f"{why} Il écrit : {words}") if why and words else found


def _sentence_of(advised: DecisionOn) -> str:
    opinion = next(one for one, decision in ADVISED.items() if decision == advised.decision)
    return (WHY_SOME if advised.papers else WHY).get(opinion, "")


def as_decided(case: Case) -> dict[str, DecisionOn]:
    """Return what is decided of each measure, or was in the decision that is taken again, if any."""
    decided = case if case.state == State.DECIDED else case.instead_of
    return {one.code: _decided(one) for one in _decided_in(decided)}


def _decided_in(case: Case | None) -> Iterable[AskedMeasure]:
    return [one for one in case.measures.all() if one.decision] if case is not None else []


def _decided(one: AskedMeasure) -> DecisionOn:
    decision = Decision(one.decision)
    other = one.decided_code if decision is Decision.OTHER else ""
    return DecisionOn(decision, other, one.reason, tuple(one.decided_papers), one.decided_precision)
