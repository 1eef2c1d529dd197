"""« Donner un code »: the login slip of a candidate without an account (B8)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sporades.accounts.permissions import Permission
from sporades.acts import slips
from sporades.core.refusals import Refused
from sporades.web.layout.proofs import needs_second_factor_again, second_factor_again
from sporades.web.office.people.records import academy_of, record_of


def give_code(request: HttpRequest, candidate: int) -> HttpResponse:
    """Answer with the slip: its code is shown this once, and ends the one before.

    It opens all that the record has: the second factor is shown again (S-17).
    """
    found = record_of(request, candidate)
    if needs_second_factor_again(request):
        return second_factor_again(request)
    if request.method != "POST":  # from showing it
        messages.info(request, "Votre second facteur est vérifié : vous pouvez donner un code.")
        return redirect("office:record", found.pk)
    try:
        content = slips.slip(
            found,
            reach=request.reaches(Permission.KEEP_RECORDS),
            academy=academy_of(request, found),
            by=request.actor,
            at=request.arrived_at,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:record", found.pk)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="fiche-de-connexion-{found.pk}.pdf"'
        },
    )
