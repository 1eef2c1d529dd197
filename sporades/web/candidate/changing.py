"""« Changer de spécialité »: a modification, in which nothing that stands is left."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.queries import last_case_of
from sporades.acts.accommodating import OfAnExam
from sporades.acts.registrations import registering
from sporades.registrations.queries import modifications_of, registrations_of
from sporades.registrations.refusals import AwaitsDecision, NoLongerOffered
from sporades.web.candidate.own import own_registration_and_answers
from sporades.web.wizard.specialities import (
    WANTED,
    SpecialityForm,
    offered_to,
    without_those_kept_out,
)

_NOTHING_ELSE = "Aucune autre spécialité n'est proposée pour cette inscription."


def change_speciality(request: HttpRequest, number: str) -> HttpResponse:
    """Choose for what else a registration is to be, then open the tabs."""
    found = own_registration_and_answers(request, number)
    begun = next((one for one in modifications_of(registration=found.pk) if one.is_open), None)
    offered = offered_to(found, begun, registrations_of(user=request.user.pk))
    if not found.is_editable(request.arrived_at):
        # Its page says until when it could be changed.
        return redirect("candidate:registration", found.number)
    offered, kept_out = without_those_kept_out(found, offered)
    if not offered:
        messages.info(request, kept_out or _NOTHING_ELSE)
        return redirect("candidate:registration", found.number)
    form = SpecialityForm(
        request.POST if request.method == "POST" else None,
        offered=offered,
        wanted=request.GET.get(WANTED, ""),
    )
    if request.method == "POST" and form.is_valid():
        try:
            draft = registering.amend(
                registration=found, choice=form.choice, by=request.actor, at=request.arrived_at
            )
        except OfAnExam as refusal:
            form.add_error("choix", str(refusal))
        except (AwaitsDecision, NoLongerOffered) as refusal:
            messages.error(request, str(refusal))
            return redirect("candidate:registration", found.number)
        else:
            return redirect("candidate:draft", draft.pk)
    context = {
        "registration": found,
        "form": form,
        "begun": begun,
        "undone": found.undone_by_modifying,
        "has_asked": last_case_of(found) is not None,
        "of_an_exam": kept_out,
    }
    status = 422 if form.errors else 200
    return render(request, "candidate/change_speciality.html", context, status=status)
