"""Messages to people: written with the act, delivered by a job.

`mail.write` and `mail.forget` are imported lazily: models may not be loaded before the apps are.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sporades.mail.operations import forget as forget
    from sporades.mail.operations import write as write


def __getattr__(name: str) -> Any:
    if name in {"forget", "write"}:
        from sporades.mail import operations  # noqa: PLC0415 - see above

        return getattr(operations, name)
    raise AttributeError(name)
