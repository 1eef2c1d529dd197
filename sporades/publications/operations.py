"""Prepare documents, propose them, approve, publish, tell, withdraw (I5)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from sporades import journal, mail
from sporades.accounts import asking
from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, Reach
from sporades.core import files
from sporades.core.actors import SYSTEM, Actor
from sporades.core.links import absolute
from sporades.core.locks import alone
from sporades.core.queue import app
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.documents import kinds
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.publications.attestation import Attested
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.states import (
    APPROVE,
    DROP,
    PROPOSE,
    PUBLISH,
    REFUSE,
    WITHDRAW,
    LineOutcome,
    PublicationState,
)
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import STANDING
from sporades.territory import queries as territory

AT_ONCE = 200
"""How many candidates one job tells: whoever is urgent does not wait long behind."""

STANDS_NO_MORE = "L'inscription ne compte plus : elle est désinscrite ou écartée."
HAS_CHANGED = "L'inscription a été modifiée depuis que le document est préparé."
UNSEEN = (LineOutcome.WAITING, LineOutcome.PREPARED, LineOutcome.PUBLISHED)
"""The outcomes of lines that go with a publication that is dropped before its instant."""


class NotInPreparation(Refused):
    """The publication takes nothing more."""

    message = "Cette publication n'est plus en préparation : rien ne peut y être ajouté."


class AlreadyTaken(Refused):
    """Another worker has just taken the file of this line."""

    message = "Ce fichier vient d'être lu."


class NothingToPublish(Refused):
    """No document is prepared."""

    message = "Aucun document n'est prêt à publier."


class StillFilling(Refused):
    """Files are still being read."""

    message = "Les fichiers déposés sont encore en cours de lecture : attendez la fin."


class InstantPast(Refused):
    """What was not published yesterday cannot have been."""

    message = "Cet instant est passé : choisissez un instant à venir, ou publiez maintenant."


class SamePerson(Refused):
    """Whoever proposes a publication does not approve it."""

    message = "Une publication est approuvée par une autre personne que celle qui la propose."


class NobodyApproves(Refused):
    """No second person has a perimeter that holds the author's."""

    message = (
        "Cette publication demande l'accord d'une seconde personne, et personne n'a un périmètre "
        "qui contient le vôtre : demandez à l'administrateur."
    )


class ReasonMissing(Refused):
    """A document is not taken back without a word."""

    message = "Dites le motif : le candidat le lira."


def begin(*, kind: kinds.Kind, by: User, author: Actor, reach: Reach, at: datetime) -> Publication:
    """Begin to gather documents of one kind. Nobody outside the office sees any.

    Args:
        kind: what is prepared.
        by: who prepares.
        author: the same, in the role that allows it.
        reach: where they may.
        at: the instant.
    """
    publication: Publication = Publication.objects.create(
        asked_by=by,
        asked_name=author.name,
        asked_role=author.kind,
        perimeters=reach.as_json(),
        asked_at=at,
        moved_at=at,
        kind=kind.slug,
        zone=_zone_of(reach),
    )
    _record("publication begun", publication, by=author, at=at)
    return publication


@transaction.atomic
def prepare_one(
    *, publication: UUID, registration: Registration, by: Actor, at: datetime
) -> PublicationLine:
    """Prepare the document of a registration, from what stands now.

    Raises:
        NotInPreparation: the publication has been proposed, published or dropped.
        AlreadyPrepared: the registration has one of this kind that waits.
        Refused: the registration does not stand.
    """
    into = _in_preparation(publication)
    _hold(registration)
    return _issued(into, registration, Attested(registration, at), by=by, at=at)


def add(
    *,
    publication: Publication,
    line: PublicationLine | None = None,
    registration: Registration,
    source: object,
    by: Actor,
    at: datetime,
) -> PublicationLine:
    """Add a deposited document to a publication, in the transaction of its caller.

    Args:
        publication: in preparation.
        line: the one that waits for it, if there is one.
        registration: whose it is.
        source: what the kind's content reads.
        by: who deposits.
        at: the instant.

    Raises:
        NotInPreparation, AlreadyPrepared, Refused: see `prepare_one`.
        AlreadyTaken: the line does not wait any more.
    """
    into = _in_preparation(publication.pk)
    if line is not None:
        _hold_line(line)
    _hold(registration)
    return _issued(into, registration, source, line=line, by=by, at=at)


