"""The pieces among what makes a registration sure (E6)."""

from collections.abc import Iterable

from sporades.core.french import instant_in_words
from sporades.evidence.queries import Owed
from sporades.evidence.states import State
from sporades.registrations.checklist import Check, seen_in_words
from sporades.registrations.evidence import due_in_words
from sporades.registrations.models import Registration

_DONE = (State.ACCEPTED, State.WAIVED)


def checks_of(registration: Registration, owed: Iterable[Owed]) -> list[Check]:
    """Return a condition for each piece: of a validated registration, for those it could not do without.

    Args:
        registration: one that stands.
        owed: its pieces, as `owed_by` gives them.
    """
    if registration.is_validated:
        return [
            Check(f"Pièce justificative : {one.row.label}", "done", seen_in_words(registration))
            for one in owed
            if one.row.is_mandatory
        ]
    return [_check(registration, one) for one in owed]


def _check(registration: Registration, owed: Owed) -> Check:
    row = owed.row
    label = f"Pièce justificative : {row.label}" + ("" if row.is_mandatory else " (facultative)")
    if row.state in _DONE:
        return Check(label, "done", f"{row.get_state_display()}.")
    if row.state == State.REFUSED:
        note = f"Non conforme : {row.reason} {due_in_words(registration, owed.before)}"
        return Check(label, "missing", note, "piece", row.code)
    return Check(label, "waiting", _note(registration, owed), "piece", row.code)


def _note(registration: Registration, owed: Owed) -> str:
    row = owed.row
    if row.state == State.POSTED:
        return f"Reçue par courrier. {row.note} Votre service gestionnaire la vérifiera."
    if row.deposit is None:
        return due_in_words(registration, owed.before)
    given = instant_in_words(row.deposit.given_at, registration.service.zone)
    return f"Déposée le {given}. Votre service gestionnaire la vérifiera."
