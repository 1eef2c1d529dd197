"""The files that a candidate sends: how they come, how one press of a button is known again."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sporades.core.presses import named_text
from sporades.core.text import clean

_MORE = re.compile(r" et ([1-9][0-9]?) autres?$")


@dataclass(frozen=True)
class Sent:
    """A file as it comes.

    Attributes:
        name: that of the candidate's disk.
        content: its bytes.
    """

    name: str
    content: bytes


def name_of(sent: Sequence[Sent], *, longest: int) -> str:
    """Return the name by which a candidate knows again what was given.

    Args:
        sent: one file, or several photographs.
        longest: how many signs are kept.
    """
    name = clean(sent[0].name) or "fichier"
    more = f" et {len(sent) - 1} autre{'s' if len(sent) > 2 else ''}" if len(sent) > 1 else ""  # noqa: PLR2004 - a plural
    return name[: longest - len(more)] + more


def name_with_more(name: str, sent: Sequence[Sent], *, longest: int) -> str:
    """Return the name of what was given before, once it has more pages: « recto.jpg et 2 autres ».

    Args:
        name: what it was called.
        sent: what is added to it.
        longest: how many signs are kept.
    """
    first, before = name, 0
    if counted := _MORE.search(name):
        first, before = name[: counted.start()], int(counted[1])
    same = [Sent(first, b""), *[Sent("", b"")] * before, *sent]
    return name_of(same, longest=longest)


def named(press: str, sent: Sequence[Sent]) -> UUID:
    """Return the name of a press: the same for the same files sent twice from one page.

    Args:
        press: names the press of the button, as the page sends it.
        sent: what came with it.
    """
    digests = (hashlib.sha256(one.content).hexdigest() for one in sent)
    return named_text("\0".join((press, *digests)))
