"""How what is kept as a code is read: by the labels of the réglementation, of the tabs, of places."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.apps import apps
from django.utils.text import capfirst
from pydantic import BaseModel

from sporades.accommodations.queries import OTHER_PAPER
from sporades.accommodations.rules import Sat, papers_in_words, rules_under, sat_under
from sporades.core.actors import CANDIDATE
from sporades.core.french import day_in_words
from sporades.exams import queries
from sporades.exams.models import Domain, Regulation
from sporades.exams.rules.papers import titled
from sporades.exams.schema import Exam, Status
from sporades.exams.schema.candidacy import EvaluationForm
from sporades.journal.words import QUALITIES
from sporades.registrations.dossier import Dossier, registered_on
from sporades.registrations.models import Draft, Registration
from sporades.registrations.questions import NO, PREFIX, YES
from sporades.registrations.refusals import NoLongerOffered
from sporades.registrations.sections import SECTIONS
from sporades.registrations.sections.base import SectionForm
from sporades.registrations.sections.papers import MARK, OPTION, SESSION, STATUS
from sporades.territory import queries as territory

type Rows = dict[str, list[dict[str, Any]]]

YOU, YOU_IN_A_COPY = "vous", "vous, dans une copie de vos données"
STATUSES = {one.value: one.label for one in Status}
FORMS = {one.value: one.label for one in EvaluationForm}
ANSWERED = {YES: "oui", NO: "non", "on": "oui"}
OF_A_PAPER = {
    STATUS: "statut",
    OPTION: "choix",
    MARK: "note obtenue",
    SESSION: "session de la note",
}
"""What the tab « Épreuves » asks of each, by the beginning of its fields' names."""

AUTHENTICATORS = {
    "recovery_codes": "Codes de secours",
    "totp": "Application qui donne un code",
    "webauthn": "Clé de sécurité",
}
KINDS = frozenset({"actor_kind", "asked_kind", "author_kind", "reader_kind"})
COUNTRIES = frozenset({"birth_country", "country", "nationality"})


class Answered(NamedTuple):
    """An answer to a tab, as a person reads it."""

    tab: str
    question: str
    answer: str


def labels_in(*parts: Any) -> dict[str, str]:
    """Return the label of each code that stands somewhere in a part of the réglementation."""
    found: dict[str, str] = {}
    for part in parts:
        if isinstance(part, tuple):
            found |= labels_in(*part)
        elif isinstance(part, BaseModel):
            found |= labels_in(*(getattr(part, name) for name in type(part).model_fields))
            code, label = getattr(part, "code", None), getattr(part, "label", None)
            if code and label:
                found[str(code)] = str(label)
    return found


def papers_in(exam: Exam) -> dict[str, str]:
    """Return how each épreuve is called, with its unit."""
    return {one.code: titled(one) for one in exam.papers}


def _asked(exam: Exam, part: str) -> dict[str, str]:
    return labels_in(getattr(exam.accommodations, part, ()))


REGULATED: dict[tuple[str, str], Callable[[Exam], dict[str, str]]] = {
    ("registrations.Registration", "category"): lambda exam: labels_in(exam.categories),
    ("registrations.Registration", "passing_form"): lambda exam: labels_in(exam.passing_forms),
    ("registrations.Registration", "zone"): lambda exam: labels_in(exam.zones),
    ("registrations.Registration", "national_service"): lambda exam: labels_in(
        exam.national_service
    ),
    ("registrations.Registration", "diploma"): lambda exam: labels_in(exam.qualification),
    ("registrations.Registration", "colouring"): lambda exam: labels_in(exam.qualification),
    ("registrations.RegistrationPaper", "paper"): papers_in,
    ("registrations.RegistrationPaper", "option"): lambda exam: labels_in(
        *(one.options for one in exam.papers)
    ),
    ("registrations.RegistrationAnswer", "question"): lambda exam: {
        one.code: one.label for one in exam.questions
    },
    ("accommodations.AskedMeasure", "opinion_papers"): papers_in,
    ("accommodations.AskedMeasure", "decided_papers"): papers_in,
    ("accommodations.Case", "plan"): lambda exam: _asked(exam, "plans"),
    ("accommodations.Case", "late_reason"): lambda exam: _asked(exam, "late_reasons"),
    ("medical.Opening", "kind"): lambda exam: _asked(exam, "papers"),
    ("medical.Paper", "kind"): lambda exam: _asked(exam, "papers"),
}
"""The columns that hold a code of the réglementation, and where it says how that is read."""


