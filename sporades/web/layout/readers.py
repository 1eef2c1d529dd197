"""Each form says for whom its page was made: `{% csrf_token %}` writes it beside the token.

A form of one person's page is not given back to another who has signed in since on the same
computer. The mark is a digest: it names nobody.
"""

from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import format_html

register = Library()

READER = "reader"
MARK = 32


def is_readers_own(request: HttpRequest) -> bool:
    """Return whether what was posted comes from a page made for whoever reads now."""
    return is_mark_of(request, request.POST.get(READER, ""))


def is_mark_of(request: HttpRequest, mark: str) -> bool:
    """Return whether a mark is that of whoever reads now."""
    return constant_time_compare(mark, _mark(request))


def mark_of(user: Any) -> str:
    """Return the mark of an account."""
    digest = salted_hmac("sporades.web.layout.reader", str(user.pk), algorithm="sha256")
    return digest.hexdigest()[:MARK]


def _mark(request: HttpRequest | None) -> str:
    """Return the mark of a signed-in reader; nothing for anybody else."""
    user = getattr(request, "user", None)
    return mark_of(user) if user is not None and user.is_authenticated else ""


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
