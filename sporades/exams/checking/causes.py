"""What the writer of a file did that YAML stumbles on, often further down: where, and what to do."""

import re
from collections.abc import Iterator, Sequence

import yaml

CUT = (
    "YAML lit ce qui suit « # » comme une remarque : mettez le texte entre guillemets. Une vraie "
    "remarque se met après le guillemet fermant, ou sur une ligne à elle."
)
_APOSTROPHE = (
    "l'apostrophe referme ici le texte commencé par « ' » : mettez-le entre guillemets droits (\")"
)
_QUOTE = (
    "ce texte entre guillemets droits (\") en contient d'autres, qui le referment : écrivez-les "
    '« … », ou « \\" »'
)
_UNCLOSED = "le guillemet ou l'apostrophe qui commence un texte à cette ligne n'est pas refermé"
_COLON = (
    "un deux-points suivi d'une espace, dans un texte sans guillemets, se lit comme une clé : mettez "
    'le texte entre guillemets droits (")'
)
_COLON_OR_COMMA = f"{_COLON}, ou séparez les clés par une virgule"
_DASH = "ce tiret long n'est pas celui d'une liste : écrivez « - », le tiret du clavier"
_NO_BREAK = (
    "une espace insécable, qui vient souvent d'un traitement de texte, est ici à la place d'une "
    "espace : tapez une espace ordinaire"
)
_NO_SPACE = "il manque une espace après le deux-points d'une clé"
_NO_SPACE_AFTER_DASH = "il manque une espace après le tiret d'une liste"
_NO_COLON = "il manque un deux-points, suivi d'une espace, après la clé de cette ligne"
_NOT_CLOSED = (
    "{opened} à cette ligne n'est pas refermé{e}, ou une virgule manque avant la ligne {line}"
)
_OPENED = {
    "expected ',' or '}'": ("l'accolade ouverte", "e"),
    "expected ',' or ']'": ("le crochet ouvert", ""),
}

_SPACES = "\u00a0\u2007\u202f"
_KEY = r"[ \t]*(?:- +)*[\w-]+"
_LONG_DASH = re.compile(r"[ \t]*[\u2010-\u2015\u2212\u2022]\s")
_MISPLACED = re.compile(rf"[ \t]*[{_SPACES}]|{_KEY}:[{_SPACES}]|[ \t]*-[{_SPACES}]")
_STUCK = re.compile(rf"{_KEY}:[^\s/]")
_STUCK_DASH = re.compile(r"[ \t]*-[^\W\d_][\w-]*:(?:\s|$)")
_BEGINS = re.compile(r"[ \t]*(?:- +)*")
_A_KEY = re.compile(rf"^{_KEY}:\s", re.MULTILINE)
_EARLIER_COLON = re.compile(r":\s")
_REMARK = re.compile(r"[ \t]+#")
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_SLIPS = (
    (_LONG_DASH, _DASH),
    (_MISPLACED, _NO_BREAK),
    (_STUCK, _NO_SPACE),
    (_STUCK_DASH, _NO_SPACE_AFTER_DASH),
)
_ABOVE = 2
"""How many lines above the one where YAML stumbles a slip of the keyboard is looked for."""

type Cause = tuple[int, str]
"""A line, from 0, and a reason."""


def written_in_lines(text: str) -> list[str]:
    """Return the lines of a text, as YAML counts them."""
    return _LINE_END.split(text)


def is_cut(rest: str) -> bool:
    """Tell whether what follows a value on its line is what YAML takes for a remark."""
    return bool(_REMARK.match(rest))


