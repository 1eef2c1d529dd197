"""Two tabs answered at once: neither answer is lost, the candidate chooses field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.datastructures import MultiValueDict

from sporades.registrations.dossier import Answers
from sporades.registrations.sections.base import NOT_SAID, SectionForm

CHOICE = "garder-"
THEIRS = "autre"


@dataclass(frozen=True)
class Difference:
    """One field answered in two ways."""

    name: str
    label: str
    mine: str
    theirs: str
    keeps_mine: bool


def posted(post: MultiValueDict[str, str], *, stored: Mapping[str, Any] | None) -> Answers:
    """Return what was posted, with the stored answer wherever the candidate chose it.

    Args:
        post: what was posted, now or before the session had ended.
        stored: the answers kept.
    """
    answers: Answers = {}
    for name, typed in post.lists():
        # No keyboard types U+0000, and PostgreSQL keeps none.
        values = [value.replace("\0", "") for value in typed]
        answers[name] = values if len(values) > 1 else values[0]
    for choice, value in list(answers.items()):
        name = choice.removeprefix(CHOICE)
        if choice != name and value == THEIRS:
            answers.pop(name, None)
            if stored and name in stored:
                answers[name] = stored[name]
    return answers


def settled(post: MultiValueDict[str, str]) -> frozenset[str]:
    """Return the names of the questions whose answer the candidate has just chosen."""
    return frozenset(name.removeprefix(CHOICE) for name in post if name.startswith(CHOICE))


def differences(*, mine: SectionForm, theirs: SectionForm) -> list[Difference]:
    """Return the fields whose answers differ, each in words."""
    one, other = mine.typed(), theirs.typed()
    return [
        Difference(
            name=name,
            label=mine.label_of(name),
            mine=mine.typed_in_words(name),
            theirs=theirs.typed_in_words(name),
            keeps_mine=_worth(mine, name) >= _worth(theirs, name),
        )
        for name in mine.fields
        if one.get(name) != other.get(name)
    ]


def _worth(form: SectionForm, name: str) -> tuple[bool, bool]:
    """Return whether an answer is accepted, then whether it says something.

    It is asked of all those that make one answer with it: they are proposed together.
    """
    names = next((one.names for one in form.wholes if name in one.names), (name,))
    asked = [one for one in names if one in form.fields]
    return (
        form.errors.keys().isdisjoint(asked),
        any(form.typed_in_words(one) != NOT_SAID for one in asked),
    )
