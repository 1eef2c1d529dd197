"""Questions about the threads of registrations."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sporades.accounts.permissions import Reach
from sporades.core.prepared import prepared
from sporades.registrations.models import Registration
from sporades.registrations.queries import cards_of, whole_of, with_lacking
from sporades.threads.models import ThreadMessage

ON_THE_PAGE = 50


@prepared(Registration)
def registrations_and_answers_to(user: int) -> QuerySet[Registration]:
    """Return `registrations_of` an account, each with its `unread_answers`, in one question.

    And with what requests of their candidate lack, for `registrations.queries.lacking_of`.
    """
    return _with_answers(with_lacking(cards_of(user)))


@prepared(Registration)
def registration_and_answers_to(user: int, number: str) -> QuerySet[Registration]:
    """Return a `registration_of` an account with its `unread_answers` and what `lacking_of` reads, in one question."""
    return _with_answers(with_lacking(whole_of(user, number)))


def _with_answers(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Add how many answers of the office their candidate has not read."""
    unread = ThreadMessage.objects.unread_answers().filter(registration=OuterRef("pk"))
    count = unread.order_by().values("registration").values(count=Count("pk"))
    return registrations.annotate(
        unread_answers=Coalesce(Subquery(count, output_field=IntegerField()), 0)
    )


def messages_of(registration: Registration) -> QuerySet[ThreadMessage]:
    """Return the messages of a thread, the oldest first."""
    found: QuerySet[ThreadMessage] = registration.thread.order_by("pk")
    return found


class _FromTheEnd(Paginator):  # type: ignore[type-arg] # generic for its stubs alone
    """The pages of a thread: the last one is whole, and shows what the last message follows."""

    def page(self, number: int | str) -> Page[ThreadMessage]:
        """Return a page, the first one being of the oldest. Raises InvalidPage."""
        rank = self.validate_number(number)
        until = self.count - (self.num_pages - rank) * self.per_page
        return Page(self.object_list[max(0, until - self.per_page) : until], rank, self)

    def of_those_since(self, following: int) -> int:
        """Return which page holds a message, by how many follow it and itself."""
        return self.num_pages - (following - 1) // self.per_page


def page_of(
    registration: Registration, asked: str | None, *, to_read: bool = False
) -> Page[ThreadMessage]:
    """Return a page of a thread, the last one unless another is asked for.

    Args:
        registration: whose thread it is.
        asked: the number of a page, or nothing.
        to_read: whether its candidate reads it: where none is asked for, the page of the first
            answer that they have not read.
    """
    thread = messages_of(registration)
    pages = _FromTheEnd(thread, ON_THE_PAGE)
    unread = ThreadMessage.objects.unread_answers().filter(registration=registration)
    first = unread.order_by("pk").first() if to_read and not asked else None
    if first is not None and pages.num_pages > 1:
        asked = str(pages.of_those_since(thread.filter(pk__gte=first.pk).count()))
    page = pages.get_page(asked or pages.num_pages)
    page.object_list = shown = list(page.object_list)
    for message in shown:
        message.registration = registration
    return page


def last_of(registration: Registration) -> ThreadMessage | None:
    """Return the last message of a thread, if there is one."""
    return messages_of(registration).last()


def sent_as(registration: Registration, sending: UUID) -> ThreadMessage | None:
    """Return the message that a press of the button has sent already, if it has."""
    return messages_of(registration).filter(sending=sending).first()


def unanswered_within(reach: Reach) -> QuerySet[ThreadMessage]:
    """Return the messages of candidates of a perimeter that have no answer."""
    found: QuerySet[ThreadMessage] = ThreadMessage.objects.within(reach).unanswered()
    return found


def waiting_within(reach: Reach, **where: str) -> QuerySet[ThreadMessage, Any]:
    """Return the registrations of a perimeter that wait for an answer, the oldest first.

    Args:
        reach: the perimeter.
        where: what their messages are filtered by, too.

    Returns:
        For each its key (`registration_id`) and number (`registration__number`), since when it
        waits (`since`), how many messages have no answer (`unanswered`) and the first one (`first`).
    """
    messages = unanswered_within(reach).filter(**where)
    found = messages.values("registration_id", "registration__number")
    counted = found.annotate(since=Min("sent_at"), unanswered=Count("pk"), first=Min("pk"))
    return counted.order_by("since", "registration_id")


def handled_within(reach: Reach, **where: str) -> QuerySet[ThreadMessage]:
    """Return the last message of each thread of a perimeter that waits for no answer, the latest first.

    Args:
        reach: the perimeter.
        where: what they are filtered by, too.
    """
    later = ThreadMessage.objects.filter(
        registration=OuterRef("registration"), pk__gt=OuterRef("pk")
    )
    found: QuerySet[ThreadMessage] = (
        ThreadMessage.objects.within(reach)
        .filter(Q(is_candidates=False) | Q(settled_at__isnull=False), ~Exists(later), **where)
        .order_by("-pk")
    )
    return found


def texts_of(messages: Iterable[int]) -> dict[int, str]:
    """Return what some messages say, by their keys: to read it so marks none as read."""
    return dict(ThreadMessage.objects.filter(pk__in=[*messages]).values_list("pk", "text"))
