"""What its rules ask of a registration, and it does not say, since its civil data or its academy are others.

It was filed as its candidate then was, where it then was: a minor of whom no guardian is asked, since
their date of birth was another, an age that is too low, a question that its new academy alone asks.
Nothing is filed anew, and nobody would see it. Its candidate or its office modifies it, which judges
all again; or its office validates it as it is, having read this.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sporades.candidates.models import Identity
from sporades.exams.models import RegistrationService
from sporades.registrations.added import is_added
from sporades.registrations.evidence import are_named_to
from sporades.registrations.models import Registration, Version
from sporades.registrations.refusals import ExamOver, Trouble
from sporades.registrations.trying import troubles_under


def of_identity(registration: Registration, identity: Identity) -> Registration:
    """Return a registration as that of a candidate of other civil data, to be judged; never saved."""
    found, found.candidate = copy(registration), copy(registration.candidate)
    found.candidate.identity = found.identity = identity
    return found


def of_service(registration: Registration, service: RegistrationService) -> Registration:
    """Return a registration as that of a service, to be judged; never saved."""
    found = copy(registration)
    found.service, found.academy = service, service.academy
    found.ages_on = registration.registered_on  # by the clock of the service that has it
    return found


def to_review(
    now: Registration, before: Registration, version: Version, *, at: datetime
) -> list[str]:
    """Return what a registration does not say of what is asked of it now, and was not before.

    By the réglementation under which it was filed: nothing else has changed. Once the exam is over
    nothing more is asked.

    Args:
        now: as it has become.
        before: as it was.
        version: its last one, with its answers, and what was to be reviewed already.
        at: the instant.

    Returns:
        Sentences, each with the tab and the field that it is about.
    """
    is_kept = before.to_review_since or before.is_validated  # settled, as long as that counts
    known = set(version.snapshot.get("to_review") or ()) if is_kept else set()
    of_before = set(_judged(before, version, at=at)) - known
    found = [said for said in _judged(now, version, at=at) if said not in of_before]
    return [said for said in found if said in known] if now.is_exam_over(at) else found


def asked_there(
    registration: Registration,
    services: Iterable[RegistrationService],
    *,
    version: Version | None = None,
    at: datetime,
) -> list[tuple[RegistrationService, list[str]]]:
    """Return what the services of other academies would ask that a registration does not say.

    Args:
        registration: one that stands, loaded `whole()`.
        services: those of the academies that it may be given to.
        version: its last one, where whoever asks it of many has read them.
        at: the instant.

    Returns:
        Those that ask for something, each with sentences as `to_review` makes them.
    """
    version = version or registration.versions.get(number=registration.version)
    here = set(_judged(registration, version, at=at))
    found = []
    for service in services:
        there = of_service(registration, service)
        there.is_placed = True
        if asked := [said for said in _judged(there, version, at=at) if said not in here]:
            found.append((service, asked))
    return found


def _judged(registration: Registration, version: Version, *, at: datetime) -> list[str]:
    answers, regulation = version.snapshot["answers"], registration.regulation
    found = troubles_under(regulation, registration, answers=answers, others=(), at=at)
    return [_in_words(one) for one in found]


def _in_words(trouble: Trouble) -> str:
    where = f"« {trouble.title} »" if trouble.title else ""
    if trouble.label and not trouble.names_its_field:
        where = f"{where}, « {trouble.label} »" if where else f"« {trouble.label} »"
    return f"{where} : {trouble.message}" if where else trouble.message


@dataclass(frozen=True)
class Anew:
    """What a version that its service has made asks for, and the one before did not.

    Attributes:
        registration: whose.
        to_review: what is to be said, or settled with the service, in sentences.
        pieces: what is to be sent.
        is_named: whether what is sent to its candidate names pieces.
        how: how an answer is changed.
        returned_by: by which day its signed summary is to be posted, in words; or nothing.
        is_former_good: whether the one before, signed and posted already, is as good.
    """

    registration: Registration
    to_review: list[str]
    pieces: list[dict[str, Any]]
    is_named: bool
    how: str
    returned_by: str
    is_former_good: bool

    def __bool__(self) -> bool:
        """Return whether it asks for anything."""
        return bool(self.to_review or self.pieces)

    @classmethod
    def of(cls, version: Version, *, is_former_good: bool, at: datetime) -> Self:
        """Return what a version asks for anew.

        Args:
            version: issued, with its registration.
            is_former_good: whether the summary before, signed and posted already, is as good.
            at: now.
        """
        found = version.registration
        before = found.versions.get(number=version.number - 1).snapshot["evidence"]
        known = {one["code"] for one in before}
        due = [] if found.is_validated else version.due
        return cls(
            registration=found,
            to_review=[] if found.is_exam_over(at) else version.to_review,
            # What the office asks for beyond the réglementation was told as it was.
            pieces=[one for one in due if one["code"] not in known and not is_added(one["code"])],
            is_named=are_named_to(found),
            how=how_to_change(found, at=at),
            returned_by=version.returned_by if version.summary_to_send else "",
            is_former_good=is_former_good,
        )


def how_to_change(registration: Registration, *, at: datetime, is_there: bool = False) -> str:
    """Say how its candidate changes an answer of a registration, by the dates of its service and exam.

    Args:
        registration: it.
        at: when it is read.
        is_there: whether it is read on the page of the registration, where a change is asked for.
    """
    if registration.is_amendable(at) and not registration.candidate.has_account:
        return (
            "Pour changer une réponse, demandez-le à ce service avant le "
            f"{registration.closing_in_words}."
        )
    if deadline := registration.deadline_in_words(at):
        return deadline
    if registration.is_exam_over(at):
        return ExamOver.message
    if gone := registration.gone_in_words:
        return gone
    closed = registration.service.closed_in_words(at, registration.reader_zone)
    is_elsewhere = registration.candidate.has_account and not is_there
    where = " sur la page de votre inscription" if is_elsewhere else ""
    return (
        f"{closed} Pour changer une réponse, demandez une modification{where} : ce service l'accepte "
        "ou la refuse."
    )


def to_review_in_words(candidate: int) -> str:
    """Say to who corrects civil data how many registrations are to be reviewed; nothing where none is."""
    standing = Registration.objects.active().filter(candidate=candidate)
    count = standing.filter(to_review_since__isnull=False).count()
    if not count:
        return ""
    if count == 1:
        return " 1 inscription est à revoir : le haut de son dossier dit ce qui lui est demandé."
    return f" {count} inscriptions sont à revoir : le haut de chaque dossier dit ce qui lui est demandé."
