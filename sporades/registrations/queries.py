"""Questions of the pages about registrations, and the lock under which one is changed.

What the pages of a candidate ask again and again is prepared once per process; the counts and the
mails of the office are asked within a perimeter.
"""

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate
from sporades.core.french import instant_in_words
from sporades.core.prepared import prepared
from sporades.documents.models import DocumentVersion
from sporades.mail.models import Message, about_of
from sporades.mail.queries import key_about, with_fate
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    Draft,
    LateRequest,
    RefusedAnswer,
    Registration,
    SectionAnswers,
    Version,
)
from sporades.registrations.refusals import HandedOver
from sporades.registrations.states import RequestState, State


def cards_of(user: int) -> QuerySet[Registration]:
    """Return what the cards of an account's registrations show, the last filed first."""
    found: QuerySet[Registration] = Registration.objects.visible_to(user).for_list().with_owed()
    return found.order_by("-filed_at")


def whole_of(user: int, number: str) -> QuerySet[Registration]:
    """Return one registration of an account, whole."""
    found: QuerySet[Registration] = Registration.objects.visible_to(user).whole().with_owed()
    return found.filter(number=number)


registrations_of = prepared(Registration)(cards_of)
registration_of = prepared(Registration)(whole_of)


@prepared(Registration)
def locked_registration(pk: int) -> QuerySet[Registration]:
    """Lock a registration until the transaction ends; nothing of it is read yet."""
    found: QuerySet[Registration] = Registration.objects.only("pk").filter(pk=pk)
    return found.select_for_update(of=("self",))


@prepared(Registration)
def _whole(pk: int) -> QuerySet[Registration]:
    found: QuerySet[Registration] = Registration.objects.whole().filter(pk=pk)
    return found


@prepared(Registration)
def with_owed(pk: int) -> QuerySet[Registration]:
    """Return a registration, whole, with what its last version calls for."""
    found: QuerySet[Registration] = Registration.objects.whole().with_owed()
    return found.filter(pk=pk)


@prepared(Registration)
def held_to_decide(pk: int) -> QuerySet[Registration]:
    """Lock a registration until the transaction ends; read where it stands, and what it calls for."""
    unmet = ("summary_posted_on", "is_summary_posted_late", "to_review_since")
    read = ("candidate", "service", "version", "state", "reason", "decided_at", *unmet)
    locked = Registration.objects.select_for_update(no_key=True)
    found: QuerySet[Registration] = locked.with_owed().only(*read).filter(pk=pk)
    return found


@prepared(Registration)
def held_to_judge(pk: int) -> QuerySet[Registration]:
    """Lock a registration until the transaction ends; read when its signed summary was posted."""
    locked = Registration.objects.select_for_update(no_key=True)
    found: QuerySet[Registration] = locked.only("summary_posted_on").filter(pk=pk)
    return found


def lock_registration(pk: int) -> Registration:
    """Return a registration, whole and locked until the transaction ends.

    It is read once it is locked: a row that is joined to others while it is waited for is lost
    when it now points elsewhere.

    Raises:
        Registration.DoesNotExist: there is none.
    """
    locked_registration.get(pk=pk)
    return _whole.get(pk=pk)


def check_not_handed_over(*, held: Registration, read: Registration) -> None:
    """Refuse to deal with a registration that was given to another academy since it was read.

    Args:
        held: as it stands, locked.
        read: the same, as it was read.

    Raises:
        HandedOver: it was.
    """
    if held.service_id != read.service_id:
        raise HandedOver


def ended_in_words(folder: int, *, at: datetime, zone: str) -> str:
    """Return « désinscrite le … » or « écartée le … » if the registration of a folder is by now."""
    kept = ("state", "withdrawn_at", "decided_at")
    found = Registration.objects.filter(folder=folder).values_list(*kept).first()
    if found is None:
        return ""
    state, withdrawn_at, decided_at = found
    words, since = {
        State.WITHDRAWN: ("désinscrite", withdrawn_at),
        State.SET_ASIDE: ("écartée", decided_at),
    }.get(State(state), ("", None))
    return f"{words} le {instant_in_words(since, zone)}" if since and since <= at else ""


@prepared(Version)
def version_of(registration: int, number: int) -> QuerySet[Version]:
    """Return one version of a registration."""
    return Version.objects.filter(registration=registration, number=number)


@prepared(ChangeRequest)
def last_request_of(registration: int) -> QuerySet[ChangeRequest]:
    """Return the last modification that was asked for (E7)."""
    asked: QuerySet[ChangeRequest] = ChangeRequest.objects.filter(registration=registration)
    return asked.order_by("-sent_at", "-pk")[:1]


