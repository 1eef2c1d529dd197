"""A document that nobody has opened, and the telephone call that says that it is there."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from sporades.accommodations.models.lengths import LONGEST_NAME

UNREAD_FOR = timedelta(days=5)
"""After how long a document that nobody has opened is a telephone call (H4)."""

NOT_CALLED = {"called_at": None, "called_name": "", "is_reached": False}
A_CALL_IS_WHOLE = Q(**NOT_CALLED) | Q(called_at__isnull=False) & ~Q(called_name="")


class Called(models.Model):
    """What somebody telephones about."""

    called_at = models.DateTimeField("appelée le", null=True, blank=True)
    called_name = models.CharField(
        "qui a appelé", max_length=LONGEST_NAME, blank=True, default="", db_default=""
    )
    is_reached = models.BooleanField("prévenue par téléphone", default=False, db_default=False)

    class Meta:
        abstract = True

    @property
    def call_mark(self) -> str:
        """What tells the last call that was noted from the next one; nothing while none is."""
        return self.called_at.isoformat() if self.called_at else ""
