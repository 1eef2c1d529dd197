"""Texts that YAML cuts at « # », taking what follows for a remark."""

from collections.abc import Iterator

from sporades.exams.checking.causes import CUT
from sporades.exams.checking.document import Document
from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.walking import walk
from sporades.exams.schema import File
from sporades.exams.schema.base import free_texts


def faults(file: File, document: Document) -> Iterator[Fault]:
    """Find the texts without quotes that a « # » follows on their line.

    Nothing tells a remark from the end of a text (« récapitulatif #1, signé »): both are refused
    in what is written in words. A code, a number, a day cannot go on, nor can what is quoted.
    """
    if not document.cut:
        return
    for path, part in walk(file):
        for name in free_texts(type(part)):
            place = (*path, type(part).model_fields[name].alias or name)
            for found in _cut_in(getattr(part, name), place):
                if found in document.cut:
                    yield Fault(found, "remarque", CUT)


def _cut_in(value: object, place: Path) -> Iterator[Path]:
    """Return where a text stands, or each of a list; nothing where something else was written."""
    if isinstance(value, tuple):
        for rank, item in enumerate(value):
            yield from _cut_in(item, (*place, rank))
    elif value is None or isinstance(value, str):
        yield place
