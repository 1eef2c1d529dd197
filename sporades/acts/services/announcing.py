"""Announce: banners to all, openings to those who asked, what is due to those who forget it."""

from datetime import datetime, timedelta
from itertools import batched
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from sporades import journal, mail
from sporades.accounts.models import normalised_address
from sporades.acts.people.addressing import may_write
from sporades.acts.people.guardians import tell_guardian
from sporades.core import apart
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import instant_in_words
from sporades.core.links import link_to
from sporades.core.locks import locked_among
from sporades.documents.models import DocumentVersion, DocumentVersionQuerySet
from sporades.exams.models import RegistrationService
from sporades.exams.queries import programme_of, programmes
from sporades.mail.models import Message
from sporades.notices import operations as notices
from sporades.notices.models import Banner, OpeningAlert
from sporades.notices.queries import stops_writing
from sporades.registrations.clocks import zone_of_draft
from sporades.registrations.evidence_request import EVIDENCE_REQUEST
from sporades.registrations.exclusion import exclusion_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.models.draft import DraftQuerySet
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import STANDING

REMINDED_BEFORE = timedelta(days=3)
UNREAD_FOR = timedelta(days=5)
MATTERS_FOR = timedelta(days=30)
"""A document published before that is not reminded of, had the job not run meanwhile."""

TOLD_AT_ONCE = 500

SETTLED_AFTER = timedelta(hours=1)
"""How long a version stands before anybody is told what it offers no more."""

GONE, OFFERED_AGAIN = "no_longer_offered", "offered_again"


@transaction.atomic
def show_banner(
    *,
    kind: str,
    message: str,
    until: datetime | None,
    by: Actor,
    at: datetime,
    stops_writing: bool = False,
    only: str | None = None,
    starts_at: datetime | None = None,
) -> Banner:
    """Show a sentence at the top of every page, in less than a minute everywhere (A7).

    Args:
        kind: how pressing it is, one of `Banner.Kind`.
        message: the sentence.
        until: when it goes by itself, if it does.
        by: who shows it.
        at: the instant.
        stops_writing: whether the service only reads while it stands (R-05).
        only: the key of the banner that was read, "" where none stood; nothing: whichever stands.
        starts_at: when it begins by itself; nothing: now.

    Raises:
        Another: another one stands meanwhile, and stays.
        Overlaps: another one is planned for the same time.
    """
    if starts_at is not None:
        planned = notices.plan(
            kind=kind,
            message=message,
            starts_at=starts_at,
            until=until,
            stops_writing=stops_writing,
            at=at,
        )
        if planned.is_new:
            verb = "writing to be stopped" if stops_writing else "banner planned"
            after = {"message": message, "starts_at": starts_at.isoformat()}
            journal.record(verb, by=by, on=planned.banner, at=at, after=after)
            replaced = planned.replaced
            if replaced is not None and replaced.stops_writing and not stops_writing:
                journal.record("writing to be resumed", by=by, on=replaced, at=at, after=after)
        return planned.banner
    shown = notices.show(
        kind=kind, message=message, at=at, until=until, stops_writing=stops_writing, only=only
    )
    if not shown.is_new:
        return shown.banner  # pressed twice
    if not stops_writing:
        _record_resumed(shown.replaced, by=by, at=at)
    verb = "writing stopped" if stops_writing else "banner shown"
    journal.record(verb, by=by, on=shown.banner, at=at, after={"message": message})
    return shown.banner


@transaction.atomic
def cancel_banner(*, planned: str, by: Actor, at: datetime) -> Banner | None:
    """Keep a banner that is planned from beginning; return it, or nothing where none is.

    Args:
        planned: its key.
        by: who cancels it.
        at: the instant.
    """
    cancelled = notices.cancel(planned=planned, at=at)
    if cancelled is not None:
        after = {"message": cancelled.message}
        journal.record("banner cancelled", by=by, on=cancelled, at=at, after=after)
    return cancelled


