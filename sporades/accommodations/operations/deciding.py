"""Entrust a request to a doctor, have an opinion, decide: what the office and the doctor do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from sporades.accommodations.models import AskedMeasure, AsRead, Case
from sporades.accommodations.operations.refusals import (
    AskedByDoctor,
    AuthorMissing,
    BeingCompleted,
    DecisionMissing,
    Excluding,
    OpinionMissing,
    OtherToSpecify,
    PapersUnknown,
    ReasonOfAnother,
    ReasonToWrite,
    Rewritten,
    UnknownMeasure,
    WithDoctorMeanwhile,
)
from sporades.accommodations.rules import (
    Sat,
    excluding,
    excluding_in_words,
    held_of,
    papers_asked,
    rules_of,
    sat_by,
)
from sporades.accommodations.states import (
    CORRECT,
    DECIDE,
    DECLARE_INCOMPLETE,
    ENTRUST,
    FIND_COMPLETE,
    OPINE,
    REOPEN,
    REWORD_MISSING,
    TAKE_FROM_DOCTOR,
    Decision,
    Opinion,
    OpinionAgain,
    State,
)
from sporades.accounts.models import User
from sporades.core.french import listed
from sporades.core.refusals import ReasonMissing
from sporades.core.text import clean_lines, search_key
from sporades.core.transitions import Transition, move
from sporades.registrations.models import Registration


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

OF_OPINION = (
    "opinion",
    "opinion_code",
    "opinion_label",
    "opinion_precision",
    "opinion_papers",
    "opinion_text",
)
WHY = {
    Opinion.UNFAVOURABLE: "Le médecin désigné a donné un avis défavorable à cette mesure.",
    Opinion.OTHER: "Le médecin désigné a donné un avis favorable à cette autre mesure.",
}
WHY_SOME = {
    Opinion.FAVOURABLE: "Le médecin désigné a donné un avis favorable pour une partie des épreuves.",
    Opinion.OTHER: "Le médecin désigné a donné un avis favorable à cette autre mesure, pour une "
    "partie des épreuves.",
}
"""How the reason that an opinion makes begins; what the doctor writes of the measure comes after it."""

_SENTENCES = {search_key(why): why for why in (*WHY.values(), *WHY_SOME.values())}


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
        text: of the whole, for the authority; it holds no diagnosis.
        seen: the revision that was read.
        at: the instant.

    Raises:
        Rewritten: its candidate has changed it meanwhile.
        OpinionMissing, UnknownMeasure, OtherToSpecify, PapersUnknown, Excluding: see each.
        Refused: it stands no more as it was read.
    """
    _check_seen(case, seen)
    move(case, OPINE, opined_at=at, opinion_text=text, opinion_again="")
    measures = list(case.measures.all())
    for one in measures:
        said = opinions.get(one.code)
        if said is None:
            raise OpinionMissing
        one.opinion = said.opinion
        if said.opinion == Opinion.OTHER:
            one.opinion_code, one.opinion_label, _ = _named(case.registration, said.other)
            one.opinion_precision = _precision(case.registration, said.other, said.precision)
        is_favoured = said.opinion != Opinion.UNFAVOURABLE
        one.opinion_papers = _papers(case, one, said.papers, is_kept=is_favoured)
        one.opinion_text = said.text
        one.save(update_fields=OF_OPINION)
    favoured = [
        (one, one.opinion_code or one.code, one.opinion_papers)
        for one in measures
        if one.opinion != Opinion.UNFAVOURABLE
    ]
    _check_together(case, favoured)


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
        AuthorMissing, DecisionMissing, UnknownMeasure, OtherToSpecify, PapersUnknown, Excluding:
            see each.
        ReasonMissing: one that is not what was asked and favoured does not say why.
        ReasonOfAnother: one says why with what was proposed for another decision.
        Rewritten: it is no more what was read.
        Refused: it has no opinion, or was decided of meanwhile.
    """
    _check_seen(case, seen)
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
            ReasonOfAnother, Excluding: see `decide`.
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
    move(case, transition, **stamps_of(author, at=at))
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
        DecisionMissing, UnknownMeasure, PapersUnknown, ReasonMissing, ReasonOfAnother, Excluding:
            see `decide`.
    """
    advised = as_advised(case)
    measures = list(case.measures.all())
    for one in measures:
        said = decisions.get(one.code)
        if said is None:
            raise DecisionMissing
        is_granted = said.decision != Decision.REFUSED
        papers = _papers(case, one, said.papers, is_kept=is_granted, former=former.get(one.code))
        said = replace(said, papers=tuple(papers))
        if needs_reason(one, said) and not said.reason:
            raise ReasonMissing
        if explains_another(said, advised[one.code], former.get(one.code)):
            raise ReasonOfAnother
        _write_on(one, said, case.registration)
    granted = [(one, one.decided_code, one.decided_papers) for one in measures if one.decided_code]
    _check_together(case, granted)
    return measures


