"""« Ouverture des services »: what is open, what will open, and a calendar of both."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html

from sporades.core.french import listed, time_until_in_words
from sporades.core.links import link_to
from sporades.core.text import search_key
from sporades.exams import queries as exams
from sporades.exams.models import RegistrationService
from sporades.registrations.clocks import zone_of_reader
from sporades.registrations.queries import registrations_of
from sporades.territory.queries import information_of
from sporades.web.components.openings import closing_in_words, opening_in_words

LONGEST_LINE = 73
READ_AT_ONCE = 8
"""How many services a page shows before each domain is to be opened, or something chosen."""


class Wanted:
    """What a reader wants to see of some services; a code that none of them has asks for nothing.

    Attributes:
        domains: what may be asked for, pairs of a label and a code.
        academies: where, pairs of a name and a code.
        domain: the code asked for, or nothing.
        academy: the same.
    """

    def __init__(self, services: Iterable[RegistrationService], asked: Mapping[str, str]) -> None:
        """Read what is asked for in the address of the page."""
        services = list(services)
        self.domains = _choices((one.domain.label, one.domain.code) for one in services)
        self.academies = _choices((one.academy.name, one.academy_id) for one in services)
        self.domain = _among(self.domains, asked.get("domaine", ""))
        self.academy = _among(self.academies, asked.get("academie", ""))

    def takes(self, service: RegistrationService) -> bool:
        """Tell whether a service is among those asked for."""
        return self.domain in ("", service.domain.code) and self.academy in (
            "",
            service.academy_id,
        )

    @property
    def is_chosen(self) -> bool:
        """Whether a choice was made."""
        return bool(self.domain or self.academy)

    @property
    def said(self) -> str:
        """What was asked for, as it was chosen."""
        labels = {code: label for label, code in (*self.domains, *self.academies)}
        return ", ".join(labels[code] for code in (self.domain, self.academy) if code)

    @property
    def query(self) -> str:
        """What the address of another page on the same services says, after it."""
        asked = {"domaine": self.domain, "academie": self.academy}
        said = urlencode({name: code for name, code in asked.items() if code})
        return f"?{said}" if said else ""

    def asks_for(self, service: RegistrationService) -> bool:
        """Tell whether a service is among those that a choice was made for."""
        return self.is_chosen and self.takes(service)


def services(request: HttpRequest) -> HttpResponse:
    """The grand public's services, open ones first; nothing open is said plainly."""
    at = request.arrived_at
    now_open, to_come = exams.open_services(at), exams.upcoming_services(at)
    closed = exams.closed_services(at)
    reader, leads_in = _reader(request), not _is_staff(request)
    found = Wanted([*now_open, *to_come, *closed], request.GET)
    # What closes within a day comes first; the rest is looked for by the name of its academy.
    in_order = sorted(now_open, key=lambda one: not one.closes_within_a_day(at))
    shown = [
        {**_described(one, at, reader), "leads_in": leads_in}
        for one in in_order
        if found.takes(one)
    ]
    later = [_described(one, at, reader) for one in to_come if found.takes(one)]
    counted = [
        f"{len(rows)} {one if len(rows) == 1 else many}"
        for rows, one, many in (
            (shown, "service ouvert", "services ouverts"),
            (later, "prochaine ouverture", "prochaines ouvertures"),
        )
        if rows
    ]
    is_folded = not found.is_chosen and len(shown) + len(later) > READ_AT_ONCE
    context = {
        "wanted": found,
        "counted": listed(counted) or "aucun service ouvert",
        "is_folded": is_folded,
        "open_services": _tables(
            "Services ouverts",
            shown,
            is_folded=is_folded,
            say=partial(closing_in_words, at=at, reader=reader),
        ),
        "upcoming": _tables(
            "Prochaines ouvertures",
            later,
            is_folded=is_folded,
            say=partial(opening_in_words, at=at, reader=reader),
        ),
        "told": _told((*now_open, *to_come, *closed), found, at=at),
        "closed": [_described(one, at, reader) for one in closed if found.asks_for(one)],
    }
    return render(request, "public/services.html", context)


def _told(
    services: Iterable[RegistrationService], wanted: Wanted, *, at: datetime
) -> list[tuple[str, str]]:
    """Return what the managing services of the chosen academy tell, each with its name and its sector."""
    theirs = [one for one in services if wanted.academy and wanted.takes(one)]
    by_service = dict.fromkeys(one.managing_service for one in theirs)
    told = [(f"{one.name}, {one.sector}", information_of(one, at=at)) for one in by_service]
    return [one for one in dict.fromkeys(told) if one[1]]


