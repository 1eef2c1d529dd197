"""What tables serve, on what basis, and who reads them: what the map and the register say (RGPD, art. 30)."""

from dataclasses import dataclass
from enum import Enum

MISSION = (
    "Mission d'intérêt public (article 6, paragraphe 1, point e, du RGPD) **[à préciser : acte qui "
    "crée le traitement]**."
)
"""On what rests all that nothing else does: `docs/dossier.md`, « Base »."""


@dataclass(frozen=True)
class Measure:
    """What protects data.

    Attributes:
        said: what is done, in French.
        source: the paragraph of `docs/security.md` that says it, and names its tests.
    """

    said: str
    source: str


PERIMETER = Measure(
    "Le dossier d'un autre candidat, ou d'une académie hors du périmètre, n'existe pas.",
    "Somebody else's row does not exist.",
)
PASSWORDS = Measure(
    "Mots de passe gardés en empreintes Argon2id, de douze signes au moins, seize pour un agent ; ceux "
    "que d'autres devineraient sont refusés.",
    "Passwords.",
)
GUESSING = Measure(
    "Les essais sont comptés : deviner prend du temps, et laisse entrer qui est chez soi.",
    "Guessing costs time, and leaves the owner a way in.",
)
SECOND_FACTOR = Measure(
    "Double authentification, obligatoire pour les agents et les médecins.", "Second factor."
)
GIVEN_BACK = Measure(
    "Un compte pris par un autre se reprend pendant 72 heures.", "An account taken over comes back."
)
SESSIONS = Measure(
    "Une session s'arrête sans activité ; chacun voit les siennes et les ferme.", "Sessions."
)
FROZEN = Measure(
    "Ce qui est enregistré est figé par la base elle-même, versions comprises.",
    "What was filed is frozen",
)
JOURNAL = Measure(
    "Le journal garde qui a fait, ouvert ou emporté quoi ; il est enchaîné et scellé chaque minute.",
    "The journal tells what was touched.",
)
NOT_KEPT = Measure(
    "Ce qui est passé de sa durée est archivé ou effacé, dans la base et dans les fichiers.",
    "Data that are not kept cannot leak.",
)
MADE_ANEW = Measure(
    "Un fichier envoyé est refait, sans rien d'actif, et passe l'antivirus avant qu'un agent l'ouvre.",
    "What candidates send is made anew",
)
OPENED_ONCE_CLEAN = Measure(
    "Une pièce est à son inscription : l'adresse d'une autre ne mène nulle part.",
    "A piece is opened by its candidate, and by the office once clean.",
)
CHECKED = Measure(
    "Un document porte un code qui dit s'il est vrai, avec des initiales au lieu du nom.",
    "A paper can be checked.",
)
EMBARGO = Measure(
    "Rien n'est lu avant son instant de publication.", "An embargo is to the microsecond"
)
NO_NAME_IN_LOGS = Measure(
    "Les traces techniques du programme ne nomment personne.", "The log names nobody"
)
ONE_USE = Measure(
    "Le lien d'un mail sert une fois et ne contient rien de personnel.",
    "Links in mails serve once and carry nothing.",
)
HEALTH_APART = Measure(
    "Papiers et commentaires de santé chiffrés par une clé hors de la base, lus par le candidat et par "
    "le médecin chargé de la demande, et par personne d'autre ; chaque lecture lui est montrée.",
    "What is of health is read by its candidate and by the doctor in charge, and by nobody else",
)
OWN_COPY = Measure(
    "La copie de ses données n'est qu'à son propriétaire, et ne dit rien d'un autre.",
    "The copy of one's data is its owner's alone",
)
TWO_PERSONS = Measure(
    "Ce que deux agents doivent décider ne l'est jamais par un seul.",
    "Nobody makes the second person themselves.",
)
NO_LEAK_OF_LISTS = Measure(
    "Une liste n'est emportée qu'avec un motif et une marque ; un second agent approuve les grandes ; "
    "rien de ce qu'un critère de santé trouve n'est emporté.",
    "A list does not leak by itself",
)
SHOWN_AGAIN = Measure(
    "Ce qui blesse beaucoup redemande la double authentification.",
    "A session left open, or stolen, does not act on many.",
)
SIGN_INS = Measure(
    "Connexions et essais refusés sont gardés un an, et montrés à leur propriétaire.",
    "Who came to the door is known.",
)


@dataclass(frozen=True)
class Processing:
    """What the register says of an activity.

    Attributes:
        title: how it is called.
        purpose: what for.
        people: whose data.
        basis: what allows it.
        measures: what protects the data.
    """

    title: str
    purpose: str
    people: str
    measures: tuple[Measure, ...]
    basis: str = MISSION


