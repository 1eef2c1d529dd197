"""« Demander une inscription tardive »: what was not saved before the closing is asked for (D11)."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.acts.registrations import late as acts
from sporades.acts.requests import late
from sporades.core.refusals import Refused
from sporades.core.text import clean_lines
from sporades.drawers import operations as drawers
from sporades.drawers.queries import begun_by
from sporades.registrations import journey
from sporades.registrations.exclusion import exclusion_of
from sporades.registrations.models import Draft, LateRequest
from sporades.registrations.models.request import LONGEST_REASON
from sporades.registrations.operations import asking_late, filing
from sporades.registrations.queries import registrations_of
from sporades.registrations.snapshot import as_read
from sporades.registrations.states import RequestState
from sporades.web.candidate import drafts
from sporades.web.candidate.not_sent import not_sent, written
from sporades.web.candidate.request_forms import LateRequestForm, asking, is_counted, is_sent
from sporades.web.layout.kept import forget
from sporades.web.wizard.door import dossier_for
from sporades.web.wizard.recap import as_sent

_SENT = "Votre demande est envoyée : un mail vous le confirme. Vous n'êtes pas encore inscrit(e)."
_SENT_BEFORE = (
    "Votre demande a été envoyée d'une autre fenêtre ou d'un autre appareil, avec un autre motif."
)
_TAKEN_BACK = "Votre demande est retirée. Votre saisie est gardée, sans être enregistrée."
_ENDED = "Cette saisie est déjà enregistrée, ou abandonnée."


def ask_late(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Say why, then send; once it is sent, say where it stands."""
    found = drafts.own(request, draft)
    last = _last_of(found)
    if (instead := _instead(request, found, last)) is not None:
        return instead
    judged = dossier_for(request, found)
    forms = journey.judged(judged)
    if journey.troubles(forms):
        if last is None:
            return redirect("candidate:ready", found.pk)
        # Of one that was refused, why is read here: perhaps for want of these answers.
        return _shown(request, found, last, is_incomplete=True)
    if exclusion_of(found, registrations_of(user=request.user.pk)) is not None:
        return redirect("candidate:recap", found.pk)
    return _asked(request, found, last, filing.mark_of(found, as_read(judged, forms)))


def _instead(request: HttpRequest, draft: Draft, last: LateRequest | None) -> HttpResponse | None:
    """Return what is shown where nothing may be asked for; nothing where it may."""
    if draft.amends is not None or draft.filed_as is not None or draft.abandoned_at is not None:
        return _given_back(request, draft, why=_ENDED) or drafts.after(draft)
    if last is not None and last.is_waiting:
        return _given_back(request, draft, why=_SENT_BEFORE) or _shown(request, draft, last)
    refusal = asking_late.why_not(draft, at=request.arrived_at)
    if refusal is None:
        return None
    given = _given_back(request, draft, why=str(refusal))
    at = request.arrived_at
    whom = draft.whom_to_ask(at) if draft.service.has_closed(at) else ""
    return given or _shown(request, draft, last, refusal=str(refusal), whom=whom)


def _asked(request: HttpRequest, draft: Draft, last: LateRequest | None, read: str) -> HttpResponse:
    posted = request.method == "POST"
    form = asking(LateRequestForm, request)
    if (
        posted
        and is_counted(request, form)
        and form.is_valid()
        and is_sent(request, draft, form, by=acts.send)
    ):
        forget(request)
        drawers.note_used([one.pk for one in form.uploads], at=request.arrived_at)
        messages.success(request, _SENT)
        return redirect("candidate:ask_late", draft.pk)
    if posted:
        form.tell_of_the_proof()
        form.keep_received(at=request.arrived_at)
    more = {"form": form, "read": read, "begun": begun_by(request.user)}
    return _shown(request, draft, last, **more)


def _shown(
    request: HttpRequest, draft: Draft, last: LateRequest | None, **asking: object
) -> HttpResponse:
    """Show where the last request stands, and the form where one may be sent."""
    if request.method == "POST" and "form" not in asking:
        return redirect("candidate:ask_late", draft.pk)
    at = request.arrived_at
    form = asking.get("form")
    excluded = exclusion_of(draft, registrations_of(user=request.user.pk)) if last else None
    context = {
        "draft": draft,
        "asked": last,
        "formally": late.formally(last, at=at),
        "is_silent": last is not None and late.has_decided(last, at=at),
        "is_due": last is not None and late.has_accepted(last, at=at),
        "again": asking_late.again(last, at=at) if last is not None else None,
        "stands": excluded and excluded.registration,
        "is_open": draft.service.accepts(at),
        "closed": draft.service.closed_in_words(at),
        # Asked by the words that say it alone: of one that waits it is another day.
        "until": partial(asking_late.last_day_in_words, draft),
        "sent": as_sent(draft, at=at)[0]
        if last is not None and last.is_waiting and draft.is_offered
        else None,
        "form": None,
        "refusal": "",
        "whom": "",
        "is_incomplete": False,
        **asking,
    }
    status = 422 if getattr(form, "errors", None) else 200
    return render(request, "candidate/ask_late.html", context, status=status)


def _last_of(draft: Draft) -> LateRequest | None:
    # Of one that was taken back nothing is left to read: a refusal before it stays in sight.
    kept_on = draft.late_requests.exclude(state=RequestState.TAKEN_BACK)
    last: LateRequest | None = kept_on.order_by("-sent_at", "-pk").first()
    if last is not None:
        last.draft = draft
    return last


def _given_back(request: HttpRequest, draft: Draft, *, why: str) -> HttpResponse | None:
    """Give back the reason of a request that is not sent; nothing where none was written, or it was sent."""
    reason = clean_lines(written(request, "motif")[: LONGEST_REASON * 2])
    if not reason:
        return None
    if draft.late_requests.filter(reason=reason).exists():
        forget(request)
        return None
    return not_sent(
        request,
        reason,
        title="Demande non envoyée",
        why=why,
        back=reverse("candidate:registrations"),
        leads="Aller à mes inscriptions",
    )


def take_back_late(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Take the request back, to change the answers, or to leave them."""
    found = drafts.own(request, draft)
    asked = found.late_requests.waiting().first()
    try:
        if asked is not None:  # else the button was pressed twice, or it has just been decided
            asked.draft = found
            acts.take_back(request=asked, by=request.actor, at=request.arrived_at)
            messages.success(request, f"{_TAKEN_BACK}{_again_in_words(asked, request.arrived_at)}")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("candidate:registrations")


def _again_in_words(taken_back: LateRequest, at: datetime) -> str:
    until, is_over = asking_late.again(taken_back, at=at)
    if until:
        return f" Votre demande peut être envoyée de nouveau jusqu'au {until}."
    return " Votre demande ne peut plus être envoyée de nouveau." if is_over else ""
