"""What its owner changes of an account: its address, its civil data, its password."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from sporades import journal, mail
from sporades.accounts import guessing, limits, second_factor
from sporades.accounts import operations as accounts
from sporades.accounts.addresses import letter_box
from sporades.accounts.keys import change_key, reset_key
from sporades.accounts.models import (
    AddressChange,
    LeftAddress,
    User,
    normalised_address,
)
from sporades.accounts.sessions import end_sessions
from sporades.acts.people.addressing import (
    AddressKnown,
    is_known,
    may_write,
    take_address,
    way_back,
)
from sporades.acts.people.attaching import TAKEN
from sporades.acts.people.holders import Holder, NoAccount, account_of
from sporades.acts.people.joining import author, send_activation_again, unnamed
from sporades.acts.people.reached import WayTo, tell_there
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words, listed, local_day
from sporades.core.links import link_to
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.mail.models import Message, about_of
from sporades.registrations.exclusion import standing_instead_of
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.operations import asking_late
from sporades.registrations.snapshot import contact_of

ZONE = settings.TIME_ZONE
LINK_HOLDER = Actor("link", "porteur d'un lien « Ce n'était pas moi »")
"""Who undoes a change reads the letter box of before: that is all that is known of them."""


class NoMailLeft(Refused):
    """Too many were caused to the new address: none may leave now."""

    message = (
        "Aucun mail ne peut partir vers cette adresse pour l'instant : trop y sont déjà partis. "
        "Recommencez dans une heure."
    )


class LinkOnItsWay(NoMailLeft):
    """Too many were: the link of the last one is good."""

    message = (
        "Des mails sont déjà partis vers cette adresse : ouvrez le lien du dernier, il est bon. Un "
        "autre ne peut partir que dans une heure."
    )


class SameAddress(Refused):
    """An account has this address already."""

    message = "Le compte a déjà cette adresse."


class OpensAlone(Refused):
    """A link sent to an address would be all that a member of staff needs to sign in."""

    message = (
        "Ce compte est celui d'un agent sans double authentification : un lien suffirait à l'ouvrir. "
        "Fermez-le et invitez l'agent à sa nouvelle adresse."
    )


class NoSecondFactor(Refused):
    """An account has nothing to be freed of."""


# --- Its address -------------------------------------------------------------------------------


@transaction.atomic
def ask_address_change(user: User, *, email: str, network: str, at: datetime) -> None:
    """Send to a new address the link that will make it the account's.

    The mail does not say whose account it is: nothing proves yet that its reader is the owner. Where
    none may leave, what was wished before stays, with its link.

    Raises:
        AddressKnown: it is another's. Its owner is told.
        LinkOnItsWay, NoMailLeft: no mail may leave for it; nothing is changed.
        Held: the account has just been given back to an old address.
    """
    accounts.check_not_held(user, at=at)
    address = normalised_address(email)
    accounts.lock(user)
    lock_value("address", address)
    if is_known(address, but_to=user):
        raise AddressKnown
    if not may_write(address, network=network, at=at):
        raise LinkOnItsWay if _is_on_its_way(user, address, at=at) else NoMailLeft
    change = accounts.ask_change(user, email=address, at=at)
    mail.write(
        "address_change",
        to=address,
        at=at,
        key=f"address-change {change.pk}",
        about=user,
        urgent=True,
        link=link_to("account_confirm_address", change_key(change)),
        deadline=instant_in_words(change.expires_at, ZONE),
    )


def _is_on_its_way(user: User, address: str, *, at: datetime) -> bool:
    wished = AddressChange.objects.filter(user=user, email=address).first()
    return wished is not None and at <= wished.expires_at


@transaction.atomic
def confirm_address_change(change_id: int, *, at: datetime) -> User:
    """Make a new address the login and the address of every message; tell the old one.

    Raises:
        TooOld: the link was used, replaced by another, or its day is over.
        AddressKnown: the address became another's in the meantime.
        Held: the account has just been given back to an old address.
    """
    change = _of_locked_account(AddressChange, change_id)
    if change is None or at > change.expires_at:
        raise accounts.TooOld
    user, old, new = change.user, change.user.email, change.email
    accounts.check_not_held(user, at=at)
    take_address(new, but_to=user, at=at)
    _move(user, email=new)
    _tell_change(user, left=accounts.leave(user, email=old, at=at), at=at)
    journal.record("address changed", by=_owner(user, at=at), on=user, at=at)
    return user


@transaction.atomic
def move_address(
    email: str,
    *,
    holder: Holder,
    to: str,
    reason: str,
    by: Actor,
    at: datetime,
    is_read_by_another: bool,
) -> User:
    """Give an account another address for an owner who reads the former letter box no more.

    Whoever asks was identified otherwise: they know neither the password nor what the former
    address receives. Every session ends, the former address has the way back, the new one a link
    to a new password; second factors stay. An account that was given back to an old address is
    held no more: whose it is was made sure of.

    Where somebody else reads the former address they have no way back, and nothing that they may
    have added opens the account: the password, the second factors and FranceConnect go too.

    Args:
        email: the address of the account, however it is typed.
        holder: whose it is.
        to: the new one, likewise.
        reason: why, kept in the journal.
        by: who changes it.
        at: the instant.
        is_read_by_another: whether somebody else reads the former letter box.

    Raises:
        NoAccount: no activated account has this address.
        NotTheHolder: it is somebody else's.
        SameAddress: it is its address already.
        OpensAlone: a member of staff without a second factor would be let in by the link alone.
        AddressKnown: it is another's.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=account_of(email, holder).pk)
    old, new = user.email, normalised_address(to)
    if user.activated_at is None or not user.is_active:
        raise NoAccount(f"Aucun compte activé et ouvert n'a l'adresse {old}.")
    if new == old:
        raise SameAddress
    if user.is_staff_member and not user.has_second_factor:
        raise OpensAlone
    accounts.release(user)
    take_address(new, but_to=user, at=at)
    _move(user, email=new)
    said: dict[str, Any] = {"reason": reason}
    if is_read_by_another:
        accounts.shut_everybody_out(user)
        said["is_read_by_another"] = True
        _tell_change_for_good(user, old=old, at=at)
    else:
        end_sessions(user)
        _tell_change(user, left=accounts.leave(user, email=old, at=at), at=at)
    _send_reset(user, at=at)
    journal.record("address changed", by=by, on=user, at=at, after=said)
    return user


