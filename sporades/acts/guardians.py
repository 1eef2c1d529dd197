"""Tell the guardian of a minor that something awaits them both, or was signed; never what (H4, P-12)."""

from datetime import datetime
from typing import Any

from sporades import mail
from sporades.accommodations.models import Case, Signature
from sporades.accommodations.rules import is_another_guardian, is_minor
from sporades.candidates.operations import ADDRESS
from sporades.candidates.postal import lines_of
from sporades.core.french import instant_in_words
from sporades.core.links import absolute
from sporades.letters.operations import tell_at
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of

AWAITED, LEFT = "guardian_awaited", "minor_withdrawn"
SIGNED, WITHDRAWN = "signed_as_guardian", "signed_request_withdrawn"


def tell_guardian(
    registration: Registration, *, at: datetime, key: str, is_reminder: bool = False
) -> None:
    """Tell the guardian of a minor that something awaits their candidate.

    Args:
        registration: what it is about, with its candidate and its service.
        at: the instant of the act.
        key: names the event.
        is_reminder: whether it was told before.
    """
    _tell_beside(
        registration,
        AWAITED,
        at=at,
        key=key,
        urgent=not is_reminder,
        by_letter=registration.candidate.by_letter,
        has_space=registration.candidate.has_account,
        is_reminder=is_reminder,
        link=absolute(f"/mes-inscriptions/{registration.number}"),
    )


def tell_of_leaving(registration: Registration, *, at: datetime) -> None:
    """Tell the guardian of a minor that their registration is withdrawn: there is time to undo it.

    Args:
        registration: the one that is, with its candidate and its service.
        at: the instant.
    """
    _tell_beside(
        registration,
        LEFT,
        at=at,
        key=f"registration:{registration.pk}:withdrawn:guardian",
        urgent=True,
        when=instant_in_words(at, registration.service.zone),
    )


def _tell_beside(
    registration: Registration, kind: str, *, at: datetime, key: str, urgent: bool, **said: Any
) -> None:
    """Write to the guardian of a minor who has an address of their own, beside their candidate.

    Nobody is written to once the candidate is of age, nor twice in one letter box.
    """
    if not is_minor(registration, at) or not (address := guardian_address(registration)):
        return
    mail.write(
        kind,
        to=address,
        at=at,
        key=key,
        about=registration,
        urgent=urgent,
        registration=registration,
        name=registration.identity.full_name,
        contact=contact_of(registration.service),
        **said,
    )


def guardian_address(registration: Registration) -> str:
    """Return where mail reaches a guardian: as registered, else as signed; never the candidate's own."""
    given = registration.guardian_email
    if given and not registration.candidate.is_reached_at(given):
        return given
    signed = Signature.objects.filter(case__registration=registration).exclude(email="")
    last = signed.order_by("-signed_at", "-pk").first()
    return last.email if last and not registration.candidate.is_reached_at(last.email) else ""


def tell_of_signature(case: Case, signature: Signature, *, at: datetime) -> None:
    """Tell a guardian that a request was signed in their name: by mail, else by a letter at home.

    By both the first time that the address comes from the signing alone: whoever signs in their
    place types one of their own.

    Args:
        case: the request, with its registration.
        signature: what was signed.
        at: the instant.
    """
    key = f"accommodation:{case.pk}:signed:{signature.revision}"
    _tell_who_signed(case, signature, SIGNED, key=key, at=at)
    if _is_given_first(case.registration, signature):
        _write_home(case, signature, SIGNED, key=f"{key}:home", at=at)


def _is_given_first(registration: Registration, signature: Signature) -> bool:
    """Return whether nothing but this signature says where its guardian is written to."""
    address = signature.email
    if not address or address.casefold() == registration.guardian_email.casefold():
        return False
    signed = Signature.objects.filter(case__registration=registration, email__iexact=address)
    return not signed.exclude(pk=signature.pk).exists()


def tell_of_withdrawal(case: Case, *, at: datetime) -> None:
    """Tell every guardian who signed a request that it is withdrawn; of one that nobody signed, nobody.

    Each address that a signature was given with: another may have signed since, and who was told of
    the first signing would be told no more.

    Args:
        case: the request, with its registration.
        at: the instant.
    """
    told: set[str] = set()
    for signature in case.signatures.order_by("-signed_at", "-pk"):
        address = signature.email or guardian_address(case.registration)
        whom = (address or signature.name).casefold()
        if whom in told:
            continue
        told.add(whom)
        key = f"accommodation:{case.pk}:withdrawn:guardian:{signature.revision}"
        _tell_who_signed(case, signature, WITHDRAWN, key=key, at=at)


def _tell_who_signed(
    case: Case, signature: Signature, kind: str, *, key: str, at: datetime
) -> None:
    if address := signature.email or guardian_address(case.registration):
        mail.write(kind, to=address, **_said(case, signature, key=key, at=at))
    else:
        _write_home(case, signature, kind, key=key, at=at)


def _write_home(case: Case, signature: Signature, kind: str, *, key: str, at: datetime) -> None:
    registration = case.registration
    home = lines_of({name: getattr(registration, name) for name in ADDRESS})
    if home and is_minor(registration, at):
        envelope = [signature.name, *home]
        said = _said(case, signature, key=key, at=at)
        tell_at(envelope, registration.candidate, kind, service=registration.service, **said)


def _said(case: Case, signature: Signature, *, key: str, at: datetime) -> dict[str, Any]:
    """Return what a guardian is told of a signature.

    Who signed is called by the name that the registration gives, or not at all: whoever signs may
    type anything, and a mail of the service would carry it to a stranger.
    """
    registration = case.registration
    return {
        "at": at,
        "key": key,
        "about": registration,
        "registration": registration,
        "signer": ""
        if is_another_guardian(registration, signature.name)
        else registration.guardian_name,
        "when": instant_in_words(at, registration.service.zone),
        "signed": signature.signed_in_words(registration.service.zone),
        "contact": contact_of(registration.service),
    }
