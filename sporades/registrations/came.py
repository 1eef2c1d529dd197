"""How a paper that nobody deposited reached its service, and the day that counts for it (L-05)."""

from datetime import date

from django.db import models

from sporades.core.french import day_in_words


class CameBy(models.TextChoices):
    """By which way it came."""

    POST = "post", "Par la poste"
    DESK = "desk", "Remis au guichet"
    MAIL = "mail", "Par mail"


_ON = {
    CameBy.POST: "posté{} le {}",
    CameBy.DESK: "remis{} au guichet le {}",
    CameBy.MAIL: "envoyé{} par mail le {}",
}
_THROUGH = {
    CameBy.POST: "par la poste",
    CameBy.DESK: "au guichet",
    CameBy.MAIL: "par mail",
}


def came_in_words(by: str, on: date, *, is_feminine: bool = False) -> str:
    """Say how something came, and on which day: « posté le 25 novembre 2026 ».

    Args:
        by: by which way.
        on: the day of the postmark, on which it was handed over, or on which the mail was sent.
        is_feminine: whether it is a piece, and no summary.
    """
    return _ON[CameBy(by)].format("e" if is_feminine else "", day_in_words(on))


def received_in_words(by: str, on: date) -> str:
    """Say on which day, and how, something reached its service: « 26 novembre 2026, au guichet ».

    Args:
        by: by which way.
        on: the day on which the service had it.
    """
    return f"{day_in_words(on)}, {_THROUGH[CameBy(by)]}"


def as_kept(by: str, on: date | None) -> str:
    """Return the day and the way as a page sends them back; nothing where nothing has come.

    By post the day says it alone, as it always did.
    """
    if on is None:
        return ""
    return on.isoformat() if by == CameBy.POST else f"{on.isoformat()}:{by}"


def as_noted(by: str, on: date) -> dict[str, str]:
    """Return the day and the way as the journal keeps them: what came by post says its postmark alone."""
    said = {"posted_on": on.isoformat()}
    return said if by == CameBy.POST else {**said, "came_by": str(by)}
