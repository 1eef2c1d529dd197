"""« Papiers de santé » of a registration: what is confided to a doctor, and who opened it (H3)."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.accommodations.queries import last_case_of, papers_called_for_by
from sporades.acts.medical import confiding, reading
from sporades.core.refusals import Refused
from sporades.medical import sealing
from sporades.medical.models import Paper
from sporades.medical.queries import papers_of
from sporades.web.candidate.accommodations.health_forms import ConfideForm, RemarkForm
from sporades.web.candidate.accommodations.health_shown import (
    given_before,
    kind_of,
    name_of,
    shown,
    still_to_send,
)
from sporades.web.candidate.accommodations.taking_up import (
    again_in_words,
    offers_to,
    standing_to_take_up,
)
from sporades.web.candidate.own import own_registration
from sporades.web.candidate.pieces.forms import doubt_in_words
from sporades.web.layout.kept import forget, typed_before
from sporades.web.layout.papers import given, paper
from sporades.web.layout.sent import taking

_KEPT = (
    "Votre session s'était terminée. Votre commentaire est là, il n'est pas envoyé : vérifiez-le, "
    "puis envoyez-le."
)
RETURNS = (
    "il revient si vous gardez votre demande telle qu'elle était envoyée ; il est effacé quand vous "
    "l'envoyez de nouveau."
)


def health(request: HttpRequest, number: str) -> HttpResponse:
    """What was confided, to whom, who opened it; a comment is written."""
    found = own_registration(request, number)
    posted = request.method == "POST"
    typed = {} if posted else typed_before(request)
    form = RemarkForm(request.POST) if posted else RemarkForm(initial=typed)
    if posted and form.is_valid():
        try:
            confiding.remark(
                registration=found,
                text=form.cleaned_data["texte"],
                press=form.press,
                by=request.actor,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("texte", str(refusal))
        else:
            forget(request)
            to_send = still_to_send(found, last_case_of(found))
            messages.success(request, f"Votre commentaire est envoyé. {to_send}".strip())
            return redirect("candidate:health", number)
    told = shown(found, page=request.GET.get("page"), at=request.arrived_at)
    told["offered"] = offers_to(found, told["left_ones"]) if told["is_open"] else []
    is_left = found.withdrawn_at is not None
    standing = standing_to_take_up(found) if is_left else None
    again = again_in_words(found, standing, at=request.arrived_at) if is_left else ""
    told |= {"standing": standing, "again": again}
    if typed and told["is_open"]:
        messages.warning(request, _KEPT)
    # The page has no form any more: what was typed in it is shown all the same.
    left = "" if told["is_open"] else str(form["texte"].value() or "").strip()
    context = {"registration": found, "form": form, "left": left, **told}
    return render(request, "candidate/health.html", context, status=422 if form.errors else 200)


def confide(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Choose a file, or photographs, and confide it."""
    found = own_registration(request, number)
    last = last_case_of(found)
    chosen = kind_of(found, kind, case=last)
    posted = request.method == "POST"
    form = ConfideForm(request.POST, request.FILES) if posted else ConfideForm()
    if not posted:
        try:
            confiding.check_awaited(found)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("candidate:health", number)
    elif form.is_valid():
        with taking(form, "fichiers", names=form.names, refusals="fichiers"):
            given = confiding.deposit(
                registration=found,
                kind=chosen.code,
                sent=form.sent,
                press=form.press,
                by=request.actor,
                at=request.arrived_at,
            )
        if not form.errors:
            to_send = still_to_send(found, last_case_of(found))
            said = f"Votre fichier est déposé. L'antivirus le vérifie. {to_send}"
            messages.success(request, said.strip())
            if doubt := doubt_in_words(given.doubts):
                messages.warning(request, doubt)
            return redirect("candidate:health", number)
    over = _why_not(request, number) if form.errors else ""
    if form.errors and not over:
        form.tell_none_kept()
    context = {
        "registration": found,
        "kind": chosen,
        "form": form,
        "over": over,
        "given": given_before(found, case=last),
    }
    return render(request, "candidate/confide.html", context, status=422 if form.errors else 200)


def _why_not(request: HttpRequest, number: str) -> str:
    """Say why nothing is taken any more of a registration, as it stands now; else nothing."""
    try:
        confiding.check_awaited(own_registration(request, number))
    except Refused as refusal:
        return str(refusal)
    return ""


def file(request: HttpRequest, number: str, paper_id: UUID) -> HttpResponse:
    """A paper, to whoever confided it, unless a virus was found in it."""
    found = _paper(request, number, paper_id)
    if found.is_infected:
        raise Http404
    return paper(
        request,
        name=f"papier-{number}",
        read=partial(_read, request, found),
        instead=[("Revenir aux papiers de santé", reverse("candidate:health", args=[number]))],
        is_attached=True,
    )


def take_back(request: HttpRequest, number: str, paper_id: UUID) -> HttpResponse:
    """Ask whether a paper is to be taken back, then erase it."""
    if request.method == "POST":
        return _taken_back(request, number, paper_id)
    found = _paper(request, number, paper_id)
    registration = own_registration(request, number)
    try:
        returns = confiding.may_take_back(found, registration, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:health", number)
    case = last_case_of(registration)
    called = {
        one.code: one.label for one in papers_called_for_by(case, registration) if one.is_mandatory
    }
    others = papers_of(found.compartment).filter(kind=found.kind).exclude(pk=found.pk)
    context = {
        "registration": registration,
        "name": name_of(found),
        "returns": RETURNS if returns else "",
        "only": called.get(found.kind, "") if case and not others.exists() else "",
    }
    return render(request, "candidate/take_back_paper.html", context)


def _taken_back(request: HttpRequest, number: str, key: UUID) -> HttpResponse:
    """Erase a paper; pressed twice, lead to what the first press did."""
    found = _paper(request, number, key)
    try:
        returns = confiding.take_back(paper=found, by=request.actor, at=request.arrived_at)
    except Paper.DoesNotExist:
        messages.info(request, "Ce fichier n'est plus parmi vos papiers : il est retiré.")
    else:
        messages.success(
            request, f"Ce fichier est retiré : {RETURNS if returns else 'il est effacé.'}"
        )
    return redirect("candidate:health", number)


def _read(request: HttpRequest, found: Paper) -> bytes:
    try:
        with given(found):
            return reading.read(
                paper=found.pk, reader=request.user, by=request.actor, at=request.arrived_at
            )
    except sealing.Unreadable:
        raise Refused(sealing.UNREADABLE) from None


def _paper(request: HttpRequest, number: str, key: UUID) -> Paper:
    mine = Paper.objects.visible_to(request.user).select_related("compartment")
    found: Paper = get_object_or_404(
        mine, pk=key, compartment__registration=own_registration(request, number)
    )
    return found
