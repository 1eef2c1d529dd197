"""« Aménagement d'épreuves » of a registration: have signed, send, follow, take back (H1, H4)."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.accommodations.contesting import contest_in_words, papers_needed_until
from sporades.accommodations.late import Lateness, added_to, late_told, lateness_of
from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.operations import Rewritten
from sporades.accommodations.queries import (
    asked_again,
    cases_of,
    decision_among,
    last_among,
    open_case_of,
    proposals,
    taken_back_among,
)
from sporades.accommodations.rules import (
    Sat,
    Wish,
    deadline_of,
    decision_on_papers,
    excluding,
    held_by_wishes,
    is_late,
    is_minor,
    is_over,
    not_asked_again,
    papers_in_words,
    rules_of,
    sat_by,
    to_choose,
    to_choose_again,
    to_specify,
    why_complete,
    without_paper,
)
from sporades.accommodations.states import Decision, State
from sporades.accommodations.tracker import (
    WITHOUT_THEM,
    deadline_in_words,
    is_answered,
    sent_in_words,
    steps_of,
    taken_again_in_words,
    taken_back_in_words,
    undeclared_in_words,
    usual_delay_in_words,
)
from sporades.acts import accommodating as acts
from sporades.acts.guardians import guardian_address
from sporades.acts.opining import is_asked_by_doctor
from sporades.core.french import day_in_words, instant_in_words, local_day, quoted
from sporades.core.refusals import Refused
from sporades.exams.schema.accommodations import Accommodations, Procedure
from sporades.medical.queries import compartment, papers_of, remarks_of
from sporades.registrations.checklist import Check
from sporades.registrations.models import Registration
from sporades.registrations.queries import registration_of
from sporades.retention.categories import confided_until
from sporades.web.candidate.accommodation_forms import still_sat
from sporades.web.candidate.confided import (
    SERVES_AGAIN,
    cases_and_papers_of,
    last_with_papers_of,
    missing_in_words,
    papers_called_for,
)
from sporades.web.candidate.signature_form import SignatureForm
from sporades.web.layout.kept import forget, typed_before
from sporades.web.layout.seen import seen_in

PAGE = "candidate:accommodation"
_KEPT_TO_SIGN = (
    "Votre session s'était terminée. Rien n'est signé : vérifiez ce qui est écrit ici, puis signez."
)
NOT_SIGNED = (
    "Rien n'est signé : cette demande a changé dans une autre fenêtre ou sur un autre appareil. "
    "Relisez cette page."
)
NOT_WITHDRAWN = (
    "Rien n'est retiré : votre demande a changé dans une autre fenêtre ou sur un autre appareil. "
    "Voici où elle en est ; vous pouvez encore la retirer."
)
SENT = "envoyee"
"""What the page that withdraws a request sends of one that it says to be sent."""
PROCEDURES_SAID = {
    Procedure.COMPLETE: "Complète : un médecin désigné lit vos papiers et donne son avis sur chaque "
    "mesure",
    Procedure.SIMPLE: "Simplifiée : votre plan porte déjà l'avis d'un médecin, qu'un médecin "
    "désigné vérifie",
}
FORMER_SPARES = (
    "La décision qui vous a été notifiée pour une inscription précédente ne passe pas d'elle-même à "
    "celle-ci. Le service l'a déjà : vous n'avez pas à la joindre. Le reste se fait comme la première "
    "fois : papiers de santé, {signature}avis d'un médecin, nouvelle décision."
)
"""What a decision on another registration of the same exam spares, and what it does not."""
NOTHING_LOST = {"replacing": "", "lost": [], "was_read": True}
"""Of a request that no decision came before."""


def accommodation(request: HttpRequest, number: str) -> HttpResponse:
    """Show where the request stands, what it asks, what is to be done; or how to begin one."""
    found = _registration(request, number)
    return render(request, "candidate/accommodation.html", _page(request, found))


def sign(request: HttpRequest, number: str) -> HttpResponse:
    """Have the guardian of a minor sign what is asked."""
    found, rules = writable(request, number)
    case = open_case_of(found)
    if rules is None or case is None or not case.measures.exists():
        return _not_signed(request, found)
    case.registration = found
    sat = sat_by(found)
    if _to_choose(case, sat) or to_specify(rules, _wishes_of(case)):
        return _not_signed(request, found)
    waiting = typed_before(request)
    if waiting and request.method != "POST":
        messages.warning(request, _KEPT_TO_SIGN)
    form = SignatureForm(
        request.POST if request.method == "POST" else None,
        case=case,
        address=guardian_address(found),
        waiting=waiting,
    )
    if request.method == "POST" and form.is_valid():
        try:
            acts.sign(
                case=case,
                **form.signed,
                seen=form.seen,
                by=request.actor,
                at=request.arrived_at,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            forget(request)
            messages.success(request, "La demande est signée. Il reste à l'envoyer.")
        return redirect(PAGE, found.number)
    former = decision_among(cases_of(registration=found.pk))
    context = {
        "registration": found,
        "form": form,
        "asked": _asked(case, sat),
        **_lost(case, former, sat),
    }
    status = 422 if form.errors else 200
    return render(request, "candidate/accommodation_sign.html", context, status=status)


def _not_signed(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Go back where nothing is to be signed now; whoever has just signed is told that it is not taken."""
    if request.method == "POST":
        forget(request)
        messages.error(request, NOT_SIGNED)
    return redirect(PAGE, registration.number)


