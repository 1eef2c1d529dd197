"""« Exporter »: what a search finds, as a file, for a reason, with a second factor (I2, S-17)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.core.files import OutOfReach, Unreadable
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.exchanges import operations
from sporades.exchanges.models import Export
from sporades.exchanges.states import UNFINISHED, ExportState
from sporades.searches.columns import chosen, meanings
from sporades.searches.models import Search
from sporades.searches.queries import found, known_order
from sporades.searches.rules import says_of_health
from sporades.searches.words import clock_in_words, in_words, perimeter_in_words
from sporades.web.layout.proofs import (
    needs_second_factor_again,
    second_factor_again,
    second_factor_first,
)
from sporades.web.office.forms import ExportForm
from sporades.web.office.registrations.files import TRAIL as FILES_TRAIL
from sporades.web.office.searches.searching import search_of, tree_for

SEEN = "vu"
"""What a page sends of the number of lines that it showed."""
SHOWN = "vue"
"""What a page sends of the criteria and columns that it showed."""
CHANGED = (
    "Cette recherche a changé depuis que cette page est ouverte : relisez ses critères, puis demandez "
    "l'export."
)
ON_THE_PAGE = 50
TRAIL = [*FILES_TRAIL, ("Exports", reverse_lazy("office:exports"))]


def export(request: HttpRequest, search: str) -> HttpResponse:
    """Ask what for and in which form, then prepare the file."""
    kept = search_of(request, search)
    if says_of_health(kept.tree):
        return _not_taken_out(request, kept)
    if needs_second_factor_again(request):
        return second_factor_again(request)
    tree, order = tree_for(request, kept), known_order(request.GET.get("tri", ""))
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get(SHOWN, kept.digest) != kept.digest:
        form.add_error(None, CHANGED)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.ask(
                search=kept,
                order=order,
                form=form.cleaned_data["format"],
                purpose=form.cleaned_data["motif"],
                reach=request.reach,
                by=request.user,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _outcome(made))
            return redirect("office:one_export", made.pk)
    count = found(tree, reach=request.reach).count()
    columns = chosen(operations.columns_of(kept, reach=request.reach))
    context = {
        "search": kept,
        "form": form,
        "counted": in_groups(str(count)),
        "is_large": operations.is_for_two(count, by=request.user, at=request.arrived_at),
        "asked": in_words(tree, reach=request.reach),
        **_bounds(request.reach),
        "columns": [one.label for one in columns],
        "meanings": meanings(columns),
        "trail": _trail(kept),
    }
    return render(request, "office/export.html", context, status=422 if form.errors else 200)


def _not_taken_out(request: HttpRequest, kept: Search) -> HttpResponse:
    """Say why what a search finds is not taken out, and what may be (P-12)."""
    context = {"search": kept, "why": operations.OfHealth.message, "trail": _trail(kept)}
    status = 422 if request.method == "POST" else 200
    return render(request, "office/not_exported.html", context, status=status)


def _trail(kept: Search) -> list[tuple[str, str]]:
    here = (kept.name or "Inscriptions trouvées", reverse("office:found", args=[kept.pk]))
    return [*FILES_TRAIL, here]


def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports, and those that wait for one's approval."""
    mine = request.user.exports.order_by("-asked_at", "-pk")[:ON_THE_PAGE]
    context = {
        "mine": [(one, _criteria(one)) for one in mine],
        "proposed": [(one, _criteria(one)) for one in exports_to_approve(request)],
        "trail": FILES_TRAIL,
    }
    return render(request, "office/exports.html", context)


def one_export(request: HttpRequest, export: str) -> HttpResponse:
    """Where an export stands; what may be done with it."""
    found = _export(request, export)
    is_mine = found.asked_by_id == request.user.pk
    may_approve = (
        not is_mine
        and found.state == ExportState.PROPOSED
        and _approves(request).includes(found.reach)
    )
    now = operations.lines_now(found, at=request.arrived_at) if may_approve else 0
    context = {
        "export": found,
        "kind": _kind(found),
        "is_mine": is_mine,
        "approvers": operations.approvers_of(found, at=request.arrived_at)
        if is_mine and found.is_proposed
        else [],
        "can_be_stopped": is_mine and found.state in UNFINISHED,
        "may_approve": may_approve,
        "has_lines": now > 0,
        "counted_now": in_groups(str(now)),
        "is_kept": found.is_kept(request.arrived_at),
        "may_take": is_mine and request.reaches(Permission.EXPORT).includes(found.reach),
        "columns": [column.label for column in found.shown],
        "meanings": meanings(found.shown),
        "asked": _criteria(found),
        **_bounds(found.reach),
        "trail": TRAIL,
    }
    return render(request, "office/one_export.html", context)


