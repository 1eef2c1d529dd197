"""The spaces that French keeps unbroken, set once, as a page leaves: see `core.french.spaced`."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sporades.core.french import spaced

type Page = Callable[[HttpRequest], HttpResponse]

# Tags are left as they are, and so is what is typed or run between some of them.
_ASIDE = "(?:textarea|script|style|pre|code)"
# What is heard and not seen stands apart from the page: of the space at its edge, browsers make none,
# unless it is unbroken.
_HEARD = '<span class="fr-sr-only">'
_HEARD_TO_ITS_END = re.compile(rf"({_HEARD}[^<]*[^<\s]) (?=</span>)")
_KEPT = re.compile(rf"(<{_ASIDE}\b.*?</{_ASIDE}>|<[^>]*>)", re.DOTALL)


def set_spaces(page: str) -> str:
    """Return a page of HTML with the spaces that French punctuation keeps unbroken.

    So are those between what is seen and what is only heard, which would run into one word.
    """
    page = _HEARD_TO_ITS_END.sub("\\1\u00a0", page.replace(f"{_HEARD} ", f"{_HEARD}\u00a0"))
    parts = _KEPT.split(page)
    # Between two tags there is mostly nothing but the space of a template.
    parts[::2] = [text if text.isspace() else spaced(text) for text in parts[::2]]
    return "".join(parts)


def typography(get_response: Page) -> Page:
    """Set the spaces of every page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = set_spaces(response.content.decode()).encode()
        return response

    return answer
