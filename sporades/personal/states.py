"""The states of a copy of somebody's data."""

from django.db import models

from sporades.core.transitions import Transition


class CopyState(models.TextChoices):
    """Where a copy stands; once its time is over its row is deleted."""

    ASKED = "asked", "En préparation"
    READY = "ready", "Prête"


FINISH = Transition("finish", {CopyState.ASKED}, CopyState.READY, "Préparer la copie")
