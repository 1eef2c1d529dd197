"""Questions of pages and of other rooms about the medical compartment."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    Func,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate

from sporades.accounts.models import Membership
from sporades.core.actors import CANDIDATE
from sporades.core.prepared import Prepared
from sporades.medical.models import Compartment, Opening, OpinionDraft, Paper, Remark
from sporades.registrations.models import Registration

_WHO_AND_WHAT = ("reader_kind", "reader_id", "reader_name", "is_for_copy", "kind")
"""What openings of a day have in common where they are told together."""


def compartment(registration: Registration) -> Compartment | None:
    """Return the compartment of a registration, if anything was confided for it.

    The name of the doctor in charge is in `doctor_name`, nothing where there is none.
    """
    return _compartments(registration.pk).first()


def _compartments(registration: int) -> QuerySet[Compartment]:
    return _named(Q(registration=registration))


def _named(which: Q) -> QuerySet[Compartment]:
    names = Membership.objects.filter(user=OuterRef("doctor"), role=Membership.Role.DOCTOR)
    papers = Paper.objects.filter(compartment=OuterRef("pk")).order_by("-given_at")
    remarks = Remark.objects.filter(compartment=OuterRef("pk")).order_by("-written_at")
    found: QuerySet[Compartment] = Compartment.objects.filter(which).annotate(
        doctor_name=Coalesce(Subquery(names.values("full_name")[:1]), Value("")),
        lately=Greatest(
            Subquery(papers.values("given_at")[:1]), Subquery(remarks.values("written_at")[:1])
        ),
    )
    return found


def lately_at(found: Compartment) -> datetime | None:
    """Return when something was last confided or written there; nothing where nothing is.

    It is known of a compartment of this module, and asked of any other.
    """
    if "lately" not in vars(found):
        found = _named(Q(pk=found.pk)).get()
    lately: datetime | None = vars(found)["lately"]
    return lately


def is_left_for(registration: Registration) -> Q:
    """Return which compartments are of registrations that a candidate withdrew, and may be taken up.

    Args:
        registration: the one for the same exam that would take them up.
    """
    return _is_left(candidate=registration.candidate_id, exam=registration.exam_id)


def _is_left(*, candidate: int, exam: int) -> Q:
    return Q(
        registration__candidate=candidate,
        registration__exam=exam,
        registration__withdrawn_at__isnull=False,
        erased_at=None,
    )


def compartments_to_show(registration: Registration, zone: str) -> list[Compartment]:
    """Return the compartment of a registration, if it has one, and those that it may take up.

    Each has how many lines `openings_of` has in `opened`.
    """
    return _to_show(zone)(
        registration=registration.pk,
        candidate=registration.candidate_id,
        exam=registration.exam_id,
    )


@functools.cache
def _to_show(zone: str) -> Prepared[..., Compartment]:
    """Return the question of `compartments_to_show`, by one clock."""
    lines = Func(
        _day("openings__at", zone),
        *(f"openings__{name}" for name in _WHO_AND_WHAT),
        function="ROW",
        output_field=TextField(),
    )
    which = Case(When(openings__isnull=False, then=lines))

    def ask(registration: int, candidate: int, exam: int) -> QuerySet[Compartment]:
        mine = Q(registration=registration)
        shown = _named(mine | _is_left(candidate=candidate, exam=exam))
        counted = shown.select_related("registration__service")
        return counted.annotate(opened=Count(which, distinct=True)).order_by("pk")

    return Prepared(ask, Compartment)


def kinds_given(registration: Registration) -> set[str]:
    """Return the codes of the papers that were given, those that are not verified yet too."""
    return set(_given_to(registration).values_list("kind", flat=True))


def first_given(registrations: Iterable[int]) -> dict[int, dict[str, datetime]]:
    """Return when a paper of each kind was first given, by its code, for each of these registrations.

    Args:
        registrations: their keys; none asks nothing.
    """
    wanted, found = set(registrations), dict[int, dict[str, datetime]]()
    if not wanted:
        return found
    given = Paper.objects.confided().exclude(is_clean=False)
    rows = given.filter(compartment__registration__in=wanted).values_list(
        "compartment__registration", "kind"
    )
    for registration, kind, first in rows.annotate(first=Min("given_at")).order_by():
        found.setdefault(registration, {})[kind] = first
    return found


def _given_to(registration: Registration | OuterRef) -> QuerySet[Paper]:
    given: QuerySet[Paper] = Paper.objects.confided().filter(compartment__registration=registration)
    return given.exclude(is_clean=False)


def was_given_since(compartment: Compartment, instant: datetime) -> bool:
    """Return whether a paper was given to a compartment since an instant, or a comment written in it."""
    papers, remarks = compartment.papers, compartment.remarks
    return bool(
        papers.filter(given_at__gte=instant).exists()
        or remarks.filter(written_at__gte=instant).exists()
    )


def kinds_confided(registration: OuterRef) -> ArraySubquery:
    """Return the codes of the papers that were given, those that are not verified yet too.

    Args:
        registration: the column that says of which one, of the rows that this is read with.
    """
    return ArraySubquery(_given_to(registration).values("kind"))


def is_confided(
    registration: OuterRef, *, before: OuterRef | None = None, since: OuterRef | None = None
) -> Q:
    """Return whether a candidate has confided a paper or a comment, before an instant or since one.

    Args:
        registration: the column that says of which one, of the rows that this is read with.
        before: the column of the instant before which it was.
        since: the column of the instant after which it was.
    """
    papers = Paper.objects.confided().filter(compartment__registration=registration)
    papers = papers.exclude(is_clean=False)
    remarks = Remark.objects.filter(compartment__registration=registration, author_kind=CANDIDATE)
    if before is not None:
        papers, remarks = papers.filter(given_at__lt=before), remarks.filter(written_at__lt=before)
    if since is not None:
        papers, remarks = papers.filter(given_at__gt=since), remarks.filter(written_at__gt=since)
    return Exists(papers) | Exists(remarks)


def emptied_at(registration: OuterRef) -> Subquery:
    """Return when what was confided before was erased, of a compartment that takes papers again since.

    Args:
        registration: the column that says of which one, of the rows that this is read with.
    """
    taking = Compartment.objects.filter(registration=registration, erased_at=None)
    return Subquery(taking.values("emptied_at")[:1])


def papers_of(found: Compartment) -> QuerySet[Paper]:
    """Return the papers of a compartment, in the order in which they were given."""
    papers: QuerySet[Paper] = found.papers.confided().select_related("compartment")
    return papers.order_by("given_at", "pk")


def remarks_of(found: Compartment) -> QuerySet[Remark]:
    """Return the comments of a compartment, the first written first; not those between doctors."""
    return all_remarks_of(found).filter(is_between_doctors=False)


def all_remarks_of(found: Compartment) -> QuerySet[Remark]:
    """Return the comments of a compartment that its doctor reads, the first written first."""
    remarks: QuerySet[Remark] = found.remarks.select_related("compartment")
    return remarks.order_by("written_at", "pk")


def said_by(found: Compartment, author: str, *, at: datetime) -> Remark | None:
    """Return what a doctor wrote to the candidate at an instant: their own words, which they may reread.

    Args:
        found: the compartment, whoever is in charge of it now.
        author: the identifier of their account, as an author has it.
        at: the instant.
    """
    theirs = remarks_of(found).exclude(author_kind=CANDIDATE)
    return theirs.filter(author_id=author, written_at=at).first()


def asked_of(registration: Any, *, at: Any) -> QuerySet[Remark]:
    """Return what a doctor wrote to the candidate of a registration at an instant.

    Args:
        registration: its key, or how another query names it.
        at: the instant, or how another query names it.
    """
    theirs = Remark.objects.filter(compartment__registration=registration, written_at=at)
    written: QuerySet[Remark] = theirs.filter(is_between_doctors=False)
    return written.exclude(author_kind=CANDIDATE)


def draft_of(found: Compartment) -> OpinionDraft | None:
    """Return what the doctor in charge has typed and not signed, if anything."""
    drafts = OpinionDraft.objects.filter(compartment=found).select_related("compartment")
    draft: OpinionDraft | None = drafts.first()
    return draft


@dataclass(frozen=True)
class Unread:
    """What of a compartment its doctor has not read.

    Attributes:
        papers: the clean papers that were not opened.
        of: how many there are.
        remarks: how many comments of the candidate came since the doctor last read them.
    """

    papers: list[Paper]
    of: int
    remarks: int


def unread_by(found: Compartment, reader: str) -> Unread:
    """Return what somebody has not read of a compartment.

    Args:
        found: the compartment.
        reader: the identifier of their account, as an author has it.
    """
    read = list(found.openings.filter(reader_id=reader).values_list("paper", "at"))
    opened = {paper for paper, _ in read}
    clean = list(papers_of(found).filter(is_clean=True))
    theirs = found.remarks.filter(author_kind=CANDIDATE)
    last = max((at for paper, at in read if paper is None), default=None)
    return Unread(
        papers=[one for one in clean if one.pk not in opened],
        of=len(clean),
        remarks=(theirs.filter(written_at__gt=last) if last else theirs).count(),
    )


@dataclass(frozen=True)
class ReadWhole:
    """Which kinds of papers of a compartment somebody may say to have read.

    Attributes:
        given: the codes of those of which there is a clean file.
        read: the codes of those whose every clean file was opened.
    """

    given: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()


def read_whole_by(found: Compartment, reader: str) -> ReadWhole:
    """Return which kinds of papers somebody has read.

    Args:
        found: the compartment.
        reader: the identifier of their account, as an author has it.
    """
    clean = list(found.papers.filter(is_clean=True).values_list("pk", "kind"))
    opened = set(found.openings.filter(reader_id=reader).values_list("paper", flat=True))
    given = frozenset(kind for _, kind in clean)
    return ReadWhole(given, given - {kind for paper, kind in clean if paper not in opened})


def openings_of(found: Compartment, zone: str) -> QuerySet[Opening, dict[str, Any]]:
    """Return who opened what of a compartment on which day, how often, from when to when; the last first.

    Args:
        found: the compartment.
        zone: where a day counts.
    """
    days = found.openings.annotate(day=_day("at", zone)).values("day", *_WHO_AND_WHAT)
    together = days.annotate(times=Count("pk"), first=Min("at"), last=Max("at"), latest=Max("pk"))
    openings: QuerySet[Opening, dict[str, Any]] = together.order_by("-last", "-latest")
    return openings


def _day(field: str, zone: str) -> TruncDate:
    return TruncDate(field, tzinfo=ZoneInfo(zone))