def excluding_together(
    case: Case, chosen: Iterable[tuple[AskedMeasure, str, Iterable[str]]]
) -> tuple[AskedMeasure, str] | None:
    """Return the first measure that another one before it excludes, and that in words; or nothing.

    Args:
        case: the request, with its registration.
        chosen: the measures that are asked for, each with the code of what is advised or granted,
            and its épreuves.
    """
    rules, several = rules_of(case.registration), list(chosen)
    codes = {code for _, code, _ in several}
    if rules is None or not any(
        other.code in codes for code in codes for other in rules.excluded_with(code)
    ):
        return None
    sat = sat_by(case.registration)
    held = [held_of(rules, sat, one, code, papers) for one, code, papers in several]
    pair = next(iter(excluding(rules, held)), None)
    if pair is None:
        return None
    excluded = next(one for one, _, _ in several if one.code == pair[1].asked)
    return excluded, excluding_in_words(rules, pair)


def check_advised(case: Case) -> None:
    """Refuse to follow an opinion that cannot be followed as it stands.

    Args:
        case: one that has its opinion, with its registration.

    Raises:
        ReasonToWrite: it says no reason of what is not favoured as it is asked for.
        OtherToSpecify: it does not say which other measure it favours, and must.
        Excluding: it favours two measures that exclude each other.
    """
    measures = case.measures.all()
    if unsaid := [f"« {one.label} »" for one in measures if is_reason_to_write(one)]:
        raise ReasonToWrite(f"{listed(unsaid)} : {ReasonToWrite.message}")
    for one in measures:
        if one.opinion == Opinion.OTHER:
            _precision(case.registration, one.opinion_code, one.opinion_precision)
    favoured = [
        (one, one.opinion_code or one.code, one.opinion_papers)
        for one in measures
        if one.opinion != Opinion.UNFAVOURABLE
    ]
    _check_together(case, favoured)


def _check_together(case: Case, chosen: Iterable[tuple[AskedMeasure, str, Iterable[str]]]) -> None:
    if found := excluding_together(case, chosen):
        raise Excluding.of(found[1])


def _write_on(one: AskedMeasure, said: DecisionOn, registration: Registration) -> None:
    one.decision, one.reason, one.decided_papers = said.decision, said.reason, list(said.papers)
    if said.decision == Decision.GRANTED:
        named = one.code, one.label, one.time
    elif said.decision == Decision.OTHER:
        named = _named(registration, said.other)
    else:
        named = "", "", ""
    one.decided_code, one.decided_label, one.decided_time = named
    is_other = said.decision == Decision.OTHER
    one.decided_precision = _precision(registration, said.other, said.precision) if is_other else ""


def needs_reason(one: AskedMeasure, said: DecisionOn) -> bool:
    """Return whether a decision says why: whenever it is not what is asked and favoured."""
    is_whole = not said.papers and not one.opinion_papers
    is_favoured = said.decision == Decision.GRANTED and one.opinion == Opinion.FAVOURABLE
    return not (is_whole and is_favoured)


def is_reason_to_write(one: AskedMeasure) -> bool:
    """Return whether the doctor has not said why a measure is not favoured as it is asked for."""
    advised = _advised(one)
    return needs_reason(one, advised) and not advised.reason


def chosen_among(offered: Iterable[Sat], one: AskedMeasure, papers: Iterable[str]) -> list[str]:
    """Return épreuves as they are kept: in their order, none where they are all that is asked for.

    Args:
        offered: what `papers_asked` returns.
        one: the measure.
        papers: the codes that were ticked.

    Raises:
        PapersUnknown: one of them is not offered.
    """
    ticked, offers = set(papers), list(offered)
    if ticked == set(one.opinion_papers):
        return list(one.opinion_papers)
    if not ticked <= {paper.code for paper in offers}:
        raise PapersUnknown
    sat = {paper.code for paper in offers if paper.measures}
    if sat and sat <= ticked:
        return []
    return [paper.code for paper in offers if paper.code in ticked]


def _papers(
    case: Case,
    one: AskedMeasure,
    papers: tuple[str, ...],
    *,
    is_kept: bool,
    former: DecisionOn | None = None,
) -> list[str]:
    if not papers:
        return []
    if not is_kept:
        raise PapersUnknown
    named = former.papers if former else ()
    sat = sat_by(case.registration)
    return chosen_among(papers_asked(case.registration, one, sat, kept=named), one, papers)


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


def _named(registration: Registration, code: str) -> tuple[str, str, str]:
    """Return the code, the label and the time of another measure. Raises UnknownMeasure."""
    rules = rules_of(registration)
    measure = rules.measure(code) if rules else None
    if measure is None:
        raise UnknownMeasure
    return measure.code, measure.label, measure.time or ""


def _precision(registration: Registration, code: str, said: str) -> str:
    """Return the precision of another measure; nothing of one that asks for none.

    Raises:
        OtherToSpecify: it must say which one, and does not.
    """
    rules = rules_of(registration)
    measure = rules.measure(code) if rules else None
    if measure is None or not measure.precision:
        return ""
    if not said:
        raise OtherToSpecify
    return said


def _check_seen(case: Case, seen: int) -> None:
    if case.revision != seen:
        raise Rewritten
