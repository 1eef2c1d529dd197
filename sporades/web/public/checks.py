"""What a real installation must say of itself before it opens: `sporades check --deploy`."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.files.storage import storages
from django.db import Error as DatabaseTrouble
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from sporades.core import files, seal

PROBE = b"sporades check --deploy"
STORES = {"default": "FILES_URL", "medical": "MEDICAL_FILES_URL"}

OWED = {
    "DEPLOYER_ADDRESS": "l'adresse postale de l'éditeur",
    "PUBLICATION_DIRECTOR": "le nom du directeur de la publication",
    "HOST_NAME": "le nom et l'adresse de l'hébergeur",
    "PRIVACY_CONTACT": "l'adresse du délégué à la protection des données",
}


@register(Tags.compatibility, deploy=True)
def legal_pages_are_complete(**kwargs: Any) -> list[Error]:
    """Name each variable that the legal pages lack."""
    return [
        Error(
            f"{name} est vide : la page « Mentions légales » ou « Données personnelles » doit donner {what}.",
            id="sporades.E001",
        )
        for name, what in OWED.items()
        if not getattr(settings, name)
    ]


@register(Tags.compatibility, deploy=True)
def the_seal_can_be_put(**kwargs: Any) -> list[Error]:
    """Open the key of the seal, where there is one: without it no PDF is given."""
    if not seal.is_configured() or seal.opens():
        return []
    said = "SEAL_KEY_FILE ne s'ouvre pas avec SEAL_KEY_PASSWORD : aucun PDF ne serait donné."
    return [Error(said, hint="Un fichier PKCS#12, et son mot de passe.", id="sporades.E002")]


@register(Tags.database, deploy=True)
def the_database_is_migrated(*, databases: list[str] | None, **kwargs: Any) -> list[Error]:
    """Ask each database that is named whether it answers, and whether its tables are of this code."""
    found = []
    for alias in databases or []:
        try:
            executor = MigrationExecutor(connections[alias])
            left = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseTrouble as trouble:
            said = f"DATABASE_URL : la base ne répond pas ({type(trouble).__name__})."
            found.append(Error(said, hint="Le serveur, le nom, l'utilisateur.", id="sporades.E003"))
            continue
        if left:
            said = f"{len(left)} migrations ne sont pas faites : « sporades migrate »."
            found.append(Error(said, id="sporades.E004"))
    return found


@register(Tags.database, deploy=True)
def the_stores_can_be_written_to(*, databases: list[str] | None, **kwargs: Any) -> list[Error]:
    """Write a file of some bytes to each store, and take it away."""
    return [found for store in STORES if databases for found in _refusal(store)]


def _refusal(store: str) -> list[Error]:
    """Say why a store keeps nothing: by right, or because it is full or away."""
    name = STORES[store]
    folder = _folder(store)
    if folder and Path(folder).is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        said = f"{name} : l'utilisateur qui lance Sporades ne peut pas écrire dans {folder}."
        return [Error(said, hint="Ses droits, ou un disque en lecture seule.", id="sporades.E006")]
    if not _takes(store):
        return [Error(f"{name} : l'entrepôt ne prend pas de fichier.", id="sporades.E005")]
    return []


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
