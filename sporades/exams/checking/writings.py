"""Days and numbers that are written as nobody writes them, and that pydantic understands all the same."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sporades.exams.checking.document import Document
from sporades.exams.checking.problems import Fault
from sporades.exams.checking.walking import keyed, walk
from sporades.exams.schema import File

A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
A_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

NO_DAY = "« {value} » ne convient pas : un jour qui existe est attendu : « 2027-01-31 »."
NO_NUMBER = "« {value} » ne convient pas : un nombre est attendu, avec un point : « 2.5 »."


def faults(file: File, document: Document) -> Iterator[Fault]:
    """Find what is read as another day or number than one thinks.

    « "1830297600" » is read as seconds since 1970, « 1_0 » and « 1e1 » as ten. What is in force
    already stays readable: it is the file that is judged.
    """
    for path, part in walk(file):
        for key, value in keyed(part):
            written = document.written((*path, key))
            if not isinstance(written, str):
                continue
            if isinstance(value, date) and not A_DAY.fullmatch(written):
                yield Fault((*path, key), "type", NO_DAY.format(value=written))
            elif isinstance(value, Decimal) and not A_NUMBER.fullmatch(written):
                yield Fault((*path, key), "type", NO_NUMBER.format(value=written))
