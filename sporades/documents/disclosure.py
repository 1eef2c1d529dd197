"""What may be shown of a person to whoever holds a paper's code (standards S-52).

The paper says everything to who has it in hand; its verification page, which may be sent on
or photographed, only says enough to compare.
"""

import re

from sporades.documents.kinds import Content, Facts

SHOWN = 4
_APOSTROPHES = "'’ʼʻ"
_LETTER = r"[^\W\d_]"
_WORD = re.compile(rf"[{_APOSTROPHES}]?{_LETTER}+(?:[{_APOSTROPHES}]{_LETTER}+)*")


def initials(name: str) -> str:
    """Return « N. P.-L. » for « Noémie PÉRESSE-LÉVÊQUE »."""
    return _WORD.sub(lambda word: f"{word[0].lstrip(_APOSTROPHES).upper()[:1]}.", name)


def last_signs(number: str) -> str:
    """Return « …2417 » for « 100002417 »: the last four signs, never the whole of a short one."""
    signs = "".join(number.split())
    return f"…{signs[-SHOWN:]}" if len(signs) > SHOWN else "…"


def facts_of(said: Content, *more: tuple[str, str]) -> Facts:
    """Return what a third party may check of a paper about a registration: what for, of whom.

    Args:
        said: its content: `title`, `academy_name`, `name`, `registration_number`.
        more: what else of it, label and value.
    """
    return [
        ("Examen ou concours", said["title"]),
        ("Académie", said["academy_name"]),
        ("Candidat (initiales)", initials(said["name"])),
        ("Numéro d'inscription", last_signs(said["registration_number"])),
        *more,
    ]
