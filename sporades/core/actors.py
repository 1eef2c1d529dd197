"""Who does an act: text, kept for ever beside what was done."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The author of an act.

    Attributes:
        kind: `CANDIDATE`, "manager", "administrator", "operator" (command line), "link"
            (whoever holds the link of a mail) or "system".
        name: the name to show in a history.
        identifier: the account's identifier, or nothing for the system.
    """

    kind: str
    name: str
    identifier: str = ""


CANDIDATE = "candidate"
"""The kind of a candidate who acts for themselves."""
SYSTEM = Actor("system", "Sporades")
