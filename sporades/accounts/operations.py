"""Open, activate, change and close accounts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from sporades.accounts.models import (
    ACTIVATION_LASTS,
    CHANGE_LASTS,
    COPIED,
    NOBODY,
    SECOND_FACTORS,
    UNDOING_LASTS,
    AddressChange,
    LeftAddress,
    Membership,
    User,
    normalised_address,
)
from sporades.accounts.sessions import end_sessions
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.notices.queries import judged_before

KEPT_WITHOUT_REGISTRATION = timedelta(days=183)
DORMANT_AFTER = timedelta(days=183)
_LAST_USE = Greatest("created_at", Coalesce("last_login", "created_at"))
WARNED_BEFORE = timedelta(days=30)
BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)
"""Earlier than any account."""


class AddressTaken(Refused):
    """Another account has this address."""

    message = "Cette adresse est déjà celle d'un compte."


class TooOld(Refused):
    """The link of a mail is no longer good."""

    message = "Ce lien n'est plus valable."


class AlreadyActivated(Refused):
    """The account was activated before."""

    message = "Votre compte est déjà activé."


class PasswordChanged(Refused):
    """The password is no more the one by which somebody is signed in."""

    message = (
        "Entre-temps, le mot de passe de votre compte a changé ou n'est plus accepté : rien d'autre "
        "n'est changé ici. Connectez-vous de nouveau ; si votre mot de passe n'est plus le bon, "
        "utilisez « Mot de passe oublié »."
    )


class StillOpen(Refused):
    """The office account was not closed."""

    message = "Ce compte d'agent est ouvert : il n'y a rien à rouvrir."


class Held(Refused):
    """The account was given back to the address before: its other holder may still protest."""

    def __init__(self, until: datetime) -> None:
        """Say until when and why."""
        super().__init__(
            "Ce compte a été rendu à son ancienne adresse par le lien « Ce n'était pas moi ». Pour "
            "que chacun ait le temps de le signaler s'il y a erreur, il ne peut ni changer d'adresse, "
            "ni se désinscrire, ni retirer une demande, un papier déposé ou un recours jusqu'au "
            f"{instant_in_words(until, settings.TIME_ZONE)}. Si cela ne peut pas attendre, contactez "
            "le service des examens et concours."
        )


def hashed(password: str | None) -> str:
    """Return a password as it is kept; slow on purpose, so done before any lock is taken."""
    user = User()
    user.set_password(password)
    return user.password or make_password(None)


@transaction.atomic
def open_account(*, email: str, password_hash: str, at: datetime) -> User:
    """Make an account that waits for its activation.

    Args:
        email: the address, in any form.
        password_hash: what `hashed` returned.
        at: the instant.

    Raises:
        AddressTaken: another account has this address.
    """
    address = normalised_address(email)
    try:
        with transaction.atomic():
            user = User.objects.create(email=address, password=password_hash, created_at=at)
    except IntegrityError:
        raise AddressTaken from None
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=False)
    return user


@transaction.atomic
def activate(user_id: int, *, at: datetime) -> User:
    """Activate an account, once, within 48 hours.

    Raises:
        TooOld: the account's time is over, or it is already gone.
        AlreadyActivated: it was done before.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise TooOld
    if user.activated_at is not None:
        raise AlreadyActivated
    if at > user.activation_deadline:
        raise TooOld
    user.activated_at = at
    user.save(update_fields=["activated_at"])
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
    return user


def unactivated(*, at: datetime) -> QuerySet[User]:
    """Return the accounts whose time to be activated is over."""
    over = judged_before(at, settings.TIME_ZONE)
    return User.objects.filter(activated_at__isnull=True, created_at__lt=over - ACTIVATION_LASTS)


@transaction.atomic
def ask_change(user: User, *, email: str, at: datetime) -> AddressChange:
    """Note that an account wants another address; an earlier wish is forgotten with its link."""
    forget_change(user)
    return AddressChange.objects.create(user=user, email=normalised_address(email), asked_at=at)


@transaction.atomic
def forget_change(user: User) -> None:
    """Let go of the other address that an account wanted: its link does nothing any more."""
    lock(user)
    AddressChange.objects.filter(user=user).delete()


