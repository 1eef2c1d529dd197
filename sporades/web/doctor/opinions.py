"""One request before its doctor: the opinion is written, read over, signed (H3)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.models import Case
from sporades.accommodations.rules import papers_in_words, sat_for
from sporades.accommodations.states import Opinion, State
from sporades.acts.accommodating import NotInCharge, papers_given
from sporades.acts.consulting import consult_file
from sporades.acts.medical import opining
from sporades.core.french import hour_in_words, listed
from sporades.core.refusals import Refused
from sporades.medical.operations import DraftOvertaken
from sporades.medical.queries import compartment
from sporades.web.doctor.case_page import draft_on, drafted_on, page_of, unread_on, why_not_attested
from sporades.web.doctor.cases import (
    Gone,
    author_on,
    case_of,
    gone_page,
    is_typed,
    left_of,
    trail,
    typed_on,
)
from sporades.web.doctor.forms import NOTE, TEXT, OpinionForm
from sporades.web.layout.seen import seen_in

REVISION, SEEN, OPEN = "revision", "vue", "ouvrir"
REOPEN = "corriger"
KEY_LENGTH = 36
"""Of the key of a paper, as it is written."""

SIGNED = "Votre avis sur la demande n°{} est signé. Le service gestionnaire décide."
KEPT_ELSEWHERE = (
    "Votre avis a été changé dans une autre fenêtre : ce que vous tapez ici n'est plus enregistré. "
    "« Enregistrer » vous montre les deux, sans rien perdre."
)


def case(request: HttpRequest, case: int) -> HttpResponse:
    """What is asked and what was confided, side by side with the opinion."""
    try:
        found = case_of(request, case)
    except Gone as gone:
        return gone_page(request, case, gone, left=_typed(request, case))
    if request.method != "POST":
        # Whoever opens no paper reads who asks for what, too.
        by = author_on(request, found)
        consult_file(registration=found.registration, by=by, at=request.arrived_at)
        return page_of(request, found)
    return _reopened(request, found) if REOPEN in request.POST else _saved(request, found)


def _saved(request: HttpRequest, found: Case) -> HttpResponse:
    """Keep what was typed, and go where the button pressed leads."""
    form = OpinionForm(request.POST, case=found)
    try:
        _keep(request, found, form)
    except DraftOvertaken:
        return page_of(request, found, form=form, is_overtaken=True, status=409)
    except Refused as refusal:
        return gone_page(request, found.pk, Gone(str(refusal)), left=form.in_words())
    if "relire" in request.POST and not form.is_valid():
        return page_of(request, found, form=form, status=422)
    return _onwards(request, found)


def _typed(request: HttpRequest, key: int) -> list[tuple[str, str]]:
    """Return what was just typed of an opinion, in words."""
    typed = typed_on(request)
    return OpinionForm(typed, case=left_of(request, key)).in_words() if typed else []


def _reopened(request: HttpRequest, found: Case) -> HttpResponse:
    """« Corriger mon avis »."""
    try:
        opining.reopen(case=found, by=author_on(request, found), at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, "Votre avis est de nouveau chez vous : corrigez-le, puis signez-le."
        )
    return redirect("doctor:case", found.pk)


def _onwards(request: HttpRequest, found: Case) -> HttpResponse:
    """Go where the button pressed leads, once what was typed is kept."""
    if "relire" in request.POST:
        return redirect("doctor:sign", found.pk)
    here = reverse("doctor:case", args=[found.pk])
    if paper := request.POST.get(OPEN):
        return redirect(f"{here}?{urlencode({'papier': paper[:KEY_LENGTH]})}")
    messages.success(request, "Votre saisie est gardée. Rien n'est encore signé.")
    paper = request.GET.get("papier", "")
    return redirect(f"{here}?{urlencode({'papier': paper[:KEY_LENGTH]})}" if paper else here)


def keep(request: HttpRequest, case: int) -> HttpResponse:
    """Keep what is being typed; answer in JSON."""
    try:
        found = case_of(request, case)
        revision = _keep(request, found, OpinionForm(request.POST, case=found))
    except DraftOvertaken:
        return JsonResponse({"message": KEPT_ELSEWHERE}, status=409)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    hour = hour_in_words(request.arrived_at, found.registration.service.zone)
    return JsonResponse({"saved_at": hour, "revision": revision})


def sign(request: HttpRequest, case: int) -> HttpResponse:
    """The opinion, read over before it is signed: it is then final."""
    try:
        found = case_of(request, case)
    except Gone as gone:
        return gone_page(request, case, gone, left=_typed(request, case))
    draft = draft_on(found)
    form = drafted_on(found, draft)
    if draft is None or form is None or found.state != State.WITH_DOCTOR or not form.is_valid():
        return redirect("doctor:case", found.pk)
    if request.method == "POST":
        try:
            opining.sign(
                case=found,
                opinions=form.opinions(),
                text=form.cleaned_data[TEXT],
                note=form.cleaned_data[NOTE],
                seen=seen_in(request.POST, SEEN),
                draft_seen=seen_in(request.POST, REVISION),
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except (NotInCharge, opining.Withdrawn) as refusal:
            return gone_page(request, case, Gone(str(refusal)), left=_typed(request, case))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("doctor:case", found.pk)
        messages.success(request, _signed(request, found))
        return redirect("doctor:home")
    context = {
        "case": found,
        "rows": form.rows(),
        "typed": form.pairs(),
        "text": form.cleaned_data[TEXT],
        "note": form.cleaned_data[NOTE],
        "revision": draft.revision,
        "words": words_of_health(*form.texts()),
        "lacking": _lacking(found),
        "trail": trail(found),
        **unread_on(request, found, compartment(found.registration)),
    }
    return render(request, "doctor/sign.html", context)


def _signed(request: HttpRequest, case: Case) -> str:
    """Say that an opinion is signed, and lead to the request that has waited longest for the next one."""
    said = SIGNED.format(case.registration.number)
    mine = Case.objects.within(request.reach).entrusted_to(request.user)
    following = mine.filter(state=State.WITH_DOCTOR).order_by("since", "pk")
    key = following.values_list("pk", flat=True).first()
    if key is None:
        return said
    return format_html(
        '{} <a href="{}">Demande suivante</a>', said, reverse("doctor:case", args=[key])
    )


def _lacking(case: Case) -> str:
    """Name the mandatory papers of health that nobody has confided; of what may be on paper, none."""
    papers = papers_given(case)
    if case.is_on_paper and (case.has_envelope or not any(one.is_given for one in papers)):
        return ""
    due = [f"« {one.label} »" for one in papers if one.is_mandatory and not one.is_given]
    return f"Aucun fichier n'est déposé pour {listed(due)}." if due else ""


def attest(request: HttpRequest, case: int) -> HttpResponse:
    """« Le plan porte l'avis »: every measure is favoured, as it is read over before it is signed."""
    found = case_of(request, case)
    if request.method != "POST":
        return _attested(request, found)
    try:
        opining.attest(
            case=found,
            seen=seen_in(request.POST, SEEN),
            by=author_on(request, found),
            at=request.arrived_at,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("doctor:case", found.pk)
    messages.success(request, _signed(request, found))
    return redirect("doctor:home")


def _attested(request: HttpRequest, found: Case) -> HttpResponse:
    """Show what « Le plan porte l'avis » would sign; the request says why it may not."""
    registration = found.registration
    held = compartment(registration)
    if found.state != State.WITH_DOCTOR or why_not_attested(request, found):
        return redirect("doctor:case", found.pk)
    sat = sat_for(registration, found)
    favourable = Opinion.FAVOURABLE.label
    context = {
        "case": found,
        "rows": [
            (f"{one.named} ({papers_in_words(one.papers, sat, one.code)})", favourable)
            for one in found.measures.all()
        ],
        "text": opining.PLAN_SAYS,
        "is_typed": is_typed(draft_on(found)),
        "trail": trail(found),
        **unread_on(request, found, held),
    }
    return render(request, "doctor/attest.html", context)


def _keep(request: HttpRequest, case: Case, form: OpinionForm) -> int:
    """Keep what was typed; return the revision that is kept now. Raises Refused."""
    return opining.keep(
        case=case,
        typed=form.typed(),
        seen=seen_in(request.POST, REVISION),
        by=author_on(request, case),
        at=request.arrived_at,
    )
