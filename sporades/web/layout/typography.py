"""How a page is set, once, as it leaves: the spaces that French keeps unbroken, our numbers in groups.

For the spaces, see `core.french.spaced`.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sporades.core.french import spaced
from sporades.core.numbers import NARROW, in_groups, is_valid

type Page = Callable[[HttpRequest], HttpResponse]

# Tags are left as they are, and so is what is typed or run between some of them.
_ASIDE = "(?:textarea|script|style|pre|code)"
# What is heard and not seen stands apart from the page: of the space at its edge, browsers make none,
# unless it is unbroken.
_HEARD = '<span class="fr-sr-only">'
_HEARD_TO_ITS_END = re.compile(rf"({_HEARD}[^<]*[^<\s]) (?=</span>)")
_KEPT = re.compile(rf"(<{_ASIDE}\b.*?</{_ASIDE}>|<[^>]*>)", re.DOTALL)

# A number of a registration or of a candidate, which is not part of a name, of an address or of another.
_OURS = re.compile(r"(?<![\w./-])[1-9]\d{7,10}(?![\w/-]|[.,]\w)")
# What holds no element, and what nobody sees.
_BARE = ("<title", "<option", "<text", "<tspan", _HEARD)


def set_spaces(page: str) -> str:
    """Return a page of HTML with the spaces that French punctuation keeps unbroken.

    So are those between what is seen and what is only heard, which would run into one word. Our
    numbers stand in groups of three, by what the style leaves before each and not by a space: they
    are copied, found in the page and heard whole.
    """
    page = _HEARD_TO_ITS_END.sub("\\1\u00a0", page.replace(f"{_HEARD} ", f"{_HEARD}\u00a0"))
    parts = _KEPT.split(page)
    # Between two tags there is mostly nothing but the space of a template.
    parts[::2] = [text if text.isspace() else spaced(text) for text in parts[::2]]
    for at in range(2, len(parts), 2):
        if not parts[at].isspace() and not parts[at - 1].startswith(_BARE):
            parts[at] = _OURS.sub(_in_groups, parts[at])
    return "".join(parts)


def _in_groups(found: re.Match[str]) -> str:
    number = found[0]
    if not is_valid(number):
        return number
    head, *groups = in_groups(number).split(NARROW)
    ends = "".join(f"<span>{group}</span>" for group in groups)
    return f'<data class="s-digits" value="{number}">{head}{ends}</data>'


def typography(get_response: Page) -> Page:
    """Set the spaces and the numbers of every page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = set_spaces(response.content.decode()).encode()
        return response

    return answer
