"""The office's door: what awaits, and for which perimeter."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.core.french import local_day
from sporades.web.layout.finding import QuickForm
from sporades.web.office.agents.proposing import proposals_of
from sporades.web.office.agents.roles import in_words
from sporades.web.office.documents.publishing import publications_to_approve
from sporades.web.office.queues import idle, queues
from sporades.web.office.regulations.regulations import waiting_for
from sporades.web.office.searches.batching import batches_to_approve
from sporades.web.office.searches.exporting import exports_to_approve
from sporades.web.office.searches.searching import named
from sporades.web.office.services.services import proposals


def home(request: HttpRequest) -> HttpResponse:
    """Find a file; what awaits, one's searches, roles and perimeters."""
    reads = request.reaches(Permission.READ_FILES)
    today = local_day(request.arrived_at, settings.TIME_ZONE)
    waiting = queues(request)
    context = {
        "quick": QuickForm() if reads else None,
        "queues": waiting,
        "idle": idle(request, waiting),
        "named": named(request) if reads else [],
        **proposals(request),
        **proposals_of(request),
        "batches": batches_to_approve(request),
        "exports": exports_to_approve(request),
        "publications": publications_to_approve(request),
        "may_publish": bool(request.reaches(Permission.PREPARE_DOCUMENTS)),
        "waiting": waiting_for(request) if request.reaches(Permission.ENFORCE_REGULATIONS) else [],
        "may_export": bool(request.reaches(Permission.EXPORT)),
        "reads": bool(reads),
        "may_fill": bool(request.reaches(Permission.FILE_FOR_CANDIDATES)),
        "reads_agents": bool(request.reaches(Permission.READ_MEMBERS)),
        "withholds": bool(request.reaches(Permission.WITHHOLD)),
        # Where some wait, what awaits leads there already.
        "compares": bool(request.reaches(Permission.COMPARE_DOUBLES))
        and not any(one.url == reverse("office:doubles") for one in waiting),
        "may_decide": bool(request.reaches(Permission.DECIDE)),
        "announces": bool(request.reaches(Permission.ANNOUNCE)),
        "roles": in_words(request.user.memberships_on(today)),
    }
    return render(request, "office/home.html", context)
