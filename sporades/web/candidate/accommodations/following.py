"""« Aménagement d'épreuves » of a registration: where its request stands, what is to be done (H1, H4)."""

from dataclasses import asdict
from functools import partial
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accommodations.contesting import INTERRUPTS, ONLY_ONCE, contest_in_words
from sporades.accommodations.late import Lateness
from sporades.accommodations.left import Act, Left
from sporades.accommodations.missing import is_answered
from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.notification import NOTIFICATION, decided_on_papers
from sporades.accommodations.queries import (
    Proposal,
    decided_elsewhere_among,
    decision_among,
    fallen_before,
    last_among,
    open_case_of,
    proposals,
    taken_back_among,
)
from sporades.accommodations.rules import (
    Sat,
    changed_since_in_words,
    deadline_of,
    is_late,
    is_over,
    may_take_up,
    rules_for,
    rules_of,
    sat_for,
)
from sporades.accommodations.states import Decision, State
from sporades.accommodations.tracker import is_stopped, steps_of
from sporades.accommodations.words import (
    LACKING,
    SENT_WITHOUT,
    WITHOUT_THEM,
    deadline_in_words,
    emptied_in_words,
    taken_again_in_words,
    taken_back_in_words,
    undeclared_in_words,
    usual_delay_in_words,
)
from sporades.acts.accommodating import UNSENT, silence_told
from sporades.core.french import ended, instant_in_words
from sporades.exams.schema.accommodations import Accommodations
from sporades.registrations.changes import have_sensitive
from sporades.registrations.checklist import Check
from sporades.registrations.models import Registration, Version
from sporades.web.candidate.accommodations.asked import (
    NOTHING_LOST,
    asked_rows,
    decided_before,
    guardian_signs,
    lost_by,
    spared,
)
from sporades.web.candidate.accommodations.confided import (
    SERVES_AGAIN,
    cases_shown_of,
    erased_before_in_words,
    has_confided,
)
from sporades.web.candidate.accommodations.contesting import said_of_appeals
from sporades.web.candidate.accommodations.pressed import press_in_time, told_of
from sporades.web.candidate.accommodations.standing import Standing, standing_of
from sporades.web.candidate.accommodations.taking_up import offers_to
from sporades.web.candidate.accommodations.to_do import (
    NOTHING_TO_DO,
    outcome_of,
    shown_beside,
    to_do_of,
)
from sporades.web.candidate.own import own_registration
from sporades.web.layout.arrivals import OLDEST_ARRIVAL, TOLD_FOR, Press

LATE_ACTS = {
    Lateness.FIRST: "Dire pourquoi elle est tardive",
    Lateness.ADDING: "Dire pourquoi cet ajout est tardif",
    Lateness.CLOSED: "Retirer ce qui s'ajoute trop tard",
}
"""The button that leads to what the deadline asks, where it would refuse the request."""


def accommodation(request: HttpRequest, number: str) -> HttpResponse:
    """Show where the request stands, what it asks, what is to be done; or how to begin one."""
    found = own_registration(request, number)
    press = _press(request, found)
    context = _page(request, found)
    is_offered = press is not None and (context.get("may_send") or not press.counts)
    told = told_of(
        request,
        press if is_offered else None,
        found,
        button="Envoyer ma demande",
        again="Cliquez de nouveau",
    )
    return render(request, "candidate/accommodation.html", {**context, **told})


def _press(request: HttpRequest, registration: Registration) -> Press | None:
    """Return « Envoyer ma demande » that came in time, as its reader's session had just ended."""
    late = partial(is_late, registration)
    # Nothing is asked of the database but around the deadline.
    if not late(request.arrived_at + OLDEST_ARRIVAL) or late(request.arrived_at - TOLD_FOR):
        return None
    case = open_case_of(registration)
    if case is None or not case.is_writable:
        return None
    return press_in_time(
        request,
        registration,
        UNSENT,
        is_late=late,
        path=reverse("candidate:accommodation_send", args=[registration.number]),
        fields=[("vu", str(case.revision))],
    )


