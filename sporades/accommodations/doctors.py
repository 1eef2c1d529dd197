"""Which doctors requests for accommodations may be entrusted to."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count

from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.accounts.models import Membership, MembershipQuerySet
from sporades.exams.models import Domain
from sporades.registrations.models import Registration


def doctors_for(registration: Registration, *, day: date) -> list[Membership]:
    """Return the doctors to whom a request may be entrusted: those of its academy and its domain, who have joined.

    Args:
        registration: which.
        day: today.
    """
    return doctors_for_any([registration], day=day)


def doctors_for_any(registrations: Iterable[Registration], *, day: date) -> list[Membership]:
    """Return the doctors to whom at least one of some requests may be entrusted, by name.

    Args:
        registrations: which.
        day: today.
    """
    known = list(registrations)
    found = _joined(day, academies={one.academy_id for one in known})
    told = found.select_related("user").order_by("full_name", "pk")
    return [one for one in told if any(is_doctor_of(one, each) for each in known)]


def is_doctor_of(member: Membership, registration: Registration) -> bool:
    """Return whether the perimeter of a doctor holds a registration."""
    is_of_domain = not member.domains or registration.exam.domain.code in member.domains
    return registration.academy_id in member.academies and is_of_domain


def waiting_with(doctors: Iterable[int]) -> dict[int, int]:
    """Return how many requests wait for each of some doctors; one who has none has no line.

    Args:
        doctors: the keys of their accounts.
    """
    mine = Case.objects.filter(doctor__in=list(doctors), state=State.WITH_DOCTOR, stands=True)
    return dict(
        mine.order_by().values("doctor").annotate(count=Count("pk")).values_list("doctor", "count")
    )


def left_without_doctor(
    ending: Iterable[Membership], *, day: date
) -> list[tuple[str, Sequence[str]]]:
    """Return where nobody could be given a request any more, once some roles have ended.

    Args:
        ending: the roles of one account; those that are no doctor's change nothing.
        day: today.

    Returns:
        The codes of academies, each with those of the domains; none where nobody is left for any.
    """
    found: list[tuple[str, Sequence[str]]] = []
    for role in ending:
        if role.role != Membership.Role.DOCTOR:
            continue
        others = list(_joined(day, academies=role.academies).exclude(user=role.user_id))
        for code in role.academies:
            there = [one.domains for one in others if code in one.academies]
            if not there and not role.domains:
                found.append((code, ()))
            elif [] not in there and (left := _uncovered(role, there)):
                found.append((code, left))
    return found


def _uncovered(role: Membership, there: Iterable[Sequence[str]]) -> list[str]:
    theirs = role.domains or Domain.objects.values_list("code", flat=True)
    return sorted({*theirs}.difference(*there))


def _joined(day: date, *, academies: Iterable[str]) -> MembershipQuerySet:
    """Return the doctors of some academies, without those who were only invited.

    They read nothing yet: a request would wait for nobody.
    """
    found = Membership.objects.current(day).filter(
        role=Membership.Role.DOCTOR,
        academies__overlap=sorted(set(academies)),
        user__is_active=True,
    )
    return found.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
