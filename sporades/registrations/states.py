"""The states of a registration, and every move between them."""

from django.db import models

from sporades.core.transitions import Transition


class State(models.TextChoices):
    """Where a registration stands."""

    REGISTERED = "registered", "Inscription enregistrée"
    WITHDRAWN = "withdrawn", "Désinscription"


WITHDRAW = Transition("withdraw", {State.REGISTERED}, State.WITHDRAWN, "Me désinscrire")

TRANSITIONS = (WITHDRAW,)
