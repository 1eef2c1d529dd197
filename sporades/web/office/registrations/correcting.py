"""« Corriger l'état civil »: what only the managing service can change (I6)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from sporades.acts.identities import correcting
from sporades.candidates.forms import answers_of
from sporades.core.refusals import Refused
from sporades.letters.words import announced
from sporades.registrations.models import Registration
from sporades.registrations.reviewing import to_review_in_words
from sporades.web.layout.clock import day_of
from sporades.web.layout.seen import seen_in
from sporades.web.office.forms import CorrectionForm
from sporades.web.office.noting import author_on, note_file
from sporades.web.office.registrations.elsewhere import held_in
from sporades.web.office.registrations.files import TRAIL
from sporades.web.office.registrations.walking import back_to_file


def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Show the civil data, take what is corrected in them and the proof of it."""
    visible = Registration.objects.within(request.reach).correctable().whole()
    found = held_in(visible, request, number)
    note_file(request, found)
    seen = seen_in(request.POST)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        initial=answers_of(found.candidate.identity),
        on=day_of(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            count = correcting.correct_identity(
                registration=found,
                identity=form.identity(),
                seen=seen,
                proof=form.cleaned_data["preuve"],
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            seen = found.candidate.identity_id
        else:
            messages.success(request, _outcome(found, count))
            return back_to_file(request, found.number)
    seen = seen or found.candidate.identity_id
    context = {"registration": found, "form": form, "seen": seen, "trail": TRAIL}
    return render(
        request, "office/correct_identity.html", context, status=422 if form.errors else 200
    )


def _outcome(registration: Registration, count: int) -> str:
    again = (
        "Aucune inscription n'est en cours : rien n'est publié de nouveau."
        if not count
        else "Son inscription en cours a une nouvelle version."
        if count == 1
        else f"Ses {count} inscriptions en cours ont une nouvelle version."
    )
    told = capfirst(announced(registration.candidate))
    return (
        f"L'état civil est corrigé. {again} {told}{to_review_in_words(registration.candidate_id)}"
    )
