"""Tell the guardian of a minor that something awaits them both, or was signed; never what (H4, P-12).

Nobody has confirmed a guardian's address: the minor has typed it. Mails to it are counted with all
those that anybody may cause to an address (S-14); past the count, a letter at home says the same. That a
registration ended has one more a day: it is undone within days, and a letter takes as long. So has
that it is made anew: nobody is left with the alarm alone. What a registration tells a guardian of
whom it gives no address goes home by a letter: they alone contest for a minor (code civil, article
388-1-1). Of what is published to many, and of a reminder, nothing goes home for want of an
address.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from sporades import mail
from sporades.accommodations.left import unsent_in_words
from sporades.accommodations.models import Case, Signature
from sporades.accommodations.queries import fallen_before
from sporades.accommodations.rules import is_another_guardian
from sporades.accounts import limits
from sporades.accounts.addresses import letter_box
from sporades.accounts.models import normalised_address
from sporades.acts.people.addressing import may_write
from sporades.candidates.models import is_minor_on
from sporades.candidates.operations import ADDRESS
from sporades.candidates.postal import lines_of
from sporades.core.french import instant_in_words, listed, local_day, of_named
from sporades.core.links import link_to
from sporades.exams.rules import Facts
from sporades.letters.operations import overtake_letters, tell_at
from sporades.mail.models import Message, about_of
from sporades.registrations.clocks import zone_typed
from sporades.registrations.models import Draft, Registration
from sporades.registrations.records import home_of, postal_address_of
from sporades.registrations.sections.identification import IDENTIFICATION
from sporades.registrations.snapshot import contact_of

AWAITED, LEFT, BACK = "guardian_awaited", "minor_withdrawn", "minor_returned"
SIGNED, WITHDRAWN = "signed_as_guardian", "signed_request_withdrawn"
KINDS = (AWAITED, LEFT, BACK, SIGNED, WITHDRAWN)
"""What guardians are written, each by mail or by a letter."""
PAST_THE_COUNT = {LEFT: limits.LEAVING_PAST_THE_COUNT, BACK: limits.RETURN_PAST_THE_COUNT}


def tell_guardian(
    registration: Registration,
    *,
    at: datetime,
    key: str,
    is_reminder: bool = False,
    is_to_many: bool = False,
    account: str = "",
    matter: str = "",
) -> None:
    """Tell the guardian of a minor that something awaits their candidate: by mail, else by a letter.

    Args:
        registration: what it is about, with its candidate and its service.
        at: the instant of the act.
        key: names the event.
        is_reminder: whether it was told before.
        is_to_many: whether it is published to many at once.
        account: the page of the account where it awaits, where that of the registration says nothing
            of it.
        matter: of what a later message may say otherwise: see `tell`.
    """
    _tell_beside(
        registration,
        AWAITED,
        at=at,
        key=key,
        urgent=not is_reminder,
        goes_home=not (is_reminder or is_to_many),
        is_reminder=is_reminder,
        matter=matter,
        minor=registration.candidate,
        title=registration.title,
        is_of_account=bool(account),
        page=link_to(account)
        if account
        else link_to("candidate:registration", registration.number),
    )


def tell_guardian_of_draft(draft: Draft, *, at: datetime, key: str) -> None:
    """Tell the guardian of a minor that something awaits their candidate, who has asked to be registered late.

    Who they are, and where, is what the minor has typed: by mail, else by a letter at home.

    Args:
        draft: what was asked to be filed, with its candidate and its service.
        at: the instant of the act.
        key: names the event.
    """
    row = draft.answers.filter(section=IDENTIFICATION.slug).first()
    typed = row.answers if row else {}
    candidate, service = draft.candidate, draft.service
    day = local_day(at, zone_typed(typed) or service.zone)
    born = candidate.identity.latest_birth_date
    if not Facts(on=day, session_year=day.year, birth_date=born).is_minor_on(day):
        return
    said: dict[str, Any] = {
        "name": candidate.identity.full_name,
        "of_name": of_named(candidate.identity.full_name),
        "contact": contact_of(service),
        "registration": None,
        "minor": candidate,
        "title": str(draft),
        "is_of_account": False,
        "is_reminder": False,
        "page": link_to("candidate:ask_late", draft.pk),
    }
    address = normalised_address(typed.get("guardian_email", ""))
    if candidate.is_reached_at(address):
        return
    if address and _may_write(address, at=at):
        mail.write(AWAITED, to=address, at=at, key=key, about=draft, urgent=True, **said)
        return
    kept = postal_address_of(candidate) if candidate.address_1 else {}
    home = lines_of(kept or {name: typed.get(name, "") for name in ADDRESS})
    if home and (name := " ".join(typed.get("guardian_name", "").split())):
        tell_at(
            [name, *home], candidate, AWAITED, service=service, at=at, key=key, about=draft, **said
        )


def tell_of_leaving(
    registration: Registration,
    *,
    fallen: Case | None,
    is_asked_on_paper: bool,
    at: datetime,
) -> None:
    """Tell the guardian of a minor that their registration is withdrawn: there is time to undo it.

    Args:
        registration: the one that is, with its candidate and its service.
        fallen: the request that is withdrawn with it, which the same message says to whoever
            signed it.
        is_asked_on_paper: whether its candidate wrote to its office, which has withdrawn it.
        at: the instant.
    """
    said = _said_of_fallen(registration, fallen, at=at)
    said["when"] = instant_in_words(at, registration.service.zone)
    said["asked"] = is_asked_on_paper
    said["may_return"] = registration.is_offered and registration.service.accepts(at)
    _tell_beside(
        registration,
        LEFT,
        at=at,
        key=f"registration:{registration.pk}:withdrawn:guardian",
        urgent=True,
        **said,
    )


def _said_of_fallen(
    registration: Registration, fallen: Case | None, *, at: datetime
) -> dict[str, Any]:
    """Return what is said of a request that fell, to the guardian who is told and had signed it."""
    if fallen is not None:
        told = _told_beside(registration, at=at)
        signature = None if told is None else _who_signed(fallen, at=at).get(told)
        if signature is not None:
            return {"has_signed": True, **_said(fallen, signature, at=at)}
    return {"has_signed": False}


def tell_of_return(
    registration: Registration, *, is_by_service: bool = False, at: datetime
) -> None:
    """Tell the guardian of a minor who had left that they are registered anew, whoever was told before.

    Whoever signed a request that fell with the one before is told that another is to be signed.

    Args:
        registration: the new one, with its candidate and its service.
        is_by_service: whether the managing service has filed it, and not the minor.
        at: the instant.
    """
    if not registration.is_minor(at):
        return
    said = _said_of_fallen(registration, fallen_before(registration), at=at)
    said["is_by_service"] = is_by_service
    said["when"] = instant_in_words(at, registration.service.zone)
    _tell_beside(
        registration,
        BACK,
        at=at,
        key=f"registration:{registration.pk}:returned:guardian",
        urgent=True,
        **said,
    )


def _tell_beside(
    registration: Registration,
    kind: str,
    *,
    at: datetime,
    key: str,
    urgent: bool,
    goes_home: bool = True,
    **said: Any,
) -> None:
    """Write to the guardian of a minor beside their candidate: where no mail is given, home."""
    said |= {
        "name": registration.candidate.identity.full_name,
        "of_name": of_named(registration.candidate.identity.full_name),
        "contact": contact_of(registration.service),
    }
    if not (address := address_beside(registration, at=at)):
        if goes_home and is_told_at_home(registration, at=at):
            _write_home(registration, kind, key=key, at=at, **said)
        return
    if _may_write(address, at=at) or _may_write_past_the_count(kind, address, at=at):
        told = mail.write(
            kind,
            to=address,
            at=at,
            key=key,
            about=registration,
            urgent=urgent,
            registration=registration,
            **said,
        )
        overtake_letters(told, registration.candidate)
    else:
        _write_home_instead(registration, kind, at=at, **said)


def address_beside(registration: Registration, *, at: datetime) -> str:
    """Return where a guardian is told what their candidate is told too; or nothing.

    Nobody is written to once the candidate is of age, nor twice in one letter box.
    """
    return guardian_address(registration) if registration.is_minor(at) else ""


def is_told_at_home(registration: Registration, *, at: datetime) -> bool:
    """Return whether the guardian of a minor is named without any address of a mail: a letter is sent home."""
    return (
        registration.is_minor(at)
        and bool(registration.guardian_name)
        and not (registration.guardian_email or guardian_address(registration))
        and bool(_home_of(registration))
    )


def told_at_home(path: str, day: date) -> Q:
    """Return what a row must satisfy whose registration has its guardian told at home, given its path.

    It is `is_told_at_home` as the database reads it, on one day everywhere. Whoever has signed with an
    address is taken to be written to there.

    Args:
        path: leads to the registration.
        day: the day.
    """
    signed = Signature.objects.filter(case__registration=OuterRef(path)).exclude(email="")
    kept, given = f"{path}__candidate__", f"{path}__"
    nowhere = Q(**{f"{kept}address_1": ""})
    at_home = ~nowhere & ~Q(**{f"{kept}town": ""})
    where_filed = nowhere & ~Q(**{f"{given}address_1": ""}) & ~Q(**{f"{given}town": ""})
    is_named = Q(**{f"{given}guardian_email": ""}) & ~Q(**{f"{given}guardian_name": ""})
    minor = is_minor_on(f"{given}identity", day)
    return minor & is_named & (at_home | where_filed) & Q(~Exists(signed))


def _told_beside(registration: Registration, *, at: datetime) -> str | None:
    """Return where a guardian is told of what presses most: an address, "" for home; else nothing."""
    if address := address_beside(registration, at=at):
        return address.casefold()
    return "" if is_told_at_home(registration, at=at) else None


def _home_of(registration: Registration) -> list[str]:
    return lines_of(home_of(registration))


def _may_write(address: str, *, at: datetime) -> bool:
    return may_write(normalised_address(address), network=None, at=at)


def _may_write_past_the_count(kind: str, address: str, *, at: datetime) -> bool:
    limit = PAST_THE_COUNT.get(kind)
    box = letter_box(normalised_address(address))
    return limit is not None and limits.spend(limit, box, at=at)


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

    By both the first time that an address is told of one, be it that of the registration or of the
    signing: whoever signs in their place has typed one of their own, here or a page before.

    Args:
        case: the request, with its registration.
        signature: what was signed.
        at: the instant.
    """
    key = f"accommodation:{case.pk}:signed:{signature.revision}"
    is_first = _is_first_told(case.registration, signature)
    if _tell_who_signed(case, signature, SIGNED, key=key, at=at) and is_first:
        said = _said(case, signature, at=at)
        _write_home(case.registration, SIGNED, key=f"{key}:home", at=at, to=signature.name, **said)