@transaction.atomic
def take_banner_down(*, by: Actor, at: datetime, only: str | None = None) -> bool:
    """Take the banner down; return whether there was one.

    Args:
        by: who takes it down.
        at: the instant.
        only: the key of the one that was read, "" where none stood; nothing: whichever stands.

    Raises:
        Another: another one stands meanwhile, and stays.
    """
    ended = notices.take_down(at=at, only=only)
    if ended is None:
        return False
    journal.record("banner taken down", by=by, at=at)
    _record_resumed(ended, by=by, at=at)
    return True


def _record_resumed(ended: Banner | None, *, by: Actor, at: datetime) -> None:
    """Have the journal say that writing is open again, where the banner that ended had stopped it."""
    if ended is not None and ended.stops_writing:
        journal.record("writing resumed", by=by, on=ended, at=at)


@transaction.atomic
def ask_alert(
    *,
    service: RegistrationService,
    email: str,
    network: str,
    at: datetime,
    by_owner: bool = False,
) -> None:
    """« Me prévenir »: write to the address, which must confirm before it is told anything.

    The same page answers whatever happens, so nothing is learnt about an address.

    Args:
        service: the one that will open.
        email: the address, in any form.
        network: where the demand comes from.
        at: its instant.
        by_owner: whether who asks is signed in to the account of this address.
    """
    address = normalised_address(email)
    if not may_write(address, network=network, at=at, by_owner=by_owner):
        return
    alert = notices.ask(service=service, email=address, at=at)
    mail.write(
        "alert_asked",
        to=address,
        at=at,
        key=f"alert:{service.pk}:asked:{at.isoformat()}",
        about=alert,
        registration_service=service,
        link=link_to("public:alert", notices.key_of(alert)),
    )


def confirm_alert(*, alert: OpeningAlert, at: datetime) -> None:
    """Confirm an alert by the link of its mail."""
    notices.confirm(alert, at=at)


def tell_openings(*, at: datetime) -> int:
    """Write to all who asked to know that a service is open; return to how many.

    None before one may register there: they are told once something is written again (R-05).
    """
    if stops_writing(at):
        return 0
    waiting = notices.due(at).order_by("pk").values_list("pk", flat=True)[:TOLD_AT_ONCE]
    return apart.each(_tell_opening, waiting, at=at)


@transaction.atomic
def _tell_opening(pk: int, *, at: datetime) -> bool:
    alert = (
        notices.due(at)
        .select_related("service__domain", "service__session", "service__academy")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=pk)
        .first()
    )
    if alert is None:
        return False
    service = alert.service
    here = urlencode({"academie": service.academy_id})
    mail.write(
        "service_opened",
        to=alert.email,
        at=at,
        key=f"alert:{alert.pk}:opened",
        about=alert,
        registration_service=service,
        link=f"{link_to('candidate:choose_exam', service.domain.code, service.session.code)}?{here}",
    )
    alert.told_at = at
    alert.save(update_fields=["told_at"])
    return True


def remind_drafts(*, at: datetime) -> int:
    """Remind, once for each closing, those whose draft is not filed that it comes soon (D10).

    Nobody is pressed to file what a registration that stands keeps from being filed, nor what
    modifies one that was set aside: restored before the closing, its candidate is reminded then.
    A closing put off, or that of another academy where the draft went, is another closing.
    Nobody is pressed to save while nothing is written (R-05): they are reminded after that.
    """
    if stops_writing(at):
        return 0
    soon = _closing_soon(at).order_by("service__closes_at", "pk").values_list("pk", flat=True)
    return apart.each(_remind, soon[:TOLD_AT_ONCE], at=at)


def _closing_soon(at: datetime) -> DraftQuerySet:
    found: DraftQuerySet = (
        Draft.objects.unsaved()
        .touched()
        .savable()
        .filter(
            Q(reminded_of=None) | ~Q(reminded_of=F("service__closes_at")),
            service__opens_at__lte=at,
            service__closes_at__gt=at,
            service__closes_at__lte=at + REMINDED_BEFORE,
            answered_at__lte=at - timedelta(hours=1),
        )
    )
    return found


