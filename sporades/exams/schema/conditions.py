"""When something applies: a small language on the facts of a registration."""

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import (
    AcademyCode,
    Code,
    CountryCode,
    Day,
    FreeText,
    Number,
    QuestionCode,
    Strict,
)


class AgeBounds(Strict):
    """An age, on a day."""

    model_config = ConfigDict(title="Âge")

    minimum: int | None = Field(None, ge=0, le=120, description="Âge, en années, au moins.")
    maximum: int | None = Field(None, ge=0, le=120, description="Âge, en années, au plus.")
    on: Day | None = Field(
        None,
        alias="au",
        description=(
            "Jour où l'âge compte ; à défaut, celui de l'inscription, ou de la demande d'inscription "
            "tardive, qu'une modification ne change pas."
        ),
    )


class ExperienceBounds(Strict):
    """Years of professional experience."""

    model_config = ConfigDict(title="Expérience")

    minimum: int | None = Field(None, ge=0, le=60, description="Années, au moins.")
    maximum: int | None = Field(None, ge=0, le=60, description="Années, au plus.")


class AnswerCondition(Strict):
    """What was answered to an extra question."""

    model_config = ConfigDict(title="Réponse")

    question: QuestionCode = Field(description="Code de la question, posée plus haut.")
    # A code or a text may be made of figures: what is written between quotes stays a text.
    equal: bool | FreeText | Number | None = Field(
        None,
        alias="egal",
        union_mode="left_to_right",
        description="La réponse est celle-ci ; un texte ou un code en chiffres, entre guillemets.",
    )
    among: tuple[Code, ...] | None = Field(
        None, alias="parmi", min_length=1, description="Un des choix retenus est parmi ceux-ci."
    )
    minimum: Number | Day | None = Field(None, description="Nombre ou jour, au moins.")
    maximum: Number | Day | None = Field(None, description="Nombre ou jour, au plus.")
    is_given: bool | None = Field(
        None,
        alias="donnee",
        description="« oui » : il a été répondu ; « non » : il ne l'a pas été.",
    )


class StatusCondition(Strict):
    """What was chosen for some épreuves; for the pieces due only."""

    model_config = ConfigDict(title="Statut d'épreuve")

    papers: tuple[Code, ...] = Field(
        (),
        alias="epreuves",
        description="Au moins une de celles-ci ; à défaut, n'importe laquelle.",
    )
    statuses: tuple[str, ...] = Field(
        alias="statuts", min_length=1, description="« inscrit », « dispense » ou « benefice »."
    )


class Condition(Strict):
    """All that is written holds at the same time; « un_de » and « sauf » say the rest."""

    model_config = ConfigDict(title="Condition")

    categories: tuple[Code, ...] | None = Field(
        None, alias="categorie", min_length=1, description="La catégorie est une de celles-ci."
    )
    passing_forms: tuple[Code, ...] | None = Field(
        None,
        alias="forme_de_passage",
        min_length=1,
        description="La forme de passage est une de celles-ci.",
    )
    specialities: tuple[Code, ...] | None = Field(
        None, alias="specialite", min_length=1, description="La spécialité est une de celles-ci."
    )
    academies: tuple[AcademyCode, ...] | None = Field(
        None, alias="academie", min_length=1, description="L'académie est une de celles-ci."
    )
    diplomas: tuple[Code, ...] | None = Field(
        None, alias="diplome", min_length=1, description="Le diplôme présenté est un de ceux-ci."
    )
    nationalities: tuple[CountryCode, ...] | None = Field(
        None, alias="nationalite", min_length=1, description="La nationalité est une de celles-ci."
    )
    age: AgeBounds | None = Field(None, description="L'âge est dans ces bornes.")
    experience: ExperienceBounds | None = Field(
        None, description="L'expérience déclarée est dans ces bornes."
    )
    is_born_abroad: bool | None = Field(
        None, alias="ne_a_l_etranger", description="Né à l'étranger, ou non."
    )
    has_disability: bool | None = Field(
        None, alias="handicap", description="A déclaré un handicap, ou non."
    )
    answer: AnswerCondition | None = Field(
        None, alias="reponse", description="Réponse à une question de l'examen."
    )
    status: StatusCondition | None = Field(
        None, alias="statut", description="Statut choisi pour des épreuves (pièces seulement)."
    )
    every: tuple["Condition", ...] | None = Field(
        None, alias="tous", min_length=1, description="Toutes ces conditions."
    )
    either: tuple["Condition", ...] | None = Field(
        None, alias="un_de", min_length=1, description="Au moins une de ces conditions."
    )
    unless: "Condition | None" = Field(None, alias="sauf", description="Pas cette condition.")
