"""The states of a role that somebody proposes to give."""

from django.db import models

from sporades.core.transitions import Transition


class ProposalState(models.TextChoices):
    """Where the proposal of a role stands."""

    PROPOSED = "proposed", "En attente d'approbation"
    GIVEN = "given", "Approuvée"
    REFUSED = "refused", "Refusée"
    DROPPED = "dropped", "Retirée"


GIVE = Transition("give", {ProposalState.PROPOSED}, ProposalState.GIVEN, "Approuver")
REFUSE_ROLE = Transition("refuse", {ProposalState.PROPOSED}, ProposalState.REFUSED, "Refuser")
DROP_ROLE = Transition("drop", {ProposalState.PROPOSED}, ProposalState.DROPPED, "Retirer")
