"""Answers whose question, or whose choice, has other words now than those under which it was given.

An answer is kept by codes: under a new version of the réglementation, a code may ask something else.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from sporades.core.french import quoted
from sporades.exams import queries
from sporades.exams.models import Regulation
from sporades.registrations import accepted
from sporades.registrations.choices import Choice
from sporades.registrations.dossier import Answers, Dossier, rules_among, rules_of
from sporades.registrations.fields import flat
from sporades.registrations.journey import Forms, journey
from sporades.registrations.models import Draft, Version
from sporades.registrations.refusals import Trouble
from sporades.registrations.sections.base import SectionForm


def reworded(draft: Draft, dossier: Dossier, forms: Forms) -> list[Trouble]:
    """Return the answers of a draft that are to be read again: they were given to other words.

    The modalités have marks of their own, see `accepted`.

    Args:
        draft: loaded by `Draft.objects.whole()`.
        dossier: the same, by the rules that judge it.
        forms: its tabs, judged.
    """
    given = [one for one in (draft.amends, draft) if one is not None]
    # The rows of the versions are read where rules have moved alone.
    if all(one.regulation_id == dossier.regulation.pk for one in given):
        return []
    sources = [one.regulation for one in given]
    found: dict[tuple[str, str], Trouble] = {}
    for section, form in forms:
        if section.slug == accepted.SECTION:
            continue
        for under in _answered_under(draft, section.slug, sources):
            if not _have_moved_since(under, dossier):
                continue
            before = section.judged(replace(dossier, regulation=under))
            for name, said in _reworded(before, form):
                point = Trouble(section.slug, section.title, name, form.label_of(name), said)
                found.setdefault((section.slug, name), point)
    return list(found.values())


def _answered_under(draft: Draft, section: str, sources: list[Regulation]) -> list[Regulation]:
    """Return the versions whose words the answers to a tab were given to.

    What was there when the draft began was given before; what came since, to what was in force then.
    """
    given = {one.section: one.answered_at for one in draft.answers.all()}
    at = given.get(section)
    if at is None or at <= draft.created_at:
        return sources
    last = sources[-1]
    then = Regulation.objects.filter(domain=last.domain_id, session=last.session_id)
    found = then.filter(loaded_at__lte=at).light().order_by("-number").first()
    return [found] if found else sources


def in_words(points: list[Trouble]) -> str:
    """Ask to read those answers again, after another sentence; nothing where there is none."""
    labels = quoted(one.label for one in points)
    return (
        f" Relisez celles dont l'intitulé, ou celui du choix, a changé : {labels}."
        if points
        else ""
    )


def left_by_choice(after: Dossier, *, was: Choice, source: Draft | Version) -> dict[str, list[str]]:
    """Return the answers, by tab, that were given to other words than another exam has under their code.

    « EP1 » of one exam is not that of another: what was said of it, a mark that is kept for instance,
    is asked anew.

    Args:
        after: the answers, for the other exam.
        was: what they were given for.
        source: what they are of; its rules are read of what is offered no more.
    """
    if was.exam == after.exam or not _is_offered(after):
        return {}
    before = replace(after, exam=was.exam, speciality=was.speciality)
    if not _is_offered(before):
        before = replace(before, regulation=source.regulation)
    found = {}
    for section in journey(after):
        if section.slug == accepted.SECTION or section.slug not in before.answers:
            continue
        former, form = section.judged(before), section.judged(after)
        common = [
            name for name in before.of(section.slug) if {name} <= former.fields.keys() & form.fields
        ]
        left = [
            name
            for name in common
            if former.label_of(name) != form.label_of(name) or any(_renamed(name, former, form))
        ]
        if left:
            found[section.slug] = left
    return found


def without(answers: accepted.Tabs, left: Mapping[str, Container[str]]) -> dict[str, Answers]:
    """Return answers but some, which are named by tab."""
    return {
        section: {name: one for name, one in said.items() if name not in left.get(section, ())}
        for section, said in answers.items()
    }


def _is_offered(dossier: Dossier) -> bool:
    rules = rules_of(dossier.regulation, exam=dossier.exam, speciality=dossier.speciality)
    return rules is not None


def _have_moved_since(under: Regulation, dossier: Dossier) -> bool:
    rules = rules_among(queries.rules(under.pk), exam=dossier.exam, speciality=dossier.speciality)
    return rules not in (None, dossier.rules)


def _reworded(was: SectionForm, form: SectionForm) -> Iterator[tuple[str, str]]:
    """Give the fields of a tab that are answered and had other words, each with which."""
    for name in form.fields:
        if name not in was.fields or name in form.errors or not form.is_typed(name):
            continue
        before, said = was.label_of(name), []
        if before != form.label_of(name):
            said.append(f"L'intitulé était « {before} ».")
        said += [f"« {old} » est devenu « {new} »." for old, new in _renamed(name, was, form)]
        if said:
            yield name, " ".join([*said, "Relisez la réponse."])


def _renamed(name: str, was: SectionForm, form: SectionForm) -> Iterator[tuple[str, str]]:
    """Give the choices made in a field that have another label now: the one before, the one now."""
    typed = form.typed().get(name)
    old, new = (
        {value: str(label) for value, label in flat(getattr(one.fields[name], "choices", ()))}
        for one in (was, form)
    )
    for value in typed if isinstance(typed, list) else [typed]:
        if value in old and value in new and old[value] != new[value]:
            yield old[value], new[value]
