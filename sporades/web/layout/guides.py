"""The guides of those who work here, as `docs/` has them: read once per process, a page for each part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from django.forms.utils import flatatt
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS = Path(__file__).resolve().parents[3] / "docs"
PART, SECTION = "h2", "h3"
CONTENTS = "ce-que-dit-ce-guide"
"""The part that lists the others: the first page does."""

UNDER = {"h1": "h2", "h2": "h3"}
"""The heading that comes under another."""
SAID = {"table": {"class": "s-table"}, "th": {"scope": "col"}}
"""What Markdown does not say of an element, by its tag."""

type Trail = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """What a part of a guide says under a title of its own."""

    title: str
    slug: str


@dataclass(frozen=True)
class Part:
    """One part of a guide.

    Attributes:
        title: its title, as plain text.
        slug: its name in an address.
        sections: those that it has, in their order.
        content: all of it but its title, as the tokens of its Markdown.
    """

    title: str
    slug: str
    sections: tuple[Section, ...]
    content: tuple[Token, ...]

    def shown(self, addresses: Mapping[str, str], under: str) -> SafeString:
        """Return its content as HTML, without the images, which show the pages that its reader has.

        Args:
            addresses: what a link of the guide may lead to, by its anchor; what leads elsewhere
                stays as plain words.
            under: the heading that bears its title, which those of its sections follow.
        """
        return _shown(iter(self.content), Page(self.title, addresses, UNDER[under]))


@dataclass(frozen=True)
class Page:
    """Where a part is shown.

    Attributes:
        title: of the part: Markdown gives a table no caption.
        addresses: as for `Part.shown`.
        section: the heading of its sections.
    """

    title: str
    addresses: Mapping[str, str]
    section: str


@cache
def parts_of(name: str) -> tuple[Part, ...]:
    """Return the parts of a guide, in their order.

    Args:
        name: that of its file in `docs/`, without its ending.
    """
    tokens = _reader().parse((DOCS / f"{name}.md").read_text())
    starts = [at for at, one in enumerate(tokens) if one.type == "heading_open" and one.tag == PART]
    return tuple(
        _part(tokens[start:end])
        for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True)
    )


def guide_page(
    request: HttpRequest, name: str, part: str = "", *, title: str, of_part: str, trail: Trail
) -> HttpResponse:
    """Show the first part of a guide and the list of them all, or one part.

    Args:
        request: of who reads it.
        name: that of its file in `docs/`, without its ending.
        part: the slug of the part; nothing for the first page.
        title: of the guide.
        of_part: the name of the route of a part.
        trail: the titles and addresses of the pages above its first one.

    Raises:
        Http404: it has no such part.
    """
    parts = [one for one in parts_of(name) if one.slug != CONTENTS]
    slugs = [one.slug for one in parts]
    if part and part not in slugs:
        raise Http404
    at = slugs.index(part) if part else 0
    links = [(one.title, reverse(of_part, args=[one.slug])) for one in parts]
    context = {
        "title": title,
        "part": parts[at] if part else None,
        "first": parts[0],
        "content": parts[at].shown(_addresses(parts, of_part), "h1" if part else "h2"),
        "contents": [(one, url) for one, (_, url) in zip(parts, links, strict=True)],
        "before": links[at - 1] if at else None,
        "after": links[at + 1] if at + 1 < len(links) else None,
        "trail": [*trail, (title, reverse(of_part.removesuffix("_part")))] if part else trail,
    }
    return render(request, "layout/guide.html", context)


def _addresses(parts: Iterable[Part], of_part: str) -> dict[str, str]:
    """Return where each title of a guide stands, by its slug."""
    addresses = {}
    for part in parts:
        address = reverse(of_part, args=[part.slug])
        addresses[part.slug] = address
        addresses |= {one.slug: f"{address}#{one.slug}" for one in part.sections}
    return addresses


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _part(tokens: list[Token]) -> Part:
    title = _plain(tokens[1])
    sections = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == SECTION:
            section = Section(_plain(tokens[at + 1]), slugify(_plain(tokens[at + 1])))
            token.attrSet("id", section.slug)
            sections.append(section)
    return Part(title, slugify(title), tuple(sections), tuple(tokens[3:]))


def _plain(inline: Token) -> str:
    return "".join(one.content for one in inline.children or [])


def _shown(tokens: Iterator[Token], page: Page) -> SafeString:
    """Return as HTML what comes before the end of the element that these tokens stand in.

    Args:
        tokens: those that are still to be shown.
        page: that they are shown on.
    """
    shown: list[str] = []
    for token in tokens:
        if token.nesting < 0:
            break
        if token.nesting > 0:
            within = _shown(tokens, page)
            if token.tag == "table":
                within = format_html(
                    '<caption class="fr-sr-only">{}</caption>{}', page.title, within
                )
            shown.append(_element(token, within, page))
        elif token.type == "inline":
            shown.append(_shown(iter(token.children or []), page))
        elif token.type == "code_inline":
            shown.append(format_html("<code>{}</code>", token.content))
        elif token.type != "image":
            shown.append("\n" if token.type == "softbreak" else token.content)
    return format_html_join("", "{}", ((one,) for one in shown))


def _element(token: Token, within: SafeString, page: Page) -> SafeString:
    """Return an element: a link that leads nowhere here is its words, a paragraph of one image nothing."""
    said = {**token.attrs, **SAID.get(token.tag, {})}
    if token.tag == "a":
        said = {"href": page.addresses.get(_anchor(str(token.attrGet("href"))))}
    if token.hidden or not said.get("href", True) or (token.tag == "p" and not within):
        return within
    tag = page.section if token.tag == SECTION else token.tag
    return format_html("<{0}{1}>{2}</{0}>", tag, flatatt(said), within)


def _anchor(href: str) -> str:
    """Return what our slug is of an anchor, as a forge makes it of a title; nothing of another file."""
    return slugify(unquote(href[1:])) if href.startswith("#") else ""
