"""The kinds of document. Each is declared by the room that issues it, and says what it says.

To add one: a `Kind` beside the act that causes it, its Typst template, its HTML twin
`documents/<slug>.html`, and `kinds.register(...)` in the room's `AppConfig.ready`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

type Content = dict[str, Any]
type Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Kind:
    """One kind of document.

    Attributes:
        slug: its name in addresses: "recapitulatif".
        title: its name for people: « Récapitulatif d'inscription ».
        template: its Typst template, from the package: "registrations/typst/summary.typ"; nothing
            for a kind whose PDF is made elsewhere and deposited: its content holds `file`, the
            key of that PDF.
        content: from what causes the document to all that it says, as JSON. The content
            holds at least `title` (what the document is about) and `service` (who answers
            for it: `name` …); `issue` adds what every document has, see there.
        public_facts: from the content to what the verification page shows to whoever holds
            the code: labels and values, the least that tells a true paper from a forged one.
        numbered_by: whether its version is that of the registration, or one of its own.
        published_by_issue: whether its candidate sees it at once, or when a manager publishes.
        needs_approval: whether a second person approves its publication.
        is_decision: whether it decides of its candidate: it is deposited with who decided, in
            what quality, and how to contest it (standards L-03).
        stays_readable: whether a version that another has replaced may still be read by its holder,
            who may still contest it.
        public_title: its name where its code is verified, and in mails, for a kind whose own name
            would say too much of its holder to a third party.
        is_on_accommodations: whether it decides of accommodations, and says why: of the office,
            those who decide of them open it, and nobody else (P-11).
        comes_first: whether it stands above what is published at the same instant.
        stands_alone: whether each version is about something else, and is still true once another is
            issued: where its code is verified, none is said to replace it.
    """

    slug: str
    title: str
    template: str
    content: Callable[[Any], Content]
    public_facts: Callable[[Content], Facts]
    numbered_by: Literal["registration", "own"] = "own"
    published_by_issue: bool = False
    needs_approval: bool = False
    is_decision: bool = False
    stays_readable: bool = False
    public_title: str = ""
    is_on_accommodations: bool = False
    comes_first: bool = False
    stands_alone: bool = False

    @property
    def verified_as(self) -> str:
        """What a third party, or a mail, reads of its name."""
        return self.public_title or self.title

    @property
    def is_contested(self) -> bool:
        """Whether it decides of its candidate, who may contest it from its first reading."""
        return self.is_decision or self.is_on_accommodations

    @property
    def is_deposited(self) -> bool:
        """Whether its PDF is made elsewhere."""
        return not self.template

    @property
    def twin_template(self) -> str:
        """The Django template of the page that says the same."""
        return f"documents/{self.slug}.html"


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known, once, when the program starts.

    Raises:
        ValueError: another kind has this slug.
    """
    if _KINDS.setdefault(kind.slug, kind) != kind:
        message = f"Two kinds of document are called {kind.slug}"
        raise ValueError(message)


def get(slug: str) -> Kind:
    """Return the kind of this slug, or raise KeyError."""
    return _KINDS[slug]


def staying_readable() -> tuple[str, ...]:
    """Return the slugs of those of which a replaced version may still be read."""
    return tuple(slug for slug, kind in _KINDS.items() if kind.stays_readable)


def made_beforehand() -> tuple[str, ...]:
    """Return the kinds that are made from what stands, and wait for whoever publishes them."""
    return tuple(
        slug
        for slug, kind in _KINDS.items()
        if not kind.is_deposited and not kind.published_by_issue
    )


def decided_elsewhere() -> tuple[str, ...]:
    """Return the kinds of decisions on accommodations whose PDF is made elsewhere."""
    return tuple(
        slug for slug, kind in _KINDS.items() if kind.is_on_accommodations and kind.is_deposited
    )


def contested() -> tuple[str, ...]:
    """Return the kinds of what decides of its candidate, wherever its PDF is made."""
    return tuple(slug for slug, kind in _KINDS.items() if kind.is_contested)


def coming_first() -> tuple[str, ...]:
    """Return the kinds that stand above what is published at the same instant."""
    return tuple(slug for slug, kind in _KINDS.items() if kind.comes_first)


def registered() -> tuple[Kind, ...]:
    """Return every kind, in the order in which they were declared."""
    return tuple(_KINDS.values())
