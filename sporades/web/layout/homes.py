"""Where the pages of a reader who has signed in begin."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, reach
from sporades.core.french import local_day


def works_in_the_office(user: User, at: datetime) -> bool:
    """Return whether a reader has pages of the office, or had: a doctor has none."""
    if not user.is_staff_member:
        return False
    memberships = user.memberships_on(local_day(at, settings.TIME_ZONE))
    return not memberships or bool(reach(memberships, Permission.READ_FILES))


def home_of(user: User, at: datetime) -> str:
    """Return the address where the pages of a reader begin.

    Args:
        user: who has signed in.
        at: the instant.
    """
    if not user.is_staff_member:
        return reverse("candidate:home")
    return reverse("office:home" if works_in_the_office(user, at) else "doctor:home")
