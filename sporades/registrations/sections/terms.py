"""The conditions of the exam, read and accepted."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.registrations import accepted
from sporades.registrations.sections.base import NOT_SAID, Line, Section, SectionForm

CHANGED = (
    "Les modalités d'inscription ont changé depuis que vous les avez acceptées : relisez-les, puis "
    "cochez la case."
)


class TermsBox(forms.CheckboxInput):
    """A box whose value is the mark of the text above it: what is sent says what was read."""

    mark = ""

    def format_value(self, value: object) -> str:  # noqa: ARG002 - it does not depend on it
        """Return the mark of the text that the page shows."""
        return self.mark

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        """Return what was sent: which text was accepted."""
        return data.get(name, "")


class TermsForm(SectionForm):
    """The box at the foot of the conditions."""

    accepted = forms.BooleanField(
        label="J'ai lu les modalités d'inscription et je les accepte",
        error_messages={"required": "Lisez les modalités, puis cochez la case pour les accepter."},
        widget=TermsBox,
    )

    def build(self) -> None:
        """Show the sentence that the réglementation wants ticked; of another text it is not."""
        box = self.fields["accepted"]
        box.label = self.dossier.rules.attestation
        box.widget.mark = self.mark
        box.widget.check_test = self._accepts
        if not self.is_bound and self._is_of_another_text(self.initial.get("accepted")):
            box.help_text = CHANGED

    @property
    def mark(self) -> str:
        """What tells the text that judges this dossier from others."""
        return accepted.mark_of(self.dossier.rules)

    def clean_accepted(self) -> bool:
        """Refuse what was ticked under another text."""
        if not self._accepts(self.data["accepted"]):
            raise ValidationError(CHANGED, code="changed")
        return True

    def label_of(self, name: str) -> str:  # noqa: ARG002 - there is but one
        """Name nothing before what is wrong: the box is a sentence, and the message says it."""
        return ""

    def typed_in_words(self, name: str) -> str:
        """Say whether the box is ticked, and whether that is of a text that was changed since."""
        ticked = self.typed().get(name)
        if not ticked:
            return NOT_SAID
        return (
            "Cochée, sous un texte qui a changé" if self._is_of_another_text(ticked) else "Cochée"
        )

    def lines(self) -> list[Line]:
        """Say that the conditions were accepted."""
        return [Line("Modalités d'inscription", "Lues et acceptées")]

    def _accepts(self, ticked: Any) -> bool:
        return bool(ticked) and not self._is_of_another_text(ticked)

    def _is_of_another_text(self, ticked: Any) -> bool:
        """Tell whether a box was ticked under other modalités.

        One that was ticked before there were marks accepts the text that it was begun under.
        """
        if not ticked:
            return False
        dossier, begun_under = self.dossier, self.dossier.begun_under
        if accepted.is_mark(ticked):
            return bool(ticked != self.mark)
        if begun_under in (None, dossier.regulation.pk):
            return False
        before = accepted.mark_under(begun_under, exam=dossier.exam, speciality=dossier.speciality)
        return before != self.mark


TERMS = Section(accepted.SECTION, "Modalités d'inscription", TermsForm)
