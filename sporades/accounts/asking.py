"""What a member of staff asks for: who, in which role, where they might then act, and when."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from sporades import mail
from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import GRANTED, Perimeter, Permission, Reach, reach
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words, local_day
from sporades.territory import queries as territory

_ACCOUNT = "user:"
"""How the identifier of whoever acts from an account begins."""


def clock_of(reach: Reach) -> str:
    """Return the clock of a perimeter, or the service's own where it has several."""
    zones = {
        academy.zone
        for academy in territory.known_academies()
        if academy.code in reach.academies([academy.code])
    }
    return zones.pop() if len(zones) == 1 else settings.TIME_ZONE


def reach_of(user: int, permission: Permission, *, at: datetime) -> Reach:
    """Return where the holder of an account may do something: nowhere, once they have left.

    Args:
        user: the key of the account.
        permission: what they would do.
        at: the instant.
    """
    return reach(roles_of([user], at=at)[user], permission)


def roles_of(users: Collection[int], *, at: datetime) -> dict[int, list[Membership]]:
    """Return by which roles the holder of each of some accounts acts: by none, once they have left.

    Args:
        users: the keys of the accounts.
        at: the instant.
    """
    day = local_day(at, settings.TIME_ZONE)
    accounts = User.objects.prefetch_related("memberships").filter(pk__in=users)
    return {one.pk: list(one.memberships_on(day)) if one.is_active else [] for one in accounts}


def is_here(user: User, *, at: datetime) -> bool:
    """Return whether somebody still works in the office: whose account is closed is not written to.

    Args:
        user: the account.
        at: the instant.
    """
    return user.is_active and bool(user.memberships_on(local_day(at, settings.TIME_ZONE)))


def author_here(identifier: str, *, at: datetime) -> User | None:
    """Return the account that an act was done from, of whoever still works in the office.

    Args:
        identifier: that of the act's author, as `Actor` has it.
        at: the instant.
    """
    user = User.objects.who_acted(identifier)
    return user if user is not None and is_here(user, at=at) else None


class AskedByMember(models.Model):
    """Something that a member of staff asked for. Its model has `asked_by`, their account."""

    asked_name = models.CharField("demandé par", max_length=255)
    asked_role = models.CharField("en qualité de", max_length=20)
    perimeters = models.JSONField("périmètre au moment de la demande")
    asked_at = models.DateTimeField("demandé le")

    asked_by_id: int

    class Meta:
        abstract = True

    @property
    def author(self) -> Actor:
        """Who asked, in the role of that instant."""
        return Actor(self.asked_role, self.asked_name, f"user:{self.asked_by_id}")

    @property
    def reach(self) -> Reach:
        """Where whoever asked might act at that instant."""
        return Reach(tuple(Perimeter.from_json(one, self.author) for one in self.perimeters))

    def reach_now(self, permission: Permission, *, at: datetime) -> Reach:
        """Return where whoever asked may do something by now: nowhere, once they have left.

        Args:
            permission: what they would do.
            at: the instant.
        """
        return reach_of(self.asked_by_id, permission, at=at)

    @property
    def asked_in_words(self) -> str:
        """Say when it was asked for."""
        return instant_in_words(self.asked_at, clock_of(self.reach))

    @property
    def perimeters_in_words(self) -> list[str]:
        """Say where whoever asked might act at that instant: academies, then domains."""
        return [
            ", ".join(
                [
                    *(
                        ["toutes les académies"]
                        if one.academies is None
                        else [territory.academy(code).full_name for code in sorted(one.academies)]
                    ),
                    *(["tous les domaines"] if one.domains is None else sorted(one.domains)),
                ]
            )
            for one in self.reach.perimeters
        ]


def approvers_of(
    asked: Reach, *, permission: Permission, author: int | None, at: datetime
) -> list[Membership]:
    """Return who may approve what somebody asks: those whose own perimeter holds theirs.

    Args:
        asked: where whoever asks may act.
        permission: that of approving it.
        author: the account of whoever asks, which never approves; nothing where it is not known
            as an account.
        at: the instant.
    """
    return [
        member
        for member in members_with(permission, at=at)
        if member.user_id != author and reach([member], permission).includes(asked)
    ]


def still_proposes(
    proposer: str,
    *,
    permission: Permission,
    places: Collection[tuple[str, str]],
    at: datetime,
) -> bool:
    """Return whether whoever proposed something may still do so, everywhere that it is about.

    What the account of a closed, stolen or moved agent proposed would else be approved alone, by
    the second person. A command is typed by the operator, who needs no role.

    Args:
        proposer: the identifier of the author of the proposal.
        permission: that of proposing it.
        places: the code of the academy and that of the domain of each thing that it is about.
        at: the instant.
    """
    if not proposer.startswith(_ACCOUNT):
        return True
    user = User.objects.who_acted(proposer)
    theirs = reach(
        user.memberships_on(local_day(at, settings.TIME_ZONE)) if user else [], permission
    )
    return bool(theirs) and all(
        theirs.covers(academy=academy, domain=domain) for academy, domain in places
    )


def ask_to_approve(
    kind: str,
    approvers: Iterable[Membership],
    *,
    about: models.Model,
    key: str,
    link: str,
    at: datetime,
    **said: Any,
) -> None:
    """Write to each of those who may approve what somebody asks.

    Args:
        kind: of the mail.
        approvers: as `approvers_of` returns them.
        about: the row that it is about.
        key: names the event.
        link: the page where it is approved.
        at: the instant.
        said: what its template says besides, or how `mail.write` sends it.
    """
    for approver in approvers:
        mail.write(
            kind,
            to=approver.user.email,
            at=at,
            key=key,
            about=about,
            approver=approver,
            link=link,
            **said,
        )


def members_with(permission: Permission, *, at: datetime) -> list[Membership]:
    """Return who may do something somewhere, each with their account, by name.

    Args:
        permission: what.
        at: the instant.
    """
    day = local_day(at, settings.TIME_ZONE)
    current = Membership.objects.current(day).filter(user__is_active=True)
    able = current.filter(role__in=GRANTED[permission]).select_related("user")
    return list(able.order_by("full_name", "pk"))
