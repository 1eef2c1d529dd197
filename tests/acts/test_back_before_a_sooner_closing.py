"""Who withdrew counts on the hours that a mail gave: a closing that takes some of them is told to them (E8, I1)."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving
from sporades.acts.services import closing_moved, opening
from sporades.mail.models import Message
from tests.evidence.given import again
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")

HOUR = timedelta(hours=1)


def leave(registration, *, at=NOW):
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=at)
    return again(registration)


def close(registration, *, at, closes_at):
    """Bring its closing forward, and tell everybody."""
    service = registration.service
    made = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=closes_at,
        reason="Essai",
        by=OPERATOR,
        at=at,
    )
    closing_moved.tell_change(made.pk, after="", at=at)


def told():
    sooner = Message.objects.filter(kind="service_closes_sooner").order_by("pk")
    return [one.recipient for one in sooner]


def test_who_has_less_time_to_come_back_is_told_until_when():
    left = leave(a_registration())
    stays = a_registration()

    close(left, at=NOW + HOUR, closes_at=NOW + 20 * HOUR)

    assert told() == [left.candidate.address, stays.candidate.address]
    body = plain(Message.objects.filter(kind="service_closes_sooner").earliest("pk").body)
    assert "Vous vous êtes désinscrit(e). Si vous changez d'avis, une nouvelle inscription" in body
    assert "reste enregistrée" not in body


def test_who_is_back_or_loses_no_hour_is_told_nothing_of_it():
    gone = leave(a_registration())
    back = leave(a_registration())
    again_there = a_registration(back.candidate, at=NOW + HOUR / 2)

    close(gone, at=NOW + HOUR, closes_at=NOW + 80 * HOUR)
    assert told() == [again_there.candidate.address]

    late = NOW + 75 * HOUR
    close(again(gone), at=late, closes_at=late + HOUR)
    assert told() == [again_there.candidate.address] * 2