def send(request: HttpRequest, number: str) -> HttpResponse:
    """« Envoyer ma demande », as it was read over."""
    found = _registration(request, number)
    case = open_case_of(found)
    if case is not None:
        try:
            seen = seen_in(request.POST, "vu")
            acts.send(case=case, seen=seen, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            _say_sent(request, found)
    return redirect(PAGE, found.number)


def _say_sent(request: HttpRequest, registration: Registration) -> None:
    sent = last_with_papers_of(registration)
    missing = missing_in_words(papers_called_for(sent, registration))
    if missing:
        said = f"Votre demande est envoyée. Il reste à confier {missing}. {WITHOUT_THEM}"
        messages.warning(request, said)
    else:
        messages.success(request, "Votre demande est envoyée : un mail vous le confirme.")


def take_up(request: HttpRequest, number: str) -> HttpResponse:
    """« Modifier ma demande », while nobody has looked at it, confirmed: it waits meanwhile."""
    found = _registration(request, number)
    case = open_case_of(found)
    if case is not None and request.method == "POST":
        try:
            acts.take_up(case=case, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("candidate:accommodation_measures", found.number)
    if case is None or not may_take_up(case, found) or request.method == "POST":
        return redirect(PAGE, found.number)
    case.registration = found
    sent = sent_in_words(case)
    context = {
        "registration": found,
        "sent": f"{sent[:1].lower()}{sent[1:]}",
        "was_in_time": not is_late(found, case.first_asked_at or request.arrived_at),
        "lateness": lateness_of(case, found, at=request.arrived_at).value,
        "needs_signature": is_minor(found, request.arrived_at),
    }
    return render(request, "candidate/accommodation_take_up.html", context)


def keep_as_sent(request: HttpRequest, number: str) -> HttpResponse:
    """« Garder ma demande telle qu'elle était envoyée »: what was changed since is left."""
    found = _registration(request, number)
    case = open_case_of(found)
    if case is not None:
        try:
            seen = seen_in(request.POST, "vu")
            acts.keep_as_sent(case=case, seen=seen, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = "Votre demande est gardée telle qu'elle était envoyée, à sa date."
            messages.success(request, said)
    return redirect(PAGE, found.number)


def may_take_up(case: Case, registration: Registration) -> bool:
    """Return whether its candidate may still change a request that was sent."""
    is_theirs = case.instead_of_id is None
    return case.state == State.ASKED and registration.is_active and is_theirs


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """« Retirer ma demande », confirmed: the one that was read, sent or not as it was said to be."""
    found = _registration(request, number)
    case = open_case_of(found)
    if case is None or not case.is_undecided or case.instead_of_id is not None:
        return redirect(PAGE, found.number)
    status = 200
    if request.method == "POST":
        read = {"seen": seen_in(request.POST, "vu"), "was_sent": SENT in request.POST}
        try:
            acts.withdraw(case=case, **read, by=request.actor, at=request.arrived_at)
        except Rewritten:
            messages.error(request, NOT_WITHDRAWN)
            status = 409
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(PAGE, found.number)
        else:
            messages.success(request, "Votre demande est retirée.")
            return redirect(PAGE, found.number)
    context = {
        "registration": found,
        "case": case,
        "again": _again(found, at=request.arrived_at),
        "papers": _papers_left(found, case, at=request.arrived_at),
    }
    return render(request, "candidate/accommodation_withdraw.html", context, status=status)


def _papers_left(registration: Registration, case: Case, *, at: datetime) -> str:
    """Say what becomes of what was confided once a request is taken back; of nothing, nothing."""
    if not _has_confided(registration):
        return ""
    others = [one for one in cases_of(registration=registration.pk) if one.pk != case.pk]
    until = papers_needed_until(others, registration.service.zone)
    is_contestable = until is not None and until > at
    day = day_in_words(confided_until(until if is_contestable else at))
    kept = (
        "restent jusqu'à la fin du délai pour contester la décision qui vous a été notifiée : ils "
    )
    return (
        f"Les papiers de santé et les commentaires que vous avez confiés {kept if is_contestable else ''}"
        f"sont effacés à partir du {day}. Si vous faites une autre demande d'ici là, ils y serviront."
    )


def _has_confided(registration: Registration) -> bool:
    found = compartment(registration)
    return found is not None and (papers_of(found).exists() or remarks_of(found).exists())


def _again(registration: Registration, *, at: datetime) -> str:
    """Say what becomes of a request that is made after this one is taken back."""
    deadline = registration.service.said(deadline_of(registration), registration.reader_zone)
    if not registration.is_active or is_over(registration, at):
        return (
            f"La date limite, le {deadline}, est passée : vous ne pourrez pas en faire une autre."
        )
    if is_late(registration, at):
        return (
            f"La date limite, le {deadline}, est passée : une autre demande serait tardive, et "
            "vous devriez en donner la raison."
        )
    return f"Vous pourrez en faire une autre avant le {deadline}."


def replacing(former: Case, zone: str) -> str:
    """Say that the decision on another request will replace the one that is in force."""
    day = day_in_words(local_day(former.notified_at, zone)) if former.notified_at else ""
    return (
        f"La décision sur cette demande remplacera celle qui vous a été notifiée le {day}, qui "
        "reste en vigueur d'ici là."
    )


def _lost(case: Case, former: Case | None, sat: list[Sat]) -> dict[str, Any]:
    """Return what the decision on a request would replace, and what it would not grant any more."""
    rules = rules_of(case.registration)
    if rules is None or former is None or not case.is_undecided or former.pk == case.pk:
        return NOTHING_LOST
    before = still_sat(asked_again(former, rules), sat)
    gone = not_asked_again(
        rules, sat, [Wish(one.code, one.papers) for one in before], _wishes_of(case)
    )
    return {
        "replacing": replacing(former, case.registration.service.zone),
        "lost": [_in_words(rules, wish, sat) for wish in gone],
        "was_read": not former.is_to_read,
    }


def _in_words(rules: Accommodations, wish: Wish, sat: list[Sat]) -> str:
    measure = rules.measure(wish.code)
    label = measure.label if measure else wish.code
    if measure is None or not measure.is_by_paper:
        return label
    return f"{label} ({papers_in_words(wish.papers, sat, wish.code)})"


def _page(request: HttpRequest, registration: Registration) -> dict[str, Any]:
    at = request.arrived_at
    cases = cases_and_papers_of(registration=registration.pk)
    rules, case, former = rules_of(registration), last_among(cases), decision_among(cases)
    if case is not None:
        case.registration = registration
        prefetch_related_objects([case], "measures")
    is_open = case is not None and case.is_open
    too_late = is_over(registration, at)
    return {
        "registration": registration,
        "rules": rules,
        "case": case,
        **_taken_back(cases, registration),
        "closing": registration.service.said(deadline_of(registration), registration.reader_zone),
        "deadline": deadline_in_words(registration, at=at) if rules else "",
        "usual": "" if case else usual_delay_in_words(rules),
        "may_begin": registration.is_active and rules is not None and not is_open and not too_late,
        "proposed": [] if case else _proposed(registration, rules),
        "spared": spared(registration, at=at)
        if former is None and (case is None or (case.is_writable and case.is_former_held))
        else "",
        **(_of_case(case, former, registration, at=at) if case else {"steps": [], "asked": []}),
        **_of_decision(former, registration, case),
    }


def _taken_back(cases: list[Case], registration: Registration) -> dict[str, Any]:
    """Say that the last request was taken back, and the one before where only that one was sent."""
    left = taken_back_among(cases)
    if left is None:
        return {"taken_back": "", "was_sent": False, "has_confided": False}
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
        "has_confided": _has_confided(registration),
    }


def spared(registration: Registration, *, at: datetime) -> str:
    """Say what a decision on another registration spares, and what is still to be done."""
    signature = "signature de votre représentant légal, " if is_minor(registration, at) else ""
    return FORMER_SPARES.format(signature=signature)


def _of_decision(
    last: Case | None, registration: Registration, case: Case | None
) -> dict[str, Any]:
    """Return the last decision that was notified: what it says is read in its document first."""
    if last is None or last.notified_at is None:
        return {"decision": None, "decided": []}
    zone = registration.service.zone
    return {
        "decision": last,
        "is_former": case is not None and case.pk != last.pk,
        "is_taken_again": case is not None and case.instead_of_id is not None,
        "document": NOTIFICATION.slug if last.notification else "",
        "decided": [] if last.is_to_read else _decided(last, registration),
        "decided_by": _decided_by(last, zone),
        "contested": contest_in_words(last.notified_at, last.opened_at, zone),
    }


def _of_case(
    case: Any, former: Case | None, registration: Registration, *, at: Any
) -> dict[str, Any]:
    is_writable = case.is_writable and registration.is_active
    is_writable = is_writable and not (case.asked_at is None and is_over(registration, at))
    has_measures = bool(case.measures.all())
    sat = sat_by(registration) if has_measures else []
    is_to_choose = is_writable and bool(_to_choose(case, sat))
    rules = rules_of(registration)
    is_to_specify = is_writable and rules is not None and bool(to_specify(rules, _wishes_of(case)))
    is_chosen = has_measures and not is_to_choose and not is_to_specify
    needs_signature = is_writable and is_minor(registration, at)
    zone = registration.service.zone
    last = case.signatures.order_by("-revision").first()
    signature = last if last is not None and last.revision == case.revision else None
    is_looked_at = case.is_undecided and case.state != State.OPINION_GIVEN
    papers = papers_called_for(case, registration) if is_looked_at and has_measures else []
    missing = missing_in_words(papers)
    is_ready = is_writable and is_chosen and not (needs_signature and signature is None)
    steps = steps_of(case, at=at, papers=missing, is_ready=is_ready)
    is_asked = is_asked_by_doctor(case) and not is_answered(case)
    is_theirs = case.instead_of_id is None
    return {
        "state": case.get_state_display() if is_theirs or not case.is_open else "Décision reprise",
        "taken_again": taken_again_in_words(case) if case.is_open else "",
        "may_withdraw": case.is_undecided and is_theirs,
        "may_take_up": may_take_up(case, registration),
        "undeclared": undeclared_in_words(case)
        if registration.is_active and not registration.has_disability
        else "",
        **(_lost(case, former, sat) if is_theirs else NOTHING_LOST),
        "steps": [_step(step, case, is_asked=is_asked) for step in steps],
        "is_asked_by_doctor": is_asked,
        "asked": _asked(case, sat),
        "is_writable": is_writable,
        "is_to_choose": is_to_choose and not is_to_specify,
        "is_to_specify": is_to_specify,
        "needs_signature": needs_signature and signature is None and is_chosen,
        "signed": f"Signée par {signature}, le {signature.signed_in_words(zone)}."
        if signature
        else "",
        "signed_before": f"Signée par {last}, le {last.signed_in_words(zone)}, puis changée : cette "
        "signature ne vaut plus, votre représentant légal signe de nouveau."
        if last is not None and signature is None and needs_signature
        else "",
        "may_send": is_ready,
        "without_paper": _without_paper(case, sat),
        "health_papers": papers,
        "serves_again": SERVES_AGAIN
        if is_theirs and case.is_writable and case.was_confided_before
        else "",
        "is_answered": is_answered(case) and case.state == State.INCOMPLETE,
        "missing": missing if is_writable else "",
    }


def _step(step: Check, case: Case, *, is_asked: bool) -> dict[str, Any]:
    """Return a step, with the way to what its doctor asks, where it waits for that."""
    if not is_asked or step.state != "missing":
        return {**asdict(step), "url": "", "act": ""}
    health = reverse("candidate:health", args=[case.registration.number])
    return {**asdict(step), "url": f"{health}#demande-du-medecin", "act": "Lire son commentaire"}


def _to_choose(case: Case, sat: list[Sat]) -> list[str]:
    """Return the codes of the measures of a request whose épreuves are still to be ticked."""
    rules = rules_of(case.registration)
    if rules is None:
        return []
    wishes = _wishes_of(case)
    apart = [
        one.code for pair in excluding(rules, held_by_wishes(rules, sat, wishes)) for one in pair
    ]
    again = to_choose_again(rules, sat, wishes) if case.is_writable else []
    return [*to_choose(rules, sat, wishes), *apart, *again]


def _without_paper(case: Case, sat: list[Sat]) -> str:
    """Name the measures of a request that is looked at, and that are for no épreuve any more."""
    rules = rules_of(case.registration)
    if rules is None or case.is_writable or not case.is_undecided:
        return ""
    return quoted(one.label for one in without_paper(rules, sat, _wishes_of(case)))


def _wishes_of(case: Case) -> list[Wish]:
    return [Wish(one.code, tuple(one.papers), one.precision) for one in case.measures.all()]


def _asked(case: Case, sat: list[Sat]) -> list[tuple[str, str]]:
    """Return each measure with its épreuves, then what goes with the request."""
    rules, unsaid = rules_of(case.registration), _to_choose(case, sat)
    rows = [
        (
            one.named,
            "Épreuves à choisir"
            if one.code in unsaid
            else papers_in_words(one.papers, sat, one.code),
        )
        for one in case.measures.all()
    ]
    if rules is None or not rows:
        return rows
    if rules.former is not None:
        rows.append((rules.former.label, case.former_in_words))
    if rules.plans:
        plan = rules.plan(case.plan)
        rows.append(("Plan en vigueur", plan.label if plan else "Aucun"))
    rows += late_told(case, case.measures.all(), _added(case, sat))
    codes = [one.code for one in case.measures.all()]
    why = why_complete(case.registration, case, measures=codes)
    said = PROCEDURES_SAID[Procedure(case.procedure)]
    return [*rows, ("Procédure", f"{said}. Pourquoi : {why}" if why else said)]


def _added(case: Case, sat: list[Sat]) -> list[str] | None:
    """Return what is added late to a request that its candidate changes; one that is sent says it."""
    if not case.is_writable or not case.late_reason:
        return None
    return added_to(case, _wishes_of(case), sat, Lateness.ADDING)


def _decided(case: Case, registration: Registration) -> list[dict[str, str]]:
    sat = sat_by(registration)
    return [_decided_of(one, sat) for one in case.measures.all()]


def _decided_of(measure: AskedMeasure, sat: list[Sat]) -> dict[str, str]:
    return {
        "label": measure.named,
        "papers": "" if measure.decision == Decision.REFUSED else decision_on_papers(measure, sat),
        "said": measure.decision_in_words,
        "kind": "error" if measure.decision == Decision.REFUSED else "success",
        "reason": measure.reason,
    }


def _decided_by(case: Case, zone: str) -> str:
    when = instant_in_words(case.decided_at, zone) if case.decided_at else ""
    return f"{case.author_in_words}, le {when}"


def _proposed(registration: Registration, rules: Accommodations | None) -> list[str]:
    """Return what was granted in another session, in words."""
    if rules is None:
        return []
    labels = {one.code: one.label for one in rules.measures}
    return [f"{labels[one.code]} ({one.session})" for one in proposals(registration)]


def writable(request: HttpRequest, number: str) -> tuple[Registration, Accommodations | None]:
    """Return a registration, and its rules where a request may be written for it now."""
    found = _registration(request, number)
    rules, case = rules_of(found), open_case_of(found)
    if rules is None:
        raise Http404
    is_sent = case is not None and case.asked_at is not None
    is_closed = not is_sent and is_over(found, request.arrived_at)
    if not found.is_active or is_closed or (case is not None and not case.is_writable):
        return found, None
    return found, rules


def _registration(request: HttpRequest, number: str) -> Registration:
    found: Registration = get_object_or_404(registration_of, user=request.user.pk, number=number)
    return found
