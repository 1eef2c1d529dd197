"""Answers to any réglementation, by nobody: what a rehearsal is peopled with (I8).

Each tab is filled as a person in no hurry would: what is usual, else anything on offer; what is
refused is answered otherwise. The tabs themselves judge, as they judge everybody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from django import forms

from sporades.core.days import years_before
from sporades.exams.held import OfferedExam
from sporades.exams.models import RegistrationService, Regulation, Speciality
from sporades.registrations import journey
from sporades.registrations.dossier import Answers, Dossier
from sporades.registrations.fields import flat
from sporades.registrations.sections.base import Section, SectionForm
from sporades.territory.models import Commune

TRIES = 40
"""How many times all is begun again before an exam is given up."""
TURNS = 25
"""How many times what a tab refuses is answered otherwise."""
TABS = 12

YOUNGEST, OLDEST = 19, 45


@dataclass(frozen=True)
class Choice:
    """What somebody registers for.

    Attributes:
        regulation: the version in force.
        service: where, open.
        offered: the exam.
        speciality: its speciality, where it has any.
    """

    regulation: Regulation
    service: RegistrationService
    offered: OfferedExam
    speciality: Speciality | None

    def __str__(self) -> str:
        """Return its codes."""
        codes = (self.offered.exam.code, getattr(self.speciality, "code", ""))
        return f"{' '.join(filter(None, codes))}, {self.service.academy.full_name}"


def home_in(service: RegistrationService, chance: Random) -> dict[str, str] | None:
    """Return where somebody of the academy of a service lives; nothing where no list says."""
    towns = Commune.objects.filter(
        department__academy=service.academy_id, kind=Commune.Kind.CURRENT
    ).exclude(postcodes=[])
    if not (count := towns.count()):
        return None
    town = towns.order_by("code")[chance.randrange(count)]
    return {
        "address_1": "1 rue de l'Exemple",
        "postcode": town.postcodes[0],
        "town": town.name,
        "country": "99100",
        "mobile": "06 39 98 12 34",
    }


def answers_for(
    dossier: Dossier, home: Mapping[str, str], chance: Random
) -> dict[str, Answers] | None:
    """Return answers that every tab accepts, or nothing where none were found.

    Args:
        dossier: whose, and what for; without answers.
        home: the address, which no other answer changes.
        chance: what draws.
    """
    for _ in range(TRIES):
        answers: dict[str, Answers] = {}
        for _ in range(TABS):
            begun = replace(dossier, answers=answers)
            section = journey.first_incomplete(begun)
            if section is None:
                return answers
            typed = _filled(section, begun, home, chance)
            if typed is None:
                break
            answers = {**answers, section.slug: typed}
    return None


def civil_data(number: int, town: Commune, day: Any, chance: Random) -> dict[str, Any]:
    """Return the civil data of somebody who is plainly invented.

    Args:
        number: which one, from 1 on.
        town: where they were born.
        day: today, for their age.
        chance: what draws.
    """
    born = years_before(day, chance.randint(YOUNGEST, OLDEST)) - timedelta(
        days=chance.randrange(300)
    )
    return {
        "civility": chance.choice(("mme", "m")),
        "birth_name": "Fictif",
        "usage_name": "",
        "first_names": f"Exemple {_letters(number)}",
        "birth_year": born.year,
        "birth_month": born.month,
        "birth_day": min(born.day, 28),
        "birth_country": "99100",
        "birth_department": town.department_id,
        "birth_commune": town.code,
        "birth_place": town.name,
        "nationality": "99100",
    }


def _letters(number: int) -> str:
    """Return a number as names write it: without a figure."""
    written = ""
    while number:
        number, rest = divmod(number - 1, 26)
        written = chr(ord("a") + rest) + written
    return written.title()


def _filled(
    section: Section, dossier: Dossier, home: Mapping[str, str], chance: Random
) -> Answers | None:
    typed: dict[str, Any] = {}
    for _ in range(TURNS):
        form = section.form(dossier, typed)
        for name, field in form.fields.items():
            if name not in typed and (said := _first(field, name, form, home, chance)) != "":
                typed[name] = said
        form = section.form(dossier, typed)
        if form.is_valid():
            return form.typed()
        wrong = [name for name in form.errors if name in form.fields and name not in home]
        for name in wrong or _changeable(form):
            typed[name] = _other(form.fields[name], chance)
    return None


def _changeable(form: SectionForm) -> Iterator[str]:
    return (name for name, field in form.fields.items() if isinstance(field, forms.ChoiceField))


def _first(
    field: forms.Field, name: str, form: SectionForm, home: Mapping[str, str], chance: Random
) -> Any:
    """Return the usual answer to a question; nothing to one that need not be answered."""
    if name in home:
        return home[name]
    usual = form.initial.get(name, field.initial)
    if usual and isinstance(field, forms.ChoiceField):
        return usual
    return _other(field, chance) if field.required else ""


def _other(field: forms.Field, chance: Random) -> Any:
    if isinstance(field, forms.ChoiceField):
        values = [value for value, _ in _offered(field) if value != ""]
        drawn = chance.choice(values) if values else ""
        return [drawn] if isinstance(field, forms.MultipleChoiceField) else drawn
    if isinstance(field, forms.BooleanField):
        return "on"
    if isinstance(field, forms.DecimalField | forms.IntegerField):
        least = int(field.min_value or 0)
        most = int(field.max_value) if field.max_value is not None else least + 10
        return str(chance.randint(least, max(least, most)))
    if isinstance(field, forms.DateField):
        return f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(2015, 2028)}"
    longest = getattr(field, "max_length", None) or 40
    return "Réponse inventée pour une répétition"[:longest]


def _offered(field: forms.ChoiceField) -> Iterable[tuple[Any, Any]]:
    return flat(field.choices)
