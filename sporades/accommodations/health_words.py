"""Words that look like a diagnosis, an illness or a treatment: whoever signs a text is warned of them.

It is a help to the eye, no more: a text without any of them may still say too much, and one with
some of them may say nothing. Nothing is refused for it.
"""

import re

from sporades.core.text import search_key

BEGINNINGS = (
    "alzheimer",
    "amyotroph",
    "anorexi",
    "antidepress",
    "anxiet",
    "anxieu",
    "anxiolyt",
    "asperger",
    "asthm",
    "autis",
    "bipolaire",
    "boulimi",
    "cancer",
    "chimiotherap",
    "chirurgi",
    "cortico",
    "crohn",
    "depressi",
    "diabet",
    "diagnosti",
    "drepanocyt",
    "dyscalculi",
    "dysgraphi",
    "dyslexi",
    "dysorthographi",
    "dysphasi",
    "dyspraxi",
    "endometrios",
    "epilep",
    "fibromyalg",
    "hemophil",
    "hospitalis",
    "hyperactiv",
    "insulin",
    "leucem",
    "malentendant",
    "malvoyant",
    "maladie",
    "medicament",
    "methylphenidat",
    "migrain",
    "mucoviscidos",
    "myopath",
    "narcoleps",
    "nevro",
    "orthophoni",
    "parkinson",
    "patholog",
    "phobi",
    "psychiatr",
    "psychos",
    "psychotherap",
    "radiotherap",
    "ritalin",
    "schizophren",
    "sclerose",
    "scolios",
    "suicid",
    "surdite",
    "syndrom",
    "therap",
    "trisomi",
    "tumeur",
)
"""As `search_key` writes them: a word that begins so is found."""
WHOLE = ("cim", "concerta", "medikinet", "quasym", "tda", "tdah", "toc", "tsa", "vih", "sida")

_FOUND = re.compile(rf"^(?:{'|'.join(BEGINNINGS)})|^(?:{'|'.join(WHOLE)})$")
_CODE = re.compile(r"\b(?:[A-TV-Z]\d{2}\.\d{1,2}|F\d{2})\b")
"""A code of the CIM: « F81.0 »."""
_TREATMENT = re.compile(r"\btraitements?\b(?!\s+de\s+texte)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def words_of_health(*texts: str) -> list[str]:
    """Return the words of some texts that look like a diagnosis, each once, as they are written."""
    found: dict[str, str] = {}
    for text in texts:
        words = [one.group() for one in _WORD.finditer(text)]
        parts = [(part, word) for word in words for part in word.split("-")]
        for part, word in parts:
            if _FOUND.search(search_key(part)):
                found.setdefault(search_key(word), word)
        for code in (*_CODE.findall(text), *_TREATMENT.findall(text)):
            found.setdefault(code, code)
    return list(found.values())
