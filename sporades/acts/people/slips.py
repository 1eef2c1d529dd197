"""« Fiche de connexion »: a new code, on paper and nowhere else (B8)."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from sporades.accounts.permissions import Reach
from sporades.acts.people.claiming import give_code
from sporades.candidates.claims import LASTS
from sporades.candidates.models import Candidate
from sporades.core import pdf
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words, spaced
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.documents.codes import in_groups
from sporades.registrations.models import Registration
from sporades.territory import queries as territory

TEMPLATE = "candidates/typst/slip.typ"

logger = logging.getLogger(__name__)


class SlipNotPrinted(Refused):
    """A slip that cannot be printed gives no code: the one before still serves."""

    message = (
        "La fiche de connexion ne peut pas être imprimée, et aucun code n'est donné. Le service "
        "technique en est prévenu : réessayez plus tard."
    )


@transaction.atomic
def slip(
    candidate: Candidate,
    *,
    reach: Reach,
    academy: str,
    by: Actor,
    at: datetime,
    seen: str | None = None,
) -> bytes:
    """Return the PDF of a login slip with a new code, which is shown nowhere else.

    It does not say the birth date, which is asked with the code: whoever finds it opens nothing.

    Args:
        candidate: the record.
        reach: where whoever gives it keeps records.
        academy: for which it is given.
        by: who gives it.
        at: the instant.
        seen: as `give_code` says.

    Raises:
        Merged, HasAccount, HeldElsewhere, GivenMeanwhile: as `give_code` says.
        SlipNotPrinted: nothing is given.
    """
    code = give_code(candidate, reach=reach, academy=academy, by=by, at=at, seen=seen)
    try:
        return pdf.typeset(TEMPLATE, _content(candidate, code, academy=academy, at=at), at=at)
    except pdf.CannotPrint as failure:
        logger.exception("The slip of candidate %s cannot be printed", candidate.pk)
        raise SlipNotPrinted from failure


def _content(candidate: Candidate, code: str, *, academy: str, at: datetime) -> dict[str, Any]:
    here = territory.academy(academy)
    page = link_to("account_claim").split("://", 1)[1]
    return {
        "title": "Fiche de connexion",
        "issuer": settings.DEPLOYER_NAME,
        "name": candidate.identity.full_name,
        "lead": spaced(
            f"Un service des examens a fait votre dossier dans {settings.SERVICE_NAME}. Avec ce code, "
            "vous pouvez le suivre vous-même sur internet. Rien ne vous y oblige : sans compte, ce "
            "qui vous est dit continue de vous arriver comme aujourd'hui."
        ),
        "code": in_groups(code),
        "until": spaced(instant_in_words(at + LASTS, here.zone)),
        "steps": [
            spaced(f"Ouvrez la page {page}"),
            "Tapez ce code et votre date de naissance.",
            "Choisissez votre adresse mail et un mot de passe.",
            "Ouvrez le mail que vous recevez, et cliquez sur « Activer mon compte ».",
        ],
        "warning": spaced(
            "Ne donnez ce code à personne : nul service ne vous le demandera. Si vous le perdez, "
            "demandez-en un autre : celui-ci ne servira plus."
        ),
        "sender": _sender(candidate, here.full_name, academy),
    }


def _sender(candidate: Candidate, name: str, academy: str) -> list[str]:
    """Return how whoever gives it is reached: the service that manages the last registration there."""
    mine = Registration.objects.filter(candidate=candidate, academy=academy)
    last = mine.select_related("service__managing_service").order_by("-filed_at", "-pk").first()
    if last is None:
        return [name]
    managing = last.service.managing_service
    return [managing.name, name, *managing.address, managing.phone, managing.email]
