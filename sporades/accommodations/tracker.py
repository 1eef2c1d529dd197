"""Where a request stands, step by step, and what is awaited from whom (H4)."""

from dataclasses import dataclass
from datetime import datetime

from sporades.accommodations.appeals import appealed_in_words
from sporades.accommodations.models import Again, Case
from sporades.accommodations.rules import (
    deadline_of,
    is_late,
    is_over,
    late_until,
    may_appear,
    may_take_up,
    rules_for,
    shown_of,
)
from sporades.accommodations.states import State
from sporades.accommodations.words import (
    LACKING,
    TAKEN_AGAIN,
    awaited_in_words,
    cancelled_in_words,
    deadline_in_words,
    emptied_in_words,
    fallen_in_words,
    handled_in_words,
    over_in_words,
    sent_in_words,
    taken_again_in_words,
    usual_day_in_words,
)
from sporades.core.french import day_in_words, instant_in_words, local_day, within
from sporades.registrations.checklist import Check
from sporades.registrations.models import Registration

STEPS = (
    ("Demande envoyée", "asked_at"),
    ("Confiée au médecin", "entrusted_at"),
    ("Avis du médecin rendu", "opined_at"),
    ("Décision prise", "decided_at"),
    ("Décision notifiée", "notified_at"),
    ("Notification lue", "opened_at"),
)
"""Each step, and the instant that says that it is behind."""

TO_DO = {"asked_at": "Envoyer la demande", "opened_at": "Lire la notification"}
"""The same, where its candidate is to do it."""

BEHIND = {
    State.PREPARING: 0,
    State.ASKED: 1,
    State.INCOMPLETE: 1,
    State.WITH_DOCTOR: 2,
    State.OPINION_GIVEN: 3,
    State.DECIDED: 4,
    State.NOTIFIED: 5,
}
"""How many steps are behind."""

TAKING, CANCELLED = "Décision reprise", "Reprise annulée"
TAKINGS_AGAIN = (TAKING, CANCELLED)

LABEL = "Demande d'aménagement d'épreuves"
DECIDED = "Aménagement d'épreuves"
ELSEWHERE = "La décision est dans « Mes documents »."
ASK = "Faire ma demande d'aménagement"
FOLLOW = "Suivre ma demande d'aménagement"
SEE = "Voir ma demande d'aménagement"
COMPLETE = "Compléter la demande"


def check_of(
    registration: Registration,
    case: Case | None,
    *,
    former: Case | None = None,
    fallen: Case | None = None,
    is_decided_elsewhere: bool = False,
    at: datetime,
    papers: str = "",
) -> list[Check]:
    """Return a request among what makes a registration sure (E6), where one is made, announced or fallen.

    Args:
        registration: one that stands.
        case: its last request, if there is one.
        former: the last of which a decision was notified, if there is one.
        fallen: the one that fell with a registration left before this one, to be made again.
        is_decided_elsewhere: whether its candidate reads a decision that was made elsewhere.
        at: now.
        papers: those without which it is incomplete, in words.
    """
    case = shown_of(registration, case, former)
    if case is None and is_decided_elsewhere:
        return [Check(DECIDED, "done", ELSEWHERE, "decision", act="Lire la décision")]
    is_expected = registration.has_disability or case is not None or fallen is not None
    if rules_for(registration, case) is None or not is_expected:
        return []
    is_begun = case is not None and case.state == State.PREPARING and case.asked_at is None
    if (case is None or (is_begun and former is None)) and is_late(registration, at):
        return [_unsent(registration, fallen, at=at, is_begun=is_begun)]
    if case is None:
        why = "Vous avez déclaré un handicap." if fallen is None else fallen_in_words(fallen)
        note = f"{why} {deadline_in_words(registration, at=at)}"
        due = deadline_of(registration)
        return [Check(LABEL, "yours", note, "accommodation", until=due, act=ASK)]
    case.registration = registration
    if case.notified_at is not None:
        return [_notified(case, case.notified_at, registration.service.zone, at=at)]
    is_to_send = case.state == State.PREPARING
    lost = emptied_in_words(case)
    is_theirs = is_to_send or (bool(lost) and may_take_up(case, registration))
    state = "yours" if _lacks(case, papers) or is_theirs else "waiting"
    over = taken_again_in_words(case) or _in_force_in_words(former, registration, at=at)
    awaited = awaited_in_words(case, at=at, papers=papers)
    said = " ".join(filter(None, (over, lost, awaited)))
    is_dated = case.asked_at is None and not is_late(registration, at)
    until = deadline_of(registration) if is_dated else None
    act = "Continuer ma demande d'aménagement" if state == "yours" else FOLLOW
    return [Check(LABEL, state, said, "accommodation", until=until, act=act)]


