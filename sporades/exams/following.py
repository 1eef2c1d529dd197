"""The deadlines that a later closing moves, or that fall within some time: who decides reads which."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sporades.core.french import instant_in_words, quoted
from sporades.exams import schema
from sporades.exams.models import RegistrationService, Regulation
from sporades.exams.models.service import MINUTE
from sporades.exams.queries import programme_of, rules
from sporades.exams.rules.conditions import is_barred_in
from sporades.exams.schema import Deadline

SUMMARY = "récapitulatif signé"
REQUESTS = "demandes d'aménagement"
LATE = "demandes d'aménagement tardives"
MOST_NAMED = 4
"""How many things of one deadline are named; more are counted."""

type Under = Mapping[int, Sequence[Regulation]]
"""The versions before the one in force under which somebody is registered, by service."""


class _Due(NamedTuple):
    what: str
    deadline: Deadline | None
    exam: str
    is_piece: bool = False
    version: int = 0  # a version before the one in force, whose deadline is another
    key: tuple[str, str] = ("", "")  # what it is of, whatever it is called

    def before_and_after(
        self, service: RegistrationService, closings: tuple[datetime, datetime]
    ) -> tuple[datetime, datetime, str]:
        """Return when it falls by two closings, and by which clock; a deadline of none is the closing."""
        if self.deadline is None:
            return *closings, service.zone
        before, after = (self.deadline.instant(closing=one, zone=service.zone) for one in closings)
        return before, after, self.deadline.zone or service.zone


def following(
    service: RegistrationService, *, closed_at: datetime, closes_at: datetime, under: Under
) -> list[str]:
    """Say which deadlines a later closing moves, and when they fall then, one sentence for each day.

    Those of the supporting documents, of the signed summary and of the requests for accommodations,
    by the réglementation in force, as this process holds it, and by the versions before it that
    registrations keep, where the academy asks for them: so many days after the closing, a fixed day
    that the closing has passed, or the closing itself.

    Args:
        service: the service.
        closed_at: its closing before.
        closes_at: its new closing.
        under: the versions before.

    Returns:
        Sentences without their point, the first deadline first; none where nothing moves.
    """
    if closes_at <= closed_at:
        return []
    moved: dict[tuple[datetime, datetime, str], list[_Due]] = {}
    for due in _of(service, under):
        before, after, zone = due.before_and_after(service, (closed_at, closes_at))
        if before != after:
            moved.setdefault((before, after, zone), []).append(due)
    # One piece may be due at another time for another exam: which is then said.
    times = Counter(what for some in moved.values() for what in {one.what for one in some})
    return [
        f"{_named(some, times)} : jusqu'au {instant_in_words(after, zone)}, au lieu du "
        f"{instant_in_words(before, zone)}"
        for (before, after, zone), some in sorted(moved.items(), key=lambda one: one[0])
    ]


def falling(
    services: Iterable[RegistrationService], *, since: datetime, until: datetime, under: Under
) -> list[tuple[str, list[RegistrationService]]]:
    """Say what has its last minute within some time, each sentence with the services of which it is true.

    Supporting documents and requests for accommodations, by the réglementation in force and by the
    versions before it that registrations keep, where the academy asks for them; neither the signed
    summary, which goes by post, nor what goes with the closing.

    Args:
        services: the services.
        since: the beginning.
        until: the end.
        under: the versions before.

    Returns:
        Sentences without their point, the first deadline first.
    """
    found: dict[tuple[datetime, str], list[RegistrationService]] = {}
    for service in services:
        ending: dict[tuple[datetime, str], list[_Due]] = {}
        for due in _of(service, under):
            if due.deadline is None or due.what == SUMMARY:
                continue
            instant = service.instant_of(due.deadline)
            if since < instant + MINUTE <= until:
                ending.setdefault((instant, due.deadline.zone or service.zone), []).append(due)
        times = Counter(what for some in ending.values() for what in {one.what for one in some})
        for (instant, zone), some in ending.items():
            line = f"{_named(some, times)} : jusqu'au {instant_in_words(instant, zone)}"
            found.setdefault((instant, line), []).append(service)
    return [(line, some) for (_, line), some in sorted(found.items(), key=lambda one: one[0])]


def following_together(
    moves: Iterable[tuple[RegistrationService, datetime, datetime]], *, under: Under
) -> list[tuple[str, list[RegistrationService]]]:
    """Say the same of several services: each sentence once, with the services of which it is true.

    Args:
        moves: each service, its closing before and its new closing.
        under: the versions before.
    """
    found: dict[str, list[RegistrationService]] = {}
    for service, closed_at, closes_at in moves:
        for line in following(service, closed_at=closed_at, closes_at=closes_at, under=under):
            found.setdefault(line, []).append(service)
    return list(found.items())


def _of(service: RegistrationService, under: Under) -> list[_Due]:
    """Return what is due by the version in force, then what is otherwise by those before it."""
    programme = programme_of(service)
    exams = rules(programme.regulation.pk).exams if programme else ()
    found = list(_every(exams, academy=service.academy_id))
    known = {(one.key, one.deadline) for one in found}
    for version in under.get(service.pk, ()):
        every = _every(rules(version.pk).exams, academy=service.academy_id)
        other = {one for one in every if (one.key, one.deadline) not in known}
        found += sorted((one._replace(version=version.number) for one in other), key=_read)
    return found


def _read(due: _Due) -> tuple[str, str]:
    return due.exam, due.what


def _every(exams: Iterable[schema.Exam], *, academy: str) -> Iterator[_Due]:
    for exam in exams:
        for piece in exam.evidence:
            if not is_barred_in(piece.when, academy):
                key = exam.code, piece.code
                yield _Due(piece.label, piece.deadline, exam.label, is_piece=True, key=key)
        if returned := exam.summary_return_in(academy):
            yield _Due(SUMMARY, returned.deadline, exam.label, key=(exam.code, SUMMARY))
        if asked := exam.accommodations:
            yield _Due(REQUESTS, asked.deadline, exam.label, key=(exam.code, REQUESTS))
            if asked.late_until:
                yield _Due(LATE, asked.late_until, exam.label, key=(exam.code, LATE))


def _named(some: list[_Due], times: Counter[str]) -> str:
    pieces = list(dict.fromkeys(_said(one, times) for one in some if one.is_piece))
    others = list(dict.fromkeys(_said(one, times) for one in some if not one.is_piece))
    if len(pieces) > MOST_NAMED:
        pieces = [f"{len(pieces)} pièces justificatives"]
    elif pieces:
        pieces = [f"pièce{'s' * (len(pieces) > 1)} {quoted(pieces)}"]
    return ", ".join([*pieces, *others])


def _said(due: _Due, times: Counter[str]) -> str:
    of = [due.exam] if times[due.what] > 1 else []
    of += [f"inscrits sous la version {due.version}"] if due.version else []
    return f"{due.what} ({', '.join(of)})" if of else due.what
