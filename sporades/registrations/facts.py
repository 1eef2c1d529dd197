"""What the rules want to know of a dossier, read from whatever is answered so far."""

from collections.abc import Mapping
from typing import Any

from django import forms

from sporades.exams.rules import Facts
from sporades.exams.schema.candidacy import NATIONAL_SERVICE
from sporades.exams.schema.questions import Question, YesNoQuestion
from sporades.registrations.dossier import Dossier
from sporades.registrations.sections.base import as_data
from sporades.registrations.sections.extra import PREFIX
from sporades.registrations.sections.questions import YES, field_of
from sporades.territory.models import FRANCE


def facts_of(dossier: Dossier, known: Mapping[str, Any] | None = None) -> Facts:
    """Return the facts of a dossier.

    Args:
        dossier: the dossier.
        known: answers that count instead of those of the dossier, those of a tab being
            judged for instance; each either typed or already cleaned.
    """
    said = {
        **dossier.of("informations"),
        **dossier.of("qualification"),
        **dossier.of("supplementaires"),
        **(known or {}),
    }
    identity = dossier.identity
    return Facts(
        on=dossier.day,
        session_year=dossier.exam.session.year,
        academy=dossier.service.academy_id,
        speciality=dossier.speciality.code if dossier.speciality else "",
        birth_date=identity.latest_birth_date,
        nationality=identity.nationality,
        is_born_abroad=identity.birth_country != FRANCE,
        has_disability=said.get("has_disability") == YES,
        category=said.get("category") or "",
        passing_form=said.get("passing_form") or "",
        diplomas=frozenset(filter(None, [said.get("diploma")])),
        years_of_experience=_years(said.get("experience")),
        answers={
            NATIONAL_SERVICE: said.get("national_service") or None,
            **{question.code: _answer(question, said) for question in dossier.rules.questions},
        },
    )


def _years(said: Any) -> int | None:
    try:
        return int(said)
    except (TypeError, ValueError):
        return None


def _answer(question: Question, said: Mapping[str, Any]) -> Any:
    name = PREFIX + question.code
    value = said.get(name)
    if value in (None, "", []):
        return None
    if isinstance(question, YesNoQuestion):
        return value == YES
    if not isinstance(value, str | list):
        return value
    field = field_of(question)
    try:
        return field.clean(field.widget.value_from_datadict(as_data({name: value}), {}, name))
    except forms.ValidationError:
        return None
