"""Questions of pages about drawers."""

from django.db.models import QuerySet, Sum

from sporades.accounts.models import User
from sporades.drawers.models import KeptFile


def files_of(user: User | int) -> QuerySet[KeptFile]:
    """Return the files of the drawer of an account, the last first."""
    found: QuerySet[KeptFile] = KeptFile.objects.visible_to(user).order_by("-kept_at", "-pk")
    return found


def weight_of(kept: QuerySet[KeptFile]) -> int:
    """Return how many bytes some files have together."""
    return kept.aggregate(total=Sum("size"))["total"] or 0
