"""Deadlines that follow their service: what a version told, and what an extension makes of it (I1).

What is asked once its day has passed, or asked again, leaves the usual days from then.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sporades.core.french import local_day
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.exams.schema import Deadline, Exam
from sporades.exams.schema.evidence import USUAL_DAYS, SummaryReturn
from sporades.notices import queries as notices

LETTER_TAKES = timedelta(days=7)
"""A letter is printed, posted, read and answered within these days: what closes sooner is telephoned."""
IF_NOT_DONE = ", si ce n'est pas déjà fait,"
IN_SPACE = "dans votre espace candidat"


def owed_now(
    told: dict[str, Any],
    *,
    service: RegistrationService,
    rules: Exam,
    reader: str,
    has_account: bool,
    filed_at: datetime | None,
    latest_closing: datetime | None,
    summary_until: datetime | None,
) -> dict[str, Any]:
    """Return what a version calls for, by the dates, and at the address, that its service has now.

    A service that closes later gives as much time to what is to be sent. One that closes
    earlier takes back nothing: a candidate keeps the deadlines that were told.

    Args:
        told: `closes_at`, `to_return`, `evidence`, `accommodation` and `accommodation_until` of a
            version.
        service: where it was filed.
        rules: what its réglementation says of the exam.
        reader: the zone of its candidate's address, nothing when it is not known.
        has_account: whether its candidate has a space.
        filed_at: when it was registered.
        latest_closing: the latest that its service has had since, if it has moved.
        summary_until: until when the signed summary may be sent back, where it was asked for again.
    """
    owed = _followed(
        told,
        service=service,
        rules=rules,
        reader=reader,
        has_account=has_account,
        filed_at=filed_at,
        latest_closing=latest_closing,
    )
    asked = owed["to_return"]
    if not asked:
        return owed
    if wanted := rules.summary_return_in(service.academy_id):
        asked = {**asked, "address": returned_to(wanted, service)}
    if summary_until is not None:
        words = service.said(summary_until, reader)
        granted = {"before": words, "until": summary_until.isoformat()}
        asked = {**asked, **later_of(asked, granted)}
    return {**owed, "to_return": asked}


def returned_to(asked: SummaryReturn, service: RegistrationService) -> list[str]:
    """Return the lines of the address to which a signed summary goes: its service's, or another.

    Args:
        asked: what the réglementation says of it, with an address where it goes elsewhere.
        service: where the registration is.
    """
    managing = service.managing_service
    return list(asked.address) or [managing.name, *managing.address]


def _followed(
    told: dict[str, Any],
    *,
    service: RegistrationService,
    rules: Exam,
    reader: str,
    has_account: bool,
    filed_at: datetime | None,
    latest_closing: datetime | None,
) -> dict[str, Any]:
    to_return, asked = told["to_return"], rules.summary_return
    # Each by itself: what another academy asked for goes by another closing than the rest.
    closing = max(service.closes_at, latest_closing or service.closes_at)
    closed_at = told.get("closes_at")
    last = max(closing, datetime.fromisoformat(closed_at) if closed_at else closing)
    by: dict[str, Any] = {"closing": last, "filed_at": filed_at, "told": accommodation_told(told)}
    before = _asked_before(service, rules, reader, **by)
    deadlines = {piece.code: piece.deadline for piece in rules.evidence}
    return {
        **told,
        "to_return": {
            **to_return,
            **later_of(to_return, service.due(asked.deadline, reader, closing=closing)),
        }
        if to_return and asked
        else to_return,
        "evidence": [
            {**piece, **later_of(piece, service.due(deadlines[piece["code"]], reader))}
            for piece in told["evidence"]
        ],
        # A day that has not moved leaves the words as they were told.
        "accommodation": told["accommodation"]
        if not told["accommodation"] or before in told["accommodation"]
        else accommodation_of(
            service,
            rules,
            reader,
            has_account=has_account,
            is_told_again=IF_NOT_DONE in told["accommodation"],
            **by,
        ),
        "accommodation_until": asked_until(service, rules, **by).isoformat(),
        "closes_at": last.isoformat(),
    }


def later_of(told: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Return the later of two deadlines, each in words and its instant: what was told is not taken back.

    Args:
        told: what was told, or a part of it that holds its deadline.
        now: the deadline as it would be told now.
    """
    is_later = datetime.fromisoformat(now["until"]) > datetime.fromisoformat(told["until"])
    return {key: (now if is_later else told)[key] for key in ("before", "until")}


def due_from(
    service: RegistrationService, deadline: Deadline, reader: str, *, days: int, at: datetime
) -> dict[str, str]:
    """Return the deadline of what is asked for now: nobody is asked today for what was due before.

    Args:
        service: where the registration is.
        deadline: what the réglementation says.
        reader: the zone of its candidate's address, nothing when it is not known.
        days: how many days are left, from the instant, once the deadline has passed; with none,
            the deadline stays as it is.
        at: the instant at which it is asked for.

    Returns:
        What `RegistrationService.due` does.
    """
    due = service.due(deadline, reader)
    if not days or at < datetime.fromisoformat(due["until"]) + MINUTE:
        return due
    until = days_from(service, at, days=days)
    return {"before": service.said(until, reader), "until": until.isoformat()}


