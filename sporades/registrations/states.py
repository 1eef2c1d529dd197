"""The states of a registration, and every move between them."""

from django.db import models

from sporades.core.transitions import Transition


class State(models.TextChoices):
    """Where a registration stands."""

    REGISTERED = "registered", "Inscription enregistrée"
    VALIDATED = "validated", "Inscription validée"
    ANOMALY = "anomaly", "Inscription en anomalie"
    SET_ASIDE = "set_aside", "Inscription écartée"
    WITHDRAWN = "withdrawn", "Désinscription"


STANDING = (State.REGISTERED, State.VALIDATED, State.ANOMALY)
"""Those of a registration that counts: it excludes others, and its candidate may change it."""

REASONED = (State.ANOMALY, State.SET_ASIDE)
"""Those that say why."""

WITHDRAW = Transition("withdraw", STANDING, State.WITHDRAWN, "Me désinscrire")
VALIDATE = Transition("validate", {State.REGISTERED, State.ANOMALY}, State.VALIDATED, "Valider")
REOPEN = Transition("reopen", {State.VALIDATED}, State.REGISTERED, "Revenir sur la validation")
FLAG = Transition("flag", {State.REGISTERED, State.VALIDATED}, State.ANOMALY, "Mettre en anomalie")
CLEAR = Transition("clear", {State.ANOMALY}, State.REGISTERED, "Lever l'anomalie")
SET_ASIDE = Transition("set_aside", STANDING, State.SET_ASIDE, "Écarter")
RESTORE = Transition("restore", {State.SET_ASIDE}, State.REGISTERED, "Rétablir")

DECISIONS = (VALIDATE, REOPEN, FLAG, CLEAR, SET_ASIDE, RESTORE)
"""The moves that a manager makes. What its candidate withdrew, nobody restores."""

TRANSITIONS = (WITHDRAW, *DECISIONS)