@transaction.atomic
def publish(
    *, publication: Publication, instant: datetime | None, user: User, by: Actor, at: datetime
) -> None:
    """Publish what is prepared, or propose it to a second person where its kind wants one.

    Args:
        publication: in preparation.
        instant: from when the documents are read; nothing for at once.
        user: who publishes.
        by: the same, in the role that allows it.
        at: the instant of the act.

    Raises:
        InstantPast, NothingToPublish, StillFilling, NobodyApproves: see each.
        Refused: it is no longer in preparation.
    """
    if instant is not None and instant <= at:
        raise InstantPast
    locked = _locked(publication)
    if locked.is_filling:
        raise StillFilling
    if not locked.lines.filter(outcome=LineOutcome.PREPARED).exists():
        raise NothingToPublish
    if locked.publishes.needs_approval:
        move(publication, PROPOSE, publish_at=instant)
        _record("publication proposed", publication, by=by, at=at)
        _ask_approval(publication, at=at)
        return
    _publish(publication, PUBLISH, instant or at, user=user, by=by, at=at)


@transaction.atomic
def approve(*, publication: Publication, user: User, by: Actor, at: datetime) -> None:
    """Approve what somebody else proposes; it is published at its instant, or at once.

    Raises:
        SamePerson: whoever approves proposed it.
        InstantPast: the instant that was chosen has passed meanwhile.
        Refused: it is no longer proposed.
    """
    locked = _locked(publication)
    if locked.asked_by_id == user.pk:
        raise SamePerson
    if locked.publish_at is not None and locked.publish_at <= at:
        raise InstantPast(
            "L'instant choisi est passé : refusez la proposition, son auteur en choisira un autre."
        )
    _publish(publication, APPROVE, locked.publish_at or at, user=user, by=by, at=at)


@transaction.atomic
def refuse(*, publication: Publication, user: User, by: Actor, at: datetime) -> None:
    """Send a proposal back to its author.

    Raises:
        SamePerson: whoever refuses proposed it.
        Refused: it is no longer proposed.
    """
    if publication.asked_by_id == user.pk:
        raise SamePerson
    move(publication, REFUSE, publish_at=None)
    _record("publication refused", publication, by=by, at=at)
    _tell_author(publication, "refused", who=by.name, at=at)


@transaction.atomic
def drop(*, publication: Publication, by: Actor, at: datetime) -> None:
    """Drop what nobody outside the office has seen: its documents never existed.

    Raises:
        Refused: it has been published, withdrawn or dropped.
    """
    locked = _locked(publication)
    if locked.state == PublicationState.PUBLISHED and not locked.is_scheduled(at):
        raise Refused("Ces documents sont publiés : ils peuvent être retirés, non abandonnés.")
    _unpublish(locked)
    move(publication, DROP, publish_at=None, archive_key="")
    _record("publication dropped", publication, by=by, at=at)
    if locked.archive_key:
        transaction.on_commit(lambda: files.forget_or_say([locked.archive_key]))


@transaction.atomic
def withdraw(*, publication: Publication, reason: str, by: Actor, at: datetime) -> None:
    """Take back every document of a publication; who was told of theirs is told why.

    Raises:
        ReasonMissing: nothing is said.
        Refused: it is not published.
    """
    if not reason:
        raise ReasonMissing
    locked = _locked(publication)
    if locked.is_scheduled(at):
        raise Refused("Ces documents ne sont pas encore publiés : abandonnez la publication.")
    move(publication, WITHDRAW, why=reason, moved_at=at)
    published = publication.lines.filter(outcome=LineOutcome.PUBLISHED)
    DocumentVersion.objects.filter(publication_line__in=published).update(withdrawn_at=at)
    published.update(outcome=LineOutcome.WITHDRAWN, why=reason)
    _record("publication withdrawn", publication, by=by, at=at)
    _queue_telling(publication, at)


@transaction.atomic
def withdraw_one(*, line: PublicationLine, reason: str, by: Actor, at: datetime) -> None:
    """Take back one document of a publication; its candidate is told why.

    Raises:
        ReasonMissing: nothing is said.
        Refused: it is not read, or no longer.
    """
    if not reason:
        raise ReasonMissing
    publication = _locked(line.publication)
    moved = publication.lines.filter(pk=line.pk, outcome=LineOutcome.PUBLISHED)
    if publication.is_scheduled(at) or not moved.update(outcome=LineOutcome.WITHDRAWN, why=reason):
        raise Refused("Ce document n'est pas publié, ou plus.")
    DocumentVersion.objects.filter(publication_line=line.pk).update(withdrawn_at=at)
    publication.lines.filter(pk=line.pk).update(withdrawal_told_at=at)
    line.refresh_from_db()
    _tell_withdrawal(line, by=by, at=at)


