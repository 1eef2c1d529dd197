"""« Gérer les services »: when registrations are open, and who decided it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.text import capfirst

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission
from sporades.acts.services import opening
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.exams.following import Under, following, following_together
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.models.change import cuts_short
from sporades.exams.operations.openings import (
    NotMoved,
    Overtaken,
    check,
    check_that_none_awaits,
    mark_of,
)
from sporades.exams.states import ChangeState
from sporades.notices.queries import read_only_in
from sporades.registrations.former import stood_under
from sporades.registrations.models import Draft
from sporades.web.layout.proofs import (
    needs_second_factor_again,
    second_factor_again,
    second_factor_first,
)
from sporades.web.office.services.filter_form import ServicesForm
from sporades.web.office.services.instant_forms import DatesForm, RefusedExtensionForm

TRAIL = [
    ("Accueil", reverse_lazy("office:home")),
    ("Gérer les services", reverse_lazy("office:services")),
]

REFUSED = ("La prolongation est refusée.", "prolongations sont refusées.")
CLOSE, AGAIN = "fermer", "relire"
"""What is pressed on the page that asks whether an open service is to close earlier."""
A_DAY = timedelta(days=1)
"""By how much a closing is put off to show, before any is typed, which deadlines it moves."""


def services(request: HttpRequest) -> HttpResponse:
    """The services of the perimeter, all or some, and what awaits a second person."""
    at = request.arrived_at
    order = ("domain__label", "session__code", "academy__name", "audience")
    every = list(_services(request).order_by(*order))
    await_decision = proposals(request)
    waiting = {
        change.service_id: change.service.said(change.closes_at)
        for listed in await_decision.values()
        for proposal in listed
        for change in proposal.changes
    }
    form = ServicesForm(request.GET or None, services=every, at=at)
    context = {
        "form": form,
        "every": len(every),
        "rows": [
            (
                one,
                one.state_in_words(at),
                one.opening_in_words,
                one.closing_in_words,
                waiting.get(one.pk, ""),
            )
            for one in form.chosen
        ],
        **await_decision,
        "may_extend": len(every) > 1 and bool(request.reaches(Permission.MOVE_SERVICES)),
        "are_to_open": sum(one.opens_at > at for one in every) > 1,
    }
    return render(request, "office/services.html", context)


@dataclass(frozen=True)
class Proposal:
    """What was proposed of a service, or of several together.

    Attributes:
        changes: of each of them.
    """

    changes: Sequence[ServiceChange]

    @property
    def first(self) -> ServiceChange:
        """That of the first of them, which stands for all."""
        return self.changes[0]

    @property
    def more(self) -> int:
        """How many others."""
        return len(self.changes) - 1


def proposals(request: HttpRequest) -> dict[str, list[Proposal]]:
    """Return the extensions that await the reader's approval, and those that await another's."""
    read = request.reaches(Permission.READ_SERVICES)
    approved = request.reaches(Permission.APPROVE_EXTENSIONS)
    found: dict[str, dict[object, list[ServiceChange]]] = {"to_approve": {}, "proposed": {}}
    for change in ServiceChange.objects.proposed().within(read).for_list():
        is_mine = change.proposed_by_id == request.actor.identifier
        is_for_me = not is_mine and approved.covers(**where_of(change.service))
        listed = found["to_approve" if is_for_me else "proposed"]
        listed.setdefault(change.together or change.pk, []).append(change)
    return {
        name: [Proposal(changes) for changes in listed.values()] for name, listed in found.items()
    }


def service(request: HttpRequest, service: int) -> HttpResponse:
    """One service: its dates, what has begun in it, its changes."""
    return _page(request, _service(request, service))


def move_service(request: HttpRequest, service: int) -> HttpResponse:
    """Other dates: at once, or proposed to a second person when it is an extension.

    A closing brought forward is confirmed, with the second factor shown again (S-17): two persons
    alone undo it.
    """
    found = _service(request, service)
    form = DatesForm(request.POST if request.method == "POST" else None, service=found)
    step = request.POST.get("etape")
    if request.method == "POST" and form.is_valid() and step != AGAIN:
        by = request.reach.author(**where_of(found))
        cuts_short = _cuts_short(form, found, at=request.arrived_at)
        if cuts_short and needs_second_factor_again(request):
            return second_factor_again(request)
        try:
            if cuts_short and step != CLOSE:
                check(found, form.dates["opens_at"], form.dates["closes_at"], at=request.arrived_at)
                check_that_none_awaits(found)
                return _confirmed_first(request, found, form)
            made = opening.change(service=found, **form.dates, by=by, at=request.arrived_at)
        except Overtaken as refusal:
            # What they are now, beside what was typed: the others may now be replaced.
            found = _service(request, service)
            form = DatesForm({**request.POST.dict(), "vu": mark_of(found)}, service=found)
            form.add_error(None, str(refusal))
        except NotMoved as refusal:
            form.add_error(DatesForm.ASKED.get(refusal.date), str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _outcome(made, by, at=request.arrived_at))
            for said in unwritten([(found, made.closes_at)]):
                messages.warning(request, said)
            return redirect("office:service", found.pk)
    status = 422 if form.errors and step != AGAIN else 200
    proposed = found.changes.filter(state=ChangeState.PROPOSED).first()
    if proposed is not None:
        proposed.service = found
    closing = found.closes_at
    context = {
        "service": found,
        "form": form,
        "proposed": proposed,
        "may_open": found.opens_at > request.arrived_at,
        "moved": following(
            found,
            closed_at=closing,
            closes_at=closing + A_DAY,
            under=stood_under([found]),
        ),
        "trail": TRAIL,
    }
    return render(request, "office/move_service.html", context, status=status)


def _cuts_short(form: DatesForm, found: RegistrationService, *, at: datetime) -> bool:
    """Return whether a service would close earlier than read, which two persons alone give back."""
    return (
        form.dates["seen"] == mark_of(found)
        and not found.has_closed(at)
        and cuts_short(
            before=found.closes_at,
            closes_at=form.dates["closes_at"],
            opens_at=min(form.dates["opens_at"], found.opens_at),
            at=at,
        )
    )


def _confirmed_first(
    request: HttpRequest, found: RegistrationService, form: DatesForm
) -> HttpResponse:
    at = request.arrived_at
    closes_at = form.dates["closes_at"]
    author = request.reach.author(**where_of(found))
    others = opening.others_who_approve(found, author, at=at)
    context = {
        "service": found,
        "form": form,
        "is_open": found.accepts(at),
        "opening": found.said(form.dates["opens_at"]),
        "closing": found.said(closes_at),
        "is_now": closes_at <= at,
        "unwritten": unwritten([(found, closes_at)]),
        "filed": found.registrations.active().count(),
        "drafts": _begun(found),
        "others": others,
        "nobody": "" if others else _nobody(found, author),
        "trail": TRAIL,
    }
    return render(request, "office/shorten_service.html", context)


def approve_change(request: HttpRequest, change: int) -> HttpResponse:
    """Approve an extension that somebody else proposed, with the second factor shown again (S-17)."""
    found = _change(request, change)
    page = reverse("office:service", args=[found.service_id])
    then = "relisez, puis approuvez la prolongation"
    first = second_factor_first(request, page=page, then=then)
    return first or _decide(
        request,
        found,
        opening.approve_together,
        ("La prolongation est en vigueur.", "prolongations sont en vigueur."),
    )


def refuse_change(request: HttpRequest, change: int) -> HttpResponse:
    """Refuse an extension, with the reason that whoever proposes it reads."""
    found = _change(request, change)
    mine = (ChangeState.REFUSED, request.actor.identifier)
    if (found.state, found.decided_by_id) == mine and request.method == "POST":
        messages.success(request, REFUSED[0])  # pressed twice
        return redirect("office:service", found.service_id)
    if found.state != ChangeState.PROPOSED:
        messages.error(request, "Cette proposition a été décidée entre-temps : relisez la page.")
        return redirect("office:service", found.service_id)
    form = RefusedExtensionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        refuse = partial(opening.refuse_together, answer=form.cleaned_data["motif"])
        return _decide(request, found, refuse, REFUSED)
    others = [one for one in _waiting_beside(request, found) if one.pk != found.pk]
    context = {"change": found, "others": others, "form": form, "trail": TRAIL}
    status = 422 if form.errors else 200
    return render(request, "office/refuse_change.html", context, status=status)


def drop_change(request: HttpRequest, change: int) -> HttpResponse:
    """Take back a proposal: one's own, or a colleague's who is away, for who cannot refuse it."""
    found = _change(request, change)
    is_mine = found.proposed_by_id == request.actor.identifier
    approves = request.reaches(Permission.APPROVE_EXTENSIONS).covers(**where_of(found.service))
    if found.state == ChangeState.PROPOSED and approves and not is_mine:
        messages.error(request, "Vous pouvez refuser cette proposition : dites pourquoi.")
        return redirect("office:refuse_change", found.pk)
    said = ("La proposition est retirée.", "propositions sont retirées.")
    return _decide(request, found, opening.drop_together, said)


def _change(request: HttpRequest, pk: int) -> ServiceChange:
    visible = ServiceChange.objects.filter(service__in=_services(request))
    whole = ("service__domain", "service__session", "service__academy")
    found: ServiceChange = get_object_or_404(visible.select_related(*whole), pk=pk)
    return found


def _waiting_beside(request: HttpRequest, change: ServiceChange) -> list[ServiceChange]:
    """Return what was proposed with a change and waits, itself included, where the reader decides."""
    waiting = ServiceChange.objects.proposed().beside(change)
    return list(waiting.filter(service__in=_services(request)).for_list())


def _decide(
    request: HttpRequest, change: ServiceChange, act: Any, said: tuple[str, str]
) -> HttpResponse:
    """Decide a change, and what was proposed with it; say it of one, or of many."""
    changes = _waiting_beside(request, change) or [change]
    decisions = [(one, request.reach.author(**where_of(one.service))) for one in changes]
    decided = act(decisions, at=request.arrived_at)
    if decided.done:
        count = len(decided.done)
        messages.success(request, said[0] if count == 1 else f"{count} {said[1]}")
    for one, refusal in decided.left:
        named = f"{one.service} : " if len(changes) > 1 else ""
        messages.error(request, f"{named}{refusal}")
    return redirect("office:service", change.service_id)


def _services(request: HttpRequest) -> Any:
    return RegistrationService.objects.within(request.reach).for_list()


def _service(request: HttpRequest, pk: int) -> RegistrationService:
    found: RegistrationService = get_object_or_404(_services(request), pk=pk)
    return found


def where_of(service: RegistrationService) -> dict[str, str]:
    """Return where a service is, as a reach asks."""
    return {"academy": service.academy_id, "domain": service.domain.code}


def _page(request: HttpRequest, found: RegistrationService) -> HttpResponse:
    at = request.arrived_at
    here = where_of(found)
    changes = list(found.changes.order_by("-proposed_at"))
    for change in changes:
        change.service = found
    proposed = next((one for one in changes if one.state == ChangeState.PROPOSED), None)
    beside = _waiting_beside(request, proposed) if proposed else []
    is_mine = proposed is not None and proposed.proposed_by_id == request.actor.identifier
    approving = request.reaches(Permission.APPROVE_EXTENSIONS)
    moving = request.reaches(Permission.MOVE_SERVICES)
    approves, moves = approving.covers(**here), moving.covers(**here)
    under = stood_under({found, *(one.service for one in beside)})
    context = {
        "service": found,
        "state": found.state_in_words(at),
        "left": found.time_left_in_words(at) if found.accepts(at) else "",
        "filed": found.registrations.active().count(),
        "drafts": _begun(found),
        "changes": [(one, _moved_with(one, under)) for one in changes],
        "proposed": proposed,
        "beside": [one for one in beside if one.service_id != found.pk],
        "following": following_together(
            (
                (one.service, one.closed_at, one.closes_at)
                for one in (beside or [proposed])
                if one is not None
            ),
            under=under,
        ),
        "unwritten": unwritten(
            (one.service, one.closes_at) for one in (beside or [proposed]) if one is not None
        ),
        "approved": sum(approving.covers(**where_of(one.service)) for one in beside),
        "dropped": sum(moving.covers(**where_of(one.service)) for one in beside),
        "is_mine": is_mine,
        "approvers": opening.approvers_of(proposed, at=at) if proposed and is_mine else [],
        "may_move": moves,
        "may_approve": approves and not is_mine,
        "may_drop": moves and (is_mine or not approves),
        "trail": TRAIL,
    }
    return render(request, "office/service.html", context)


def unwritten(closings: Iterable[tuple[RegistrationService, datetime]]) -> list[str]:
    """Say which closings to come fall while nothing can be written, by a banner shown or planned (R-05).

    Args:
        closings: each service, and the closing that it has, or would have.
    """
    found: dict[str, list[str]] = {}
    for service, closes_at in closings:
        banner = read_only_in(closes_at)
        if banner is not None:
            said = f"du {service.said(banner.starts_at)}"
            said += (
                f" au {service.said(banner.ends_at)}" if banner.ends_at else ", sans fin annoncée"
            )
            found.setdefault(said, []).append(str(service))
    return [
        f"Lecture seule {said} : personne ne pourra s'inscrire dans les dernières heures. "
        f"{some[0]}{_and_more(len(some) - 1)}."
        for said, some in found.items()
    ]


def _and_more(count: int) -> str:
    return f" et {count} autre{'s' * (count > 1)}" if count else ""


def _moved_with(change: ServiceChange, under: Under) -> list[str]:
    """Say which deadlines a closing that was put off took along; those of a proposal stand above."""
    if change.state != ChangeState.APPLIED:
        return []
    return following(
        change.service, closed_at=change.closed_at, closes_at=change.closes_at, under=under
    )


def _begun(found: RegistrationService) -> dict[str, int]:
    """Count what is begun in a service and not filed."""
    begun = Draft.objects.unsaved().touched().filter(service=found)
    return begun.aggregate(
        new=Count("pk", filter=Q(amends=None)), amending=Count("pk", filter=~Q(amends=None))
    )


def _nobody(service: RegistrationService, by: Actor) -> str:
    """Say that nobody else may approve, and to whom whoever reads it may turn."""
    if by.kind != Membership.Role.ADMINISTRATOR:
        return f"aucune ne le peut dans ce périmètre, {whom_to_ask(by)}"
    return (
        "aucune ne le peut, un chef de service d'un autre périmètre non plus. "
        f"{capfirst(whom_to_ask(by))}"
    )


def whom_to_ask(by: Actor) -> str:
    """Say to whom somebody may turn whom nobody can approve."""
    if by.kind != Membership.Role.ADMINISTRATOR:
        return "voyez avec votre administrateur."
    return (
        "demandez à qui exploite le service d'inviter un second administrateur ; à deux, vous invitez "
        "ensuite un chef de service depuis « Agents »."
    )


def _outcome(change: ServiceChange, by: Actor, *, at: datetime) -> str:
    if change.state != ChangeState.PROPOSED:
        lines = following(
            change.service,
            closed_at=change.closed_at,
            closes_at=change.closes_at,
            under=stood_under([change.service]),
        )
        also = f" La nouvelle fermeture en déplace d'autres : {' ; '.join(lines)}." if lines else ""
        return f"Les nouvelles dates sont en vigueur.{also}"
    told = (
        "un mail prévient celles qui le peuvent."
        if opening.approvers_of(change, at=at)
        else _nobody(change.service, by)
    )
    return f"La prolongation est proposée. Une autre personne doit l'approuver : {told}"
