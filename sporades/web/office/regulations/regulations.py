"""« Réglementations »: what is in force, every version, each file as it was loaded."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts.services import regulating
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.exams.differences import between
from sporades.exams.models import PreparedRegulation, Regulation, RegulationFile
from sporades.exams.operations import preparing
from sporades.registrations.exclusion import Together, standing_together
from sporades.registrations.models import Registration

ON_THE_PAGE = 50
MOST_TOGETHER = 50
"""Candidates of whom registrations that stand together against a version are listed."""
YAML = "application/yaml"
TRAIL = [
    ("Accueil", reverse_lazy("office:home")),
    ("Réglementations", reverse_lazy("office:regulations")),
]


def regulations(request: HttpRequest) -> HttpResponse:
    """Each domain and session: the version in force, who registered under which, what waits."""
    order = ("domain__label", "-session__year", "session__code", "-number")
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    found = Regulation.objects.within(request.reach).light()
    versions = list(found.select_related("domain", "session").order_by(*order))
    counts = _counted(request, versions)
    for one in versions:
        row = rows.setdefault((one.domain_id, one.session_id), {"in_force": one, "filed": []})
        if counts[one.pk]:
            row["filed"].append(f"{in_groups(str(counts[one.pk]))} sous la version {one.number}")
    waiting = waiting_for(request)
    context = {
        "rows": list(rows.values()),
        "waiting": waiting,
        "may_prepare": bool(request.reaches(Permission.PREPARE_REGULATIONS)),
    }
    return render(request, "office/regulations.html", context)


def regulation(request: HttpRequest, domain: str, session: str) -> HttpResponse:
    """One domain and session: its versions, and the files that were loaded here."""
    versions = _versions(request, domain, session)
    counts = _counted(request, versions)
    again = defaultdict(list)
    for one in (
        RegulationFile.objects.filter(regulation__in=versions).defer("source").order_by("pk")
    ):
        again[one.regulation_id].append(one)
    here = {"domain_code": domain, "session_code": session}
    loaded = PreparedRegulation.objects.within(request.reach).light().filter(**here)
    context = {
        "in_force": versions[0],
        "versions": [
            {
                "of": one,
                "is_in_force": one == versions[0],
                "count": in_groups(str(counts[one.pk])),
                # What was loaded last is what is in force: its openings are those of now.
                "files": list(enumerate([one, *again[one.pk]], start=1))[::-1],
            }
            for one in versions
        ],
        "loaded": loaded.order_by("-loaded_at")[:ON_THE_PAGE],
        "together": _together(request, versions[0]),
        "may_prepare": request.reaches(Permission.PREPARE_REGULATIONS).knows(domain),
        "trail": TRAIL,
    }
    return render(request, "office/regulation.html", context)


def version(request: HttpRequest, domain: str, session: str, version: int) -> HttpResponse:
    """What a version changed of the one before."""
    found = _version(request, domain, session, version)
    before = (
        Regulation.objects.filter(domain=found.domain_id, session=found.session_id)
        .filter(number__lt=version)
        .order_by("-number")
        .first()
    )
    context = {
        "version": found,
        "before": before,
        "chapters": between(before, found),
        "last_file": found.files.count() + 1,
        "trail": [*TRAIL, (_named(found), reverse("office:regulation", args=[domain, session]))],
    }
    return render(request, "office/regulation_version.html", context)


def file(request: HttpRequest, domain: str, session: str, version: int, rank: int) -> HttpResponse:
    """A file of a version, as it was loaded: loading it again makes no other version."""
    source = preparing.file_of(_version(request, domain, session, version), rank)
    if source is None:
        raise Http404
    suffix = f"-{rank}" if rank > 1 else ""
    return as_file(source, f"{domain}-{session}-v{version}{suffix}.yaml")


def load_again(request: HttpRequest, domain: str, session: str, version: int) -> HttpResponse:
    """Prepare an old version again: put in force, it makes a new one."""
    found = _version(request, domain, session, version)
    try:
        made = regulating.prepare_again(
            regulation=found,
            source=preparing.last_file_of(found),
            reach=request.reach,
            by=request.reach.member_for(domain),
            at=request.arrived_at,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:regulation", domain, session)
    return redirect("office:prepared", made.pk)


def waiting_for(request: HttpRequest) -> Any:
    """Return the files that wait, the last first."""
    reach = request.reaches(Permission.READ_REGULATIONS)
    return PreparedRegulation.objects.waiting().within(reach).light().order_by("-loaded_at")


def as_file(source: str, name: str) -> HttpResponse:
    """Hand a file over, byte for byte."""
    return HttpResponse(
        source.encode(),
        content_type=YAML,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _counted(request: HttpRequest, versions: Sequence[Regulation]) -> dict[int, int]:
    """Return how many registrations that stand are under each version, of those one may read."""
    reads = request.reaches(Permission.READ_FILES)
    readable = Registration.objects.active().within(reads)
    found = readable.filter(regulation__in=[one.pk for one in versions]).values_list("regulation")
    return defaultdict(int, found.annotate(count=Count("pk")).order_by())


def _together(request: HttpRequest, in_force: Regulation) -> Together:
    reads = request.reaches(Permission.READ_FILES)
    return standing_together(in_force, reads, most=MOST_TOGETHER)


def _versions(request: HttpRequest, domain: str, session: str) -> list[Regulation]:
    here = {"domain__code": domain, "session__code": session}
    found = Regulation.objects.within(request.reach).light().filter(**here)
    versions = list(found.select_related("domain", "session").order_by("-number"))
    if not versions:
        raise Http404
    return versions


def _version(request: HttpRequest, domain: str, session: str, number: int) -> Regulation:
    here = {"domain__code": domain, "session__code": session, "number": number}
    found = Regulation.objects.within(request.reach).filter(**here)
    version: Regulation | None = found.select_related("domain", "session").first()
    if version is None:
        raise Http404
    return version


def _named(regulation: Regulation) -> str:
    return f"{regulation.domain}, {regulation.session}"
