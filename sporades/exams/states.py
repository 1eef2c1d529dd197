"""The states of a change of dates of a registration service, and of a file that is prepared."""

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


class PreparedState(models.TextChoices):
    """Where a réglementation file that was loaded from the office stands."""

    PREPARED = "prepared", "Préparée"
    ENFORCED = "enforced", "Mise en vigueur"
    DROPPED = "dropped", "Retirée"


ENFORCE = Transition(
    "enforce", {PreparedState.PREPARED}, PreparedState.ENFORCED, "Mettre en vigueur"
)
DROP_PREPARED = Transition("drop", {PreparedState.PREPARED}, PreparedState.DROPPED, "Retirer")
