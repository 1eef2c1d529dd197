"""What the acts of the journal are on, in words (S-60): nobody outside their reader's perimeter."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import capfirst

from sporades.accounts.models import Membership, RoleProposal, User
from sporades.accounts.permissions import Reach
from sporades.acts.registrations.moving import VERB as MOVED
from sporades.acts.services import opening
from sporades.batches.models import Batch
from sporades.candidates.models import Candidate
from sporades.core.french import instant_in_words
from sporades.core.numbers import in_groups
from sporades.documents.models import DocumentVersion
from sporades.doubles.models import LikelyDouble
from sporades.exams.models import (
    Domain,
    PreparedRegulation,
    RegistrationService,
    Regulation,
    ServiceChange,
    Session,
)
from sporades.exams.operations.services import MANAGING_CHANGED
from sporades.exchanges.models import Export
from sporades.journal.models import Entry
from sporades.journal.words import QUALITIES
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Draft, Registration
from sporades.territory import queries as territory
from sporades.territory.models import ManagingService
from sporades.threads.models import ThreadMessage

Key = tuple[str, str]
"""The kind of a row and its key, as an act keeps them."""

_NAMED: dict[str, tuple[Callable[[], QuerySet[Any]], Callable[[Any], Any]]] = {
    "registrationservice": (RegistrationService.objects.for_list, str),
    "servicechange": (
        lambda: ServiceChange.objects.select_related(
            "service__domain", "service__session", "service__academy"
        ),
        lambda one: one.service,
    ),
    "managingservice": (ManagingService.objects.all, str),
    "domain": (Domain.objects.all, str),
    "session": (Session.objects.all, str),
    "regulation": (
        lambda: Regulation.objects.light().select_related("domain", "session"),
        str,
    ),
    "roleproposal": (RoleProposal.objects.all, lambda one: f"Accès proposé : {one.full_name}"),
    "preparedregulation": (PreparedRegulation.objects.light, str),
    "export": (
        lambda: Export.objects.only("pk"),
        lambda one: f"Export {one.mark}",
    ),
    "batch": (lambda: Batch.objects.only("pk", "action"), lambda one: f"Lot : {one.does.label}"),
}
"""What is nobody's, and what it is called."""

_OF_REGISTRATIONS: dict[str, tuple[type[Any], str]] = {
    "documentversion": (DocumentVersion, "document__folder__registration"),
    "changerequest": (ChangeRequest, "registration"),
    "threadmessage": (ThreadMessage, "registration"),
    "draft": (Draft, "amends"),
}
"""What belongs to a registration, and the path from one to the other."""

_OF_CANDIDATES: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "candidate": (Candidate, ("pk",)),
    "user": (User, ("candidate",)),
    "draft": (Draft, ("candidate",)),
    "correctionrequest": (CorrectionRequest, ("candidate",)),
    "likelydouble": (LikelyDouble, ("first", "second")),
}
"""What belongs to candidates, and the paths from one to the others."""

_OF_A_LATE_REQUEST = frozenset(
    {
        "late registration requested",
        "late request accepted",
        "late request fulfilled",
        "late request refused",
        "late request taken back",
    }
)
"""Acts on a draft that was sent as a request, which is how their reader knows it."""

_WITHOUT_A_ROW = {"banner taken down": "Bandeau"}


class Names:
    """What some acts are on, as one reader may read it."""

    def __init__(self, entries: Iterable[Entry], reach: Reach) -> None:
        """Look for the rows of these acts.

        Args:
            entries: the acts.
            reach: where their reader may read registrations.
        """
        keys: dict[str, set[str]] = defaultdict(set)
        for one in entries:
            keys[one.object_kind].add(one.object_id)
        self._called = _called(keys)
        self._members = _members(keys)
        self._registrations = _registrations(keys, reach)
        self._candidates = _candidates(keys, reach)

    def of(self, entry: Entry) -> str:
        """Say what an act is on: its kind alone, where the rest is not its reader's to know."""
        key = (entry.object_kind, entry.object_id)
        if called := self._called.get(key) or self._member(entry):
            return f"{called}{_details(entry)}"
        named = "laterequest" if entry.verb in _OF_A_LATE_REQUEST else entry.object_kind
        kind = _kinds().get(named, _WITHOUT_A_ROW.get(entry.verb, ""))
        registration = self._registrations.get(key)
        person = str(registration.identity) if registration else self._candidates.get(key)
        said = f"{kind} : {person}" if person else f"{kind}{_number(entry)}"
        return f"{said}{_details(entry)}"

    def _member(self, entry: Entry) -> str:
        """Return the name that a member of staff had when something was done of them."""
        if entry.object_kind != "user":
            return ""
        had = self._members.get(entry.object_id, [])
        then = [one for one in had if one.reopened_at is None or one.reopened_at <= entry.at]
        return (then or had)[-1].full_name if had else ""

    def number_of(self, entry: Entry) -> str:
        """Return the number of the registration that an act leads to, or nothing."""
        found = self._registrations.get((entry.object_kind, entry.object_id))
        return found.number if found else ""


