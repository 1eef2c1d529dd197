"""« Journal »: the acts of a perimeter, and who looked at what (I10, S-60)."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.acts import consulting
from sporades.core.french import instant_in_words
from sporades.core.numbers import in_groups
from sporades.journal import queries as journal
from sporades.journal.models import Entry
from sporades.publications.queries import authors_of
from sporades.web.layout.asking import FORGOTTEN, Asked, base_of
from sporades.web.office.bounded import is_cut, page_of
from sporades.web.office.records.act_forms import READ, ActsForm
from sporades.web.office.records.naming import Names

TRAIL = [("Accueil", reverse_lazy("office:home"))]
NAMED = "auteur"
"""The field that says whose acts."""


@dataclass(frozen=True)
class Act:
    """One line of the journal.

    Attributes:
        entry: the act.
        when: its instant, in words.
        on: what it is on, in words.
        author: who did it, and who decided what the service did by itself.
        number: of the registration that it leads to, if there is one that its reader may see.
        url: of the batch or the export that it is on, where it is the reader's own.
    """

    entry: Entry
    when: str
    on: str
    author: str
    number: str = ""
    url: str = ""


def all_acts(request: HttpRequest) -> HttpResponse:
    """The acts of a period, the last first; a name is sent, and stands in no address."""
    asked = Asked(request, hidden=NAMED)
    form = ActsForm(asked.data, at=request.arrived_at, reach=_files(request), journal=request.reach)
    if asked.is_forgotten:
        form.add_error(NAMED, FORGOTTEN)
    if where := asked.leads_on(form):
        return redirect(where)
    page = page_of(request, _found(request, form))
    context = {
        "form": form,
        "page": page,
        "lines": _lines(list(page), request),
        "counted": in_groups(str(page.paginator.count)),
        "is_cut": is_cut(page),
        "base": base_of(asked.filters(form)),
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
    academy = form.said.get("academie")
    reach = request.reach.in_academy(academy) if academy else request.reach
    seen = journal.entries_within(reach.whole_academies())
    if form.registration:
        seen &= consulting.acts_on(form.registration)
    seen = journal.done_between(seen, *form.days)
    if author := form.said.get("auteur"):
        seen = seen.filter(actor_name__icontains=author)
    verb = form.said.get("acte")
    if verb == READ:
        seen = journal.readings(seen)
    else:
        seen = seen.filter(verb=verb) if verb else journal.changing(seen)
    return journal.in_order(seen)


def _lines(entries: list[Entry], request: HttpRequest) -> list[Act]:
    names = Names(entries, _files(request))
    own, authors = _own(entries, request), authors_of(entries)
    return [
        Act(
            entry=one,
            when=instant_in_words(one.at, settings.TIME_ZONE, weekday=False),
            on=names.of(one),
            author=authors[one.pk],
            number=names.number_of(one),
            url=own.get((one.object_kind, one.object_id), ""),
        )
        for one in entries
    ]


def _own(entries: list[Entry], request: HttpRequest) -> dict[tuple[str, str], str]:
    """Return the addresses of the batches and the exports that the reader asked for."""
    places = {
        "batch": (request.user.batches, "one_batch"),
        "export": (request.user.exports, "one_export"),
    }
    found = {}
    for kind, (rows, route) in places.items():
        if wanted := {one.object_id for one in entries if one.object_kind == kind}:
            for pk in rows.filter(pk__in=wanted).values_list("pk", flat=True):
                found[kind, str(pk)] = reverse(f"office:{route}", args=[pk])
    return found
