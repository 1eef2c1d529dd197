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

    @property
    def reads_before_acting(self) -> bool:
        """Whether they deal with what they read as an academy's: neither a candidate's own, nor what time alone does."""
        return self.kind not in (CANDIDATE, SYSTEM.kind)


CANDIDATE = "candidate"
"""The kind of a candidate who acts for themselves."""
SYSTEM = Actor("system", "Sporades")
