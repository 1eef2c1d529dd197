"""The tabs of « M'inscrire », their answers kept as they are given."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import reverse

from sporades.candidates.words import identity_in_words
from sporades.core.french import hour_in_words
from sporades.core.refusals import Refused
from sporades.registrations import counting, drafting, journey
from sporades.registrations.dossier import Dossier
from sporades.registrations.models import Draft
from sporades.registrations.queries import last_address_of
from sporades.registrations.refusals import Overtaken, TooLong
from sporades.registrations.residence import service_of_residence
from sporades.registrations.sections import IDENTIFICATION
from sporades.registrations.sections.base import Section, SectionForm
from sporades.web.candidate import conflicts, drafts, points
from sporades.web.candidate.stepper import step
from sporades.web.layout.kept import forget, kept

REVISION = "revision"
BACK = "retour"
"""Said by a tab that was opened from « Récapitulatif », to go back there."""
_KEPT = "Votre session s'était terminée. Vos réponses sont là : vérifiez-les, puis continuez."
_TAKEN_UP = "Ces réponses sont celles de votre saisie précédente : vérifiez-les, puis continuez."
_TOO_LATE = (
    "Cette saisie était déjà enregistrée ou abandonnée : les réponses que vous venez d'envoyer "
    "n'y sont pas ajoutées. Pour changer une réponse, utilisez « Modifier »."
)
_WAITS = (
    "Votre demande de modification attend une réponse : les réponses que vous venez d'envoyer n'y "
    "sont pas ajoutées. Pour la changer, retirez-la d'abord."
)


def resume(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Go to where the draft stands: its first incomplete tab, or the summary."""
    found = drafts.own(request, draft)
    if not found.is_open:
        return drafts.after(found)
    section = journey.first_incomplete(drafts.dossier(request, found))
    if section is None:
        return redirect("candidate:recap", found.pk)
    return redirect("candidate:tab", found.pk, section.slug)


def tab(request: HttpRequest, draft: UUID, section: str) -> HttpResponse:
    """Show a tab, or keep its answers and go on."""
    found = drafts.own(request, draft)
    if not found.is_open:
        if request.method == "POST":
            messages.warning(request, _WAITS if found.sent_at else _TOO_LATE)
        return drafts.after(found)
    dossier = drafts.dossier(request, found)
    part = _section(dossier, section)
    if request.method == "POST":
        return _answered(request, found, dossier, part)
    revision = _revision(found, part)
    if answers := kept(request):
        form = part.form(dossier, answers)
        # They answer the page that was shown then: what was answered since is not overwritten.
        seen = _number(answers.get(REVISION, [""])[-1])
        revision = revision if seen is None else seen
        messages.warning(request, _KEPT)
    elif "verifier" in request.GET and part.slug in dossier.answers:
        form = part.judged(dossier)
    else:
        form = _as_answered(request, dossier, part)
    return _show(request, found, dossier, part, form, revision=revision)


def autosave(request: HttpRequest, draft: UUID, section: str) -> HttpResponse:
    """Keep what is being typed in a tab, complete or not; answer in JSON."""
    found = drafts.own(request, draft)
    dossier = drafts.dossier(request, found)
    part = _section(dossier, section)
    form = _sent(request, dossier, part)
    try:
        row = drafting.answer(
            draft=found,
            section=part.slug,
            typed=form.typed(),
            seen_revision=_seen(request),
            at=request.arrived_at,
        )
    except Overtaken as refusal:
        return JsonResponse({"message": str(refusal), "overtaken": True}, status=409)
    except TooLong as refusal:
        return JsonResponse({"message": str(refusal)}, status=400)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    hour = hour_in_words(request.arrived_at, found.service.zone)
    return JsonResponse({"saved_at": hour, "revision": row.revision})