def calendar(request: HttpRequest) -> HttpResponse:
    """The openings and closings to come that the page showed, as an iCalendar file."""
    at = request.arrived_at
    services = [*exams.open_services(at), *exams.upcoming_services(at)]
    wanted = Wanted(services, request.GET)
    found = [one for one in services if wanted.takes(one)]
    content = "\r\n".join(line for text in _calendar(found, at) for line in _folded(text))
    return HttpResponse(
        content + "\r\n",
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="ouvertures.ics"'},
    )


def _choices(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(pairs), key=lambda pair: search_key(pair[0]))


def _among(choices: Iterable[tuple[str, str]], code: str) -> str:
    return code if code in {one for _, one in choices} else ""


def _reader(request: HttpRequest) -> str:
    """Return the clock of the signed-in candidate's address, nothing when it is not known."""
    if getattr(request.user, "candidate", None) is None:
        return ""
    return zone_of_reader(request.user.pk, registrations_of(user=request.user.pk))


def _is_staff(request: HttpRequest) -> bool:
    """Return whether a member of staff reads, who registers for nothing."""
    return request.user.is_authenticated and request.user.is_staff_member


def _described(service: RegistrationService, at: datetime, reader: str) -> dict[str, Any]:
    return {
        "service": service,
        "title": f"{service.domain.label}, {service.session.label}",
        "academy": service.academy.full_name,
        "opens": service.said(service.opens_at, reader),
        # Of what has closed, a sentence says since when.
        "closes": service.said(
            service.closes_at, reader, now=None if service.has_closed(at) else at
        ),
        "is_urgent": service.closes_within_a_day(at),
        "left": service.time_left(at) if service.accepts(at) else None,
        "opens_in": time_until_in_words(service.opens_at, at, service.zone),
        "website": service.website or service.academy.website,
    }


def _tables(
    caption: str,
    rows: list[dict[str, Any]],
    *,
    is_folded: bool,
    say: Callable[[list[RegistrationService]], str],
) -> list[dict[str, Any]]:
    """Return the tables of some services: one, or one for each domain and session, maybe to open.

    What each line would say is said once, above them; of one that is folded, its first date too.
    """
    titles: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        titles.setdefault(row["title"], []).append(row)
    if not is_folded and len(titles) == len(rows):
        return [{"caption": caption, "rows": rows, "is_of_one": False}] if rows else []
    return [
        {
            "title": title,
            "note": format_html("{}. {}", _where(held), say([one["service"] for one in held])),
            "caption": f"{caption} : {title}",
            "rows": held,
            "is_of_one": True,
            "is_folded": is_folded,
        }
        for title, held in titles.items()
    ]


def _where(rows: list[dict[str, Any]]) -> str:
    """Name the one academy of some services, or count them."""
    [first, *others] = [row["academy"] for row in rows]
    return f"{len(rows)}\u00a0académies" if others else f"{first[:1].upper()}{first[1:]}"


def _calendar(found: Iterable[RegistrationService], at: datetime) -> Iterable[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sporades//Ouvertures//FR")
    for service in found:
        title = f"{service.domain.label}, {service.session.label}, {service.academy.full_name}"
        if service.opens_at > at:
            yield from _event(service, "ouverture", service.opens_at, f"Ouverture : {title}", at)
        yield from _event(service, "fermeture", service.closes_at, f"Fermeture : {title}", at)
    yield "END:VCALENDAR"


def _event(
    service: RegistrationService, what: str, when: datetime, title: str, at: datetime
) -> Iterable[str]:
    words = service.opening_in_words if what == "ouverture" else service.closing_in_words
    yield from (
        "BEGIN:VEVENT",
        f"UID:service-{service.pk}-{what}@sporades",
        f"DTSTAMP:{_utc(at)}",
        f"DTSTART:{_utc(when)}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(words)}",
        f"URL:{link_to('public:services')}",
        "END:VEVENT",
    )


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    """Cut a line as RFC 5545 wants: 75 octets at most, never within a character."""
    piece = ""
    for sign in line:
        if len((piece + sign).encode()) > LONGEST_LINE:
            yield piece
            piece = " "
        piece += sign
    yield piece
