"""What a real installation must say of itself before it opens: `sporades check --deploy`."""

import os
import shutil
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import WARNING, CheckMessage, Error, Tags, register
from django.core.files.storage import storages
from django.core.mail import mailers
from django.core.mail.backends.smtp import EmailBackend
from django.db import Error as DatabaseTrouble
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import InsufficientPrivilege

from sporades.core import clock, files, pooler, seal, standing
from sporades.intake import antivirus
from sporades.mail.folder import FolderBackend
from sporades.web.layout import static
from sporades.web.public import rights

PROBE = b"sporades check --deploy"
STORES = {"default": "FILES_URL", "medical": "MEDICAL_FILES_URL"}

PATIENCE = 5
"""For how many seconds a mail server is waited for, or an antivirus."""

ROOM = 500_000_000
"""Of the folder of temporary files, in bytes: four archives of documents that come at the same time."""

MOST_RIGHTS = 3
"""How many of the rights that lack are named: a role without any lacks hundreds."""

OWED = {
    "DEPLOYER_ADDRESS": "l'adresse postale de l'éditeur",
    "PUBLICATION_DIRECTOR": "le nom du directeur de la publication",
    "HOST_NAME": "le nom et l'adresse de l'hébergeur",
    "PRIVACY_CONTACT": "l'adresse du délégué à la protection des données",
    "ACCESSIBILITY_SCHEME_URL": "l'adresse du schéma pluriannuel de mise en accessibilité",
    "ACCESSIBILITY_PLAN_URL": "l'adresse du plan d'actions annuel pour l'accessibilité",
}


@register(Tags.compatibility, deploy=True)
def legal_pages_are_complete(**kwargs: Any) -> list[Error]:
    """Name each variable that the legal pages lack."""
    return [
        Error(
            f"{name} est vide : « Mentions légales », « Données personnelles » ou « Accessibilité » "
            f"doit donner {what}.",
            id="sporades.E001",
        )
        for name, what in OWED.items()
        if not getattr(settings, name)
    ]


@register(Tags.compatibility, deploy=True)
def the_style_sheets_are_gathered(**kwargs: Any) -> list[Error]:
    """Say that no page would be shown: the web does not start without them."""
    return [] if static.are_gathered() else [Error(static.NOT_GATHERED, id="sporades.E008")]


@register(Tags.compatibility, deploy=True)
def the_seal_can_be_put(**kwargs: Any) -> list[CheckMessage]:
    """Open the key of the seal, where there is one, and look when it ends: without it no PDF is given."""
    if seal.is_configured() and not os.access(settings.SEAL_KEY_FILE, os.R_OK):
        said = f"SEAL_KEY_FILE : {settings.SEAL_KEY_FILE} n'existe pas, ou ne peut pas être lu."
        return [Error(said, hint="Aucun PDF ne serait donné.", id="sporades.E007")]
    if seal.is_configured() and not seal.opens():
        said = "SEAL_KEY_FILE ne s'ouvre pas avec SEAL_KEY_PASSWORD : aucun PDF ne serait donné."
        return [Error(said, hint="Un fichier PKCS#12, et son mot de passe.", id="sporades.E002")]
    now, renew = datetime.now(UTC), "Remplacez le fichier par celui du certificat renouvelé."
    if over := seal.outdated_in_words(now):
        said = f"SEAL_KEY_FILE : {over}, aucun PDF ne serait donné."
        return [Error(said, hint=renew, id="sporades.E011")]
    if soon := seal.ending_in_words(now):
        said = f"SEAL_KEY_FILE : {soon}."
        return [CheckMessage(WARNING, said, hint=renew, id="sporades.W008")]
    return []


@register(Tags.compatibility, deploy=True)
def what_is_given_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    """Say that nobody opens what candidates give: without an antivirus that answers it waits."""
    waits = "ce que les candidats déposent attend, et personne ne peut le lire."
    if not settings.CLAMD:
        return [CheckMessage(WARNING, f"CLAMD_URL est vide : {waits}", id="sporades.W001")]
    try:
        antivirus.scan(PROBE, patience=PATIENCE)
    except antivirus.Unreachable:
        said = f"CLAMD_URL : aucun antivirus ne répond à cette adresse, {waits}"
        return [CheckMessage(WARNING, said, id="sporades.W005")]
    return []


