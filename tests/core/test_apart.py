"""One that fails holds up none of the others, unless the database is lost with it."""

import pytest
from django.db import OperationalError, connection

from sporades.core import apart


def half(number):
    """Half of an even number."""
    if number % 2:
        raise ValueError(number)
    return number // 2


def test_one_row_that_fails_is_logged_and_the_others_are_done(db, caplog):
    assert apart.each(half, [2, 3, 4]) == 3

    assert "half could not be applied to 3" in caplog.text
    assert "could not be applied to 4" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_rows_end_with_the_connection_to_the_database():
    tried = []

    def lose(key):
        tried.append(key)
        connection.connection.close()
        raise OperationalError

    connection.ensure_connection()
    with pytest.raises(OperationalError):
        apart.each(lose, [1, 2])

    connection.close()
    assert tried == [1]


def test_each_step_is_done_and_what_failed_is_raised_at_the_end():
    done = []

    def fail():
        done.append("fails")
        raise ValueError

    with pytest.raises(ExceptionGroup) as failed:
        apart.steps(fail, lambda: done.append("next"))

    assert done == ["fails", "next"]
    assert [type(one) for one in failed.value.exceptions] == [ValueError]


def test_steps_that_are_all_done_raise_nothing():
    done = []

    apart.steps(lambda: done.append("one"), lambda: done.append("two"))

    assert done == ["one", "two"]
