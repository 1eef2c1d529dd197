"""« Me désinscrire », and what undoes it (E8)."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.queries import last_case_of
from sporades.acts.people.guardians import address_beside, is_told_at_home
from sporades.acts.registrations import leaving, registering
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.registrations.queries import modifications_of
from sporades.web.candidate.accommodations.falling import left_with
from sporades.web.candidate.accommodations.taking_up import if_left
from sporades.web.candidate.own import own_registration_and_answers
from sporades.web.layout.proofs import RECENT, TO_TYPE, needs_recent_sign_in, sign_in_again

_WAS_BEGUN = (
    "Votre saisie commencée continue : ce que vous y avez répondu reste, les autres onglets reprennent "
    "les réponses de votre inscription."
)


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """« Me désinscrire », confirmed by someone who has just signed in (S-18).

    Pressed twice, or opened again, it leads to what the first press did.
    """
    found = own_registration_and_answers(request, number)
    if found.withdrawn_at is not None:
        return redirect("candidate:registration", found.number)
    is_editable = found.is_editable(request.arrived_at)
    # The page asked as it opened: its button waits for whoever reads it, in the last minute too.
    patience = TO_TYPE if request.method == "POST" else RECENT
    # Of what cannot be done any more, nobody is asked to prove who they are to read it.
    if is_editable and needs_recent_sign_in(request, patience=patience):
        return sign_in_again(request)
    case, refusal = last_case_of(found), None
    if request.method == "POST":
        try:
            leaving.withdraw(registration=found, by=request.actor, at=request.arrived_at)
        except Refused as said:
            if own_registration_and_answers(request, number).withdrawn_at is not None:
                return redirect("candidate:registration", found.number)
            refusal = said
        else:
            told = "Un mail vous confirme votre désinscription."
            if case is not None and case.is_undecided:
                told = f"{told} Votre demande d'aménagement d'épreuves est retirée aussi."
            messages.success(request, told)
            return redirect("candidate:registration", found.number)
    context = {
        "registration": found,
        "is_editable": is_editable,
        "until_closing": found.would_be_undone_until_closing(request.arrived_at),
        "is_being_changed": any(
            not one.is_untouched for one in modifications_of(registration=found.pk)
        ),
        "has_pieces": bool(found.owed["evidence"]),
        "accommodation": left_with(found, case),
        "papers": if_left(found, at=request.arrived_at),
        "guardian_told": _guardian_told(found, at=request.arrived_at),
        "refusal": refusal,
    }
    return render(request, "candidate/withdraw.html", context, status=409 if refusal else 200)


def _guardian_told(registration: Registration, *, at: datetime) -> str:
    """Say how the guardian of a minor is told that they leave; nothing where nobody is."""
    if address_beside(registration, at=at):
        return "un autre, ou un courrier, préviendra votre représentant légal"
    if is_told_at_home(registration, at=at):
        return "un courrier préviendra votre représentant légal"
    return ""


def again(request: HttpRequest, number: str) -> HttpResponse:
    """Undo a withdrawal by a new registration, filled from the old one (E8)."""
    found = own_registration_and_answers(request, number)
    draft = registering.begin_again(registration=found, by=request.actor, at=request.arrived_at)
    if draft.created_at != request.arrived_at:
        messages.info(request, _WAS_BEGUN)
    return redirect("candidate:draft", draft.pk)
