"""Two banners that are asked for at the same instant: one stands, whichever is served first."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from sporades.acts.services import announcing
from sporades.notices import queries
from sporades.notices.models import Banner
from tests.endurance.arena import first, together
from tests.factories import NOW, OPERATOR

LATER = NOW + timedelta(milliseconds=1)
HOUR = timedelta(hours=1)


def show(message, *, at, until=None, stops_writing=False):
    return announcing.show_banner(
        kind="info", message=message, until=until, stops_writing=stops_writing, by=OPERATOR, at=at
    )


def standing(at):
    """Return what every banner says that stands at an instant."""
    return [one.message for one in Banner.objects.shown_at(at)]


def shown_first(message, *, at, holds):
    """Show a banner, and hold what it locks."""
    show(message, at=at, stops_writing=True)
    holds()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("served_first", "served_then"),
    [((NOW, "Un"), (LATER, "Deux")), ((LATER, "Deux"), (NOW, "Un"))],
)
def test_the_last_to_arrive_stands_alone(served_first, served_then):
    (at, message), (then, other) = served_first, served_then

    outcomes = first(
        lambda holds: shown_first(message, at=at, holds=holds), lambda: show(other, at=then)
    )

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert standing(LATER) == ["Deux"]
    assert Banner.objects.get(message="Un").ends_at == LATER
    queries.forget()
    assert queries.banner(LATER).message == "Deux"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_one_instant_one_stands():
    def act(number):
        return lambda: show(f"Bandeau {number}", at=NOW, until=NOW + HOUR)

    outcomes = together(*map(act, range(6)))

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Banner.objects.count() == 6
    assert len(standing(NOW)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_down_while_another_is_shown_leaves_the_other():
    show("Avant", at=NOW - HOUR)

    outcomes = first(
        lambda holds: shown_first("Après", at=LATER, holds=holds),
        lambda: announcing.take_banner_down(by=OPERATOR, at=NOW),
    )

    assert outcomes == [None, True]
    assert standing(NOW) == []
    assert standing(LATER) == ["Après"]


@pytest.mark.django_db
def test_the_database_lets_no_two_stand_together():
    show("Un", at=NOW)

    with pytest.raises(IntegrityError, match="one_banner_stands_at_a_time"):
        Banner.objects.create(message="Deux", starts_at=NOW + HOUR)


@pytest.mark.django_db
def test_a_banner_that_had_an_end_keeps_it_before_the_next_one():
    show("Deux", at=NOW + HOUR)

    made = show("Un", at=NOW, until=NOW + HOUR / 2)

    assert made.ends_at == NOW + HOUR / 2
    assert standing(NOW + HOUR) == ["Deux"]
