"""Questions that the pages of a candidate ask again and again, prepared once per process."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from sporades.core.prepared import prepared
from sporades.registrations.models import Draft, Registration, SectionAnswers, Version


@prepared(Registration)
def registrations_of(user: int) -> QuerySet[Registration]:
    """Return what the cards of an account's registrations show, the last filed first."""
    found: QuerySet[Registration] = Registration.objects.visible_to(user).for_list().with_owed()
    return found.order_by("-filed_at")


@prepared(Registration)
def registration_of(user: int, number: str) -> QuerySet[Registration]:
    """Return one registration of an account, whole."""
    found: QuerySet[Registration] = Registration.objects.visible_to(user).whole().with_owed()
    return found.filter(number=number)


def withdrawal_of(folder: int, *, at: datetime) -> datetime | None:
    """Return when the registration of a folder was withdrawn, if it is by now."""
    withdrawn = Registration.objects.filter(folder=folder, withdrawn_at__lte=at)
    found: datetime | None = withdrawn.values_list("withdrawn_at", flat=True).first()
    return found


@prepared(Version)
def version_of(registration: int, number: int) -> QuerySet[Version]:
    """Return one version of a registration."""
    return Version.objects.filter(registration=registration, number=number)


@prepared(Draft)
def open_drafts_of(user: int) -> QuerySet[Draft]:
    """Return what the cards of an account's open drafts show."""
    found: QuerySet[Draft] = Draft.objects.visible_to(user).open().for_list()
    return found


@prepared(SectionAnswers)
def last_address_of(user: int) -> QuerySet[SectionAnswers]:
    """Return the answers, alone, that hold the last address that an account typed."""
    found = SectionAnswers.objects.filter(section="identification", draft__candidate__user=user)
    return found.order_by("-answered_at")[:1]


@prepared(Draft)
def open_modifications_of(registration: int) -> QuerySet[Draft]:
    """Return the open modification of a registration, if there is one."""
    found: QuerySet[Draft] = Draft.objects.open().filter(amends=registration).for_list()
    return found


@prepared(Draft)
def draft_of(user: int, draft: UUID) -> QuerySet[Draft]:
    """Return one draft of an account, whole."""
    found: QuerySet[Draft] = Draft.objects.visible_to(user).whole()
    return found.filter(pk=draft)
