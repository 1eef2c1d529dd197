"""« Qualification présentée »: diploma, title or dispensation; colouring; experience."""

from django import forms

from sporades.exams.rules import candidacy
from sporades.exams.schema.qualification import Experience
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.sections.eligibility import refuse_ineligible

MOST_YEARS = 60


class QualificationForm(SectionForm):
    """What the candidate holds."""

    stored = ("diploma", "colouring", "experience")

    diploma = forms.ChoiceField(error_messages={"required": "Choisissez dans la liste."})
    colouring = forms.ChoiceField(error_messages={"required": "Choisissez dans la liste."})
    experience = forms.IntegerField(
        min_value=0,
        max_value=MOST_YEARS,
        error_messages={
            "required": "Indiquez un nombre d'années, 0 si vous n'en avez pas.",
            "invalid": "Indiquez un nombre d'années entier, par exemple 3.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def build(self) -> None:
        """Ask what the réglementation asks of this candidate."""
        rules, facts = self.dossier.rules, self.dossier.facts
        for name, part in (
            ("diploma", candidacy.diplomas(rules, facts)),
            ("colouring", candidacy.colouring(rules, facts)),
            ("experience", candidacy.experience(rules, facts)),
        ):
            if part is None:
                del self.fields[name]
                continue
            self.fields[name].label = part.label
            self.fields[name].help_text = part.help or ""
            if not isinstance(part, Experience):
                self.fields[name].required = part.is_mandatory
                listed = [(choice.code, choice.label) for choice in part.choices]
                self.offer(name, [("", "Choisir"), *listed])

    def clean(self) -> None:
        """Refuse what the rules of eligibility do not accept."""
        super().clean()
        refuse_ineligible(self, tab="qualification")


QUALIFICATION = Section(
    "qualification",
    "Qualification présentée",
    QualificationForm,
    lambda dossier: dossier.asks_qualification,
    reads_as="Formation",
)
