"""Questions of pages about pieces, and what a registration owes as its deadlines are now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from sporades.accounts.permissions import Reach
from sporades.core.actors import CANDIDATE
from sporades.core.prepared import prepared
from sporades.core.text import search_key
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.states import TO_PROVIDE, TO_VERIFY, UNJUDGED, State
from sporades.exams.models.service import MINUTE
from sporades.exams.queries import programmes
from sporades.exams.schema.evidence import EVERY_WAY, Way
from sporades.registrations.added import ADDED, LABEL, is_added
from sporades.registrations.deadlines import after_reading
from sporades.registrations.evidence import ways_of
from sporades.registrations.former import BOTH, and_gone, once_offered
from sporades.registrations.giving import Giving, giving_of, in_words
from sporades.registrations.models import Registration
from sporades.registrations.over import exams_over
from sporades.registrations.states import State as RegistrationState

MOST_ELSEWHERE = 10
"""How many files given for other registrations are offered for a piece."""
TO_COMPLETE = (RegistrationState.REGISTERED, RegistrationState.ANOMALY)
"""The states of a registration of which pieces are still verified."""

type Rows = Mapping[int, list[Evidence]]


@dataclass(frozen=True)
class Owed:
    """A piece that a registration owes now: what its version asks for, by when, where it stands.

    Attributes:
        row: the piece.
        before: until when, in words.
        until: the same instant.
        first_until: until when the réglementation and its service give, without the time that was
            granted.
        ways: by which it is given.
    """

    row: Evidence
    before: str
    until: datetime
    first_until: datetime
    ways: tuple[Way, ...] = EVERY_WAY

    def is_in_time(self, at: datetime) -> bool:
        """Return whether its last minute has not passed."""
        return at < self.until + MINUTE

    def is_awaited(self, at: datetime) -> bool:
        """Return whether its candidate must still send something, and may."""
        return self.row.is_mandatory and self.row.state in TO_PROVIDE and self.is_in_time(at)

    def may_be_given(self, at: datetime) -> bool:
        """Return whether its candidate may give a file for it at this instant."""
        return self.is_deposited and self.row.is_replaceable and self.is_in_time(at)

    def may_be_retracted(self, at: datetime) -> bool:
        """Return whether its candidate may take back what they gave, and give something else instead."""
        return self.row.is_unopened and self.may_be_given(at)

    def may_be_posted(self, at: datetime) -> bool:
        """Return whether its candidate may send paper for it at this instant."""
        return self.is_posted and self.row.state in TO_PROVIDE and self.is_in_time(at)

    @property
    def waits_for_verdict(self) -> bool:
        """Whether it has come, and its office has still to say what it is worth."""
        return self.row.state in UNJUDGED

    @property
    def is_deposited(self) -> bool:
        """Whether a file may be given for it in its candidate's space."""
        return Way.DEPOSIT in self.ways

    @property
    def is_posted(self) -> bool:
        """Whether it may be sent by post."""
        return Way.POST in self.ways

    @property
    def way(self) -> str:
        """Say to its candidate how it is given."""
        return in_words(self.ways)


@prepared(Evidence)
def rows_of(registration: int) -> QuerySet[Evidence]:
    """Return the pieces of a registration that are asked for, each with its file."""
    found: QuerySet[Evidence] = Evidence.objects.asked().for_list()
    return found.filter(registration=registration).order_by("place", "pk")


@prepared(Evidence)
def rows_of_user(user: int) -> QuerySet[Evidence]:
    """Return the pieces that all the registrations of an account owe, each with its file."""
    found: QuerySet[Evidence] = Evidence.objects.visible_to(user).asked().for_list()
    return found.order_by("place", "pk")


def by_registration(rows: Iterable[Evidence]) -> Rows:
    """Return pieces by the key of their registration."""
    found: dict[int, list[Evidence]] = {}
    for row in rows:
        found.setdefault(row.registration_id, []).append(row)
    return found


