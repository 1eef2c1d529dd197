"""« Mon porte-documents »: its candidate keeps a file to give it again, and erases it (G2)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sporades import journal
from sporades.accounts import limits
from sporades.acts.sent_files import Sent, name_of, named
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.drawers import operations as drawers
from sporades.drawers.models import LONGEST_NAME, KeptFile
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit
from sporades.intake import cleaning


class TooOften(Refused):
    """As many files as may be were kept in a day."""

    message = (
        "Vous avez déjà ajouté trente fichiers en vingt-quatre heures à votre porte-documents : "
        "recommencez demain."
    )


def keep(
    *, owner: Candidate, sent: Sequence[Sent], press: str, by: Actor, at: datetime
) -> KeptFile:
    """Keep a file in one's drawer, or several photographs that become one.

    Args:
        owner: whose drawer it is.
        sent: one file, or several photographs, in the order of their pages.
        press: names the press of the button: pressed twice, it keeps one file.
        by: who keeps it.
        at: the instant at which the request arrived.

    Raises:
        TooOften: see it.
        drawers.FullDrawer: it does not go with the other files.
        candidates.Merged: their drawer has just become another candidate's.
        Unfit: it is not taken; each of its classes says why (`intake.cleaning`).
        files.OutOfReach: the store does not answer.
    """
    sending = named(press, sent)
    if (already := _kept(owner, sending)) is not None:
        return already
    _spend(owner, at=at)
    made = cleaning.join([one.content for one in sent])
    return _keep(
        owner, made, name=name_of(sent, longest=LONGEST_NAME), sending=sending, by=by, at=at
    )


def keep_copy(*, owner: Candidate, given: Deposit, by: Actor, at: datetime) -> KeptFile:
    """Keep in one's drawer a copy of a file that one has given, byte for byte.

    Args:
        owner: whose drawer it is, who gave the file.
        given: the file.
        by: who keeps it.
        at: the instant at which the request arrived.

    Raises:
        TooOften, drawers.FullDrawer, candidates.Merged: see each.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    if (already := _kept(owner, given.sending)) is not None:
        return already
    _spend(owner, at=at)
    made = cleaning.Clean(files.get(given.key), given.pages)
    return _keep(owner, made, name=given.name, sending=given.sending, by=by, at=at)


@transaction.atomic
def label(*, kept: KeptFile, said: str, by: Actor, at: datetime) -> None:
    """Call a file of one's drawer otherwise; the journal has that it was, and not how.

    Args:
        kept: the file.
        said: what it is called; nothing for the name of the file.
        by: who calls it so.
        at: the instant.
    """
    if drawers.label(kept, said=said):
        _record("drawer file named", kept.owner, kept, by=by, at=at)


@transaction.atomic
def remove(*, kept: KeptFile, by: Actor, at: datetime) -> None:
    """Erase a file of one's drawer: what was given of it stays where it was given.

    Args:
        kept: the file.
        by: who erases it.
        at: the instant.
    """
    _record("drawer file erased", kept.owner, kept, by=by, at=at)
    drawers.remove(kept)


def _keep(
    owner: Candidate, made: cleaning.Clean, *, name: str, sending: UUID, by: Actor, at: datetime
) -> KeptFile:
    own = files.own_suffix(".pdf")
    key = evidence.announce(made.content, own=own, at=at)
    with files.kept_apart(made.content, suffix=".pdf", own=own):
        drawers.lock(owner)
        if (already := _kept(owner, sending)) is not None:
            transaction.on_commit(lambda: files.forget_or_say([key]))
            return already
        kept = drawers.keep(
            owner=owner,
            key=key,
            name=name,
            made={"size": len(made.content), "pages": made.pages},
            sending=sending,
            at=at,
        )
        evidence.arrived(key)
        _record("drawer file kept", owner, kept, by=by, at=at)
    return kept


def _kept(owner: Candidate, sending: UUID) -> KeptFile | None:
    found: KeptFile | None = KeptFile.objects.filter(owner=owner, sending=sending).first()
    return found


def _spend(owner: Candidate, *, at: datetime) -> None:
    if not limits.spend(limits.FILES_KEPT_BY_A_CANDIDATE, str(owner.pk), at=at):
        raise TooOften


def _record(verb: str, owner: Candidate, kept: KeptFile, *, by: Actor, at: datetime) -> None:
    after = {"file": kept.pk, "size": kept.size, "pages": kept.pages}
    journal.record(verb, by=by, on=owner, at=at, after=after)
