"""The states of a batch, and the outcomes of its lines."""

from django.db import models

from sporades.core.transitions import Transition


class BatchState(models.TextChoices):
    """Where a batch stands."""

    PREPARED = "prepared", "À vérifier"
    RUNNING = "running", "En cours"
    STOPPED = "stopped", "Arrêté"
    DONE = "done", "Terminé"


class Outcome(models.TextChoices):
    """What became of a line."""

    WAITING = "waiting", "En attente"
    DONE = "done", "Faite"
    REFUSED = "refused", "Refusée"


LAUNCH = Transition("launch", {BatchState.PREPARED}, BatchState.RUNNING, "Lancer")
STOP = Transition("stop", {BatchState.RUNNING}, BatchState.STOPPED, "Arrêter")
RESUME = Transition("resume", {BatchState.STOPPED}, BatchState.RUNNING, "Reprendre")
END = Transition("end", {BatchState.RUNNING}, BatchState.DONE, "Terminer")

BATCH_TRANSITIONS = (LAUNCH, STOP, RESUME, END)
