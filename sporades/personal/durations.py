"""How long everything is kept: the lines that each table names, and what a person reads of them.

The table of retention has what the night archives and erases; here is what its own day, or another
job, takes away, and what nothing does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from sporades.accounts import limits
from sporades.accounts.models import CHANGE_LASTS, UNDOING_LASTS
from sporades.acts.agents.appointing import KEPT_FOR as PROPOSALS_KEPT
from sporades.acts.tasks import ARRIVED_WITHIN, JOBS_KEPT_HOURS
from sporades.batches.operations.preparing import FORGOTTEN_AFTER as BATCHES_KEPT
from sporades.batches.operations.preparing import PREPARED_FOR
from sporades.candidates import claims
from sporades.drawers.operations import LONGEST_WAY, USED_FOR
from sporades.exchanges.models import KEPT_FOR as EXPORTS_TAKEN_FOR
from sporades.exchanges.operations import FORGOTTEN_AFTER as EXPORTS_KEPT
from sporades.notices.operations import LASTS as ALERT_CONFIRMED_WITHIN
from sporades.personal.models import KEPT_FOR as COPIES_KEPT
from sporades.registrations.counting import KEPT_FOR as REFUSALS_COUNTED
from sporades.registrations.models.registration import UNDO_FOR
from sporades.retention.categories import (
    CATEGORIES,
    CLOSING,
    ILLUSTRATIVE,
    SPECIFICATION,
    Category,
    in_years,
    kept_by_years,
    years_of_acts,
)
from sporades.searches.operations import PASSING_LASTS
from sporades.trials.operations import FORGOTTEN_AFTER as TRIALS_KEPT

USEFUL = "Choix de ce logiciel : le temps que cela serve."
WITHOUT_END = "sans limite"
HOUR = timedelta(hours=1)


def _hours(length: timedelta) -> str:
    return _counted(length // HOUR, "heure")


def _days(length: timedelta) -> str:
    return _counted(length.days, "jour")


def _years(length: timedelta) -> str:
    return in_years(length.days // 365)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"


def _active() -> str:
    return kept_by_years()["active"]


def _session() -> str:
    return _hours(timedelta(seconds=settings.SESSION_COOKIE_AGE))


OTHERS = (
    Category(
        "fiche",
        "Fiche faite par la gestion, pour qui aucune inscription n'est commencée ni conservée",
        "sa création",
        lambda: "6 mois, et la fin du code donné pour la reprendre",
        str,
        SPECIFICATION,
    ),
    Category(
        "code-de-fiche",
        "Code donné pour reprendre une fiche : son empreinte, et où son candidat était joint",
        "le jour où il est donné",
        lambda: f"{_days(claims.LASTS)}, ou son usage",
        str,
        USEFUL,
    ),
    Category(
        "adresse",
        "Nouvelle adresse mail pas encore confirmée ; ancienne adresse, ou moyen de connexion ajouté",
        "la demande ; le changement",
        lambda: f"{_hours(CHANGE_LASTS)} ; {_hours(UNDOING_LASTS)}",
        str,
        SPECIFICATION,
    ),
    Category(
        "session",
        "Session : appareil, adresse réseau, réponses qui attendent une nouvelle connexion",
        "la dernière page lue",
        lambda: f"{_session()}, ou la déconnexion",
        str,
        USEFUL,
    ),
    Category(
        "tentative",
        "Nombre des essais d'un compte, d'une adresse ou d'un réseau : des empreintes",
        "leur instant",
        lambda: _days(limits.REMEMBERED),
        str,
        USEFUL,
    ),
    Category(
        "alerte",
        "Demande d'être prévenu d'une ouverture, et ses mails",
        "la demande ; le départ du mail qui prévient, ou la fermeture",
        lambda: (
            f"{_hours(timedelta(seconds=ALERT_CONFIRMED_WITHIN))} si elle n'est pas confirmée ; 1 jour"
        ),
        str,
        USEFUL,
    ),
    Category(
        "envoi",
        "Fichier en cours d'envoi, ou sans ligne qui le nomme",
        "sa dernière partie ; son dépôt ; son arrivée",
        lambda: f"{_days(LONGEST_WAY)} ; {_hours(USED_FOR)} ; {_hours(ARRIVED_WITHIN)}",
        str,
        USEFUL,
    ),
    Category(
        "ouverture-sante",
        "Qui a ouvert un papier ou un commentaire de santé, et quand ; jamais archivé",
        CLOSING,
        _active,
        str,
        SPECIFICATION,
    ),
    Category(
        "copie",
        "Copie de ses données",
        "le moment où elle est prête",
        lambda: _days(COPIES_KEPT),
        str,
        USEFUL,
    ),
    Category(
        "gel",
        "Demande de garder une inscription au-delà de son terme, et son motif",
        "la demande",
        lambda: "jusqu'à ce qu'elle soit levée",
        str,
        "Le recours ou la demande qui l'impose.",
    ),
    Category(
        "lot",
        "Ce qui est fait de plusieurs inscriptions à la fois : la demande, ses lignes, le message écrit",
        "la demande",
        lambda: f"{_years(BATCHES_KEPT)} ; {_days(PREPARED_FOR)} si rien n'est lancé",
        str,
        USEFUL,
    ),
    Category(
        "export",
        "Export : la demande et ce qu'elle cherche ; son fichier",
        "la demande ; le moment où il est prêt",
        lambda: f"{_years(EXPORTS_KEPT)} ; {_hours(EXPORTS_TAKEN_FOR)}",
        str,
        USEFUL,
    ),
    Category(
        "recherche-sans-nom",
        "Recherche d'inscriptions, à laquelle personne n'a donné de nom",
        "son dernier usage",
        lambda: _days(PASSING_LASTS),
        str,
        USEFUL,
    ),
    Category(
        "modele",
        "Message gardé pour être écrit de nouveau",
        "sa création",
        lambda: "jusqu'à ce que son auteur le supprime ; le nom de l'auteur, comme son compte",
        str,
        USEFUL,
    ),
    Category(
        "acces-propose",
        "Accès proposé pour un agent, et ses mails",
        "la proposition",
        lambda: _years(PROPOSALS_KEPT),
        str,
        USEFUL,
    ),
    Category(
        "essai",
        "Essai d'une réglementation : les inscriptions qu'elle refuserait",
        "la demande",
        lambda: _days(TRIALS_KEPT),
        str,
        USEFUL,
    ),
    Category(
        "travail",
        "Travaux de la file d'attente ; ceux d'un nouveau mot de passe ont une adresse",
        "leur fin",
        lambda: _counted(JOBS_KEPT_HOURS, "heure"),
        str,
        USEFUL,
    ),
    Category(
        "refus-compte",
        "Nombre des réponses refusées, sans rien de saisi",
        "leur jour",
        lambda: _years(REFUSALS_COUNTED),
        str,
        USEFUL,
    ),
    Category(
        "sceau",
        "Sceaux du journal, et qu'un acte oublié a eu lieu : ni nom, ni contenu, ni adresse réseau",
        "leur instant",
        lambda: f"{WITHOUT_END} : le journal se vérifie en entier",
        str,
        SPECIFICATION,
    ),
    Category(
        "chiffre",
        "Nombre des inscriptions archivées, une chose à la fois",
        "leur archivage",
        lambda: f"{WITHOUT_END} : ce ne sont les données de personne",
        str,
        ILLUSTRATIVE,
    ),
    Category(
        "reglementation",
        "Réglementations, calendriers, services, bandeaux et listes officielles ; qui les a mis en vigueur "
        "ou changés",
        "leur entrée en vigueur",
        lambda: f"{WITHOUT_END} : ils disent sous quelles règles chacun est inscrit",
        str,
        ILLUSTRATIVE,
    ),
    Category(
        "programme",
        "Tables du programme lui-même : ni une personne, ni ce qu'elle fait",
        "leur création",
        lambda: WITHOUT_END,
        str,
        USEFUL,
    ),
)
"""What no night's work of retention erases: a job of the day does, a person, or nobody."""

