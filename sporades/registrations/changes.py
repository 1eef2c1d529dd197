"""What differs between two versions, in plain words."""

from collections.abc import Iterable, Iterator
from typing import Any

from sporades.candidates.models import Identity
from sporades.candidates.words import identity_in_words
from sporades.core.french import colon_after
from sporades.registrations import accepted
from sporades.registrations.sections import SECTIONS
from sporades.registrations.sections.terms import TERMS

NOTHING = "rien"
_TERMS = (TERMS.slug, TERMS.title)
_ANOTHER_TEXT = "Nouveau texte lu et accepté"

type Key = tuple[str, ...]


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return one sentence for each answer that differs between two snapshots, as the tabs ask them."""
    old, new = dict(_answers(before)), dict(_answers(after))
    if (
        before.get(accepted.BOX, "") != after.get(accepted.BOX, "")
        and _TERMS in old.keys() & new.keys()
    ):
        new[_TERMS] = (new[_TERMS][0], _ANOTHER_TEXT)
    places = {**old, **new}
    found = []
    for key in _in_order(list(old), list(new)):
        place = places[key][0]
        was, is_now = (answers.get(key, (place, NOTHING))[1] for answers in (old, new))
        if was != is_now:
            found.append(f"{place}{colon_after(place)} {was} → {is_now}")
    return found


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


def _answers(snapshot: dict[str, Any]) -> Iterator[tuple[Key, tuple[str, str]]]:
    for label, value in snapshot["identity"]:
        yield ("identity", label), (label, value)
    for section in snapshot["sections"]:
        for label, value in section["lines"]:
            yield (section["slug"], label), (label, value)
        for table in section["tables"]:
            for row in table["rows"]:
                yield (
                    (section["slug"], table["caption"], row[0]),
                    (row[0], ", ".join(cell for cell in row[1:] if cell)),
                )
