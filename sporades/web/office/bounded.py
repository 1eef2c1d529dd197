"""A list of rows that are many: counted no further than it is turned over, ticked, asked by its address."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict

from sporades.core.numbers import in_groups, whole

MOST = 2_000
"""How many are counted and turned over: a shorter period shows the others."""
ON_A_PAGE = 50
IN_A_QUEUE = 1_000
"""How many of a queue are counted, as in a search: a country's would be read whole for a number."""


class _Bounded(Paginator):
    @cached_property
    def count(self) -> int:
        """Count no further than what is shown."""
        shown = self.object_list[:MOST]
        return len(shown) if isinstance(shown, list) else int(shown.count())


class FirstOnes(Paginator):
    """The pages of a queue, counted no further than who goes through it turns them over."""

    @cached_property
    def _found(self) -> int:
        # In their order, which an index of the queue gives: in none, PostgreSQL takes another one.
        return int(self.object_list[: IN_A_QUEUE + 1].count())

    @cached_property
    def count(self) -> int:
        """How many there are, or how many were counted."""
        return min(self._found, IN_A_QUEUE)

    @property
    def is_cut(self) -> bool:
        """Whether there are more than were counted."""
        return self._found > IN_A_QUEUE


def counted_in_words(rows: Any) -> str:
    """Say how many wait in a queue, counted no further than `IN_A_QUEUE`: « 12 », « plus de 1 000 ».

    Nothing of none.
    """
    found = FirstOnes(rows, ON_A_PAGE)
    if not found.count:
        return ""
    return f"{'plus de ' if found.is_cut else ''}{in_groups(str(found.count))}"


def page_of(request: HttpRequest, rows: Any) -> Page:
    """Return the page that an address asks for: the last one, where the rows of that one have left."""
    return _Bounded(rows, ON_A_PAGE).get_page(request.GET.get("page"))


def is_cut(page: Page) -> bool:
    """Return whether there may be more rows than are counted."""
    return int(page.paginator.count) == MOST


def ticked_in(said: QueryDict, *, most: int = ON_A_PAGE) -> list[str]:
    """Return the numbers of the registrations that are ticked in a list, as many as a page shows."""
    return [one for one in said.getlist("choix") if whole(one) is not None][:most]
