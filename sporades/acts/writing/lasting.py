"""For how long a mail that no office sends again is good for something: sent later, it misleads.

What is for the office, or for a doctor, has no place here: its link leads to what stands.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from sporades.accounts.models import ACTIVATION_LASTS, CHANGE_LASTS, User
from sporades.acts.people import guardians
from sporades.acts.people.forgetting import is_warned
from sporades.acts.requests import late
from sporades.candidates.models import Candidate, is_minor_on
from sporades.core.french import local_day
from sporades.documents.models import DocumentVersion
from sporades.exams.models import ServiceChange
from sporades.mail.models import Message
from sporades.mail.queries import first_of
from sporades.notices.models import OpeningAlert
from sporades.notices.operations import LASTS as ALERT_LASTS
from sporades.registrations.exclusion import exclusion_of, standing_instead_of
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.states import STANDING, State

LASTS = {
    "activation": ACTIVATION_LASTS,
    "address_change": CHANGE_LASTS,
    "alert_asked": timedelta(seconds=ALERT_LASTS),
    "draft_closing": timedelta(days=1),
    "member_invited": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    "password_reset": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
}
"""For how long a mail is good for something whose link, or whose time left, is all that it says."""


def is_over(message: Message, *, at: datetime) -> bool:
    """Return whether what a mail opens or announces has passed.

    Args:
        message: the mail, or what was sent again of it.
        at: the instant.
    """
    lasts, is_true = LASTS.get(message.kind), _WHILE.get(message.kind)
    if lasts is not None and at - first_of(message).written_at >= lasts:
        return True
    return is_true is not None and not is_true(message, at)


def _is_to_be_saved(message: Message, at: datetime) -> bool:
    """Return whether a draft is still to be filed by the closing that was said of it."""
    drafts = Draft.objects.unsaved().touched().savable().whole()
    draft = drafts.filter(
        pk=message.about_id,
        reminded_of=F("service__closes_at"),
        service__closes_at__gt=at,
    ).first()
    return draft is not None and not _is_excluded(draft)


def _is_excluded(draft: Draft) -> bool:
    own = Registration.objects.filter(candidate=draft.candidate_id).for_list()
    return exclusion_of(draft, own) is not None


def _has_moved_so(message: Message, at: datetime) -> bool:
    """Return whether a draft is still to be filed, and the closing that was said is in force."""
    drafts = Draft.objects.unsaved().touched().savable()
    draft = drafts.select_related("service").filter(pk=message.about_id).first()
    if draft is None or draft.service.has_closed(at):
        return False
    change = first_of(message).key.rpartition(":")[2]
    in_force = ServiceChange.objects.filter(
        pk=change, service=draft.service_id, closes_at=draft.service.closes_at
    )
    return in_force.exists()


def _is_asked_late(message: Message, at: datetime) -> bool:  # noqa: ARG001 - asked as the others are
    """Return whether what was asked late still waits for its answer."""
    return LateRequest.objects.waiting().filter(pk=_late_request_of(message)).exists()


def _is_refused_late(message: Message, at: datetime) -> bool:  # noqa: ARG001 - asked as the others are
    """Return whether who was refused, asked late, has neither asked again nor been registered since."""
    request = LateRequest.objects.filter(pk=_late_request_of(message)).first()
    if request is None or not request.is_refused:
        return False
    if LateRequest.objects.filter(draft=request.draft_id, pk__gt=request.pk).exists():
        return False
    draft = Draft.objects.unfiled().whole().filter(pk=request.draft_id).first()
    if draft is None:
        return False
    since = Registration.objects.filter(
        candidate=draft.candidate_id, filed_at__gte=first_of(message).written_at
    )
    return exclusion_of(draft, since.for_list()) is None


def _late_request_of(message: Message) -> int:
    """Return the key of what a candidate has asked late, as the key of what told it names it."""
    return int(first_of(message).key.split(":")[1])


def _is_gone(message: Message, at: datetime) -> bool:
    """Return whether what a draft is for is still offered no more, before the closing."""
    drafts = Draft.objects.unsaved().touched().of_what_stands().gone()
    return drafts.filter(pk=message.about_id, service__closes_at__gt=at).exists()


def _is_offered_again(message: Message, at: datetime) -> bool:
    """Return whether a draft that is offered again can be filed, before the closing."""
    drafts = Draft.objects.unsaved().touched().savable().whole()
    draft = drafts.filter(pk=message.about_id, service__closes_at__gt=at).first()
    return draft is not None and not _is_excluded(draft)


def _is_open(message: Message, at: datetime) -> bool:
    """Return whether the service that somebody wished to be told of is open."""
    alert = OpeningAlert.objects.select_related("service").filter(pk=message.about_id).first()
    return alert is not None and alert.service.accepts(at)


def _is_unread(message: Message, at: datetime) -> bool:
    """Return whether a document is there to be read, and was not."""
    unread = DocumentVersion.objects.latest_visible(at).filter(
        pk=message.about_id,
        opened_at=None,
        document__folder__registration__state__in=STANDING,
    )
    return unread.exists()


def _is_to_be_taken(message: Message, at: datetime) -> bool:
    """Return whether a copy of somebody's data is still kept, and they have an account: it is taken there."""
    if message.due_by is not None and at >= message.due_by:
        return False
    return Candidate.objects.filter(pk=message.about_id, user__isnull=False).exists()


def _is_unused(message: Message, at: datetime) -> bool:  # noqa: ARG001 - asked as the others are
    """Return whether an account was not used since it was warned."""
    user = User.objects.filter(pk=message.about_id).first()
    return user is not None and is_warned(user)


def _answers_for_them(message: Message, at: datetime) -> bool:
    """Return whether whom a guardian was written of, or of what they have begun, is a minor still."""
    if message.about_kind == "draft":
        draft = Draft.objects.whole().filter(pk=message.about_id).first()
        return draft is not None and _is_of_a_minor(draft, at)
    registration = Registration.objects.whole().filter(pk=message.about_id).first()
    return registration is not None and registration.is_minor(at)


def _is_of_a_minor(draft: Draft, at: datetime) -> bool:
    minors = Candidate.objects.filter(is_minor_on("identity", local_day(at, draft.service.zone)))
    return minors.filter(pk=draft.candidate_id).exists()


def _has_left(message: Message, at: datetime) -> bool:
    """Return whether a minor is still withdrawn from what a guardian was told of, and from its like."""
    registration = Registration.objects.whole().filter(pk=message.about_id).first()
    return (
        registration is not None
        and registration.is_minor(at)
        and registration.state == State.WITHDRAWN
        and standing_instead_of(registration) is None
    )


_WHILE: dict[str, Callable[[Message, datetime], bool]] = {
    "account_unused": _is_unused,
    "data_copy_ready": _is_to_be_taken,
    "document_unread": _is_unread,
    "draft_closing": _is_to_be_saved,
    "late_file_refused": _is_asked_late,
    "late_refused": _is_refused_late,
    "late_requested": _is_asked_late,
    late.SILENT: _is_asked_late,
    "no_longer_offered": _is_gone,
    "offered_again": _is_offered_again,
    "service_moved": _has_moved_so,
    "service_opened": _is_open,
    **dict.fromkeys(guardians.KINDS, _answers_for_them),
    guardians.LEFT: _has_left,
}
"""While what a mail of these kinds says is so: of an account, a draft, a service, a document, a minor."""
