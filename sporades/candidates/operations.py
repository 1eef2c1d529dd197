"""Keep what a candidate is: civil data, number, address."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError

from sporades.accounts.models import User, normalised_address
from sporades.candidates.models import Candidate, Channel, Identity
from sporades.core.numbers import with_check_digit
from sporades.core.refusals import Refused

CIVIL_DATA = (
    "civility",
    "birth_name",
    "usage_name",
    "first_names",
    "birth_year",
    "birth_month",
    "birth_day",
    "birth_country",
    "birth_department",
    "birth_commune",
    "birth_place",
    "nationality",
)


ADDRESS = ("address_1", "address_2", "address_3", "address_4", "postcode", "town", "country")
"""The postal address, on a candidate and on a registration alike."""
REACHED = (*ADDRESS, "phone", "channel", "email")
"""How somebody without an account is reached."""


class ChangedMeanwhile(Refused):
    """Civil data were changed since the page that changes them was shown."""

    message = (
        "Vos informations ont été modifiées ailleurs depuis l'ouverture de cette page : rien de votre "
        "saisie n'est enregistré. Vérifiez-la, puis enregistrez. Votre saisie → ce qui est enregistré :"
    )


class Frozen(Refused):
    """Civil data that only the managing service can change any more."""

    message = (
        "Vos informations personnelles ne sont plus modifiables ici : vous avez enregistré une "
        "inscription. Demandez le changement au service des examens et concours."
    )


@transaction.atomic
def enrol(
    *,
    user: User | None,
    identity: dict[str, Any],
    email: str,
    at: datetime,
    **record: Any,
) -> Candidate:
    """Make a candidate, with or without an account.

    Args:
        user: the account, if there is one.
        identity: civil data, as `IdentityForm.identity()` gives them.
        email: the address of messages, which may be empty without an account.
        at: the instant.
        record: of a record that the office makes, its academy and how the person is reached.
    """
    return Candidate.objects.create(
        user=user,
        identity=_written(identity, at=at),
        email=normalised_address(email),
        created_at=at,
        **record,
    )


@transaction.atomic
def change_identity(
    candidate: Candidate, *, identity: dict[str, Any], at: datetime, seen: int = 0
) -> bool:
    """Replace the civil data of a candidate who has never filed anything.

    Args:
        candidate: whose they are.
        identity: the new ones.
        at: the instant.
        seen: the key of those that the page showed; 0 where it does not say.

    Returns:
        Whether anything was different.

    Raises:
        Frozen: a registration was saved in the meantime.
        ChangedMeanwhile: they are others than those that were shown.
    """
    locked = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
    if locked.is_frozen:
        raise Frozen
    old = locked.identity
    if civil_data(old) == {name: identity[name] for name in CIVIL_DATA}:
        return False
    if seen and old.pk != seen:
        candidate.identity = old
        raise ChangedMeanwhile
    locked.identity = candidate.identity = _written(identity, at=at)
    locked.save(update_fields=["identity"])
    forget_identity(old)
    return True


@transaction.atomic(savepoint=False)
def correct_identity(candidate: Candidate, *, identity: dict[str, Any], at: datetime) -> Identity:
    """Give a candidate other civil data, frozen or not; what was filed keeps its own.

    The candidate is locked.
    """
    candidate.identity = _written(identity, at=at)
    candidate.save(update_fields=["identity"])
    return candidate.identity


@transaction.atomic(savepoint=False)
def freeze_identity(candidate: Candidate, *, at: datetime) -> None:
    """Keep the civil data as they are from the first saved registration on, for ever.

    The candidate takes a number at the same time.
    """
    if Candidate.objects.filter(pk=candidate.pk, frozen_at__isnull=True).update(frozen_at=at):
        candidate.frozen_at = at
    else:
        candidate.refresh_from_db(fields=["frozen_at"])
    take_number(candidate)


@transaction.atomic(savepoint=False)
def take_number(candidate: Candidate) -> str:
    """Return the number of a frozen candidate, taken once and kept for ever.

    Two registrations saved at once find the same number. Gaps are of no consequence: the
    number comes from a sequence, nobody waits for a counter.
    """
    if not candidate.number:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('candidates_number')")
            number = with_check_digit(cursor.fetchone()[0])
        if Candidate.objects.filter(pk=candidate.pk, number__isnull=True).update(number=number):
            candidate.number = number
        else:
            candidate.refresh_from_db(fields=["number"])
    return candidate.number or ""


def change_address(candidate: Candidate, *, email: str) -> None:
    """Write to a candidate at another address."""
    candidate.email = normalised_address(email)
    candidate.save(update_fields=["email"])


class Merged(Refused):
    """What was about to be done to a candidate who has just been found to be another."""

    message = (
        "Ce dossier vient d'être fusionné avec un autre dossier de la même personne : reprenez "
        "depuis celui qui est gardé."
    )


@transaction.atomic(savepoint=False)
def merge(left: Candidate, *, kept: Candidate, at: datetime) -> None:
    """Make of a candidate another one's past: who is kept has the account, or the address, of both.

    Both are locked, and what belonged to the one is the other's already. The account of the one
    that is left, where the one that is kept has its own, is to be closed by whoever calls, who
    also knows which postal address is the newer (`reach_at`).
    """
    account, address = left.user, left.email
    Candidate.objects.filter(merged_into=left).update(merged_into=kept)
    left.user, left.email, left.merged_into, left.merged_at = None, "", kept, at
    left.save(update_fields=["user", "email", "merged_into", "merged_at"])
    if not kept.has_account and (account is not None or not kept.email):
        kept.user, kept.email = account, address
        # Who has an account reads mails.
        kept.channel = Channel.MAIL if account is not None else kept.channel
        kept.save(update_fields=["user", "email", "channel"])


def reach_at(candidate: Candidate, *, reached: dict[str, str]) -> dict[str, str]:
    """Reach a candidate otherwise; return what was there before of what is different.

    Args:
        candidate: locked by whoever calls.
        reached: by the names of `REACHED`, all of them or some.
    """
    before = {
        name: getattr(candidate, name)
        for name, value in reached.items()
        if getattr(candidate, name) != value
    }
    for name in before:
        setattr(candidate, name, reached[name])
    candidate.save(update_fields=list(before))
    return before


@transaction.atomic
def erase(candidate: Candidate) -> None:
    """Forget a candidate of whom no registration is kept, and those who were merged into them.

    Raises:
        Frozen: a registration was saved.
    """
    locked = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
    if locked.registrations.exists():
        raise Frozen
    identities = [locked.identity, *(one.identity for one in locked.merged.all())]
    locked.delete()
    for identity in identities:
        forget_identity(identity)


def civil_data(identity: Identity) -> dict[str, Any]:
    """Return the civil data of a row, by name."""
    return {name: getattr(identity, name) for name in CIVIL_DATA}


def _written(identity: dict[str, Any], *, at: datetime) -> Identity:
    row = Identity(**{name: identity[name] for name in CIVIL_DATA}, created_at=at)
    row.save()
    return row


def forget_identity(identity: Identity) -> None:
    """Delete civil data that nothing points to; what was filed keeps its own."""
    try:
        with transaction.atomic():
            identity.delete()
    except ProtectedError:
        return
