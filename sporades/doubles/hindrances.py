"""What keeps two candidates from being merged, and what to do about it, in words."""

from collections.abc import Iterator
from datetime import datetime

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core.refusals import Refused
from sporades.registrations.models import CorrectionRequest, Draft
from sporades.registrations.operations import giving_over

NOWHERE = Reach()
_LATER = "puis reprenez la fusion."


class Hindered(Refused):
    """Something must be settled before."""

    def __init__(self, hindrances: list[str]) -> None:
        """Say all that must be."""
        super().__init__(" ".join(hindrances))


def hindrances(
    *, kept: Candidate, left: Candidate, at: datetime, reach: Reach = NOWHERE
) -> list[str]:
    """Return what must be settled before the one is merged into the other.

    Args:
        kept: who would be kept.
        left: who would be merged.
        at: the instant: an account that was given back to its old address is held for a while.
        reach: where the reader may know of what is begun: elsewhere it is not named.
    """
    return [
        *_of_registrations(kept, left, reach),
        *_of_requests(left),
        *_of_codes(kept, left),
        *_of_accounts(kept, left, at),
    ]


def _of_registrations(kept: Candidate, left: Candidate, reach: Reach) -> Iterator[str]:
    for one, other in giving_over.excluding(left, kept=kept):
        yield (
            f"Les inscriptions n°{other.number} ({other}) et n°{one.number} ({one}) sont en cours, et "
            "une même personne ne peut pas avoir les deux : écartez l'une, ou attendez que le "
            f"candidat s'en désinscrive, {_LATER}"
        )
    for pair in giving_over.begun_twice(left, kept=kept):
        yield (
            f"{_named(pair, reach)} est commencée dans les deux dossiers : elle doit d'abord être "
            f"enregistrée ou abandonnée, par qui l'a commencée, dans l'un des deux, {_LATER}"
        )


def _named(pair: tuple[Draft, Draft], reach: Reach) -> str:
    where = [(one.service.academy_id, one.service.domain.code) for one in pair]
    if all(reach.covers(academy=academy, domain=domain) for academy, domain in where):
        return f"Une inscription à : {pair[0]}"
    return "Une même inscription"


def _of_requests(left: Candidate) -> Iterator[str]:
    if CorrectionRequest.objects.waiting().filter(candidate=left).exists():
        yield (
            "Une demande de correction d'état civil attend une réponse dans le dossier du candidat "
            f"n°{left.number} : décidez-la, {_LATER}"
        )


def _of_codes(kept: Candidate, left: Candidate) -> Iterator[str]:
    # Activated after the merge, the account would find no record, and its owner would make another.
    taken = ClaimCode.objects.filter(candidate__in=(kept, left), taken_by__isnull=False)
    if taken.exists():
        yield (
            "Le code de l'une des deux fiches a servi : le compte attend son activation. Attendez "
            f"quarante-huit heures au plus, {_LATER}"
        )


def _of_accounts(kept: Candidate, left: Candidate, at: datetime) -> Iterator[str]:
    if left.user and kept.user and Membership.objects.filter(user=left.user).named().exists():
        yield (
            f"Le compte du candidat n°{left.number} est aussi celui d'un agent, il ne peut pas être "
            "fermé : gardez ce dossier-là."
        )
    for user in (kept.user, left.user):
        if user and user.held_until and at <= user.held_until:
            yield (
                "L'un des deux comptes vient d'être rendu à son ancienne adresse mail : attendez "
                f"trois jours, {_LATER}"
            )
