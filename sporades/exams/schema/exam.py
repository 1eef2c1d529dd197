"""An exam or a competition, with everything that makes it different from the others."""

from pydantic import ConfigDict, Field

from sporades.exams.schema.accommodations import Accommodations
from sporades.exams.schema.base import Code, Day, Line, Paragraph, ShortCode, Strict
from sporades.exams.schema.candidacy import Category, NationalService, PassingForm, Zones
from sporades.exams.schema.eligibility import EligibilityRule, ExclusiveRule, Residence
from sporades.exams.schema.evidence import Piece, SummaryReturn, Way, WaysInAcademies
from sporades.exams.schema.papers import Group, Paper, Phase
from sporades.exams.schema.qualification import Qualification
from sporades.exams.schema.questions import Question
from sporades.exams.schema.relations import Relation


class Speciality(Strict):
    """A speciality of an exam, with its option where it has one."""

    model_config = ConfigDict(title="Spécialité")

    code: Code = Field(description="Nom de la spécialité.")
    label: Line = Field(alias="libelle", description="Intitulé de la spécialité.")
    option: Line | None = Field(None, description="Intitulé de l'option.")

    @property
    def title(self) -> str:
        """Name the speciality, with its option."""
        return f"{self.label}, option {self.option}" if self.option else self.label


class Event(Strict):
    """A date that candidates should know."""

    model_config = ConfigDict(title="Date à connaître")

    label: Line = Field(alias="libelle", description="Ce qui a lieu.")
    starts_on: Day = Field(alias="du", description="Le jour, ou le premier jour.")
    ends_on: Day | None = Field(None, alias="au", description="Le dernier jour.")
    detail: Line | None = Field(None, alias="precision", description="Précision.")


class Exam(Strict):
    """An exam or a competition."""

    model_config = ConfigDict(title="Examen ou concours")

    code: ShortCode = Field(description="Nom de l'examen, le même d'une version à l'autre.")
    label: Line = Field(alias="libelle", description="Intitulé, tel que montré et imprimé.")
    terms: tuple[Paragraph, ...] = Field(
        alias="modalites", min_length=1, description="Conditions d'inscription, par paragraphes."
    )
    attestation: Line = Field(
        "J'ai pris connaissance des modalités d'inscription et je les accepte.",
        description="Phrase de la case à cocher.",
    )
    events: tuple[Event, ...] = Field(
        (),
        alias="calendrier",
        description="Dates à connaître. Une fois la dernière passée, plus aucune modification ni aucun "
        "aménagement tardif ne se demande ; sans date, à la fin de l'année de la session.",
    )
    specialities: tuple[Speciality, ...] = Field(
        (), alias="specialites", description="Spécialités ; aucune si l'examen n'en a pas."
    )
    exclusive: ExclusiveRule | None = Field(
        None, alias="inscription_unique", description="Une seule inscription par session."
    )
    residence: Residence = Field(
        Residence(), alias="rattachement", description="Académie où s'inscrire."
    )
    categories: tuple[Category, ...] = Field((), description="Catégories de candidats.")
    passing_forms: tuple[PassingForm, ...] = Field(
        (), alias="formes_de_passage", description="Formes de passage admises."
    )
    zones: Zones | None = Field(
        None, alias="souhait_geographique", description="Zone ou centre souhaité."
    )
    national_service: NationalService | None = Field(
        None, alias="service_national", description="Recensement et journée défense."
    )
    qualification: Qualification = Field(
        Qualification(), description="Diplôme, coloration, expérience."
    )
    eligibility: tuple[EligibilityRule, ...] = Field(
        (), alias="recevabilite", description="Qui peut s'inscrire."
    )
    questions: tuple[Question, ...] = Field((), description="Informations supplémentaires.")
    phases: tuple[Phase, ...] = Field((), description="Phases, dans l'ordre.")
    groups: tuple[Group, ...] = Field(
        (), alias="groupes", description="Groupes d'épreuves au choix."
    )
    papers: tuple[Paper, ...] = Field(
        alias="epreuves", min_length=1, description="Épreuves, dans l'ordre où elles sont lues."
    )
    relations: tuple[Relation, ...] = Field(
        (), alias="regles", description="Règles entre épreuves."
    )
    evidence: tuple[Piece, ...] = Field((), alias="pieces", description="Pièces justificatives.")
    ways: tuple[Way, ...] | None = Field(
        None,
        alias="voies",
        description="Par où se fournissent les pièces : « depot » dans l'espace candidat, « courrier » ; à "
        "défaut, l'un ou l'autre. Une pièce peut dire les siennes.",
    )
    ways_by_academy: tuple[WaysInAcademies, ...] = Field(
        (),
        alias="voies_selon_academie",
        description="Académies où les pièces se fournissent par d'autres voies.",
    )
    accommodations: Accommodations | None = Field(
        None,
        alias="amenagements",
        description="Aménagements d'épreuves ; à défaut, ils se demandent hors du service.",
    )
    flags_incomplete: bool = Field(
        default=False,
        alias="anomalie_automatique",
        description="« oui » : une inscription à laquelle manque une pièce obligatoire, sa date "
        "limite passée, est en anomalie sans décision ; « non » : le gestionnaire le décide.",
    )
    late_registration: bool = Field(
        default=False,
        alias="inscription_tardive",
        description="« oui » : qui n'a pas enregistré sa saisie avant la fermeture peut, dans les "
        "trente jours, demander en ligne à être inscrit ; « non » : le service ne le reçoit pas ainsi.",
    )
    summary_return: SummaryReturn | None = Field(
        None,
        alias="retour_du_recapitulatif",
        description="Le récapitulatif signé est à renvoyer ; à défaut, il ne l'est pas.",
    )

    def category(self, code: str) -> Category | None:
        """Return a category by its code."""
        return next((category for category in self.categories if category.code == code), None)

    def passing_form(self, code: str) -> PassingForm | None:
        """Return a form of passing by its code."""
        return next((form for form in self.passing_forms if form.code == code), None)

    def speciality(self, code: str) -> Speciality | None:
        """Return a speciality by its code."""
        return next((one for one in self.specialities if one.code == code), None)

    def group(self, code: str | None) -> Group | None:
        """Return a group by its code."""
        return next((group for group in self.groups if group.code == code), None)

    def phase(self, code: str | None) -> Phase | None:
        """Return a phase by its code."""
        return next((phase for phase in self.phases if phase.code == code), None)

    def paper(self, code: str) -> Paper | None:
        """Return an épreuve by its code."""
        return next((paper for paper in self.papers if paper.code == code), None)

    def summary_return_in(self, academy: str) -> SummaryReturn | None:
        """Return how the signed summary is sent back in an academy; nothing where it is not (C49)."""
        asked = self.summary_return
        if asked is None or (asked.academies and academy not in asked.academies):
            return None
        return asked

    def piece(self, code: str) -> Piece | None:
        """Return a supporting document by its code."""
        return next((piece for piece in self.evidence if piece.code == code), None)
