"""What a page was made from, said again by what it sends: whether it has changed since."""

from django.utils.datastructures import MultiValueDict

LONGEST_KEY = 19
"""A bigint has fewer signs."""


def seen_in(answers: MultiValueDict[str, str], name: str = "vue") -> int:
    """Return the key or the revision that the page showed, of what it sent; 0 where none is said."""
    said = answers.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < LONGEST_KEY else 0
