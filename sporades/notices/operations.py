"""Show a banner, keep an alert."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import CharField, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from sporades import mail
from sporades.core.french import ended
from sporades.core.locks import lock_value
from sporades.core.numbers import whole
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.notices.models import Banner, OpeningAlert
from sporades.notices.queries import forget

SALT = "opening-alert"
LASTS = 60 * 60 * 48


class TooOld(Refused):
    """The link of an alert is no longer good."""

    message = "Ce lien n'est plus valable. Demandez de nouveau à être prévenu."


class Another(Refused):
    """The banner that stands is not the one that was read."""

    def __init__(self, shown: Banner) -> None:
        """Say which one stands."""
        self.shown = shown
        super().__init__(
            "Ce n'est plus ce bandeau qui est affiché, c'est celui-ci, qui reste : "
            + ended(f"« {shown.message} »")
        )


class Overlaps(Refused):
    """Another banner is planned for the same time.

    Attributes:
        planned: which.
    """

    def __init__(self, planned: Banner) -> None:
        """Say which one is planned."""
        self.planned = planned
        super().__init__(
            ended(f"Un autre bandeau est prévu pour ce temps-là : « {planned.message} »")
            + " Annulez-le d'abord, ou choisissez une autre heure."
        )


@dataclass(frozen=True)
class Shown:
    """What came of showing a banner.

    Attributes:
        banner: the one that stands.
        replaced: the one that gave way, or is to.
        is_new: whether it did not stand already, asked for by another press.
    """

    banner: Banner
    replaced: Banner | None = None
    is_new: bool = True


@transaction.atomic
def show(
    *,
    kind: str,
    message: str,
    at: datetime,
    until: datetime | None = None,
    stops_writing: bool = False,
    only: str | None = None,
) -> Shown:
    """Show a banner from now on; the one that stood gives way.

    Of two that are asked for at once, the last to arrive stands, whichever is served first: the
    other ends as that one begins, and so it does as one begins that is planned.

    Args:
        kind: how pressing it is, one of `Banner.Kind`.
        message: what it says.
        at: the instant.
        until: when it ends by itself; nothing: when it is taken down.
        stops_writing: whether nothing is written while it stands (R-05).
        only: the key of the banner that gives way, "" for none: another one stays; nothing:
            whichever stands.

    Raises:
        Another: another one than that stands, which does not say the same.
    """
    said = {"kind": kind, "message": message, "stops_writing": stops_writing}
    lock_value("banner", "")
    ends = _ends(until, at=at)
    if same := Banner.objects.shown_at(at).filter(**said, ends_at=ends["ends_at"]).first():
        return Shown(same, is_new=False)
    replaced = take_down(at=at, only=only)
    banner = Banner.objects.create(**said, **ends, starts_at=at)
    forget()
    return Shown(banner, replaced)


def _ends(until: datetime | None, *, at: datetime) -> dict[str, Any]:
    """Return the end of a banner that stands: the one that was asked, or as the next one begins.

    Args:
        until: when it was asked to end; nothing: when it is taken down.
        at: the instant.
    """
    begins = Banner.objects.planned_at(at).aggregate(next=Min("starts_at"))["next"]
    gives_way = begins is not None and (until is None or begins < until)
    return {
        "asked_until": until if gives_way else None,
        "ends_at": begins if gives_way else until,
        "gives_way": gives_way,
    }


@transaction.atomic
def take_down(*, at: datetime, only: str | None = None) -> Banner | None:
    """End the banner that stands, and return it.

    Args:
        at: the instant.
        only: the key of the banner that is meant, "" for none: another one stays; nothing:
            whichever stands.

    Raises:
        Another: another one than that stands.
    """
    lock_value("banner", "")
    standing = Banner.objects.shown_at(at)
    shown = standing.first()
    if only is not None and shown is not None and str(shown.pk) != only:
        raise Another(shown)
    standing.update(ends_at=at, gives_way=False, asked_until=None)
    forget()
    return shown


@transaction.atomic
def plan(
    *,
    kind: str,
    message: str,
    starts_at: datetime,
    at: datetime,
    until: datetime | None,
    stops_writing: bool,
) -> Shown:
    """Have a banner begin by itself; the one that stands then gives way.

    Args:
        kind: how pressing it is, one of `Banner.Kind`.
        message: what it says.
        starts_at: when it begins, after this instant.
        at: the instant.
        until: when it ends by itself; nothing: when it is taken down.
        stops_writing: whether nothing is written while it stands (R-05).

    Raises:
        Overlaps: another one is planned for the same time.
    """
    said = {"kind": kind, "message": message, "stops_writing": stops_writing}
    lock_value("banner", "")
    planned = Banner.objects.planned_at(at)
    if same := planned.filter(**said, starts_at=starts_at, ends_at=until).first():
        return Shown(same, is_new=False)
    lasts = Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at)
    begins_before = Q(starts_at__lt=until) if until else Q()
    if other := planned.filter(lasts, begins_before).first():
        raise Overlaps(other)
    shortened = Banner.objects.shown_at(at).filter(lasts)
    gives_way = shortened.first()
    shortened.filter(gives_way=True).update(ends_at=starts_at)
    shortened.update(ends_at=starts_at, gives_way=True, asked_until=F("ends_at"))
    banner = Banner.objects.create(**said, starts_at=starts_at, ends_at=until)
    forget()
    return Shown(banner, gives_way)


@transaction.atomic
def cancel(*, planned: str, at: datetime) -> Banner | None:
    """Keep a banner from beginning, and return it; nothing where none is planned by this key.

    The one that stands, and was to give way to it, has the end that was asked of it again, or gives
    way to the next that is planned: read-only mode does not end for what never comes.

    Args:
        planned: its key.
        at: the instant.
    """
    lock_value("banner", "")
    key = whole(planned)
    if key is None:
        return None
    found = Banner.objects.planned_at(at).filter(pk=key).first()
    if found is not None:
        # It stands for no time at all; that it was planned stays.
        Banner.objects.filter(pk=found.pk).update(ends_at=F("starts_at"))
        shortened = Banner.objects.shown_at(at).filter(gives_way=True, ends_at=found.starts_at)
        if (shown := shortened.first()) is not None:
            Banner.objects.filter(pk=shown.pk).update(**_ends(shown.asked_until, at=at))
        forget()
    return found


@transaction.atomic
def ask(*, service: RegistrationService, email: str, at: datetime) -> OpeningAlert:
    """Keep a wish to be told of an opening, until it is confirmed by its key.

    Asked again, it is kept as long as its last mail says.

    Args:
        service: the service that will open.
        email: the address, in its one form.
        at: the instant.
    """
    # Locked: the night may be about to erase the one that stands.
    alert, is_new = OpeningAlert.objects.select_for_update().get_or_create(
        service=service, email=email, defaults={"asked_at": at}
    )
    if not is_new and alert.confirmed_at is None:
        alert.asked_at = max(alert.asked_at, at)
        alert.save(update_fields=["asked_at"])
    return alert


def key_of(alert: OpeningAlert) -> str:
    """Return the key that confirms an alert."""
    return signing.dumps(alert.pk, salt=SALT)


def named_by(key: str) -> OpeningAlert:
    """Return the alert that a key names.

    Raises:
        TooOld: the key is not ours, is older than 48 hours, or its alert is gone.
    """
    try:
        pk = signing.loads(key, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        raise TooOld from None
    found = (
        OpeningAlert.objects.select_related(
            "service__domain", "service__session", "service__academy"
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise TooOld
    return found


def confirm(alert: OpeningAlert, *, at: datetime) -> None:
    """Confirm an alert; the first time is the one that is kept."""
    OpeningAlert.objects.filter(pk=alert.pk, confirmed_at=None).update(confirmed_at=at)


@transaction.atomic
def forget_settled(*, at: datetime) -> int:
    """Erase the alerts that nobody confirmed in time, those told, and those of what has closed.

    Their mails go too: nothing is left of an address but what it has elsewhere. Nobody is told by a
    mail that still waits for the mail server.

    Returns:
        How many there were.
    """
    waiting = Message.objects.filter(
        about_kind="openingalert",
        about_id=Cast(OuterRef("pk"), CharField()),
        state=Message.State.WAITING,
    )
    old = OpeningAlert.objects.filter(
        Q(confirmed_at=None, asked_at__lt=at - timedelta(seconds=LASTS))
        | Q(~Exists(waiting), told_at__lt=at - timedelta(days=1))
        | Q(service__closes_at__lt=at - timedelta(days=1))
    )
    return _erase(old.select_for_update(of=("self",), skip_locked=True))


@transaction.atomic
def forget_of(email: str) -> int:
    """Erase all that an address asked to be told of, with its mails; return how many there were.

    Args:
        email: the address, in its one form.
    """
    return _erase(OpeningAlert.objects.select_for_update().filter(email=email))


def _erase(found: QuerySet[OpeningAlert]) -> int:
    alerts = list(found)
    mail.forget(alerts)
    OpeningAlert.objects.filter(pk__in=[alert.pk for alert in alerts]).delete()
    return len(alerts)


def due(at: datetime) -> QuerySet[OpeningAlert]:
    """Return the confirmed alerts whose service has opened and that were not told."""
    return OpeningAlert.objects.filter(
        confirmed_at__isnull=False,
        told_at__isnull=True,
        service__opens_at__lte=at,
        service__closes_at__gt=at,
    )
