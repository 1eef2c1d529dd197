"""Accommodations of the épreuves: what may be asked for, by whom, with which papers, until when."""

from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import ConfigDict, Field, WithJsonSchema

from sporades.exams.schema.base import Code, Line, Paragraph, Strict, matching
from sporades.exams.schema.clock import Deadline
from sporades.exams.schema.papers import PaperNature

LONGEST_BY_PLAN = Fraction(1, 3)
"""The extra time above which a plan is not enough: the whole procedure is followed."""

Share = Annotated[
    str,
    matching(r"1|[1-9]/[2-9]", "une part de temps s'écrit « 1/3 », ou « 1 » pour le double"),
    WithJsonSchema({"type": "string", "format": "part de temps, « 1/3 »"}),
]
"""A share of the duration of an épreuve."""


class Procedure(StrEnum):
    """How a request is looked at."""

    SIMPLE = "simplifiee"
    COMPLETE = "complete"

    @property
    def label(self) -> str:
        """What a reader sees."""
        return {"simplifiee": "Procédure simplifiée", "complete": "Procédure complète"}[self.value]


class Measure(Strict):
    """A measure that may be asked for."""

    model_config = ConfigDict(title="Mesure d'aménagement")

    code: Code = Field(description="Nom de la mesure, le même d'une version à l'autre.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    help: Line | None = Field(None, alias="aide", description="Ce que cela veut dire.")
    family: Line = Field(
        alias="famille", description="Titre sous lequel les mesures sont rangées : « Temps »."
    )
    is_by_paper: bool = Field(
        default=True,
        alias="par_epreuve",
        description="« non » : elle vaut pour tout l'examen, sans choix d'épreuves.",
    )
    natures: tuple[PaperNature, ...] = Field(
        (), description="Natures d'épreuves auxquelles elle convient ; à défaut, toutes."
    )
    papers: tuple[Code, ...] = Field(
        (),
        alias="epreuves",
        description="Épreuves pour lesquelles elle se demande, celles de langue vivante par exemple ; "
        "à défaut, toutes celles de ces natures.",
    )
    is_chosen_by_paper: bool = Field(
        default=False,
        alias="epreuves_a_cocher",
        description="« oui » : aucune épreuve n'est cochée d'avance, le candidat coche celles qu'il veut.",
    )
    precision: Line | None = Field(
        None,
        description="Question posée à qui coche cette mesure, et au médecin ou au service qui la met à "
        "la place d'une autre ; on y répond en quelques mots : « Lequel ? » ; à défaut, aucune.",
    )
    time: Share | None = Field(
        None, alias="temps", description="Temps ajouté, en part de la durée : « 1/3 »."
    )
    needs_whole_procedure: bool = Field(
        default=False,
        alias="procedure_complete",
        description="« oui » : elle dépasse ce qu'un plan permet, la procédure est complète.",
    )
    excludes: tuple[Code, ...] = Field(
        (),
        alias="exclut",
        description="Mesures qui ne vont pas avec elle pour une même épreuve : une seule des deux est "
        "demandée, conseillée, accordée. Dit d'une seule, cela vaut dans les deux sens.",
    )
    reference: Line | None = Field(None, description="Le texte qui la prévoit.")

    def suits(self, paper: str, nature: PaperNature) -> bool:
        """Tell whether it may be asked for an épreuve, by its code and by its nature."""
        is_among = not self.papers or paper in self.papers
        return is_among and (not self.natures or nature in self.natures)


class Plan(Strict):
    """A plan that a school has written for a pupil."""

    model_config = ConfigDict(title="Plan d'accompagnement")

    code: Code = Field(description="Nom du plan : « PAP ».")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")


class SimpleProcedure(Strict):
    """Who is spared the whole procedure, because a plan holds the opinion of a doctor already."""

    model_config = ConfigDict(title="Procédure simplifiée")

    categories: tuple[Code, ...] = Field(
        min_length=1,
        description="Catégories qui y ont droit : jamais les candidats individuels, à distance ou hors contrat.",
    )
    plans: tuple[Code, ...] = Field(min_length=1, description="Plans qui y donnent droit.")
    reference: Line | None = Field(None, description="Le texte qui la prévoit.")


class HealthPaperCondition(Strict):
    """When a paper of health is asked for: all that is written holds."""

    model_config = ConfigDict(title="Condition d'un papier de santé")

    procedure: Procedure | None = Field(None, description="« simplifiee » ou « complete ».")
    measures: tuple[Code, ...] | None = Field(
        None, alias="mesures", min_length=1, description="Une de ces mesures est demandée."
    )
    plans: tuple[Code, ...] | None = Field(
        None, min_length=1, description="Le plan présenté est un de ceux-ci."
    )
    has_former_decision: bool | None = Field(
        None,
        alias="decision_anterieure",
        description="« oui » : le candidat a répondu oui à la question sur une décision antérieure.",
    )


class HealthPaper(Strict):
    """A paper of health: its candidate and the doctor alone read it."""

    model_config = ConfigDict(title="Papier de santé")

    code: Code = Field(description="Nom du papier ; il ne dit rien de la santé.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    help: Line | None = Field(None, alias="aide", description="Où le trouver, ce qu'il montre.")
    is_mandatory: bool = Field(
        default=True, alias="obligatoire", description="« non » : souhaité seulement."
    )
    when: HealthPaperCondition | None = Field(
        None, alias="si", description="Qui le doit ; à défaut, toutes les demandes."
    )

    @property
    def is_at_hand(self) -> bool:
        """Whether who is asked for it has said that it exists."""
        return self.when is not None and self.when.has_former_decision is True


class FormerDecision(Strict):
    """The question about an earlier decision."""

    model_config = ConfigDict(title="Décision antérieure")

    label: Line = Field(
        alias="libelle", description="La question, à laquelle on répond oui ou non."
    )
    help: Line | None = Field(None, alias="aide", description="Précision sous la question.")


class LateReason(Strict):
    """A reason for which a request is taken after its deadline."""

    model_config = ConfigDict(title="Motif d'une demande tardive")

    code: Code = Field(description="Nom du motif.")
    label: Line = Field(alias="libelle", description="Ce qui est lu, sans rien dire de la santé.")


OTHER_REASON = "autre"
"""The code of the reason that is told in words: none of a réglementation is so written."""


class AccommodationDecision(Strict):
    """Who decides, and what a decision says for whoever receives it."""

    model_config = ConfigDict(title="Décision d'aménagement")

    authority: Line = Field(
        alias="autorite",
        description="Autorité qui décide, telle que chaque décision la nomme.",
    )
    address: tuple[Line, ...] = Field(
        (),
        alias="adresse",
        max_length=6,
        description="Lignes de l'adresse où lui écrire ; à défaut, celle du service gestionnaire.",
    )
    appeal: Paragraph = Field(
        alias="recours",
        description="Voies de recours, tribunal nommé. Le délai, deux mois, est dit à côté avec ses jours : "
        "ne l'écrivez pas ici.",
    )
    validity: Paragraph = Field(
        alias="validite", description="Jusqu'à quand les mesures accordées valent."
    )
    usual_days: int | None = Field(
        None,
        alias="delai_habituel",
        ge=2,
        le=365,
        description="Jours dans lesquels elle est d'ordinaire prise, à compter de l'envoi d'une demande "
        "complète ; à défaut, aucun délai n'est dit.",
    )


class Accommodations(Strict):
    """What may be asked for because of a handicap, and how."""

    model_config = ConfigDict(title="Aménagements d'épreuves")

    intro: Paragraph = Field(
        alias="presentation", description="Ce que c'est et qui peut le demander, en mots simples."
    )
    measures: tuple[Measure, ...] = Field(
        alias="mesures", min_length=1, description="Mesures qui peuvent être demandées."
    )
    former: FormerDecision | None = Field(
        None, alias="decision_anterieure", description="Question sur une décision antérieure."
    )
    plans: tuple[Plan, ...] = Field((), description="Plans que le candidat peut avoir.")
    simple: SimpleProcedure | None = Field(
        None,
        alias="procedure_simplifiee",
        description="Qui y a droit ; à défaut, personne : la procédure est complète.",
    )
    papers: tuple[HealthPaper, ...] = Field(
        (), alias="papiers", description="Papiers de santé, lus du médecin seul."
    )
    deadline: Deadline | None = Field(
        None,
        alias="echeance",
        description="Jusqu'à quand demander ; à défaut, la fermeture des inscriptions.",
    )
    late: tuple[LateReason, ...] = Field(
        (),
        alias="tardive",
        description="Motifs d'une demande plus tardive ; aucun : elle n'est plus reçue. « Autre "
        "raison », à écrire, s'y ajoute.",
    )
    late_until: Deadline | None = Field(
        None,
        alias="tardive_jusqu_au",
        description="Jusqu'à quand une demande tardive est reçue ; à défaut, toujours.",
    )
    decision: AccommodationDecision = Field(description="Qui décide, recours et validité.")

    @property
    def late_reasons(self) -> tuple[LateReason, ...]:
        """Those of a late request, where one is taken: the last is told in words."""
        other = LateReason.model_construct(code=OTHER_REASON, label="Autre raison")
        return (*self.late, other) if self.late else ()

    def measure(self, code: str) -> Measure | None:
        """Return a measure by its code."""
        return next((one for one in self.measures if one.code == code), None)

    def excluded_with(self, code: str) -> list[Measure]:
        """Return the measures that do not go with another one for a same épreuve, said of either."""
        own = self.measure(code)
        named = own.excludes if own else ()
        return [one for one in self.measures if one.code in named or code in one.excludes]

    def plan(self, code: str) -> Plan | None:
        """Return a plan by its code."""
        return next((one for one in self.plans if one.code == code), None)

    def late_reason(self, code: str) -> LateReason | None:
        """Return a reason for a late request by its code."""
        return next((one for one in self.late_reasons if one.code == code), None)
