"""Published documents that speak of a registration as it was: it was modified since, or is elsewhere.

A convocation, an attestation: what was published stays until it is taken back, and nothing here reads
a PDF that was made elsewhere. Whoever holds it is told that it is of before, and so is the office, which
takes it back or publishes another. What the registration issues by itself is issued again each time;
a decision stands until another is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q

from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.documents.kinds import Kind
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import documents_in
from sporades.exams.fetching import WITH_REFERENCE_ALONE
from sporades.registrations.models import Registration
from sporades.registrations.receipt import named
from sporades.registrations.states import STANDING
from sporades.territory import queries as territory


@dataclass(frozen=True)
class Since:
    """What has become of a registration since a document of it was issued.

    Attributes:
        short: in few words, beside its name in a list.
        title, text: above it, for its candidate.
        to_office: beside its name, for the office.
        to_others: to whoever verifies its code.
    """

    short: str
    title: str
    text: str
    to_office: str
    to_others: str


def speaks_of_then(kind: Kind) -> bool:
    """Tell whether a kind says how a registration is, and is published by whoever decides to."""
    return not kind.published_by_issue and not kind.is_contested


def published_of(registration: Registration, *, at: datetime) -> list[DocumentVersion]:
    """Return the documents that its candidate reads, and that a move or a modification leaves as they are."""
    found = documents_in(folder=registration.folder_id, at=at)
    return [one for one in found if speaks_of_then(one.kind)]


def issued_elsewhere(
    versions: Iterable[DocumentVersion], registration: Registration
) -> list[DocumentVersion]:
    """Return those that another academy issued, which had the registration then."""
    return [one for one in versions if one.academy and one.academy != registration.academy_id]


def since(version: DocumentVersion, registration: Registration) -> Since | None:
    """Return what has become of a registration since it was as a document says; or nothing.

    Args:
        version: the document.
        registration: whose it is, loaded `for_list()` at least.
    """
    if not speaks_of_then(version.kind) or not registration.is_active:
        return None
    if issued_elsewhere([version], registration):
        left = territory.academy(version.academy)
        return Since(
            "Délivré avant votre changement d'académie",
            "Votre inscription a changé d'académie depuis",
            f"Ce document est {left.with_preposition}. Votre inscription est maintenant gérée par : "
            f"{named(registration.service)}. Avant de vous en servir, demandez à ce service s'il vaut "
            "encore, ou s'il en délivrera un autre.",
            f"Délivré par {left.with_article}, avant le changement d'académie",
            "Depuis, la candidature a changé d'académie : ce document dit ce qui était avant.",
        )
    changed = registration.amended_at
    if changed is None or version.issued_at >= changed:
        return None
    zone = registration.service.zone
    day = day_in_words(local_day(version.issued_at, zone))
    when = instant_in_words(changed, zone)
    return Since(
        "Délivré avant votre dernière modification",
        "Votre inscription a été modifiée depuis",
        f"Ce document est du {day}, et votre inscription a été modifiée le {when}. Si ce qu'il dit n'est "
        "plus juste, demandez-en un autre à votre service gestionnaire avant de vous en servir.",
        f"Délivré avant la dernière modification de l'inscription, le {when}",
        f"Depuis, la candidature a été modifiée, le {when} : ce document dit ce qui était avant.",
    )


MAY_HAVE_ONE = Q(state__in=STANDING) & (Q(is_placed=True) | Q(amended_at__isnull=False))
"""What a registration satisfies that may have a document of before: few do, and they are asked first."""


def is_of_before() -> Q:
    """Return what a version satisfies that is of before, where it is asked within its registration's row.

    With `MAY_HAVE_ONE`, and of a kind that `speaks_of_then`, it is `since` as the database reads it.
    """
    is_from_elsewhere = ~Q(academy="") & ~Q(academy=OuterRef("academy"))
    return is_from_elsewhere | Q(issued_at__lt=OuterRef("amended_at"))


def still_read_in_words(registration: Registration, *, at: datetime) -> list[str]:
    """Say to the service that received it what its candidate still reads of the academy that had it."""
    found = issued_elsewhere(published_of(registration, at=at), registration)
    if not found:
        return []
    titles = ", ".join(one.document.title for one in found)
    return [
        (
            f"Délivré avant par une autre académie, et encore lu par le candidat : {titles}. L'onglet "
            "« Documents » permet de retirer ce qui ne vaut plus."
        )
    ]


def since_in_words(version: DocumentVersion) -> str:
    """Say to whoever verifies a document what has become of its registration since; or nothing."""
    if not speaks_of_then(version.kind):
        return ""
    of = Registration.objects.filter(folder=version.document.folder_id)
    found = of.select_related("service").fetch_mode(WITH_REFERENCE_ALONE).first()
    told = since(version, found) if found else None
    return told.to_others if told else ""
