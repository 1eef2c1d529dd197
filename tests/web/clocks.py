"""A database whose clock is wrong."""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def its_clock_ahead(by, *, answers_after=0):
    """Have the database say another time than its own, and after some seconds."""
    said = f"clock_timestamp() + '{by}' FROM pg_sleep({answers_after})"

    def ask(execute, question, *rest):
        return execute(question.replace("clock_timestamp()", said), *rest)

    with connection.execute_wrapper(ask):
        yield
