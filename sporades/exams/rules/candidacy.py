"""What « Informations candidature » and « Qualification présentée » ask of a candidate."""

from sporades.exams.rules.conditions import holds
from sporades.exams.rules.facts import Facts
from sporades.exams.schema.candidacy import NationalService, Zone
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.qualification import Colouring, Diplomas, Experience


def zones(exam: Exam, academy: str) -> list[Zone]:
    """Return the zones or centres that may be wished in an academy, none when none is asked."""
    if exam.zones is None:
        return []
    return [zone for zone in exam.zones.choices if academy in zone.academies]


def national_service(exam: Exam, facts: Facts) -> NationalService | None:
    """Return the question of national service, when it is asked of this candidate."""
    service = exam.national_service
    if service is None:
        return None
    wanted = Condition(age=service.ages, nationalite=service.nationalities)
    return service if holds(wanted, facts) else None


def asks_qualification(exam: Exam, facts: Facts) -> bool:
    """Return whether « Qualification présentée » has a question for this candidate.

    As long as no category is chosen, it counts as soon as it has one for anybody.
    """
    asked = exam.qualification
    if exam.categories and not facts.category:
        return any((asked.diplomas, asked.colouring, asked.experience))
    return any((diplomas(exam, facts), colouring(exam, facts), experience(exam, facts)))


def diplomas(exam: Exam, facts: Facts) -> Diplomas | None:
    """Return the list of diplomas, when one is asked of this candidate."""
    wanted = exam.qualification.diplomas
    return wanted if wanted is not None and holds(wanted.when, facts) else None


def colouring(exam: Exam, facts: Facts) -> Colouring | None:
    """Return the « coloration disciplinaire », when it is asked of this candidate."""
    wanted = exam.qualification.colouring
    return wanted if wanted is not None and holds(wanted.when, facts) else None


def experience(exam: Exam, facts: Facts) -> Experience | None:
    """Return the question of experience, when it is asked of this candidate."""
    wanted = exam.qualification.experience
    return wanted if wanted is not None and holds(wanted.when, facts) else None
