"""What differs between two versions, in plain words."""

from collections.abc import Iterator
from typing import Any

from sporades.core.french import colon_after

NOTHING = "rien"


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return one sentence for each answer that differs between two snapshots."""
    old, new = dict(_answers(before)), dict(_answers(after))
    return [
        f"{place}{colon_after(place)} {old.get(key, (place, NOTHING))[1]} → {new.get(key, (place, NOTHING))[1]}"
        for key, (place, _) in {**old, **new}.items()
        if old.get(key, ("", NOTHING))[1] != new.get(key, ("", NOTHING))[1]
    ]


def _answers(snapshot: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], tuple[str, str]]]:
    for label, value in snapshot["identity"]:
        yield ("identity", label), (label, value)
    for section in snapshot["sections"]:
        for label, value in section["lines"]:
            yield (section["slug"], label), (label, value)
        for table in section["tables"]:
            for row in table["rows"]:
                yield (
                    (section["slug"], table["caption"], row[0]),
                    (row[0], ", ".join(cell for cell in row[1:] if cell)),
                )
