"""The states of a likely double, and every move between them."""

from django.db import models

from sporades.core.transitions import Transition


class DoubleState(models.TextChoices):
    """Where two candidates stand who look like one person."""

    WAITING = "waiting", "À comparer"
    PROPOSED = "proposed", "Fusion proposée"
    MERGED = "merged", "Fusionnés"
    TOLD_APART = "told_apart", "Deux personnes"
    LAPSED = "lapsed", "Sans objet"


UNDECIDED = (DoubleState.WAITING, DoubleState.PROPOSED)
"""Those that somebody must still look at."""

PROPOSE = Transition("propose", {DoubleState.WAITING}, DoubleState.PROPOSED, "Proposer la fusion")
MERGE = Transition("merge", {DoubleState.PROPOSED}, DoubleState.MERGED, "Approuver la fusion")
REFUSE = Transition("refuse", {DoubleState.PROPOSED}, DoubleState.WAITING, "Refuser")
TAKE_BACK = Transition(
    "take_back", {DoubleState.PROPOSED}, DoubleState.WAITING, "Retirer la proposition"
)
TELL_APART = Transition(
    "tell_apart", {DoubleState.WAITING}, DoubleState.TOLD_APART, "Ce sont deux personnes"
)
COMPARE_AGAIN = Transition(
    "compare_again", {DoubleState.TOLD_APART}, DoubleState.WAITING, "Comparer de nouveau"
)
LAPSE = Transition("lapse", UNDECIDED, DoubleState.LAPSED, "Ne plus comparer")
FIND_AGAIN = Transition("find_again", {DoubleState.LAPSED}, DoubleState.WAITING, "Retrouver")
