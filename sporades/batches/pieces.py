"""What is done to one supporting document of many registrations, and what is seen of it before."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import In, IsNull

from sporades.acts.pieces import granting, owing, reminding, verifying
from sporades.acts.registrations import receiving
from sporades.acts.registrations.adding import NothingMore
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.prepared import prepared
from sporades.evidence.completeness import calls_for_a_summary, missing_rows
from sporades.evidence.models import READ_FOR_MARK, Evidence
from sporades.evidence.states import ACCEPT, REFUSE, TO_PROVIDE, UNJUDGED, WAIVE, State
from sporades.evidence.unmet import rows_in
from sporades.exams.models import RegistrationService
from sporades.exams.schema import Deadline
from sporades.registrations.deadlines import last_minute_of
from sporades.registrations.models import Registration, Version
from sporades.registrations.over import exams_over
from sporades.registrations.queries import lock_registration
from sporades.registrations.states import VALIDATE, decided_mark
from sporades.territory.queries import known_academies

GRANT = "grant"
LABELS = {
    "accept": "Déclarer une pièce conforme",
    "waive": "Dispenser d'une pièce",
    "refuse": "Déclarer une pièce non conforme",
    GRANT: "Laisser plus de temps pour une pièce",
}
SOURCES: dict[str, Collection[str]] = {
    "accept": ACCEPT.sources,
    "waive": WAIVE.sources,
    "refuse": REFUSE.sources,
    GRANT: TO_PROVIDE,
}
"""The states of a piece in which each may be done."""
NOT_ASKED, COMPLETE, LACKING, OVER = "none", "complete", "lacking", "over"
AWAITED, SIGNED, SIGNED_LATE, UNSIGNABLE, LONGER = (
    "awaited",
    "signed",
    "signed_late",
    "unsignable",
    "longer",
)
STILL_DUE, ALL_SENT = "still_due", "all_sent"
UNMET = TO_REVIEW, MISSING, UNJUDGED_YET, UNSIGNED, POSTED_LATE = (
    "to_review",
    "missing",
    "unjudged",
    "unsigned",
    "posted_late",
)
WORDS: dict[str, str] = {
    **{str(state.value): f"pièce : {state.label}" for state in State},
    NOT_ASKED: "pièce non demandée",
    COMPLETE: "rien ne manque",
    LACKING: "des pièces manquent",
    OVER: "examen passé",
    AWAITED: "récapitulatif signé attendu",
    SIGNED: "récapitulatif signé déjà reçu",
    SIGNED_LATE: "récapitulatif signé reçu, posté hors délai",
    UNSIGNABLE: "récapitulatif signé non demandé",
    LONGER: "déjà ce délai, ou un plus long",
    STILL_DUE: "des pièces ou le récapitulatif signé restent à envoyer",
    ALL_SENT: "rien d'obligatoire ne reste à envoyer",
    TO_REVIEW: "à revoir depuis une correction ou un changement d'académie",
    MISSING: "des pièces obligatoires manquent",
    UNJUDGED_YET: "des pièces obligatoires attendent un verdict",
    UNSIGNED: "le récapitulatif signé n'est pas noté comme reçu",
    POSTED_LATE: "le récapitulatif signé a été posté hors délai",
}
"""What is seen of a line, in words."""

OTHER_VERDICT = "Cette pièce a été jugée depuis que vous avez préparé ce lot : relisez-la."
OTHER_FILE = "Un fichier ou un papier est arrivé depuis que vous avez préparé ce lot : relisez-le."


def refusals(name: str) -> dict[str, str]:
    """Return why a piece cannot be judged so, by its state."""
    said = {
        str(state.value): f"La pièce est « {state.label} »."
        for state in State
        if state not in SOURCES[name]
    }
    not_asked = "Cette pièce n'est pas demandée."
    if name == GRANT:
        said[LONGER] = "Cette pièce peut déjà être fournie jusqu'à ce jour, ou plus tard."
        said[OVER] = NothingMore.message
    return {**said, str(State.WITHDRAWN.value): not_asked, NOT_ASKED: not_asked}


def state_of(piece: str, at: datetime) -> Any:  # noqa: ARG001 - what lacks depends on the instant
    """Return where a piece of the registration of a line stands."""
    rows = Evidence.objects.filter(registration=OuterRef("registration"), code=piece)
    return Coalesce(Subquery(rows.values("state")[:1]), Value(NOT_ASKED))


def time_left(piece: str, at: datetime, *, until: date) -> Any:
    """Return where a piece of the registration of a line stands, or that it has as much time already.

    Or that its exam is over: nothing is sent any more.
    """
    rows = Evidence.objects.filter(registration=OuterRef("registration"), code=piece)
    longer = rows.filter(_is_as_long("registration__academy", "until", until, at))
    has_more, is_owed = (Exists(one.filter(state__in=SOURCES[GRANT])) for one in (longer, rows))
    return Case(
        When(Q(is_owed, registration__exam__in=exams_over(at)), then=Value(OVER)),
        When(has_more, then=Value(LONGER)),
        default=state_of(piece, at),
    )


def awaits_summary(piece: str, at: datetime, *, until: date) -> Any:  # noqa: ARG001 - of no piece
    """Return whether the signed summary of the registration of a line is awaited, came, or is not asked for.

    Late, it is given time as one that is awaited. Or it has as much time already, as its last version
    told it, as it was given since, or as its service gives that was extended.
    """
    last = Version.objects.filter(
        registration=OuterRef("registration"), number=OuterRef("registration__version")
    ).annotate(
        told=Cast(KeyTextTransform("until", KeyTransform("to_return", "snapshot")), DateTimeField())
    )
    told = Exists(last.filter(_is_as_long("registration__academy", "told", until, at)))
    given = _is_as_long("registration__academy", "registration__summary_until", until, at)
    return Case(
        When(
            registration__summary_posted_on__isnull=False,
            registration__is_summary_posted_late=False,
            then=Value(SIGNED),
        ),
        When(_is_unsigned(), then=Value(UNSIGNABLE)),
        When(registration__exam__in=exams_over(at), then=Value(OVER)),
        When(registration__is_summary_posted_late=True, then=Value(SIGNED_LATE)),
        When(given | Q(told) | _is_extended(until, at), then=Value(LONGER)),
        default=Value(AWAITED),
    )


def still_due(piece: str, at: datetime, *, until: date) -> Any:
    """Return whether anything that must be is still to be sent for the registration of a line, with less time.

    Or whether all of it has as much time already, or its exam is over.
    """
    rows = Evidence.objects.filter(registration=OuterRef("registration"), state__in=TO_PROVIDE)
    is_owed = Exists(rows.filter(is_mandatory=True))
    longer = _is_as_long("registration__academy", "until", until, at)
    is_shorter = Exists(rows.exclude(longer))
    summary = awaits_summary(piece, at, until=until)
    is_settled = In(summary, (Value(SIGNED), Value(UNSIGNABLE)))
    return Case(
        When(~Q(is_owed) & Q(is_settled), then=Value(ALL_SENT)),
        When(registration__exam__in=exams_over(at), then=Value(OVER)),
        When(
            Q(is_shorter) | Q(In(summary, (Value(AWAITED), Value(SIGNED_LATE)))),
            then=Value(STILL_DUE),
        ),
        default=Value(LONGER),
    )


def _is_extended(until: date, at: datetime) -> Q:
    """Return whose service, which has moved, has the signed summary sent back until a day or later."""
    lately = RegistrationService.objects.filter(closes_at__gt=at - reminding.OVER_AFTER)
    moved = lately.exclude(moved_at=None)
    found = Q(pk__in=[])
    for under, last in reminding.returned_by(moved):
        if last >= last_minute_of(under["service"], until):
            found |= Q(**{f"registration__{name}": of for name, of in under.items()})
    return found


def _is_as_long(academy: str, column: str, until: date, at: datetime) -> Q:
    """Return what has the whole of a day already, by the clock of its academy.

    Args:
        academy: the column that names it.
        column: until when it has time.
        until: the day.
        at: the instant.
    """
    zones: dict[str, list[str]] = {}
    for one in known_academies():
        zones.setdefault(one.zone, []).append(one.code)
    found = Q(pk__in=[])
    for zone, codes in zones.items():
        # Of a day that is written, the closing says nothing.
        last = Deadline(le=until).as_written(closing=at, zone=zone)
        found |= Q(**{f"{academy}__in": codes, f"{column}__gte": last})
    return found


def _is_unsigned() -> Any:
    """Return whether the last version of the registration of a line asks for no signature."""
    last = Version.objects.filter(
        registration=OuterRef("registration"), number=OuterRef("registration__version")
    )
    return IsNull(Subquery(calls_for_a_summary(last)), True)  # noqa: FBT003 - as Django has it


def lacks(piece: str, at: datetime) -> Any:  # noqa: ARG001 - of any piece
    """Return whether the registration of a line lacks mandatory pieces after their deadline, in time."""
    rows = missing_rows(at).filter(registration=OuterRef("registration"))
    is_over = Q(registration__exam__in=exams_over(at))
    return Case(
        When(is_over, then=Value(OVER)),
        When(Exists(rows), then=Value(LACKING)),
        default=Value(COMPLETE),
    )


def unmet(piece: str, at: datetime) -> Any:  # noqa: ARG001 - of any piece, at any instant
    """Return all that the registration of a line, once decided of, does without: codes, with spaces.

    What counts no more is not looked at, nor what is validated.
    """
    missing, unjudged = (
        Exists(rows_in(states).filter(registration=OuterRef("registration")))
        for states in (TO_PROVIDE, UNJUDGED)
    )
    lacking = {
        TO_REVIEW: Q(registration__to_review_since__isnull=False),
        MISSING: Q(missing),
        UNJUDGED_YET: Q(unjudged),
        UNSIGNED: Q(registration__summary_posted_on=None) & ~Q(_is_unsigned()),
        POSTED_LATE: Q(registration__is_summary_posted_late=True),
    }
    said = Concat(
        *(
            Case(When(one, then=Value(f"{code} ")), default=Value(""))
            for code, one in lacking.items()
        )
    )
    is_possible = Q(registration__state__in=VALIDATE.sources)
    return Case(When(is_possible, then=said), default=Value(""))


def marks(keys: Iterable[int], piece: str) -> dict[int, str]:
    """Return what tells a piece from what becomes of it, by the key of its registration."""
    rows = Evidence.objects.filter(registration__in=list(keys), code=piece)
    return {row.registration_id: row.mark for row in rows}


def given(summaries: Mapping[int, date | None]) -> dict[int, str]:
    """Return what tells all that registrations were given, and its verdicts, from what they become.

    Args:
        summaries: the postmark of the signed summary of each, by its key.
    """
    rows = defaultdict(list)
    asked = Evidence.objects.asked().filter(registration__in=list(summaries)).order_by("code")
    for row in asked.only("registration", "code", *READ_FOR_MARK):
        rows[row.registration_id].append(row)
    return {key: _as_given(posted_on, rows[key]) for key, posted_on in summaries.items()}


def given_now(registration: Registration) -> str:
    """Return the same of one registration, which its caller has locked."""
    return _as_given(registration.summary_posted_on, _asked_of(registration=registration.pk))


@prepared(Evidence)
def _asked_of(registration: int) -> QuerySet[Evidence]:
    asked = Evidence.objects.asked().filter(registration=registration).order_by("code")
    return asked.only("registration", "code", *READ_FOR_MARK)


def _as_given(posted_on: date | None, rows: Iterable[Evidence]) -> str:
    # Sixteen figures: a mark has room for no more, and compares a row with itself alone.
    lines = [str(posted_on or "-"), *(f"{row.code} {row.mark}" for row in rows)]
    return digest(lines)[:16]


def overtaken(
    name: str, registration: Registration, piece: str, asked_at: datetime, seen: str
) -> str:
    """Return what has come for a piece, or was decided of it, since the batch was asked for, if so.

    Args:
        name: what is done to it.
        registration: whose piece it is; locked from then on.
        piece: its code.
        asked_at: when the batch was.
        seen: what `marks` said of it then; nothing where nobody kept it.
    """
    lock_registration(registration.pk)
    since = Evidence.objects.filter(registration=registration, code=piece, arrived_at__gt=asked_at)
    if since.exists():
        return OTHER_FILE
    row = Evidence.objects.filter(registration=registration, code=piece).first()
    if not seen or row is None:
        return ""
    # In the order of `Evidence.mark`; what another version of this code has kept says the first and the third.
    was, now = seen.split(" "), row.mark.split(" ")
    if len(was) < len(now):
        is_same = seen == decided_mark(row.state, row.decided_at)
        return "" if is_same else refusals(name).get(row.state, OTHER_VERDICT)
    state, given, decided_at, posted_on, _ = (
        one != other for one, other in zip(was, now, strict=True)
    )
    # By what was given, not by when: what was on its way is older than the batch.
    if given or posted_on:
        return OTHER_FILE
    return refusals(name).get(row.state, OTHER_VERDICT) if state or decided_at else ""


def _accept(row: Evidence, *, reason: str, by: Actor, at: datetime) -> None:  # noqa: ARG001 - told with none
    verifying.accept(row=row, seen=row.deposit_id, by=by, at=at)


def _waive(row: Evidence, *, reason: str, by: Actor, at: datetime) -> None:
    verifying.waive(row=row, reason=reason, by=by, at=at)


def _refuse(row: Evidence, *, reason: str, by: Actor, at: datetime) -> None:
    verifying.refuse(row=row, reason=reason, until=owing.USUAL, seen=row.deposit_id, by=by, at=at)


def _grant(row: Evidence, *, reason: str, until: date, by: Actor, at: datetime) -> None:  # noqa: ARG001 - told with none
    # Nobody of many loses a later day that was granted to them alone.
    verifying.grant(row=row, until=until, may_cut_back=False, by=by, at=at)


def _on_piece(act: Callable[..., None]) -> Callable[..., None]:
    def does(
        *,
        registration: Registration,
        reason: str,
        about: str,
        by: Actor,
        at: datetime,
        **more: date,
    ) -> None:
        row = registration.evidence.asked().filter(code=about).first()
        if row is None:
            raise owing.NotAsked
        act(row, reason=reason, by=by, at=at, **more)

    return does


ACTS = {
    "accept": _on_piece(_accept),
    "waive": _on_piece(_waive),
    "refuse": _on_piece(_refuse),
    GRANT: _on_piece(_grant),
}


def grant_all(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: object,  # noqa: ARG001 - every act is told it
    until: date,
    by: Actor,
    at: datetime,
) -> None:
    """Leave more time for all that is still to be sent of a registration. Raises Refused."""
    granting.grant_all(registration=registration, until=until, by=by, at=at)


def grant_summary(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: object,  # noqa: ARG001 - every act is told it
    until: date,
    by: Actor,
    at: datetime,
) -> None:
    """Leave more time for the signed summary of a registration. Raises Refused."""
    receiving.grant_summary(registration=registration, until=until, by=by, at=at)
