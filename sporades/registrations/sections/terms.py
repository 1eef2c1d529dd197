"""The conditions of the exam, read and accepted."""

from django import forms

from sporades.registrations.sections.base import Line, Section, SectionForm


class TermsForm(SectionForm):
    """The box at the foot of the conditions."""

    accepted = forms.BooleanField(
        label="J'ai lu les modalités d'inscription et je les accepte",
        error_messages={"required": "Lisez les modalités, puis cochez la case pour les accepter."},
    )

    def build(self) -> None:
        """Show the sentence that the réglementation wants ticked."""
        self.fields["accepted"].label = self.dossier.rules.attestation

    def label_of(self, name: str) -> str:  # noqa: ARG002 - there is but one
        """Name nothing before what is wrong: the box is a sentence, and the message says it."""
        return ""

    def lines(self) -> list[Line]:
        """Say that the conditions were accepted."""
        return [Line("Modalités d'inscription", "Lues et acceptées")]


TERMS = Section("modalites", "Modalités d'inscription", TermsForm)
