"""« Récapitulatif » and « Ma candidature est-elle prête ? »: everything, before it is filed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.acts import registering
from sporades.core.refusals import Refused
from sporades.registrations import journey
from sporades.registrations.changes import changes_between
from sporades.registrations.dossier import Dossier
from sporades.registrations.exclusion import Exclusion, exclusion_of
from sporades.registrations.models import Draft
from sporades.registrations.queries import registrations_of, version_of
from sporades.registrations.refusals import AlreadyRegistered, Closed, Incomplete, Trouble
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.snapshot import as_read, identity_of
from sporades.web.candidate import drafts, points
from sporades.web.candidate.stepper import step


def recap(request: HttpRequest, draft: UUID) -> HttpResponse:
    """« Récapitulatif »: everything, to be checked; « Enregistrer » stands here."""
    found = drafts.own(request, draft)
    if request.method == "POST":
        return _register(request, found)
    if not found.is_open:
        return drafts.after(found)
    dossier = drafts.dossier(request, found)
    forms = journey.judged(dossier)
    if journey.troubles(forms):
        return redirect("candidate:ready", found.pk)
    return _recap(request, found, dossier, forms)


def ready(request: HttpRequest, draft: UUID) -> HttpResponse:
    """« Ma candidature est-elle prête ? »: what blocks, what is odd, with a link to each field."""
    found = drafts.own(request, draft)
    if not found.is_open:
        return drafts.after(found)
    dossier = drafts.dossier(request, found)
    forms = journey.judged(dossier)
    troubles = journey.troubles(forms)
    blocking = points.linked(found, forms, troubles) + _excluding(found)
    context = {
        "draft": found,
        "named": [(one, url) for one, url in blocking if not one.is_of_a_whole_tab],
        "unfilled": [one for one, _ in blocking if one.is_of_a_whole_tab],
        "oddities": points.linked(found, forms, journey.oddities(forms)),
        "checks": points.tab_by_tab(found, forms, troubles),
        **drafts.timing(request, found, dossier),
    }
    return render(request, "candidate/ready.html", context)


def _recap(
    request: HttpRequest,
    draft: Draft,
    dossier: Dossier,
    forms: list[tuple[Section, SectionForm]],
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    exclusion = _exclusion(draft)
    changes = _changes(draft, dossier, forms)
    is_new = draft.amends is None
    context = {
        "draft": draft,
        "overview": [("Examen ou concours", str(draft)), ("Académie", draft.service.academy.name)],
        "identity": identity_of(dossier),
        "identity_url": ""
        if draft.candidate.is_frozen
        else drafts.account_from(reverse("candidate:recap", args=[draft.pk])),
        "parts": [_part(draft, section, form) for section, form in forms if form.is_valid()],
        "last_section": forms[-1][0].slug,
        "step": step(dossier, "recapitulatif"),
        "refusal": refusal,
        "exclusion": exclusion,
        "oddities": points.linked(draft, forms, journey.oddities(forms)),
        "changes": changes,
        "can_save": (is_new or changes or draft.amends.consents_chosen_at)
        and exclusion is None
        and draft.service.accepts(request.arrived_at),
        "may_ask": bool(changes) and not draft.service.accepts(request.arrived_at),
        "rules_changed": draft.regulation_id != dossier.regulation.pk,
        **drafts.timing(request, draft, dossier),
    }
    return render(request, "candidate/recap.html", context, status=status)


def _register(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        version = registering.register(draft=draft, by=request.actor, at=request.arrived_at)
    except Incomplete as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:ready", draft.pk)
    except (Closed, AlreadyRegistered) as refusal:
        dossier = drafts.dossier(request, draft)
        return _recap(request, draft, dossier, journey.judged(dossier), refusal=refusal, status=409)
    return redirect("candidate:number", version.registration.number)


def _changes(draft: Draft, dossier: Dossier, forms: list[tuple[Section, SectionForm]]) -> list[str]:
    """Return what a modification changes, for now, in what is filed."""
    if draft.amends is None:
        return []
    filed = version_of.get(registration=draft.amends_id, number=draft.amends_version)
    valid = [(section, form) for section, form in forms if form.is_valid()]
    return changes_between(filed.snapshot, as_read(dossier, valid))


def _part(draft: Draft, section: Section, form: SectionForm) -> dict[str, Any]:
    return {
        "slug": section.slug,
        "title": section.title,
        "lines": [(line.label, line.value) for line in form.lines()],
        "tables": form.tables(),
        "change_url": reverse("candidate:tab", args=[draft.pk, section.slug]) + "?retour=1",
    }


def _excluding(draft: Draft) -> points.Points:
    """Return the registration that stands in the way of another one, if there is one."""
    exclusion = _exclusion(draft)
    if exclusion is None:
        return []
    standing = exclusion.registration
    blocks = Trouble("", f"Votre inscription à : {standing}", "", "", exclusion.message)
    return [(blocks, reverse("candidate:registration", args=[standing.number]))]


def _exclusion(draft: Draft) -> Exclusion | None:
    return exclusion_of(draft, registrations_of(user=draft.candidate.user_id))
