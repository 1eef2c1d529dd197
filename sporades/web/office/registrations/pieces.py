"""« Pièces » of a file: what was given, and what it is worth; those that wait to be verified (G2, I7)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.acts import providing, reading
from sporades.core.french import time_left_in_words
from sporades.core.refusals import Refused
from sporades.evidence.models import Evidence
from sporades.evidence.queries import (
    Owed,
    file_of,
    piece_of,
    pieces_of,
    to_verify_within,
    withdrawn_of,
)
from sporades.registrations.models import Registration
from sporades.web.layout.papers import kept, paper
from sporades.web.layout.seen import seen_in
from sporades.web.office.registrations.decision_forms import VerdictForm
from sporades.web.office.registrations.files import (
    TRAIL,
    author_on,
    file_page,
    reaches,
    registration_of,
)
from sporades.web.office.registrations.walking import back_to_file

ON_THE_PAGE = 50


def pieces(request: HttpRequest, number: str) -> HttpResponse:
    """What the registration owes, where each piece stands, the file that was given."""
    found = registration_of(request, number)
    may_judge = found.is_active and reaches(request, Permission.JUDGE_EVIDENCE, found)
    zone = found.service.zone
    said = {
        "pieces": [
            {
                "owed": one,
                "given": one.row.deposit.given_in_words(zone) if one.row.deposit else "",
                "may_open": one.row.deposit is not None and bool(one.row.deposit.is_clean),
                "may_judge": may_judge and one.row.pk is not None,
                "is_late": _is_late(found, one),
            }
            for one in pieces_of(found)
        ],
        "withdrawn": [
            {"row": row, "given": row.deposit.given_in_words(zone)} for row in withdrawn_of(found)
        ],
    }
    return file_page(request, found, "pieces", "office/pieces.html", said)


def file(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """The file in force for a piece, once the antivirus has found nothing in it."""
    found = registration_of(request, number)
    given = file_of(found, piece)
    if given is None or not given.is_clean:
        raise Http404

    def content() -> bytes:
        sent = kept(given.key)
        by = author_on(request, found)
        reading.consult_piece(registration=found, code=piece, by=by, at=request.arrived_at)
        return sent

    return paper(
        request,
        name=f"piece-{piece.lower()}-{found.number}",
        read=content,
        instead=[("Revenir aux pièces", reverse("office:pieces", args=[found.number]))],
    )


def judge(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """Say what a piece is worth, that it came by post, or that this registration does without it."""
    found = registration_of(request, number)
    owed = _piece(found, piece)
    row = owed.row
    if row.pk is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = VerdictForm(posted, row=row)
    seen = seen_in(request.POST) if posted is not None else row.deposit_id or 0
    if posted is not None and form.is_valid():
        try:
            _judge(row, form, seen or None, by=author_on(request, found), at=request.arrived_at)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"« {row.label} » : {form.said}.")
            return back_to_file(request, found.number, tab="pieces")
    context = {
        "registration": found,
        "owed": owed,
        "may_open": row.deposit is not None and bool(row.deposit.is_clean),
        "form": form,
        "seen": seen,
        "trail": TRAIL,
    }
    return render(request, "office/judge_piece.html", context, status=422 if form.errors else 200)


def _judge(row: Evidence, form: VerdictForm, seen: int | None, *, by: Any, at: datetime) -> None:
    data = form.cleaned_data
    match data["verdict"]:
        case "accept":
            providing.accept(row=row, seen=seen, by=by, at=at)
        case "refuse":
            providing.refuse(row=row, reason=data["motif"], seen=seen, by=by, at=at)
        case "receive":
            providing.receive(row=row, posted_on=data["poste_le"], by=by, at=at)
        case _:
            providing.waive(row=row, by=by, at=at)


def to_verify(request: HttpRequest) -> HttpResponse:
    """The pieces that wait to be verified, the oldest first."""
    waiting = to_verify_within(request.reach).select_related("deposit")
    page = Paginator(waiting, ON_THE_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    keys = {one.registration_id for one in rows}
    found = Registration.objects.within(request.reach).for_office().in_bulk(keys)
    context = {
        "page": page,
        "lines": [
            {
                "registration": found[one.registration_id],
                "row": one,
                "url": reverse(
                    "office:judge_piece", args=[found[one.registration_id].number, one.code]
                ),
                "age": time_left_in_words(request.arrived_at - one.deposit.given_at)
                if one.deposit
                else "",
            }
            for one in rows
            if one.registration_id in found  # it has not left the perimeter meanwhile
        ],
        "count": page.paginator.count,
        "base": f"{reverse('office:pieces_to_verify')}?page=",
        "trail": TRAIL,
    }
    return render(request, "office/pieces_to_verify.html", context)


def _piece(registration: Registration, code: str) -> Owed:
    found = piece_of(registration, code)
    if found is None:
        raise Http404
    return found


def _is_late(registration: Registration, owed: Owed) -> bool:
    """Return whether a piece was posted after its deadline, as it is now."""
    owed.row.registration, owed.row.until = registration, owed.until
    return owed.row.is_late
