"""What the pages of measures and of épreuves have in common: why what is asked is late."""

from collections.abc import Callable, Sequence

from django import forms

from sporades.accommodations.late import Lateness
from sporades.accommodations.models import LONGEST_REASON, Case
from sporades.accommodations.operations import AddedTooLate, LateReasonMissing
from sporades.exams.schema.accommodations import OTHER_REASON, Accommodations
from sporades.registrations.dossier import Answers
from sporades.registrations.fields import (
    CleanCharField,
    ask_if_called_for,
    chosen_in_words,
    say_missing,
)
from sporades.registrations.sections.base import NOT_SAID

WHY_LATE = "Dites pourquoi votre demande est tardive."


class ChoicesForm(forms.Form):
    """What two windows may answer in two ways: see `wizard.conflicts`."""

    wholes = ()
    lateness = Lateness.NONE
    late_legend = "Une demande tardive"

    def _ask_why_late(
        self, rules: Accommodations, case: Case | None, *, lateness: Lateness
    ) -> None:
        """Ask why a request, or what is added to it, comes after its deadline."""
        self.lateness = lateness
        if lateness not in {Lateness.FIRST, Lateness.ADDING}:
            return
        is_first = lateness == Lateness.FIRST
        label = "Pourquoi votre demande vient-elle après la date limite ?"
        if not is_first:
            self.late_legend = "Un ajout tardif"
            label = "Pourquoi cet ajout vient-il après la date limite ?"
        self.fields["motif"] = forms.ChoiceField(
            label=label,
            help_text="Aucun détail de santé n'est demandé ici."
            if is_first
            else "Répondez seulement si vous ajoutez quelque chose à ce que vous aviez envoyé dans les "
            "temps. Aucun détail de santé n'est demandé ici.",
            choices=[(one.code, one.label) for one in rules.late_reasons],
            widget=forms.RadioSelect,
            required=is_first,
            initial=case.late_reason if case else None,
            error_messages={"required": WHY_LATE},
        )
        self.fields["raison"] = CleanCharField(
            label="Votre raison, en quelques mots",
            help_text="Votre service gestionnaire et le médecin la lisent : rien de votre santé ici.",
            max_length=LONGEST_REASON,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
            initial=case.late_words if case else "",
        )
        if not is_first:
            ask_if_called_for(self.fields["motif"])
        ask_if_called_for(self.fields["raison"], f"motif={OTHER_REASON}")

    def _check_why_late(self) -> None:
        """Refuse another reason that is not written."""
        is_other = self.cleaned_data.get("motif") == OTHER_REASON
        if is_other and not self.cleaned_data.get("raison"):
            say_missing(self, "raison", "Écrivez votre raison, en quelques mots.")

    def _check_added(
        self, added: Sequence[tuple[str, str]], place_of: Callable[[str], str | None]
    ) -> None:
        """Refuse what is added to a request that was sent, too late or without its reason.

        Args:
            added: the code and the label of each measure that is added, or asked for more widely.
            place_of: the name of the field where that of a code is chosen.
        """
        if not added:
            return
        if self.lateness == Lateness.CLOSED:
            for code, label in added:
                fault = AddedTooLate.of([label])
                self.add_error(place_of(code), str(fault))
        elif not self.cleaned_data.get("motif"):
            say_missing(self, "motif", str(LateReasonMissing.of(label for _, label in added)))

    def _why_late(self, case: Case | None) -> dict[str, str]:
        """Return why it is late; where nothing asks for it, what it said already."""
        if "motif" not in self.fields:
            said = (case.late_reason, case.late_words) if case else ("", "")
            return {"late_reason": said[0], "late_words": said[1]}
        reason = self.cleaned_data.get("motif", "")
        words = self.cleaned_data.get("raison", "") if reason == OTHER_REASON else ""
        return {"late_reason": reason, "late_words": words}

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend; the others come after them."""
        names = tuple(name for name in ("motif", "raison") if name in self.fields)
        return [(self.late_legend, names)] if names else []

    def typed(self) -> Answers:
        """Return what was chosen or typed; nothing of what is left empty."""
        sent = {
            name: self.data.getlist(name)  # type: ignore[attr-defined] # see as_data
            if isinstance(field, forms.MultipleChoiceField)
            else self.data.get(name)
            for name, field in self.fields.items()
        }
        return {name: value for name, value in sent.items() if value}

    def kept(self) -> Answers:
        """Return what is kept now, as the page that shows it would send it."""
        now = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        return {name: value for name, value in now.items() if value}

    def typed_in_words(self, name: str) -> str:
        """Return what was typed in a field, valid or not, as a person reads it."""
        return chosen_in_words(self.fields[name], self.typed().get(name)) or NOT_SAID

    def label_of(self, name: str) -> str:
        """Return what comes before the fault of a field."""
        return str(self.fields[name].label)
