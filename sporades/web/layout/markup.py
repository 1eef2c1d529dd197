"""Attributes and options as HTML: a list of 250 countries, printed by a template, costs 20 ms."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms.utils import flatatt
from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = Library()


@register.filter
def attributes(attrs: Mapping[str, Any], without: str = "") -> SafeString:
    """Return the attributes of a control, but its class, which is the template's to say.

    Args:
        attrs: their names and values; True stands alone, False is left out.
        without: one more that is left out.
    """
    return flatatt({name: attrs[name] for name in attrs if name not in ("class", without)})


@register.filter
def options(optgroups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """Return the options of a list, as Django's widget gives them, group by group."""
    groups = [(group, _lines(choices)) for group, choices, _ in optgroups]
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<optgroup label="{}">{}</optgroup>', group, lines) if group else lines,)
            for group, lines in groups
        ),
    )


def _lines(choices: list[dict[str, Any]]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((one["value"], attributes(one["attrs"]), one["label"]) for one in choices),
    )