@transaction.atomic
def _remind(pk: UUID, *, at: datetime) -> bool:
    locked = (
        _closing_soon(at)
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(pk=pk)
        .first()
    )
    if locked is None:
        return False
    draft = Draft.objects.whole().get(pk=pk)
    draft.reminded_of = draft.service.closes_at
    draft.save(update_fields=["reminded_of"])
    user = draft.candidate.user
    own = Registration.objects.filter(candidate=draft.candidate_id).for_list()
    if user is None or exclusion_of(draft, own):
        return False
    key = f"draft:{draft.pk}:closing:{draft.reminded_of.isoformat()}"
    if Message.objects.filter(kind="draft_closing", key=key, recipient=user.email).exists():
        return False  # something that kept it from being filed has come, and gone, since
    mail.write(
        "draft_closing",
        to=user.email,
        at=at,
        key=key,
        about=draft,
        draft=draft,
        closing=draft.service.said(draft.service.closes_at, zone_of_draft(draft)),
        name=draft.candidate.identity.full_name,
        left=draft.service.time_left_in_words(at),
        link=link_to("candidate:draft", draft.pk),
    )
    journal.record("draft reminded", by=SYSTEM, on=draft, at=at, academy=draft.service.academy_id)
    return True


def tell_gone(*, at: datetime) -> int:
    """Tell, once, those who have begun what a new version of the réglementation offers no more.

    Nobody reminds them to save it: they would wait for a closing at which there is nothing to file.
    A slip that is put right within the hour is told to nobody.

    Args:
        at: the instant; who began it at a service that has closed is told on its pages alone.
    """
    waiting = _gone(at).order_by("pk").values_list("pk", flat=True)
    return apart.each(_tell_gone, waiting[:TOLD_AT_ONCE], at=at)


def tell_offered_again(*, at: datetime) -> int:
    """Tell, once, those who were told so that what they have begun is offered again.

    Nobody is pressed to save what cannot be: while nothing is written (R-05), or while a
    registration that stands keeps it from being filed.

    Args:
        at: the instant; who began it at a service that has closed is told nothing.
    """
    if stops_writing(at):
        return 0
    waiting = _offered_again(at).order_by("pk").values_list("pk", flat=True)
    told = 0
    # Who is registered otherwise waits for as long as they are, and keeps nobody else from it.
    for some in batched(list(waiting), TOLD_AT_ONCE):
        told += apart.each(_tell_offered_again, some, at=at)
        if told >= TOLD_AT_ONCE:
            break
    return told


def _gone(at: datetime) -> DraftQuerySet:
    found: DraftQuerySet = Draft.objects.unsaved().touched().of_what_stands().gone()
    for one in programmes():
        version = one.regulation
        if version.loaded_at > at - SETTLED_AFTER:
            found = found.exclude(exam__domain=version.domain_id, exam__session=version.session_id)
    return found.alias(told=_last_told()).filter(
        Q(told=None) | ~Q(told=GONE),
        service__closes_at__gt=at,
        candidate__user__isnull=False,
    )


def _offered_again(at: datetime) -> DraftQuerySet:
    found: DraftQuerySet = Draft.objects.unsaved().touched().savable()
    return found.alias(told=_last_told()).filter(
        told=GONE,
        service__opens_at__lte=at,
        service__closes_at__gt=at,
        candidate__user__isnull=False,
    )


def _last_told() -> Subquery:
    """Return which of the two was told last of a draft."""
    told = Message.objects.filter(
        kind__in=(GONE, OFFERED_AGAIN),
        about_kind="draft",
        about_id=Cast(OuterRef("pk"), CharField()),
        again_of=None,
    )
    return Subquery(told.order_by("-pk").values("kind")[:1])


