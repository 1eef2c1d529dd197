"""What « Preuve du dépôt » says: the facts of a filing, in words and tables."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from sporades.acts.proving.kept import Facts
from sporades.acts.proving.printed import (
    Row,
    Say,
    exact_by,
    minute_by,
    of_journal,
    paper,
    part,
    table,
)
from sporades.acts.proving.verbs import NAMED_ALONE
from sporades.core.french import quoted
from sporades.journal.words import IN_WORDS

HEADING = "Preuve du dépôt"
FILE = "preuve-du-depot.json"
"""What the data in the paper are called."""

LEFT_OUT = (
    (
        "Les réponses du candidat, ses pièces et les autres actes sur son dossier n'y sont pas : le "
        "récapitulatif de chaque version dit ce qui a été enregistré."
    ),
    (
        "De certains actes, il y a l'instant, l'auteur et l'empreinte, sans le contenu, qui peut porter "
        "un motif ou des réponses : "
        + quoted(sorted(IN_WORDS[verb] for verb in NAMED_ALONE))
        + ". Leur empreinte se recalcule au journal."
    ),
    (
        "« Enregistrer » refusé hors des heures, ou arrivé quand la session venait de se terminer, est "
        "gardé une fois par heure au plus ; refusé parce qu'il manquait des réponses, ou envoyé sans "
        "session, il ne l'est pas. Chaque onglet gardé l'est avec l'instant de sa dernière "
        "réponse."
    ),
    (
        "Le service garde ses périodes de lecture seule, mais pas ses pannes : elles sont dans les "
        "journaux de l'hébergeur."
    ),
)
INTACT = "Chaque version, chaque récapitulatif et chaque acte cités ont été relus : ils ont l'empreinte prise quand ils ont été écrits."


def content_of(facts: Facts, *, digest: str, is_sealed: bool) -> dict[str, Any]:
    """Return all that the paper prints.

    Args:
        facts: as `filing.facts_of` returns them.
        digest: the SHA-256 of the data in the file.
        is_sealed: whether a seal is put on it.
    """
    zones = {one["cle"]: one["fuseau"] for one in facts["services"]}
    first = next(iter(zones.values()), settings.TIME_ZONE)
    say = exact_by(first)
    about = facts["inscription"]
    common = paper(
        facts,
        heading=HEADING,
        title=about["intitule"] if about else "Saisies non enregistrées",
        file=FILE,
        digest=digest,
        is_sealed=is_sealed,
        intact=INTACT,
        say=say,
    )
    return {
        **common,
        "parts": [
            part("Le dépôt", *_of_filing(facts, first, zones)),
            part("Les heures du service", *_of_hours(facts)),
            part("Ce qui a été délivré et envoyé", *_of_papers(facts, say)),
            part("Le journal", *of_journal(facts, say)),
        ],
        "receipts": [line for one in facts["versions"] for line in one["accuse_de_reception"]],
        "left_out": list(LEFT_OUT),
    }


def _of_filing(facts: Facts, zone: str, zones: dict[int, str]) -> Iterable[dict[str, Any]]:
    say = exact_by(zone)
    yield table(
        "Arrivées de « Enregistrer »",
        ("Arrivée", "Suite", "Par", "Heures du service à cet instant"),
        (_arrival(one, zones.get(one["service"], zone)) for one in facts["arrivees"]),
        "Aucune n'est gardée.",
    )
    yield table(
        "Versions enregistrées",
        ("N°", "Arrivée, puis écriture à l'horloge de la base", "Par", "Empreinte"),
        (_version(one, say) for one in facts["versions"]),
        "Aucune.",
    )
    for draft in facts["saisies"]:
        yield _steps(draft, exact_by(zones[draft["service"]]))


def _of_hours(facts: Facts) -> Iterable[dict[str, Any]]:
    yield table(
        "Heures du service",
        ("Depuis", "Acte", "Ouverture", "Fermeture"),
        (row for one in facts["services"] for row in _hours(one)),
        "Aucun changement au journal.",
    )
    yield table(
        "Périodes de lecture seule",
        ("Début", "Fin", "Bandeau"),
        _read_only(facts["services"]),
        "Aucune depuis l'ouverture, ou depuis la première saisie.",
    )


def _of_papers(facts: Facts, say: Say) -> Iterable[dict[str, Any]]:
    yield table(
        "Récapitulatifs délivrés",
        ("Version", "Délivré, puis ouvert par le candidat", "Empreintes du contenu et du PDF"),
        (_summary(one, say) for one in facts["recapitulatifs"]),
        "Aucun.",
    )
    yield table(
        "Mails et courriers sur ce dépôt",
        ("Écrit", "Objet, puis destinataire", "Suite"),
        (
            [
                say(one["ecrit_le"]),
                " ; à : ".join(filter(None, (one["objet"], one["a"]))),
                one["suite"],
            ]
            for one in facts["messages"]
        ),
        "Aucun.",
    )


def _arrival(one: Facts, zone: str) -> Row:
    say, minute = exact_by(zone), minute_by(zone)
    hours = "Sans saisie : faite par la gestion."
    if one["ouverture"]:
        inside = "dans les heures" if one["dans_les_heures"] else "hors des heures"
        hours = f"{inside} : du {minute(one['ouverture'])} au {minute(one['fermeture'])}, minute comprise"
    return [say(one["arrivee_le"]), one["suite"], one["par"], hours]


def _version(one: Facts, say: Say) -> Row:
    when = f"{say(one['arrivee_le'])}, puis {say(one['ecrite_le'])}"
    return [str(one["numero"]), when, one["par"], one["empreinte"]]


def _steps(draft: Facts, say: Say) -> dict[str, Any]:
    as_filed = draft["enregistree_comme"]
    became = f"version n°{as_filed}" if as_filed else "non enregistrée"
    if draft["abandonnee_le"]:
        became = f"abandonnée le {say(draft['abandonnee_le'])}"
    return table(
        f"Saisie commencée le {say(draft['commencee_le'])} par {draft['par']} : {draft['intitule']}, "
        f"{became}",
        ("Onglet gardé", "Dernière réponse gardée", "Révision"),
        ([one["onglet"], say(one["garde_le"]), str(one["revision"])] for one in draft["onglets"]),
        "aucun onglet n'est gardé.",
    )


def _hours(service: Facts) -> Iterable[Row]:
    say, minute = exact_by(service["fuseau"]), minute_by(service["fuseau"])
    for one in service["changements"]:
        what = f"{service['intitule']} : {one['quoi']}, par {one['par']}"
        if one["motif"]:
            what = f"{what}. Motif : {one['motif']}"
        yield [say(one["le"]), what, minute(one["ouverture"]), minute(one["fermeture"])]
    now = minute(service["ouverture"]), minute(service["fermeture"])
    yield ["Quand cette preuve est faite", service["intitule"], *now]


def _read_only(services: Iterable[Facts]) -> list[Row]:
    found: dict[str, Row] = {}
    for service in services:
        say = exact_by(service["fuseau"])
        for one in service["lectures_seules"]:
            end = say(one["fin"]) if one["fin"] else "Pas encore"
            found.setdefault(one["debut"], [say(one["debut"]), end, one["bandeau"]])
    return [found[begun] for begun in sorted(found)]


def _summary(one: Facts, say: Say) -> Row:
    opened = f"ouvert le {say(one['ouvert_le'])}" if one["ouvert_le"] else "pas encore ouvert"
    printed = one["empreinte_du_pdf"] or "pas encore imprimé"
    return [
        str(one["version"]),
        f"{say(one['delivre_le'])}, {opened}",
        f"{one['empreinte']} ; PDF : {printed}",
    ]
