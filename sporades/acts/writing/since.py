"""What has changed since a message was written: said to whoever is about to send it again."""

from datetime import datetime

from django.db.models import QuerySet

from sporades.acts.reminders import OF_PIECES, recalls_something
from sporades.acts.requests import OF_REGISTERED
from sporades.acts.requests.completing import INCOMPLETE, key_of_incomplete
from sporades.candidates.models import Candidate
from sporades.candidates.names import is_same_person
from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.evidence.models import Evidence
from sporades.evidence.states import TO_PROVIDE, State
from sporades.evidence.unmet import owes_pieces, stands_in_words
from sporades.exams.models.service import MINUTE
from sporades.letters.mentions import MOVE
from sporades.letters.models import Letter
from sporades.letters.operations import goes_by_letter, guardian_envelope, is_address_of
from sporades.letters.rules import REMINDER, TO_GUARDIAN, is_of_piece, overtaking, piece_of
from sporades.letters.words import readdressed
from sporades.mail.models import Message
from sporades.mail.queries import first_of
from sporades.registrations.models import Registration

MOST_SAID = 5
SAID_OF = {
    "piece_waived": (State.WAIVED,),
    "piece_found_good": (State.ACCEPTED,),
    "piece_refused": (State.REFUSED,),
    "piece_asked_again": (State.OWED,),
    "piece_asked_for": (State.OWED,),
    "piece_given_time": TO_PROVIDE,
    "piece_time_cut_back": TO_PROVIDE,
}
"""Where a piece stands while what is told of it is true."""
ON_RECORD = "sur la fiche du candidat"
IN_REGISTRATION = "dans l'inscription, par « Modifier pour le candidat »"
DEMANDS = (
    *("piece_refused", "piece_asked_again", "piece_asked_for"),
    *("piece_given_time", "piece_time_cut_back"),
)


def doubts_about(message: Message, registration: Registration, *, at: datetime) -> list[str]:
    """Say why a message that is about to be sent again may be false, or come back; mostly nothing.

    Args:
        message: the refused mail, or the letter that came back.
        registration: what it is about, locked.
        at: the instant.
    """
    return [
        *_told_since(message, registration),
        *_is_past(message, registration, at=at),
        *_stands(message, registration),
        *_is_sent(message, registration, at=at),
        *_has_come(message, registration),
        *_is_answered(message),
        *_sends_elsewhere(message, registration),
        *_same_address(message, registration),
    ]


def _is_answered(message: Message) -> list[str]:
    """Say that what a request lacked is not awaited any more."""
    if message.kind != INCOMPLETE:
        return []
    first = first_of(message).key
    kind, _, key = first.partition(":")
    asked = OF_REGISTERED[kind].objects.filter(pk=key.partition(":")[0]).first()
    if asked is not None and asked.is_incomplete and first.startswith(key_of_incomplete(asked)):
        return []
    return ["Depuis, la demande qu'il dit de compléter l'a été, ou est décidée ou retirée."]


def _told_since(message: Message, registration: Registration) -> list[str]:
    """Say what was told later of the same thing; a copy is as old as what it repeats."""
    later = overtaking(message.matter)
    if later is None:
        return []
    told = _since_first(message).filter(later)
    zone = registration.service.zone
    whom = "représentant légal" if message.matter == TO_GUARDIAN else "candidat"
    said = "Depuis, « {} » a été écrit au {} le {}."
    return [
        said.format(one.subject, whom, instant_in_words(one.written_at, zone))
        for one in told.defer("body").order_by("-pk")[:MOST_SAID]
    ]


def _since_first(message: Message) -> QuerySet[Message]:
    """Return what was written of the same row since what a message repeats, copies aside."""
    found: QuerySet[Message] = Message.objects.filter(
        about_kind=message.about_kind,
        about_id=message.about_id,
        again_of=None,
        pk__gt=first_of(message).pk,
    )
    return found


