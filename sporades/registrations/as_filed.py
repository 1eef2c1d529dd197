"""What a modification leaves as it was filed: a rule that has come since does not refuse it.

Who is registered stays so, and has the rest corrected, a telephone or an address. That is so of who may
register, and where. What is changed is judged by the rules in force, as all else is. Whoever left, and
begins again while that is undone, was promised all of their answers: theirs are judged alike, a
birthday meanwhile too.
"""

from dataclasses import replace
from datetime import date

from sporades.exams.rules import Breach, Facts, eligibility, questions
from sporades.registrations.dossier import Dossier
from sporades.registrations.residence import refusal_of_residence
from sporades.registrations.waivers import is_waived


def is_refused(dossier: Dossier, breach: Breach, facts: Facts) -> bool:
    """Return whether a refusal of eligibility stands against a dossier.

    It does not where all that it looks at is as it was filed, and a version under which that was filed
    does not refuse it. What other civil data ask for since is still to be said, see `reviewing`.
    Nor does it where a derogation was granted.

    Args:
        dossier: the dossier.
        breach: what the rules in force refuse.
        facts: by which they do.
    """
    if is_waived(dossier, breach):
        return False
    filed = dossier.filed
    if filed is None:
        return True
    was = replace(filed.judged_by[0], regulation=dossier.regulation)
    here = replace(was, registered_on=dossier.registered_on).counted
    counted = questions.counted(dossier.rules, facts)
    lacking = _lacking(breach)
    if any(counted.said_of(one) != here.said_of(one) for one in {*lacking, *breach.called_by}):
        return True
    refused = [
        [
            one.message
            for one in eligibility.refusals(judged.rules, judged.facts)
            if lacking & _lacking(one)
        ]
        for judged in filed.judged_by
    ]
    to_review = filed.version.snapshot.get("to_review") or ()
    is_to_review = any(said.endswith(message) for said in to_review for message in refused[0])
    return is_to_review or all(refused)


def ages_on(dossier: Dossier) -> date:
    """Return the day on which ages count of what is filed: of what rests on what was left, the day of that.

    By that of its filing, each of its modifications would be refused.

    Args:
        dossier: what was judged, and is accepted.
    """
    if dossier.registered_on is not None:
        return dossier.registered_on
    refusals = eligibility.refusals(dossier.rules, dossier.counted)
    if all(is_waived(dossier, one) for one in refusals):
        return dossier.day
    return dossier.filed.registration.registered_on if dossier.filed else dossier.day


def is_refused_here(dossier: Dossier, *, postcode: str, commune: str, country: str) -> bool:
    """Return the same of an address that the rules in force refuse where the dossier is.

    Args:
        dossier: the dossier.
        postcode: the postcode.
        commune: the INSEE code of the commune, where it is known.
        country: the INSEE code of the country.
    """
    filed = dossier.filed
    if filed is None or filed.registration.service_id != dossier.service.pk:
        return True
    lived = filed.registration
    if (postcode, commune, country) != (lived.postcode, lived.commune, lived.country):
        return True
    return all(
        refusal_of_residence(judged, postcode=postcode, commune=commune, country=country)
        for judged in filed.judged_by
    )


def _lacking(breach: Breach) -> set[str]:
    return {field for fields in breach.lacking for field in fields}
