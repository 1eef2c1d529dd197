"""What awaits the candidate, then the cards of registrations."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.accommodations.models import Case
from sporades.accommodations.queries import (
    decided_elsewhere_among,
    fallen_by_exam,
    last_by_registration,
)
from sporades.accommodations.rules import may_appear, rules_for
from sporades.documents.queries import unread_documents_of
from sporades.evidence.queries import by_registration, rows_of_user
from sporades.registrations.clocks import zone_of_reader
from sporades.registrations.models import Registration
from sporades.registrations.queries import lacking_of, late_requests_of, open_drafts_of
from sporades.territory import queries as territory
from sporades.threads.queries import registrations_and_answers_to
from sporades.web.candidate.accommodations.confided import cases_and_papers_of_user
from sporades.web.candidate.awaiting import (
    awaiting,
    begun_again,
    contestable,
    late_refusals,
    to_complete,
    undelivered,
    unread_answers,
)


def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    candidate = request.user.candidate
    user, at = request.user.pk, request.arrived_at
    mine = registrations_and_answers_to(user=user)
    registrations = [one for one in mine if not one.withdrawn_at]
    active = [one for one in registrations if one.is_active]
    known = list(cases_and_papers_of_user(user=user)) if active else []
    cases = last_by_registration(known)
    asking = [one for one in active if rules_for(one, cases.get(one.pk)) is not None]
    fallen = _fallen(asking, mine, known)
    expected = [one for one in asking if one.has_disability or one.pk in fallen]
    elsewhere = decided_elsewhere_among((one for one in expected if one.pk not in cases), at)
    drafts = open_drafts_of(user=user)
    reader = zone_of_reader(user, mine) if drafts else ""
    unread = unread_documents_of(holder=user, at=at)
    found = [
        *undelivered(request.user.email),
        *unread_answers(mine),
        *contestable(mine, at=at),
        *to_complete(lacking_of(mine), mine, at=at),
        *awaiting(
            active,
            drafts,
            unread,
            by_registration(rows_of_user(user=user)) if registrations else {},
            cases,
            fallen=fallen,
            elsewhere=elsewhere,
            refused=late_refusals(user, drafts, at=at),
            at=at,
            reader=reader,
        ),
    ]
    context = {
        "candidate": candidate,
        "registrations": [(one, one.until_in_words(at)) for one in registrations],
        "drafts": drafts,
        "made_by": territory.academy(candidate.academy_id).with_article
        if candidate.academy_id and not (mine or drafts)
        else "",
        # A filed registration leaves nothing else behind, once it is kept here no more.
        "had_some": candidate.is_frozen and not mine,
        "left": None if registrations or drafts else _last_withdrawn(mine, at=at),
        "awaiting": sorted(found, key=lambda one: not one.is_first),
        # Nothing is owed there: it is not counted among what awaits.
        "offered": begun_again(mine, drafts, at=at) if registrations or drafts else [],
        "late": late_requests_of(user=user) if not active else (),
        "late_needs": [
            one
            for one in active
            if not any(one.pk in known for known in (cases, fallen, elsewhere))
            and may_appear(one, at)
        ],
    }
    return render(request, "candidate/home.html", context)


def _fallen(
    asking: Iterable[Registration], mine: Iterable[Registration], known: Iterable[Any]
) -> dict[int, Case]:
    """Return the request that fell before each registration that had none of its own since.

    Args:
        asking: those that stand, and for which one may be made.
        mine: all of the candidate's.
        known: all their requests, with what they ask for.
    """
    had = {one.registration_id for one in known}
    fallen = {exam: one for exam, one in fallen_by_exam(known, mine).items() if one.codes}
    return {
        one.pk: fallen[one.exam_id] for one in asking if one.pk not in had and one.exam_id in fallen
    }


def _last_withdrawn(mine: Iterable[Registration], *, at: datetime) -> dict[str, Any] | None:
    """Return the last registration withdrawn, and whether its answers may be taken up again."""
    withdrawn = [one for one in mine if one.withdrawn_at]
    if not withdrawn:
        return None
    last = max(withdrawn, key=attrgetter("withdrawn_at"))
    return {"registration": last, "can_be_undone": last.can_be_undone(at) and last.is_offered}
