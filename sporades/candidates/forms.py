"""Civil data: one validation for every door, be it a page, the office or a school's file."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import CheckboxInput
from django.urls import reverse_lazy
from django.utils.text import capfirst

from sporades.candidates.birthplaces import OTHER, STATELESS, Offered, Place, Unsure, find
from sporades.candidates.births import BirthDateField, PartialBirthField, checked
from sporades.candidates.models import Identity
from sporades.candidates.names import capitalised, capitalised_family, cleaned_name
from sporades.candidates.words import birth_place_in_words
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE

LONGEST_NAME = 100
_ABROAD = "Né(e) à l'étranger ? Changez d'abord le pays de naissance."
# What a browser knows of its reader is another name, another town: it fills in neither, and gives
# what was typed back by a script alone.
_OWN = {"autocomplete": "off", "data-found-again": ""}
GROUPS = (
    (
        "Votre identité",
        (
            "civility",
            "birth_name",
            "usage_name",
            "first_names",
            "has_no_first_name",
            "nationality",
        ),
    ),
    (
        "Votre naissance",
        (
            "birth_date",
            "birth_date_is_partial",
            "birth_country",
            "birth_department",
            "birth_place",
            "birth_choice",
        ),
    ),
)


class IdentityForm(forms.Form):
    """The civil data of a person, as the civil register has them."""

    civility = forms.ChoiceField(
        label="Civilité",
        choices=Identity.Civility.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez Madame ou Monsieur."},
    )
    birth_name = forms.CharField(
        label="Nom de famille",
        help_text="Votre nom de naissance, tel qu'il est écrit sur votre pièce d'identité : en lettres latines (A, B, C…) si elle les donne.",
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "family-name", "spellcheck": "false"}),
        error_messages={"required": "Indiquez votre nom de famille."},
    )
    usage_name = forms.CharField(
        label="Nom d'usage",
        help_text="Si vous en portez un autre que votre nom de famille, par exemple depuis un mariage.",
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput({**_OWN, "spellcheck": "false"}),
    )
    first_names = forms.CharField(
        label="Prénoms",
        help_text="Tous vos prénoms, dans l'ordre de l'état civil, séparés par des espaces.",
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "given-name", "spellcheck": "false"}),
    )
    has_no_first_name = forms.BooleanField(
        label="Mon état civil ne comporte pas de prénom", required=False
    )
    nationality = forms.ChoiceField(
        label="Nationalité", error_messages={"required": "Choisissez votre nationalité."}
    )
    birth_date = BirthDateField(label="Date de naissance")
    birth_date_is_partial = PartialBirthField()
    birth_country = forms.ChoiceField(
        label="Pays de naissance",
        help_text="Le nom actuel, ou celui de l'époque si le pays n'existe plus.",
        initial=FRANCE,
        error_messages={"required": "Choisissez votre pays de naissance."},
    )
    birth_department = forms.ChoiceField(
        label="Département de naissance",
        help_text="Seulement pour une naissance en France.",
        required=False,
    )
    birth_place = forms.CharField(
        label="Commune ou ville de naissance",
        max_length=120,
        help_text="À l'étranger, écrivez le nom de la ville.",
        widget=forms.TextInput(_OWN),
        error_messages={"required": "Indiquez la commune ou la ville de naissance."},
    )
    birth_commune = forms.CharField(required=False, widget=forms.HiddenInput, max_length=5)
    birth_choice = forms.ChoiceField(
        label="Laquelle de ces communes ?", required=False, widget=forms.RadioSelect
    )

    first_names_missing = (
        "Indiquez vos prénoms, ou cochez la case si votre état civil n'en comporte pas."
    )

    def __init__(self, *args: Any, on: date, **options: Any) -> None:
        """Make the form.

        Args:
            on: the day on which the questions are asked.
        """
        super().__init__(*args, **options)
        self.on = on
        _offer(self.fields["nationality"], "Choisissez une nationalité", nationalities())
        _offer(self.fields["birth_country"], "Choisissez un pays", countries())
        _offer(self.fields["birth_department"], "Aucun, ou je ne sais pas", departments())
        self.fields["birth_place"].widget.attrs |= {
            "data-suggest": reverse_lazy("account_communes"),
            "data-suggest-code": self._id_of("birth_commune"),
            "data-suggest-with": self._id_of("birth_department"),
        }
        # The names of communes are asked only of those whose commune is in doubt.
        self.asked_choice = self.fields.pop("birth_choice")
        self.place: Place | None = None

    def _id_of(self, name: str) -> str:
        return str(self.auto_id) % self.add_prefix(name)

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        return list(GROUPS)

    def clean_birth_name(self) -> str:
        """Keep a name that a civil register may hold."""
        return capitalised_family(cleaned_name(self.cleaned_data["birth_name"]))

    def clean_usage_name(self) -> str:
        """Keep a name that a civil register may hold."""
        return capitalised_family(cleaned_name(self.cleaned_data["usage_name"]))

    def clean_first_names(self) -> str:
        """Keep names that a civil register may hold, without the commas between them."""
        return capitalised(cleaned_name(self.cleaned_data["first_names"].replace(",", " ")))

    def full_clean(self) -> None:
        """Ask for first names, unless the register has none."""
        said = self.is_bound and CheckboxInput().value_from_datadict(
            self.data, self.files, self.add_prefix("has_no_first_name")
        )
        self.fields["first_names"].required = not said
        self.fields["first_names"].error_messages["required"] = self.first_names_missing
        super().full_clean()
        self.fields["first_names"].required = True

    def clean(self) -> dict[str, Any]:
        """Check the birth: a date that can be, a place that is found or kept in words."""
        data = super().clean() or self.cleaned_data
        if data.get("has_no_first_name") and data.get("first_names"):
            self.add_error(
                "first_names",
                "Laissez ce champ vide, ou décochez la case « ne comporte pas de prénom ».",
            )
        self._check_date(data)
        self._find_place(data)
        return data

    def _check_date(self, data: dict[str, Any]) -> None:
        if "birth_date" not in data:
            return
        try:
            checked(data["birth_date"], is_partial=data["birth_date_is_partial"], on=self.on)
        except ValidationError as fault:
            self.add_error("birth_date", fault)
            self.fields["birth_date"].point_out(fault)  # type: ignore[attr-defined] # BirthDateField

    def _find_place(self, data: dict[str, Any]) -> None:
        if "birth_place" not in data or "birth_country" not in data:
            return
        if data["birth_country"] != FRANCE and data.get("birth_department"):
            self.add_error(
                "birth_department",
                "Choisissez « Aucun, ou je ne sais pas » : le pays que vous avez indiqué n'est pas "
                "la France. Si c'est une erreur, corrigez le pays.",
            )
        name = self.add_prefix("birth_choice")
        try:
            self.place = find(
                country=data["birth_country"],
                department=data.get("birth_department", ""),
                typed=data["birth_place"],
                code=data.get("birth_commune", ""),
                choice=self.data.get(name, ""),
            )
        except Unsure as doubt:
            self._ask_which(doubt)
        except ValidationError as fault:
            self.add_error("birth_place", fault)
        else:
            if self.place.offered:
                # Something else may be wrong: what was chosen is not asked for again.
                self._offer_places(self.place.offered)

    def _offer_places(self, offered: Offered) -> None:
        self.asked_choice.choices = offered  # type: ignore[attr-defined]
        self.asked_choice.required = True
        self.fields["birth_choice"] = self.asked_choice

    def _ask_which(self, doubt: Unsure) -> None:
        self._offer_places(doubt.offered)
        if doubt.is_unknown:
            self.asked_choice.label = "Ce nom est-il le bon ?"
            self.add_error(
                "birth_place",
                f"Aucune commune de France ne porte ce nom. {_ABROAD} Sinon, corrigez le nom ou le "
                "département, ou gardez ci-dessous le nom tel que vous l'avez écrit (commune qui a "
                "fusionné, changé de nom, ancien territoire).",
            )
        elif not doubt.is_named:
            self.add_error(
                "birth_choice",
                f"Aucune commune de France ne porte exactement ce nom. {_ABROAD} Sinon, choisissez "
                "votre commune dans la liste ci-dessous, ou gardez le nom tel quel.",
            )
        elif doubt.is_elsewhere:
            self.add_error(
                "birth_choice",
                "Cette commune n'est pas dans le département indiqué. Choisissez votre commune dans "
                "la liste ci-dessous : son département y est écrit. Ou gardez le nom tel quel.",
            )
        else:
            self.add_error(
                "birth_choice",
                "Choisissez votre commune dans la liste ci-dessous, ou gardez le nom tel quel.",
            )

    def place_understood(self) -> str:
        """Say the department that was found without having been given, shown or chosen."""
        data, place = self.cleaned_data, self.place
        if place is None or not place.department or data["birth_department"]:
            return ""
        was_chosen = self.data.get(self.add_prefix("birth_choice"))
        if was_chosen or data["birth_commune"] == place.commune:
            return ""
        where = birth_place_in_words(Identity(**self.identity()))
        return (
            f"Lieu de naissance compris : {where}. Si c'est ailleurs, corrigez-le dans "
            "« Modifier mon compte »."
        )

    def identity(self) -> dict[str, Any]:
        """Return the civil data of a valid form, by the names of `Identity`."""
        data, place = self.cleaned_data, self.place
        if place is None:
            raise ValueError("a form that is not valid has no identity")
        day, month, year = data["birth_date"]
        return {
            "civility": data["civility"],
            "birth_name": data["birth_name"],
            "usage_name": data["usage_name"],
            "first_names": data["first_names"],
            "birth_year": year,
            "birth_month": month,
            "birth_day": day,
            "birth_country": place.country,
            "birth_department": place.department,
            "birth_commune": place.commune,
            "birth_place": place.words,
            "nationality": data["nationality"],
        }


def answers_of(identity: Identity) -> dict[str, Any]:
    """Return civil data as the answers that the form shows."""
    return {
        "civility": identity.civility,
        "birth_name": identity.birth_name,
        "usage_name": identity.usage_name,
        "first_names": identity.first_names,
        "has_no_first_name": not identity.first_names,
        "nationality": identity.nationality,
        "birth_date": (identity.birth_day, identity.birth_month, identity.birth_year),
        "birth_date_is_partial": identity.birth_day is None,
        "birth_country": identity.birth_country,
        "birth_department": identity.birth_department,
        "birth_place": identity.birth_place,
        "birth_commune": identity.birth_commune,
    }


def countries() -> list[tuple[str, str]]:
    """Return the countries that one may be born in, those that ended included."""
    named = [(country.code, country.name) for country in territory.countries()]
    return [*named, (OTHER, "Autre pays ou territoire")]


def nationalities() -> list[tuple[str, str]]:
    """Return nationalities, French first."""
    named = [(country.code, capfirst(country.nationality)) for country in territory.nationalities()]
    named.sort(key=lambda pair: pair[0] != FRANCE)
    return [*named, (STATELESS, "Apatride (sans nationalité)"), (OTHER, "Autre nationalité")]


def departments() -> list[tuple[str, str]]:
    """Return departments and overseas collectivities, by code."""
    return [(place.code, f"{place.code} - {place.name}") for place in territory.departments()]


def _offer(field: forms.Field, nothing: str, choices: list[tuple[str, str]]) -> None:
    field.choices = [("", nothing), *choices]  # type: ignore[attr-defined]
