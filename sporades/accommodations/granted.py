"""What is in force for one épreuve: the only thing that rooms, durations and convocations read (H4)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sporades.accommodations.models import AskedMeasure
from sporades.accommodations.states import SETTLED
from sporades.exams.schema import Status
from sporades.registrations.models import Registration, RegistrationPaper


@dataclass(frozen=True)
class InForce:
    """A measure that is in force.

    Attributes:
        code: that of the réglementation.
        label: how it is read.
    """

    code: str
    label: str


@dataclass(frozen=True)
class Granted:
    """What is granted for one épreuve.

    Attributes:
        measures: what is in force, in the order in which it was asked.
        time: the time that is added, as a share of the duration; the longest, never their sum.
    """

    measures: tuple[InForce, ...] = ()
    time: Fraction = Fraction(0)


NOTHING = Granted()


def in_force_of(registration: Any) -> QuerySet[AskedMeasure]:
    """Return the decided measures of a registration, or of the rows of a query, that grant something.

    Of a measure that was decided of twice for the same épreuves the last decision counts.

    Args:
        registration: a key, or the path to one from outside.
    """
    later = AskedMeasure.objects.filter(
        case__registration=OuterRef("case__registration"),
        case__state__in=SETTLED,
        case__decided_at__gt=OuterRef("case__decided_at"),
        code=OuterRef("code"),
    )
    of_all = Exists(later.filter(papers=[]))
    of_the_same = ~Q(papers=[]) & Q(Exists(later.filter(papers__contains=OuterRef("papers"))))
    of_the_granted = ~Q(decided_papers=[]) & Q(
        Exists(later.filter(papers__contains=OuterRef("decided_papers")))
    )
    found: QuerySet[AskedMeasure] = AskedMeasure.objects.filter(
        ~(Q(of_all) | of_the_same | of_the_granted),
        case__registration=registration,
        case__state__in=SETTLED,
    ).exclude(decided_code="")
    return found


def granted(registration: Registration, paper: str) -> Granted:
    """Return the measures in force for one épreuve of a registration.

    Of a measure that was decided of twice the last decision counts. Nothing is in force for an
    épreuve that is not sat, nor for a registration that does not stand.

    Args:
        registration: the registration.
        paper: the code of the épreuve.
    """
    if not registration.is_active:
        return NOTHING
    if not registration.papers.filter(paper__code=paper, status=Status.ENTERED).exists():
        return NOTHING
    return _last(_decided([registration.pk]), paper)


def granted_to(registrations: Iterable[Registration]) -> dict[int, dict[str, Granted]]:
    """Return the measures in force for each épreuve that each registration sits, in two queries.

    Args:
        registrations: those that are asked of.

    Returns:
        By the key of a registration, then by the code of an épreuve; what is not there has nothing.
    """
    standing = [one.pk for one in registrations if one.is_active]
    decided: dict[int, list[AskedMeasure]] = defaultdict(list)
    for one in _decided(standing).annotate(of=F("case__registration")):
        decided[one.of].append(one)
    found: dict[int, dict[str, Granted]] = {}
    entered = RegistrationPaper.objects.filter(
        registration__in=list(decided), status=Status.ENTERED
    )
    for key, paper in entered.values_list("registration", "paper__code"):
        if (last := _last(decided[key], paper)) != NOTHING:
            found.setdefault(key, {})[paper] = last
    return found


def _decided(registrations: list[int]) -> QuerySet[AskedMeasure]:
    """Return what was decided for some registrations, the first decided first."""
    found: QuerySet[AskedMeasure] = AskedMeasure.objects.filter(
        case__registration__in=registrations, case__state__in=SETTLED
    )
    return found.order_by("case__decided_at", "case", "place")


def _last(decided: Iterable[AskedMeasure], paper: str) -> Granted:
    """Return what is in force for an épreuve, of what was decided, the first decided first."""
    last: dict[str, AskedMeasure] = {}
    for one in decided:
        if not one.papers or paper in one.papers:
            last.pop(one.code, None)
            last[one.code] = one
    kept = [one for one in last.values() if one.grants(paper)]
    return Granted(
        measures=tuple(dict.fromkeys(InForce(one.decided_code, one.decided_label) for one in kept)),
        time=max((one.share for one in kept), default=Fraction(0)),
    )
