"""The records of candidates as the office reaches them, with or without an account (I13)."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate, Channel
from sporades.candidates.operations import ADDRESS
from sporades.core.text import search_key
from sporades.mail.models import Message
from sporades.registrations.models import Registration, Version


def records_within(reach: Reach) -> QuerySet[Candidate]:
    """Return the candidates of a perimeter: for the others there is nothing else.

    One who has registered is of each academy and domain where they have; a record without a
    registration is of the academy that made it, until there is one.
    """
    anywhere = Registration.objects.filter(candidate=OuterRef("pk"))
    registered = Registration.objects.within(reach).filter(candidate=OuterRef("pk"))
    made_here = Q(~Exists(anywhere), reach.of_academy("academy"), merged_into=None)
    return Candidate.objects.filter(Exists(registered) | made_here)


def unreached_within(reach: Reach) -> QuerySet[Candidate]:
    """Return the candidates without an account whose last mail was refused, registered in a perimeter.

    Nobody has confirmed their address, and they read no space: nothing reaches them. Each has when
    that mail was written: `refused_at`.
    """
    refused = Message.objects.filter(state=Message.State.REFUSED)
    settled = Message.objects.filter(recipient=OuterRef("email")).exclude(
        state=Message.State.WAITING
    )
    last = settled.order_by("-written_at", "-pk")
    registered = Registration.objects.within(reach).active().filter(candidate=OuterRef("pk"))
    return (
        Candidate.objects.filter(
            Exists(registered),
            user=None,
            channel=Channel.MAIL,
            # Those of which any was: few, where they are sought by what they have in common.
            email__in=refused.values("recipient"),
        )
        .annotate(
            last_state=Subquery(last.values("state")[:1]),
            refused_at=Subquery(last.values("written_at")[:1]),
        )
        .filter(last_state=Message.State.REFUSED)
    )


def unreached() -> QuerySet[Candidate, Any]:
    """Return the keys of the candidates, with or without an account, whose last mail was refused.

    It is `mail.queries.undelivered_to` of the address of each who is written to by mail, as the
    database reads it: it begins with the refused mails, which are few.
    """
    refused = Message.objects.filter(state=Message.State.REFUSED)
    settled = Message.objects.filter(recipient=OuterRef("recipient"))
    later = settled.exclude(state=Message.State.WAITING).filter(
        Q(written_at__gt=OuterRef("written_at")) | Q(pk__gt=OuterRef("pk")),
        written_at__gte=OuterRef("written_at"),
    )
    lost = refused.filter(~Exists(later)).values("recipient")
    accounts = Candidate.objects.filter(user__email__in=lost)
    records = Candidate.objects.filter(user=None, channel=Channel.MAIL, email__in=lost)
    # Each of the two is asked of its own index.
    return accounts.values("pk").union(records.values("pk"))


def records_held(reach: Reach) -> QuerySet[Candidate]:
    """Return the candidates of a perimeter who have no registration outside it.

    Whoever says where somebody is written to, or gives the code of their record, opens all that
    they have.
    """
    return records_within(reach).filter(~registered_outside(reach, candidate="pk"))


def registered_outside(reach: Reach, *, candidate: str = "candidate") -> Exists:
    """Return whether the candidate of a row has a registration outside a perimeter.

    Args:
        reach: the perimeter.
        candidate: the path of the candidate's key.
    """
    theirs = Registration.objects.filter(candidate=OuterRef(candidate))
    if reach.is_everything:
        return Exists(theirs.none())
    return Exists(theirs.filter(~reach.condition(academy="academy", domain="exam__domain__code")))


def like_persons(identity: dict[str, Any], *, reach: Reach) -> QuerySet[Candidate]:
    """Return the candidates of a perimeter who were born on this day, under these names or nearly.

    « Vandenbrouke » may be Vandenbroucke, typed twice: of both names one at least is the very same.

    Args:
        identity: civil data, as `IdentityForm.identity()` gives them.
        reach: the perimeter.
    """
    born_as, called = (
        (f"identity__{name}_key", search_key(identity[name]))
        for name in ("birth_name", "first_names")
    )
    names = reduce(
        or_,
        (
            Q(**{same[0]: same[1], f"{other[0]}__trigram_similar": other[1]})
            for same, other in ((born_as, called), (called, born_as))
        ),
        Q(**dict((born_as, called))),
    )
    born = {
        f"identity__{name}": identity[name] for name in ("birth_year", "birth_month", "birth_day")
    }
    found = records_within(reach).filter(names, **born)
    return found.select_related("identity", "user").order_by("pk")


def postal_address_of(candidate: Candidate) -> dict[str, str]:
    """Return the newest postal address of a candidate, by the names of `ADDRESS`.

    That of the record, which every registration filed since has renewed; where it has none, that
    of the last registration that gave one. Empty where nothing is known.
    """
    if candidate.address_1:
        return {name: getattr(candidate, name) for name in ADDRESS}
    return _last_address(Registration.objects.filter(candidate=candidate))


def home_of(registration: Registration) -> dict[str, str]:
    """Return where the guardian of a minor is written to: at home, by the names of `ADDRESS`.

    Of who has no account that of the record, where the office corrects it, and of whoever has taken
    theirs since, that it goes on saying; of anybody else, that of the registration.

    Args:
        registration: the minor's, with its candidate.
    """
    candidate = registration.candidate
    if candidate.address_1 or not candidate.has_account:
        return postal_address_of(candidate)
    return {name: getattr(registration, name) for name in ADDRESS}


def address_filed_at(candidate: Candidate) -> datetime | None:
    """Return the last instant at which a registration of a candidate gave another address than before."""
    filed = Version.objects.filter(registration__candidate=candidate).order_by("number")
    told: dict[int, list[str]] = {}
    instants = []
    for version in filed:
        answers = version.snapshot["answers"].get("identification", {})
        said = [answers.get(name) or "" for name in ADDRESS]
        if any(said) and said != told.get(version.registration_id):
            instants.append(version.filed_at)
        told[version.registration_id] = said
    return max(instants, default=None)


def address_known_to(candidate: Candidate, *, reach: Reach) -> tuple[dict[str, str], str]:
    """Return the postal address and the telephone of a candidate, as a perimeter knows them.

    Those of the record where nothing of the candidate lies outside; else those of the last
    registration within: what was typed for another academy is not told here.

    Args:
        candidate: of the perimeter.
        reach: the perimeter.

    Returns:
        The address by the names of `ADDRESS`, then the telephone; each empty where none is known.
    """
    if records_held(reach).filter(pk=candidate.pk).exists():
        return postal_address_of(candidate), candidate.phone
    filed = Registration.objects.within(reach).filter(candidate=candidate)
    last = filed.order_by("-filed_at", "-pk").values_list("mobile", "phone").first() or ("", "")
    return _last_address(filed), last[0] or last[1]


def _last_address(registrations: Any) -> dict[str, str]:
    filed = registrations.exclude(address_1="")
    last: dict[str, str] | None = filed.order_by("-filed_at", "-pk").values(*ADDRESS).first()
    return last or dict.fromkeys(ADDRESS, "")
