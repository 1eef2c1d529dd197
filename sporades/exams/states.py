"""The states of a change of dates of a registration service."""

from django.db import models

from sporades.core.transitions import Transition


class ChangeState(models.TextChoices):
    """Where a change of dates stands."""

    PROPOSED = "proposed", "En attente d'approbation"
    APPLIED = "applied", "Appliqué"
    REFUSED = "refused", "Refusé"
    DROPPED = "dropped", "Retiré"


APPLY = Transition("apply", {ChangeState.PROPOSED}, ChangeState.APPLIED, "Approuver")
REFUSE = Transition("refuse", {ChangeState.PROPOSED}, ChangeState.REFUSED, "Refuser")
DROP = Transition("drop", {ChangeState.PROPOSED}, ChangeState.DROPPED, "Retirer")

CHANGE_TRANSITIONS = (APPLY, REFUSE, DROP)
