"""When the text that a rule comes from is worth naming after what is said of the rule."""

from sporades.core.text import search_key

_TEXTS = frozenset(
    {
        "annexe",
        "arrete",
        "art",
        "article",
        "articles",
        "circulaire",
        "code",
        "decret",
        "directive",
        "loi",
        "ordonnance",
        "reglement",
    }
)
"""The words by which a text is named. Other references say the rule again, in fewer words."""


def names_a_text(reference: str | None) -> bool:
    """Tell whether a reference names a text or an article that a reader may look up."""
    return not _TEXTS.isdisjoint(search_key(reference or "").split())


def with_text(message: str, reference: str | None) -> str:
    """Return a refusal, followed by the text of its rule where one is named."""
    return f"{message} (Règle : {reference}.)" if names_a_text(reference) else message


def said_by(reference: str | None) -> str:
    """Name the text of a rule, in brackets, where one is named."""
    return f" ({reference})" if names_a_text(reference) else ""
