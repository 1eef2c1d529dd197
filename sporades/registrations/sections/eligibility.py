"""Say, in the tab that can mend it, what the rules of eligibility refuse."""

from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError

from sporades.exams.rules import Breach, Facts, candidacy, eligibility, questions
from sporades.exams.rules.conditions import fields_of
from sporades.exams.schema import Condition, Exam
from sporades.exams.schema.candidacy import NATIONAL_SERVICE
from sporades.registrations.as_filed import is_refused
from sporades.registrations.dossier import Dossier
from sporades.registrations.questions import PREFIX
from sporades.registrations.sections.base import Place, SectionForm
from sporades.registrations.waivers import is_waived

ANSWERS = "answers."
TABS = ("informations", "qualification", "supplementaires")
"""The tabs whose answers the rules of eligibility look at, in their order."""
SERVICE = ANSWERS + NATIONAL_SERVICE
_ON_TABS = {
    "category": ("informations", "category"),
    "passing_form": ("informations", "passing_form"),
    "disability": ("informations", "has_disability"),
    SERVICE: ("informations", NATIONAL_SERVICE),
    "diploma": ("qualification", "diploma"),
    "experience": ("qualification", "experience"),
}
"""Where each thing is answered, as `Breach.field` names it; the exam's own questions apart."""


def refuse_ineligible(form: SectionForm, *, tab: str) -> None:
    """Add to a tab's form the refusals that this tab answers for, each at the field that mends it.

    Args:
        form: the form, being cleaned.
        tab: its slug.
    """
    rules = form.dossier.rules
    # What was answered to a question that is asked no more calls for no other one.
    facts = questions.counted(rules, form.dossier.facts_with(form))
    # An answer that cannot be read breaks no rule yet.
    unread = set(form.errors)
    for breach in eligibility.refusals(rules, facts):
        place = _place_of(breach, rules, facts)
        if place is None or place.tab != tab or place.field in unread:
            continue
        field = place.field if place.field in form.fields else None
        if not is_refused(form.dossier, breach, facts):
            if not is_waived(form.dossier, breach):
                form.keep_as_filed(field or "")
            continue
        form.refused.append(breach)
        form.add_error(field, ValidationError(breach.message, code=breach.rule))
        ways = [*_mending(breach, rules, facts), *_places(breach.called_by, rules, facts)]
        others = [one for one in ways if one.tab != tab]
        form.also_mended += [one for one in others if one not in form.also_mended]


def refused_outside(dossier: Dossier) -> list[tuple[Place, str]]:
    """Return what no tab can mend: the speciality, the academy or the civil data refuse it.

    Each refusal comes with what would mend it, before the tabs.
    """
    return [
        (place, breach.message)
        for place, breach in _outside(dossier)
        if is_refused(dossier, breach, dossier.facts)
    ]


def kept_outside(dossier: Dossier) -> list[Place]:
    """Return what would mend such refusals that stand against others alone: it is as it was filed."""
    return [
        place
        for place, one in _outside(dossier)
        if not is_waived(dossier, one) and not is_refused(dossier, one, dossier.facts)
    ]


def may_be_waived(dossier: Dossier) -> list[Breach]:
    """Return what the rules refuse, or would but for a derogation, to which one may be noted."""
    return [
        one
        for one in eligibility.refusals(dossier.rules, dossier.facts)
        if is_waived(dossier, one) or (one.is_waivable and is_refused(dossier, one, dossier.facts))
    ]


def waived(dossier: Dossier) -> list[Breach]:
    """Return what the rules would refuse but for a derogation; nothing where its candidate types."""
    if not dossier.is_typed_for:
        return []
    return [one for one in may_be_waived(dossier) if is_waived(dossier, one)]


def waivable(dossier: Dossier, forms: Iterable[SectionForm]) -> list[Breach]:
    """Return the refusals under which the office notes a derogation; none where its candidate types.

    Args:
        dossier: the dossier.
        forms: the tabs, answered, whose refusals are said; what is refused before them is said too.
    """
    if not dossier.is_typed_for:
        return []
    outside = [breach for _, breach in _outside(dossier)]
    # Asking for the errors judges the answers, where nothing has yet.
    inside = [breach for form in forms if form.errors for breach in form.refused]
    stands = [one for one in outside if is_refused(dossier, one, dossier.facts)] + inside
    return [one for one in stands if one.is_waivable]


def _outside(dossier: Dossier) -> list[tuple[Place, Breach]]:
    rules, facts = dossier.rules, dossier.counted
    return [
        (next(_mending(breach, rules, facts), Place("", "")), breach)
        for breach in eligibility.refusals(rules, facts)
        if _place_of(breach, rules, facts) is None
    ]


def _place_of(breach: Breach, rules: Exam, facts: Facts) -> Place | None:
    """Return where a refusal is said: on the last tab that it turns on, where all of it is known.

    Of several things that lack, one that is known to lack already is enough.
    """
    lacking = [_latest(_places(fields, rules, facts)) for fields in breach.lacking]
    first = None if None in lacking else min(filter(None, lacking), key=_rank, default=None)
    called_by = _places(breach.called_by, rules, facts)
    return _latest([*filter(None, [first]), *called_by])


def _mending(breach: Breach, rules: Exam, facts: Facts) -> Iterator[Place]:
    """Return where what lacks is changed: on a tab, or before the tabs."""
    for field in dict.fromkeys(field for fields in breach.lacking for field in fields):
        yield from _places([field], rules, facts) or [Place("", field)]


def _latest(places: Iterable[Place]) -> Place | None:
    return max(places, key=_rank, default=None)


def _rank(place: Place) -> int:
    return TABS.index(place.tab)


def _places(
    fields: Iterable[str], rules: Exam, facts: Facts, *, above: frozenset[str] = frozenset()
) -> list[Place]:
    """Return where things are answered on the tabs: of what is not asked, what would call for it.

    Args:
        fields: the things, as `Breach.field` names them.
        rules: what the réglementation says of the exam.
        facts: what is known of the candidate.
        above: those that what is looked for would call for: a version of before the check refused
            it may have two questions that wait for each other, and neither is a place then.
    """
    found = []
    for field in fields:
        if field in above:
            continue
        place = Place(*_ON_TABS.get(field, ("supplementaires", field.replace(ANSWERS, PREFIX))))
        if _is_asked(field, rules, facts):
            found.append(place)
        else:
            calling = fields_of(_calling(field, rules))
            found += _places(calling, rules, facts, above=above | {field})
    return found


def _is_asked(field: str, rules: Exam, facts: Facts) -> bool:
    """Tell whether a tab asks something of this candidate."""
    if field.startswith(ANSWERS) and field not in _ON_TABS:
        asked = questions.asked(rules, facts)
        return field.removeprefix(ANSWERS) in {question.code for question in asked}
    return {
        "category": bool(rules.categories),
        "passing_form": bool(rules.passing_forms),
        "disability": True,
        SERVICE: candidacy.national_service(rules, facts) is not None,
        "diploma": candidacy.diplomas(rules, facts) is not None,
        "experience": candidacy.experience(rules, facts) is not None,
    }.get(field, False)


def _calling(field: str, rules: Exam) -> Condition | None:
    """Return the condition under which something would be asked, where there is one."""
    asked = rules.qualification
    calling = {
        "diploma": asked.diplomas,
        "experience": asked.experience,
        **{ANSWERS + question.code: question for question in rules.questions},
    }.get(field)
    return calling.when if calling else None
