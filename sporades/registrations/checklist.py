"""« Suis-je bien inscrit ? »: every condition, met or not, with its date (E6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.documents.models import DocumentVersion
from sporades.registrations.models import Registration
from sporades.registrations.reviewing import how_to_change
from sporades.registrations.states import State
from sporades.registrations.summary import SUMMARY

CALL = "Contactez votre service gestionnaire."
"""What is left of something that was to be sent, once its day has passed."""

ASKED_BY_SERVICE = "Ce que demande votre service gestionnaire"
"""What an anomaly is to its candidate: its note is the reason of it."""

HAS_COME = "Ce qui était à envoyer est arrivé, ou n'est plus demandé : votre service gestionnaire l'examine."


@dataclass(frozen=True)
class Check:
    """One condition of being registered.

    Attributes:
        label: what it is.
        state: "done", "missing" (too late, or found wrong), "yours" (its candidate is to do it),
            "waiting" (others are) or "ended" (it was not done, and is asked for no more).
        note: the date of it, or what is awaited from whom.
        about: what it is done with: "summary", "return", "piece", "accommodation", "notification" (of
            a decision on it), "decision" or nothing.
        piece: the code of the piece it is about.
        is_optional: whether a registration is complete without it.
        until: until when its candidate is to do it; nothing where it is done at once.
        act: the words of the link to where it is done or followed, where they are its own.
        added_at: of a piece that the office asked for beyond the réglementation, when it did.
        parts: what it is made of, where several things are done as one.
        reason: the words of the office that its note holds, if any.
        due: of a piece, by when it is given, alone.
        apart: of a piece, what its note says of it alone.
        is_late: whether its day has passed, of a piece that is left to do.
    """

    label: str
    state: str
    note: str = ""
    about: str = ""
    piece: str = ""
    is_optional: bool = False
    until: datetime | None = None
    act: str = ""
    added_at: datetime | None = None
    parts: tuple[str, ...] = ()
    reason: str = ""
    due: str = ""
    apart: str = ""
    is_late: bool = False

    @property
    def completes(self) -> bool:
        """Whether a registration is complete only once its candidate has done it."""
        is_sent = self.about in {"return", "piece"}
        return is_sent and not self.is_optional and self.state in {"yours", "missing"}


def checklist(
    registration: Registration,
    documents: Iterable[DocumentVersion],
    pieces: Iterable[Check],
    *,
    at: datetime,
) -> list[Check]:
    """Return what makes a registration sure, in the order of things.

    Of one that stands no more nothing is awaited.

    Args:
        registration: the registration, as `whole()` and `with_owed()` load it.
        documents: what its candidate may read now: the last version of each document.
        pieces: the conditions that its supporting documents are (`evidence.checks`).
        at: now.
    """
    if not registration.is_active:
        return []
    sent = [*summary_returned(registration, at=at), *pieces]
    return [
        _filed(registration),
        *_decided(registration, has_come=_has_come(registration, sent)),
        *(Check(asked, "done", f"{said}.") for asked, said in registration.waivers),
        *_to_review(registration, at=at),
        *_summary(documents, registration.service.zone),
        *sent,
    ]


def _filed(registration: Registration) -> Check:
    """Return that it is filed, since when, and when its last version was, whoever filed it."""
    last = f"Version n°{registration.version}, le {registration.told['filed_in_words']}."
    if registration.version > 1:
        first = instant_in_words(registration.filed_at, registration.service.zone)
        last = f"Le {first}. {last}"
    return Check("Inscription enregistrée", "done", last)


def _has_come(registration: Registration, sent: Iterable[Check]) -> bool:
    """Return whether a piece was asked for with the last decision, or since, and nothing is left to send.

    What was asked for before it says nothing of what an anomaly asks for now.
    """
    since, asked = registration.decided_at, list(sent)
    return (
        since is not None
        and any(one.added_at is not None and one.added_at >= since for one in asked)
        and not any(one.completes for one in asked)
    )


def _decided(registration: Registration, *, has_come: bool) -> list[Check]:
    """Return what its managing service has decided of it, once it has.

    Args:
        registration: which.
        has_come: as `_has_come` says: an anomaly that was found by hand is ended by hand.
    """
    if registration.state == State.ANOMALY and has_come:
        note = f"{registration.reason} {HAS_COME}"
        return [Check(ASKED_BY_SERVICE, "waiting", note)]
    if registration.state == State.ANOMALY:
        return [Check(ASKED_BY_SERVICE, "missing", registration.reason)]
    if registration.is_validated:
        return [Check("Inscription validée", "done", f"Le {_decided_on(registration)}.")]
    if registration.awaits_new_validation:
        note = "Le service gestionnaire vérifiera votre modification."
        return [Check("Inscription validée de nouveau", "waiting", note)]
    return []


def _decided_on(registration: Registration) -> str:
    """Return the day of a decision: its history says the hour."""
    at, zone = registration.decided_at, registration.service.zone
    return day_in_words(local_day(at, zone)) if at else ""


def _to_review(registration: Registration, *, at: datetime) -> list[Check]:
    """Return what is asked since its civil data or its academy are others, and it does not say."""
    if not registration.to_review or registration.is_exam_over(at):
        return []
    said = "\n".join([*registration.to_review, how_to_change(registration, at=at, is_there=True)])
    return [Check("Répondre à ce qui est maintenant demandé", "yours", said)]


def _summary(documents: Iterable[DocumentVersion], zone: str) -> list[Check]:
    summary = next((one for one in documents if one.document.kind == SUMMARY.slug), None)
    if summary is None or summary.published_at is None:
        return [Check("Récapitulatif publié", "waiting", "Il sera dans « Mes documents ».")]
    # It is published by the save itself, which the first line tells.
    return [
        Check(
            "Récapitulatif ouvert",
            "done",
            _on(summary, "la première fois le", summary.opened_at, zone),
        )
        if summary.opened_at
        else Check(
            "Ouvrir le récapitulatif",
            "yours",
            f"Version n°{summary.number}, à télécharger ou à imprimer : c'est indispensable.",
            "summary",
        ),
    ]


def _on(summary: DocumentVersion, words: str, instant: datetime, zone: str) -> str:
    """Say which version it was, and which day: each has its own summary."""
    return f"Version n°{summary.number}, {words} {day_in_words(local_day(instant, zone))}."


def summary_returned(registration: Registration, *, at: datetime) -> list[Check]:
    """Return the condition that the signed summary is; nothing where none is to come back.

    Args:
        registration: one that stands, as `with_owed()` loads it.
        at: now.
    """
    asked, posted = registration.owed["to_return"], registration.summary_posted_on
    if not asked:
        return []
    label = "Récapitulatif signé renvoyé au service gestionnaire"
    if posted and registration.is_summary_posted_late and not registration.is_validated:
        said = f"Reçu, {registration.summary_came_in_words} : hors délai. {summary_late_in_words(registration)}"
        return [Check(label, "waiting", f"{said} Votre service gestionnaire décidera.")]
    if posted:
        return [Check(label, "done", f"Reçu, {registration.summary_came_in_words}.")]
    if registration.is_validated:
        return [Check(label, "ended", no_more_in_words(registration))]
    label = "Renvoyer le récapitulatif signé au service gestionnaire"
    until = datetime.fromisoformat(asked["until"])
    if registration.is_summary_late(at):
        said = summary_late_in_words(registration)
        late = Check(label, "missing", f"{said} {CALL}", "return", until=until)
        is_over = registration.is_exam_over(at)
        return [replace(late, state="ended", note=said, about="") if is_over else late]
    return [Check(label, "yours", summary_due_in_words(registration), "return", until=until)]


def summary_due_in_words(registration: Registration) -> str:
    """Say by which day a signed summary is posted: a postmark bears no hour."""
    return f"À poster au plus tard le {registration.summary_last_day}."


def summary_late_in_words(registration: Registration) -> str:
    """Say by which day a signed summary that has not come back was to be posted."""
    return f"Il était à poster au plus tard le {registration.summary_last_day}."


def no_more_in_words(registration: Registration) -> str:
    """Say of what nobody has checked that nothing of it is awaited any more, and since when."""
    since = _decided_on(registration)
    return f"Votre inscription est validée depuis le {since} : plus rien n'est à envoyer."
