"""The signed summary that comes back: noted by its postmark, corrected, taken back (E9)."""

from datetime import date, datetime

from django.db import transaction

from sporades import journal
from sporades.core.actors import Actor
from sporades.core.french import day_in_words, days_in_words
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.registrations.operations import filing


class OtherPostmark(Refused):
    """A colleague has noted the signed summary meanwhile, by another postmark."""

    def __init__(self, noted: date) -> None:
        """Say by which one."""
        super().__init__(
            f"Un collègue a noté entre-temps ce récapitulatif, posté le {day_in_words(noted)} : "
            "vérifiez le cachet. La date que vous enregistrez maintenant remplacera la sienne."
        )


@transaction.atomic
def receive_summary(
    *,
    registration: Registration,
    posted_on: date,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    noted: str | None = None,
) -> None:
    """Record that the signed summary came back, by its postmark (E9). What is pressed twice is noted once.

    Args:
        registration: loaded `with_owed()`.
        posted_on: the day of the postmark.
        by: who records it.
        at: the instant.
        seen: the number of the version whose summary it is, where a page showed one.
        noted: the postmark that this page showed as noted, as `noted_in` writes it; what was
            loaded, where no page showed one.

    Raises:
        OtherPostmark: a colleague has noted another one since.
        Refused: no return is asked of it, the postmark is to come or older than what was last
            filed, or it stands no more as it was read.
    """
    held = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    shown = registration.version if seen is None else seen
    if seen is None and not held.is_active:
        raise Refused("Cette inscription n'est plus active : aucun récapitulatif n'en est attendu.")
    if held.version != shown or not held.is_active:
        raise Refused(
            "Cette inscription a changé depuis que vous avez ouvert cette page : relisez le dossier."
        )
    if not registration.told["to_return"]:
        raise Refused("Cette inscription ne demande pas de récapitulatif signé en retour.")
    filed_at = registration.amended_at or registration.filed_at
    first, last = registration.first_day(filed_at), registration.last_day(at)
    if not first <= posted_on <= last:
        raise Refused(
            f"Indiquez un jour possible : {days_in_words(first, last)}. Ce récapitulatif n'a pas pu "
            "être posté avant le dernier enregistrement, ni après aujourd'hui."
        )
    before, read = held.summary_posted_on, noted_in(registration) if noted is None else noted
    if before == posted_on:
        return
    if before is not None and noted_in(held) != read:
        raise OtherPostmark(before)
    filing.note_summary_received(registration=registration, posted_on=posted_on)
    journal.record(
        "summary received",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before={"posted_on": before.isoformat()} if before else None,
        after={"posted_on": posted_on.isoformat()},
    )


@transaction.atomic
def take_summary_back(*, registration: Registration, noted: str, by: Actor, at: datetime) -> None:
    """Record that the signed summary noted as received has not come: it was another candidate's.

    No message leaves: none has left when it was noted.

    Args:
        registration: which.
        noted: the postmark that the page showed as noted, as `noted_in` writes it.
        by: who records it.
        at: the instant.

    Raises:
        Refused: none is noted any more, or a colleague has noted another one since.
    """
    held = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    if held.summary_posted_on is None:
        raise Refused("Aucun récapitulatif signé n'est plus noté comme reçu : relisez le dossier.")
    if noted_in(held) != noted:
        raise Refused(
            "Un collègue a noté entre-temps ce récapitulatif, posté le "
            f"{day_in_words(held.summary_posted_on)} : relisez le dossier."
        )
    filing.take_summary_back(registration=registration)
    journal.record(
        "summary reception taken back",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before={"posted_on": noted},
    )


def noted_in(registration: Registration) -> str:
    """Return the postmark of the signed summary as a page sends it back; nothing where none is noted."""
    day = registration.summary_posted_on
    return day.isoformat() if day else ""
