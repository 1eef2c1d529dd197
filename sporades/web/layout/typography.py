"""French spaces: no line begins with « : », « ; », « ? » or « » », nor ends with « « ».

What the réglementation and the code say is written with plain spaces, so that it is searched and
compared plainly. It is set here, once, as it leaves for a screen.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

type Page = Callable[[HttpRequest], HttpResponse]

# Tags are left as they are, and so is what is typed or run between some of them.
_ASIDE = "(?:textarea|script|style|pre|code)"
_KEPT = re.compile(rf"(<{_ASIDE}\b.*?</{_ASIDE}>|<[^>]*>)", re.DOTALL)
_SPACED = {f" {sign}": f"\u00a0{sign}" for sign in ":;?!»"} | {"« ": "«\u00a0"}


def set_spaces(page: str) -> str:
    """Return a page of HTML with the spaces that French punctuation keeps unbroken."""
    parts = _KEPT.split(page)
    parts[::2] = [_set(text) for text in parts[::2]]
    return "".join(parts)


def _set(text: str) -> str:
    for plain, unbroken in _SPACED.items():
        text = text.replace(plain, unbroken)
    return text


def typography(get_response: Page) -> Page:
    """Set the spaces of every page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = set_spaces(response.content.decode()).encode()
        return response

    return answer