def _notified(case: Case, notified_at: datetime, zone: str, *, at: datetime) -> Check:
    """Return that a decision was notified: to be read, contested, or read."""
    when, left = day_in_words(local_day(notified_at, zone)), cancelled_in_words(case)
    if case.is_to_read:
        note = f"{left} Décision notifiée le {when} : lisez la notification.".strip()
        return Check(LABEL, "yours", note, "notification", act="Lire la décision")
    appeal = appealed_in_words(case, at=at)
    note = f"{left} Décision notifiée le {when}. {appeal}".strip()
    return Check(LABEL, "waiting" if appeal else "done", note, "accommodation", act=SEE)


def _unsent(
    registration: Registration, fallen: Case | None, *, at: datetime, is_begun: bool
) -> Check:
    """Return that nothing was asked for in time, while a late request is still expected or no more."""
    said = (
        "Votre demande n'est pas envoyée."
        if is_begun
        else "Vous avez déclaré un handicap, et aucune demande n'est envoyée."
        if fallen is None
        else fallen_in_words(fallen)
    )
    if may_appear(registration, at):
        note = f"{said} {deadline_in_words(registration, at=at)}"
        until, act = late_until(registration), ASK
        return Check(LABEL, "yours", note, "accommodation", until=until, act=act)
    return Check(LABEL, "ended", f"{said} {over_in_words(registration)}", "accommodation", act=SEE)


def _in_force_in_words(former: Case | None, registration: Registration, *, at: datetime) -> str:
    """Say that a decision is in force while another request is under way; else nothing."""
    if former is None or former.notified_at is None:
        return ""
    when = day_in_words(local_day(former.notified_at, registration.service.zone))
    said = f"La décision notifiée le {when} reste en vigueur. Vous faites une autre demande."
    former.registration = registration
    return f"{said} {appealed_in_words(former, at=at)}".strip()


@dataclass(frozen=True)
class Told:
    """What is said of a request on the pages that sum up a registration, and the way to it.

    Attributes:
        text: where it stands, or until when it is made.
        act: the words of the link.
        is_left: whether its candidate has still to make it, to finish it or to complete it.
        until: until when it is made, where that is left and dated.
    """

    text: str
    act: str
    is_left: bool
    until: datetime | None = None


def told_of(
    registration: Registration,
    case: Case | None,
    *,
    to_ask: str,
    former: Case | None,
    fallen: Case | None,
    at: datetime,
    papers: str,
) -> Told:
    """Say of a request where it stands; of one that is not made, until when it is.

    Args:
        registration: one that stands.
        case: its last request, if there is one.
        to_ask: how it is asked for, as its registration says it.
        former: the last of which a decision was notified, if there is one.
        fallen: the one that fell with a registration left before this one, to be made again.
        at: now.
        papers: those without which it is incomplete, in words.
    """
    case = shown_of(registration, case, former)
    if case is None or case.asked_at is None:
        act = "Finir ma demande d'aménagement" if case else "Faire ma demande d'aménagement"
        until = deadline_in_words(registration, at=at)
        if case is None and fallen is not None:
            act = "Refaire ma demande d'aménagement"
            text = f"{fallen_in_words(fallen)} {until}"
        elif case is None:
            text = until if is_late(registration, at) else to_ask
        else:
            text = f"Votre demande d'aménagement n'est pas envoyée. {until}"
        is_left = not is_over(registration, at)
        if not is_left:
            return Told(text, "Aménagement d'épreuves", is_left)
        return Told(text, act, is_left, deadline_of(registration))
    [check] = check_of(registration, case, former=former, at=at, papers=papers)
    is_left = check.state == "yours" and case.is_undecided
    if case.is_taken_up:
        text = f"Vous modifiez votre demande d'aménagement. {check.note}"
    else:
        sent = sent_in_words(case)
        text = f"Vous avez envoyé votre demande d'aménagement {within(sent)}. {check.note}"
    return Told(text, FOLLOW, is_left)