def lock(user: User) -> None:
    """Hold an account until the end of the transaction, before any address is held."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()


def hold_as_shown(user: User) -> None:
    """Hold an account until the end of the transaction, if it is still that of whoever was let in.

    Args:
        user: the account, as it was read when its owner was let in.

    Raises:
        PasswordChanged: meanwhile its password changed or serves no more, or it was closed.
    """
    lock(user)
    if not User.objects.filter(pk=user.pk, password=user.password).exists():
        raise PasswordChanged


@transaction.atomic
def choose_password(user: User, *, password_hash: str) -> None:
    """Give an account the password that its owner has chosen, and nothing else of what was read of it.

    Args:
        user: the account, as it was read when its owner was let in; read again here.
        password_hash: what `hashed` returned.

    Raises:
        PasswordChanged: see `hold_as_shown`.
    """
    hold_as_shown(user)
    user.refresh_from_db()
    user.password = password_hash
    user.save(update_fields=["password"])


@transaction.atomic
def change_address(user: User, *, email: str) -> None:
    """Give an account another address, confirmed by its owner.

    Raises:
        AddressTaken: another account has it.
    """
    user.email = normalised_address(email)
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    except IntegrityError:
        raise AddressTaken from None
    AddressChange.objects.filter(user=user).delete()


def leave(user: User, *, email: str, at: datetime) -> LeftAddress:
    """Remember the address that an account has just left, for as long as it may come back."""
    return LeftAddress.objects.create(user=user, email=normalised_address(email), left_at=at)


def remember_address(user: User, *, at: datetime) -> LeftAddress:
    """Remember to whom an account belonged when a way to sign in was added to it."""
    return LeftAddress.objects.create(user=user, email=user.email, left_at=at, is_moved=False)


def addresses_left(user: User, *, at: datetime) -> list[LeftAddress]:
    """Return the addresses that an account has left and may still come back to, the first left first.

    Args:
        user: the account, as it stands now.
        at: the instant.
    """
    left = LeftAddress.objects.filter(user=user, is_moved=True).exclude(email=user.email)
    return [one for one in left.order_by("pk") if at <= one.expires_at]


def check_not_held(user: User, *, at: datetime) -> None:
    """Refuse what an old letter box could do to an account that is not its own any more.

    Raises:
        Held: the account was given back to an old address less than 72 hours ago.
    """
    if user.held_until is not None and at <= user.held_until:
        raise Held(user.held_until)


def lock_all(users: Iterable[int]) -> None:
    """Hold accounts, by their keys, until the end of the transaction, before anything of theirs."""
    held = User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk")
    list(held.values_list("pk", flat=True))


def close(user: User) -> None:
    """Sign an account out of every device and delete it, with every way to sign in to it."""
    end_sessions(user)
    user.delete()


NOWHERE = "efface.invalid"
"""The domain of the address that such an account has: it is nobody's, and never will be."""


def staff_left(*, before: date) -> QuerySet[User]:
    """Return the members of staff whose last role ended before a day, and who are still named.

    Args:
        before: the day.
    """
    mine = Membership.objects.filter(user=OuterRef("pk"))
    left: QuerySet[User] = User.objects.filter(Exists(mine.named()), ~Exists(mine.current(before)))
    return left


def empty(user: User) -> None:
    """Make the account of a member of staff nobody's: no name, no address, no way in.

    Its row and its roles stay: what it asked for leads to them, and says in which role it was.
    An account that is a candidate's too keeps its address and its ways in.

    Args:
        user: the account, locked.
    """
    Membership.objects.filter(user=user).update(full_name=NOBODY)
    if hasattr(user, "candidate"):
        return
    end_sessions(user)
    for ways in (Authenticator, EmailAddress, SocialAccount, AddressChange, LeftAddress):
        ways.objects.filter(user=user).delete()
    user.email = f"agent-{user.pk}@{NOWHERE}"
    user.set_unusable_password()
    user.is_active = False
    user.save(update_fields=["email", "password", "is_active"])


def left_for_good(*, at: datetime) -> QuerySet[LeftAddress]:
    """Return the addresses that no account can be given back to any more."""
    over = judged_before(at, settings.TIME_ZONE)
    return LeftAddress.objects.filter(left_at__lt=over - UNDOING_LASTS)


def hold(user: User, *, at: datetime) -> datetime:
    """Keep an account given back as it is while its other holder may protest; return until when."""
    user.taken_back_at = at
    user.save(update_fields=["taken_back_at"])
    return at + UNDOING_LASTS


def release(user: User) -> None:
    """Let an account be moved and withdraw again: somebody made sure of whose it is."""
    user.taken_back_at = None
    user.save(update_fields=["taken_back_at"])


def shut_everybody_out(user: User) -> None:
    """End every way into an account and every way back, but a link sent to its address of now.

    Who read its letter box may have added any of them. A member of staff keeps second factors,
    as when intruders are shut out.
    """
    _shut_out(user, since=BEFORE_ALL)
    LeftAddress.objects.filter(user=user).delete()


def shut_intruders_out(user: User, *, left: LeftAddress) -> None:
    """End every way into an account but a link sent to the address it is given back to.

    Second factors and FranceConnect stay if they were there before the change (a day before,
    if the address was left): a lost letter box alone must not open what they protect. A passkey that
    has answered as a copy of itself goes, however old it is: who has the other one is not known. Ways
    back that are younger than this one were an intruder's. For the same reason a member of staff
    is never left without any second factor: an operator takes off the last one (S-16).
    """
    _shut_out(user, since=left.suspect_since)
    LeftAddress.objects.filter(user=user, pk__gte=left.pk).delete()