def _is_first_told(registration: Registration, signature: Signature) -> bool:
    """Return whether no mail has told the address of a signature of one before."""
    address = signature.email or guardian_address(registration)
    told = Message.objects.filter(**about_of(registration), kind=SIGNED, recipient__iexact=address)
    return not told.exists()


def tell_of_withdrawal(case: Case, *, is_leaving: bool = False, at: datetime) -> None:
    """Tell every guardian who signed a request that it is withdrawn; of one that nobody signed, nobody.

    Each address that a signature was given with: another may have signed since, and who was told of
    the first signing would be told no more. Nobody is once the candidate is of age: who is acts
    alone (code civil, 414), and what a request says of health is theirs (code de la santé publique,
    L. 1110-4).

    Args:
        case: the request, with its registration.
        is_leaving: whether its registration is withdrawn too: its guardian is told of both at once
            (`tell_of_leaving`), so that the first is not one mail too many for the second.
        at: the instant.
    """
    told = _told_beside(case.registration, at=at) if is_leaving else None
    # In one order, whoever withdraws: each address is locked while its mails are counted.
    for address, signature in sorted(_who_signed(case, at=at).items()):
        if address == told:
            continue
        key = f"accommodation:{case.pk}:withdrawn:guardian:{signature.revision}"
        _tell_who_signed(case, signature, WITHDRAWN, key=key, at=at)