class Activity(Enum):
    """What a table serves: one activity of the register, hence one legal basis."""

    ACCOUNTS = Processing(
        "Comptes et connexions",
        "Ouvrir un compte, vérifier que l'adresse mail est bien celle de la personne, ne laisser entrer "
        "qu'elle, lui rendre son compte si un autre l'a pris.",
        "Candidats, dont des mineurs ; agents et médecins désignés.",
        (PASSWORDS, GUESSING, SECOND_FACTOR, SESSIONS, GIVEN_BACK, SIGN_INS, ONE_USE),
    )
    REGISTRATION = Processing(
        "Inscription à un examen ou à un concours",
        "Inscrire, vérifier que les conditions sont remplies, répondre aux demandes de modification et "
        "de correction, reconnaître une personne inscrite deux fois.",
        "Candidats, dont des mineurs ; leur représentant légal et leurs parents (nom, téléphone, "
        "adresse mail).",
        (PERIMETER, FROZEN, JOURNAL, NOT_KEPT),
        f"{MISSION} L'affichage du nom dans les résultats publiés et sa transmission à des tiers dépendent "
        "d'un accord (point a), « non » par défaut et modifiable à tout moment. Le handicap, oui ou non : "
        "motif d'intérêt public important (article 9, paragraphe 2, point g).",
    )
    EVIDENCE = Processing(
        "Pièces justificatives",
        "Vérifier ce que la réglementation de l'examen demande, et dire ce qui manque.",
        "Candidats, dont des mineurs.",
        (MADE_ANEW, OPENED_ONCE_CLEAN, PERIMETER, NOT_KEPT),
    )
    DOCUMENTS = Processing(
        "Documents délivrés",
        "Remettre récapitulatifs, convocations, relevés et décisions, et dire à qui les lit s'ils sont "
        "vrais.",
        "Candidats, dont des mineurs ; agents qui les ont préparés.",
        (CHECKED, EMBARGO, TWO_PERSONS, PERIMETER),
    )
    WRITING = Processing(
        "Mails, courriers et messages",
        "Prévenir, rappeler une échéance, répondre, et garder ce qui a été écrit et si cela est parvenu.",
        "Candidats, dont des mineurs ; représentants légaux ; agents et médecins désignés ; qui demande à "
        "être prévenu d'une ouverture.",
        (ONE_USE, PERIMETER, NOT_KEPT),
    )
    ACCOMMODATIONS = Processing(
        "Aménagement des épreuves",
        "Recueillir l'avis du médecin désigné, décider des mesures demandées, les appliquer, répondre à "
        "un recours.",
        "Candidats, dont des mineurs ; représentant légal qui signe ; médecins désignés.",
        (HEALTH_APART, PERIMETER, JOURNAL, NOT_KEPT),
        "Motif d'intérêt public important prévu par le droit (article 9, paragraphe 2, point g, du RGPD) : "
        "code de l'éducation, articles D. 112-1 et D. 351-27 et suivants **[à préciser : acte qui crée le "
        "traitement]**.",
    )
    PROOF = Processing(
        "Journal, preuve et archives",
        "Prouver la date et l'auteur d'un acte, repérer un accès anormal, répondre à un recours ou à une "
        "demande d'attestation.",
        "Candidats, dont des mineurs ; agents et médecins désignés.",
        (JOURNAL, FROZEN, NOT_KEPT, NO_NAME_IN_LOGS),
    )
    RIGHTS = Processing(
        "Copie de ses données",
        "Remettre à une personne une copie de ce qui est gardé d'elle.",
        "Candidats, dont des mineurs.",
        (OWN_COPY, NOT_KEPT),
        "Obligation légale (article 6, paragraphe 1, point c, du RGPD) : son article 15.",
    )
    OFFICE = Processing(
        "Travail des agents",
        "Donner et retirer les accès, chercher des inscriptions, en traiter plusieurs à la fois, en "
        "emporter une liste.",
        "Agents et médecins désignés ; candidats que nomme une recherche ou une liste.",
        (TWO_PERSONS, SHOWN_AGAIN, NO_LEAK_OF_LISTS, PERIMETER, JOURNAL),
    )
    ORGANISING = Processing(
        "Réglementation, calendriers et annonces",
        "Dire quels examens sont offerts, où, quand et à quelles conditions ; afficher un message à tous.",
        "Agents qui les ont décidés ; personne à contacter d'un service des examens, dite à tous.",
        (TWO_PERSONS, FROZEN),
    )
    FIGURES = Processing(
        "Statistiques",
        "Compter les inscriptions et les réponses refusées.",
        "Personne : des nombres, que rien ne rapproche d'une inscription.",
        (NOT_KEPT,),
    )
    RUNNING = Processing(
        "Fonctionnement du service",
        "Faire un peu plus tard ce qui peut attendre, compter les essais, suivre un fichier en route.",
        "Qui demande un nouveau mot de passe, ou envoie un fichier.",
        (NO_NAME_IN_LOGS, NOT_KEPT),
    )


class Reader(Enum):
    """Who reads a table: by a page, a mail, a letter, a command or a copy of one's data."""

    PERSON = "la personne elle-même"
    OFFICE = "les agents, dans leur périmètre"
    DOCTOR = "le médecin désigné"
    GUARDIAN = "le représentant légal d'un mineur"
    BEARER = "qui lit un document, par son code"
    OPERATOR = "l'exploitation, par une commande"
    EVERYBODY = "tout le monde"
    NOBODY = "personne : le programme seul"


RECIPIENTS = {
    Reader.OFFICE: "Le service des examens de votre académie, dans la limite des attributions de chacun.",
    Reader.DOCTOR: "Le médecin désigné, si vous demandez un aménagement d'épreuves.",
    Reader.GUARDIAN: (
        "Votre représentant légal, si vous êtes mineur(e) : ce qui met fin à votre inscription, et ce qui "
        "peut être contesté."
    ),
    Reader.BEARER: (
        "Qui a en main un document que vous lui avez montré : son code dit si ce document est vrai, avec vos "
        "initiales au lieu de votre nom."
    ),
    Reader.OPERATOR: (
        "{publisher}{host} pour faire fonctionner ce service : un dossier n'est ouvert que pour le réparer, "
        "ou à votre demande, et c'est noté."
    ),
}
"""How « Données personnelles » says each of them to a candidate, who needs not be told of oneself."""


def recipients(*, publisher: str, host: str) -> list[str]:
    """Return who is told to receive what candidates tell.

    Args:
        publisher: who runs the service.
        host: on whose machines, nothing where it is not said.
    """
    named = {"publisher": publisher, "host": f", et {host} qui l'héberge," if host else ""}
    return [said.format(**named) for said in RECIPIENTS.values()]
