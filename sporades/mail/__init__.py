"""Messages to people: written with the act, delivered by a job.

`mail.write` is imported lazily: models may not be loaded before the apps are.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sporades.mail.operations import write as write


def __getattr__(name: str) -> Any:
    if name == "write":
        from sporades.mail.operations import write  # noqa: PLC0415 - see above

        return write
    raise AttributeError(name)
