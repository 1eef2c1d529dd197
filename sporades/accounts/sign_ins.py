"""Who signed in, who came halfway, what was refused at the door: written once, kept a year, read by its owner.

ASVS 16.3.1; CNIL, délibération n° 2021-122 of 14 October 2021 on logging: six months to a year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from sporades.accounts.models import SECOND_FACTORS, SignIn, User

KEPT = timedelta(days=365)
PATIENCE = timedelta(minutes=15)
"""For how long a first step waits for the second, as allauth has it (`LOGIN_TIMEOUT`)."""
SHOWN = 20
"""How many of each its owner reads."""
PASSWORD, SECOND_FACTOR = "password", "second-factor"
MEANS = {
    PASSWORD: "mot de passe",
    "socialaccount": "FranceConnect",
    "totp": "application de codes",
    "webauthn": "clé d'accès",
    "recovery_codes": "code de secours",
    SECOND_FACTOR: "code",
}
"""What somebody is known by, as allauth names it and as people read it."""


@dataclass(frozen=True)
class Failures:
    """What was tried one day, from one network and device, without opening the account.

    Attributes:
        outcome: a secret was refused, or was right and no second factor was shown.
        count: how many there were.
        first: the instant of the first one.
        last: the instant of the last one.
        means: what was tried, a name of `MEANS`.
        network: the address of the network.
        device: the device, as it was known.
    """

    outcome: SignIn.Outcome
    count: int
    first: datetime
    last: datetime
    means: str
    network: str
    device: str

    @property
    def is_past_password(self) -> bool:
        """Whether whoever tried knew the password: a second factor is asked for after it alone."""
        if self.outcome == SignIn.Outcome.HALFWAY:
            return PASSWORD in self.means.split()
        return self.means in (SECOND_FACTOR, *SECOND_FACTORS)


def accepted(
    user: User, *, means: Iterable[str], network: str, device: str, at: datetime
) -> SignIn:
    """Note that somebody has signed in.

    Args:
        user: the account.
        means: what was shown, names of `MEANS`.
        network: the address that the request came from.
        device: the device in words.
        at: the instant.
    """
    return _noted(user, SignIn.Outcome.ACCEPTED, means, network=network, device=device, at=at)


def begun(user: User, *, means: Iterable[str], network: str, device: str, at: datetime) -> SignIn:
    """Note that somebody was asked for a second factor, and is not signed in yet.

    Args:
        user: the account.
        means: what was shown so far, names of `MEANS`.
        network: the address that the request came from.
        device: the device in words.
        at: the instant.
    """
    return _noted(user, SignIn.Outcome.HALFWAY, means, network=network, device=device, at=at)


def refused(user: User | None, *, means: str, network: str, device: str, at: datetime) -> SignIn:
    """Note that a secret was refused; for an address of nobody too, which would else be told by time.

    Args:
        user: the account that was tried, if there is one.
        means: what was tried, a name of `MEANS`.
        network: the address that the request came from.
        device: the device in words.
        at: the instant.
    """
    return _noted(user, SignIn.Outcome.REFUSED, [means], network=network, device=device, at=at)


def of(user: User) -> list[SignIn]:
    """Return all that is kept of the door of an account, the last first."""
    return list(SignIn.objects.filter(account=user.identifier).order_by("-at", "-pk"))


def latest(user: User) -> list[SignIn]:
    """Return the last times that somebody signed in to an account, the last first."""
    return list(_of(user, SignIn.Outcome.ACCEPTED).order_by("-at", "-pk")[:SHOWN])


def latest_failures(user: User) -> list[Failures]:
    """Return what did not open an account, by day, network and device, the last first."""
    went_on = _of(user, SignIn.Outcome.ACCEPTED).filter(
        network=OuterRef("network"),
        device=OuterRef("device"),
        at__range=(OuterRef("at"), OuterRef("at") + PATIENCE),
    )
    found = (
        _of(user, SignIn.Outcome.REFUSED, SignIn.Outcome.HALFWAY)
        .exclude(Q(outcome=SignIn.Outcome.HALFWAY) & Exists(went_on))
        .annotate(day=TruncDate("at", tzinfo=ZoneInfo(settings.TIME_ZONE)))
        .values("day", "network", "device", "means", "outcome")
        .annotate(count=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("-last")[:SHOWN]
    )
    return [
        Failures(
            SignIn.Outcome(one["outcome"]),
            one["count"],
            one["first"],
            one["last"],
            one["means"],
            one["network"],
            one["device"],
        )
        for one in found
    ]


def means_in_words(means: str) -> str:
    """Return « mot de passe et application de codes »; nothing where nothing is known."""
    return " et ".join(MEANS.get(one, one) for one in means.split())


def too_old(*, at: datetime) -> QuerySet[SignIn]:
    """Return what is to be forgotten at an instant."""
    found: QuerySet[SignIn] = SignIn.objects.filter(at__lt=at - KEPT)
    return found


def forget_old(*, at: datetime) -> int:
    """Forget what is older than a year; return how many."""
    deleted: int = too_old(at=at).delete()[0]
    return deleted


def _of(user: User, *outcomes: SignIn.Outcome) -> QuerySet[SignIn]:
    found: QuerySet[SignIn] = SignIn.objects.filter(account=user.identifier, outcome__in=outcomes)
    return found


def _noted(
    user: User | None,
    outcome: SignIn.Outcome,
    means: Iterable[str],
    *,
    network: str,
    device: str,
    at: datetime,
) -> SignIn:
    return SignIn.objects.create(
        at=at,
        account=user.identifier if user else "",
        outcome=outcome,
        means=" ".join(dict.fromkeys(means)),
        network=network,
        device=device,
    )
