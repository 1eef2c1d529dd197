"""Which signs a request says that it is in: ours are those of UTF-8, and no others are read."""

import codecs
from collections.abc import Callable
from typing import Any

from django.utils.http import parse_header_parameters

type Application = Callable[[dict[str, Any], Any], Any]

OTHER_SIGNS = "sporades.other_signs"
"""What is noted in the environment of a request that is in others."""


def declared(application: Application) -> Application:
    """Hide from Django that a request says to be in other signs than ours, and note it.

    Django reads the address by them as it makes the request, before anything could refuse it: some
    are no signs at all (`hex`), and nothing would be answered.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        try:
            kind, said = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
            is_read = is_ours(said.get("charset", ""))
        except ValueError:
            kind, is_read = "", False
        if not is_read:
            environ |= {"CONTENT_TYPE": kind, OTHER_SIGNS: True}
        return application(environ, start_response)

    return answer


def is_ours(charset: str) -> bool:
    """Return whether a charset is UTF-8, as none said is, and one that nobody knows to Django."""
    try:
        return not charset or codecs.lookup(charset).name == "utf-8"
    except LookupError:
        return True
