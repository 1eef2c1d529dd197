"""Where a page stands among the tabs: « Étape 3 sur 7 : Identification »."""

from dataclasses import dataclass

from sporades.registrations.dossier import Dossier
from sporades.registrations.journey import journey

LAST = (("recapitulatif", "Récapitulatif"), ("numero", "N° Inscription"))


@dataclass(frozen=True)
class Step:
    """The place of a tab."""

    number: int
    total: int
    title: str
    next_title: str
    titles: tuple[str, ...]


def step(dossier: Dossier, slug: str) -> Step:
    """Return the place of a tab among those of a dossier."""
    tabs = [(section.slug, section.title) for section in journey(dossier)] + list(LAST)
    at = next(index for index, (name, _) in enumerate(tabs) if name == slug)
    following = tabs[at + 1][1] if at + 1 < len(tabs) else ""
    return Step(at + 1, len(tabs), tabs[at][1], following, tuple(title for _, title in tabs))
