"""The receipt: what the administration owes to who registers (CRPA R. 112-5; L-01, L-02)."""

from datetime import date, datetime
from typing import Any

from django.db.models.fields.json import KeyTextTransform

from sporades.accounts.models import Membership
from sporades.core.french import local_day, within
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.exams.queries import rules
from sporades.exams.rules.legal import (
    accepted_in_words,
    against_in_words,
    in_words,
    paragraphs,
    silence_of,
)
from sporades.exams.rules.silence import Silence
from sporades.exams.schema import Exam
from sporades.exams.schema.evidence import USUAL_DAYS
from sporades.exams.schema.legal import Meaning
from sporades.registrations.deadlines import accommodation_of, asked_until, due_from, returned_to
from sporades.registrations.distance import distance_in_words
from sporades.registrations.dossier import Dossier
from sporades.registrations.models import Registration
from sporades.territory.models import named_within

REASSURED = (
    "Ce qui suit est obligatoire sur tout accusé de réception. Cela ne veut pas dire que votre "
    "inscription sera rejetée."
)
"""Said first, where silence would reject."""
_RECEIVED = "Demande reçue le "
"""How the sentence begins that says what was received, when, by whom."""
_CONTACTS = "Coordonnées changées le "
"""How the sentence begins that says so under a receipt: the last of them stays."""
_AGAIN = (
    "Si votre demande est déjà faite, vérifiez-la : une mesure ne vaut que pour les épreuves que vous "
    "passez."
)
_FALLEN = (
    "Une demande faite pour une inscription que vous avez quittée a été retirée avec elle : elle est à "
    "refaire."
)


def receipt_of(
    registration: Registration, *, number: int, dossier: Dossier, is_complete: bool, at: datetime
) -> list[str]:
    """Return the paragraphs of the receipt of a version.

    Args:
        registration: the registration, numbered.
        number: the number of the version.
        dossier: what was judged; its réglementation holds the legal mentions.
        is_complete: whether the candidate has nothing left to send.
        at: the instant at which the request arrived.
    """
    service = dossier.service
    legal = dossier.regulation.rules.legal
    received = (
        f"{_RECEIVED}{service.said(at, dossier.reader_zone)} et enregistrée sous le numéro "
        f"{registration.number}, version n°{number}, par le service : "
        f"{named(service)}."
    )
    if legal is None:
        return [received]
    day = local_day(at, service.zone)
    said = paragraphs(legal, day, is_complete=is_complete, has_deadline=True, today=day)
    is_rejected = legal.implicit_decision.meaning is Meaning.REJECTED
    return [*([REASSURED] if is_rejected else []), received, *said]


def with_contacts(receipt: list[str], when: str, *, number: int) -> list[str]:
    """Return a receipt that goes on counting, under which other contact data are said to have been received.

    Args:
        receipt: its paragraphs.
        when: they were received, in words.
        number: of the version that says them.
    """
    kept = [one for one in receipt if not one.startswith(_CONTACTS)]
    return [*kept, f"{_CONTACTS}{when}, version n°{number} : ce qui précède reste vrai."]


def in_parts(receipt: list[str]) -> tuple[list[str], list[str]]:
    """Return what a receipt says was received, and what the law has it say besides, each possibly empty.

    Args:
        receipt: its paragraphs, as `receipt_of` or `with_contacts` made them.
    """
    received = [one for one in receipt if one.startswith((_RECEIVED, _CONTACTS))]
    return received, [one for one in receipt if one not in received]


def named(service: RegistrationService) -> str:
    """Name the managing service, and the academy where that name does not."""
    return named_within(service.managing_service.name, service.academy.full_name)


def named_then(registration: Registration, at: datetime) -> str:
    """Name in the same way the managing service that had a registration at an instant."""
    version = registration.versions.filter(filed_at__lte=at).order_by("-number").first()
    if version is None:
        return named(registration.service)
    return named_within(version.service_name, version.snapshot["academy"])


def _zone_then(registration: Registration, at: datetime) -> str:
    """Return the clock of the service that had a registration at an instant: what came then is received by it.

    Given to another academy since, its receipt stays true: silence decides on the day that it says.
    """
    if registration.is_placed:
        then = registration.versions.filter(filed_at__lte=at).order_by("-number")
        zone: str | None = then.values_list(KeyTextTransform("zone", "snapshot"), flat=True).first()
        if zone:
            return zone
    return registration.service.zone


