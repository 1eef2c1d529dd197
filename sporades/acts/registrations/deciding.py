"""A managing service decides of a registration; its candidate is told (I4)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sporades import journal
from sporades.accommodations.rules import rules_of
from sporades.acts.identities.correcting import issue_again
from sporades.acts.people.guardians import tell_guardian
from sporades.acts.registrations.adding import More, ask_more_within, tell_asked_for
from sporades.acts.registrations.asking_again import ask_again, is_unsaid
from sporades.acts.registrations.silent import (
    AcceptedBySilence,
    acceptance_of,
    taken_back_in_words,
)
from sporades.core.actors import SYSTEM, Actor
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.core.transitions import Transition
from sporades.documents import operations as documents
from sporades.evidence import operations as evidence
from sporades.evidence.awaited import awaited_of
from sporades.evidence.completeness import missing_of
from sporades.evidence.models import Evidence
from sporades.evidence.queries import giving_now, giving_to, pieces_of, rows_of, takes_files
from sporades.evidence.states import TO_PROVIDE
from sporades.evidence.unmet import Unmet, owes_pieces, unmet_by
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.letters.operations import goes_by_letter, tell
from sporades.letters.queries import is_left_out, summary_for
from sporades.letters.rules import DECISION, STANDING, TO_GUARDIAN
from sporades.registrations.deadlines import is_too_soon_for_a_letter
from sporades.registrations.evidence import are_named_to
from sporades.registrations.models import Registration
from sporades.registrations.operations import deciding, drafting
from sporades.registrations.queries import check_not_handed_over, held_to_decide, with_owed
from sporades.registrations.receipt import accommodation_by_mail, against_of, taken_by
from sporades.registrations.reviewing import Anew, how_to_change
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import (
    CLEAR,
    FLAG,
    REOPEN,
    RESTORE,
    SET_ASIDE,
    VALIDATE,
    State,
)


@dataclass(frozen=True)
class Told:
    """How a decision is told.

    Attributes:
        verb: to the journal.
        subject: of the mail.
        sentence: to the candidate.
    """

    verb: str
    subject: str
    sentence: str


TOLD = {
    VALIDATE.name: Told(
        "registration validated",
        "Inscription validée",
        "Votre inscription est validée : votre service gestionnaire l'a trouvée complète, vous "
        "n'avez plus rien à lui envoyer.",
    ),
    REOPEN.name: Told(
        "validation undone",
        "Inscription à valider de nouveau",
        "La validation de votre inscription a été annulée : votre inscription reste enregistrée, "
        "elle sera examinée de nouveau. Vous n'avez rien à faire.",
    ),
    FLAG.name: Told(
        "anomaly found",
        "Inscription incomplète",
        "Votre inscription est enregistrée, mais il y manque quelque chose.",
    ),
    CLEAR.name: Told(
        "anomaly cleared",
        "Inscription complétée",
        "Il ne manque plus rien à votre inscription : elle est enregistrée.",
    ),
    SET_ASIDE.name: Told(
        "registration set aside",
        "Inscription écartée",
        "Votre inscription est écartée : elle ne compte plus.",
    ),
    RESTORE.name: Told(
        "registration restored",
        "Inscription rétablie",
        "Votre inscription, qui avait été écartée, est rétablie : elle compte de nouveau.",
    ),
}

OWING_NOTHING = (State.SET_ASIDE, State.VALIDATED)
"""The states of what may be given nothing: a decision that leaves them asks for it again."""

UNMET = {
    VALIDATE.name: {
        "sentence": "Votre inscription est validée : vous n'avez plus rien à envoyer à votre service "
        "gestionnaire."
    },
    REOPEN.name: {
        "sentence": "La validation de votre inscription a été annulée : votre inscription reste "
        "enregistrée, elle sera examinée de nouveau. Ce que vous n'avez pas envoyé est de nouveau "
        "attendu."
    },
    CLEAR.name: {
        "subject": "Anomalie levée",
        "sentence": "Votre inscription n'est plus en anomalie : elle est enregistrée.",
    },
}
"""What is told otherwise where not all has come: nobody is told that it has."""

STILL_AWAITED = {
    **UNMET[CLEAR.name],
    "sentence": "Votre inscription n'est plus en anomalie : elle est enregistrée. Ce qui vous est "
    "demandé et n'est pas arrivé, ou n'est pas conforme, reste attendu.",
}
"""The same of one whose anomaly is over, and who has something else to send."""

TO_REVIEW_AGAIN = {
    "sentence": "La validation de votre inscription a été annulée : votre inscription reste "
    "enregistrée, elle sera examinée de nouveau. Ce qu'elle ne dit pas est de nouveau demandé."
}
"""The same of one that has all to be sent, and does not say all that is asked."""


def unmet_of(registration: Registration) -> Unmet:
    """Return what a registration has not given, or of which nobody said what it is worth.

    Args:
        registration: as `with_owed()` loads it.
    """
    # One that was brought from elsewhere has no version that says what to send back.
    asks = bool(registration.told and registration.told["to_return"])
    lacks = asks and registration.summary_posted_on is None
    is_late = registration.is_summary_posted_late
    rows, review = rows_of(registration=registration.pk), registration.to_review
    if registration.is_validated and registration.told:
        # What was taken as it was is to be reviewed again once the validation is undone.
        review = registration.told.get("to_review") or []
    return unmet_by(rows, lacks_summary=lacks, is_summary_late=is_late, to_review=review)


def told_of(decision: Transition, unmet: Unmet, *, is_over: bool) -> Told:
    """Return how a decision is told: that all has come, and is good, only where it is so.

    Args:
        decision: one of `DECISIONS`.
        unmet: what has not come, or was not looked at.
        is_over: whether the exam is: nothing is asked of anybody any more.
    """
    told, otherwise = TOLD[decision.name], UNMET.get(decision.name, {})
    if decision is REOPEN and not unmet.is_to_send:
        otherwise = TO_REVIEW_AGAIN
    if decision is CLEAR and unmet.is_to_send and not is_over:
        otherwise = STILL_AWAITED
    is_otherwise = {
        VALIDATE.name: bool(unmet),
        REOPEN.name: unmet.is_to_send or bool(unmet.to_review and not is_over),
        CLEAR.name: unmet.is_to_send or unmet.is_summary_late or bool(unmet.to_review),
    }
    return replace(told, **otherwise) if is_otherwise.get(decision.name) else told


def decisions_on(registration: Registration) -> QuerySet[Entry]:
    """Return what was decided of a registration, the last first."""
    verbs = [told.verb for told in TOLD.values()]
    return entries_about(registration).filter(verb__in=verbs)


def against(registration: Registration) -> list[str]:
    """Return who set a registration aside, and how to contest it; of any other, nothing."""
    if not registration.is_set_aside:
        return []
    verb = TOLD[SET_ASIDE.name].verb
    last = entries_about(registration).filter(verb=verb).first()
    if last is None:
        return against_of(registration)
    taken_back = last.payload["after"].get("takes_back")
    against = taken_by(registration, name=last.actor_name, role=last.actor_kind, at=last.at)
    return [*([taken_back] if taken_back else []), *against]


class Overtaken(Refused):
    """What is decided of is no more what was read."""

    message = (
        "Cette inscription a une nouvelle version depuis que vous avez ouvert cette page : relisez "
        "le dossier, puis décidez."
    )


class DecidedSince(Overtaken):
    """Where it stands has changed since: a colleague decided of it, its candidate withdrew it."""

    message = (
        "L'état de cette inscription a changé depuis que vous avez ouvert cette page : lisez ce qui "
        "a été fait, puis décidez."
    )


class GivenSince(Overtaken):
    """What it lacks is no more what was read: something came, or was judged."""

    message = (
        "Ses pièces, ou son récapitulatif signé, ont changé depuis que vous avez ouvert cette page : "
        "relisez ce qui manque, puis décidez."
    )


class AnothersSince(Overtaken):
    """It is no more that of whoever was read: it was merged into another one's record."""

    message = (
        "Cette inscription a été rattachée à un autre dossier du candidat depuis que vous avez ouvert "
        "cette page : relisez-la, puis décidez."
    )


