"""« Retirer ma demande », as it was read, and what becomes of what was confided for it (H4)."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst

from sporades.accommodations.contesting import papers_left_until
from sporades.accommodations.models import Case
from sporades.accommodations.operations import Rewritten
from sporades.accommodations.queries import cases_of, open_case_of
from sporades.accommodations.rules import deadline_of, is_late, is_over
from sporades.acts import accommodating as acts
from sporades.acts.people.guardians import told_of_withdrawal
from sporades.core.french import day_in_words
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.retention.categories import confided_until
from sporades.web.candidate.accommodations.confided import has_confided
from sporades.web.candidate.accommodations.writable import PAGE
from sporades.web.candidate.own import own_registration
from sporades.web.layout.seen import seen_in

NOT_WITHDRAWN = (
    "Rien n'est retiré : votre demande a changé dans une autre fenêtre ou sur un autre appareil. "
    "Voici où elle en est ; vous pouvez encore la retirer."
)
SENT = "envoyee"
"""What the page that withdraws a request sends of one that it says to be sent."""


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """« Retirer ma demande », confirmed: the one that was read, sent or not as it was said to be."""
    found = own_registration(request, number)
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
        "guardian": _guardian_told(found, case, at=request.arrived_at),
        "papers": _papers_left(found, case, at=request.arrived_at),
    }
    return render(request, "candidate/accommodation_withdraw.html", context, status=status)


def _guardian_told(registration: Registration, case: Case, *, at: datetime) -> str:
    """Say that whoever signed a request is told of its withdrawal; of one that nobody signed, nothing."""
    case.registration = registration
    way = told_of_withdrawal(case, at=at)
    if not way:
        return ""
    return f"{capfirst(way)} dira à votre représentant légal que la demande signée est retirée."


def _papers_left(registration: Registration, case: Case, *, at: datetime) -> str:
    """Say what becomes of what was confided once a request is taken back; of nothing, nothing."""
    if not has_confided(registration):
        return ""
    cases = cases_of(registration=registration.pk)
    until = papers_left_until(registration, cases, left=case, at=at)
    is_contestable = until > at
    day = day_in_words(confided_until(until, registration))
    kept = (
        "restent jusqu'à la fin du délai pour contester la décision qui vous a été notifiée : ils "
    )
    return (
        f"Les papiers de santé et les commentaires que vous avez déposés {kept if is_contestable else ''}"
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