def owed_by(registration: Registration, rows: Iterable[Evidence]) -> list[Owed]:
    """Return what a registration owes, in the order of the réglementation.

    Its last version says what is asked for, by the dates that its service has now; the rows say
    where each piece stands, and what the office asks for beyond it, which comes last. A registration for which nothing was written yet owes everything.

    Args:
        registration: the registration, as `with_owed()` loads it.
        rows: its pieces that are asked for.
    """
    known = {row.code: row for row in rows}
    return [
        _owed(
            registration, known.get(piece["code"]) or unwritten(registration, place, piece), piece
        )
        for place, piece in enumerate(registration.owed["evidence"])
    ] + [_owed_more(registration, row) for row in known.values() if is_added(row.code)]


def _owed(registration: Registration, row: Evidence, piece: Mapping[str, Any]) -> Owed:
    """Return a piece with its deadline: that of the version, unless it was given more time.

    So it is where its last minute came while nothing could be given. The row keeps what a service
    gave that was extended, where that is later than what was granted: one that closes earlier since
    takes nothing back.
    """
    told, granted = datetime.fromisoformat(piece["until"]), row.granted_until
    ways = ways_of(registration, row.code)
    is_granted = granted is not None and row.until <= granted
    first = told if is_granted else max(told, row.until)
    until = after_reading(registration.service, max(first, granted or first))
    before = (
        piece["before"]
        if until == told
        else registration.service.said(until, registration.reader_zone)
    )
    return Owed(row, before=before, until=until, first_until=first, ways=ways)


def _owed_more(registration: Registration, row: Evidence) -> Owed:
    """Return a piece that the office asks for beyond the réglementation: until when it said itself.

    None of that time is given by anything else: it may be cut back to the day on which it was asked for.
    """
    until = after_reading(registration.service, row.until)
    return Owed(
        row,
        before=registration.service.said(until, registration.reader_zone),
        until=until,
        first_until=row.asked_at,
        ways=ways_of(registration, row.code),
    )


def standing_of(
    registration: Registration, told: Iterable[dict[str, Any]], rows: Mapping[str, Evidence]
) -> tuple[list[dict[str, Any]], list[list[str]]]:
    """Return the pieces of a version that are still to be sent, and the others: label and state.

    Of a validated registration what was never given, or is not good, is among neither.

    Args:
        registration: the registration.
        told: what the version says of each.
        rows: those that were asked for before it, by their codes: see `operations.ask`.
    """
    due, here = [], []
    for piece in told:
        row = rows.get(piece["code"])
        if registration.is_validated and (row is None or row.state in TO_PROVIDE):
            continue
        if row is None:
            due.append(piece)
        elif row.state not in TO_PROVIDE:
            here.append([piece["label"], row.stands.lower()])
        else:
            owed = _owed(registration, row, piece)
            due.append({**piece, "before": owed.before, "until": owed.until.isoformat()})
    for row in rows.values():
        if not is_added(row.code) or row.state == State.WITHDRAWN:
            continue
        if row.state not in TO_PROVIDE:
            here.append([row.label, row.stands.lower()])
        elif not registration.is_validated:
            due.append(_line_of(_owed_more(registration, row)))
    return due, here


def _line_of(owed: Owed) -> dict[str, Any]:
    """Return a piece as a version has those of the réglementation."""
    row = owed.row
    return {
        "code": row.code,
        "label": row.label,
        "help": row.help,
        "is_mandatory": row.is_mandatory,
        "before": owed.before,
        "until": owed.until.isoformat(),
    }


def pieces_of(registration: Registration) -> list[Owed]:
    """Return what a registration owes, as `owed_by` says it."""
    return owed_by(registration, rows_of(registration=registration.pk))


def piece_of(registration: Registration, code: str) -> Owed | None:
    """Return the piece of this code that a registration owes, or nothing."""
    return next((one for one in pieces_of(registration) if one.row.code == code), None)


def giving_to(registration: Registration, owed: Iterable[Owed]) -> Giving:
    """Return how pieces are given, as what is sent to their candidate says it: by post, without a space."""
    if not registration.candidate.has_account:
        return Giving.POST
    return giving_of(one.ways for one in owed)


def takes_files(registration: Registration, at: datetime) -> bool:
    """Return whether its candidate, who has an account, may give a file for a piece at this instant."""
    if not registration.candidate.has_account:
        return False
    return any(
        Way.DEPOSIT in ways_of(registration, row.code) for row in _replaceable(registration, at)
    )


