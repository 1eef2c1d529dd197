"""Contents to develop and test documents with: fictional people, one usual and one odd."""

import copy
from typing import Any

from sporades.documents.operations import qr_code

CODE = "K7QF-9XW2-M4TB-3HZC-8RDN-5VEJ-6GPS"

USUAL: dict[str, Any] = {
    "title": "Baccalauréat professionnel, Accompagnement, soins et services à la personne, session 2027",
    "registration_number": "100 002 417",
    "candidate_number": "200 014 380",
    "version": 2,
    "name": "Noémie, Anaïs, Œnone PÉRESSE",
    "academy": "Académie de Lille",
    "academy_name": "Lille",
    "zone": "Europe/Paris",
    "filed_in_words": "dimanche 15 novembre 2026 à 23 h 41 (heure de Paris)",
    "identity": [
        ["Civilité", "Madame"],
        ["Nom de famille", "Péresse-Lévêque"],
        ["Nom d'usage", "Péresse"],
        ["Prénoms", "Noémie, Anaïs, Œnone"],
        ["Date de naissance", "14 mars 2008"],
        ["Lieu de naissance", "Hazebrouck (Nord)"],
        ["Nationalité", "Française"],
        ["Adresse mail", "noemie.peresse@exemple.test"],
    ],
    "sections": [
        {
            "slug": "identification",
            "title": "Identification",
            "lines": [
                ["Adresse", "12, rue des Trois-Îles, appartement 4, 59190 Hazebrouck, France"],
                ["Téléphone", "06 39 98 12 34"],
                ["INE", "080 123 456 AB"],
            ],
            "tables": [],
        },
        {
            "slug": "candidature",
            "title": "Informations candidature",
            "lines": [
                ["Catégorie de candidat", "Individuel"],
                ["Forme de passage", "Globale"],
                ["Centre d'épreuves écrites souhaité", "Dunkerque"],
                ["Handicap", "Non"],
            ],
            "tables": [],
        },
        {
            "slug": "qualification",
            "title": "Formation",
            "lines": [["Diplôme", "CAP Petite enfance"], ["Option", "À domicile"]],
            "tables": [],
        },
        {
            "slug": "informations-supplementaires",
            "title": "Informations supplémentaires",
            "lines": [
                ["Nom dans les résultats publiés", "Non"],
                ["Nom transmis à des tiers", "Non"],
            ],
            "tables": [],
        },
        {
            "slug": "epreuves",
            "title": "Épreuves",
            "lines": [],
            "tables": [
                {
                    "caption": "Épreuves obligatoires",
                    "columns": ["Unité", "Épreuve", "Statut", "Nature", "Durée", "Coef."],
                    "rows": [
                        ["U11", "Mathématiques", "Inscrit", "Écrite", "1 h", "1,5"],
                        [
                            "U12",
                            "Sciences physiques et chimiques",
                            "Inscrit",
                            "Écrite",
                            "1 h",
                            "1,5",
                        ],
                        ["U2", "Analyse de situations", "Inscrit", "Écrite", "4 h", "6"],
                        ["U31", "Projet d'accompagnement", "Bénéfice (13,5/20)", "Orale", "", "4"],
                        [
                            "U32",
                            "Soins d'hygiène et de confort",
                            "Inscrit",
                            "Pratique",
                            "1 h 30",
                            "4",
                        ],
                        [
                            "U34",
                            "Prévention, santé, environnement",
                            "Inscrit",
                            "Écrite",
                            "2 h",
                            "1",
                        ],
                        ["U4", "Langue vivante : anglais", "Inscrit", "Orale", "20 min", "2"],
                        ["U51", "Français", "Dispensé", "Écrite", "2 h 30", "2,5"],
                    ],
                },
                {
                    "caption": "Épreuve facultative",
                    "columns": ["Unité", "Épreuve", "Statut", "Nature", "Durée", "Coef."],
                    "rows": [
                        ["UF1", "Langue vivante : néerlandais", "Inscrit", "Orale", "20 min", ""]
                    ],
                },
            ],
        },
    ],
    "service": {
        "name": "Division des examens et concours de l'académie de Lille",
        "contact_name": "",
        "sector": "Secteur des baccalauréats professionnels",
        "phone": "03 99 00 12 34",
        "email": "bacpro.lille@exemple.test",
        "address": ["144, rue de l'Essai", "BP 709", "59033 Lille Cedex"],
        "opening_hours": "",
    },
    "receipt": [
        "Demande reçue le dimanche 15 novembre 2026 à 23 h 41 (heure de Paris) et enregistrée sous le numéro 100 002 417, version n°2, par le service : Division des examens et concours de l'académie de Lille.",
        "Sans réponse de l'administration le 15 janvier 2027, votre demande sera réputée acceptée.",
    ],
    "evidence": [],
    "accommodation": "",
    "to_return": None,
    "warning": (
        "Il est indispensable de télécharger ou d'imprimer ce récapitulatif et de le conserver : "
        "il prouve votre inscription."
    ),
}


def usual(**changes: Any) -> dict[str, Any]:
    """Return the summary of a usual candidate, with some of its entries changed."""
    return {**copy.deepcopy(USUAL), **changes}


def to_return() -> dict[str, Any]:
    """Return a summary that its candidate signs and sends back."""
    return usual(
        to_return={
            "text": "Ce récapitulatif signé vaut confirmation de votre inscription.",
            "before": "vendredi 4 décembre 2026",
            "address": [
                "Division des examens et concours",
                "144, rue de l'Essai",
                "BP 709",
                "59033 Lille Cedex",
            ],
        }
    )


def whole(content: dict[str, Any]) -> dict[str, Any]:
    """Return a content with what `documents.issue` and the printing add to it."""
    address = f"https://inscriptions.exemple.test/verifier/{CODE.replace('-', '')}"
    return {
        **content,
        "heading": "Récapitulatif d'inscription",
        "issuer": {"service": "Sporades", "authority": "Autorité d'essai"},
        "code": CODE,
        "verify_url": address,
        "verify_page": "inscriptions.exemple.test/verifier",
        "qr": qr_code(address),
    }
