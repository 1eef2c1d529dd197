"""What the database holds of a row whose file the antivirus looks at: `scanned_at`, `is_clean`."""

import pgtrigger
from django.db.models import CheckConstraint, Q


def clean_or_not(name: str) -> CheckConstraint:
    """Return the constraint that a file which was scanned is clean or is not.

    Args:
        name: of the constraint.
    """
    return CheckConstraint(
        name=name,
        condition=Q(scanned_at=None, is_clean=None)
        | Q(scanned_at__isnull=False, is_clean__isnull=False),
    )


def scanned_once(name: str) -> pgtrigger.Protect:
    """Return the trigger that keeps what the antivirus has said.

    Args:
        name: of the trigger.
    """
    return pgtrigger.Protect(
        name=name,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__scanned_at__isnull=False)
        & (
            pgtrigger.Q(old__scanned_at__df=pgtrigger.F("new__scanned_at"))
            | pgtrigger.Q(old__is_clean__df=pgtrigger.F("new__is_clean"))
        ),
    )