def _number(entry: Entry) -> str:
    """Say the number of a registration that an academy had: where it has gone, no link leads to it."""
    after = entry.payload.get("after")
    number = after.get("number") if entry.is_of_another and isinstance(after, dict) else ""
    return f" n°{number}" if number else ""


def _members(keys: Mapping[str, set[str]]) -> dict[str, list[Membership]]:
    """Return the roles that those who work in the office have had, by the key of their account."""
    wanted = keys.get("user")
    theirs: dict[str, list[Membership]] = defaultdict(list)
    for one in Membership.objects.filter(user__in=wanted).order_by("pk") if wanted else ():
        theirs[str(one.user_id)].append(one)
    return theirs


def _called(keys: Mapping[str, set[str]]) -> dict[Key, str]:
    return {
        (kind, str(row.pk)): str(named(row))
        for kind, (rows, named) in _NAMED.items()
        if keys.get(kind)
        for row in rows().filter(pk__in=keys[kind])
    }


def _registrations(keys: Mapping[str, set[str]], reach: Reach) -> dict[Key, Registration]:
    """Return the registrations, within the reader's perimeter, of the rows that acts are on."""
    of: dict[Key, int] = {("registration", pk): int(pk) for pk in keys.get("registration", ())}
    for kind, (model, path) in _OF_REGISTRATIONS.items():
        if wanted := keys.get(kind):
            held = model.objects.filter(pk__in=wanted, **{f"{path}__isnull": False})
            of |= {(kind, str(pk)): one for pk, one in held.values_list("pk", path)}
    seen = Registration.objects.within(reach).select_related("identity") if of else None
    found = {} if seen is None else {one.pk: one for one in seen.filter(pk__in=of.values())}
    return {key: found[pk] for key, pk in of.items() if pk in found}


def _candidates(keys: Mapping[str, set[str]], reach: Reach) -> dict[Key, str]:
    """Return who the rows that acts are on are about, where all of them are the reader's to know."""
    of: dict[Key, tuple[int, ...]] = {}
    for kind, (model, paths) in _OF_CANDIDATES.items():
        if wanted := keys.get(kind):
            for pk, *persons in model.objects.filter(pk__in=wanted).values_list("pk", *paths):
                of[kind, str(pk)] = tuple(persons)
    persons = {one for some in of.values() for one in some if one is not None}
    if not persons:
        return {}
    theirs = Registration.objects.within(reach).filter(candidate__in=persons)
    known = Candidate.objects.filter(pk__in=theirs.values("candidate")).select_related("identity")
    names = {one.pk: str(one) for one in known}
    return {
        key: " et ".join(names[one] for one in some)
        for key, some in of.items()
        if all(one in names for one in some)
    }


def _details(entry: Entry) -> str:
    """Say what an act was, beyond its name: which of the contacts, which days, which role, of which number."""
    after, before = entry.payload.get("after") or {}, entry.payload.get("before") or {}
    if not isinstance(after, dict) or not isinstance(before, dict):
        return ""
    said = _DETAILS.get(entry.object_kind, _nothing)(entry, before, after)
    return f" ({said})" if said else ""