def _page(request: HttpRequest, registration: Registration) -> dict[str, Any]:
    at = request.arrived_at
    cases = cases_shown_of(registration=registration.pk, at=at)
    case, former = last_among(cases), decision_among(cases)
    now = rules_of(registration)
    rules = rules_for(registration, case) or rules_for(registration, former)
    if case is not None:
        case.registration = registration
        prefetch_related_objects([case], "measures")
    is_open = case is not None and case.is_open
    too_late = is_over(registration, at)
    fallen = fallen_before(registration) if now and not cases else None
    proposed = proposals(registration) if now and not case and not fallen else []
    before = decided_before(proposed)
    return {
        "registration": registration,
        "stands": ended(registration.state_in_words),
        "rules": rules,
        "case": case,
        **_taken_back(cases, registration),
        "is_late": is_late(registration, at),
        "closing": registration.service.said(deadline_of(registration), registration.reader_zone),
        "deadline": deadline_in_words(registration, at=at) if rules else "",
        "guardian_signs": guardian_signs(registration, at=at),
        "usual": "" if case else usual_delay_in_words(rules),
        "may_begin": registration.is_active and now is not None and not is_open and not too_late,
        "fallen": fallen,
        "is_decided_elsewhere": rules is not None
        and bool(cases[0].has_elsewhere if cases else decided_elsewhere_among([registration], at)),
        "offered": offers_to(registration)
        if rules and (case is None or (is_open and case.is_writable))
        else [],
        "proposed": _proposed(proposed, now),
        "unread_before": reverse(
            "candidate:document", args=[before.registration.number, NOTIFICATION.slug]
        )
        if before is not None and before.is_to_read
        else "",
        "spared": spared(registration, proposed=proposed, at=at)
        if former is None and (case is None or (case.is_writable and case.is_former_held))
        else "",
        **(_of_case(case, former, registration, at=at) if case else {"steps": [], "asked": []}),
        **_of_decision(former, registration, case, at=at),
    }


def _taken_back(cases: list[Case], registration: Registration) -> dict[str, Any]:
    """Say that the last request was taken back, and the one before where only that one was sent."""
    left = taken_back_among(cases)
    if left is None:
        is_stopped = not registration.is_active and bool(cases)
        confided = is_stopped and has_confided(registration)
        return {"taken_back": "", "was_sent": False, "has_confided": confided}
    told = [left]
    if left.asked_at is None:
        before = [one for one in cases if one.begun_at < left.begun_at and not one.is_cancelled]
        sent = next((one for one in before if one.asked_at is not None), None)
        told += [sent] if sent is not None and taken_back_among([sent]) else []
    for one in told:
        one.registration = registration
    return {
        "taken_back": " ".join(taken_back_in_words(one) for one in told),
        "was_sent": told[-1].asked_at is not None,
        "has_confided": has_confided(registration),
    }


def _of_decision(
    last: Case | None, registration: Registration, case: Case | None, *, at: Any
) -> dict[str, Any]:
    """Return the last decision that was notified: what it says is read in its document first."""
    if last is None or last.notified_at is None:
        return {"decision": None, "decided": []}
    zone, last.registration = registration.service.zone, registration
    return {
        "decision": last,
        "decided_under": rules_for(registration, last),
        "is_former": case is not None and case.pk != last.pk,
        "is_taken_again": case is not None and case.instead_of_id is not None,
        "document": NOTIFICATION.slug if last.notification else "",
        "decided": [] if last.is_to_read else _decided(last, registration),
        "decided_by": _decided_by(last, zone),
        "changed_since": changed_since_in_words(registration, last.decided_at),
        "grants": any(one.decided_code for one in last.measures.all()),
        "interrupts": INTERRUPTS,
        "only_once": ONLY_ONCE,
        "contested": contest_in_words(last, last.notified_at, last.opened_at, posting=last.posting),
        **said_of_appeals(last, registration, last=case, at=at),
    }


def _of_case(
    case: Case, former: Case | None, registration: Registration, *, at: Any
) -> dict[str, Any]:
    standing = standing_of(case, registration, at=at)
    left, missing = standing.left(former), standing.missing
    is_undeclared = _is_undeclared(case, registration, at=at)
    is_serving_again = standing.is_theirs and case.is_writable and case.was_confided_before
    return {
        **_stands(case, former, missing),
        **_to_be_done(standing, left, at=at),
        **_signed(standing, registration.service.zone),
        **(lost_by(case, former, standing.sat) if standing.is_theirs else NOTHING_LOST),
        "taken_again": taken_again_in_words(case) if case.is_open else "",
        "may_withdraw": case.is_undecided and standing.is_theirs,
        "may_take_up": may_take_up(case, registration),
        "undeclared": undeclared_in_words(case) if is_undeclared else "",
        "is_asked_by_doctor": standing.is_asked,
        "asked": asked_rows(case, standing.sat),
        "is_writable": standing.is_writable,
        "may_change": standing.may_change,
        "is_to_choose": standing.is_to_choose,
        "is_to_specify": standing.is_to_specify,
        "late_act": LATE_ACTS.get(standing.late, ""),
        "may_send": standing.may_send,
        "next": left.next if standing.is_writable or left.acts else "",
        "emptied": emptied_in_words(case, standing.sat),
        "health_papers": standing.papers,
        "erased_before": erased_before_in_words(case.emptied_at, registration),
        "serves_again": SERVES_AGAIN if is_serving_again else "",
        "is_answered": is_answered(case) and case.state == State.INCOMPLETE,
        "silence": silence_told(case, at=at),
        "missing": _missing_in_words(missing, left) if standing.is_writable else "",
    }


