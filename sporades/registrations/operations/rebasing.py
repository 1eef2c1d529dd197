"""Bring a modification onto the version that somebody else has filed meanwhile (R-12)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from sporades.core.french import local_day, quoted
from sporades.exams.models import Exam
from sporades.registrations import accepted, choices, rewording
from sporades.registrations.changes import changes_between
from sporades.registrations.choices import Choice, choice_of
from sporades.registrations.clashes import Key, Merged, Tabs, merge, same
from sporades.registrations.dossier import Answers, Dossier, dossier_of, rules_in_force
from sporades.registrations.models import Draft, Registration, SectionAnswers, Version
from sporades.registrations.operations import drafting, filing
from sporades.registrations.refusals import AskedOfAnother
from sporades.registrations.sections import SECTIONS
from sporades.registrations.sections.base import NOT_SAID, Section, SectionForm, Whole
from sporades.registrations.titles import title_of

CHOICE: Key = (choices.CHOICE, "speciality")
"""What a modification is for, where one chooses between two: it is in no tab."""

type Three = tuple[Tabs, Tabs, Tabs]
"""What both started from, what was filed meanwhile, what is not filed yet."""


@dataclass(frozen=True)
class Clash:
    """A question that both changed, or several that make one answer, in words.

    Attributes:
        key: its tab and its name.
        label: the tab and the question, or what the questions are together.
        before: what both started from.
        theirs: what was filed meanwhile.
        mine: what is not filed yet.
    """

    key: Key
    label: str
    before: str
    theirs: str
    mine: str

    @property
    def name(self) -> str:
        """Its name in the page where one chooses."""
        return ".".join(self.key)


@dataclass(frozen=True)
class Difference:
    """What was filed since a modification was begun, beside it.

    Attributes:
        version: the one that stands.
        changes: what was changed meanwhile, a sentence for each answer.
        clashes: what both changed: one or the other is to be chosen.
    """

    version: Version
    changes: list[str]
    clashes: list[Clash]


def difference(draft: Draft, dossier: Dossier) -> Difference:
    """Return what was filed since a modification was begun, and where both cannot be kept.

    Args:
        draft: a modification that is overtaken.
        dossier: the same, with its answers.
    """
    base, theirs = _versions(draft)
    # Where what it is for is to be chosen too, what is to be chosen for either.
    either = dict.fromkeys(_kept(draft, base, theirs, keeps_mine=mine) for mine in (True, False))
    clashes: dict[Key, Clash] = {}
    for kept in either:
        three = _three(draft, dossier, base, theirs, kept=kept)
        found = _in_words(_put_to(dossier, kept), _together(three), three)
        clashes = {**{one.key: one for one in found}, **clashes}
    return Difference(
        version=theirs,
        changes=changes_between(accepted.said_by(base), accepted.said_by(theirs)),
        clashes=[*_choice_in_words(draft, base, theirs), *clashes.values()],
    )


@transaction.atomic
def rebase(
    *,
    draft: Draft,
    seen: int | None,
    settled: Collection[Key],
    keeps_mine: Collection[Key],
    at: datetime,
) -> bool:
    """Bring a modification onto the version that stands; return whether it is there.

    It is not when a question that both changed was not settled, or when something was filed
    since the choice was shown: it is then to be shown again.

    Args:
        draft: a modification.
        seen: the number of the version that was shown.
        settled: the questions in which somebody chose.
        keeps_mine: those of them in which the answer that is not filed yet was chosen.
        at: the instant.

    Raises:
        NoLongerStands, GivenAway: what it modifies stands no more, or elsewhere.
    """
    locked = filing.lock(draft)
    if not locked.is_open or not locked.is_overtaken or locked.amends is None:
        return True
    registration = filing.amended_by(locked, locked.amends.pk)
    if registration.version != seen:
        return False
    return _brought(locked, registration, set(settled), keeps_mine, at=at)


def typed_in(draft: Draft, dossier: Dossier) -> list[Clash]:
    """Return what was typed in a draft, beside what it started from, in the order of the tabs.

    Args:
        draft: a modification, or a new registration, which starts from nothing.
        dossier: the same, with its answers.
    """
    base: Tabs = {}
    found = []
    if draft.amends is not None and draft.amends_version is not None:
        begun_from = draft.amends.versions.get(number=draft.amends_version)
        base = accepted.answers_of(begun_from)
        base = rewording.without(base, _left_in(dossier, base, begun_from, draft))
        if not choices.is_the_same(begun_from.snapshot, choices.named(choice_of(draft))):
            was = begun_from.snapshot[choices.TITLE]
            found.append(Clash(CHOICE, "Spécialité", was, was, str(draft)))
    alone = _together((base, base, dossier.answers))
    for section in SECTIONS:
        before, typed = base.get(section.slug, {}), alone.answers.get(section.slug, {})
        forms = [_form(dossier, section, tabs) for tabs in (base, base, dossier.answers)]
        names = [name for name in typed if not same(typed[name], before.get(name))]
        found += [_clash(section, name, forms) for name in names if name in forms[-1].fields]
    return found


def bring_forward(draft: Draft, *, at: datetime) -> Draft:
    """Bring a locked modification onto the version that stands, all that it asks kept.

    It is that of a request which its managing service accepts: what is asked is chosen.

    Raises:
        AskedOfAnother: something is asked that is another question where its registration is now.
    """
    if not draft.is_overtaken or draft.amends is None:
        return draft
    asked = [CHOICE, *_all_kept(draft, day=local_day(at, draft.service.zone)).clashes]
    _brought(draft, draft.amends, set(asked), asked, at=at)
    found: Draft = Draft.objects.whole().get(pk=draft.pk)
    return found


def brought_forward(draft: Draft, *, day: date) -> Answers:
    """Return the answers that `bring_forward` would leave in a modification, and write nothing.

    Args:
        draft: loaded by `Draft.objects.whole()`; it is then for what it would be, unsaved.
        day: the day of the answers, where the service is.

    Raises:
        AskedOfAnother: see `bring_forward`.
    """
    if not draft.is_overtaken or draft.amends is None:
        return {row.section: row.answers for row in draft.answered}
    answers = _all_kept(draft, day=day).answers
    draft.exam, draft.speciality = _kept(draft, *_versions(draft), keeps_mine=True)
    return answers


def _all_kept(draft: Draft, *, day: date) -> Merged:
    """Put a modification together with what was filed since, all that it asks kept."""
    base, theirs = _versions(draft)
    dossier = dossier_of(draft, day=day)
    kept = _kept(draft, base, theirs, keeps_mine=True)
    three = _three(draft, dossier, base, theirs, kept=kept)
    _refuse_another(dossier, accepted.answers_of(base), three[-1])
    return _together(three, keeps_mine=_together(three).clashes)


def _refuse_another(dossier: Dossier, before: Tabs, kept: Tabs) -> None:
    """Check that nothing is asked that would be the answer to another question."""
    lost = [
        (section, name)
        for section in SECTIONS
        if section.slug != accepted.SECTION
        for name, said in dossier.of(section.slug).items()
        if name not in kept[section.slug] and not same(said, before.get(section.slug, {}).get(name))
    ]
    if lost:
        labels = [section.judged(dossier).label_of(name) for section, name in lost]
        raise AskedOfAnother(
            f"Cette demande a été faite pour : {title_of(dossier.exam, dossier.speciality)}. "
            f"Dans l'examen de l'inscription aujourd'hui, ce n'est plus la même question : {quoted(labels)}. "
            "Modifiez l'inscription avec le candidat, ou refusez en disant pourquoi."
        )


def _brought(
    draft: Draft,
    registration: Registration,
    settled: Collection[Key],
    keeps_mine: Collection[Key],
    *,
    at: datetime,
) -> bool:
    base, theirs = _versions(draft)
    rows = {row.section: row for row in draft.answered}
    dossier = dossier_of(draft, day=local_day(at, draft.service.zone))
    kept = _kept(draft, base, theirs, keeps_mine=CHOICE in keeps_mine)
    three = _three(draft, dossier, base, theirs, kept=kept)
    merged = _together(three, keeps_mine=keeps_mine)
    is_disputed = _is_choice_disputed(draft, base, theirs)
    if not {*merged.clashes, *([CHOICE] if is_disputed else [])} <= set(settled):
        return False
    draft.exam, draft.speciality = kept
    for section, answers in merged.answers.items():
        _keep(draft, rows.get(section), section, answers, at=at)
    draft.amends_version = registration.version
    draft.save(update_fields=["amends_version", "exam", "speciality"])
    if registration.consents_chosen_at is not None:
        drafting.take_consents(draft=draft, registration=registration)
    return True


def _is_choice_disputed(draft: Draft, base: Version, theirs: Version) -> bool:
    """Tell whether both have chosen another exam, or speciality, and not the same."""
    mine, was, now = choices.named(choice_of(draft)), base.snapshot, theirs.snapshot
    pairs = ((was, mine), (was, now), (mine, now))
    return not any(choices.is_the_same(*pair) for pair in pairs)


def _kept(draft: Draft, base: Version, theirs: Version, *, keeps_mine: bool) -> Choice:
    """Return what a modification goes on for, beside what was filed meanwhile."""
    mine = choice_of(draft)
    if not _is_choice_disputed(draft, base, theirs):
        keeps_mine = not choices.is_the_same(base.snapshot, choices.named(mine))
    return mine if keeps_mine or draft.amends is None else choice_of(draft.amends)


def _choice_in_words(draft: Draft, base: Version, theirs: Version) -> list[Clash]:
    """Return what both are for, where one is to be chosen."""
    if not _is_choice_disputed(draft, base, theirs):
        return []
    was, now = (one.snapshot[choices.TITLE] for one in (base, theirs))
    return [Clash(CHOICE, "Spécialité", was, now, str(draft))]


def _keep(
    draft: Draft, row: SectionAnswers | None, section: str, answers: Answers, *, at: datetime
) -> None:
    if row is None:
        SectionAnswers.objects.create(draft=draft, section=section, answers=answers, answered_at=at)
    elif row.answers != answers:
        row.answers, row.answered_at, row.revision = answers, at, row.revision + 1
        row.save(update_fields=["answers", "answered_at", "revision"])


def _versions(draft: Draft) -> tuple[Version, Version]:
    """Return the version that a modification started from, and the one that stands."""
    registration = draft.amends
    if registration is None or draft.amends_version is None:
        raise LookupError(draft.pk)
    wanted = (draft.amends_version, registration.version)
    found = {one.number: one for one in registration.versions.filter(number__in=wanted)}
    return found[wanted[0]], found[wanted[1]]


def _three(
    draft: Draft, dossier: Dossier, base: Version, theirs: Version, *, kept: Choice
) -> Three:
    """Return the answers of both versions and those of a draft, ready to be put together.

    Which modalités were accepted is no choice: where one of the two accepted those in force, that
    holds; otherwise they are to be read again. What was answered to the words of another exam than
    the one that is kept is no answer to its own: see `rewording.left_by_choice`.
    """
    before, filed = accepted.answers_of(base), accepted.answers_of(theirs)
    typed = accepted.with_mark(dossier.answers, _mark_under(draft.regulation_id, choice_of(draft)))
    in_force = _mark_under(rules_in_force(draft).pk, kept)
    box = typed.get(accepted.SECTION, {})
    if box.get(accepted.BOX) == in_force:
        before[accepted.SECTION] = filed.get(accepted.SECTION, {})
    elif box.get(accepted.BOX):
        typed[accepted.SECTION] = before.get(accepted.SECTION, {})
    to = _put_to(dossier, kept)
    sides = ((before, base), (filed, theirs), (typed, draft))
    left = [_left_in(to, tabs, source, draft) for tabs, source in sides]
    for one in left:  # whoever has not answered a question has not changed its answer
        before = rewording.without(before, one)
    return before, rewording.without(filed, left[1]), rewording.without(typed, left[2])


def _put_to(dossier: Dossier, kept: Choice) -> Dossier:
    return replace(dossier, exam=kept.exam, speciality=kept.speciality)


def _left_in(
    to: Dossier, tabs: Tabs, source: Draft | Version, draft: Draft
) -> dict[str, list[str]]:
    """Return the answers that were given to other words than the exam of a dossier has.

    Args:
        to: the dossier.
        tabs: the answers.
        source: what they are of.
        draft: the modification, itself or its versions.
    """
    was = choice_of(source) if isinstance(source, Draft) else _choice_in(source, draft)
    answers = {section: dict(said) for section, said in tabs.items()}
    return rewording.left_by_choice(replace(to, answers=answers), was=was, source=source)


def _choice_in(version: Version, draft: Draft) -> Choice:
    """Return what a version of a modification's registration is for."""
    known = [choice_of(one) for one in (draft, draft.amends) if one is not None]
    for one in known:
        if choices.is_the_same(version.snapshot, choices.named(one)):
            return one
    said, of = version.snapshot.get(choices.CHOICE), draft.exam
    if said is None:  # of before there were codes, and of a name that has changed since
        return known[0]
    exam = Exam.objects.get(domain=of.domain_id, session=of.session_id, code=said["exam"])
    return Choice(exam, exam.specialities.filter(code=said["speciality"]).first())


