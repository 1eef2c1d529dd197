"""The documents whose PDF is made elsewhere, and deposited here to be published (F2)."""

from dataclasses import dataclass
from datetime import datetime

from sporades.core.french import instant_in_words
from sporades.documents.disclosure import initials, last_signs
from sporades.documents.kinds import Content, Facts, Kind
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of


@dataclass(frozen=True)
class Deposit:
    """A PDF made elsewhere.

    Attributes:
        registration: whose it is.
        file: its key in the file store.
        pages: how many it has.
        at: the instant of the deposit.
    """

    registration: Registration
    file: str
    pages: int
    at: datetime


def content(source: Deposit) -> Content:
    """Return what is said of a deposited PDF, which speaks for itself."""
    registration = source.registration
    service = registration.service
    return {
        "title": registration.title,
        "name": registration.identity.full_name,
        "registration_number": registration.number,
        "candidate_number": registration.candidate.number,
        "academy_name": service.academy.name,
        "pages": source.pages,
        "deposited_in_words": instant_in_words(source.at, service.zone),
        "file": source.file,
        "zone": service.zone,
        "service": contact_of(service),
    }


def public_facts(said: Content) -> Facts:
    """Return what a third party may check: what for, of whom, deposited when."""
    return [
        ("Examen ou concours", said["title"]),
        ("Académie", said["academy_name"]),
        ("Candidat (initiales)", initials(said["name"])),
        ("Numéro d'inscription", last_signs(said["registration_number"])),
        ("Déposé le", said["deposited_in_words"]),
    ]


def _kind(slug: str, title: str, *, needs_approval: bool) -> Kind:
    return Kind(
        slug=slug,
        title=title,
        template="",
        content=content,
        public_facts=public_facts,
        needs_approval=needs_approval,
    )


DEPOSITED = (
    _kind("convocation", "Convocation", needs_approval=True),
    _kind(
        "notification-amenagement",
        "Notification d'aménagement d'épreuves",
        needs_approval=False,
    ),
    _kind("releve-de-notes", "Relevé de notes", needs_approval=True),
    _kind("attestation", "Attestation", needs_approval=True),
)
"""What calls to an exam or says its result wants a second person (I5)."""
