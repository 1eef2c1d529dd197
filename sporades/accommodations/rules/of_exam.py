"""What the réglementation of an exam says of accommodations."""

from collections.abc import Callable, Iterable, Mapping

from sporades.accommodations.models import Case
from sporades.candidates.names import is_same_person
from sporades.core.french import listed
from sporades.exams.queries import rules, versions_of_exam
from sporades.exams.rules.accommodations import health_papers, procedure_of
from sporades.exams.schema import Exam
from sporades.exams.schema.accommodations import Accommodations, HealthPaper, Measure, Procedure
from sporades.registrations.models import Registration


def exam_of(registration: Registration) -> Exam:
    """Return what the version of a registration says of its exam."""
    return rules(registration.regulation_id).exam(registration.exam.code)


def rules_of(registration: Registration) -> Accommodations | None:
    """Return what may be asked for, or nothing where it is asked for elsewhere."""
    return exam_of(registration).accommodations


def rules_for(registration: Registration, case: Case | None) -> Accommodations | None:
    """Return what a request is read and judged by: the version under which it was sent.

    Its registration may be under another one since, which changes nothing of what was asked. Until it
    is sent, or where there is none, what may be asked for now.

    Args:
        registration: whose request it is.
        case: the request, if there is one.
    """
    under = case.regulation_id if case is not None else None
    return rules_under(registration, under or registration.regulation_id)


def rules_under(registration: Registration, version: int) -> Accommodations | None:
    """Return what a version says of the accommodations of an exam; nothing where it knows none of it.

    A request that was taken back may be of before its registration was for another exam.

    Args:
        registration: for which exam.
        version: the key of the version.
    """
    known = {one.code: one for one in rules(version).exams}
    found = known.get(registration.exam.code)
    return found.accommodations if found else None


def suits_exam(case: Case, registration: Registration, *, exam: str) -> bool:
    """Tell whether a request says the same of another exam: same rules, and épreuves that bear its codes.

    Args:
        case: the request.
        registration: whose it is, as it stands.
        exam: the code of the other exam.
    """
    known = {one.code: one for one in rules(case.regulation_id or registration.regulation_id).exams}
    was, now = known.get(registration.exam.code), known.get(exam)
    if was is None or now is None or was.accommodations != now.accommodations:
        return False
    named = {
        code
        for one in case.measures.all()
        for code in (*one.papers, *one.opinion_papers, *one.decided_papers)
    }
    labels = ({paper.code: paper.label for paper in one.papers} for one in (was, now))
    before, after = labels
    return all(before.get(code) == after.get(code) for code in named)


def written_under(registration: Registration, case: Case | None) -> int:
    """Return the key of the version by which a request that is written now is judged: that of now.

    Where that one takes no request, what was sent under another is completed under it.

    Args:
        registration: whose request it is.
        case: the one that is open, if there is one.
    """
    sent_under = case.regulation_id if case is not None else None
    if sent_under is None or rules_of(registration) is not None:
        return registration.regulation_id
    return sent_under


def shown_of(registration: Registration, last: Case | None, former: Case | None) -> Case | None:
    """Return the request by which it is said where accommodations stand: the last one.

    What was begun after a decision cannot be sent where the version of now takes no request: the
    decision is what there is to read.

    Args:
        registration: whose they are.
        last: its last request, if there is one.
        former: the last of which a decision was notified, if there is one.
    """
    is_unsent = last is not None and last.asked_at is None
    is_former = is_unsent and former is not None and rules_of(registration) is None
    return former if is_former else last


def is_another_guardian(registration: Registration, name: str) -> bool:
    """Return whether a name is not that of the guardian whom a registration names, where it names one."""
    named = registration.guardian_name
    return bool(named) and not is_same_person(named, name)


def followed_by(
    registration: Registration, *, under: int, plan: str, measures: Iterable[str]
) -> Procedure:
    """Return the procedure that a request follows, by the category of its registration.

    Args:
        registration: whose request it is.
        under: the key of the version by which it is judged; where that does not know the category,
            the one of the registration does.
        plan: the code of the plan that is shown, or nothing.
        measures: the codes of the measures that it asks for.
    """
    category, code = registration.category, registration.exam.code
    is_known = any(one.code == category for one in rules(under).exam(code).categories)
    asked = rules_under(registration, under if is_known else registration.regulation_id)
    if asked is None:
        return Procedure.COMPLETE
    codes = list(measures)
    return procedure_of(asked, category=category, plan=plan, measures=codes)


def why_complete(registration: Registration, case: Case, *, measures: Iterable[str]) -> str:
    """Say why a plan that is in force spares a request nothing of the whole procedure; else nothing.

    Args:
        registration: whose request it is.
        case: the request.
        measures: the codes of the measures that it asks for.
    """
    asked = rules_for(registration, case)
    if asked is None or asked.simple is None or not case.plan or case.is_simple:
        return ""
    if case.plan not in asked.simple.plans:
        return "ce plan ne donne pas droit à la procédure simplifiée"
    if registration.category not in asked.simple.categories:
        return "votre catégorie de candidat n'a pas droit à la procédure simplifiée"
    codes = set(measures)
    beyond = [
        f"« {one.label} »"
        for one in asked.measures
        if one.needs_whole_procedure and one.code in codes
    ]
    if not beyond:
        return ""
    verb = "demandent" if len(beyond) > 1 else "demande"
    return f"{listed(beyond)} {verb} la procédure complète, même avec un plan"


def papers_called_for(
    registration: Registration, case: Case, *, measures: Iterable[str]
) -> list[HealthPaper]:
    """Return the papers of health that a request calls for.

    Args:
        registration: whose request it is.
        case: the request.
        measures: the codes of the measures that it asks for.
    """
    asked = rules_for(registration, case)
    if asked is None:
        return []
    called = health_papers(
        asked,
        procedure=Procedure(case.procedure),
        plan=case.plan,
        measures=list(measures),
        has_former_decision=case.has_former_decision,
    )
    # The service has its own decision: nobody confides it to the service.
    return [one for one in called if not (case.is_former_held and one.is_at_hand)]


def late_in_words(case: Case) -> str:
    """Say why a request comes after its deadline, in the words of its candidate where there are any."""
    if not case.late_reason:
        return ""
    reason = _once_named(case, lambda asked: asked.late_reason(case.late_reason))
    return " : ".join(filter(None, [reason.label if reason else "", case.late_words]))


def plan_in_words(case: Case) -> str:
    """Say which plan its candidate has, in the words in which it was chosen; « Aucun » of none."""
    plan = _once_named(case, lambda asked: asked.plan(case.plan)) if case.plan else None
    return plan.label if plan else "Aucun"


def _once_named[Named](case: Case, named: Callable[[Accommodations], Named | None]) -> Named | None:
    """Return what a request names, also where a later version knows it no more: it was asked so."""
    asked = rules_for(case.registration, case)
    if asked and (now := named(asked)):
        return now
    versions = versions_of_exam(case.registration.regulation, exam=case.registration.exam.code)
    before = (one.accommodations for one in versions)
    return next((found for one in before if one and (found := named(one))), None)


def measures_by_family(asked: Accommodations) -> Mapping[str, list[Measure]]:
    """Return the measures under the title of their family, in the order of the réglementation."""
    found: dict[str, list[Measure]] = {}
    for measure in asked.measures:
        found.setdefault(measure.family, []).append(measure)
    return found