def _to_be_done(standing: Standing, left: Left, *, at: Any) -> dict[str, Any]:
    """Return what its candidate does next, as a list where there is one, and the steps beside it."""
    case, is_listed, is_asked = standing.case, standing.is_listed, standing.is_asked
    steps = steps_of(case, at=at, papers=standing.missing, is_listed=is_listed)
    shown = shown_beside(steps) if is_listed else steps
    may = {"is_to_sign": standing.is_to_sign, "may_send": standing.may_send}
    return {
        **(to_do_of(case, left, steps, **may) if is_listed else NOTHING_TO_DO),
        "steps": [_step(step, case, is_asked=is_asked) for step in shown],
    }


def _signed(standing: Standing, zone: str) -> dict[str, Any]:
    """Return who signed, and whether that still holds."""
    signature, last = standing.signature, standing.last
    return {
        "needs_signature": standing.is_to_sign,
        "signed": f"Signée par {signature}, le {signature.signed_in_words(zone)}."
        if signature
        else "",
        "signed_before": f"Signée par {last}, le {last.signed_in_words(zone)}, puis changée : cette "
        "signature ne vaut plus, votre représentant légal signe de nouveau."
        if last is not None and standing.awaits_signature
        else "",
    }


def _stands(case: Case, former: Case | None, missing: str) -> dict[str, str]:
    """Return where a request stands: what was decided, once that is read; or that it lacks a paper."""
    if case.state == State.NOTIFIED and former is not None and not case.is_to_read:
        return outcome_of(case.measures.all())
    said = _state(case)
    if missing and case.state in LACKING:
        lacking = "des papiers" if missing.count("«") > 1 else "un papier"
        return {"state": f"{said} : il manque {lacking}", "kind": "warning"}
    return {"state": said, "kind": case.kind}


def _state(case: Case) -> str:
    """Say where a request stands; of one that goes no further, without asking for it to be sent."""
    if case.instead_of_id is not None and case.is_open:
        return "Décision reprise"
    if case.state == State.PREPARING and is_stopped(case):
        return "Pas envoyée de nouveau" if case.asked_at is not None else "Pas envoyée"
    return str(case.get_state_display())


def _is_undeclared(case: Case, registration: Registration, *, at: Any) -> bool:
    """Return whether the answer on the handicap goes against a request, and is to be spoken of.

    Whoever asks with that answer given already knows what they do; before a first sending they may
    still change it, for as long as the registration is changed.
    """
    if not registration.is_active or registration.has_disability:
        return False
    if case.asked_at is None and registration.is_amendable(at):
        return True
    if registration.amended_at is None or registration.amended_at < case.begun_at:
        return False
    since = Version.objects.filter(registration=registration.pk, filed_at__gte=case.begun_at)
    return any(have_sensitive(one) for one in since.values_list("changes", flat=True))


def _missing_in_words(missing: str, left: Left) -> str:
    """Say what a request lacks, that it may be sent so, what is still due then, and until when.

    Before it is signed too: at the last hour, whoever has no paper yet would give up there.
    """
    if not missing:
        return ""
    others = {*left.acts} - {Act.CONFIDE}
    before = {frozenset(): "", frozenset({Act.SIGN}): "faire signer et "}
    act = f"{before.get(frozenset(others), 'finir et ')}envoyer"
    return f"Il reste à déposer {missing}. {WITHOUT_THEM} {SENT_WITHOUT.format(act=act)}"


def _step(step: Check, case: Case, *, is_asked: bool) -> dict[str, Any]:
    """Return a step, with the way to what its doctor asks, where it waits for that."""
    if not is_asked or step.state != "yours":
        return {**asdict(step), "url": "", "act": ""}
    health = reverse("candidate:health", args=[case.registration.number])
    return {**asdict(step), "url": f"{health}#demande-du-medecin", "act": "Lire son commentaire"}


def _decided(case: Case, registration: Registration) -> list[dict[str, str]]:
    sat = sat_for(registration, case)
    return [_decided_of(case, one, sat) for one in case.measures.all()]


def _decided_of(case: Case, measure: AskedMeasure, sat: list[Sat]) -> dict[str, str]:
    return {
        "label": measure.named,
        "papers": ""
        if measure.decision == Decision.REFUSED
        else decided_on_papers(case, measure, sat),
        "said": measure.decision_in_words,
        "kind": "error" if measure.decision == Decision.REFUSED else "success",
        "reason": measure.reason,
    }


def _decided_by(case: Case, zone: str) -> str:
    when = instant_in_words(case.decided_at, zone) if case.decided_at else ""
    return f"{case.author_in_words}, le {when}"


def _proposed(proposed: list[Proposal], rules: Accommodations | None) -> list[str]:
    """Return what was granted on another registration, in words."""
    labels = {one.code: one.label for one in rules.measures} if rules else {}
    return [f"{labels[one.code]} ({one.session})" for one in proposed]
