"""Questions about letters."""

from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate
from sporades.documents.models import DocumentVersion
from sporades.letters.models import NOT_POSTED, Letter
from sporades.letters.states import LetterState
from sporades.mail.models import Message, about_of
from sporades.registrations.models import Registration
from sporades.registrations.summary import SUMMARY
from sporades.territory.models import named_within


class Posting(NamedTuple):
    """How a document left by letter: when, or not yet where none was posted that has not come back."""

    posted_on: date | None = None


def posting_of(version: int | None) -> Posting | None:
    """Return how a document left by letter; nothing of one that no letter encloses.

    Args:
        version: its key; nothing where there is no document.
    """
    if version is None:
        return None
    found = list(Letter.objects.filter(enclosed=version).values_list("state", "run__posted_on"))
    days = [day for state, day in found if day is not None and state == LetterState.POSTED]
    return Posting(min(days, default=None)) if found else None


def with_posting(rows: Any, version: str) -> Any:
    """Read along how the document of each row left by letter: `is_lettered`, `lettered_on`.

    Args:
        rows: which.
        version: the path of the document.
    """
    letters = Letter.objects.filter(enclosed=OuterRef(version))
    posted = letters.filter(state=LetterState.POSTED).order_by("run__posted_on")
    return rows.annotate(
        is_lettered=Exists(letters), lettered_on=Subquery(posted.values("run__posted_on")[:1])
    )


def reached_since(version: str, day: date) -> Q:
    """Return what a row must satisfy whose document left by letter, and was not posted before a day.

    Args:
        version: the path of the document.
        day: the day.
    """
    letters = Letter.objects.filter(enclosed=OuterRef(version))
    before = letters.filter(state=LetterState.POSTED, run__posted_on__lt=day)
    return Q(Exists(letters), ~Exists(before))


def read_within(reach: Reach) -> Q:
    """Return what a letter must satisfy that is written in a perimeter, or of a registration there."""
    own = Letter.objects.filter(pk=OuterRef("pk"))
    return Q(Exists(own.within(reach))) | Q(Exists(own.managed_within(reach)))


def is_unread(candidate: Candidate, matter: str, *, about: models.Model, since: datetime) -> bool:
    """Return whether a candidate has read nothing of a matter: all that says it waits to be printed.

    What was told since of the same row, whatever it is, may say it too.

    Args:
        candidate: whom; one whom letters do not reach has an account, or mails, and may have read it.
        matter: of what messages say (`rules`).
        about: the row that they are about.
        since: the instant from which there is something to read.
    """
    if not candidate.by_letter:
        return False
    never_printed = Letter.objects.filter(
        Q(state=LetterState.OVERTAKEN) | Q(state=LetterState.TO_PRINT, run=None),
        message__matter=matter,
        message=OuterRef("pk"),
    )
    told = Message.objects.filter(Q(matter=matter) | Q(written_at__gte=since), **about_of(about))
    return not told.exclude(Exists(never_printed)).exists()


def may_be_left_out(said: Message) -> Q:
    """Return which letters a later one may leave out: of those that go with a document, hardly any.

    A summary goes, to be signed, with what asks for it: of a registration that is validated, or stands
    no more, that is asked for no more. What asks for it anew encloses it (`is_left_out`).

    Args:
        said: what is told of the same row.
    """
    found = Registration.objects.filter(pk=said.about_id).first()
    alone = Q(enclosed=None)
    if said.about_kind != "registration" or found is None:
        return alone
    is_asked_no_more = found.is_validated or not found.is_active
    return alone | Q(enclosed__document__kind=SUMMARY.slug) if is_asked_no_more else alone


def is_left_out(version: DocumentVersion | None) -> bool:
    """Return whether the only letters that go with a document were left out, or not posted: nobody was handed it.

    Args:
        version: the document; nothing where none goes by letter.
    """
    letters = Letter.objects.filter(enclosed=version) if version else Letter.objects.none()
    left = Q(state=LetterState.OVERTAKEN) | NOT_POSTED
    return letters.exists() and not letters.exclude(left).exists()


def with_letters(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return messages, each with what has become of it as a letter, where it is one."""
    return messages.select_related("letter__run__academy", "letter__service__academy")


def unprintable() -> Q:
    """Return what a waiting letter must satisfy that no run takes: no address, or what failed.

    It is `postal_address_of` and `postal.lines_of` as the database reads them.
    """
    return (unaddressed() & Q(has_own_envelope=False)) | ~Q(why="")


def kept_back(reach: Reach) -> QuerySet[Letter]:
    """Return the waiting letters that no run takes: by whom something is to be done of each.

    Whoever prints tries again what failed; an address is given where the registration is.
    """
    waiting = Letter.objects.waiting()
    failed = waiting.within(reach).exclude(why="")
    without = waiting.managed_within(reach).filter(unaddressed(), has_own_envelope=False, why="")
    found: QuerySet[Letter] = waiting.filter(
        Q(pk__in=failed.values("pk")) | Q(pk__in=without.values("pk"))
    )
    return found


def unaddressed() -> Q:
    """Return what a letter must satisfy whose candidate has no address that an envelope can bear."""
    filed = Registration.objects.filter(candidate=OuterRef("candidate")).exclude(address_1="")
    last = filed.order_by("-filed_at", "-pk").values("pk")[:1]
    given = Registration.objects.filter(pk=Subquery(last)).exclude(town="")
    of_record = Q(candidate__address_1="")
    return (of_record & ~Exists(given)) | (~of_record & Q(candidate__town=""))


def waiting_by_service(letters: QuerySet[Letter]) -> list[dict[str, Any]]:
    """Return how many letters wait, by managing service (`sender`) and domain."""
    keys = (
        "service__academy__full_name",
        "service__managing_service__name",
        "service__domain__label",
    )
    counted = letters.exclude(unprintable()).values_list(*keys).annotate(count=Count("pk"))
    return [
        {"sender": named_within(managing, academy), "domain": domain, "count": count}
        for academy, managing, domain, count in counted.order_by(*keys)
    ]


def waiting_by_sender() -> list[tuple[str, str, str, list[int]]]:
    """Return the numbers of all letters that no run has taken, by who prints them.

    By the name of the managing service, the code of the academy and that of the domain.
    """
    keys = ("service__managing_service__name", "service__academy", "service__domain__code")
    waiting = Letter.objects.waiting().order_by(*keys, "pk").values_list(*keys, "pk")
    return [
        (*sender, [row[-1] for row in rows])
        for sender, rows in groupby(waiting.iterator(), key=lambda row: row[:-1])
    ]


def summary_for(registration: Registration) -> DocumentVersion | None:
    """Return the last summary of a registration, where it goes with a letter: no other needs it."""
    return last_summary_of(registration) if registration.candidate.by_letter else None


def last_summary_of(registration: Registration) -> DocumentVersion | None:
    """Return the last summary of a registration, whoever its candidate is; nothing where none is issued."""
    issued = DocumentVersion.objects.filter(
        document__folder=registration.folder_id, document__kind=SUMMARY.slug
    )
    found: DocumentVersion | None = issued.order_by("-number").first()
    return found
