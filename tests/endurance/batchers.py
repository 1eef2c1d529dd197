"""A worker that goes through one batch: `python -m tests.endurance.batchers BATCH`."""

import sys

import django
from django.utils import timezone

django.setup()

from sporades.batches import operations  # noqa: E402 - models come after the setup


def main(batch: str) -> None:
    """Go through the lines until none is left."""
    while operations.go_on(batch, at=timezone.now()):
        pass


if __name__ == "__main__":
    main(sys.argv[1])
