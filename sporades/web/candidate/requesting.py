"""« Demander une modification »: while the service takes nothing (E7)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.acts.registrations import requesting as acts
from sporades.core.refusals import Refused
from sporades.core.text import clean_lines
from sporades.drawers import operations as drawers
from sporades.drawers.queries import begun_by
from sporades.registrations.contacts import kept_in_words
from sporades.registrations.models import ChangeRequest, Draft
from sporades.registrations.models.request import LONGEST_REASON
from sporades.registrations.operations import requesting
from sporades.registrations.refusals import Incomplete
from sporades.registrations.sections.identification import ASKS_TO_STAY
from sporades.registrations.states import RequestState
from sporades.web.candidate import drafts
from sporades.web.candidate.not_sent import not_sent, written
from sporades.web.candidate.own import own_registration
from sporades.web.candidate.request_forms import RequestForm, asking, is_counted, is_sent
from sporades.web.layout.kept import forget

_SENT = (
    "Votre demande a été envoyée d'une autre fenêtre ou d'un autre appareil, avec un autre motif."
)
_FILED = "Cette modification est déjà enregistrée."
_LEFT = "Cette modification est abandonnée."
_WITHDRAWN = "Cette inscription a été désinscrite."


def begin(request: HttpRequest, number: str) -> HttpResponse:
    """Open the tabs again; nothing is asked until the request is sent."""
    found = own_registration(request, number)
    try:
        draft = acts.begin(registration=found, by=request.actor, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:registration", found.number)
    return redirect("candidate:draft", draft.pk)


def send(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Say why, then send; what is asked stands above."""
    found = drafts.own(request, draft)
    if not found.is_open or found.amends is None:
        return _away(request, found)
    if found.is_overtaken:
        return redirect("candidate:differences", found.pk)
    try:
        seen = requesting.seen_of(found, at=request.arrived_at)
    except Incomplete:
        return redirect("candidate:ready", found.pk)
    except Refused as refusal:
        return _refused(request, found, refusal)
    posted = request.method == "POST"
    form = asking(RequestForm, request)
    if (
        posted
        and is_counted(request, form)
        and form.is_valid()
        and is_sent(request, found, form, by=acts.send)
    ):
        forget(request)
        drawers.note_used([one.pk for one in form.uploads], at=request.arrived_at)
        messages.success(request, "Votre demande est envoyée : un mail vous le confirme.")
        return redirect("candidate:registration", found.amends.number)
    if posted:
        form.tell_of_the_proof()
        form.keep_received(at=request.arrived_at)
    context = {
        "draft": found,
        "form": form,
        "changes": seen.changes,
        "stays": f"Votre nouvelle adresse ne dépend pas {found.service.academy.with_preposition}. {ASKS_TO_STAY}"
        if seen.lives_elsewhere
        else "",
        "undone": "" if seen.keeps else found.amends.undone_if_accepted,
        "kept": kept_in_words(found.amends) if seen.keeps else "",
        "closed": found.service.closed_in_words(request.arrived_at, found.amends.reader_zone),
        "read": requesting.mark_of(seen.changes),
        "begun": begun_by(request.user),
    }
    status = 422 if form.errors else 200
    return render(request, "candidate/send_request.html", context, status=status)


def _away(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Lead to what a draft became, unless the reason of a request is to be given back first."""
    why = _why_no_more(draft) if draft.amends else ""
    return (_given_back(request, draft, why=why) if why else None) or drafts.after(draft)


def _refused(request: HttpRequest, draft: Draft, refusal: Refused) -> HttpResponse:
    if answer := _given_back(request, draft, why=str(refusal)):
        return answer
    messages.error(request, str(refusal))
    return redirect("candidate:registration", draft.amends.number)


def _given_back(request: HttpRequest, draft: Draft, *, why: str) -> HttpResponse | None:
    """Give back the reason of a request that is not sent; nothing where none was written, or it was sent."""
    reason = clean_lines(written(request, "motif")[: LONGEST_REASON * 2])
    if not reason:
        return None
    sent = draft.change_requests.filter(state__in=(RequestState.SENT, RequestState.ACCEPTED))
    if sent.filter(reason=reason).exists():
        forget(request)
        return None
    return not_sent(
        request,
        reason,
        title="Demande non envoyée",
        why=why,
        back=reverse("candidate:registration", args=[draft.amends.number]),
        leads="Aller à mon inscription",
        about=draft.amends,
    )


def _why_no_more(draft: Draft) -> str:
    if draft.abandoned_at is not None:
        return _WITHDRAWN if draft.amends.withdrawn_at else _LEFT
    return _SENT if draft.awaits_decision else _FILED


def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take the request back, to change or to leave it."""
    found = own_registration(request, number)
    waiting = ChangeRequest.objects.waiting().select_related("draft", "registration")
    asked = waiting.filter(registration=found.pk).first()
    try:
        if asked is not None:  # else the button was pressed twice, or it has just been decided
            acts.take_back(request=asked, by=request.actor, at=request.arrived_at)
            messages.success(
                request, "Votre demande est retirée : vous pouvez la changer ou l'abandonner."
            )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("candidate:registration", found.number)
