"""« Changer d'académie » for many: where they would go, and what would be left to settle there, seen before."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from sporades.acts.registrations import moving
from sporades.core.actors import Actor
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.publications.queries import to_come_among
from sporades.registrations.issued_before import speaks_of_then
from sporades.registrations.models import Registration, Version
from sporades.registrations.refusals import HandedOver
from sporades.registrations.reviewing import asked_there
from sporades.registrations.sections.identification import IDENTIFICATION
from sporades.registrations.states import STANDING
from sporades.territory.queries import communes_known

MOVE = "move"
_SINCE, _THERE, _NOWHERE, _CLOSED, _OPEN = "since", "there", "not-offered", "closed", "offered"
WORDS: dict[str, str] = {
    _SINCE: "donnée à une autre académie depuis",
    _THERE: "déjà dans cette académie",
    _NOWHERE: "pas proposée dans cette académie",
    _CLOSED: "proposée là-bas, inscriptions fermées",
    _OPEN: "proposée là-bas",
}
"""What is seen of a line, in words."""
MOVED_SINCE = "Elle a changé d'académie depuis que vous avez préparé ce lot."
ALREADY_THERE = "Elle est déjà dans cette académie."
REFUSALS = {
    _SINCE: MOVED_SINCE,
    _THERE: ALREADY_THERE,
    _NOWHERE: moving.NoSuchService.message,
}
"""Why it is not given to that academy, by what is seen of it."""

MOST_JUDGED = 50
"""How many registrations are judged by the rules of the other academy before a batch is launched.

Each time its page is read: a judgement is that of all the tabs of the wizard, twice.
"""
MOST_SAID = 10
"""How many of the things that they do not say are named."""


def marks(keys: Iterable[int], piece: str) -> dict[int, str]:  # noqa: ARG001 - every act is told it
    """Return which service has each of some registrations, by their key."""
    rows = Registration.objects.filter(pk__in=list(keys)).values_list("pk", "service")
    return {key: str(service) for key, service in rows}


def overtaken(seen: str, registration: Registration) -> str:
    """Return that another service has it than when the batch was asked for, if so."""
    return MOVED_SINCE if seen and seen != str(registration.service_id) else ""


def where_to(piece: str, at: datetime, *, academy: str) -> Any:  # noqa: ARG001 - of no piece
    """Return whether the registration of a line is offered in an academy, open there or not.

    Or whether it is there already, or has been given to another one since.

    Args:
        piece: as every act is told it.
        at: the instant.
        academy: the code of the academy.
    """
    there = RegistrationService.objects.filter(
        academy=academy,
        domain=OuterRef("registration__service__domain"),
        session=OuterRef("registration__service__session"),
        audience=OuterRef("registration__service__audience"),
    )
    is_open = Exists(there.filter(opens_at__lte=at, closes_at__gt=at - MINUTE))
    is_elsewhere = ~Q(mark=Cast("registration__service", CharField()))
    return Case(
        When(~Q(mark="") & is_elsewhere, then=Value(_SINCE)),
        When(registration__academy=academy, then=Value(_THERE)),
        When(~Exists(there), then=Value(_NOWHERE)),
        When(is_open, then=Value(_OPEN)),
        default=Value(_CLOSED),
    )


def move(
    *,
    registration: Registration,
    reason: str,
    about: object,  # noqa: ARG001 - every act is told it
    academy: str,
    by: Actor,
    at: datetime,
) -> None:
    """Give a registration to an academy, for good. Raises Refused."""
    if registration.academy_id == academy:
        raise Refused(ALREADY_THERE)
    try:
        moving.move_for_good(
            registration=registration,
            academy=academy,
            reason=reason,
            seen=registration.service_id,
            by=by,
            at=at,
        )
    except HandedOver as refusal:
        raise Refused(MOVED_SINCE) from refusal


@dataclass(frozen=True)
class Ahead:
    """What giving registrations to an academy leaves to be settled there.

    Attributes:
        judged: how many of them were judged by its rules; the first ones, of too many.
        is_whole: whether they are all of them.
        to_review: how many of these would be to be reviewed there.
        asked: what they do not say there, each with how many.
        published: how many have documents that their candidates read, and that stay as they are.
        to_come: how many have something prepared, which may not be published for them.
    """

    judged: int
    is_whole: bool
    to_review: int
    asked: list[tuple[str, int]]
    published: int
    to_come: int

    @property
    def in_words(self) -> dict[str, str]:
        """Say how many there are of each, by the name of the attribute; nothing of what there is none of."""
        counts = {"to_review": self.to_review, "published": self.published, "to_come": self.to_come}
        return {
            name: f"{in_groups(str(count))} inscription{'s' if count > 1 else ''}" if count else ""
            for name, count in counts.items()
        }


def ahead(lines: QuerySet[Any], *, academy: str, at: datetime) -> Ahead:
    """Return what giving the registrations of some lines to an academy leaves to be settled there.

    Args:
        lines: those that wait, within the reader's perimeter; those that will be refused are left out.
        academy: the code of the academy.
        at: the instant.
    """
    given = lines.filter(registration__state__in=STANDING).annotate(
        seen=where_to("", at, academy=academy)
    )
    keys = given.filter(seen__in=(_OPEN, _CLOSED)).values("registration")
    judged = _judged(keys, academy=academy, at=at)
    asked = [one for one in judged if one]
    counted = Counter(said for one in asked for said in dict.fromkeys(one))
    return Ahead(
        judged=len(judged),
        is_whole=len(judged) < MOST_JUDGED or not keys[MOST_JUDGED:].exists(),
        to_review=len(asked),
        asked=counted.most_common(MOST_SAID),
        published=_published(keys, at=at),
        to_come=_to_come(keys, at=at),
    )


def _judged(keys: QuerySet[Any], *, academy: str, at: datetime) -> list[list[str]]:
    """Return what the first of some registrations do not say that the academy asks of each."""
    first = list(keys.order_by("registration")[:MOST_JUDGED].values_list("registration", flat=True))
    rows = Registration.objects.filter(pk__in=first).whole().select_related("identity")
    services = RegistrationService.objects.filter(academy=academy)
    by_place = {_place(one): one for one in services.select_related("academy", "managing_service")}
    last = Version.objects.filter(registration__in=first, number=F("registration__version"))
    versions = {one.registration_id: one for one in last}
    with communes_known(map(_postcode, versions.values())):
        judged = [
            asked_there(one, [by_place[_place(one.service)]], version=versions[one.pk], at=at)
            for one in rows
        ]
    return [[said for _, sentences in asked for said in sentences] for asked in judged]


def _postcode(version: Version) -> str:
    """Return the postcode of an address, as it was typed."""
    return str(version.snapshot["answers"].get(IDENTIFICATION.slug, {}).get("postcode", ""))


def _place(service: RegistrationService) -> tuple[int, int, str]:
    """Return what services of all academies have alike that register for the same."""
    return service.domain_id, service.session_id, service.audience


def _published(keys: QuerySet[Any], *, at: datetime) -> int:
    """Return how many of some registrations have a document that says how they are, and is read."""
    then = [one.slug for one in kinds.registered() if speaks_of_then(one)]
    read = DocumentVersion.objects.latest_visible(at).filter(
        document__folder=OuterRef("folder"), document__kind__in=then
    )
    return int(Registration.objects.filter(Exists(read), pk__in=keys).count())


def _to_come(keys: QuerySet[Any], *, at: datetime) -> int:
    """Return how many of some registrations have something prepared, and not read yet."""
    lines = to_come_among(keys, at=at)
    return int(lines.order_by().values("registration").distinct().count())
