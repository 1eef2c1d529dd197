"""« Aménagement d'épreuves » of a registration: choose, have signed, send, follow (H1, H4)."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.operations import Asked, Rewritten
from sporades.accommodations.queries import (
    asked_again,
    cases_of,
    decision_among,
    holds_decision_of,
    last_among,
    open_among,
    open_case_of,
    proposals,
)
from sporades.accommodations.rules import (
    Sat,
    Wish,
    contest_in_words,
    deadline_of,
    excluding,
    granted_in_part,
    held_by_wishes,
    is_late,
    is_minor,
    is_over,
    late_in_words,
    not_asked_again,
    papers_in_words,
    papers_needed_until,
    rules_of,
    sat_by,
    suiting_papers,
    to_choose,
    to_specify,
    why_complete,
)
from sporades.accommodations.states import Decision, State
from sporades.accommodations.tracker import (
    WITHOUT_THEM,
    deadline_in_words,
    kept_date_in_words,
    sent_in_words,
    steps_of,
    taken_again_in_words,
    undeclared_in_words,
    usual_delay_in_words,
)
from sporades.acts import accommodating as acts
from sporades.acts.opining import is_asked_by_doctor
from sporades.core.french import day_in_words, instant_in_words, listed, local_day
from sporades.core.refusals import Refused
from sporades.exams.schema.accommodations import Accommodations, Procedure
from sporades.registrations.checklist import Check
from sporades.registrations.fields import as_data
from sporades.registrations.models import Registration
from sporades.registrations.queries import registration_of
from sporades.retention.categories import confided_until
from sporades.web.candidate.accommodation_forms import (
    ChoicesForm,
    MeasuresForm,
    PapersForm,
    SignatureForm,
    still_sat,
)
from sporades.web.candidate.confided import (
    SERVES_AGAIN,
    cases_and_papers_of,
    last_with_papers_of,
    missing_in_words,
    papers_called_for,
)
from sporades.web.layout.kept import forget, kept, typed_before
from sporades.web.layout.seen import seen_in
from sporades.web.wizard import conflicts
from sporades.web.wizard.tabs import REVISION

PAGE = "candidate:accommodation"
LEAVE, BACK = "quitter", "mesures"
"""The buttons that leave a page, and keep what was changed in it."""
FIRST_REVISION = 1
_KEPT = (
    "Votre session s'était terminée. Vos réponses sont là, elles ne sont pas enregistrées : "
    "vérifiez-les, puis continuez."
)
_KEPT_TO_SIGN = (
    "Votre session s'était terminée. Rien n'est signé : vérifiez ce qui est écrit ici, puis signez."
)
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


def measures(request: HttpRequest, number: str) -> HttpResponse:
    """Choose measures; then the épreuves of each, where there is a choice."""
    found, rules = _writable(request, number)
    if rules is None:
        return redirect(PAGE, found.number)
    asking = _Asking(found, rules, at=request.arrived_at)
    case, former = asking.case, asking.former
    shown = MeasuresForm(**asking.options)
    answers = _answers(request, shown)
    form = shown if answers is None else MeasuresForm(answers, **asking.options)
    posted = request.method == "POST"
    if posted and (taken := _take_measures(request, asking, form)):
        return taken
    context = {
        "registration": found,
        "form": form,
        "revision": _seen(answers) or asking.revision,
        "rules": rules,
        "deadline": kept_date_in_words(case)
        if case is not None and case.asked_at
        else deadline_in_words(found, at=request.arrived_at),
        "replacing": _replacing(former, found.service.zone) if former else "",
        "signed": _is_signed(case, found, at=request.arrived_at),
        "spared": _spared(found, at=request.arrived_at)
        if asking.options["proposed"] and former is None
        else "",
        "document": NOTIFICATION.slug,
        "unread": former if former and former.is_to_read else None,
    }
    status = 422 if posted else 200
    return render(request, "candidate/accommodation_measures.html", context, status=status)


def _take_measures(
    request: HttpRequest, asking: "_Asking", form: MeasuresForm
) -> HttpResponse | None:
    """Keep what was chosen and go where the button leads; nothing where it cannot be kept."""
    found, is_leaving = asking.registration, LEAVE in request.POST
    if is_leaving and not form.has_changed():
        return _leave(request, PAGE, found)
    if not form.is_valid():
        return None
    try:
        written = _write(request, found, form.asked())
    except Rewritten:
        now = _Asking(found, asking.rules, at=request.arrived_at)
        make = partial(MeasuresForm, **now.options)
        return _in_two_ways(request, found, make, form.data, revision=now.revision)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(PAGE, found.number)
    if is_leaving:
        messages.success(request, "Vos choix sont enregistrés.")
        return redirect(PAGE, found.number)
    sat = asking.options["sat"]
    has_choice = any(
        len(suiting_papers(asking.rules, sat, one.code)) > 1 for one in written.measures.all()
    )
    return redirect("candidate:accommodation_papers" if has_choice else PAGE, found.number)


def _leave(request: HttpRequest, where: str, registration: Registration) -> HttpResponse:
    """Leave a page in which nothing was changed."""
    forget(request)
    return redirect(where, registration.number)


class _Asking:
    """What the page of measures is made from."""

    def __init__(self, registration: Registration, rules: Accommodations, *, at: datetime) -> None:
        self.registration, self.rules = registration, rules
        cases = cases_of(registration=registration.pk)
        self.case, self.former = case, former = open_among(cases), decision_among(cases)
        if case is not None:
            case.registration = registration
        proposed = asked_again(former, rules) if former else []
        self.options: dict[str, Any] = {
            "rules": rules,
            "sat": sat_by(registration),
            "case": case,
            "former": former,
            "proposed": proposed or ([] if former or case else proposals(registration)),
            "is_late": is_late(registration, at) and (case is None or case.asked_at is None),
            "is_held": holds_decision_of(registration),
        }

    @property
    def revision(self) -> int:
        """The revision of what it shows: a request that is not begun begins with the first."""
        return self.case.revision if self.case else FIRST_REVISION


def papers(request: HttpRequest, number: str) -> HttpResponse:
    """Choose for which épreuves each measure is asked."""
    found, rules = _writable(request, number)
    case = open_case_of(found)
    if rules is None or case is None or not case.measures.exists():
        return redirect(PAGE, found.number)
    case.registration = found
    make = partial(PapersForm, rules=rules, sat=sat_by(found))
    shown = make(case=case)
    answers = _answers(request, shown)
    form = shown if answers is None else make(answers, case=case)
    posted = request.method == "POST"
    if posted and (taken := _take_papers(request, case, form, make=make)):
        return taken
    context = {
        "registration": found,
        "form": form,
        "revision": _seen(answers) or case.revision,
        "signed": _is_signed(case, found, at=request.arrived_at),
    }
    status = 422 if posted else 200
    return render(request, "candidate/accommodation_papers.html", context, status=status)


def _take_papers(
    request: HttpRequest, case: Case, form: PapersForm, *, make: Callable[..., PapersForm]
) -> HttpResponse | None:
    """Keep the épreuves that were ticked, as `_take_measures` does measures."""
    found, is_going_back = case.registration, BACK in request.POST
    where = "candidate:accommodation_measures" if is_going_back else PAGE
    if is_going_back and not form.has_changed():
        return _leave(request, where, found)
    if not is_going_back and not form.is_valid():
        return None
    try:
        _write(request, found, _as_asked(case, form))
    except Rewritten:
        now = open_case_of(found)
        if now is not None:
            now_made = partial(make, case=now)
            return _in_two_ways(request, found, now_made, form.data, revision=now.revision)
    except Refused as refusal:
        messages.error(request, str(refusal))
        where = PAGE
    else:
        if is_going_back:
            _say_kept(request, form)
    return redirect(where, found.number)


def _is_signed(case: Case | None, registration: Registration, *, at: datetime) -> bool:
    """Return whether a guardian has signed what is asked now: a change would be signed anew."""
    return case is not None and is_minor(registration, at) and case.signature is not None


def _as_asked(case: Case, form: PapersForm) -> Asked:
    return Asked(
        wishes=form.wishes(),
        plan=case.plan,
        has_former_decision=case.has_former_decision,
        late_reason=case.late_reason,
        late_words=case.late_words,
    )


def _say_kept(request: HttpRequest, form: PapersForm) -> None:
    if labels := form.unticked():
        named = listed([f"« {one} »" for one in labels])
        said = f"Vos autres choix sont enregistrés. Aucune épreuve n'était cochée pour {named} : "
        messages.warning(request, f"{said}ce que vous aviez choisi avant reste.")
    else:
        messages.success(request, "Vos choix d'épreuves sont enregistrés.")


def _answers(request: HttpRequest, shown: ChoicesForm) -> MultiValueDict[str, Any] | None:
    """Return what was posted, or what waits since the session had ended; else nothing.

    Args:
        request: of the page.
        shown: what is kept now, which may have been chosen instead of what was posted.
    """
    if request.method == "POST":
        return as_data(conflicts.posted(request.POST, stored=shown.kept()))
    if waiting := kept(request):
        messages.warning(request, _KEPT)
        return MultiValueDict(waiting)
    return None


def _seen(answers: MultiValueDict[str, Any] | None) -> int:
    """Return the revision that the page showed, of what it sent; 0 where none is said."""
    return seen_in(answers, REVISION) if answers is not None else 0


def _write(request: HttpRequest, registration: Registration, asked: Asked) -> Case:
    written = acts.write(
        registration=registration,
        asked=asked,
        seen=seen_in(request.POST, REVISION) or None,
        by=request.actor,
        at=request.arrived_at,
    )
    forget(request)
    return written


def _in_two_ways(
    request: HttpRequest,
    registration: Registration,
    make: Callable[..., ChoicesForm],
    answers: MultiValueDict[str, Any],
    *,
    revision: int,
) -> HttpResponse:
    """Show what differs from what another window has kept: one chooses, and nothing is lost."""
    mine, theirs = make(answers), make(as_data(make().kept()))
    context = {
        "registration": registration,
        "here": request.path,
        "differences": [
            replace(one, label=str(mine.fields[one.name].label))
            for one in conflicts.differences(mine=mine, theirs=theirs)
        ],
        "mine": mine.typed(),
        "revision": revision,
        "goes_back": False,
    }
    return render(request, "candidate/accommodation_conflict.html", context, status=409)


def sign(request: HttpRequest, number: str) -> HttpResponse:
    """Have the guardian of a minor sign what is asked."""
    found, rules = _writable(request, number)
    case = open_case_of(found)
    if rules is None or case is None or not case.measures.exists():
        return redirect(PAGE, found.number)
    case.registration = found
    sat = sat_by(found)
    if _to_choose(case, sat) or to_specify(rules, _wishes_of(case)):
        return redirect(PAGE, found.number)
    waiting = typed_before(request)
    if waiting and request.method != "POST":
        messages.warning(request, _KEPT_TO_SIGN)
    form = SignatureForm(
        request.POST if request.method == "POST" else None, case=case, waiting=waiting
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


def send(request: HttpRequest, number: str) -> HttpResponse:
    """« Envoyer ma demande », as it was read over."""
    found = _registration(request, number)
    case = open_case_of(found)
    seen = request.POST.get("vu", "")
    if case is not None:
        try:
            acts.send(
                case=case,
                seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) <= 9 else 0,  # noqa: PLR2004 - of a number
                by=request.actor,
                at=request.arrived_at,
            )
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
    if case is None or not _may_take_up(case, found) or request.method == "POST":
        return redirect(PAGE, found.number)
    case.registration = found
    sent = sent_in_words(case)
    context = {
        "registration": found,
        "sent": f"{sent[:1].lower()}{sent[1:]}",
        "is_late": is_late(found, request.arrived_at),
        "was_in_time": not is_late(found, case.first_asked_at or request.arrived_at),
        "needs_signature": is_minor(found, request.arrived_at),
    }
    return render(request, "candidate/accommodation_take_up.html", context)


def keep_as_sent(request: HttpRequest, number: str) -> HttpResponse:
    """« Garder ma demande telle qu'elle était envoyée »: what was changed since is left."""
    found = _registration(request, number)
    case = open_case_of(found)
    if case is not None:
        try:
            acts.keep_as_sent(case=case, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = "Votre demande est gardée telle qu'elle était envoyée, à sa date."
            messages.success(request, said)
    return redirect(PAGE, found.number)


def _may_take_up(case: Case, registration: Registration) -> bool:
    is_theirs = case.instead_of_id is None
    return case.state == State.ASKED and registration.is_active and is_theirs


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """« Retirer ma demande », confirmed."""
    found = _registration(request, number)
    case = open_case_of(found)
    if case is None or not case.is_undecided or case.instead_of_id is not None:
        return redirect(PAGE, found.number)
    if request.method == "POST":
        try:
            acts.withdraw(case=case, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Votre demande est retirée.")
        return redirect(PAGE, found.number)
    context = {
        "registration": found,
        "case": case,
        "again": _again(found, at=request.arrived_at),
        "papers": _papers_left(found, case, at=request.arrived_at),
    }
    return render(request, "candidate/accommodation_withdraw.html", context)


def _papers_left(registration: Registration, case: Case, *, at: datetime) -> str:
    """Say what becomes of the papers of health once a request is taken back."""
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


def _replacing(former: Case, zone: str) -> str:
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
        "replacing": _replacing(former, case.registration.service.zone),
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
        "closing": registration.service.said(deadline_of(registration), registration.reader_zone),
        "deadline": deadline_in_words(registration, at=at) if rules else "",
        "usual": "" if case else usual_delay_in_words(rules),
        "may_begin": registration.is_active and rules is not None and not is_open and not too_late,
        "proposed": [] if case else _proposed(registration, rules),
        "spared": _spared(registration, at=at)
        if former is None and (case is None or (case.is_writable and case.is_former_held))
        else "",
        **(_of_case(case, former, registration, at=at) if case else {"steps": [], "asked": []}),
        **_of_decision(former, registration, case),
    }


def _spared(registration: Registration, *, at: datetime) -> str:
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
    is_asked = is_asked_by_doctor(case)
    is_theirs = case.instead_of_id is None
    return {
        "state": case.get_state_display() if is_theirs or not case.is_open else "Décision reprise",
        "taken_again": taken_again_in_words(case) if case.is_open else "",
        "may_withdraw": case.is_undecided and is_theirs,
        "may_take_up": _may_take_up(case, registration),
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
        "health_papers": papers,
        "serves_again": SERVES_AGAIN
        if is_theirs and case.is_writable and case.was_confided_before
        else "",
        "is_unanswered": is_asked and not case.is_answered,
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
    return [*to_choose(rules, sat, wishes), *apart]


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
    if late := late_in_words(case):
        rows.append(("Demande tardive", late))
    codes = [one.code for one in case.measures.all()]
    why = why_complete(case.registration, case, measures=codes)
    said = PROCEDURES_SAID[Procedure(case.procedure)]
    return [*rows, ("Procédure", f"{said}. Pourquoi : {why}" if why else said)]


def _decided(case: Case, registration: Registration) -> list[dict[str, str]]:
    measures = list(case.measures.all())
    are_for_some = any(one.decided_papers or one.decision == Decision.OTHER for one in measures)
    sat = sat_by(registration) if are_for_some else []
    return [_decided_of(one, sat) for one in measures]


def _decided_of(measure: AskedMeasure, sat: list[Sat]) -> dict[str, str]:
    return {
        "label": measure.named,
        "papers": granted_in_part(measure, sat),
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


def _writable(request: HttpRequest, number: str) -> tuple[Registration, Accommodations | None]:
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
