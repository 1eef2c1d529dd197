"""A worker of publications: `python -m tests.endurance.publishers fill|tell PUBLICATION`."""

import sys

import django

django.setup()

from sporades.publications.operations import depositing, telling  # noqa: E402 - models after the setup
from tests.endurance.arena import now  # noqa: E402 - the same

ACTS = {"fill": depositing.fill, "tell": telling.tell}


def main(act: str, publication: str) -> None:
    """Go through the lines until none is left."""
    while ACTS[act](publication, at=now()):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