def decide_within(
    *,
    registration: Registration,
    decision: Transition,
    reason: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    mark: str = "",
    lacked: str = "",
    takes_back: bool = False,
    more: More | None = None,
) -> None:
    """Set aside, restore, find incomplete, clear, validate or reopen, in its caller's transaction.

    Args:
        registration: which.
        decision: one of `DECISIONS`.
        reason: why, as its candidate will read it; for a decision that says why.
        by: who decides.
        at: the instant.
        seen: the number of the version that was read, where somebody has read one.
        mark: the decision that was read with it, as `Registration.decided_mark` says it.
        lacked: what was read to lack, as `Unmet.mark` says it; of a decision that tells of it.
        takes_back: whether that setting it aside takes back what silence has accepted, where it has,
            was read.
        more: a piece that is asked for with `FLAG`, beyond those of the réglementation.

    Raises:
        NothingMore, delays.Shorter, delays.TooFar, evidence.TooMany: of that piece, see each.
        AcceptedBySilence: silence has accepted it, and nobody has read what becomes of that.
        HandedOver: it is another academy's since it was read.
        Overtaken: another version was filed since; `DecidedSince` where something was decided,
            `GivenSince` where something came or was judged, `AnothersSince` where it is another
            candidate's.
        ReasonMissing, NoRoomLeft, Refused: see `deciding.decide`.
    """
    held = _held_as_read(registration, seen=seen, mark=mark)
    if lacked and decision in (VALIDATE, CLEAR) and unmet_of(held).mark != lacked:
        raise GivenSince
    accepted = acceptance_of(registration, at=at) if decision is SET_ASIDE else None
    if accepted is not None and not takes_back:
        raise AcceptedBySilence
    before = {"state": held.state, "reason": held.reason}
    deciding.decide(registration=registration, decision=decision, reason=reason, at=at)
    added = None
    if more is not None and decision is FLAG:
        added = ask_more_within(with_owed.get(pk=registration.pk), more, by=by, at=at)
    if held.state == State.ANOMALY and decision in (CLEAR, VALIDATE):
        evidence.note_lifted(registration, found_at=held.decided_at, at=at)
    if decision is SET_ASIDE:
        documents.hold_back(registration.folder_id, at=at)
        drafting.remind_anew(registration.candidate_id)
    is_asked_again = held.state in OWING_NOTHING and owes_pieces(registration)
    is_corrected, anew = False, None
    if is_asked_again:
        is_corrected, anew = _asked_again(registration, decision, by=by, at=at)
    is_so = decision.name not in UNMET
    is_over = registration.is_exam_over(at)
    told = TOLD[decision.name] if is_so else told_of(decision, unmet_of(held), is_over=is_over)
    entry = journal.record(
        told.verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before=before,
        after={
            "state": registration.state,
            "reason": registration.reason,
            **({"takes_back": taken_back_in_words(accepted)} if accepted else {}),
        },
    )
    _tell(
        registration,
        decision,
        told,
        entry,
        owing=with_owed.get(pk=registration.pk) if is_asked_again else None,
        is_corrected=is_corrected,
        anew=anew,
        added=added,
        by=by,
        at=at,
    )


