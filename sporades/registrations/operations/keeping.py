"""What a version that undoes nothing keeps of the one before: the deadlines, pieces and receipt that it told."""

from datetime import datetime
from typing import Any

from sporades.exams.queries import rules
from sporades.registrations.deadlines import later_of
from sporades.registrations.models import Registration, Version
from sporades.registrations.receipt import return_of, with_contacts


def returned_again(
    registration: Registration, asked: dict[str, Any] | None, *, at: datetime
) -> dict[str, Any] | None:
    """Return until when the signed summary is sent, which is issued again: the usual days, once its day has passed.

    Not where it is not awaited, nor once the exam is over.
    """
    is_here = registration.is_validated or registration.summary_posted_on
    if asked is None or is_here or registration.is_exam_over(at):
        return asked
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    again = return_of(exam, registration.service, reader=registration.reader_zone, at=at)
    return {**asked, **later_of(asked, again)} if again else asked


def with_contacts_alone(
    snapshot: dict[str, Any],
    registration: Registration,
    before: Version,
    *,
    owes_more: bool,
    at: datetime,
) -> dict[str, Any]:
    """Return what a version freezes of which contact data alone are others: it asks for nothing anew.

    Silence is counted from what was received before, as its receipt has said; where a piece is awaited
    that was asked for since, from when that comes, as the new one says.

    Args:
        snapshot: what it would freeze, were it judged anew.
        registration: saved, and filed under the number of the version.
        before: the version before.
        owes_more: as `snapshot_of` has it.
        at: the instant of filing.
    """
    told, settled = before.snapshot, before.snapshot.get("to_review")
    now = {piece["code"]: piece for piece in snapshot["evidence"]}
    when, number = snapshot["filed_in_words"], registration.version
    is_told_anew = owes_more and not registration.is_validated
    return {
        **snapshot,
        "evidence": [now.get(piece["code"], piece) for piece in told["evidence"]],
        "to_return": returned_again(registration, told["to_return"], at=at),
        "receipt": snapshot["receipt"]
        if is_told_anew
        else with_contacts(told["receipt"], when, number=number),
        **({"to_review": settled} if settled else {}),
        "contacts_alone": True,
    }
