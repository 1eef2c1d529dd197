"""Rules between épreuves."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import Code, Line, Paragraph, Strict


class _Relation(Strict):
    code: Code = Field(description="Nom de la règle.")
    reference: Line = Field(description="Le texte qui la pose.")
    message: Paragraph | None = Field(
        None, description="Ce qui est dit au candidat ; à défaut, une phrase toute faite."
    )


class Exclusion(_Relation):
    """At most one of these épreuves."""

    model_config = ConfigDict(title="Règle : exclusion")

    kind: Literal["exclusion"] = Field(
        alias="type", description="« exclusion » : une seule de ces épreuves au plus."
    )
    papers: tuple[Code, ...] = Field(alias="epreuves", min_length=2, description="Les épreuves.")


class Dependency(_Relation):
    """An épreuve that goes with others."""

    model_config = ConfigDict(title="Règle : dépendance")

    kind: Literal["dependance"] = Field(
        alias="type", description="« dependance » : cette épreuve demande les autres."
    )
    paper: Code = Field(alias="epreuve", description="L'épreuve qui en demande d'autres.")
    needs: tuple[Code, ...] = Field(
        alias="demande", min_length=1, description="Celles qu'il faut choisir aussi, toutes."
    )


class DistinctOptions(_Relation):
    """Épreuves in which the same option may not be chosen twice."""

    model_config = ConfigDict(title="Règle : options différentes")

    kind: Literal["options_differentes"] = Field(
        alias="type", description="« options_differentes » : jamais deux fois la même option."
    )
    papers: tuple[Code, ...] = Field(alias="epreuves", min_length=2, description="Les épreuves.")


Relation = Annotated[Exclusion | Dependency | DistinctOptions, Field(discriminator="kind")]
