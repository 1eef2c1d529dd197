"""What the parts of a réglementation are called, and how their values read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sporades.core.french import day_in_words, figure, zone_in_words
from sporades.exams import schema
from sporades.exams.schema.accommodations import HealthPaper, LateReason, Measure, Plan
from sporades.exams.schema.base import Strict
from sporades.exams.schema.candidacy import Category, PassingForm, Zone
from sporades.exams.schema.clock import Deadline
from sporades.exams.schema.eligibility import AcademyGroup, CountryGroup, EligibilityRule
from sporades.exams.schema.evidence import Piece, RefusalReason, WaysInAcademies
from sporades.exams.schema.exam import Event, Speciality
from sporades.exams.schema.papers import Dispensation, FormByCategory, Group, Paper, Phase
from sporades.exams.schema.qualification import Diploma
from sporades.exams.schema.questions import Choice
from sporades.territory import queries as territory
from sporades.territory.models import Country

WORDS = {
    "academie": "académie",
    "academies": "académies",
    "age": "âge",
    "ages": "âges",
    "amenagements": "aménagements d'épreuves",
    "annee": "année",
    "annees": "sessions passées où la chercher",
    "anomalie_automatique": "anomalie sans décision quand une pièce manque",
    "attestation": "phrase de la case à cocher",
    "autorite": "autorité",
    "benefice": "bénéfice d'une note",
    "calendrier": "dates à connaître",
    "categorie": "catégorie",
    "categories": "catégories",
    "coloration": "coloration disciplinaire",
    "courriel": "adresse mail",
    "dans": "une seule parmi",
    "decimales": "chiffres après la virgule",
    "derogation": "dérogation possible",
    "decision_anterieure": "question sur une décision antérieure",
    "decision_implicite": "décision implicite",
    "demande": "épreuves demandées",
    "diplome": "diplôme",
    "diplomes": "diplômes",
    "donnee": "réponse donnée",
    "duree": "durée",
    "echeance": "date limite",
    "egal": "réponse",
    "engage": "ce que ce choix engage",
    "epreuve": "épreuve",
    "epreuves": "épreuves",
    "epreuves_a_cocher": "épreuves à cocher",
    "etranger": "académies des résidents à l'étranger",
    "exclut": "mesures qui ne vont pas avec elle",
    "exige": "ce qui est exigé",
    "experience": "expérience professionnelle",
    "formes": "formes selon la catégorie",
    "incluse": "note comprise",
    "inscription_tardive": "demande d'inscription tardive en ligne",
    "jours_apres_fermeture": "jours après la fermeture",
    "libelle": "intitulé",
    "longueur_maximale": "signes au plus",
    "longueur_minimale": "signes au moins",
    "mentions_legales": "mentions légales",
    "modalites": "modalités d'inscription",
    "mois": "mois de silence",
    "mesures": "mesures d'aménagement",
    "delai_de_remplacement": "délai de remplacement",
    "delai_habituel": "délai habituel, en jours",
    "motifs_de_refus": "motifs de refus",
    "nationalite": "nationalité",
    "nationalites": "nationalités",
    "ne_a_l_etranger": "né à l'étranger",
    "note_eliminatoire": "note éliminatoire",
    "papiers": "papiers de santé",
    "par_epreuve": "par épreuve",
    "pays_rattaches": "pays rattachés à une académie",
    "pieces": "pièces",
    "precision": "précision",
    "presentation": "présentation",
    "procedure_complete": "procédure complète exigée",
    "procedure_simplifiee": "procédure simplifiée",
    "qualification": "qualification présentée",
    "recevabilite": "règles de recevabilité",
    "reference": "référence",
    "registre": "heure des ouvertures",
    "regle": "règle",
    "regles": "règles entre épreuves",
    "regroupements": "regroupements d'académies",
    "reponse": "réponse",
    "retour_du_recapitulatif": "retour du récapitulatif",
    "si": "condition",
    "souhait_geographique": "souhait géographique",
    "specialite": "spécialité",
    "specialites": "spécialités",
    "sur": "note la plus haute",
    "tardive": "motifs d'une demande tardive",
    "tardive_jusqu_au": "date limite d'une demande tardive",
    "telephone": "téléphone",
    "toutes_les_epreuves": "toutes les épreuves à cette session",
    "un_de": "l'un de",
    "unite": "unité",
    "validite": "validité",
    "voies": "voies par où les pièces se fournissent",
    "voies_selon_academie": "voies selon l'académie",
}
"""The words of a key, where they are not the key itself."""

VALUES = {
    "academique": "celle de chaque académie",
    "national": "celle de Paris",
    "ecrite": "écrite",
    "ecrite_et_orale": "écrite et orale",
    "pratique_et_ecrite": "pratique et écrite",
    "diplome": "diplôme",
    "simplifiee": "simplifiée",
    "complete": "complète",
    "ponctuel": "ponctuelle",
    "ccf": "contrôle en cours de formation",
    "residence": "l'académie du domicile",
    "adresse": "l'académie de l'adresse donnée",
    "choix": "au choix du candidat",
    "depot": "dépôt dans l'espace candidat",
    "domaine": "tout le domaine",
    "examen": "cet examen",
}
"""The words of a value chosen in a list, where they are not the value itself."""


@dataclass(frozen=True)
class Noun:
    """What one item of a list is called.

    Attributes:
        name: « épreuve ».
        new: what stands before one that comes: « Nouvelle épreuve ».
        before, gone: what stands around one that leaves: « L'épreuve … n'existe plus ».
        stays: what becomes, under another name, of what was said under its code; nothing where
            nothing is.
    """

    name: str
    new: str
    before: str
    gone: str
    stays: str = ""


NOUNS: dict[type[Strict], Noun] = {
    schema.Exam: Noun(
        "examen",
        "Nouvel examen",
        "L'examen",
        "n'est plus proposé",
        "Qui s'y est inscrit reste sous ce code, et lit ce nouvel intitulé : pour un autre examen, "
        "donnez un autre code.",
    ),
    Speciality: Noun(
        "spécialité",
        "Nouvelle spécialité",
        "La spécialité",
        "n'est plus proposée",
        "Qui s'y est inscrit reste sous ce code, et lit ce nouvel intitulé : pour une autre "
        "spécialité, donnez un autre code.",
    ),
    Event: Noun("date", "Nouvelle date à connaître", "La date", "n'est plus annoncée"),
    Category: Noun(
        "catégorie",
        "Nouvelle catégorie",
        "La catégorie",
        "n'est plus proposée",
        "Qui l'a choisie la garde : pour une autre catégorie, donnez un autre code.",
    ),
    PassingForm: Noun(
        "forme de passage",
        "Nouvelle forme de passage",
        "La forme de passage",
        "n'est plus proposée",
        "Qui l'a choisie la garde : pour une autre forme de passage, donnez un autre code.",
    ),
    Zone: Noun(
        "zone",
        "Nouvelle zone",
        "La zone",
        "n'est plus proposée",
        "Qui l'a choisie la garde : pour une autre zone, donnez un autre code.",
    ),
    EligibilityRule: Noun("règle", "Nouvelle règle de recevabilité", "La règle", "est levée"),
    Phase: Noun("phase", "Nouvelle phase", "La phase", "n'existe plus"),
    Group: Noun("groupe", "Nouveau groupe d'épreuves", "Le groupe", "n'existe plus"),
    Paper: Noun(
        "épreuve",
        "Nouvelle épreuve",
        "L'épreuve",
        "n'existe plus",
        "Qui l'a choisie la garde : pour une autre épreuve, donnez un autre code.",
    ),
    Piece: Noun(
        "pièce",
        "Nouvelle pièce demandée",
        "La pièce",
        "n'est plus demandée",
        "Les pièces déjà données sont gardées, acceptées ou non : pour une autre pièce, donnez un "
        "autre code.",
    ),
    RefusalReason: Noun(
        "motif de refus", "Nouveau motif de refus", "Le motif de refus", "n'est plus proposé"
    ),
    Choice: Noun(
        "choix",
        "Nouveau choix",
        "Le choix",
        "n'est plus proposé",
        "Qui l'a fait le garde : pour un autre choix, donnez un autre code.",
    ),
    Diploma: Noun(
        "diplôme",
        "Nouveau diplôme",
        "Le diplôme",
        "n'est plus proposé",
        "Qui l'a présenté le garde : pour un autre diplôme, donnez un autre code.",
    ),
    Dispensation: Noun("dispense", "Nouvelle dispense", "La dispense", "n'existe plus"),
    FormByCategory: Noun(
        "forme selon la catégorie",
        "Nouvelle forme, catégorie",
        "La forme propre à la catégorie",
        "n'existe plus",
    ),
    Measure: Noun(
        "mesure",
        "Nouvelle mesure",
        "La mesure",
        "n'est plus proposée",
        "Qui l'a demandée la garde : pour une autre mesure, donnez un autre code.",
    ),
    Plan: Noun("plan", "Nouveau plan", "Le plan", "n'est plus proposé"),
    HealthPaper: Noun(
        "papier de santé", "Nouveau papier de santé", "Le papier de santé", "n'est plus demandé"
    ),
    LateReason: Noun(
        "motif", "Nouveau motif d'une demande tardive", "Le motif", "n'est plus proposé"
    ),
    WaysInAcademies: Noun(
        "académies",
        "Nouvelles voies, académies",
        "Les voies propres aux académies",
        "ne le sont plus",
    ),
    AcademyGroup: Noun("regroupement", "Nouveau regroupement", "Le regroupement", "n'existe plus"),
    CountryGroup: Noun(
        "pays rattachés à l'académie",
        "Nouveaux pays rattachés, académie",
        "Les pays rattachés à l'académie",
        "ne le sont plus",
    ),
}
_OF_COUNTRIES = {"countries", "nationalities"}
"""The fields that hold codes of countries."""

_QUESTION = Noun(
    "question",
    "Nouvelle question",
    "La question",
    "n'est plus posée",
    "Les réponses déjà données sont gardées : pour une autre question, donnez un autre code.",
)
_RELATION = Noun("règle", "Nouvelle règle entre épreuves", "La règle", "est levée")


def word(key: str) -> str:
    """Return what a key is called: « duree » is « durée »."""
    return WORDS.get(key, key.replace("_", " "))


def noun(item: Strict) -> Noun:
    """Return what one item of a list is called."""
    known = NOUNS.get(type(item))
    if known is not None:
        return known
    return _RELATION if "reference" in type(item).model_fields else _QUESTION


def key_of(item: Strict) -> str:
    """Return what tells an item of a list from its neighbours: it is the same in both versions."""
    match item:
        case Event():
            return item.label
        case Dispensation():
            return item.reason
        case FormByCategory():
            return ", ".join(item.categories)
        case WaysInAcademies():
            return ", ".join(item.academies)
        case AcademyGroup() | CountryGroup():
            return item.into
        case _:
            return str(getattr(item, "code", ""))


def name_of(item: Strict) -> str:
    """Return how an item is called where it stands: « E1, Français »."""
    label = getattr(item, "title", None) or getattr(item, "label", None)
    key = key_of(item)
    return key if label in (None, key) else f"{key}, {label}"


def named(field: str, value: Any) -> Any:
    """Return the value of a field; of codes of countries, with their names: « 99110 (Autriche) »."""
    return tuple(map(_country, value)) if value and field in _OF_COUNTRIES else value


def _country(code: str) -> str:
    try:
        return f"{code} ({territory.country(code).name})"
    except Country.DoesNotExist:
        return code


def said(value: Any) -> str:
    """Say a value in one line."""
    match value:
        case None:
            words = "rien"
        case bool():
            words = "oui" if value else "non"
        case Decimal():
            words = figure(value)
        case date():
            words = day_in_words(value)
        case StrEnum():
            words = VALUES.get(value.value, value.value.replace("_", " "))
        case tuple():
            words = ", ".join(map(_item, value)) or "rien"
        case Deadline():
            words = _deadline(value)
        case Strict():
            words = " ; ".join(_parts(value))
        case _:
            words = str(value)
    return words


def _item(value: Any) -> str:
    return f"({said(value)})" if isinstance(value, Strict) else said(value)


def _parts(item: Strict, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Say, of a part of a file, what is written there."""
    for name, field in type(item).model_fields.items():
        value = getattr(item, name)
        if name in without or name not in item.model_fields_set or value in (None, ()):
            continue
        nested = isinstance(value, Strict) and not isinstance(value, Deadline)
        words = said(named(name, value))
        yield f"{word(field.alias or name)} {f'({words})' if nested else words}"


def details(item: Strict) -> str:
    """Say what an item that comes brings with it, but its name."""
    hidden = {"code", "label", "kind", "option"}
    if not hasattr(item, "code"):
        hidden |= {"categories", "into", "reason"}
    if isinstance(item, WaysInAcademies):
        hidden.add("academies")
    return " ; ".join(_parts(item, frozenset(hidden)))


def said_beside(value: Any, other: Any) -> str:
    """Say a value that is compared with another one: what only the other one names is named too."""
    words = said(value)
    if (
        isinstance(value, Deadline)
        and isinstance(other, Deadline)
        and other.zone
        and not value.zone
    ):
        return f"{words} (heure de chaque service)"
    return words


def _deadline(deadline: Deadline) -> str:
    day = day_in_words(deadline.on) if deadline.on else _after(deadline.days_after_closing or 0)
    words = f"{day}, {deadline.hour.replace(':', ' h ')}"
    return f"{words} ({zone_in_words(deadline.zone)})" if deadline.zone else words


def _after(days: int) -> str:
    if not days:
        return "le jour de la fermeture"
    return f"{days} {'jours' if days > 1 else 'jour'} après la fermeture"
