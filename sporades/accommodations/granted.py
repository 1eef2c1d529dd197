"""What is in force for one épreuve: the only thing that rooms, durations and convocations read (H4)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sporades.accommodations.models import AskedMeasure
from sporades.accommodations.states import SETTLED
from sporades.exams.schema import Status
from sporades.registrations.models import Registration


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
    found: QuerySet[AskedMeasure] = AskedMeasure.objects.filter(
        ~(Q(of_all) | of_the_same), case__registration=registration, case__state__in=SETTLED
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
    decided = AskedMeasure.objects.filter(
        case__registration=registration.pk, case__state__in=SETTLED
    ).order_by("case__decided_at", "case", "place")
    last: dict[str, AskedMeasure] = {}
    for one in decided:
        if not one.papers or paper in one.papers:
            last.pop(one.code, None)
            last[one.code] = one
    kept = [one for one in last.values() if one.decided_code]
    return Granted(
        measures=tuple(dict.fromkeys(InForce(one.decided_code, one.decided_label) for one in kept)),
        time=max((one.share for one in kept), default=Fraction(0)),
    )
