"""What was confided is erased in its time (H3): once nothing that was asked needs it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sporades.accommodations.contesting import papers_needed_until, with_appeals
from sporades.accommodations.models import Appeal, Case
from sporades.accommodations.queries import requests_of
from sporades.accommodations.states import WRITABLE
from sporades.acts.medical.confiding import record
from sporades.core.actors import SYSTEM
from sporades.core.days import midnight, months_after
from sporades.core.french import local_day
from sporades.letters.queries import reached_since
from sporades.medical import operations as medical
from sporades.medical.models import Compartment, Paper, Remark
from sporades.medical.queries import compartment, lately_at
from sporades.registrations.models import Registration
from sporades.registrations.models.registration import undone_before
from sporades.registrations.queries import lock_registration

UNSENT_MONTHS = 6
"""How long what was confided stays for a request that is left: see `unsent`."""

CONTESTED_MONTHS = 8
"""How long an appeal keeps it, from its reception and from its answer.

Silence refuses it after two, the court may be asked for four at most, an answer by letter is
presumed received after fifteen days, and what was posted on the last day comes later.
"""

MARKS = ("begun_at", "asked_at", "incomplete_at", "notified_at")
"""The instants of a request after which that time begins anew."""


def unsent(at: datetime) -> QuerySet[Compartment]:
    """Return the compartments that only a request which is left keeps, and for too long.

    It is left where its candidate never sent it, is changing it or was told that it lacks
    something; and, wherever it stands, where its registration was set aside or withdrawn.

    Six months after the closing, and after whatever came later: the beginning of that request, its
    sending, its being taken up or found incomplete, the last paper or comment, the end of its
    registration, the notification of a decision before it; nor before the letter that notifies it
    has been posted for as long. Then that decision is contested no more, whenever it was read: at
    the latest two months after fifteen days and two months (`papers_needed_until`). Of one that was
    contested, eight months after the appeal was received, its answer given, and its letter posted.

    Args:
        at: the instant.
    """
    today = local_day(at, settings.TIME_ZONE)
    since = midnight(months_after(today, -UNSENT_MONTHS), settings.TIME_ZONE)
    its = Case.objects.filter(registration=OuterRef("registration"))
    # What the service takes again is not its candidate's to go on with.
    going = its.open().exclude(Q(state__in=WRITABLE, instead_of=None) | Q(stands=False))
    recent = its.filter(
        Q.create([(f"{mark}__gte", since) for mark in MARKS], connector=Q.OR)
        | Q(as_sent__until__gte=since.timestamp())
    )
    ended = its.filter(
        Q(registration__decided_at__gte=since) | Q(registration__withdrawn_at__gte=since),
        stands=False,
    )
    # What is told by a letter is contested later: nobody has received what waits, or came back.
    told = its.filter(reached_since("notification", since.date()))
    contested_since = midnight(months_after(today, -CONTESTED_MONTHS), settings.TIME_ZONE)
    contested = Appeal.objects.standing().filter(
        Q(received_on__gte=contested_since.date())
        | Q(answered_at__gte=contested_since)
        | reached_since("answer", contested_since.date()),
        case__registration=OuterRef("registration"),
    )
    papers = Paper.objects.filter(compartment=OuterRef("pk"))
    remarks = Remark.objects.filter(compartment=OuterRef("pk"))
    lately = papers.filter(given_at__gte=since), remarks.filter(written_at__gte=since)
    found: QuerySet[Compartment] = Compartment.objects.filter(
        Exists(papers) | Exists(remarks),
        *(~Exists(one) for one in (going, recent, ended, told, contested, *lately)),
        erase_after=None,
        erased_at=None,
        registration__service__closes_at__lt=since,
    )
    return found


def unsent_from(
    found: Compartment, registration: Registration, cases: Iterable[Case]
) -> datetime | None:
    """Return from when `unsent` finds a compartment that keeps something, if nothing happens until then.

    It is the same rule, of one that its candidate looks at.

    Args:
        found: the compartment; a day of its own is not looked at.
        registration: whose, with its service.
        cases: all of its requests.

    Returns:
        The midnight; nothing where a request is looked at, or a letter waits to be posted.
    """
    known, is_active = list(cases), registration.is_active
    if is_active and any(
        one.is_open and not (one.state in WRITABLE and one.instead_of_id is None) for one in known
    ):
        return None
    instants = [registration.service.closes_at]
    instants += [instant for one in known for mark in MARKS if (instant := getattr(one, mark))]
    instants += [
        datetime.fromtimestamp(one.as_sent["until"], UTC)
        for one in known
        if one.as_sent and "until" in one.as_sent
    ]
    if known and not is_active:
        instants += filter(None, (registration.decided_at, registration.withdrawn_at))
    instants += filter(None, [lately_at(found)])
    days = [local_day(one, settings.TIME_ZONE) for one in instants]
    contested = [
        one for case in with_appeals(known) if case.notified_at for one in case.appeals.all()
    ]
    contested = [one for one in contested if one.withdrawn_at is None]
    notified = [posting for one in known if (posting := one.posting)]
    answered = [posting for one in contested if (posting := one.posting)]
    if any(one.posted_on is None for one in (*notified, *answered)):
        return None
    days += [one.posted_on for one in notified if one.posted_on]
    since = [one.received_on for one in contested]
    since += [
        local_day(one.answered_at, settings.TIME_ZONE) for one in contested if one.answered_at
    ]
    since += [one.posted_on for one in answered if one.posted_on]
    over = [
        _day_over(max(days), UNSENT_MONTHS),
        *(_day_over(one, CONTESTED_MONTHS) for one in since),
    ]
    return midnight(max(over), settings.TIME_ZONE)


def _day_over(last: date, months: int) -> date:
    """Return the first day on which more than some months have passed since the day of something."""
    day = months_after(last, months)
    # The last of February is six months before several days of August.
    while months_after(day, -months) <= last:
        day += timedelta(days=1)
    return day


@transaction.atomic
def erase(found: Compartment, *, at: datetime) -> bool:
    """Erase what no decision needs any more; return whether it was not erased yet.

    Whatever day was written, what a request that was sent still needs stays: it may have been made
    meanwhile. So does what a withdrawal leaves, for as long as read-only mode gives back to undo it.

    Args:
        found: the compartment.
        at: the instant.
    """
    locked = lock_registration(found.registration_id)
    cases = list(requests_of(locked.pk))
    if any(case.asked_at is not None for case in cases):
        until = papers_needed_until(locked, cases, at=at)
        is_needed = until > at if until else not unsent(at).filter(pk=found.pk).exists()
        if is_needed:
            medical.erase_after(found, until)
            return False
    elif (until := _given_back_until(locked, at)) is not None:
        medical.erase_after(found, until)
        return False
    elif not _is_over(locked, at) and not unsent(at).filter(pk=found.pk).exists():
        return False
    is_done = medical.erase(found, at=at)
    if is_done:
        record("confided papers erased", locked, by=SYSTEM, at=at)
        if any(case.is_open for case in cases):
            # Whoever goes on with a request that was left confides other papers.
            medical.take_again(found)
    return is_done


def _given_back_until(registration: Registration, at: datetime) -> datetime | None:
    """Return until when a withdrawal may still be undone, later than was written, or nothing (R-05)."""
    if registration.withdrawn_at is None:
        return None
    until = undone_before(registration.withdrawn_at, registration.service)
    return until if until > at else None


def _is_over(registration: Registration, at: datetime) -> bool:
    """Return whether the day written for a locked registration is over, as it is written now."""
    now = compartment(registration)
    return now is not None and now.erase_after is not None and now.erase_after <= at