def _of_locked_account[Row: (AddressChange, LeftAddress)](model: type[Row], pk: int) -> Row | None:
    """Return a row as it stands once its account is locked.

    The account comes first, always: whoever confirms a change deletes no row that whoever
    undoes one holds, and the other way round.
    """
    account = model.objects.filter(pk=pk).values("user")
    User.objects.select_for_update(no_key=True).filter(pk__in=account).first()
    return model.objects.select_related("user").filter(pk=pk).first()


def _move(user: User, *, email: str) -> None:
    accounts.change_address(user, email=email)
    candidate = Candidate.objects.filter(user=user).first()
    if candidate:
        candidates.change_address(candidate, email=email)


def _tell_change(user: User, *, left: LeftAddress, at: datetime) -> None:
    """Write to both addresses; the old one alone is given the way back.

    It is not told the new one: it may have been left because somebody else reads it.
    """
    for to in (left.email, user.email):
        mail.write(
            "address_changed",
            to=to,
            at=at,
            key=f"address-changed {user.pk} {at.isoformat()}",
            about=user,
            urgent=to == left.email,
            old=left.email,
            new=user.email,
            when=instant_in_words(at, ZONE),
            undo=way_back(left) if to == left.email else "",
            deadline=instant_in_words(left.expires_at, ZONE),
            help_page=link_to("public:contact"),
        )


def _tell_change_for_good(user: User, *, old: str, at: datetime) -> None:
    """Write to both addresses; neither has a way back, and the old one is not told the new one."""
    for to in (old, user.email):
        mail.write(
            "address_moved",
            to=to,
            at=at,
            key=f"address-moved {user.pk} {at.isoformat()}",
            about=user,
            urgent=to == old,
            old=old,
            is_left=to == old,
            new="" if to == old else user.email,
            ways=listed(second_factor.ways_left(user)),
            when=instant_in_words(at, ZONE),
            help_page=link_to("public:contact"),
        )


