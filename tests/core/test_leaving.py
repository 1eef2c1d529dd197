"""A file leaves with the row that named it, though the process is killed between the two."""

import pytest

from sporades.core import files
from sporades.core.leaving import leave
from tests.jobs import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(kept):
    """Keep two files; return their keys."""
    return [files.put(content, suffix=".pdf") for content in (b"one", b"two")]


def test_they_leave_once_the_transaction_ends(two, kept, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        leave(two)
        assert len(kept()) == 2

    assert kept() == []
    work("core")


def test_those_of_a_process_that_is_killed_then_leave_by_a_job(two, kept):
    leave(two[:1])

    work("core")

    assert [two[1].endswith(name) for name in kept()] == [True]
