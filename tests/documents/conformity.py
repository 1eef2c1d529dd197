"""What a machine can check of PDF/UA-1 and PDF/A-2a in our papers (standards A-12).

No validator of PDF/A is at hand: Typst refuses to write a file that breaks the two norms, and
these checks make sure that it was asked to.
"""

import io
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pikepdf
from pdfua import validate

_JAVASCRIPT = {"/JavaScript", "/JS"}


def problems(pdf: bytes, folder: Path, *, part: str = "2") -> list[str]:
    """Return what is wrong with a PDF, in words; [] is right.

    Args:
        pdf: the file.
        folder: where it can be written for the programs that read files.
        part: of PDF/A: 3 for a paper that carries data.
    """
    path = folder / "checked.pdf"
    path.write_bytes(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as file:
        own = [*_declarations(file, part), *_structure(file), *_dangers(file)]
    return [*own, *_pdfua(path), *_fonts(path), *_syntax(path)]


def headings(pdf: bytes) -> list[int]:
    """Return the levels of the titles, in order."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return [int(str(node.S)[2:]) for node in _elements(file) if _is_heading(node)]


def tags(pdf: bytes) -> list[str]:
    """Return the names of the elements of the structure, in order."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return [str(node.S) for node in _elements(file)]


def _declarations(file: pikepdf.Pdf, part: str) -> Iterator[str]:
    root = file.Root
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "not marked as tagged"
    if str(root.get("/Lang", "")) not in {"fr", "fr-FR"}:
        yield "language is not French"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "the title is not displayed"
    intents = root.get("/OutputIntents", [])
    if not any(str(intent.S) == "/GTS_PDFA1" for intent in intents):
        yield "no output intent"
    with file.open_metadata() as metadata:
        declared = {
            "pdfuaid:part": "1",
            "pdfaid:part": part,
            "pdfaid:conformance": "A",
        }
        for name, value in declared.items():
            if metadata.get(name) != value:
                yield f"{name} is {metadata.get(name)}"
        if not metadata.get("dc:title"):
            yield "no title"


def _structure(file: pikepdf.Pdf) -> Iterator[str]:
    if "/StructTreeRoot" not in file.Root:
        yield "no structure"
        return
    for node in _elements(file):
        yield from _element(node)
    levels = [int(str(node.S)[2:]) for node in _elements(file) if _is_heading(node)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "not one first title"
    if any(after - before > 1 for before, after in pairwise(levels)):
        yield "a level of title is skipped"
    for page in file.pages:
        if "/Annots" in page and str(page.get("/Tabs", "")) != "/S":
            yield "links are not reached in the order of reading"


def _element(node) -> Iterator[str]:
    match str(node.S):
        case "/Figure" if not str(node.get("/Alt", "")):
            yield "a figure without words"
        case "/Table":
            cells = [str(cell.S) for cell in _below(node)]
            if "/TH" not in cells or "/Caption" not in cells:
                yield "a table without headers or caption"
        case "/TH" if "/Scope" not in str(node.get("/A", "")):
            yield "a header cell without scope"


def _dangers(file: pikepdf.Pdf) -> Iterator[str]:
    if file.is_encrypted:
        yield "encrypted"
    if any(_runs_a_program(thing) for thing in file.objects):
        yield "JavaScript"


def _runs_a_program(thing) -> bool:
    if isinstance(thing, pikepdf.Array):
        return any(
            _runs_a_program(part)
            for part in thing
            if isinstance(part, pikepdf.Object) and not part.is_indirect
        )
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return False
    if _JAVASCRIPT & set(thing.keys()) or str(thing.get("/S", "")) in _JAVASCRIPT:
        return True
    parts = [thing[name] for name in thing.keys()]  # noqa: SIM118 - a stream is not iterable
    return any(
        _runs_a_program(part)
        for part in parts
        if isinstance(part, pikepdf.Object) and not part.is_indirect
    )


def _pdfua(path: Path) -> Iterator[str]:
    for finding in validate(str(path)).findings:
        yield f"pdfua {finding.rule_id}: {finding.message}"


def _fonts(path: Path) -> Iterator[str]:
    listed = subprocess.run(
        ["pdffonts", str(path)], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    if not listed:
        yield "no font"
    for line in listed:
        embedded, subset, unicode_map = line.split()[-5:-2]
        if (embedded, subset, unicode_map) != ("yes", "yes", "yes"):
            yield f"font not embedded with its signs: {line}"


def _syntax(path: Path) -> Iterator[str]:
    checked = subprocess.run(
        ["qpdf", "--check", str(path)], capture_output=True, text=True, check=False
    )
    if checked.returncode:
        yield f"qpdf: {checked.stdout}{checked.stderr}"


def _is_heading(node) -> bool:
    name = str(node.S)
    return name.startswith("/H") and name[2:].isdigit()


def _elements(file: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    yield from _below(file.Root.StructTreeRoot)


def _below(node) -> Iterator[pikepdf.Dictionary]:
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from _below(child)
