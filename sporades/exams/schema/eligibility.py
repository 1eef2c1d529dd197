"""Who may register: rules of eligibility, residence, one registration a session."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import AcademyCode, Code, CountryCode, Line, Paragraph, Strict
from sporades.exams.schema.conditions import Condition


class EligibilityRule(Strict):
    """What must be true of a candidate, and what is said when it is not."""

    model_config = ConfigDict(title="Règle de recevabilité")

    code: Code = Field(description="Nom de la règle.")
    reference: Line = Field(
        description="Le texte qui la pose ; lu dans un refus s'il nomme un texte ou un article."
    )
    when: Condition | None = Field(
        None, alias="si", description="Quand la règle s'applique ; à défaut, toujours."
    )
    demands: Condition = Field(alias="exige", description="Ce qui doit être vrai.")
    condition: Line | None = Field(
        None,
        description=(
            "Ce qui doit être vrai, lu avant de s'inscrire, à l'infinitif : « Avoir 18 ans » ; à "
            "défaut, le texte."
        ),
    )
    message: Paragraph = Field(
        description="Ce qui est dit au candidat refusé : ce qui manque, et ce qu'il peut faire."
    )
    is_waivable: bool = Field(
        default=True,
        alias="derogation",
        description=(
            "« non » : aucune dérogation ne peut être notée pour un candidat ; à défaut, le service "
            "gestionnaire note celle qui est accordée."
        ),
    )


class ExclusiveScope(StrEnum):
    """Among which registrations a candidate may hold only one."""

    EXAM = "examen"
    DOMAIN = "domaine"


class ExclusiveRule(Strict):
    """One registration a session, within the exam or within the whole domain."""

    model_config = ConfigDict(title="Inscription unique")

    within: ExclusiveScope = Field(
        alias="dans",
        description=(
            "« examen » : une seule spécialité de cet examen ; « domaine » : une seule "
            "inscription parmi les examens du domaine qui portent cette règle."
        ),
    )
    reference: Line = Field(description="Le texte qui la pose.")
    message: Paragraph = Field(description="Ce qui est dit au candidat déjà inscrit.")


class ResidenceRule(StrEnum):
    """What decides of the academy in which one registers."""

    RESIDENCE = "residence"
    ADDRESS = "adresse"
    CHOICE = "choix"


class AcademyGroup(Strict):
    """Academies whose residents register with the service of another one."""

    model_config = ConfigDict(title="Regroupement d'académies")

    academies: tuple[AcademyCode, ...] = Field(min_length=1, description="Académies regroupées.")
    into: AcademyCode = Field(alias="vers", description="Académie dont le service les inscrit.")


class CountryGroup(Strict):
    """Countries whose residents register with the service of an academy."""

    model_config = ConfigDict(title="Pays rattachés")

    countries: tuple[CountryCode, ...] = Field(
        min_length=1, alias="pays", description="Pays de résidence, par leurs codes."
    )
    into: AcademyCode = Field(alias="vers", description="Académie qui inscrit leurs résidents.")


class Residence(Strict):
    """Where a candidate registers, given where he or she lives."""

    model_config = ConfigDict(title="Rattachement")

    rule: ResidenceRule = Field(
        ResidenceRule.RESIDENCE,
        alias="regle",
        description=(
            "« residence » : l'académie du domicile ; « adresse » : celle de l'adresse donnée, "
            "personnelle ou administrative ; « choix » : au choix du candidat."
        ),
    )
    abroad: tuple[AcademyCode, ...] = Field(
        (),
        alias="etranger",
        description="Académies qui inscrivent les résidents à l'étranger ; à défaut, aucune.",
    )
    countries: tuple[CountryGroup, ...] = Field(
        (),
        alias="pays_rattaches",
        description="Pays dont une seule académie inscrit les résidents ; les autres, comme le dit "
        "« etranger ».",
    )
    groups: tuple[AcademyGroup, ...] = Field(
        (), alias="regroupements", description="Académies dont une autre inscrit les résidents."
    )
    reference: Line | None = Field(None, description="Le texte qui pose la règle.")
