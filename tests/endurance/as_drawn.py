"""The moves of a registration, as docs/states.md draws them."""

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent.parent / "docs/states.md"


def moves() -> dict[tuple[str, str], str]:
    """Return where each move leads from each state."""
    section = PAGE.read_text(encoding="utf-8").partition("## A registration\n")[2]
    drawing = section.partition("```mermaid\n")[2].partition("```")[0]
    found = re.findall(r"^ +(\w+) --> (\w+) : (\w+)$", drawing, re.MULTILINE)
    return {(source, move): target for source, target, move in found}


MOVES = moves()
