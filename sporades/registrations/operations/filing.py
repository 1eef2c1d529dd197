"""File a draft: validate every tab, write the rows, take the number, freeze the version."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.french import local_day
from sporades.core.prepared import prepared
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.documents import operations as documents
from sporades.documents.models import Folder
from sporades.registrations import accepted, as_filed, journey, waivers
from sporades.registrations.came import CameBy
from sporades.registrations.changes import changes_between
from sporades.registrations.choices import CHOSEN_ANEW, is_another
from sporades.registrations.contacts import changes_contacts_alone
from sporades.registrations.dossier import Dossier, dossier_of, have_rules_moved
from sporades.registrations.exclusion import exclusion_by
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.numbers import take_number
from sporades.registrations.operations import drafting, keeping, scoping
from sporades.registrations.queries import locked_registration
from sporades.registrations.refusals import (
    AlreadyRegistered,
    AmendedMeanwhile,
    AnsweredMeanwhile,
    AwaitsDecision,
    DecidedMeanwhile,
    GivenAway,
    Incomplete,
    NoLongerStands,
    NothingAmended,
    RulesChanged,
)
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.sections.identification import lives_elsewhere
from sporades.registrations.snapshot import as_read, snapshot_of
from sporades.registrations.states import WITHDRAW, State

type Forms = list[tuple[Section, SectionForm]]

UNDONE_OR_ANSWERED = (State.VALIDATED, State.ANOMALY)
"""What a modification undoes by being filed, or is expected to answer."""


class Shown(NamedTuple):
    """What « Récapitulatif » showed to whoever presses « Enregistrer »; nothing is said of what is empty.

    Attributes:
        decision: the decision that stood, as `Registration.decided_mark` says it.
        answers: the answers, as `mark_of` says them.
    """

    decision: str = ""
    answers: str = ""


NOTHING_SHOWN = Shown()

_RETURNED = ["summary_posted_on", "summary_came_by", "is_summary_posted_late"]
"""What is written of a signed summary that comes back."""


@prepared(Draft)
def _locked(pk: UUID) -> QuerySet[Draft]:
    found: QuerySet[Draft] = Draft.objects.select_related("candidate").filter(pk=pk)
    keys = found.only("id", "candidate__id")
    return keys.select_for_update(of=("self", "candidate"), no_key=True)


@prepared(Draft)
def _whole(pk: UUID) -> QuerySet[Draft]:
    # The account is asked for too: the folder is its own, and the receipt goes to its address.
    found: QuerySet[Draft] = Draft.objects.whole().select_related("candidate__user").filter(pk=pk)
    return found


def lock(draft: Draft) -> Draft:
    """Return the draft, whole and locked: whoever files it a second time waits, then finds it filed.

    A registration is locked before its modifications and these before their candidate, here
    as everywhere: no two acts wait for each other. The candidate is locked so that the civil
    data that are filed are those that are frozen.
    """
    if draft.amends_id is not None:
        locked_registration.get(pk=draft.amends_id)
    elif draft.author_id is not None:
        # What the candidate has asked for late ends with it, see `acts.requests.late.fulfil`.
        list(_sent_for_the_same(draft))
    if not _locked(pk=draft.pk):
        # Its candidate was merged while it was waited for: it is another one's by now.
        _locked.get(pk=draft.pk)
    return _whole.get(pk=draft.pk)


def _sent_for_the_same(draft: Draft) -> QuerySet[Draft]:
    """Lock the draft that its candidate has sent as a request for the choice of one that the office fills."""
    sent = Draft.objects.unfiled().filter(sent_at__isnull=False, author=None, amends=None)
    theirs: QuerySet[Draft] = sent.filter(
        candidate=draft.candidate_id, exam=draft.exam_id, speciality=draft.speciality_id
    )
    return theirs.only("pk").order_by("pk").select_for_update(of=("self",), no_key=True)


def check(draft: Draft, *, at: datetime, late: bool = False) -> tuple[Dossier, Forms]:
    """Return the dossier of a draft and its tabs, all of them valid, under the rules in force.

    Args:
        draft: the draft, locked.
        at: the instant at which the request arrived.
        late: whether its managing service takes it whatever its dates: what it was asked
            (E7), what it files itself (I3).

    Raises:
        AmendedMeanwhile: what it modifies was filed again since it was begun.
        NoLongerStands, GivenAway: what it modifies stands no more, or elsewhere.
        AwaitsDecision: it is sent as a request, and is not what is decided.
        Closed: the request did not arrive while the service was open; `TypedLate` when what it
            would file was typed after the closing.
        Incomplete: answers are missing or refused; `RulesChanged` when the rules have moved.
        Refused: the draft has been abandoned meanwhile.
    """
    if not late:
        drafting.refuse_closed(draft.service, at=at, has_answers=True)
        drafting.refuse_typed_late(draft, at=at)
        if draft.sent_at is not None:
            raise AwaitsDecision
    _refuse_abandoned(draft)
    if draft.amends_id is not None:
        draft.amends = _to_amend(draft, draft.amends_id)
    day = local_day(at, draft.service.zone)
    dossier = dossier_of(draft, day=day, is_asked_late=late)
    dossier.regulation = drafting.version_in_force(draft.exam)
    forms = journey.judged(dossier)
    troubles = journey.troubles(forms)
    if troubles:
        rules_changed = have_rules_moved(draft, dossier)
        raise RulesChanged(troubles) if rules_changed else Incomplete(troubles)
    # Until then it is of the version under which it was begun: its pages say that rules have moved.
    draft.regulation = dossier.regulation
    return dossier, forms


def mark_of(draft: Draft, said: dict[str, Any]) -> str:
    """Return what tells the answers of a draft, read for its academy, from what becomes of them.

    Args:
        draft: whose answers they are.
        said: the answers, as `as_read` returns them.
    """
    return digest([draft.service_id, said])


def refuse_unread(draft: Draft, dossier: Dossier, forms: Forms, *, shown: Shown) -> None:
    """Check that what is filed is what « Récapitulatif » showed and offered to file.

    Args:
        draft: the draft, locked, as `check` has judged it.
        dossier: what was judged.
        forms: its tabs, valid.
        shown: what the page showed.

    Raises:
        NothingAmended: it says what is filed already.
        DecidedMeanwhile: a decision was taken since that was shown.
        AnsweredMeanwhile: answers were changed since they were shown.
    """
    said = as_read(dossier, forms) if shown.answers or draft.amends is not None else {}
    before = _last_of(draft.amends)
    _refuse_unchanged(draft, before, said)
    if not changes_contacts_alone(draft.amends, dossier, forms, before=before):
        _refuse_decided_since(draft, seen=shown.decision)
    if shown.answers and shown.answers != mark_of(draft, said):
        raise AnsweredMeanwhile


def _last_of(registration: Registration | None) -> Version | None:
    """Return the last version of what is modified; nothing of a new one."""
    return registration.versions.get(number=registration.version) if registration else None


def _refuse_unchanged(draft: Draft, before: Version | None, said: dict[str, Any]) -> None:
    """Check that a modification changes something.

    The two consents that were chosen since the last version are kept by another (D6).
    """
    if draft.amends is None or before is None or draft.amends.consents_chosen_at is not None:
        return
    if not changes_between(accepted.said_by(before), said):
        raise NothingAmended


def _refuse_decided_since(draft: Draft, *, seen: str) -> None:
    """Check that whoever files a modification has read what was decided meanwhile.

    To file it undoes a validation; an anomaly says what is missing. Whoever has not read that the
    one or the other was found since they began is told first. Where no decision was shown, it is
    the one that stood when the draft was begun.
    """
    amends = draft.amends
    if amends is None or amends.decided_at is None or amends.state not in UNDONE_OR_ANSWERED:
        return
    is_new = amends.decided_mark != seen if seen else amends.decided_at > draft.created_at
    if is_new:
        raise DecidedMeanwhile


def file(
    *,
    draft: Draft,
    dossier: Dossier,
    forms: Forms,
    owes_more: bool = False,
    by: Actor,
    at: datetime,
) -> Version:
    """Turn a checked, locked draft into a registration or into its next version.

    Args:
        draft: checked, and locked.
        dossier: what was judged.
        forms: its tabs, valid.
        owes_more: whether a piece is still to be sent that the office asked for in addition.
        by: who files it.
        at: the instant.

    Raises:
        AlreadyRegistered: another registration of the candidate excludes this one.
    """
    last = _last_of(draft.amends)
    keeps = changes_contacts_alone(draft.amends, dossier, forms, before=last)
    # A validation asks for nothing any more: what undoes it asks for everything again.
    goes_on = draft.amends is not None and (keeps or not draft.amends.is_validated)
    is_chosen_anew = False
    if draft.amends is not None:
        registration = _amended(draft.amends, keeps=keeps, at=at)
        is_chosen_anew = is_another(draft)
        if is_chosen_anew:
            _choose_anew(registration, draft, dossier, at=at)
    else:
        registration = _made(draft, dossier=dossier, at=at)
    _describe(registration, dossier=dossier, forms=forms)
    _keep(registration, dossier)
    _write_rows(registration, forms)
    version = _freeze(
        registration,
        dossier=dossier,
        forms=forms,
        last=last,
        keeps=keeps,
        is_chosen_anew=is_chosen_anew,
        goes_on=goes_on,
        owes_more=owes_more,
        by=by,
        at=at,
    )
    draft.filed_as = version
    draft.save(update_fields=["filed_as", "regulation"])
    return version


def withdraw(*, registration: Registration, at: datetime, is_asked_on_paper: bool = False) -> None:
    """Withdraw a registration, for good: it is never made active again.

    Args:
        registration: locked.
        at: the instant.
        is_asked_on_paper: whether its candidate wrote to its office, which closes never.

    Raises:
        Closed: the service is not open at this instant.
        Refused: the registration does not stand any more.
    """
    if not is_asked_on_paper:
        drafting.refuse_closed(registration.service, at=at)
    move(registration, WITHDRAW, withdrawn_at=at, reason="")
    documents.hold_back(registration.folder_id, at=at)
    # What its office was typing stays readable to who typed it.
    drafting.abandon_all(Draft.objects.of_candidates().filter(amends=registration), at=at)
    drafting.remind_anew(registration.candidate_id)


def take_summary_back(*, registration: Registration) -> None:
    """Forget the day of a signed summary that has not come back."""
    _forget_summary(registration)
    registration.save(update_fields=_RETURNED)


def _forget_summary(registration: Registration) -> None:
    """Leave a registration without the signed summary that came: neither its day, nor how it came."""
    registration.summary_posted_on, registration.summary_came_by = None, CameBy.POST
    registration.is_summary_posted_late = False


def note_summary_received(
    *, registration: Registration, posted_on: date, came_by: CameBy = CameBy.POST
) -> None:
    """Keep the day of the signed summary, how it came, and whether its day had passed.

    It counts, not the day of reception (CRPA L. 112-1; standards L-05).

    Args:
        registration: loaded `with_owed()`.
        posted_on: the day of the postmark, or of the other way.
        came_by: by which way it came.
    """
    registration.summary_posted_on, registration.summary_came_by = posted_on, came_by
    registration.judge_postmark(registration.owed["to_return"])
    registration.save(update_fields=_RETURNED)


def choose_consents(
    *, registration: Registration, publishes: bool, shares: bool, at: datetime
) -> dict[str, bool] | None:
    """Keep the two consents, changeable at any time; return what was chosen until then if it differs.

    A modification that is open takes them too: filing it must not undo what was chosen since.
    """
    locked = Registration.objects.select_for_update().get(pk=registration.pk)
    before = {"publishes_name": locked.publishes_name, "shares_name": locked.shares_name}
    changed = before != {"publishes_name": publishes, "shares_name": shares}
    locked.publishes_name, locked.shares_name = publishes, shares
    if changed:
        locked.consents_chosen_at = at
    locked.save(update_fields=["publishes_name", "shares_name", "consents_chosen_at"])
    for draft in Draft.objects.unfiled().filter(amends=locked).select_for_update():
        drafting.take_consents(draft=draft, registration=locked)
    return before if changed else None


def _refuse_abandoned(draft: Draft) -> None:
    """Raise `Refused` for a draft that is left: its answers are gone, why is what matters."""
    if draft.abandoned_at is None:
        return
    if draft.amends_id is not None:
        _to_amend(draft, draft.amends_id)
    message = "Cette saisie a été abandonnée entre-temps : elle n'est pas enregistrée."
    raise Refused(message)


def _made(draft: Draft, *, dossier: Dossier, at: datetime) -> Registration:
    candidate: Candidate = draft.candidate
    _refuse_excluded(draft, dossier)
    registration = Registration(
        number=take_number(),
        candidate=candidate,
        academy=draft.service.academy,
        service=draft.service,
        is_placed=draft.is_placed,
        exam=draft.exam,
        speciality=draft.speciality,
        exclusive_scope=dossier.regulation.rules.exclusive_scope(dossier.rules),
        filed_at=at,
        ages_on=as_filed.ages_on(dossier),
    )
    registration.folder = Folder.objects.create(
        holder=candidate.user,
        academy=draft.service.academy.code,
        domain=draft.exam.domain.code,
        label=registration.title,
    )
    return registration


def _choose_anew(
    registration: Registration, draft: Draft, dossier: Dossier, *, at: datetime
) -> None:
    """Put a registration under the exam and the speciality that its modification has chosen.

    Its numbers stay. What of its documents was to be read later is held back, as where it is given to
    another academy: it was made for what it is no more.

    Raises:
        AlreadyRegistered: another registration of the candidate excludes it.
    """
    _refuse_excluded(draft, dossier)
    registration.exam, registration.speciality = draft.exam, draft.speciality
    scope = dossier.regulation.rules.exclusive_scope(dossier.rules)
    registration.exclusive_scope = scope
    documents.name_folder(registration.folder_id, label=registration.title)
    documents.hold_back(registration.folder_id, at=at)


def _refuse_excluded(draft: Draft, dossier: Dossier) -> None:
    """Check that nothing stands, under whatever rules it was filed, that excludes what is filed.

    But what it modifies. Its candidate is locked: what another act makes stand is there, or waits for
    this one.
    """
    standing = scoping.brought_up_to_date([draft.candidate_id])
    exclusion = exclusion_by(
        [one for one in standing if one.pk != draft.amends_id],
        exam=draft.exam,
        speciality=draft.speciality,
        rules=dossier.rules,
        regulation=dossier.regulation,
    )
    if exclusion is not None:
        raise AlreadyRegistered(None if exclusion.is_the_same else dossier.rules.exclusive)


def amended_by(draft: Draft, amends: int) -> Registration:
    """Return the registration that a draft modifies.

    Raises:
        NoLongerStands, GivenAway: it stands no more, or in another academy.
    """
    registration: Registration = Registration.objects.whole().get(pk=amends)
    check_standing(draft, registration)
    return registration


def check_standing(draft: Draft, registration: Registration) -> None:
    """Raise `NoLongerStands` or `GivenAway` for a modification of what stands no more, or elsewhere."""
    if not registration.is_active:
        raise NoLongerStands
    if registration.service_id != draft.service_id:
        raise GivenAway


def _to_amend(draft: Draft, amends: int) -> Registration:
    """Return the registration that a draft modifies, if it still stands as it was then."""
    registration = amended_by(draft, amends)
    if registration.version != draft.amends_version:
        raise AmendedMeanwhile
    return registration


def _amended(registration: Registration, *, keeps: bool, at: datetime) -> Registration:
    registration.version += 1
    # The version that is being filed says them.
    registration.consents_chosen_at = None
    if keeps:
        return registration
    if registration.is_validated or registration.awaits_new_validation:
        # What was validated is not what is being filed, nor what was filed since.
        registration.state, registration.decided_at = State.REGISTERED, at
    registration.amended_at = at
    # What came back signed is the summary of the version before.
    _forget_summary(registration)
    # The version that is being filed is judged whole.
    registration.to_review_since = None
    return registration


def _describe(registration: Registration, *, dossier: Dossier, forms: Forms) -> None:
    identity = dossier.identity
    registration.identity = identity
    registration.name_key = identity.name_key
    registration.birth_date = identity.birth_date
    registration.regulation = dossier.regulation
    registration.waived = dict(dossier.waived)
    registration.waivers = waivers.standing(dossier)
    for _, form in forms:
        form.write(registration)


def _keep(registration: Registration, dossier: Dossier) -> None:
    try:
        with transaction.atomic():
            registration.save()
    except IntegrityError as trouble:
        if "a_candidate_registers_once" in str(trouble):
            is_ruled = "exclusive_scope" in str(trouble)
            raise AlreadyRegistered(dossier.rules.exclusive if is_ruled else None) from trouble
        raise


def _write_rows(registration: Registration, forms: Forms) -> None:
    if registration.version > 1:
        registration.papers.all().delete()
        registration.answers.all().delete()
    for _, form in forms:
        form.write_rows(registration)


def _freeze(
    registration: Registration,
    *,
    dossier: Dossier,
    forms: Forms,
    last: Version | None,
    keeps: bool,
    is_chosen_anew: bool,
    goes_on: bool,
    owes_more: bool,
    by: Actor,
    at: datetime,
) -> Version:
    before = accepted.said_by(last) if last else None
    snapshot = snapshot_of(
        registration,
        number=registration.version,
        dossier=dossier,
        forms=forms,
        before=before,
        goes_on=goes_on,
        owes_more=owes_more,
        at=at,
    )
    if keeps and last:
        snapshot = keeping.with_contacts_alone(
            snapshot, registration, last, owes_more=owes_more, at=at
        )
    if is_chosen_anew:
        snapshot[CHOSEN_ANEW] = True
    if registration.keep_summary_day(snapshot["to_return"]):
        registration.save(update_fields=["summary_until"])
    return Version.objects.create(
        registration=registration,
        number=registration.version,
        regulation=dossier.regulation,
        snapshot=snapshot,
        digest=digest(snapshot),
        author_kind=by.kind,
        author_name=by.name,
        filed_at=at,
        changes=[*changes_between(before, snapshot), *_kept_here(registration, forms)]
        if before
        else [],
    )


def _kept_here(registration: Registration, forms: Forms) -> list[str]:
    """Say that it stays in its academy, where its address has just left it."""
    if not lives_elsewhere(forms):
        return []
    return [f"Académie : {registration.academy.name}, gardée : la nouvelle adresse n'en dépend pas"]
