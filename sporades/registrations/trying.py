"""What another réglementation would say of a registration, judged by the tabs of the wizard."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sporades.core.french import local_day
from sporades.exams.models import Regulation
from sporades.exams.rules.papers.words import named
from sporades.exams.rules.texts import with_text
from sporades.registrations import accepted, journey, waivers
from sporades.registrations.dossier import Answers, Dossier, rules_of
from sporades.registrations.exclusion import scope_under
from sporades.registrations.journey import Forms
from sporades.registrations.models import Registration
from sporades.registrations.refusals import Trouble
from sporades.registrations.sections.papers import PAPERS, STATUS, PapersForm

GONE = "Cet examen ou cette spécialité n'est plus proposé."
ONE_ALONE = "Une seule inscription"
GONE_PAPER = "L'épreuve {} n'est plus proposée : elle sortirait de l'inscription."
GONE_ANSWER = "Cette réponse n'est plus demandée : elle sortirait de l'inscription."


def troubles_under(
    regulation: Regulation,
    registration: Registration,
    *,
    answers: dict[str, Answers],
    others: Iterable[Registration],
    at: datetime,
) -> list[Trouble]:
    """Return what would keep a registration from being filed again as it is: see `judged_under`."""
    return judged_under(regulation, registration, answers=answers, others=others, at=at)[0]


def judged_under(
    regulation: Regulation,
    registration: Registration,
    *,
    answers: dict[str, Answers],
    others: Iterable[Registration],
    at: datetime,
) -> tuple[list[Trouble], Forms]:
    """Return what would keep a registration from being filed again as it is, and its tabs, judged.

    It is judged as if its candidate filed the same answers now: by the forms of the tabs, under
    another version, whatever the dates of its service. Ages count on the day of its filing, as of
    what is modified; under the rules of another session it would be filed anew, today.

    Args:
        regulation: the version, saved or not.
        registration: one that stands, loaded `whole()`.
        answers: those of its last version, tab by tab.
        others: the registrations that stand, of the same candidate for the same session, filed
            before it.
        at: the instant.
    """
    rules = rules_of(regulation, exam=registration.exam, speciality=registration.speciality)
    if rules is None:
        return [Trouble("", "", "", "", GONE)], []
    dossier = _dossier(registration, regulation, _reading_again(answers), at=at)
    forms = journey.judged(dossier)
    found = journey.troubles(forms)
    scope = regulation.rules.exclusive_scope(rules)
    if rules.exclusive and scope in {scope_under(regulation, one) for one in others}:
        message = with_text(rules.exclusive.message, rules.exclusive.reference)
        found.append(Trouble("", "", "", ONE_ALONE, message))
    return found, forms


def waivers_of(registration: Registration, *, answers: dict[str, Answers]) -> waivers.Lines:
    """Return the derogations on which a registration rests, by the rules under which it was filed.

    Args:
        registration: one that stands, loaded `whole()`; its civil data and its academy may be others.
        answers: those of its last version, tab by tab.
    """
    filed_at: datetime = registration.filed_at
    return waivers.standing(_dossier(registration, registration.regulation, answers, at=filed_at))


def _dossier(
    registration: Registration,
    regulation: Regulation,
    answers: dict[str, Answers],
    *,
    at: datetime,
) -> Dossier:
    return Dossier(
        candidate=registration.candidate,
        exam=registration.exam,
        speciality=registration.speciality,
        service=registration.service,
        regulation=regulation,
        day=local_day(at, registration.service.zone),
        answers=answers,
        amends=True,
        registered_on=_filed_on(registration, regulation),
        is_placed=registration.is_placed,
        waived=registration.waived,
    )


def _filed_on(registration: Registration, regulation: Regulation) -> date | None:
    if registration.exam.session.code != regulation.rules.session.code:
        return None
    return registration.registered_on


def may_lose(forms: Forms, *, answers: dict[str, Answers], taken: Collection[str]) -> bool:
    """Tell whether something of a registration might be left out: `losses` then says what.

    Args:
        forms: its tabs, judged and accepted.
        answers: what was typed of its last version, tab by tab.
        taken: the codes of the épreuves that count in it.
    """
    typed = {
        (slug, name)
        for slug, said in answers.items()
        for name, value in said.items()
        if is_given(value) and not name.startswith(STATUS)
    }
    return bool(typed - _kept(forms) or set(taken) - _offered(forms))


def losses(before: Forms, after: Forms, *, taken: Collection[str]) -> list[Trouble]:
    """Return what counts in a registration and would be left out without a word.

    Args:
        before: its tabs, judged under the version in force.
        after: the same under another version, which accepts them.
        taken: the codes of the épreuves that count in it.
    """
    gone = (_offered(before) - _offered(after)) & set(taken)
    found = []
    for section, form in before:
        if isinstance(form, PapersForm):
            found += [
                Trouble(section.slug, section.title, "", "", GONE_PAPER.format(named(paper)))
                for paper in form.dossier.rules.papers
                if paper.code in gone
            ]
        found += [
            Trouble(section.slug, section.title, name, form.label_of(name), GONE_ANSWER)
            for slug, name in sorted(_kept([(section, form)]) - _kept(after))
            if not (slug == PAPERS.slug and _is_of_paper(name, gone))
        ]
    return found


def _reading_again(answers: dict[str, Answers]) -> dict[str, Answers]:
    """Return answers whose box would be ticked: other modalités are read, and exclude nobody."""
    said = answers.get(accepted.SECTION, {})
    if not said.get(accepted.BOX):
        return answers
    return {**answers, accepted.SECTION: {**said, accepted.BOX: "on"}}


def _is_of_paper(name: str, gone: Collection[str]) -> bool:
    prefix, _, code = name.partition("-")
    return f"{prefix}-" == STATUS or code in gone


def _offered(forms: Forms) -> set[str]:
    return {
        offer.code for _, form in forms if isinstance(form, PapersForm) for offer in form.offers
    }


def _kept(forms: Forms) -> set[tuple[str, str]]:
    """Return the answers that count, by tab and name."""
    return {
        (section.slug, name)
        for section, form in forms
        if form.is_valid()
        for name in form.fields
        if is_given(form.cleaned_data.get(name))
    }


def is_given(value: object) -> bool:
    """Tell whether something was answered: zero is an answer, a box left alone is none."""
    return value is not None and value is not False and value not in ("", [])
