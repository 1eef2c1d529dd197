"""What of a publication still holds: a document is of a registration that stands, as it stood."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from sporades.accommodations.queries import asked_here
from sporades.accounts.permissions import Reach
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import counting
from sporades.publications.refusals import (
    ASKED_SINCE,
    GIVEN_ANEW,
    HAS_CHANGED,
    HAS_MOVED,
    IS_FOR_ANOTHER,
    REPLACED_ALREADY,
    STANDS_NO_MORE,
)
from sporades.publications.states import LineOutcome, PublicationState
from sporades.registrations.choices import CHOSEN_ANEW
from sporades.registrations.models import Registration, Version
from sporades.registrations.states import STANDING


def prepared_of(publication: Publication) -> QuerySet[PublicationLine]:
    """Return the lines whose document is ready, and that nobody has refused."""
    lines: QuerySet[PublicationLine] = publication.lines.filter(outcome=LineOutcome.PREPARED)
    return lines


def still_given(lines: QuerySet[PublicationLine]) -> QuerySet[PublicationLine]:
    """Keep the prepared lines whose document has an instant, but those that were held back."""
    return lines.filter(
        outcome=LineOutcome.PREPARED,
        version__published_at__isnull=False,
        version__withdrawn_at=None,
    )


def set_aside(publication: Publication, lines: QuerySet[PublicationLine], *, within: Reach) -> None:
    """Refuse, at their lines, the documents of a publication that hold no more, each with its reason.

    Args:
        publication: which.
        lines: those of its lines that are looked at.
        within: where whoever publishes may.
    """
    refuse(lines.exclude(registration__state__in=STANDING), STANDS_NO_MORE)
    # Asked of each: a list of all that lies there is the whole table.
    there = Registration.objects.within(within).filter(pk=OuterRef("registration"))
    refuse(lines.filter(~Exists(there)), HAS_MOVED)
    if publication.publishes.is_on_accommodations:
        refuse(lines.filter(registration__in=asked_here()), ASKED_SINCE)
    if not publication.publishes.is_contested:
        # Even made elsewhere it names what it is for; a decision stands until another is taken.
        since = Version.objects.filter(
            registration=OuterRef("registration"),
            number__gt=OuterRef("of_version"),
            snapshot__has_key=CHOSEN_ANEW,
        )
        refuse(lines.filter(Exists(since)), IS_FOR_ANOTHER)
    if not publication.publishes.is_deposited:
        refuse(lines.exclude(registration__version=F("of_version")), HAS_CHANGED)
    # What was held back hinders none: another may have been made since, and be read.
    later = DocumentVersion.objects.published_by(timezone.now()).filter(
        document=OuterRef("version__document"), number__gt=OuterRef("version__number")
    )
    held = lines.filter(version__withdrawn_at__isnull=False)
    refuse(held.filter(Exists(later)), REPLACED_ALREADY)


def give_way(registration: Registration, publication: Publication) -> None:
    """Refuse, at its line, what the academy before prepared of a kind, and has not decided to publish.

    The one that has the registration now gives its own: it can neither publish nor drop that one.

    Args:
        registration: one that is held, see `locking.hold`.
        publication: that into which its own goes.
    """
    before = PublicationLine.objects.filter(
        registration=registration.pk,
        publication__kind=publication.kind,
        publication__state__in=(PublicationState.PREPARING, PublicationState.PROPOSED),
        outcome=LineOutcome.PREPARED,
        version__published_at=None,
    )
    its_own = Q(version__academy="") | Q(version__academy=F("registration__academy"))
    refuse(before.exclude(its_own), GIVEN_ANEW)


def refuse(lines: QuerySet[PublicationLine], why: str) -> None:
    """Refuse some lines that nobody outside has read, and delete their documents.

    Of many, nobody reads any from here on, and jobs delete them some at a time: whoever changes one of
    their registrations waits for some alone.

    Args:
        lines: which.
        why: the reason that each says.
    """
    refused = list(lines.values_list("pk", "version", "publication"))
    if not refused:
        return
    keys, read, publications = map(set, zip(*refused, strict=True))
    PublicationLine.objects.filter(pk__in=keys).update(outcome=LineOutcome.REFUSED, why=why)
    versions = DocumentVersion.objects.filter(pk__in=read)
    documents.keep_unread(versions)
    if len(refused) > counting.AT_ONCE:
        for key in publications:
            counting.queue(Publication(pk=key))
    else:
        documents.discard(versions)


def to_delete(lines: QuerySet[PublicationLine]) -> QuerySet[PublicationLine]:
    """Keep the lines that were refused with many others, and whose document is not deleted yet."""
    return lines.filter(outcome=LineOutcome.REFUSED, version__isnull=False)
