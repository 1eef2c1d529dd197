"""What the template of a table needs and Django does not have."""

from collections.abc import Iterable, Iterator

from django.template import Library

register = Library()


@register.filter
def labelled(row: Iterable[object], columns: Iterable[str]) -> Iterator[tuple[str, object]]:
    """Return the cells of a row, each with the title of its column."""
    return zip(columns, row, strict=True)
