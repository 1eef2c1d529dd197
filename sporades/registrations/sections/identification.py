"""Where the candidate lives and can be reached, and who answers for a minor."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from sporades.accounts.addresses import likely_meant
from sporades.accounts.forms import AS_TYPED, AddressField
from sporades.candidates.names import (
    check_is_no_address,
    cleaned_name,
    is_in_another_script,
    is_named,
)
from sporades.candidates.operations import ADDRESS
from sporades.core.phones import EXAMPLES, LANDLINE, LANDLINE_EXAMPLES, is_dialled, phone_in_words
from sporades.exams.models import RegistrationService
from sporades.exams.rules.residence import is_by_address
from sporades.registrations.as_filed import is_refused_here
from sporades.registrations.dossier import Dossier
from sporades.registrations.fields import CleanCharField, EnvelopeField, ask_if_called_for
from sporades.registrations.models import Registration
from sporades.registrations.residence import Elsewhere, open_service, refusal_of_residence
from sporades.registrations.sections.base import Section, SectionForm, Whole
from sporades.registrations.sections.communes import PostcodeField, find_commune
from sporades.registrations.sections.phones import PhoneField
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE
from sporades.territory.rules import joined

ONE_OF_TWO = ("phone", "mobile")
GUARDIAN = ("guardian_name", "guardian_phone", "guardian_email")
INE = re.compile(r"[0-9]{9}[0-9A-Z]{2}|[0-9]{10}[A-Z]")


class IdentificationForm(SectionForm):
    """Address, telephones; parents' names when born abroad, legal guardian of a minor."""

    stored = (
        "ine",
        "address_1",
        "address_2",
        "address_3",
        "address_4",
        "postcode",
        "town",
        "commune",
        "country",
        "phone",
        "mobile",
        "father_name",
        "mother_name",
        "guardian_name",
        "guardian_phone",
        "guardian_email",
    )
    wholes = (
        Whole("Adresse postale", ADDRESS),
        Whole("Représentant légal", GUARDIAN),
    )
    elsewhere: Elsewhere | None = None
    lives_elsewhere: Elsewhere | None = None
    """Why its address would be refused, where it stays in its academy all the same."""

    ine = CleanCharField(
        label="INE (identifiant national élève ou étudiant)",
        required=False,
        help_text=(
            "11 signes, sur vos anciens relevés de notes ou votre certificat de scolarité. "
            "Laissez vide si vous n'en avez pas."
        ),
    )
    address_1 = EnvelopeField(
        label="Numéro et voie",
        max_length=38,
        help_text="Par exemple : 12 rue des Îles",
        error_messages={
            "required": "Indiquez « Numéro et voie », par exemple 12 rue des Îles.",
            "max_length": (
                "Cette ligne a %(show_value)d signes, pour %(limit_value)d au plus : mettez la "
                "suite dans les lignes du dessous."
            ),
        },
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    address_2 = EnvelopeField(
        label="Appartement, étage, bâtiment",
        required=False,
        max_length=38,
        widget=forms.TextInput(attrs={"autocomplete": "address-line2"}),
    )
    address_3 = EnvelopeField(
        label="Résidence, chez…",
        required=False,
        max_length=38,
        widget=forms.TextInput(attrs={"autocomplete": "address-line3"}),
    )
    address_4 = EnvelopeField(
        label="Lieu-dit ou boîte postale",
        required=False,
        max_length=38,
    )
    postcode = PostcodeField(
        label="Code postal",
        max_length=10,
        help_text="Celui de votre domicile, sans CEDEX. Par exemple : 59000. Vide si votre pays n'en a pas.",
        error_messages={"required": "Indiquez votre code postal, par exemple 59000."},
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    town = EnvelopeField(
        label="Commune",
        max_length=80,
        error_messages={"required": "Indiquez votre commune, par exemple Lille."},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "address-level2",
                "data-suggest": reverse_lazy("account_communes"),
                "data-suggest-with": "id_postcode",
            }
        ),
    )
    country = forms.ChoiceField(
        label="Pays", widget=forms.Select(attrs={"autocomplete": "country-name"})
    )
    phone = PhoneField(
        label="Téléphone fixe",
        required=False,
        help_text="Par exemple : 03 53 01 12 34",
        widget=forms.TextInput(attrs={"autocomplete": "home tel", "inputmode": "tel"}),
    )
    mobile = PhoneField(
        label="Téléphone mobile",
        required=False,
        help_text="Utile si le service doit vous joindre vite. Par exemple : 06 39 98 12 34.",
        widget=forms.TextInput(attrs={"autocomplete": "mobile tel", "inputmode": "tel"}),
    )
    father_name = CleanCharField(
        label="Nom et prénoms du père",
        required=False,
        max_length=120,
        help_text="Demandé pour une naissance à l'étranger. Si vous ne le connaissez pas, écrivez « inconnu ».",
    )
    mother_name = CleanCharField(
        label="Nom et prénoms de la mère",
        required=False,
        max_length=120,
        help_text="Demandé pour une naissance à l'étranger. Si vous ne le connaissez pas, écrivez « inconnu ».",
    )
    guardian_name = CleanCharField(
        label="Nom et prénom de votre représentant légal",
        max_length=120,
        help_text="Votre mère, votre père ou la personne qui a l'autorité parentale.",
    )
    guardian_phone = PhoneField(
        label="Téléphone de votre représentant légal", help_text="Par exemple : 06 39 98 12 34"
    )
    guardian_email = AddressField(
        label="Adresse mail de votre représentant légal",
        required=False,
        help_text="Pas celle de votre compte. Nous y écrivons si vous vous désinscrivez ou demandez un "
        "aménagement d'épreuves, et quand une décision peut être contestée. Sans elle, nous écrivons par "
        "courrier dans la plupart de ces cas.",
        widget=forms.EmailInput({"autocomplete": "off", **AS_TYPED}),
    )

    # Some countries have no postcode, and one telephone of two is enough.
    rule = "Tout est à remplir, sauf ce qui est marqué « facultatif » ou peut rester vide."

    def build(self) -> None:
        """Keep the contextual questions only where they apply."""
        countries = [(country.code, country.name) for country in territory.countries(current=True)]
        self.offer("country", countries).initial = FRANCE
        if self.dossier.identity.birth_country == FRANCE:
            del self.fields["father_name"], self.fields["mother_name"]
        else:
            self.fields["father_name"].required = True
            self.fields["mother_name"].required = True
        if self.is_to_call:
            # One of the two is due: neither may be said to be optional.
            for name in ONE_OF_TWO:
                ask_if_called_for(self.fields[name])
        # Some countries have none.
        self.fields["postcode"].required = False
        if is_by_address(self.dossier.rules.residence):
            self.fields["postcode"].help_text = POSTCODE_OF_ADDRESS
        ask_if_called_for(self.fields["postcode"])
        if not self.is_for_a_minor:
            for name in GUARDIAN:
                del self.fields[name]

    @property
    def is_to_call(self) -> bool:
        """Whether a telephone number is due: who has no account, and writes, may have none."""
        return self.dossier.candidate.has_account

    @property
    def is_for_a_minor(self) -> bool:
        """Whether the candidate is under eighteen on the day of the answer."""
        return self.dossier.facts.is_minor_on(self.dossier.day)

    def fieldsets(self) -> list[tuple[str, list[str]]]:
        """Return the questions by subject."""
        groups = [
            ("Votre identifiant national", ["ine"]),
            ("Votre adresse", [*ADDRESS]),
            (
                "Vos téléphones : un des deux suffit" if self.is_to_call else "Vos téléphones",
                [*ONE_OF_TWO],
            ),
            ("Vos parents", ["father_name", "mother_name"]),
            ("Votre représentant légal", [*GUARDIAN]),
        ]
        present = [(legend, [n for n in names if n in self.fields]) for legend, names in groups]
        return [(legend, names) for legend, names in present if names]

    def in_words(self, name: str) -> str:
        """Write French telephone numbers as they are said, two figures at a time."""
        words = super().in_words(name)
        return phone_in_words(words) if isinstance(self.fields[name], PhoneField) else words

    def clean_ine(self) -> str:
        """Accept the two known shapes of an INE."""
        ine: str = self.cleaned_data["ine"].replace(" ", "").upper()
        if ine and not INE.fullmatch(ine):
            message = "Un INE compte 11 signes : 9 chiffres et 2 lettres ou chiffres, ou 10 chiffres et une lettre."
            raise ValidationError(message, code="ine")
        return ine

    def clean_guardian_name(self) -> str:
        """Keep the names of a person: whoever signs for a minor is written to by them."""
        try:
            return cleaned_name(self.cleaned_data["guardian_name"].replace(",", " "))
        except ValidationError as refusal:
            raise ValidationError(refusal.messages, code="name") from None

    def clean_father_name(self) -> str:
        """Keep words that are no address: « inconnu » and a whole name are."""
        return self._no_address("father_name")

    def clean_mother_name(self) -> str:
        """Keep words that are no address: « inconnu » and a whole name are."""
        return self._no_address("mother_name")

    def _no_address(self, field: str) -> str:
        name: str = self.cleaned_data[field]
        try:
            check_is_no_address(name)
        except ValidationError as refusal:
            raise ValidationError(refusal.messages, code="name") from None
        return name

    def clean_guardian_email(self) -> str:
        """Refuse the candidate's own address: what protects a minor would be told to the minor."""
        address: str = self.cleaned_data["guardian_email"]
        if self.dossier.candidate.is_reached_at(address):
            raise ValidationError(OWN_ADDRESS, code="own_address")
        return address

    def clean_postcode(self) -> str:
        """Take « 59 000 » for what it says."""
        return joined(self.cleaned_data["postcode"])

    def clean(self) -> dict[str, Any]:
        """Find the commune, then check the academy of the address and the telephones."""
        data = super().clean() or {}
        postcode = data.get("postcode", "")
        if not postcode and "postcode" in data and data.get("country", FRANCE) == FRANCE:
            self.add_error(
                "postcode",
                ValidationError(
                    self.fields["postcode"].error_messages["required"], code="required"
                ),
            )
        if {"postcode", "town", "country"} <= data.keys():
            if data["country"] == FRANCE:
                find_commune(self, data)
            else:
                data["commune"] = ""
            # Wherever its communes are, a postcode may already tell another academy.
            if not {"postcode", "country"} & self.errors.keys():
                self._check_residence(data)
        self._check_phones(data, postcode)
        return data

    def oddities(self) -> Iterator[tuple[str, str]]:
        """Say when a name was typed twice, or the wrong telephone."""
        identity = self.dossier.identity
        if identity.first_names.casefold() == identity.birth_name.casefold():
            yield "", _same_names(is_frozen=self.dossier.candidate.is_frozen)
        names = (identity.birth_name, identity.usage_name, identity.first_names)
        # Whoever is registered was told so already: it is what they hold.
        if not self.dossier.amends and any(map(is_in_another_script, names)):
            yield "", _other_script(is_frozen=self.dossier.candidate.is_frozen)
        if LANDLINE.fullmatch(self.cleaned_data["mobile"]):
            yield "mobile", _LANDLINE
        if is_named(identity, self.cleaned_data.get("guardian_name", "")):
            yield "guardian_name", _OWN_NAME
        if meant := likely_meant(self.cleaned_data.get("guardian_email", "")):
            yield "guardian_email", f"Vouliez-vous dire {meant} ? Corrigez l'adresse si besoin."
        if self.lives_elsewhere is not None:
            yield self.lives_elsewhere.field, self._stays_in_words()

    def write(self, registration: Registration) -> None:
        """Write the answers; what its address leaves is kept where it is, from then on."""
        super().write(registration)
        if self.lives_elsewhere is not None:
            registration.is_placed = True

    def _stays_in_words(self) -> str:
        academy = self.dossier.service.academy
        not_here = f"Cette adresse ne dépend pas {academy.with_preposition}."
        if self.dossier.is_typed_for:
            return f"{not_here} Comme vous l'avez dit, l'inscription y reste."
        return f"{not_here} {ASKS_TO_STAY}"

    def _check_phones(self, data: dict[str, Any], postcode: str) -> None:
        """Ask for one number at least, and for numbers that can be dialled."""
        is_given = any(data.get(name) or name in self.errors for name in ONE_OF_TWO)
        if self.is_to_call and not is_given:
            missing = ValidationError(
                "Indiquez un numéro de téléphone, fixe ou mobile.", code="one_of_two"
            )
            self.add_error(None, ValidationError(dict.fromkeys(ONE_OF_TWO, missing)))
        for name, field in self.fields.items():
            number = data.get(name) if isinstance(field, PhoneField) else ""
            if number and not is_dialled(number, postcode=postcode):
                examples = LANDLINE_EXAMPLES if name == "phone" else EXAMPLES
                self.add_error(name, ValidationError(examples, code="phone"))

    def _check_residence(self, data: dict[str, Any]) -> None:
        address = {name: data[name] for name in ("postcode", "commune", "country")}
        refusal = refusal_of_residence(self.dossier, **address)
        if refusal is None or refusal.field in self.errors:
            return
        if "town" not in self.errors and not is_refused_here(self.dossier, **address):
            self.keep_as_filed(refusal.field)
            return
        # Of one of several communes, the exact one is still to be said.
        if self.dossier.stays and refusal.places and "town" not in self.errors:
            self.lives_elsewhere = refusal
            return
        message = refusal.message
        if "town" in self.errors:
            # One of the two is wrong, and nobody knows which: neither a commune that would be refused
            # is asked for, nor is anybody sent to the academy of one of them.
            del self.errors["town"]
            [right] = refusal.places
            message = (
                f"Vérifiez le code postal et la commune : ils ne vont pas ensemble. {data['postcode']} "
                f"dépend {right.academy.with_preposition}, et cette inscription est ouverte auprès "
                f"{self.dossier.service.academy.with_preposition}."
            )
        else:
            self.elsewhere = refusal
        self.add_error(refusal.field, ValidationError(message, code="residence"))


