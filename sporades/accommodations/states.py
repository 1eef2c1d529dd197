"""The states of a request for accommodations, and every move between them."""

from django.db import models

from sporades.core.transitions import Transition


class State(models.TextChoices):
    """Where a request stands."""

    PREPARING = "preparing", "À finir et à envoyer"
    ASKED = "asked", "Envoyée"
    INCOMPLETE = "incomplete", "Incomplète"
    WITH_DOCTOR = "with_doctor", "Chez le médecin"
    OPINION_GIVEN = "opinion_given", "Avis rendu"
    DECIDED = "decided", "Décidée"
    NOTIFIED = "notified", "Notifiée"
    WITHDRAWN = "withdrawn", "Retirée"


class Opinion(models.TextChoices):
    """What the doctor thinks of a measure."""

    FAVOURABLE = "favourable", "Favorable"
    UNFAVOURABLE = "unfavourable", "Défavorable"
    OTHER = "other", "Autre mesure"


class Decision(models.TextChoices):
    """What the authority decides of a measure."""

    GRANTED = "granted", "Accordée"
    REFUSED = "refused", "Refusée"
    OTHER = "other", "Autre mesure accordée"


class OpinionAgain(models.TextChoices):
    """Why an opinion that was signed is to be given again, before anything is decided."""

    HEALTH = "health", "L'avis dit quelque chose de la santé du candidat"
    UNCLEAR = "unclear", "L'avis contient une erreur, ou est à préciser"
    DOCTOR = "doctor", "Le médecin corrige son avis"


WRITABLE = (State.PREPARING, State.INCOMPLETE)
"""Those of a request that its candidate may change."""

UNDECIDED = (
    State.PREPARING,
    State.ASKED,
    State.INCOMPLETE,
    State.WITH_DOCTOR,
    State.OPINION_GIVEN,
)
"""Those of a request of which nothing is decided."""

OPEN = (*UNDECIDED, State.DECIDED)
"""Those of a request of which something is awaited: a registration has one at most."""

SETTLED = (State.DECIDED, State.NOTIFIED)
"""Those of a request whose decision acts."""

SENT = (State.ASKED, State.WITH_DOCTOR, State.OPINION_GIVEN, State.DECIDED, State.NOTIFIED)
"""Those of a request that was sent, and lacks nothing."""

WITH_A_DOCTOR = (State.WITH_DOCTOR, State.OPINION_GIVEN, State.DECIDED, State.NOTIFIED)
"""Those of a request that has its doctor."""

TAKEN_UP = "Chez le candidat, qui la modifie"
"""Of one that was sent and is to be sent again: the office reads of no other that is."""

PAPER_ASKED = (
    "Le médecin demande un papier ou une précision. Lisez son commentaire dans vos papiers de "
    "santé, répondez-lui là, puis envoyez de nouveau votre demande."
)
"""What is said to be missing where its doctor asks: the rest is of health, for its candidate alone."""

SINCE = {
    State.ASKED: "asked_at",
    State.INCOMPLETE: "incomplete_at",
    State.WITH_DOCTOR: "entrusted_at",
    State.OPINION_GIVEN: "opined_at",
    State.DECIDED: "decided_at",
    State.NOTIFIED: "notified_at",
}
"""The instant from which a request waits in a state: those that wait longest come first."""

SEND = Transition("send", WRITABLE, State.ASKED, "Envoyer la demande")
TAKE_UP = Transition("take_up", {State.ASKED}, State.PREPARING, "Modifier la demande")
KEEP_AS_SENT = Transition(
    "keep_as_sent", {State.PREPARING}, State.ASKED, "Garder la demande telle qu'elle était envoyée"
)
DECLARE_INCOMPLETE = Transition(
    "declare_incomplete",
    {State.ASKED, State.WITH_DOCTOR},
    State.INCOMPLETE,
    "Dire ce qui manque",
)
REWORD_MISSING = Transition(
    "reword_missing", {State.INCOMPLETE}, State.INCOMPLETE, "Changer ce qui manque"
)
FIND_COMPLETE = Transition(
    "find_complete", {State.INCOMPLETE}, State.ASKED, "Revenir sur une demande dite incomplète"
)
ENTRUST = Transition("entrust", {State.ASKED}, State.WITH_DOCTOR, "Confier à un médecin")
TAKE_FROM_DOCTOR = Transition(
    "take_from_doctor", {State.WITH_DOCTOR}, State.ASKED, "Reprendre au médecin"
)
OPINE = Transition("opine", {State.WITH_DOCTOR}, State.OPINION_GIVEN, "Rendre l'avis")
REOPEN = Transition("reopen", {State.OPINION_GIVEN}, State.WITH_DOCTOR, "Demander un nouvel avis")
DECIDE = Transition("decide", {State.OPINION_GIVEN}, State.DECIDED, "Décider")
CORRECT = Transition("correct", {State.DECIDED}, State.DECIDED, "Corriger la décision")
NOTIFY = Transition("notify", {State.DECIDED}, State.NOTIFIED, "Notifier")
WITHDRAW = Transition("withdraw", UNDECIDED, State.WITHDRAWN, "Retirer la demande")


def state_in_office(state: str) -> str:
    """Say where a request stands, as the office reads it."""
    return TAKEN_UP if state == State.PREPARING else str(State(state).label)
