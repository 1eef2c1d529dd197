"""« Essai à blanc »: what a réglementation would say of the registrations that stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.exams.models import PreparedRegulation
from sporades.trials import operations, queries
from sporades.trials.models import Trial
from sporades.trials.states import TrialState
from sporades.web.office.regulations.regulations import TRAIL

ON_A_PAGE = 25
SHOWN = 5
WITHOUT = "Même sans ce fichier"
LOSING = "Dont perdent une épreuve ou une réponse"


def ask(request: HttpRequest, prepared: str) -> HttpResponse:
    """Try a file on the registrations of one's perimeter."""
    visible = PreparedRegulation.objects.within(request.reach)
    found: PreparedRegulation = get_object_or_404(visible, pk=prepared)
    try:
        made = operations.ask(
            prepared=found, reach=request.reach, by=request.user, at=request.arrived_at
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:prepared", found.pk)
    return redirect("office:trial", made.pk)


def trial(request: HttpRequest, trial: str) -> HttpResponse:
    """How many would be accepted as they are, how many refused, why, and which."""
    visible = PreparedRegulation.objects.within(request.reach)
    tried = Trial.objects.filter(prepared__in=visible).select_related("prepared")
    reads = request.reaches(Permission.READ_FILES)
    found = get_object_or_404(queries.beside_now(queries.with_moves(tried, reads)), pk=trial)
    chosen = queries.reason_of(found, reads, request.GET.get("motif", ""))
    refusals, losses = (queries.reasons(found, reads, is_loss=is_loss) for is_loss in (False, True))
    shows_losses = chosen.is_loss if chosen else not refusals
    refused = queries.refused(found, reads, chosen, is_loss=shows_losses)
    page = Paginator(refused, ON_A_PAGE).get_page(request.GET.get("page"))
    here = reverse("office:prepared", args=[found.prepared_id])
    context = {
        "trial": found,
        "kind": {TrialState.DONE: "success", TrialState.STOPPED: "warning"}.get(
            TrialState(found.state), "info"
        ),
        "counts": _counts(queries.counts([found], reads)[found.pk], found),
        "titles": ("Session", "Acceptées", LOSING, "Refusées", WITHOUT),
        "reasons": refusals[: queries.MOST_REASONS],
        "losses": losses[: queries.MOST_REASONS],
        "most": queries.MOST_REASONS,
        "are_cut": max(len(refusals), len(losses)) > queries.MOST_REASONS,
        "has_moved": found.has_moved,
        "shows_losses": shows_losses,
        "page": page,
        "base": f"?motif={chosen.pk}&page=" if chosen else "?page=",
        "now": found.now if found.prepared.is_waiting else None,
        "has_begun": bool(found.done),
        "is_chosen": chosen is not None,
        "file_url": here,
        "trail": [*TRAIL, (found.prepared.named, here)],
    }
    return render(request, "office/trial.html", context)


def trials_of(request: HttpRequest, prepared: PreparedRegulation) -> list[dict[str, Any]]:
    """Return the last dry runs of a file, with what they found in the reader's perimeter."""
    reads = request.reaches(Permission.READ_FILES)
    latest = list(prepared.trials.select_related("against").order_by("-asked_at")[:SHOWN])
    counted = queries.counts(latest, reads)
    return [{"of": one, "counts": _counts(counted[one.pk], one)} for one in latest]


def _counts(rows: Sequence[Mapping[str, Any]], trial: Trial) -> dict[str, Any]:
    names = ("taken", "losing", "left", "anyway")
    return {
        "said": _said(
            *(sum(row[name] for row in rows) for name in names),
            is_whole=trial.state == TrialState.DONE,
        ),
        "rows": [
            (row["session__label"], *(in_groups(str(row[name])) for name in names)) for row in rows
        ],
    }


def _said(taken: int, losing: int, left: int, anyway: int, *, is_whole: bool) -> str:
    if not taken + left:
        return "Aucune inscription de votre périmètre n'est jugée."
    as_they_are = "" if losing else " telles quelles"
    verb = "perd" if losing == 1 else "perdent"
    lose = f", dont {in_groups(str(losing))} {verb} une épreuve ou une réponse" if losing else ""
    if not left and is_whole:
        return f"Toutes seraient acceptées{as_they_are} : {in_groups(str(taken))}{lose}."
    already = f", dont {in_groups(str(anyway))} même sans ce fichier" if anyway else ""
    so_far = "" if is_whole else "Parmi celles qui sont déjà jugées. "
    return (
        f"{so_far}Acceptées{as_they_are} : {in_groups(str(taken))}{lose}. "
        f"Refusées : {in_groups(str(left))}{already}."
    )
