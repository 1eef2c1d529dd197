"""« Donner un code »: the login slip of a candidate without an account (B8)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.acts.people import slips
from sporades.core.refusals import Refused
from sporades.web.layout.proofs import second_factor_first
from sporades.web.office.noting import academy_of
from sporades.web.office.people.records import record_of


def give_code(request: HttpRequest, candidate: int) -> HttpResponse:
    """Answer with the slip: its code is shown this once, and ends the one before.

    The page stays where it was: pressed again there, it gives no second slip that kills the first.
    It opens all that the record has: the second factor is shown again (S-17).
    """
    found = record_of(request, candidate, noted_by_caller=True)
    page = reverse("office:record", args=[found.pk])
    if first := second_factor_first(request, page=page, then="vous pouvez donner un code"):
        return first
    try:
        content = slips.slip(
            found,
            reach=request.reaches(Permission.KEEP_RECORDS),
            academy=academy_of(request, found),
            by=request.actor,
            at=request.arrived_at,
            seen=request.POST.get("vu", ""),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(page)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="fiche-de-connexion-{found.pk}.pdf"'
        },
    )
