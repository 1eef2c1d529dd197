"""Tell the guardian of a minor that something awaits them both, never what (H4, P-12)."""

from datetime import datetime

from sporades import mail
from sporades.accommodations.rules import is_minor
from sporades.accounts.addresses import letter_box
from sporades.accounts.models import normalised_address
from sporades.core.links import absolute
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of

KIND = "guardian_awaited"


def tell_guardian(
    registration: Registration, *, at: datetime, key: str, is_reminder: bool = False
) -> None:
    """Write to the guardian of a minor who has an address of their own, beside their candidate.

    Nobody is written to once the candidate is of age, nor twice in one letter box.

    Args:
        registration: what it is about, with its candidate and its service.
        at: the instant of the act.
        key: names the event.
        is_reminder: whether it was told before.
    """
    address, candidate = registration.guardian_email, registration.candidate
    if not address or not is_minor(registration, at):
        return
    if _box(address) == _box(candidate.address):
        return
    mail.write(
        KIND,
        to=address,
        at=at,
        key=key,
        about=registration,
        urgent=not is_reminder,
        registration=registration,
        name=registration.identity.full_name,
        by_letter=candidate.by_letter,
        is_reminder=is_reminder,
        contact=contact_of(registration.service),
        link=absolute(f"/mes-inscriptions/{registration.number}"),
    )


def _box(address: str) -> str:
    return letter_box(normalised_address(address))
