"""The service with its gallery, and with endpoints that keep what the page's scripts send them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as service
from sporades.web.components.gallery import gallery

TOWNS = (
    ("59350", "Lille", "Nord"),
    ("76384", "Lillebonne", "Seine-Maritime"),
    ("59352", "Lillers", "Pas-de-Calais"),
)
PAGE = """{% extends "base.html" %}{% block title %}Essai{% endblock %}{% block heading %}Essai{% endblock %}
{% block main %}
<form method="post" action="/envoi" data-autosave="/saisie">
  {% csrf_token %}<input type="hidden" name="revision" value="1">
  {% include "components/autosave.html" only %}
  <label for="nom">Nom</label><input id="nom" name="nom">
  <label for="ville">Ville</label>
  <input type="hidden" id="code" name="code"><input id="ville" name="ville" data-suggest="/villes" data-suggest-code="code">
  <div data-password><label for="secret">Mot de passe</label><input type="password" id="secret" name="secret"></div>
  <button type="submit" data-busy="Envoi…">Envoyer</button>
</form>
{% endblock %}"""

received: list[tuple[str, dict[str, str]]] = []
answers: dict[str, int] = {}


def scripted(request: HttpRequest) -> HttpResponse:
    """A page with each thing that a script improves."""
    html = engines["django"].from_string(PAGE).render({}, request)
    if request.GET.get("session"):
        left = request.GET.get("left")
        html = html.replace(
            "<body>",
            '<body data-session-idle="1800" data-session-warning="300" data-session-extend="/prolonger"'
            + (f' data-session-left="{int(left)}">' if left else ">"),
        )
    return HttpResponse(html)


def keep(request: HttpRequest) -> HttpResponse:
    """Keep what was sent; answer as the test asked."""
    received.append((request.path, request.POST.dict()))
    status = answers.get(request.path, 200)
    if status == 200:
        return JsonResponse({"saved_at": "23 h 41 (heure de Paris)", "revision": 2})
    return JsonResponse({"message": "Cette page est ouverte ailleurs."}, status=status)


def towns(request: HttpRequest) -> HttpResponse:
    """Suggest three towns."""
    asked = request.GET["q"].lower()
    found = [town for town in TOWNS if town[1].lower().startswith(asked)]
    return JsonResponse(
        {"results": [dict(zip(("code", "label", "detail"), town, strict=True)) for town in found]}
    )


urlpatterns = [
    path("composants", gallery, name="gallery"),
    path("demo/", include("sporades.web.demo.urls")),
    path("essai", scripted, name="scripted"),
    path("saisie", keep, name="keep"),
    path("envoi", keep, name="send"),
    path("prolonger", keep, name="extend"),
    path("villes", towns, name="towns"),
    *service,
]
