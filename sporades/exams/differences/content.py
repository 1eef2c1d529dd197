"""What differs between two versions of the réglementation, in plain words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.utils.text import capfirst

from sporades.exams import schema
from sporades.exams.differences.words import (
    details,
    key_of,
    name_of,
    named,
    noun,
    said_beside,
    word,
)
from sporades.exams.schema.base import Strict
from sporades.exams.schema.clock import Deadline
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.regulation import SERVICE_KEYS

SHORT = 60
"""Up to how many signs two texts stand in one sentence; longer ones stand one under the other."""

_AS_VALUES = (Condition,)
"""Parts that read as one value where several stand in a list."""

_WHOLE = (Deadline,)
"""Parts that read as one value, always."""

_NAMES = {"label", "option"}
"""The fields that say what an item is."""

_GENERAL = "Domaine, session et mentions légales"


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Attributes:
        place: where: « Épreuve E1, Français »; nothing where the words say it.
        words: what: « coefficient 7 au lieu de 6 ».
        before, after: the texts themselves, where they are too long for a sentence.
        note: what it does not change.
    """

    place: str
    words: str
    before: str = ""
    after: str = ""
    note: str = ""

    def as_json(self) -> list[str]:
        """Return all that it says."""
        return [self.place, self.words, self.before, self.after, self.note]


@dataclass(frozen=True)
class Chapter:
    """What differs of one exam."""

    title: str
    changes: tuple[Change, ...]

    def as_json(self) -> list[Any]:
        """Return all that it says."""
        return [self.title, [change.as_json() for change in self.changes]]


def chapters(
    before: schema.Regulation | None,
    after: schema.Regulation,
    *,
    named: Iterable[Change] | None = None,
) -> Iterator[Chapter]:
    """Go through what differs: what is common first, then exam by exam.

    Args:
        before: the version in force, nothing when there is none.
        after: what is to be put in force.
        named: what differs of the domain and of the session, where that is not told by the
            version in force.
    """
    common = tuple(named or ())
    if before is None:
        if common:
            yield Chapter(_GENERAL, common)
        for exam in after.exams:
            yield Chapter(_exam_title(exam), (Change("", _counted(exam)),))
        return
    without = {"exams", *_services()} | (set() if named is None else {"domain", "session"})
    general = (*common, *parts(before, after, "", without=without))
    if general:
        yield Chapter(_GENERAL, general)
    yield from _exams(before, after)


def _services() -> set[str]:
    return {name for name, field in schema.File.model_fields.items() if field.alias in SERVICE_KEYS}


def _exams(before: schema.Regulation, after: schema.Regulation) -> Iterator[Chapter]:
    old = {exam.code: exam for exam in before.exams}
    for exam in after.exams:
        known = old.pop(exam.code, None)
        if known is None:
            yield Chapter(_exam_title(exam), (Change("", f"Nouvel examen : {_counted(exam)}"),))
        elif known != exam:
            changes = parts(known, exam, "", stays=noun(exam).stays)
            yield Chapter(_exam_title(exam), tuple(changes))
    for exam in old.values():
        gone = (
            "Cet examen n'est plus proposé : personne ne peut plus s'y inscrire. Ses inscriptions "
            "restent."
        )
        yield Chapter(_exam_title(exam), (Change("", gone),))
    kept = [exam.code for exam in before.exams if _has(after, exam.code)]
    order = [exam.code for exam in after.exams if exam.code in kept]
    if kept != order:
        yield Chapter("Ordre des examens", (Change("", _instead(", ".join(order), kept)),))


def _has(after: schema.Regulation, code: str) -> bool:
    return any(exam.code == code for exam in after.exams)


def _instead(new: str, old: list[str]) -> str:
    return f"{new} au lieu de {', '.join(old)}."


def _exam_title(exam: schema.Exam) -> str:
    return f"{exam.label} ({exam.code})"


def _counted(exam: schema.Exam) -> str:
    counts = [
        (len(exam.papers), "épreuve"),
        (len(exam.specialities), "spécialité"),
        (len(exam.categories), "catégorie"),
        (len(exam.evidence), "pièce"),
    ]
    told = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count]
    return f"{', '.join(told)}."