@register(Tags.compatibility, deploy=True)
def what_is_sent_has_room(**kwargs: Any) -> list[CheckMessage]:
    """Write a file where large ones wait while they come, and see how much room is left there."""
    refused = "aucun fichier de plus de 5 Mo ne serait pris."
    try:
        folder = settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(PROBE)
            file.flush()
        left = shutil.disk_usage(folder).free
    except OSError as trouble:
        said = f"Le dossier temporaire du web ne prend rien ({trouble}) : {refused}"
    else:
        if left >= ROOM:
            return []
        said = f"Le dossier temporaire du web, {folder}, n'a plus que {left // 1_000_000} Mo, il en faut {ROOM // 1_000_000}."
    return [
        CheckMessage(WARNING, said, hint="Faites-y de la place, ou TMPDIR.", id="sporades.W009")
    ]


@register(Tags.compatibility, deploy=True)
def mails_can_leave(**kwargs: Any) -> list[CheckMessage]:
    """Greet the mail server, encrypt and sign in as mails will; nothing is sent."""
    mailer = mailers["default"]
    if isinstance(mailer, FolderBackend) and not settings.DEMO:
        said = "MAIL_URL est un dossier : aucun mail ne part, personne ne peut activer son compte."
        hint = "smtp+starttls://utilisateur:motdepasse@serveur:587"
        return [CheckMessage(WARNING, said, hint=hint, id="sporades.W007")]
    if not isinstance(mailer, EmailBackend):
        return []
    mailer.timeout = PATIENCE
    try:
        with closing(mailer):
            mailer.open()
    except OSError as trouble:  # Those of smtplib are of its kind.
        why = " ".join(str(trouble).split()) or type(trouble).__name__
        said = (
            f"MAIL_URL : le serveur de mails ne prend pas de connexion, aucun ne partirait ({why})."
        )
        return [CheckMessage(WARNING, said, id="sporades.W002")]
    return []


@register(Tags.compatibility, deploy=True)
def the_database_is_migrated(*, databases: list[str], **kwargs: Any) -> list[CheckMessage]:
    """Ask each database whether it answers, and to whom, what time it is, whether its tables are of this code."""
    found: list[CheckMessage] = []
    for alias in databases:
        try:
            found += _encoding(connections[alias])
            found += _rights(connections[alias])
            found += _clock(connections[alias])
            found += _pooler(connections[alias])
            left = standing.migrations_left(connections[alias])
        except standing.TooOldError as reason:
            found.append(Error(str(reason), id="sporades.E004"))
            continue
        except DatabaseTrouble as trouble:
            if isinstance(trouble.__cause__, InsufficientPrivilege):
                continue  # It answers: a right lacks, and is told.
            said = f"DATABASE_URL : la base ne répond pas ({type(trouble).__name__})."
            hint = "Le serveur, le nom, l'utilisateur, son mot de passe."
            found.append(Error(said, hint=hint, id="sporades.E003"))
            continue
        if left:
            said = f"{left} migrations ne sont pas faites : « sporades migrate »."
            found.append(Error(said, id="sporades.E004"))
    return found


