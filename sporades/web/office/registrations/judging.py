"""One piece beside what its candidate has said: what it is worth, then the next one (G2, I7)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from sporades.acts import reading, verifying
from sporades.core.actors import Actor
from sporades.core.french import day_in_words, time_left_in_words
from sporades.core.refusals import Refused
from sporades.evidence.models import Evidence
from sporades.evidence.reasons import reasons_for
from sporades.evidence.states import TO_VERIFY
from sporades.registrations.models import Registration
from sporades.registrations.queries import version_of
from sporades.web.layout.markup import directed
from sporades.web.layout.seen import seen_in
from sporades.web.office.registrations.files import author_on, registration_of
from sporades.web.office.registrations.piece_queue import PieceQueue, queue_of
from sporades.web.office.registrations.pieces import is_late, piece_in, trail_of
from sporades.web.office.registrations.verdict_forms import MORE_TIME, Time, VerdictForms
from sporades.web.office.registrations.walking import back_to_file

COMPARED = (
    "Nom de famille",
    "Nom d'usage",
    "Prénoms",
    "Date de naissance",
    "Lieu de naissance",
)
"""What a paper is compared with at a glance: the rest of the civil data stands folded."""


def judge(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """Say what a piece is worth, that it came by post, that this registration does without it, or not any more."""
    found = registration_of(request, number)
    owed = piece_in(found, piece)
    row, queue, at = owed.row, queue_of(request), request.arrived_at
    if row.pk is None:
        raise Http404
    by = author_on(request, found)
    is_posted = request.method == "POST"
    asked = VerdictForms(
        request.POST if is_posted else None,
        row=row,
        reasons=reasons_for(found, piece),
        time=Time(found, owed, at),
    )
    seen = seen_in(request.POST) if is_posted else row.deposit_id or 0
    if is_posted and asked.is_valid():
        try:
            _judge(row, asked, seen or None, by=by, at=at)
        except Refused as refusal:
            asked.refuse(str(refusal))
        else:
            messages.success(request, _decided(row, found, asked.said, queue))
            return _onwards(request, found, row, queue)
    other = ""
    if not is_posted and row.state in TO_VERIFY:
        if row.looked_at_by_another(by.identifier, at):
            other = f"{row.looked_name} a ouvert cette pièce {_ago(row.looked_at, at)}."
        reading.look_at_piece(row=row, by=by, at=at)
    version = version_of.get(registration=found.pk, number=found.version)
    context = {
        "registration": found,
        "owed": owed,
        "compared": [
            (label, said) for label, said in version.snapshot["identity"] if label in COMPARED
        ],
        "is_late": is_late(found, owed),
        "pages": _pages(found, row),
        "posted": day_in_words(row.posted_on) if row.posted_on else "",
        "given": row.deposit.given_in_words(found.service.zone) if row.deposit else "",
        "version": version,
        "asked": asked,
        "seen": seen,
        "other": other,
        "following": queue.following(row, user=by.identifier, at=at) if queue else "",
        "back": queue.list if queue else "",
        "trail": trail_of(found),
    }
    status = 422 if asked.errors else 200
    return render(request, "office/judge_piece.html", context, status=status)


def _onwards(
    request: HttpRequest, registration: Registration, row: Evidence, queue: PieceQueue | None
) -> HttpResponse:
    """Lead to the next piece of the queue that is gone through; otherwise back to the file."""
    if queue is None:
        return back_to_file(request, registration.number, tab="pieces")
    user = request.actor.identifier
    following = queue.following(row, user=user, at=request.arrived_at)
    return redirect(following or queue.list)


def _judge(
    row: Evidence, asked: VerdictForms, seen: int | None, *, by: Actor, at: datetime
) -> None:
    match asked.verdict:
        case "accept":
            verifying.accept(row=row, seen=seen, by=by, at=at)
        case "refuse":
            verifying.refuse(row=row, **asked.refusal.decided, seen=seen, by=by, at=at)
        case "overturn":
            verifying.overturn(row=row, seen=seen, by=by, at=at)
        case "postmark":
            said = asked.corrected.cleaned_data
            verifying.correct_postmark(
                row=row, posted_on=said["poste_le"], read=said["lu"], seen=seen, by=by, at=at
            )
        case "receive":
            posted_on = asked.postmark.cleaned_data["poste_le"]
            verifying.receive(row=row, posted_on=posted_on, by=by, at=at)
        case "ask":
            until = asked.again.cleaned_data.get("delai")
            verifying.ask_again(row=row, until=until, by=by, at=at)
        case str(verdict) if verdict == MORE_TIME:
            until = asked.more_time.cleaned_data["delai"]
            verifying.grant(row=row, until=until, by=by, at=at)
        case _:
            why = asked.waiver.cleaned_data["pourquoi"]
            verifying.waive(row=row, reason=why, by=by, at=at)


def _pages(registration: Registration, row: Evidence) -> list[dict[str, Any]]:
    """Return the pages of the file, once the antivirus has found nothing in it."""
    if row.deposit is None or not row.deposit.is_clean:
        return []
    return [
        {
            "number": number,
            "url": reverse("office:piece_page", args=[registration.number, row.code, number]),
        }
        for number in range(1, row.deposit.pages + 1)
    ]


def _decided(row: Evidence, registration: Registration, said: str, queue: PieceQueue | None) -> str:
    """Say what was decided of whose piece, with the way back to it: one key may have decided.

    Who goes through a queue stays in it.
    """
    here = reverse("office:judge_piece", args=[registration.number, row.code])
    return format_html(
        '« {} », {}, n°{} : {}. <a href="{}">Revenir à cette pièce</a>',
        row.label,
        directed(registration.identity.full_name),
        registration.number,
        said,
        queue.address_of(row, registration.number) if queue else here,
    )


def _ago(since: datetime | None, at: datetime) -> str:
    return f"il y a {time_left_in_words(at - since)}" if since else ""
