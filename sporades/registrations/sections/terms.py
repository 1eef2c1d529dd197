"""The conditions of the exam, read and accepted."""

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.registrations import accepted
from sporades.registrations.sections.base import NOT_SAID, Line, Section, SectionForm

CHANGED = (
    "Les modalités d'inscription ont changé depuis que vous les avez acceptées : relisez-les, puis "
    "cochez la case."
)


TYPED = (
    "Votre service gestionnaire a saisi vos réponses : lisez les modalités, puis cochez la case "
    "pour les accepter."
)
FOR_CANDIDATE = (
    "Je saisis ces réponses pour le candidat : les modalités sont jointes à son récapitulatif, "
    "pour qu'il les lise."
)
"""What whoever types for a candidate ticks, in place of the sentence that accepts."""
ACCEPTED_BEFORE = "Le candidat a lu ces modalités d'inscription et les a acceptées."
"""The same, where its candidate has accepted this very text."""
SAYS_OTHERWISE = "Cette case ne dit plus la même chose : lisez-la, puis cochez-la."
ACCEPTED = "Lues et acceptées"
TO_READ = "Saisie du service gestionnaire : à lire par le candidat, à la fin du récapitulatif"


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
        if self.dossier.is_typed_for:
            box.label = FOR_CANDIDATE if self.is_to_read else ACCEPTED_BEFORE
            box.error_messages["required"] = "Lisez la phrase de la case, puis cochez-la."
        box.widget.mark = self.mark
        box.widget.check_test = self._accepts
        ticked = self.initial.get("accepted")
        if not self.is_bound and self._is_of_another_text(ticked):
            box.help_text = self._why_again(ticked)

    @property
    def mark(self) -> str:
        """What tells the text that judges this dossier from others, and who says what of it."""
        mark = accepted.mark_of(self.dossier.rules)
        return accepted.typed_for(mark) if self.is_to_read else mark

    @cached_property
    def is_to_read(self) -> bool:
        """Whether the office types for a candidate who has not accepted this text."""
        dossier = self.dossier
        if not dossier.is_typed_for or dossier.filed_under is None:
            return dossier.is_typed_for
        before = dossier.accepted_before or accepted.mark_under(
            dossier.filed_under, exam=dossier.exam, speciality=dossier.speciality
        )
        return before != accepted.mark_of(dossier.rules)

    @property
    def joined(self) -> list[str]:
        """The modalités that go with the summary, by paragraphs: those that its candidate is to read."""
        return list(self.dossier.rules.terms) if self.is_to_read else []

    def clean_accepted(self) -> bool:
        """Refuse what was ticked under another text."""
        if not self._accepts(self.data["accepted"]):
            raise ValidationError(self._why_again(self.data["accepted"]), code="changed")
        return True

    def label_of(self, name: str) -> str:  # noqa: ARG002 - there is but one
        """Name nothing before what is wrong: the box is a sentence, and the message says it."""
        return ""

    def typed_in_words(self, name: str) -> str:
        """Say whether the box is ticked, and whether that is of a text that was changed since."""
        ticked = self.typed().get(name)
        if not ticked:
            return NOT_SAID
        if accepted.is_typed_for(ticked):
            return "Saisie du service gestionnaire, sans acceptation du candidat"
        return (
            "Cochée, sous un texte qui a changé" if self._is_of_another_text(ticked) else "Cochée"
        )

    def lines(self) -> list[Line]:
        """Say that the conditions were accepted, or that whoever typed for a candidate did not."""
        return [Line("Modalités d'inscription", TO_READ if self.is_to_read else ACCEPTED)]

    def _why_again(self, ticked: Any) -> str:
        """Say why a box that was ticked is to be ticked again."""
        if self.dossier.is_typed_for:
            return SAYS_OTHERWISE
        return TYPED if accepted.is_typed_for(ticked) else CHANGED

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