@transaction.atomic
def undo(left_id: int, *, at: datetime) -> User:
    """« Ce n'était pas moi »: give an account back to the address that it had (S-18).

    Whoever changed the address, or added a way to sign in, knew the password, and may have
    added others: the password serves no more, every session ends, and what was added since
    goes. Only a link sent to the address itself lets anybody in again.

    Raises:
        TooOld: the link was used, or its 72 hours are over, or an older one was used.
        AddressKnown: the address became another's in the meantime.
    """
    left = _of_locked_account(LeftAddress, left_id)
    if left is None or at > left.expires_at:
        raise accounts.TooOld
    user, taken = left.user, left.user.email
    take_address(left.email, but_to=user, at=at)
    _move(user, email=left.email)
    accounts.shut_intruders_out(user, left=left)
    if taken != left.email:
        held_until = accounts.hold(user, at=at)
        _tell_return(user, taken=taken, since=left.left_at, held_until=held_until, at=at)
    _send_reset(user, at=at)
    verb = "address change undone" if left.is_moved else "sign-in change undone"
    journal.record(verb, by=LINK_HOLDER, on=user, at=at)
    return user


def _tell_return(
    user: User, *, taken: str, since: datetime, held_until: datetime, at: datetime
) -> None:
    withdrawn, read = _withdrawn_since(user, since, at=at), _read_since(user, since)
    unasked = _late_requests_taken_back_since(user, since, at=at)
    for to in (user.email, taken):
        mail.write(
            "address_restored",
            to=to,
            at=at,
            key=f"address-restored {user.pk} {at.isoformat()}",
            about=user,
            old=taken,
            new=user.email,
            is_back=to == user.email,
            withdrawn=withdrawn if to == user.email else [],
            unasked=unasked if to == user.email else [],
            read=read if to == user.email else [],
            ways=listed(second_factor.ways_left(user)),
            held_until=instant_in_words(held_until, ZONE),
            when=instant_in_words(at, ZONE),
            help_page=link_to("public:contact"),
        )


def _withdrawn_since(user: User, since: datetime, *, at: datetime) -> list[dict[str, Any]]:
    """Return what an account has left since an instant, and has not made anew, as a mail tells it."""
    mine = Registration.objects.whole().filter(candidate__user=user, withdrawn_at__gte=since)
    return [
        {
            "title": one.title,
            "number": one.number,
            "may_return": one.can_be_undone(at) and one.is_offered,
            "until": one.undone_until_in_words,
            "link": link_to("candidate:registration", one.number),
        }
        for one in mine.order_by("withdrawn_at", "pk")
        if standing_instead_of(one) is None
    ]


def _late_requests_taken_back_since(
    user: User, since: datetime, *, at: datetime
) -> list[dict[str, str]]:
    """Return what an account had asked late and has taken back since an instant, as a mail tells it.

    What it has asked again waits, and what its office has registered stands: neither is lost.
    """
    drafts = Draft.objects.visible_to(user).unfiled().filter(sent_at=None)
    taken_back = LateRequest.objects.taken_back().filter(draft__in=drafts, decided_at__gte=since)
    last = {one.draft_id: one for one in taken_back.for_list().order_by("decided_at", "pk")}
    return [
        {
            "title": str(one.draft),
            "until": asking_late.again(one, at=at).until,
            "link": link_to("candidate:ask_late", one.draft_id),
        }
        for one in last.values()
    ]


def _read_since(user: User, since: datetime) -> list[dict[str, str]]:
    """Return the registrations of which an account has opened a document since an instant, as a mail tells them.

    A delay may run from that reading, and nothing reminds of what is read. Which document is not said.
    """
    opened = DocumentVersion.objects.filter(opened_at__gte=since).values("document__folder")
    mine = Registration.objects.whole().filter(candidate__user=user, folder__in=opened)
    return [
        {
            "title": one.title,
            "number": one.number,
            "link": link_to("candidate:registration", one.number),
        }
        for one in mine.order_by("filed_at", "pk")
    ]


