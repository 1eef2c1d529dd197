"""« Saisie non enregistrée »: by the number that its candidate gives, one registers them with it (I3)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.acts.registrations import unsaved as acts
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.registrations.exclusion import exclusion_of
from sporades.registrations.models import Draft, Registration
from sporades.web.office.noting import note_draft
from sporades.web.office.registrations.filling_forms import NumberForm
from sporades.web.office.registrations.left import begun_for

TRAIL = [
    ("Accueil", reverse_lazy("office:home")),
    ("Saisies pour des candidats", reverse_lazy("office:drafts")),
]
REGISTER = "inscrire"


def unsaved(request: HttpRequest) -> HttpResponse:
    """Find what a candidate did not save in time; say whose it is, then open their answers.

    The address and the number are sent, and stand in no address.
    """
    posted = request.POST if request.method == "POST" else None
    form = NumberForm(posted)
    found, shown = None, {}
    if posted is not None and form.is_valid():
        try:
            found = _found(request, form)
            shown = _said(request, found)
            if posted.get("acte") == REGISTER and not shown["excluded"]:
                return _begun(request, found)
        except acts.AskedOnLine as refusal:
            messages.info(request, str(refusal))
            return redirect("office:late_request", refusal.request.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "draft": found, **shown, "trail": TRAIL}
    return render(request, "office/unsaved.html", context, status=422 if form.errors else 200)


def _reach(request: HttpRequest) -> Reach:
    reach: Reach = request.reaches(Permission.FILE_FOR_CANDIDATES)
    return reach


def _found(request: HttpRequest, form: NumberForm) -> Draft:
    found = acts.find(
        email=form.cleaned_data["email"],
        number=form.cleaned_data["numero"],
        reach=_reach(request),
        by=request.actor,
        at=request.arrived_at,
    )
    note_draft(request, found)
    return found


def _said(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """Return what is read of it before it is taken up; no answer is."""
    standing = Registration.objects.within(_reach(request)).filter(candidate=draft.candidate_id)
    pressed = acts.pressed_at(draft)
    return {
        "excluded": exclusion_of(draft, standing.for_list()),
        "begun": begun_for(request, draft.candidate),
        "pressed": instant_in_words(pressed, draft.service.zone) if pressed else "",
        "closed": draft.service.closed_in_words(request.arrived_at),
    }


def _begun(request: HttpRequest, draft: Draft) -> HttpResponse:
    service = draft.service
    by: Actor = _reach(request).author(academy=service.academy_id, domain=service.domain.code)
    made = acts.begin(draft=draft, author=request.user, by=by, at=request.arrived_at)
    messages.success(
        request, "Ses réponses sont reprises dans votre saisie. Rien n'est encore enregistré."
    )
    return redirect("office:draft", made.pk)