DURATIONS = (*CATEGORIES, *OTHERS)
"""Every line that a table of the map may name, and that `archives durees` prints."""


# --- What a person reads of it ----------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A line of « Données personnelles ».

    Attributes:
        what: the data.
        why: what for.
        until: for how long.
        lines: the durations that it says.
    """

    what: str
    why: str
    until: Callable[[], str]
    lines: str


def _as_registration() -> str:
    years = kept_by_years()
    serves = (
        " ni les documents"
        if settings.RETENTION_WITHOUT_NAMES
        else ", que seul un archiviste lit pour un recours ou une attestation"
    )
    archived = f", puis {years['archived']}{serves}" if years["archived"] else ""
    return (
        f"{years['active']} après la fermeture du service d'inscription{archived}. Tout est ensuite effacé. "
        "Un recours en cours retarde l'effacement. La page de chaque inscription dit jusqu'à quel jour, et "
        "un mail vous prévient trente jours avant qu'elle quitte votre espace. De chaque document délivré "
        "reste, sans limite, que son code a été donné : la nature du document, l'autorité, le jour et s'il "
        "valait encore, sans nom ni numéro, pour qu'un vrai document ne passe pas pour un faux."
    )


def _as_session() -> str:
    minutes, staff = (
        settings.SESSION_IDLE // timedelta(minutes=1),
        settings.SESSION_OF_STAFF // HOUR,
    )
    return (
        f"Jusqu'à votre déconnexion. Sans elle, la connexion s'arrête après {minutes} minutes sans activité, "
        f"ou {_session()} au plus ({staff} pour un agent) ; ces données sont effacées {_session()} après la "
        "dernière page lue."
    )


def _as_health() -> str:
    return (
        "Jusqu'à la fin du délai de recours contre la décision, deux mois (trois ou quatre pour qui habite "
        "loin du tribunal), qu'un recours fait à temps prolonge, puis quinze jours, le temps qu'une lettre "
        f"postée le dernier jour arrive ; après une désinscription, pendant les {_hours(UNDO_FOR)} où vous "
        "pouvez vous réinscrire avec vos réponses ; au plus tard, autant que l'inscription est utilisée. Ils "
        "ne sont jamais archivés. Qui les a ouverts, et quand : autant que l'inscription est utilisée."
    )


def _as_traces() -> str:
    acts, others = in_years(settings.RETENTION_ACTS_YEARS), in_years(years_of_acts())
    return (
        "Votre nom et ce qui a changé : comme l'inscription à laquelle elles se rapportent. L'adresse réseau "
        "d'où un acte a été fait : 12 mois. Le nom de qui a consulté votre dossier : 12 mois, ou le temps "
        "d'un recours qui oblige à le garder. Ce que le service fait sans votre dossier, un export par "
        f"exemple : {acts}, ou {others} pour un calendrier, une réglementation ou un compte. Il reste "
        "ensuite, sans nom, qu'un acte a eu lieu."
    )


TOLD = (
    Told(
        "Compte non activé",
        "Vérifier que l'adresse mail est bien la vôtre.",
        lambda: "48 heures, puis tout est effacé.",
        "compte-non-active",
    ),
    Told(
        "Compte sans inscription",
        "Vous permettre de vous inscrire.",
        lambda: (
            "Six mois après sa dernière utilisation, aussi quand toutes ses inscriptions sont archivées. Un "
            "message vous prévient trente jours avant."
        ),
        "compte-sans-inscription",
    ),
    Told(
        "Fiche que le service a faite pour vous, sans compte ni inscription",
        "Vous inscrire quand vous le demandez au guichet ou sur papier.",
        lambda: (
            "Six mois. Le code qui vous la rend, et l'adresse où vous étiez joint alors : "
            f"{_days(claims.LASTS)}, ou jusqu'à ce que vous l'utilisiez."
        ),
        "fiche code-de-fiche",
    ),
    Told(
        "Nouvelle adresse mail, pas encore confirmée",
        "Vérifier qu'elle est bien la vôtre.",
        lambda: f"{_hours(CHANGE_LASTS)}.",
        "adresse",
    ),
    Told(
        "Ancienne adresse mail, après un changement",
        "Vous rendre votre compte si ce changement n'était pas de vous.",
        lambda: f"{_hours(UNDOING_LASTS)}.",
        "adresse",
    ),
    Told(
        "Appareils connectés et leur adresse réseau",
        "Vous montrer où votre compte est ouvert, et vous laisser le fermer.",
        _as_session,
        "session",
    ),
    Told(
        "Identité, coordonnées, inscription, épreuves, documents",
        "Vous inscrire, organiser l'examen.",
        _as_registration,
        "inscription publication gel",
    ),
    Told(
        "Messages avec votre service gestionnaire",
        "Vous répondre, et garder ce qui a été dit.",
        lambda: "Comme l'inscription, avec laquelle ils sont archivés puis effacés.",
        "inscription",
    ),
    Told(
        "Pièces justificatives que vous déposez, anciens fichiers compris",
        "Vérifier ce que la réglementation demande.",
        lambda: f"Comme l'inscription. Un envoi interrompu est effacé après {_days(LONGEST_WAY)}.",
        "inscription envoi",
    ),
    Told(
        "Fichiers de votre porte-documents",
        "Vous éviter d'envoyer plusieurs fois le même papier. Vous seul les voyez.",
        lambda: (
            "Jusqu'à ce que vous les supprimiez, ou avec le compte. Les copies déposées restent avec leur "
            "inscription."
        ),
        "compte-sans-inscription",
    ),
    Told(
        "Brouillon d'inscription",
        "Ne rien perdre de ce que vous avez saisi.",
        lambda: (
            f"Enregistré : comme l'inscription. Jamais enregistré : {_active()} après la fermeture du "
            "service, ou moins si le compte est effacé avant. Si vous l'abandonnez, vos réponses sont "
            "effacées aussitôt."
        ),
        "brouillon",
    ),
    Told(
        "Déclaration d'un handicap (oui ou non)",
        "Vous dire comment demander un aménagement.",
        lambda: "Comme l'inscription.",
        "inscription",
    ),
    Told(
        "Demande d'aménagement : mesures demandées, avis, décision, jamais pourquoi",
        "Décider des mesures, puis les appliquer le jour des épreuves.",
        lambda: "Comme l'inscription.",
        "inscription",
    ),
    Told(
        "Papiers et commentaires de santé que vous déposez",
        "Que le médecin désigné donne son avis sur l'aménagement demandé. Vous et lui êtes seuls à les lire : "
        "ils sont chiffrés, et chaque lecture vous est montrée.",
        _as_health,
        "sante ouverture-sante",
    ),
    Told(
        "Mails que nous vous envoyons",
        "Pouvoir dire ce qui vous a été écrit, et si cela vous est parvenu.",
        lambda: (
            "Comme ce dont ils parlent : compte, inscription, ou demande d'être prévenu, effacée un jour après "
            "l'ouverture."
        ),
        "alerte",
    ),
    Told(
        "Traces : qui a fait quoi, et quand",
        "Prouver la date d'un acte, repérer un accès anormal.",
        _as_traces,
        "provenance consultation acte acte-ancien sceau",
    ),
    Told(
        "Connexions et essais refusés : instant, appareil, adresse réseau",
        "Vous montrer qui a ouvert votre compte, ou l'a essayé.",
        lambda: "12 mois.",
        "connexion",
    ),
    Told(
        "Ce que le service a fait de plusieurs inscriptions à la fois, dont la vôtre",
        "Dire à qui le décide ce qui a été fait, et ce qui ne l'a pas été.",
        lambda: f"{_years(BATCHES_KEPT)}. Ce qui en change votre inscription reste avec elle.",
        "lot",
    ),
    Told(
        "Copie de vos données, quand vous la demandez",
        "Vous la remettre.",
        lambda: f"{_days(COPIES_KEPT)} une fois prête, avec le mail qui le dit.",
        "copie",
    ),
    Told(
        "Compte d'un agent ou d'un médecin désigné",
        "Savoir qui peut lire et décider quoi.",
        lambda: (
            f"{in_years(settings.RETENTION_STAFF_YEARS)} après la fin de son dernier rôle ; son nom reste dans "
            f"ce qu'il a décidé. Un accès seulement proposé : {_years(PROPOSALS_KEPT)}."
        ),
        "agent acces-propose",
    ),
)
"""What « Données personnelles » says: each duration of what is given to its person stands in a line."""