def parts(
    old: Strict,
    new: Strict,
    place: str,
    *,
    without: set[str] | frozenset[str] = frozenset(),
    stays: str = "",
) -> Iterator[Change]:
    """Compare two parts, key by key: of the same kind, or a question whose type has changed.

    Args:
        old, new: the parts.
        place: where they stand.
        without: the names of fields to leave out.
        stays: what another name does not change, to be read beside it.
    """
    for name, field in type(new).model_fields.items():
        is_new_to_it = name not in type(old).model_fields
        if name in without or (is_new_to_it and name not in new.model_fields_set):
            continue
        before, after = getattr(old, name, None), getattr(new, name)
        if before != after:
            key = word(field.alias or name)
            note = stays if name in _NAMES else ""
            for change in _of_values(key, named(name, before), named(name, after), place):
                yield replace(change, note=note) if note else change


def _of_values(key: str, old: Any, new: Any, place: str) -> Iterator[Change]:
    if _are_items(old) or _are_items(new):
        yield from _of_items(key, old or (), new or (), place)
    elif isinstance(old, Strict) and isinstance(new, Strict) and not isinstance(new, _WHOLE):
        yield from parts(old, new, _within(place, key))
    elif _are_paragraphs(old, new):
        yield from _of_paragraphs(key, old or (), new, place)
    else:
        yield _of_words(key, old, new, place)


def _are_items(values: Any) -> bool:
    return (
        isinstance(values, tuple)
        and bool(values)
        and isinstance(values[0], Strict)
        and not isinstance(values[0], _AS_VALUES)
    )


def _are_paragraphs(old: Any, new: Any) -> bool:
    both = (*(old or ()), *(new or ())) if isinstance(new, tuple) else ()
    return any(isinstance(one, str) and len(one) > SHORT for one in both)


def _of_words(key: str, old: Any, new: Any, place: str) -> Change:
    """Say a value that is another one, in a sentence where it is short enough."""
    before, after = said_beside(old, new), said_beside(new, old)
    if max(len(before), len(after)) > SHORT:
        if new in (None, ()):
            return Change(place, f"{key} : plus rien", before)
        return Change(place, key, before if old is not None else "", after)
    before, after = _quoted(old, before), _quoted(new, after)
    if new in (None, ()):
        return Change(place, f"{key} : plus rien, {before} auparavant")
    if old in (None, ()):
        return Change(place, f"{key} : {after}, rien auparavant")
    # « Coefficient 7 au lieu de 6 »; what is longer than a figure comes after a colon.
    colon = "" if isinstance(new, int | Decimal | date) and not isinstance(new, bool) else " :"
    instead = "au lieu du" if isinstance(old, date) else "au lieu de"
    return Change(place, f"{key}{colon} {after} {instead} {before}")


def _quoted(value: Any, words: str) -> str:
    """Set apart what somebody wrote."""
    is_text = isinstance(value, str) and not isinstance(value, StrEnum)
    return f"« {words} »" if is_text else words


def _of_paragraphs(
    key: str, old: tuple[str, ...], new: tuple[str, ...], place: str
) -> Iterator[Change]:
    """Say which paragraphs have come, changed or gone, and leave the others out."""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            words = f"{key}, en moins" if kind == "delete" else key
            yield Change(place, words, "\n".join(old[i1:i2]), "\n".join(new[j1:j2]))


def _of_items(
    key: str, old: tuple[Strict, ...], new: tuple[Strict, ...], place: str
) -> Iterator[Change]:
    """Compare two lists, each item with the one of the same name."""
    before, after = _by_key(old), _by_key(new)
    for name, item in after.items():
        if name not in before:
            yield _come(item, place)
        elif before[name] != item:
            yield from parts(
                before[name], item, _within(place, _place(item)), stays=noun(item).stays
            )
    for name, item in before.items():
        if name not in after:
            yield _gone(item, place)
    common = [name for name in before if name in after]
    order = [name for name in after if name in before]
    if common != order:
        yield Change(place, f"{key}, ordre", ", ".join(common), ", ".join(order))


def _by_key(items: tuple[Strict, ...]) -> dict[str, Strict]:
    """Name the items; two of one name are told apart by their rank."""
    found: dict[str, Strict] = {}
    for item in items:
        name, rank = key_of(item), 1
        while name in found:
            rank += 1
            name = f"{key_of(item)} ({rank})"
        found[name] = item
    return found


def _come(item: Strict, place: str) -> Change:
    brings = details(item)
    words = f"{noun(item).new} : {name_of(item)}"
    if len(brings) > SHORT:
        return Change(place, words, after=brings)
    return Change(place, f"{words} ({brings})" if brings else words)


def _gone(item: Strict, place: str) -> Change:
    kind = noun(item)
    return Change(place, f"{kind.before} {name_of(item)} {kind.gone}")


def _place(item: Strict) -> str:
    return f"{noun(item).name} {name_of(item)}"


def _within(place: str, inner: str) -> str:
    return f"{place}, {inner}" if place else capfirst(inner)
