"""Remind of the pieces, and of the signed summary, that are still to be sent, before it is too late (G1, E9)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sporades import journal
from sporades.acts.reminders import AT_ONCE, BEFORE, BEFORE_BY_LETTER, told, was_reminded
from sporades.candidates.models import told_by_letter
from sporades.core import apart
from sporades.core.actors import SYSTEM
from sporades.core.links import link_to
from sporades.evidence.models import Evidence
from sporades.evidence.queries import TO_COMPLETE, Owed, giving_to, owed_by
from sporades.evidence.states import TO_PROVIDE
from sporades.exams.models import RegistrationService, Regulation
from sporades.exams.queries import rules
from sporades.letters.operations import tell
from sporades.letters.rules import REMINDER
from sporades.notices.queries import stops_writing
from sporades.registrations.evidence import are_named_to
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration, with_owed
from sporades.registrations.snapshot import contact_of

KIND = "pieces_due"
SIGNED = "Récapitulatif signé"
"""How the journal names it among what a reminder names."""

NEVER_FIRST = F("reminded_at").asc(nulls_first=True)
"""Who was never reminded comes before who is reminded for the second time."""

OVER_AFTER = timedelta(days=366)
"""How long after its closing nothing of a service is reminded of any more."""


def remind_pieces(*, at: datetime) -> int:
    """Remind those who owe something soon, one message for each registration; return how many.

    It names the pieces and the signed summary alike, whichever is due first. Whoever was asked for
    a piece, or told that it is not good, with less time left than that has just read its deadline:
    they are reminded at the next step. Whom letters reach are reminded earlier: they are to read it in
    time. Nobody is pressed to give anything while nothing is written (R-05): they are reminded after
    that. Some at once, who was never reminded first: the next ones are for another job.
    """
    if stops_writing(at):
        return 0
    owed = _due(at).alias(reminded_at=_last_reminder("registration"))
    keys = owed.order_by(NEVER_FIRST, "until", "registration")
    found = dict.fromkeys(keys.values_list("registration", flat=True)[:AT_ONCE])
    signed = _to_return(at).alias(reminded_at=_last_reminder("pk")).order_by(NEVER_FIRST, "pk")
    found |= dict.fromkeys(signed.values_list("pk", flat=True)[:AT_ONCE])
    return apart.each(_remind, found, at=at)


def _last_reminder(registration: str) -> Subquery:
    """Return when a registration was reminded last, by the column of a row that names it."""
    written = told(KIND, registration=registration).order_by("-written_at")
    return Subquery(written.values("written_at")[:1])


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
        reminded = told(KIND, registration="registration").filter(written_at__gte=since_then)
        is_old = Q(decided_at=None) | Q(decided_at__lte=since)
        due |= Q(reached, ~Exists(reminded), is_old, until__lte=at + before, asked_at__lte=since)
    return owed.filter(due)


def _to_return(at: datetime) -> QuerySet[Registration]:
    """Return the registrations of whose signed summary a reminder is due and was not written.

    They are looked for by the day of their service and exam, or by the later one that was told
    (`Registration.keep_summary_day`): to read what each version says would read them all. Each says
    its own day then.
    """
    due = Q(pk__in=[])
    for under, until in _returned_by(at):
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
    """Return what a registration satisfies that was not reminded since an instant, or a column of it."""
    return Q(~Exists(told(KIND, registration="pk").filter(written_at__gte=since)))


def _returned_by(at: datetime) -> Iterator[tuple[dict[str, Any], datetime]]:
    """Return until when each service has the signed summaries sent back that one version asks for.

    Each registration keeps the réglementation under which it was last filed, whatever has come in
    force since. What closed a year ago is over.
    """
    lately = RegistrationService.objects.filter(opens_at__lte=at, closes_at__gt=at - OVER_AFTER)
    versions = list(Regulation.objects.light().order_by("pk"))
    for service in lately:
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
