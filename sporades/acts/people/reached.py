"""Where a candidate without an account is written to; tell them there, even once it is no more so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sporades import mail
from sporades.candidates.models import Candidate
from sporades.exams.models import RegistrationService
from sporades.letters.operations import tell_at
from sporades.letters.printing import recipient_of
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of


@dataclass(frozen=True)
class WayTo:
    """One way to somebody.

    Attributes:
        email: the address of their mails; nothing for whom letters reach.
        envelope: the lines of their envelopes; nothing where no postal address is known.
    """

    email: str
    envelope: tuple[str, ...]


def way_to(candidate: Candidate) -> WayTo:
    """Return how somebody is written to now."""
    email = "" if candidate.by_letter else candidate.address
    return WayTo(email, tuple(recipient_of(candidate)))


def tell_there(
    candidate: Candidate,
    kind: str,
    *,
    way: WayTo,
    at: datetime,
    key: str,
    service: RegistrationService | None = None,
    **context: object,
) -> None:
    """Tell somebody something by a way that may be theirs no more.

    A letter is printed by a service: without any, none is; nor is one written that would arrive
    nowhere.

    Args:
        candidate: whom.
        kind: the template, which names the service to warn.
        way: by which.
        at: the instant of the act.
        key: names the event.
        service: that which answers for it; nothing for that of their last registration.
        context: what the template says.
    """
    if service is None:
        filed = Registration.objects.filter(candidate=candidate).select_related("service")
        last = filed.order_by("-filed_at", "-pk").first()
        service = last.service if last else None
    said: dict[str, Any] = {
        "at": at,
        "key": key,
        "about": candidate,
        "name": candidate.identity.full_name,
        "contact": contact_of(service) if service else None,
        **context,
    }
    if way.email:
        mail.write(kind, to=way.email, **said)
    elif service and way.envelope:
        tell_at(way.envelope, candidate, kind, service=service, **said)
