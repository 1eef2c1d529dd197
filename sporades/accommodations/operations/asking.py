"""Ask for accommodations, sign, send, take back: what a candidate and a guardian do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sporades.accommodations.as_sent import KEPT, SAID, measures_as_sent
from sporades.accommodations.late import (
    ADDED,
    IN_TIME,
    Lateness,
    added_to,
    counted_at,
    lateness_of,
    received,
    was_in_time,
)
from sporades.accommodations.models import AskedMeasure, Case, Signature
from sporades.accommodations.operations.refusals import (
    AddedTooLate,
    AnotherGuardian,
    Excluding,
    LateReasonMissing,
    NoPaperLeft,
    NothingAsked,
    NotOffered,
    NotSigned,
    NotStanding,
    NotTakenUp,
    NotTheirs,
    OwnAddress,
    OwnSignature,
    PapersMissing,
    PrecisionMissing,
    Sent,
    TooLate,
    UnknownMeasure,
)
from sporades.accommodations.queries import holds_decision_of, requests_of, revision_after
from sporades.accommodations.rules import (
    Sat,
    Wish,
    excluding,
    excluding_in_words,
    followed_by,
    held_by_wishes,
    is_another_guardian,
    is_over,
    rules_for,
    rules_of,
    rules_under,
    sat_for,
    sat_under,
    suiting_papers,
    to_choose,
    to_specify,
    wishes_of,
    without_paper,
    written_under,
)
from sporades.accommodations.states import KEEP_AS_SENT, SEND, TAKE_UP, WITHDRAW, State
from sporades.candidates.names import is_named
from sporades.core.transitions import move
from sporades.documents import kinds
from sporades.documents import operations as documents
from sporades.exams.schema.accommodations import OTHER_REASON, Accommodations
from sporades.registrations.models import Registration


@dataclass(frozen=True)
class Asked:
    """What a candidate asks.

    Attributes:
        wishes: the measures.
        plan: the code of the plan that is shown, or nothing.
        has_former_decision: whether a decision was received before.
        late_reason: why it comes after its deadline, if it does.
        late_words: the same, where none of those that are named says it.
    """

    wishes: tuple[Wish, ...]
    plan: str = ""
    has_former_decision: bool = False
    late_reason: str = ""
    late_words: str = ""


def begin(registration: Registration, *, at: datetime, counted: datetime | None = None) -> Case:
    """Begin a request, or return the one that is open.

    Args:
        registration: locked.
        at: the instant.
        counted: the instant that says whether it is in time, where that is another one.

    Raises:
        NotOffered, NotStanding, TooLate: see each.
    """
    found: Case | None = Case.objects.open().filter(registration=registration).first()
    if found is not None:
        return found
    if not registration.is_active:
        raise NotStanding
    if rules_of(registration) is None:
        raise NotOffered
    if is_over(registration, counted or at):
        raise TooLate
    before = requests_of(registration.pk)
    made: Case = Case.objects.create(
        registration=registration, begun_at=at, revision=revision_after(before)
    )
    # A decision that was made elsewhere, and is to be read later, would stand beside this one's.
    documents.hold_back(registration.folder_id, of=kinds.decided_elsewhere(), at=at)
    return made


def write(case: Case, asked: Asked, *, at: datetime) -> bool:
    """Keep what a candidate asks; what a guardian signed before is signed no more.

    Args:
        case: locked, with its registration.
        asked: what is asked.
        at: the instant.

    Returns:
        Whether anything has changed.

    Raises:
        Sent: it is not to be changed any more.
        NotTheirs: the service takes a decision again, of the very measures that it is of.
        UnknownMeasure, NotOffered: see each.
        LateReasonMissing: the reason of a late request was sent with it, and is said no more; or
            something is added after the deadline to what was sent in time, and nothing says why.
        AddedTooLate: nothing is added any more.
    """
    if not case.is_writable:
        raise Sent
    is_all_late = case.asked_at is not None and not was_in_time(case)
    if is_all_late and case.late_reason and not asked.late_reason:
        raise LateReasonMissing
    registration = case.registration
    under = written_under(registration, case)
    rules = rules_under(registration, under)
    if rules is None:
        raise NotOffered
    sat = sat_under(registration, rules)
    _check_known(case, rules, sat, asked)
    _check_added(case, rules, sat, asked, at=at)
    wished = [
        (place, wish, rules.measure(wish.code))
        for place, wish in enumerate(_in_order(rules, asked))
    ]
    rows = [
        AskedMeasure(
            case=case,
            place=place,
            code=measure.code,
            label=measure.label,
            papers=list(wish.papers),
            time=measure.time or "",
            precision=wish.precision if measure.precision else "",
        )
        for place, wish, measure in wished
        if measure is not None
    ]
    said = {name: getattr(asked, name) for name in SAID}
    before = [_as_asked(one) for one in case.measures.all()]
    is_same = before == [_as_asked(one) for one in rows] and all(
        getattr(case, name) == value for name, value in said.items()
    )
    if is_same:
        return False
    if case.instead_of_id is not None:
        raise NotTheirs
    _put(case, rows, said, under=under)
    return True


def _check_added(
    case: Case, rules: Accommodations, sat: list[Sat], asked: Asked, *, at: datetime
) -> None:
    """Refuse what is added too late, or late without its reason, to a request that was sent."""
    if case.asked_at is None:
        return
    lateness = lateness_of(case, case.registration, at=at)
    added = added_to(case, asked.wishes, sat, lateness)
    if not added:
        return
    if lateness == Lateness.CLOSED:
        raise AddedTooLate.of(one.label for one in rules.measures if one.code in added)
    if not asked.late_reason:
        raise LateReasonMissing.of(one.label for one in rules.measures if one.code in added)


def _put(case: Case, rows: list[AskedMeasure], said: dict[str, Any], *, under: int) -> None:
    """Keep what a request asks, as another revision of it.

    Args:
        case: the request, with its registration.
        rows: its measures.
        said: what goes with them.
        under: the key of the version by which they are judged; it is kept of what was sent alone, and
            of what is entered anew under another than its registration's.
    """
    registration = case.registration
    is_kept = case.asked_at is not None or under != registration.regulation_id
    case.regulation_id = under if is_kept else None
    case.measures.all().delete()
    AskedMeasure.objects.bulk_create(rows)
    for name, value in said.items():
        setattr(case, name, value)
    case.revision += 1
    case.procedure = followed_by(
        registration, under=under, plan=case.plan, measures=[one.code for one in rows]
    ).value
    case.is_former_held = case.has_former_decision and holds_decision_of(registration)
    case.save(update_fields=[*said, "is_former_held", "revision", "procedure", "regulation"])


def _as_asked(one: AskedMeasure) -> tuple[str, list[str], str]:
    return one.code, one.papers, one.precision


def _in_order(rules: Accommodations, asked: Asked) -> list[Wish]:
    order = [measure.code for measure in rules.measures]
    return sorted(asked.wishes, key=lambda wish: order.index(wish.code))


def _check_whole(case: Case, rules: Accommodations, sat: list[Sat]) -> None:
    """Refuse measures that its candidate is to change first; nobody changes those of a taking again."""
    if case.instead_of_id is not None:
        return
    wishes = wishes_of(case.measures.all())
    _check_sat(rules, sat, wishes)
    _check_chosen(rules, sat, wishes)


def _check_chosen(rules: Accommodations, sat: list[Sat], wishes: tuple[Wish, ...]) -> None:
    if to_choose(rules, sat, wishes):
        raise PapersMissing
    if to_specify(rules, wishes):
        raise PrecisionMissing
    for pair in excluding(rules, held_by_wishes(rules, sat, wishes)):
        raise Excluding.of(excluding_in_words(rules, pair))


def _chosen_before(case: Case) -> set[tuple[str, str]]:
    """Return each measure with each épreuve for which it was chosen already."""
    before = [*case.measures.all(), *(measures_as_sent(case) if case.as_sent else ())]
    return {(one.code, paper) for one in before for paper in one.papers}


def _check_sat(rules: Accommodations, sat: list[Sat], wishes: tuple[Wish, ...]) -> None:
    if left := without_paper(rules, sat, wishes):
        raise NoPaperLeft.of(one.label for one in left)


def _narrow(case: Case, rules: Accommodations, sat: list[Sat]) -> None:
    """Leave what a request asks for as its page shows it: without the épreuves that are sat no more.

    What is signed, and what is sent, is what was read: none of them comes back by itself.
    """
    for one in case.measures.all():
        suiting = {paper.code for paper in suiting_papers(rules, sat, one.code)}
        kept = [paper for paper in one.papers if paper in suiting]
        if kept and kept != one.papers:
            one.papers = kept
            one.save(update_fields=["papers"])


def _check_known(case: Case, rules: Accommodations, taken: list[Sat], asked: Asked) -> None:
    """Refuse what the réglementation does not propose for what is sat.

    An épreuve that was chosen when it was sat, and suited its measure, is no fault.

    Args:
        case: the request.
        rules: what the réglementation says.
        taken: the épreuves that are sat.
        asked: what is asked.
    """
    chosen = _chosen_before(case)
    before = {one.code: one.label for one in case.measures.all()}
    sat = {one.code: one.measures for one in taken}
    if len({wish.code for wish in asked.wishes}) != len(asked.wishes):
        raise UnknownMeasure
    for wish in asked.wishes:
        measure = rules.measure(wish.code)
        if measure is None and wish.code in before:
            raise UnknownMeasure.of(before[wish.code])
        if measure is None or (wish.papers and not measure.is_by_paper):
            raise UnknownMeasure
        new = [paper for paper in wish.papers if (wish.code, paper) not in chosen]
        if any(wish.code not in sat.get(paper, ()) for paper in new):
            raise UnknownMeasure
    if asked.plan and rules.plan(asked.plan) is None:
        raise UnknownMeasure("Ce plan n'est pas proposé pour cette inscription.")
    if asked.late_reason and rules.late_reason(asked.late_reason) is None:
        raise LateReasonMissing
    if (asked.late_reason == OTHER_REASON) != bool(asked.late_words):
        raise LateReasonMissing


def sign(
    case: Case,
    *,
    name: str,
    quality: str,
    statement: str,
    at: datetime,
    email: str = "",
    is_namesake: bool = False,
    posted_on: date | None = None,
    is_another: bool = False,
) -> tuple[Signature, bool]:
    """Keep the guardian's signature of what is asked now; return it, and whether it is a new one.

    Args:
        case: locked, with its registration.
        name: of the guardian.
        quality: mother, father, guardian.
        statement: what is attested.
        at: the instant.
        email: where the guardian is written to, if the registration does not say it.
        is_namesake: whether the guardian bears the candidate's very names, and says so.
        posted_on: the postmark of one that was given on paper.
        is_another: whether it was said that they are a guardian beside the one of the registration.

    Raises:
        Sent: it is not to be changed any more.
        NothingAsked, PapersMissing, PrecisionMissing: there is nothing to sign, or not all of it.
        Excluding: see there.
        OwnSignature, OwnAddress: the candidate would sign for themselves.
        AnotherGuardian: the registration names somebody else, and nothing says that this one is too.
    """
    if not case.is_writable:
        raise Sent
    wishes = wishes_of(case.measures.all())
    if not wishes:
        raise NothingAsked
    rules, sat = rules_for(case.registration, case), sat_for(case.registration, case)
    if rules is not None:
        _check_whole(case, rules, sat)
        _narrow(case, rules, sat)
    if is_named(case.registration.identity, name) and not is_namesake:
        raise OwnSignature
    if is_another_guardian(case.registration, name) and not (is_another or is_namesake):
        raise AnotherGuardian.of(case.registration.guardian_name)
    if case.registration.candidate.is_reached_at(email):
        raise OwnAddress
    signature, is_new = Signature.objects.get_or_create(
        case=case,
        revision=case.revision,
        defaults={
            "name": name,
            "quality": quality,
            "statement": statement,
            "email": email,
            "signed_at": at,
            "posted_on": posted_on,
        },
    )
    return signature, bool(is_new)


def send(case: Case, *, at: datetime, posted_on: date | None = None) -> None:
    """Send a request: it is looked at from now on.

    Args:
        case: locked, with its registration, locked too.
        at: the instant at which the request arrived.
        posted_on: the postmark, which says whether it is in time, and its candidate of age, of one
            that came on paper.

    Raises:
        NotStanding, NotOffered, TooLate, NothingAsked, UnknownMeasure: see each.
        PapersMissing, PrecisionMissing, Excluding, LateReasonMissing, NotSigned: see each.
        AddedTooLate, NoPaperLeft: see each.
        Refused: it stands no more as it was read.
    """
    registration = case.registration
    arrived = counted_at(registration, posted_on) if posted_on else at
    is_minor = registration.is_minor_on(posted_on) if posted_on else registration.is_minor(at)
    if not registration.is_active:
        raise NotStanding
    under = _sent_under(case)
    rules = rules_under(registration, under)
    if rules is None:
        raise NotOffered
    if case.asked_at is None and is_over(registration, arrived):
        raise TooLate
    wishes = wishes_of(case.measures.all())
    if not wishes:
        raise NothingAsked
    sat = sat_under(registration, rules)
    _check_known(case, rules, sat, Asked(wishes, case.plan))
    _check_whole(case, rules, sat)
    if lateness_of(case, registration, at=arrived) == Lateness.FIRST and not case.late_reason:
        raise LateReasonMissing
    asked = Asked(wishes, late_reason=case.late_reason, late_words=case.late_words)
    _check_added(case, rules, sat, asked, at=arrived)
    if is_minor and case.signature is None:
        raise NotSigned
    codes = [one.code for one in wishes]
    procedure = followed_by(registration, under=under, plan=case.plan, measures=codes)
    _narrow(case, rules, sat)
    wishes = wishes_of(case.measures.all())
    kept = received(case, wishes, sat, at=arrived)
    # A reason that was given for what is not added after all is the reason of nothing.
    is_late = bool(kept.get(ADDED)) or IN_TIME not in kept
    said = {} if is_late else {"late_reason": "", "late_words": ""}
    move(
        case,
        SEND,
        asked_at=at,
        regulation_id=under,
        procedure=procedure.value,
        missing="",
        incomplete_revision=None,
        as_sent=None,
        received=kept,
        **said,
    )


def _sent_under(case: Case) -> int:
    """Return the key of the version by which what is sent is judged: its own, of what was sent before."""
    if case.regulation_id is None or _is_changed(case):
        return written_under(case.registration, case)
    return case.regulation_id


def _is_changed(case: Case) -> bool:
    """Return whether a request that was sent asks for something else now."""
    if case.instead_of_id is not None:
        return False
    if case.state == State.INCOMPLETE:
        return case.is_changed_since_incomplete
    return case.as_sent is None or case.as_sent["revision"] != case.revision


def take_up(case: Case, *, at: datetime) -> None:
    """Take a request up again, to change it, while nobody has looked at it. Raises Refused."""
    move(case, TAKE_UP, left_at=None, as_sent=_as_sent(case, at=at))


def keep_as_sent(case: Case) -> None:
    """Leave a request that was taken up as it had been sent: it is looked at from its own date.

    What its guardian had signed is what is asked again, named as it was then. It is another revision
    all the same: a sending of what was changed is told from it.

    Args:
        case: locked, with its registration, locked too.

    Raises:
        NotTakenUp: it was not sent, or is not being changed.
        NotStanding, NotOffered, UnknownMeasure: see each.
        Refused: it stands no more as it was read.
    """
    kept = case.as_sent
    if not case.is_taken_up or kept is None:
        raise NotTakenUp
    if not case.registration.is_active:
        raise NotStanding
    under = kept.get("regulation_id") or written_under(case.registration, case)
    rules = rules_under(case.registration, under)
    if rules is None:
        raise NotOffered
    signature = case.signatures.filter(revision=kept["revision"]).first()
    rows, said = measures_as_sent(case), {name: kept[name] for name in SAID}
    sat, asked = sat_under(case.registration, rules), Asked(wishes_of(rows), **said)
    _check_known(case, rules, sat, asked)
    _put(case, rows, said, under=under)
    if signature is not None:
        Signature.objects.create(
            case=case,
            revision=case.revision,
            name=signature.name,
            quality=signature.quality,
            statement=signature.statement,
            email=signature.email,
            signed_at=signature.signed_at,
            posted_on=signature.posted_on,
        )
    move(case, KEEP_AS_SENT, as_sent=None)


def _as_sent(case: Case, *, at: datetime) -> dict[str, Any]:
    return {
        "until": at.timestamp(),
        "wishes": [(*_as_asked(one), one.label, one.time) for one in case.measures.all()],
        **{name: getattr(case, name) for name in KEPT},
    }


def withdraw(case: Case, *, at: datetime) -> None:
    """Take a request back: nothing is decided of it. Raises Refused.

    Of one that was never sent, no word of its candidate stays.
    """
    dropped = {} if case.asked_at else {"late_reason": "", "late_words": ""}
    if dropped:
        case.measures.update(precision="")
    move(
        case,
        WITHDRAW,
        withdrawn_at=at,
        missing="",
        incomplete_revision=None,
        left_at=None,
        as_sent=None,
        **dropped,
    )
