"""A record is given back to letters: the account that has it is closed, and holds nothing of it any more."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sporades import journal, mail
from sporades.accommodations.contesting import final_at, presumed_at
from sporades.accounts.addresses import half_said
from sporades.accounts.models import Membership, User
from sporades.acts.people import forgetting
from sporades.acts.people.holders import account_at
from sporades.candidates import claims
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, Channel
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import documents_in
from sporades.evidence.awaited import awaited_of
from sporades.evidence.unmet import owes_pieces
from sporades.letters.models import NOT_POSTED, Letter
from sporades.letters.operations import tell
from sporades.letters.states import LetterState
from sporades.registrations.models import Registration
from sporades.registrations.operations import giving_over
from sporades.registrations.records import postal_address_of
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import State
from sporades.registrations.summary import SUMMARY

DETACHED = "record detached"


class NotDetached(Refused):
    """An account whose record is not to be taken from it by this."""


@transaction.atomic
def detach(email: str, *, number: str, reason: str, by: Actor, at: datetime) -> Candidate:
    """Give the record of an account back to letters, and close the account.

    For whoever reads no mail, and whose record another took with its code, or was merged with an
    account that nobody reads. Registrations, documents and messages stay; both are told, the
    account by a mail and the person by a letter, and what was published in that account alone is
    posted. A new code gives the record to an account again.

    Args:
        email: the address of the account, however it is typed.
        number: that of its candidate: a slip in the one is found by the other.
        reason: who verified whose it is, and how, kept in the journal.
        by: who detaches it.
        at: the instant.

    Returns:
        Whose record it is.

    Raises:
        NoAccount: no account has this address.
        NotDetached: it is a member of staff's, of another candidate, or of one without registration.
    """
    user = User.objects.select_for_update().get(pk=account_at(email).pk)
    if Membership.objects.filter(user=user).named().exists():
        raise NotDetached(
            f"Le compte {user.email} est aussi celui d'un agent : il ne se ferme pas ainsi."
        )
    found = Candidate.objects.filter(user=user, number=number).first()
    if found is None:
        raise NotDetached(f"Le compte {user.email} n'est pas celui du candidat n°{number}.")
    candidate = _locked(found)
    filed = Registration.objects.whole().filter(candidate=candidate)
    last = filed.order_by("-filed_at", "-pk").first()
    if last is None:
        raise NotDetached(
            f"Le compte {user.email} n'a pas d'inscription à rendre : s'il doit disparaître, « compte effacer »."
        )
    candidate.user, candidate.email, candidate.channel = None, "", Channel.LETTER
    candidate.save(update_fields=["user", "email", "channel"])
    # From now on it is kept with the record, as that of whoever receives letters is.
    candidates.reach_at(candidate, reached=postal_address_of(candidate))
    giving_over.give_folders(candidate)
    journal.record(
        DETACHED,
        by=by,
        on=candidate,
        at=at,
        academy=last.academy_id,
        after={"reason": reason, "account": user.pk},
    )
    _close(user)
    standing = list(filed.active().with_owed().order_by("pk"))
    unposted = [(one, version) for one in standing for version in _unposted(one, at=at)]
    _tell(candidate, user.email, last=last, standing=standing, is_posted=bool(unposted), at=at)
    for registration, version in unposted:
        _post(candidate, registration, version, at=at)
    return candidate


def _locked(candidate: Candidate) -> Candidate:
    """Return a candidate, locked after all that is theirs, in the order of every act."""
    claims.lock([candidate.pk])
    giving_over.lock_all([candidate.pk])
    locked: Candidate = (
        Candidate.objects.select_for_update(of=("self",))
        .select_related("identity")
        .get(pk=candidate.pk)
    )
    return locked


def _close(user: User) -> None:
    mail.forget([user])
    forgetting.close(user)


def _unposted(registration: Registration, *, at: datetime) -> list[DocumentVersion]:
    """Return what its candidate reads, had they an account, and what no letter has brought them.

    Of what is made here, the summary alone while it is to be signed; of decisions, deposited or made
    here, none that is final: a letter would make it contestable again.
    """
    left = Q(state=LetterState.OVERTAKEN) | NOT_POSTED
    posted = Letter.objects.filter(enclosed=OuterRef("pk")).exclude(left)
    found = documents_in(folder=registration.folder_id, at=at)
    never = set(
        DocumentVersion.objects.filter(
            ~Exists(posted), pk__in=[one.pk for one in found]
        ).values_list("pk", flat=True)
    )
    return [one for one in found if one.pk in never and _is_to_post(one, registration, at=at)]


def _is_to_post(version: DocumentVersion, registration: Registration, *, at: datetime) -> bool:
    kind, published_at = version.kind, version.published_at
    if kind.slug == SUMMARY.slug:
        return bool(registration.summary_awaited)
    if not kind.is_contested:
        return not kind.published_by_issue
    zone = registration.service.zone
    return published_at is not None and at < final_at(presumed_at(published_at, zone), zone)


def _post(
    candidate: Candidate, registration: Registration, version: DocumentVersion, *, at: datetime
) -> None:
    awaited = registration.summary_awaited if version.document.kind == SUMMARY.slug else None
    tell(
        candidate,
        "document_published",
        service=registration.service,
        at=at,
        key=f"document version:{version.pk}:detached:{at.isoformat()}",
        about=registration,
        due_by=datetime.fromisoformat(awaited["until"]) if awaited else None,
        enclosed=version,
        registration=registration,
        document=version,
        replaces=False,
        to_sign=awaited is not None,
        contact=contact_of(registration.service),
    )


def _tell(
    candidate: Candidate,
    address: str,
    *,
    last: Registration,
    standing: list[Registration],
    is_posted: bool,
    at: datetime,
) -> None:
    said: dict[str, Any] = {
        "at": at,
        "key": f"record:{candidate.pk}:detached:{at.isoformat()}",
        "about": candidate,
        "name": candidate.identity.full_name,
        "account": half_said(address),
        "is_posted": is_posted,
        "contact": contact_of(last.service),
    }
    mail.write("record_detached", to=address, urgent=True, awaiting=[], **said)
    awaiting = [found for one in standing if (found := _awaiting(one, last=last, at=at))]
    days = [one["awaited"]["due_by"] for one in awaiting if one["awaited"]]
    tell(
        candidate,
        "record_detached",
        service=last.service,
        due_by=min(days, default=None),
        awaiting=awaiting,
        **said,
    )


def _awaiting(
    registration: Registration, *, last: Registration, at: datetime
) -> dict[str, Any] | None:
    """Return what was asked in the account alone: an anomaly and what is to be sent; nothing if nothing is.

    Args:
        registration: one that stands.
        last: that whose service the letter names.
        at: the instant.
    """
    awaited = awaited_of(registration, at=at) if owes_pieces(registration) else None
    is_in_anomaly = registration.state == State.ANOMALY
    if awaited is None and not is_in_anomaly:
        return None
    return {
        "registration": registration,
        "stands": registration.state_in_words if is_in_anomaly else "",
        "awaited": awaited,
        "contact": contact_of(registration.service)
        if registration.service_id != last.service_id
        else None,
    }
