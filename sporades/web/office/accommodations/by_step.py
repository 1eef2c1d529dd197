"""« Aménagements »: how many requests wait at each step, and those of one step (H4, I7)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy

from sporades.accommodations.as_sent import as_office_reads
from sporades.accommodations.contesting import clock_of, silence_about
from sporades.accommodations.late import ADDED, was_in_time
from sporades.accommodations.left import papers_in_hand
from sporades.accommodations.models import Appeal, Called, Case
from sporades.accommodations.states import State
from sporades.accounts.permissions import Permission
from sporades.acts.accommodating import COUNTING, given_for, silence_in_words, with_kinds_given
from sporades.batches.accommodations import NOTIFY
from sporades.core.french import instant_in_words, local_day, time_left_in_words
from sporades.core.presses import a_press
from sporades.registrations.models import Registration
from sporades.web.office.accommodations import together
from sporades.web.office.accommodations.waiting import (
    ON_THE_PAGE,
    STEPS,
    WALK,
    CaseQueue,
    Step,
    phones_of,
)

TRAIL = [("Accueil", reverse_lazy("office:home"))]
PAPERS_ARE_SAID = {State.ASKED, State.OPINION_GIVEN}
"""Where whoever goes on with a request wants to know whether its papers are there."""


class _Pages(Paginator):
    """The pages of requests that are counted already."""

    def __init__(self, rows: Any, *, count: int) -> None:
        super().__init__(rows, ON_THE_PAGE)
        self._count = count

    @property
    def count(self) -> int:
        return self._count


def listed(request: HttpRequest) -> HttpResponse:
    """How many requests wait at each step; those of one step, the oldest first, one by one or together."""
    queue = CaseQueue(request.GET, request.reach, request.arrived_at)
    if request.method != "POST":
        return _page(request, queue)
    done = together.do(request, queue)
    if isinstance(done, HttpResponse):
        return done
    return _page(request, queue, why=done, ticked=together.ticked_in(request))


def _page(
    request: HttpRequest, queue: CaseQueue, *, why: str = "", ticked: Collection[str] = ()
) -> HttpResponse:
    at = request.arrived_at
    counted = queue.counted()
    step = queue.step or next((one for one, count, _ in counted if count), STEPS[0])
    in_step = next(count for one, count, _ in counted if one == step)
    waiting = step.of(queue.cases, at)
    if step.state in COUNTING:
        waiting = with_kinds_given(waiting)
    batch = together.batch_of(request) if step.batch == NOTIFY else None
    if batch is not None:
        waiting = together.first_of_batch(waiting, batch, user=request.user)
    pages = _Pages(waiting, count=in_step)
    page = pages.get_page(request.GET.get("page"))
    rows = list(page)
    given = given_for(rows)
    keys = {one.registration_id for one in rows}
    found = Registration.objects.within(request.reach).for_office().in_bulk(keys)
    called = _called(step, rows)
    if batch is not None and request.method != "POST":
        done = (found.get(one.registration_id) for one in rows if one.is_of_batch)
        ticked = [one.number for one in done if one is not None]
    places = {name: value for name, value in queue.chosen.items() if name != WALK}
    address = _addresses(places)
    here = f"{address(step)}&{urlencode({together.BATCH: batch})}" if batch else address(step)
    of_many = _together(request, step, found.values())
    if why and not (of_many["entrusting"] and of_many["entrusting"].errors):
        messages.error(request, why)
    context = {
        "form": queue.form,
        "everywhere": _addresses({})(step) if places else "",
        "steps": [
            {"step": one, "count": count, "age": age, "url": address(one)}
            for one, count, age in counted
        ],
        "step": step,
        "is_calling": step.is_calling,
        "why": why,
        "ticked": ticked,
        **of_many,
        "press": a_press(),
        "here": here,
        "count": in_step,
        "page": page,
        "lines": [
            _line(
                one,
                called.get(one.pk, one),
                found[one.registration_id],
                step,
                given,
                at=at,
                places=places,
            )
            for one in rows
            if one.registration_id in found  # it has not left the perimeter meanwhile
        ],
        "base": f"{here}&page=",
        "trail": TRAIL,
    }
    status = 422 if queue.form.errors or why else 200
    return render(request, "office/accommodations.html", context, status=status)


def _together(
    request: HttpRequest, step: Step, registrations: Iterable[Registration]
) -> dict[str, Any]:
    """Return what may be done of many at once, and the form that it asks for; of none, nothing."""
    known = list(registrations)
    form = together.entrusting(request, known) if step.is_entrusted else None
    is_possible = form is not None or not step.is_entrusted
    inviting = request.reaches(Permission.PROPOSE_ROLES)
    return {
        "entrusting": form,
        "has_no_doctor": not is_possible,
        "may_propose": any(
            inviting.covers(academy=one.academy_id, domain=one.exam.domain.code) for one in known
        ),
        "together": together.TOGETHER.get(step.code, "") if is_possible else "",
    }


def _called(step: Step, cases: list[Case]) -> dict[int, Called]:
    """Return what each call of a step is about, by request: its decision, or the answer to an appeal."""
    if not step.is_answer:
        return {one.pk: one for one in cases}
    answers = Appeal.objects.standing().filter(case__in=cases)
    return {one.case_id: one for one in answers}


def _line(
    case: Any,
    about: Called,
    registration: Registration,
    step: Step,
    given: Any,
    *,
    at: datetime,
    places: Mapping[str, str],
) -> dict[str, Any]:
    where = {WALK: step.code, **places}
    case.registration, called = registration, ""
    if step.is_taken_up:
        case, _ = as_office_reads(case)
    if about.called_at is not None:
        when = instant_in_words(about.called_at, registration.service.zone)
        called = f"Appelé le {when} par {about.called_name} : personne n'a répondu"
    return {
        "registration": registration,
        "revision": case.revision,
        "procedure": case.get_procedure_display(),
        "holder": step.holder or case.doctor_name,
        "again": case.get_again_display(),
        "late": _late(case),
        "called": called,
        "call_mark": about.call_mark,
        "appeal": about.pk if step.is_answer else "",
        "phones": phones_of(registration, at=at) if step.is_calling else [],
        "is_left": case.left_at is not None,
        "papers": papers_in_hand(case, registration, case.given).lower()
        if step.state in PAPERS_ARE_SAID
        else "",
        "silence": _silence(case, given, step, at=at),
        "age": _age(case, step, at),
        "url": f"{reverse(step.page, args=[registration.number])}?{urlencode(where)}",
    }


def _age(case: Any, step: Step, at: datetime) -> str:
    since = getattr(case, step.since)
    return time_left_in_words(at - since) if since else ""


def _silence(case: Case, given: Any, step: Step, *, at: datetime) -> str:
    """Say what silence means of what waits at a step, an appeal or a request; else nothing."""
    if step.is_appeal and case.appealed_on:
        today = local_day(at, clock_of(case))
        return silence_about(case.appealed_on).in_words(today)
    if step.state == State.NOTIFIED:
        return ""
    return silence_in_words(case, given, at=at)


def _late(case: Case) -> str:
    if not case.late_reason:
        return ""
    if not was_in_time(case):
        return "tardive"
    return "avec un ajout tardif" if (case.received or {}).get(ADDED) else ""


def _addresses(places: Mapping[str, str]) -> Callable[[Step], str]:
    listed = reverse("office:accommodations")
    return lambda step: f"{listed}?{urlencode({WALK: step.code, **places})}"