# --- What is withdrawn from it while it may come back ------------------------------------------


REGISTRATION, REQUEST, APPEAL, PAPER = "registration", "request", "appeal", "paper"
LATE = "late"
TOLD_ONCE_CLAIMED = timedelta(days=10)
"""How long who was written to before a record was claimed is told what is withdrawn: a letter takes days."""


def check_may_withdraw(filed: Registration | Draft, *, at: datetime) -> None:
    """Refuse what an old letter box could withdraw of what its candidate has filed, or asked late.

    Args:
        filed: locked: its account is as it is now, which may just have been taken back.
        at: the instant.

    Raises:
        Held: the account has just been given back to an old address.
    """
    user = User.objects.filter(candidate=filed.candidate_id).first()
    if user is not None:
        accounts.check_not_held(user, at=at)


def tell_where_left(
    registration: Registration,
    what: str,
    *,
    since: datetime,
    fallen_since: datetime | None = None,
    at: datetime,
) -> None:
    """Tell what is withdrawn from an account where it may still come back to, or was just claimed from (S-18).

    Whoever took the account reads every other mail of it; its owner would learn this once it can be
    undone no more. Of what was sent since an address was left, that address is not told: it may have been
    left because somebody else reads it.

    Args:
        registration: which, as it stands now: withdrawn, or that of what is.
        what: what is withdrawn: `REGISTRATION`, or the `REQUEST` or the `APPEAL` made for it, or a
            `PAPER`: a file that was deposited, for a doctor or for a piece.
        since: the instant from which what is withdrawn was known to the service.
        fallen_since: that of a request which was sent for it and is withdrawn with it, if there is one.
        at: the instant.
    """
    user = registration.candidate.user
    if user is None:
        return
    _tell_where_claimed(registration, what, since=since, fallen_since=fallen_since, at=at)
    for left in _left_since(user, since, at=at):
        _tell_withdrawn(
            user,
            left,
            what,
            of=registration,
            at=at,
            number=registration.number,
            title=registration.title,
            may_return=registration.can_be_undone(at) and registration.is_offered,
            until=registration.undone_until_in_words,
            has_request_fallen=fallen_since is not None and fallen_since <= left.left_at,
        )


def tell_where_left_of_late(request: LateRequest, *, at: datetime) -> None:
    """Tell that what was asked late is taken back, as `tell_where_left` does of what was filed.

    Its candidate is registered for nothing without it, and has some days to ask again.

    Args:
        request: taken back, with its draft.
        at: the instant.
    """
    draft = request.draft
    user = draft.candidate.user
    if user is None:
        return
    for left in _left_since(user, request.sent_at, at=at):
        until = asking_late.again(request, at=at).until
        _tell_withdrawn(
            user,
            left,
            LATE,
            of=draft,
            at=at,
            number="",
            title=str(draft),
            may_return=bool(until),
            until=until,
            has_request_fallen=False,
        )


def _left_since(user: User, since: datetime, *, at: datetime) -> list[LeftAddress]:
    return [one for one in accounts.addresses_left(user, at=at) if one.left_at >= since]


def _tell_withdrawn(
    user: User,
    left: LeftAddress,
    what: str,
    *,
    of: Registration | Draft,
    at: datetime,
    **said: Any,
) -> None:
    mail.write(
        "withdrawn_meanwhile",
        to=left.email,
        at=at,
        key=f"withdrawn-meanwhile {what} {of.pk} {at.isoformat()}",
        # It holds a key: it is read with the mails of the account, whose texts nobody is shown.
        about=user,
        urgent=True,
        what=what,
        old=left.email,
        when=instant_in_words(at, of.service.zone),
        changed=instant_in_words(left.left_at, ZONE),
        undo=way_back(left),
        deadline=instant_in_words(left.expires_at, ZONE),
        contact=contact_of(of.service),
        **said,
    )


