"""Questions about what is published for a registration."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sporades.accommodations.queries import asked_here
from sporades.core.actors import SYSTEM
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.refusals import NOT_STANDING, OUT_OF_REACH
from sporades.publications.states import LineOutcome, PublicationState
from sporades.registrations.models import Registration

DECIDED_IN = {
    "document published": "publication published",
    "document withdrawn": "publication withdrawn",
}
"""Of what the service does of one document, at its instant, the act on all that somebody decided."""

ARCHIVE_ADDED = "publication archive added"
"""The act that gives a publication another archive."""

DOCUMENT_TAKEN_OUT = "publication document taken out"
ARCHIVE_TAKEN_OUT = "publication archive taken out"
TAKEN_OUT = (DOCUMENT_TAKEN_OUT, ARCHIVE_TAKEN_OUT)
"""The acts that leave somebody without the document that a publication had for them."""


def authors_of(entries: Iterable[Entry]) -> dict[int, str]:
    """Say who did each act; of a document, who decided what the service then did by itself.

    Args:
        entries: the acts.

    Returns:
        The words, by the key of the act.
    """
    every = list(entries)
    caused = {
        one.pk: (DECIDED_IN[one.verb], (one.payload.get("after") or {}).get("publication", ""))
        for one in every
        if one.actor_kind == SYSTEM.kind and one.verb in DECIDED_IN
    }
    said = {one.pk: one.author_in_words for one in every}
    if not caused:
        return said
    decisions = Entry.objects.filter(
        object_kind="publication",
        object_id__in={publication for _, publication in caused.values()},
        verb__in=DECIDED_IN.values(),
    ).order_by("pk")
    by_whom = {(one.verb, one.object_id): one for one in decisions if one.actor_name}
    for pk, which in caused.items():
        if which in by_whom:
            said[pk] = f"{said[pk]} ; décidé par {by_whom[which].author_in_words}"
    return said


def decisions_on(registration: Registration) -> QuerySet[Entry]:
    """Return who decided to publish, or to withdraw, its documents: acts on what holds others' too."""
    lines = PublicationLine.objects.filter(registration=registration)
    found: QuerySet[Entry] = Entry.objects.filter(
        object_kind="publication",
        object_id__in=[str(one.publication_id) for one in lines],
        verb__in=DECIDED_IN.values(),
    )
    return found


def lines_to_withdraw(registration: Registration, *, at: datetime) -> QuerySet[PublicationLine]:
    """Return what its candidate reads at an instant, and the office may take back."""
    read = DocumentVersion.objects.latest_visible(at)
    return _lines(registration).filter(outcome=LineOutcome.PUBLISHED, version__in=read)


def withdrawn_lines(registration: Registration, *, at: datetime) -> list[PublicationLine]:
    """Return what its candidate could read, that was taken back and that nothing has replaced.

    Each says when and why, those too that were taken back with all the others of a publication and
    are not gone through yet.
    """
    published = DocumentVersion.objects.published_by(at)
    later = published.filter(
        document=OuterRef("version__document"), number__gt=OuterRef("version__number")
    )
    by_itself = Q(outcome=LineOutcome.WITHDRAWN, version__withdrawn_at__lte=at)
    with_all = Q(outcome=LineOutcome.PUBLISHED, publication__withdrawn_at__lte=at)
    taken_back = _lines(registration).filter(by_itself | with_all, version__in=published)
    since = Coalesce("version__withdrawn_at", "publication__withdrawn_at")
    # Its content says by which clock its days are.
    found = list(taken_back.filter(~Exists(later)).defer(None).order_by(since.desc(), "pk"))
    for line in found:
        line.why = line.why or line.publication.why
        if line.version is not None:
            line.version.withdrawn_at = line.version.withdrawn_at or line.publication.withdrawn_at
    return found


class Remarks(NamedTuple):
    """What is to be looked at among documents that were deposited, before they are published.

    Attributes:
        unheard: why some are not read aloud as they should be, each with how many.
        unnamed: how many say neither the name nor a number of whose they are.
        namesakes: how many bear the names of whose they are, and another's number or birth.
    """

    unheard: list[tuple[str, int]]
    unnamed: int
    namesakes: int