def _held_as_read(registration: Registration, *, seen: int | None, mark: str) -> Registration:
    """Hold a registration, to decide of it as it was read: see `decide_within`."""
    held: Registration = held_to_decide.get(pk=registration.pk)
    check_not_handed_over(held=held, read=registration)
    if held.candidate_id != registration.candidate_id:
        raise AnothersSince
    if seen is not None and held.version != seen:
        raise Overtaken
    if mark and held.decided_mark != mark:
        raise DecidedSince
    return held


def _tell(
    registration: Registration,
    decision: Transition,
    told: Told,
    entry: Entry,
    *,
    owing: Registration | None,
    is_corrected: bool,
    anew: Anew | None,
    added: Evidence | None,
    by: Actor,
    at: datetime,
) -> None:
    """Tell a candidate what was decided, and what is awaited of them now.

    Args:
        registration: of which was decided.
        decision: what was.
        told: how it is told.
        entry: what the journal keeps of it.
        owing: the same registration with what it owes, where that is asked for again.
        is_corrected, anew: see `_asked_again`.
        added: a piece that is asked for with it, beyond those of the réglementation.
        by: who decided.
        at: the instant.
    """
    to_review = owing.to_review if owing and not registration.is_exam_over(at) else []
    awaited = awaited_of(owing, at=at) if owing else None
    summary = summary_for(registration)
    # Of a version whose letter was left out nobody has heard: it is new to its reader.
    is_issued_again = anew is not None or (awaited is not None and is_left_out(summary))
    asks = _asks(registration, added, at=at) if decision is FLAG else None
    # A letter of a decision is left out where another is decided before it is printed.
    is_apart = added is not None and goes_by_letter(registration.candidate, None)
    days = [awaited["due_by"]] if awaited else []
    days += [asks["more"].until] if asks and asks["more"] and not is_apart else []
    tell(
        registration.candidate,
        "state_changed",
        service=registration.service,
        at=at,
        key=f"registration:{registration.pk}:decided:{entry.pk}",
        is_first=True,
        about=registration,
        matter=STANDING if decision in (SET_ASIDE, RESTORE) else DECISION,
        urgent=True,
        enclosed=summary if is_issued_again else None,
        registration=registration,
        told=told,
        is_issued_again=is_issued_again,
        is_corrected=is_corrected,
        anew=anew,
        to_review=to_review,
        changing=how_to_change(owing, at=at) if owing and to_review else "",
        against=against(registration),
        is_set_aside=decision is SET_ASIDE,
        is_restored=decision is RESTORE,
        asks=asks,
        is_apart=is_apart,
        is_automatic=by == SYSTEM,
        # What is missing may be a piece that no mail names.
        is_said=decision is not FLAG or are_named_to(registration),
        accommodation=accommodation_by_mail(registration, at=at) if decision is VALIDATE else "",
        # To all: a mail that said it to those alone who have asked would tell who they are (P-12).
        is_said_of_requests=decision is VALIDATE and rules_of(registration) is not None,
        closing=registration.closing_in_words if registration.is_amendable(at) else "",
        is_too_soon=is_too_soon_for_a_letter(registration.service.closes_at, at),
        awaited=awaited,
        due_by=min(days, default=None),
        contact=contact_of(registration.service),
        link=link_to("candidate:registration", registration.number),
    )
    _tell_beside(registration, decision, added if is_apart else None, of=entry, at=at)