def _tell_where_claimed(
    registration: Registration,
    what: str,
    *,
    since: datetime,
    fallen_since: datetime | None,
    at: datetime,
) -> None:
    """Tell what is withdrawn where whoever a record was just claimed from was told of that.

    Should the code have been somebody else's, no other message reaches them.
    """
    candidate = registration.candidate
    taken = Message.objects.filter(
        kind=TAKEN,
        again_of=None,
        written_at__range=(max(since, at - TOLD_ONCE_CLAIMED), at),
        **about_of(candidate),
    )
    told = taken.select_related("letter").order_by("pk").last()
    if told is None or candidate.is_reached_at(told.recipient):
        return
    zone, letter = registration.service.zone, getattr(told, "letter", None)
    tell_there(
        candidate,
        "withdrawn_once_taken",
        way=WayTo(told.recipient, tuple(letter.address) if letter else ()),
        at=at,
        key=f"withdrawn-once-taken {what} {registration.pk} {at.isoformat()}",
        service=registration.service,
        what=what,
        registration=registration,
        when=instant_in_words(at, zone),
        taken=instant_in_words(told.written_at, zone),
        may_return=registration.is_offered and registration.service.accepts(at),
        has_request_fallen=fallen_since is not None and fallen_since <= told.written_at,
    )


# --- Its ways to sign in -----------------------------------------------------------------------