class Wording:
    """How the rows of a copy are read."""

    def __init__(self, tables: Rows, numbers: dict[int, str], at: datetime) -> None:
        """Learn what the rows are of.

        Args:
            tables: the rows, as they were gathered.
            numbers: of each registration of their person, by its key.
            at: the instant at which they were gathered.
        """
        self._day = at.date()
        self._numbers = numbers
        self._registrations = Registration.objects.whole().in_bulk([*numbers])
        self._exams = {
            key: queries.rules(one.regulation_id).exam(one.exam.code)
            for key, one in self._registrations.items()
        }
        self._sat: dict[int, list[Sat]] = {}
        for row in tables.get("accommodations.Case", ()):
            if (one := self._registrations.get(row["registration"])) is not None:
                kept = row["regulation"]
                under = rules_under(one, kept["code"] if kept else one.regulation_id)
                self._sat[row["id"]] = sat_under(one, under)
        self._drafts: dict[Any, Draft] = {}
        if "registrations.SectionAnswers" in tables:
            wanted = {row["draft"] for row in tables["registrations.SectionAnswers"]}
            self._drafts = {one.pk: one for one in Draft.objects.filter(pk__in=wanted).whole()}
        self._answers: dict[Any, dict[str, Any]] = {}
        for row in tables.get("registrations.SectionAnswers", ()):
            self._answers.setdefault(row["draft"], {})[row["section"]] = row["answers"]
        self._owners = {
            (name, row["id"]): row["registration"]
            for name, model in _BETWEEN.items()
            for row in tables.get(model, ())
        }
        self._domains = dict(Domain.objects.values_list("code", "label"))
        self._names: dict[tuple[str, Any], str] = {
            ("registrations.Registration", key): said for key, said in numbers.items()
        }
        self._pieces: dict[tuple[str, str], str] = {}
        for row in tables.get("evidence.Evidence", ()):
            self._names["evidence.Evidence", row["id"]] = row["label"]
            self._pieces[numbers.get(row["registration"], ""), row["code"]] = row["label"]
        for name, model in _BETWEEN.items():
            for row in tables.get(model, ()):
                owner = self._owners[name, row["id"]]
                self._names[model, row["id"]] = numbers.get(owner, "")

    def named(self, column: Any, key: Any) -> str:
        """Return how the row of a key is called, nothing where it says nothing more."""
        return self._names.get((column.related_model._meta.label, key), "")

    def heading(self, model: str, row: dict[str, Any]) -> str:
        """Return how a row is headed among others of its table, nothing where its rank says enough."""
        if model != "registrations.Registration" or row["id"] not in self._registrations:
            return ""
        return f"{self._registrations[row['id']]}, n°{self._numbers[row['id']]}"

    def of(self, model: str, name: str, value: Any, row: dict[str, Any]) -> str | None:
        """Return how a value that is a code is read, nothing where it is none.

        Args:
            model: the model of its row.
            name: its column.
            value: what stands there.
            row: its row.
        """
        if isinstance(value, str) and (labels := self._labels(model, name)) is not None:
            return labels.get(value)
        if (model, name) == ("journal.Entry", "piece"):
            return self._pieces.get((row["inscription"], value))
        return (
            self._quality(value, row) if name in KINDS else self._regulated(model, name, value, row)
        )

    def _labels(self, model: str, name: str) -> dict[str, str] | None:
        """Return the labels of a column that says the same whatever the exam, nothing of others."""
        if name in COUNTRIES:
            return {one.code: one.name for one in territory.countries()}
        if name in {"academy", "court_seat"}:
            return {one.code: one.full_name for one in territory.known_academies()}
        if name == "birth_department":
            return {one.code: one.name for one in territory.departments()}
        return {"domain": self._domains, **_FIXED.get(model, {})}.get(name)

    def _quality(self, kind: Any, row: dict[str, Any]) -> str | None:
        if kind == CANDIDATE:
            return YOU_IN_A_COPY if row.get("is_for_copy") else YOU
        return QUALITIES.get(kind)

    def _regulated(self, model: str, name: str, value: Any, row: dict[str, Any]) -> str | None:
        exam = self._exam(model, row)
        if exam is None:
            return None
        if (model, name) == ("accommodations.AskedMeasure", "papers"):
            return papers_in_words(value, self._sat.get(row["case"], []), row["code"])
        if (model, name) == ("registrations.RegistrationAnswer", "value"):
            return _answer(exam, row["question"], value)
        look_up = REGULATED.get((model, name))
        if look_up is None:
            return None
        labels = look_up(exam)
        if isinstance(value, list):
            return (
                "\n".join(labels.get(one, str(one)) for one in value) or "Toutes celles demandées"
            )
        code = value["libelle"] if isinstance(value, dict) else value
        other = OTHER_PAPER if name == "kind" and code else None
        return labels.get(code, other)

    def _exam(self, model: str, row: dict[str, Any]) -> Exam | None:
        if model == "registrations.Registration":
            return self._exams.get(row["id"])
        if "registration" in row:
            return self._exams.get(row["registration"])
        for name in _BETWEEN:
            if name in row:
                owner = self._owners.get((name, row[name]))
                return None if owner is None else self._exams.get(owner)
        return None

    # --- What was typed -----------------------------------------------------------------------

    def typed(self) -> Iterator[tuple[Draft, list[Answered]]]:
        """Give each draft with what was typed in it, tab after tab, as their pages ask for it."""
        for key, draft in self._drafts.items():
            yield draft, list(self._typed_in(draft, self._answers[key]))

    def _typed_in(self, draft: Draft, answers: dict[str, dict[str, Any]]) -> Iterator[Answered]:
        dossier = Dossier(
            candidate=draft.candidate,
            exam=draft.exam,
            speciality=draft.speciality,
            service=draft.service,
            regulation=_asking(draft),
            day=self._day,
            answers=answers,
            amends=draft.amends_id is not None,
            registered_on=registered_on(draft),
            is_placed=draft.is_placed,
        )
        # The exam may have gone since, and what was typed is theirs all the same.
        rules = queries.exam_once_offered(draft.regulation, exam=draft.exam.code)
        for section in SECTIONS:
            typed = answers.get(section.slug, {})
            try:
                form = section.form(dossier, typed)
            except NoLongerOffered:
                form = None
            order = list(form.fields) if form is not None else []
            for name in sorted(typed, key=lambda one: (one not in order, [*order, one].index(one))):
                if (value := typed[name]) in (None, "", []):
                    continue
                question, answer = _asked_and_typed(section.form, form, rules, name, value)
                yield Answered(section.title, question or section.title, answer)


