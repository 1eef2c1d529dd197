"""Where a web server may be struck while it answers one request: see `faulty`."""

import random

from tests.endurance.servers import Web


def counted(web: Web) -> tuple[int, int]:
    """Return how many statements the last request told « never » sent, and how many before its
    commit.
    """
    told = [line for line in web.log.read_text().splitlines() if line.startswith("STATEMENTS")]
    _, count, at_commit = told[-1].split()
    return int(count), int(at_commit)


def deaths(count: int, kills: int) -> list[str]:
    """Return where to strike: everywhere when there are kills enough, spread out otherwise."""
    places = [
        *(f"{when} {number}" for number in range(1, count + 1) for when in ("before", "after")),
        "commit",
        "answer",
    ]
    chosen = random.sample(places[:-2], min(kills, len(places)) - 2) + places[-2:]
    return chosen + random.choices(places, k=kills - len(chosen))
