"""Choose measures, then the épreuves of each: what is chosen is kept whatever happens (H1)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from sporades.accommodations.forms.choices import ChoicesForm
from sporades.accommodations.forms.measures import MeasuresForm
from sporades.accommodations.forms.papers import PapersForm
from sporades.accommodations.late import Lateness, lateness_of
from sporades.accommodations.models import Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.operations import Asked, Rewritten, Sent
from sporades.accommodations.queries import (
    asked_again,
    asked_by,
    cases_of,
    decision_among,
    fallen_and_held,
    holds_decision_of,
    offered_no_more,
    open_among,
    open_case_of,
    proposals,
    revision_after,
    taken_back_among,
)
from sporades.accommodations.rules import rules_under, sat_under, written_under
from sporades.accommodations.words import deadline_in_words, kept_date_in_words
from sporades.acts import accommodating as acts
from sporades.core.french import quoted
from sporades.core.refusals import Refused
from sporades.exams.schema.accommodations import Accommodations
from sporades.registrations.fields import as_data
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodations.asked import (
    decided_before,
    guardian_signs,
    replacing,
    spared,
)
from sporades.web.candidate.accommodations.unkept import in_two_ways, unkept
from sporades.web.candidate.accommodations.writable import PAGE, writable
from sporades.web.layout.kept import forget, kept
from sporades.web.layout.seen import seen_in
from sporades.web.wizard import conflicts
from sporades.web.wizard.tabs import REVISION

LEAVE, BACK = "quitter", "mesures"
"""The buttons that leave a page, and keep what was changed in it."""
NOTHING_ADDED = "La date limite est passée : rien ne s'ajoute plus à votre demande."
_KEPT = "Vos réponses sont là, elles ne sont pas gardées : vérifiez-les, puis continuez."

_KEPT_FOR_ANOTHER = (
    "Vos réponses sont là, elles ne sont pas gardées. Votre demande est retirée : si vous "
    "continuez, elles en commencent une autre."
)


def measures(request: HttpRequest, number: str) -> HttpResponse:
    """Choose measures; then the épreuves of each, where there is a choice."""
    found, rules = writable(request, number)
    if rules is None:
        return _unkept_measures(request, found)
    asking = _Asking(found, rules, at=request.arrived_at)
    case, former = asking.case, asking.former
    shown = MeasuresForm(**asking.options)
    answers = _answers(request, shown, is_another=asking.is_another)
    if request.method == "POST" and case is None and _seen(answers) not in (0, asking.revision):
        return _unkept_measures(request, found, may_begin_another=True)
    form = shown if answers is None else MeasuresForm(answers, **asking.options)
    posted = request.method == "POST"
    if posted and (taken := _take_measures(request, asking, form)):
        return taken
    unread = former if former and former.is_to_read else None
    proposed = asking.options["proposed"]
    before = decided_before(proposed)
    is_unread = unread is not None or (before is not None and before.is_to_read)
    signed = _is_signed(case, found, at=request.arrived_at)
    context = {
        "registration": found,
        "form": form,
        "revision": asking.revision if case is None else _seen(answers) or asking.revision,
        "rules": rules,
        "deadline": kept_date_in_words(case)
        if case is not None and case.asked_at
        else deadline_in_words(found, at=request.arrived_at),
        "replacing": replacing(former, found.service.zone) if former else "",
        "signed": signed,
        "guardian_signs": "" if signed else guardian_signs(found, at=request.arrived_at),
        "closed": _closed(form),
        "spared": spared(found, proposed=proposed, at=request.arrived_at)
        if proposed and former is None and asking.fallen is None
        else "",
        "fallen": asking.fallen,
        "document": NOTIFICATION.slug,
        "unread": unread,
        "no_more": quoted(asking.no_more),
        "ticked": ""
        if asking.no_more
        else form.ticked_in_words(
            "Ce que vous aviez demandé" if is_unread or asking.fallen else "Ce qu'elle vous accorde"
        ),
    }
    status = 422 if posted else 200
    return render(request, "candidate/accommodation_measures.html", context, status=status)


def _take_measures(
    request: HttpRequest, asking: "_Asking", form: MeasuresForm
) -> HttpResponse | None:
    """Keep what was chosen and go where the button leads; nothing where it cannot be kept."""
    found, is_leaving = asking.registration, LEAVE in request.POST
    if is_leaving and not form.has_changed() and not form.gone:
        return _leave(request, PAGE, found)
    if not form.is_valid():
        return None
    try:
        written = _write(request, found, form.asked())
    except Rewritten:
        return _measures_rewritten(request, asking, form)
    except Refused as refusal:
        return _not_written(request, found, refusal, _unkept_measures)
    if is_leaving:
        messages.success(request, "Vos choix sont gardés.")
        return redirect(PAGE, found.number)
    written.registration = found
    late = asking.options["lateness"]
    form = PapersForm(rules=asking.rules, sat=asking.options["sat"], case=written, lateness=late)
    has_choice = form.has_choice
    return redirect("candidate:accommodation_papers" if has_choice else PAGE, found.number)


def _measures_rewritten(
    request: HttpRequest, asking: "_Asking", form: MeasuresForm
) -> HttpResponse:
    """Show what differs from what another window has kept; where it withdrew it, what was chosen."""
    found = asking.registration
    now = _Asking(found, asking.rules, at=request.arrived_at)
    if now.case is None:
        return _unkept_measures(request, found, may_begin_another=True)
    make = partial(MeasuresForm, **now.options)
    return _in_two_ways(request, found, make, form.data, revision=now.revision)


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
        self._next = revision_after(cases)
        self.is_another = case is None and taken_back_among(cases) is not None
        if case is not None:
            case.registration = registration
        # Of one that was taken back since, its candidate does not start again from before.
        self.fallen, is_held = (
            (None, holds_decision_of(registration)) if cases else fallen_and_held(registration)
        )
        if former is not None:
            prefetch_related_objects([former], "measures")
        sat = sat_under(registration, rules)
        proposed = asked_again(former, rules, sat) if former else []
        self.no_more = offered_no_more(former, rules) if former else []
        if self.fallen is not None:
            proposed = asked_by(self.fallen, rules)
        self.options: dict[str, Any] = {
            "rules": rules,
            "sat": sat,
            "case": case,
            "former": former,
            "proposed": proposed or ([] if former or case else proposals(registration)),
            "lateness": lateness_of(case, registration, at=at),
            "is_held": is_held,
            "fallen": self.fallen,
        }

    @property
    def revision(self) -> int:
        """The revision of what it shows: that with which a request begins, where none is."""
        return self.case.revision if self.case else self._next


def papers(request: HttpRequest, number: str) -> HttpResponse:
    """Choose for which épreuves each measure is asked."""
    found, rules = writable(request, number)
    case = open_case_of(found)
    if rules is None or case is None or not case.measures.exists():
        return _unkept_papers(request, found)
    case.registration = found
    late = lateness_of(case, found, at=request.arrived_at)
    make = partial(PapersForm, rules=rules, sat=sat_under(found, rules), lateness=late)
    shown = make(case=case)
    answers = _answers(request, shown)
    if not shown.has_choice:
        return _leave(request, PAGE, found)
    form = shown if answers is None else make(answers, case=case)
    posted = request.method == "POST"
    if posted and (taken := _take_papers(request, case, form, make=make)):
        return taken
    context = {
        "registration": found,
        "form": form,
        "closed": _closed(form),
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
    if form.is_late_refused if is_going_back else not form.is_valid():
        return None
    try:
        _write(request, found, form.asked())
    except Rewritten:
        now = open_case_of(found)
        if now is not None:
            now_made = partial(make, case=now)
            return _in_two_ways(request, found, now_made, form.data, revision=now.revision)
    except Refused as refusal:
        return _not_written(request, found, refusal, _unkept_papers)
    else:
        if is_going_back:
            _say_kept(request, form)
    return redirect(where, found.number)


def _not_written(
    request: HttpRequest,
    registration: Registration,
    refusal: Refused,
    unkept_there: Callable[[HttpRequest, Registration], HttpResponse],
) -> HttpResponse:
    """Say why what was chosen is not kept; where it was sent meanwhile, with what was chosen."""
    if isinstance(refusal, Sent):
        return unkept_there(request, registration)
    messages.error(request, str(refusal))
    return redirect(PAGE, registration.number)


def _unkept_measures(
    request: HttpRequest, registration: Registration, *, may_begin_another: bool = False
) -> HttpResponse:
    """Show the measures that were chosen where none is written any more."""
    case = open_case_of(registration)
    rules = rules_under(registration, written_under(registration, case))
    if rules is None:
        return redirect(PAGE, registration.number)
    asking = _Asking(registration, rules, at=request.arrived_at)
    make = partial(MeasuresForm, **asking.options)
    return unkept(request, registration, make, asking.case, may_begin_another=may_begin_another)


def _unkept_papers(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Show the épreuves that were ticked where none is written any more."""
    case = open_case_of(registration)
    rules = rules_under(registration, written_under(registration, case))
    if rules is None:
        return redirect(PAGE, registration.number)
    if case is None or not case.measures.exists():
        return unkept(request, registration, None, case)
    case.registration = registration
    late = lateness_of(case, registration, at=request.arrived_at)
    make = partial(
        PapersForm, rules=rules, sat=sat_under(registration, rules), case=case, lateness=late
    )
    return unkept(request, registration, make, case)


