"""Demo files say when services open relative to today: « @J-12 08:00 », « @H+1 ».

`@J+20 23:59` is that hour, twenty days after today, on the academy's clock; `@H+1` is in one
hour. Such a token stands between quotes, in an opening. It is replaced in the text of the
file, on its line, before the file is read as any other.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from sporades.exams.checking import Source
from sporades.exams.schema.clock import FIRST_PASSAGE, SECOND_PASSAGE
from sporades.territory.queries import academy

_TOKEN = re.compile(r"@J(?P<days>[+-]\d+) (?P<hour>\d{2}:\d{2})|@H(?P<hours>[+-]\d+)")
NATIONAL_ZONE = "Europe/Paris"


def sources(folder: Path, *, at: datetime) -> list[Source]:
    """Return the réglementation files of a folder, their dates made absolute.

    Args:
        folder: where the files are.
        at: the instant that they are relative to.
    """
    return [expanded(path, at=at) for path in sorted(folder.glob("*.yaml"))]


def expanded(path: Path, *, at: datetime) -> Source:
    """Return a demo file with its dates made absolute. Raises OSError, yaml.YAMLError."""
    text = path.read_text(encoding="utf-8")
    for start, end, written in sorted(_replacements(text, at), reverse=True):
        text = f'{text[:start]}"{written}"{text[end:]}'
    return Source(str(path), text)


def _replacements(text: str, at: datetime) -> Iterator[tuple[int, int, str]]:
    """Find the tokens: where each starts and ends in the text, and what stands for it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    keys = _values(root)
    is_national = "registre" in keys and keys["registre"].value == "national"
    for opening in keys["ouvertures"].value if "ouvertures" in keys else ():
        values = _values(opening)
        if "fuseau" in values:
            zone = values["fuseau"].value
        else:
            zone = NATIONAL_ZONE if is_national else academy(values["academie"].value).zone
        for node in values.values():
            found = _TOKEN.fullmatch(node.value) if isinstance(node.value, str) else None
            if found:
                yield node.start_mark.index, node.end_mark.index, _written(found, at, zone)


def _values(node: yaml.Node) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value}


def _written(token: re.Match[str], at: datetime, zone: str) -> str:
    """Write the instant that a token means as a clock of the zone shows it."""
    local = at.astimezone(ZoneInfo(zone))
    if token["days"]:
        day = local.date() + timedelta(days=int(token["days"]))
        return f"{day} {token['hour']}"
    shown = (at + timedelta(hours=int(token["hours"]))).astimezone(ZoneInfo(zone))
    happens_twice = shown.replace(fold=0).utcoffset() != shown.replace(fold=1).utcoffset()
    passage = f", {SECOND_PASSAGE if shown.fold else FIRST_PASSAGE}" if happens_twice else ""
    return f"{shown:%Y-%m-%d %H:%M}{passage}"
