"""What the journal keeps of publications."""

from datetime import datetime

from sporades import journal
from sporades.core.actors import Actor
from sporades.publications.models import Publication, PublicationLine


def record(
    verb: str,
    publication: Publication,
    *,
    reason: str = "",
    before: str = "",
    again: int = 0,
    by: Actor,
    at: datetime,
) -> None:
    """Keep an act on a publication: where it applies, from when, why, how many lines.

    Args:
        verb: the act.
        publication: which.
        reason: why, where somebody said it.
        before: from when on its documents were to be read, where that is changed.
        again: how many files of an archive were given again to who has their document.
        by: who does it.
        at: the instant.
    """
    journal.record(
        verb,
        by=by,
        on=publication,
        at=at,
        academy=publication.concerned.only_academy or publication.reach.only_academy,
        before={"publish_at": before} if before else None,
        after={
            "kind": publication.kind,
            "perimeters": publication.concerns or publication.perimeters,
            "publish_at": publication.publish_at.isoformat() if publication.publish_at else "",
            "reason": reason,
            **publication.counts(),
            **({"given_again": again} if again else {}),
        },
    )


def record_line(verb: str, line: PublicationLine, *, by: Actor, at: datetime) -> None:
    """Keep an act on one document, in the history of its registration."""
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
            "title": line.publication.publishes.title,
            "version": version.number,
            "digest": version.digest,
            "publication": str(line.publication_id),
            "reason": line.why,
        },
    )
