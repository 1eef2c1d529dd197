"""Where what is done comes from: the request that is being answered, known to whatever it calls.

It is ambient as the log is: an act says it, and a line of the log, without each call between being
handed it. Commands and jobs come from no request.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

NUMBER_BYTES = 8


@dataclass(frozen=True)
class Origin:
    """A request.

    Attributes:
        number: its number, drawn: no other one has it, and it says nothing of anybody.
        network: the address of the network it came from.
    """

    number: str
    network: str


_answered: ContextVar[Origin | None] = ContextVar("answered", default=None)


def drawn() -> str:
    """Return the number of a new request."""
    return secrets.token_hex(NUMBER_BYTES)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Answer a request: what is done meanwhile comes from it."""
    token = _answered.set(origin)
    try:
        yield
    finally:
        _answered.reset(token)


def current() -> Origin | None:
    """Return the request that is being answered; nothing in a command or a job."""
    return _answered.get()
