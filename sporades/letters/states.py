"""The states of a letter."""

from django.db import models

from sporades.core.transitions import Transition


class LetterState(models.TextChoices):
    """Where a letter stands."""

    TO_PRINT = "to_print", "À imprimer"
    PRINTED = "printed", "PDF préparé"
    POSTED = "posted", "Posté"
    RETURNED = "returned", "Revenu"
    OVERTAKEN = "overtaken", "Remplacé avant l'impression"


TO_PRINT, PRINTED, POSTED = LetterState.TO_PRINT, LetterState.PRINTED, LetterState.POSTED

PRINT = Transition("print", {TO_PRINT}, PRINTED, "Imprimer")
POST = Transition("post", {PRINTED}, POSTED, "Noter comme posté")
UNPOST = Transition("unpost", {POSTED}, PRINTED, "Revenir sur l'envoi")
RETURN = Transition("return", {POSTED}, LetterState.RETURNED, "Noter comme revenu")
UNRETURN = Transition("unreturn", {LetterState.RETURNED}, POSTED, "Revenir sur le retour")
OVERTAKE = Transition("overtake", {TO_PRINT}, LetterState.OVERTAKEN, "Remplacer")
