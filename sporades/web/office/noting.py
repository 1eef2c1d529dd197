"""Who looks at what is known: whatever a page of the office is for, it notes it here (S-60)."""

from django.http import HttpRequest

from sporades.acts import consulting
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.registrations.models import Draft, Registration


def author_on(request: HttpRequest, registration: Registration) -> Actor:
    """Return the reader as the author of what they do to a registration, in the role for it."""
    where = {"academy": registration.academy_id, "domain": registration.exam.domain.code}
    author: Actor = request.reach.author(**where)
    return author


def note_file(request: HttpRequest, registration: Registration) -> None:
    """Note that the reader looks at the file of a registration of their perimeter."""
    by = author_on(request, registration)
    consulting.consult_file(registration=registration, by=by, at=request.arrived_at)


def note_record(request: HttpRequest, candidate: Candidate) -> None:
    """Note that the reader looks at the record of a candidate of their perimeter."""
    here, by = academy_of(request, candidate), request.actor
    consulting.consult_record(candidate=candidate, academy=here, by=by, at=request.arrived_at)


def note_draft(request: HttpRequest, draft: Draft) -> None:
    """Note that the reader looks at what is filled: of a registration, or of somebody's first one."""
    where = {"academy": draft.service.academy_id, "domain": draft.service.domain.code}
    by, at = request.reach.author(**where), request.arrived_at
    if draft.amends is not None:
        consulting.consult_file(registration=draft.amends, by=by, at=at)
    else:
        here = draft.service.academy_id
        consulting.consult_record(candidate=draft.candidate, academy=here, by=by, at=at)


def academy_of(request: HttpRequest, candidate: Candidate) -> str:
    """Return the code of the academy for which the reader acts on a record.

    That of the last registration that they reach; without any, that which made the record.
    """
    mine = Registration.objects.within(request.reach).filter(candidate=candidate)
    last = mine.order_by("-filed_at").values_list("academy_id", flat=True).first()
    return str(last or candidate.academy_id or "")
