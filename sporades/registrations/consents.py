"""Two consents: no by default, changed at any time (standards P-05)."""

from typing import Any

from django import forms

from sporades.core.french import instant_in_words
from sporades.registrations.models import Registration
from sporades.registrations.questions import NO, YES, YES_OR_NO

CONSENTS = (
    (
        "publishes_name",
        "J'accepte que mon nom figure dans les résultats publiés",
        "Si vous répondez « Non », vos résultats ne sont pas publiés : vous les lisez dans votre espace.",
    ),
    (
        "shares_name",
        "J'accepte que mon nom et mes résultats soient communiqués à des tiers",
        "Par exemple à la presse ou à une collectivité qui félicite les lauréats.",
    ),
)


NEITHER = {name: NO for name, *_ in CONSENTS}
"""What is so until a candidate says yes, as the tab types it."""
SECTION = "supplementaires"
"""The tab that asks for them."""


def as_answers(registration: Registration) -> dict[str, str]:
    """Return the two choices as the tab types them."""
    return {name: "oui" if getattr(registration, name) else "non" for name, *_ in CONSENTS}


def chosen_since(registration: Registration) -> dict[str, Any] | None:
    """Return what a registration says now of the consents, if they were changed since it was filed.

    Returns:
        When, in words, and one pair for each consent: its label and its answer; or nothing.
    """
    if registration.consents_chosen_at is None:
        return None
    return {
        "when": instant_in_words(registration.consents_chosen_at, registration.service.zone),
        "choices": [
            (label, "Oui" if getattr(registration, name) else "Non") for name, label, _ in CONSENTS
        ],
    }


class ConsentField(forms.ChoiceField):
    """Yes or no; no when nothing is said."""

    def __init__(self, **options: Any) -> None:
        """Offer the two answers."""
        super().__init__(choices=YES_OR_NO, widget=forms.RadioSelect, required=False, **options)

    def to_python(self, value: Any) -> str:
        """Take silence for a no."""
        return super().to_python(value) or NO


class ConsentsForm(forms.Form):
    """The two consents of a registration already filed: one that is not sent stays as it is."""

    def __init__(self, data: Any = None, *, registration: Registration) -> None:
        """Show the choices made; what sends neither chooses nothing."""
        sent = data if data and any(name in data for name, *_ in CONSENTS) else None
        super().__init__(sent, initial=as_answers(registration))
        for name, label, help_text in CONSENTS:
            self.fields[name] = ConsentField(label=label, help_text=help_text)

    def choices_made(self) -> dict[str, bool]:
        """Return the two choices, as the act wants them."""
        sent = {name: self.cleaned_data[name] for name in self.fields if name in self.data}
        said = {**self.initial, **sent}
        return {"publishes": said["publishes_name"] == YES, "shares": said["shares_name"] == YES}
