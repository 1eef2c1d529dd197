"""Somebody whose civil data the office corrects, whatever is corrected."""

from sporades.acts.identities import correcting
from sporades.candidates.operations import civil_data
from tests.evidence.given import MANAGER, again
from tests.factories import NOW


def rename(registration, *, at=NOW):
    """Correct the birth name of a registration's candidate."""
    identity = again(registration).candidate.identity
    correcting.correct_identity(
        registration=again(registration),
        identity={**civil_data(identity), "birth_name": "Le Gouff"},
        seen=identity.pk,
        proof="Acte de naissance",
        by=MANAGER,
        at=at,
    )
