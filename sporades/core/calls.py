"""Where CPython keeps the calls that are under way."""

from collections.abc import Callable

ROOM = 16_000
"""For how many values of eight bytes the frame of `with_room` asks: of 256 KB, half stays free."""


def with_room[**P, R](function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function in such a way that all calls under it are kept in one piece of memory.

    CPython keeps calls in pieces of 16 KB. The call that needs one more maps it, and unmaps it when
    it returns: a loop that calls from the edge of a piece does so each time
    (python/cpython#142183, mended in versions of after March 2026). Which loop it is, and whether there
    is one, changes with every call more that leads to it. The frame of this function asks for a
    larger piece, where those that it calls find their room.

    Args:
        function: what is called.
        *args: what it is given.
        **kwargs: what it is given by name.

    Returns:
        what it returns.
    """
    return function(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=ROOM)
