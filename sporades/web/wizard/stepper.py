"""Where a page stands among the tabs: « Étape 3 sur 7 : Identification »."""

from dataclasses import dataclass

from sporades.registrations.dossier import Dossier
from sporades.registrations.journey import journey

LAST = (("recapitulatif", "Récapitulatif"), ("numero", "N° Inscription"))


@dataclass(frozen=True)
class Step:
    """The place of a tab.

    Attributes:
        number, total: from 1 on, of how many steps.
        title, next_title: its name, that of the next step.
        titles: of all steps.
        tabs: those that are filled, then « Récapitulatif »: slug and title.
    """

    number: int
    total: int
    title: str
    next_title: str
    titles: tuple[str, ...]
    tabs: tuple[tuple[str, str], ...]


def step(dossier: Dossier, slug: str) -> Step:
    """Return the place of a tab among those of a dossier."""
    steps = [*((section.slug, section.title) for section in journey(dossier)), *LAST]
    titles = tuple(title for _, title in steps)
    at = next(index for index, (name, _) in enumerate(steps) if name == slug)
    following = titles[at + 1] if at + 1 < len(steps) else ""
    return Step(at + 1, len(steps), titles[at], following, titles, tuple(steps[:-1]))
