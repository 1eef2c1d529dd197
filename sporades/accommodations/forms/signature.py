"""What a guardian signs of what a minor asks for because of a handicap."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from sporades.accommodations.models import LONGEST_NAME, Case
from sporades.accommodations.operations import AnotherGuardian, OwnAddress, OwnSignature
from sporades.accommodations.rules import is_another_guardian
from sporades.accounts.forms import AS_TYPED, AddressField
from sporades.candidates.names import cleaned_full_name, is_named
from sporades.registrations.fields import CleanCharField, ask_if_called_for
from sporades.registrations.models import Registration

QUALITIES = (
    ("mère", "Mère"),
    ("père", "Père"),
    ("tuteur ou tutrice", "Tuteur ou tutrice"),
    ("titulaire de l'autorité parentale", "Autre titulaire de l'autorité parentale"),
)

STATEMENT = (
    "J'ai lu les mesures demandées ci-dessus. Je les demande au nom du candidat, dont je suis le "
    "représentant légal."
)

NAMESAKE = (
    "Je suis le représentant légal, et je porte le même nom et le même prénom que le candidat"
)

ANOTHER = "Je suis aussi représentant légal du candidat"

IF_NAMESAKE = "S'il porte les mêmes, cochez la case qui le dit."

TYPED_TO_SIGN = ("nom", "adresse", "qualite")


class FullNameField(CleanCharField):
    """The first and the last name of one person: they are printed under what they sign."""

    def clean(self, value: Any) -> str:
        """Keep the names of a person; see `cleaned_full_name`."""
        typed: str = super().clean(value)
        return cleaned_full_name(typed) if typed else ""


def quality_field(**options: Any) -> forms.ChoiceField:
    """Return the field that asks in what quality a guardian signs.

    Args:
        options: see `forms.ChoiceField`.
    """
    return forms.ChoiceField(choices=QUALITIES, widget=forms.RadioSelect, **options)


class WhoSigns(forms.Form):
    """The boxes that say who signs for a minor, where the name that is typed leaves it open."""

    signer: ClassVar[str]
    """The field of the name."""

    homonyme = forms.BooleanField(label=NAMESAKE, required=False)
    aussi = forms.BooleanField(label=ANOTHER, required=False)

    def ask_who_it_is(self, registration: Registration) -> None:
        """Keep the box that the name calls for: whoever bears the candidate's is asked that alone.

        Args:
            registration: the candidate's, and the guardian's whom it names.
        """
        self._named = registration.guardian_name
        name = self.data.get(self.signer, "")
        is_namesake = is_named(registration.identity, name)
        is_another = bool(name.strip()) and is_another_guardian(registration, name)
        for box, is_asked in (("homonyme", is_namesake), ("aussi", is_another and not is_namesake)):
            if is_asked:
                ask_if_called_for(self.fields[box])
            else:
                del self.fields[box]

    def check_who_it_is(self) -> None:
        """Refuse the candidate's own name, or another guardian's, unless a box says what it is."""
        if "homonyme" in self.fields and not self.cleaned_data.get("homonyme"):
            self.add_error(self.signer, f"{OwnSignature.message} {IF_NAMESAKE}")
        if "aussi" in self.fields and not self.cleaned_data.get("aussi"):
            self.add_error(self.signer, str(AnotherGuardian.of(self._named)))

    @property
    def who_it_is(self) -> dict[str, bool]:
        """What the boxes say, as an act takes it."""
        said = self.cleaned_data
        return {"is_namesake": bool(said.get("homonyme")), "is_another": bool(said.get("aussi"))}


class SignatureForm(WhoSigns):
    """A guardian signs what is asked, as it was read."""

    signer = "nom"
    field_order = ("nom", "homonyme", "aussi")

    nom = FullNameField(
        label="Nom et prénom du représentant légal",
        max_length=LONGEST_NAME,
        error_messages={"required": "Indiquez le nom et le prénom de qui signe."},
    )
    adresse = AddressField(
        label="Adresse mail du représentant légal",
        required=False,
        help_text="La sienne, et non celle du candidat : un mail lui dira qu'une demande est signée en "
        "son nom ; la première fois, un courrier aussi, à l'adresse postale de l'inscription. Sans "
        "adresse mail, un courrier seul, chaque fois.",
        widget=forms.EmailInput({"autocomplete": "off", **AS_TYPED}),
    )
    qualite = quality_field(
        label="Lien avec le candidat",
        error_messages={"required": "Dites en quelle qualité vous signez."},
    )
    accord = forms.BooleanField(
        label=STATEMENT, error_messages={"required": "Cochez cette case pour signer la demande."}
    )
    vu = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        case: Case,
        address: str = "",
        waiting: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        """Say whom the registration names, where a former signature had them written to, the revision.

        What was typed when the session had ended comes back, `waiting`; what is agreed to is agreed to
        anew.

        The address is asked for where the registration has none but the candidate's own; that a
        guardian bears the candidate's very names, or is another than the registration names, once
        they are typed.
        """
        self._registration = registration = case.registration
        typed = {name: said for name, said in (waiting or {}).items() if name in TYPED_TO_SIGN}
        known = {"nom": registration.guardian_name, "adresse": address}
        initial = {**known, **typed, "vu": case.revision}
        super().__init__(data, initial=initial, **options)
        if not self.asks_address:
            del self.fields["adresse"]
        self.ask_who_it_is(registration)

    @property
    def asks_address(self) -> bool:
        """Whether the registration says no address of the guardian's own."""
        return not self._registration.guardian_email or self.has_own_address

    @property
    def has_own_address(self) -> bool:
        """Whether the registration gives the candidate's own address as the guardian's."""
        return self._registration.candidate.is_reached_at(self._registration.guardian_email)

    def clean_adresse(self) -> str:
        """Refuse the candidate's own address."""
        address: str = self.cleaned_data["adresse"]
        if self._registration.candidate.is_reached_at(address):
            raise forms.ValidationError(OwnAddress.message, code="own_address")
        return address

    def clean(self) -> None:
        """Refuse a name of which no box says what it is, once it is one."""
        if "nom" not in self.errors:
            self.check_who_it_is()

    @property
    def signed(self) -> dict[str, Any]:
        """What is signed, as an act takes it."""
        said, who = self.cleaned_data, self.who_it_is
        boxes = (NAMESAKE, who["is_namesake"]), (ANOTHER, who["is_another"])
        return {
            "name": said["nom"],
            "quality": said["qualite"],
            "statement": " ".join(
                [STATEMENT, *(f"{box}." for box, is_ticked in boxes if is_ticked)]
            ),
            "email": said.get("adresse", ""),
            **who,
        }

    @property
    def seen(self) -> int:
        """The revision that was read."""
        return self.cleaned_data["vu"] or 0
