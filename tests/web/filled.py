"""Tabs with every field filled, for the tests that lose sessions, processes and browsers."""

from datetime import datetime

from django import forms

from sporades.registrations.fields import flat
from sporades.registrations.models import Draft
from tests.factories import NOW, a_candidate, a_draft, answers_with

TABS = list(answers_with())
# Born abroad, and minor, of age before the end of 2027 as the usual category wants: parents and
# legal guardian are asked for.
MINOR = {
    "birth_year": 2009,
    "birth_country": "99109",
    "birth_department": "",
    "birth_commune": "",
    "birth_place": "Köln",
}


def a_draft_that_asks_all(at: datetime = NOW) -> Draft:
    """Return a draft whose tabs ask for all that they may ask for."""
    return a_draft(
        a_candidate(at=at, **MINOR),
        at=at,
        supplementaires={"q-permis": "oui", "q-permis_numero": "P 12"},
        qualification={"diploma": "BAC"},
    )


def filled(fields: dict[str, forms.Field]) -> dict[str, str | list[str]]:
    """Return an answer to each field of a tab, accepted or not: never what was there."""
    return {
        f"{name}{box}": _answer(field, name)
        for name, field in fields.items()
        for box in getattr(field.widget, "widgets_names", [""])
    }


def _answer(field: forms.Field, name: str) -> str | list[str]:
    if isinstance(field, forms.MultipleChoiceField):
        return [value for value, _ in flat(field.choices)][-2:]
    if isinstance(field, forms.ChoiceField):
        return [value for value, _ in flat(field.choices)][-1]
    if isinstance(field, forms.BooleanField):
        # A box may say what it accepts, by its value.
        return field.widget.format_value(True) or "on"
    return f"L'Élan « {name} » <b> & 7"[: field.max_length if hasattr(field, "max_length") else 9]