def _encoding(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    """Say that a database does not keep the names of everybody."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding == "UTF8":
        return []
    said = f"DATABASE_URL : la base est en {encoding}, elle ne garde pas tous les noms."
    hint = "createdb --encoding=UTF8 --template=template0, comme docs/operations.md."
    return [Error(said, hint=hint, id="sporades.E009")]


def _rights(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    """Say that the role may do more than serve, or less."""
    role = rights.role(connection)
    hint = "docs/operations.md, « The journal »."
    if rights.owned(connection):
        said = (
            f"DATABASE_URL : le rôle « {role} » possède les tables, ou peut agir comme qui les possède : "
            "rien de ce qui est déposé ni du journal n'est protégé de lui."
        )
        return [CheckMessage(WARNING, said, hint=hint, id="sporades.W003")]
    if lacking := rights.lacking(connection):
        more = len(lacking) - MOST_RIGHTS
        named = ", ".join(lacking[:MOST_RIGHTS]) + (f", et {more} autres" if more > 0 else "")
        said = f"DATABASE_URL : le rôle « {role} » n'a pas tous ses droits : {named}."
        return [CheckMessage(WARNING, said, hint=hint, id="sporades.W004")]
    return []


def _clock(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    """Say that two machines do not agree on the time, by which services close."""
    gap = clock.gap_in_words(connection)
    hint = "NTP sur toutes les machines : celle du web dit qui est arrivé à temps."
    said = f"DATABASE_URL : {gap}."
    return [CheckMessage(WARNING, said, hint=hint, id="sporades.W006")] if gap else []


def _pooler(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    """Say that a pooler lends what we believe is ours: locks would never be let go."""
    is_said = connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
    if is_said or connection.in_atomic_block or not pooler.is_shared(connection):
        return []
    said = (
        "DATABASE_URL : un répartiteur partage chaque connexion à PostgreSQL entre plusieurs clients "
        "(pool_mode=transaction) : des lots et des exports ne finiraient jamais."
    )
    hint = "DATABASE_URL=…?prepare=no, ou pool_mode=session."
    return [Error(said, hint=hint, id="sporades.E010")]


@register(Tags.compatibility, deploy=True)
def what_crosses_the_network_is_encrypted(**kwargs: Any) -> list[CheckMessage]:
    """Name what goes to another machine in clear (ASVS 12.1.1, 12.3.1)."""
    read = "pourrait être lu en chemin."
    mail = settings.MAILERS["default"].get("OPTIONS", {})
    database = connections["default"].settings_dict
    encrypts = mail.get("use_tls") or mail.get("use_ssl")
    found = []
    if _is_elsewhere(mail.get("host")) and not encrypts:
        said = f"MAIL_URL : les mails partent en clair, un lien de nouveau mot de passe {read}"
        found += [(said, "smtp+starttls://utilisateur:motdepasse@serveur:587")]
    if _is_elsewhere(database["HOST"]) and database["OPTIONS"].get("sslmode") != "verify-full":
        said = f"DATABASE_URL : rien n'oblige à chiffrer ni à vérifier qui répond, tout {read}"
        found += [(said, "?sslmode=verify-full, et sslrootcert si l'autorité est la vôtre.")]
    if settings.CLAMD and _is_elsewhere(settings.CLAMD[0]):
        said = f"CLAMD_URL : l'antivirus est sur une autre machine, chaque fichier {read}"
        found += [(said, "Un antivirus sur chaque machine qui sert, ou un tunnel chiffré.")]
    for alias, name in STORES.items():
        server = urlsplit(settings.STORAGES[alias].get("OPTIONS", {}).get("endpoint_url", ""))
        if server.scheme == "http" and _is_elsewhere(server.hostname):
            found += [(f"{name} : l'entrepôt est joint en clair, chaque fichier {read}", "s3://…")]
    return [CheckMessage(WARNING, said, hint=hint, id="sporades.W011") for said, hint in found]


def _is_elsewhere(host: str | None) -> bool:
    """Return whether a server is reached by a network: neither a socket nor this very machine."""
    if not host or host.startswith("/") or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


@register(Tags.compatibility, deploy=True)
def the_stores_can_be_written_to(**kwargs: Any) -> list[CheckMessage]:
    """Write a file of some bytes to each store, and take it away."""
    return [found for store in STORES for found in _refusal(store)]


def _refusal(store: str) -> list[CheckMessage]:
    """Say why a store keeps nothing: by right, or because it is full or away.

    As root nothing is tried in a folder of somebody else: the service could not write in what root
    leaves there.
    """
    name = STORES[store]
    folder = _folder(store)
    if folder and _is_typed_by_root_for_another(Path(folder)):
        said = f"{name} : lancée par root, la commande n'essaie rien dans {folder}, qui est à un autre."
        hint = "Lancez-la comme l'utilisateur du service : su -s /bin/sh sporades."
        return [CheckMessage(WARNING, said, hint=hint, id="sporades.W010")]
    if folder and _is_closed_to_us(Path(folder)):
        said = f"{name} : l'utilisateur qui lance Sporades ne peut pas écrire dans {folder}."
        return [Error(said, hint="Ses droits, ou un disque en lecture seule.", id="sporades.E006")]
    if not _takes(store):
        return [Error(f"{name} : l'entrepôt ne prend pas de fichier.", id="sporades.E005")]
    return []


def _is_typed_by_root_for_another(folder: Path) -> bool:
    try:
        return os.geteuid() == 0 and folder.is_dir() and folder.stat().st_uid != 0
    except PermissionError:
        return False


def _is_closed_to_us(folder: Path) -> bool:
    """Return whether a folder, or one that leads to it, lets us not in; one that lacks is made."""
    try:
        return folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK)
    except PermissionError:
        return True


def _folder(store: str) -> str:
    """Return the folder that a store is; nothing of one that is elsewhere."""
    try:
        return storages[store].path("")
    except NotImplementedError:
        return ""


def _takes(store: str) -> bool:
    try:
        key = files.put(PROBE, suffix=files.own_suffix(".txt"), store=store)
        files.forget_or_say([key], store=store)
    except files.OutOfReach:
        return False
    return True
