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

from sporades.core.french import ZONES
from sporades.exams.checking import Source
from sporades.exams.checking.openings import NATIONAL_ZONE
from sporades.exams.operations.checks import Given, open_source, zones
from sporades.exams.schema.clock import FIRST_PASSAGE, SECOND_PASSAGE
from sporades.exams.schema.openings import Reach

_TOKEN = re.compile(r"@J(?P<days>[+-]\d+) (?P<hour>\d{2}:\d{2})|@H(?P<hours>[+-]\d+)")


def sources(folder: Path, *, at: datetime) -> list[Given]:
    """Return the réglementation files of a folder, their dates made absolute.

    Args:
        folder: where the files are.
        at: the instant that they are relative to.
    """
    return [expanded(path, at=at) for path in sorted(folder.glob("*.yaml"))]


def expanded(path: Path, *, at: datetime) -> Given:
    """Return a demo file with its dates made absolute; as it is where it makes no sense.

    What is wrong in it is told when it is checked, as for any other file.
    """
    source = open_source(path)
    if not isinstance(source, Source):
        return path
    text = source.text
    for start, end, written in sorted(_replacements(text, at), reverse=True):
        text = f'{text[:start]}"{written}"{text[end:]}'
    return Source(source.name, text)


def _replacements(text: str, at: datetime) -> Iterator[tuple[int, int, str]]:
    """Find the tokens: where each starts and ends in the text, and what stands for it."""
    try:
        keys = _values(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return
    is_national = _word(keys, "registre") == Reach.NATIONAL
    openings = keys.get("ouvertures")
    for opening in openings.value if isinstance(openings, yaml.SequenceNode) else ():
        values = _values(opening)
        own_zone = NATIONAL_ZONE if is_national else zones().get(_word(values, "academie"))
        zone = _word(values, "fuseau") or own_zone
        for node in values.values():
            found = _TOKEN.fullmatch(str(node.value))
            if found:
                # An academy or a zone that is not known is told by the check, not by its dates.
                known = zone if zone in ZONES else NATIONAL_ZONE
                yield node.start_mark.index, node.end_mark.index, _written(found, at, known)


def _values(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """Return the values of a mapping by their keys; none of anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _word(values: dict[str, yaml.Node], key: str) -> str:
    return str(values[key].value) if key in values else ""


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
