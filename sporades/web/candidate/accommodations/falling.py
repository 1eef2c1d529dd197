"""What becomes of a request for accommodations with the registration that is left."""

from collections.abc import Sequence

from sporades.accommodations.models import Case
from sporades.accommodations.queries import appeal_of, decision_among, taken_back_among
from sporades.accommodations.words import taken_back_in_words
from sporades.registrations.models import Registration

FALLS_TOO = (
    "Votre demande d'aménagement d'épreuves sera retirée aussi : une nouvelle inscription demande une "
    "nouvelle demande, où vos choix vous seront proposés."
)
NOT_LOOKED_AT = "Plus personne n'étudiera votre recours contre la décision."
NOT_CARRIED = (
    "La décision sur votre demande d'aménagement d'épreuves ne passe pas d'elle-même à une nouvelle "
    "inscription : ce qu'elle accorde y sera à redemander."
)


def left_in_words(cases: Sequence[Case], registration: Registration) -> str:
    """Say that a request fell with a registration, or was taken back, or what a decision is worth."""
    case = taken_back_among(cases)
    if case is None:
        return NOT_CARRIED if decision_among(cases) is not None else ""
    case.registration = registration
    return f"{taken_back_in_words(case)} Une nouvelle inscription demande une nouvelle demande."


def left_with(registration: Registration, case: Case | None) -> str:
    """Say what becomes of a request, of its decision and of an appeal, with the registration that is left."""
    if case is None:
        return ""
    contested = f" {NOT_LOOKED_AT}" if appeal_of(registration.pk) is not None else ""
    return f"{FALLS_TOO if case.is_undecided else NOT_CARRIED}{contested}"
