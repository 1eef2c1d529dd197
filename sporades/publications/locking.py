"""What an act on a publication locks, in this order: the publication, its line, its registration."""

from uuid import UUID

from django.db.models import QuerySet

from sporades.core.refusals import Refused
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.refusals import STANDS_NO_MORE, AlreadyTaken, NotInPreparation
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
        raise Refused(STANDS_NO_MORE)


def hold_all(lines: QuerySet[PublicationLine]) -> None:
    """Lock the registrations of some lines, after their publication and before their documents.

    Whoever withdraws, moves or changes one of them holds back what is to be read later and is
    published already: done at that instant, it is judged after them, or held back by them.
    """
    held = Registration.objects.select_for_update(no_key=True)
    list(held.filter(pk__in=lines.values("registration")).order_by("pk").values_list("pk"))


def locked(publication: Publication) -> Publication:
    """Return a publication as it is, kept so until the transaction ends."""
    found: Publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
    return found
