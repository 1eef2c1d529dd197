"""The office is told that an address is somebody's: so many times, and no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sporades import journal
from sporades.accounts import limits
from sporades.acts.people.addressing import AddressKnown
from sporades.core.actors import Actor
from sporades.core.refusals import Refused


class TooManyKnown(Refused):
    """Whoever types one address after another would learn who has an account."""

    message = (
        "Vous avez indiqué trop d'adresses qui sont déjà celles de quelqu'un : aucune autre n'est "
        "acceptée de votre part pour le moment. Réessayez dans une heure, ou choisissez le courrier."
    )


@contextmanager
def told_to(by: Actor, *, academy: str, at: datetime) -> Iterator[None]:
    """Let an act of the office say that an address is known, while its author may be told so.

    Past that no address is looked at: the refusal says nothing of this one. Both are kept in the
    journal, without the address. Around the transaction of the act, which is undone.

    Args:
        by: who types addresses; counted whatever their role.
        academy: for which it is done.
        at: the instant.

    Raises:
        TooManyKnown: they were told of too many.
        AddressKnown: as the act says.
    """
    if not limits.is_left(limits.KNOWN_ADDRESSES_TOLD, by.identifier, at=at):
        raise _refused(by, academy=academy, at=at)
    try:
        yield
    except AddressKnown:
        if not limits.spend(limits.KNOWN_ADDRESSES_TOLD, by.identifier, at=at):
            raise _refused(by, academy=academy, at=at) from None
        journal.record("known address told", by=by, at=at, academy=academy)
        raise


def _refused(by: Actor, *, academy: str, at: datetime) -> TooManyKnown:
    journal.record("known addresses refused", by=by, at=at, academy=academy)
    return TooManyKnown()
