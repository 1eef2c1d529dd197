"""What another réglementation would say of a registration, judged by the tabs of the wizard."""

from collections.abc import Iterable
from datetime import datetime

from sporades.core.french import local_day
from sporades.exams.models import Regulation
from sporades.exams.rules.texts import with_text
from sporades.registrations import accepted, journey
from sporades.registrations.dossier import Answers, Dossier, rules_of
from sporades.registrations.models import Registration
from sporades.registrations.refusals import Trouble

GONE = "Cet examen ou cette spécialité n'est plus proposé."
ONE_ALONE = "Une seule inscription"


def troubles_under(
    regulation: Regulation,
    registration: Registration,
    *,
    answers: dict[str, Answers],
    others: Iterable[Registration],
    at: datetime,
) -> list[Trouble]:
    """Return what would keep a registration from being filed again as it is.

    It is judged as if its candidate filed the same answers now: by the forms of the tabs, under
    another version, whatever the dates of its service.

    Args:
        regulation: the version, saved or not.
        registration: one that stands, loaded `whole()`.
        answers: those of its last version, tab by tab.
        others: the registrations that stand, of the same candidate for the same session, filed
            before it.
        at: the instant.
    """
    rules = rules_of(regulation, exam=registration.exam, speciality=registration.speciality)
    if rules is None:
        return [Trouble("", "", "", "", GONE)]
    dossier = Dossier(
        candidate=registration.candidate,
        exam=registration.exam,
        speciality=registration.speciality,
        service=registration.service,
        regulation=regulation,
        day=local_day(at, registration.service.zone),
        answers=_reading_again(answers),
        amends=True,
        is_placed=registration.is_placed,
    )
    found = journey.troubles(journey.judged(dossier))
    scope = regulation.rules.exclusive_scope(rules)
    if rules.exclusive and scope in {_scope(regulation, one) for one in others}:
        message = with_text(rules.exclusive.message, rules.exclusive.reference)
        found.append(Trouble("", "", "", ONE_ALONE, message))
    return found


def _reading_again(answers: dict[str, Answers]) -> dict[str, Answers]:
    """Return answers whose box would be ticked: other modalités are read, and exclude nobody."""
    said = answers.get(accepted.SECTION, {})
    if not said.get(accepted.BOX):
        return answers
    return {**answers, accepted.SECTION: {**said, accepted.BOX: "on"}}


def _scope(regulation: Regulation, registration: Registration) -> str | None:
    rules = rules_of(regulation, exam=registration.exam, speciality=registration.speciality)
    return regulation.rules.exclusive_scope(rules) if rules else None
