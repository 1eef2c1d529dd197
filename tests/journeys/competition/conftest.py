"""The page that chooses a competition."""

import pytest

from tests.factories import a_candidate
from tests.journeys.competition.exam import begin, put_in_force
from tests.journeys.helpers import (
    signed_in,
)


@pytest.fixture
def page(bare_site, context):
    """The first tab."""
    put_in_force()
    return begin(signed_in(context, bare_site, a_candidate()), bare_site)
