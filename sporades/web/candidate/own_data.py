"""« Une copie de mes données »: asked for, prepared by the worker, taken by its owner (P-03)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render

from sporades.core.refusals import Refused
from sporades.personal import operations as personal
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
    copy = personal.copy_of(candidate, at=request.arrived_at)
    return render(request, "candidate/my_data.html", {"copy": copy})


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