def last_standing_of(candidate: Candidate) -> Registration | None:
    """Return the last registration filed of those of a candidate that stand, if any."""
    standing = Registration.objects.active().filter(candidate=candidate).whole()
    found: Registration | None = standing.order_by("-filed_at", "-pk").first()
    return found


def last_registration_of(candidate: Candidate) -> Registration | None:
    """Return the last registration filed of those of a candidate that stand, or else of all, if any."""
    theirs = Registration.objects.filter(candidate=candidate).whole()
    filed: Registration | None = theirs.order_by("-filed_at", "-pk").first()
    return last_standing_of(candidate) or filed


def last_correction_of(candidate: Candidate) -> CorrectionRequest | None:
    """Return the last correction of civil data that a candidate asked for, if any (I6)."""
    asked = CorrectionRequest.objects.filter(candidate=candidate).for_list()
    found: CorrectionRequest | None = asked.order_by("-sent_at", "-pk").first()
    return found


class Lacking(NamedTuple):
    """A request that waits for its candidate.

    Attributes:
        number: of the registration that it would change; nothing of a correction of civil data.
        zone: of the service that asks.
        complete_before: until when what it lacks is sent in time.
    """

    number: str
    zone: str
    complete_before: datetime


def with_lacking(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Add until when what their candidate's requests lack is sent in time, for `lacking_of`."""
    changes = ChangeRequest.objects.incomplete().filter(registration=OuterRef("pk"))
    corrections = CorrectionRequest.objects.incomplete().filter(candidate=OuterRef("candidate"))
    return registrations.annotate(
        lacks_before=Subquery(changes.values("complete_before")[:1]),
        correction_lacks_before=Subquery(corrections.values("complete_before")[:1]),
        correction_zone=Subquery(corrections.values("registration__service__zone")[:1]),
    )


def lacking_of(registrations: Sequence[Any]) -> list[Lacking]:
    """Return the requests of a candidate that lack something, the first deadline first.

    Args:
        registrations: all of theirs, as `with_lacking` loads them.
    """
    found = [
        Lacking(one.number, one.service.zone, one.lacks_before)
        for one in registrations
        if one.is_active and one.lacks_before
    ]
    # Of a candidate one correction waits at most.
    found += [
        Lacking("", one.correction_zone, one.correction_lacks_before)
        for one in registrations[:1]
        if one.correction_lacks_before
    ]
    return sorted(found, key=attrgetter("complete_before"))


def persons_of(registration: Registration) -> list[Candidate]:
    """Return the candidate of a registration, and those who were found to be the same person."""
    return [registration.candidate, *registration.candidate.merged.all()]


@prepared(Draft)
def open_drafts_of(user: int) -> QuerySet[Draft]:
    """Return what the cards of an account's open drafts show."""
    found: QuerySet[Draft] = Draft.objects.visible_to(user).open().for_list()
    return found


@prepared(LateRequest)
def late_requests_of(user: int) -> QuerySet[LateRequest]:
    """Return what an account has asked for late and waits for, the last first."""
    waiting: QuerySet[LateRequest] = LateRequest.objects.waiting().for_list()
    return waiting.filter(draft__candidate__user=user).order_by("-sent_at", "-pk")


@prepared(LateRequest)
def late_refusals_of(user: int) -> QuerySet[LateRequest]:
    """Return what an account has asked for late and was refused, the last one last."""
    refused: QuerySet[LateRequest] = LateRequest.objects.for_list().filter(
        state=RequestState.REFUSED, draft__candidate__user=user
    )
    return refused.order_by("sent_at", "pk")


@prepared(SectionAnswers)
def last_address_of(user: int) -> QuerySet[SectionAnswers]:
    """Return the answers, alone, that hold the last address that an account typed."""
    found = SectionAnswers.objects.filter(
        section="identification", draft__candidate__user=user, draft__author=None
    )
    return found.order_by("-answered_at")[:1]


@prepared(Draft)
def modifications_of(registration: int) -> QuerySet[Draft]:
    """Return the modification that a candidate has begun or sent, if there is one."""
    found: QuerySet[Draft] = Draft.objects.unfiled().of_candidates().for_list()
    return found.filter(amends=registration)


@prepared(Draft)
def draft_of(user: int, draft: UUID) -> QuerySet[Draft]:
    """Return one draft of an account, whole, with what it modifies."""
    found: QuerySet[Draft] = Draft.objects.visible_to(user).whole().select_related("amends")
    return found.filter(pk=draft)


def refused_answers(
    *, reach: Reach, since: date, until: date, exam: int | None
) -> QuerySet[RefusedAnswer]:
    """Return the counts of refused answers of a perimeter, of some days, of one exam or of all."""
    found: QuerySet[RefusedAnswer] = RefusedAnswer.objects.filter(
        reach.condition(academy="academy", domain="exam__domain__code"),
        day__range=(since, until),
    )
    return found if exam is None else found.filter(exam=exam)


def most_refused(counts: QuerySet[RefusedAnswer], *, most: int) -> list[dict[str, Any]]:
    """Return the questions and the rules that refuse the most, the most failing first."""
    by_question = counts.values("section", "field", "label", "rule").annotate(total=Sum("count"))
    return [dict(one) for one in by_question.order_by("-total", "section", "field", "rule")[:most]]


def refused_by_day(counts: QuerySet[RefusedAnswer]) -> list[tuple[date, int]]:
    """Return how many answers were refused on each day, the last first."""
    by_day = counts.values_list("day").annotate(total=Sum("count")).order_by("-day")
    return list(by_day)


OF_CANDIDATE = (
    *("identity_corrected", "correction_requested", "correction_refused", "candidates_merged"),
    *("record_changed", "record_claimed", "record_taken", "record_detached"),
)
"""The mails about the person of a candidate: their civil status, their record."""
OF_ACCOUNT = (
    *("activation", "password_reset", "password_changed", "sign_in_changed"),
    *("address_change", "address_changed", "address_moved", "address_restored"),
)
"""The mails about the account of a candidate. Many hold a key: their fate alone is shown."""
ASKED_LATE = ("late_requested", "late_refused", "late_request_silent", "late_file_refused")
"""The mails to a candidate about a draft that was asked for once its service had closed."""


def mails_about(registration: Registration) -> QuerySet[Message]:
    """Return the messages about a registration, its documents, its candidate and their account.

    And what was told of its draft where it was asked for late. They are as `with_fate` returns them.
    Of a draft, a candidate and an account, the kinds that are said.
    """
    filed = Draft.objects.filter(filed_as__registration=registration)
    drafts = [str(pk) for pk in filed.values_list("pk", flat=True)]
    told = (*ASKED_LATE, "guardian_awaited")
    asked_late = Q(about_kind="draft", about_id__in=drafts, kind__in=told)
    issued = DocumentVersion.objects.filter(document__folder=registration.folder_id)
    keys = [str(pk) for pk in issued.values_list("pk", flat=True)]
    its_documents = Q(about_kind="documentversion", about_id__in=keys)
    candidate = registration.candidate
    theirs = Q(about_kind="candidate", about_id=str(candidate.pk), kind__in=OF_CANDIDATE)
    if candidate.has_account:
        theirs |= Q(about_kind="user", about_id=str(candidate.user_id), kind__in=OF_ACCOUNT)
    return with_fate(
        Message.objects.filter(Q(**about_of(registration)) | its_documents | asked_late | theirs)
    )


def mails_within(reach: Reach) -> QuerySet[Message]:
    """Return the messages about the registrations of a perimeter: for the others there is none."""
    seen = Registration.objects.within(reach).filter(pk=OuterRef("registration_pk"))
    found: QuerySet[Message] = (
        Message.objects.filter(reach.of_academy("academy"), about_kind="registration")
        .annotate(registration_pk=key_about("registration"))
        .filter(Exists(seen))
    )
    return found


def mails_to_candidates(reach: Reach) -> QuerySet[Message]:
    """Return the messages about the person of the candidates who are registered in a perimeter."""
    return _about_persons(reach, "candidate", OF_CANDIDATE, "candidate")


def mails_to_accounts(reach: Reach) -> QuerySet[Message]:
    """Return the messages about the accounts of the candidates who are registered in a perimeter.

    Every account has some: they are asked of an address.
    """
    return _about_persons(reach, "user", OF_ACCOUNT, "candidate__user")


def _about_persons(reach: Reach, about: str, kinds: Sequence[str], path: str) -> QuerySet[Message]:
    theirs = Registration.objects.within(reach).filter(**{path: OuterRef("person")})
    last = theirs.order_by("-filed_at", "-pk").values("pk")[:1]
    found: QuerySet[Message] = (
        Message.objects.filter(about_kind=about, kind__in=kinds)
        .annotate(person=key_about(about))
        .annotate(registration_pk=Subquery(last))
        .filter(Exists(theirs))
    )
    return found
