"""The states of a publication, and the outcomes of its lines."""

from django.db import models

from sporades.core.transitions import Transition


class PublicationState(models.TextChoices):
    """Where a publication stands."""

    PREPARING = "preparing", "En préparation"
    PROPOSED = "proposed", "À approuver"
    PUBLISHING = "publishing", "Publication en cours"
    PUBLISHED = "published", "Publiée"
    WITHDRAWN = "withdrawn", "Retirée"
    DROPPED = "dropped", "Abandonnée"


class LineOutcome(models.TextChoices):
    """What became of a line."""

    WAITING = "waiting", "En attente"
    PREPARED = "prepared", "Préparé"
    PUBLISHED = "published", "Publié"
    REFUSED = "refused", "Refusé"
    WITHDRAWN = "withdrawn", "Retiré"


PREPARING, PROPOSED = PublicationState.PREPARING, PublicationState.PROPOSED
PUBLISHING, PUBLISHED = PublicationState.PUBLISHING, PublicationState.PUBLISHED

PROPOSE = Transition("propose", {PREPARING}, PROPOSED, "Proposer la publication")
PUBLISH = Transition("publish", {PREPARING}, PUBLISHED, "Publier")
APPROVE = Transition("approve", {PROPOSED}, PUBLISHED, "Approuver")
REFUSE = Transition("refuse", {PROPOSED}, PREPARING, "Refuser")
BEGIN_TO_PUBLISH = Transition("begin_to_publish", {PREPARING}, PUBLISHING, "Publier")
BEGIN_APPROVED = Transition("begin_approved", {PROPOSED}, PUBLISHING, "Approuver")
BEGIN_ANEW = Transition("begin_anew", {PUBLISHED}, PUBLISHING, "Changer l'instant")
"""Many documents are judged and given their instant some at a time, all of them hidden meanwhile."""

LET_OUT = Transition("let_out", {PUBLISHING}, PUBLISHED, "Publier")
FIND_NOTHING = Transition("find_nothing", {PUBLISHING}, PREPARING, "Rien à publier")

DROP = Transition(
    "drop", {PREPARING, PROPOSED, PUBLISHING, PUBLISHED}, PublicationState.DROPPED, "Abandonner"
)
"""What is published is dropped before its instant alone: nobody has seen it."""
WITHDRAW = Transition("withdraw", {PUBLISHED}, PublicationState.WITHDRAWN, "Retirer")

TAKE_OUT = Transition("take_out", {PROPOSED, PUBLISHED}, PREPARING, "Retirer avant la publication")
"""A proposal, or an approval, is of what it was made of; what is published, before its instant alone."""

PUBLISH_ANEW = Transition("publish_anew", {PUBLISHED}, PUBLISHED, "Changer l'instant")
PROPOSE_ANEW = Transition("propose_anew", {PUBLISHED}, PROPOSED, "Changer l'instant")
"""Before its instant alone: what two persons decided, two decide again."""

EXPLAINED = (LineOutcome.REFUSED, LineOutcome.WITHDRAWN)
"""The outcomes that say why."""

HELD = (LineOutcome.PREPARED, LineOutcome.PUBLISHED)
"""The outcomes of lines that have a document, which their candidate reads or is to read."""

UNREAD = (LineOutcome.WAITING, LineOutcome.PREPARED, LineOutcome.PUBLISHED)
"""The outcomes of lines that go with a publication that is dropped before its instant."""