POSTCODE_OF_ADDRESS = (
    "Celui de votre adresse, personnelle ou administrative, sans CEDEX : elle décide de l'académie. "
    "Par exemple : 59000. Vide si votre pays n'en a pas."
)
ASKS_TO_STAY = (
    "Votre inscription y reste. Si vous voulez passer les épreuves là où vous habitez, dites-le dans le "
    "motif de votre demande."
)
"""What is said to a candidate who asks for an address of another academy, once theirs has closed."""
OWN_ADDRESS = (
    "C'est l'adresse mail du candidat. Si le représentant légal n'en a pas d'autre, laissez vide : nos "
    "mails au candidat y arrivent déjà."
)
_OWN_NAME = (
    "C'est le nom du candidat. Écrivez celui de son représentant légal, ou gardez-le si les deux "
    "portent le même nom et le même prénom."
)
_LANDLINE = (
    "En France, un numéro de mobile commence par 06 ou 07 : celui-ci est celui d'un téléphone "
    "fixe. Corrigez-le, ou écrivez-le dans « Téléphone fixe »."
)


def _same_names(*, is_frozen: bool) -> str:
    what_to_do = (
        "signalez-la au service gestionnaire"
        if is_frozen
        else "corrigez-la dans « Modifier mon compte » avant d'enregistrer : ensuite, seul le "
        "service gestionnaire pourra le faire"
    )
    return f"Votre prénom est le même que votre nom de famille. Si c'est une erreur, {what_to_do}."


