"""From one file to the next of a search, whatever is decided on the way (I7)."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from sporades.accounts.permissions import Permission, Reach
from sporades.core.numbers import in_groups, whole
from sporades.searches import quick
from sporades.searches.models import Search
from sporades.searches.queries import TakesTooLong, found, in_order, known_order, planned_anew
from sporades.searches.rules import seeks_somebody
from sporades.web.office.bounded import ON_A_PAGE

AT_FIRST = 1_000
"""How many files of a search are read for whoever is among the first of them."""
MOST = 10_000
"""How many are gone through, as many as a list turns over: whoever has more adds a criterion."""


@dataclass(frozen=True)
class Walk:
    """Where a file stands in what a search finds.

    Attributes:
        search: the search.
        order: how it is sorted.
        place: the place of the file, from 1; the one it had, when it is found no more.
        numbers: of the registrations that are found, in order.
        number: of the file.
        has_more: whether others are found after those.
    """

    search: Search
    order: str
    place: int
    numbers: list[str]
    number: str
    has_more: bool = False

    @property
    def is_found(self) -> bool:
        """Whether the search still finds the file: what was just decided may have taken it out."""
        return self.number in self.numbers

    @property
    def counted(self) -> str:
        """How many files are found, as far as they are read."""
        many = in_groups(str(len(self.numbers)))
        return f"plus de {many}" if self.has_more else many

    @property
    def place_in_words(self) -> str:
        """The place of the file."""
        return in_groups(str(self.place))

    @property
    def query(self) -> str:
        """The end of every address that stays on this file."""
        return query_of(self.search, self.order, self.place)

    @property
    def following(self) -> str:
        """The address of the next file, if there is one; it has come nearer when this one left."""
        return self._at(self.place + 1 if self.is_found else self.place)

    @property
    def previous(self) -> str:
        """The address of the file before, if there is one."""
        return self._at(self.place - 1)

    @property
    def onwards(self) -> str:
        """The address to go on at once what was decided took the file out, if there is one.

        Whoever seeks somebody goes on to nobody else, but for whoever goes through a list.
        """
        seeks_one = seeks_somebody(self.search.tree) and not self.search.group.lists
        return "" if self.is_found or seeks_one else self.following

    @property
    def back(self) -> str:
        """The address of the list, at the file's own line."""
        page = (self.place - 1) // ON_A_PAGE + 1
        end = urlencode({"tri": self.order, "page": page})
        return f"{reverse('office:found', args=[self.search.pk])}?{end}#{line_of(self.number)}"

    def _at(self, place: int) -> str:
        if not 1 <= place <= len(self.numbers):
            return ""
        where = reverse("office:registration", args=[self.numbers[place - 1]])
        return where + query_of(self.search, self.order, place)


def line_of(number: str) -> str:
    """Return what names the line of a file in the page of a list."""
    return f"inscription-{number}"


def query_of(search: Search, order: str, place: int) -> str:
    """Return the end of the address of a file that is come to from a list."""
    return "?" + urlencode({"dans": search.pk, "tri": order, "rang": place})


def walk_of(request: HttpRequest, number: str) -> Walk | None:
    """Return the walk that a file is read on, as its address says; of any other, nothing.

    Nor of one that takes too long to be found: the file is what its reader came for.
    """
    place = _place(request.GET.get("rang", ""))
    search = _search(request)
    if search is None or place is None:
        return None
    try:
        tree = search.group
    except (KeyError, ValueError):  # it names a criterion that is no more
        return None
    order = known_order(request.GET.get("tri", ""))
    most = AT_FIRST if place < AT_FIRST else MOST
    try:
        with planned_anew():
            lines = in_order(found(tree, reach=reach_for(request, search)), order, tree=tree)
            numbers = list(lines.values_list("number", flat=True)[: most + 1])
    except TakesTooLong:
        return None
    has_more, numbers = len(numbers) > most, numbers[:most]
    place = numbers.index(number) + 1 if number in numbers else min(place, len(numbers) + 1)
    return Walk(search, order, place, numbers, number, has_more)


def reach_for(request: HttpRequest, search: Search) -> Reach:
    """Return where a reader reads what a search finds: of the one box, wherever they read files.

    Any other lists people by what they have answered, asked for or been granted.
    """
    try:
        is_of_the_box = not search.columns and quick.asks_no_more(search.group)
    except (KeyError, ValueError):  # it names a criterion that is no more
        is_of_the_box = False
    by = Permission.READ_FILES if is_of_the_box else Permission.READ_LISTS
    reach: Reach = request.reaches(by)
    return reach


def kept_of(request: HttpRequest) -> dict[str, str]:
    """Return what the address of a file says of the walk that it is read on."""
    return {name: request.GET[name] for name in ("dans", "tri", "rang") if name in request.GET}


def back_to_file(
    request: HttpRequest, number: str, *, tab: str = "registration"
) -> HttpResponseRedirect:
    """Lead back to a file, on the walk that the address says."""
    kept = kept_of(request)
    end = f"?{urlencode(kept)}" if kept else ""
    return redirect(reverse(f"office:{tab}", args=[number]) + end)


def _search(request: HttpRequest) -> Search | None:
    try:
        key = UUID(request.GET.get("dans", ""))
    except ValueError:
        return None
    reach = request.reaches(Permission.READ_FILES)
    search = next(Search.objects.filter(pk=key).open_to(request.user.pk, reach), None)
    return search if search is not None and reach_for(request, search) else None


def _place(said: str) -> int | None:
    place = whole(said, most=len(str(MOST)))
    return None if place is None else max(place, 1)
