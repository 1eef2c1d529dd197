"""Whoever opens what was confided (H3): its candidate, or the doctor in charge."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sporades.accounts.models import User
from sporades.acts.medical.confiding import record
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.refusals import Refused
from sporades.medical import operations as medical
from sporades.medical.models import Compartment, Paper, Remark
from sporades.medical.queries import all_remarks_of, remarks_of
from sporades.notices import queries as notices
from sporades.registrations.queries import lock_registration


class Infected(Refused):
    """A virus was found in it."""

    message = (
        "Un programme malveillant a été trouvé dans ce fichier : personne ne l'ouvrira. Retirez-le, "
        "puis déposez-en un autre, fait depuis un autre appareil si vous le pouvez."
    )


def read(
    *,
    paper: UUID,
    reader: User,
    is_by_page: bool = False,
    is_for_copy: bool = False,
    by: Actor,
    at: datetime,
) -> bytes:
    """Return the bytes of a paper, once it is kept that they were read.

    Args:
        paper: its key.
        reader: whose account reads: its candidate, or the doctor in charge.
        is_by_page: whether one page of it is shown: those that follow soon are the same opening.
        is_for_copy: whether it is joined to a copy of the reader's own data.
        by: the same, as an author.
        at: the instant.

    Raises:
        Paper.DoesNotExist: there is none, for this reader.
        Infected: see there.
        sealing.Unreadable: no master key opens it.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    visible = Paper.objects.visible_to(reader).select_related("compartment__registration")
    found: Paper = visible.get(pk=paper)
    if found.is_infected:
        raise Infected
    content = medical.content_of(found)
    is_going_on = is_by_page and medical.is_being_read(found.compartment, found, by=by, at=at)
    if _is_noted(by) and not is_going_on:
        with transaction.atomic():
            locked = lock_registration(found.compartment.registration_id)
            # Another doctor may be in charge by now.
            there = visible.get(pk=paper)
            # A browser asks for several pages at once: one of them has noted it meanwhile.
            if is_by_page and medical.is_being_read(there.compartment, there, by=by, at=at):
                return content
            medical.note_opened(there.compartment, there, is_for_copy=is_for_copy, by=by, at=at)
            record("confided paper opened", locked, by=by, at=at)
    return content


@transaction.atomic
def read_remarks(*, found: Compartment, reader: User, by: Actor, at: datetime) -> list[Remark]:
    """Return the comments of a compartment, once it is kept that the doctor read them.

    A candidate who reads their own leaves no trace, and does not read those between doctors.

    Args:
        found: the compartment.
        reader: whose account reads: its candidate, or the doctor in charge.
        by: the same, as an author.
        at: the instant.

    Raises:
        Compartment.DoesNotExist: there is none, for this reader.
    """
    mine: Compartment = Compartment.objects.visible_to(reader).get(pk=found.pk)
    is_candidates = by.kind == CANDIDATE
    remarks = list(remarks_of(mine) if is_candidates else all_remarks_of(mine))
    if remarks and not is_candidates and not medical.is_being_read(mine, None, by=by, at=at):
        locked = lock_registration(mine.registration_id)
        medical.note_opened(
            Compartment.objects.visible_to(reader).get(pk=found.pk), None, by=by, at=at
        )
        record("confided remarks read", locked, by=by, at=at)
    return remarks


def _is_noted(by: Actor) -> bool:
    """Return whether an opening is noted: always, unless its own candidate reads on (R-05)."""
    return by.kind != CANDIDATE or not notices.is_database_read_only()
