"""What an act on a publication locks, in this order: the publication, its line, its registration."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.documents.operations import READ_OF_A_PUBLICATION
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.refusals import NOT_STANDING, AlreadyTaken, NotInPreparation
from sporades.publications.states import LineOutcome, PublicationState
from sporades.registrations.models import Registration
from sporades.registrations.states import STANDING


def in_preparation(pk: UUID) -> Publication:
    """Return a publication that still takes documents, kept so until the transaction ends.

    Raises:
        NotInPreparation: it does not take any, or has never been.
    """
    found: Publication | None = (
        Publication.objects.select_for_update(no_key=True)
        .filter(pk=pk, state=PublicationState.PREPARING)
        .first()
    )
    if found is None:
        raise NotInPreparation
    return found


def hold_line(line: PublicationLine) -> None:
    """Lock a line that waits, after its publication. Raises AlreadyTaken."""
    held = PublicationLine.objects.select_for_update(no_key=True).filter(pk=line.pk)
    if list(held.values_list("outcome", flat=True)) != [LineOutcome.WAITING]:
        raise AlreadyTaken


def hold(registration: Registration) -> None:
    """Lock a registration, after its publication and its line. Raises Refused if it stands no more."""
    held = Registration.objects.select_for_update(no_key=True).filter(pk=registration.pk)
    if not any(state in STANDING for state in held.values_list("state", flat=True)):
        raise Refused(NOT_STANDING)


def hold_all(lines: QuerySet[PublicationLine]) -> None:
    """Lock the registrations of a few lines, after their publication and before their documents.

    Whoever withdraws, moves or changes one of them holds back what is to be read later and is
    published already: done at that instant, it is judged after them, or held back by them.
    """
    held = Registration.objects.select_for_update(no_key=True)
    list(held.filter(pk__in=lines.values("registration")).order_by("pk").values_list("pk"))


def hold_some(keys: Collection[int]) -> set[int]:
    """Lock those of some registrations that nobody holds; where all are held, wait for one.

    Whoever waits for one that is held here waits for no third person meanwhile.

    Args:
        keys: their keys.

    Returns:
        The keys of those that are held until the transaction ends.
    """
    rows = Registration.objects.order_by("pk").values_list("pk", flat=True)
    free = rows.select_for_update(no_key=True, skip_locked=True).filter(pk__in=keys)
    held = set(free)
    if not held and keys:
        held = set(rows.select_for_update(no_key=True).filter(pk=min(keys)))
    return held


def locked(publication: Publication) -> Publication:
    """Return a publication as it is, kept so until the transaction ends."""
    found: Publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
    return found


def locked_unread(publication: Publication) -> Publication:
    """Return a publication as it is, kept so; who opens one of its documents meanwhile waits."""
    found = locked(publication)
    lock_value(READ_OF_A_PUBLICATION, str(found.pk))
    return found
