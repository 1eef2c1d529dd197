"""A decision is contested, by its candidate or by a letter; the appeal is taken back, or refused (H2).

What takes the decision again on an appeal is in `deciding`. The acknowledgement says when the
appeal was received, from when silence refuses it, and where one goes then (CRPA R. 112-5); no mail
says what it is about.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from sporades.accommodations import operations as accommodations
from sporades.accommodations.answering import ANSWER, Refusal
from sporades.accommodations.appeals import late_in_words, waiting_in_words
from sporades.accommodations.contesting import (
    SILENCE_MONTHS,
    clock_of,
    is_in_time,
    silence_about,
)
from sporades.accommodations.models import Appeal, Came, Case
from sporades.accommodations.notification import COURT
from sporades.accommodations.operations import Author, Contested
from sporades.accommodations.queries import decision_of, lock_case
from sporades.accounts.models import User
from sporades.acts.accommodating.notifying import CalledMeanwhile
from sporades.acts.accommodating.telling import (
    date_erasure,
    lock_as_read,
    note,
    note_press,
    tell_candidate,
)
from sporades.acts.people import changing
from sporades.acts.people.guardians import tell_guardian
from sporades.core import apart
from sporades.core.actors import CANDIDATE, SYSTEM, Actor
from sporades.core.days import months_after
from sporades.core.french import day_in_words, local_day
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion

APPEAL_UNSENT = "accommodation not appealed, session ended"


@transaction.atomic
def appeal(*, case: Case, said: Contested, by: Actor, at: datetime) -> Appeal:
    """« Contester la décision »; pressed twice, once. Its candidate has an acknowledgement.

    Args:
        case: the last decision that was notified.
        said: what the appeal says.
        by: its candidate, or who enters what came otherwise.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since the office read it.
        NotNotified, NotStanding, NothingContested, DecisionReplaced, AppealToCome, BeforeDecision,
            AlreadyAppealed, BeingTakenAgain: see `accommodations.operations.appeal`.
    """
    locked = lock_as_read(case, by=by)
    already: Appeal | None = Appeal.objects.waiting().filter(case=locked).first()
    if already is not None and (already.text, already.came) == (said.text, said.came):
        return already
    made = accommodations.appeal(locked, said, at=at)
    date_erasure(locked.registration, at=at)
    note("accommodation appealed", locked, by=by, at=at, appeal=made.pk, came=made.came)
    tell_candidate(locked, "appeal_received", at=at, **_acknowledged(made, locked, at=at))
    key = f"accommodation:{locked.pk}:appealed:{made.pk}"
    tell_guardian(locked.registration, at=at, key=key)
    return made


@transaction.atomic
def note_unsent_appeal(*, user: User, number: str, by: Actor, at: datetime, sent: str) -> None:
    """Keep that « Envoyer mon recours » came as the session of its candidate had just ended.

    Args:
        user: whose session it was.
        number: of the registration.
        by: who pressed.
        at: when it arrived.
        sent: the fingerprint of what was sent.
    """
    note_press(APPEAL_UNSENT, decision_of, user=user, number=number, by=by, at=at, sent=sent)


def _acknowledged(made: Appeal, case: Case, *, at: datetime) -> dict[str, Any]:
    """Return what an acknowledgement says of days and of the court; not of it, where it came too late."""
    zone, is_standing = clock_of(case), case.registration.is_active
    return {
        "received": day_in_words(made.received_on),
        "awaited": waiting_in_words(made, zone, is_standing=is_standing, at=at),
        "lateness": late_in_words(made, zone),
        "court": COURT if is_in_time(made, zone) else "",
        "own": made.came == Came.SPACE,
    }


@transaction.atomic
def withdraw_appeal(*, found: Appeal, by: Actor, at: datetime) -> None:
    """« Retirer mon recours », while nothing has become of it; pressed twice, once.

    Raises:
        HandedOver: its registration is another academy's since the office read it.
        Held: its candidate takes it back, whose account has just been given back to an old address.
        AppealAnswered: see `accommodations.operations.withdraw_appeal`.
    """
    locked = _locked(found, by=by)
    if locked.withdrawn_at is not None:
        return
    if by.kind == CANDIDATE:
        changing.check_may_withdraw(locked.case.registration, at=at)
    accommodations.withdraw_appeal(locked, at=at)
    date_erasure(locked.case.registration, at=at)
    note("accommodation appeal withdrawn", locked.case, by=by, at=at, appeal=locked.pk)
    tell_candidate(locked.case, "appeal_withdrawn", at=at)
    changing.tell_where_left(locked.case.registration, changing.APPEAL, since=locked.kept_at, at=at)
    key = f"accommodation:{locked.case_id}:appeal withdrawn:{locked.pk}"
    tell_guardian(locked.case.registration, at=at, key=key)


@transaction.atomic
def refuse_appeal(*, found: Appeal, reason: str, author: Author, by: Actor, at: datetime) -> None:
    """Refuse an appeal by a document in the candidate's space; a mail says that something awaits.

    Args:
        found: which.
        reason: why, as its candidate reads it.
        author: who refuses it for the authority.
        by: whose account it is done with.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since the office read it.
        AppealAnswered, ReasonMissing, AuthorMissing: see `accommodations.operations.refuse_appeal`.
        MentionsMissing: the answer would not say how it is contested.
    """
    locked = _locked(found, by=by)
    case, registration = locked.case, locked.case.registration
    accommodations.refuse_appeal(locked, reason=reason, author=author, at=at)
    version = documents.issue(registration.folder, ANSWER, Refusal(locked, at), at=at)
    accommodations.keep_answer(locked, version)
    date_erasure(registration, at=at)
    note("accommodation appeal refused", case, by=by, at=at, appeal=locked.pk)
    tell_candidate(case, "something_awaits", enclosed=version, at=at)
    tell_guardian(registration, at=at, key=f"accommodation:{case.pk}:appeal refused:{locked.pk}")


@transaction.atomic
def note_call_about_answer(
    *, found: Appeal, is_reached: bool, by: Actor, at: datetime, seen: str | None = None
) -> None:
    """Note a telephone call about an answer that nobody had opened.

    Args:
        found: which appeal.
        is_reached: whether its candidate, or who answers for them, was spoken to.
        by: who telephoned.
        at: the instant.
        seen: the last call that was read, as `Called.call_mark` says it, where somebody has read it.

    Raises:
        HandedOver: its registration is another academy's since the office read it.
        CalledMeanwhile: nobody has answered, and a colleague has reached them since it was read.
        NotNotified: see `accommodations.operations.note_call_about`.
    """
    locked = _locked(found, by=by)
    zone = locked.case.registration.service.zone
    CalledMeanwhile.check(locked, is_reached=is_reached, seen=seen, zone=zone)
    accommodations.note_call_about(locked, name=by.name, is_reached=is_reached, at=at)
    note(
        "accommodation appeal call noted",
        locked.case,
        by=by,
        at=at,
        appeal=locked.pk,
        is_reached=is_reached,
    )


def tell_of_silence(*, at: datetime) -> int:
    """Tell those whose appeal nobody has answered in two months that it is refused: the court's delay runs.

    Returns:
        How many were told.
    """
    return apart.each(_tell_of_silence, _silent(at).values_list("pk", flat=True), at=at)


def _silent(at: datetime) -> QuerySet[Appeal]:
    last = months_after(local_day(at, settings.TIME_ZONE), -SILENCE_MONTHS)
    found: QuerySet[Appeal] = Appeal.objects.silent(last).order_by("pk")
    return found


@transaction.atomic
def _tell_of_silence(pk: int, *, at: datetime) -> bool:
    locked = _locked(Appeal.objects.get(pk=pk), by=SYSTEM)
    case = locked.case
    zone = clock_of(case)
    is_over = silence_about(locked.received_on).has_decided(local_day(at, zone))
    # Asked again under the lock: it may have been answered, or its registration left, since it was found.
    if not is_over or not _silent(at).filter(pk=pk).exists():
        return False
    locked.silence_told_at = at
    locked.save(update_fields=["silence_told_at"])
    if locked.taken_up is not None and locked.taken_up.notified_at is not None:
        return False  # the new decision has answered it
    tell_candidate(case, "appeal_silent", at=at, **_acknowledged(locked, case, at=at))
    key = f"accommodation:{case.pk}:appeal silent:{locked.pk}"
    tell_guardian(case.registration, at=at, key=key)
    return True


def _locked(found: Appeal, *, by: Actor) -> Appeal:
    """Return an appeal as it stands now, its registration and its request locked. Raises HandedOver."""
    case = lock_as_read(found.case, by=by)
    locked: Appeal = Appeal.objects.select_related("answer").get(pk=found.pk)
    locked.case = case
    return locked


@transaction.atomic
def follow_reading_of_answer(*, answer: DocumentVersion) -> None:
    """Let the erasure of papers of health follow the first reading of an answer (P-14)."""
    found = Appeal.objects.filter(answer=answer).select_related("case").first()
    if found is not None:
        date_erasure(lock_case(found.case).registration)
