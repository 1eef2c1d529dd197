"""What the office types of somebody who has no account: civil data, and how to reach them (I13)."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.accounts.forms import AS_TYPED, AddressField, NewAddressForm
from sporades.candidates.models import Candidate, Channel
from sporades.candidates.operations import ADDRESS
from sporades.core.phones import EXAMPLES, is_dialled
from sporades.registrations.fields import ask_if_called_for
from sporades.registrations.sections.communes import find_commune
from sporades.registrations.sections.identification import IdentificationForm
from sporades.registrations.sections.phones import PhoneField
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE
from sporades.territory.rules import joined
from sporades.web.layout.finding import QuickForm
from sporades.web.office.forms import IdentityOfSomebodyForm

OFF = {"autocomplete": "off"}
DUE = {
    "address_1": "Indiquez le numéro et la voie : les courriers y vont.",
    "postcode": "Indiquez le code postal : les courriers y vont.",
    "town": "Indiquez la commune : les courriers y vont.",
}
"""What a letter cannot go without."""


class ReachedForm(NewAddressForm):
    """How somebody without an account is reached, with the rules of « Identification »."""

    errors_stand_above = True
    canal = forms.ChoiceField(
        label="Comment lui écrire",
        choices=[
            (Channel.LETTER, "Par courrier postal, que votre service imprime et poste"),
            (Channel.MAIL, "Par mail"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le courrier ou le mail."},
    )
    email = AddressField(
        required=False,
        help_text="La sienne : celle d'un proche recevrait ce qui ne regarde que lui.",
        widget=forms.EmailInput({**OFF, **AS_TYPED}),
    )
    phone = PhoneField(
        label="Téléphone",
        required=False,
        help_text="Par exemple : 03 53 01 12 34",
        widget=forms.TextInput({**OFF, "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask for the address as the tab does; whether it is due depends on the channel."""
        super().__init__(*args, **options)
        self.asked_right.label = "L'adresse est juste"
        for name in ADDRESS:
            field = deepcopy(IdentificationForm.base_fields[name])
            field.required = False
            field.widget.attrs |= OFF
            self.fields[name] = field
        for name in DUE:
            ask_if_called_for(self.fields[name])
        self.fields["postcode"].help_text = "Sans CEDEX. Par exemple : 59000."
        countries = [(one.code, one.name) for one in territory.countries(current=True)]
        self.fields["country"].choices, self.fields["country"].initial = countries, FRANCE

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        return [
            ("Comment l'atteindre", self._present("canal", "email", "address_is_right", "phone")),
            ("Adresse postale", ADDRESS),
        ]

    def _present(self, *names: str) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.fields)

    def clean_postcode(self) -> str:
        """Take « 59 000 » for what it says."""
        return joined(self.cleaned_data["postcode"])

    def clean(self) -> dict[str, Any]:
        """Check what the channel calls for, the commune and the telephone."""
        data = super().clean() or self.cleaned_data
        if data.get("canal") == Channel.LETTER:
            for name, missing in DUE.items():
                if name in data and not data[name]:
                    self.add_error(name, missing)
        if data.get("canal") == Channel.MAIL and "email" in data and not data["email"]:
            self.add_error("email", "Indiquez l'adresse mail, ou choisissez le courrier.")
        if data.get("country") == FRANCE and data.get("postcode") and data.get("town"):
            find_commune(self, data)
        number = data.get("phone", "")
        if number and not is_dialled(number, postcode=data.get("postcode", "")):
            self.add_error("phone", ValidationError(EXAMPLES, code="phone"))
        return data

    @property
    def reached(self) -> dict[str, str]:
        """How the person is reached, by the names of `candidates.REACHED`."""
        said = self.cleaned_data
        return {
            **{name: said[name] for name in (*ADDRESS, "phone", "email")},
            "channel": said["canal"],
        }


class RecordForm(ReachedForm, IdentityOfSomebodyForm):
    """The record of a candidate without an account: civil data, and how they are reached."""

    academie = forms.ChoiceField(
        label="Académie qui fait la fiche",
        help_text="Elle seule la voit, jusqu'à ce que ce candidat soit inscrit.",
        error_messages={"required": "Choisissez l'académie."},
    )
    autre_personne = forms.BooleanField(
        label="Ce n'est aucune de ces personnes : faire une autre fiche", required=False
    )

    def __init__(self, *args: Any, academies: Sequence[str] = (), **options: Any) -> None:
        """Ask for the academy of whoever has several.

        Args:
            academies: the codes of those for which a record may be made; none to keep one.
        """
        super().__init__(*args, **options)
        self.asked_another = self.fields.pop("autre_personne")
        self.only_academy = academies[0] if len(academies) == 1 else ""
        if len(academies) > 1:
            names = [(code, territory.academy(code).full_name) for code in academies]
            self.fields["academie"].choices = [("", "Choisissez une académie"), *names]
        else:
            del self.fields["academie"]

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        last = (
            ("Académie", self._present("academie")),
            ("Une autre personne ?", self._present("autre_personne")),
        )
        civil = IdentityOfSomebodyForm.fieldsets(self)
        return [*civil, *super().fieldsets(), *(group for group in last if group[1])]

    def ask_whether_another(self) -> None:
        """Show the box, which says that whoever is like them is somebody else."""
        self.fields["autre_personne"] = self.asked_another

    @property
    def is_another(self) -> bool:
        """Whether the box is ticked."""
        box, name = self.asked_another.widget, self.add_prefix("autre_personne")
        return bool(box.value_from_datadict(self.data, self.files, name))

    @property
    def academy(self) -> str:
        """The code of the academy that makes the record."""
        return str(self.cleaned_data.get("academie") or self.only_academy)


class FindRecordForm(QuickForm):
    """The one box, among those who have no account."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say what it finds."""
        super().__init__(*args, **options)
        self.fields["quoi"].label = "Trouver un candidat sans compte"


def reached_now(candidate: Candidate, address: dict[str, str]) -> dict[str, Any]:
    """Return how a candidate is reached, as `RecordForm` shows it."""
    return {
        **{name: value for name, value in address.items() if value},
        "phone": candidate.phone,
        "email": candidate.email,
        "canal": Channel.LETTER if candidate.by_letter else Channel.MAIL,
    }
