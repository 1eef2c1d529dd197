"""What of a file says something of health: left out for whoever does not read the whole of it (P-12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from sporades.accounts.permissions import Permission
from sporades.acts.accommodating.telling import is_on_health
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.evidence.models import Evidence
from sporades.evidence.queries import Owed
from sporades.exams.queries import rules
from sporades.exams.rules.health import statuses_of_health
from sporades.letters.rules import of_piece
from sporades.mail.models import Message
from sporades.mail.queries import first_of
from sporades.publications.models import PublicationLine
from sporades.registrations.checklist import ASKED_BY_SERVICE, Check
from sporades.registrations.models import Registration
from sporades.registrations.sections.candidacy import CandidacyForm
from sporades.searches.answered import asked_by_handicap

OF_ACCOMMODATIONS = frozenset(
    (
        *("request_received", "request_withdrawn", "signed_request_withdrawn"),
        *("appeal_received", "appeal_silent", "appeal_withdrawn"),
        *("something_awaits", "guardian_awaited", "signed_as_guardian"),
    )
)
"""The mails that only a request for accommodations has: that one was written says that there is one."""

_OF_SEVERAL = ("pieces_due", "pieces_given_time")
"""The mails that name several pieces, which nothing in them tells apart."""

REASON_NOT_SHOWN = "Son motif n'est pas montré à l'accueil."
"""Said of every reason of the office, whatever it is: one that was left out alone would tell by that."""

_DECLARED = str(CandidacyForm.base_fields["has_disability"].label)


@dataclass(frozen=True)
class Spared:
    """What is left out of a file; nothing for whoever reads the whole of it.

    Attributes:
        is_any: whether its reader is spared anything.
        pieces: the codes of the pieces that a handicap alone asks for.
        papers: the codes of the épreuves that tell of a handicap, by a dispense for instance.
        labels: what those pieces, the questions that a handicap alone asks, and the declaration
            itself are called.
    """

    is_any: bool = False
    pieces: frozenset[str] = frozenset()
    papers: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()

    def of_pieces(self, owed: Iterable[Owed]) -> list[Owed]:
        """Return the pieces that are shown."""
        return [one for one in owed if one.row.code not in self.pieces]

    def of_checks(self, checks: Iterable[Check]) -> list[Check]:
        """Return what is shown of that which a candidate has to do, or waits for."""
        shown = (self._without_reason(one) for one in checks)
        return [one for one in shown if one.piece not in self.pieces and not self.is_told(one.note)]

    def of_mails(self, messages: Iterable[Message], registration: Registration) -> list[Message]:
        """Return the mails that are shown: none about accommodations, or about what is left out elsewhere.

        Args:
            messages: about a registration.
            registration: which.
        """
        if not self.is_any:
            return list(messages)
        left_out = {*OF_ACCOMMODATIONS, *(_OF_SEVERAL if self.pieces else ())}
        written = [one for one in messages if one.kind not in left_out]
        rows = Evidence.objects.filter(registration=registration.pk, code__in=self.pieces)
        pieces = {of_piece(pk) for pk in rows.values_list("pk", flat=True)}
        documents = _of_documents(registration)
        return [
            one
            for one in written
            if one.matter not in pieces
            and not is_on_health(one)
            and _named_first(first_of(one).key) not in documents
        ]

    def of_reason(self, reason: str) -> str:
        """Return the sentence that says why the office decided something; nothing where it says nothing."""
        if not reason:
            return ""
        return REASON_NOT_SHOWN if self.is_any else f"Motif : {reason}"

    def of_piece(self, row: Evidence) -> str:
        """Return what is said of a piece beside its state: how it came, or why it was decided so."""
        return self.of_reason(row.reason) if row.note == row.reason else row.note

    def of_snapshot(self, snapshot: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is shown of a version."""
        sections = [
            {
                **one,
                "lines": [line for line in one["lines"] if line[0] not in self.labels],
                "tables": [self._of_table(table) for table in one["tables"]],
            }
            for one in snapshot["sections"]
        ]
        return {**snapshot, "sections": sections}

    def is_told(self, text: str) -> bool:
        """Return whether a text names what is left out: the reason of what lacks a piece does."""
        return any(label in text for label in self.labels)

    def _without_reason(self, check: Check) -> Check:
        if not self.is_any:
            return check
        if check.label == ASKED_BY_SERVICE:
            return replace(check, note=REASON_NOT_SHOWN)
        if not check.reason:
            return check
        said = f" : {check.reason}"
        note, apart = (
            text.replace(said, f". {REASON_NOT_SHOWN}", 1) for text in (check.note, check.apart)
        )
        return replace(check, note=note, apart=apart)

    def _of_table(self, table: Mapping[str, Any]) -> dict[str, Any]:
        kept = [
            (row, code)
            for row, code in zip(table["rows"], table["codes"], strict=True)
            if code not in self.papers
        ]
        return {**table, "rows": [row for row, _ in kept], "codes": [code for _, code in kept]}


def spared_of(request: HttpRequest, registration: Registration) -> Spared:
    """Return what is left out of the file of a registration for its reader."""
    where = {"academy": registration.academy_id, "domain": registration.exam.domain.code}
    if request.reaches(Permission.READ_WHOLE_FILES).covers(**where):
        return Spared()
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    codes, labels = asked_by_handicap(registration)
    return Spared(
        is_any=True,
        pieces=frozenset(codes),
        papers=frozenset(one.code for one in exam.papers if statuses_of_health(one, exam)),
        labels=frozenset((_DECLARED, *labels)),
    )


def _of_documents(registration: Registration) -> set[str]:
    """Return how the keys begin of what is told of the decisions on accommodations of a registration."""
    slugs = [one.slug for one in kinds.registered() if one.is_on_accommodations]
    lines = PublicationLine.objects.filter(
        registration=registration.pk, publication__kind__in=slugs
    ).values_list("pk", flat=True)
    issued = DocumentVersion.objects.filter(
        document__folder=registration.folder_id, document__kind__in=slugs
    ).values_list("pk", flat=True)
    return {
        *(f"publication line:{pk}" for pk in lines),
        *(f"{said}:{pk}" for pk in issued for said in ("document", "document version")),
    }


def _named_first(key: str) -> str:
    """Return the row that the key of a mail names first: « document:12 »."""
    return ":".join(key.split(":")[:2])
