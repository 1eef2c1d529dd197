"""« Informations candidature »: category, form of passing, zone wished, national service."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import AcademyCode, Code, CountryCode, Line, Paragraph, Strict
from sporades.exams.schema.conditions import AgeBounds
from sporades.exams.schema.eligibility import EligibilityRule
from sporades.exams.schema.questions import Choice

FRANCE = "99100"
NATIONAL_SERVICE = "service_national"
"""The name under which the situation towards national service is answered."""


class EvaluationForm(StrEnum):
    """How an épreuve is assessed."""

    SINGLE = "ponctuel"
    CONTINUOUS = "ccf"

    @property
    def label(self) -> str:
        """What a reader sees."""
        return {"ponctuel": "Ponctuel", "ccf": "Contrôle en cours de formation"}[self.value]


class Category(Strict):
    """What brings a candidate to the exam."""

    model_config = ConfigDict(title="Catégorie de candidat")

    code: Code = Field(description="Nom de la catégorie.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    meaning: Paragraph = Field(
        alias="explication", description="Ce que cela veut dire, en mots simples."
    )
    form: EvaluationForm = Field(
        EvaluationForm.SINGLE,
        alias="forme",
        description="Forme des épreuves de cette catégorie : « ponctuel » ou « ccf ».",
    )
    eligibility: tuple[EligibilityRule, ...] = Field(
        (), alias="recevabilite", description="Règles propres à cette catégorie."
    )


class PassingForm(Strict):
    """All épreuves in one session, or spread over several."""

    model_config = ConfigDict(title="Forme de passage")

    code: Code = Field(description="Nom de la forme.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    commits: Paragraph = Field(alias="engage", description="Ce que ce choix engage.")
    is_whole: bool = Field(
        alias="toutes_les_epreuves",
        description=(
            "« oui » : toutes les épreuves obligatoires sont passées à cette session ; "
            "« non » : une partie est laissée à une autre session."
        ),
    )


class Zone(Strict):
    """A zone or a centre that may be wished."""

    model_config = ConfigDict(title="Zone ou centre")

    code: Code = Field(description="Nom de la zone.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    academies: tuple[AcademyCode, ...] = Field(
        min_length=1, description="Académies où ce choix est proposé."
    )


class Zones(Strict):
    """The wish of a place, a zone or a centre for the written épreuves."""

    model_config = ConfigDict(title="Souhait géographique")

    label: Line = Field(
        alias="libelle", description="« Zone géographique souhaitée », par exemple."
    )
    help: Line | None = Field(None, alias="aide", description="Précision sous la question.")
    is_mandatory: bool = Field(
        default=True, alias="obligatoire", description="Un choix est exigé, là où il y en a."
    )
    choices: tuple[Zone, ...] = Field(alias="choix", min_length=1, description="La liste.")


class NationalService(Strict):
    """The census and the day of defence, that young nationals must justify."""

    model_config = ConfigDict(title="Service national")

    ages: AgeBounds = Field(description="Âges auxquels la question est posée.")
    nationalities: tuple[CountryCode, ...] = Field(
        (FRANCE,), alias="nationalites", min_length=1, description="Nationalités concernées."
    )
    label: Line = Field(alias="libelle", description="La question, telle qu'elle est lue.")
    help: Line | None = Field(None, alias="aide", description="Précision sous la question.")
    choices: tuple[Choice, ...] = Field(alias="choix", min_length=2, description="Les situations.")