def _shut_out(user: User, *, since: datetime) -> None:
    end_sessions(user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    _take_off_factors(user, since=since)
    SocialAccount.objects.filter(user=user, date_joined__gte=since).delete()


def _take_off_factors(user: User, *, since: datetime) -> None:
    """Delete the second factors added since, or copied; those of staff who have no other open nothing alone."""
    own = Authenticator.objects.filter(user=user)
    suspect = own.filter(Q(created_at__gte=since) | Q(**{f"data__{COPIED}": True}))
    others = own.filter(type__in=SECOND_FACTORS).exclude(pk__in=suspect.values("pk"))
    if not user.is_staff_member or others.exists():
        suspect.delete()
        return
    suspect.exclude(type__in=SECOND_FACTORS).delete()
    _keep_passkeys_from_opening_alone(user)


def _keep_passkeys_from_opening_alone(user: User) -> None:
    """Leave passkeys as second factors: none of those of now opens the account without its password."""
    for passkey in Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN):
        if "credential" in passkey.data:
            passkey.data["credential"]["clientExtensionResults"] = {"credProps": {"rk": False}}
        passkey.save(update_fields=["data"])


def take_passwords_of_staff() -> int:
    """Make every password of a member of staff useless; return how many there were.

    Each is chosen anew through « Mot de passe oublié »; second factors stay.
    """
    mine = Membership.objects.filter(user=OuterRef("pk"))
    usable = ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    taken = list(User.objects.select_for_update(no_key=True).filter(usable, Exists(mine)))
    for user in taken:
        user.set_unusable_password()
    User.objects.bulk_update(taken, ["password"])
    return len(taken)


def forget_old_changes(*, at: datetime) -> int:
    """Delete the new addresses not confirmed in time, and those left for good; return how many."""
    over = judged_before(at, settings.TIME_ZONE)
    unconfirmed, _ = AddressChange.objects.filter(asked_at__lt=over - CHANGE_LASTS).delete()
    left, _ = left_for_good(at=at).delete()
    return unconfirmed + left


@transaction.atomic
def end_memberships(user: User, *, on: date) -> None:
    """End what a member of staff may do, from this day on, and every session."""
    current = Membership.objects.filter(user=user).current(on)
    current.update(ends_on=on - timedelta(days=1))
    end_sessions(user)


def shut(user: User) -> None:
    """Let an account be opened by whoever chooses its password by mail, and by nobody who had a way in.

    Second factors stay, and open nothing alone.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    _keep_passkeys_from_opening_alone(user)
    SocialAccount.objects.filter(user=user).delete()


def replace_memberships(user: User, *, on: date, at: datetime) -> None:
    """Set aside every role of a member of staff for another one: they end the day before, and stay.

    Args:
        user: whose.
        on: from which day on.
        at: the instant.
    """
    mine = Membership.objects.filter(user=user, replaced_at=None)
    mine.current(on).update(ends_on=on - timedelta(days=1))
    mine.update(replaced_at=at)


def reopen_memberships(user: User, *, until: date | None, on: date, at: datetime) -> None:
    """Give a member of staff back the roles that ended last, until a day if it is known.

    A role that had ended before, for another reason, stays ended.

    Raises:
        StillOpen: a role has not ended on this day.
    """
    mine = Membership.objects.filter(user=user, replaced_at=None)
    if mine.current(on).exists():
        raise StillOpen
    last = mine.order_by("-ends_on").values_list("ends_on")[:1]
    mine.filter(ends_on=Subquery(last)).update(ends_on=until, reopened_at=at)


def dormant_members(*, at: datetime, on: date) -> QuerySet[User]:
    """Return the members of staff who have not signed in for six months (standards P-23).

    What was opened again since is not among them.
    """
    since = at - DORMANT_AFTER
    current = Membership.objects.filter(user=OuterRef("pk")).current(on)
    old = current.filter(Q(reopened_at=None) | Q(reopened_at__lte=since))
    return (
        User.objects.alias(last_use=_LAST_USE, works=Exists(old))
        .filter(works=True, last_use__lte=since)
        .order_by("pk")
    )


def unused(*, at: datetime, since: timedelta) -> QuerySet[User]:
    """Return the candidates' accounts that nobody has signed in to for so long, the oldest first.

    Members of staff are not among them, nor accounts still waiting for their activation. Who left
    the office is, once that is forgotten, where the account was a candidate's too.
    """
    members = Membership.objects.filter(user=OuterRef("pk")).named()
    return (
        User.objects.filter(activated_at__isnull=False)
        .exclude(email__endswith=f"@{NOWHERE}")
        .alias(last_use=_LAST_USE, is_member=Exists(members))
        .filter(is_member=False, last_use__lte=at - since)
        .order_by("pk")
    )