def export_file(request: HttpRequest, export: str) -> HttpResponse:
    """The file, for whoever asked for it."""
    found = get_object_or_404(request.user.exports, pk=export)
    if not request.reach.includes(found.reach):
        raise Http404  # its lines are no longer the reader's to see
    if needs_second_factor_again(request):
        return second_factor_again(request)
    try:
        content = operations.hand_over(export=found, by=request.actor, at=request.arrived_at)
    except OutOfReach:
        messages.error(
            request, "Le fichier ne peut pas être lu en ce moment : réessayez plus tard."
        )
    except Unreadable:
        messages.error(request, "Ce fichier est perdu ou abîmé : demandez un nouvel export.")
    else:
        return HttpResponse(
            content,
            content_type=found.spreadsheet.content_type,
            headers={"Content-Disposition": f'attachment; filename="{found.file_name}"'},
        )
    return redirect("office:one_export", found.pk)


def stop_export(request: HttpRequest, export: str) -> HttpResponse:
    """Stop one's own export."""
    found = get_object_or_404(request.user.exports, pk=export)
    return _done(request, found, operations.stop, "L'export est arrêté.")


def approve_export(request: HttpRequest, export: str) -> HttpResponse:
    """Approve a large export of somebody else, with the second factor shown again (S-17)."""
    found = _to_decide(request, export)
    page = reverse("office:one_export", args=[found.pk])
    first = second_factor_first(request, page=page, then="relisez, puis approuvez l'export")
    said = "L'export est approuvé : sa préparation commence."
    seen = request.POST.get(SEEN)
    return first or _done(request, found, operations.approve, said, seen=seen, user=request.user)


def refuse_export(request: HttpRequest, export: str) -> HttpResponse:
    """Refuse a large export of somebody else."""
    found = _to_decide(request, export)
    said = "L'export est refusé : son auteur en est prévenu."
    seen = request.POST.get(SEEN)
    return _done(request, found, operations.refuse, said, seen=seen, user=request.user)


def exports_to_approve(request: HttpRequest) -> list[Export]:
    """Return the exports of others that the reader may approve, the oldest first."""
    approves = _approves(request)
    if not approves:
        return []
    others = Export.objects.proposed().exclude(asked_by=request.user.pk).order_by("asked_at", "pk")
    return [one for one in others if approves.includes(one.reach)]


def _criteria(export: Export) -> list[str]:
    """Return what an export is of, but what is of health or the service knows no more."""
    if says_of_health(export.tree):
        return ["un critère de santé, qu'un export n'écrit pas"]
    try:
        return in_words(export.group, reach=export.reach)
    except (KeyError, ValueError):
        return ["un critère qui n'existe plus"]


def _bounds(reach: Reach) -> dict[str, Any]:
    """Return where the lines are read, and by which clock their days are."""
    return {"perimeter": perimeter_in_words(reach), "clock": clock_in_words(reach)}


def _approves(request: HttpRequest) -> Reach:
    approves: Reach = request.reaches(Permission.APPROVE_EXPORTS)
    return approves


def _export(request: HttpRequest, pk: str) -> Export:
    """Return one's own export, or one that one may approve; there is no other."""
    found: Export = get_object_or_404(Export, pk=pk)
    if found.asked_by_id != request.user.pk and not _approves(request).includes(found.reach):
        raise Http404
    return found


def _to_decide(request: HttpRequest, pk: str) -> Export:
    found: Export = get_object_or_404(Export, pk=pk)
    if not request.reach.includes(found.reach):
        raise Http404
    return found


def _done(request: HttpRequest, found: Export, act: Any, said: str, **more: Any) -> HttpResponse:
    try:
        act(export=found, by=request.actor, at=request.arrived_at, **more)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("office:one_export", found.pk)


def _kind(export: Export) -> str:
    return {
        ExportState.READY: "success",
        ExportState.PROPOSED: "warning",
        ExportState.REFUSED: "error",
        ExportState.STOPPED: "error",
        ExportState.FORGOTTEN: "off",
    }.get(ExportState(export.state), "info")


def _outcome(export: Export) -> str:
    if export.state == ExportState.PROPOSED:
        return "L'export est demandé : une autre personne doit l'approuver."
    return "L'export est demandé : vous recevrez un mail quand il sera prêt."
