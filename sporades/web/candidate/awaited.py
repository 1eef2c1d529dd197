"""One thing that awaits a candidate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sporades.accommodations.models import Case
from sporades.registrations.models import Draft, Registration

type Cases = Mapping[int, Case]
type Name = Callable[[Registration | Draft], str]


@dataclass(frozen=True)
class Awaiting:
    """One thing to do.

    Attributes:
        sentence: what it is.
        about: the registration, where there are several.
        which: what the words of the link are about, where others of the page may be the same.
        link: where it is done.
        act: the words of the link.
        deadline: what to do before when, in words, or nothing.
        until: the same instant, written so as to be sorted.
        left: how long there is until then, or nothing.
        is_first: whether nothing else is read before it: without it, there is no registration.
    """

    sentence: str
    link: str
    act: str
    deadline: str = ""
    until: str = ""
    about: str = ""
    left: timedelta = timedelta()
    which: str = ""
    is_first: bool = False

    @property
    def title(self) -> str:
        """What it is, without what follows: « Pièces justificatives à fournir : »."""
        before, colon, _ = self.sentence.partition(" : ")
        return f"{before} :" if colon else self.sentence

    @property
    def rest(self) -> str:
        """What follows its title, possibly nothing."""
        return self.sentence.removeprefix(self.title).strip()

    @property
    def apart(self) -> str:
        """What tells its link from the others, for who hears it alone: the paper, the registration."""
        return ", ".join(filter(None, (self.which, self.about)))
