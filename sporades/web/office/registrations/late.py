"""« Demandes d'inscription tardive »: what was not saved in time, accepted or refused (I3)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html

from sporades.accounts.permissions import Reach
from sporades.acts import consulting
from sporades.acts.registrations import late as acts
from sporades.acts.requests import late
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.letters.words import announced, to_be_told
from sporades.registrations.exclusion import exclusion_of
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.models.late_request import LateRequestQuerySet
from sporades.registrations.operations import asking_late
from sporades.registrations.refusals import AlreadyRegistered, Incomplete, RulesChanged
from sporades.registrations.states import RequestState
from sporades.web.layout.markup import directed
from sporades.web.layout.papers import kept, paper
from sporades.web.office.forms import AnswerForm
from sporades.web.office.noting import note_draft
from sporades.web.office.places import PlacesForm
from sporades.web.wizard.recap import READ, as_sent

ON_THE_PAGE = 50
TITLE = "Demandes d'inscription tardive"
TRAIL = [("Accueil", reverse_lazy("office:home"))]
_ENDED = (
    (RequestState.ACCEPTED, "Acceptées"),
    (RequestState.REFUSED, "Refusées"),
    (RequestState.TAKEN_BACK, "Retirées, ou sans objet"),
)
PLACES = {"domaine": "exam__domain", "examen": "exam", "academie": "service__academy"}
"""What each choice is compared with, of a draft."""

_GONE = (
    "{title} n'est plus proposé aux inscriptions : les règles ont changé. La demande ne peut pas être "
    "acceptée : refusez-la en le disant."
)
_RULES_CHANGED = (
    "Les règles ont changé depuis cette demande : elle ne peut plus être acceptée telle quelle."
)
_OTHER_PERSON = (
    "L'état civil du candidat a changé depuis cette demande : elle ne peut plus être acceptée telle "
    "quelle."
)
_NO_LONGER = "Cette demande ne peut plus être acceptée telle quelle."
_ALREADY = (
    "Ce candidat a une inscription en cours qui ne va pas avec celle-ci : refusez la demande en le "
    "disant."
)


class LateRequestsForm(PlacesForm):
    """Which requests are listed: those that wait, or those that ended in a way."""

    etat = forms.ChoiceField(label="État", required=False, choices=[("", "En attente"), *_ENDED])
    field_order = ("etat", "domaine", "examen", "academie")

    @property
    def ended(self) -> str:
        """The state of those that wait no more, where these are chosen."""
        return self.chosen.get("etat", "")

    def keep(self, reach: Reach) -> LateRequestQuerySet:
        """Return what was chosen, of a perimeter: the oldest that waits first, the last that ended first."""
        found: LateRequestQuerySet = LateRequest.objects.within(reach, **self.where(PLACES))
        if self.ended:
            return found.filter(state=self.ended).order_by("-decided_at", "-pk")
        return found.waiting().order_by("sent_at", "pk")


def listed(request: HttpRequest) -> HttpResponse:
    """Those that wait, the oldest first, or those that ended in a way, the last first."""
    form = _row_of(request)
    page = Paginator(form.keep(request.reach).for_list(), ON_THE_PAGE).get_page(
        request.GET.get("page")
    )
    for one in page:
        one.age = one.age_in_words(request.arrived_at)
        one.silence = late.silence_in_words(one, at=request.arrived_at)
        one.url = _here(one, form)
    url, query = reverse("office:late_requests"), form.query()
    context = {
        "title": TITLE,
        "form": form,
        "is_chosen": bool(form.chosen),
        "ended": form.ended,
        "page": page,
        "count": page.paginator.count,
        "base": f"{url}{query}{'&' if query else '?'}page=",
        "trail": TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/late_requests.html", context, status=status)


def read(request: HttpRequest, asked: int) -> HttpResponse:
    """Who asks, why, with which answers."""
    found = _found(request, asked)
    return _page(request, found, _answer_to(request, found))


def accept(request: HttpRequest, asked: int) -> HttpResponse:
    """Register the candidate with the answers that were read."""
    found = _found(request, asked)
    shown = request.POST.get(READ, "")
    by, at = _author(request, found), request.arrived_at

    def done() -> str:
        version = acts.accept(request=found, shown=shown, by=by, at=at)
        number = version.registration.number
        told = announced(found.draft.candidate)
        return f"la demande est acceptée, le candidat est inscrit, n°{number}, {told}"

    return _done(request, found, done)


def refuse(request: HttpRequest, asked: int) -> HttpResponse:
    """Refuse, with the reason that the candidate will read."""
    found = _found(request, asked)
    form = _answer_to(request, found)
    if not form.is_valid():
        return _page(request, found, form)
    said, by, at = form.cleaned_data, _author(request, found), request.arrived_at

    def done() -> str:
        takes_back = said.get("retrait", False)
        acts.refuse(request=found, answer=said["motif"], takes_back=takes_back, by=by, at=at)
        return f"la demande est refusée, {announced(found.draft.candidate)}"

    return _done(request, found, done, written=said["motif"])


def proof(request: HttpRequest, asked: int) -> HttpResponse:
    """The PDF that the candidate joined, once the antivirus has found nothing in it."""
    found = _found(request, asked, proof_key__gt="", proof_is_clean=True)

    def content() -> bytes:
        sent = kept(found.proof_key, of=found)
        by = _author(request, found)
        consulting.consult_proof(request=found, by=by, at=request.arrived_at)
        return sent

    back = _here(found, _row_of(request))
    name = f"piece-inscription-tardive-{found.pk}"
    return paper(request, name=name, read=content, instead=[("Revenir à la demande", back)])


def _found(request: HttpRequest, pk: int, **more: Any) -> LateRequest:
    within = LateRequest.objects.within(request.reach).for_list()
    found: LateRequest = get_object_or_404(within, pk=pk, **more)
    return found


def _author(request: HttpRequest, found: LateRequest) -> Actor:
    service = found.service
    where = {"academy": service.academy_id, "domain": service.domain.code}
    author: Actor = request.reach.author(**where)
    return author


def _answer_to(request: HttpRequest, found: LateRequest) -> AnswerForm:
    said = request.POST if request.method == "POST" else None
    return AnswerForm(said, is_accepted=late.has_accepted(found, at=request.arrived_at))


def _row_of(request: HttpRequest) -> LateRequestsForm:
    """Return which requests one goes through, as the list that one came from chose them."""
    return LateRequestsForm(request.GET, reach=request.reach)


def _here(found: LateRequest, form: LateRequestsForm) -> str:
    return f"{reverse('office:late_request', args=[found.pk])}{form.query()}"


def _next(request: HttpRequest, found: LateRequest) -> LateRequest | None:
    """Return the one that waits after this one, or else the first."""
    waiting = LateRequest.objects.waiting().within(request.reach, **_row_of(request).where(PLACES))
    others = waiting.exclude(pk=found.pk).order_by("sent_at", "pk")
    return others.filter(sent_at__gte=found.sent_at).first() or others.first()


def _refused_before(request: HttpRequest, found: LateRequest) -> LateRequest | None:
    """Return the last one that was refused before the candidate sent this one."""
    of_draft = LateRequest.objects.within(request.reach).for_list().filter(draft=found.draft_id)
    refused = of_draft.filter(state=RequestState.REFUSED, sent_at__lt=found.sent_at)
    return refused.order_by("-sent_at", "-pk").first()


def _page(request: HttpRequest, found: LateRequest, form: AnswerForm) -> HttpResponse:
    note_draft(request, found.draft)
    at, row = request.arrived_at, _row_of(request)
    following = None if row.ended else _next(request, found)
    standing = Registration.objects.within(request.reach).filter(candidate=found.draft.candidate_id)
    urls = {
        what: f"{reverse(f'office:{what}_late', args=[found.pk])}{row.query()}"
        for what in ("accept", "refuse", "proof_of")
    }
    context = {
        "asked": found,
        "before": _refused_before(request, found),
        "closed": found.service.closed_in_words(at),
        "open_until": late.open_until(found, at=at) if found.is_waiting else "",
        "age": found.age_in_words(at),
        "silence": late.silence_in_words(found, at=at),
        "to_refuse": late.to_refuse_in_words(found, at=at),
        "again": asking_late.again(found, at=at) if found.is_waiting else None,
        "told_how": to_be_told(found.draft.candidate) if found.is_waiting else "",
        "excluded": exclusion_of(found.draft, standing.for_list()) if found.is_waiting else None,
        "is_mendable": found.is_refused and found.draft.is_open and found.draft.is_offered,
        "form": form if found.is_waiting else None,
        "urls": urls,
        "following": _here(following, row) if following else "",
        "trail": [*TRAIL, (TITLE, reverse("office:late_requests") + row.query())],
        **(_answers(found, request) if found.is_waiting else {"parts": [], "read": "", "gone": ""}),
    }
    status = 422 if form.errors else 200
    return render(request, "office/late_request.html", context, status=status)


def _answers(found: LateRequest, request: HttpRequest) -> dict[str, Any]:
    """Return the answers as they were frozen, and what of them no longer fits.

    Of what is offered no more no rules are left by which they could be read.
    """
    draft = Draft.objects.whole().get(pk=found.draft_id)
    if not draft.is_offered:
        return {"parts": [], "read": "", "gone": _GONE.format(title=draft)}
    shown, mark = as_sent(draft, at=request.arrived_at)
    lacks = _lacks_since(draft, have_rules_moved=shown["have_rules_moved"])
    return {**shown, "read": mark, "gone": "", "lacks": lacks}


def _lacks_since(draft: Draft, *, have_rules_moved: bool) -> str:
    """Say why what was complete when it was sent is so no more: until it is filed, civil data may be corrected."""
    if have_rules_moved:
        return _RULES_CHANGED
    if draft.sent_at is not None and draft.candidate.identity.created_at > draft.sent_at:
        return _OTHER_PERSON
    return _NO_LONGER


def _done(
    request: HttpRequest, found: LateRequest, act: Callable[[], str], *, written: str = ""
) -> HttpResponse:
    """Do it and go to the next one; of what is refused, give back what was written."""
    row = _row_of(request)
    following = _next(request, found)
    try:
        said = act()
    except Incomplete as refusal:
        points = " ; ".join(f"{one.title} : {one.message}" for one in refusal.troubles)
        draft = Draft.objects.whole().get(pk=found.draft_id)
        moved = isinstance(refusal, RulesChanged)
        messages.error(request, f"{_lacks_since(draft, have_rules_moved=moved)} {points}")
        return redirect(_here(found, row))
    except AlreadyRegistered:
        messages.error(request, _ALREADY)
        return redirect(_here(found, row))
    except Refused as refusal:
        unsent = f" Votre motif n'est pas envoyé : « {written} »" if written else ""
        messages.error(request, f"{refusal}{unsent}")
        return redirect(_here(found, row))
    name = directed(found.draft.candidate.identity.listed_name)
    messages.success(request, format_html("{} : {}", name, said))
    if following is None:
        return redirect(reverse("office:late_requests") + row.query())
    return redirect(_here(following, row))
