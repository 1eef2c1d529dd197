"""Read a YAML file, and remember on which line everything stands.

Only what JSON can say is read, plus « oui » and « non »; everything else is text: a day, an
hour, a number with leading zeros stay as they are written.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path as FilePath
from typing import Any

import yaml

from sporades.exams.checking.causes import is_cut, written_in_lines
from sporades.exams.checking.problems import Fault, Path, Problem
from sporades.exams.checking.syntax import in_french

DEEPEST = 40
MOST_NODES = 200_000
_DEEPEST_READ = 100
_OVERSIZE = "Le fichier est trop grand, ou se répète sans fin."
_BOOLEANS = {"oui": True, "true": True, "non": False, "false": False}
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
"""What YAML can write between quotes and no text holds: the null sign, half a sign."""

_SWALLOWED = (
    "YAML lit « &{name} » comme le nom d'une valeur, que rien ne reprend ici (« *{name} »), et l'enlève "
    "du texte : mettez le texte entre guillemets, ou retirez « &{name} »."
)
_PREFIX = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Source:
    """The text of a file, and the name under which its problems are told."""

    name: str
    text: str

    @classmethod
    def read(cls, path: FilePath) -> "Source":
        """Read a file. Raises OSError, UnicodeDecodeError."""
        return cls.of(str(path), path.read_bytes())

    @classmethod
    def of(cls, name: str, content: bytes) -> "Source":
        """Read a content, to the last end of line: written again, it is the very file.

        Raises UnicodeDecodeError.
        """
        return cls(name, content.decode("utf-8"))


@dataclass(frozen=True)
class Document:
    """What a file says, and where.

    Attributes:
        name: the name of the file.
        data: its content, as JSON would say it.
        lines: the line of each key and of each item, from 1.
        problems: what is wrong with its writing.
        cut: where a value without quotes is followed, on its line, by what YAML takes for a
            remark: it may be the end of a text.
    """

    name: str
    data: Any
    lines: dict[Path, int]
    problems: tuple[Problem, ...] = ()
    cut: frozenset[Path] = frozenset()

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing above it that exists."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return self.lines.get((), 1)

    def written(self, path: Path) -> Any:
        """Return what is written at a path, nothing where nothing is."""
        return reduce(_step, path, self.data)

    def words(self, path: Path) -> str:
        """Write a path: « examens[CAP-AEPE].epreuves[EP1].groupe »."""
        words = ""
        place: Any = self.data
        for step in path:
            place = _step(place, step)
            if isinstance(step, int):
                words += f"[{_name(place) or step + 1}]"
            else:
                words += f".{step}" if words else step
        return words

    def problem(self, fault: Fault) -> Problem:
        """Give a fault its file, line and words."""
        return Problem(
            self.name,
            self.line(fault.path),
            self.words(fault.path),
            fault.rule,
            fault.message,
            fault.is_error,
        )


def _step(place: Any, step: str | int) -> Any:
    try:
        return place[step]
    except (KeyError, IndexError, TypeError):
        return None


def _name(item: Any) -> str:
    """Name an item of a list by its code, if it has one, or by its academy."""
    if not isinstance(item, dict):
        return ""
    code = item.get("code") or item.get("academie")
    return code if isinstance(code, str) else ""


def read(source: Source) -> Document:
    """Read a file; what is wrong with its writing is in `problems`."""
    try:
        node = _composed(source.text)
    except yaml.YAMLError as error:
        line, message = in_french(error, source.text)
        return Document(source.name, None, {}, (Problem(source.name, line, "", "yaml", message),))
    except RecursionError:
        return Document(
            source.name, None, {}, (Problem(source.name, 1, "", "demesure", _OVERSIZE),)
        )
    reader = _Reader(written_in_lines(source.text))
    try:
        data = reader.value(node, ())
    except _Oversized:
        data = None
    document = Document(source.name, data, reader.lines)
    problems = (
        *(document.problem(fault) for fault in reader.faults),
        *(
            Problem(source.name, line, "", "ancre", _SWALLOWED.format(name=name))
            for name, line in _swallowed(source.text)
        ),
    )
    return Document(source.name, data, reader.lines, problems, frozenset(reader.cut))


def _swallowed(text: str) -> Iterator[tuple[str, int]]:
    """Return the anchors of values that nothing calls, each with its line: they are words of a text."""
    if "&" not in text:
        return
    events = list(yaml.parse(text, Loader=_Loader if "\t" in text else _Quick))
    called = {one.anchor for one in events if isinstance(one, yaml.AliasEvent)}
    for one in events:
        if isinstance(one, yaml.ScalarEvent) and one.anchor and one.anchor not in called:
            yield one.anchor, one.start_mark.line + 1 if one.start_mark else 1


class _Loader(yaml.SafeLoader):
    """Reads less than YAML allows, so that nothing is guessed."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_Loader.add_implicit_resolver(
    f"{_PREFIX}bool", re.compile(r"(?:oui|non|true|false)$"), list("ontf")
)
_Loader.add_implicit_resolver(f"{_PREFIX}null", re.compile(r"(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver(
    f"{_PREFIX}int", re.compile(r"-?(?:0|[1-9][0-9]{0,14})$"), list("-0123456789")
)


class _Quick(yaml.CSafeLoader):
    """Reads the same, seven times as fast; it says less well what is wrong."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


def _composed(text: str) -> yaml.Node | None:
    """Return what a text says. Raises yaml.YAMLError, RecursionError."""
    if "\t" in text:  # the quick reader lets more of them pass
        return yaml.compose(text, Loader=_Loader)
    try:
        _be_shallow(text)
        return yaml.compose(text, Loader=_Quick)
    except (yaml.YAMLError, UnicodeEncodeError):
        return yaml.compose(text, Loader=_Loader)


def _be_shallow(text: str) -> None:
    """Raise RecursionError where the quick reader would follow a text beyond its stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Quick):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST_READ:
                raise RecursionError
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Oversized(Exception):
    """What a file says has no end: nothing more of it is looked at."""


