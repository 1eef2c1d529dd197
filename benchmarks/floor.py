"""The floor's only page: three rows found by their index, one line of template."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from sporades.accounts.models import User
from sporades.candidates.models import Candidate
from sporades.territory.models import Commune


def floor(request: HttpRequest, number: int) -> HttpResponse:
    context = {
        "user": User.objects.get(pk=number),
        "candidate": Candidate.objects.get(user=number),
        "commune": Commune.objects.get(code="59350"),
    }
    return render(request, "floor.html", context)


urlpatterns = [path("<int:number>", floor)]
