"""Remind of the pieces, and of the signed summary, that are still to be sent, before it is too late (G1, E9)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from sporades import journal
from sporades.acts.registrations.asking_again import SUMMARY_ASKED
from sporades.acts.reminders import (
    AT_ONCE,
    BEFORE,
    BEFORE_BY_LETTER,
    OF_PIECES,
    told,
    was_reminded,
)
from sporades.candidates.models import told_by_letter
from sporades.core import apart
from sporades.core.actors import SYSTEM
from sporades.core.links import link_to
from sporades.core.queue import defer_once
from sporades.evidence.models import Evidence
from sporades.evidence.queries import TO_COMPLETE, Owed, giving_to, owed_by
from sporades.evidence.states import TO_PROVIDE
from sporades.exams.models import RegistrationService, Regulation
from sporades.exams.queries import rules
from sporades.journal.models import Entry
from sporades.letters.operations import tell
from sporades.letters.rules import PIECE, REMINDER
from sporades.notices.queries import stops_writing
from sporades.registrations.evidence import are_named_to
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration, with_owed
from sporades.registrations.snapshot import contact_of

KIND = "pieces_due"
SIGNED = "Récapitulatif signé"
"""How the journal names it among what a reminder names."""

OF_ONE = "piece_given_time", "piece_time_cut_back"
"""The mails that say another day of one piece."""

OF_ALL = KIND, "pieces_given_time"
"""Those that name all that is still to be sent."""

REMIND_ON = "acts.remind_pieces_on"

OVER_AFTER = timedelta(days=366)
"""How long after its closing nothing of a service is reminded of any more."""


def remind_pieces(*, at: datetime, after: int = 0, is_again: bool = False) -> int:
    """Remind some of those who owe something soon, one message for each registration; return how many.

    It names the pieces and the signed summary alike, whichever is due first. Whoever was asked for
    a piece, told that it is not good, or left more time, with less of it than that has just read the
    deadline: they are reminded at the next step. Whom letters reach are reminded earlier: they are to read it in
    time. Nobody is pressed to give anything while nothing is written (R-05): they are reminded after
    that. Those who were never reminded come first, then the others; each by its key, so that neither
    those who were reminded already nor whoever is found and not reminded are looked at over and over.
    The next ones are for another job.

    Args:
        at: the instant.
        after: the key of the registration after which to go on.
        is_again: whether all who were never reminded were looked at.
    """
    if stops_writing(at):
        return 0
    found = [] if is_again else _next(at, after, is_first=True)
    last = found[-1] if found else after
    if len(found) < AT_ONCE:
        others = _next(at, after if is_again else 0, is_first=False)
        found, last, is_again = [*dict.fromkeys([*found, *others])], max(others, default=0), True
    count = apart.each(_remind, found, at=at)
    if found:
        again = "again" if is_again else ""
        defer_once(REMIND_ON, queue="batches", after=str(last), again=again)
    return count


def _next(at: datetime, after: int, *, is_first: bool) -> list[int]:
    """Return the registrations of which a reminder is due that come after a key, some of them.

    Args:
        at: the instant.
        after: the key.
        is_first: those alone that were never reminded.
    """
    owed, signed = _due(at).filter(registration__gt=after), _to_return(at).filter(pk__gt=after)
    if is_first:
        owed = owed.filter(~Exists(told(KIND, registration="registration")))
        signed = signed.filter(~Exists(told(KIND, registration="pk")))
    keys = owed.order_by("registration").values_list("registration", flat=True).distinct()
    both = {*keys[:AT_ONCE], *signed.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]}
    return sorted(both)[:AT_ONCE]


def _due(at: datetime) -> QuerySet[Evidence]:
    """Return the pieces of which a reminder is due and was not written."""
    owed = Evidence.objects.filter(
        state__in=TO_PROVIDE,
        is_mandatory=True,
        registration__state__in=TO_COMPLETE,
        until__gt=at,
        until__lte=at + max(BEFORE_BY_LETTER),
    )
    due = Q()
    for before, reached in _steps("registration__candidate"):
        since = F("until") - before
        since_then = OuterRef("until") - before
        reminded = told(*OF_ALL, registration="registration").filter(written_at__gte=since_then)
        redated = told(*OF_ONE, registration="registration").filter(
            matter=Concat(Value(PIECE), Cast(OuterRef("pk"), CharField())),
            written_at__gte=since_then,
        )
        is_new = ~Exists(reminded), ~Exists(redated)
        is_old = Q(decided_at=None) | Q(decided_at__lte=since)
        due |= Q(reached, *is_new, is_old, until__lte=at + before, asked_at__lte=since)
    return owed.filter(due)


def _to_return(at: datetime) -> QuerySet[Registration]:
    """Return the registrations of whose signed summary a reminder is due and was not written.

    They are looked for by the day of their service and exam, or by the later one that was told
    (`Registration.keep_summary_day`): to read what each version says would read them all. Each says
    its own day then.
    """
    due = Q(pk__in=[])
    # What closed a year ago is over.
    lately = RegistrationService.objects.filter(opens_at__lte=at, closes_at__gt=at - OVER_AFTER)
    for under, until in returned_by(lately):
        for before, reached in _steps("candidate"):
            since = until - before
            if since <= at < until:
                usual = Q(summary_until=None) | Q(summary_until__lte=until)
                filed = Q(last_filed_at__lte=since, **under)
                due |= Q(reached, usual, filed, _not_told(since))
    for before, reached in _steps("candidate"):
        due |= Q(
            reached,
            _not_told(OuterRef("summary_until") - before),
            last_filed_at__lte=F("summary_until") - before,
            summary_until__gt=at,
            summary_until__lte=at + before,
        )
    owing = Registration.objects.filter(state__in=TO_COMPLETE, summary_posted_on=None)
    found: QuerySet[Registration] = owing.alias(
        last_filed_at=Coalesce("amended_at", "filed_at")
    ).filter(due)
    return found


def _steps(candidate: str) -> Iterator[tuple[timedelta, Q]]:
    """Return how long before a deadline one is reminded, and which candidates are then.

    Args:
        candidate: leads to them.
    """
    by_letter = told_by_letter(candidate)
    for before in BEFORE:
        yield before, ~by_letter
    for before in BEFORE_BY_LETTER:
        yield before, by_letter


def _not_told(since: Any) -> Q:
    """Return what a registration satisfies whose day was not told since an instant, or a column of it."""
    asked = Entry.objects.filter(
        verb=SUMMARY_ASKED,
        object_kind="registration",
        object_id=Cast(OuterRef("pk"), CharField()),
        at__gte=since,
    )
    recalled = told(*OF_PIECES, registration="pk").filter(written_at__gte=since)
    return Q(~Exists(recalled), ~Exists(asked))


def returned_by(
    services: Iterable[RegistrationService],
) -> Iterator[tuple[dict[str, Any], datetime]]:
    """Return until when each service has the signed summaries sent back that one version asks for.

    Each registration keeps the réglementation under which it was last filed, whatever has come in
    force since.

    Args:
        services: which.

    Returns:
        What the registrations of each satisfy, by the names of their columns, and the instant.
    """
    versions = list(Regulation.objects.light().order_by("pk"))
    for service in services:
        same = service.domain_id, service.session_id
        for version in versions:
            if (version.domain_id, version.session_id) != same:
                continue
            for exam in rules(version.pk).exams:
                asked = exam.summary_return_in(service.academy_id)
                if asked is not None:
                    under = {"service": service, "regulation": version, "exam__code": exam.code}
                    yield under, service.instant_of(asked.deadline)


@transaction.atomic
def _remind(key: int, *, at: datetime) -> bool:
    lock_registration(key)
    if not (_due(at).filter(registration=key).exists() or _to_return(at).filter(pk=key).exists()):
        return False
    registration = with_owed.get(pk=key)
    asked = Evidence.objects.asked().filter(registration=key)
    owed = [one for one in owed_by(registration, asked) if one.is_awaited(at)]
    signed = None if registration.is_summary_late(at) else registration.summary_awaited
    if registration.keep_summary_day(registration.owed["to_return"]):
        # Found by the day of its service, it is found by its own from now on.
        registration.save(update_fields=["summary_until"])
    steps = BEFORE_BY_LETTER if registration.candidate.by_letter else BEFORE
    if not _is_soon(owed, signed, at + max(steps)):
        return False
    tell(
        registration.candidate,
        KIND,
        service=registration.service,
        at=at,
        key=f"pieces due:{registration.pk}:{at.isoformat()}",
        about=registration,
        matter=REMINDER,
        due_by=min(_deadlines(owed, signed)),
        registration=registration,
        is_again=was_reminded(KIND, registration),
        pieces=owed,
        signed=signed,
        giving=giving_to(registration, owed),
        is_named=are_named_to(registration),
        contact=contact_of(registration.service),
        link=link_to("candidate:evidence" if owed else "candidate:number", registration.number),
    )
    journal.record(
        "pieces reminded",
        by=SYSTEM,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={
            "pieces": [one.row.code for one in owed],
            "labels": [*(one.row.label for one in owed), *([SIGNED] if signed else ())],
        },
    )
    return True


def _is_soon(owed: list[Owed], signed: dict[str, Any] | None, soon: datetime) -> bool:
    """Return whether one of the deadlines comes soon, as the dates of their service are now."""
    return any(one <= soon for one in _deadlines(owed, signed))


def _deadlines(owed: list[Owed], signed: dict[str, Any] | None) -> list[datetime]:
    known = [one.until for one in owed]
    return [*known, datetime.fromisoformat(signed["until"])] if signed else known