def remarks_on(lines: QuerySet[PublicationLine]) -> Remarks:
    """Return what is to be looked at among the documents of some lines, all of them read once."""
    said = ("unheard", "is_unnamed", "is_of_namesake")
    theirs: Any = (
        lines.filter(version__isnull=False).exclude(outcome=LineOutcome.REFUSED).order_by()
    )
    rows = theirs.values_list(*(f"version__content__{one}" for one in said))
    unheard, unnamed, namesakes = Counter[str](), 0, 0
    for why, is_unnamed, is_of_namesake, count in rows.annotate(count=Count("pk")):
        unheard[why or ""] += count
        unnamed += count if is_unnamed else 0
        namesakes += count if is_of_namesake else 0
    return Remarks(
        sorted((why, count) for why, count in unheard.items() if why), unnamed, namesakes
    )


def given_again(publication: Publication) -> int:
    """Return how many files its archives gave again to who had their document, and keeps it.

    They have no line: the journal says how many they were. Of those before something was taken out
    nothing says who keeps theirs.
    """
    if not publication.has_several_archives:
        return 0
    done = entries_about(publication)
    last = done.filter(verb__in=TAKEN_OUT).order_by("-pk").values("pk")[:1]
    added = done.filter(verb=ARCHIVE_ADDED, pk__gt=Coalesce(Subquery(last), 0))
    counts = added.values_list("payload__after__given_again", flat=True)
    return sum(count or 0 for count in counts)


def lines_to_come(registration: Registration, *, at: datetime) -> QuerySet[PublicationLine]:
    """Return what is prepared for its candidate, and not read yet at an instant."""
    return _to_come(_lines(registration), at=at)


def to_come_among(registrations: QuerySet[Any], *, at: datetime) -> QuerySet[PublicationLine]:
    """Return what is prepared for some registrations, and not read yet at an instant.

    Args:
        registrations: their keys.
        at: the instant.
    """
    return _to_come(PublicationLine.objects.filter(registration__in=registrations), at=at)


def made_to_come_among(registrations: QuerySet[Any], *, at: datetime) -> QuerySet[PublicationLine]:
    """Return what is made from the version of some registrations, and not read yet at an instant.

    Args:
        registrations: their keys.
        at: the instant.
    """
    made = [one.slug for one in kinds.registered() if not one.is_deposited]
    return to_come_among(registrations, at=at).filter(publication__kind__in=made)


def _to_come(lines: QuerySet[PublicationLine], *, at: datetime) -> QuerySet[PublicationLine]:
    found = lines.filter(version__in=DocumentVersion.objects.to_come(at))
    # Of those that are dropped, or refused with many others, jobs delete the documents.
    return found.exclude(publication__state=PublicationState.DROPPED).exclude(
        outcome=LineOutcome.REFUSED
    )


TO_READ = (PublicationState.PROPOSED, PublicationState.PUBLISHING, PublicationState.PUBLISHED)
"""The states of what is published, or is to be by somebody's decision alone."""


def missed_lines(registration: Registration) -> QuerySet[PublicationLine]:
    """Return what was published, or is to be, for others, and was refused at the line of this one.

    It stood no more, was elsewhere or had changed on that day, already when its file was deposited or
    later: whatever became of it since, nobody gives it its document by itself. What is to be published
    leaves it out too. Of what was prepared again since, nothing is said; nor of a
    decision on accommodations that is made here.
    """
    return _missed(_lines(registration))


def missed_among(registrations: QuerySet[Any]) -> QuerySet[PublicationLine]:
    """Return the same of many registrations, given their keys."""
    return _missed(PublicationLine.objects.filter(registration__in=registrations))


def _missed(lines: QuerySet[PublicationLine]) -> QuerySet[PublicationLine]:
    again = PublicationLine.objects.exclude(outcome=LineOutcome.REFUSED).filter(
        registration=OuterRef("registration"), publication__kind=OuterRef("publication__kind")
    )
    again = again.exclude(publication__state=PublicationState.DROPPED)
    decided_here = Exists(asked_here().filter(registration=OuterRef("registration")))
    return lines.filter(
        ~Exists(again.filter(pk__gt=OuterRef("pk"))),
        ~(Q(publication__kind__in=kinds.decided_elsewhere()) & decided_here),
        # Of a file that was never read for another reason, its depositor knows.
        Q(of_version__isnull=False) | Q(why__in=(NOT_STANDING, OUT_OF_REACH)),
        outcome=LineOutcome.REFUSED,
        publication__state__in=TO_READ,
    )


def _lines(registration: Registration) -> QuerySet[PublicationLine]:
    related = ("publication", "version__document")
    lines: QuerySet[PublicationLine] = PublicationLine.objects.filter(registration=registration)
    return lines.select_related(*related).defer("version__content").order_by("pk")
