"""Addresses written in mails and documents."""

from django.conf import settings
from django.urls import reverse


def link_to(page: str, *args: object) -> str:
    """Return the public address of a page, from the settings and never from a request.

    Args:
        page: the name of its route: « candidate:registration ».
        args: what its path holds, in its order.

    Raises:
        NoReverseMatch: there is no such page.
    """
    return f"{settings.SITE_URL}{reverse(page, args=args)}"
