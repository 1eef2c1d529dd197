"""What a batch of accommodations decides or notifies, read before it is launched (I11, H4)."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy

from sporades.accommodations import notification
from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.models import Case
from sporades.acts import consulting
from sporades.acts.accommodating import AuthorUnknown, given_for
from sporades.batches import foreseen
from sporades.batches.accommodations import FOLLOW
from sporades.batches.models import Batch
from sporades.batches.states import BatchState
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.office.noting import author_on
from sporades.web.office.registrations.files import TRAIL as FILES_TRAIL

ON_THE_PAGE = 20
TRAIL = [*FILES_TRAIL, ("Lots", reverse_lazy("office:batches"))]


def foreseen_in(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """Return how many measures are granted or refused, who signs, and each line with what it says."""
    if not foreseen.is_foreseen(batch):
        return {}
    reach = request.reaches(batch.does.permission)
    cases = foreseen.cases_of(batch, reach)
    page = Paginator(foreseen.with_measures(cases), ON_THE_PAGE).get_page(request.GET.get("page"))
    keys = {one.registration_id for one in page}
    known = Registration.objects.within(reach).for_office().in_bulk(keys)
    counted = foreseen.measures_in(batch, reach)
    given, at = given_for(page), request.arrived_at
    unsigned = foreseen.is_unsigned(batch, request.actor)
    return {
        "measures": [(label, in_groups(str(count))) for label, count in counted],
        "signed": foreseen.signed_in(batch, foreseen.reader(reach), reach),
        "unsigned": AuthorUnknown.message if unsigned else "",
        "follows": batch.action == FOLLOW,
        "page": page,
        "base": f"{reverse('office:one_batch', args=[batch.pk])}?page=",
        "decisions": [
            {
                "registration": known[one.registration_id],
                "refusal": _refusal(batch, one, known[one.registration_id], given, at=at),
                "health": words_of_health(*foreseen.reasons_in(batch, one)),
                "said": [
                    (each.label, foreseen.decided_in_words(batch, each))
                    for each in one.measures.all()
                ],
            }
            for one in page
            if one.registration_id in known  # it has not left the perimeter meanwhile
        ],
    }


def _refusal(
    batch: Batch, case: Case, registration: Registration, given: Any, *, at: datetime
) -> str:
    case.registration = registration
    return foreseen.refusal_of(batch, case, given, at=at)


def batch_decision(request: HttpRequest, batch: str, number: str) -> HttpResponse:
    """The decision of one line, as its candidate will read it, before the batch is launched."""
    mine: Batch = get_object_or_404(request.user.batches, pk=batch, state=BatchState.PREPARED)
    reach = request.reaches(mine.does.permission)
    if not foreseen.is_foreseen(mine) or not reach.includes(mine.reach):
        raise Http404
    found = get_object_or_404(Registration.objects.within(reach).whole().with_owed(), number=number)
    case: Case = get_object_or_404(foreseen.cases_of(mine, reach), registration=found.pk)
    case.registration = found
    by = author_on(request, found)
    consulting.consult_file(registration=found, by=by, at=request.arrived_at)
    context = {
        "batch": mine,
        "registration": found,
        "trail": [*TRAIL, (mine.does.label, reverse("office:one_batch", args=[mine.pk]))],
        **_paper(request, mine, case, reach),
    }
    return render(request, "office/batch_decision.html", context)


def _paper(request: HttpRequest, batch: Batch, case: Case, reach: Any) -> dict[str, Any]:
    at = request.arrived_at
    try:
        source = foreseen.foreseen(batch, case, foreseen.reader(reach), at=at)
        words = words_of_health(*foreseen.reasons_in(batch, case))
        return {"paper": notification.content(source), "health": words}
    except Refused as refusal:
        return {"cannot": str(refusal)}
