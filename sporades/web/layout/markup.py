"""Attributes and options as HTML: a list of 250 countries, printed by a template, costs 20 ms."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.template import Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = Library()


@register.filter
def attributes(attrs: Mapping[str, Any], without: str = "") -> SafeString:
    """Return the attributes of a control, but its class, which is the template's to say.

    Args:
        attrs: their names and values; True stands alone, False is left out.
        without: one more that is left out.
    """
    return mark_safe(  # noqa: S308 - each value is escaped; names come from our forms
        "".join(
            f" {name}" if value is True else f' {name}="{escape(value)}"'
            for name, value in attrs.items()
            if value is not False and name not in ("class", without)
        )
    )


@register.filter
def options(optgroups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """Return the options of a list, as Django's widget gives them, group by group."""
    written = []
    for group, choices, _ in optgroups:
        lines = "".join(
            f'<option value="{escape(choice["value"])}"{attributes(choice["attrs"])}>'
            f"{escape(choice['label'])}</option>"
            for choice in choices
        )
        written.append(f'<optgroup label="{escape(group)}">{lines}</optgroup>' if group else lines)
    return mark_safe("".join(written))  # noqa: S308 - each value and label is escaped
