"""What a version brings by itself: the pieces that it calls for, its summary, their request (F3)."""

from collections.abc import Iterable
from datetime import datetime

from sporades import journal
from sporades.core.actors import Actor
from sporades.documents import kinds
from sporades.documents import operations as documents
from sporades.evidence import operations as evidence
from sporades.evidence.models import Evidence
from sporades.evidence.queries import standing_of
from sporades.registrations.choices import CHOSEN_ANEW
from sporades.registrations.evidence import Issued
from sporades.registrations.evidence_request import EVIDENCE_REQUEST
from sporades.registrations.models import Version
from sporades.registrations.summary import SUMMARY


def issue(version: Version, *, by: Actor, at: datetime) -> None:
    """Ask for the pieces of a version and issue its documents, in the transaction that makes it.

    These bear the number of the version, as the guide pictures them, and say where its pieces
    stand at that instant; where no piece is asked for any more, the last request is taken back.

    Args:
        version: what was filed, or made by the service.
        by: who filed or made it.
        at: the instant of the act.
    """
    registration, number = version.registration, version.number
    folder, pieces = registration.folder, version.snapshot["evidence"]
    if others := _in_other_words(version):
        # What was found good of another exam is to be looked at again.
        same = [one for one in pieces if one["code"] not in others]
        evidence.ask(registration, same, at=at)
    rows = evidence.ask(registration, pieces, at=at)
    _note_asked_again(version, rows.values(), by=by, at=at)
    issued = Issued(version, *standing_of(registration, pieces, rows))
    version.due = issued.due
    documents.issue(folder, SUMMARY, issued, number=number, at=at)
    if number > 1:
        # What was prepared from the version before says what stands no more.
        documents.hold_back(registration.folder_id, of=kinds.made_beforehand(), at=at)
    if pieces or issued.due or issued.here:
        documents.issue(folder, EVIDENCE_REQUEST, issued, number=number, at=at)
    elif number > 1:
        documents.take_back(folder, EVIDENCE_REQUEST, at=at)


def _note_asked_again(
    version: Version, rows: Iterable[Evidence], *, by: Actor, at: datetime
) -> None:
    """Keep which pieces this version asks for again: what was decided of them before holds no more."""
    registration = version.registration
    for row in rows:
        if row.is_asked_again:
            journal.record(
                "piece asked again",
                by=by,
                on=registration,
                at=at,
                academy=registration.academy_id,
                after={"piece": row.code, "label": row.label, "state": row.state},
            )


def _in_other_words(version: Version) -> set[str]:
    """Return the codes of the pieces by which the exam just chosen asks for something else."""
    if not version.snapshot.get(CHOSEN_ANEW):
        return set()
    before = version.registration.versions.get(number=version.number - 1).snapshot
    was = {one["code"]: one["label"] for one in before["evidence"]}
    return {
        one["code"]
        for one in version.snapshot["evidence"]
        if one["label"] != was.get(one["code"], one["label"])
    }
