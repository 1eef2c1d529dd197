"""« Bandeau »: a sentence at the top of every page of the whole service (A7)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from sporades.acts import announcing
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.notices.models import Banner
from sporades.web.layout.proofs import needs_second_factor_again, second_factor_again
from sporades.web.office.services.instant_forms import BannerForm, closing_meanwhile

TRAIL = [("Accueil", reverse_lazy("office:home"))]
REPLACED = (
    "Un autre bandeau, demandé juste après le vôtre, l'a remplacé : relisez-le en haut de la page."
)


def banner(request: HttpRequest) -> HttpResponse:
    """Show a banner; the one that stands gives way. To stop all writing asks who is there (S-17)."""
    posted = request.POST if request.method == "POST" else None
    form = BannerForm(posted, at=request.arrived_at)
    if posted is not None and form.is_valid():
        if form.said["stops_writing"] and needs_second_factor_again(request):
            return second_factor_again(request)
        made = announcing.show_banner(**form.said, by=request.actor, at=request.arrived_at)
        if made.ends_at != form.said["until"]:
            messages.warning(request, REPLACED)
            return redirect("office:banner")
        said = "Le bandeau est affiché : visible partout en moins d'une minute."
        if form.said["stops_writing"]:
            said += " D'ici là, quelques envois sont encore enregistrés."
        messages.success(request, said)
        return redirect("office:banner")
    shown = Banner.objects.shown_at(request.arrived_at).first()
    ends_at = shown.ends_at if shown else None
    until = instant_in_words(ends_at, settings.TIME_ZONE) if ends_at else ""
    stops_writing = shown is not None and shown.stops_writing
    context = {
        "form": form,
        "shown": shown,
        "until": until,
        "closing": form.closing if form.errors else [],
        "closing_now": closing_meanwhile(request.arrived_at, ends_at) if stops_writing else [],
        "trail": TRAIL,
    }
    return render(request, "office/banner.html", context, status=422 if form.errors else 200)


def end_banner(request: HttpRequest) -> HttpResponse:
    """Take down the banner that was read, and no other."""
    meant = request.POST.get("bandeau") or "?"
    try:
        ended = announcing.take_banner_down(by=request.actor, at=request.arrived_at, only=meant)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = "Le bandeau est retiré." if ended else "Ce bandeau n'est plus affiché."
        messages.success(request, said)
    return redirect("office:banner")
