"""What is typed of health waits for its author as the compartment holds it: sealed (P-10)."""

import json
from collections.abc import Mapping

from sporades.medical import sealing


def seal(answers: Mapping[str, list[str]], *, at: str) -> str:
    """Return what was posted to an address, sealed for it."""
    return sealing.seal_text(json.dumps(answers), place=f"kept:{at}")


def unseal(sealed: str, *, at: str) -> Mapping[str, list[str]] | None:
    """Return what was sealed for an address; nothing where no master key opens it any more."""
    try:
        answers: Mapping[str, list[str]] = json.loads(sealing.open_text(sealed, place=f"kept:{at}"))
    except sealing.Unreadable:
        return None
    return answers
