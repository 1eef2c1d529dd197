"""A worker that goes through one batch: `python -m tests.endurance.batchers BATCH`."""

import sys

import django

django.setup()

from sporades.batches import operations  # noqa: E402 - models come after the setup
from tests.endurance.arena import now  # noqa: E402 - the same


def main(batch: str) -> None:
    """Go through the lines until none is left."""
    while operations.go_on(batch, at=now()):
        pass


if __name__ == "__main__":
    main(sys.argv[1])
