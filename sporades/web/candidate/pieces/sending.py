"""What pages say of files on their way."""

from sporades.accounts.models import User
from sporades.drawers.models import Upload


def begun_by(user: User) -> list[Upload]:
    """Return the files of which an account has sent a part: the same ones, chosen anew, go on."""
    begun = Upload.objects.visible_to(user).filter(offset__gt=0, used_at=None)
    return [one for one in begun.order_by("-touched_at")[:5] if not one.is_whole]
