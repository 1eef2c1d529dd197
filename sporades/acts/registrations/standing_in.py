"""A managing service registers a candidate, or modifies a registration, on their behalf (I3)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from sporades import journal
from sporades.accounts.models import User
from sporades.acts import accommodating
from sporades.acts.people.guardians import tell_of_return
from sporades.acts.registrations.registering import filed, has_left_before, note_begun
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.core.refusals import ReasonMissing, Refused
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.letters.operations import tell
from sporades.letters.queries import summary_for
from sporades.registrations.choices import Choice
from sporades.registrations.deadlines import is_too_soon_for_a_letter
from sporades.registrations.dossier import dossier_of
from sporades.registrations.evidence import due_as_told, first_due, giving_as_told
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.operations import drafting, filing
from sporades.registrations.receipt import accommodation_by_mail
from sporades.registrations.refusals import NothingWaived, NotLeft
from sporades.registrations.sections.eligibility import may_be_waived
from sporades.registrations.waivers import granted_for

NOTED, TAKEN_BACK = WAIVING = ("waiver noted", "waiver taken back")
"""The verbs of a derogation."""


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
def begin_for_who_left(
    *, registration: Registration, author: User, by: Actor, at: datetime
) -> Draft:
    """« Reprendre ses réponses »: a draft of one's own, with the answers of one that was left.

    Raises:
        Refused: see `drafting.begin_for_who_left`.
    """
    draft = drafting.begin_for_who_left(registration=registration, author=author, at=at)
    return note_begun(draft, "registration begun on behalf", of=registration, by=by, at=at)


@transaction.atomic
def amend(
    *,
    registration: Registration,
    choice: Choice | None = None,
    author: User,
    by: Actor,
    at: datetime,
) -> Draft:
    """« Modifier pour le candidat »: open the tabs. Nothing changes until « Enregistrer ».

    The candidate, and any colleague, may go on with a modification of their own.

    Args:
        registration: what is modified.
        choice: for what else it is to be, if that is changed.
        author: who fills it.
        by: the same, as the author of the act.
        at: the instant.

    Raises:
        Closed, NoLongerOffered, Refused, TooManyBegun: see `drafting.begin_amending`.
        OfAnExam: see `accommodating.check_exam`.
    """
    if choice is not None:
        accommodating.check_exam(registration, choice.exam)
    draft = drafting.begin_amending(registration=registration, choice=choice, author=author, at=at)
    return note_begun(draft, "modification begun on behalf", of=registration, by=by, at=at)


@transaction.atomic
def register(
    *,
    draft: Draft,
    reason: str,
    by: Actor,
    at: datetime,
    shown: filing.Shown = filing.NOTHING_SHOWN,
) -> Version:
    """« Enregistrer »: file what was filled for a candidate, who is told of it by mail.

    Filing the same draft again finds what it made.

    Args:
        draft: one that a member of the office fills.
        reason: why, once the service has closed; the candidate reads it.
        by: who files it.
        at: the instant at which the request arrived.
        shown: what its page showed.

    Raises:
        Closed: the service has not opened yet.
        DecidedMeanwhile: it was validated or found incomplete since that was shown.
        AnsweredMeanwhile: answers were changed since they were shown.
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
    filing.refuse_unread(draft, dossier, forms, shown=shown)
    version = filed(draft=draft, dossier=dossier, forms=forms, by=by, at=at, reason=reason)
    tell_registered(version, reason=reason, at=at)
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


@transaction.atomic
def take_up(*, draft: Draft, author: User, by: Actor, at: datetime) -> None:
    """Go on with what a colleague has left, who may fill it no more: it is one's own from then on.

    Args:
        draft: one of those that `left` finds.
        author: who goes on.
        by: the same, as the author of the act.
        at: the instant.

    Raises:
        AlreadyBegun: they have a draft of their own for the same.
        NotLeft: it was filed, dropped or taken up meanwhile, or its author fills it again.
    """
    locked = _lock_left(draft, at=at)
    drafting.give(draft=locked, author=author)
    _note_left(locked, "filling taken up", by=by, at=at)


@transaction.atomic
def drop(*, draft: Draft, by: Actor, at: datetime) -> None:
    """Leave for good what a colleague has left, who may fill it no more. Raises NotLeft."""
    locked = _lock_left(draft, at=at)
    drafting.abandon(draft=locked, at=at)
    _note_left(locked, "filling dropped", by=by, at=at)