def tell(pk: str, *, at: datetime) -> bool:
    """Tell some of those whose document is published or withdrawn; return whether others wait.

    Each line is its own transaction: whoever is killed halfway tells nobody twice, and none is
    forgotten. Nobody is told before the instant of publication.

    Args:
        pk: the publication's key.
        at: the instant.
    """
    with alone("publication", pk) as is_held:
        return is_held and _tell_some(pk, at=at)


def take_up_again(*, at: datetime, older_than: datetime) -> int:
    """Queue again what a killed worker left untold; return how many publications."""
    waiting = Publication.objects.filter(
        _to_tell("lines__"), publish_at__lte=older_than, moved_at__lt=older_than
    ).distinct()
    for publication in waiting:
        _queue_telling(publication, at)
    return len(waiting)


def _issued(
    publication: Publication,
    registration: Registration,
    source: object,
    *,
    line: PublicationLine | None = None,
    by: Actor,
    at: datetime,
) -> PublicationLine:
    version = documents.issue(registration.folder, publication.publishes, source, at=at)
    line = line or PublicationLine(publication=publication, number=registration.number)
    line.registration, line.of_version = registration, registration.version
    line.version, line.outcome = version, LineOutcome.PREPARED
    line.save()
    _record_line("document prepared", line, by=by, at=at)
    return line


def _in_preparation(pk: UUID) -> Publication:
    """Return a publication that still takes documents, kept so until the transaction ends."""
    found: Publication | None = (
        Publication.objects.select_for_update(no_key=True)
        .filter(pk=pk, state=PublicationState.PREPARING)
        .first()
    )
    if found is None:
        raise NotInPreparation
    return found


def _hold_line(line: PublicationLine) -> None:
    """Lock a line that waits, after its publication. Raises AlreadyTaken."""
    held = PublicationLine.objects.select_for_update(no_key=True).filter(pk=line.pk)
    if list(held.values_list("outcome", flat=True)) != [LineOutcome.WAITING]:
        raise AlreadyTaken


def _hold(registration: Registration) -> None:
    """Lock a registration, after its publication and its line. Raises Refused if it stands no more."""
    held = Registration.objects.select_for_update(no_key=True).filter(pk=registration.pk)
    if not any(state in STANDING for state in held.values_list("state", flat=True)):
        raise Refused(STANDS_NO_MORE)


def _locked(publication: Publication) -> Publication:
    locked: Publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
    return locked


def _publish(
    publication: Publication,
    transition: Any,
    instant: datetime,
    *,
    user: User,
    by: Actor,
    at: datetime,
) -> None:
    """Let every document that still holds be read from one instant on, in one statement."""
    move(
        publication,
        transition,
        publish_at=instant,
        decided_at=at,
        decided_by=user,
        decided_name=by.name,
        moved_at=at,
    )
    prepared = publication.lines.filter(outcome=LineOutcome.PREPARED)
    _refuse(prepared.exclude(registration__state__in=STANDING), STANDS_NO_MORE)
    if not publication.publishes.is_deposited:
        _refuse(prepared.exclude(registration__version=F("of_version")), HAS_CHANGED)
    if not prepared.exists():
        raise NothingToPublish
    DocumentVersion.objects.filter(publication_line__in=prepared).update(published_at=instant)
    prepared.update(outcome=LineOutcome.PUBLISHED)
    _record("publication published", publication, by=by, at=at)
    _queue_telling(publication, instant)
    if transition is APPROVE:
        _tell_author(publication, "approved", who=by.name, at=at)


def _refuse(lines: QuerySet[PublicationLine], why: str) -> None:
    refused = list(lines.values_list("pk", "version_id"))
    PublicationLine.objects.filter(pk__in=[pk for pk, _ in refused]).update(
        outcome=LineOutcome.REFUSED, why=why
    )
    documents.discard(DocumentVersion.objects.filter(pk__in=[version for _, version in refused]))


def _unpublish(publication: Publication) -> None:
    """Forget the documents that nobody outside has seen."""
    unseen = publication.lines.filter(outcome__in=UNSEEN)
    versions = DocumentVersion.objects.filter(publication_line__in=unseen)
    versions.update(published_at=None)
    kept = list(versions.values_list("pk", flat=True))
    unseen.delete()
    documents.discard(DocumentVersion.objects.filter(pk__in=kept))


def _to_tell(path: str = "") -> Q:
    published = Q(**{f"{path}outcome": LineOutcome.PUBLISHED, f"{path}told_at": None})
    withdrawn = Q(**{f"{path}outcome": LineOutcome.WITHDRAWN, f"{path}withdrawal_told_at": None})
    return published | withdrawn


