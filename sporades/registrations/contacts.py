"""Which modifications undo nothing: those that change how somebody is reached, and nothing else.

What was found good, and signed, is the answers; a street or a telephone says where to write and to call
(docs/adr/0038-contacts-alone.md). Whoever corrects civil data, or gives a registration to another
academy, files no answer, and undoes as little: see `operations.correcting`.
"""

from collections.abc import Iterator
from typing import Any

from sporades.candidates.operations import ADDRESS
from sporades.exams import queries
from sporades.exams.schema import Exam as ExamRules
from sporades.exams.schema import Regulation as Rules
from sporades.registrations import accepted, consents
from sporades.registrations.clashes import same
from sporades.registrations.dossier import Answers, Dossier, rules_among
from sporades.registrations.journey import Forms
from sporades.registrations.models import Registration, Version
from sporades.registrations.residence import refusal_of_residence
from sporades.registrations.sections.base import SectionForm
from sporades.registrations.sections.identification import GUARDIAN, IDENTIFICATION

CONTACTS = frozenset({*ADDRESS, "phone", "mobile", "guardian_phone", "guardian_email"})
"""The answers of « Identification » that say how somebody is reached; any other decides of something."""
UNLESS_ALONE = "Rien n'est à refaire si seuls changent l'adresse postale, dans la même académie, ou des téléphones."
"""Said with what a modification undoes, where nothing is typed yet."""

type Said = Iterator[tuple[tuple[str, str], Any]]


def changes_contacts_alone(
    registration: Registration | None,
    dossier: Dossier,
    forms: Forms,
    *,
    before: Version | None = None,
) -> bool:
    """Return whether a modification changes contact data alone: what was reached stays.

    By what is answered, tab by tab, and by what judges it: the same civil data, under the same rules.
    An address by which one would register elsewhere decides of more; so does whatever is asked of an
    anomaly, or since civil data or the academy are others: it may be the very answer.

    Args:
        registration: what is modified, as it was last filed: nothing is written to it yet; or nothing,
            of a new one.
        dossier: what was judged.
        forms: its tabs, valid.
        before: its last version, where it was read already.
    """
    if registration is None or not _stands_as_filed(registration, dossier.regulation.rules):
        return False
    if registration.identity_id != dossier.identity.pk or registration.waived != dossier.waived:
        return False
    if (registration.exam, registration.speciality) != (dossier.exam, dossier.speciality):
        return False
    before = before or registration.versions.get(number=registration.version)
    where = next(form for section, form in forms if section is IDENTIFICATION)
    was, now = dict(_said_before(registration, before)), dict(_said_now(dossier, forms))
    others = {key for key in was.keys() | now.keys() if not _is_contact(key, where)}
    return all(_same(was.get(key), now.get(key)) for key in others) and _lives_here(
        registration, dossier, where
    )


def price_in_words(registration: Registration) -> str:
    """Say what a modification undoes, and that contact data alone undo nothing; or nothing.

    Args:
        registration: one of which nothing is modified yet.
    """
    undone = registration.undone_by_modifying
    return f"{undone} {unless_alone(registration)}".rstrip() if undone else ""


def unless_alone(registration: Registration) -> str:
    """Say that contact data alone undo nothing, where that is so of a registration; else nothing."""
    programme = queries.programme_of(registration.service)
    rules = programme.regulation.rules if programme else None
    return UNLESS_ALONE if rules and _stands_as_filed(registration, rules) else ""


def kept_in_words(registration: Registration) -> str:
    """Say what stays of a registration of which contact data alone change; nothing where nothing was reached."""
    kept = [
        *(["l'inscription reste validée"] if registration.is_validated else []),
        *(["le récapitulatif signé déjà reçu reste bon"] if registration.summary_posted_on else []),
    ]
    return f"Rien n'est à refaire : {' et '.join(kept)}." if kept else ""


def _stands_as_filed(registration: Registration, now: Rules) -> bool:
    """Return whether nothing is asked of a registration that a modification would answer.

    The dates of its exam judge nothing: they are made known while it stands.
    """
    if registration.is_in_anomaly or registration.to_review_since is not None:
        return False
    was = queries.rules(registration.regulation_id)
    said: dict[str, Any] = {"exam": registration.exam, "speciality": registration.speciality}
    before, after = rules_among(was, **said), rules_among(now, **said)
    if before is None or after is None:
        return False
    return was.legal == now.legal and _but_dates(before) == _but_dates(after)


def _but_dates(rules: ExamRules) -> ExamRules:
    return rules.model_copy(update={"events": ()})


def _said_before(registration: Registration, before: Version) -> Said:
    """Return what was answered, with the consents as they were chosen since: they are changed at any time."""
    answers = accepted.answers_of(before)
    chosen = {**answers.get(consents.SECTION, {}), **consents.as_answers(registration)}
    return _by_question({**answers, consents.SECTION: chosen})


def _said_now(dossier: Dossier, forms: Forms) -> Said:
    answers: dict[str, Answers] = {section.slug: form.typed() for section, form in forms}
    chosen = {**consents.NEITHER, **answers.get(consents.SECTION, {})}
    mark = accepted.mark_of(dossier.rules)
    return _by_question(accepted.with_mark({**answers, consents.SECTION: chosen}, mark))


def _by_question(answers: accepted.Tabs) -> Said:
    for section, said in answers.items():
        for name, value in said.items():
            yield (section, name), value


def _is_contact(key: tuple[str, str], where: SectionForm) -> bool:
    """Return whether an answer only says how somebody is reached, or is asked of them no more.

    Who has come of age since has no guardian any more: that is no answer of theirs.
    """
    section, name = key
    if section != IDENTIFICATION.slug:
        return False
    return name in CONTACTS or (name in GUARDIAN and name not in where.fields)


def _same(was: Any, now: Any) -> bool:
    """Return whether two answers say the same; so does a text that its office had accepted for a candidate."""
    if accepted.is_mark(was) and accepted.is_mark(now):
        return accepted.text_of(was) == accepted.text_of(now)
    return same(was, now)


def _lives_here(registration: Registration, dossier: Dossier, where: SectionForm) -> bool:
    """Return whether an address leaves a registration where it is by itself: nobody has it stay there."""
    address = {
        name: where.cleaned_data.get(name, "") for name in ("postcode", "commune", "country")
    }
    if all(getattr(registration, name) == said for name, said in address.items()):
        return True
    return refusal_of_residence(dossier, **address) is None
