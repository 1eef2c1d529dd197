"""The journey is computed from the answers: no progress is stored, so none can lie."""

from sporades.registrations.dossier import Dossier
from sporades.registrations.refusals import Trouble
from sporades.registrations.sections import SECTIONS
from sporades.registrations.sections.base import Section, SectionForm


def journey(dossier: Dossier) -> list[Section]:
    """Return the tabs that this dossier goes through, in order."""
    return [section for section in SECTIONS if section.applies(dossier)]


def judged(dossier: Dossier) -> list[tuple[Section, SectionForm]]:
    """Return every tab of the journey with its form, answered or not."""
    return [(section, section.judged(dossier)) for section in journey(dossier)]


def troubles(forms: list[tuple[Section, SectionForm]]) -> list[Trouble]:
    """Return everything that stands in the way of filing, tab by tab."""
    return [trouble for section, form in forms for trouble in _troubles(section, form)]


def _troubles(section: Section, form: SectionForm) -> list[Trouble]:
    if form.is_valid():
        return []
    if section.slug not in form.dossier.answers:
        return [Trouble(section.slug, section.title, "", "", "Cet onglet n'est pas encore rempli.")]
    return [
        Trouble(
            section=section.slug,
            title=section.title,
            field="" if name == "__all__" else name,
            label="" if name == "__all__" else form.label_of(name),
            message=str(message),
        )
        for name, messages in form.errors.items()
        for message in messages
    ]


def first_incomplete(dossier: Dossier) -> Section | None:
    """Return the first tab whose answers are not accepted yet."""
    return next((section for section, form in judged(dossier) if not form.is_valid()), None)
