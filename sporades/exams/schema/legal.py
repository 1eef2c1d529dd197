"""What the law wants on every receipt.

It is article R. 112-5 of the « code des relations entre le public et l'administration ».
"""

from enum import StrEnum

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import Line, Paragraph, Strict


class Meaning(StrEnum):
    """What silence means."""

    ACCEPTED = "acceptation"
    REJECTED = "rejet"


class ImplicitDecision(Strict):
    """What the silence of the administration means, and after how long."""

    model_config = ConfigDict(title="Décision implicite")

    meaning: Meaning = Field(
        alias="sens", description="« acceptation » ou « rejet » : ce que le silence veut dire."
    )
    months: int = Field(
        alias="mois", ge=1, le=12, description="Mois de silence, à compter de la réception."
    )
    appeal: Paragraph | None = Field(
        None,
        alias="recours",
        description="Délais et voies de recours ; exigés en cas de rejet. Ils sont lus aussi avec la décision d'écarter une inscription.",
    )


class LegalMentions(Strict):
    """Who decides, on what grounds, and what silence means."""

    model_config = ConfigDict(title="Mentions légales")

    authority: Line = Field(alias="autorite", description="Autorité qui décide.")
    grounds: Line = Field(alias="textes", description="Textes qui fondent la décision.")
    implicit_decision: ImplicitDecision = Field(
        alias="decision_implicite",
        description="Ce que veut dire l'absence de réponse, à l'inscription comme aux demandes "
        "faites ensuite (modification, correction, aménagement).",
    )
