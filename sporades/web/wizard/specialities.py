"""« Changer de spécialité »: which one, whoever asks."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from sporades.acts.accommodating import OfAnExam, unsuited
from sporades.registrations.choices import Choice, choice_of, choices_beside
from sporades.registrations.models import Draft, Registration

WANTED = "vers"
"""The name of what an address proposes: the key of a choice."""


class SpecialityForm(forms.Form):
    """For what else a registration is to be."""

    choix = forms.ChoiceField(
        label="Nouvelle spécialité",
        error_messages={
            "required": "Choisissez la nouvelle spécialité.",
            "invalid_choice": "Cette spécialité n'est pas proposée : choisissez-en une dans la liste.",
        },
    )

    def __init__(
        self, data: Any = None, *, offered: Sequence[Choice] = (), wanted: str = ""
    ) -> None:
        """Offer choices.

        Args:
            data: what was sent, None before.
            offered: the choices.
            wanted: the key of the one that is proposed.
        """
        self.offered = {one.key: one for one in offered}
        is_of_one = len({one.exam.pk for one in offered}) == 1
        choices = [(one.key, _label(one, is_of_one=is_of_one)) for one in offered]
        is_alone = len(choices) == 1
        super().__init__(data, initial={"choix": choices[0][0] if is_alone else wanted})
        choix = self.fields["choix"]
        if is_alone:  # a list would hide what there is nothing to choose from
            choix.widget = forms.RadioSelect()
            choix.help_text = "La seule autre qui est proposée"
        choix.choices = choices if is_alone else [("", "Choisir"), *choices]  # type: ignore[attr-defined] # a ChoiceField

    @property
    def choice(self) -> Choice:
        """What was chosen."""
        return self.offered[self.cleaned_data["choix"]]


def _label(choice: Choice, *, is_of_one: bool) -> str:
    return choice.speciality.label if is_of_one and choice.speciality else choice.label


def offered_to(
    registration: Registration, begun: Draft | None, own: Iterable[Registration]
) -> list[Choice]:
    """Return what a registration may be changed to; what it is too, where another was chosen meanwhile.

    Args:
        registration: loaded `for_list()` at least.
        begun: the modification that is open, of whoever asks.
        own: those of its candidate: what is held already is not offered.
    """
    held = [choice_of(one) for one in own if one.is_active]
    beside = [one for one in choices_beside(registration) if one not in held]
    if begun is None or choice_of(begun) == choice_of(registration):
        return beside
    return [choice_of(registration), *(one for one in beside if one != choice_of(begun))]


def without_those_kept_out(
    registration: Registration, offered: Sequence[Choice]
) -> tuple[list[Choice], str]:
    """Return what a registration may still be changed to beside what was asked for, and why not the rest.

    Accommodations are asked for the épreuves of an exam: this is said before one chooses, not after.

    Args:
        registration: as it stands.
        offered: what `offered_to` returns.
    """
    apart = unsuited(registration, {one.exam for one in offered})
    suited = [one for one in offered if one.exam.pk not in apart]
    return suited, OfAnExam.message if apart else ""
