"""What is in force for one épreuve: the only thing that rooms, durations and convocations read (H4)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models import Case as If
from django.db.models.functions import Coalesce

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.states import SETTLED
from sporades.accommodations.suiting import suits
from sporades.exams.queries import rules
from sporades.exams.schema import Status
from sporades.registrations.models import Registration, RegistrationPaper


@dataclass(frozen=True)
class InForce:
    """A measure that is in force.

    Attributes:
        code: that of the réglementation.
        label: how it is read.
        precision: which one, how large, in the words in which it was asked, or granted instead.
    """

    code: str
    label: str
    precision: str = ""


@dataclass(frozen=True)
class Granted:
    """What is granted for one épreuve.

    Attributes:
        measures: what is in force, in the order in which it was asked; never two that exclude each
            other.
        time: the time that is added, as a share of the duration; the longest, never their sum.
    """

    measures: tuple[InForce, ...] = ()
    time: Fraction = Fraction(0)


NOTHING = Granted()


def in_force_of(registration: Any) -> QuerySet[AskedMeasure]:
    """Return the measures that the last decision of a registration grants, or of the rows of a query.

    A decision replaces the one before it, whole: what was granted and is not asked again is
    granted no more, as each page of a second request says (H4). Nor is what is granted for no
    épreuve that is sat, by what `granted` says of each.

    Args:
        registration: a key, or the path to one from outside.

    Returns:
        The measures; `sat` has the codes of the épreuves that are sat and that each is in force for.
    """
    # Where no épreuve was chosen by name, those that a measure suits; another one, those of both.
    asked = When(papers=[], decided_papers=[], then=F("code"))
    is_chosen = Q(code=F("decided_code")) & ~Q(papers=[])
    decided = When(Q(decided_papers=[]) & ~is_chosen, then=F("decided_code"))
    return (
        _granted()
        .filter(case__registration=registration)
        .alias(
            granted_for=If(When(decided_papers=[], then=F("papers")), default=F("decided_papers")),
            asked_unchosen=If(asked, default=Value("")),
            decided_unchosen=If(decided, default=Value("")),
        )
        .annotate(sat=ArraySubquery(_sat_for_it()))
        .exclude(sat=[])
    )


def _sat_for_it() -> QuerySet[Any, Any]:
    """Return the codes of the épreuves that are sat and that a measure is in force for, as `_for` does."""
    named = ArrayField(CharField())
    place = Func(
        OuterRef("granted_for"),
        F("paper__code"),
        function="array_position",
        output_field=IntegerField(),
    )
    sat: QuerySet[RegistrationPaper] = RegistrationPaper.objects.filter(
        registration=OuterRef("case__registration"), status=Status.ENTERED
    )
    known = sat.alias(
        granted_for=ExpressionWrapper(OuterRef("granted_for"), named),
        place=place,
        asked=ExpressionWrapper(OuterRef("asked_unchosen"), CharField()),
        decided=ExpressionWrapper(OuterRef("decided_unchosen"), CharField()),
        asked_under=Coalesce(
            OuterRef("case__regulation"),
            F("registration__regulation"),
            output_field=BigIntegerField(),
        ),
    )
    its = known.filter(Q(granted_for=[]) | Q(place__isnull=False), suits("asked", "decided"))
    return its.order_by("place", "paper").values("paper__code")


def _granted() -> QuerySet[AskedMeasure]:
    """Return the measures that a decision grants which no other has replaced.

    One that is notified stays in force until another is: what is decided and not notified yet
    replaces it no more than it is told.
    """
    its = Case.objects.settled().filter(registration=OuterRef("case__registration"))
    later = its.filter(
        Q(decided_at__gt=OuterRef("case__decided_at"))
        | Q(decided_at=OuterRef("case__decided_at"), pk__gt=OuterRef("case"))
    )
    found: QuerySet[AskedMeasure] = AskedMeasure.objects.filter(
        Q(case__notified_at=None) & ~Exists(its.filter(notified_at__isnull=False)) & ~Exists(later)
        | Q(case__notified_at__isnull=False) & ~Exists(later.filter(notified_at__isnull=False)),
        case__state__in=SETTLED,
    ).exclude(decided_code="")
    return found


def granted(registration: Registration, paper: str) -> Granted:
    """Return the measures in force for one épreuve of a registration.

    The last decision counts. Nothing is in force for an épreuve that is not sat, nor for a
    registration that does not stand.

    Args:
        registration: the registration.
        paper: the code of the épreuve.
    """
    if not registration.is_active:
        return NOTHING
    if not registration.papers.filter(paper__code=paper, status=Status.ENTERED).exists():
        return NOTHING
    return _for(_of([registration.pk]), paper)


def granted_to(registrations: Iterable[Registration]) -> dict[int, dict[str, Granted]]:
    """Return the measures in force for each épreuve that each registration sits, in two queries.

    Args:
        registrations: those that are asked of.

    Returns:
        By the key of a registration, then by the code of an épreuve; what is not there has nothing.
    """
    standing = [one.pk for one in registrations if one.is_active]
    measures: dict[int, list[AskedMeasure]] = defaultdict(list)
    for one in _of(standing).annotate(of=F("case__registration")):
        measures[one.of].append(one)
    found: dict[int, dict[str, Granted]] = {}
    entered = RegistrationPaper.objects.filter(
        registration__in=list(measures), status=Status.ENTERED
    )
    for key, paper in entered.values_list("registration", "paper__code"):
        if (its := _for(measures[key], paper)) != NOTHING:
            found.setdefault(key, {})[paper] = its
    return found


def _of(registrations: list[int]) -> QuerySet[AskedMeasure]:
    """Return what is granted to some registrations, in the order in which it was asked."""
    found = _granted().filter(case__registration__in=registrations).order_by("case", "place")
    return found.annotate(
        regulation=F("case__registration__regulation"),
        asked_under=Coalesce("case__regulation", "case__registration__regulation"),
        exam=F("case__registration__exam__code"),
        category=F("case__registration__category"),
    )


def _for(measures: Iterable[Any], paper: str) -> Granted:
    """Return what is in force for an épreuve, of what a decision grants."""
    asked = [one for one in measures if not one.papers or paper in one.papers]
    granting = [one for one in asked if one.grants(paper) and _suits(one, paper)]
    kept = _without_the_excluded(granting)
    return Granted(
        measures=tuple(dict.fromkeys(_in_force(one) for one in kept)),
        time=max((one.share for one in kept), default=Fraction(0)),
    )


def _suits(one: Any, paper: str) -> bool:
    """Return whether a measure goes with how an épreuve is sat, where nobody has chosen that épreuve.

    « Toutes les épreuves » are those that it suits, as where each is ticked (`suiting_papers`).
    What was chosen by name stands, whatever a later version says of the épreuve.
    """
    if one.decided_papers:
        return True
    unchosen = {one.code, one.decided_code} - ({one.code} if one.papers else set())
    asked = rules(one.asked_under).exam(one.exam).accommodations
    sat = rules(one.regulation).exam(one.exam).paper(paper)
    if asked is None or sat is None:
        return True
    known = [measure for code in unchosen if (measure := asked.measure(code)) is not None]
    return all(measure.suits(paper, sat.nature_for(one.category)) for measure in known)


def _without_the_excluded(kept: list[Any]) -> list[Any]:
    """Keep one of those that exclude each other: the longest time, else what was asked first.

    No decision grants two such measures; one did before its réglementation said that they are.
    """
    if len(kept) < 2:  # noqa: PLR2004 - it goes by two
        return kept
    asked = rules(kept[0].regulation).exam(kept[0].exam).accommodations
    if asked is None:
        return kept
    found: list[Any] = []
    for one in sorted(kept, key=lambda each: -each.share):
        out = {each.code for each in asked.excluded_with(one.decided_code)}
        if not any(each.decided_code in out for each in found):
            found.append(one)
    return [one for one in kept if one in found]


def _in_force(one: AskedMeasure) -> InForce:
    return InForce(one.decided_code, one.decided_label, one.granted_precision)
