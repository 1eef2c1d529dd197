"""File a registration, modify it, leave it; receive its signed summary: one function per act."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from sporades import journal
from sporades.accounts import operations as accounts
from sporades.acts import accommodating, issuing
from sporades.acts.identities import asking
from sporades.acts.people.guardians import tell_of_leaving, tell_of_return
from sporades.acts.people.joining import unnamed
from sporades.acts.registrations import completing
from sporades.acts.registrations.deciding import DecidedSince, Overtaken
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.french import day_in_words, days_in_words, instant_in_words
from sporades.core.links import link_to
from sporades.core.queue import app
from sporades.core.refusals import Refused
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, is_noted
from sporades.letters.operations import settle_returned, tell
from sporades.letters.queries import summary_for
from sporades.letters.rules import WITHDRAWAL
from sporades.registrations.dossier import Dossier
from sporades.registrations.evidence import due_as_told, first_due, giving_as_told
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.operations import drafting, filing
from sporades.registrations.queries import with_owed
from sporades.registrations.receipt import accommodation_by_mail
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import State

AS_ASKED = "registration withdrawn as asked"
"""The verb of a withdrawal that the office records for whoever asked for it in writing."""
LONGEST_PAPER = 200
FILED, AMENDED = "registration filed", "registration amended"
WITHDRAWN = "registration withdrawn"
AMENDED_ANEW = "registration amended after its validation"
"""The verb of a modification after which it is to be validated again."""
OUT_OF_HOURS = "draft not filed, out of hours"
NOTED_ONCE_IN = timedelta(hours=1)
FOR_CANDIDATES = {
    FILED: "registration filed on behalf",
    AMENDED: "registration amended on behalf",
    AMENDED_ANEW: "registration amended on behalf after its validation",
}
"""The verbs of the same, when the managing service does it for its candidate (I3)."""


class OtherPostmark(Refused):
    """A colleague has noted the signed summary meanwhile, by another postmark."""

    def __init__(self, noted: date) -> None:
        """Say by which one."""
        super().__init__(
            f"Un collègue a noté entre-temps ce récapitulatif, posté le {day_in_words(noted)} : "
            "vérifiez le cachet. La date que vous enregistrez maintenant remplacera la sienne."
        )


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
    if is_noted(OUT_OF_HOURS, on=draft, by=by, since=at - NOTED_ONCE_IN):
        return
    service = draft.service
    hours = {"opens_at": service.opens_at.isoformat(), "closes_at": service.closes_at.isoformat()}
    journal.record(OUT_OF_HOURS, by=by, on=draft, at=at, academy=service.academy_id, after=hours)


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
    version = filing.file(draft=draft, dossier=dossier, forms=forms, by=by, at=at)
    registration = version.registration
    newest = _address_of(registration)
    # What this version says of the address as the one before it did is not news: the record may
    # have been corrected since, when a letter came back.
    if not draft.candidate.has_account and registration.address_1 and newest != before:
        candidates.reach_at(draft.candidate, reached=newest)
        settle_returned(draft.candidate)
    issuing.issue(version, at=at)
    if version.number > 1:
        is_no_more = declared and not registration.has_disability
        accommodating.follow(registration, is_declared_no_more=is_no_more, by=by, at=at)
    if version.number == 1:
        app.configure_task("doubles.look", queue="batches").defer(
            candidate=registration.candidate_id
        )
    said = {"version": version.number, "digest": version.digest, "number": registration.number}
    journal.record(
        _verb(draft, version),
        by=by,
        on=registration,
        at=at,
        academy=draft.service.academy_id,
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


def _verb(draft: Draft, version: Version) -> str:
    """Return what was done, as the journal says it."""
    is_anew = version.registration.awaits_new_validation
    verb = FILED if version.number == 1 else AMENDED_ANEW if is_anew else AMENDED
    return verb if draft.author_id is None else FOR_CANDIDATES[verb]


def amendments_told_of(registration: Registration) -> QuerySet[Entry]:
    """Return the modifications that its history tells beside its versions, the last first.

    Those after which it was to be validated again, and all that its service did for its candidate.
    """
    verbs = [AMENDED_ANEW, *FOR_CANDIDATES.values()]
    return entries_about(registration).filter(verb__in=verbs)


@transaction.atomic
def withdraw(*, registration: Registration, by: Actor, at: datetime) -> None:
    """« Me désinscrire »: for good; only a new registration undoes it.

    Raises:
        Closed: the service is not open at this instant.
        Refused: the registration does not stand any more.
        Held: the account has just been given back to an old address.
    """
    _lock_to_leave(registration)
    # Its account too is as it is now: it may just have been taken back from whoever asks.
    _check_not_held(registration, at=at)
    _leave(registration, WITHDRAWN, asked=None, by=by, at=at)


@transaction.atomic
def withdraw_as_asked(
    *,
    registration: Registration,
    asked_on: date,
    paper: str,
    seen: int,
    mark: str,
    by: Actor,
    at: datetime,
) -> None:
    """« Désinscrire à sa demande »: what « Me désinscrire » does, for whoever wrote to the office.

    Allowed after the closing too: nobody stays registered who asked in writing not to be.

    Args:
        registration: which.
        asked_on: the day on which what they sent came.
        paper: what it is, as they will read it.
        seen: the number of the version that was read.
        mark: the decision that was read with it, as `Registration.decided_mark` says it.
        by: who records it.
        at: the instant.

    Raises:
        Overtaken: another version was filed since; `DecidedSince` where something was decided, or
            its candidate has withdrawn it.
        DayToCheck: it cannot have come on that day.
        Refused: the registration does not stand any more.
    """
    _lock_to_leave(registration)
    if registration.version != seen:
        raise Overtaken
    if registration.decided_mark != mark:
        raise DecidedSince
    first, last = registration.first_day(registration.filed_at), registration.last_day(at)
    if not first <= asked_on <= last:
        raise DayToCheck(
            f"Indiquez un jour possible : {days_in_words(first, last)}. Cette demande n'a pas pu "
            "venir avant l'inscription, ni après aujourd'hui."
        )
    _leave(registration, AS_ASKED, asked=Asked(asked_on, paper), by=by, at=at)


class DayToCheck(Refused):
    """A paper cannot have come on the day that is said."""


@dataclass(frozen=True)
class Asked:
    """What a candidate sent to their office to be registered no more.

    Attributes:
        on: the day on which it came.
        paper: what it is.
    """

    on: date
    paper: str

    @property
    def in_words(self) -> str:
        """« lettre signée (demande reçue le 14 novembre 2026) »."""
        return f"{self.paper} (demande reçue le {day_in_words(self.on)})"


def withdrawals_as_asked(registration: Registration) -> QuerySet[Entry]:
    """Return the withdrawal that the office recorded for whoever asked for it, if it did."""
    return entries_about(registration).filter(verb=AS_ASKED)


def _lock_to_leave(registration: Registration) -> None:
    """Hold a registration that is about to be left, and read it as it is now."""
    asking.lock_waiting(registration.candidate_id)
    Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    # It may just have been given to another academy, whose dates count, and who is told.
    registration.refresh_from_db(from_queryset=Registration.objects.whole())


def _leave(
    registration: Registration, verb: str, *, asked: Asked | None, by: Actor, at: datetime
) -> None:
    before = {"state": registration.state}
    filing.withdraw(registration=registration, at=at, is_asked_on_paper=asked is not None)
    fallen = accommodating.follow(registration, is_leaving=True, by=by, at=at)
    has_correction_fallen = asking.leave_unreached(registration.candidate_id, at=at)
    tell(
        registration.candidate,
        "withdrawn",
        service=registration.service,
        at=at,
        key=f"registration:{registration.pk}:withdrawn",
        about=registration,
        matter=WITHDRAWAL,
        urgent=True,
        registration=registration,
        when=instant_in_words(at, registration.service.zone),
        asked=asked,
        may_return=registration.is_offered and registration.service.accepts(at),
        has_request_fallen=fallen is not None and fallen.asked_at is not None,
        has_correction_fallen=has_correction_fallen,
        contact=contact_of(registration.service),
        link=link_to("candidate:registration", registration.number),
    )
    tell_of_leaving(registration, fallen=fallen, is_asked_on_paper=asked is not None, at=at)
    said = {"reason": asked.in_words, "asked_on": asked.on.isoformat()} if asked else {}
    journal.record(
        verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before=before,
        after={"state": registration.state, **said},
    )


def _check_not_held(registration: Registration, *, at: datetime) -> None:
    user = registration.candidate.user
    if user is not None:
        accounts.check_not_held(user, at=at)


@transaction.atomic
def amend(*, registration: Registration, by: Actor, at: datetime) -> Draft:
    """« Modifier »: open the tabs again. Nothing changes until « Enregistrer ».

    Raises:
        Closed, Refused, TooManyBegun: see `drafting.begin_amending`.
    """
    draft = drafting.begin_amending(registration=registration, at=at)
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
    before = {
        "publishes_name": registration.publishes_name,
        "shares_name": registration.shares_name,
    }
    if filing.choose_consents(registration=registration, publishes=publishes, shares=shares, at=at):
        journal.record(
            "consents chosen",
            by=by,
            on=registration,
            at=at,
            academy=registration.academy_id,
            before=before,
            after={"publishes_name": publishes, "shares_name": shares},
        )


@transaction.atomic
def receive_summary(
    *,
    registration: Registration,
    posted_on: date,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    noted: str | None = None,
) -> None:
    """Record that the signed summary came back, by its postmark (E9). What is pressed twice is noted once.

    Args:
        registration: loaded `with_owed()`.
        posted_on: the day of the postmark.
        by: who records it.
        at: the instant.
        seen: the number of the version whose summary it is, where a page showed one.
        noted: the postmark that this page showed as noted, as `noted_in` writes it; what was
            loaded, where no page showed one.

    Raises:
        OtherPostmark: a colleague has noted another one since.
        Refused: no return is asked of it, the postmark is to come or older than what was last
            filed, or it stands no more as it was read.
    """
    held = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    shown = registration.version if seen is None else seen
    if seen is None and not held.is_active:
        raise Refused("Cette inscription n'est plus active : aucun récapitulatif n'en est attendu.")
    if held.version != shown or not held.is_active:
        raise Refused(
            "Cette inscription a changé depuis que vous avez ouvert cette page : relisez le dossier."
        )
    if not registration.told["to_return"]:
        raise Refused("Cette inscription ne demande pas de récapitulatif signé en retour.")
    filed_at = registration.amended_at or registration.filed_at
    first, last = registration.first_day(filed_at), registration.last_day(at)
    if not first <= posted_on <= last:
        raise Refused(
            f"Indiquez un jour possible : {days_in_words(first, last)}. Ce récapitulatif n'a pas pu "
            "être posté avant le dernier enregistrement, ni après aujourd'hui."
        )
    before, read = held.summary_posted_on, noted_in(registration) if noted is None else noted
    if before == posted_on:
        return
    if before is not None and noted_in(held) != read:
        raise OtherPostmark(before)
    filing.note_summary_received(registration=registration, posted_on=posted_on)
    journal.record(
        "summary received",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before={"posted_on": before.isoformat()} if before else None,
        after={"posted_on": posted_on.isoformat()},
    )


@transaction.atomic
def take_summary_back(*, registration: Registration, noted: str, by: Actor, at: datetime) -> None:
    """Record that the signed summary noted as received has not come: it was another candidate's.

    No message leaves: none has left when it was noted.

    Args:
        registration: which.
        noted: the postmark that the page showed as noted, as `noted_in` writes it.
        by: who records it.
        at: the instant.

    Raises:
        Refused: none is noted any more, or a colleague has noted another one since.
    """
    held = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    if held.summary_posted_on is None:
        raise Refused("Aucun récapitulatif signé n'est plus noté comme reçu : relisez le dossier.")
    if noted_in(held) != noted:
        raise Refused(
            "Un collègue a noté entre-temps ce récapitulatif, posté le "
            f"{day_in_words(held.summary_posted_on)} : relisez le dossier."
        )
    filing.take_summary_back(registration=registration)
    journal.record(
        "summary reception taken back",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before={"posted_on": noted},
    )


def noted_in(registration: Registration) -> str:
    """Return the postmark of the signed summary as a page sends it back; nothing where none is noted."""
    day = registration.summary_posted_on
    return day.isoformat() if day else ""


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
