"""« Copie de ses données »: for somebody without an account, who asks the office for it (P-03)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.acts.people import enrolling
from sporades.candidates.models import Candidate
from sporades.core.refusals import Refused
from sporades.personal import operations as personal
from sporades.registrations.fields import CleanCharField
from sporades.web.layout.proofs import needs_second_factor_again, second_factor_again
from sporades.web.office.people.records import LIST_TRAIL, record_of


class CopyForm(forms.Form):
    """How somebody asked, and how one knows who they are."""

    motif = CleanCharField(
        label="Comment la demande est venue, et comment l'identité a été vérifiée",
        help_text="Gardé au journal avec votre nom. Par exemple : au guichet, sur présentation de "
        "sa carte d'identité",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites comment l'identité a été vérifiée."},
    )


def record_data(request: HttpRequest, candidate: int) -> HttpResponse:
    """Where the copy of somebody's data stands; ask for one in their name."""
    found = record_of(request, candidate)
    if needs_second_factor_again(request):
        return second_factor_again(request)
    if (refused := _refused(request, found)) is not None:
        return refused
    form = CopyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            personal.ask(
                candidate=found,
                reason=form.cleaned_data["motif"],
                by=request.actor,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("office:record_data", found.pk)
    context = {
        "candidate": found,
        "copy": personal.copy_of(found, at=request.arrived_at),
        "form": form,
        "trail": [
            *LIST_TRAIL,
            (found.identity.listed_name, reverse("office:record", args=[found.pk])),
        ],
    }
    return render(request, "office/record_data.html", context, status=422 if form.errors else 200)


def take_record_data(request: HttpRequest, candidate: int) -> HttpResponseBase:
    """The copy, to be printed or given on a medium: without what was confided to a doctor."""
    found = record_of(request, candidate)
    if needs_second_factor_again(request):
        return redirect("office:record_data", found.pk)
    if (refused := _refused(request, found)) is not None:
        return refused
    copy = personal.copy_of(found, at=request.arrived_at)
    if copy is None:
        raise personal.NotReady
    parts = personal.take(copy=copy, reader=None, by=request.actor, at=request.arrived_at)
    return StreamingHttpResponse(
        parts,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="donnees-{found.pk}.zip"'},
    )


def _refused(request: HttpRequest, candidate: Candidate) -> HttpResponse | None:
    """Say why the office makes no copy of a candidate's data, where it does not."""
    try:
        enrolling.check(candidate, reach=request.reaches(Permission.KEEP_RECORDS))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:record", candidate.pk)
    return None
