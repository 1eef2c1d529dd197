"""The tree as the tests of the codebase read it."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent


@cache
def tree() -> tuple[str, ...]:
    """Every file that is or may be committed, by its path from the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = sorted(set(listed.stdout.split("\0")) - {""})
    return tuple(path for path in paths if (ROOT / path).is_file())


@cache
def text_of(path: str) -> str:
    """A file as text; a binary one has none."""
    content = (ROOT / path).read_bytes()
    if b"\0" in content:
        return ""
    return content.decode(errors="replace")


def ending(*suffixes, under=("",)):
    return [path for path in tree() if path.endswith(suffixes) and path.startswith(tuple(under))]


def found(pattern, paths):
    """Where a pattern is found, as « path:line »."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return [
        f"{path}:{number}"
        for path in paths
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if wanted.search(line)
    ]


@cache
def parsed(path: str) -> ast.Module:
    return ast.parse(text_of(path))
