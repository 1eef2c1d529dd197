"""Questions of pages about drawers."""

from django.db.models import QuerySet, Sum

from sporades.accounts.models import User
from sporades.core.prepared import prepared
from sporades.drawers.models import KeptFile, Upload


def files_of(user: User | int) -> QuerySet[KeptFile]:
    """Return the files of the drawer of an account, the last first."""
    found: QuerySet[KeptFile] = KeptFile.objects.visible_to(user).order_by("-kept_at", "-pk")
    return found


@prepared(KeptFile)
def kept_by(user: int) -> QuerySet[KeptFile]:
    """Return the same, as a page lists them."""
    return files_of(user)


def weight_of(kept: QuerySet[KeptFile]) -> int:
    """Return how many bytes some files have together."""
    return kept.aggregate(total=Sum("size"))["total"] or 0


def begun_by(user: User) -> list[Upload]:
    """Return the files of which an account has sent a part: the same ones, chosen anew, go on."""
    return [one for one in _begun(user=user.pk) if not one.is_whole]


@prepared(Upload)
def _begun(user: int) -> QuerySet[Upload]:
    begun = Upload.objects.visible_to(user).filter(offset__gt=0, used_at=None)
    return begun.order_by("-touched_at")[:5]
