"""« Bandeau »: a sentence at the top of every page of the whole service (A7)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.acts import announcing
from sporades.notices.models import Banner
from sporades.web.office.forms import BannerForm


def banner(request: HttpRequest) -> HttpResponse:
    """Show a banner; the one that stands gives way."""
    posted = request.POST if request.method == "POST" else None
    form = BannerForm(posted, at=request.arrived_at)
    if posted is not None and form.is_valid():
        announcing.show_banner(**form.said, by=request.actor, at=request.arrived_at)
        messages.success(request, "Le bandeau est affiché : visible partout en moins d'une minute.")
        return redirect("office:banner")
    context = {"form": form, "shown": Banner.objects.shown_at(request.arrived_at).first()}
    return render(request, "office/banner.html", context, status=422 if form.errors else 200)


def end_banner(request: HttpRequest) -> HttpResponse:
    """Take the banner down."""
    if announcing.take_banner_down(by=request.actor, at=request.arrived_at):
        messages.success(request, "Le bandeau est retiré.")
    return redirect("office:banner")