@transaction.atomic
def remove_second_factors(
    email: str, *, holder: Holder, reason: str, by: Actor, at: datetime
) -> User:
    """Let in by the password alone an owner who cannot show a second factor any more.

    Args:
        email: the address of the account, however it is typed.
        holder: whose it is.
        reason: who verified who asks, and how, kept in the journal.
        by: who removes them.
        at: the instant.

    Raises:
        NoAccount: no account has this address.
        NotTheHolder: it is somebody else's.
        NoSecondFactor: there is nothing to remove.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=account_of(email, holder).pk)
    if not second_factor.remove(user):
        raise NoSecondFactor(f"Le compte {user.email} n'a pas de double authentification.")
    end_sessions(user)
    tell_sign_in_changed(
        user,
        change="second_factors_removed",
        news="le service a retiré la double authentification de votre compte et déconnecté tous "
        "les appareils",
        is_added=False,
        reason=reason,
        by=by,
        at=at,
    )
    return user


@transaction.atomic
def tell_sign_in_changed(
    user: User,
    *,
    change: str,
    news: str,
    is_added: bool,
    reason: str = "",
    by: Actor | None = None,
    at: datetime,
    was_code: bool = False,
    was_copied: bool = False,
) -> None:
    """Write to the owner that a way to sign in was added, removed, spent or copied, and to the journal.

    A stolen password is enough to add one, and a new password does not take it away: the mail
    carries the way back.

    Args:
        user: whose account it is.
        change: what happened, for the journal.
        news: what happened, in words.
        is_added: whether there is something to take away.
        reason: why, for the journal, where somebody else than the owner did it.
        by: who did it; the owner, unless said otherwise.
        at: the instant.
        was_code: whether a recovery code was spent, and others may be known.
        was_copied: whether what is to be taken away was there before, and somebody else has it too.
    """
    left = accounts.remember_address(user, at=at) if is_added else None
    mail.write(
        "sign_in_changed",
        to=user.email,
        at=at,
        key=f"{change} {user.pk} {at.isoformat()}",
        about=user,
        urgent=is_added or was_code,
        news=news,
        is_copy=was_copied,
        is_staff=user.is_staff_member,
        codes=link_to("mfa_generate_recovery_codes") if was_code else "",
        when=instant_in_words(at, ZONE),
        undo=way_back(left) if left else "",
        deadline=instant_in_words(left.expires_at, ZONE) if left else "",
        reset=link_to("account_reset_password"),
        help_page=link_to("public:contact"),
    )
    after = {"change": change, "reason": reason} if reason else change
    journal.record("sign-in changed", by=by or _owner(user, at=at), on=user, at=at, after=after)


def note_closed(user: User, *, is_everywhere: bool, at: datetime) -> None:
    """Keep in the journal that an account was closed on other devices, from one where it is open.

    Args:
        user: whose account it is.
        is_everywhere: whether it is on that one too.
        at: the instant.
    """
    verb = "every session closed" if is_everywhere else "other sessions closed"
    journal.record(verb, by=_owner(user, at=at), on=user, at=at)


# --- Its civil data -----------------------------------------------------------------------------


@transaction.atomic
def change_identity(
    candidate: Candidate, *, identity: dict[str, Any], by: Actor, at: datetime, seen: int = 0
) -> None:
    """Correct civil data that no saved registration has frozen.

    Args:
        candidate: whose they are.
        identity: the new ones.
        by: who corrects them.
        at: the instant.
        seen: the key of those that the page showed, if it says so.

    Raises:
        Frozen, ChangedMeanwhile: see `candidates.change_identity`.
    """
    before = candidates.civil_data(candidate.identity)
    if candidates.change_identity(candidate, identity=identity, seen=seen, at=at):
        # Nothing was filed yet: which data changed is enough, what they were is forgotten.
        changed = sorted(name for name, value in identity.items() if before[name] != value)
        journal.record(
            "identity changed", by=unnamed(by, candidate), on=candidate, at=at, after=changed
        )


# --- Its password -------------------------------------------------------------------------------


@transaction.atomic
def help_back_in(
    email: str, *, network: str, known_accounts: Collection[int], at: datetime
) -> None:
    """Send what helps: a link to a new password, or the activation mail again, or nothing.

    Nothing is sent where this demand, or a later one, was answered already.

    Args:
        email: the address typed.
        network: where the demand came from.
        known_accounts: the accounts that the device has signed in to before. A share of
            their mails is for them alone: strangers never keep them from asking.
        at: the instant of the demand.
    """
    address = normalised_address(email)
    accounts = User.objects.select_for_update(no_key=True, of=("self",))
    user = accounts.filter(email=address, is_active=True).first()
    if user is None:
        return
    if user.activated_at is None:
        send_activation_again(address, network=network, at=at, is_forgotten=True)
        return
    if user.reset_asked_at and user.reset_asked_at >= at:
        return
    by_owner = user.pk in known_accounts
    if may_write(
        address, network=network, at=at, is_reset=True, by_owner=by_owner
    ) or _may_pass_the_count(address, at=at):
        _send_reset(user, at=at)


def _may_pass_the_count(address: str, *, at: datetime) -> bool:
    """Return whether one more link may leave: wrong passwords leave its owner no other way."""
    return guessing.keeps_strangers_out(address, at=at) and limits.spend(
        limits.RESETS_PAST_THE_COUNT, letter_box(address), at=at
    )


def _send_reset(user: User, *, at: datetime) -> None:
    """Send the link to a new password; those sent before are no longer good."""
    account, token = reset_key(user, at=at)
    mail.write(
        "password_reset",
        to=user.email,
        at=at,
        key=f"password-reset {user.pk} {at.isoformat()}",
        about=user,
        urgent=True,
        link=link_to("account_reset_password_from_key", account, token),
    )


def _owner(user: User, *, at: datetime) -> Actor:
    """Return the owner of an account as the author of an act: whoever has a role, in that role."""
    roles = user.memberships_on(local_day(at, ZONE))
    return roles[0].as_actor() if roles else author(user)


@transaction.atomic
def choose_password(user: User, *, password_hash: str, is_first: bool, at: datetime) -> None:
    """Give an account the password that its owner has chosen; tell them, and the journal.

    Args:
        user: the account, as it was read when its owner was let in.
        password_hash: what `accounts.hashed` returned.
        is_first: whether somebody who was invited chooses their first one: it is no news to them.
        at: the instant.

    Raises:
        PasswordChanged: see `accounts.choose_password`.
    """
    accounts.choose_password(user, password_hash=password_hash)
    guessing.forget(user.email)
    if not is_first:
        mail.write(
            "password_changed",
            to=user.email,
            at=at,
            key=f"password-changed {user.pk} {at.isoformat()}",
            about=user,
            when=instant_in_words(at, ZONE),
            reset=link_to("account_reset_password"),
            help_page=link_to("public:contact"),
        )
    journal.record("password changed", by=_owner(user, at=at), on=user, at=at)
