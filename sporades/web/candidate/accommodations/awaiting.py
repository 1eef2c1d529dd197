"""What awaits a candidate of their requests for accommodations, in sentences."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from django.urls import reverse

from sporades.accommodations.missing import is_answered
from sporades.accommodations.models import Case
from sporades.accommodations.rules import deadline_of, is_late, is_over, rules_for
from sporades.accommodations.states import State as CaseState
from sporades.accommodations.words import (
    ANSWERED,
    LACKING,
    NO_DATE,
    deadline_in_words,
    emptied_in_words,
    fallen_in_words,
    kept_date_in_words,
)
from sporades.acts.medical.opining import is_asked_by_doctor
from sporades.core.french import ended
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodations.confided import missing_in_words, papers_called_for
from sporades.web.candidate.awaited import Awaiting, Cases, Name


def of_accommodations(
    registrations: Iterable[Registration], cases: Cases, fallen: Cases, *, at: datetime, name: Name
) -> list[Awaiting]:
    """Return the requests that are to be made, finished or completed."""
    found = []
    for registration in registrations:
        case = cases.get(registration.pk)
        if rules_for(registration, case) is None:
            continue
        found += [
            _emptied(registration, case, name=name),
            _accommodation(registration, case, at=at, name=name)
            if case is not None or registration.pk not in fallen
            else _to_make_again(registration, fallen[registration.pk], at=at, name=name),
        ]
    return [one for one in found if one is not None]


def _emptied(registration: Registration, case: Case | None, *, name: Name) -> Awaiting | None:
    """Return that measures of a request that others look at are for no épreuve any more."""
    if case is None:
        return None
    case.registration = registration
    if not (sentence := emptied_in_words(case)):
        return None
    return Awaiting(
        sentence=sentence,
        about=name(registration),
        link=reverse("candidate:accommodation", args=[registration.number]),
        act="Voir ma demande d'aménagement",
    )


def _accommodation(
    registration: Registration, case: Case | None, *, at: datetime, name: Name
) -> Awaiting | None:
    """Return what awaits of one request; of one that others look at, nothing."""
    if case is not None and case.state in LACKING:
        return _papers_of_health(registration, case, name=name)
    is_announced = registration.has_disability and not is_late(registration, at)
    if (case is not None and not case.is_writable) or (case is None and not is_announced):
        return None
    if case is not None and case.asked_at is None and is_over(registration, at):
        return None
    found = Awaiting(
        sentence="Vous avez déclaré un handicap : demandez vos aménagements d'épreuves.",
        about=name(registration),
        link=reverse("candidate:accommodation", args=[registration.number]),
        act="Faire ma demande d'aménagement",
        deadline=deadline_in_words(registration, at=at),
        until=deadline_of(registration).astimezone(UTC).isoformat(),
    )
    if case is None:
        return found
    is_incomplete = case.state == CaseState.INCOMPLETE
    return replace(found, **(_to_complete if is_incomplete else _to_send)(registration, case))


def _to_make_again(
    registration: Registration, fallen: Case, *, at: datetime, name: Name
) -> Awaiting | None:
    """Return that a request is to be made again, having fallen with the registration before."""
    if is_over(registration, at):
        return None
    return Awaiting(
        sentence=fallen_in_words(fallen),
        about=name(registration),
        link=reverse("candidate:accommodation", args=[registration.number]),
        act="Refaire ma demande d'aménagement",
        deadline=deadline_in_words(registration, at=at),
        until=deadline_of(registration).astimezone(UTC).isoformat(),
    )


def _to_complete(registration: Registration, case: Case) -> dict[str, str]:
    """Say of an incomplete request what it lacks, and where it is given; once its doctor has an answer, to send it."""
    undated = {"deadline": NO_DATE, "until": ""}
    if is_answered(case):
        return {"sentence": ANSWERED, "act": "Relire et envoyer ma demande", **undated}
    sentence = f"Votre demande d'aménagement est incomplète : {ended(case.missing)}"
    said = {"sentence": sentence, "act": "Compléter ma demande", **undated}
    if is_asked_by_doctor(case):
        here = reverse("candidate:health", args=[registration.number])
        said["link"] = f"{here}#demande-du-medecin"
    return said


def _to_send(registration: Registration, case: Case) -> dict[str, str]:
    """Say of a request to be sent whether it was sent before: it keeps its date then."""
    if not case.is_taken_up:
        sentence = "Votre demande d'aménagement n'est pas envoyée."
        return {"sentence": sentence, "act": "Finir ma demande d'aménagement"}
    case.registration = registration
    return {
        "sentence": "Vous modifiez votre demande d'aménagement : elle n'est étudiée qu'une fois "
        "envoyée de nouveau.",
        "act": "Finir de la modifier",
        "deadline": f"{kept_date_in_words(case)} {NO_DATE}",
        "until": "",
    }


def _papers_of_health(registration: Registration, case: Case, *, name: Name) -> Awaiting | None:
    missing = missing_in_words(papers_called_for(case, registration))
    if not missing:
        return None
    where = "chez le médecin" if case.state == CaseState.WITH_DOCTOR else "envoyée"
    return Awaiting(
        sentence=f"Votre demande d'aménagement est {where}, mais il reste à déposer {missing}.",
        about=name(registration),
        link=reverse("candidate:health", args=[registration.number]),
        act="Déposer mes papiers de santé",
        deadline=LACKING[CaseState(case.state)],
    )
