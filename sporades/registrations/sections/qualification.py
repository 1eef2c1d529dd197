"""« Formation »: the diploma, title or dispensation; colouring; experience."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django import forms

from sporades.core.french import quoted
from sporades.exams.rules import Facts, candidacy, eligibility
from sporades.exams.schema import Exam as ExamRules
from sporades.exams.schema.qualification import Colouring, Diplomas, Experience, Nature
from sporades.registrations.fields import WholeNumberField, ask_if_called_for, choices_of, flat
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.sections.eligibility import refuse_ineligible

MOST_YEARS = 60
YOUNGEST_AT_WORK = 14

_UNCALLED = (
    "Avec ce que vous présentez, cette réponse n'est pas demandée : effacez-la, ou changez votre "
    "choix."
)

type Part = Diplomas | Colouring | Experience


class QualificationForm(SectionForm):
    """What the candidate holds."""

    stored = ("diploma", "colouring", "experience")

    diploma = forms.ChoiceField(error_messages={"required": "Choisissez dans la liste."})
    colouring = forms.ChoiceField(error_messages={"required": "Choisissez dans la liste."})
    experience = WholeNumberField(
        min_value=0,
        max_value=MOST_YEARS,
        error_messages={
            "required": "Indiquez un nombre d'années, par exemple 3.",
            "invalid": "Indiquez un nombre d'années entier, par exemple 3.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def build(self) -> None:
        """Ask what the réglementation asks of this candidate."""
        self.called_for_by: dict[str, list[str]] = {}
        diplomas = candidacy.diplomas(self.dossier.rules, self.dossier.facts)
        held = [choice.code for choice in diplomas.choices] if diplomas else []
        if diplomas and not diplomas.is_mandatory:
            held.append("")
        self._ask("diploma", diplomas)
        if diplomas and not diplomas.is_mandatory and self._is_diploma_demanded():
            ask_if_called_for(self.fields["diploma"])
        self._ask_by_diploma("colouring", candidacy.colouring, held)
        self._ask_by_diploma("experience", candidacy.experience, held)

    def _is_diploma_demanded(self) -> bool:
        """Return whether a rule refuses who presents nothing: the field is then not optional."""
        without = replace(self.dossier.facts, diplomas=frozenset())
        refused = eligibility.refusals(self.dossier.rules, without)
        return any(breach.field == "diploma" for breach in refused)

    def _ask(self, name: str, part: Part | None) -> None:
        if part is None:
            del self.fields[name]
            return
        self.fields[name].label = part.label
        self.fields[name].help_text = part.help or ""
        if not isinstance(part, Experience):
            self.fields[name].required = part.is_mandatory
            listed = by_nature(part) if isinstance(part, Diplomas) else choices_of(part.choices)
            self.offer(name, [("", "Choisir"), *listed])

    def _ask_by_diploma(
        self, name: str, asked: Callable[[ExamRules, Facts], Part | None], held: list[str]
    ) -> None:
        """Ask what only some diplomas may call for: the diploma is chosen on this very tab.

        The question is there as soon as one of the diplomas on offer calls for it; answers are
        judged by the diploma that comes with them.
        """
        rules, facts = self.dossier.rules, self.dossier.facts
        if not held:
            # What was presented under another category counts no more.
            self._ask(name, asked(rules, replace(facts, diplomas=frozenset())))
            return
        parts = {
            code: asked(rules, replace(facts, diplomas=frozenset(filter(None, [code]))))
            for code in held
        }
        calling = [code for code, part in parts.items() if part]
        self._ask(name, parts[calling[0]] if calling else None)
        if 0 < len(calling) < len(held):
            field = self.fields[name]
            ask_if_called_for(field, f"diploma={' '.join(calling)}", is_due=field.required)
            field.required = field.required and self.data.get("diploma", "") in calling
            field.help_text = f"{self._said_of(calling, held)} {field.help_text}".strip()
            self.called_for_by[name] = calling

    def _said_of(self, calling: list[str], held: list[str]) -> str:
        """Say which diplomas call for a question, or which do not, whichever is sooner read."""
        others = [code for code in held if code not in calling]
        labels = dict(flat(self.fields["diploma"].choices))  # type: ignore[attr-defined]
        is_less = "" not in calling and ("" in others or len(calling) <= len(others))
        start = "Seulement si" if is_less else "Laissez vide si"
        named = quoted([str(labels[code]) for code in (calling if is_less else others)], "ou")
        return f"{start} vous choisissez {named}."

    def clean(self) -> None:
        """Refuse what the rules of eligibility do not accept."""
        super().clean()
        for name, calling in self.called_for_by.items():
            if self.cleaned_data.get("diploma", calling[0]) not in calling:
                self.refuse_uncalled(name, message=_UNCALLED)
        refuse_ineligible(self, tab="qualification")

    def oddities(self) -> Iterator[tuple[str, str]]:
        """Say when experience would have begun before the age of work."""
        age = self.dossier.facts.age_on(self.dossier.day)
        years = self.cleaned_data.get("experience")
        if age is not None and years and years > max(age - YOUNGEST_AT_WORK, 0):
            years_said = f"{years} an{'s' if years > 1 else ''} d'expérience"
            message = (
                f"À {age} ans, {years_said} auraient commencé avant vos {YOUNGEST_AT_WORK} ans. "
                "Vérifiez ce nombre."
            )
            yield "experience", message


def by_nature(diplomas: Diplomas) -> list[tuple[str, Any]]:
    """Return what may be presented, under the name of its nature where there are several."""
    groups = [
        (
            nature.plural,
            [(one.code, one.label) for one in diplomas.choices if one.nature is nature],
        )
        for nature in Nature
    ]
    filled = [group for group in groups if group[1]]
    return filled if len(filled) > 1 else filled[0][1]


QUALIFICATION = Section(
    "qualification",
    "Formation",
    QualificationForm,
    lambda dossier: dossier.asks_qualification,
)
