"""The states of a registration, and every move between them."""

from datetime import datetime

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


def is_to_validate_anew(
    state: str, decided_at: datetime | None, amended_at: datetime | None
) -> bool:
    """Return whether a modification undid a validation: both then have one instant."""
    return state == State.REGISTERED and decided_at is not None and decided_at == amended_at


def state_in_office(state: str, decided_at: datetime | None, amended_at: datetime | None) -> str:
    """Say a state, told apart where what was validated has been modified since."""
    is_anew = is_to_validate_anew(state, decided_at, amended_at)
    return f"{State(state).label}{', à valider de nouveau' if is_anew else ''}"


def decided_mark(state: str, decided_at: datetime | None) -> str:
    """Return what tells one decision from another: where it has led, and when it was made."""
    return f"{state} {decided_at.isoformat() if decided_at else ''}".strip()


class RequestState(models.TextChoices):
    """Where a request stands: to change a registration, to correct civil data."""

    SENT = "sent", "En attente"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    TAKEN_BACK = "taken_back", "Retirée"


ACCEPT = Transition("accept", {RequestState.SENT}, RequestState.ACCEPTED, "Accepter")
REFUSE = Transition("refuse", {RequestState.SENT}, RequestState.REFUSED, "Refuser")
TAKE_BACK = Transition("take_back", {RequestState.SENT}, RequestState.TAKEN_BACK, "Retirer")
