"""How the candidate comes to the exam: category, form of passing, zone, handicap, service."""

from django import forms

from sporades.exams.rules import candidacy
from sporades.registrations.fields import Hinted, choices_of
from sporades.registrations.models import Registration
from sporades.registrations.questions import YES, YES_OR_NO
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.sections.eligibility import refuse_ineligible

DECLARING = (
    "Répondez « Oui » si vous voulez demander un aménagement d'épreuves (temps majoré, "
    "secrétaire…) à cause d'un handicap ou d'un trouble de la santé (dyslexie, diabète…). "
    "Vous ferez cette demande {how}. Aucun détail de santé n'est demandé ici."
)
WITH_A_FORM = (
    "avec le formulaire de votre service gestionnaire, avant la fermeture des inscriptions"
)
IN_THE_SPACE = "après votre inscription, à la page « Aménagement d'épreuves »"


class CandidacyForm(SectionForm):
    """« Informations candidature »."""

    stored = ("category", "passing_form", "zone", "national_service")
    sensitive = ("has_disability",)

    category = forms.ChoiceField(
        label="Catégorie de candidat",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la catégorie qui décrit votre situation."},
    )
    passing_form = forms.ChoiceField(
        label="Forme de passage",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez si vous passez toutes les épreuves cette année ou une partie."
        },
    )
    zone = forms.ChoiceField()
    has_disability = forms.ChoiceField(
        label="Handicap",
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        error_messages={"required": "Répondez « Oui » ou « Non »."},
    )
    national_service = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre situation au regard du service national."},
    )

    def build(self) -> None:
        """Ask only what the réglementation asks of this candidate."""
        rules = self.dossier.rules
        self._choose("category", [(one.code, one.label, one.meaning) for one in rules.categories])
        self._choose(
            "passing_form", [(one.code, one.label, one.commits) for one in rules.passing_forms]
        )
        self.fields["has_disability"].help_text = DECLARING.format(
            how=WITH_A_FORM if rules.accommodations is None else IN_THE_SPACE
        )
        self._build_zone()
        self._build_national_service()

    def _choose(self, name: str, choices: list[tuple[str, str, str]]) -> None:
        if not choices:
            del self.fields[name]
            return
        self.offer(name, [(code, Hinted(label, meaning)) for code, label, meaning in choices])

    def _build_zone(self) -> None:
        asked = self.dossier.rules.zones
        offered = candidacy.zones(self.dossier.rules, self.dossier.service.academy_id)
        if asked is None or not offered:
            del self.fields["zone"]
            return
        field = self.offer(
            "zone", [("", "Choisir"), *((zone.code, zone.label) for zone in offered)]
        )
        field.label, field.help_text = asked.label, asked.help or ""
        field.required = asked.is_mandatory
        field.error_messages["required"] = "Choisissez dans la liste."

    def _build_national_service(self) -> None:
        asked = candidacy.national_service(self.dossier.rules, self.dossier.facts)
        if asked is None:
            del self.fields["national_service"]
            return
        field = self.offer("national_service", choices_of(asked.choices))
        field.label, field.help_text = asked.label, asked.help or ""

    def clean(self) -> None:
        """Refuse a category or a form that the rules do not allow this candidate."""
        super().clean()
        refuse_ineligible(self, tab="informations")

    def write(self, registration: Registration) -> None:
        """Keep the declaration of handicap as yes or no, and nothing more."""
        super().write(registration)
        registration.has_disability = self.cleaned_data["has_disability"] == YES


CANDIDACY = Section("informations", "Informations candidature", CandidacyForm)
