"""« Changer d'académie »: a registration is given to another one, for good; there it is announced (I4)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.acts.registrations import moving
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.exams.queries import rules
from sporades.exams.schema.eligibility import ResidenceRule
from sporades.journal.models import Entry
from sporades.letters.words import announced
from sporades.publications.queries import lines_to_come
from sporades.registrations.issued_before import published_of
from sporades.registrations.models import Registration
from sporades.registrations.refusals import HandedOver
from sporades.registrations.reviewing import asked_there
from sporades.territory import queries as territory
from sporades.web.layout.seen import seen_in
from sporades.web.office.bounded import page_of
from sporades.web.office.forms import MoveForm
from sporades.web.office.noting import author_on, note_file
from sporades.web.office.registrations.elsewhere import held_in
from sporades.web.office.registrations.files import TRAIL
from sporades.web.office.registrations.walking import back_to_file

ASKS = "Elle n'y répond pas à tout ce qui est demandé : le candidat et le service qui la reçoit le lisent."
HOME = [("Accueil", reverse_lazy("office:home"))]


def move_registration(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the academy and say why; nothing is done before the button is pressed."""
    visible = Registration.objects.within(request.reach).active().whole()
    found = held_in(visible, request, number)
    note_file(request, found)
    services = list(moving.services_for(found))
    posted = request.POST if request.method == "POST" else None
    seen = seen_in(request.POST) or found.service_id
    if seen != found.service_id:
        return _moved_since(request, found, services)
    form = MoveForm(posted, registration=found, services=services)
    if posted is not None and form.is_valid():
        try:
            version = moving.move_for_good(
                registration=found,
                academy=form.cleaned_data["academie"],
                reason=form.cleaned_data["motif"],
                seen=seen,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except HandedOver:
            # In this very second: where it is now is read again, if its reader still has it.
            now = held_in(visible, request, number)
            return _moved_since(request, now, list(moving.services_for(now)))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            moved = version.registration
            given = (
                f"L'inscription n°{moved.number} est donnée {moved.academy.as_receiver} : "
                f"{announced(moved.candidate)}"
            )
            said = [given, ASKS] if version.to_review else [given]
            is_seen = Registration.objects.within(request.reach).filter(pk=moved.pk).exists()
            if not is_seen:
                keeper = moved.service.managing_service.name_and_phone
                said.append(
                    f"Par erreur ? Seul le service qui la reçoit peut la rendre : {keeper}."
                )
            messages.success(request, " ".join(said))
            return back_to_file(request, moved.number) if is_seen else redirect("office:search")
    return _move_page(request, found, services, form, status=422 if form.errors else 200)


def _moved_since(
    request: HttpRequest, registration: Registration, services: list[RegistrationService]
) -> HttpResponse:
    """Say where a colleague gave it since the page was read; what was typed is kept."""
    form = MoveForm(registration=registration, services=services, initial=request.POST.dict())
    said = {"refusal": HandedOver(), "last": moving.moves_of(registration).first()}
    return _move_page(request, registration, services, form, status=409, **said)


def _move_page(
    request: HttpRequest,
    registration: Registration,
    services: list[RegistrationService],
    form: MoveForm,
    *,
    status: int,
    refusal: Refused | None = None,
    last: Entry | None = None,
) -> HttpResponse:
    at = request.arrived_at
    context = {
        "registration": registration,
        "form": form,
        "services": services,
        "not_open": [
            (one.academy.name, one.closed_in_words(at)) for one in services if not one.accepts(at)
        ],
        "wished": _wished(registration, services),
        "published": published_of(registration, at=at),
        "to_come": list(lines_to_come(registration, at=at)),
        "is_chosen_late": _is_by_choice(registration) and registration.service.has_closed(at),
        "asked_there": [
            (one.academy.name, asked) for one, asked in asked_there(registration, services, at=at)
        ],
        "is_bounded": not request.reach.is_everything,
        "refusal": refusal,
        "last": last,
        "last_when": instant_in_words(last.at, registration.service.zone) if last else "",
        "trail": TRAIL,
    }
    return render(request, "office/move_registration.html", context, status=status)


def _is_by_choice(registration: Registration) -> bool:
    """Tell whether its candidate has chosen its academy, wherever they live."""
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    return exam.residence.rule is ResidenceRule.CHOICE


def _wished(
    registration: Registration, services: list[RegistrationService]
) -> dict[str, Any] | None:
    """Return the zone that its candidate wished, where another academy does not offer it."""
    wished = moving.wished_zone(registration)
    if not wished:
        return None
    offered = {one.academy_id for one in services} & {*wished.academies}
    if len(offered) == len(services):
        return None
    return {"label": wished.label, "all_elsewhere": not offered}


def arrivals(request: HttpRequest) -> HttpResponse:
    """List what another academy has given and nobody here has opened, the first given first."""
    page = page_of(request, moving.unopened_within(request.reach).for_office())
    names = {one.code: one.full_name for one in territory.known_academies()}
    context = {
        "count": page.paginator.count,
        "page": page,
        "lines": [
            {
                "registration": one,
                "left": names.get(one.left, ""),
                "when": instant_in_words(one.moved_at, one.service.zone),
                "zone": moving.zone_to_choose(one),
            }
            for one in page
        ],
        "base": f"{reverse('office:arrivals')}?page=",
        "trail": HOME,
    }
    return render(request, "office/arrivals.html", context)
