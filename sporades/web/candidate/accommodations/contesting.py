"""« Contester la décision », and take that back (H2)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.answering import ANSWER
from sporades.accommodations.appeals import followed_in_words
from sporades.accommodations.contesting import INTERRUPTS, last_day_of, silent_on
from sporades.accommodations.forms.appeal import AppealForm
from sporades.accommodations.models import Appeal, Case
from sporades.accommodations.queries import appeal_against, decision_of, open_case_of
from sporades.accommodations.rules import is_minor, rules_of
from sporades.acts import accommodating as acts
from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodations.writable import PAGE
from sporades.web.candidate.own import own_registration
from sporades.web.layout.kept import forget, typed_before

_KEPT = (
    "Votre session s'était terminée. Votre recours est là, il n'est pas envoyé : vérifiez-le, puis "
    "envoyez-le."
)
SENT = "Votre recours est reçu. Un message vous le confirme, avec les jours qui comptent."


def contest(request: HttpRequest, number: str) -> HttpResponse:
    """Have the last decision that was notified looked at again."""
    found = own_registration(request, number)
    case = decision_of(found)
    under_way = open_case_of(found)
    if case is None or not may_contest(case, found, appeal_against(case), under_way=under_way):
        return redirect(PAGE, found.number)
    case.registration = found
    typed = typed_before(request)
    if typed and request.method != "POST":
        messages.warning(request, _KEPT)
    at, zone = request.arrived_at, found.service.zone
    form = AppealForm(
        request.POST if request.method == "POST" else None,
        registration=found,
        is_minor=is_minor(found, at),
        initial=typed,
    )
    if request.method == "POST" and form.is_valid():
        try:
            acts.appeal(case=case, said=form.said, by=request.actor, at=at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            forget(request)
            messages.success(request, SENT)
        return redirect(PAGE, found.number)
    last, today, rules = last_day_of(case, zone), local_day(at, zone), rules_of(found)
    context = {
        "registration": found,
        "form": form,
        "notified": day_in_words(local_day(case.notified_at or at, zone)),
        "last": day_in_words(last),
        "is_late": today > last,
        "silent": day_in_words(silent_on(today)),
        "interrupts": INTERRUPTS,
        "appeal": rules.decision.appeal if rules else "",
    }
    status = 422 if form.errors else 200
    return render(request, "candidate/accommodation_contest.html", context, status=status)


def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """« Retirer mon recours », confirmed."""
    found = own_registration(request, number)
    case = decision_of(found)
    appeal = appeal_against(case) if case is not None else None
    if case is None or appeal is None or not appeal.is_waiting:
        return redirect(PAGE, found.number)
    case.registration = found
    if request.method == "POST":
        try:
            acts.withdraw_appeal(found=appeal, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Votre recours est retiré. La décision reste en vigueur.")
        return redirect(PAGE, found.number)
    zone = found.service.zone
    context = {
        "registration": found,
        "last": day_in_words(last_day_of(case, zone)),
        "is_late": local_day(request.arrived_at, zone) > last_day_of(case, zone),
    }
    return render(request, "candidate/accommodation_contest_back.html", context)


def may_contest(
    case: Case, registration: Registration, appeal: Appeal | None, *, under_way: Case | None
) -> bool:
    """Return whether a decision may be contested: it is read, and nobody looks at it again yet.

    Args:
        case: the last decision that was notified.
        registration: whose it is.
        appeal: the one against it, if there is one.
        under_way: the request of which something is awaited, if there is one.
    """
    is_taken_again = under_way is not None and under_way.instead_of_id == case.pk
    is_free = appeal is None and not is_taken_again
    return registration.is_active and not case.is_to_read and is_free


def said_of_appeal(
    case: Case, registration: Registration, *, last: Case | None, at: Any
) -> dict[str, Any]:
    """Return what the page of a decision says of the appeal against it, and whether one may be made.

    Args:
        case: the last decision that was notified.
        registration: whose it is.
        last: the last request of the registration, which may be another one.
        at: now.
    """
    appeal = appeal_against(case)
    under_way = last if last is not None and last.is_open else None
    if appeal is None:
        is_free = may_contest(case, registration, None, under_way=under_way)
        return {"may_contest": is_free, "appeal": None}
    zone = registration.service.zone
    is_read = appeal.answer is None or appeal.answer.opened_at is not None
    return {
        "may_contest": False,
        "appeal": appeal,
        "appeal_said": followed_in_words(appeal, zone, at=at),
        "appeal_reason": appeal.reason if is_read else "",
        "may_take_back": appeal.is_waiting,
        "answer": ANSWER.slug if appeal.answer else "",
    }
