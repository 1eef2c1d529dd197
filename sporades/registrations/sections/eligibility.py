"""Say, in the tab that can mend it, what the rules of eligibility refuse."""

from django.core.exceptions import ValidationError

from sporades.exams.rules import Facts, candidacy, eligibility
from sporades.exams.schema import Exam
from sporades.registrations.sections.base import SectionForm

ANSWERS = "answers."
OF_QUALIFICATION = ("diploma", "experience")


def refuse_ineligible(form: SectionForm, *, tab: str, prefix: str = "") -> None:
    """Add to a tab's form the refusals that this tab answers for.

    Args:
        form: the form, being cleaned.
        tab: its slug.
        prefix: what the names of its questions begin with.
    """
    facts = form.dossier.facts_with(form)
    # An answer that cannot be read breaks no rule yet.
    unread = set(form.errors)
    category = form.dossier.rules.category(facts.category)
    of_category = {rule.code for rule in category.eligibility} if category else set()
    for breach in eligibility.refusals(form.dossier.rules, facts):
        if _tab_of(breach.field, form.dossier.rules, facts) == tab:
            name = prefix + breach.field.removeprefix(ANSWERS)
            # An age cannot be changed here: what can be is the category that asks for it.
            fallback = "category" if breach.rule in of_category else ""
            place = next((one for one in (name, fallback) if one in form.fields), None)
            if place not in unread:
                form.add_error(place, ValidationError(breach.message, code=breach.rule))


def _tab_of(field: str, rules: Exam, facts: Facts) -> str:
    if field.startswith(ANSWERS):
        return "supplementaires"
    if field in OF_QUALIFICATION and candidacy.asks_qualification(rules, facts):
        return "qualification"
    return "informations"
