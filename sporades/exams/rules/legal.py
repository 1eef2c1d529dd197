"""What is said of the silence of the administration, and of a decision that it takes."""

from datetime import date

from sporades.core.days import months_after
from sporades.core.french import day_in_words
from sporades.exams.schema.legal import ImplicitDecision, LegalMentions, Meaning

_MEANT = {Meaning.ACCEPTED: "acceptée", Meaning.REJECTED: "rejetée"}
_UNTIL_COMPLETE = {
    Meaning.ACCEPTED: "le délai ne court que du jour où le service reçoit ce qui vous est demandé, "
    "avant la date limite d'envoi, qui ne change pas",
    Meaning.REJECTED: "elle recule tant que le service attend ce qui vous est demandé, au plus tard "
    "jusqu'à la date limite d'envoi, qui ne change pas",
}
_APPEAL = (
    "Dans les deux mois qui suivent cette décision, vous pouvez demander au service gestionnaire "
    "qu'elle soit revue, ou saisir le tribunal administratif."
)
"""What the law gives (CJA R. 421-1) where the réglementation says nothing more."""
_CODE = "code des relations entre le public et l'administration, article L. 114-5"


def decided_on(decision: ImplicitDecision, received_on: date) -> date:
    """Return the day on which silence becomes a decision.

    Args:
        decision: what the réglementation says.
        received_on: the day of reception, where the service is.
    """
    return months_after(received_on, decision.months)


def in_words(mentions: LegalMentions, received_on: date, *, is_complete: bool) -> str:
    """Say who decides, on what grounds, and what silence means, with its date.

    Args:
        mentions: what the réglementation says.
        received_on: the day of reception, where the service is.
        is_complete: whether nothing is left to send; otherwise the date of silence moves, and
            the receipt says so (CRPA R. 112-5, 3°): a deadline may well come after it.
    """
    decision = mentions.implicit_decision
    day = day_in_words(decided_on(decision, received_on))
    sentences = (
        _authority(mentions),
        f"Sans réponse de sa part le {day}, votre demande sera réputée {_MEANT[decision.meaning]}.",
        decision.appeal,
        ""
        if is_complete
        else f"La date du {day} vaut pour un dossier complet : {_UNTIL_COMPLETE[decision.meaning]} "
        f"({_CODE}).",
    )
    return " ".join(filter(None, sentences))


def against_in_words(mentions: LegalMentions) -> str:
    """Say who answers for a decision that goes against a candidate, and how to contest it."""
    return f"{_authority(mentions)} {mentions.implicit_decision.appeal or _APPEAL}"


def _authority(mentions: LegalMentions) -> str:
    return f"Autorité compétente : {mentions.authority} ({mentions.grounds})."
