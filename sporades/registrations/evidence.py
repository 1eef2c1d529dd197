"""The supporting documents that a registration calls for, as the réglementation says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sporades.core.french import local_day
from sporades.exams.models.service import MINUTE
from sporades.exams.queries import rules
from sporades.exams.rules import evidence
from sporades.exams.rules.health import of_health
from sporades.exams.schema.evidence import Way
from sporades.registrations.added import added_ways
from sporades.registrations.deadlines import due_from, later_of
from sporades.registrations.dossier import Dossier
from sporades.registrations.giving import Giving, giving_of, in_words
from sporades.registrations.models import Registration, Version
from sporades.registrations.sections.papers import PapersForm


@dataclass(frozen=True)
class Issued:
    """A version of which the documents are issued, and where its pieces stand at that instant.

    Attributes:
        version: the version.
        due: the pieces that are still to be sent, as the version has them.
        here: the others: what each is, and how it stands.
    """

    version: Version
    due: list[dict[str, Any]]
    here: list[list[str]]

    @property
    def giving(self) -> Giving:
        """How the pieces that are still to be sent are given, together; by whoever has no space, by post."""
        has_account = self.version.registration.candidate.has_account
        return _giving(self.version.registration, self.due) if has_account else Giving.POST

    @property
    def told(self) -> list[dict[str, Any]]:
        """Those pieces, each with how it is given where that differs from one to another."""
        if self.giving is not Giving.EACH:
            return self.due
        return _with_ways(self.version.registration, self.due)


def evidence_of(
    dossier: Dossier,
    papers: PapersForm,
    *,
    told: Iterable[Mapping[str, Any]],
    at: datetime,
) -> list[dict[str, Any]]:
    """Return what this candidate owes: label, help, date due of each piece, and its last minute.

    Args:
        dossier: what was judged.
        papers: the choices made for the épreuves, valid.
        told: the pieces that were asked for until now, with the deadlines that were told; any other
            is asked for from now on.
        at: the instant.
    """
    statuses = {code: choice.status.value for code, choice in papers.choices_made().items()}
    facts = replace(dossier.facts, statuses=statuses)
    before = {piece["code"]: piece for piece in told}
    return [
        _line_of(piece, dossier, told=before.get(piece.code), at=at)
        for piece in evidence.due(dossier.rules, facts)
    ]


def evidence_anew(
    registration: Registration,
    version: Version,
    told: list[dict[str, Any]],
    *,
    before: Mapping[str, Any],
    at: datetime,
) -> list[dict[str, Any]]:
    """Return what a registration owes whose academy, or civil data, are others, which may ask for other pieces.

    What is asked of these answers now as before stays as it was told, whatever else has changed since.
    Once the exam is over nothing more is asked.

    Args:
        registration: as it is now.
        version: its last one, whose answers are judged by the réglementation under which it was filed.
        told: the pieces that it owed, with their deadlines.
        before: the facts that were others.
        at: the instant.
    """
    dossier = Dossier(
        candidate=registration.candidate,
        exam=registration.exam,
        speciality=registration.speciality,
        service=registration.service,
        regulation=registration.regulation,
        day=local_day(registration.amended_at or registration.filed_at, registration.service.zone),
        answers=version.snapshot["answers"],
        amends=True,
        # Ages count on that day, as where it was filed again since.
        registered_on=registration.registered_on,
        is_placed=registration.is_placed,
    )
    rows = registration.papers.values_list("paper__code", "status")
    facts = replace(dossier.facts, statuses=dict(rows))
    here = {piece.code: piece for piece in evidence.due(dossier.rules, facts)}
    were = {piece.code for piece in evidence.due(dossier.rules, replace(facts, **before))}
    owed = {one["code"]: one for one in told if one["code"] in here or one["code"] not in were}
    asked_anew = set() if registration.is_exam_over(at) else here.keys() - were - owed.keys()
    for code in asked_anew:
        owed[code] = _line_of(here[code], dossier, told=None, at=at)
    order = [piece.code for piece in dossier.rules.evidence]
    return sorted(owed.values(), key=lambda one: order.index(one["code"]))


def _line_of(
    piece: evidence.PieceDue, dossier: Dossier, *, told: Mapping[str, Any] | None, at: datetime
) -> dict[str, Any]:
    service, reader = dossier.service, dossier.reader_zone
    return {
        "code": piece.code,
        "label": piece.label,
        "help": _help(piece.help, piece.reference),
        "is_mandatory": piece.is_mandatory,
        **(
            later_of(told, service.due(piece.deadline, reader))
            if told
            else due_from(service, piece.deadline, reader, days=piece.replaced_within, at=at)
        ),
    }


def _help(said: str | None, reference: str | None) -> str:
    """Return what is said of a piece, and the text that asks for it."""
    if said and reference:
        return f"{said} ({reference})"
    return said or (f"Texte qui la demande : {reference}." if reference else "")


def ways_of(registration: Registration, piece: str) -> tuple[Way, ...]:
    """Return by which ways a piece is given, as the réglementation says where its registration is now (C53).

    Of one that the office asks for beyond it, as the office has said. Who has no account has no space: what others deposit there, they send by post.

    Args:
        registration: whose piece it is.
        piece: its code.
    """
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    ways = added_ways(piece) or evidence.ways_of(exam, piece, registration.academy_id)
    if Way.POST not in ways and not registration.candidate.has_account:
        return (Way.POST,)
    return ways


def instead(registration: Registration, piece: str) -> str:
    """Say what to do of a piece of which no file is taken: send it, where it may come by post."""
    if Way.POST in ways_of(registration, piece):
        return "envoyez cette pièce par courrier à votre service gestionnaire"
    return "contactez votre service gestionnaire"


def are_named_to(registration: Registration) -> bool:
    """Return whether what is sent to a candidate names pieces: a letter does, a mail unless one tells of health.

    Then it names none, to whoever owes which: a mail that left out that one would tell it too.
    """
    if registration.candidate.by_letter:
        return True
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    return not any(of_health(piece.when, exam) for piece in exam.evidence)


def due_as_told(version: Version) -> list[dict[str, Any]] | None:
    """Return the pieces of a version that are still to be sent, with how; nothing where they are not named.

    Each says whether its deadline had passed as the version was filed: it was asked for before.
    """
    found = version.registration
    if not are_named_to(found):
        return None
    return [
        {**piece, "is_late": version.filed_at >= datetime.fromisoformat(piece["until"]) + MINUTE}
        for piece in _with_ways(found, version.due)
    ]


def first_due(version: Version) -> datetime | None:
    """Return before when the first of what a version asks for is to be sent; what was late then apart.

    Args:
        version: issued, with its registration; of a validated one nothing is awaited.
    """
    found = version.registration
    if found.is_validated:
        return None
    asked = version.snapshot["to_return"]
    told = version.due if found.summary_posted_on or not asked else [*version.due, asked]
    days = [datetime.fromisoformat(one["until"]) for one in told]
    return min((one for one in days if version.filed_at < one + MINUTE), default=None)


def giving_as_told(version: Version) -> Giving:
    """Return how those pieces are given, as a mail says it: by post, to who has no space."""
    has_account = version.registration.candidate.has_account
    return _giving(version.registration, version.due) if has_account else Giving.POST


def _with_ways(
    registration: Registration, told: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [{**piece, "way": in_words(ways_of(registration, piece["code"]))} for piece in told]


def _giving(registration: Registration, told: Iterable[Mapping[str, Any]]) -> Giving:
    return giving_of(ways_of(registration, piece["code"]) for piece in told)


def due_in_words(registration: Registration, before: str) -> str:
    """Say until when pieces are sent; what the service had before a modification is not sent twice."""
    already = ", si ce n'est pas déjà fait" if registration.awaits_new_validation else ""
    return f"À fournir avant le {before}{already}."
