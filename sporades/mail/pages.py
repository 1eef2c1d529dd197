"""The HTML of a mail, made of its text: the links have names, lists and headings are real ones.

The text is the message; nothing is said here that it does not say. A line « Activer mon compte :
https://… » is a link called « Activer mon compte », its address written again at the end for
whoever copies it. Only addresses of the service, and how the managing service is reached, are links:
whatever somebody typed stays text, so that no mail of the service leads where a stranger chose.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from sporades.core.phones import as_dialled

ITEM = "- "
LONGEST_HEADING = 40
# What begins a sentence that the list after it ends is no heading.
_HEADING = re.compile(rf"(?!Si )[A-ZÀÉÈÊ][^.,:;!?]{{0,{LONGEST_HEADING}}}(?=\s:$)")
_CONTACT = re.compile(r"((?:Votre|Son) service gestionnaire)\s:\s(?=.)")
_PHONE = re.compile(r"(Téléphone\s:\s)(.+)")
_MAIL = re.compile(r"(Adresse mail\s:\s)(\S+@[^\s@]+)")
_DIALLED = re.compile(r"\+?\d{3,15}")
_NAMED = re.compile(r"(?s)(?P<before>.*(?:[.!?]|\s:)\s)?(?P<name>\S.*?)(?:\s:|,)\s$")
_INTRODUCES = re.compile(r"(?:\s:|,)\s$")
_ENDS = ".,;:!?)»"


def page_of(subject: str, body: str) -> str:
    """Return the page of HTML that goes with the text of a mail."""
    html, addresses = as_html(body)
    return render_to_string(
        "mail/message.html", {"subject": subject, "body": html, "addresses": addresses}
    )


def as_html(body: str) -> tuple[SafeString, list[tuple[str, str]]]:
    """Return the text of a mail as HTML, and the names and addresses of its links."""
    addresses: dict[str, str] = {}
    blocks = re.split(r"\n\s*\n", body.strip())
    # One that only looks like it stands above, within what the message quotes.
    contact = max(
        (place for place, block in enumerate(blocks) if _CONTACT.match(block)), default=-1
    )
    parts = [
        part
        for place, block in enumerate(blocks)
        for part in _block(block.split("\n"), addresses, is_contact=place == contact)
    ]
    return _joined(parts), [(name, address) for address, name in addresses.items()]


def _block(
    lines: list[str], addresses: dict[str, str], *, is_contact: bool
) -> Iterator[SafeString]:
    if len(lines) > 1 and (heading := _HEADING.match(lines[0])):
        yield format_html("<h2>{}</h2>", heading[0])
        lines = lines[1:]
    elif heading := _CONTACT.match(lines[0]):
        yield format_html("<h2>{}</h2>", heading[1])
        lines = [lines[0][heading.end() :], *lines[1:]]
    for is_list, some in groupby(lines, key=lambda line: line.startswith(ITEM)):
        said = [
            (is_contact and _reached(line))
            or _line(line.removeprefix(ITEM) if is_list else line, addresses)
            for line in some
        ]
        if is_list:
            items = format_html_join("", "<li>{}</li>", ((one,) for one in said))
            yield format_html("<ul>{}</ul>", items)
        else:
            yield format_html(
                "<p>{}{}</p>", said[0], format_html_join("", "<br>{}", ((one,) for one in said[1:]))
            )


def _reached(line: str) -> SafeString | None:
    """Return a line that says where the managing service is called or written to."""
    if (phone := _PHONE.fullmatch(line)) and _DIALLED.fullmatch(as_dialled(phone[2])):
        return format_html('{}<a href="tel:{}">{}</a>', phone[1], as_dialled(phone[2]), phone[2])
    if mail := _MAIL.fullmatch(line):
        return format_html(
            '{}<a href="mailto:{}">{}</a>', mail[1], quote(mail[2], safe="@"), mail[2]
        )
    return None


def _line(line: str, addresses: dict[str, str]) -> SafeString:
    parts, end = [], 0
    for found in re.finditer(
        rf"{re.escape(settings.SITE_URL)}(?:/\S*|(?=[{_ENDS}]*(?:\s|$)))", line
    ):
        address = found[0].rstrip(_ENDS)
        # Looked for from each of its signs, the name of a long line that has none costs a second.
        said = line[end : found.start()]
        named = _INTRODUCES.search(said[-3:]) and _NAMED.match(said)
        if named:
            parts += [escape(named["before"] or "")]
            addresses.setdefault(address, named["name"])
        else:
            parts += [escape(said)]
        parts += [format_html('<a href="{}">{}</a>', address, named["name"] if named else address)]
        end = found.start() + len(address)
    return _joined([*parts, escape(line[end:])])


def _joined(parts: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
