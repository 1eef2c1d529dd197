"""« Candidature incomplète »: the mandatory pieces that a registration lacks after their deadline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform
from django.db.models.lookups import IsNull

from sporades.accounts.permissions import Reach
from sporades.evidence.models import ANTIVIRUS, LONGEST_REASON, UNSETTLED, Evidence
from sporades.evidence.queries import Owed, pieces_of
from sporades.evidence.states import HERE, SETTLED, TO_PROVIDE, State
from sporades.exams.models.service import MINUTE
from sporades.notices.queries import banner, read_only_begun
from sporades.registrations.models import Registration, Version
from sporades.registrations.over import exams_over
from sporades.registrations.states import State as RegistrationState


def missing_of(owed: Iterable[Owed], at: datetime) -> list[Owed]:
    """Return the pieces for which something had to be sent, and cannot be any more.

    Args:
        owed: what a registration owes, by the dates that its service has now.
        at: the instant.
    """
    return [one for one in to_provide(owed) if not one.is_in_time(at)]


def to_provide(owed: Iterable[Owed]) -> list[Owed]:
    """Return the mandatory pieces that have not come, or are not good, whatever their deadline."""
    return [one for one in owed if one.row.is_mandatory and one.row.state in TO_PROVIDE]


def is_complete(registration: Registration) -> bool:
    """Return whether every mandatory piece has come, or is not needed."""
    return all(one.row.state in HERE for one in pieces_of(registration) if one.row.is_mandatory)


def in_words(missing: Iterable[Owed], *, has_space: bool) -> str:
    """Say what is missing, as its candidate reads it: all of it, or as many as a reason holds.

    Args:
        missing: the pieces.
        has_space: whether the candidate has a page that names them all.
    """
    said = [
        f"{one.row.label} ({'non conforme' if one.row.state == State.REFUSED else 'non fournie'})"
        for one in missing
    ]
    begins = "Pièces justificatives manquantes : "
    most = LONGEST_REASON - len(f"{begins}.")
    return f"{begins}{as_many_as_fit(said, most, has_space=has_space)}."


def as_many_as_fit(said: list[str], most: int, *, has_space: bool) -> str:
    """Return what is said of pieces, one after the other: of all, or of some, and how many others there are.

    Args:
        said: what is said of each.
        most: how many signs it may have.
        has_space: whether the candidate has a page that names them all.
    """
    for named in range(len(said), -1, -1):
        left = len(said) - named
        others = (
            f"et {left} autre{'s' if left > 1 else ''}, {named_there(has_space=has_space)}"
            if left
            else ""
        )
        whole = " ; ".join(filter(None, [*said[:named], others]))
        if len(whole) <= most:
            break
    return whole


def named_there(*, has_space: bool) -> str:
    """Say where pieces are named that a message does not name."""
    if has_space:
        return "que nomme la page « Pièces justificatives » de votre inscription"
    return "que votre service gestionnaire vous nommera"


def missing_rows(at: datetime) -> QuerySet[Evidence]:
    """Return the pieces that are missing, by the dates that their versions told.

    While nothing is written none is whose last minute came since: it may still be given (R-05), and
    the rows say it once writing begins again (`operations.follow_reading`).
    """
    shown = banner(at)
    if shown is not None and shown.stops_writing:
        at = min(at, read_only_begun(shown))
    found: QuerySet[Evidence] = Evidence.objects.filter(
        is_mandatory=True, state__in=TO_PROVIDE, until__lte=at - MINUTE
    )
    return found


def to_be_said(at: datetime) -> QuerySet[Evidence]:
    """Return the missing pieces of which the office has not said yet that nothing is done.

    An anomaly that was lifted by hand stays so until something changes: a piece that is asked for
    anew, judged, or whose deadline passes since.
    """
    lifted = F("registration__incompleteness__lifted_at")
    return missing_rows(at).filter(
        Q(registration__incompleteness__lifted_at=None)
        | Q(asked_at__gt=lifted)
        | Q(decided_at__gt=lifted)
        | Q(until__gt=lifted - MINUTE)
    )


def is_ready() -> Q:
    """Return what a registration satisfies that waits for « Valider » alone.

    It is registered, each of its mandatory pieces is good or waived, no other waits for a verdict,
    its signed summary has come back in time where it must, and nothing is to be reviewed. One of
    which nobody has judged a piece is not: nothing was asked for, or nothing was written of it yet.
    """
    rows = Evidence.objects.filter(registration=OuterRef("pk"), academy=OuterRef("academy"))
    # Of those of which a piece is good, and in no join: to read every version would take seconds.
    last = Version.objects.filter(
        registration=OuterRef("registration"), number=OuterRef(OuterRef("version"))
    )
    is_back = IsNull(OuterRef("summary_posted_on"), False)  # noqa: FBT003 - as Django has it
    is_not_asked = IsNull(Subquery(calls_for_a_summary(last)), True)  # noqa: FBT003 - the same
    return Q(
        ~Exists(rows.filter(UNSETTLED)),
        Exists(rows.filter(Q(is_back) | Q(is_not_asked), state__in=SETTLED)),
        state=RegistrationState.REGISTERED,
        to_review_since=None,
        is_summary_posted_late=False,
    )


def calls_for_a_summary(versions: Any) -> Any:
    """Return where each of some versions has its signed summary sent; nothing where it asks for none."""
    return versions.values(said=KeyTransform("address", KeyTransform("to_return", "snapshot")))


def lost_since_validated() -> Q:
    """Return what a registration satisfies of which a virus was found in a piece once it was validated.

    Nobody is asked for another file: its office undoes the validation, or has seen the paper.
    """
    # In no row of its own: they are few among all that were validated, and found from their index.
    rows = Evidence.objects.filter(
        is_mandatory=True,
        state=State.REFUSED,
        decided_name=ANTIVIRUS,
        decided_at__gt=F("registration__decided_at"),
    )
    return Q(pk__in=rows.values("registration"), state=RegistrationState.VALIDATED)


def lacking(at: datetime) -> Any:
    """Return the registrations of which the office has to say whether they are incomplete."""
    return _lacking(Registration.objects.all(), at)


def lacking_within(reach: Reach, at: datetime) -> Any:
    """Return those of a perimeter."""
    return _lacking(Registration.objects.within(reach), at)


def _lacking(registrations: Any, at: datetime) -> Any:
    """Return those of some; once the exam is over, nothing can be given any more."""
    rows = to_be_said(at).filter(registration=OuterRef("pk"))
    found = registrations.filter(Exists(rows), state=RegistrationState.REGISTERED)
    return found.exclude(exam__in=exams_over(at))
