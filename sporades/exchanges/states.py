"""The states of an export."""

from django.db import models

from sporades.core.transitions import Transition


class ExportState(models.TextChoices):
    """Where an export stands."""

    PROPOSED = "proposed", "En attente d'approbation"
    WAITING = "waiting", "En attente de préparation"
    RUNNING = "running", "En préparation"
    READY = "ready", "Prêt"
    REFUSED = "refused", "Refusé"
    STOPPED = "stopped", "Arrêté"
    FORGOTTEN = "forgotten", "Effacé"


UNDER_WAY = frozenset({ExportState.WAITING, ExportState.RUNNING})
UNFINISHED = UNDER_WAY | {ExportState.PROPOSED}

PROPOSE = Transition("propose", UNDER_WAY, ExportState.PROPOSED, "Demander une approbation")
APPROVE = Transition("approve", {ExportState.PROPOSED}, ExportState.WAITING, "Approuver")
REFUSE = Transition("refuse", {ExportState.PROPOSED}, ExportState.REFUSED, "Refuser")
BEGIN = Transition("begin", UNDER_WAY, ExportState.RUNNING, "Préparer")
FINISH = Transition("finish", {ExportState.RUNNING}, ExportState.READY, "Terminer")
STOP = Transition("stop", UNFINISHED, ExportState.STOPPED, "Arrêter")
FORGET = Transition("forget", {ExportState.READY}, ExportState.FORGOTTEN, "Effacer")
