"""Which letters wait to be printed, as an operator reads them."""

from collections.abc import Iterator

from sporades.letters.queries import waiting_by_sender


def in_words() -> Iterator[str]:
    """Say a line for each service that prints some: their numbers, as their sheets bear them."""
    for managing, academy, domain, numbers in waiting_by_sender():
        said = " ".join(map(str, numbers))
        yield f"{managing} ({academy} {domain}), {len(numbers)} : {said}"
