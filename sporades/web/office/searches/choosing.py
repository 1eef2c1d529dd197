"""The registrations on which one acts: all that a search finds, or those that were ticked."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.http import HttpRequest
from django.urls import reverse

from sporades.candidates.models import told_by_letter
from sporades.registrations.models import Registration
from sporades.registrations.states import STANDING
from sporades.searches.models import Search
from sporades.searches.queries import found, planned_anew
from sporades.searches.rules import says_of_health
from sporades.searches.words import in_words
from sporades.web.office.bounded import ticked_in
from sporades.web.office.registrations.files import TRAIL
from sporades.web.office.searches.searching import search_of, tree_for, tree_of

NOTHING_TICKED = "Cochez au moins une inscription dans la liste."


@dataclass(frozen=True)
class Counted:
    """How many were chosen.

    Attributes:
        chosen: all of them.
        ended: those that count no more: withdrawn, or set aside.
        by_letter: those whose candidate is told by a letter.
        ended_by_letter: those of both.
    """

    chosen: int
    ended: int
    by_letter: int
    ended_by_letter: int

    def written_to(self, *, also_ended: bool) -> int:
        """Return how many a message is prepared for."""
        return self.chosen if also_ended else self.chosen - self.ended

    def printed(self, *, also_ended: bool) -> int:
        """Return how many of these are letters."""
        return self.by_letter if also_ended else self.by_letter - self.ended_by_letter


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Attributes:
        search: the search.
        numbers: those that were ticked in its list; nothing for all that it finds.
        registrations: within the reader's perimeter.
    """

    search: Search
    numbers: list[str]
    registrations: Any

    @property
    def is_of_health(self) -> bool:
        """Whether being among them says something of health, all of them or those that were ticked."""
        return says_of_health(self.search.tree)

    def mark(self) -> tuple[int, ...]:
        """Return what tells it from what the same search finds another day."""
        chosen = Registration.objects.filter(pk__in=self.registrations.values("pk"))
        with planned_anew():
            found = chosen.aggregate(count=Count("pk"), last=Max("pk"), all=Sum("pk"))
        return tuple(int(one or 0) for one in found.values())

    def counts(self) -> Counted:
        """Return how many there are, by how a message reaches them."""
        chosen = Registration.objects.filter(pk__in=self.registrations.values("pk"))
        ended, posted = ~Q(state__in=STANDING), told_by_letter("candidate")
        with planned_anew():
            return Counted(
                **chosen.aggregate(
                    chosen=Count("pk"),
                    ended=Count("pk", filter=ended),
                    by_letter=Count("pk", filter=posted),
                    ended_by_letter=Count("pk", filter=ended & posted),
                )
            )

    def in_words(self, request: HttpRequest) -> str:
        """Say by what they were found, for another person who approves what is done to them."""
        if self.numbers:
            return "Inscriptions cochées dans une liste"
        return " ; ".join(in_words(tree_of(self.search), reach=request.reach))

    def as_query(self) -> list[tuple[str, str]]:
        """Return what an address says of it, to come back to it."""
        ticked = [("choix", one) for one in self.numbers]
        return [("cochees", "1"), *ticked] if ticked else []

    def as_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what a page that acts on it shows."""
        name = self.search.name or "Inscriptions trouvées"
        return {
            "search": self.search,
            "numbers": self.numbers,
            "asked": [] if self.numbers else in_words(tree_of(self.search), reach=request.reach),
            "trail": [*TRAIL, (name, reverse("office:found", args=[self.search.pk]))],
        }


def chosen_in(request: HttpRequest, search: str) -> Choice | None:
    """Return what was chosen; nothing where lines were to be ticked and none was."""
    kept = search_of(request, search)
    said = request.POST if request.method == "POST" else request.GET
    numbers = ticked_in(said)
    if ("cochees" in said or "choix" in said) and not numbers:
        return None
    chosen = found(tree_for(request, kept), reach=request.reach)
    if numbers:
        chosen = chosen.filter(number__in=numbers)
    return Choice(kept, numbers, chosen)
