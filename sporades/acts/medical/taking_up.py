"""What was confided for a registration that was left, taken up by the one that its candidate made since.

Whoever undoes « Me désinscrire » has a new registration, whose compartment is empty. Nothing passes
to it by itself: its candidate chooses what does. It is sealed anew, for its new place; what was left
is erased in its own time (E8, H3, P-14).
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sporades.acts.medical import confiding
from sporades.core import files
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.presses import named_text
from sporades.core.refusals import Refused
from sporades.medical import operations as medical
from sporades.medical import sealing
from sporades.medical.models import Compartment, Paper, Remark
from sporades.medical.queries import compartment, is_left_for, papers_of, remarks_of
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration

logger = logging.getLogger(__name__)


class Gone(Refused):
    """What was chosen is not there any more."""

    message = (
        "Ce que vous aviez déposé pour l'inscription d'avant est effacé : il n'y a plus rien à en "
        "reprendre. Déposez de nouveau ce qui sert encore."
    )


@dataclass(frozen=True)
class Offered:
    """What is left of what was confided for a registration that its candidate has withdrawn.

    Attributes:
        found: its compartment, with its registration.
        papers: those that may be taken up, verified already or not.
        remarks: the comments of its candidate.
        infected: how many files have a virus: nobody takes them up.
        taken: the keys of the papers and of the comments that are taken up already.
    """

    found: Compartment
    papers: list[Paper]
    remarks: list[Remark]
    infected: int
    taken: frozenset[UUID]

    @property
    def registration(self) -> Registration:
        """The one that was withdrawn."""
        left: Registration = self.found.registration
        return left

    @property
    def papers_left(self) -> list[Paper]:
        """The papers that are not taken up yet."""
        return [one for one in self.papers if one.pk not in self.taken]

    @property
    def remarks_left(self) -> list[Remark]:
        """The comments that are not."""
        return [one for one in self.remarks if one.pk not in self.taken]


@dataclass
class Taken:
    """What became of what was chosen.

    Attributes:
        papers: how many papers are taken up now.
        remarks: how many comments are.
        unread: how many of both are not, since nobody can read them for the moment.
        why: why what is left of them is not, where something is.
    """

    papers: int = 0
    remarks: int = 0
    unread: int = 0
    why: Refused | None = field(default=None)


# --- What there is ----------------------------------------------------------------------------


def offered_to(
    registration: Registration, left: Iterable[Compartment] | None = None
) -> list[Offered]:
    """Return what a registration may take up, of each that its candidate left for the same exam.

    Args:
        registration: one that stands, whether anything may be confided for it now or not.
        left: the compartments that `is_left_for` finds, where they are read already.
    """
    if not registration.is_active:
        return []
    if left is None:
        left = _left_for(registration).select_related("registration__service").order_by("pk")
    found = [_offered(one, registration) for one in left]
    # Of whoever left more than once: what one has taken up of another is offered by one alone.
    passed = {one.sending for offered in found for one in _all(offered.papers, offered.remarks)}
    found = [replace(one, taken=one.taken | _among(one, passed)) for one in found]
    return [one for one in found if one.papers_left or one.remarks_left]


def offered_by(left: Registration, registration: Registration) -> Offered | None:
    """Return what one registration may take up of another, taken up already too; nothing where it may not.

    Args:
        left: the one that was withdrawn.
        registration: the one that stands.
    """
    found = _left_for(registration).filter(registration=left.pk)
    one: Compartment | None = found.select_related("registration__service").first()
    if one is None or not registration.is_active:
        return None
    offered = _offered(one, registration)
    return offered if offered.papers or offered.remarks else None


def standing_for(left: Registration) -> Registration | None:
    """Return the registration that may take up what was confided for one that was withdrawn, if any does."""
    if left.withdrawn_at is None:
        return None
    same = Registration.objects.active().filter(candidate=left.candidate_id, exam=left.exam_id)
    found: Registration | None = same.order_by("-pk").first()
    return found


def _left_for(registration: Registration) -> QuerySet[Compartment]:
    found: QuerySet[Compartment] = Compartment.objects.filter(is_left_for(registration))
    return found


def _offered(left: Compartment, registration: Registration) -> Offered:
    papers: list[Paper] = list(papers_of(left))
    remarks: list[Remark] = list(remarks_of(left).filter(author_kind=CANDIDATE))
    own = compartment(registration)
    here: set[UUID] = set()
    if own is not None:
        here |= set(own.papers.values_list("sending", flat=True))
        here |= set(own.remarks.values_list("sending", flat=True))
    return Offered(
        found=left,
        papers=[one for one in papers if not one.is_infected],
        remarks=remarks,
        infected=sum(one.is_infected for one in papers),
        taken=frozenset(one.pk for one in _all(papers, remarks) if _sending(one) in here),
    )


def _among(offered: Offered, sendings: Collection[UUID]) -> frozenset[UUID]:
    """Return the keys of what was taken up under one of these names."""
    known = _all(offered.papers, offered.remarks)
    return frozenset(one.pk for one in known if _sending(one) in sendings)


def _all(papers: list[Paper], remarks: list[Remark]) -> list[Paper | Remark]:
    return [*papers, *remarks]


def _sending(one: Paper | Remark) -> UUID:
    """Return what names its being taken up: however often it is asked for, it is once."""
    return named_text(f"taken up\0{one.pk}")


# --- It is taken up ---------------------------------------------------------------------------


def take_up(
    *,
    registration: Registration,
    left: Registration,
    papers: Collection[UUID],
    remarks: Collection[UUID],
    by: Actor,
    at: datetime,
) -> Taken:
    """Confide for a registration what was confided for the one that was left, as far as may be.

    Each is kept by itself: what a refusal stops half-way is gone on with by the same press. The
    antivirus looks at each paper again.

    Args:
        registration: the one that stands, their own.
        left: the one that was withdrawn, their own too.
        papers: the keys of the papers that are chosen.
        remarks: those of the comments.
        by: its candidate.
        at: the instant at which the request arrived.

    Returns:
        What became of it, with what stopped it: `Gone`, or what `confiding.deposit` raises.

    Raises:
        files.OutOfReach: the store does not answer.
    """
    done = Taken()
    offered = offered_by(left, registration)
    keys = {*papers, *remarks}
    known = _all(offered.papers, offered.remarks) if offered else []
    chosen = [one for one in known if one.pk in keys]
    try:
        for one in chosen:
            if offered is not None and one.pk in offered.taken:
                continue
            _take_one(one, registration, left, done, by=by, at=at)
        if len(chosen) < len(keys):
            raise Gone
    except Refused as refusal:
        done.why = refusal
    return done


def _take_one(
    one: Paper | Remark,
    registration: Registration,
    left: Registration,
    done: Taken,
    *,
    by: Actor,
    at: datetime,
) -> None:
    try:
        if isinstance(one, Paper):
            _take_paper(one, registration, left, by=by, at=at)
            done.papers += 1
        else:
            _take_remark(one, registration, left, by=by, at=at)
            done.remarks += 1
    except (files.Unreadable, sealing.Unreadable) as failure:
        rows: Any = type(one).objects
        if not rows.filter(pk=one.pk).exists():
            raise Gone from None  # erased while it was being read
        logger.error("%r cannot be read: %s", one, type(failure).__name__)  # noqa: TRY400 - a line
        done.unread += 1


def _take_paper(
    paper: Paper, registration: Registration, left: Registration, *, by: Actor, at: datetime
) -> None:
    confiding.check_awaited(registration)
    safe = confiding.Safe(
        kind=paper.kind,
        name=paper.name,
        content=medical.content_of(paper),
        pages=paper.pages,
    )
    confiding.spend(registration, at=at)
    confiding.keep(
        registration=registration,
        safe=safe,
        sending=_sending(paper),
        first=lambda: _lock_there(paper, registration, left),
        by=by,
        at=at,
    )


@transaction.atomic
def _take_remark(
    remark: Remark, registration: Registration, left: Registration, *, by: Actor, at: datetime
) -> None:
    _lock_there(remark, registration, left)
    locked = lock_registration(registration.pk)
    sending = _sending(remark)
    own = compartment(locked)
    if own is not None and own.remarks.filter(sending=sending).exists():
        return
    confiding.check_awaited(locked)
    text = remark.text
    confiding.spend(locked, at=at)
    medical.remark(confiding.taking(locked), text=text, sending=sending, by=by, at=at)
    confiding.record("remark confided", locked, by=by, at=at)


def _lock_there(one: Paper | Remark, registration: Registration, left: Registration) -> None:
    """Lock both registrations, always in the same order, and check that something is still to be taken up.

    Raises:
        Gone: it is erased, or a virus was found in it.
    """
    for key in sorted((left.pk, registration.pk)):
        lock_registration(key)
    rows: Any = type(one).objects
    there = rows.filter(pk=one.pk, compartment__erased_at=None)
    if isinstance(one, Paper):
        there = there.confided().exclude(is_clean=False)
    if not there.exists():
        raise Gone
