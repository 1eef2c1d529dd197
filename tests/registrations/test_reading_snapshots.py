"""What is asked of a snapshot leaves nothing behind until the collector passes.

Where a key of JSON is named as a field is, Django keeps in a circle the whole stack of whoever
asks: the files of a request stood there, of each request, until the memory of a process was full.
"""

import gc
import weakref

import pytest

from sporades.accommodations.rules import deadline_of
from sporades.registrations.models import Registration, Version
from tests.factories import a_registration

pytestmark = pytest.mark.usefixtures("invented_exam")
ASKED = {
    "what a registration owes": lambda _: Registration.objects.with_owed(),
    "its history": lambda _: Version.objects.for_history(),
    "its deadline": deadline_of,
}


class Held:
    """What stands in the stack of who asks."""


def held_by_who_asks(ask, registration):
    held = Held()
    ask(registration)
    return weakref.ref(held)


@pytest.fixture
def _uncollected():
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.usefixtures("_uncollected")
def test_nothing_of_who_asks_is_kept(ask):
    registration = Registration.objects.get(pk=a_registration().pk)

    assert held_by_who_asks(ask, registration)() is None
