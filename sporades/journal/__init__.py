"""The record of every act.

`journal.record` and `journal.also_for` are imported lazily: models may not be loaded before the apps are.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sporades.journal.operations import also_for as also_for
    from sporades.journal.operations import record as record


def __getattr__(name: str) -> Any:
    if name == "record":
        from sporades.journal.operations import record  # noqa: PLC0415 - see above

        return record
    if name == "also_for":
        from sporades.journal.operations import also_for  # noqa: PLC0415 - see above

        return also_for
    raise AttributeError(name)
