"""A managing service registers a candidate, or modifies a registration, on their behalf (I3)."""

from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.accounts.models import User
from sporades.acts.registering import filed, note_begun
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.links import absolute
from sporades.core.refusals import ReasonMissing, Refused
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.letters.operations import tell
from sporades.letters.queries import summary_for
from sporades.registrations import drafting, filing
from sporades.registrations.models import Draft, Registration, Version


@transaction.atomic
def begin(
    *,
    candidate: Candidate,
    exam: Exam,
    speciality: Speciality | None,
    service: RegistrationService,
    author: User,
    by: Actor,
    at: datetime,
) -> Draft:
    """« Inscrire ce candidat »: a draft of one's own, or the one already begun for this choice.

    Raises:
        Closed: the service has not opened yet.
        TooManyBegun: see `drafting.begin`.
    """
    draft = drafting.begin(
        candidate=candidate,
        exam=exam,
        speciality=speciality,
        service=service,
        author=author,
        at=at,
    )
    return note_begun(draft, "registration begun on behalf", by=by, at=at)


@transaction.atomic
def amend(*, registration: Registration, author: User, by: Actor, at: datetime) -> Draft:
    """« Modifier pour le candidat »: open the tabs. Nothing changes until « Enregistrer ».

    The candidate, and any colleague, may go on with a modification of their own.

    Raises:
        Closed, Refused, TooManyBegun: see `drafting.begin_amending`.
    """
    draft = drafting.begin_amending(registration=registration, author=author, at=at)
    return note_begun(draft, "modification begun on behalf", of=registration, by=by, at=at)


@transaction.atomic
def register(*, draft: Draft, reason: str, by: Actor, at: datetime, seen: str = "") -> Version:
    """« Enregistrer »: file what was filled for a candidate, who is told of it by mail.

    Filing the same draft again finds what it made.

    Args:
        draft: one that a member of the office fills.
        reason: why, once the service has closed; the candidate reads it.
        by: who files it.
        at: the instant at which the request arrived.
        seen: the decision that its page showed, see `filing.refuse_decided_since`.

    Raises:
        Closed: the service has not opened yet.
        DecidedMeanwhile: it was validated or found incomplete since that was shown.
        ReasonMissing: it has closed, and nothing is said.
        AmendedMeanwhile, Standing, Incomplete, RulesChanged, AlreadyRegistered: see `filing`.
        NothingAmended: it modifies nothing.
    """
    draft = filing.lock(draft)
    if draft.filed_as is not None:
        return draft.filed_as
    drafting.refuse_shut(draft.service, author=draft.author, at=at)
    if draft.service.has_closed(at) and not reason:
        raise ReasonMissing
    dossier, forms = filing.check(draft, at=at, late=True)
    filing.refuse_unchanged(draft, dossier, forms)
    filing.refuse_decided_since(draft, seen=seen)
    version = filed(draft=draft, dossier=dossier, forms=forms, by=by, at=at, reason=reason)
    _tell(version, reason=reason, at=at)
    return version


@transaction.atomic
def register_anew(*, draft: Draft, by: Actor, at: datetime) -> None:
    """Go on with what was typed in a new registration: the one that it modified was withdrawn.

    Args:
        draft: the modification of what its candidate withdrew meanwhile.
        by: who fills it.
        at: the instant.

    Raises:
        AlreadyBegun: they have begun a registration for this choice already.
        Closed: the service has not opened yet.
        Refused: it is filed or abandoned, or what it modifies was not withdrawn.
    """
    locked = filing.lock(draft)
    left = locked.amends
    if not locked.is_open or left is None or left.withdrawn_at is None:
        raise Refused(
            "Cette saisie n'est plus celle d'une inscription dont le candidat s'est désinscrit."
        )
    drafting.refuse_shut(locked.service, author=locked.author, at=at)
    drafting.make_new(draft=locked)
    journal.record("registration begun on behalf", by=by, on=left, at=at, academy=left.academy_id)


def _tell(version: Version, *, reason: str, at: datetime) -> None:
    """Tell the candidate; a page of theirs needs an account."""
    registration = version.registration
    candidate = registration.candidate
    has_account = candidate.user_id is not None
    kind = "amended_for" if version.number > 1 else "registered_for"
    tell(
        candidate,
        kind,
        service=registration.service,
        enclosed=summary_for(registration),
        at=at,
        key=f"registration:{registration.pk}:version:{version.number}",
        about=registration,
        urgent=True,
        registration=registration,
        version=version,
        snapshot=version.snapshot,
        reason=reason,
        link=absolute(f"/mes-inscriptions/{registration.number}") if has_account else "",
    )