@transaction.atomic
def hand_over(*, draft: Draft, by: Actor, at: datetime) -> None:
    """Give what one was typing to the academy that has its registration now.

    Whoever fills for candidates there takes it up, or drops it.

    Args:
        draft: a modification of what was given to another academy.
        by: who fills it.
        at: the instant.

    Raises:
        Refused: it is filed or abandoned, or its registration is still where it was.
    """
    locked = filing.lock(draft)
    registration = locked.amends
    if not locked.is_open or registration is None or registration.service_id == locked.service_id:
        raise Refused("Cette inscription n'a pas changé d'académie : votre saisie reste ici.")
    drafting.follow_registration(draft=locked)
    _note_left(locked, "filling handed over", by=by, at=at)


@transaction.atomic
def note_waiver(
    *, draft: Draft, rule: str, waiver: dict[str, str] | None, by: Actor, at: datetime
) -> None:
    """Note that a derogation to a rule was granted to whom one registers; the candidate reads it.

    It counts for this rule alone, once the draft is filed.

    Args:
        draft: one that a member of the office fills.
        rule: the code of a rule of eligibility that refuses it.
        waiver: the derogation, as `waivers.waiver` makes it; nothing takes it back.
        by: who notes it.
        at: the instant.

    Raises:
        NothingWaived: the rule refuses nothing, or the réglementation admits no derogation to it.
        Refused: the draft is filed or abandoned.
    """
    locked = filing.lock(draft)
    if not locked.is_open or locked.author_id is None:
        raise Refused("Cette saisie est déjà enregistrée ou abandonnée : rien n'y est noté.")
    dossier = dossier_of(locked, day=local_day(at, locked.service.zone))
    found = next((one for one in may_be_waived(dossier) if one.rule == rule), None)
    if found is None:
        raise NothingWaived
    kept = granted_for(dossier, found, waiver) if waiver else {}
    drafting.note_waiver(draft=locked, rule=rule, waiver=kept, at=at)
    journal.record(
        NOTED if waiver else TAKEN_BACK,
        by=by,
        # Of what is never filed, nothing was granted to the registration: see `consulting.acts_in_drafts`.
        on=locked,
        at=at,
        academy=locked.service.academy_id,
        after={"rule": found.condition, **(waiver or {})},
    )


def _lock_left(draft: Draft, *, at: datetime) -> Draft:
    locked = filing.lock(draft)
    day = local_day(at, settings.TIME_ZONE)
    left = Draft.objects.open().left(on=day).filter(pk=locked.pk, author=draft.author_id)
    if not left.exists():
        raise NotLeft
    return locked


def _note_left(draft: Draft, verb: str, *, by: Actor, at: datetime) -> None:
    on = draft.amends or draft
    journal.record(verb, by=by, on=on, at=at, academy=draft.service.academy_id)


def tell_registered(version: Version, *, reason: str, is_asked: bool = False, at: datetime) -> None:
    """Tell a candidate that their managing service has registered them, or modified what is registered.

    Args:
        version: what was filed.
        reason: why, where it says so.
        is_asked: whether they had asked for it, with answers of their own.
        at: the instant.
    """
    registration = version.registration
    kind = "amended_for" if version.number > 1 else "registered_for"
    is_back = has_left_before(version)
    tell(
        registration.candidate,
        kind,
        service=registration.service,
        enclosed=summary_for(registration),
        at=at,
        key=f"registration:{registration.pk}:version:{version.number}",
        is_first=True,
        about=registration,
        urgent=True,
        registration=registration,
        version=version,
        snapshot=version.snapshot,
        due=due_as_told(version),
        due_by=first_due(version),
        giving=giving_as_told(version),
        accommodation=accommodation_by_mail(
            registration, is_amended=version.number > 1, is_back=is_back, at=at
        ),
        reason=reason,
        is_asked=is_asked,
        closing=registration.closing_in_words if registration.is_amendable(at) else "",
        is_too_soon=is_too_soon_for_a_letter(registration.service.closes_at, at),
        history=link_to("candidate:history", registration.number),
        link=link_to("candidate:registration", registration.number),
    )
    if is_back:
        tell_of_return(registration, is_by_service=True, at=at)
