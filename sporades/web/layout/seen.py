"""What a page was made from, said again by what it sends: whether it has changed since."""

from django.utils.datastructures import MultiValueDict

from sporades.core.numbers import whole


def seen_in(answers: MultiValueDict[str, str], name: str = "vue") -> int:
    """Return the key or the revision that the page showed, of what it sent; 0 where none is said."""
    return whole(answers.get(name, "")) or 0
