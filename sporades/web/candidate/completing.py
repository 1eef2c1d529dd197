"""« Compléter »: what a request lacks, as its managing service says, is sent by its candidate (E7, I6)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.acts.identities import asking
from sporades.acts.registrations import requesting
from sporades.core.text import clean_lines
from sporades.drawers import operations as drawers
from sporades.drawers.queries import begun_by
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Registration
from sporades.registrations.models.request import LONGEST_REASON, Request
from sporades.web.candidate.not_sent import not_sent, written
from sporades.web.candidate.own import own_registration
from sporades.web.candidate.request_forms import CompleteForm, is_counted
from sporades.web.layout.kept import forget, kept
from sporades.web.layout.sent import taking

_NOTHING_LEFT = (
    "Rien ne manque plus : votre service gestionnaire a ce qu'il vous demandait, ou a décidé."
)
_KEPT = (
    "Votre session s'était terminée. Votre réponse est là : vérifiez-la, joignez de nouveau les "
    "fichiers s'il y en a, puis envoyez-la."
)
_SENT = "Votre demande est complétée : un mail vous le confirme."
_HAS_COME = (
    "Votre demande est complétée : votre réponse est arrivée le {}, et n'est pas envoyée une "
    "seconde fois."
)


def complete_request(request: HttpRequest, number: str) -> HttpResponse:
    """Add what is missing to a modification that was asked for."""
    found = own_registration(request, number)
    waiting = ChangeRequest.objects.waiting().select_related("draft", "registration__service")
    asked = waiting.filter(registration=found.pk).first()
    return _complete(
        request,
        asked,
        requesting.complete,
        back=reverse("candidate:registration", args=[found.number]),
        leads="Aller à mon inscription",
        about=found,
    )


def complete_correction(request: HttpRequest) -> HttpResponse:
    """Add what is missing to a correction that was asked for."""
    mine = CorrectionRequest.objects.waiting().for_list()
    return _complete(
        request,
        mine.filter(candidate=request.user.candidate).first(),
        asking.complete,
        back=reverse("account_edit"),
        leads="Aller à mon compte",
    )


def _complete(
    request: HttpRequest,
    asked: Any,
    act: Callable[..., Request],
    *,
    back: str,
    leads: str,
    about: Registration | None = None,
) -> HttpResponse:
    posted = request.method == "POST"
    if asked is None or not asked.is_incomplete:
        return _no_more(request, asked, back=back, leads=leads, about=about)
    form = (
        CompleteForm(request.POST, request.FILES, sender=request.user)
        if posted
        else _asking(request)
    )
    if posted and is_counted(request, form) and form.is_valid():
        with taking(form, "fichiers", names=form.names):
            act(
                request=asked,
                words=form.cleaned_data["reponse"],
                proof=form.proof,
                by=request.actor,
                at=request.arrived_at,
            )
        if not form.errors:
            forget(request)
            drawers.note_used([one.pk for one in form.uploads], at=request.arrived_at)
            messages.success(request, _SENT)
            return redirect(back)
    if posted:
        form.tell_of_the_proof()
        form.keep_received(at=request.arrived_at)
    context = {
        "asked": asked,
        "form": form,
        "back": back,
        "leads": leads,
        "begun": begun_by(request.user),
    }
    status = 422 if form.errors else 200
    return render(request, "candidate/complete_request.html", context, status=status)


def _asking(request: HttpRequest) -> CompleteForm:
    """Return the form with the answer that was sent once the session had ended, if one was."""
    answers = kept(request)
    if not answers:
        return CompleteForm(sender=request.user)
    messages.warning(request, _KEPT)
    return CompleteForm(initial={"reponse": answers.get("reponse", [""])[-1]}, sender=request.user)


def _no_more(
    request: HttpRequest, asked: Any, *, back: str, leads: str, about: Registration | None
) -> HttpResponse:
    """Lead back where nothing is missing any more; what was written is given back, unless it has come."""
    words = clean_lines(written(request, "reponse")[: LONGEST_REASON * 2])
    if words and asked is not None and _has_come(request, asked, words):
        # The button was pressed twice: it is the second answer that is read.
        forget(request)
        messages.success(request, _HAS_COME.format(asked.completed_in_words))
        return redirect(back)
    if words:
        return not_sent(
            request,
            words,
            title="Réponse non envoyée",
            why=_NOTHING_LEFT,
            back=back,
            leads=leads,
            about=about,
        )
    # That page says where the request stands; reading changes nothing.
    if request.method == "POST":
        forget(request)
        messages.info(request, _NOTHING_LEFT)
    return redirect(back)


def _has_come(request: HttpRequest, asked: Request, words: str) -> bool:
    """Return whether a request was completed in these words, and has a proof if files come with them."""
    is_of_words = asked.completed_at is not None and asked.complement == words
    return is_of_words and bool(asked.proof_key or not request.FILES)