def cause(error: yaml.YAMLError, text: str) -> Cause | None:
    """Return what made YAML stumble, if it is one of the slips that are known.

    Args:
        error: what YAML says, with the place where it stumbled.
        text: the file.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return None
    lines = written_in_lines(text)
    context = getattr(error, "context_mark", None)
    tokens = list(_scalars_before(text, mark))
    return (
        _quotes(tokens, error, text)
        or _near(lines, mark.line, context)
        or _remark(tokens, lines)
        or _colon(error, lines)
        or _no_colon(tokens, error, lines)
        or _not_closed(error, lines)
    )


def _scalars_before(text: str, mark: yaml.Mark) -> Iterator[yaml.ScalarToken]:
    """Go through what is written as a value or a key before a place, as far as it can be read."""
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if token.start_mark.index >= mark.index:
                return
            if isinstance(token, yaml.ScalarToken):
                yield token
    except yaml.YAMLError:
        return


def _quotes(tokens: Sequence[yaml.ScalarToken], error: yaml.YAMLError, text: str) -> Cause | None:
    """Find a quote that is not closed, or is closed too early."""
    mark = error.problem_mark  # type: ignore[attr-defined] # asked by the caller
    quoted = [one for one in tokens if one.style in {"'", '"'}]
    for one in quoted:
        # A key inside a text: the quote that opens it was never closed, and met the next one.
        if _A_KEY.search(text[one.start_mark.index : one.end_mark.index].partition("\n")[2]):
            return one.start_mark.line, _UNCLOSED
    if "while scanning a quoted scalar" in str(error) and error.context_mark:  # type: ignore[attr-defined]
        return error.context_mark.line, _UNCLOSED  # type: ignore[attr-defined]
    last = quoted[-1] if quoted else None
    if last is not None and last is tokens[-1]:
        between = text[last.end_mark.index : mark.index]
        if "<scalar>" in str(error) and not between.strip():
            return last.end_mark.line, _APOSTROPHE if last.style == "'" else _QUOTE
    return None


def _near(lines: Sequence[str], place: int, context: yaml.Mark | None) -> Cause | None:
    """Find a sign that looks like the right one, on the line where YAML stumbles or just above."""
    above = range(place, max(place - _ABOVE, 0) - 1, -1)
    for number in (*([context.line] if context else ()), *above):
        if number >= len(lines):
            continue
        for pattern, reason in _SLIPS:
            if pattern.match(lines[number]):
                return number, reason
    return None


def _remark(tokens: Sequence[yaml.ScalarToken], lines: Sequence[str]) -> Cause | None:
    """Find a text that a « # » cuts, the rest of which stands alone."""
    last = tokens[-1] if tokens else None
    if last is None or not last.plain:
        return None
    end = last.end_mark
    return (end.line, CUT[:-1]) if is_cut(lines[end.line][end.column :]) else None


def _colon(error: yaml.YAMLError, lines: Sequence[str]) -> Cause | None:
    """Find a text without quotes that holds « : »."""
    mark, said = error.problem_mark, str(error)  # type: ignore[attr-defined] # asked by the caller
    is_second = mark.line < len(lines) and _EARLIER_COLON.search(lines[mark.line][: mark.column])
    if not is_second:
        return None
    if "but got ':'" in said:
        return mark.line, _COLON_OR_COMMA
    return (mark.line, _COLON) if "mapping values are not allowed" in said else None


def _no_colon(
    tokens: Sequence[yaml.ScalarToken], error: yaml.YAMLError, lines: Sequence[str]
) -> Cause | None:
    """Find a line that has no colon: YAML reads it on to the next one, and stumbles there."""
    context = getattr(error, "context_mark", None)
    if "could not find expected ':'" in str(error) and context:
        return context.line, _NO_COLON
    last = tokens[-1] if tokens else None
    if last is None or not last.plain or "mapping values are not allowed" not in str(error):
        return None
    start = last.start_mark
    is_whole = _BEGINS.fullmatch(lines[start.line][: start.column])
    return (start.line, _NO_COLON) if is_whole and last.end_mark.line > start.line else None


def _not_closed(error: yaml.YAMLError, lines: Sequence[str]) -> Cause | None:
    """Find a brace or a bracket still open on a line that stands no deeper than the one it is on."""
    mark, context = error.problem_mark, getattr(error, "context_mark", None)  # type: ignore[attr-defined]
    said = next((one for one in _OPENED if one in str(error)), None)
    if said is None or context is None or not context.line < mark.line < len(lines):
        return None
    if _depth(lines[mark.line]) > _depth(lines[context.line]):
        return None
    opened, ending = _OPENED[said]
    return context.line, _NOT_CLOSED.format(opened=opened, e=ending, line=mark.line + 1)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
