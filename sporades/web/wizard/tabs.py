"""The tabs of a registration, their answers kept as they are given, whoever gives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.utils.datastructures import MultiValueDict

from sporades.candidates.words import identity_in_words
from sporades.core.french import hour_in_words
from sporades.core.numbers import INTEGER, whole
from sporades.core.refusals import Refused
from sporades.exams.rules.residence import is_by_address, is_free
from sporades.registrations import counting, journey
from sporades.registrations.choices import is_another
from sporades.registrations.dossier import Dossier, have_rules_moved
from sporades.registrations.fields import as_data
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import NoLongerOffered, NotAsked, Overtaken, TooLong
from sporades.registrations.residence import open_service
from sporades.registrations.sections import SECTIONS, eligibility
from sporades.registrations.sections.base import Section, SectionForm
from sporades.web.components.errors import error_lines
from sporades.web.layout.kept import forget, kept
from sporades.web.wizard import conflicts, points
from sporades.web.wizard.door import Door, dossier_for
from sporades.web.wizard.stepper import step

REVISION = "revision"
STEPS = "steps"
"""Under what a session holds the steps of a draft that its page showed, until what changed them is said."""
BACK = "retour"
"""Said by a tab that was opened from « Récapitulatif », to go back there."""
CHOSEN = "onglet"
"""The name of the buttons of « Tous les onglets »: the value is the tab that one leads to."""
MOST_NAMED = 3
"""How many points are said in words, of those that a new choice leaves."""
_NOT_ADDED = "Ce que vous venez de saisir n'y est pas ajouté."
_KEPT = "Votre session s'était terminée. Vos réponses sont là : vérifiez-les, puis continuez."


def resume(request: HttpRequest, draft: Draft, *, door: Door) -> HttpResponse:
    """Go to where the draft stands: its first incomplete tab, or the summary."""
    if not draft.is_open:
        return door.after(draft)
    if draft.is_overtaken:
        return door.to("differences", draft)
    judged = dossier_for(request, draft)
    if left := unsent(request, draft, judged, door=door):
        return left
    section = journey.first_incomplete(judged)
    if section is None:
        return door.to("recap", draft)
    if section.slug in judged.answers and (draft.amends_id or have_rules_moved(draft, judged)):
        return _to_mend(request, draft, judged, section, door=door)
    return door.to("tab", draft, section.slug)


def _to_mend(
    request: HttpRequest, draft: Draft, dossier: Dossier, section: Section, *, door: Door
) -> HttpResponse:
    """Lead to a tab that was accepted once: what no longer fits is said at once, not after « Suivant »."""
    if left := _left_to_fill(draft, section.judged(dossier)):
        messages.info(request, left)
        return door.to("tab", draft, section.slug)
    return redirect(door.judged_tab(draft, section.slug))


def _left_to_fill(draft: Draft, form: SectionForm) -> str:
    """Say what another speciality leaves to be done in a tab; nothing of what is for the same one.

    Whoever has just chosen it has made no mistake: the tab is shown without any.
    """
    if not is_another(draft):
        return ""
    lines = [line.words for line in error_lines(form)]
    count = "un point" if len(lines) == 1 else f"{len(lines)} points"
    among = "" if len(lines) <= MOST_NAMED else " Les premiers :"
    told = " ".join(lines[:MOST_NAMED])
    return f"Le nouveau choix laisse {count} à remplir dans cet onglet.{among} {told}"


def unsent(
    request: HttpRequest, draft: Draft, dossier: Dossier, *, door: Door
) -> HttpResponse | None:
    """Lead to the tab whose answers were sent as the session had ended, and wait to be looked at."""
    for section in journey.journey(dossier):
        if kept(request, at=door.url("tab", draft, section.slug)):
            return door.to("tab", draft, section.slug)
    return None


def tab(request: HttpRequest, draft: Draft, section: str, *, door: Door) -> HttpResponse:
    """Show a tab, or keep its answers and go on."""
    if not draft.is_open:
        if request.method == "POST" or kept(request):
            messages.warning(request, door.too_late(draft))
            forget(request)
        return door.after(draft)
    judged = dossier_for(request, draft)
    try:
        part = _section(judged, section)
    except NotAsked as refusal:
        return _not_asked(request, draft, refusal, door=door)
    if request.method == "POST":
        return _answered(request, draft, judged, part, door=door)
    revision, is_waiting = _revision(draft, part), False
    if answers := kept(request):
        is_waiting = True
        form = _read(as_data(answers), judged, part)
        # They answer the page that was shown then: what was answered since is not overwritten.
        seen = whole(answers.get(REVISION, [""])[-1], most=INTEGER)
        revision = revision if seen is None else seen
        messages.warning(request, _KEPT)
    elif "verifier" in request.GET and part.slug in judged.answers:
        form = part.judged(judged)
    else:
        form = door.shown(request, judged, part)
    return _show(
        request, draft, judged, part, form, revision=revision, is_waiting=is_waiting, door=door
    )


def autosave(request: HttpRequest, draft: Draft, section: str, *, door: Door) -> HttpResponse:
    """Keep what is being typed in a tab, complete or not; answer in JSON."""
    try:
        judged = dossier_for(request, draft)
        part = _section(judged, section)
        row = drafting.answer(
            draft=draft,
            section=part.slug,
            typed=_read(request.POST, judged, part).typed(),
            seen_revision=_seen(request),
            at=request.arrived_at,
        )
    except Overtaken as refusal:
        return JsonResponse({"message": str(refusal), "overtaken": True}, status=409)
    except TooLong as refusal:
        return JsonResponse({"message": str(refusal)}, status=400)
    except NoLongerOffered as refusal:
        return JsonResponse({"message": f"{refusal} {_NOT_ADDED}"}, status=409)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    _note_steps(request, draft, judged, part, row.answers)
    forget(request, at=door.url("tab", draft, part.slug))
    hour = hour_in_words(request.arrived_at, draft.service.zone)
    return JsonResponse({"saved_at": hour, "revision": row.revision})


def _section(dossier: Dossier, slug: str) -> Section:
    """Return a tab. Raises NotAsked where what was answered since took it away; NoLongerOffered."""
    found = next((part for part in SECTIONS if part.slug == slug), None)
    if found is None:
        raise Http404
    if found not in journey.journey(dossier):
        raise NotAsked(found.title)
    return found


def _not_asked(
    request: HttpRequest, draft: Draft, refusal: NotAsked, *, door: Door
) -> HttpResponse:
    """Lead to where the draft stands from a tab that it no longer has."""
    if request.method == "POST" or kept(request):
        messages.warning(request, str(refusal))
        forget(request)
    else:
        messages.info(request, refusal.why)
    return door.to("draft", draft)


def _answered(
    request: HttpRequest, draft: Draft, dossier: Dossier, section: Section, *, door: Door
) -> HttpResponse:
    form = _read(request.POST, dossier, section)
    try:
        drafting.answer(
            draft=draft,
            section=section.slug,
            typed=form.typed(),
            seen_revision=_seen(request),
            at=request.arrived_at,
        )
    except Overtaken:
        return _conflict(request, draft, dossier, section, form, door=door)
    except TooLong as refusal:
        # Its field says how long it may be; the page holds the rest of what was typed.
        messages.error(request, str(refusal))
        revision = _seen(request)
        return _show(
            request, draft, dossier, section, form, revision=revision, door=door, status=400
        )
    forget(request)
    # The tabs that follow are those that these very answers lead through.
    answered = replace(dossier, answers={**dossier.answers, section.slug: form.typed()})
    if draft.amends_id is None and form.is_valid():
        were = request.session.get(STEPS, {}).get(str(draft.pk))
        _say_other_steps(request, were or _steps(dossier), _steps(answered))
        if were:
            del request.session[STEPS]
    return _onwards(request, draft, answered, section, form, door=door)


def _steps(dossier: Dossier) -> list[str]:
    return [part.slug for part in journey.journey(dossier)]


def _note_steps(
    request: HttpRequest, draft: Draft, before: Dossier, section: Section, kept: Mapping[str, Any]
) -> None:
    """Note the steps that a page showed, where answers kept as they are typed change them: they are said on the next one."""
    if draft.amends_id is not None or str(draft.pk) in request.session.get(STEPS, {}):
        return
    after = replace(before, answers={**before.answers, section.slug: kept})
    if (were := _steps(before)) != _steps(after):
        request.session[STEPS] = {str(draft.pk): were}


def _say_other_steps(request: HttpRequest, were: Sequence[str], are: Sequence[str]) -> None:
    """Say which steps these answers take away or add: those that follow have another number."""
    for part in SECTIONS:
        if part.slug in were and part.slug not in are:
            said = f"D'après ces réponses, l'étape « {part.title} » n'est pas demandée."
            messages.info(request, said)
        if part.slug in are and part.slug not in were:
            said = f"D'après ces réponses, une étape s'ajoute : « {part.title} »."
            messages.info(request, said)


def _read(post: MultiValueDict[str, str], dossier: Dossier, section: Section) -> SectionForm:
    """Return a tab bound to what its page sent, now or before the session had ended."""
    return section.answered(
        dossier,
        conflicts.posted(post, stored=dossier.of(section.slug)),
        settled=conflicts.settled(post),
        is_from_page=REVISION in post,
    )


def _onwards(
    request: HttpRequest,
    draft: Draft,
    dossier: Dossier,
    section: Section,
    form: SectionForm,
    *,
    door: Door,
) -> HttpResponse:
    """Go where the button pressed leads, once the answers are kept."""
    back = "retour=1" if BACK in request.POST else ""
    if "precedent" in request.POST:
        return _towards(draft, dossier, section, by=-1, door=door, back=back)
    if CHOSEN in request.POST:
        return _chosen(draft, dossier, request.POST[CHOSEN], door=door, back=back)
    for name, away in _AWAY.items():
        if name in request.POST:
            return away(request, draft, section, door)
    if not form.is_valid():
        counting.count_refused(draft=draft, section=section, form=form, at=request.arrived_at)
        # Shown by GET: loaded again, or come back to, the page asks and sends nothing old.
        return redirect("&".join(filter(None, [door.judged_tab(draft, section.slug), back])))
    if back:
        # Where one was reading; what a modification changes is said first of all, at the top.
        where = "" if draft.amends_id else f"#{section.slug}"
        return redirect(door.url("recap", draft) + where)
    return _towards(draft, dossier, section, by=1, door=door)


type _Away = Callable[[HttpRequest, Draft, Section, Door], HttpResponse]
_AWAY: dict[str, _Away] = {
    "plus_tard": lambda request, _draft, _section, door: door.later(request),
    "prete": lambda _request, draft, _section, door: door.to("ready", draft),
    "compte": lambda _request, draft, section, door: redirect(
        door.account(door.url("tab", draft, section.slug))
    ),
}
"""The buttons that lead out of the tabs, whatever is wrong in this one."""


def _conflict(
    request: HttpRequest,
    draft: Draft,
    dossier: Dossier,
    section: Section,
    form: SectionForm,
    *,
    door: Door,
) -> HttpResponse:
    # Read now: they may have been written while this request waited for its turn.
    theirs = draft.answers.get(section=section.slug)
    context = {
        "draft": draft,
        "section": section,
        "form": form,
        "here": door.url("tab", draft, section.slug),
        "differences": conflicts.differences(
            mine=form, theirs=section.form(dossier, theirs.answers)
        ),
        "mine": form.typed(),
        "revision": theirs.revision,
        "untaken": request.POST.get(REVISION, ""),
        "goes_back": BACK in request.POST,
        **door.besides(request, draft),
    }
    return render(request, door.page("conflict"), context, status=409)


def _towards(
    draft: Draft, dossier: Dossier, section: Section, *, by: int, door: Door, back: str = ""
) -> HttpResponse:
    slugs = [part.slug for part in journey.journey(dossier)]
    at = slugs.index(section.slug) + by
    if at < 0:
        return door.before(draft)
    if at == len(slugs):
        return door.to("recap", draft)
    return _at(draft, slugs[at], door=door, back=back)


def _chosen(draft: Draft, dossier: Dossier, slug: str, *, door: Door, back: str) -> HttpResponse:
    """Go to a tab of « Tous les onglets »; to the summary from one that these answers have not."""
    if slug not in [part.slug for part in journey.journey(dossier)]:
        return door.to("recap", draft)
    return _at(draft, slug, door=door, back=back)


def _at(draft: Draft, slug: str, *, door: Door, back: str) -> HttpResponse:
    """Go to a tab, from where one goes back to « Récapitulatif » if one came from there."""
    return redirect("?".join(filter(None, [door.url("tab", draft, slug), back])))


def _seen(request: HttpRequest) -> int | None:
    return whole(request.POST.get(REVISION, ""), most=INTEGER)


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
    door: Door,
    is_waiting: bool = False,
    status: int = 200,
) -> HttpResponse:
    frame = door.page("tab")
    template = select_template([f"wizard/tabs/{section.slug}.html", frame])
    here = step(dossier, section.slug)
    # Answers given back after the session had ended say it as the page that sent them did.
    goes_back = any(BACK in said for said in (request.GET, request.POST, kept(request) or ()))
    address = door.url("tab", draft, section.slug)
    context = {
        "frame": frame,
        "here": address,
        "autosave_url": door.url("autosave", draft, section.slug),
        "draft": draft,
        "dossier": dossier,
        "identity": identity_in_words(dossier.identity),
        "section": section,
        "form": form,
        "step": here,
        "next_title": "" if goes_back else here.next_title,
        "revision": revision,
        "goes_back": goes_back,
        "all_tabs": here.tabs if draft.amends_id else (),
        "rules_changed": have_rules_moved(draft, dossier),
        "outside": points.outside(door, draft, dossier),
        "waivable": eligibility.waivable(dossier, [form]),
        "mended_elsewhere": points.mended_elsewhere(door, draft, dossier, section, form),
        **_elsewhere(request, dossier, form, door=door),
        "is_waiting": is_waiting,
        "is_free": is_free(dossier.rules.residence),
        "is_by_address": is_by_address(dossier.rules.residence),
        **door.timing(request, draft, dossier),
        **door.besides(request, draft),
    }
    return HttpResponse(template.render(context, request), status=status)


def _elsewhere(
    request: HttpRequest, dossier: Dossier, form: SectionForm, *, door: Door
) -> dict[str, Any]:
    """Return where to register instead of here, once an address has just been refused."""
    # Asking for the errors judges the answers, where nothing has yet.
    refused = getattr(form, "elsewhere", None) if form.errors else None
    if refused is None:
        return {"places": (), "residence_rule": "", "service_of_residence": None}
    there = open_service(dossier, refused, at=request.arrived_at) if door.leads_elsewhere else None
    return {
        "places": refused.places,
        "residence_rule": refused.rule,
        "service_of_residence": there,
    }
