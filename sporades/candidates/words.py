"""Civil data as a person reads them."""

from django.utils.text import capfirst

from sporades.candidates.birthplaces import OTHER, STATELESS
from sporades.candidates.models import Identity
from sporades.core.french import day_in_words, month_in_words
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE, Country, Department


def identity_in_words(identity: Identity) -> list[tuple[str, str]]:
    """Return civil data as pairs of a label and what it says; what is empty is left out."""
    lines = [
        ("Civilité", identity.get_civility_display()),
        ("Nom de famille", identity.birth_name),
        ("Nom d'usage", identity.usage_name),
        ("Prénoms", identity.first_names),
        ("Date de naissance", birth_date_in_words(identity)),
        ("Lieu de naissance", birth_place_in_words(identity)),
        ("Nationalité", capfirst(nationality_in_words(identity.nationality))),
    ]
    return [(label, said) for label, said in lines if said]


def birth_date_in_words(identity: Identity) -> str:
    """Return « 14 mars 2008 », or what is known of it."""
    if identity.birth_date:
        return day_in_words(identity.birth_date)
    if identity.birth_month:
        return f"{month_in_words(identity.birth_month)} {identity.birth_year} (jour inconnu)"
    return f"{identity.birth_year} (jour et mois inconnus)"


def birth_place_in_words(identity: Identity) -> str:
    """Return « Lille (Nord) », « Oran (Algérie) »."""
    if identity.birth_country != FRANCE:
        return f"{identity.birth_place} ({country_in_words(identity.birth_country)})"
    try:
        department = territory.department(identity.birth_department).name
    except Department.DoesNotExist:
        department = "France"
    return f"{identity.birth_place} ({department})"


def country_in_words(code: str) -> str:
    """Return the name of a country of birth."""
    if code == OTHER:
        return "autre pays ou territoire"
    try:
        return territory.country(code).name
    except Country.DoesNotExist:
        return code


def nationality_in_words(code: str) -> str:
    """Return a nationality, « apatride » included."""
    special = {OTHER: "autre", STATELESS: "apatride"}
    if code in special:
        return special[code]
    try:
        return territory.country(code).nationality
    except Country.DoesNotExist:
        return code
