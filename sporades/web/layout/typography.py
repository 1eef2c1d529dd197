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
_KEPT = re.compile(rf"(<(?:{_ASIDE}\b.*?</{_ASIDE}>|[^>]*>))", re.DOTALL)

# A number of a registration or of a candidate, which is not part of a name, of an address or of another.
# What these begin with stands first in them: they are sought in all of a page.
_OURS = re.compile(r"[1-9](?<![\w./-].)\d{7,10}(?![\w/-]|[.,]\w)")
# What holds no element, and what nobody sees.
_BARE = ("<title", "<option", "<text", "<tspan", _HEARD)
# Between two pieces of what is read; no page of HTML has it.
_EDGE = "\0"


def set_spaces(page: str) -> str:
    """Return a page of HTML with the spaces that French punctuation keeps unbroken.

    So are those between what is seen and what is only heard, which would run into one word. Our
    numbers stand in groups of three, by what the style leaves before each and not by a space: they
    are copied, found in the page and heard whole.
    """
    page = page.replace(_EDGE, "\ufffd").replace(f"{_HEARD} ", f"{_HEARD}\u00a0")
    parts = _KEPT.split(_HEARD_TO_ITS_END.sub("\\1\u00a0", page))

    def grouped(found: re.Match[str]) -> str:
        place = 2 * found.string.count(_EDGE, 0, found.start())
        is_bare = place == 0 or parts[place - 1].startswith(_BARE)
        return found[0] if is_bare else _in_groups(found[0])

    # Once over all that is read, not once for each of its thousand pieces.
    read = spaced(_EDGE.join(parts[::2]))
    parts[::2] = _OURS.sub(grouped, read).split(_EDGE)
    return "".join(parts)


def _in_groups(number: str) -> str:
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
