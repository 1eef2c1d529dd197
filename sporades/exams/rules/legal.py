"""What a receipt says of the silence of the administration."""

from calendar import monthrange
from datetime import date

from sporades.core.french import day_in_words
from sporades.exams.schema.legal import ImplicitDecision, LegalMentions, Meaning


def decided_on(decision: ImplicitDecision, received_on: date) -> date:
    """Return the day on which silence becomes a decision.

    Args:
        decision: what the réglementation says.
        received_on: the day of reception, where the service is.
    """
    months = received_on.month - 1 + decision.months
    year, month = received_on.year + months // 12, months % 12 + 1
    return date(year, month, min(received_on.day, monthrange(year, month)[1]))


def in_words(mentions: LegalMentions, received_on: date) -> str:
    """Say who decides, on what grounds, and what silence means, with its date."""
    decision = mentions.implicit_decision
    meaning = "acceptée" if decision.meaning is Meaning.ACCEPTED else "rejetée"
    day = day_in_words(decided_on(decision, received_on))
    sentences = (
        f"Autorité compétente : {mentions.authority} ({mentions.grounds}).",
        f"Sans réponse de sa part le {day}, votre demande sera réputée {meaning}.",
        decision.appeal,
    )
    return " ".join(filter(None, sentences))
