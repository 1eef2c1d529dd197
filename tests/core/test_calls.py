"""Calls find room in one piece of memory, however deep they are."""

import resource
import threading

import pytest

from sporades.core.calls import with_room

CALLS = 100
DEPTHS = range(1, 300)


def of_size(values):
    """Return a function whose frame has place for so many values more than it needs."""

    def nothing():
        return None

    nothing.__code__ = nothing.__code__.replace(co_stacksize=values)
    return nothing


# Wherever a piece ends, one of them does not find its room there.
CALLED = [of_size(values) for values in range(1, 40)]


def faults_of_calls_from(depth):
    """Call from a depth, `CALLS` times each; return of how many pages the system was asked at most."""
    if depth:
        return faults_of_calls_from(depth - 1)
    return max(_faults_of(called) for called in CALLED)


def _faults_of(called):
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        called()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def in_a_thread(function):
    """Return what it returns in a thread of its own, where nothing is under way."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_no_call_asks_the_system_for_memory_each_time():
    def most():
        return max(with_room(faults_of_calls_from, depth) for depth in DEPTHS)

    assert in_a_thread(most) < CALLS / 2


def test_what_is_called_is_given_everything_and_says_everything():
    def told(one, *, other):
        return one, other

    assert with_room(told, 1, other=2) == (1, 2)
    with pytest.raises(ZeroDivisionError):
        with_room(divmod, 1, 0)
