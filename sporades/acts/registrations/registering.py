"""File a registration, modify it, begin it again once it is left: one function per act."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sporades import journal
from sporades.accounts.models import User
from sporades.acts import accommodating, issuing
from sporades.acts.people.guardians import tell_of_return
from sporades.acts.people.joining import unnamed
from sporades.acts.registrations import completing
from sporades.acts.registrations.asking_again import ask_added_again
from sporades.acts.requests import late
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.core.queue import app
from sporades.evidence.queries import owes_added
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.journal.models import Entry
from sporades.journal.queries import NOTED_ONCE_IN, entries_about, is_noted
from sporades.letters.operations import tell
from sporades.letters.queries import summary_for
from sporades.registrations.choices import TITLE, Choice, is_another
from sporades.registrations.dossier import Dossier
from sporades.registrations.evidence import due_as_told, first_due, giving_as_told
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.operations import drafting, filing
from sporades.registrations.queries import draft_of, with_owed
from sporades.registrations.receipt import accommodation_by_mail
from sporades.registrations.states import State

FILED, AMENDED = "registration filed", "registration amended"
AMENDED_ANEW = "registration amended after its validation"
"""The verb of a modification after which it is to be validated again."""
ABANDONED = "draft abandoned"
OUT_OF_HOURS = "draft not filed, out of hours"
SESSION_ENDED = "draft not filed, session ended"
FOR_CANDIDATES = {
    FILED: "registration filed on behalf",
    AMENDED: "registration amended on behalf",
    AMENDED_ANEW: "registration amended on behalf after its validation",
}
"""The verbs of the same, when the managing service does it for its candidate (I3)."""


@transaction.atomic
def begin(
    *,
    candidate: Candidate,
    exam: Exam,
    speciality: Speciality | None,
    service: RegistrationService,
    by: Actor,
    at: datetime,
) -> Draft:
    """« Démarrer mon inscription »: a draft, or the one already begun for this choice.

    Raises:
        Closed, TooManyBegun: see `drafting.begin`.
    """
    draft = drafting.begin(
        candidate=candidate, exam=exam, speciality=speciality, service=service, at=at
    )
    return note_begun(draft, "registration begun", by=unnamed(by, candidate), at=at)


def note_begun(
    draft: Draft, verb: str, *, of: Registration | None = None, by: Actor, at: datetime
) -> Draft:
    """Keep in the journal that tabs were opened, unless they were already; return the draft.

    Args:
        draft: what was begun, or found.
        verb: the act.
        of: the registration that it comes from, if any.
        by: who opens them.
        at: the instant of the act.
    """
    if draft.created_at == at:
        academy = of.academy_id if of else draft.service.academy_id
        journal.record(verb, by=by, on=of or draft, at=at, academy=academy)
    return draft


@transaction.atomic
def abandon(*, draft: Draft, by: Actor, at: datetime) -> None:
    """Leave a draft, and erase its answers; one that is filed or left already stays as it is.

    Args:
        draft: the draft, of any age.
        by: who leaves it.
        at: the instant.
    """
    locked = filing.lock(draft)
    if locked.is_open:
        drafting.abandon(draft=locked, at=at)
        on = locked.amends or locked
        author = by if locked.amends else unnamed(by, locked.candidate)
        journal.record(ABANDONED, by=author, on=on, at=at, academy=locked.service.academy_id)


@transaction.atomic
def register(
    *, draft: Draft, by: Actor, at: datetime, shown: filing.Shown = filing.NOTHING_SHOWN
) -> Version:
    """« Enregistrer »: file a draft, new registration or modification.

    Filing the same draft again finds what it made: two clicks, two tabs or a replay make
    one registration, one number and one receipt (D11).

    Args:
        draft: the draft, of any age.
        by: who presses « Enregistrer ».
        at: the instant at which the request arrived.
        shown: what its page showed.

    Raises:
        DecidedMeanwhile: it was validated or found incomplete since that was shown.
        AnsweredMeanwhile: answers were changed since they were shown.
        Closed, Incomplete, RulesChanged, AlreadyRegistered, Refused: see `filing`.
        NothingAmended: it modifies nothing.
    """
    draft = filing.lock(draft)
    if draft.filed_as is not None:
        return draft.filed_as
    dossier, forms = filing.check(draft, at=at)
    filing.refuse_unread(draft, dossier, forms, shown=shown)
    version = filed(draft=draft, dossier=dossier, forms=forms, by=by, at=at)
    kind = "amended" if version.number > 1 else "registered"
    is_back = has_left_before(version)
    _tell(kind, version.registration, version, is_back=is_back, at=at)
    if is_back:
        tell_of_return(version.registration, at=at)
    return version


@transaction.atomic
def note_out_of_hours(*, draft: Draft, by: Actor, at: datetime) -> None:
    """Keep that « Enregistrer » came out of the hours of a service, and which they were, once an hour.

    Whoever swears that they pressed in time is answered by when it arrived, and by the hours that
    stood then (L-04).

    Args:
        draft: what was to be filed.
        by: who pressed.
        at: when it arrived.
    """
    _note_press(OUT_OF_HOURS, draft, by=by, at=at)


@transaction.atomic
def note_session_ended(*, user: User, draft: UUID, by: Actor, at: datetime, sent: str) -> None:
    """Keep that « Enregistrer » came as the session of its candidate had just ended, once an hour.

    Of a draft of theirs that can still be filed. The answer may be lost, and the session that it
    began with it: what was sent is told by its fingerprint, whatever they sign in with.

    Args:
        user: whose session it was.
        draft: what was to be filed.
        by: who pressed.
        at: when it arrived.
        sent: the fingerprint of what was sent.
    """
    for found in draft_of(user=user.pk, draft=draft):
        if found.is_open:
            _note_press(SESSION_ENDED, found, by=by, at=at, sent=sent)


def _note_press(verb: str, draft: Draft, *, by: Actor, at: datetime, **said: str) -> None:
    """Keep an « Enregistrer » that filed nothing, with the hours that stood, once an hour."""
    service = draft.service
    hours = {"opens_at": service.opens_at.isoformat(), "closes_at": service.closes_at.isoformat()}
    after: dict[str, object] = {**hours, **said}
    same = after if said else None
    if is_noted(verb, on=draft, by=by, since=at - NOTED_ONCE_IN, after=same):
        return
    journal.record(verb, by=by, on=draft, at=at, academy=service.academy_id, after=after)


def filed(
    *,
    draft: Draft,
    dossier: Dossier,
    forms: filing.Forms,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> Version:
    """File what was checked, issue its summary and record it, in the transaction of an act.

    Args:
        draft: locked.
        dossier: what was judged.
        forms: its tabs, valid.
        by: who files it.
        at: the instant.
        reason: why, where its managing service says it.
    """
    candidates.freeze_identity(draft.candidate, at=at)
    before = _address_of(draft.amends) if draft.amends else {}
    declared = draft.amends is not None and draft.amends.has_disability
    was_validated = draft.amends is not None and draft.amends.is_validated
    if draft.amends is not None:
        accommodating.check_exam(draft.amends, draft.exam)
    was_for = draft.amends.title if draft.amends is not None and is_another(draft) else ""
    version = filing.file(
        draft=draft,
        dossier=dossier,
        forms=forms,
        owes_more=draft.amends is not None and owes_added(draft.amends),
        by=by,
        at=at,
    )
    registration = version.registration
    newest = _address_of(registration)
    # What this version says of the address as the one before it did is not news: the record may
    # have been corrected since, when a letter came back.
    # Once claimed, or merged with an account, a record that has one goes on saying the last given.
    is_kept = not draft.candidate.has_account or draft.candidate.address_1
    if is_kept and registration.address_1 and newest != before:
        candidates.reach_at(draft.candidate, reached=newest)
    if was_validated and not registration.is_validated:
        ask_added_again(with_owed.get(pk=registration.pk), by=by, at=at)
    issuing.issue(version, by=by, at=at)
    if version.number > 1:
        is_no_more = declared and not registration.has_disability
        accommodating.follow(registration, is_declared_no_more=is_no_more, by=by, at=at)
    if version.number == 1:
        app.configure_task("doubles.look", queue="batches").defer(
            candidate=registration.candidate_id
        )
        if draft.author_id is not None:
            late.fulfil(version, by=by, at=at)
    said = {"version": version.number, "digest": version.digest, "number": registration.number}
    if was_for:
        said[TITLE] = registration.title
    journal.record(
        _verb(draft, version, is_by_service=bool(reason)),
        by=by,
        on=registration,
        at=at,
        academy=draft.service.academy_id,
        before={TITLE: was_for} if was_for else None,
        after={**said, "reason": reason} if reason else said,
    )
    if registration.state == State.ANOMALY:
        # It may ask no more for the pieces for which it was incomplete.
        whole = with_owed.get(pk=registration.pk)
        completing.clear_if_complete(whole, at=at)
    return version


def _address_of(registration: Registration) -> dict[str, str]:
    """Return the postal address that a registration says, by the names of `ADDRESS`."""
    return {name: getattr(registration, name) for name in candidates.ADDRESS}


def _verb(draft: Draft, version: Version, *, is_by_service: bool) -> str:
    """Return what was done, as the journal says it."""
    is_anew = version.registration.awaits_new_validation
    verb = FILED if version.number == 1 else AMENDED_ANEW if is_anew else AMENDED
    is_theirs = draft.author_id is None and not is_by_service
    return verb if is_theirs else FOR_CANDIDATES[verb]


def amendments_told_of(registration: Registration) -> QuerySet[Entry]:
    """Return the modifications that its history tells beside its versions, the last first.

    Those after which it was to be validated again, and all that its service did for its candidate.
    """
    verbs = [AMENDED_ANEW, *FOR_CANDIDATES.values()]
    return entries_about(registration).filter(verb__in=verbs)


@transaction.atomic
def amend(
    *, registration: Registration, choice: Choice | None = None, by: Actor, at: datetime
) -> Draft:
    """« Modifier », « Changer de spécialité »: open the tabs again. Nothing changes until « Enregistrer ».

    Args:
        registration: what is modified.
        choice: for what else it is to be, if that is changed.
        by: its candidate.
        at: the instant.

    Raises:
        Closed, NoLongerOffered, Refused, TooManyBegun: see `drafting.begin_amending`.
        OfAnExam: see `accommodating.check_exam`.
    """
    if choice is not None:
        accommodating.check_exam(registration, choice.exam)
    draft = drafting.begin_amending(registration=registration, choice=choice, at=at)
    return note_begun(draft, "modification begun", of=registration, by=by, at=at)


@transaction.atomic
def begin_again(*, registration: Registration, by: Actor, at: datetime) -> Draft:
    """Undo a withdrawal by a new registration, filled from the old one (E8).

    Raises:
        Closed, AlreadyRegistered, NotUndone, TooManyBegun: see `drafting.begin_again`.
    """
    draft = drafting.begin_again(registration=registration, at=at)
    return note_begun(draft, "registration begun again", of=registration, by=by, at=at)


@transaction.atomic
def choose_consents(
    *, registration: Registration, publishes: bool, shares: bool, by: Actor, at: datetime
) -> None:
    """Change the two consents, at any time (D6, standards P-05)."""
    before = filing.choose_consents(
        registration=registration, publishes=publishes, shares=shares, at=at
    )
    if before is not None:
        journal.record(
            "consents chosen",
            by=by,
            on=registration,
            at=at,
            academy=registration.academy_id,
            before=before,
            after={"publishes_name": publishes, "shares_name": shares},
        )


def has_left_before(version: Version) -> bool:
    """Return whether a first version is that of somebody who left another registration for its exam."""
    registration = version.registration
    return version.number == 1 and (
        Registration.objects.filter(
            candidate=registration.candidate_id,
            exam=registration.exam_id,
            withdrawn_at__isnull=False,
        ).exists()
    )


def _tell(
    kind: str, registration: Registration, version: Version, *, is_back: bool, at: datetime
) -> None:
    tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=f"registration:{registration.pk}:version:{version.number}",
        is_first=True,
        about=registration,
        urgent=True,
        enclosed=summary_for(registration),
        registration=registration,
        version=version,
        snapshot=version.snapshot,
        due=due_as_told(version),
        due_by=first_due(version),
        giving=giving_as_told(version),
        until=registration.service.said(registration.service.closes_at, registration.reader_zone),
        accommodation=accommodation_by_mail(
            registration, is_amended=version.number > 1, is_back=is_back, at=at
        ),
        history=link_to("candidate:history", registration.number),
        link=link_to("candidate:registration", registration.number),
    )
