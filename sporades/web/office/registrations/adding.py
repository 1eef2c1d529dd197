"""« Demander une pièce de plus » of a file: one that no réglementation lists (I4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.acts.pieces import verifying
from sporades.core.refusals import Refused
from sporades.evidence.unmet import owes_pieces
from sporades.letters.words import announced, to_be_told
from sporades.web.office.noting import author_on
from sporades.web.office.registrations.files import TRAIL, registration_of
from sporades.web.office.registrations.more_form import MoreForm
from sporades.web.office.registrations.walking import back_to_file


def ask_piece(request: HttpRequest, number: str) -> HttpResponse:
    """Ask what is asked for; its candidate is told once the button is pressed."""
    found = registration_of(request, number)
    at, posted = request.arrived_at, request.POST if request.method == "POST" else None
    form = MoreForm(posted, registration=found, at=at)
    if posted is not None and form.is_valid() and (more := form.more) is not None:
        try:
            verifying.ask_more(registration=found, more=more, by=author_on(request, found), at=at)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"« {more.label} » : pièce demandée, {announced(found.candidate)}"
            )
            return back_to_file(request, found.number, tab="pieces")
    context = {
        "registration": found,
        "form": form,
        "owes": owes_pieces(found),
        "is_over": found.is_exam_over(at),
        "told_how": to_be_told(found.candidate),
        "trail": [*TRAIL, (found.number, reverse("office:pieces", args=[found.number]))],
    }
    return render(request, "office/ask_piece.html", context, status=422 if form.errors else 200)
