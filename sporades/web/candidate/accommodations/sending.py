"""« Envoyer ma demande », as it was read over; take it up again while nobody has looked at it (H1, H4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.late import came_in_time, lateness_of
from sporades.accommodations.queries import open_case_of
from sporades.accommodations.rules import may_take_up
from sporades.accommodations.words import WITHOUT_THEM, sent_in_words
from sporades.acts import accommodating as acts
from sporades.core.french import within
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodations.confided import (
    last_with_papers_of,
    missing_in_words,
    papers_called_for,
)
from sporades.web.candidate.accommodations.writable import PAGE
from sporades.web.candidate.own import own_registration
from sporades.web.layout.seen import seen_in


def send(request: HttpRequest, number: str) -> HttpResponse:
    """« Envoyer ma demande », as it was read over."""
    found = own_registration(request, number)
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
        said = f"Votre demande est envoyée. Il reste à déposer {missing}. {WITHOUT_THEM}"
        messages.warning(request, said)
    else:
        messages.success(request, "Votre demande est envoyée : un mail vous le confirme.")


def take_up(request: HttpRequest, number: str) -> HttpResponse:
    """« Modifier ma demande », while nobody has looked at it, confirmed: it waits meanwhile."""
    found = own_registration(request, number)
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
    context = {
        "registration": found,
        "sent": within(sent_in_words(case)),
        "was_in_time": came_in_time(case),
        "lateness": lateness_of(case, found, at=request.arrived_at).value,
        "needs_signature": found.is_minor(request.arrived_at),
    }
    return render(request, "candidate/accommodation_take_up.html", context)


def keep_as_sent(request: HttpRequest, number: str) -> HttpResponse:
    """« Garder ma demande telle qu'elle était envoyée »: what was changed since is left."""
    found = own_registration(request, number)
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
