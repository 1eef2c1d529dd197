"""Two candidates who are one person become one: a second person approves, nothing is lost (I12)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import QuerySet

from sporades import journal, mail
from sporades.accounts import asking
from sporades.accounts import operations as accounts
from sporades.accounts.addresses import half_said
from sporades.accounts.models import User
from sporades.accounts.permissions import Permission
from sporades.acts.identities.comparing import Overtaken, both, mark_of, places_of, record
from sporades.acts.identities.correcting import issue_again
from sporades.acts.people import forgetting
from sporades.acts.people.attaching import MERGED, had_none_until
from sporades.acts.people.enrolling import CHANGED
from sporades.candidates import claims
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.candidates.operations import ADDRESS
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.core.queue import app
from sporades.core.refusals import NoLongerProposed, SamePerson
from sporades.core.transitions import move
from sporades.doubles import operations as doubles
from sporades.doubles.hindrances import Hindered, hindrances
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import MERGE
from sporades.drawers import operations as drawers
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.letters.operations import give_letters, mail_unprintable, tell_at
from sporades.letters.printing import recipient_of
from sporades.letters.queries import last_summary_of
from sporades.mail.operations import carry
from sporades.registrations.models import Registration
from sporades.registrations.operations import giving_over
from sporades.registrations.records import address_filed_at, postal_address_of
from sporades.registrations.reviewing import Anew
from sporades.registrations.snapshot import contact_of


@dataclass(frozen=True)
class _Home:
    """Where one of the two was written to by letters, before they were one.

    Attributes:
        candidate: the key of which.
        envelope: its lines; none where no postal address was known.
        registrations: the keys of what was theirs.
    """

    candidate: int
    envelope: list[str]
    registrations: set[int]


SAME_PERSON = "Une fusion est approuvée par une autre personne que celle qui la propose."


@transaction.atomic
def approve(*, double: LikelyDouble, seen: str, by: Actor, at: datetime) -> Candidate:
    """Merge two candidates as somebody else proposed; return the one who is kept.

    Their registrations keep their numbers, versions, documents, messages and notes. Those that
    stand under other civil data than those that are kept have a new version that says them.

    Args:
        double: the two, of whom a merge is proposed.
        seen: what `mark_of` said when they were read.
        by: who approves.
        at: the instant.

    Raises:
        SamePerson: whoever proposed it approves it.
        Overtaken: they are no more what was read, or something of theirs is under way.
        NoLongerProposed: who proposed it may not any more.
        Hindered: something must be settled before.
        Refused: it is not proposed any more.
    """
    _lock(double)
    locked = LikelyDouble.objects.select_for_update().get(pk=double.pk)
    if by.identifier == locked.proposed_by_id:
        raise SamePerson(SAME_PERSON)
    if mark_of(locked) != seen or locked.kept_id is None:
        raise Overtaken
    if not asking.still_proposes(
        locked.proposed_by_id,
        permission=Permission.COMPARE_DOUBLES,
        places=places_of(locked),
        at=at,
    ):
        raise NoLongerProposed
    one, other = both(locked)
    kept, left = (one, other) if locked.kept_id == one.pk else (other, one)
    if found := hindrances(kept=kept, left=left, at=at):
        raise Hindered(found)
    proposer = asking.author_here(locked.proposed_by_id, at=at)
    _merge(locked, kept=kept, left=left, by=by, at=at)
    if proposer is not None:
        mail.write(
            "merge_approved",
            to=proposer.email,
            at=at,
            key=f"double:{double.pk}:approved",
            about=double,
            by=by.name,
            link=link_to("office:double", double.pk),
        )
    return kept


def _lock(double: LikelyDouble) -> None:
    """Lock all that a merge touches, in the order of every act.

    Accounts, the codes of records, registrations, drafts, persons.

    Raises:
        Overtaken: something was begun or filed while it was waited for.
    """
    doubles.hold()
    keys = (double.first_id, double.second_id)
    persons = Candidate.objects.filter(pk__in=keys).order_by("pk")
    holders = persons.exclude(user=None).values_list("user", flat=True)
    users = list(holders)
    accounts.lock_all(users)
    claims.lock(keys)
    held = giving_over.lock_all(keys)
    # Nothing is begun or filed for somebody who is locked to their key.
    list(persons.select_for_update(of=("self",)).values_list("pk", flat=True))
    if list(holders.all()) != users or giving_over.held_by(keys) != held:
        raise Overtaken


def _merge(
    double: LikelyDouble, *, kept: Candidate, left: Candidate, by: Actor, at: datetime
) -> None:
    account, was = left.user, _what_was(left)
    addresses = {one.address for one in (kept, left) if not one.by_letter}
    homes = [_home_of(one) for one in (kept, left) if one.by_letter]
    reached = _reached(kept, left)
    # Of each of the two, before nothing says any more whose they were.
    both = Registration.objects.filter(candidate__in=(kept, left)).select_related("candidate")
    had_account = {one.pk: had_none_until(one) for one in both.exclude(candidate__user=None)}
    given = giving_over.give_all(left, kept=kept)
    candidates.merge(left, kept=kept, at=at)
    candidates.reach_at(kept, reached=reached)
    drawers.give(left, to=kept)
    giving_over.give_folders(kept)
    carry(left, to=kept)
    give_letters(left, to=kept)
    mail_unprintable(kept, at=at)
    claims.forget([left, kept] if kept.has_account else [left])
    move(
        double,
        MERGE,
        decided_at=at,
        decided_by=by.name,
        decided_by_id=by.identifier,
        left={**was, "registrations": [one.number for one in given]},
    )
    doubles.set_right(kept=kept, left=left)
    _record(double, kept=kept, left=left, had_account=had_account, by=by, at=at)
    again = _put_under(kept, given, by=by, at=at)
    was_linked = SocialAccount.objects.filter(user=account).exists()
    closed = _closed(account, kept, by=by, at=at)
    _tell(
        kept,
        addresses=addresses,
        homes=homes,
        closed=closed,
        was_linked=was_linked,
        again=again,
        at=at,
    )
    app.configure_task("doubles.look", queue="batches").defer(candidate=kept.pk)


def _reached(kept: Candidate, left: Candidate) -> dict[str, str]:
    """Return the newest postal address of two candidates, and the telephone of either.

    Where neither has one on their record, that of the last registration goes on counting.
    """
    reached = {"phone": kept.phone or left.phone}
    if not (kept.address_1 or left.address_1):
        return reached
    last = max((kept, left), key=_addressed_at)
    return {**reached, **postal_address_of(last)}


def _addressed_at(candidate: Candidate) -> datetime:
    """Return when the postal address of a candidate was given, long ago where none is known."""
    if not postal_address_of(candidate)["address_1"]:
        return datetime.min.replace(tzinfo=UTC)
    # Of one that is forgotten, with what was archived, nobody knows what it has changed.
    told = entries_about(candidate).filter(verb=CHANGED, payload__has_key="after")
    changes = told.order_by("-at")
    changed = (
        one.at for one in changes if not set(ADDRESS).isdisjoint(one.payload["after"]["changed"])
    )
    given = (candidate.created_at, address_filed_at(candidate), next(changed, None))
    return max(at for at in given if at is not None)


def _record(
    double: LikelyDouble,
    *,
    kept: Candidate,
    left: Candidate,
    had_account: dict[int, datetime | None],
    by: Actor,
    at: datetime,
) -> None:
    """Keep the merge in the journal of both persons, and of each registration that is theirs.

    Of each of these, also whether it was of somebody who had an account, and until when that one had
    none (`attaching.had_none_until`).
    """
    said = {"kept": kept.number, "merged": left.number}
    record(MERGED, double, by=by, at=at, reason=double.reason, **said)
    # Whoever reads one of these may not know what the other academy has: the reason may say it.
    for one in Registration.objects.filter(candidate=kept).order_by("pk"):
        until = had_account.get(one.pk)
        after = {
            **said,
            "had_account": one.pk in had_account,
            "had_none_until": until.isoformat() if until else None,
        }
        journal.record(MERGED, by=by, on=one, at=at, academy=one.academy_id, after=after)


def merges_of(registration: Registration) -> QuerySet[Entry]:
    """Return the merges of its candidate with another, the last first."""
    return entries_about(registration).filter(verb=MERGED)


def _what_was(candidate: Candidate) -> dict[str, object]:
    return {
        "number": candidate.number,
        "identity": candidate.identity_id,
        "email": candidate.email,
        "account": candidate.user.email if candidate.user else "",
        "user": candidate.user_id,
    }


def _put_under(
    kept: Candidate, given: list[Registration], *, by: Actor, at: datetime
) -> dict[int, Anew]:
    """Put the registrations that stand under the civil data that are kept, where these are others.

    Returns:
        What is asked of each now that was not before, by its key: it has a new version, and a new
        summary.
    """
    said, again = candidates.civil_data(kept.identity), {}
    for one in given:
        if one.is_active and candidates.civil_data(one.identity) != said:
            signed_by = one.service.managing_service.name
            again[one.pk] = issue_again(
                registration=one, identity=kept.identity, signed_by=signed_by, by=by, at=at
            )
    return again


def _closed(account: User | None, kept: Candidate, *, by: Actor, at: datetime) -> str:
    """Close the account that is left over, where each had one; return its address."""
    if account is None or kept.user_id == account.pk:
        return ""
    journal.record("account closed after a merge", by=by, on=account, at=at)
    mail.forget([account])
    address = account.email
    forgetting.close(account)
    return address


def _home_of(candidate: Candidate) -> _Home:
    mine = Registration.objects.filter(candidate=candidate).values_list("pk", flat=True)
    return _Home(candidate.pk, recipient_of(candidate), set(mine))


def _tell(
    kept: Candidate,
    *,
    addresses: set[str],
    homes: list[_Home],
    closed: str,
    was_linked: bool,
    again: dict[int, Anew],
    at: datetime,
) -> None:
    """Write wherever either was told: which account is left, what it holds, what is issued again.

    FranceConnect, which opened the account that is closed, does not open the other: only its owner
    adds a way in.
    """
    mine = Registration.objects.filter(candidate=kept).whole().with_owed()
    registrations = list(mine.order_by("-filed_at", "-pk"))
    issued = [one for one in registrations if one.pk in again]
    key = f"candidate:{kept.pk}:merged:{at.isoformat()}"
    named: dict[str, Any] = {"name": kept.identity.full_name, "number": kept.number}
    last = registrations[0].service
    if kept.by_letter:
        _post(kept, [], registrations, again=again, last=last, key=key, at=at, **named)
    for home in homes:
        _post_home(kept, home, registrations, again=again, last=last, key=key, at=at, **named)
    for address in sorted(addresses):
        mail.write(
            "candidates_merged",
            to=address,
            at=at,
            key=key,
            about=kept,
            urgent=True,
            **named,
            # What there is to see is told where it is seen.
            registrations=registrations if address == kept.address else [],
            again=[(one, again[one.pk]) for one in issued] if address == kept.address else [],
            is_closed=address == closed,
            was_linked=was_linked,
            closed=half_said(closed) if closed else "",
            sign_in_as=_sign_in_as(kept, address),
            goes_to="",
            is_left=False,
            contact=contact_of(last),
            has_space=kept.has_account,
            link=link_to("candidate:registrations"),
        )


def _post_home(
    kept: Candidate,
    home: _Home,
    registrations: list[Registration],
    *,
    again: dict[int, Anew],
    **said: Any,
) -> None:
    """Write to where letters arrived what was theirs there, and where messages go from now on.

    Nothing is written where letters still go; a summary to sign, where no other letter brings it:
    whoever registered on paper may read no mail. What the other one had is not told there.
    """
    now = recipient_of(kept) if kept.by_letter else []
    if not home.envelope or home.envelope[1:] == now[1:]:
        return
    theirs = [one for one in registrations if one.pk in home.registrations]
    said["key"] = f"{said['key']}:{home.candidate}"
    _post(
        kept,
        home.envelope,
        theirs,
        again={} if kept.by_letter else again,
        goes_to="" if kept.by_letter else half_said(kept.address),
        is_left=True,
        **said,
    )


def _post(
    kept: Candidate,
    envelope: list[str],
    registrations: list[Registration],
    *,
    again: dict[int, Anew],
    last: RegistrationService,
    key: str,
    at: datetime,
    goes_to: str = "",
    is_left: bool = False,
    **named: Any,
) -> None:
    """Write a letter from each service that issues something again, or else from the last one.

    A letter has one document, and is of one service: each says what is issued again there.

    Args:
        kept: who is kept.
        envelope: where it goes; nothing for where they are reached when it is printed.
        registrations: those that are told, the last first.
        again: what is asked of those that are issued again, by key.
        last: the service of the last registration of all.
        key: names the event.
        at: the instant.
        goes_to: the address of their mails from now on, half said, if mails reach them.
        is_left: whether what follows goes elsewhere.
        named: what every message of it says.
    """
    issued = [one for one in registrations if one.pk in again]
    for service in dict.fromkeys(one.service for one in issued or registrations[:1]) or [last]:
        theirs = [one for one in issued if one.service_id == service.pk]
        tell_at(
            envelope,
            kept,
            "candidates_merged",
            service=service,
            at=at,
            key=f"{key}:{service.pk}",
            about=kept,
            enclosed=last_summary_of(theirs[0]) if theirs else None,
            **named,
            registrations=[one for one in registrations if one.service_id == service.pk],
            again=[(one, again[one.pk]) for one in theirs],
            is_closed=False,
            was_linked=False,
            closed="",
            sign_in_as="",
            goes_to=goes_to,
            is_left=is_left,
            contact=contact_of(service),
        )


def _sign_in_as(kept: Candidate, reader: str) -> str:
    """Return the address with which to sign in, in full to who reads it there already."""
    if kept.user is None:
        return ""
    return kept.user.email if kept.user.email == reader else half_said(kept.user.email)
