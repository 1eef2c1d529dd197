"""The office's door: what awaits, and for which perimeter."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.core.french import local_day, time_left_in_words
from sporades.core.text import search_key
from sporades.web.layout.finding import QuickForm
from sporades.web.office.agents.proposing import proposals_of
from sporades.web.office.agents.roles import in_words
from sporades.web.office.documents.publishing import publications_to_approve
from sporades.web.office.queues import Queue, idle, queues
from sporades.web.office.regulations.regulations import waiting_for
from sporades.web.office.searches.batching import batches_to_approve
from sporades.web.office.searches.exporting import exports_to_approve
from sporades.web.office.searches.searching import named
from sporades.web.office.services.services import proposals


def home(request: HttpRequest) -> HttpResponse:
    """Find a file; what awaits, one's searches, roles and perimeters."""
    reads = request.reaches(Permission.READ_FILES)
    today = local_day(request.arrived_at, settings.TIME_ZONE)
    changes, roles = proposals(request), proposals_of(request)
    batches, exports = batches_to_approve(request), exports_to_approve(request)
    published = publications_to_approve(request)
    # What one person alone holds up comes first, an extension before all: its closing comes.
    agreed = {
        "Prolongations": [
            one.proposed_at for some in changes["to_approve"] for one in some.changes
        ],
        "Accès": [one.proposed_at for one in roles["to_give"]],
        "Publications": [one.moved_at for one in published],
        "Messages": [one.launched_at for one in batches],
        "Exports": [one.asked_at for one in exports],
    }
    waiting = [
        *(_to_approve(*one, at=request.arrived_at) for one in agreed.items() if one[1]),
        *queues(request),
    ]
    context = {
        "quick": QuickForm() if reads else None,
        "queues": waiting,
        "idle": idle(request, waiting),
        "named": named(request),
        **changes,
        **roles,
        "batches": batches,
        "exports": exports,
        "publications": published,
        "may_publish": bool(request.reaches(Permission.PREPARE_DOCUMENTS)),
        "waiting": waiting_for(request) if request.reaches(Permission.ENFORCE_REGULATIONS) else [],
        "may_export": bool(request.reaches(Permission.EXPORT)),
        "reads": bool(reads),
        "reads_lists": bool(request.reaches(Permission.READ_LISTS)),
        "receives": bool(request.reaches(Permission.RECEIVE)),
        "finds_accounts": bool(request.reaches(Permission.FIND_ACCOUNTS)),
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


def _to_approve(what: str, since: Sequence[datetime], *, at: datetime) -> Queue:
    """Return what waits for the agreement of the reader, which this page names below."""
    age, below = time_left_in_words(at - min(since)), f"#{search_key(what)}-a-approuver"
    return Queue(f"{what} à approuver", len(since), age, below)