def _closed(form: ChoicesForm) -> str:
    return NOTHING_ADDED if form.lateness == Lateness.CLOSED else ""


def _is_signed(case: Case | None, registration: Registration, *, at: datetime) -> bool:
    """Return whether a guardian has signed what is asked now: a change would be signed anew."""
    return case is not None and registration.is_minor(at) and case.signature is not None


def _say_kept(request: HttpRequest, form: PapersForm) -> None:
    if labels := form.unticked():
        named = quoted(labels)
        said = f"Vos autres choix sont gardés. Aucune épreuve n'était cochée pour {named} : "
        messages.warning(request, f"{said}ce que vous aviez choisi avant reste.")
    else:
        messages.success(request, "Vos choix d'épreuves sont gardés.")


def _answers(
    request: HttpRequest, shown: ChoicesForm, *, is_another: bool = False
) -> MultiValueDict[str, Any] | None:
    """Return what was posted, or what waits since the session had ended; else nothing.

    Args:
        request: of the page.
        shown: what is kept now, which may have been chosen instead of what was posted.
        is_another: whether the last request was taken back: these answers would begin another one.
    """
    sent = request.POST
    if request.method != "POST":
        waiting = kept(request)
        if not waiting:
            return None
        messages.warning(request, _KEPT_FOR_ANOTHER if is_another else _KEPT)
        sent = as_data(waiting)
    return as_data(conflicts.posted(sent, stored=shown.kept()))


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
        "differences": in_two_ways(mine=mine, theirs=theirs),
        "mine": mine.typed(),
        "revision": revision,
        "untaken": request.POST.get(REVISION, ""),
        "goes_back": False,
    }
    return render(request, "candidate/accommodation_conflict.html", context, status=409)
