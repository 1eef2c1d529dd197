"""The states of a dry run."""

from django.db import models

from sporades.core.transitions import Transition


class TrialState(models.TextChoices):
    """Where a dry run stands."""

    RUNNING = "running", "En cours"
    STOPPED = "stopped", "Arrêté"
    DONE = "done", "Terminé"


END = Transition("end", {TrialState.RUNNING}, TrialState.DONE, "Terminer")
STOP = Transition("stop", {TrialState.RUNNING}, TrialState.STOPPED, "Arrêter")
