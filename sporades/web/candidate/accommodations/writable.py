"""The request of a candidate that a page is about, and whether it may still be written."""

from django.http import Http404, HttpRequest

from sporades.accommodations.queries import open_case_of
from sporades.accommodations.rules import is_over, rules_under, written_under
from sporades.exams.schema.accommodations import Accommodations
from sporades.registrations.models import Registration
from sporades.web.candidate.own import own_registration

PAGE = "candidate:accommodation"


def writable(
    request: HttpRequest, number: str, *, is_changed: bool = True
) -> tuple[Registration, Accommodations | None]:
    """Return a registration, and its rules where a request may be written for it now.

    Args:
        request: of its candidate.
        number: of the registration.
        is_changed: whether what is asked would change, and not only be signed: of a decision that
            the service has taken again, it does not.
    """
    found = own_registration(request, number)
    case = open_case_of(found)
    rules = rules_under(found, written_under(found, case))
    if rules is None:
        raise Http404
    is_sent = case is not None and case.asked_at is not None
    is_closed = not is_sent and is_over(found, request.arrived_at)
    if not found.is_active or is_closed or (case is not None and not case.is_writable):
        return found, None
    if is_changed and case is not None and case.instead_of_id is not None:
        return found, None
    return found, rules
