"""The record of every act.

`journal.record` is imported lazily: models may not be loaded before the apps are.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sporades.journal.operations import record as record


def __getattr__(name: str) -> Any:
    if name == "record":
        from sporades.journal.operations import record  # noqa: PLC0415 - see above

        return record
    raise AttributeError(name)
