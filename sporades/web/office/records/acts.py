"""« Journal »: the acts of a perimeter, and who looked at what (I10, S-60)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.acts import reading
from sporades.core.french import instant_in_words
from sporades.core.numbers import in_groups
from sporades.documents.models import DocumentVersion
from sporades.exams.models import RegistrationService, Regulation
from sporades.journal import queries as journal
from sporades.journal.models import Entry
from sporades.registrations.models import Registration
from sporades.territory.models import ManagingService
from sporades.web.office.bounded import base_of, filters_of, is_cut, page_of
from sporades.web.office.records.act_forms import READ, ActsForm

TRAIL = [("Accueil", reverse_lazy("office:home"))]


NAMED: dict[str, Callable[[], Any]] = {
    "registrationservice": RegistrationService.objects.for_list,
    "managingservice": ManagingService.objects.all,
    "regulation": lambda: Regulation.objects.light().select_related("domain", "session"),
}


@dataclass(frozen=True)
class Act:
    """One line of the journal.

    Attributes:
        entry: the act.
        when: its instant, in words.
        on: what it is on, in words.
        number: of the registration that it leads to, if there is one that its reader may see.
    """

    entry: Entry
    when: str
    on: str
    number: str = ""


def all_acts(request: HttpRequest) -> HttpResponse:
    """The acts of a period, the last first."""
    form = ActsForm(request.GET or None, at=request.arrived_at, reach=_files(request))
    page = page_of(request, _found(request, form))
    filters = filters_of(form)
    context = {
        "form": form,
        "page": page,
        "lines": _lines(list(page), _files(request), settings.TIME_ZONE),
        "counted": in_groups(str(page.paginator.count)),
        "is_cut": is_cut(page),
        "base": base_of(filters),
        "is_bounded": request.reach.whole_academies() == frozenset(),
        "trail": TRAIL,
    }
    return render(request, "office/acts.html", context, status=422 if form.errors else 200)


def _files(request: HttpRequest) -> Reach:
    reach: Reach = request.reaches(Permission.READ_FILES)
    return reach


def _found(request: HttpRequest, form: ActsForm) -> QuerySet[Entry]:
    """Return what is asked for; nothing while what is asked for cannot be understood."""
    if form.errors:
        return Entry.objects.none()
    seen = journal.entries_within(request.reach.whole_academies())
    if form.registration:
        seen &= reading.acts_on(form.registration)
    seen = journal.done_between(seen, *form.days)
    if author := form.said.get("auteur"):
        seen = seen.filter(actor_name__icontains=author)
    verb = form.said.get("acte")
    if verb == READ:
        seen = journal.readings(seen)
    else:
        seen = seen.filter(verb=verb) if verb else journal.changing(seen)
    return journal.in_order(seen).defer("payload")


def _lines(entries: list[Entry], reach: Reach, zone: str) -> list[Act]:
    keys = defaultdict(set)
    for one in entries:
        keys[one.object_kind].add(one.object_id)
    numbers, names = _numbers(keys, reach), _names(keys)
    return [
        Act(
            entry=one,
            when=instant_in_words(one.at, zone, weekday=False),
            on=names.get((one.object_kind, one.object_id), _kinds().get(one.object_kind, "")),
            number=numbers.get((one.object_kind, one.object_id), ""),
        )
        for one in entries
    ]


def _names(keys: Mapping[str, set[str]]) -> dict[tuple[str, str], str]:
    """Return what the things that acts are about are called, where they have a name of their own."""
    return {
        (kind, str(row.pk)): str(row)
        for kind, rows in NAMED.items()
        if keys.get(kind)
        for row in rows().filter(pk__in=keys[kind])
    }


def _numbers(keys: Mapping[str, set[str]], reach: Reach) -> dict[tuple[str, str], str]:
    """Return the numbers of the registrations, within the reader's perimeter, that acts are about."""
    found: dict[tuple[str, str], str] = {}
    visible = Registration.objects.within(reach)
    if wanted := keys.get("registration"):
        for pk, number in visible.filter(pk__in=wanted).values_list("pk", "number"):
            found["registration", str(pk)] = number
    if wanted := keys.get("documentversion"):
        papers = DocumentVersion.objects.filter(pk__in=wanted)
        folders = dict(papers.values_list("pk", "document__folder"))
        about = dict(visible.filter(folder__in=folders.values()).values_list("folder", "number"))
        for pk, folder in folders.items():
            if folder in about:
                found["documentversion", str(pk)] = about[folder]
    return found


@cache
def _kinds() -> dict[str, str]:
    """Return what each kind of row is called."""
    called: dict[str, Any] = {
        one._meta.model_name: one._meta.verbose_name for one in apps.get_models()
    }
    return {kind: f"{str(name)[0].upper()}{str(name)[1:]}" for kind, name in called.items()}
