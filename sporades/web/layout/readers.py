"""Each form says for whom its page was made: `{% csrf_token %}` writes it beside the token.

A form of one person's page is not given back to another who has signed in since on the same
computer. The mark is a digest: it names nobody.
"""

from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.crypto import constant_time_compare
from django.utils.html import format_html

from sporades.core import digests

register = Library()

READER = "reader"
_PURPOSE = "sporades.web.layout.reader"
MARK = 32


def is_readers_own(request: HttpRequest) -> bool:
    """Return whether what was posted comes from a page made for whoever reads now."""
    return is_mark_of(request, request.POST.get(READER, ""))


def is_mark_of(request: HttpRequest, mark: str) -> bool:
    """Return whether a mark is that of whoever reads now, also of before a change of the key."""
    return any(constant_time_compare(mark, one) for one in _marks(request))


def mark_of(user: Any) -> str:
    """Return the mark of an account."""
    return digests.keyed(_PURPOSE, str(user.pk))[:MARK]


def _marks(request: HttpRequest) -> list[str]:
    """Return every mark that a signed-in reader's pages may bear; an empty one for anybody else."""
    user = _signed_in(request)
    if user is None:
        return [""]
    return [one[:MARK] for one in digests.keyed_by_each(_PURPOSE, str(user.pk))]


def _mark(request: HttpRequest | None) -> str:
    """Return the mark of a signed-in reader; nothing for anybody else."""
    user = _signed_in(request)
    return mark_of(user) if user is not None else ""


def _signed_in(request: HttpRequest | None) -> Any:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


class _TokenAndReader(CsrfTokenNode):
    def render(self, context: Context) -> str:
        mark = _mark(getattr(context, "request", None))
        token = super().render(context)
        if not mark:
            return token
        return format_html('{}<input type="hidden" name="{}" value="{}">', token, READER, mark)


@register.tag
def csrf_token(parser: Parser, token: Token) -> _TokenAndReader:
    """Write the token of a form, and for whom its page is made."""
    return _TokenAndReader()