def steps_of(
    case: Case,
    *,
    at: datetime,
    papers: str = "",
    by_office: bool = False,
    is_listed: bool = False,
) -> list[Check]:
    """Return the steps of a request: those behind with their date, the next with who is awaited.

    Args:
        case: with its registration; one that was not taken back.
        at: now.
        papers: those without which it is incomplete, in words, where its candidate reads.
        by_office: whether the managing service reads them, and not the candidate.
        is_listed: whether what is left to do before it is sent is listed beside: see `left.Left`.
    """
    said = (
        handled_in_words(case)
        if by_office
        else awaited_in_words(case, at=at, papers=papers, is_listed=is_listed)
    )
    behind = BEHIND[State(case.state)] + bool(case.opened_at)
    usual = "" if by_office else usual_day_in_words(case, at=at, papers=papers)
    zone = case.registration.service.zone
    past, checks = _taken_again(case), []
    if is_stopped(case):
        said = when = usual = ""
    for rank, (label, field) in enumerate(STEPS):
        instant = getattr(case, field)
        when = usual if field == "decided_at" else ""
        if rank < behind and instant is not None:
            note = f"Le {instant_in_words(instant, zone)}."
            if field == "asked_at":
                instant, note = case.first_asked_at or instant, f"{sent_in_words(case)}."
            past.append((instant, Check(label, "done", note)))
        elif rank == behind:
            turn = _turn(case, papers=papers, by_office=by_office)
            if turn == "yours":
                label = COMPLETE if _lacks(case, papers) else TO_DO[field]  # noqa: PLW2901 - the step is to be done
            checks.append(Check(label, turn, f"{said} {when}".strip()))
        else:
            checks.append(Check(label, "waiting", when))
    # Of two things of one instant, the step comes first.
    told = sorted(past, key=lambda one: (one[0], one[1].label in TAKINGS_AGAIN))
    return [check for _, check in told] + checks


def is_stopped(case: Case) -> bool:
    """Return whether a request goes no further, its registration standing no more: nobody is awaited.

    A decision that was notified before is still to be read.
    """
    return not case.registration.is_active and case.state != State.NOTIFIED


def _turn(case: Case, *, papers: str, by_office: bool) -> str:
    """Return whose turn the step that comes next is: its candidate's, or somebody else's."""
    if by_office or is_stopped(case):
        return "waiting"
    theirs = case.state == State.PREPARING or (case.state == State.NOTIFIED and case.is_to_read)
    return "yours" if theirs or _lacks(case, papers) else "waiting"


def _lacks(case: Case, papers: str) -> bool:
    """Return whether something lacks that its candidate is to give."""
    return case.state == State.INCOMPLETE or (case.state in LACKING and bool(papers))


def _taken_again(case: Case) -> list[tuple[datetime, Check]]:
    """Return when the decision was taken again, by this request or by those that were cancelled."""
    zone, found = case.registration.service.zone, []
    for one in (*reversed(case.cancelled), *([case] if case.instead_of_id is not None else [])):
        when = instant_in_words(one.begun_at, zone)
        note = f"Le {when}, {TAKEN_AGAIN[Again(one.again)]}."
        found.append((one.begun_at, Check(TAKING, "done", note)))
        if one.withdrawn_at is not None:
            when = instant_in_words(one.withdrawn_at, zone)
            note = f"Le {when} : la décision notifiée reste en vigueur. Motif : {one.left_reason}"
            found.append((one.withdrawn_at, Check(CANCELLED, "done", note)))
    return found
