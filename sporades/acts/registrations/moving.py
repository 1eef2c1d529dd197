"""A managing service gives a registration to another academy, for good (I4)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast

from sporades import journal
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Reach
from sporades.acts import accommodating
from sporades.acts.identities import asking
from sporades.acts.identities.correcting import reissue
from sporades.acts.registrations import completing
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.links import link_to
from sporades.core.refusals import ReasonMissing, Refused
from sporades.exams.models import RegistrationService
from sporades.exams.queries import rules
from sporades.exams.rules import evidence
from sporades.exams.schema.candidacy import Zone
from sporades.exams.schema.evidence import Way
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, once
from sporades.letters.operations import tell
from sporades.letters.queries import summary_for
from sporades.registrations.added import added_ways
from sporades.registrations.evidence import are_named_to, first_due, giving_as_told, ways_of
from sporades.registrations.giving import Giving
from sporades.registrations.issued_before import published_of
from sporades.registrations.models import Registration, Version
from sporades.registrations.models.registration import RegistrationQuerySet
from sporades.registrations.operations import correcting
from sporades.registrations.queries import lock_registration, with_owed
from sporades.registrations.receipt import named
from sporades.registrations.refusals import HandedOver
from sporades.registrations.reviewing import how_to_change
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import State
from sporades.territory.models import Academy


class NoSuchService(Refused):
    """The other academy does not register for this."""

    message = "Cette académie n'inscrit pas à cet examen ou concours pour cette session."


def services_for(registration: Registration) -> QuerySet[RegistrationService]:
    """Return those of the other academies that could have a registration, by their names."""
    mine = registration.service
    same = {"domain": mine.domain_id, "session": mine.session_id, "audience": mine.audience}
    return (
        RegistrationService.objects.filter(**same)
        .exclude(academy=mine.academy_id)
        .select_related("academy", "managing_service")
        .order_by("academy__name")
    )


def academies_for(reach: Reach) -> QuerySet[Academy]:
    """Return the academies that register for something in the domains of a perimeter, by their names.

    But the one that the whole perimeter is of: what is there is not given to it.

    Args:
        reach: the perimeter.
    """
    services = RegistrationService.objects.filter(reach.of_domain("domain__code"))
    return (
        Academy.objects.filter(pk__in=services.values("academy"))
        .exclude(pk=reach.only_academy)
        .order_by("name")
    )


VERB, READ = "registration moved", "file read"
KIND = Registration._meta.model_name
MANAGING = (Membership.Role.MANAGER, Membership.Role.HEAD)
"""Who manages registrations in an academy, of those who open files."""
LED_BACK_WITHIN = timedelta(minutes=1)
"""How soon whoever gives one away, and manages both academies, is shown its file again."""


def moves_of(registration: Registration) -> QuerySet[Entry]:
    """Return each time that a registration was given to another academy, the last first."""
    return once(entries_about(registration).filter(verb=VERB))


def left_from(which: RegistrationQuerySet, reach: Reach) -> Entry | None:
    """Return the act that gave a registration away from a perimeter, the last one, or nothing.

    One question, whether there is such a registration or not: nobody learns it by what it costs.

    Args:
        which: the registration, or none.
        reach: the perimeter.

    Returns:
        The act, with the academy that has it now (`now_in`) and its domain (`of_domain`).
    """
    numbered = which.annotate(as_text=Cast("pk", CharField())).values("as_text")[:1]
    moves = Entry.objects.filter(verb=VERB, object_kind=KIND, object_id=Subquery(numbered))
    told: Any = once(moves).annotate(
        now_in=Subquery(which.values("academy_id")[:1]),
        of_domain=Subquery(which.values("exam__domain__code")[:1]),
    )
    return next(
        (
            move
            for move in told.order_by("-at", "-pk")
            if reach.covers(academy=move.payload["before"]["academy"], domain=move.of_domain)
        ),
        None,
    )


def placed_in_words(registration: Registration) -> str:
    """Say to its candidate since when, by whom and why it is managed; nothing unless it was moved."""
    last = moves_of(registration).first() if registration.is_placed else None
    if last is None:
        return ""
    service = registration.service
    since = instant_in_words(last.at, service.zone)
    reason = last.payload["after"]["reason"]
    return (
        f"Depuis le {since}, votre inscription est gérée par : {named(service)}. Motif : {reason}"
    )


def received_in_words(registration: Registration, *, of_reason: Callable[[str], str]) -> list[str]:
    """Say to the service that has it now from where, by whom and why it came, and what to settle.

    Nothing of one that was not moved.

    Args:
        registration: the registration.
        of_reason: says why, as far as its reader reads it.
    """
    last = moves_of(registration).first() if registration.is_placed else None
    if last is None:
        return []
    left = Academy.objects.get(pk=last.payload["before"]["academy"])
    when = instant_in_words(last.at, registration.service.zone)
    said = [
        (
            f"Reçue d'une autre académie ({left.full_name}) le {when}, donnée par "
            f"{last.author_in_words}. {of_reason(last.payload['after']['reason'])}"
        )
    ]
    if wished := zone_to_choose(registration):
        said.append(
            f"La zone souhaitée, « {wished.label} », n'est pas proposée dans cette académie : "
            "accordez-vous avec le candidat, puis modifiez l'inscription."
        )
    return said


def wished_zone(registration: Registration) -> Zone | None:
    """Return the zone that its candidate wished, where the exam still offers it somewhere."""
    zones = rules(registration.regulation_id).exam(registration.exam.code).zones
    choices = zones.choices if zones else ()
    return next((one for one in choices if one.code == registration.zone), None)


def zone_to_choose(registration: Registration) -> Zone | None:
    """Return the zone that its candidate wished, where its academy does not offer it; or nothing."""
    wished = wished_zone(registration)
    return wished if wished and registration.academy_id not in wished.academies else None


def unopened_within(reach: Reach) -> RegistrationQuerySet:
    """Return the registrations that another academy has given, and whose file nobody has opened since.

    Those of a perimeter that stand, the first given first; each with when (`moved_at`) and by
    which academy (`left`). Who manages them there opens them: an administrator of all academies,
    or an auditor, who reads one settles nothing.

    Args:
        reach: the perimeter.
    """
    about = {"object_kind": KIND, "object_id": Cast(OuterRef("pk"), CharField())}
    moves = once(Entry.objects.filter(verb=VERB, **about)).order_by("-at", "-pk")
    opened = Entry.objects.filter(
        verb=READ,
        actor_kind__in=MANAGING,
        academy=OuterRef("academy"),
        at__gte=OuterRef("moved_at"),
        **about,
    ).exclude(
        # What leads back whoever gave it away opens nothing there.
        ~Q(actor_id=""),
        actor_id=OuterRef("given_by"),
        at__lt=ExpressionWrapper(OuterRef("moved_at") + LED_BACK_WITHIN, DateTimeField()),
    )
    placed = Registration.objects.within(reach).active().filter(is_placed=True)
    dated: Any = placed.annotate(
        moved_at=Subquery(moves.values("at")[:1]),
        given_by=Subquery(moves.values("actor_id")[:1]),
        left=Subquery(moves.values("payload__before__academy")[:1]),
    )
    waiting = dated.filter(~Exists(opened), moved_at__isnull=False)
    found: RegistrationQuerySet = waiting.order_by("moved_at", "pk")
    return found


@transaction.atomic
def move_for_good(
    *,
    registration: Registration,
    academy: str,
    reason: str,
    seen: int | None = None,
    by: Actor,
    at: datetime,
) -> Version:
    """Give a registration to another academy: same numbers, new service, for good.

    Args:
        registration: one that stands.
        academy: the code of the other academy.
        reason: why, as its candidate will read it.
        seen: the service that the page showed as its own; nothing where no page was read.
        by: who gives it.
        at: the instant.

    Raises:
        HandedOver: a colleague gave it to another academy since the page was read.
        ReasonMissing, NoSuchService: nothing is said; that academy does not register for it.
        Refused: it does not stand any more, or is there already.
    """
    if not reason:
        raise ReasonMissing
    service = services_for(registration).filter(academy=academy).first()
    if service is None:
        raise NoSuchService
    # In the order of every act: the correction that waits, which leaves who dealt with it, then this.
    asking.lock_waiting(registration.candidate_id)
    if seen is not None and lock_registration(registration.pk).service_id != seen:
        raise HandedOver
    left = registration.academy_id
    version = correcting.take_service(registration=registration, service=service, by=by, at=at)
    reissue(version, by=by, at=at)
    moved = version.registration
    if moved.state == State.ANOMALY:
        # The other academy may ask for none of the pieces for which it was incomplete.
        completing.clear_if_complete(with_owed.get(pk=moved.pk), at=at)
    accommodating.leave_academy(moved, left=left, by=by, at=at)
    moving = journal.record(
        VERB,
        by=by,
        on=moved,
        at=at,
        academy=moved.academy_id,
        before={"academy": left},
        after={"academy": moved.academy_id, "reason": reason},
    )
    journal.also_for(moving, academy=left, number=moved.number)
    tell(
        moved.candidate,
        "registration_moved",
        service=service,
        at=at,
        key=f"registration:{moved.pk}:moved:{version.number}",
        about=moved,
        urgent=True,
        enclosed=summary_for(moved),
        registration=moved,
        version=version,
        reason=reason,
        managed_by=named(service),
        changing=how_to_change(moved, at=at),
        awaits=not moved.is_validated and _is_awaited_by_post(version),
        awaits_summary=bool(version.summary_to_send),
        giving=_given_otherwise(version, left=left),
        asked=_asked_there(version),
        published=[one.kind.verified_as for one in published_of(moved, at=at)],
        due_by=first_due(version),
        contact=contact_of(service),
        link=link_to("candidate:registration", moved.number),
    )
    return version


def _is_awaited_by_post(version: Version) -> bool:
    """Return whether anything that a version calls for, and has not come, may come by post."""
    ways = (ways_of(version.registration, piece["code"]) for piece in version.due)
    return bool(version.summary_to_send) or any(Way.POST in one for one in ways)


def _asked_there(version: Version) -> dict[str, Any] | None:
    """Return what the other academy asks for and the one before did not, and the other way round; or nothing.

    Of a validated registration nothing is awaited.
    """
    moved = version.registration
    if moved.is_validated:
        return None
    has, had = version.snapshot, moved.versions.get(number=version.number - 1).snapshot
    known = {piece["code"] for piece in had["evidence"]}
    kept = {piece["code"] for piece in has["evidence"]}
    due = {piece["code"] for piece in version.due}
    said = {
        "summary": None if had["to_return"] else has["to_return"],
        "more": [one for one in has["evidence"] if one["code"] in due - known],
        "no_more": [one for one in had["evidence"] if one["code"] not in kept],
        "is_named": are_named_to(moved),
    }
    return said if said["summary"] or said["more"] or said["no_more"] else None


def _given_otherwise(version: Version, *, left: str) -> Giving | None:
    """Return how the pieces of a registration are given, where that is not as in the academy that it left."""
    moved = version.registration
    if moved.is_validated or not moved.candidate.has_account:
        return None
    exam = rules(moved.regulation_id).exam(moved.exam.code)
    # What the office asks for in addition has ways of its own, or those of the others.
    codes = [piece["code"] for piece in version.due if added_ways(piece["code"]) is None]
    there = (set(evidence.ways_of(exam, code, left)) for code in codes)
    if all(set(ways_of(moved, code)) == before for code, before in zip(codes, there, strict=True)):
        return None
    return giving_as_told(version)
