"""What a deployer says through the environment, read once and checked.

Each function takes the name of a variable and ends the start of the program with
one clear line when the value is missing or cannot be used.
"""

import base64
import os
import re
import stat
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

SHORTEST_SECRET = 50
FEWEST_DIFFERENT_SIGNS = 12
MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
CLAMD_PORT = 3310
MEDICAL_KEY_BYTES = 32
BRAND_SHEET = "brand.css"
YES, NO = ("1", "oui", "on", "true", "yes"), ("0", "non", "off", "false", "no")

MOST_YEARS = 99

REHEARSED = "_repetition"
"""How the name of a rehearsal's database ends; `tools.rehearsal` makes and drops no other."""

FOUND_AGAIN = 5
"""For how many seconds a page waits for the database, and a pool tries before it begins anew."""

LIMITS_OF_PAGES = "-c lock_timeout=3s -c idle_in_transaction_session_timeout=60s"
"""How long a page waits for what another transaction holds, and holds what others wait for."""

PREPARED_AFTER = 2
"""How many times a connection asks a question before PostgreSQL keeps its plan."""


def text(name: str, default: str | None = None) -> str:
    """Return a variable, or its default; without either, refuse to start."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(_lacking(name))
    return value


def required(*names: str) -> None:
    """Refuse to start without these variables, all those that are missing being named at once."""
    missing = [name for name in names if not os.environ.get(name, "").strip()]
    if missing:
        raise ImproperlyConfigured(_lacking(*missing))


def _lacking(*names: str) -> str:
    if len(names) == 1:
        return f"La variable d'environnement {names[0]} est obligatoire : Sporades ne démarre pas sans elle."
    return (
        f"Les variables d'environnement {', '.join(names[:-1])} et {names[-1]} sont obligatoires : "
        "Sporades ne démarre pas sans elles."
    )


def flag(name: str) -> bool:
    """Return whether a variable says yes; it is no when it is empty."""
    value = text(name, "").lower()
    if value and value not in {*YES, *NO}:
        message = f"{name} vaut 1 (oui) ou 0 (non)."
        raise ImproperlyConfigured(message)
    return value in YES


def number(name: str, default: str, *, least: int) -> int:
    """Return a whole number of years, between its least and ninety-nine."""
    value = text(name, default)
    if not (value.isdecimal() and least <= int(value) <= MOST_YEARS):
        message = f"{name} est un nombre d'années entier, de {least} à {MOST_YEARS}."
        raise ImproperlyConfigured(message)
    return int(value)


def rehearsal(name: str) -> timedelta | None:
    """Return how far ahead of the clock a rehearsal plays; nothing for a real installation.

    It never starts on a database, a mail server or a file store that may be real ones.
    """
    value = text(name, "")
    if not value:
        return None
    if not re.fullmatch(r"-?\d{1,10}", value):
        message = f"{name} est un nombre de secondes, que « make rehearsal » calcule."
        raise ImproperlyConfigured(message)
    apart = {
        "SPORADES_DEMO": flag("SPORADES_DEMO"),
        "DATABASE_URL": urlsplit(text("DATABASE_URL")).path.endswith(REHEARSED),
        "MAIL_URL": text("MAIL_URL").startswith("eml:"),
        "FILES_URL": text("FILES_URL").startswith("file:"),
        "MEDICAL_FILES_URL": text("MEDICAL_FILES_URL").startswith("file:"),
    }
    if real := [one for one, is_apart in apart.items() if not is_apart]:
        message = f"{name} : une répétition ne touche à rien de réel, voyez {', '.join(real)}."
        raise ImproperlyConfigured(message)
    return timedelta(seconds=int(value))


def one_of(name: str, *allowed: str) -> str:
    """Return a variable that has few values, the first of which is its default."""
    value = text(name, allowed[0])
    if value not in allowed:
        message = f"{name} vaut {', '.join(allowed[:-1])} ou {allowed[-1]}."
        raise ImproperlyConfigured(message)
    return value


def words(name: str) -> list[str]:
    """Return the comma-separated words of a variable."""
    return [word.strip() for word in text(name, "").split(",") if word.strip()]


def together(*names: str) -> list[str]:
    """Return variables that mean something only together: all of them, or none (all empty)."""
    values = [text(name, "") for name in names]
    if any(values) and not all(values):
        lacking = " et ".join(name for name, value in zip(names, values, strict=True) if not value)
        message = f"{', '.join(names)} vont ensemble : il manque {lacking}."
        raise ImproperlyConfigured(message)
    return values


def secret(name: str) -> str:
    """Return a secret that is long and varied enough; refuse a weak one."""
    return _strong(name, text(name))


def secrets(name: str) -> list[str]:
    """Return the comma-separated secrets of a variable, none of them weak."""
    return [_strong(name, value) for value in words(name)]


def _strong(name: str, value: str) -> str:
    if (
        len(value) < SHORTEST_SECRET
        or len(set(value)) < FEWEST_DIFFERENT_SIGNS
        or "insecure" in value.lower()
    ):
        message = (
            f"{name} est trop faible : il faut au moins {SHORTEST_SECRET} caractères tirés au hasard. "
            "Par exemple : python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
        raise ImproperlyConfigured(message)
    return value


def medical_keys(name: str) -> dict[str, bytes]:
    """Return the master keys of the medical compartment by their label, the one that writes first.

    Nothing of what cannot be used is repeated: it may be a key.
    """
    found: dict[str, bytes] = {}
    for place, word in enumerate(words(name), start=1):
        label, _, said = word.partition(":")
        key = _decoded(said)
        if not re.fullmatch(r"[a-z0-9-]{1,20}", label) or len(key) != MEDICAL_KEY_BYTES:
            raise ImproperlyConfigured(_no_key(name, place))
        if label in found or key in found.values() or len(set(key)) < FEWEST_DIFFERENT_SIGNS:
            message = f"{name} : la clé n°{place} est déjà donnée, ou n'est pas tirée au hasard."
            raise ImproperlyConfigured(message)
        found[label] = key
    if not found:
        raise ImproperlyConfigured(_no_key(name, 1))
    return found


def _decoded(said: str) -> bytes:
    try:
        return base64.b64decode(said, validate=True)
    except ValueError:  # binascii.Error is one; what is not ASCII is another.
        return b""


def _no_key(name: str, place: int) -> str:
    return (
        f"{name} : la clé n°{place} doit être de la forme nom:clé, la clé de 32 octets en base64. "
        "Par exemple : python -c 'import base64, secrets; "
        'print("2027:" + base64.b64encode(secrets.token_bytes(32)).decode())\''
    )


def address(name: str, value: str) -> SplitResult:
    """Return the parts of the address in a variable; its port, if any, is a number."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ImproperlyConfigured(_no_address(name)) from None
    if parts.fragment:
        raise ImproperlyConfigured(_no_address(name))
    return parts


