"""A piece whose last minute comes while nothing is written: nobody is blamed for not giving it (R-05)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.acts import tasks
from sporades.acts.pieces import providing, reminding
from sporades.acts.registrations import completing
from sporades.batches.actions import INCOMPLETE
from sporades.evidence import operations as evidence
from sporades.evidence.completeness import lacking
from sporades.evidence.queries import piece_of
from sporades.exams.held import forget
from sporades.mail.models import Message
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.registrations.states import State
from tests.evidence.given import IDENTITY, again, give, piece
from tests.factories import NOW, OPERATOR, a_registration, load_invented

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def registration():
    """One whose pieces are looked for by the service itself."""
    load_invented(("    pieces:\n", "    anomalie_automatique: oui\n    pieces:\n"))
    forget()
    return a_registration()


@pytest.fixture
def last(registration):
    """The last minute of its piece: the 30 December, 23:59 in Paris."""
    return piece(registration).until


def read_only(begins, ends):
    notices.show(
        kind=Banner.Kind.ALERT, message="Panne.", at=begins, until=ends, stops_writing=True
    )


def flag(at):
    with time_machine.travel(at, tick=False):
        completing.flag_some(after=0, most=10, at=at)


def run(job, at):
    with time_machine.travel(at, tick=False):
        job.func(timestamp=0)


def due(registration, at):
    with time_machine.travel(at, tick=False):
        return piece_of(again(registration), IDENTITY).until


def test_nobody_is_declared_incomplete_while_nothing_can_be_given(registration, last):
    read_only(last - 2 * HOUR, last + 4 * HOUR)

    flag(last + HOUR)

    assert again(registration).state == State.REGISTERED
    assert not Message.objects.filter(kind="state_changed").exists()


@pytest.mark.parametrize("ends", [None, 4 * HOUR])
def test_nor_listed_as_incomplete_meanwhile_nor_until_the_evening_after(registration, last, ends):
    read_only(last - 2 * HOUR, None if ends is None else last + ends)

    def is_listed(at):
        with time_machine.travel(at, tick=False):
            return lacking(at).exists()

    assert not is_listed(last + HOUR)
    if ends is not None:
        run(tasks.remind_pieces, last + ends)
        assert not is_listed(last + DAY)
        assert is_listed(last + 2 * DAY + HOUR)


def test_nor_by_an_agent_or_a_batch_of_theirs_that_still_runs(registration, last):
    read_only(last - 2 * HOUR, None)

    with (
        time_machine.travel(last + 2 * HOUR, tick=False),
        pytest.raises(completing.OnlyRead, match="une fois la lecture seule terminée"),
    ):
        INCOMPLETE.act(
            registration=again(registration),
            reason="",
            about=None,
            by=OPERATOR,
            at=last + 2 * HOUR,
        )

    assert again(registration).state == State.REGISTERED


def test_it_is_given_until_the_evening_of_the_day_that_follows(registration, last):
    ends = last + 4 * HOUR  # 3:59 on the 31st
    read_only(last - 2 * HOUR, ends)
    later = last + 2 * DAY

    flag(ends + HOUR)
    assert again(registration).state == State.REGISTERED
    assert due(registration, ends + HOUR) == later
    with time_machine.travel(later, tick=False):
        give(registration, at=later)

    assert piece(registration).deposit is not None


def test_it_is_missing_after_that(registration, last):
    read_only(last - 2 * HOUR, last + 4 * HOUR)

    late = last + 2 * DAY + HOUR
    with time_machine.travel(late, tick=False), pytest.raises(providing.TooLate):
        give(registration, at=late)
    flag(late)

    assert again(registration).state == State.ANOMALY


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        pytest.param(-4 * HOUR, -2 * HOUR, id="over before"),
        pytest.param(2 * HOUR, 4 * HOUR, id="begun after"),
        pytest.param(-2 * HOUR, -2 * HOUR, id="cancelled"),
    ],
)
def test_what_could_be_given_in_its_last_minute_is_due_as_it_was(registration, last, begins, ends):
    read_only(last + begins, last + ends)

    assert due(registration, last + DAY) == last
    flag(last + 6 * HOUR)

    assert again(registration).state == State.ANOMALY


def test_a_read_only_mode_that_is_planned_moves_no_day_before_it_begins(registration, last):
    notices.plan(
        kind=Banner.Kind.ALERT,
        message="Panne.",
        starts_at=last - 2 * HOUR,
        until=last + 4 * HOUR,
        stops_writing=True,
        at=NOW,
    )

    assert due(registration, last - 3 * HOUR) == last
    assert due(registration, last - HOUR) == last + 2 * DAY


def test_the_later_day_is_kept_for_lists_and_its_candidate_is_reminded_of_it(registration, last):
    with time_machine.travel(last - DAY, tick=False):
        assert reminding.remind_pieces(at=last - DAY) == 1
    read_only(last - 2 * HOUR, last + 4 * HOUR)

    run(tasks.remind_pieces, last + HOUR)
    assert Message.objects.filter(kind="pieces_due").count() == 1
    run(tasks.remind_pieces, last + 5 * HOUR)

    assert piece(registration).until == last + 2 * DAY
    assert not lacking(last + DAY).exists()
    told = Message.objects.filter(kind="pieces_due").latest("pk")
    assert "avant le vendredi 1er janvier 2027 à 23" in " ".join(told.body.split())


def test_no_later_day_is_kept_while_nobody_knows_when_it_ends(registration, last):
    read_only(last - 2 * HOUR, None)

    with time_machine.travel(last + HOUR, tick=False):
        assert evidence.follow_reading(after=0, most=10, at=last + HOUR) == 0

    assert piece(registration).until == last


def test_nobody_is_reminded_of_a_piece_while_none_can_be_given(registration, last):
    read_only(last - 8 * DAY, last - 6 * DAY)

    with time_machine.travel(last - 7 * DAY, tick=False):
        assert reminding.remind_pieces(at=last - 7 * DAY) == 0
    with time_machine.travel(last - 6 * DAY, tick=False):
        assert reminding.remind_pieces(at=last - 6 * DAY) == 1