def _who_signed(case: Case, *, at: datetime) -> dict[str, Signature]:
    """Return the last signature for a minor of each address; that of whom no mail reaches under none."""
    whom: dict[str, Signature] = {}
    if not case.registration.is_minor(at):
        return whom
    for signature in case.signatures.order_by("-signed_at", "-pk"):
        address = signature.email or guardian_address(case.registration)
        whom.setdefault(address.casefold(), signature)
    return whom


def told_of_withdrawal(case: Case, *, at: datetime) -> str:
    """Say how those who signed a request would be told that it is withdrawn: « un mail »; or nothing.

    Args:
        case: the request, with its registration.
        at: now.
    """
    addresses = _who_signed(case, at=at)
    ways = {"un mail": any(addresses), "un courrier": "" in addresses}
    return listed([way for way, is_used in ways.items() if is_used], "ou")


def _tell_who_signed(
    case: Case, signature: Signature, kind: str, *, key: str, at: datetime
) -> bool:
    """Return whether a mail has told it: where there is none, or one too many, a letter has."""
    registration, said = case.registration, _said(case, signature, at=at)
    address = signature.email or guardian_address(registration)
    if not address:
        _write_home(registration, kind, key=key, at=at, to=signature.name, **said)
        return False
    if not _may_write(address, at=at):
        _write_home_instead(registration, kind, at=at, to=signature.name, **said)
        return False
    mail.write(
        kind, to=address, at=at, key=key, about=registration, registration=registration, **said
    )
    return True


