"""« Agir sur ces inscriptions »: one action on many, seen before, followed, stopped (I11)."""

from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.batches import operations
from sporades.batches.models import Batch
from sporades.batches.states import BatchState, Outcome
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.searches.models import Search
from sporades.searches.queries import found
from sporades.searches.words import in_words
from sporades.web.office.files import TRAIL as FILES_TRAIL
from sporades.web.office.forms import BatchForm
from sporades.web.office.searching import ON_A_PAGE, tree_of

ON_THE_PAGE = 50
SHOWN_REFUSALS = 100
TRAIL = [*FILES_TRAIL, ("Lots", reverse_lazy("office:batches"))]


def batch(request: HttpRequest, search: str) -> HttpResponse:
    """Choose what is done to what a search finds, or to the lines that were ticked in its list."""
    kept = get_object_or_404(Search.objects.open_to(request.user.pk), pk=search)
    said = request.POST if request.method == "POST" else request.GET
    numbers = [one for one in said.getlist("choix") if one.isdigit()][:ON_A_PAGE]
    if ("cochees" in said or "choix" in said) and not numbers:
        messages.error(request, "Cochez au moins une inscription dans la liste.")
        return redirect("office:found", kept.pk)
    chosen = found(tree_of(kept), reach=request.reach)
    if numbers:
        chosen = chosen.filter(number__in=numbers)
    form = BatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            prepared = operations.prepare(
                registrations=chosen,
                **form.decided,
                reach=request.reach,
                by=request.user,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("office:one_batch", prepared.pk)
    context = {
        "search": kept,
        "form": form,
        "numbers": numbers,
        "count": in_groups(str(chosen.count())),
        "asked": [] if numbers else in_words(tree_of(kept), reach=request.reach),
        "trail": [
            *FILES_TRAIL,
            (kept.name or "Inscriptions trouvées", reverse("office:found", args=[kept.pk])),
        ],
    }
    return render(request, "office/batch.html", context, status=422 if form.errors else 200)


def batches(request: HttpRequest) -> HttpResponse:
    """One's own batches, the last first."""
    mine = request.user.batches.order_by("-asked_at")[:ON_THE_PAGE]
    return render(request, "office/batches.html", {"mine": mine})


def one_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """What it will do, how far it is, what was refused."""
    mine = _own(request, batch)
    counts = mine.counts()
    refused = mine.lines.filter(outcome=Outcome.REFUSED).order_by("pk")
    forecast = operations.forecast(mine) if mine.state == BatchState.PREPARED else []
    context = {
        "batch": mine,
        "kind": {BatchState.DONE: "success", BatchState.STOPPED: "warning"}.get(
            BatchState(mine.state), "info"
        ),
        "counts": {name: in_groups(str(count)) for name, count in counts.items()},
        "has_refusals": bool(counts[Outcome.REFUSED]),
        "forecast": [
            (one.state.label, in_groups(str(one.count)), one.refusal or "Aucun") for one in forecast
        ],
        "expected": _expected(forecast),
        "forecast_titles": ("État", "Inscriptions", "Refus"),
        "rows": _refusals(request, refused),
        "is_cut": counts[Outcome.REFUSED] > SHOWN_REFUSALS,
        "trail": TRAIL,
    }
    return render(request, "office/one_batch.html", context)


def _expected(forecast: list[operations.Forecast]) -> str:
    """Say how many will be accepted and how many refused."""
    refused = sum(one.count for one in forecast if one.refusal)
    accepted = sum(one.count for one in forecast) - refused
    return f"Acceptées : {in_groups(str(accepted))}. Refusées : {in_groups(str(refused))}."


def _refusals(request: HttpRequest, refused: Any) -> list[tuple[str, str, bool]]:
    """Return the first lines that were refused: number, reason, whether their reader may open it."""
    lines = list(refused.values_list("registration__number", "why")[:SHOWN_REFUSALS])
    reads = request.reaches(Permission.READ_FILES)
    asked = Registration.objects.within(reads).filter(number__in=[number for number, _ in lines])
    seen = set(asked.values_list("number", flat=True)) if lines else set()
    return [(number, why, number in seen) for number, why in lines]


def launch_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Begin."""
    said = "Le lot est lancé : vous recevrez un mail à la fin."
    return _done(request, batch, operations.launch, said)


def stop_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Stop after the line under way."""
    return _done(request, batch, operations.stop, "Le lot est arrêté. Ce qui est fait le reste.")


def resume_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Go on with the lines that wait."""
    return _done(request, batch, operations.resume, "Le lot reprend.")


def batch_refusals(request: HttpRequest, batch: str) -> HttpResponse:
    """The lines that were refused, each with its reason, as a file."""
    mine = _own(request, batch)
    refused = mine.lines.filter(outcome=Outcome.REFUSED).order_by("pk")
    lines = refused.values_list("registration__number", "why").iterator(1_000)
    written = (f"{number};{why.replace(';', ',')}\r\n" for number, why in lines)
    head = "\ufeffN° Inscription;Refus\r\n"
    return StreamingHttpResponse(
        (part.encode() for part in chain([head], written)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refus-{mine.pk.hex[:8]}.csv"'},
    )


def _own(request: HttpRequest, pk: str) -> Batch:
    mine: Batch = get_object_or_404(request.user.batches, pk=pk)
    if not request.reach.includes(mine.reach):
        raise Http404  # its lines are no longer the reader's to see
    return mine


def _done(request: HttpRequest, pk: str, act: Any, said: str) -> HttpResponse:
    mine = _own(request, pk)
    try:
        act(batch=mine, by=request.reach.perimeters[0].member, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("office:one_batch", mine.pk)