def _tell_beside(
    registration: Registration,
    decision: Transition,
    apart: Evidence | None,
    *,
    of: Entry,
    at: datetime,
) -> None:
    """Tell what has a message of its own, beside that of a decision.

    Args:
        registration: of which was decided.
        decision: what was.
        apart: a piece that is asked for with it, and that its letter does not name.
        of: what the journal keeps of it.
        at: the instant.
    """
    if apart is not None:
        tell_asked_for(apart, with_owed.get(pk=registration.pk), at=at)
    if decision in (SET_ASIDE, RESTORE):
        # Who alone may contest it for a minor (code civil, article 388-1-1), and is not left with the
        # alarm: what waits to be printed goes no more.
        key = f"registration:{registration.pk}:decided:{of.pk}:guardian"
        tell_guardian(registration, at=at, key=key, matter=TO_GUARDIAN)


def _asks(registration: Registration, added: Evidence | None, *, at: datetime) -> dict[str, Any]:
    """Return how what an anomaly asks for is given: a day has passed, or is that of a piece, or none is.

    Where every piece has come, the reason speaks of none, and no page takes what it asks for.

    Args:
        registration: which.
        added: the piece that is asked for with it, beyond those of the réglementation.
        at: the instant.
    """
    found = with_owed.get(pk=registration.pk)
    pieces = pieces_of(found)
    more = next((one for one in pieces if added is not None and one.row.pk == added.pk), None)
    lacks = any(one.row.state in TO_PROVIDE for one in pieces)
    return {
        "is_late": bool(missing_of(pieces, at)),
        "is_dated": any(one.is_awaited(at) for one in pieces),
        "takes_files": lacks and takes_files(registration, at),
        "giving": giving_now(registration, at),
        "more": more,
        "more_given": giving_to(found, [more]) if more else None,
    }


decide = transaction.atomic(decide_within)
"""Decide in a transaction of its own: what is refused leaves nothing."""


def _asked_again(
    registration: Registration, decision: Transition, *, by: Actor, at: datetime
) -> tuple[bool, Anew | None]:
    """Ask again for what a registration owes, by a document that says it: see `asking_again`.

    Returns:
        Whether its civil data were corrected while it was set aside; what is asked of it now that was
        not before, where it is issued again.
    """
    registration.refresh_from_db(fields=["identity", "candidate"])  # as they are under its lock
    is_other = registration.identity_id != registration.candidate.identity_id
    is_corrected = decision is RESTORE and is_other
    ask_again(with_owed.get(pk=registration.pk), by=by, at=at)
    if not is_corrected and not is_unsaid(with_owed.get(pk=registration.pk), at=at):
        return is_corrected, None
    return is_corrected, _issued_again(registration, by=by, at=at)


def _issued_again(registration: Registration, *, by: Actor, at: datetime) -> Anew:
    """Issue a registration again under the civil data of its candidate, with what is awaited of it.

    Returns:
        What is asked of it now that was not before.
    """
    anew = issue_again(
        registration=registration,
        identity=registration.candidate.identity,
        signed_by=registration.service.managing_service.name,
        by=by,
        at=at,
    )
    changed = ["version", "identity", "name_key", "birth_date", "summary_posted_on"]
    judged = ["summary_until", "is_summary_posted_late", "to_review_since"]
    registration.refresh_from_db(fields=[*changed, *judged])
    return anew