def _sends_elsewhere(message: Message, registration: Registration) -> list[str]:
    """Say that what it has its reader send would go to another academy, or to a former address."""
    moved = _since_first(message).filter(kind=MOVE).order_by("-pk").first()
    letter = Letter.objects.filter(message=message).select_related("enclosed__document").first()
    enclosed = letter.enclosed if letter else None
    if moved is not None:
        day = instant_in_words(moved.written_at, registration.service.zone)
        said = f"Depuis, l'inscription a changé d'académie, le {day} : il dit d'écrire à celle d'avant."
    elif address := readdressed(message, registration.service, enclosed=enclosed):
        said = f"L'adresse du service qu'il donne a changé depuis. Celle d'aujourd'hui : {address}."
    else:
        return []
    is_to_guardian = letter is not None and letter.is_to_guardian
    is_letter = is_to_guardian or goes_by_letter(registration.candidate, enclosed)
    noted = (
        "Une mention sous son texte le dira." if is_letter else "Le mail partirait sans le dire."
    )
    return [f"{said} {noted}"]


def _is_past(message: Message, registration: Registration, *, at: datetime) -> list[str]:
    if message.due_by is None or at < message.due_by + MINUTE:
        return []
    day = day_in_words(local_day(message.due_by, registration.service.zone))
    return [
        (
            f"Il demande quelque chose avant un jour qui est passé, le {day}. Si cela doit encore venir, "
            "laissez d'abord plus de temps : un autre message le dit au candidat."
        )
    ]


def _stands(message: Message, registration: Registration) -> list[str]:
    """Say where its piece stands where it says otherwise, and what is due no more."""
    is_of_one = is_of_piece(message.matter)
    is_demand = message.kind in DEMANDS or message.matter == REMINDER
    if (is_of_one or message.matter == REMINDER) and is_demand and not owes_pieces(registration):
        return [
            f"{registration.get_state_display()} : cette inscription ne doit plus aucune pièce."
        ]
    key = piece_of(message.matter)
    if key is None or message.kind not in SAID_OF:
        return []
    row = Evidence.objects.filter(pk=key, registration=registration).first()
    if row is None or row.state in SAID_OF[message.kind]:
        return []
    return [f"Cette pièce, « {row.label} », est maintenant : {stands_in_words(registration, row)}."]


def _is_sent(message: Message, registration: Registration, *, at: datetime) -> list[str]:
    """Say that all that a reminder may recall has come, of what still owes its pieces."""
    if message.kind not in OF_PIECES or not owes_pieces(registration):
        return []
    if recalls_something(message.kind, registration, at=at):
        return []
    return ["Depuis, plus rien de ce qu'il rappelle n'est à envoyer."]


def _has_come(message: Message, registration: Registration) -> list[str]:
    """Say that a signed summary which it says is in time is not noted as received any more."""
    if message.kind != "summary_in_time" or registration.summary_posted_on is not None:
        return []
    return ["Depuis, ce récapitulatif signé n'est plus noté comme reçu."]


def _same_address(message: Message, registration: Registration) -> list[str]:
    letter = Letter.objects.filter(message=message).select_related("enclosed__document").first()
    candidate = registration.candidate
    if letter is not None and letter.is_to_guardian:
        return _same_home(letter, registration)
    if letter is None or not goes_by_letter(candidate, letter.enclosed):
        return []
    if not is_address_of(letter, candidate):
        return []
    return [_returns_from(letter, ON_RECORD)]


def _same_home(letter: Letter, registration: Registration) -> list[str]:
    """Say of a letter to a guardian whom else it would go to, and whether it may come back."""
    named, *home = guardian_envelope(letter, registration)
    said = []
    if not is_same_person(named, letter.address[0]):
        said.append(f"Il était pour {letter.address[0]} ; il partirait au nom de {named}.")
    if home == letter.address[1:]:
        said.append(_returns_from(letter, home_corrected(registration.candidate)))
    return said


def home_corrected(candidate: Candidate) -> str:
    """Say where the address is corrected to which a guardian is written (`records.home_of`)."""
    return IN_REGISTRATION if candidate.has_account else ON_RECORD


def _returns_from(letter: Letter, corrected: str) -> str:
    where = ", ".join(letter.address[1:])
    return (
        f"Il repartirait à l'adresse d'où il est revenu : {where}. Si elle n'est plus la bonne, "
        f"corrigez-la d'abord {corrected}."
    )
