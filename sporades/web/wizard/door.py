"""Through which door the tabs are filled: each audience says what is its own of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sporades.core.french import hour_in_words, local_day
from sporades.registrations.dossier import Dossier, dossier_of
from sporades.registrations.exclusion import Exclusion
from sporades.registrations.models import Draft, Registration
from sporades.registrations.refusals import Trouble
from sporades.registrations.sections.base import Section, SectionForm

PAGES = ("conflict", "differences", "ready", "recap", "tab")
"""The pages that each audience words for its readers, in its own templates."""


@dataclass(frozen=True)
class Door:
    """What differs between those who fill a draft; its pages live in the space of the same name.

    Attributes:
        space: the namespace of its addresses, whose names are those of every door.
        after: where the reader is led by a draft that is open no more.
        before: what stands before the first tab.
        later: where one goes who keeps the draft for another day.
        too_late: what is said of answers that came to a draft that is open no more.
        shown: a tab as it was answered, before anything is sent.
        account: the address of the page that changes the civil data and leads back to another;
            nothing where there is none.
        civil: the page that changes the civil data of a draft: what it is called, its address;
            nothing where there is none.
        closed: why a draft cannot be filed at an instant, by the reader's clock; or nothing.
        accepts: whether a draft may be filed at an instant.
        standing: the registrations that may exclude a draft.
        excluded: the point that a registration makes which excludes a draft, and its address.
        leads_elsewhere: whether a draft may be taken to the academy of its address.
        choice: the address where the exam and its speciality are chosen.
        besides: what its pages say besides: of a modification, what was decided meanwhile.
    """

    space: str
    after: Callable[[Draft], HttpResponse]
    before: Callable[[Draft], HttpResponse]
    later: Callable[[HttpRequest], HttpResponse]
    too_late: Callable[[Draft], str]
    shown: Callable[[HttpRequest, Dossier, Section], SectionForm]
    account: Callable[[str], str]
    civil: Callable[[Draft], tuple[str, str] | None]
    closed: Callable[[Draft, datetime, str], str]
    accepts: Callable[[Draft, datetime], bool]
    standing: Callable[[HttpRequest, Draft], Iterable[Registration]]
    excluded: Callable[[Exclusion], tuple[Trouble, str]]
    leads_elsewhere: bool
    choice: Callable[[Draft], str]
    besides: Callable[[HttpRequest, Draft], dict[str, Any]]

    def url(self, name: str, draft: Draft, *more: str) -> str:
        """Return the address of a page of a draft."""
        return reverse(f"{self.space}:{name}", args=[draft.pk, *more])

    def to(self, name: str, draft: Draft, *more: str) -> HttpResponse:
        """Lead to a page of a draft."""
        return redirect(self.url(name, draft, *more))

    def page(self, name: str) -> str:
        """Return the template of one of `PAGES`."""
        return f"{self.space}/{name}.html"

    def judged_tab(self, draft: Draft, slug: str) -> str:
        """Return the address of a tab that says what is to be corrected in it."""
        return self.url("tab", draft, slug) + "?verifier=1"

    def mended(self, draft: Draft, point: Trouble) -> tuple[Trouble, str]:
        """Return a point that is mended before the tabs, named as what mends it is, with its address."""
        before = self.before(draft)["Location"]
        if point.field == "academy":
            return point, before
        if point.field == "speciality":
            return point, self.choice(draft)
        if civil := self.civil(draft):
            title, url = civil
            return replace(point, title=title), url
        return point, before

    def timing(self, request: HttpRequest, draft: Draft, judged: Dossier) -> dict[str, Any]:
        """Return what a page says of time: what is left, the closing, the last answer kept."""
        service, reader = draft.service, judged.reader_zone
        return {
            "time_left": service.time_left(request.arrived_at),
            "closing": service.said(service.closes_at, reader),
            "closed": self.closed(draft, request.arrived_at, reader),
            "saved_at": hour_in_words(draft.answered_at, draft.service.zone)
            if draft.is_answered
            else "",
        }


def dossier_for(request: HttpRequest, draft: Draft) -> Dossier:
    """Return what a draft is judged on, at the day of the request where its service is."""
    service, at = draft.service, request.arrived_at
    day = local_day(at, service.zone)
    return dossier_of(draft, day=day, is_asked_late=not service.accepts(at))
