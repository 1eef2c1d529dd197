"""Here the process that reads is what is tested: each file is read, whatever others have sent."""

import pytest


@pytest.fixture(autouse=True)
def _each(reads_each):
    """None is answered for by another."""
