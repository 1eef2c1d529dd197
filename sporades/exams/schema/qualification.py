"""« Qualification présentée »: diploma, title or dispensation, colouring, experience."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import Code, Line, Strict
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.questions import Choice


class Nature(StrEnum):
    """What a candidate presents: a diploma, a title, or a dispensation from both."""

    DIPLOMA = "diplome"
    TITLE = "titre"
    DISPENSATION = "dispense"

    @property
    def plural(self) -> str:
        """What a reader sees above those of this nature."""
        return _NATURES[self]


_NATURES = {
    Nature.DIPLOMA: "Diplômes",
    Nature.TITLE: "Titres et autres situations",
    Nature.DISPENSATION: "Dispenses",
}


class Diploma(Strict):
    """A diploma, a title or a dispensation that may be presented."""

    model_config = ConfigDict(title="Diplôme, titre ou dispense")

    code: Code = Field(description="Nom du diplôme.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    nature: Nature = Field(Nature.DIPLOMA, description="« diplome », « titre » ou « dispense ».")


class Diplomas(Strict):
    """The list in which a candidate says which diploma is presented."""

    model_config = ConfigDict(title="Diplôme présenté")

    label: Line = Field(
        "Diplôme, titre ou dispense", alias="libelle", description="La question, telle que lue."
    )
    help: Line | None = Field(None, alias="aide", description="Précision sous la question.")
    is_mandatory: bool = Field(default=True, alias="obligatoire", description="Un choix est exigé.")
    choices: tuple[Diploma, ...] = Field(alias="choix", min_length=1, description="La liste.")
    when: Condition | None = Field(
        None, alias="si", description="Quand la question est posée ; à défaut, toujours."
    )


class Colouring(Strict):
    """« Coloration disciplinaire »: the discipline that a diploma leans to."""

    model_config = ConfigDict(title="Coloration disciplinaire")

    label: Line = Field(
        "Coloration disciplinaire", alias="libelle", description="La question, telle que lue."
    )
    help: Line | None = Field(None, alias="aide", description="Précision sous la question.")
    is_mandatory: bool = Field(default=True, alias="obligatoire", description="Un choix est exigé.")
    choices: tuple[Choice, ...] = Field(alias="choix", min_length=1, description="La liste.")
    when: Condition | None = Field(
        None, alias="si", description="Quand la question est posée ; à défaut, toujours."
    )


class Experience(Strict):
    """Years of professional experience, asked of the candidate. Where asked, mandatory."""

    model_config = ConfigDict(title="Expérience professionnelle")

    label: Line = Field(alias="libelle", description="La question, telle qu'elle est lue.")
    help: Line | None = Field(None, alias="aide", description="Précision sous la question.")
    when: Condition | None = Field(
        None, alias="si", description="Quand la question est posée ; à défaut, toujours."
    )


class Qualification(Strict):
    """What the tab asks; what is absent is not asked."""

    model_config = ConfigDict(title="Qualification présentée")

    diplomas: Diplomas | None = Field(None, alias="diplomes", description="Diplôme présenté.")
    colouring: Colouring | None = Field(
        None, alias="coloration", description="Coloration disciplinaire."
    )
    experience: Experience | None = Field(None, description="Expérience professionnelle.")
