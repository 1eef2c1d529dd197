"""The states of a supporting document that a registration owes, and every move between them."""

from django.db import models

from sporades.core.transitions import Transition


class State(models.TextChoices):
    """Where a piece stands."""

    OWED = "owed", "À fournir"
    CHECKING = "checking", "En vérification"
    DEPOSITED = "deposited", "Déposée"
    ACCEPTED = "accepted", "Conforme"
    REFUSED = "refused", "Non conforme"
    WAIVED = "waived", "Dispensée"
    POSTED = "posted", "Reçue par le service"
    WITHDRAWN = "withdrawn", "N'est plus demandée"


TO_PROVIDE = (State.OWED, State.REFUSED)
"""Those of a piece for which something is still to be sent."""

HERE = (State.DEPOSITED, State.POSTED, State.ACCEPTED, State.WAIVED)
"""Those of a piece that is not missing: it has come, or nobody needs it."""

SETTLED = (State.ACCEPTED, State.WAIVED)
"""Those of a piece of which nothing is awaited any more, from anybody."""

TO_VERIFY = (State.DEPOSITED, State.POSTED)
"""Those of a piece of which the office has still to say what it is worth."""

UNJUDGED = (State.CHECKING, *TO_VERIFY)
"""Those of a piece that has come, and of which the office has not said what it is worth."""

REPLACEABLE = (*TO_PROVIDE, State.CHECKING, State.DEPOSITED)
"""Those of a piece for which its candidate may give a file."""

RETRACTABLE = (State.CHECKING, State.DEPOSITED)
"""Those in which what a candidate has deposited may be found not to have been opened."""

RECEIVED = (State.POSTED, State.ACCEPTED, State.REFUSED, State.WAIVED)
"""Those in which a piece that came by post may be found not to have."""

VERDICTS = [(state.value, state.label) for state in (State.ACCEPTED, State.REFUSED)]
"""What the office finds of a piece that it has read."""

ASKED = tuple(state for state in State if state != State.WITHDRAWN)

ENDED = (State.WAIVED, State.WITHDRAWN)
"""Those of a piece that was asked for, is not any more, and may be again."""

DEPOSIT = Transition("deposit", REPLACEABLE, State.CHECKING, "Déposer")
CLEAR = Transition("clear", {State.CHECKING}, State.DEPOSITED, "Trouver le fichier sain")
REJECT = Transition("reject", {State.CHECKING}, State.REFUSED, "Trouver un virus")
ACCEPT = Transition("accept", {State.DEPOSITED, State.POSTED}, State.ACCEPTED, "Conforme")
REFUSE = Transition(
    "refuse", {State.DEPOSITED, State.POSTED, State.ACCEPTED}, State.REFUSED, "Non conforme"
)
OVERTURN = Transition("overturn", {State.REFUSED}, State.ACCEPTED, "Revenir sur le refus")
CORRECT_REFUSAL = Transition(
    "correct_refusal", {State.REFUSED}, State.REFUSED, "Corriger le motif du refus"
)
WAIVE = Transition(
    "waive",
    {State.OWED, State.CHECKING, State.DEPOSITED, State.REFUSED, State.POSTED},
    State.WAIVED,
    "Dispenser",
)
RECEIVE = Transition("receive", TO_PROVIDE, State.POSTED, "Noter la réception")
CORRECT_POSTMARK = Transition(
    "correct_postmark", {State.POSTED}, State.POSTED, "Corriger le cachet de la poste"
)
SCAN = Transition(
    "scan", {State.OWED, State.REFUSED, State.POSTED}, State.POSTED, "Joindre la numérisation"
)
TAKE_BACK = Transition(
    "take_back",
    {State.ACCEPTED, State.POSTED, State.REFUSED},
    State.OWED,
    "Revenir sur la réception",
)
REFUSED_AS_BEFORE = Transition(
    "refused_as_before", TAKE_BACK.sources, State.REFUSED, "Revenir sur la réception"
)
WAIVED_AS_BEFORE = Transition(
    "waived_as_before", {State.WAIVED}, State.WAIVED, "Revenir sur la réception"
)
RETRACT = Transition("retract", RETRACTABLE, State.OWED, "Retirer le document")
RETRACT_TO_REFUSED = Transition(
    "retract_to_refused", RETRACTABLE, State.REFUSED, "Retirer le document"
)
WITHDRAW = Transition("withdraw", ASKED, State.WITHDRAWN, "Ne plus demander")
ASK_AGAIN = Transition("ask_again", ENDED, State.OWED, "Demander de nouveau")
CHECK_AGAIN = Transition("check_again", ENDED, State.CHECKING, "Demander de nouveau")
TAKE_AGAIN = Transition("take_again", ENDED, State.DEPOSITED, "Demander de nouveau")
RECEIVE_AGAIN = Transition("receive_again", ENDED, State.POSTED, "Demander de nouveau")
