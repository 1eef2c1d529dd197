"""The journey is computed from the answers: no progress is stored, so none can lie."""

from django.core.exceptions import NON_FIELD_ERRORS

from sporades.candidates.words import identity_in_words
from sporades.core.faults import faults_of
from sporades.registrations.dossier import Dossier
from sporades.registrations.refusals import AS_FILED, UNFILLED, Trouble
from sporades.registrations.sections import SECTIONS, eligibility
from sporades.registrations.sections.base import Place, Section, SectionForm

BEFORE = {"speciality": "Spécialité choisie", "academy": "Académie choisie"}
OWN_DATA = "Données de compte"
"""What is changed before the tabs."""
_CIVIL = {
    "birth_date": "Date de naissance",
    "birth_place": "Lieu de naissance",
    "nationality": "Nationalité",
}
"""What the rules look at of civil data, as they name it and as it is read."""

type Forms = list[tuple[Section, SectionForm]]
"""Tabs, each with its form."""


def journey(dossier: Dossier) -> list[Section]:
    """Return the tabs that this dossier goes through, in order."""
    return [section for section in SECTIONS if section.applies(dossier)]


def judged(dossier: Dossier) -> Forms:
    """Return every tab of the journey with its form, answered or not."""
    return [(section, section.judged(dossier)) for section in journey(dossier)]


def troubles(forms: Forms) -> list[Trouble]:
    """Return everything that stands in the way of filing, tab by tab, each thing once."""
    found = [trouble for section, form in forms for trouble in _troubles(section, form, forms)]
    outside = [one for _, form in forms[:1] for one in outside_of(form.dossier)]
    return list(dict.fromkeys([*outside, *found]))


def outside_of(dossier: Dossier) -> list[Trouble]:
    """Return what stands in the way of filing, and no tab holds: what was chosen before them."""
    return [
        before_tabs(place.field, message) for place, message in eligibility.refused_outside(dossier)
    ]


def said_before_tabs(dossier: Dossier, field: str) -> str:
    """Say what stands before the tabs: « Nationalité : Ukrainienne »; nothing where it is not known.

    Args:
        dossier: the dossier.
        field: what a rule looks at there, as `Breach.field` names it.
    """
    known = {
        "academy": ("Académie", dossier.service.academy.name),
        "speciality": ("Spécialité", dossier.speciality.label if dossier.speciality else ""),
    }
    civil = _CIVIL.get(field, "")
    label, said = known.get(field, (civil, dict(identity_in_words(dossier.identity)).get(civil)))
    return f"{label} : {said}" if said else ""


def before_tabs(field: str, message: str) -> Trouble:
    """Return a point that is mended before the tabs, by what a rule looks at there."""
    return Trouble("", BEFORE.get(field, OWN_DATA), field, "", message)


def _troubles(section: Section, form: SectionForm, forms: Forms) -> list[Trouble]:
    # A tab that nobody has opened may accept no answer at all, and yet has things to ask.
    if section.slug not in form.dossier.answers:
        return [Trouble(section.slug, section.title, "", "", UNFILLED)]
    return [] if form.is_valid() else errors_of(section, form, forms)


def errors_of(section: Section, form: SectionForm, forms: Forms) -> list[Trouble]:
    """Return the errors of a tab, each with the place that mends it.

    Args:
        section: the tab.
        form: its form, judged.
        forms: every tab of the journey, with its form.
    """
    by_slug = {one.slug: (one, other) for one, other in forms}
    found = []
    for name, error in faults_of(form):
        here = (section.slug, "" if name == NON_FIELD_ERRORS else name)
        slug, field = form.mended_elsewhere.get(error.code or "", here)
        found.append(_point(*by_slug[slug], field, str(error.messages[0])))
    return found


def oddities(forms: Forms) -> list[Trouble]:
    """Return what is unusual in the tabs that are accepted: to be checked, never in the way."""
    accepted = [(section, form) for section, form in forms if form.is_valid()]
    outside = [one for _, form in forms[:1] for one in eligibility.kept_outside(form.dossier)]
    return [
        *(before_tabs(place.field, AS_FILED) for place in outside),
        *(_point(section, form, one, AS_FILED) for section, form in accepted for one in form.kept),
        *(
            _point(section, form, field, message)
            for section, form in accepted
            for field, message in form.oddities()
        ),
    ]


def point_at(place: Place, forms: Forms) -> Trouble:
    """Return a point that names where something is changed, and says nothing of it."""
    if not place.tab:
        return before_tabs(place.field, "")
    section, form = next(one for one in forms if one[0].slug == place.tab)
    return _point(section, form, place.field if place.field in form.fields else "", "")


def _point(section: Section, form: SectionForm, field: str, message: str) -> Trouble:
    label = form.label_of(field) if field else ""
    return Trouble(section.slug, section.title, field, label, message)


def first_incomplete(dossier: Dossier) -> Section | None:
    """Return the first tab whose answers are not accepted yet."""
    return next(
        (
            section
            for section, form in judged(dossier)
            if section.slug not in dossier.answers or not form.is_valid()
        ),
        None,
    )
