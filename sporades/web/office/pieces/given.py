"""« Pièces » of a file: what was given, what it is worth, and the scan of what came by post (G2)."""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.acts import consulting
from sporades.acts.pieces import verifying
from sporades.core.presses import a_press
from sporades.evidence.completeness import missing_of
from sporades.evidence.queries import Owed, ever_asked, piece_of, pieces_of, withdrawn_of
from sporades.evidence.states import SCAN
from sporades.evidence.unmet import is_let_go, owes_pieces, stands_in_words
from sporades.registrations.added import is_added
from sporades.registrations.models import Registration
from sporades.registrations.states import State
from sporades.web.layout.papers import kept, page_drawn, paper, turned_in
from sporades.web.layout.sent import taking
from sporades.web.office.noting import author_on
from sporades.web.office.pieces.forms import ScanForm, Time
from sporades.web.office.pieces.verdict_forms import READ
from sporades.web.office.registrations.files import TRAIL, file_page, reaches, registration_of
from sporades.web.office.registrations.giving_time import left_to_send
from sporades.web.office.registrations.sparing import spared_of
from sporades.web.office.registrations.walking import back_to_file

ANYHOW = "Si elle est venue sur papier, notez-la quand même."
UNEXPECTED = (
    "Selon la réglementation, cette pièce se dépose dans l'espace candidat et n'est pas à envoyer par "
    f"courrier. {ANYHOW}"
)
UNEXPECTED_MORE = (
    "Cette pièce, demandée en plus, se dépose dans l'espace candidat et n'est pas à envoyer par courrier. "
    f"{ANYHOW}"
)
"""The same of one that no réglementation lists."""


def pieces(request: HttpRequest, number: str) -> HttpResponse:
    """What the registration owes, where each piece stands, the file that was given."""
    found = registration_of(request, number)
    may_judge = found.is_active and reaches(request, Permission.JUDGE_EVIDENCE, found)
    zone, spared = found.service.zone, spared_of(request, found)
    owed = spared.of_pieces(pieces_of(found))
    may_decide = reaches(request, Permission.DECIDE, found)
    has_missing = (
        may_decide
        and found.state == State.REGISTERED
        and bool(missing_of(owed, request.arrived_at))
    )
    is_exam_over = found.is_exam_over(request.arrived_at)
    said = {
        "owes": owes_pieces(found),
        "may_ask": may_decide and owes_pieces(found) and not is_exam_over,
        # Of one thing alone, its own page does it.
        "may_give_time": may_decide and len(left_to_send(found, owed, at=request.arrived_at)) > 1,
        "may_declare": has_missing and not is_exam_over,
        "is_exam_over": has_missing and is_exam_over,
        "pieces": [
            {
                "owed": one,
                "stands": stands_in_words(found, one.row),
                "note": spared.of_piece(one.row),
                "kind": "info" if is_let_go(found, one.row) else one.row.kind,
                "given": one.row.deposit.given_in_words(zone) if one.row.deposit else "",
                "may_open": not spared.is_any
                and one.row.deposit is not None
                and bool(one.row.deposit.is_clean),
                "may_judge": may_judge and one.row.pk is not None,
                "may_scan": one.row.state in SCAN.sources,
                "is_late": is_late(found, one),
                "only": only_way(one),
                "is_over": not one.is_in_time(request.arrived_at),
            }
            for one in owed
        ],
        "withdrawn": [
            {
                "row": row,
                "given": row.deposit.given_in_words(zone),
                "may_open": not spared.is_any and row.deposit.is_clean,
            }
            for row in withdrawn_of(found)
            if row.code not in spared.pieces
        ],
    }
    return file_page(request, found, "pieces", "office/pieces.html", said)


def file(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """The file in force for a piece, once the antivirus has found nothing in it."""
    found = registration_of(request, number, noted_by_caller=True)
    row = ever_asked(found, piece)
    given = row.deposit if row else None
    if row is None or given is None or not given.is_clean:
        raise Http404

    def content() -> bytes:
        sent = kept(given.key, of=given)
        by, at = author_on(request, found), request.arrived_at
        consulting.consult_piece(registration=found, row=row, by=by, at=at)
        return sent

    return paper(
        request,
        name=f"piece-{piece.lower()}-{found.number}",
        read=content,
        instead=[("Revenir aux pièces", reverse("office:pieces", args=[found.number]))],
    )


def page(request: HttpRequest, number: str, piece: str, page: int) -> HttpResponse:
    """One page of the file in force, as an image: it is read beside what it is to show."""
    found = registration_of(request, number, noted_by_caller=True)
    row = piece_in(found, piece).row
    given = row.deposit
    if given is None or not given.is_clean or not 1 <= page <= given.pages:
        raise Http404
    read = partial(kept, given.key, of=given)
    answer = page_drawn(page, read=read, turned=turned_in(request.GET))
    if answer.status_code == HTTPStatus.OK:
        by, at = author_on(request, found), request.arrived_at
        consulting.consult_piece(registration=found, row=row, by=by, at=at)
    return answer


def scan(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """Keep the scan of what came by post, with its postmark, for its candidate (L-05)."""
    found = registration_of(request, number)
    owed = piece_in(found, piece)
    if owed.row.pk is None:
        raise Http404
    posted = request.method == "POST"
    time = Time(found, owed, request.arrived_at)
    days = {"today": time.posted_until, "opens": time.opens}
    form = (
        ScanForm(request.POST, request.FILES, **days)
        if posted
        else ScanForm(**days, initial={"poste_le": owed.row.posted_on, "par": owed.row.came_by})
    )
    mark = request.POST.get(READ) or owed.row.mark
    if posted and form.is_valid():
        with taking(form, "fichier"):
            verifying.scan_in(
                registration=found,
                code=piece,
                sent=form.sent,
                press=form.cleaned_data["envoi"] or a_press(),
                **form.decided,
                mark=mark,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        if not form.errors:
            messages.success(request, f"« {owed.row.label} » : reçue, numérisée.")
            return back_to_file(request, found.number, tab="pieces")
        # What was refused for what a colleague did meanwhile is sent again knowingly.
        mark = (piece_of(found, piece) or owed).row.mark
    context = {
        "registration": found,
        "owed": owed,
        "form": form,
        "mark": mark,
        "unexpected": unexpected_in_words(owed),
        "trail": trail_of(found),
    }
    return render(request, "office/scan_piece.html", context, status=422 if form.errors else 200)


def trail_of(registration: Registration) -> list[tuple[str, str]]:
    """Return the way to one piece: it leads back to the file."""
    return [*TRAIL, (registration.number, reverse("office:pieces", args=[registration.number]))]


def piece_in(registration: Registration, code: str) -> Owed:
    """Return the piece of this code that a registration owes; for any other, there is none."""
    found = piece_of(registration, code)
    if found is None:
        raise Http404
    return found


def only_way(owed: Owed) -> str:
    """Return by which way alone a piece is given; nothing where either will do."""
    if owed.is_deposited and owed.is_posted:
        return ""
    return "par dépôt seulement" if owed.is_deposited else "par courrier seulement"


def unexpected_in_words(owed: Owed) -> str:
    """Say of a piece that is not meant to come by post that paper may still be noted; nothing of any other."""
    if owed.is_posted:
        return ""
    return UNEXPECTED_MORE if is_added(owed.row.code) else UNEXPECTED


def is_late(registration: Registration, owed: Owed) -> bool:
    """Return whether a piece was posted after its deadline, as it is now."""
    owed.row.registration, owed.row.until = registration, owed.until
    return owed.row.is_late
