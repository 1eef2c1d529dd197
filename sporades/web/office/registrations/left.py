"""What members of the office have begun for candidates and may fill no more: taken up, or dropped (I3)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts.registrations import standing_in
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.registrations.models import Draft, Registration
from sporades.registrations.models.draft import DraftQuerySet
from sporades.registrations.operations import rebasing
from sporades.web.layout.clock import day_of
from sporades.web.office.noting import note_draft
from sporades.web.wizard.door import dossier_for

TRAIL = [
    ("Accueil", reverse_lazy("office:home")),
    ("Saisies pour des candidats", reverse_lazy("office:drafts")),
]
TAKE_UP, DROP = "reprendre", "abandonner"


def left_within(request: HttpRequest) -> DraftQuerySet:
    """Return what was left in the perimeter in which the reader fills for candidates."""
    reach = request.reaches(Permission.FILE_FOR_CANDIDATES)
    found: DraftQuerySet = Draft.objects.open().within(reach).left(on=day_of(request))
    return found


def being_filled(request: HttpRequest, registration: Registration) -> list[Draft]:
    """Return what colleagues have begun on a registration and not filed, the first begun first.

    That they have is said, and not what they type: it is no fact. Nothing is locked by it.
    """
    return _of_colleagues(request, amends=registration)


def begun_for(request: HttpRequest, candidate: Candidate) -> list[Draft]:
    """Return the registrations that colleagues have begun for somebody, as `being_filled`."""
    return _of_colleagues(request, amends=None, candidate=candidate)


def _of_colleagues(request: HttpRequest, **which: Any) -> list[Draft]:
    others = Draft.objects.open().with_filler(on=day_of(request)).filter(**which)
    within = others.within(request.reach).exclude(author=request.user)
    found = list(within.select_related("service", "exam", "speciality").order_by("created_at"))
    if not request.reaches(Permission.FILE_FOR_CANDIDATES):
        # Who only reads is led nowhere by it.
        for one in found:
            one.is_left = False
    return found


def left_draft(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Show what a colleague had typed; go on with it, or drop it."""
    found = get_object_or_404(left_within(request).whole(), pk=draft)
    by, refusal, chosen = _author(request, found), None, request.POST.get("acte", "")
    if chosen in (TAKE_UP, DROP):
        try:
            return _done(request, found, chosen, by=by)
        except Refused as said:
            refusal = said
    note_draft(request, found)
    context = {
        "draft": found,
        "typed": rebasing.typed_in(found, dossier_for(request, found)),
        "refusal": refusal,
        "trail": TRAIL,
    }
    is_empty = request.method == "POST" and refusal is None
    status = 409 if refusal else 422 if is_empty else 200
    return render(request, "office/left_draft.html", context, status=status)


def _done(request: HttpRequest, draft: Draft, chosen: str, *, by: Actor) -> HttpResponse:
    at = request.arrived_at
    if chosen == TAKE_UP:
        standing_in.take_up(draft=draft, author=request.user, by=by, at=at)
        messages.success(request, "Cette saisie est maintenant la vôtre : continuez-la.")
        return redirect("office:draft", draft.pk)
    standing_in.drop(draft=draft, by=by, at=at)
    messages.success(request, "La saisie est abandonnée, et ce qui y était est effacé.")
    return redirect("office:drafts")


def _author(request: HttpRequest, draft: Draft) -> Actor:
    reach = request.reaches(Permission.FILE_FOR_CANDIDATES)
    author: Actor = reach.author(academy=draft.service.academy_id, domain=draft.service.domain.code)
    return author
