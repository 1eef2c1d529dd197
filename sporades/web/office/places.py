"""The academies that the office chooses among: those of a perimeter."""

from collections.abc import Mapping

from django import forms

from sporades.accounts.permissions import Reach
from sporades.core.text import search_key
from sporades.territory import queries as territory


def academies_of(reach: Reach) -> dict[str, str]:
    """Return the names of the academies of a perimeter in their order, by code."""
    names = {one.code: one.name for one in territory.academies()}
    return dict(
        sorted(
            ((code, names[code]) for code in reach.academies(names)),
            key=lambda pair: search_key(pair[1]),
        )
    )


def whole_academies_of(reach: Reach) -> dict[str, str]:
    """Return those of which every domain is reached."""
    return {
        code: name
        for code, name in academies_of(reach).items()
        if reach.in_academy(code).whole_academies()
    }


class OfAcademyForm(forms.Form):
    """One academy of a perimeter, or all of them; nothing is asked where there is one alone."""

    academie = forms.ChoiceField(label="Académie", required=False)

    def offer(self, academies: Mapping[str, str]) -> None:
        """Let one of these be chosen, the names by code."""
        if len(academies) == 1:
            del self.fields["academie"]
            return
        self.fields["academie"].choices = [("", "Toutes"), *academies.items()]  # type: ignore[attr-defined] # a ChoiceField
