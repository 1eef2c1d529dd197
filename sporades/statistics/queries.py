"""How many: each question is one query that the database answers in groups."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.mail.models import Message
from sporades.mail.queries import key_about
from sporades.registrations.models import Registration, SectionAnswers
from sporades.registrations.sections import SECTIONS
from sporades.registrations.states import STANDING
from sporades.statistics.archived import Archived
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection

HOUR = timedelta(hours=1)
JUST_NOW = timedelta(minutes=10)
LATE = timedelta(minutes=15)
"""After how long a mail that waits is in trouble: it leaves within seconds."""
A_DAY = timedelta(days=1)
REFUSED_SINCE = timedelta(days=30)
MOST_MAILS = 20


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let all that is counted in a block be counted at one instant, and planned for its values.

    Two figures of one page, asked one after the other, agree also while candidates file.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield


# --- Registrations --------------------------------------------------------------------------


@dataclass
class Filed:
    """Registrations filed in a period, whatever became of them.

    Attributes:
        total: how many.
        persons: of how many candidates are those that serve: nobody is left of what is archived.
        choices: by exam and speciality, as their keys.
        categories: by exam and code of the category, which its réglementation names.
        academies: by code.
        states: by state.
        standing: how many still stand, or stood when they were archived.
        is_least: whether there may be more of these: of what is archived it is not always told.
        archived: how many of them are archived: numbers are all that is left.
        left_out: how many are archived and not among them: their state is kept apart from the rest.
        unsaid: of what of these is not told apart, how many, by `ArchivedCount.Kind`.
        unsaid_domains: of which domain are those whose choice is not told.
    """

    total: int = 0
    persons: int = 0
    choices: Counter[tuple[int, int | None]] = field(default_factory=Counter)
    categories: Counter[tuple[int, str]] = field(default_factory=Counter)
    academies: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    standing: int = 0
    is_least: bool = False
    archived: int = 0
    left_out: int = 0
    unsaid: Counter[str] = field(default_factory=Counter)
    unsaid_domains: Counter[int] = field(default_factory=Counter)

    def add(self, left: Archived) -> None:
        """Count what is archived with what serves."""
        self.total += left.total
        self.archived += left.total
        self.academies.update(left.academies)
        self.choices.update(left.choices)
        self.categories.update(left.categories)
        self.states.update(left.states)
        self.standing += left.standing
        self.is_least = left.is_least
        self.unsaid.update(left.unsaid)
        self.unsaid_domains.update(left.unsaid_domains)


def filed(selection: Selection, period: Period) -> Filed:
    """Count registrations by all that tells them apart, in one reading; and of how many persons."""
    told = ("exam_id", "speciality_id", "category", "academy_id", "state")
    found = Filed()
    groups = _filed_in(selection, period).values_list(*told).annotate(count=Count("*"))
    for exam, speciality, category, academy, state, count in groups.order_by():
        found.total += count
        found.choices[exam, speciality] += count
        found.categories[exam, category] += count
        found.academies[academy] += count
        found.states[state] += count
        found.standing += count if state in STANDING else 0
    persons = Count("candidate", distinct=True)
    found.persons = _filed_in(selection, period).aggregate(persons=persons)["persons"]
    return found


def filed_by_hour(selection: Selection, period: Period) -> dict[datetime, int]:
    """Count registrations by the hour that they were first filed in: the instant it begins at.

    Hours are counted from the first midnight, so that each lies within one day of the period's
    clock; the day that clocks go back has twenty-five. Only those that have some are returned.
    """
    beginning = Func(
        Value(HOUR, output_field=DurationField()),
        F("filed_at"),
        Value(period.start, output_field=DateTimeField()),
        function="date_bin",
        output_field=DateTimeField(),
    )
    counted = _filed_in(selection, period).annotate(beginning=beginning).values_list("beginning")
    return dict(counted.annotate(count=Count("*")).order_by())


def filed_just_now(selection: Selection, *, at: datetime) -> dict[str, int]:
    """Count those of the last hour and of the last ten minutes."""
    lately = selection.registrations().filter(filed_at__gt=at - HOUR, filed_at__lte=at)
    counted: dict[str, int] = lately.aggregate(
        hour=Count("*"), minutes=Count("filed_at", filter=Q(filed_at__gt=at - JUST_NOW))
    )
    return counted


def filed_before_closing(
    selection: Selection, services: Iterable[RegistrationService]
) -> dict[int, tuple[int, int]]:
    """Count those of the last hour and of the last ten minutes of services, by the key of each.

    Both go to the end of the minute in which a service closes, in which it still accepts.

    Args:
        selection: what is counted.
        services: those whose last moments are asked; one that has none is not returned.
    """
    ends = {one.pk: one.closes_at + MINUTE for one in services}
    if not ends:
        return {}
    last = {
        before: reduce(or_, (Q(service=pk, filed_at__gte=end - before) for pk, end in ends.items()))
        for before in (HOUR, JUST_NOW)
    }
    not_after = reduce(or_, (Q(service=pk, filed_at__lt=end) for pk, end in ends.items()))
    rows = (
        selection.registrations()
        # Said of all together too: the days that the index leads to are then few.
        .filter(filed_at__gte=min(ends.values()) - HOUR, filed_at__lt=max(ends.values()))
        .filter(last[HOUR], not_after)
        .values_list("service")
        .annotate(hour=Count("*"), minutes=Count("filed_at", filter=last[JUST_NOW]))
        .order_by()
    )
    return {service: (hour, minutes) for service, hour, minutes in rows}


def _filed_in(selection: Selection, period: Period) -> QuerySet[Registration]:
    found: QuerySet[Registration] = selection.registrations().filter(
        filed_at__gte=period.start, filed_at__lt=period.end
    )
    return found


# --- What is begun --------------------------------------------------------------------------

NOTHING = -1
"""The place of a draft in which no tab has an answer."""


@dataclass
class Begun:
    """What is begun and not filed.

    Attributes:
        new: for a new registration, by the place of the last tab that has answers.
        shut: how many of these are of a service that has closed.
        amending: how many change a registration that stands, or did.
        lately: how many, of either, were answered within the last hour.
    """

    new: Counter[int] = field(default_factory=Counter)
    shut: int = 0
    amending: int = 0
    lately: int = 0

    @property
    def total(self) -> int:
        """How many there are of new registrations."""
        return self.new.total()


def begun(selection: Selection, *, at: datetime) -> Begun:
    """Count what is begun, by the last tab of the wizard, in its order, that has answers.

    That is what can be told of many at once: whether answers are accepted is judged one draft at
    a time, and no progress is stored.
    """
    closed = {one.pk for one in selection.services if one.has_closed(at)}
    places = [When(section=one.slug, then=Value(place)) for place, one in enumerate(SECTIONS)]
    last = (
        SectionAnswers.objects.filter(draft=OuterRef("pk"))
        .order_by()
        .values("draft")
        .annotate(last=Max(Case(*places, default=Value(NOTHING), output_field=IntegerField())))
    )
    groups = (
        selection.drafts()
        .annotate(
            is_amending=Q(amends__isnull=False),
            place=Case(
                When(amends=None, then=Coalesce(Subquery(last.values("last")), NOTHING)),
                default=Value(NOTHING),
            ),
        )
        .values_list("service_id", "is_amending", "place")
        .annotate(
            count=Count("*"), lately=Count("answered_at", filter=Q(answered_at__gt=at - HOUR))
        )
        .order_by()
    )
    found = Begun()
    for service, is_amending, place, count, lately in groups:
        found.lately += lately
        if is_amending:
            found.amending += count
        else:
            found.new[place] += count
            found.shut += count if service in closed else 0
    return found


# --- Mails ----------------------------------------------------------------------------------


def mails_in_trouble(selection: Selection, *, at: datetime) -> Counter[str]:
    """Count the mails that were refused lately, and those that wait for long.

    The keys: `refused`, or waiting for a `quarter` of an hour, an `hour`, a `day`.
    """
    state = Message.State
    trouble = Case(
        When(state=state.REFUSED, then=Value("refused")),
        When(written_at__lte=at - A_DAY, then=Value("day")),
        When(written_at__lte=at - HOUR, then=Value("hour")),
        default=Value("quarter"),
    )
    counted = _troubled(selection, at=at).annotate(trouble=trouble).values_list("trouble")
    return Counter(dict(counted.annotate(count=Count("*")).order_by()))


def last_in_trouble(selection: Selection, *, at: datetime) -> list[tuple[Message, str]]:
    """Return the last of these mails that speak of a registration, each with its number."""
    known = selection.registrations()
    itself = known.filter(pk=OuterRef("registration")).values("number")
    its_document = known.filter(folder__documents__versions=OuterRef("document")).values("number")
    found = (
        _troubled(selection, at=at)
        .filter(about_kind__in=("registration", "documentversion"))
        .annotate(number=Coalesce(Subquery(itself), Subquery(its_document)))
        .exclude(number=None)
        .defer("body")
        .order_by("-written_at", "-pk")
    )
    return [(one, one.number) for one in found[:MOST_MAILS]]


def _troubled(selection: Selection, *, at: datetime) -> QuerySet[Message]:
    """Return the mails in trouble about what is counted; those of accounts in the whole view."""
    state = Message.State
    found = Message.objects.filter(
        Q(state=state.REFUSED, again__isnull=True, written_at__gt=at - REFUSED_SINCE)
        | Q(state=state.WAITING, written_at__lte=at - LATE)
    ).annotate(
        registration=key_about("registration"),
        document=key_about("documentversion"),
        draft=key_about("draft", UUIDField),
    )
    if selection.is_everything:
        return found
    registrations, drafts = selection.registrations(), selection.drafts()
    return found.filter(
        Exists(registrations.filter(pk=OuterRef("registration")))
        | Exists(registrations.filter(folder__documents__versions=OuterRef("document")))
        | Exists(drafts.filter(pk=OuterRef("draft")))
    )
