"""Attributes and options as HTML: a list of 250 countries, printed by a template, costs 20 ms."""

from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from operator import add
from typing import Any

from django.forms.utils import flatatt
from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = Library()

MOST_LINES = 4_096
"""How many printed options a process keeps: countries, diplomas, zones of every exam."""


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
    lines = (
        _line(
            str(one["value"]),
            one["label"],
            hasattr(one["label"], "__html__"),
            *one["attrs"].items(),
        )
        for one in choices
    )
    return reduce(add, lines, format_html("{}", ""))


@lru_cache(maxsize=MOST_LINES)
def _line(value: str, label: object, is_html: bool, *attrs: tuple[str, Any]) -> SafeString:  # noqa: FBT001 - a label that is HTML equals one that is not
    return format_html('<option value="{}"{}>{}</option>', value, attributes(dict(attrs)), label)
