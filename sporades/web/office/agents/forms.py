"""What is asked of those who work in the office: whom a list shows, which role, why."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from sporades.accounts.forms import AS_TYPED, AddressField
from sporades.accounts.members import Access
from sporades.accounts.models import LONGEST_NAME, Membership, RoleProposal
from sporades.accounts.permissions import Reach, reach_of
from sporades.acts.agents.appointing import GIVEN, Wanted
from sporades.core.presses import a_press
from sporades.registrations.fields import CleanCharField, ask_if_called_for, say_missing
from sporades.web.office.days import DayField
from sporades.web.office.places import OfAcademyForm, academies_of

LONGEST_REASON = RoleProposal.LONGEST_REASON
ALL, SOME = "tous", "choisis"
_BEYOND = "Choisissez parmi vos domaines : dans ces académies, vous ne les avez pas tous."
_BOTH = "Tous les domaines, ou ceux qui sont cochés : choisissez « Ceux-ci seulement », ou décochez-les."
_NONE_TICKED = "Cochez un domaine au moins."


class AgentsForm(OfAcademyForm):
    """Whom the list shows: those whose access is open, unless others are asked for."""

    acces = forms.ChoiceField(
        label="Accès",
        choices=[
            ("", "Ouverts"),
            (Access.INVITED.value, "Invités, sans mot de passe encore"),
            (Access.ENDED.value, "Fermés ou remplacés"),
        ],
        required=False,
    )
    role = forms.ChoiceField(
        label="Rôle", choices=[("", "Tous"), *Membership.Role.choices], required=False
    )
    nom = CleanCharField(label="Nom ou adresse mail", max_length=254, required=False)
    field_order = ("acces", "role", "academie", "nom")

    def __init__(self, data: Any = None, *, reach: Reach) -> None:
        """Ask of what a reader reaches."""
        self.asked = data or {}
        super().__init__(data)
        self.offer(academies_of(reach))

    @property
    def said(self) -> dict[str, str]:
        """What was asked for, and understood."""
        return self.cleaned_data if self.is_bound and self.is_valid() else {}

    @property
    def access(self) -> Access:
        """How things stand with the roles that are shown."""
        return Access(self.said.get("acces") or Access.OPEN)


class CloseForm(forms.Form):
    """Why an account is closed."""

    motif = CleanCharField(
        label="Motif",
        help_text="Il est gardé au journal, et n'est pas envoyé à la personne. Par exemple : a quitté le service",
        max_length=LONGEST_REASON,
        error_messages={"required": "Dites pourquoi ce compte est fermé."},
    )


class RoleForm(forms.Form):
    """A role that is proposed to somebody who works here."""

    role = forms.ChoiceField(
        label="Rôle", choices=[(one.value, one.label) for one in GIVEN], widget=forms.RadioSelect
    )
    academies = forms.MultipleChoiceField(label="Académies", widget=forms.CheckboxSelectMultiple)
    etendue = forms.ChoiceField(
        label="Domaines",
        choices=[(ALL, "Tous les domaines, ceux à venir aussi"), (SOME, "Ceux-ci seulement")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Dites si ce rôle est de tous les domaines, ou de certains seulement."
        },
    )
    domaines = forms.MultipleChoiceField(
        label="Lesquels",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"required": _NONE_TICKED},
    )
    dernier_jour = DayField(
        label="Dernier jour",
        help_text="Si vous le connaissez : l'accès se ferme le soir. Par exemple : 31/08/2027",
    )
    motif = CleanCharField(
        label="Motif",
        help_text="Pour qui décide, et pour le journal. Par exemple : remplace Camille Martin",
        max_length=LONGEST_REASON,
        error_messages={"required": "Dites pourquoi vous proposez ce rôle."},
    )
    envoi = forms.CharField(
        widget=forms.HiddenInput, max_length=40, required=False, initial=a_press
    )

    def __init__(
        self, data: Any = None, *, reach: Reach, domains: Mapping[str, str], initial: Any = None
    ) -> None:
        """Offer what a reader reaches.

        Args:
            data: what was sent.
            reach: where they may propose roles.
            domains: the names of the domains that are loaded, by code.
            initial: the role that there is, as `typed` says it.
        """
        super().__init__(data, initial=initial)
        self._reach = reach
        for name, found in (
            ("academies", academies_of(reach)),
            ("domaines", {code: domains[code] for code in reach.domains(domains)}),
        ):
            self.fields[name].choices = list(found.items())  # type: ignore[attr-defined] # a choice
        if len(self.fields["academies"].choices) == 1:  # type: ignore[attr-defined] # a choice
            del self.fields["academies"]
        if any(one.domains is None for one in reach.perimeters):
            ask_if_called_for(self.fields["domaines"], f"etendue={SOME}")
        else:
            del self.fields["etendue"]
            self.fields["domaines"].required = True
            self.fields["domaines"].label = "Domaines"

    @staticmethod
    def typed(role: Membership) -> dict[str, Any]:
        """Return what one would type to propose a role that there is."""
        return {
            "role": role.role,
            "academies": role.academies,
            "etendue": SOME if role.domains else ALL,
            "domaines": role.domains,
        }

    def clean_envoi(self) -> UUID:
        """Read the name of the press; one that says nothing is a press of its own."""
        try:
            return UUID(self.cleaned_data["envoi"])
        except ValueError:
            return UUID(a_press())

    def clean(self) -> dict[str, Any]:
        """Refuse domains that are not said, and what lies beyond the reader's own perimeter."""
        data = super().clean() or {}
        if "academies" not in self.fields:
            data["academies"] = list(academies_of(self._reach))
        extent = data.get("etendue")
        if extent == SOME and not data.get("domaines"):
            say_missing(self, "domaines", _NONE_TICKED)
        elif extent == ALL and data.get("domaines"):
            self.add_error("etendue", _BOTH)
        elif "etendue" in self.fields and not extent:
            return data  # nothing ticked is not all of them
        elif data.get("academies") and data.get("role") and "domaines" in data:
            wanted = Membership(
                role=data["role"], academies=data["academies"], domains=data["domaines"]
            )
            if not self._reach.includes(reach_of([wanted])):
                self.add_error("etendue" if extent == ALL else "domaines", _BEYOND)
        return data

    def wanted(self, *, email: str, full_name: str) -> Wanted:
        """Return the role that is proposed, once it is understood."""
        data = self.cleaned_data
        return Wanted(
            email=email,
            full_name=full_name,
            role=data["role"],
            academies=data["academies"],
            domains=data["domaines"],
            ends_on=data["dernier_jour"],
        )


class InviteForm(RoleForm):
    """The same, to somebody who is to be invited."""

    nom = CleanCharField(
        label="Prénom et nom",
        max_length=LONGEST_NAME,
        help_text="Tels que les candidats et le journal les liront.",
        error_messages={"required": "Indiquez le prénom et le nom de l'agent."},
    )
    adresse = AddressField(
        help_text="Son adresse professionnelle, la sienne seule.",
        widget=forms.EmailInput({"autocomplete": "off", **AS_TYPED}),
    )
    field_order = (
        "nom",
        "adresse",
        "role",
        "academies",
        "etendue",
        "domaines",
        "dernier_jour",
        "motif",
    )


class RefuseForm(forms.Form):
    """Why a role is not given."""

    motif = CleanCharField(
        label="Motif du refus",
        help_text="La personne qui l'a proposé le lit.",
        max_length=LONGEST_REASON,
        error_messages={"required": "Dites pourquoi vous refusez cet accès."},
    )
