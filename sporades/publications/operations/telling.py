"""Tell candidates that a document is read, or taken back, from its instant on, each once; and who made it (I5)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sporades import mail
from sporades.accounts.asking import is_here
from sporades.accounts.models import User
from sporades.acts.people.guardians import tell_guardian
from sporades.core import apart
from sporades.core.actors import SYSTEM, Actor
from sporades.core.links import link_to
from sporades.core.locks import alone
from sporades.core.queue import defer_once
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.journal.queries import entries_about
from sporades.letters import operations as letters
from sporades.publications.locking import hold_all, locked
from sporades.publications.models import DECIDED, Publication, PublicationLine
from sporades.publications.queries import TAKEN_OUT
from sporades.publications.recording import record_line
from sporades.publications.standing import set_aside
from sporades.publications.states import LineOutcome
from sporades.registrations.issued_before import since
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of

AT_ONCE = 200
"""How many candidates one job tells: whoever is urgent does not wait long behind."""


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
    lines = PublicationLine.objects.filter(_PUBLISHED | _WITHDRAWN, publication=OuterRef("pk"))
    waiting = Publication.objects.filter(
        Exists(lines), state__in=DECIDED, publish_at__lte=older_than, moved_at__lt=older_than
    )
    for publication in waiting:
        queue(publication, at)
    return len(waiting)


_PUBLISHED = Q(outcome=LineOutcome.PUBLISHED, told_at=None)
_WITHDRAWN = Q(outcome=LineOutcome.WITHDRAWN, withdrawal_told_at=None)


def _tell_some(pk: str, *, at: datetime) -> bool:
    publication = Publication.objects.get(pk=pk)
    if publication.publish_at is None or not publication.is_let_out:
        return False
    if publication.publish_at > at:
        # It was put off since this was queued.
        queue(publication, publication.publish_at)
        return False
    # Of one that is withdrawn, lines that are not gone through yet are told of nothing.
    to_tell = _PUBLISHED | _WITHDRAWN if publication.is_decided else _WITHDRAWN
    lines = dict(
        publication.lines.filter(to_tell).order_by("pk").values_list("pk", "outcome")[:AT_ONCE]
    )
    gone_through = apart.each(_tell_line, lines, at=at)
    Publication.objects.filter(pk=pk).update(moved_at=at)
    if LineOutcome.PUBLISHED in lines.values():
        _tell_refused_at_last(pk, at=at)
    # Those that could not be told come first again, in some minutes.
    return len(lines) == AT_ONCE and gone_through > 0


@transaction.atomic
def _tell_refused_at_last(pk: str, *, at: datetime) -> None:
    """Tell who made a publication what was refused at its instant, once nobody else waits."""
    found = Publication.objects.get(pk=pk)
    if found.is_decided and not found.lines.filter(_PUBLISHED).exists():
        tell_refused(found, at=at)


@transaction.atomic
def _tell_line(pk: int, *, at: datetime) -> bool:
    """Tell one, or set it aside; return that it is gone through."""
    # Kept as it is: whoever changes its instant waits, or did so before anybody was told.
    publication = locked(Publication(pk=PublicationLine.objects.get(pk=pk).publication_id))
    if publication.publish_at is None or publication.publish_at > at or not publication.is_let_out:
        return False
    if not _holds(pk):
        return True
    one = PublicationLine.objects.filter(pk=pk)
    if publication.is_decided and one.filter(_PUBLISHED).update(told_at=at):
        _tell_publication(_whole(pk), at=at)
    elif one.filter(_WITHDRAWN).update(withdrawal_told_at=at):
        tell_withdrawal(_whole(pk), by=SYSTEM, at=at)
    return True


def _holds(pk: int) -> bool:
    """Look again at a document that was held back before its instant; return whether it is read."""
    this = PublicationLine.objects.filter(pk=pk)
    # Whoever is changing it may be about to hold its document back.
    hold_all(this)
    line = _whole(pk)
    version = line.version
    if version is None or line.registration_id is None or not version.is_held_back:
        return True
    set_aside(line.publication, this, within=line.publication.concerned)
    if this.filter(outcome=LineOutcome.REFUSED).exists():
        return False
    if line.publication.is_decided:
        documents.release(version)
    return True


def _whole(pk: int) -> PublicationLine:
    related = ("publication", "version__document")
    line: PublicationLine = PublicationLine.objects.select_related(*related).get(pk=pk)
    line.registration = Registration.objects.whole().get(publication_lines=line.pk)
    return line


def tell_refused(publication: Publication, *, at: datetime) -> None:
    """Tell who made a publication how many of its documents were refused since it was decided.

    Args:
        publication: decided, as it stands now.
        at: the instant.
    """
    # What was taken out since is counted there: whoever did it knows.
    decided = entries_about(publication).filter(verb__in=("publication published", *TAKEN_OUT))
    known = decided.order_by("-pk").values_list("payload__after__refused", flat=True).first()
    count = publication.counts()[LineOutcome.REFUSED] - (known or 0)
    if count > 0 and known is not None:
        authors = {
            publication.asked_by: publication.asked_name,
            publication.proposed_by: publication.proposed_name,
            publication.decided_by: publication.decided_name,
        }
        tell_authors(publication, "refused since", authors, by=SYSTEM, at=at, count=count)


def tell_authors(
    publication: Publication,
    what: str,
    authors: Mapping[User | None, str],
    *,
    by: Actor,
    at: datetime,
    count: int = 0,
) -> None:
    """Tell those who made a publication what somebody else did with it, or what became of it.

    Args:
        publication: which.
        what: as the template of the mail names it.
        authors: who made it, each with the name that they bore.
        by: who did it, and is not told.
        at: the instant.
        count: how many of its documents it is about, where it is not of all: told once of so many.
    """
    event = f"{publication.decided_at}:{count}" if count else at.isoformat()
    for author, name in authors.items():
        if author is None or by.identifier == author.identifier or not is_here(author, at=at):
            continue
        mail.write(
            "publication_decided",
            to=author.email,
            at=at,
            key=f"publication:{publication.pk}:{what}:{event}",
            about=publication,
            publication=publication,
            name=name,
            what=what,
            who=by.name,
            count=count,
            link=link_to("office:publication", publication.pk),
        )


def _tell_publication(line: PublicationLine, *, at: datetime) -> None:
    record_line("document published", line, by=SYSTEM, at=at)
    _write("document_published", line, at=at)
    _tell_guardian(line, "published", at=at)


def _tell_guardian(line: PublicationLine, what: str, *, at: datetime) -> None:
    """Tell the guardian of a minor that something of a decision awaits: they alone contest it."""
    if line.registration is not None and line.publication.publishes.is_contested:
        key = f"publication line:{line.pk}:{what}:guardian"
        tell_guardian(line.registration, at=at, key=key, is_to_many=True)


def tell_withdrawal(line: PublicationLine, *, by: Actor, at: datetime) -> None:
    """Tell a candidate that their document is taken back, and why, if they were told of it or read it.

    Thousands are told one after the other: who opens theirs at its instant has often not been told yet.

    A letter that still waits to announce it is printed no more: its reader, who has no other way to
    it, is told nothing of a document that they never had. The guardian of a minor is told beside who is.
    """
    record_line("document withdrawn", line, by=by, at=at)
    if line.registration is None or line.version is None:
        return
    if line.told_at is None and line.version.opened_at is None:
        return
    never_handed = letters.leave_out_with(line.version, at=at)
    if not (never_handed and line.registration.candidate.by_letter):
        _write("document_withdrawn", line, at=at)
        _tell_guardian(line, "withdrawn", at=at)


def _write(kind: str, line: PublicationLine, *, at: datetime) -> None:
    registration = line.registration
    if registration is None:
        return
    letters.tell(
        registration.candidate,
        kind,
        service=registration.service,
        enclosed=line.version if kind == "document_published" else None,
        at=at,
        key=f"publication line:{line.pk}:{kind}",
        about=registration,
        registration=registration,
        document=line.version,
        replaces=line.version is not None and _replaces_one(line.version, at=at),
        replaced_by=_replacing(line.version, at=at) if kind == "document_withdrawn" else None,
        since=since(line.version, registration) if line.version is not None else None,
        why=line.why,
        contact=contact_of(registration.service),
        link=link_to("candidate:folder", registration.number),
    )


def _replaces_one(version: DocumentVersion, *, at: datetime) -> bool:
    """Return whether somebody could read the one before: it was neither held back nor taken back."""
    read = DocumentVersion.objects.visible_at(at)
    return read.filter(document=version.document_id, number__lt=version.number).exists()


def _replacing(version: DocumentVersion | None, *, at: datetime) -> DocumentVersion | None:
    """Return the version that stands in the place of one that is taken back, or nothing."""
    if version is None or version.kind.stands_alone:
        return None
    read = DocumentVersion.objects.visible_at(at)
    later = read.filter(document=version.document_id, number__gt=version.number)
    return later.order_by("-number").first()


def queue(publication: Publication, instant: datetime) -> None:
    """Queue the job that tells candidates, at an instant; one that waits for another is moved."""
    defer_once(
        "publications.tell",
        queue="publications",
        instant=instant,
        is_moved=True,
        publication=str(publication.pk),
    )
