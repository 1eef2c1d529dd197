"""Ask for accommodations, sign, have a doctor's opinion, decide; follow the registration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sporades.accommodations.models import AskedMeasure, Case, Signature
from sporades.accommodations.rules import (
    Wish,
    followed_by,
    is_late,
    is_minor,
    is_over,
    rules_of,
    sat_by,
)
from sporades.accommodations.states import (
    DECIDE,
    DECLARE_INCOMPLETE,
    ENTRUST,
    NOTIFY,
    OPEN,
    OPINE,
    SEND,
    TAKE_FROM_DOCTOR,
    TAKE_UP,
    WITHDRAW,
    Decision,
    Opinion,
    State,
)
from sporades.accounts.models import User
from sporades.core.refusals import ReasonMissing, Refused
from sporades.core.transitions import move
from sporades.documents.models import DocumentVersion
from sporades.exams.schema.accommodations import Accommodations, Procedure
from sporades.registrations.models import Registration

CATEGORY_CHANGED = (
    "Votre catégorie de candidat a changé : votre demande suit maintenant la procédure complète. "
    "Donnez les papiers qu'elle demande, puis envoyez-la de nouveau."
)


class NotOffered(Refused):
    """The réglementation says nothing of accommodations."""

    message = (
        "Pour cet examen, les aménagements se demandent à votre service gestionnaire, avec son "
        "formulaire."
    )


class NotStanding(Refused):
    """The registration does not stand."""

    message = "Cette inscription n'est plus en cours : aucun aménagement ne peut être demandé."


class TooLate(Refused):
    """Its deadline has passed, and no late request is taken."""

    message = "La date limite des demandes d'aménagement est passée. Écrivez à votre service gestionnaire."


class Sent(Refused):
    """It was sent, or looked at: it is not changed any more."""

    message = (
        "Votre demande est envoyée : elle ne peut plus être changée ainsi. Relisez cette page."
    )


class UnknownMeasure(Refused):
    """The réglementation does not know a measure, or does not propose it for this épreuve."""

    message = "Cette mesure n'est pas proposée pour cet examen, ou pas pour cette épreuve."


class NothingAsked(Refused):
    """No measure is asked for."""

    message = "Choisissez au moins une mesure."


class LateReasonMissing(Refused):
    """Its deadline has passed and nothing says why."""

    message = "La date limite est passée : dites pourquoi votre demande est tardive."


class NotSigned(Refused):
    """The guardian of a minor has not signed what is asked now."""

    message = "Le candidat est mineur : son représentant légal doit d'abord signer la demande."


class OpinionMissing(Refused):
    """A measure has no opinion."""

    message = "Donnez un avis sur chaque mesure demandée."


class DecisionMissing(Refused):
    """A measure is not decided of."""

    message = "Décidez de chaque mesure demandée."


class AuthorMissing(Refused):
    """A decision does not say who takes it (L-03)."""

    message = "Une décision dit le prénom, le nom, la qualité et le service de qui la prend."


class NotNotified(Refused):
    """There is no notified decision."""

    message = "Cette décision n'est pas notifiée."


class UnderWay(Refused):
    """Another request of the registration is open."""

    message = "Une autre demande est en cours pour cette inscription : finissez-la d'abord."


class Rewritten(Refused):
    """What is decided of is no more what was read."""

    message = "Cette demande a changé depuis que vous l'avez ouverte : relisez-la."


@dataclass(frozen=True)
class Asked:
    """What a candidate asks.

    Attributes:
        wishes: the measures.
        plan: the code of the plan that is shown, or nothing.
        has_former_decision: whether a decision was received before.
        late_reason: why it comes after its deadline, if it does.
    """

    wishes: tuple[Wish, ...]
    plan: str = ""
    has_former_decision: bool = False
    late_reason: str = ""


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


# --- The candidate ----------------------------------------------------------------------------


def begin(registration: Registration, *, at: datetime) -> Case:
    """Begin a request, or return the one that is open.

    Args:
        registration: locked.
        at: the instant.

    Raises:
        NotOffered, NotStanding, TooLate: see each.
    """
    found: Case | None = Case.objects.open().filter(registration=registration).first()
    if found is not None:
        return found
    _check_may_ask(registration, at=at)
    made: Case = Case.objects.create(registration=registration, begun_at=at)
    return made


def _check_may_ask(
    registration: Registration, *, is_sent: bool = False, at: datetime
) -> Accommodations:
    """Return what may be asked for; what was sent once is completed also after every deadline."""
    if not registration.is_active:
        raise NotStanding
    rules = rules_of(registration)
    if rules is None:
        raise NotOffered
    if not is_sent and is_over(registration, at):
        raise TooLate
    return rules


def write(case: Case, asked: Asked) -> bool:
    """Keep what a candidate asks; what a guardian signed before is signed no more.

    Args:
        case: locked, with its registration.
        asked: what is asked.

    Returns:
        Whether anything has changed.

    Raises:
        Sent: it is not to be changed any more.
        UnknownMeasure, NotOffered: see each.
    """
    if not case.is_writable:
        raise Sent
    registration = case.registration
    rules = rules_of(registration)
    if rules is None:
        raise NotOffered
    _check_known(rules, registration, asked)
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
        )
        for place, wish, measure in wished
        if measure is not None
    ]
    said = {
        "plan": asked.plan,
        "has_former_decision": asked.has_former_decision,
        "late_reason": asked.late_reason,
    }
    before = [(one.code, one.papers) for one in case.measures.all()]
    is_same = before == [(one.code, one.papers) for one in rows] and all(
        getattr(case, name) == value for name, value in said.items()
    )
    if is_same:
        return False
    case.measures.all().delete()
    AskedMeasure.objects.bulk_create(rows)
    for name, value in said.items():
        setattr(case, name, value)
    case.revision += 1
    case.procedure = followed_by(
        registration, plan=asked.plan, measures=[one.code for one in rows]
    ).value
    case.save(update_fields=[*said, "revision", "procedure"])
    return True


def _in_order(rules: Accommodations, asked: Asked) -> list[Wish]:
    order = [measure.code for measure in rules.measures]
    return sorted(asked.wishes, key=lambda wish: order.index(wish.code))


def _check_known(rules: Accommodations, registration: Registration, asked: Asked) -> None:
    """Refuse what the réglementation does not propose for what is sat."""
    sat = {one.code: one.measures for one in sat_by(registration)}
    if len({wish.code for wish in asked.wishes}) != len(asked.wishes):
        raise UnknownMeasure
    for wish in asked.wishes:
        measure = rules.measure(wish.code)
        if measure is None or (wish.papers and not measure.is_by_paper):
            raise UnknownMeasure
        if any(wish.code not in sat.get(paper, ()) for paper in wish.papers):
            raise UnknownMeasure
    if asked.plan and rules.plan(asked.plan) is None:
        raise UnknownMeasure("Ce plan n'est pas proposé pour cet examen.")
    if asked.late_reason and rules.late_reason(asked.late_reason) is None:
        raise LateReasonMissing


def sign(case: Case, *, name: str, quality: str, statement: str, at: datetime) -> bool:
    """Keep the guardian's signature of what is asked now; return whether it is a new one.

    Raises:
        Sent: it is not to be changed any more.
        NothingAsked: there is nothing to sign.
    """
    if not case.is_writable:
        raise Sent
    if not case.measures.exists():
        raise NothingAsked
    _, is_new = Signature.objects.get_or_create(
        case=case,
        revision=case.revision,
        defaults={"name": name, "quality": quality, "statement": statement, "signed_at": at},
    )
    return bool(is_new)


def send(case: Case, *, at: datetime) -> None:
    """Send a request: it is looked at from now on.

    Args:
        case: locked, with its registration, locked too.
        at: the instant at which the request arrived.

    Raises:
        NotStanding, NotOffered, TooLate, NothingAsked, UnknownMeasure: see each.
        LateReasonMissing, NotSigned: see each.
        Refused: it stands no more as it was read.
    """
    registration = case.registration
    rules = _check_may_ask(registration, is_sent=case.asked_at is not None, at=at)
    measures = list(case.measures.all())
    if not measures:
        raise NothingAsked
    wishes = tuple(Wish(one.code, tuple(one.papers)) for one in measures)
    _check_known(rules, registration, Asked(wishes, case.plan))
    if case.asked_at is None and is_late(registration, at) and not case.late_reason:
        raise LateReasonMissing
    if is_minor(registration, at) and case.signature is None:
        raise NotSigned
    procedure = followed_by(registration, plan=case.plan, measures=[one.code for one in measures])
    move(case, SEND, asked_at=at, procedure=procedure.value, missing="")


def take_up(case: Case) -> None:
    """Take a request up again, to change it, while nobody has looked at it. Raises Refused."""
    move(case, TAKE_UP, left_at=None)


def withdraw(case: Case, *, at: datetime) -> None:
    """Take a request back: nothing is decided of it. Raises Refused."""
    move(case, WITHDRAW, withdrawn_at=at, missing="", left_at=None)


# --- The office, the doctor -------------------------------------------------------------------


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


def notify(case: Case, notification: DocumentVersion, *, at: datetime) -> None:
    """Notify a decision by a document. Raises Refused."""
    move(case, NOTIFY, notified_at=at, notification=notification)


def note_call(case: Case, *, name: str, is_reached: bool, at: datetime) -> None:
    """Note that somebody telephoned about a notification that nobody had opened.

    Args:
        case: locked.
        name: who telephoned.
        is_reached: whether its candidate, or who answers for them, was spoken to.
        at: the instant.

    Raises:
        NotNotified: there is nothing to speak of.
    """
    if case.state != State.NOTIFIED:
        raise NotNotified
    case.called_at, case.called_name, case.is_reached = at, name, is_reached
    case.save(update_fields=["called_at", "called_name", "is_reached"])


def take_again(case: Case, *, why: str, has_opinion: bool, at: datetime) -> Case:
    """Open a decision again; it is in force until the new one.

    Args:
        case: a notified one, locked with its registration.
        why: one of `Again`.
        has_opinion: whether the doctor's opinion stands; otherwise a doctor gives another one.
        at: the instant.

    Returns:
        The new request, of the same measures.

    Raises:
        NotNotified: there is no decision to take again.
        UnderWay: another request of this registration is open.
        NotStanding: the registration does not stand.
    """
    if case.state != State.NOTIFIED:
        raise NotNotified
    if not case.registration.is_active:
        raise NotStanding
    if Case.objects.open().filter(registration=case.registration_id).exists():
        raise UnderWay
    kept = ("procedure", "plan", "has_former_decision", "late_reason", "asked_at")
    opinion = ("entrusted_at", "opined_at", "doctor", "doctor_name", "opinion_text")
    made: Case = Case.objects.create(
        registration=case.registration,
        state=State.OPINION_GIVEN if has_opinion else State.ASKED,
        begun_at=at,
        instead_of=case,
        again=why,
        **{name: getattr(case, name) for name in (*kept, *(opinion if has_opinion else ()))},
    )
    said = ("opinion", "opinion_code", "opinion_label") if has_opinion else ()
    names = ("place", "code", "label", "papers", "time", *said)
    AskedMeasure.objects.bulk_create(
        AskedMeasure(case=made, **{name: getattr(one, name) for name in names})
        for one in case.measures.all()
    )
    return made


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


# --- The registration -------------------------------------------------------------------------


def follow(
    registration: Registration, *, is_declared_no_more: bool = False, at: datetime
) -> Case | None:
    """Make the open request of a registration follow its answers, its state and its academy.

    What becomes of it is told by one table, « A request for accommodations » of docs/states.md.

    Args:
        registration: locked, as it stands now.
        is_declared_no_more: whether its candidate has just answered that there is no handicap.
        at: the instant.

    Returns:
        The request, where it has moved.
    """
    open_ones = Case.objects.filter(registration=registration.pk, state__in=OPEN)
    case = open_ones.select_for_update(of=("self",)).first()
    if case is None:
        return None
    case.registration = registration
    if registration.withdrawn_at is not None:
        return _left(case, at=at)
    if not registration.is_active:
        return None
    if is_declared_no_more and case.asked_at is None:
        return _left(case, at=at)
    return _by_procedure(case, at=at)


def _left(case: Case, *, at: datetime) -> Case | None:
    if not case.is_undecided:
        return None
    withdraw(case, at=at)
    return case


def _by_procedure(case: Case, *, at: datetime) -> Case | None:
    """Ask for what the whole procedure calls for, where a new category has no right to the simple one."""
    codes = [one.code for one in case.measures.all()]
    now = followed_by(case.registration, plan=case.plan, measures=codes)
    if now.value == case.procedure or case.state in {State.OPINION_GIVEN, State.DECIDED}:
        return None
    case.procedure = now.value
    case.save(update_fields=["procedure"])
    if now is Procedure.COMPLETE and case.state in {State.ASKED, State.WITH_DOCTOR}:
        declare_incomplete(case, missing=CATEGORY_CHANGED, at=at)
        return case
    return None


def leave_academy(registration: Registration) -> Case | None:
    """Take a request from the doctor of the academy that a registration leaves; return it if so."""
    found = Case.objects.filter(registration=registration.pk, state=State.WITH_DOCTOR)
    case: Case | None = found.select_for_update(of=("self",)).first()
    if case is not None:
        case.registration = registration
        take_from_doctor(case)
    return case
