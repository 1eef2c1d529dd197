"""What a deployer says through the environment, read once and checked.

Each function takes the name of a variable and ends the start of the program with
one clear line when the value is missing or cannot be used.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50
FEWEST_DIFFERENT_SIGNS = 12


def text(name: str, default: str | None = None) -> str:
    """Return a variable, or its default; without either, refuse to start."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        message = f"La variable d'environnement {name} est obligatoire : Sporades ne démarre pas sans elle."
        raise ImproperlyConfigured(message)
    return value


def flag(name: str) -> bool:
    """Return whether a variable is set to 1, oui, true or yes."""
    return os.environ.get(name, "").strip().lower() in {"1", "oui", "true", "yes"}


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of a variable."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str) -> str:
    """Return a secret that is long and varied enough; refuse a weak one."""
    value = text(name)
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


def site(name: str, *, demo: bool) -> str:
    """Return the public address of the service: https, but in the demo."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path:
        message = f"{name} doit être l'adresse publique du service, par exemple https://inscriptions.exemple.fr"
        raise ImproperlyConfigured(message)
    if parts.scheme == "http" and not demo:
        message = (
            f"{name} doit commencer par https:// (seule la démonstration se passe de chiffrement)."
        )
        raise ImproperlyConfigured(message)
    return value


def origins(*addresses: str) -> list[str]:
    """Return the origins of addresses, without those that are empty."""
    parts = [urlsplit(address) for address in addresses if address]
    return [f"{part.scheme}://{part.netloc}" for part in parts]


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for the PostgreSQL address in a variable."""
    parts = urlsplit(text(name))
    if parts.scheme not in {"postgres", "postgresql"}:
        message = (
            f"{name} doit commencer par postgresql:// (Sporades ne fonctionne qu'avec PostgreSQL)."
        )
        raise ImproperlyConfigured(message)
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    pool_size = int(asked.pop("pool", "10"))
    options: dict[str, Any] = {
        **asked,
        "pool": {"min_size": 1, "max_size": pool_size, "timeout": 10},
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(asked.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


def mailer(name: str) -> dict[str, Any]:
    """Return Django's mailer for smtp://, smtp+starttls://, smtps:// or eml:// (a folder)."""
    parts = urlsplit(text(name))
    if parts.scheme == "eml":
        Path(parts.path).mkdir(parents=True, exist_ok=True)
        return {
            "BACKEND": "sporades.mail.folder.FolderBackend",
            "OPTIONS": {"folder": parts.path},
        }
    if parts.scheme not in {"smtp", "smtp+starttls", "smtps"} or not parts.hostname:
        message = f"{name} doit être de la forme smtp+starttls://utilisateur:motdepasse@serveur:587"
        raise ImproperlyConfigured(message)
    options = {
        "host": parts.hostname,
        "port": parts.port or 25,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+starttls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }
    return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}


def file_store(name: str) -> dict[str, Any]:
    """Return Django's storage for file:///folder or s3://key:secret@host:port/bucket."""
    parts = urlsplit(text(name))
    if parts.scheme == "file":
        Path(parts.path).mkdir(parents=True, exist_ok=True)
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": parts.path,
                "base_url": None,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    if parts.scheme not in {"s3", "s3+http"} or not parts.hostname or not parts.path.strip("/"):
        message = f"{name} doit être de la forme file:///dossier ou s3://clé:secret@serveur/seau"
        raise ImproperlyConfigured(message)
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
            "addressing_style": asked.get("style", ["path"])[-1],
            "signature_version": "s3v4",
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
