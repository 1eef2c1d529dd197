"""Supporting documents due, and the summary to be sent back."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import AcademyCode, Code, Line, Paragraph, Strict
from sporades.exams.schema.clock import Deadline
from sporades.exams.schema.conditions import Condition

USUAL_DAYS = 8
"""Left for what is asked for again, or for the first time, once its deadline has passed."""


class Way(StrEnum):
    """How a piece is given: as a file in the candidate's space, or on paper.

    What is handed over at a counter is paper that comes to the service: the office notes both alike.
    """

    DEPOSIT = "depot"
    POST = "courrier"


EVERY_WAY = (Way.DEPOSIT, Way.POST)
"""Those of a piece of which nothing is said."""


class WaysInAcademies(Strict):
    """The ways by which pieces are given in some academies, where they are others."""

    model_config = ConfigDict(title="Voies selon l'académie")

    academies: tuple[AcademyCode, ...] = Field(min_length=1, description="Académies concernées.")
    ways: tuple[Way, ...] = Field(
        alias="voies", description="Par où les pièces s'y fournissent : l'une, ou les deux."
    )


class RefusalReason(Strict):
    """Why a piece is often refused, to be chosen in one click."""

    model_config = ConfigDict(title="Motif de refus")

    code: Code = Field(description="Nom du motif.")
    label: Line = Field(
        alias="libelle",
        description="Ce que le candidat lit : une phrase, avec ce qu'il peut faire après « : ». Le service "
        "choisit par ce qui précède, que les statistiques comptent : deux motifs d'une pièce n'y commencent "
        "pas de même.",
    )


class Piece(Strict):
    """A supporting document, and who owes it."""

    model_config = ConfigDict(title="Pièce justificative")

    code: Code = Field(description="Nom de la pièce.")
    label: Line = Field(
        alias="libelle",
        description="Ce qui est lu, par le candidat et par le service : sans « vous ».",
    )
    help: Paragraph | None = Field(
        None, alias="aide", description="Où la trouver, ce qu'elle doit montrer."
    )
    is_mandatory: bool = Field(
        default=True, alias="obligatoire", description="« non » : souhaitée seulement."
    )
    when: Condition | None = Field(
        None, alias="si", description="Qui la doit ; à défaut, tous les candidats."
    )
    deadline: Deadline = Field(alias="echeance", description="Jusqu'à quand.")
    replaced_within: int = Field(
        USUAL_DAYS,
        alias="delai_de_remplacement",
        ge=0,
        le=90,
        description="Jours laissés pour la remplacer quand elle est refusée, ou pour la fournir quand "
        "elle est demandée, ou demandée de nouveau, après l'échéance ; « 0 » : aucun de plus.",
    )
    reference: Line | None = Field(None, description="Le texte qui la demande.")
    refusal_reasons: tuple[RefusalReason, ...] = Field(
        (),
        alias="motifs_de_refus",
        max_length=12,
        description="Motifs propres à cette pièce, proposés avec ceux qui valent pour toutes.",
    )
    ways: tuple[Way, ...] | None = Field(
        None,
        alias="voies",
        description="Par où elle se fournit ; à défaut, comme les autres pièces de l'examen.",
    )
    ways_by_academy: tuple[WaysInAcademies, ...] = Field(
        (),
        alias="voies_selon_academie",
        description="Académies où elle se fournit par d'autres voies.",
    )


class SummaryReturn(Strict):
    """The signed summary is to be sent to the rectorat."""

    model_config = ConfigDict(title="Retour du récapitulatif")

    text: Paragraph = Field(alias="texte", description="Ce qu'il faut faire, en mots simples.")
    address: tuple[Line, ...] = Field(
        (),
        alias="adresse",
        max_length=6,
        description="Lignes de l'adresse postale ; à défaut, celle du service gestionnaire.",
    )
    deadline: Deadline = Field(alias="echeance", description="Jusqu'à quand.")
    academies: tuple[AcademyCode, ...] | None = Field(
        None, min_length=1, description="Académies où il est à renvoyer ; à défaut, toutes."
    )
