"""What is to be mended or checked before « Enregistrer », each point with its way there."""

from collections.abc import Iterable, Sequence

from sporades.core.french import listed
from sporades.registrations import journey
from sporades.registrations.dossier import Dossier
from sporades.registrations.journey import Forms
from sporades.registrations.models import Draft
from sporades.registrations.refusals import Trouble
from sporades.registrations.sections.base import Section, SectionForm
from sporades.web.wizard.door import Door

type Points = list[tuple[Trouble, str]]


def linked(door: Door, draft: Draft, forms: Forms, points: Iterable[Trouble]) -> Points:
    """Return points, each with the address of the field that it speaks of."""
    by_slug = {section.slug: form for section, form in forms}
    found = []
    for point in points:
        if not point.section:
            found.append(door.mended(draft, point))
            continue
        url = door.judged_tab(draft, point.section)
        if point.field:
            url += f"#{by_slug[point.section][point.field].first_control}"
        found.append((point, url))
    return found


def outside(door: Door, draft: Draft, dossier: Dossier) -> list[tuple[str, Trouble, str]]:
    """Return what refuses a draft and no tab mends: what it comes to, the point, its address."""
    what = "modification" if draft.amends_id else "inscription"
    found = []
    for point, url in linked(door, draft, [], journey.outside_of(dossier)):
        said = journey.said_before_tabs(dossier, point.field)
        reason = f"Avec « {said} »" if said else "En l'état"
        found.append((f"{reason}, cette {what} ne pourra pas être enregistrée.", point, url))
    return found


def mended_elsewhere(
    door: Door, draft: Draft, dossier: Dossier, section: Section, form: SectionForm
) -> Points:
    """Return the errors of a tab that another tab mends."""
    if not form.errors or not (form.mended_elsewhere or form.also_mended):
        return []
    forms = [
        (one, form if one == section else one.form_for(dossier)) for one in journey.journey(dossier)
    ]
    errors = journey.errors_of(section, form, forms)
    elsewhere = [one for one in errors if one.section != section.slug]
    elsewhere += [journey.point_at(place, forms) for place in form.also_mended]
    return linked(door, draft, forms, elsewhere)


def tab_by_tab(
    door: Door, draft: Draft, forms: Forms, troubles: Sequence[Trouble]
) -> list[dict[str, str]]:
    """Return one line for each tab: complete, never filled, or with how many points to mend."""
    return [
        _line(door, draft, section, form, [one for one in troubles if one.section == section.slug])
        for section, form in forms
    ]


def left_in_words(troubles: Sequence[Trouble], forms: Forms) -> str:
    """Say how much is left: « 1 point à régler et 2 étapes à remplir »; nothing where nothing is."""
    whole = {one.section for one in troubles if one.is_of_a_whole_tab}
    optional = sum(section.slug in whole and _is_optional(section, form) for section, form in forms)
    counted = (
        (len(troubles) - len(whole), "point à régler", "points à régler"),
        (len(whole) - optional, "étape à remplir", "étapes à remplir"),
        (optional, "étape facultative à ouvrir", "étapes facultatives à ouvrir"),
    )
    return listed([f"{n} {many if n > 1 else one}" for n, one, many in counted if n])


def _is_optional(section: Section, form: SectionForm) -> bool:
    """Return whether a tab that nobody opened would be accepted as it shows itself."""
    shown = section.form_for(form.dossier)
    said = {name: shown[name].value() for name in shown.fields}
    return section.form(form.dossier, {name: one for name, one in said.items() if one}).is_valid()


def _line(
    door: Door, draft: Draft, section: Section, form: SectionForm, troubles: list[Trouble]
) -> dict[str, str]:
    count = len(troubles)
    state, act = ("missing", "Compléter") if count else ("done", "Revoir")
    note = f"{count} point{'s' if count > 1 else ''} à régler" if count else ""
    if any(one.is_of_a_whole_tab for one in troubles):
        note = "Pas encore rempli"
        if _is_optional(section, form):
            state, act, note = (
                "yours",
                "Ouvrir",
                "Pas encore ouvert : rien d'obligatoire n'y manque",
            )
    return {
        "label": section.title,
        "state": state,
        "note": note,
        "url": door.url("tab", draft, section.slug),
        "act": act,
    }
