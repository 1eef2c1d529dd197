"""The comments of a request: those of its candidate, the doctor's, those between doctors."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.acts.medical import opining, reading
from sporades.candidates.models import Identity
from sporades.core.french import instant_in_words
from sporades.core.presses import a_press
from sporades.core.refusals import Refused
from sporades.medical import sealing
from sporades.medical.models import LONGEST_REMARK, Compartment, Remark
from sporades.web.doctor.cases import Gone, author_on, case_of, gone_page, trail, typed_on
from sporades.web.doctor.forms import AskForm, RemarkForm

ASKED = "Ce que vous demandez au candidat"


def remarks(request: HttpRequest, case: int) -> HttpResponse:
    """What was written of health about a request; another comment is written."""
    try:
        found = case_of(request, case)
    except Gone as gone:
        return gone_page(request, case, gone, left=_typed(request))
    posted = request.POST if request.method == "POST" else None
    form = RemarkForm(posted)
    if posted is not None and form.is_valid():
        try:
            opining.remark(
                case=found,
                text=form.cleaned_data["texte"],
                press=form.cleaned_data["envoi"] or a_press(),
                is_between_doctors=form.cleaned_data["lecteur"] == "medecins",
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("texte", str(refusal))
        else:
            messages.success(request, "Votre commentaire est gardé.")
            return redirect("doctor:remarks", found.pk)
    context = {
        "case": found,
        "remarks": [_told(one, found) for one in _read(request, found)],
        # A comment that comes too late is shown with why, not lost.
        "form": form if found.state == State.WITH_DOCTOR or form.errors else None,
        "trail": trail(found),
    }
    return render(request, "doctor/remarks.html", context, status=422 if form.errors else 200)


def ask(request: HttpRequest, case: int) -> HttpResponse:
    """Ask the candidate for a paper or a word: the request waits for it."""
    try:
        found = case_of(request, case)
    except Gone as gone:
        return gone_page(request, case, gone, left=_typed(request, ASKED))
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, has_account=found.registration.candidate.has_account)
    if posted is not None and form.is_valid():
        try:
            opining.ask_more(
                case=found,
                text=form.cleaned_data["texte"],
                press=form.cleaned_data["envoi"] or a_press(),
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("texte", str(refusal))
        else:
            messages.success(
                request,
                "Votre demande est faite. Le dossier revient dans « À prendre » quand le candidat "
                "l'envoie de nouveau.",
            )
            return redirect("doctor:home")
    context = {"case": found, "form": form, "trail": trail(found)}
    return render(request, "doctor/ask.html", context, status=422 if form.errors else 200)


def _typed(request: HttpRequest, label: str = "Votre commentaire") -> list[tuple[str, str]]:
    text = typed_on(request).get("texte", "")[: LONGEST_REMARK * 2]
    return [(label, text)] if text.strip() else []


def _read(request: HttpRequest, case: Case) -> list[Remark]:
    held = Compartment.objects.filter(registration=case.registration_id, doctor=request.user)
    found = held.first()
    if found is None:
        return []
    return reading.read_remarks(
        found=found, reader=request.user, by=author_on(request, case), at=request.arrived_at
    )


def _quality(row: Remark, case: Case) -> str:
    if not row.is_candidates:
        return "médecin désigné"
    is_her = case.registration.identity.civility == Identity.Civility.MADAME
    return "candidate" if is_her else "candidat"


def _told(row: Remark, case: Case) -> dict[str, Any]:
    try:
        text = row.text
    except sealing.Unreadable:
        text = sealing.UNREADABLE
    who = f"{row.author_name}, {_quality(row, case)}"
    return {
        "who": who,
        "written": instant_in_words(row.written_at, case.registration.service.zone),
        "text": text,
        "is_between_doctors": row.is_between_doctors,
    }