def _other_script(*, is_frozen: bool) -> str:
    what_to_do = (
        "demandez sa correction au service gestionnaire"
        if is_frozen
        else "corrigez-le dans « Modifier mon compte » avant d'enregistrer"
    )
    return (
        "Votre nom n'est pas en lettres latines (A, B, C…). Si votre pièce d'identité l'écrit aussi en "
        f"lettres latines, {what_to_do} : c'est ainsi qu'il sera sur vos documents. Sinon, il reste "
        "tel quel."
    )


IDENTIFICATION = Section("identification", "Identification", IdentificationForm)


def lives_elsewhere(forms: Iterable[tuple[Section, SectionForm]]) -> bool:
    """Return whether the address of these tabs, all valid, is none of the academy where it stays."""
    found = next(form for section, form in forms if section is IDENTIFICATION)
    return isinstance(found, IdentificationForm) and found.lives_elsewhere is not None


def service_of_residence(dossier: Dossier, *, at: datetime) -> RegistrationService | None:
    """Return the open service of the academy where a dossier must be, by its address, instead of here.

    Nothing where there is none, or where the address is not one yet.
    """
    form = IdentificationForm(dossier, dossier.of(IDENTIFICATION.slug))
    form.full_clean()
    return open_service(dossier, form.elsewhere, at=at)
