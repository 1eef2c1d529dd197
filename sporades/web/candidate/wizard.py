"""« M'inscrire »: the tabs of a candidate's own draft, until « Enregistrer »."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.queries import cases_of, last_among
from sporades.accommodations.words import undeclared_in_words
from sporades.acts.registrations import registering
from sporades.registrations.changes import have_sensitive
from sporades.registrations.models import Version
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import (
    AlreadyRegistered,
    AmendedMeanwhile,
    AnsweredMeanwhile,
    Closed,
    DecidedMeanwhile,
    Incomplete,
    NoLongerStands,
)
from sporades.registrations.sections.identification import service_of_residence
from sporades.web.candidate import drafts
from sporades.web.candidate.drafts import DOOR
from sporades.web.wizard import differing, tabs
from sporades.web.wizard import recap as recapping
from sporades.web.wizard.door import dossier_for

TAKEN_BACK = "Votre demande d'aménagement, qui n'était pas envoyée, est retirée."


def resume(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Go to where the draft stands; of what is offered no more, to where it is said."""
    found = drafts.own(request, draft)
    if found.is_open and (gone := found.gone_in_words):
        messages.warning(request, gone)
        return redirect("candidate:registrations")
    return tabs.resume(request, found, door=DOOR)


def tab(request: HttpRequest, draft: UUID, section: str) -> HttpResponse:
    """Show a tab, or keep its answers and go on."""
    return tabs.tab(request, drafts.own(request, draft), section, door=DOOR)


def autosave(request: HttpRequest, draft: UUID, section: str) -> HttpResponse:
    """Keep what is being typed in a tab."""
    return tabs.autosave(request, drafts.own(request, draft), section, door=DOOR)


def move(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Take the draft, with its answers, to the academy of residence."""
    found = drafts.own(request, draft)
    if not found.is_open:
        return drafts.after(found)
    service = service_of_residence(dossier_for(request, found), at=request.arrived_at)
    if service is None:
        raise Http404
    before = drafts.suited(request, found)
    drafting.move(draft=found, service=service, at=request.arrived_at)
    drafts.say_moved(request, found, before=before)
    return redirect("candidate:draft", found.pk)


def abandon(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Leave a draft, once confirmed."""
    found = drafts.own(request, draft)
    if not found.is_open:
        return drafts.after(found)
    if request.method == "POST":
        registering.abandon(draft=found, by=request.actor, at=request.arrived_at)
        if found.amends is None:
            messages.success(request, "Votre saisie est abandonnée.")
            return redirect("candidate:registrations")
        messages.success(
            request,
            "Votre modification est abandonnée : votre inscription reste telle qu'elle est.",
        )
        return redirect("candidate:registration", found.amends.number)
    return render(request, "candidate/abandon.html", {"draft": found})


def differences(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What was filed since a modification was begun: question by question, one chooses."""
    return differing.differences(request, drafts.own(request, draft), door=DOOR)


def ready(request: HttpRequest, draft: UUID) -> HttpResponse:
    """« Ma candidature est-elle prête ? »."""
    return recapping.ready(request, drafts.own(request, draft), door=DOOR)


def recap(request: HttpRequest, draft: UUID) -> HttpResponse:
    """« Récapitulatif »: everything, to be checked; « Enregistrer » stands here."""
    found = drafts.own(request, draft)
    if request.method != "POST":
        return recapping.recap(request, found, door=DOOR)
    try:
        version = registering.register(
            draft=found,
            by=request.actor,
            at=request.arrived_at,
            shown=recapping.shown_in(request),
        )
    except Incomplete as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:ready", found.pk)
    except AmendedMeanwhile:
        return differing.page(request, found, door=DOOR, status=409)
    except (AnsweredMeanwhile, DecidedMeanwhile) as refusal:
        # Read now: what was answered or decided meanwhile is what there is to say.
        return recapping.refused(request, drafts.own(request, draft), refusal, door=DOOR)
    except (Closed, AlreadyRegistered, NoLongerStands) as refusal:
        if not found.is_open:
            raise
        if isinstance(refusal, Closed):
            registering.note_out_of_hours(draft=found, by=request.actor, at=request.arrived_at)
        return recapping.refused(request, found, refusal, door=DOOR)
    _say_undeclared(request, version)
    return redirect("candidate:number", version.registration.number)


def _say_undeclared(request: HttpRequest, version: Version) -> None:
    """Say what became of the request for accommodations of who has just declared no handicap."""
    filed = version.registration
    if filed.has_disability or not have_sensitive(version.changes):
        return
    known = list(cases_of(registration=filed.pk))
    said = undeclared_in_words(last_among(known))
    if not said and any(case.withdrawn_at == request.arrived_at for case in known):
        said = TAKEN_BACK
    if said:
        messages.info(request, said)
