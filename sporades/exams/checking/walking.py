"""Go through a file part by part, with the place of each."""

from collections.abc import Iterator
from typing import Any

from sporades.exams.checking.problems import Path
from sporades.exams.schema.base import Strict


def walk(part: Strict, path: Path = ()) -> Iterator[tuple[Path, Strict]]:
    """Go through a part and everything inside it, from the top."""
    yield path, part
    for key, value in keyed(part):
        for place, inside in _parts(value, (*path, key)):
            yield from walk(inside, place)


def keyed(part: Strict) -> Iterator[tuple[str, Any]]:
    """Go through the values of a part, by the keys that the file has for them."""
    for name, field in type(part).model_fields.items():
        yield field.alias or name, getattr(part, name)


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Strict]]:
    if isinstance(value, Strict):
        yield path, value
    elif isinstance(value, tuple):
        for rank, item in enumerate(value):
            if isinstance(item, Strict):
                yield (*path, rank), item
