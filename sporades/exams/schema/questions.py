"""The questions that an exam asks beyond the common ones: « Informations supplémentaires »."""

from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import Code, Day, HowMany, Line, Number, QuestionCode, Strict
from sporades.exams.schema.conditions import Condition


class Choice(Strict):
    """One thing that may be chosen from a list."""

    model_config = ConfigDict(title="Choix")

    code: Code = Field(description="Ce qui est enregistré.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    help: Line | None = Field(None, alias="aide", description="Précision sous le libellé.")


class _Question(Strict):
    code: QuestionCode = Field(description="Nom de la réponse.")
    label: Line = Field(alias="libelle", description="La question, telle qu'elle est lue.")
    help: Line | None = Field(None, alias="aide", description="Précision sous la question.")
    is_mandatory: bool = Field(
        default=True, alias="obligatoire", description="Une réponse est exigée."
    )
    when: Condition | None = Field(
        None, alias="si", description="Quand la question est posée ; à défaut, toujours."
    )


class TextQuestion(_Question):
    """A line of text."""

    model_config = ConfigDict(title="Question : texte")

    kind: Literal["texte"] = Field(alias="type", description="« texte » : une ligne.")
    shortest: int = Field(
        1, alias="longueur_minimale", ge=1, le=200, description="Signes, au moins."
    )
    longest: int = Field(
        100, alias="longueur_maximale", ge=1, le=200, description="Signes, au plus."
    )


class LongTextQuestion(_Question):
    """Some paragraphs."""

    model_config = ConfigDict(title="Question : texte long")

    kind: Literal["texte_long"] = Field(alias="type", description="« texte_long » : paragraphes.")
    shortest: int = Field(
        1, alias="longueur_minimale", ge=1, le=5_000, description="Signes, au moins."
    )
    longest: int = Field(
        1_000, alias="longueur_maximale", ge=1, le=5_000, description="Signes, au plus."
    )


class NumberQuestion(_Question):
    """A number."""

    model_config = ConfigDict(title="Question : nombre")

    kind: Literal["nombre"] = Field(alias="type", description="« nombre ».")
    minimum: Number | None = Field(None, description="La plus petite valeur admise.")
    maximum: Number | None = Field(None, description="La plus grande valeur admise.")
    decimals: int = Field(
        0, alias="decimales", ge=0, le=3, description="Chiffres après la virgule."
    )
    unit: Line | None = Field(None, alias="unite", description="Unité, lue après la case.")

    def first_from(self, number: Decimal) -> Decimal:
        """Return the first number, from another one on, that has no more decimals than are admitted."""
        return number.quantize(Decimal(1).scaleb(-self.decimals), ROUND_CEILING)


class DateQuestion(_Question):
    """A day."""

    model_config = ConfigDict(title="Question : date")

    kind: Literal["date"] = Field(alias="type", description="« date » : un jour.")
    minimum: Day | None = Field(None, description="Le premier jour admis.")
    maximum: Day | None = Field(None, description="Le dernier jour admis.")


class YesNoQuestion(_Question):
    """Yes or no."""

    model_config = ConfigDict(title="Question : oui ou non")

    kind: Literal["oui_non"] = Field(alias="type", description="« oui_non ».")


class ChoiceQuestion(_Question):
    """One choice in a list."""

    model_config = ConfigDict(title="Question : choix")

    kind: Literal["choix"] = Field(alias="type", description="« choix » : un seul.")
    choices: tuple[Choice, ...] = Field(alias="choix", min_length=2, description="La liste.")


class MultipleChoiceQuestion(_Question):
    """Several choices in a list."""

    model_config = ConfigDict(title="Question : choix multiple")

    kind: Literal["choix_multiple"] = Field(
        alias="type", description="« choix_multiple » : plusieurs."
    )
    choices: tuple[Choice, ...] = Field(alias="choix", min_length=2, description="La liste.")
    fewest: HowMany = Field(1, alias="minimum", description="Choix, au moins.")
    most: HowMany | None = Field(
        None, alias="maximum", ge=1, description="Choix, au plus ; à défaut, tous."
    )


Question = Annotated[
    TextQuestion
    | LongTextQuestion
    | NumberQuestion
    | DateQuestion
    | YesNoQuestion
    | ChoiceQuestion
    | MultipleChoiceQuestion,
    Field(discriminator="kind"),
]