def _nothing(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    return ""


def _contacts(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say which of the contacts of a managing service an act has changed."""
    if entry.verb != MANAGING_CHANGED:
        return ""
    names = [name for name, value in after.items() if before.get(name) != value]
    return ", ".join(str(ManagingService._meta.get_field(name).verbose_name) for name in names)


def _renamed(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say how a domain or a session is called and filed, after and before."""
    return " ; ".join(
        f"« {value} » au lieu de « {before[name]} »"
        for name, value in after.items()
        if name in before and before[name] != value
    )


def _dates(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say the dates of a registration service that an act has moved, after and before, and why.

    Of what was refused or taken back, which moved nothing: what was proposed, then its answer.
    """
    moved = [
        f"{name} : {_said(one)} au lieu du {_said(other)}"
        for key, name in (("opens_at", "ouverture"), ("closes_at", "fermeture"))
        if (one := _instant(after.get(key))) and (other := _instant(before.get(key)))
        # The same instant may be written with another offset.
        if one != other
    ]
    is_kept = entry.verb in (opening.REFUSED, opening.TAKEN_BACK)
    reason, answer = after.get("reason"), after.get("answer")
    found = [*moved, *([f"motif : {reason}"] if reason else [])]
    said = f"proposait {' ; '.join(found)}" if is_kept and found else " ; ".join(found)
    return f"{said} ; motif du refus : {answer}" if answer else said


def _instant(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def _said(instant: datetime) -> str:
    return instant_in_words(instant, settings.TIME_ZONE, weekday=False)


def _moved(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say which academy a registration joined, which one it left, and why."""
    if entry.verb != MOVED or not after:
        return ""
    left, joined = (territory.academy(one["academy"]).full_name for one in (before, after))
    return f"{joined} ; avant : {left} ; motif : {after['reason']}"


def _roles(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say which role an act on a member of staff gave or ended, and where."""
    given, ended = _roles_of(after), _roles_of(before)
    if entry.verb == "member changed":
        return f"{', '.join(given)} ; avant : {', '.join(ended)}"
    said, reason = ", ".join(given or ended), after.get("reason")
    return " ; ".join(filter(None, (said, reason and f"motif : {reason}")))


def _roles_of(said: dict[str, Any]) -> list[str]:
    roles = said.get("roles") or ([said] if said.get("role") else [])
    return [
        ", ".join(
            [
                QUALITIES.get(one["role"], one["role"]),
                *(territory.academy(code).full_name for code in one["academies"]),
                *one["domains"],
                *([f"jusqu'au {_day(one['until'])}"] if one.get("until") else []),
            ]
        )
        for one in roles
    ]


def _day(said: str) -> str:
    return f"{date.fromisoformat(said):%d/%m/%Y}"


def _proposed(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say which role was proposed, why, and why it was refused."""
    reason, answer = after.get("reason"), after.get("answer")
    return " ; ".join(
        filter(
            None,
            (
                *_roles_of(after),
                reason and f"motif : {reason}",
                answer and f"motif du refus : {answer}",
            ),
        )
    )


def _held(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say which registration a hold is of, and why."""
    number, reason = after.get("number"), after.get("reason")
    return " ; ".join(filter(None, (number and f"n°{number}", reason and f"motif : {reason}")))


def _asked(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say how many lines an export or a batch has, and why."""
    lines, reason = after.get("lines"), after.get("purpose") or after.get("reason")
    counted = lines is not None and f"{in_groups(str(lines))} ligne{'s' if lines > 1 else ''}"
    return " ; ".join(filter(None, (counted, reason and f"motif : {reason}")))


def _kept(entry: Entry, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say how what colleagues share is called."""
    return f"« {after['name']} »" if after.get("name") else ""


_DETAILS: dict[str, Callable[[Entry, dict[str, Any], dict[str, Any]], str]] = {
    "managingservice": _contacts,
    "domain": _renamed,
    "session": _renamed,
    "registrationservice": _dates,
    "registration": _moved,
    "user": _roles,
    "roleproposal": _proposed,
    "hold": _held,
    "archive": _held,
    "export": _asked,
    "batch": _asked,
    "search": _kept,
    "mailingtemplate": _kept,
}
"""What is said of an act, by the kind of the row that it is on."""


@cache
def _kinds() -> dict[str, str]:
    """Return what each kind of row is called."""
    called: dict[str, Any] = {
        one._meta.model_name: one._meta.verbose_name for one in apps.get_models()
    }
    return {kind: capfirst(str(name)) for kind, name in called.items()}