def days_from(service: RegistrationService, at: datetime, *, days: int) -> datetime:
    """Return the last minute of the day that comes so many days after an instant."""
    return last_minute_of(service, local_day(at, service.zone) + timedelta(days=days))


def last_minute_of(service: RegistrationService, day: date) -> datetime:
    """Return the last minute of a day, by the clock of a service."""
    return Deadline(le=day).as_written(closing=service.closes_at, zone=service.zone)


def after_reading(service: RegistrationService, until: datetime) -> datetime:
    """Return until when something is in time, where nothing was written in its last minute (R-05).

    Nobody could give it then: it is taken until the evening of the day that follows. A closing is
    not: the office extends its service.

    Args:
        service: by whose clock.
        until: its last minute.
    """
    return notices.after_reading(until, service.zone)


def accommodation_of(
    service: RegistrationService,
    rules: Exam,
    reader: str,
    *,
    has_account: bool,
    by_letter: bool = False,
    is_told_again: bool = False,
    closing: datetime | None = None,
    filed_at: datetime | None = None,
    told: datetime | None = None,
    at: datetime | None = None,
) -> str:
    """Say what is left to do to who will ask for an accommodation.

    Args:
        service: where the registration is filed.
        rules: what its réglementation says of the exam.
        reader: the zone of the candidate's address, nothing when it is not known.
        has_account: whether the candidate has a space, where the request is made.
        by_letter: whether it reaches them by a letter, which takes `LETTER_TAKES`.
        is_told_again: whether it was said before: the request may be made already.
        closing: a later one that was told, where it is not that of the service.
        filed_at: when the registration was filed, which may be after the deadline.
        told: until when it was told that it may be asked for.
        at: now, where the deadline may have passed.
    """
    asked = rules.accommodations
    until = asked_until(service, rules, closing=closing, filed_at=filed_at, told=told)
    before = _asked_before(service, rules, reader, closing=closing, filed_at=filed_at, told=told)
    is_here = asked is not None and has_account
    if at is not None and at >= until + MINUTE:
        whom = (
            f"voyez la page « Aménagement d'épreuves » de votre inscription, {IN_SPACE}"
            if is_here
            else "contactez votre service gestionnaire"
        )
        return (
            f"Pour obtenir un aménagement d'épreuves, {whom} : la date limite des demandes, le "
            f"{before}, est passée."
        )
    perhaps = IF_NOT_DONE if is_told_again else ""
    if is_here:
        return (
            f"Pour obtenir un aménagement d'épreuves, faites votre demande{perhaps} {IN_SPACE}, à la "
            f"page « Aménagement d'épreuves » de votre inscription, avant le {before}."
        )
    if by_letter and at is not None and is_too_soon_for_a_letter(until, at):
        return (
            "Pour obtenir un aménagement d'épreuves, appelez sans attendre votre service "
            f"gestionnaire{perhaps} : la date limite des demandes est le {before}."
        )
    return (
        "Pour obtenir un aménagement d'épreuves, demandez le formulaire à votre service "
        f"gestionnaire{perhaps} et envoyez-lui votre demande avant le {before}."
    )


def is_too_soon_for_a_letter(until: datetime, at: datetime) -> bool:
    """Return whether a letter written now may come, or be answered, after an instant.

    Args:
        until: the instant until which something may be done.
        at: now.
    """
    return until - at < LETTER_TAKES


def accommodation_told(version: Mapping[str, Any]) -> datetime | None:
    """Return until when a version told that an accommodation is asked for; nothing where none keeps it.

    Args:
        version: its content, or what `with_owed()` reads of it.
    """
    until = version.get("accommodation_until")
    return datetime.fromisoformat(until) if until else None


def asked_until(
    service: RegistrationService,
    rules: Exam,
    *,
    closing: datetime | None = None,
    filed_at: datetime | None = None,
    told: datetime | None = None,
) -> datetime:
    """Return until when an accommodation is asked for in time.

    Args:
        service: where the registration is.
        rules: what its réglementation says of the exam.
        closing: a later one that was told, where it is not that of the service.
        filed_at: when it was filed: after the deadline, it leaves the usual days from then.
        told: until when its last version told it: neither another réglementation nor an extension
            takes that back.
    """
    asked, closes_at = rules.accommodations, closing or service.closes_at
    until = closes_at
    if asked is not None and asked.deadline is not None:
        until = service.instant_of(asked.deadline, closing=closes_at)
    if filed_at is not None and filed_at >= until + MINUTE:
        until = days_from(service, filed_at, days=USUAL_DAYS)
    return max(until, told or until)


def _asked_before(
    service: RegistrationService,
    rules: Exam,
    reader: str,
    *,
    closing: datetime | None,
    filed_at: datetime | None,
    told: datetime | None,
) -> str:
    asked, closes_at = rules.accommodations, closing or service.closes_at
    until = asked_until(service, rules, closing=closes_at, filed_at=filed_at, told=told)
    deadline = asked.deadline if asked is not None else None
    if deadline is None or until != service.instant_of(deadline, closing=closes_at):
        return service.said(until, reader)
    return service.deadline_in_words(deadline, reader, closing=closes_at)