def _tell_some(pk: str, *, at: datetime) -> bool:
    publication = Publication.objects.get(pk=pk)
    if publication.publish_at is None or publication.publish_at > at:
        return False
    lines = list(
        publication.lines.filter(_to_tell()).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    )
    for line in lines:
        _tell_line(line, at=at)
    Publication.objects.filter(pk=pk).update(moved_at=at)
    return len(lines) == AT_ONCE


@transaction.atomic
def _tell_line(pk: int, *, at: datetime) -> None:
    published = {"outcome": LineOutcome.PUBLISHED, "told_at": None}
    withdrawn = {"outcome": LineOutcome.WITHDRAWN, "withdrawal_told_at": None}
    one = PublicationLine.objects.filter(pk=pk)
    if one.filter(**published).update(told_at=at):
        _tell_publication(_whole(pk), at=at)
    elif one.filter(**withdrawn).update(withdrawal_told_at=at):
        _tell_withdrawal(_whole(pk), by=SYSTEM, at=at)


def _whole(pk: int) -> PublicationLine:
    related = ("publication", "version__document")
    line: PublicationLine = PublicationLine.objects.select_related(*related).get(pk=pk)
    line.registration = Registration.objects.whole().get(publication_lines=line.pk)
    return line


def _tell_publication(line: PublicationLine, *, at: datetime) -> None:
    _record_line("document published", line, by=SYSTEM, at=at)
    _write("document_published", line, at=at)


def _tell_withdrawal(line: PublicationLine, *, by: Actor, at: datetime) -> None:
    _record_line("document withdrawn", line, by=by, at=at)
    if line.told_at is not None:
        _write("document_withdrawn", line, at=at)


def _write(kind: str, line: PublicationLine, *, at: datetime) -> None:
    registration = line.registration
    if registration is None or not (address := registration.candidate.address):
        return
    mail.write(
        kind,
        to=address,
        at=at,
        key=f"publication line:{line.pk}:{kind}",
        about=registration,
        registration=registration,
        document=line.version,
        why=line.why,
        contact=contact_of(registration.service),
        link=absolute(f"/mes-documents/{registration.number}"),
    )


def _record(verb: str, publication: Publication, *, by: Actor, at: datetime) -> None:
    journal.record(
        verb,
        by=by,
        on=publication,
        at=at,
        after={
            "kind": publication.kind,
            "perimeters": publication.perimeters,
            "publish_at": publication.publish_at.isoformat() if publication.publish_at else "",
            "reason": publication.why,
            **publication.counts(),
        },
    )


def _record_line(verb: str, line: PublicationLine, *, by: Actor, at: datetime) -> None:
    registration, version = line.registration, line.version
    if registration is None or version is None:
        return
    journal.record(
        verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={
            "kind": line.publication.kind,
            "version": version.number,
            "digest": version.digest,
            "publication": str(line.publication_id),
            "reason": line.why,
        },
    )


def _queue_telling(publication: Publication, instant: datetime) -> None:
    app.configure_task("publications.tell", queue="publications", schedule_at=instant).defer(
        publication=str(publication.pk)
    )


def approvers_of(publication: Publication, *, at: datetime) -> list[Membership]:
    """Return who may approve a publication."""
    return asking.approvers_of(
        publication.reach,
        permission=Permission.APPROVE_PUBLICATIONS,
        author=publication.asked_by_id,
        at=at,
    )


def _ask_approval(publication: Publication, *, at: datetime) -> None:
    approvers = approvers_of(publication, at=at)
    if not approvers:
        raise NobodyApproves
    for approver in approvers:
        mail.write(
            "publication_to_approve",
            to=approver.user.email,
            at=at,
            key=f"publication:{publication.pk}:approve:{at.isoformat()}",
            about=publication,
            publication=publication,
            approver=approver,
            count=publication.counts()[LineOutcome.PREPARED],
            link=_link(publication),
        )


def _tell_author(publication: Publication, what: str, *, who: str, at: datetime) -> None:
    mail.write(
        "publication_decided",
        to=publication.asked_by.email,
        at=at,
        key=f"publication:{publication.pk}:{what}:{at.isoformat()}",
        about=publication,
        publication=publication,
        what=what,
        who=who,
        link=_link(publication),
    )


def _link(publication: Publication) -> str:
    return absolute(f"/gestion/publications/{publication.pk}")


def _zone_of(reach: Reach) -> str:
    """Return the clock of a perimeter, or the service's own where it has several."""
    zones = {
        academy.zone
        for academy in territory.academies()
        if academy.code in reach.academies([academy.code])
    }
    return zones.pop() if len(zones) == 1 else settings.TIME_ZONE