def _mark_under(regulation: int, choice: Choice) -> str:
    return accepted.mark_under(regulation, exam=choice.exam, speciality=choice.speciality)


def _together(three: Three, *, keeps_mine: Collection[Key] = ()) -> Merged:
    """Put answers together: what both started from, what was filed meanwhile, what is not filed yet."""
    base, theirs, mine = three
    wholes = {section.slug: [whole.names for whole in section.form.wholes] for section in SECTIONS}
    return merge(base=base, theirs=theirs, mine=mine, wholes=wholes, keeps_mine=keeps_mine)


def _in_words(dossier: Dossier, merged: Merged, three: Three) -> list[Clash]:
    """Return the questions that both changed, in the order of the tabs."""
    found = []
    for section in SECTIONS:
        names = [name for slug, name in merged.clashes if slug == section.slug]
        if names:
            forms = [_form(dossier, section, tabs) for tabs in three]
            found += [
                _clash(section, name, forms, whole=_whole_of(section, name)) for name in names
            ]
    return found


def _form(dossier: Dossier, section: Section, tabs: Tabs) -> SectionForm:
    answers = {slug: dict(answers) for slug, answers in tabs.items()}
    return section.judged(replace(dossier, answers=answers))


def _whole_of(section: Section, name: str) -> Whole | None:
    return next((one for one in section.form.wholes if name in one.names), None)


def _clash(
    section: Section, name: str, forms: list[SectionForm], *, whole: Whole | None = None
) -> Clash:
    label, names = whole or (
        next((form.label_of(name) for form in forms if name in form.fields), name),
        (name,),
    )
    before, theirs, mine = (_said(form, names) for form in forms)
    return Clash((section.slug, name), f"{section.title}, {label}", before, theirs, mine)


def _said(form: SectionForm, names: tuple[str, ...]) -> str:
    said = [form.typed_in_words(name) for name in names if name in form.fields]
    return ", ".join(one for one in said if one != NOT_SAID) or NOT_SAID
