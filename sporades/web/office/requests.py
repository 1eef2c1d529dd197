"""« Demandes de modification »: what candidates ask after the closing, one after the other (E7, I7)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.acts import reading, requesting
from sporades.core import files
from sporades.core.refusals import Refused
from sporades.documents.operations import BeingPrepared
from sporades.registrations.models import ChangeRequest
from sporades.registrations.refusals import Incomplete
from sporades.web.layout.papers import paper
from sporades.web.office.files import author_on
from sporades.web.office.forms import AnswerForm

ON_THE_PAGE = 50
TRAIL = [("Accueil", reverse_lazy("office:home"))]
LIST_TRAIL = [*TRAIL, ("Demandes de modification", reverse_lazy("office:change_requests"))]
SHOWN = {
    "": "Toutes",
    "libres": "Que personne n'a prises en charge",
    "miennes": "Que j'ai prises en charge",
}


def change_requests(request: HttpRequest) -> HttpResponse:
    """Those that wait, the oldest first."""
    shown = request.GET.get("voir", "")
    waiting = _shown(request, shown if shown in SHOWN else "")
    page = Paginator(waiting.for_list(), ON_THE_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.age = one.age_in_words(request.arrived_at)
    context = {
        "page": page,
        "count": page.paginator.count,
        "shown": shown if shown in SHOWN else "",
        "choices": list(SHOWN.items()),
        "base": f"{reverse('office:change_requests')}?voir={shown if shown in SHOWN else ''}&page=",
        "trail": TRAIL,
    }
    return render(request, "office/change_requests.html", context)


def change_request(request: HttpRequest, asked: int) -> HttpResponse:
    """What is asked, why, and what may be decided."""
    return _page(request, _found(request, asked), AnswerForm())


def assign_request(request: HttpRequest, asked: int) -> HttpResponse:
    """Say that one deals with it."""
    found = _found(request, asked)
    return _done(
        request,
        found,
        lambda: requesting.assign(
            request=found, user=request.user, by=_author(request, found), at=request.arrived_at
        ),
        "Vous avez pris cette demande en charge.",
        back=redirect("office:change_request", found.pk),
    )


def accept_request(request: HttpRequest, asked: int) -> HttpResponse:
    """File what is asked."""
    found = _found(request, asked)
    onwards = _onwards(request, found)
    return _done(
        request,
        found,
        lambda: requesting.accept(request=found, by=_author(request, found), at=request.arrived_at),
        "La demande est acceptée : l'inscription est modifiée, un mail part au candidat.",
        back=onwards,
    )


def refuse_request(request: HttpRequest, asked: int) -> HttpResponse:
    """Refuse, with the reason that the candidate will read."""
    found = _found(request, asked)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    onwards = _onwards(request, found)
    return _done(
        request,
        found,
        lambda: requesting.refuse(
            request=found,
            answer=form.cleaned_data["motif"],
            by=_author(request, found),
            at=request.arrived_at,
        ),
        "La demande est refusée : un mail part au candidat.",
        back=onwards,
    )


def request_proof(request: HttpRequest, asked: int) -> HttpResponse:
    """The PDF that the candidate joined."""
    found = _found(request, asked, proof_key__gt="")

    def read() -> bytes:
        try:
            content = files.get(found.proof_key)
        except (files.OutOfReach, files.Unreadable) as failure:
            raise BeingPrepared from failure
        reading.consult_proof(request=found, by=_author(request, found), at=request.arrived_at)
        return content

    back = reverse("office:change_request", args=[found.pk])
    return paper(
        request,
        name=f"piece-{found.registration.number}",
        read=read,
        instead=[("Revenir à la demande", back)],
    )


def _shown(request: HttpRequest, shown: str) -> Any:
    waiting = ChangeRequest.objects.waiting().within(request.reach).order_by("sent_at", "pk")
    if shown == "libres":
        return waiting.filter(assigned_to=None)
    return waiting.filter(assigned_to=request.user) if shown == "miennes" else waiting


def _found(request: HttpRequest, pk: int, **more: Any) -> ChangeRequest:
    reached = ChangeRequest.objects.within(request.reach).for_list().select_related("draft")
    found: ChangeRequest = get_object_or_404(reached, pk=pk, **more)
    return found


def _author(request: HttpRequest, found: ChangeRequest) -> Any:
    return author_on(request, found.registration)


def _next(request: HttpRequest, found: ChangeRequest) -> ChangeRequest | None:
    """Return the one that waits after this one, and that nobody else deals with."""
    mine_or_free = ChangeRequest.objects.waiting().within(request.reach).exclude(pk=found.pk)
    others = mine_or_free.filter(assigned_to=None) | mine_or_free.filter(assigned_to=request.user)
    after = others.filter(sent_at__gte=found.sent_at).order_by("sent_at", "pk").first()
    following: ChangeRequest | None = after or others.order_by("sent_at", "pk").first()
    return following


def _onwards(request: HttpRequest, found: ChangeRequest) -> HttpResponse:
    """Go to the next one, or back to the list when there is none."""
    following = _next(request, found)
    if following is None:
        return redirect("office:change_requests")
    return redirect("office:change_request", following.pk)


def _page(request: HttpRequest, found: ChangeRequest, form: AnswerForm) -> HttpResponse:
    context = {
        "asked": found,
        "form": form if found.is_waiting else None,
        "is_mine": found.assigned_to_id == request.user.pk,
        "age": found.age_in_words(request.arrived_at),
        "following": _next(request, found),
        "trail": LIST_TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/change_request.html", context, status=status)


def _done(
    request: HttpRequest, found: ChangeRequest, act: Any, said: str, *, back: HttpResponse
) -> HttpResponse:
    try:
        act()
    except Incomplete as refusal:
        points = " ; ".join(f"{one.title} : {one.message}" for one in refusal.troubles)
        messages.error(
            request,
            f"Elle ne peut plus être acceptée telle quelle, les règles ont changé. {points}",
        )
        return redirect("office:change_request", found.pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:change_request", found.pk)
    messages.success(request, said)
    return back
