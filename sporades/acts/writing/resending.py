"""Send a refused mail, or a returned letter, again, where the candidate is reached now (I9, I13)."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sporades import journal
from sporades.acts.writing import lasting
from sporades.acts.writing.since import doubts_about
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import DoubleState
from sporades.letters.models import Letter
from sporades.letters.operations import guardian_envelope, is_returned, tell_again
from sporades.letters.queries import last_summary_of
from sporades.mail.models import Message
from sporades.mail.operations import write_again
from sporades.mail.queries import first_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.queries import ASKED_LATE, lock_registration, with_owed

KINDS = {
    "registered": "Inscription enregistrée",
    "amended": "Modification enregistrée",
    "registered_for": "Inscription enregistrée par le service",
    "amended_for": "Modification enregistrée par le service",
    "withdrawn": "Désinscription",
    "state_changed": "Décision du service",
    "registration_moved": "Changement d'académie",
    "service_closes_sooner": "Fermeture avancée",
    "service_closes_later": "Fermeture repoussée",
    "coming_back_moved": "Fermeture changée, après une désinscription",
    "change_requested": "Demande de modification envoyée",
    "change_accepted": "Demande de modification acceptée",
    "change_refused": "Demande de modification refusée",
    "document_published": "Document publié",
    "document_withdrawn": "Document retiré",
    "pieces_due": "Rappel des pièces justificatives",
    "summary_asked_again": "Récapitulatif signé de nouveau attendu",
    "summary_given_time": "Délai accordé pour le récapitulatif signé",
    "pieces_given_time": "Délai accordé pour tout ce qui reste à envoyer",
    "summary_in_time": "Récapitulatif signé : plus hors délai",
    "piece_asked_again": "Pièce justificative demandée de nouveau",
    "piece_asked_for": "Pièce justificative demandée en plus",
    "piece_found_good": "Pièce justificative conforme",
    "piece_given_time": "Délai accordé pour une pièce justificative",
    "piece_time_cut_back": "Délai d'une pièce justificative corrigé",
    "piece_waived": "Dispense d'une pièce justificative",
    "piece_refused": "Pièce justificative non conforme",
    "file_refused": "Fichier refusé par l'antivirus",
    "appeal_received": "Recours reçu",
    "appeal_silent": "Recours resté sans réponse",
    "appeal_withdrawn": "Recours retiré",
    "request_completed": "Demande complétée",
    "request_incomplete": "Demande incomplète",
    "request_received": "Demande reçue",
    "request_silent": "Demande restée sans réponse",
    "request_withdrawn": "Demande retirée",
    "something_awaits": "Quelque chose attend le candidat",
    "message_answered": "Réponse à un message",
    "message_of_service": "Message du service",
}
"""The mails about a registration. None holds a key: all may be sent again as they were written."""

WITH_SUMMARY = (
    *("registered", "amended", "registered_for", "amended_for"),
    *("change_accepted", "registration_moved", "summary_asked_again", "summary_given_time"),
)
"""Those that call for the signed summary, which their letters enclose; so does a decision with a day."""

_OF_PERSON = (
    *("identity_corrected", "correction_requested", "correction_refused"),
    *("record_claimed", "candidates_merged"),
)
"""The mails about a person that go where they are reached. The others warn where they were before."""


_OF_DRAFT = (
    *("draft_closing", "no_longer_offered", "offered_again", "service_moved"),
    *ASKED_LATE,
)
"""The mails to a candidate about what they have begun: a guardian is told otherwise."""


class NotRefused(Refused):
    """It was sent, or waits to be."""

    message = "Il n'est ni refusé ni revenu : il n'y a pas à l'envoyer de nouveau."


class AlreadySentAgain(Refused):
    """Somebody has just pressed the button."""

    message = "Ce mail a déjà été envoyé de nouveau."


class NeverAgain(Refused):
    """A mail that is not about a registration, or that holds a key."""

    message = "Ce mail ne s'envoie pas de nouveau."


class TooLate(Refused):
    """A mail whose link opens nothing any more, or that is true no more."""

    message = "Ce que ce mail ouvre ou annonce est passé : il ne servirait plus à rien."


class ReadsMails(Refused):
    """What a letter said is read in a space now."""

    message = (
        "Ce candidat a maintenant un compte : il lit ses messages et ses documents dans son espace."
    )


class OfAge(Refused):
    """A letter to a guardian who answers for nobody any more."""

    message = "Ce candidat est majeur : ce courrier à son représentant légal ne part plus."


class Doubtful(Refused):
    """Something was told, or done, since, or it would go where it came back from."""

    message = "Lisez ce qui a changé depuis, cochez la case, puis envoyez-le de nouveau."

    def __init__(self, doubts: list[str]) -> None:
        """Keep what is doubtful.

        Args:
            doubts: sentences, as whoever sends it reads them.
        """
        super().__init__(self.message)
        self.doubts = doubts
        self.mark = mark_of(doubts)


def mark_of(doubts: list[str]) -> str:
    """Return what tells doubts that were read from those that there are now."""
    return hashlib.sha256("\n".join(doubts).encode()).hexdigest()[:16]


@transaction.atomic
def send_again(
    *, message: Message, registration: Registration, by: Actor, at: datetime, sure_of: str = ""
) -> Message:
    """Send a refused mail, or a returned letter, about a registration again, once.

    Args:
        message: the refused mail, or the letter.
        registration: what it is about.
        by: who asks for it.
        at: the instant.
        sure_of: the mark of the doubts that were read, by whoever sends it in spite of them.

    Raises:
        NeverAgain, NotRefused, AlreadySentAgain, OfAge, ReadsMails: see each.
        Doubtful: it may be false now, or come back, and that was not read.
    """
    # In the order of every act: nothing is told of it meanwhile.
    registration = lock_registration(registration.pk)
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if not is_about(locked, registration):
        raise NeverAgain
    came_back = is_returned(locked)
    if locked.state != Message.State.REFUSED and not came_back:
        raise NotRefused
    if Message.objects.filter(again_of=locked).exists():
        raise AlreadySentAgain
    candidate, service = registration.candidate, registration.service
    to_guardian = _to_guardian(locked)
    if to_guardian is not None and not registration.is_minor(at):
        raise OfAge
    if to_guardian is None and came_back and candidate.has_account:
        raise ReadsMails
    doubts = doubts_about(locked, registration, at=at)
    if doubts and sure_of != mark_of(doubts):
        raise Doubtful(doubts)
    preface = _preface("courrier" if came_back else "mail", locked.written_at, service.zone)
    fresh = tell_again(
        locked,
        candidate=candidate,
        service=service,
        preface=preface,
        at=at,
        envelope=guardian_envelope(to_guardian, registration) if to_guardian else (),
        announced=_announced_by(locked, registration),
    )
    journal.record(
        "mail sent again",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"kind": locked.kind, "refused": locked.pk, "message": fresh.pk},
    )
    return fresh


@transaction.atomic
def send_refused_again(*, message: Message, by: Actor, at: datetime) -> Message:
    """Send a refused mail again, once, whatever it is about: for the morning after a bad relay.

    One about a registration goes where its candidate is reached now, as from the office; so does one
    about a person, what they have begun, a document or a copy of theirs: their former address may be
    anybody's. Another, or one that was for a former address, goes to the address that it was for, with
    its links as they were.

    Args:
        message: the refused mail.
        by: who asks for it.
        at: the instant.

    Raises:
        NotRefused, AlreadySentAgain, TooLate: see each.
        NeverAgain: its registration is kept no more, or a letter alone would reach its person.
        Doubtful: it may be false now: somebody reads it first, in the office.
    """
    if goes_again(message):
        registration = Registration.objects.whole().filter(pk=message.about_id).first()
        if registration is None:
            raise NeverAgain
        return send_again(message=message, registration=registration, by=by, at=at)
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.state != Message.State.REFUSED:
        raise NotRefused
    if Message.objects.filter(again_of=locked).exists():
        raise AlreadySentAgain
    if lasting.is_over(locked, at=at):
        raise TooLate
    preface = _preface("mail", locked.written_at, settings.TIME_ZONE)
    theirs = _last_of_person(locked) or _of_them(locked)
    fresh = (
        tell_again(
            locked, candidate=theirs.candidate, service=theirs.service, preface=preface, at=at
        )
        if theirs
        else write_again(locked, to=_address_of(locked), at=at, preface=preface)
    )
    journal.record(
        "mail sent again",
        by=by,
        at=at,
        after={"kind": locked.kind, "refused": locked.pk, "message": fresh.pk},
    )
    return fresh


def _of_them(message: Message) -> Draft | Registration | None:
    """Return what a mail to its candidate tells of, which no office sends again; nothing of another.

    What they have begun, a document of theirs, that their registration leaves their space.
    """
    about, kind = message.about_id, message.kind
    found: Any = None
    if message.about_kind == "draft" and kind in _OF_DRAFT:
        found = Draft.objects.filter(pk=about)
    elif message.about_kind == "documentversion" and kind == "document_unread":
        found = Registration.objects.filter(folder__documents__versions=int(about))
    elif message.about_kind == "registration" and kind == "registration_leaves":
        found = Registration.objects.filter(pk=about)
    return None if found is None else found.whole().first()


def _address_of(message: Message) -> str:
    """Return where a mail goes that no service answers for: where it was for, but what its person alone reads.

    Raises:
        NeverAgain: a letter alone would reach them, which no service prints.
    """
    is_theirs = message.kind == "data_copy_ready" or _is_of_person(message)
    if not is_theirs:
        return message.recipient
    candidate = Candidate.objects.select_related("user").get(pk=message.about_id)
    if _is_for_who_was_left(message, candidate):
        return message.recipient
    if candidate.by_letter:
        raise NeverAgain
    return candidate.address


def _is_of_person(message: Message) -> bool:
    return message.about_kind == "candidate" and message.kind in _OF_PERSON


def _last_of_person(message: Message) -> Registration | None:
    """Return the last registration of whom a mail tells where they are reached now; or nothing."""
    if not _is_of_person(message):
        return None
    filed = Registration.objects.whole().filter(candidate=int(message.about_id))
    last: Registration | None = filed.order_by("-filed_at", "-pk").first()
    return None if last is None or _is_for_who_was_left(message, last.candidate) else last


def _is_for_who_was_left(message: Message, candidate: Candidate) -> bool:
    """Return whether it tells of a merge where the file that was left was reached, and its end."""
    there = Q(left__account=message.recipient) | Q(left__email=message.recipient)
    merged = LikelyDouble.objects.filter(there, state=DoubleState.MERGED)
    # An account that went to who is kept was not closed: its owner is reached wherever they are.
    users = merged.values_list("left__user", flat=True)
    return message.kind == "candidates_merged" and any(
        user is None or user != candidate.user_id for user in users
    )


def _preface(named: str, written_at: datetime, zone: str) -> str:
    written = instant_in_words(written_at, zone)
    return (
        f"Ce {named}, écrit le {written}, n'avait pas pu vous être remis. Le voici de nouveau, tel "
        "qu'il était."
    )


def is_about(message: Message, registration: Registration) -> bool:
    """Return whether a message is about a registration, and of a kind that may be sent again."""
    return goes_again(message) and message.about_id == str(registration.pk)


def goes_again(message: Message) -> bool:
    """Return whether a message is of a kind that may be sent again, from the file that it is about.

    So is a letter to a guardian; a mail to one is not.
    """
    if message.about_kind != "registration":
        return False
    return message.kind in KINDS or _to_guardian(message) is not None


def _announced_by(message: Message, registration: Registration) -> DocumentVersion | None:
    """Return the document that a mail announced, which a letter would have enclosed; or nothing."""
    if message.kind == "document_published":
        named, line, *_ = first_of(message).key.split(":")
        if named != "publication line":
            return None
        own = DocumentVersion.objects.filter(document__folder=registration.folder_id)
        found: DocumentVersion | None = own.filter(publication_line=int(line)).first()
        return found
    asks = message.kind in WITH_SUMMARY
    is_decision = message.kind == "state_changed" and message.due_by is not None
    if is_decision or message.kind == "pieces_given_time":
        # What they name, by a day, may be pieces alone.
        asks = any(one.summary_awaited for one in with_owed(pk=registration.pk))
    return last_summary_of(registration) if asks else None


def _to_guardian(message: Message) -> Letter | None:
    letter: Letter | None = getattr(message, "letter", None)
    return letter if letter is not None and letter.is_to_guardian else None
