"""The commune of a French address, by its postcode and the name that was typed."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.core.french import listed
from sporades.registrations.fields import CleanCharField
from sporades.territory import queries as territory
from sporades.territory.models import Commune
from sporades.territory.rules import POSTCODE

_CEDEX = re.compile(r"\s+cedex(?:\s+\d{1,2})?$", re.IGNORECASE)
MOST_NAMED = 12
"""How many communes are named to choose from, where some of them may be meant."""
WITHOUT_CEDEX = "Indiquez le code postal de votre domicile, sans CEDEX, par exemple 59000."


class PostcodeField(CleanCharField):
    """A postcode; that of a company, with its CEDEX, is told so before its length is."""

    def to_python(self, value: Any) -> str:
        """Refuse a CEDEX."""
        typed = super().to_python(value)
        if "cedex" in typed.casefold():
            raise ValidationError(WITHOUT_CEDEX, code="cedex")
        return typed


def find_commune(form: forms.Form, data: dict[str, Any]) -> None:
    """Name the commune of a French address as the official list does, or say what to correct.

    Args:
        form: the form that asks for `postcode` and `town`, which takes the errors.
        data: what was answered; the name and `commune`, its code, are written to it.
    """
    if not POSTCODE.fullmatch(data["postcode"]):
        message = "Un code postal français compte cinq chiffres, par exemple 59000."
        form.add_error("postcode", ValidationError(message, code="postcode"))
        return
    data["town"] = _CEDEX.sub("", data["town"])
    town = territory.town_of_postcode(data["postcode"], data["town"])
    if town:
        data["town"], data["commune"] = town.name, town.code
        return
    served = territory.communes_of_postcode(data["postcode"])
    data["commune"] = ""
    if served:
        form.add_error("town", ValidationError(_which(data, served), code="town"))
    elif not _find_unlisted(data):
        message = (
            "Ce code postal n'est celui d'aucune commune de ce nom. "
            "Indiquez celui de votre domicile, sans CEDEX."
        )
        form.add_error("postcode", ValidationError(message, code="unknown_postcode"))


def _which(data: dict[str, Any], served: list[Commune]) -> str:
    """Say which commune may be meant: some postcodes are those of forty, of which few are named."""
    near = territory.communes_meant(data["town"], data["postcode"])
    if near and len(served) > MOST_NAMED:
        names = listed([one.name for one in near[:MOST_NAMED]], last="et")
        return (
            f"Le code postal {data['postcode']} est celui de {len(served)} communes, dont {names} : "
            "écrivez le nom entier de la vôtre. S'il est bien écrit, corrigez le code postal."
        )
    choice = "l'une de ces communes :" if len(served) > 1 else "la commune de"
    names = listed([one.name for one in served], last="ou")
    return (
        f"Avec le code postal {data['postcode']}, indiquez {choice} {names}. Si la commune "
        "est bien la vôtre, corrigez le code postal."
    )


def _find_unlisted(data: dict[str, Any]) -> bool:
    """Find the commune of a postcode that the list does not hold yet, by its name."""
    residence = territory.residence_academy(data["postcode"])
    found = [
        one
        for one in territory.communes_named(data["town"])
        if one.department.academy in residence.academies
    ]
    if found:
        data["town"], data["commune"] = found[0].name, found[0].code
    return bool(found)
