"""What may be shown of a person to whoever holds a paper's code (standards S-52).

The paper says everything to who has it in hand; its verification page, which may be sent on
or photographed, only says enough to compare.
"""

import re

SHOWN = 4


def initials(name: str) -> str:
    """Return « N. P.-L. » for « Noémie PÉRESSE-LÉVÊQUE »."""
    return re.sub(r"[^\W\d_]+(?:['’ʼʻ][^\W\d_]+)*", lambda word: f"{word[0][0].upper()}.", name)


def last_signs(number: str) -> str:
    """Return « …2417 » for « 100002417 »: the last four signs, never the whole of a short one."""
    signs = "".join(number.split())
    return f"…{signs[-SHOWN:]}" if len(signs) > SHOWN else "…"
