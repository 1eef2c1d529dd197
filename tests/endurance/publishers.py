"""A worker of publications: `python -m tests.endurance.publishers fill|go_on|tell PUBLICATION PART`."""

import sys

import django

django.setup()

from sporades.publications.operations import (  # noqa: E402 - models after the setup
    by_parts,
    counting,
    depositing,
    telling,
)
from tests.endurance.arena import now  # noqa: E402 - the same

ACTS = {"fill": depositing.fill, "go_on": by_parts.go_through_some, "tell": telling.tell}


def main(act: str, publication: str, part: str) -> None:
    """Go through the lines until none is left, so many in one transaction."""
    counting.AT_ONCE = int(part)
    while ACTS[act](publication, at=now()):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
