"""« Attestation d'inscription »: that somebody is registered, on the day it is prepared."""

from dataclasses import dataclass
from datetime import datetime

from sporades.core.french import day_in_words, local_day
from sporades.documents.disclosure import facts_of
from sporades.documents.kinds import Content, Facts, Kind
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of


@dataclass(frozen=True)
class Attested:
    """What an attestation is made from.

    Attributes:
        registration: what stands.
        at: the instant at which it does.
    """

    registration: Registration
    at: datetime


def content(source: Attested) -> Content:
    """Return everything that an attestation prints; nothing is looked up later."""
    registration = source.registration
    identity, service = registration.identity, registration.service
    day = day_in_words(local_day(source.at, service.zone))
    return {
        "title": registration.title,
        "name": identity.full_name,
        "birth_name": identity.birth_name_beside,
        "born": identity.born_in_digits,
        "registration_number": registration.number,
        "candidate_number": registration.candidate.number,
        "academy_name": service.academy.name,
        "day": day,
        "sentence": f"Au {day}, cette personne est inscrite à l'examen ou au concours nommé "
        "ci-dessus. L'inscription ne préjuge ni de la convocation ni des résultats.",
        "zone": service.zone,
        "service": contact_of(service),
    }


def public_facts(said: Content) -> Facts:
    """Return what a third party may check: what for, on which day, and the initials of whom."""
    return facts_of(said, ("Inscrit au", said["day"]))


ATTESTATION = Kind(
    slug="attestation-inscription",
    title="Attestation d'inscription",
    template="publications/typst/attestation.typ",
    content=content,
    public_facts=public_facts,
)

PREPARED = (ATTESTATION,)
"""The kinds that are prepared from what a registration says."""
