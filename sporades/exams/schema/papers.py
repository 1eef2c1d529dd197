"""Épreuves: what is sat, in which form, and what may stand instead."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from sporades.core.french import figure
from sporades.exams.schema.base import Code, HowMany, Line, Paragraph, Strict
from sporades.exams.schema.candidacy import EvaluationForm
from sporades.exams.schema.clock import Duration
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.questions import Choice

Coefficient = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Mark = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]


class Status(StrEnum):
    """What a candidate does with an épreuve."""

    ENTERED = "inscrit"
    NOT_ENTERED = "non_inscrit"
    DISPENSED = "dispense"
    KEPT = "benefice"

    @property
    def label(self) -> str:
        """What a reader sees."""
        return _STATUSES[self]

    @property
    def is_taken(self) -> bool:
        """Whether the épreuve counts as chosen: sat, dispensed or with its mark kept."""
        return self is not Status.NOT_ENTERED


_STATUSES = {
    Status.ENTERED: "Inscrit",
    Status.NOT_ENTERED: "Non inscrit",
    Status.DISPENSED: "Dispensé",
    Status.KEPT: "Bénéfice",
}


class PaperNature(StrEnum):
    """How an épreuve is sat."""

    WRITTEN = "ecrite"
    ORAL = "orale"
    PRACTICAL = "pratique"
    WRITTEN_AND_ORAL = "ecrite_et_orale"
    PRACTICAL_AND_WRITTEN = "pratique_et_ecrite"
    PRACTICAL_AND_ORAL = "pratique_et_orale"

    @property
    def label(self) -> str:
        """What a reader sees, as the guide writes it."""
        return _NATURES[self]


_NATURES = {
    PaperNature.WRITTEN: "Ecrite",
    PaperNature.ORAL: "Orale",
    PaperNature.PRACTICAL: "Pratique",
    PaperNature.WRITTEN_AND_ORAL: "Ecrite et orale",
    PaperNature.PRACTICAL_AND_WRITTEN: "Pratique et écrite",
    PaperNature.PRACTICAL_AND_ORAL: "Pratique et orale",
}


class Phase(Strict):
    """A stage of the exam: « Admissibilité », « Admission (si admissible) »."""

    model_config = ConfigDict(title="Phase")

    code: Code = Field(description="Nom de la phase.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")


class Group(Strict):
    """Épreuves among which a candidate chooses."""

    model_config = ConfigDict(title="Groupe d'épreuves au choix")

    code: Code = Field(description="Nom du groupe.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    help: Line | None = Field(None, alias="aide", description="Précision sous le libellé.")
    fewest: HowMany = Field(alias="minimum", description="Épreuves à choisir, au moins.")
    most: HowMany = Field(alias="maximum", ge=1, description="Épreuves à choisir, au plus.")
    reference: Line | None = Field(None, description="Le texte qui pose la règle.")


class FormByCategory(Strict):
    """What differs for some categories; what is absent stays as said for the épreuve."""

    model_config = ConfigDict(title="Forme selon la catégorie")

    categories: tuple[Code, ...] = Field(min_length=1, description="Catégories concernées.")
    form: EvaluationForm = Field(alias="forme", description="« ponctuel » ou « ccf ».")
    nature: PaperNature | None = Field(None, description="Nature, si elle diffère.")
    duration: Duration | None = Field(None, alias="duree", description="Durée, si elle diffère.")
    detail: Line | None = Field(None, alias="precision", description="Précision, si elle diffère.")


class Options(Strict):
    """What is chosen within an épreuve: a language, an activity."""

    model_config = ConfigDict(title="Options d'une épreuve")

    label: Line = Field(alias="libelle", description="« Langue choisie », par exemple.")
    choices: tuple[Choice, ...] = Field(alias="choix", min_length=1, description="La liste.")
    is_mandatory: bool = Field(default=True, alias="obligatoire", description="Un choix est exigé.")


class Dispensation(Strict):
    """A reason for not sitting an épreuve."""

    model_config = ConfigDict(title="Dispense")

    reason: Line = Field(alias="motif", description="Ce qui dispense, tel que lu.")
    on_request: bool = Field(
        default=False, alias="sur_demande", description="« oui » : il suffit de la demander."
    )
    diplomas: tuple[Code, ...] = Field(
        (), alias="diplomes", description="Ou : il faut présenter un de ces diplômes."
    )
    when: Condition | None = Field(
        None, alias="si", description="Et : à cette condition, en plus de la précédente."
    )
    reference: Line | None = Field(None, description="Le texte qui l'accorde.")


class KeptMark(Strict):
    """The right to keep a mark of an earlier session."""

    model_config = ConfigDict(title="Bénéfice d'une note")

    threshold: Mark = Field(alias="seuil", description="Note conservable, au moins.")
    years: int = Field(alias="annees", ge=1, le=20, description="Sessions passées où la chercher.")
    out_of: Mark = Field(Decimal(20), alias="sur", description="Note la plus haute.")
    when: Condition | None = Field(
        None, alias="si", description="À quelle condition ; à défaut, toujours."
    )
    reference: Line | None = Field(None, description="Le texte qui l'accorde.")
    message: Paragraph | None = Field(
        None,
        description=(
            "Ce qui est dit à qui choisit le bénéfice hors de la condition « si » ; à défaut, une "
            "phrase toute faite."
        ),
    )


class EliminatoryMark(Strict):
    """A mark that ends the exam."""

    model_config = ConfigDict(title="Note éliminatoire")

    mark: Mark = Field(alias="note", description="Cette note, ou moins, élimine.")
    out_of: Mark = Field(Decimal(20), alias="sur", description="Note la plus haute.")
    is_included: bool = Field(
        default=True,
        alias="incluse",
        description="« non » : seules les notes au-dessous éliminent.",
    )
    detail: Line | None = Field(
        None, alias="precision", description="« à l'une des deux parties »."
    )

    @property
    def in_words(self) -> str:
        """What a reader sees."""
        mark, out_of = figure(self.mark), figure(self.out_of)
        if not self.is_included:
            reached = f"moins de {mark} sur {out_of}"
        else:
            reached = f"{mark} sur {out_of}" + (" ou moins" if self.mark else "")
        return " ".join(filter(None, ["Note éliminatoire :", reached, self.detail]))


class Paper(Strict):
    """An épreuve."""

    model_config = ConfigDict(title="Épreuve")

    code: Code = Field(description="Nom de l'épreuve, le même d'une version à l'autre.")
    unit: Line | None = Field(None, alias="unite", description="Unité du diplôme.")
    label: Line = Field(alias="libelle", description="Intitulé.")
    phase: Code | None = Field(None, description="Phase, s'il y en a plusieurs.")
    group: Code | None = Field(None, alias="groupe", description="Groupe de choix, s'il y en a un.")
    is_mandatory: bool | None = Field(
        None,
        alias="obligatoire",
        description="« non » : facultative ; à défaut, obligatoire. Jamais dans un groupe.",
    )
    nature: PaperNature = Field(description="Comment l'épreuve est passée.")
    duration: Duration | None = Field(None, alias="duree", description="Durée.")
    detail: Line | None = Field(
        None, alias="precision", description="Précision sur le déroulement."
    )
    coefficient: Coefficient | None = Field(None, description="Coefficient, « 2.5 » avec un point.")
    forms: tuple[FormByCategory, ...] = Field(
        (), alias="formes", description="Ce qui diffère selon la catégorie."
    )
    options: Options | None = Field(None, description="Ce qui est à choisir dans l'épreuve.")
    dispensations: tuple[Dispensation, ...] = Field(
        (), alias="dispenses", description="Ce qui en dispense."
    )
    kept_mark: KeptMark | None = Field(
        None, alias="benefice", description="Droit de garder une note déjà obtenue."
    )
    eliminatory: EliminatoryMark | None = Field(
        None, alias="note_eliminatoire", description="Note qui élimine."
    )
    commits: Paragraph | None = Field(None, alias="engage", description="Ce que ce choix engage.")
    specialities: tuple[Code, ...] = Field(
        (), alias="specialites", description="Spécialités concernées ; à défaut, toutes."
    )
    when: Condition | None = Field(
        None, alias="si", description="Quand elle est proposée ; à défaut, toujours."
    )

    @property
    def must_be_sat(self) -> bool:
        """Whether it is mandatory by itself, not through a group."""
        return self.group is None and self.is_mandatory is not False

    def for_category(self, category: str) -> "FormByCategory | None":
        """Return what differs for a category, if anything does."""
        return next((form for form in self.forms if category in form.categories), None)

    def nature_for(self, category: str) -> PaperNature:
        """Return how a category sits it."""
        own = self.for_category(category)
        return (own and own.nature) or self.nature

    def concerns(self, speciality: str) -> bool:
        """Tell whether a speciality has this épreuve."""
        return not self.specialities or speciality in self.specialities