def _version_of(draft: Draft) -> int:
    """Return the number of the version in force, which tells this time from the others."""
    programme = programme_of(draft.service)
    return programme.regulation.number if programme else 0


@transaction.atomic
def _tell_gone(pk: UUID, *, at: datetime) -> bool:
    if locked_among(_gone(at), pk, no_key=True, skip_locked=True) is None:
        return False
    draft = Draft.objects.whole().get(pk=pk)
    user, gone = draft.candidate.user, draft.gone_in_words
    if user is None or not gone:
        return False
    mail.write(
        GONE,
        to=user.email,
        at=at,
        key=f"draft:{draft.pk}:gone:{_version_of(draft)}",
        about=draft,
        draft=draft,
        name=draft.candidate.identity.full_name,
        gone=gone,
        link=link_to("candidate:registrations"),
    )
    return True


@transaction.atomic
def _tell_offered_again(pk: UUID, *, at: datetime) -> bool:
    if locked_among(_offered_again(at), pk, no_key=True, skip_locked=True) is None:
        return False
    draft = Draft.objects.whole().get(pk=pk)
    own = Registration.objects.filter(candidate=draft.candidate_id).for_list()
    user = draft.candidate.user
    if user is None or exclusion_of(draft, own):
        return False
    mail.write(
        OFFERED_AGAIN,
        to=user.email,
        at=at,
        key=f"draft:{draft.pk}:again:{_version_of(draft)}",
        about=draft,
        draft=draft,
        name=draft.candidate.identity.full_name,
        closing=draft.service.said(draft.service.closes_at, zone_of_draft(draft)),
        link=link_to("candidate:draft", draft.pk),
    )
    return True


def remind_unread(*, at: datetime) -> int:
    """Remind, once for each, of the documents that nobody has opened in five days (F5).

    Only the last version of a document, while its registration stands. Of a decision that
    may be contested, the guardian of a minor is reminded too.
    """
    waiting = _unread(at).order_by("published_at", "pk").values_list("pk", flat=True)
    return apart.each(_remind_of_document, waiting[:TOLD_AT_ONCE], at=at)


def _unread(at: datetime) -> DocumentVersionQuerySet:
    told = Message.objects.filter(
        about_kind="documentversion",
        about_id=Cast(OuterRef("pk"), CharField()),
        kind="document_unread",
    )
    # Pieces are asked for by their own deadline, opened or not.
    others = DocumentVersion.objects.latest_visible(at).exclude(
        document__kind=EVIDENCE_REQUEST.slug
    )
    return others.filter(
        ~Exists(told),
        opened_at=None,
        published_at__gt=at - MATTERS_FOR,
        published_at__lte=at - UNREAD_FOR,
        document__folder__holder__isnull=False,
        document__folder__registration__state__in=STANDING,
    )


@transaction.atomic
def _remind_of_document(pk: int, *, at: datetime) -> bool:
    whose = _unread(at).select_related("document__folder__holder")
    version = locked_among(whose, pk, skip_locked=True)
    if version is None or version.published_at is None:
        return False
    folder = version.document.folder
    if folder.holder is None:
        return False
    registration = Registration.objects.whole().get(folder=folder)
    mail.write(
        "document_unread",
        to=folder.holder.email,
        at=at,
        key=f"document:{version.pk}:unread",
        about=version,
        published=instant_in_words(version.published_at, version.content["zone"]),
        document=version,
        registration=registration,
        name=registration.candidate.identity.full_name,
        contact=contact_of(registration.service),
        link=link_to("candidate:folder", registration.number),
    )
    if version.kind.is_contested:
        tell_guardian(
            registration,
            at=at,
            key=f"document:{version.pk}:unread",
            is_reminder=True,
        )
    document = version.document
    said = {"title": document.title}
    journal.record(
        "document reminded", by=SYSTEM, on=version, at=at, academy=document.academy, after=said
    )
    return True