def accommodation_by_mail(
    registration: Registration,
    *,
    is_amended: bool = False,
    is_back: bool = False,
    at: datetime,
) -> str:
    """Say how an accommodation is asked for, while it may be: to all, whatever they declared.

    A mail that said it only to those who need it would tell who they are (P-12); and of a
    modification, only where a request has lost its épreuves, who has asked. So does everybody who is
    registered anew read what became of a request, were there one.

    Args:
        registration: with its candidate and its service.
        is_amended: whether the mail says that it was modified.
        is_back: whether its candidate had left another registration for the same exam.
        at: the instant.
    """
    service = registration.service
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    told_anew = _AGAIN if is_amended else _FALLEN if is_back and not service.has_closed(at) else ""
    again = told_anew if exam.accommodations is not None else ""
    # Told with its filing, nothing has moved since.
    closing = service.closes_at
    if at > registration.filed_at:
        closing, until = registration.told_days()
    else:
        until = asked_until(service, exam, filed_at=registration.filed_at)
    has_usual_days = service.has_closed(registration.filed_at) and at < until + MINUTE
    if service.has_closed(at) and not has_usual_days:
        return f"Pour obtenir un aménagement d'épreuves, {within(again)}" if again else ""
    has_account = registration.candidate.has_account
    said = accommodation_of(
        service,
        exam,
        registration.reader_zone,
        has_account=has_account,
        by_letter=registration.candidate.by_letter,
        is_told_again=registration.version > 1 or registration.is_validated,
        closing=closing,
        filed_at=registration.filed_at,
        told=until,
        at=at,
    )
    return f"{said} {again}".strip()


def against_of(registration: Registration) -> list[str]:
    """Return what is said with a decision against a registration: who answers for it, and appeals."""
    legal = rules(registration.regulation_id).legal
    if legal is None:
        return []
    return [f"{against_in_words(legal)} {distance_in_words(registration)}".rstrip()]


def taken_by(registration: Registration, *, name: str, role: str, at: datetime) -> list[str]:
    """Return who took a decision against a registration, and how to contest it.

    A decision sent through the service needs no signature, but the first name, last name,
    quality and service of its author (Conseil d'État, avis n° 489189; standards L-03).

    Args:
        registration: with its service.
        name: the author's.
        role: theirs, as the journal says who acts.
        at: when: it may have been given to another service since.
    """
    quality = dict(Membership.Role.choices).get(role, "").lower()
    author = ", ".join(filter(None, (name, quality, named_then(registration, at))))
    return [f"Décision prise par : {author}.", *against_of(registration)]


def silence_on(
    registration: Registration,
    received_at: datetime,
    *,
    is_complete: bool = True,
    has_deadline: bool = False,
    paused: int = 0,
    accepted_on: date | None = None,
    under: int | None = None,
    at: datetime,
) -> list[str]:
    """Return what the receipt of a request about a registration says (CRPA R. 112-5; L-02).

    Args:
        registration: with its service.
        received_at: when the request arrived, or was complete.
        is_complete: whether nothing is left to send with it.
        has_deadline: whether what is left has a deadline.
        paused: for how many days something was awaited from who asks: see `Silence.after`.
        accepted_on: the day on which silence has accepted it, where that is kept whatever it lacks.
        under: the key of the version under which it was sent, where it follows its own.
        at: the instant at which it is read: silence may have decided.
    """
    legal, zone = rules(under or registration.regulation_id).legal, registration.service.zone
    if legal is None:
        return []
    received_on = local_day(received_at, _zone_then(registration, received_at))
    today = local_day(at, zone)
    said = (
        in_words(
            legal,
            received_on,
            is_complete=is_complete,
            has_deadline=has_deadline,
            paused=paused,
            today=today,
        )
        if accepted_on is None
        else accepted_in_words(legal, accepted_on, is_sent_since=received_on > accepted_on)
    )
    return [f"{said} {distance_in_words(registration)}".rstrip()]


def silence_about(
    registration: Registration,
    received_at: datetime,
    *,
    paused: int = 0,
    under: int | None = None,
) -> Silence | None:
    """Return what silence on a request about a registration means; nothing where no text says it.

    Args:
        registration: with its service.
        received_at: when the request arrived, complete.
        paused, under: see `silence_on`.
    """
    legal = rules(under or registration.regulation_id).legal
    if legal is None:
        return None
    received_on = local_day(received_at, _zone_then(registration, received_at))
    return silence_of(legal, received_on, paused=paused)


def return_of(
    exam: Exam, service: RegistrationService, *, reader: str, at: datetime
) -> dict[str, Any] | None:
    """Return where and until when the signed summary is sent back, where it must be (C49, E9).

    Args:
        exam: what the réglementation says.
        service: where the registration is.
        reader: the zone of its candidate's address, nothing when it is not known.
        at: the instant at which it is asked for.
    """
    asked = exam.summary_return_in(service.academy_id)
    if asked is None:
        return None
    return {
        "text": asked.text,
        "address": returned_to(asked, service),
        **due_from(service, asked.deadline, reader, days=USUAL_DAYS, at=at),
    }
