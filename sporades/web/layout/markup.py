"""Small pieces of HTML: attributes, options, what is written from right to left.

A list of 250 countries, printed by a template, costs 20 ms.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.messages.storage.base import Message
from django.forms import Select
from django.forms.utils import flatatt
from django.template import Context, Library
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from sporades.accounts.addresses import readable
from sporades.core import french
from sporades.core.clock import rehearsed_in_words
from sporades.core.numbers import in_fours
from sporades.core.phones import as_dialled, phone_in_words
from sporades.territory.queries import information_of

register = Library()

MOST_SETS = 8_192
"""How many sets of attributes a process keeps printed: those of each field of each exam."""

MOST_LISTS = 512
"""How many printed lists a process keeps: countries and departments, for each answer given."""

ARROW = "→"
BECOMES = format_html(
    '<span aria-hidden="true">{}</span> <span class="fr-sr-only">devient</span>', ARROW
)

_TO_THE_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
RIGHT_TO_LEFT = re.compile(
    rf"[{_TO_THE_LEFT}](?:[{_TO_THE_LEFT}\d\s.,'’\u200c-]*[{_TO_THE_LEFT}\d])?"
)
"""Words of Hebrew, Arabic and the like, with the numbers and the non-joiners among them."""

BETWEEN_PARTS = re.compile(r"(?<=@)|(?=\.[^@]*@)")

register.filter("dialled", as_dialled)
register.filter("phone", phone_in_words)
register.filter("in_fours", in_fours)
register.filter("readable", readable)
register.simple_tag(rehearsed_in_words, name="rehearsed")


@register.simple_tag(takes_context=True)
def same_query(context: Context) -> str:
    """Return the query of this page, for an address to carry on; without one nothing, not « ? » alone."""
    query = context["request"].GET.urlencode()
    return f"?{query}" if query else ""


@register.filter
def directed(said: object) -> SafeString:
    """Return what somebody wrote, saying what of it is read from right to left (RGAA 8.10)."""
    text = str(said)
    if not RIGHT_TO_LEFT.search(text):
        return escape(text)
    parts, end = [], 0
    for words in RIGHT_TO_LEFT.finditer(text):
        parts += [text[end : words.start()], format_html('<bdi dir="rtl">{}</bdi>', words[0])]
        end = words.end()
    return format_html_join("", "{}", ((part,) for part in (*parts, text[end:])))


@register.filter
def address(said: object) -> SafeString:
    """Return a mail address that a narrow line breaks between its parts, not within a word."""
    first, *others = BETWEEN_PARTS.split(str(said))
    broken = format_html_join("", "<wbr>{}", ((directed(one),) for one in others))
    return directed(first) + broken


@register.filter
def changed(said: object) -> SafeString:
    """Return a change, « Nord → Lille », with a word for those who hear no arrow."""
    before, arrow, after = str(said).partition(f" {ARROW} ")
    if not arrow:
        return directed(said)
    return format_html("{} {} {}", directed(before), BECOMES, directed(after))


@register.filter
def counted_down(left: timedelta) -> SafeString:
    """Return how long is left, « 9 minutes », which left.js keeps true while the page stays open."""
    seconds = max(int(left.total_seconds()), 0)
    return format_html(
        '<span data-left="{}">{}</span>', str(seconds), french.time_left_in_words(left)
    )


@register.filter
def each_once(said: Iterable[Message] | None) -> list[Message]:
    """Return the messages of a page without what a button pressed twice says again."""
    return list({(one.level, str(one)): one for one in said or ()}.values())


@register.filter
def information_at(service: Any, at: datetime) -> SafeString | str:
    """Return what a managing service tells at an instant, which somebody wrote; or nothing."""
    return directed(information_of(service, at=at))


@register.filter
def of_named(name: object) -> SafeString:
    """Return « de » and the name of somebody, which somebody wrote."""
    return directed(french.of_named(str(name)))


@register.filter
def attributes(attrs: Mapping[str, Any], without: str = "") -> SafeString:
    """Return the attributes of a control, but its class, which is the template's to say.

    Args:
        attrs: their names and values; True stands alone, False is left out.
        without: one more that is left out.
    """
    kept = [(name, attrs[name]) for name in attrs if name not in ("class", without)]
    return _flat(*(part for pair in kept for part in pair))


@lru_cache(maxsize=MOST_SETS, typed=True)
def _flat(*parts: Any) -> SafeString:
    return flatatt(dict(zip(parts[::2], parts[1::2], strict=True)))


@register.filter
def options(
    optgroups: SafeString | Iterable[tuple[str | None, list[dict[str, Any]], int]],
) -> SafeString:
    """Return the options of a list, as Django's widget gives them, group by group.

    Args:
        optgroups: the groups; those of a long list are printed already.
    """
    if isinstance(optgroups, SafeString):
        return optgroups
    groups = [(group, _lines(choices)) for group, choices, _ in optgroups]
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<optgroup label="{}">{}</optgroup>', group, lines) if group else lines,)
            for group, lines in groups
        ),
    )


@lru_cache(maxsize=MOST_LISTS)
def printed(choices: tuple[tuple[str, str], ...], value: tuple[str, ...]) -> SafeString:
    """Return the options of a list, with those chosen marked.

    Args:
        choices: each one's value and label, as text.
        value: the values chosen.
    """
    return options(Select(choices=choices).optgroups("", list(value)))


def _lines(choices: list[dict[str, Any]]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((one["value"], attributes(one["attrs"]), _whole(one["label"])) for one in choices),
    )


def _whole(label: Any) -> Any:
    """Return the label of an option with its hint, for which a list has no other room."""
    hint = getattr(label, "hint", "")
    return f"{label} ({hint})" if hint else label
