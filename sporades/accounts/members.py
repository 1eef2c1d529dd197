"""Questions about those who work in the office: who sees what of which academies, and still may."""

from datetime import date, timedelta
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q

from sporades.accounts.models import SECOND_FACTORS, Membership, MembershipQuerySet
from sporades.accounts.permissions import Reach
from sporades.core.french import day_in_digits


class Access(StrEnum):
    """How things stand with a role."""

    OPEN = "open"
    INVITED = "invited"
    ENDED = "ended"


def members(found: MembershipQuerySet) -> MembershipQuerySet:
    """Return memberships each with its account, and with `is_doubled`: whether a second factor stands."""
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_FACTORS)
    return found.select_related("user").annotate(is_doubled=Exists(factors))


def meeting(reach: Reach) -> Q:
    """Return what a membership must satisfy to count somewhere within a reach."""
    everywhere = ~Q(pk__in=[])  # an empty condition would be lost among the others
    meets = Q(pk__in=[])
    for one in reach.perimeters:
        academies, domains = sorted(one.academies or ()), sorted(one.domains or ())
        meets |= (
            everywhere
            if one.academies is None
            else Q(academies=[]) | Q(academies__overlap=academies)
        ) & (everywhere if one.domains is None else Q(domains=[]) | Q(domains__overlap=domains))
    return meets


def in_access(found: MembershipQuerySet, access: Access, *, on: date) -> MembershipQuerySet:
    """Keep the memberships with which things stand so; of those that ended, the ones still named.

    Args:
        found: memberships, each with its account.
        access: how.
        on: the day.
    """
    if access is Access.ENDED:
        return found.filter(ends_on__lt=on).named()
    current = found.current(on)
    if access is Access.INVITED:
        return current.filter(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return current


def access_in_words(one: Membership, *, on: date) -> str:
    """Say whether a role is open on a day, and since or until when."""
    if one.ends_on is not None and one.ends_on < on:
        if one.replaced_at is not None:
            return f"remplacé depuis le {day_in_digits(one.replaced_at, settings.TIME_ZONE)}"
        closed_on = one.ends_on + timedelta(days=1)  # the last day was still theirs
        return f"fermé depuis le {closed_on:%d/%m/%Y}"
    last = f"jusqu'au {one.ends_on:%d/%m/%Y}" if one.ends_on else ""
    if one.user.has_usable_password():
        return f"ouvert {last}".rstrip()
    invited = "invité, n'a pas encore choisi son mot de passe"
    return f"{invited} ; accès {last}" if last else invited