def giving_now(registration: Registration, at: datetime) -> Giving:
    """Return how the pieces for which something may be given at this instant are given, together."""
    rows = _replaceable(registration, at)
    return giving_of(ways_of(registration, row.code) for row in rows)


def _replaceable(registration: Registration, at: datetime) -> list[Evidence]:
    if registration.is_validated:
        return []
    rows = rows_of(registration=registration.pk)
    return [row for row in rows if row.is_replaceable and at < row.until + MINUTE]


def owes_added(registration: Registration) -> bool:
    """Return whether something is to be sent for a piece that no réglementation lists, were it not validated."""
    rows = rows_of(registration=registration.pk)
    return any(is_added(row.code) and row.state in TO_PROVIDE for row in rows)


def withdrawn_of(registration: Registration) -> list[Evidence]:
    """Return the pieces that are asked for no more and of which a file was given, each with it."""
    rows = Evidence.objects.filter(
        registration=registration, state=State.WITHDRAWN, deposit__isnull=False
    )
    return list(rows.for_list().order_by("place", "pk"))


def ever_asked(registration: Registration, code: str) -> Evidence | None:
    """Return the piece of this code with its last file, also where it is asked for no more; or nothing."""
    rows = Evidence.objects.filter(registration=registration, code=code)
    found: Evidence | None = rows.for_list().first()
    return found


def file_of(registration: Registration, code: str) -> Deposit | None:
    """Return the file that was given last for a piece, also where it is asked for no more; or nothing."""
    row = ever_asked(registration, code)
    return row.deposit if row else None


def gave_some(registration: Registration) -> bool:
    """Return whether a file was given for any piece of a registration, also of one asked for no more."""
    given = Evidence.objects.filter(registration=registration, deposit__isnull=False)
    return bool(given.exists())


def given_unopened(
    row: Evidence, *, since: datetime | None, read: Collection[int]
) -> QuerySet[Deposit]:
    """Return the file in force of a piece, with those that its candidate gave before it and nobody has opened.

    Args:
        row: the piece.
        since: when the first of these was given, where that is known.
        read: the keys of those that the office has read, from whichever page.
    """
    found = Q(pk=row.deposit_id)
    if since is not None:
        later = {} if row.looked_at is None else {"given_at__gt": row.looked_at}
        found |= Q(given_at__gte=since, **later)
    given: QuerySet[Deposit] = Deposit.objects.filter(found, evidence=row, author_kind=CANDIDATE)
    return given.exclude(pk__in=read)


def given_elsewhere(registration: Registration) -> list[Evidence]:
    """Return the pieces of which a candidate has given a file for another registration, the last first.

    Withdrawn or not, each with its file, in which the antivirus has found nothing.

    Args:
        registration: that for which they might serve again.
    """
    return _elsewhere(candidate=registration.candidate_id, registration=registration.pk)


@prepared(Evidence)
def _elsewhere(candidate: int, registration: int) -> QuerySet[Evidence]:
    others = Evidence.objects.filter(
        registration__candidate=candidate, deposit__is_clean=True
    ).exclude(registration=registration)
    found = others.select_related("deposit", "registration").order_by("-deposit__given_at", "-pk")
    return found[:MOST_ELSEWHERE]


def unwritten(registration: Registration, place: int, piece: Mapping[str, str | bool]) -> Evidence:
    """Return the row of a piece that a version asks for, not kept: nothing was given for it.

    Args:
        registration: whose it is.
        place: its rank among the pieces.
        piece: its line in the version.
    """
    return Evidence(registration=registration, state=State.OWED, place=place, **words_of(piece))


def words_of(piece: Mapping[str, str | bool]) -> dict[str, str | bool | datetime]:
    """Return what a piece copies of its line in a version."""
    return {
        "code": piece["code"],
        "label": piece["label"],
        "help": piece["help"],
        "is_mandatory": piece["is_mandatory"],
        "until": datetime.fromisoformat(str(piece["until"])),
    }


