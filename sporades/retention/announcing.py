"""Tell candidates, a month before, that a registration and its documents leave their area."""

from datetime import datetime

from django.db import transaction

from sporades import journal, mail
from sporades.core.actors import SYSTEM
from sporades.core.french import day_in_words
from sporades.core.links import link_to
from sporades.core.locks import locked_among
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of
from sporades.retention import categories


@transaction.atomic
def announce(key: int, *, at: datetime) -> bool:
    """Tell it once to who has an account; return that nothing has left.

    Args:
        key: that of the registration.
        at: the instant.
    """
    found = locked_among(categories.to_announce(at), key, no_key=True, skip_locked=True)
    if found is None:
        return False
    registration = Registration.objects.whole().get(pk=found.pk)
    last = categories.active_until(categories.counts_from(registration.service))
    mail.write(
        categories.ANNOUNCED,
        to=registration.candidate.address,
        at=at,
        key=f"registration:{registration.pk}:leaves:{last.isoformat()}",
        about=registration,
        registration=registration,
        last=day_in_words(last),
        contact=contact_of(registration.service),
        link=link_to("candidate:folder", registration.number),
    )
    journal.record(
        "archiving announced",
        by=SYSTEM,
        on=registration,
        at=at,
        academy=registration.academy_id,
    )
    return False
