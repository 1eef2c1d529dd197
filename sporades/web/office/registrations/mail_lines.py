"""What the office reads of a mail, in a file and in the list of all."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from sporades.accounts.permissions import Permission
from sporades.acts.writing import resending
from sporades.core.french import instant_in_words
from sporades.letters.models import Letter
from sporades.letters.queries import read_within
from sporades.letters.words import fate_in_words
from sporades.mail.fate import in_words
from sporades.mail.models import Message
from sporades.mailings.operations import KIND as WRITTEN_TO_MANY
from sporades.registrations.models import Registration

KINDS = {
    **resending.KINDS,
    "document_unread": "Rappel d'un document à lire",
    "registration_leaves": "Documents à télécharger avant l'archivage",
    "guardian_awaited": "Quelque chose attend le candidat : à son représentant légal",
    "minor_withdrawn": "Désinscription : au représentant légal",
    "minor_returned": "Nouvelle inscription : au représentant légal",
    "signed_as_guardian": "Signature du représentant légal",
    "identity_corrected": "État civil corrigé",
    "late_requested": "Demande d'inscription tardive envoyée",
    "late_refused": "Demande d'inscription tardive refusée",
    "late_request_silent": "Demande d'inscription tardive restée sans réponse",
    "late_file_refused": "Demande d'inscription tardive à envoyer de nouveau",
    "correction_requested": "Demande de correction d'état civil envoyée",
    "correction_refused": "Demande de correction d'état civil refusée",
    "candidates_merged": "Dossiers d'un même candidat réunis",
    "record_changed": "Coordonnées changées par le service",
    "record_claimed": "Fiche rattachée à un compte",
    "record_taken": "Fiche rattachée à un compte : à l'ancienne adresse",
    "record_detached": "Fiche détachée d'un compte",
    "activation": "Activation du compte",
    "password_reset": "Nouveau mot de passe demandé",
    "password_changed": "Mot de passe changé",
    "sign_in_changed": "Moyens de connexion changés",
    "address_change": "Nouvelle adresse à confirmer",
    "address_changed": "Adresse changée",
    "address_moved": "Adresse changée par le service",
    "address_restored": "Ancienne adresse rétablie",
    "signed_request_withdrawn": "Demande retirée : au représentant légal qui l'a signée",
}
"""What each mail that a file shows is called."""


@dataclass(frozen=True)
class MailLine:
    """One mail or letter, its fate, and what its reader may do of it.

    Attributes:
        text: of what the office wrote to many, where it is read; a letter is opened apart.
    """

    message: Message
    number: str
    subject: str
    kind: str
    when: str
    to: str
    fate: str
    text: str
    letter: Letter | None
    may_send_again: bool
    may_return: bool
    may_take_back: bool


def letters_elsewhere(request: HttpRequest, messages: Iterable[Any]) -> set[int]:
    """Return the keys of the mails about a person that another academy wrote to them as letters.

    What such a letter says, and the address on it, are of what the person has there: the reader
    knows that it was written, when, and what it has become.
    """
    letters = {
        one.letter.pk: one.pk
        for one in messages
        if one.about_kind == "candidate" and hasattr(one, "letter")
    }
    if not letters:
        return set()
    mine = Letter.objects.filter(read_within(request.reach), pk__in=letters)
    return {letters[pk] for pk in letters.keys() - set(mine.values_list("pk", flat=True))}


def lines_of(
    request: HttpRequest,
    registration: Registration,
    messages: Iterable[Any],
    *,
    elsewhere: Collection[int],
    by_kind: bool = False,
    with_text: bool = False,
) -> list[MailLine]:
    """Return what is said of the mails about a registration, which know whether they were sent again.

    Args:
        request: of whoever reads.
        registration: from which the mails are read.
        messages: the mails, each with its letter.
        elsewhere: the keys of those of which the letter is not read here (`letters_elsewhere`).
        by_kind: whether they are named by their kinds alone: a subject, a letter may say of a
            health what their reader does not read.
        with_text: whether what the office wrote to many is read: nothing else of a file says it to
            the colleague of who wrote it. Of other mails, whose links may open an account, it never is.
    """
    where = {"academy": registration.academy_id, "domain": registration.exam.domain.code}
    may_write = request.reaches(Permission.WRITE_MESSAGES).covers(**where)
    may_post = request.reaches(Permission.PRINT_LETTERS).covers(**where)
    return [
        _line(
            one,
            registration,
            by_kind=by_kind,
            is_elsewhere=by_kind or one.pk in elsewhere,
            with_text=with_text,
            may_write=may_write,
            may_post=may_post and one.pk not in elsewhere,
        )
        for one in messages
    ]


def _line(
    one: Any,
    registration: Registration,
    *,
    by_kind: bool,
    is_elsewhere: bool,
    with_text: bool,
    may_write: bool,
    may_post: bool,
) -> MailLine:
    zone = registration.service.zone
    letter = getattr(one, "letter", None)
    is_read = with_text and not by_kind and letter is None and one.kind == WRITTEN_TO_MANY
    failed = one.state == Message.State.REFUSED if letter is None else letter.is_returned
    return MailLine(
        message=one,
        number=registration.number,
        subject="" if by_kind else one.subject,
        kind=KINDS.get(one.kind, "Autre"),
        when=instant_in_words(one.written_at, zone, weekday=False),
        to=one.recipient if letter is None else _on_envelope(letter, is_elsewhere=is_elsewhere),
        fate=in_words(one, zone) if letter is None else fate_in_words(letter),
        text=one.body if is_read else "",
        letter=None if is_elsewhere else letter,
        may_send_again=may_write
        and failed
        and not one.is_sent_again
        and resending.is_about(one, registration)
        and (letter is None or letter.is_to_guardian or not registration.candidate.has_account),
        may_return=may_post and letter is not None and letter.is_posted,
        may_take_back=may_post
        and letter is not None
        and letter.is_returned
        and not one.is_sent_again,
    )


def _on_envelope(letter: Letter, *, is_elsewhere: bool) -> str:
    return ("" if is_elsewhere else ", ".join(letter.address)) or "Par courrier"
