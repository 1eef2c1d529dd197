"""The states of a batch, and the outcomes of its lines."""

from django.db import models

from sporades.core.transitions import Transition


class BatchState(models.TextChoices):
    """Where a batch stands."""

    PREPARED = "prepared", "À vérifier"
    PROPOSED = "proposed", "En attente d'approbation"
    RUNNING = "running", "En cours"
    STOPPED = "stopped", "Arrêté"
    DONE = "done", "Terminé"
    REFUSED = "refused", "Refusé"


class Outcome(models.TextChoices):
    """What became of a line."""

    WAITING = "waiting", "En attente"
    DONE = "done", "Faite"
    REFUSED = "refused", "Refusée"


LAUNCH = Transition("launch", {BatchState.PREPARED}, BatchState.RUNNING, "Lancer")
PROPOSE = Transition("propose", {BatchState.PREPARED}, BatchState.PROPOSED, "Proposer")
APPROVE = Transition("approve", {BatchState.PROPOSED}, BatchState.RUNNING, "Approuver")
REFUSE = Transition("refuse", {BatchState.PROPOSED}, BatchState.REFUSED, "Refuser")
STOP = Transition("stop", {BatchState.RUNNING}, BatchState.STOPPED, "Arrêter")
RESUME = Transition("resume", {BatchState.STOPPED}, BatchState.RUNNING, "Reprendre")
END = Transition("end", {BatchState.RUNNING}, BatchState.DONE, "Terminer")
