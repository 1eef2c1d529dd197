"""Questions about letters."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from sporades.documents.models import DocumentVersion
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.summary import SUMMARY


def with_letters(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return messages, each with what has become of it as a letter, where it is one."""
    return messages.select_related("letter__run__academy", "letter__service__academy")


def unprintable() -> Q:
    """Return what a waiting letter must satisfy that no run takes: no address, or what failed.

    It is `postal_address_of` and `postal.lines_of` as the database reads them.
    """
    return (unaddressed() & Q(has_own_envelope=False)) | ~Q(why="")


def unaddressed() -> Q:
    """Return what a letter must satisfy whose candidate has no address that an envelope can bear."""
    filed = Registration.objects.filter(candidate=OuterRef("candidate")).exclude(address_1="")
    last = filed.order_by("-filed_at", "-pk").values("pk")[:1]
    given = Registration.objects.filter(pk=Subquery(last)).exclude(town="")
    of_record = Q(candidate__address_1="")
    return (of_record & ~Exists(given)) | (~of_record & Q(candidate__town=""))


def waiting_by_service(letters: QuerySet[Letter]) -> list[dict[str, Any]]:
    """Return how many letters wait, and since when, by managing service, academy and domain."""
    keys = (
        "service__academy__full_name",
        "service__managing_service__name",
        "service__domain__label",
    )
    counted = letters.exclude(unprintable()).values_list(*keys).annotate(count=Count("pk"))
    names = ("academy", "managing", "domain", "count")
    return [dict(zip(names, one, strict=True)) for one in counted.order_by(*keys)]


def summary_for(registration: Registration) -> DocumentVersion | None:
    """Return the last summary of a registration, where it goes with a letter: no other needs it."""
    if not registration.candidate.by_letter:
        return None
    issued = DocumentVersion.objects.filter(
        document__folder=registration.folder_id, document__kind=SUMMARY.slug
    )
    found: DocumentVersion | None = issued.order_by("-number").first()
    return found
