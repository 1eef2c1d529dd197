"""One piece beside what its candidate has said: what it is worth, then the next one (G2, I7)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from sporades.accounts.permissions import Permission
from sporades.acts import consulting
from sporades.acts.pieces import verifying
from sporades.acts.registrations.adding import NothingMore
from sporades.core.french import instant_in_words, time_left_in_words
from sporades.core.refusals import Refused
from sporades.evidence import meanwhile
from sporades.evidence.calling import answers_that_call_for
from sporades.evidence.models import Evidence
from sporades.evidence.queries import Owed
from sporades.evidence.reasons import reasons_for
from sporades.evidence.states import SETTLED, TO_VERIFY
from sporades.evidence.unmet import is_let_go, owes_pieces, stands_in_words
from sporades.letters.words import to_be_told
from sporades.registrations.added import is_added
from sporades.registrations.models import Registration
from sporades.registrations.queries import version_of
from sporades.registrations.snapshot import read_by_office
from sporades.registrations.states import State
from sporades.web.layout.markup import directed
from sporades.web.layout.papers import QUARTER, ROUND, TURNED, turned_in
from sporades.web.layout.seen import seen_in
from sporades.web.office.forms import faulty
from sporades.web.office.noting import author_on
from sporades.web.office.pieces.forms import Time
from sporades.web.office.pieces.given import (
    is_late,
    only_way,
    piece_in,
    trail_of,
    unexpected_in_words,
)
from sporades.web.office.pieces.verdict_forms import MORE_TIME, READ, TAKE_BACK, VerdictForms
from sporades.web.office.pieces.waiting import PieceQueue, queue_of
from sporades.web.office.registrations.files import reaches, registration_of
from sporades.web.office.registrations.walking import back_to_file

COMPARED = (
    "Nom de famille",
    "Nom d'usage",
    "Prénoms",
    "Date de naissance",
    "Lieu de naissance",
)
"""What a paper is compared with at a glance: the rest of the civil data stands folded."""
VALIDATED = (
    "L'inscription est validée : pour refuser une pièce, en dispenser ou la redemander, revenez "
    "d'abord sur la validation."
)
SETTLING = ("accept", "overturn")
STILL_INCOMPLETE = (
    "L'inscription n°{} est toujours en anomalie : si plus rien n'y manque, « Lever l'anomalie » le dit à "
    "son candidat."
)
ENDED = "L'inscription n'est plus en cours : elle ne doit aucune pièce."


def judge(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """Say what a piece is worth, that it came by post, that this registration does without it, or not any more."""
    found = registration_of(request, number)
    owed = piece_in(found, piece)
    if owed.row.pk is None:
        raise Http404
    asked = _asked(request, found, owed)
    if request.method != "POST":
        return _page(request, found, owed, asked)
    row, queue, by = owed.row, queue_of(request), author_on(request, found)
    mark, seen = request.POST.get(READ) or row.mark, seen_in(request.POST)
    try:
        meanwhile.check_read(row, mark, by=by)
        if asked.is_asked_in_vain:
            why = NothingMore.message if asked.is_over else verifying.NothingOwed.message
            return _overtaken(request, number, piece, why)
        if asked.is_of_another_state:
            raise meanwhile.changed(row, by=by)
        if not asked.is_valid():
            return _page(request, found, owed, asked, seen=seen, status=422)
        _judge(asked, row=row, seen=seen or None, mark=mark, by=by, at=request.arrived_at)
    except meanwhile.Changed as refusal:
        return _overtaken(request, number, piece, str(refusal))
    except Refused as refusal:
        asked.refuse(str(refusal))
        return _page(request, found, owed, asked, seen=seen, status=422)
    messages.success(request, _decided(row, found, asked.said, queue))
    if asked.verdict in SETTLING and is_added(row.code) and _is_in_anomaly(found):
        messages.info(request, STILL_INCOMPLETE.format(found.number))
    return _onwards(request, found, row, queue)


def _is_in_anomaly(registration: Registration) -> bool:
    """Return whether it still is: what the office found by hand, it ends by hand."""
    return Registration.objects.filter(pk=registration.pk, state=State.ANOMALY).exists()


def _asked(
    request: HttpRequest, registration: Registration, owed: Owed, *, is_overtaken: bool = False
) -> VerdictForms:
    """Return what may be said of a piece where it stands, and what was sent of it."""
    return VerdictForms(
        request.POST if request.method == "POST" else None,
        row=owed.row,
        reasons=reasons_for(registration, owed.row.code),
        time=Time(registration, owed, request.arrived_at),
        owes=owes_pieces(registration),
        is_overtaken=is_overtaken,
    )


def _overtaken(request: HttpRequest, number: str, piece: str, why: str) -> HttpResponse:
    """Show what became of a piece since it was read; what was typed is kept, nothing is done."""
    found = registration_of(request, number)
    owed = piece_in(found, piece)
    asked = _asked(request, found, owed, is_overtaken=True)
    asked.refuse(why)
    return _page(request, found, owed, asked, status=409)


def _page(
    request: HttpRequest,
    registration: Registration,
    owed: Owed,
    asked: VerdictForms,
    *,
    seen: int | None = None,
    status: int = 200,
) -> HttpResponse:
    row, queue, at = owed.row, queue_of(request), request.arrived_at
    by, zone = author_on(request, registration), registration.service.zone
    other = ""
    if request.method != "POST" and row.state in TO_VERIFY:
        if row.looked_at_by_another(by.identifier, at):
            other = f"{row.looked_name} a ouvert cette pièce {_ago(row.looked_at, at)}."
        consulting.look_at_piece(row=row, by=by, at=at)
    following, still = queue.ahead(row, user=by.identifier, at=at) if queue else ("", "")
    version = version_of.get(registration=registration.pk, number=registration.version)
    pages = _pages(request, registration, row)
    context = {
        "registration": registration,
        "owed": owed,
        "compared": [
            (label, said) for label, said in version.snapshot["identity"] if label in COMPARED
        ]
        + answers_that_call_for(registration, version, row.code),
        "is_late": is_late(registration, owed),
        "only": only_way(owed),
        "is_over": not owed.is_in_time(at),
        "taken_back": verifying.taken_back_in_words(owed, registration, at=at)
        if TAKE_BACK in asked.possible
        else "",
        "overturned": verifying.overturned_in_words(row, registration)
        if "overturn" in asked.possible
        else "",
        "unexpected": unexpected_in_words(owed),
        "is_due": row.state not in SETTLED and owes_pieces(registration),
        "owes_nothing": _owes_nothing(registration, asked),
        "stands": stands_in_words(registration, row),
        "kind": "info" if is_let_go(registration, row) else row.kind,
        "decided": instant_in_words(row.decided_at, zone) if row.decided_at else "",
        "pages": pages,
        "keys": _keys(asked, has_pages=bool(pages), has_following=bool(following)),
        "given": row.deposit.given_in_words(zone) if row.deposit else "",
        "version": version,
        "answers": read_by_office(version.snapshot),
        "asked": asked,
        "form": faulty(asked.form),  # its errors are counted in the title
        "may_decide": reaches(request, Permission.DECIDE, registration),
        "told_how": to_be_told(registration.candidate) if registration.is_active else "",
        "seen": (row.deposit_id or 0) if seen is None else seen,
        "other": other,
        "following": following,
        "still": still,
        "back": queue.list if queue else "",
        "trail": trail_of(registration),
    }
    return render(request, "office/judge_piece.html", context, status=status)


def _owes_nothing(registration: Registration, asked: VerdictForms) -> str:
    """Say why something that is done of other pieces is not offered here; nothing where all is."""
    if asked.is_over:
        return NothingMore.message
    if owes_pieces(registration) or not asked.is_asking:
        return ""
    return VALIDATED if registration.is_validated else ENDED


def _onwards(
    request: HttpRequest, registration: Registration, row: Evidence, queue: PieceQueue | None
) -> HttpResponse:
    """Lead to the next piece of the queue that is gone through; otherwise back to the file."""
    if queue is None:
        return back_to_file(request, registration.number, tab="pieces")
    user = request.actor.identifier
    following = queue.following(row, user=user, at=request.arrived_at)
    return redirect(following or queue.list)


def _judge(asked: VerdictForms, *, seen: int | None, **act: Any) -> None:
    """Do what was pressed.

    Args:
        asked: what was sent, valid.
        seen: the key of the deposit that was looked at, if it was one.
        act: the piece, its mark as it was read, who acts and when.
    """
    match asked.verdict:
        case "accept":
            verifying.accept(**act, seen=seen)
        case "refuse":
            verifying.refuse(**act, **asked.refusal.decided, seen=seen)
        case "overturn":
            verifying.overturn(**act, seen=seen)
        case "postmark":
            read = asked.corrected.cleaned_data["lu"]
            verifying.correct_postmark(**act, **asked.corrected.decided, read=read, seen=seen)
        case "receive":
            verifying.receive(**act, **asked.postmark.decided)
        case "ask":
            verifying.ask_again(**act, until=asked.again.cleaned_data.get("delai"))
        case "correction":
            verifying.correct_refusal(**act, **asked.corrected_refusal.decided, seen=seen)
        case str(verdict) if verdict == TAKE_BACK:
            verifying.take_back(**act, seen=seen)
        case str(verdict) if verdict == MORE_TIME:
            verifying.grant(**act, until=asked.more_time.cleaned_data["delai"])
        case _:
            verifying.waive(**act, reason=asked.waiver.cleaned_data["pourquoi"])


def _pages(request: HttpRequest, registration: Registration, row: Evidence) -> list[dict[str, Any]]:
    """Return the pages of the file, once the antivirus has found nothing in it.

    Each is turned as the address says, and `turn` is where it is turned by one more quarter.
    """
    if row.deposit is None or not row.deposit.is_clean:
        return []
    pages = []
    for number in range(1, row.deposit.pages + 1):
        url = reverse("office:piece_page", args=[registration.number, row.code, number])
        name = f"{TURNED}-{number}"
        turned = turned_in(request.GET, name)
        more = request.GET.copy()
        more[name] = str((turned + QUARTER) % ROUND)
        pages.append(
            {
                "number": number,
                "url": f"{url}?{TURNED}={turned}" if turned else url,
                "turn": f"?{more.urlencode()}#page-{number}",
            }
        )
    return pages


def _keys(asked: VerdictForms, *, has_pages: bool, has_following: bool) -> str:
    """Say what each key does; nothing where none does anything."""
    may_accept = "accept" in asked.possible
    said = (
        ("« c » dit la pièce conforme", may_accept and not asked.errors),
        ("« n » va aux motifs d'un refus", may_accept and "refuse" in asked.possible),
        ("« r » tourne la page que vous regardez", has_pages),
        ("« j » passe à la suivante", has_following and (may_accept or has_pages)),
    )
    return ", ".join(words for words, does in said if does)


def _decided(row: Evidence, registration: Registration, said: str, queue: PieceQueue | None) -> str:
    """Say what was decided of whose piece, with the way back to it: one key may have decided.

    Who goes through a queue stays in it.
    """
    here = reverse("office:judge_piece", args=[registration.number, row.code])
    return format_html(
        '« {} », {}, n°{} : {}. <a href="{}">Revenir à cette pièce</a>',
        row.label,
        directed(registration.identity.listed_name),
        registration.number,
        said,
        queue.address_of(row, registration.number) if queue else here,
    )


def _ago(since: datetime | None, at: datetime) -> str:
    return f"il y a {time_left_in_words(at - since)}" if since else ""
