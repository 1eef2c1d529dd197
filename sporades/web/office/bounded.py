"""A list of rows that are many: counted no further than it is turned over, asked by its address."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest

MOST = 2_000
"""How many are counted and turned over: a shorter period shows the others."""
ON_A_PAGE = 50


class _Bounded(Paginator):
    @cached_property
    def count(self) -> int:
        """Count no further than what is shown."""
        return int(self.object_list[:MOST].count())


def page_of(request: HttpRequest, rows: Any) -> Page:
    """Return the page that an address asks for. Raises Http404 where there is none."""
    try:
        return _Bounded(rows, ON_A_PAGE).page(request.GET.get("page", 1))
    except InvalidPage:
        raise Http404 from None


def is_cut(page: Page) -> bool:
    """Return whether there may be more rows than are counted."""
    return int(page.paginator.count) == MOST


def filters_of(form: Any) -> str:
    """Return what was asked of a list, as its address says it."""
    return urlencode([(name, form.asked[name]) for name in form.fields if form.asked.get(name)])


def base_of(filters: str) -> str:
    """Return the beginning of the address of a page of the list, up to its number."""
    return f"?{filters}&page=" if filters else "?page="
