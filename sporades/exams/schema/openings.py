"""When and where registrations are open, and which service manages them."""

from enum import StrEnum
from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sporades.exams.schema.base import LONGEST_LINE, AcademyCode, Line, ServiceCode, Strict, up_to
from sporades.exams.schema.clock import LocalInstant, Zone


class Reach(StrEnum):
    """Whose clock the openings follow."""

    ACADEMIC = "academique"
    NATIONAL = "national"


class Audience(StrEnum):
    """Who registers through a service."""

    PUBLIC = "grand_public"
    SCHOOLS = "etablissements"


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise PydanticCustomError(
            "courriel", "« {value} » n'est pas une adresse électronique.", {"value": value}
        ) from None
    return value


_check_url = URLValidator(schemes=["https", "http"])


def _website(value: str) -> str:
    try:
        _check_url(value)
    except ValidationError:
        raise PydanticCustomError(
            "site",
            "« {value} » n'est pas l'adresse d'un site : elle commence par https://.",
            {"value": value},
        ) from None
    return value


Email = Annotated[
    str,
    up_to(254),
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "courriel"}),
]
Website = Annotated[
    str,
    up_to(LONGEST_LINE),
    AfterValidator(_website),
    WithJsonSchema({"type": "string", "format": "site"}),
]


class ManagingService(Strict):
    """The service that manages the registrations of an academy.

    Its texts are as long as the columns in which they are kept.
    """

    model_config = ConfigDict(title="Service gestionnaire")

    code: ServiceCode = Field(description="Nom du service dans son académie.")
    academy: AcademyCode = Field(alias="academie", description="Académie du service.")
    sector: Annotated[Line, up_to(120)] = Field(alias="secteur", description="Ce dont il s'occupe.")
    name: Annotated[Line, up_to(160)] = Field(alias="nom", description="Son nom, tel qu'il signe.")
    contact: Annotated[Line, up_to(120)] | None = Field(
        None, alias="interlocuteur", description="Fonction à demander, jamais une personne."
    )
    phone: Annotated[Line, up_to(30)] = Field(
        alias="telephone", description="Téléphone, tel que lu."
    )
    email: Email = Field(alias="courriel", description="Adresse électronique.")
    address: tuple[Annotated[Line, up_to(80)], ...] = Field(
        alias="adresse", min_length=1, max_length=6, description="Lignes de l'adresse postale."
    )
    hours: Line | None = Field(None, alias="horaires", description="Horaires, en mots.")


class Opening(Strict):
    """A period in which an academy registers."""

    model_config = ConfigDict(title="Ouverture d'un service d'inscription")

    academy: AcademyCode = Field(alias="academie", description="Académie.")
    audience: Audience = Field(
        Audience.PUBLIC, alias="public", description="« grand_public » ou « etablissements »."
    )
    opens: LocalInstant = Field(alias="ouverture", description="Ouverture, à l'heure du fuseau.")
    closes: LocalInstant = Field(
        alias="fermeture", description="Fermeture, à la fin de la minute indiquée."
    )
    zone: Zone | None = Field(
        None,
        alias="fuseau",
        description="Fuseau ; à défaut, l'académie (registre académique) ou Paris (national).",
    )
    service: ServiceCode = Field(description="Service gestionnaire, de la même académie.")
    website: Website | None = Field(None, alias="site", description="Site de l'académie.")
