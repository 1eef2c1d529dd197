"""« Pièces justificatives » of a registration: what is owed, by when, where it stands; deposit (G2)."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.acts.pieces import keeping, owing, providing
from sporades.core import files
from sporades.core.refusals import Refused
from sporades.drawers import operations as drawers
from sporades.drawers.queries import begun_by, kept_by
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.queries import (
    Owed,
    file_of,
    given_elsewhere,
    piece_of,
    pieces_of,
    withdrawn_of,
)
from sporades.evidence.states import State
from sporades.evidence.unmet import is_let_go, owes_pieces, stands_in_words
from sporades.registrations.giving import giving_of
from sporades.registrations.models import Registration
from sporades.web.candidate.own import own_registration
from sporades.web.candidate.pieces.forms import ProvideForm, doubt_in_words
from sporades.web.layout.papers import kept, paper
from sporades.web.layout.sent import taking


def evidence(request: HttpRequest, number: str) -> HttpResponse:
    """One line a piece: what it is, where it stands, by when, what was given."""
    return _listed(request, own_registration(request, number))


def _listed(request: HttpRequest, found: Registration, *, status: int = 200) -> HttpResponse:
    at, zone = request.arrived_at, found.service.zone
    is_open = owes_pieces(found)
    pieces = [
        {
            "owed": one,
            "stands": stands_in_words(found, one.row),
            "kind": "info" if is_let_go(found, one.row) else one.row.kind,
            "may_give": is_open and one.may_be_given(at),
            "may_retract": is_open and one.may_be_retracted(at),
            "may_post": is_open and one.may_be_posted(at),
            "is_over": is_open and one.row.is_replaceable and not one.is_in_time(at),
            "given": one.row.deposit.given_in_words(zone) if one.row.deposit else "",
        }
        for one in pieces_of(found)
        if is_open or one.row.deposit  # of one that awaits nothing more, what was given
    ]
    _offer_again(found, pieces)
    left = [one for one in pieces if one["may_give"] or one["may_post"]]
    pieces.sort(key=lambda one: one["owed"].row.state != State.REFUSED)
    # The main button of the page is that of what is given first.
    due = [one for one in pieces if one["may_give"] and _is_due(one["owed"].row)]
    for one in pieces:
        one["is_next"] = one in due[:1]
    context = {
        "registration": found,
        "is_open": is_open,
        "pieces": pieces,
        "address": found.service.managing_service.address,
        "giving": giving_of(one["owed"].ways for one in left) if left else "",
        "withdrawn": [
            {"row": row, "given": row.deposit.given_in_words(zone)} for row in withdrawn_of(found)
        ],
    }
    return render(request, "candidate/evidence.html", context, status=status)


def _is_due(row: Evidence) -> bool:
    """Return whether nothing that stands was given of a piece."""
    return row.deposit is None or row.is_refused


def _offer_again(registration: Registration, pieces: list[dict[str, Any]]) -> None:
    """Put with each piece to give the same one of another registration, whose file may serve again."""
    asked = [one for one in pieces if one["may_give"] and not one["owed"].row.deposit]
    known = {
        (one.code, one.label): one
        for one in reversed(given_elsewhere(registration) if asked else [])
        if one.state != State.REFUSED
    }
    for one in asked:
        one["again"] = known.get((one["owed"].row.code, one["owed"].row.label))


def provide(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """Choose a file, or photographs, and give it."""
    found = own_registration(request, number)
    owed = piece_or_404(found, piece)
    at = request.arrived_at
    posted = request.method == "POST"
    form = ProvideForm(
        *([request.POST, request.FILES] if posted else []),
        sender=request.user,
        drawer=kept_by(user=request.user.pk),
        given=given_elsewhere(found),
        former=former_of(owed),
        mark=owed.row.mark,
    )
    if posted and form.is_valid():
        chosen = "porte_documents" if form.kept else "fichiers"
        with taking(form, chosen, names=form.names, refusals=chosen):
            given = _give(request, found, piece, form)
        if not form.errors:
            drawers.note_used([one.pk for one in form.uploads], at=at)
            messages.success(request, "Votre fichier est déposé.")
            if doubt := doubt_in_words(given.doubts):
                messages.warning(request, doubt)
            if form.cleaned_data["garder"] and not form.kept:
                _keep_copy(request, given)
            # What was done stands above: the line of the piece would be shown, and not that.
            return redirect("candidate:evidence", number)
    try:
        providing.check(owing.owed_of(found), piece, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        if posted:  # the list says why, and that nothing was taken
            return _listed(request, own_registration(request, number), status=409)
        return redirect("candidate:evidence", number)
    if form.errors:
        form.keep_received(at=request.arrived_at)
    context = {
        "registration": found,
        "owed": owed,
        "form": form,
        "begun": begun_by(request.user),
        "may_retract": owed.may_be_retracted(at),
    }
    return render(request, "candidate/provide.html", context, status=422 if form.errors else 200)


def _give(
    request: HttpRequest, registration: Registration, piece: str, form: ProvideForm
) -> Deposit:
    told: dict[str, Any] = {
        "registration": registration,
        "code": piece,
        "press": form.press,
        "after": form.after,
        "read": form.read,
        "by": request.actor,
        "at": request.arrived_at,
    }
    if form.kept:
        return providing.reuse(kept=form.kept, **told)
    return providing.deposit(sent=form.sent, **told)


def former_of(owed: Owed) -> Deposit | None:
    """Return the file in force for a piece, to which pages may be added: none where a virus was found."""
    given: Deposit | None = owed.row.deposit
    return None if given is None or given.is_infected else given


def _keep_copy(request: HttpRequest, given: Deposit) -> None:
    """Keep a copy in the drawer; where it takes none, say so: the piece is given all the same."""
    try:
        keeping.keep_copy(
            owner=request.user.candidate, given=given, by=request.actor, at=request.arrived_at
        )
    except Refused as refusal:
        messages.warning(request, f"Aucune copie n'en est gardée. {refusal}")
    except (files.OutOfReach, files.Unreadable):
        messages.warning(request, "Aucune copie n'en est gardée dans votre porte-documents.")


def file(request: HttpRequest, number: str, piece: str) -> HttpResponse:
    """The last file given for a piece, to whoever gave it, unless a virus was found in it."""
    found = own_registration(request, number)
    given = file_of(found, piece)
    if given is None or given.is_infected:
        raise Http404

    return paper(
        request,
        name=f"piece-{piece.lower()}-{found.number}",
        read=partial(kept, given.key, of=given),
        instead=[
            ("Revenir aux pièces justificatives", reverse("candidate:evidence", args=[number]))
        ],
        is_attached=True,
    )


def piece_or_404(registration: Registration, code: str) -> Owed:
    """Return the piece of this code that a registration owes; for any other there is no page."""
    found = piece_of(registration, code)
    if found is None:
        raise Http404
    return found
