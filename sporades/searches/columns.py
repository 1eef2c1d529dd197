"""What a list of registrations shows of each, and how it is sorted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sporades.core.french import day_in_digits
from sporades.registrations.models import Registration


@dataclass(frozen=True)
class Column:
    """One column of a list.

    Attributes:
        code: what a kept search holds.
        label: what a reader sees.
        read: what it says of a registration.
        order: the fields it is sorted by, nothing when it cannot be.
    """

    code: str
    label: str
    read: Callable[[Registration], str]
    order: tuple[str, ...] = ()


def _day(instant_of: Callable[[Registration], datetime | None]) -> Callable[[Registration], str]:
    def read(registration: Registration) -> str:
        instant = instant_of(registration)
        return day_in_digits(instant, registration.service.zone) if instant else ""

    return read


COLUMNS: tuple[Column, ...] = (
    Column("numero_inscription", "N° Inscription", lambda one: one.number, ("number",)),
    Column("numero_candidat", "N° Candidat", lambda one: one.candidate.number or ""),
    Column("nom", "Nom de famille", lambda one: one.identity.birth_name, ("name_key",)),
    Column("nom_usage", "Nom d'usage", lambda one: one.identity.usage_name),
    Column("prenoms", "Prénom(s)", lambda one: one.identity.first_names),
    Column(
        "naissance", "Date de naissance", lambda one: one.identity.born_in_digits, ("birth_date",)
    ),
    Column("qualification", "Qualification présentée", lambda one: one.qualification),
    Column("etat", "État", lambda one: one.get_state_display(), ("state", "name_key")),
    Column("categorie", "Catégorie du candidat", lambda one: one.category_label),
    Column("academie", "Académie", lambda one: one.academy.name, ("academy", "name_key")),
    Column("commune", "Commune", lambda one: f"{one.postcode} {one.town}".strip()),
    Column("mail", "Adresse mail", lambda one: one.candidate.address),
    Column("enregistree", "Enregistrée le", _day(lambda one: one.filed_at), ("filed_at",)),
    Column("modifiee", "Modifiée le", _day(lambda one: one.amended_at), ("amended_at",)),
    Column("version", "Version", lambda one: str(one.version)),
)
USUAL = (
    "numero_inscription",
    "nom",
    "prenoms",
    "naissance",
    "qualification",
    "etat",
    "enregistree",
)
BY_CODE = {column.code: column for column in COLUMNS}


def chosen(codes: Sequence[str]) -> list[Column]:
    """Return the columns of these codes, in the order of the list; the usual ones for none."""
    wanted = set(codes) & BY_CODE.keys() or set(USUAL)
    return [column for column in COLUMNS if column.code in wanted]
