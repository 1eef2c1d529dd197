"""Numbers under fifty connections, rollbacks and kills (R-16)."""

import random
from threading import Event, Thread

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.numbers import is_valid
from sporades.registrations.numbers import take_number
from tests.endurance.arena import eventually, figure, now, pointing_at, rows
from tests.factories import IDENTITY

CONNECTIONS = 50
EACH = figure(15, 1000)
KILLS = figure(2, 12)
LOST = (OperationalError, InterfaceError)
# One in five of those who take a number changes its mind.
CHANGES_ITS_MIND = 0.2
NOBODY = -1


class Changed(Exception):
    """Somebody took numbers, then gave up."""


def take(keep: str, people: list[int]) -> None:
    """Take a registration's number and, one time in five, a candidate's, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(keep, [take_number()])
        if people and random.random() < CHANGES_ITS_MIND:
            candidates.freeze_identity(Candidate.objects.get(pk=people[-1]), at=now())
        if random.random() < CHANGES_ITS_MIND:
            raise Changed


def taker(
    keep: str, people: list[int], trouble: list[BaseException], *, struck_enough: Event
) -> None:
    """Take numbers on one's own connection until all kills are done, come back when it is cut."""
    done = 0
    try:
        while done < EACH or not struck_enough.is_set():
            try:
                take(keep, people)
            except LOST:
                connection.close()
                continue
            except Changed:
                pass
            if people:
                people.pop()
            done += 1
    except DatabaseError as fault:
        trouble.append(fault)
    finally:
        connection.close()


def a_victim(threads: list[Thread]) -> int | None:
    """Return a process of the server that works for one of the takers, nothing if none is seen."""
    if not any(thread.is_alive() for thread in threads):
        return NOBODY
    try:
        found = rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state = 'active' ORDER BY random() LIMIT 1"
        )
    except LOST:
        connection.close()
        return None
    return found[0][0] if found else None


def slips(number: str) -> set[str]:
    """Return a number with each digit wrong, and with each pair of neighbours swapped."""
    wrong = {
        number[:at] + digit + number[at + 1 :]
        for at in range(len(number))
        for digit in "0123456789"
    }
    swapped = {
        number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        for at in range(len(number) - 1)
    }
    return (wrong | swapped) - {number}


def test_no_number_is_given_twice_by_fifty_connections_rolled_back_and_killed(own_server):
    with pointing_at(own_server.url):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE taken (number text NOT NULL UNIQUE)")
        crowd = [
            [
                candidates.enrol(user=None, identity=IDENTITY, email="", at=now()).pk
                for _ in range(figure(1, 4))
            ]
            for _ in range(CONNECTIONS)
        ]
        everyone = [pk for people in crowd for pk in people]
        trouble: list[BaseException] = []
        struck_enough = Event()
        threads = [
            Thread(
                target=taker,
                args=["INSERT INTO taken VALUES (%s)", people, trouble],
                kwargs={"struck_enough": struck_enough},
            )
            for people in crowd
        ]
        for thread in threads:
            thread.start()
        struck = 0
        try:
            while (
                struck < KILLS and (victim := eventually(lambda: a_victim(threads))) is not NOBODY
            ):
                own_server.kill_a_backend(victim)
                struck += 1
        finally:
            struck_enough.set()
            for thread in threads:
                thread.join()
        connection.close()

        numbers = [number for (number,) in rows("SELECT number FROM taken")]
        own = [
            number
            for (number,) in rows(
                "SELECT number FROM candidates_candidate WHERE number IS NOT NULL AND id = ANY(%s)",
                everyone,
            )
        ]

    assert (trouble, struck) == ([], KILLS)
    assert len(numbers) == len(set(numbers)) > CONNECTIONS * EACH // 2
    assert len(own) == len(set(own)) > 0
    assert all(is_valid(number) for number in [*numbers, *own])
    assert {len(number) for number in numbers} == {11}
    some = random.sample(numbers, figure(100, 2000))
    assert [slip for number in some for slip in slips(number) if is_valid(slip)] == []


def test_a_sequence_gives_no_number_again_after_the_server_was_cut_off(own_server):
    given = []
    for _ in range(figure(2, 10)):
        with pointing_at(own_server.url), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS given (number text NOT NULL UNIQUE)")
            given.append(take_number())
            cursor.execute("INSERT INTO given VALUES (%s)", [given[-1]])
        own_server.stop_at_once()
        own_server.start_again()

    with pointing_at(own_server.url):
        assert [number for (number,) in rows("SELECT number FROM given ORDER BY 1")] == given
