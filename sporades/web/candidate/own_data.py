"""« Mes données »: a copy, asked for, prepared by the worker, taken by its owner; who read them (P-03, B10)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render

from sporades.core.refusals import Refused
from sporades.personal import operations as personal
from sporades.personal.readers import readings_of
from sporades.web.layout.proofs import needs_recent_sign_in, sign_in_again


def my_data(request: HttpRequest) -> HttpResponse:
    """What a copy holds, where the one that was asked for stands; ask for one."""
    if needs_recent_sign_in(request):
        return sign_in_again(request)
    candidate = request.user.candidate
    if request.method == "POST":
        try:
            personal.ask(candidate=candidate, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Votre demande est notée : un mail vous préviendra.")
        return redirect("candidate:my_data")
    readings, is_cut = readings_of(candidate, at=request.arrived_at)
    context = {
        "copy": personal.copy_of(candidate, at=request.arrived_at),
        "readings": readings,
        "is_cut": is_cut,
    }
    return render(request, "candidate/my_data.html", context)


def take(request: HttpRequest) -> HttpResponseBase:
    """The copy, as a ZIP that is made as it leaves."""
    if needs_recent_sign_in(request):
        return redirect("candidate:my_data")
    copy = personal.copy_of(request.user.candidate, at=request.arrived_at)
    if copy is None:
        raise personal.NotReady
    parts = personal.take(copy=copy, reader=request.user, by=request.actor, at=request.arrived_at)
    return StreamingHttpResponse(
        parts,
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="mes-donnees.zip"'},
    )
