"""What differs between two versions, in plain words."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from sporades.candidates.models import Identity
from sporades.candidates.words import identity_in_words
from sporades.core.french import colon_after
from sporades.core.text import clean_lines
from sporades.registrations import accepted, choices
from sporades.registrations.sections import SECTIONS
from sporades.registrations.sections.terms import TERMS

NOTHING = "rien"
_TERMS = (TERMS.slug, TERMS.title)
_ANOTHER_TEXT = "Nouveau texte lu et accepté"
_ANOTHER_TO_READ = "Nouveau texte, à lire par le candidat"

type Key = tuple[str, ...]


class Said(NamedTuple):
    """One answer as a version says it.

    Attributes:
        place: what was asked, or the name of a row.
        answer: what was answered.
        caption: of the table where the row stands.
    """

    place: str
    answer: str
    caption: str = ""


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return one sentence for each answer that differs between two snapshots, as the tabs ask them."""
    return [one for found in changes_by_answer(before, after).values() for one in found]


def changes_by_answer(before: dict[str, Any], after: dict[str, Any]) -> dict[Key, list[str]]:
    """Return the same, each answer that differs under what it is known by in every version."""
    # Versions of before the codes are compared by what names their rows.
    by_code = _has_codes(before) and _has_codes(after)
    # Two exams give one code to two épreuves: nothing of it then bears another name.
    named = not choices.is_of_one_exam(before, after)
    old, new = (dict(_answers(one, by_code=by_code, named=named)) for one in (before, after))
    marks = before.get(accepted.BOX, ""), after.get(accepted.BOX, "")
    # Who accepted what its service had typed, or the other way about, reads so already.
    is_another = marks[0] != marks[1] and _TERMS in old.keys() & new.keys()
    if is_another and old[_TERMS] == new[_TERMS]:
        answer = _ANOTHER_TO_READ if accepted.is_typed_for(marks[1]) else _ANOTHER_TEXT
        new[_TERMS] = new[_TERMS]._replace(answer=answer)
    found: dict[Key, list[str]] = {}
    if chosen := choices.change_in_words(before, after):
        found[choices.CHOICE,] = [chosen]
    for key in _in_order(list(old), list(new)):
        was, is_now = old.get(key), new.get(key)
        nothing = (was or new[key])._replace(answer=NOTHING)
        if said := list(_sentences(was or nothing, is_now or nothing)):
            found[key] = said
    return found


def _sentences(was: Said, is_now: Said) -> Iterator[str]:
    place = is_now.place
    if was.place != place:
        yield f"{was.place} s'appelle désormais {place}"
    if was.caption != is_now.caption:
        yield f"{place} passe de « {was.caption} » à « {is_now.caption} »"
    # Line breaks of older versions are as a browser sends them.
    if clean_lines(was.answer) != clean_lines(is_now.answer):
        yield f"{place}{colon_after(place)} {was.answer} → {is_now.answer}"


def changes_of_identity(before: Identity, after: Identity) -> list[str]:
    """Return one sentence for each thing that civil data say otherwise."""
    was, is_now = ({"identity": identity_in_words(one), "sections": []} for one in (before, after))
    return changes_between(was, is_now)


def have_sensitive(changes: Iterable[str]) -> bool:
    """Return whether a sensitive answer is among the changes that a version or a request keeps.

    No mail lists changes: other answers follow from a sensitive one (a dispense, a question), and
    whatever stood in its place would tell that it has changed.
    """
    labels = tuple(f"{label}{colon_after(label)} " for label in _sensitive_labels())
    return any(one.startswith(labels) for one in changes)


def _sensitive_labels() -> Iterator[str]:
    for section in SECTIONS:
        for name in section.form.sensitive:
            yield str(section.form.base_fields[name].label)


def _in_order(old: list[Key], new: list[Key]) -> list[Key]:
    """Return the answers of both: those of the new one, what it lacks after what it followed."""
    found = list(new)
    last = -1
    for key in old:
        if key not in found:
            found.insert(last + 1, key)
        last = found.index(key)
    return found


def _has_codes(snapshot: dict[str, Any]) -> bool:
    return all("codes" in table for part in snapshot["sections"] for table in part["tables"])


def _answers(snapshot: dict[str, Any], *, by_code: bool, named: bool) -> Iterator[tuple[Key, Said]]:
    """Return each answer, under what it is known by in every version."""
    for label, value in snapshot["identity"]:
        yield ("identity", label), Said(label, value)
    for section in snapshot["sections"]:
        asked: Counter[str] = Counter()
        for label, value in section["lines"]:
            # « Précisez » may be asked twice: each is told from the others by its rank among them.
            rank = (str(asked[label]),) if asked[label] else ()
            asked[label] += 1
            yield (section["slug"], label, *rank), Said(label, value)
        for table in section["tables"]:
            codes = table["codes"] if by_code else ()
            for row, code in zip_longest(table["rows"], codes):
                known_by = (code, row[0]) if named else (code,)
                if code is None:
                    known_by = table["caption"], row[0]
                answer = ", ".join(cell for cell in row[1:] if cell)
                yield (section["slug"], *known_by), Said(row[0], answer, table["caption"])