@dataclass
class _Reader:
    """Turns nodes into data; keeps lines and faults on its way."""

    written: Sequence[str]
    lines: dict[Path, int] = field(default_factory=dict)
    cut: set[Path] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def value(self, node: yaml.Node | None, path: Path) -> Any:
        """Return what a node says."""
        if node is None:
            self._fault((), "fichier_vide", "Le fichier est vide.")
            return None
        self.lines.setdefault(path, node.start_mark.line + 1)
        self.count += 1
        if self.count > MOST_NODES or len(path) > DEEPEST:
            self._fault(path, "demesure", _OVERSIZE)
            raise _Oversized
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, rank)) for rank, item in enumerate(node.value)]
        return self._scalar(node, path) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            key = self._key(self._text(key, (*path, _NO_TEXT.sub("?", key))), path, line)
            if key in found:
                first = self.lines[*path, key]
                self.lines[*path, key] = line
                self._fault(
                    (*path, key),
                    "cle_en_double",
                    f"La clé « {key} » est déjà écrite à la ligne {first} : gardez une seule des deux.",
                )
                continue
            self.lines[*path, key] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _key(self, written: str, path: Path, line: int) -> str:
        """Return a key without the no-break space that a word processor puts before a colon: it is told."""
        key = written.strip()
        if key != written:
            self.lines.setdefault((*path, key), line)
            self._fault(
                (*path, key),
                "espace",
                f"Une espace insécable, qui vient souvent d'un traitement de texte, touche la clé "
                f"« {key} » : retirez-la.",
            )
        return key

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind = node.tag.removeprefix(_PREFIX)
        text = self._text(node.value, path)
        if not node.style and is_cut(self._after(node)):
            self.cut.add(path)
        if kind == "bool" and text in _BOOLEANS:
            return _BOOLEANS[text]
        if kind == "int" and re.fullmatch(r"-?[0-9]{1,15}", text):
            return int(text)
        if kind == "null":
            return None
        if kind != "str":
            self._fault(
                path,
                "etiquette",
                f"L'étiquette « {node.tag} » n'est pas admise : écrivez la valeur seule.",
            )
        return unicodedata.normalize("NFC", text.strip())

    def _after(self, node: yaml.ScalarNode) -> str:
        """Return what is written behind a value, on its line."""
        end = node.end_mark
        return self.written[end.line][end.column :] if end.line < len(self.written) else ""

    def _text(self, text: str, path: Path) -> str:
        """Return a text, without what no text holds: that is told."""
        if not _NO_TEXT.search(text):
            return text
        self._fault(
            path,
            "texte",
            "Un caractère écrit ici par son numéro (« \\0 », « \\ud800 »…) n'existe dans aucun texte : "
            "retirez-le.",
        )
        return _NO_TEXT.sub("?", text)

    def _fault(self, path: Path, rule: str, message: str) -> None:
        self.faults.append(Fault(path, rule, message))
