"""A page of what a search finds: read in its order, counted no further than it is turned over."""

from functools import cached_property

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from sporades.accounts.permissions import Reach
from sporades.core.numbers import whole
from sporades.registrations.models import Registration
from sporades.searches.columns import Reading
from sporades.searches.queries import found, in_order, planned_anew
from sporades.searches.trees import Group
from sporades.web.office.bounded import ON_A_PAGE
from sporades.web.office.registrations.walking import AT_FIRST as COUNTED_AT_FIRST
from sporades.web.office.registrations.walking import MOST as MOST_COUNTED

# For the first pages fewer are counted: a country's own would be read whole for a number.
MOST_PAGES = MOST_COUNTED // ON_A_PAGE
EXACTLY = {"compte": "exact"}
"""What an address says to have all of them counted."""


class Listing(Paginator):
    """The pages of a list whose keys are read once, in its order, for the count and for the page.

    Attributes:
        most: how many are counted, unless all of them are asked for.
    """

    def __init__(
        self, tree: Group, order: str, reading: Reading, *, reach: Reach, page: int, exact: bool
    ) -> None:
        """Read a page of registrations.

        Args:
            tree: what is asked.
            order: a known order.
            reading: how each is read.
            reach: where the reader may read.
            page: which page will be asked for.
            exact: whether all of them are counted.
        """
        self.found, self.reach, self.exact = found(tree, reach=reach), reach, exact
        self.tree, self.order, self.reading = tree, order, reading
        super().__init__(in_order(self.found, order, tree=tree), ON_A_PAGE)
        self.most = COUNTED_AT_FIRST if page * ON_A_PAGE < COUNTED_AT_FIRST else MOST_COUNTED

    @cached_property
    def _keys(self) -> list[int]:
        return list(self.object_list.values_list("pk", flat=True)[: self.most + 1])

    @property
    def has_more(self) -> bool:
        """Whether more were found than are turned over from here."""
        return len(self._keys) > self.most

    @cached_property
    def count(self) -> int:
        """How many there are, or how many were counted."""
        if self.exact and self.has_more:
            return int(self.found.order_by().count())
        return min(len(self._keys), self.most)

    @property
    def is_cut(self) -> bool:
        """Whether there are more than were counted."""
        return self.has_more and not self.exact

    def page(self, number: int) -> Page:
        """Read the rows of one page alone, which is one of them."""
        first = (number - 1) * ON_A_PAGE
        # By their keys alone: asked with the criteria again, they would be looked for anew.
        within = Registration.objects.within(self.reach)
        of_page = within.filter(pk__in=self._keys[first : first + ON_A_PAGE])
        return Page(
            list(self.reading.of(in_order(of_page, self.order, tree=self.tree))), number, self
        )


def page_of(request: HttpRequest, tree: Group, order: str, reading: Reading) -> Page:
    """Return the page that an address asks for: the last one, where the rows of that one have left."""
    page = whole(request.GET.get("page", ""), most=len(str(MOST_PAGES))) or 1
    exact = all(request.GET.get(name) == how for name, how in EXACTLY.items())
    listing = Listing(tree, order, reading, reach=reading.reach, page=page, exact=exact)
    with planned_anew():
        return listing.page(max(1, min(page, listing.num_pages, MOST_PAGES)))
