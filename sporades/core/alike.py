"""What several things have alike: it is said once."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.template import Library

register = Library()


@register.filter
def alike(things: Iterable[Any], name: str) -> Any:
    """Return what all of some things have alike under a name; nothing where they differ.

    Args:
        things: mappings, or objects.
        name: the key, or the attribute.
    """
    first, *others = [
        one.get(name) if isinstance(one, Mapping) else getattr(one, name, None) for one in things
    ] or [None]
    return "" if any(one != first for one in others) else first or ""