def to_verify_within(reach: Reach, *, at: datetime | None) -> QuerySet[Evidence]:
    """Return the pieces of a perimeter that the office is to verify, the oldest first.

    Args:
        reach: the perimeter.
        at: the instant, which leaves out those of an exam that is over; nothing for every one.
    """
    waiting = Evidence.objects.within(reach).filter(
        state__in=TO_VERIFY, registration__state__in=TO_COMPLETE
    )
    if at is not None:
        waiting = waiting.exclude(registration__exam__in=exams_over(at))
    found: QuerySet[Evidence] = waiting.order_by("arrived_at", "pk")
    return found


def posted_late(rows: QuerySet[Evidence]) -> list[int]:
    """Return the keys of those pieces that came after their day, as each says it (`Evidence.is_late`).

    The database keeps those that are late by some clock; each is judged by its own.

    Args:
        rows: pieces that wait for a verdict: few of them came late.
    """
    day = TruncDate("until", tzinfo=UTC)
    late = list(rows.filter(posted_on__gte=day).only("registration", "until", "posted_on"))
    keys = {one.registration_id for one in late}
    whose = Registration.objects.for_office().in_bulk(keys)
    for one in late:
        one.registration = whose[one.registration_id]
    return [one.pk for one in late if one.is_late]


def in_force(registration: Registration) -> QuerySet[Deposit]:
    """Return the files in force of the pieces that a registration owes."""
    rows = Evidence.objects.asked().filter(registration=registration, deposit__isnull=False)
    found: QuerySet[Deposit] = Deposit.objects.filter(pk__in=rows.values("deposit"))
    return found


def weight_of(deposits: QuerySet[Deposit]) -> int:
    """Return how many bytes some files have together."""
    return deposits.aggregate(total=Sum("size"))["total"] or 0


def given_again(user: int, digests: Iterable[str]) -> dict[str, list[Deposit]]:
    """Return the copies that an account has given of some contents, by their fingerprint.

    Args:
        user: the key of the account.
        digests: the fingerprints.
    """
    wanted = set(digests)
    given = Deposit.objects.visible_to(user).select_related(
        "evidence__registration__exam", "evidence__registration__service"
    )
    found: dict[str, list[Deposit]] = {}
    for one in given.order_by("given_at", "pk"):
        if one.digest in wanted:
            found.setdefault(one.digest, []).append(one)
    return found


def labels_within(reach: Reach) -> dict[str, str]:
    """Return what is asked for in a perimeter, by code: two labels are both said.

    First what the réglementations in force ask for, then what those before them did, said as such.
    """
    found: dict[str, dict[str, None]] = {}
    for programme in programmes():
        if reach.knows(programme.regulation.domain.code):
            for offered in programme.exams:
                for piece in offered.rules.evidence:
                    found.setdefault(piece.code, {})[piece.label] = None
    named = {code: BOTH.join(labels) for code, labels in found.items()}
    in_force = dict(sorted(named.items(), key=lambda pair: search_key(pair[1])))
    once = (piece for former in once_offered(reach) for piece in former.rules.evidence)
    return and_gone(in_force, ((piece.code, piece.label) for piece in once))


def of_code(code: str) -> Q:
    """Return what a piece satisfies that is chosen in a list, by its code or by `ADDED`."""
    return Q(code__startswith=f"{ADDED}-") if code == ADDED else Q(code=code)


def with_added(labels: Mapping[str, str]) -> dict[str, str]:
    """Return a list of pieces to be chosen from, with those that the office asks for beyond it, last."""
    return {**labels, ADDED: LABEL}


def labels_of(codes: Iterable[str]) -> dict[str, str]:
    """Return how pieces of these codes are called, in any domain, by the réglementation in force first.

    Those that the office asks for beyond it are called alike: each has words of its own.
    """
    wanted = set(codes)
    found: dict[str, str] = {}
    in_force = (offered for programme in programmes() for offered in programme.exams)
    for offered in chain(in_force, once_offered()):
        for piece in offered.rules.evidence:
            if piece.code in wanted:
                found.setdefault(piece.code, piece.label)
    return {**found, **{code: LABEL for code in wanted if code == ADDED or is_added(code)}}
