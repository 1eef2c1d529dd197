"""Lines of the log: they name nobody, and hold no key nor number of an address."""

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.urls import URLResolver, get_resolver

from sporades.core import origin

HIDDEN = "…"
MAIL_ADDRESS = re.compile(r"(?<![^\s<>()\[\]'\"=,;@])[^\s<>()\[\]'\"=,;@]++@[^\s<>()\[\]'\",;]+")
"""Looked for once from the beginning of each word: a stranger writes words as long as they like."""
ROW = re.compile(
    r"^([ \t]*DETAIL:).*?(\n(?=[ \t]*(?:HINT|CONTEXT|STATEMENT|Traceback|The above|During))|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""Where PostgreSQL quotes the row that it refuses."""
NUMBER = re.compile(r"(?<=/)[0-9]{8,}(?![^\s/?])")
"""A number of ours in an address: it is of somebody, and what follows may say something of their health."""


class InOneLine(logging.Filter):
    """What whoever asks may cause at will, and where it was noticed says nothing: no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a record, and no more of its error than its message."""
        record.exc_info = record.exc_text = None
        return True


class Discreet(logging.Formatter):
    """A line, what it says of an error included, without keys, numbers, mail addresses and rows.

    It begins with its instant and the offset of its clock: two hours bear one name in the night of
    October (ASVS 16.2.2). It ends with the number of the request that is being answered, if any.
    """

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's
        """Write when it was said, as ISO 8601 has it."""
        said = datetime.fromtimestamp(record.created).astimezone()
        return said.isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line = without_persons(super().format(record))
        if answered := origin.current():
            line = f"{line} request={answered.number}"
        if "/" not in line:
            return line
        line = NUMBER.sub(HIDDEN, line)
        # Before the program is ready, it has answered nobody.
        return without_keys(line) if apps.ready else line


def without_persons(text: str) -> str:
    """Return a text without the mail addresses and the rows that an error quotes."""
    if "DETAIL:" in text:
        text = ROW.sub(rf"\g<1> {HIDDEN}\g<2>", text)
    return MAIL_ADDRESS.sub(HIDDEN, text) if "@" in text else text


def without_keys(text: str) -> str:
    """Return a text with every line that holds a key cut before it: an address may have spaces."""
    return _addresses().sub(rf"\g<1>{HIDDEN}", text)


@cache
def _addresses() -> re.Pattern[str]:
    # Typed again on a telephone, an address begins with a capital: it leads nowhere, its key is good.
    return re.compile(f"({'|'.join(_beginnings())}).+", re.IGNORECASE)


def _beginnings(
    patterns: Any = None, before: str = "/", space: tuple[str, ...] = ()
) -> Iterator[str]:
    """Give what stands before the key, in each address that has one."""
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - logs are set up before the pages

    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*space, pattern.namespace) if pattern.namespace else space
            yield from _beginnings(pattern.url_patterns, route, inner)
            continue
        declared = ACCESS.get(":".join((*space, str(pattern.name))))
        if declared and declared.opened_by:
            fixed, _, _ = route.partition(f"<str:{declared.opened_by}>")
            yield re.sub(r"<[^>]+>", r"[^/\\n]+", re.escape(fixed))