def move(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Take the draft, with its answers, to the academy of residence."""
    found = drafts.own(request, draft)
    if not found.is_open:
        return drafts.after(found)
    service = service_of_residence(drafts.dossier(request, found), at=request.arrived_at)
    if service is None:
        raise Http404
    drafting.move(draft=found, service=service, at=request.arrived_at)
    messages.success(
        request,
        f"Votre saisie continue auprès {service.academy.with_preposition}, avec toutes vos réponses.",
    )
    return redirect("candidate:draft", found.pk)


def abandon(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Leave a draft, once confirmed."""
    found = drafts.own(request, draft)
    if not found.is_open:
        return drafts.after(found)
    if request.method == "POST":
        drafting.abandon(draft=found, at=request.arrived_at)
        messages.success(request, "Votre saisie est abandonnée.")
        return redirect("candidate:registrations")
    return render(request, "candidate/abandon.html", {"draft": found})


def _section(dossier: Dossier, slug: str) -> Section:
    found = next((part for part in journey.journey(dossier) if part.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _answered(
    request: HttpRequest, draft: Draft, dossier: Dossier, section: Section
) -> HttpResponse:
    form = _sent(request, dossier, section)
    try:
        drafting.answer(
            draft=draft,
            section=section.slug,
            typed=form.typed(),
            seen_revision=_seen(request),
            at=request.arrived_at,
        )
    except Overtaken:
        return _conflict(request, draft, dossier, section, form)
    except TooLong as refusal:
        # Its field says how long it may be; the page holds the rest of what was typed.
        messages.error(request, str(refusal))
        return _show(request, draft, dossier, section, form, revision=_seen(request), status=400)
    forget(request)
    # The tabs that follow are those that these very answers lead through.
    answered = replace(dossier, answers={**dossier.answers, section.slug: form.typed()})
    return _onwards(request, draft, answered, section, form)


def _sent(request: HttpRequest, dossier: Dossier, section: Section) -> SectionForm:
    """Return a tab bound to what its page sent."""
    return section.answered(
        dossier,
        conflicts.posted(request.POST, stored=dossier.of(section.slug)),
        settled=conflicts.settled(request.POST),
        is_from_page=REVISION in request.POST,
    )


def _onwards(
    request: HttpRequest, draft: Draft, dossier: Dossier, section: Section, form: SectionForm
) -> HttpResponse:
    """Go where the button pressed leads, once the answers are kept."""
    if "precedent" in request.POST:
        return _towards(draft, dossier, section, by=-1)
    if "plus_tard" in request.POST:
        messages.success(request, "Votre saisie est gardée : vous la retrouverez ici.")
        return redirect("candidate:registrations")
    if "prete" in request.POST:
        return redirect("candidate:ready", draft.pk)
    if not form.is_valid():
        counting.count_refused(draft=draft, section=section, form=form, at=request.arrived_at)
        # Shown by GET: loaded again, or come back to, the page asks and sends nothing old.
        back = "&retour=1" if BACK in request.POST else ""
        return redirect(points.judged_tab(draft, section.slug) + back)
    if BACK in request.POST:
        return redirect("candidate:recap", draft.pk)
    return _towards(draft, dossier, section, by=1)


def _conflict(
    request: HttpRequest, draft: Draft, dossier: Dossier, section: Section, form: SectionForm
) -> HttpResponse:
    # Read now: they may have been written while this request waited for its turn.
    theirs = draft.answers.get(section=section.slug)
    context = {
        "draft": draft,
        "section": section,
        "form": form,
        "differences": conflicts.differences(
            mine=form, theirs=section.form(dossier, theirs.answers)
        ),
        "mine": form.typed(),
        "revision": theirs.revision,
        "goes_back": BACK in request.POST,
    }
    return render(request, "candidate/conflict.html", context, status=409)


def _towards(draft: Draft, dossier: Dossier, section: Section, *, by: int) -> HttpResponse:
    slugs = [part.slug for part in journey.journey(dossier)]
    at = slugs.index(section.slug) + by
    if at < 0:
        return _before(draft)
    if at < len(slugs):
        return redirect("candidate:tab", draft.pk, slugs[at])
    return redirect("candidate:recap", draft.pk)


def _before(draft: Draft) -> HttpResponse:
    """Go to what stands before the first tab: the registration, or the choice of an academy."""
    if draft.amends is not None:
        return redirect("candidate:registration", draft.amends.number)
    exam = draft.exam
    names = [exam.domain.code, exam.session.code, exam.code]
    if draft.speciality:
        url = reverse("candidate:choose_academy_for", args=[*names, draft.speciality.code])
    else:
        url = reverse("candidate:choose_academy", args=names)
    return redirect(f"{url}?{urlencode({'academie': draft.service.academy_id})}")


def _as_answered(request: HttpRequest, dossier: Dossier, section: Section) -> SectionForm:
    """Return a tab as it was answered; an address not given yet, as it was given last."""
    if section is IDENTIFICATION and section.slug not in dossier.answers:
        for last in last_address_of(user=request.user.pk):
            messages.info(request, _TAKEN_UP)
            return section.form(dossier, shown=last.answers)
    return section.form_for(dossier)


def _seen(request: HttpRequest) -> int | None:
    return _number(request.POST.get(REVISION, ""))


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None  # noqa: PLR2004


def _revision(draft: Draft, section: Section) -> int:
    return next((row.revision for row in draft.answered if row.section == section.slug), 0)


def _show(
    request: HttpRequest,
    draft: Draft,
    dossier: Dossier,
    section: Section,
    form: SectionForm,
    *,
    revision: int | None,
    status: int = 200,
) -> HttpResponse:
    special = f"candidate/tabs/{section.slug}.html"
    template = select_template([special, "candidate/tab.html"])
    here = step(dossier, section.slug)
    # Answers given back after the session had ended say it as the page that sent them did.
    goes_back = any(BACK in said for said in (request.GET, request.POST, kept(request) or ()))
    context = {
        "draft": draft,
        "dossier": dossier,
        "identity": identity_in_words(dossier.identity),
        "account_url": drafts.account_from(reverse("candidate:tab", args=[draft.pk, section.slug])),
        "section": section,
        "form": form,
        "step": here,
        "next_title": "" if goes_back else here.next_title,
        "revision": revision,
        "goes_back": goes_back,
        "rules_changed": draft.regulation_id != dossier.regulation.pk,
        "mended_elsewhere": points.mended_elsewhere(draft, dossier, section, form),
        **_elsewhere(request, dossier, form),
        **drafts.timing(request, draft, dossier),
    }
    return HttpResponse(template.render(context, request), status=status)


def _elsewhere(request: HttpRequest, dossier: Dossier, form: SectionForm) -> dict[str, Any]:
    """Return where to register instead of here, once an address has just been refused."""
    # Asking for the errors judges the answers, where nothing has yet.
    refused = getattr(form, "elsewhere", None) if form.errors else None
    if refused is None:
        return {"places": (), "service_of_residence": None}
    dossier.answers["identification"] = form.typed()
    return {
        "places": refused.places,
        "service_of_residence": service_of_residence(dossier, at=request.arrived_at),
    }
