"""What the paper of a proof says: the facts, in words and tables."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings

from sporades.acts.proving.facts import Facts
from sporades.acts.proving.verbs import NAMED_ALONE
from sporades.core.french import exact_in_words, instant_in_words, quoted
from sporades.journal.words import IN_WORDS

HEADING = "Preuve du dépôt"
FILE = "preuve-du-depot.json"
"""What the data in the paper are called; the template says the same."""

SEALED = (
    "Ce fichier porte le cachet électronique de : {authority}. Un lecteur de PDF dit de qui est le "
    "cachet, et si un seul octet du fichier a changé depuis."
)
UNSEALED = (
    "Ce fichier n'a pas de cachet électronique : ce service n'a pas de certificat pour en poser. "
    "Rien ne montre qu'il n'a pas été changé, sauf l'empreinte que le journal garde."
)
HOW = (
    "Les mêmes faits sont joints à ce PDF : " + FILE + ". Le contenu des actes y est, sauf de ceux "
    "que nomme « Ce que cette preuve ne dit pas ». "
    "SHA-256 de ce fichier joint, que le journal garde aussi : {digest}.",
    (
        "L'empreinte d'un acte est le SHA-256 de son contenu, écrit en JSON sans espace, ses clés dans "
        "l'ordre. Un sceau est posé chaque minute sur les empreintes des actes, et porte l'empreinte du "
        "sceau d'avant : le service qui tient le journal le relit par « sporades journal verify --sceau "
        "NUMÉRO:EMPREINTE », avec le numéro et l'empreinte d'un sceau de cette preuve."
    ),
)
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

type Row = list[str]


def content_of(facts: Facts, *, digest: str, is_sealed: bool) -> dict[str, Any]:
    """Return all that the paper prints.

    Args:
        facts: as `facts_of` returns them.
        digest: the SHA-256 of the data in the file.
        is_sealed: whether a seal is put on it.
    """
    zones = {one["cle"]: one["fuseau"] for one in facts["services"]}
    first = next(iter(zones.values()), settings.TIME_ZONE)
    say = _by(first)
    sealed = SEALED if is_sealed else UNSEALED
    about = facts["inscription"]
    return {
        "heading": HEADING,
        "title": about["intitule"] if about else "Saisies non enregistrées",
        "reference": f"n°{about['numero']}" if about else "saisies non enregistrées",
        "issuer": {"service": facts["service"], "authority": facts["autorite"]},
        "facts": _head(facts, say),
        "notice": sealed.format(authority=facts["autorite"]),
        "anomalies": facts["anomalies"] or [INTACT],
        "parts": [
            _part("Le dépôt", *_of_filing(facts, first, zones)),
            _part("Les heures du service", *_of_hours(facts)),
            _part("Ce qui a été délivré et envoyé", *_of_papers(facts, say)),
            _part("Le journal", *_of_journal(facts, say)),
        ],
        "receipts": [line for one in facts["versions"] for line in one["accuse_de_reception"]],
        "how": [line.format(digest=digest) for line in HOW],
        "left_out": list(LEFT_OUT),
    }


type Say = Callable[[str | None], str]


def _minute(zone: str) -> Say:
    """Return what says an opening or a closing, which are on a whole minute, by a clock."""
    return lambda instant: (
        instant_in_words(datetime.fromisoformat(instant), zone, weekday=False) if instant else "—"
    )


def _by(zone: str) -> Say:
    """Return what says an instant by a clock, to the millisecond."""
    return lambda instant: exact_in_words(datetime.fromisoformat(instant), zone) if instant else "—"


def _part(title: str, *tables: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "tables": list(tables)}


def _table(
    caption: str, columns: tuple[str, ...], rows: Iterable[Row], empty: str
) -> dict[str, Any]:
    return {"caption": caption, "columns": list(columns), "rows": list(rows), "empty": empty}


def _of_filing(facts: Facts, zone: str, zones: dict[int, str]) -> Iterable[dict[str, Any]]:
    say = _by(zone)
    yield _table(
        "Arrivées de « Enregistrer »",
        ("Arrivée", "Suite", "Par", "Heures du service à cet instant"),
        (_arrival(one, zones.get(one["service"], zone)) for one in facts["arrivees"]),
        "Aucune n'est gardée.",
    )
    yield _table(
        "Versions enregistrées",
        ("N°", "Arrivée, puis écriture à l'horloge de la base", "Par", "Empreinte"),
        (_version(one, say) for one in facts["versions"]),
        "Aucune.",
    )
    for draft in facts["saisies"]:
        yield _steps(draft, _by(zones[draft["service"]]))


def _of_hours(facts: Facts) -> Iterable[dict[str, Any]]:
    yield _table(
        "Heures du service",
        ("Depuis", "Acte", "Ouverture", "Fermeture"),
        (row for one in facts["services"] for row in _hours(one)),
        "Aucun changement au journal.",
    )
    yield _table(
        "Périodes de lecture seule",
        ("Début", "Fin", "Bandeau"),
        _read_only(facts["services"]),
        "Aucune depuis l'ouverture, ou depuis la première saisie.",
    )


def _of_papers(facts: Facts, say: Say) -> Iterable[dict[str, Any]]:
    yield _table(
        "Récapitulatifs délivrés",
        ("Version", "Délivré, puis ouvert par le candidat", "Empreintes du contenu et du PDF"),
        (_summary(one, say) for one in facts["recapitulatifs"]),
        "Aucun.",
    )
    yield _table(
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


def _of_journal(facts: Facts, say: Say) -> Iterable[dict[str, Any]]:
    yield _table(
        "Actes au journal",
        ("N° et sceau", "Instant", "Acte", "Empreinte"),
        (_act(one, say) for one in facts["actes"]),
        "Aucun.",
    )
    yield _table(
        "Sceaux du journal",
        ("N°", "Posé", "Empreinte"),
        ([str(one["numero"]), say(one["pose_le"]), one["empreinte"]] for one in facts["sceaux"]),
        "Aucun : ces actes seront scellés dans la minute.",
    )


def _head(facts: Facts, say: Say) -> list[Row]:
    about, candidate = facts["inscription"], facts["candidat"]
    lines = [
        ["Candidat", candidate["nom"]],
        ["N° candidat", candidate["numero"] or "Pas encore"],
        ["Adresse mail", candidate["adresse"] or "Aucune"],
    ]
    if about:
        lines += [
            ["N° d'inscription", about["numero"]],
            ["Académie", about["academie"]],
            ["État", f"{about['etat']}, version n°{about['version']}"],
        ]
    return [*lines, ["Preuve faite le", say(facts["faite_le"])], ["Par", facts["faite_par"]]]


def _arrival(one: Facts, zone: str) -> Row:
    say, minute = _by(zone), _minute(zone)
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
    return _table(
        f"Saisie commencée le {say(draft['commencee_le'])} par {draft['par']} : {draft['intitule']}, "
        f"{became}",
        ("Onglet gardé", "Dernière réponse gardée", "Révision"),
        ([one["onglet"], say(one["garde_le"]), str(one["revision"])] for one in draft["onglets"]),
        "aucun onglet n'est gardé.",
    )


def _hours(service: Facts) -> Iterable[Row]:
    say, minute = _by(service["fuseau"]), _minute(service["fuseau"])
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
        say = _by(service["fuseau"])
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


def _act(one: Facts, say: Say) -> Row:
    seal = f"sceau n°{one['sceau']}" if one["sceau"] else "pas encore scellé"
    came = one["provenance"]
    whence = f", depuis l'adresse réseau {came['network']}" if came else ""
    return [
        f"{one['numero']}, {seal}",
        say(one["le"]),
        f"{one['quoi']}, par {one['par']}{whence}",
        one["empreinte"],
    ]
