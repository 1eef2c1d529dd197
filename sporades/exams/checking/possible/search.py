"""Look for choices that respect everything, one épreuve after another."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sporades.exams.checking.possible.bonds import Bond
from sporades.exams.checking.possible.parts import Choices
from sporades.exams.rules.papers.choices import NOT_CHOSEN, Choice
from sporades.exams.schema.papers import Status

TAKEN = Choice(Status.ENTERED)
MOST_DEAD_ENDS = 10_000
MOST_TIED = 300
"""How many épreuves tied to one another are looked at."""


class GaveUp(Exception):
    """There are too many ways of choosing to try them all."""


@dataclass
class Budget:
    """How many dead ends may still be met."""

    left: int = MOST_DEAD_ENDS

    def spend(self) -> None:
        """Meet a dead end. Raises GaveUp when it is one too many."""
        if not self.left:
            raise GaveUp
        self.left -= 1


def is_possible(choices: Choices, bonds: Sequence[Bond], budget: Budget) -> bool:
    """Tell whether some choices keep every bond. Raises GaveUp.

    Args:
        choices: what may be chosen for each épreuve.
        bonds: what the choices must respect; they look at no other épreuve.
        budget: how much may be tried.
    """
    if len(choices) > MOST_TIED:
        raise GaveUp
    codes = list(choices)
    least, most = dict.fromkeys(codes, NOT_CHOSEN), dict.fromkeys(codes, TAKEN)
    touching = {code: [bond for bond in bonds if code in bond.papers] for code in codes}

    def can_go_on_from(rank: int) -> bool:
        if rank == len(codes):
            return True
        code = codes[rank]
        for choice in choices[code]:
            least[code] = most[code] = choice
            if all(bond.may_be_kept(least, most) for bond in touching[code]) and can_go_on_from(
                rank + 1
            ):
                return True
        least[code], most[code] = NOT_CHOSEN, TAKEN
        budget.spend()
        return False

    return all(bond.may_be_kept(least, most) for bond in bonds) and can_go_on_from(0)


def cause(
    choices: Choices, bonds: Sequence[Bond], wishes: Sequence[Bond], budget: Budget
) -> list[Bond]:
    """Return, of bonds that cannot all be kept with some wishes, no more than it takes.

    They come in the order of the file, the rules between épreuves last. Where the budget does
    not suffice, some may be in excess.
    """
    needed = sorted(bonds, key=lambda bond: bond.place[:2])
    for bond in tuple(needed):
        others = [one for one in needed if one is not bond]
        with suppress(GaveUp):
            if not is_possible(choices, [*others, *wishes], budget):
                needed = others
    return needed
