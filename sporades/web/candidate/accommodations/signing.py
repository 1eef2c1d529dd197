"""A guardian signs what a minor asks, as it was read (H1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.forms.signature import SignatureForm
from sporades.accommodations.left import unsent_in_words
from sporades.accommodations.queries import cases_of, decision_among, open_case_of
from sporades.accommodations.rules import rules_for, sat_for, to_specify, wishes_of
from sporades.acts import accommodating as acts
from sporades.acts.people.guardians import guardian_address
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodations.asked import (
    asked_rows,
    left_to_choose,
    lost_by,
)
from sporades.web.candidate.accommodations.confided import (
    last_with_papers_of,
    missing_in_words,
    papers_called_for,
)
from sporades.web.candidate.accommodations.writable import PAGE, writable
from sporades.web.layout.kept import forget, typed_before

_KEPT_TO_SIGN = (
    "Votre session s'était terminée. Rien n'est signé : vérifiez ce qui est écrit ici, puis signez."
)
NOT_SIGNED = (
    "Rien n'est signé : cette demande a changé dans une autre fenêtre ou sur un autre appareil. "
    "Relisez cette page."
)


def sign(request: HttpRequest, number: str) -> HttpResponse:
    """Have the guardian of a minor sign what is asked."""
    found, rules = writable(request, number, is_changed=False)
    case = open_case_of(found)
    if rules is None or case is None or not case.measures.exists():
        return _not_signed(request, found)
    case.registration = found
    rules, sat = rules_for(found, case) or rules, sat_for(found, case)
    unspecified = case.instead_of_id is None and to_specify(rules, wishes_of(case.measures.all()))
    if left_to_choose(case, sat) or unspecified:
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
            messages.success(request, _signed_in_words(found))
        return redirect(PAGE, found.number)
    former = decision_among(cases_of(registration=found.pk))
    context = {
        "registration": found,
        "form": form,
        "asked": asked_rows(case, sat),
        "unsent": unsent_in_words(case, at=request.arrived_at),
        **lost_by(case, former, sat),
    }
    status = 422 if form.errors else 200
    return render(request, "candidate/accommodation_sign.html", context, status=status)


def _signed_in_words(registration: Registration) -> str:
    """Say that a request is signed, and what is left to do of it."""
    case = last_with_papers_of(registration)
    missing = missing_in_words(papers_called_for(case, registration)) if case else ""
    confide = f"à déposer {missing}, puis " if missing else ""
    return f"La demande est signée. Il reste {confide}à envoyer la demande."


def _not_signed(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Go back where nothing is to be signed now; whoever has just signed is told that it is not taken."""
    if request.method == "POST" or typed_before(request):
        forget(request)
        messages.error(request, NOT_SIGNED)
    return redirect(PAGE, registration.number)
