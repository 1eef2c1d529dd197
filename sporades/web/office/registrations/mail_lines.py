"""What the office reads of a mail, in a file and in the list of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from sporades.accounts.permissions import Permission
from sporades.acts.writing import resending
from sporades.core.french import instant_in_words
from sporades.letters.models import Letter
from sporades.letters.words import fate_in_words
from sporades.mail.fate import in_words
from sporades.mail.models import Message
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
    "correction_requested": "Demande de correction d'état civil envoyée",
    "correction_refused": "Demande de correction d'état civil refusée",
    "candidates_merged": "Dossiers d'un même candidat réunis",
    "record_changed": "Coordonnées changées par le service",
    "record_claimed": "Fiche rattachée à un compte",
    "record_taken": "Fiche rattachée à un compte : à l'ancienne adresse",
    "activation": "Activation du compte",
    "password_reset": "Nouveau mot de passe demandé",
    "password_changed": "Mot de passe changé",
    "sign_in_changed": "Moyens de connexion changés",
    "address_change": "Nouvelle adresse à confirmer",
    "address_changed": "Adresse changée",
    "address_restored": "Ancienne adresse rétablie",
    "signed_request_withdrawn": "Demande retirée : au représentant légal qui l'a signée",
}
"""What each mail that a file shows is called."""


@dataclass(frozen=True)
class MailLine:
    """One mail or letter, its fate, and what its reader may do of it."""

    message: Message
    number: str
    kind: str
    when: str
    to: str
    fate: str
    letter: Letter | None
    may_send_again: bool
    may_return: bool
    may_take_back: bool


def lines_of(
    request: HttpRequest, registration: Registration, messages: Iterable[Any]
) -> list[MailLine]:
    """Return what is said of the mails about a registration, which know whether they were sent again."""
    where = {"academy": registration.academy_id, "domain": registration.exam.domain.code}
    may_write = request.reaches(Permission.WRITE_MESSAGES).covers(**where)
    may_post = request.reaches(Permission.PRINT_LETTERS).covers(**where)
    return [_line(one, registration, may_write=may_write, may_post=may_post) for one in messages]


def _line(one: Any, registration: Registration, *, may_write: bool, may_post: bool) -> MailLine:
    zone = registration.service.zone
    letter = getattr(one, "letter", None)
    failed = one.state == Message.State.REFUSED if letter is None else letter.is_returned
    return MailLine(
        message=one,
        number=registration.number,
        kind=KINDS.get(one.kind, "Autre"),
        when=instant_in_words(one.written_at, zone, weekday=False),
        to=one.recipient if letter is None else ", ".join(letter.address) or "Par courrier",
        fate=in_words(one, zone) if letter is None else fate_in_words(letter),
        letter=letter,
        may_send_again=may_write
        and failed
        and not one.is_sent_again
        and resending.is_about(one, registration),
        may_return=may_post and letter is not None and letter.is_posted,
        may_take_back=may_post
        and letter is not None
        and letter.is_returned
        and not one.is_sent_again,
    )
