"""What a real installation must say of itself before it opens: `sporades check --deploy`."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

from sporades.core import seal

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