def _write_home_instead(
    registration: Registration, kind: str, *, at: datetime, **said: Any
) -> None:
    """Write home what is one mail too many: once a day, however often it was."""
    key = f"registration:{registration.pk}:{kind}:home:{at:%Y-%m-%d}"
    _write_home(registration, kind, key=key, at=at, **said)


def _write_home(
    registration: Registration, kind: str, *, key: str, at: datetime, to: str = "", **said: Any
) -> None:
    """Write to the guardian whom a registration names, or to whoever signed where it names none."""
    home = _home_of(registration)
    if home and registration.is_minor(at):
        envelope = [registration.guardian_name or to, *home]
        tell_at(
            envelope,
            registration.candidate,
            kind,
            service=registration.service,
            at=at,
            key=key,
            about=registration,
            registration=registration,
            **said,
        )


def _said(case: Case, signature: Signature, *, at: datetime) -> dict[str, Any]:
    """Return what a guardian is told of a signature.

    Who signed is called by the name that the registration gives, or not at all: whoever signs may
    type anything, and a mail of the service would carry it to a stranger.
    """
    registration = case.registration
    is_another = is_another_guardian(registration, signature.name)
    signer = "" if is_another else registration.guardian_name
    return {
        "of_name": of_named(registration.candidate.identity.full_name),
        "signer": signer,
        "of_signer": of_named(signer) if signer else "",
        "is_on_paper": signature.posted_on is not None,
        "unsent": unsent_in_words(case, at=at),
        "was_sent": case.asked_at is not None,
        "when": instant_in_words(at, registration.service.zone),
        "signed": signature.signed_in_words(registration.service.zone),
        "contact": contact_of(registration.service),
    }
