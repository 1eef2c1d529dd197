"""« Retirer ce document »: a candidate takes back what they gave for a piece by error (G2)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.acts.pieces import retracting
from sporades.core.numbers import whole
from sporades.core.refusals import Refused
from sporades.drawers.queries import kept_by
from sporades.evidence.models import Deposit
from sporades.evidence.queries import Owed, given_unopened
from sporades.registrations.models import Registration
from sporades.web.candidate.own import own_registration
from sporades.web.candidate.pieces.providing import piece_or_404

GONE = "Ce document n'est plus parmi ceux de cette pièce : il est retiré."


def take_back(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """Ask whether what was given for a piece is to be taken back, then erase it."""
    found = own_registration(request, number)
    piece_or_404(found, piece)
    if request.method == "POST":
        return _taken_back(request, found, piece)
    try:
        owed = retracting.check(found, piece, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:evidence", number)
    return _asked(request, found, owed)


def _asked(
    request: HttpRequest, registration: Registration, owed: Owed, *, why: str = ""
) -> HttpResponse:
    given = owed.row.deposit
    found = retracting.arrival_of(owed.row, registration)
    read = retracting.read_of(owed.row, registration)
    copies = [one for one in kept_by(user=request.user.pk) if one.digest == given.digest]
    context: dict[str, Any] = {
        "registration": registration,
        "owed": owed,
        "given": given,
        "before": found.before,
        "has_others": given_unopened(owed.row, since=found.since, read=read).count() > 1,
        "has_copy": bool(copies),
        "why": why,
    }
    return render(request, "candidate/take_back_piece.html", context, status=409 if why else 200)


def _taken_back(request: HttpRequest, registration: Registration, piece: str) -> HttpResponse:
    """Erase it; pressed twice, lead to what the first press did."""
    number, at = registration.number, request.arrived_at
    seen = whole(request.POST.get("fichier", ""))
    try:
        owed = retracting.retract(
            registration=registration, code=piece, seen=seen or 0, by=request.actor, at=at
        )
    except Deposit.DoesNotExist:
        messages.info(request, GONE)
    except retracting.OtherFile as refusal:
        again = own_registration(request, number)
        return _asked(request, again, retracting.check(again, piece, at=at), why=str(refusal))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Ce document est retiré : il est effacé. {_next(owed)}")
    return redirect("candidate:evidence", number)


def _next(owed: Owed) -> str:
    if owed.row.is_refused:
        return (
            "La pièce est de nouveau non conforme, comme avant ce document : remplacez-la avant le "
            f"{owed.before}."
        )
    if owed.row.is_mandatory:
        return f"La pièce est de nouveau à fournir, avant le {owed.before}."
    return f"Cette pièce est facultative : vous pouvez la fournir jusqu'au {owed.before}."
