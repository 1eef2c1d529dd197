"""The pages that every public service owes its readers."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from sporades.personal.activities import recipients
from sporades.personal.durations import TOLD
from sporades.territory.queries import managing_services
from sporades.web.access import Who
from sporades.web.layout import device
from sporades.web.layout.audit import CONFORMITY, Criterion, Status
from sporades.web.layout.homes import home_of
from sporades.web.public.plan import TITLES

MINUTE = 60
FEW_ACADEMIES = 3
"""Whose contacts are all read at once."""


def home(request: HttpRequest) -> HttpResponse:
    """Say what this service is for; a signed-in reader goes to their own home."""
    if request.user.is_authenticated:
        return redirect(home_of(request.user, request.arrived_at))
    return render(request, "public/home.html")


def legal(request: HttpRequest) -> HttpResponse:
    """Show « Mentions légales »."""
    return render(request, "public/legal.html", {"publisher": _publisher()})


def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the declaration of accessibility, counted from the audit grid."""
    themes = groupby(CONFORMITY.criteria, key=lambda criterion: criterion.theme)
    return render(
        request,
        "public/accessibility.html",
        {
            "conformity": CONFORMITY,
            "planned": [
                ("Schéma pluriannuel de mise en accessibilité", settings.ACCESSIBILITY_SCHEME_URL),
                ("Plan d'actions de l'année", settings.ACCESSIBILITY_PLAN_URL),
            ],
            "failed": [one for one in CONFORMITY.criteria if one.status is Status.FAILED],
            "themes": [_part(theme, list(criteria)) for theme, criteria in themes],
        },
    )


def _part(theme: str, criteria: list[Criterion]) -> dict[str, Any]:
    count = f"{len(criteria)} critère{'s' if len(criteria) > 1 else ''}"
    return {
        "title": f"{theme} ({count})",
        "theme": theme,
        "columns": ("Critère", "Sujet", "Résultat", "Comment il a été vérifié"),
        "criteria": criteria,
    }


def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept, why, how long, and the rights of the reader."""
    publisher = _publisher()
    readers = recipients(publisher=publisher["name"], host=publisher["host"])
    context = {"publisher": publisher, "told": TOLD, "recipients": readers}
    return render(request, "public/privacy.html", context)


def cookies(request: HttpRequest) -> HttpResponse:
    """Describe the three cookies of the service."""
    return render(
        request,
        "public/cookies.html",
        {
            "session": settings.SESSION_COOKIE_NAME,
            "csrf": settings.CSRF_COOKIE_NAME,
            "device": device.cookie_name(),
            **_session_lasts(),
        },
    )


def _session_lasts() -> dict[str, int]:
    return {
        "idle_minutes": int(settings.SESSION_IDLE.total_seconds()) // MINUTE,
        "session_hours": settings.SESSION_COOKIE_AGE // (MINUTE * MINUTE),
        "staff_hours": settings.SESSION_OF_STAFF // timedelta(hours=1),
    }


def sitemap(request: HttpRequest) -> HttpResponse:
    """Show « Plan du site », from the registry of routes."""
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the registry imports the audiences

    def pages(*readers: Who) -> list[tuple[str, str]]:
        return [
            (TITLES[name], address)
            for name, route in ACCESS.items()
            if route.who in readers and name in TITLES and (address := _address(name))
        ]

    parts = [("Pour tous", pages(Who.ANYONE)), ("Votre compte", pages(Who.SIGNED_IN))]
    if request.user.is_authenticated and request.user.is_staff_member:
        home = home_of(request.user, request.arrived_at)
        parts.append(("Votre travail", [one for one in pages(Who.STAFF) if one[1] == home]))
    else:
        parts.append(("Votre espace candidat", pages(Who.CANDIDATE)))
    return render(request, "public/sitemap.html", {"parts": parts})


def contact(request: HttpRequest) -> HttpResponse:
    """Give the managing services, by academy and sector; those of one academy at once if asked."""
    found = groupby(managing_services(), key=lambda service: service.academy)
    academies = [
        {"academy": academy, "services": list(services), "at": request.arrived_at}
        for academy, services in found
    ]
    for one in academies:
        is_asked = one["academy"].code == request.GET.get("academie")
        one["is_open"] = is_asked or len(academies) <= FEW_ACADEMIES
    return render(request, "public/contact.html", {"academies": academies})


def _publisher() -> dict[str, str]:
    return {
        "name": settings.DEPLOYER_NAME,
        "address": settings.DEPLOYER_ADDRESS,
        "director": settings.PUBLICATION_DIRECTOR,
        "host": settings.HOST_NAME,
        "privacy": settings.PRIVACY_CONTACT,
    }


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
