"""Figures that many ask at the same instant are counted once: who comes second waits for the first."""

import sys
from datetime import date
from threading import Event, get_ident

import psycopg
import pytest
from django.db import connection

from sporades.statistics import keeping
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection
from tests.endurance.arena import PATIENCE, WAITING, eventually, rows, together, url_of
from tests.factories import EVERYWHERE, NOW, a_candidate, a_registration

READERS = 6
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31), "Europe/Paris")


@pytest.fixture(autouse=True)
def _two_are_many(monkeypatch):
    monkeypatch.setattr(keeping, "MANY", 2)
    keeping.forget()
    yield
    keeping.forget()


def is_asking(thread):
    """Return whether a thread has asked for the figures, and has not got them."""
    frame = sys._current_frames().get(thread)
    while frame is not None and frame.f_code is not keeping.filed.__code__:
        frame = frame.f_back
    return frame is not None


class Crowd:
    """Readers who all ask before anybody can count."""

    def __init__(self):
        self.locked, self.readers = Event(), []

    def ask(self):
        """Ask for the figures of everything, as one reader."""
        self.locked.wait(PATIENCE)
        self.readers.append(get_ident())
        return keeping.filed(Selection(EVERYWHERE), YEAR, at=NOW)

    def have_asked(self):
        return len(self.readers) == READERS and all(map(is_asking, self.readers))

    def hold_back(self):
        """Let nobody read a registration until everybody has asked; return how many were counting."""
        with psycopg.connect(url_of(connection.settings_dict["NAME"])) as other:
            other.execute("LOCK TABLE registrations_registration IN ACCESS EXCLUSIVE MODE")
            self.locked.set()
            eventually(lambda: self.have_asked() and rows(WAITING))
            return len(rows(WAITING))


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_at_once_is_counted_once_and_is_the_same_for_all(invented_exam):
    for _ in range(2):
        a_registration(a_candidate())
    crowd = Crowd()

    *found, counting = together(*[crowd.ask] * READERS, crowd.hold_back)

    assert counting == 1
    assert [one.filed.total for one in found] == [2] * READERS
    assert {id(one) for one in found} == {id(found[0])}
