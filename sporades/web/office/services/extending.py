"""« Prolonger plusieurs services »: many close later, as a failure demands (I1, R-25)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.acts.services import opening
from sporades.core.presses import a_press
from sporades.core.refusals import Refused
from sporades.exams.following import following_together
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.operations.openings import (
    NotMoved,
    awaiting,
    check_extension,
    marks_of,
)
from sporades.registrations.former import stood_under
from sporades.web.layout.presses import press_of
from sporades.web.office.services.extending_form import ExtendForm
from sporades.web.office.services.services import TRAIL, unwritten, where_of, whom_to_ask

PROPOSE, AGAIN = "proposer", "relire"
"""What is pressed on the page that shows what would be extended."""


@dataclass(frozen=True)
class Foreseen:
    """What would become of a service that was chosen.

    Attributes:
        service: which.
        closing: its new closing, in words.
        refusal: why it cannot close then; nothing when it can.
        approvers: the names of those who may approve it, where it can.
    """

    service: RegistrationService
    closing: str
    refusal: str = ""
    approvers: Sequence[str] = ()


def extend_services(request: HttpRequest) -> HttpResponse:
    """Extend several services at once: what would be is read first, then proposed together."""
    at = request.arrived_at
    posted = request.POST if request.method == "POST" else None
    form = ExtendForm(posted, services=_offered(request), at=at)
    step = request.POST.get("etape")
    if posted is not None and form.is_valid() and step != AGAIN:
        foreseen = _foreseen(request, form)
        later = [one.service for one in foreseen if not one.refusal]
        refusal = ""
        if step == PROPOSE:
            try:
                made = _propose(request, form, later)
            except Refused as refused:
                refusal = str(refused)
            else:
                _tell(request, made)
                return redirect("office:services")
        alone = [one.service for one in foreseen if not one.refusal and not one.approvers]
        context = {
            "form": form,
            "refusal": refusal,
            "nobody": _nobody(request, alone, later) if alone else "",
            "later": [one for one in foreseen if not one.refusal],
            "left": [one for one in foreseen if one.refusal],
            "following": following_together(
                [(one, one.closes_at, form.instants[one.pk]) for one in later],
                under=stood_under(later),
            ),
            "unwritten": unwritten([(one, form.instants[one.pk]) for one in later]),
            "mark": marks_of(later),
            "press": a_press(),
            "trail": TRAIL,
        }
        return render(request, "office/extend_read.html", context, status=409 if refusal else 200)
    status = 422 if form.errors and step != AGAIN else 200
    return render(
        request, "office/extend_services.html", {"form": form, "trail": TRAIL}, status=status
    )


def _offered(request: HttpRequest) -> list[RegistrationService]:
    """Return the services that are open, or closed not long ago."""
    found = RegistrationService.objects.within(request.reach).extendable(request.arrived_at)
    return list(
        found.for_list().order_by("domain__label", "session__code", "academy__name", "audience")
    )


def _foreseen(request: HttpRequest, form: ExtendForm) -> list[Foreseen]:
    at, found = request.arrived_at, []
    waiting = awaiting(form.chosen)
    authors = [(one, request.reach.author(**where_of(one))) for one in form.chosen]
    others = opening.others_for_each(authors, at=at)
    for one in form.chosen:
        closes_at = form.instants[one.pk]
        try:
            check_extension(one, closes_at, waiting=waiting, at=at)
        except NotMoved as refusal:
            found.append(Foreseen(one, one.said(closes_at), str(refusal)))
        else:
            names = list(dict.fromkeys(other.full_name for other in others[one.pk]))
            found.append(Foreseen(one, one.said(closes_at), approvers=names))
    return found


def _propose(
    request: HttpRequest, form: ExtendForm, services: Sequence[RegistrationService]
) -> list[ServiceChange]:
    together = press_of(request)
    if made := opening.extended(together):
        return made  # pressed twice
    wanted = [
        opening.Later(one, form.instants[one.pk], request.reach.author(**where_of(one)))
        for one in services
    ]
    return opening.extend(
        wanted=wanted,
        reason=form.cleaned_data["motif"],
        seen=form.cleaned_data["vu"] or "?",
        together=together,
        at=request.arrived_at,
    )


def _tell(request: HttpRequest, made: Sequence[ServiceChange]) -> None:
    many = len(made) > 1
    said = f"{len(made)} prolongations sont proposées" if many else "La prolongation est proposée"
    approvers = opening.approvers_of_each(made, at=request.arrived_at)
    alone = [one.service for one in made if not approvers[one.service_id]]
    if len(alone) < len(made):
        said += ". Un mail prévient qui peut approuver"
    messages.success(request, f"{said}.")
    if alone:
        messages.warning(request, _nobody(request, alone, [one.service for one in made]))


def _nobody(
    request: HttpRequest, alone: Sequence[RegistrationService], among: Sequence[RegistrationService]
) -> str:
    """Say of which services among some nobody else may approve the extension, and whom to ask."""
    of_which = "" if len(alone) == len(among) else f" ({' ; '.join(map(str, alone))})"
    return f"Personne d'autre que vous ne peut approuver{of_which} : {whom_to_ask(request.actor)}"
