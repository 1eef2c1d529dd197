"""The documents that a version brings by itself: its summary, and the request for pieces (F3)."""

from datetime import datetime

from sporades.documents import operations as documents
from sporades.registrations.models import Version
from sporades.registrations.pieces import PIECES
from sporades.registrations.summary import SUMMARY


def issue(version: Version, *, at: datetime) -> None:
    """Issue what a version says, in the transaction of the act that makes it.

    Both bear the number of the version, as the guide pictures them; where no piece is asked for
    any more, the last request is taken back.

    Args:
        version: what was filed, or made by the service.
        at: the instant of the act.
    """
    folder, number = version.registration.folder, version.number
    documents.issue(folder, SUMMARY, version, number=number, at=at)
    if version.snapshot["evidence"]:
        documents.issue(folder, PIECES, version, number=number, at=at)
    elif number > 1:
        documents.take_back(folder, PIECES, at=at)
