"""« Bandeau »: a sentence at the top of every page of the whole service (A7)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.acts.services import announcing
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.notices.models import Banner
from sporades.notices.operations import Another, Overlaps
from sporades.notices.queries import WRITTEN_AGAIN, read_only_begun
from sporades.web.layout.proofs import (
    needs_second_factor_again,
    second_factor_again,
    second_factor_first,
)
from sporades.web.office.services.instant_forms import BannerForm, meanwhile

TRAIL = [("Accueil", reverse_lazy("office:home"))]
AT_ONCE = timedelta(minutes=1)
"""Within how long another banner was asked for at the same time, and not planned."""
UNTIL_TAKEN_DOWN = "jusqu'à ce que vous le retiriez"
REPLACED = (
    "Un autre bandeau, demandé juste après le vôtre, l'a remplacé : relisez-le en haut de la page."
)


def banner(request: HttpRequest) -> HttpResponse:
    """Show a banner, or plan it; the one that was read gives way, and no other.

    To stop all writing asks who is there, and so does to let it begin again, now or later (S-17).
    """
    posted = request.POST if request.method == "POST" else None
    shown = _shown(request)
    form = BannerForm(posted, at=request.arrived_at, shown=shown)
    if posted is not None and form.is_valid():
        lets_write = _lets_write(shown, form.said)
        if (form.said["stops_writing"] or lets_write) and needs_second_factor_again(request):
            return second_factor_again(request)
        try:
            made = announcing.show_banner(**form.said, by=request.actor, at=request.arrived_at)
        except Another as refusal:
            shown = refusal.shown
            form.show_another(shown)
        except Overlaps as refusal:
            form.add_error("a_partir_du", str(refusal))
        else:
            return _outcome(request, made, form.said, lets_write=lets_write)
    ends_at = shown.ends_at if shown else None
    now = None
    if shown is not None and shown.stops_writing:
        now = meanwhile(read_only_begun(shown), ends_at, at=request.arrived_at)
    context = {
        "form": form,
        "shown": shown,
        "until": _in_words(ends_at),
        "planned": [
            (
                one,
                _in_words(one.starts_at),
                _in_words(one.ends_at),
                meanwhile(one.starts_at, one.ends_at) if one.stops_writing else None,
            )
            for one in Banner.objects.planned_at(request.arrived_at)
        ],
        "then": form.meanwhile if form.errors else None,
        "now": now,
        "trail": TRAIL,
    }
    return render(request, "office/banner.html", context, status=422 if form.errors else 200)


def _shown(request: HttpRequest) -> Banner | None:
    return Banner.objects.shown_at(request.arrived_at).first()


def _lets_write(shown: Banner | None, asked: dict[str, Any]) -> bool:
    """Return whether read-only mode is to end for a banner that is asked for: now, or as it begins."""
    if shown is None or not shown.stops_writing or asked["stops_writing"]:
        return False
    if asked["starts_at"] is None:
        return str(shown.pk) == asked["only"]
    return shown.ends_at is None or asked["starts_at"] < shown.ends_at


def _in_words(instant: datetime | None) -> str:
    return instant_in_words(instant, settings.TIME_ZONE) if instant else ""


def _outcome(
    request: HttpRequest, made: Banner, asked: dict[str, Any], *, lets_write: bool
) -> HttpResponse:
    if asked["starts_at"] is not None:
        said = f"Le bandeau est prévu : il s'affichera le {_in_words(made.starts_at)}."
        if lets_write:
            said += " La lecture seule finira à cet instant."
        messages.success(request, said)
        return redirect("office:banner")
    gives_way = made.ends_at is not None and made.ends_at != asked["until"]
    if gives_way and made.ends_at - made.starts_at < AT_ONCE:
        messages.warning(request, REPLACED)
        return redirect("office:banner")
    said = "Le bandeau est affiché : visible partout en moins d'une minute."
    if asked["stops_writing"]:
        said += " D'ici là, quelques envois sont encore enregistrés."
    elif lets_write:
        said += f" {WRITTEN_AGAIN}"
    if gives_way:
        said += f" Il laissera la place au bandeau prévu le {_in_words(made.ends_at)}."
    messages.success(request, said)
    return redirect("office:banner")


def end_banner(request: HttpRequest) -> HttpResponse:
    """Take down the banner that was read, and no other; to end read-only asks who is there (S-17).

    One that has not begun is cancelled.
    """
    meant, shown = request.POST.get("bandeau", ""), _shown(request)
    if announcing.cancel_banner(planned=meant, by=request.actor, at=request.arrived_at):
        said = "Le bandeau prévu est annulé."
        if shown := _shown(request):
            end = f"jusqu'au {_in_words(shown.ends_at)}" if shown.ends_at else UNTIL_TAKEN_DOWN
            said += f" Celui qui est affiché le reste {end}."
            if shown.stops_writing:
                said += " Le service est en lecture seule d'ici là."
        messages.success(request, said)
        return redirect("office:banner")
    is_asked = shown is not None and shown.stops_writing
    then = "relisez, puis retirez le bandeau"
    page = reverse("office:banner")
    if first := second_factor_first(request, page=page, then=then, is_asked=is_asked):
        return first
    try:
        ended = announcing.take_banner_down(by=request.actor, at=request.arrived_at, only=meant)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = "Le bandeau est retiré." if ended else "Ce bandeau n'est plus affiché."
        if ended and is_asked:
            said += f" {WRITTEN_AGAIN}"
        messages.success(request, said)
    return redirect("office:banner")
