"""What is said of the silence of the administration, and of a decision that it takes."""

from datetime import date

from sporades.core.french import day_in_words
from sporades.exams.rules.silence import Silence
from sporades.exams.schema.legal import LegalMentions, Meaning

_MEANT = {Meaning.ACCEPTED: "acceptée", Meaning.REJECTED: "rejetée"}
_UNTIL_COMPLETE = {
    Meaning.ACCEPTED: "ne court que du jour où le service reçoit tout ce qui vous est demandé",
    Meaning.REJECTED: "s'arrête tant que le service attend ce qui vous est demandé, et reprend dès "
    "qu'il le reçoit",
}
_BEFORE_ITS_DEADLINE = {
    Meaning.ACCEPTED: ", avant la date limite d'envoi",
    Meaning.REJECTED: ", au plus tard à la date limite d'envoi",
}
_APPEAL = (
    "Dans les deux mois qui suivent cette décision, vous pouvez demander au service gestionnaire "
    "qu'elle soit revue, ou saisir le tribunal administratif."
)
"""What the law gives (CJA R. 421-1) where the réglementation says nothing more."""
_CODE = "code des relations entre le public et l'administration, article"


def silence_of(mentions: LegalMentions, received_on: date, *, paused: int = 0) -> Silence:
    """Return what the réglementation makes of silence on what was received on a day.

    Args:
        mentions: what the réglementation says.
        received_on: the day of reception, where the service is.
        paused: see `Silence.after`.
    """
    decision = mentions.implicit_decision
    return Silence.after(
        received_on, months=decision.months, meaning=decision.meaning, paused=paused
    )


def in_words(
    mentions: LegalMentions,
    received_on: date,
    *,
    is_complete: bool,
    has_deadline: bool = False,
    paused: int = 0,
    today: date,
) -> str:
    """Say in one paragraph what `paragraphs` says."""
    said = paragraphs(
        mentions,
        received_on,
        is_complete=is_complete,
        has_deadline=has_deadline,
        paused=paused,
        today=today,
    )
    return " ".join(said)


def paragraphs(
    mentions: LegalMentions,
    received_on: date,
    *,
    is_complete: bool,
    has_deadline: bool,
    paused: int = 0,
    today: date,
) -> list[str]:
    """Say who decides, on what grounds, what silence means, with its date, and how it is contested.

    One idea is one paragraph: every candidate reads them.

    Args:
        mentions: what the réglementation says.
        received_on: the day of reception, where the service is.
        is_complete: whether nothing is left to send; otherwise the date of silence moves, and
            the receipt says so (CRPA R. 112-5, 3°): a deadline may well come after it.
        has_deadline: whether what is left to send has a deadline.
        paused: see `Silence.after`.
        today: the day there: once that of silence is over, it has decided.
    """
    silence = silence_of(mentions, received_on, paused=paused)
    is_over = silence.has_decided(today)
    moved = "" if is_complete else _moved(silence, has_deadline=has_deadline, is_over=is_over)
    said = (
        _authority(mentions),
        "" if is_over else f"{_to_decide(silence)} {moved}".strip(),
        moved if is_over else "",
        _decided(silence) if is_over and is_complete else "",
        mentions.implicit_decision.appeal,
    )
    return list(filter(None, said))


def accepted_in_words(mentions: LegalMentions, on: date, *, is_sent_since: bool) -> str:
    """Say in one paragraph that silence has accepted what became something else since.

    Args:
        mentions: what the réglementation says.
        on: the day whose silence has accepted it.
        is_sent_since: whether it was sent again after that day, perhaps with more.
    """
    said = (
        _authority(mentions),
        _decided(Silence(on, Meaning.ACCEPTED)),
        "Cela ne vaut pas pour ce que vous y avez ajouté après ce jour." if is_sent_since else "",
        mentions.implicit_decision.appeal,
    )
    return " ".join(filter(None, said))


def _to_decide(silence: Silence) -> str:
    meant = _MEANT[silence.meaning]
    return f"Sans réponse de sa part le {day_in_words(silence.on)}, votre demande sera réputée {meant}."


def _decided(silence: Silence) -> str:
    said = (
        f"Sans réponse de sa part le {day_in_words(silence.on)}, votre demande est réputée "
        f"{_MEANT[silence.meaning]} depuis ce jour."
    )
    if silence.meaning is Meaning.REJECTED:
        return f"{said} Une réponse reste possible."
    return (
        f"{said} Si rien n'a suivi, écrivez à votre service gestionnaire : il vous en donne aussi une "
        f"attestation si vous la demandez ({_CODE} L. 232-3)."
    )


def _moved(silence: Silence, *, has_deadline: bool, is_over: bool) -> str:
    day, meant = day_in_words(silence.on), _MEANT[silence.meaning]
    whole = (
        f"Votre demande n'est pas réputée {meant} : le délai, qui finissait le {day},"
        if is_over
        else "Ce délai"
    )
    by_then = _BEFORE_ITS_DEADLINE[silence.meaning] if has_deadline else ""
    return f"{whole} {_UNTIL_COMPLETE[silence.meaning]}{by_then} ({_CODE} L. 114-5)."


def against_in_words(mentions: LegalMentions) -> str:
    """Say who answers for a decision that goes against a candidate, and how to contest it."""
    return f"{_authority(mentions)} {mentions.implicit_decision.appeal or _APPEAL}"


def _authority(mentions: LegalMentions) -> str:
    return f"Autorité compétente : {mentions.authority} ({mentions.grounds})."