def _no_address(name: str) -> str:
    """Say that an address cannot be read; what is wrong is not repeated: it may be a password."""
    return (
        f"{name} n'est pas une adresse : vérifiez le serveur et le numéro de port. Dans un mot de "
        "passe, # / ? @ : % s'écrivent %23 %2F %3F %40 %3A %25."
    )


def site(name: str, *, demo: bool) -> str:
    """Return the public address of the service: https, but in the demo."""
    value = text(name).rstrip("/")
    parts = address(name, value)
    more = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in {"https", "http"} or not _is_machine(parts) or more:
        message = f"{name} doit être l'adresse publique du service, par exemple https://inscriptions.exemple.fr"
        raise ImproperlyConfigured(message)
    if parts.scheme == "http" and not demo:
        message = (
            f"{name} doit commencer par https:// (seule la démonstration se passe de chiffrement)."
        )
        raise ImproperlyConfigured(message)
    return value


def _is_machine(parts: SplitResult) -> bool:
    return re.fullmatch(r"[\w.-]+|[\da-f:.]+", parts.hostname or "") is not None


def demo(name: str) -> bool:
    """Return whether this is the demo, which writes to nobody."""
    is_demo = flag(name)
    if is_demo and not text("MAIL_URL", "eml:").startswith("eml:"):
        message = (
            f"{name} : la démonstration n'écrit à personne, MAIL_URL doit être eml:///dossier."
        )
        raise ImproperlyConfigured(message)
    if is_demo and text("SITE_URL", "").startswith("https:"):
        message = (
            f"{name} : la démonstration montre ses mails à tous, SITE_URL ne peut pas être l'adresse "
            "d'un service réel, en https://."
        )
        raise ImproperlyConfigured(message)
    return is_demo


def origins(name: str) -> list[str]:
    """Return the origin of the address in a variable; none when it is empty."""
    value = text(name, "")
    parts = address(name, value)
    if value and (parts.scheme not in {"https", "http"} or not parts.hostname):
        message = f"{name} doit être une adresse en https://"
        raise ImproperlyConfigured(message)
    return [f"{parts.scheme}://{parts.netloc}"] if value else []


def machines(name: str) -> list[str]:
    """Return the comma-separated IP addresses of a variable."""
    try:
        found = [ip_address(value) for value in words(name)]
    except ValueError:
        message = (
            f"{name} doit donner des adresses IP séparées par des virgules : 10.0.0.1, 10.0.0.2"
        )
        raise ImproperlyConfigured(message) from None
    return [str(getattr(one, "ipv4_mapped", None) or one) for one in found]