_BETWEEN = {"case": "accommodations.Case", "compartment": "medical.Compartment"}
"""The tables by which others are of a registration."""

_FIXED = {
    "mfa.Authenticator": {"type": AUTHENTICATORS},
    "registrations.RegistrationPaper": {"form": FORMS, "status": STATUSES},
}
"""The columns whose choices stand in no list of their own, by their table."""


def _asking(draft: Draft) -> Regulation:
    """Return the version whose questions the pages of a draft ask: until it is filed, the one in force."""
    programme = queries.programme_of(draft.service) if draft.filed_as_id is None else None
    return programme.regulation if programme else draft.regulation


def _answer(exam: Exam, code: str, value: Any) -> str | None:
    """Return how the answer to a question of the exam is read."""
    if isinstance(value, bool):
        return None
    labels = labels_in(*(getattr(one, "choices", ()) for one in exam.questions if one.code == code))
    values = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(one, _in_words(one)) for one in map(str, values))


def _in_words(value: str) -> str:
    if value in ANSWERED:
        return ANSWERED[value]
    try:
        return day_in_words(datetime.strptime(value, "%Y-%m-%d").date())  # noqa: DTZ007 - a day
    except ValueError:
        return value


def _asked_and_typed(
    kind: type[SectionForm], form: SectionForm | None, exam: Exam, name: str, value: Any
) -> tuple[str, str]:
    """Return the question that a field asks and what was typed, also where it is asked no more."""
    if form is not None and name in form.fields:
        return form.label_of(name), form.typed_in_words(name)
    if isinstance(kind.base_fields.get(name), forms.BooleanField):
        # A ticked box may say what of, by a mark that nobody reads.
        return _label_of(kind, name), ANSWERED.get(str(value), ANSWERED["on"])
    values = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    prefix, _, code = name.partition("-")
    if f"{prefix}-" in OF_A_PAPER:
        labels = STATUSES | labels_in(*(one.options for one in exam.papers if one.code == code))
        question = f"{papers_in(exam).get(code, 'Épreuve')}, {OF_A_PAPER[f'{prefix}-']}"
    elif name.startswith(PREFIX):
        asked = [one for one in exam.questions if one.code == code]
        labels = labels_in(*(getattr(one, "choices", ()) for one in asked))
        question = asked[0].label if asked else "Question qui n'est plus posée"
    else:
        look_up = REGULATED.get(("registrations.Registration", name))
        labels = look_up(exam) if look_up else {}
        question = _label_of(kind, name)
    return question, ", ".join(labels.get(one, _in_words(one)) for one in values)


def _label_of(kind: type[SectionForm], name: str) -> str:
    field = kind.base_fields.get(name)
    if field is not None and field.label:
        return str(field.label)
    columns: Any = apps.get_model("registrations.Registration")._meta.concrete_fields
    labels = {one.name: str(one.verbose_name) for one in columns}
    label = labels.get(name, "question qui n'est plus posée")
    return capfirst(label)