def sender(name: str, default: str | None) -> str:
    """Return who writes our mails: an address, with or without a name before it."""
    value = text(name, default)
    if "@" not in parseaddr(value)[1]:
        message = (
            f"{name} doit être une adresse, par exemple Inscriptions <ne-pas-repondre@exemple.fr>"
        )
        raise ImproperlyConfigured(message)
    return value


def contact(name: str, default: str) -> str:
    """Return where people write: a mail address or that of a page, or nothing."""
    value = text(name, default)
    if value and not _is_page(name, value) and not _is_mail(value):
        message = f"{name} doit être une adresse, par exemple dpd@exemple.fr"
        raise ImproperlyConfigured(message)
    return value


def page(name: str) -> str:
    """Return the address of a page or of a file that everybody may read, or nothing."""
    value = text(name, "")
    if value and not _is_page(name, value):
        message = (
            f"{name} doit être l'adresse d'une page, par exemple https://exemple.fr/accessibilite"
        )
        raise ImproperlyConfigured(message)
    return value


def _is_page(name: str, value: str) -> bool:
    return value.startswith("https://") and bool(address(name, value).hostname)


def _is_mail(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def brand(name: str) -> Path | None:
    """Return the folder of a deployer's brand, which holds at least its style sheet."""
    value = text(name, "")
    if value and not (Path(value) / BRAND_SHEET).is_file():
        message = f"{name} doit être un dossier où se trouve {BRAND_SHEET}."
        raise ImproperlyConfigured(message)
    return Path(value) if value else None


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for the PostgreSQL address in a variable."""
    parts = address(name, text(name))
    if "@" in parts.path + parts.query:
        # A « / » or a « ? » of the password ended the server's name.
        raise ImproperlyConfigured(_no_address(name))
    if parts.scheme not in {"postgres", "postgresql"}:
        message = (
            f"{name} doit commencer par postgresql:// (Sporades ne fonctionne qu'avec PostgreSQL)."
        )
        raise ImproperlyConfigured(message)
    if not parts.path.strip("/"):
        message = f"{name} doit finir par le nom de la base : postgresql://…/sporades"
        raise ImproperlyConfigured(message)
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    pool_size = asked.pop("pool", "10")
    if not pool_size.isdecimal() or not int(pool_size):
        message = f"{name} : pool est un nombre de connexions, par exemple ?pool=10"
        raise ImproperlyConfigured(message)
    prepares = asked.pop("prepare", "yes")
    if prepares not in {"yes", "no"}:
        message = f"{name} : prepare vaut yes, ou no derrière un répartiteur qui l'exige."
        raise ImproperlyConfigured(message)
    try:
        make_conninfo("", **asked)
    except ProgrammingError:
        message = f"{name} : une option n'est pas de PostgreSQL, parmi {', '.join(asked)}."
        raise ImproperlyConfigured(message) from None
    options: dict[str, Any] = {
        **asked,
        # PostgreSQL plans a question once for each connection: half of what a page costs it.
        "server_side_binding": True,
        "prepare_threshold": PREPARED_AFTER if prepares == "yes" else None,
        # A server that is back is found within seconds, however long it was away: the pool's own
        # patience doubles with each attempt.
        "pool": {
            "min_size": 1,
            "max_size": int(pool_size),
            "timeout": FOUND_AGAIN,
            "reconnect_timeout": FOUND_AGAIN,
        },
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": asked.get("host", _host(parts)),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        # It says too that nothing is kept between two transactions: neither cursors nor locks of
        # the session (sporades/core/pooler.py).
        "DISABLE_SERVER_SIDE_CURSORS": prepares == "no",
    }


def answers_pages(database: dict[str, Any]) -> None:
    """Make the connections of the web give up before its readers do (R-18, R-32).

    A thread that waited for ever for a row that something else holds would answer nobody: a few of
    them are the whole web. The worker and the commands wait: nobody looks on.

    Args:
        database: Django's settings for it, changed in place. Behind a pooler that keeps nothing
            between two transactions (`prepare=no`) the role has to hold these limits
            (docs/operations.md).
    """
    options = database["OPTIONS"]
    if options["prepare_threshold"] is None:
        return
    # Of two that are said the last one counts: the deployer's own.
    options["options"] = f"{LIMITS_OF_PAGES} {options.get('options', '')}".strip()


def _host(parts: SplitResult) -> str:
    """Return the server's name, or the folder of its socket, which is written %2Frun%2Fpostgresql."""
    said = parts.netloc.rpartition("@")[2].partition(":")[0]
    return unquote(said) if said.upper().startswith("%2F") else parts.hostname or ""


def mailer(name: str) -> dict[str, Any]:
    """Return Django's mailer for smtp://, smtp+starttls://, smtps:// or eml:// (a folder)."""
    parts = address(name, text(name))
    if parts.scheme == "eml":
        return {
            "BACKEND": "sporades.mail.folder.FolderBackend",
            "OPTIONS": {"folder": _made(name, _folder(name, parts))},
        }
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        message = f"{name} doit être de la forme smtp+starttls://utilisateur:motdepasse@serveur:587"
        raise ImproperlyConfigured(message)
    options = {
        "host": parts.hostname,
        "port": parts.port or MAIL_PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+starttls",
        "use_ssl": parts.scheme == "smtps",
        # Of each answer until a mail may be handed over (`sporades/mail/conversation.py`): a worker that
        # waits for it does nothing else.
        "timeout": 5,
    }
    return {"BACKEND": "sporades.mail.conversation.Backend", "OPTIONS": options}


def file_store(name: str) -> dict[str, Any]:
    """Return Django's storage for file:///folder or s3://key:secret@host:port/bucket."""
    parts = address(name, text(name))
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": _kept(name, _folder(name, parts)),
                "base_url": None,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    if parts.scheme not in {"s3", "s3+http"} or not parts.hostname or not parts.path.strip("/"):
        message = f"{name} doit être de la forme file:///dossier ou s3://clé:secret@serveur/seau"
        raise ImproperlyConfigured(message)
    # Known to those alone who keep files there: it is long to load.
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    scheme = "http" if parts.scheme == "s3+http" else "https"
    port = f":{parts.port}" if parts.port else ""
    asked = parse_qs(parts.query)
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "bucket_name": parts.path.strip("/"),
            "endpoint_url": f"{scheme}://{parts.hostname}{port}",
            "region_name": asked.get("region", ["eu-west-1"])[-1],
            "client_config": Config(
                s3={"addressing_style": asked.get("style", ["path"])[-1]},
                signature_version="s3v4",
                # Somebody waits for the page: better to say that it comes later.
                connect_timeout=3,
                read_timeout=10,
                retries={"total_max_attempts": 2},
            ),
            # Each of these waits in turn: five, unless it is said.
            "transfer_config": TransferConfig(num_download_attempts=1),
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }


def apart(name: str, other: str) -> None:
    """Refuse two stores of which one is the other, or lies within it."""
    mine, theirs = (_place(address(one, text(one))) for one in (name, other))
    if mine[0] == theirs[0] and (
        mine[1].is_relative_to(theirs[1]) or theirs[1].is_relative_to(mine[1])
    ):
        message = f"{name} doit nommer un autre dossier, ou un autre seau, que {other}."
        raise ImproperlyConfigured(message)


def _place(parts: SplitResult) -> tuple[tuple[str, int | None], Path]:
    """Return where a store is: a server, and a folder or a bucket."""
    if parts.scheme == "file":
        return ("", None), Path(parts.path).resolve()
    return (parts.hostname or "", parts.port), Path(parts.path.strip("/"))


def antivirus(name: str) -> tuple[str, int] | None:
    """Return the server and the port of the clamd in a variable; none when it is empty."""
    value = text(name, "")
    if not value:
        return None
    parts = address(name, value)
    if not parts.hostname or value != f"tcp://{parts.netloc}" or "@" in value:
        message = f"{name} doit être de la forme tcp://127.0.0.1:3310, sans rien d'autre."
        raise ImproperlyConfigured(message)
    return parts.hostname, parts.port or CLAMD_PORT


def _folder(name: str, parts: SplitResult) -> str:
    """Return the folder that an address names, by its whole path."""
    if parts.netloc or not parts.path.strip("/") or not parts.path.startswith("/"):
        message = (
            f"{name} doit donner un chemin entier, avec trois barres : {parts.scheme}:///dossier"
        )
        raise ImproperlyConfigured(message)
    return parts.path


def _kept(name: str, folder: str) -> str:
    """Return the folder of a store, which is never made: one of a slip would be in no backup.

    One that exists is not asked whether it may be written to: what is read-only, full or away today
    stops neither the web nor the commands of that night, and `check --deploy` says it.
    """
    if _is_missing(folder):
        message = (
            f"{name} : le dossier {folder} n'existe pas. Vérifiez son nom, et que son disque est "
            "monté ; un premier dossier se crée à la main."
        )
        raise ImproperlyConfigured(message)
    return folder


def _made(name: str, folder: str) -> str:
    """Return a folder, made if need be."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if _is_missing(folder):
            message = f"{name} : le dossier {folder} ne peut pas être créé ({error.strerror})."
            raise ImproperlyConfigured(message) from None
    return folder


def _is_missing(folder: str) -> bool:
    """Return whether no folder is there; of a disk that does not answer nothing is known."""
    try:
        return not stat.S_ISDIR(os.stat(folder).st_mode)  # noqa: PTH116 - it says why it fails
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
