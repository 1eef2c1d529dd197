"""« Informations supplémentaires »: the exam's own questions, and two consents."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from sporades.core.french import day_in_words, figure, quoted
from sporades.exams.rules import conditions, questions
from sporades.exams.schema import Condition
from sporades.exams.schema.conditions import AnswerCondition
from sporades.exams.schema.questions import (
    ChoiceQuestion,
    MultipleChoiceQuestion,
    NumberQuestion,
    Question,
    YesNoQuestion,
)
from sporades.registrations.consents import CONSENTS, ConsentField
from sporades.registrations.dossier import Answers
from sporades.registrations.fields import ask_if_called_for, chosen_in_words
from sporades.registrations.models import Registration, RegistrationAnswer
from sporades.registrations.questions import (
    NO,
    PREFIX,
    YES,
    DayBoxes,
    field_of,
    is_of_several,
    missing_in_words,
)
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.sections.eligibility import refuse_ineligible

EMPTY: tuple[Any, ...] = (None, "", [])
_NOW_ONE = "Vous aviez répondu « {} » : cette question ne prend plus qu'une réponse, choisissez-la."


class ExtraForm(SectionForm):
    """Questions as data: their fields are made from the réglementation."""

    def build(self) -> None:
        """Make a field for each question, then the two consents."""
        self.several: Answers = {}
        for question in self.questions:
            field = self.fields[PREFIX + question.code] = field_of(question)
            self._set_several_aside(question)
            self._gather(PREFIX + question.code)
            if calling := self._calling(question):
                field.help_text = f"Seulement si vous {calling}. {field.help_text}".strip()
            if question.code in self.depending:
                # Whether it must be answered is judged in `clean`, where its condition is known.
                shown_when = _shown_when(question.when, self.dossier.rules.questions)
                ask_if_called_for(field, shown_when, is_due=question.is_mandatory)
            else:
                field.required = question.is_mandatory
                field.error_messages["required"] = missing_in_words(question)
        for name, label, help_text in CONSENTS:
            self.fields[name] = ConsentField(
                label=label,
                help_text=help_text,
                disabled=self.dossier.kept_consents is not None,
            )
            # The answer is no until the candidate says yes.
            self.initial.setdefault(name, NO)
        self.initial.update(self.dossier.kept_consents or {})

    def typed(self) -> Answers:
        """Return what was typed; of the consents that stay, what they were."""
        return {**super().typed(), **self.several, **(self.dossier.kept_consents or {})}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that may be asked of this candidate, given the other tabs.

        One that some answer of this very tab would call for is shown, and required only when that
        answer does.
        """
        return tuple(one for one in self.dossier.rules.questions if one.code in self._outcomes)

    @property
    def depending(self) -> set[str]:
        """The codes of those that are asked or not, as this very tab is answered."""
        return {code for code, found in self._outcomes.items() if False in found}

    @cached_property
    def _outcomes(self) -> dict[str, set[bool]]:
        """Whether each question that may be asked is, over all the answers to those above it."""
        known = self.dossier.counted
        found: dict[str, set[bool]] = {}
        for question in self.dossier.rules.questions:
            outcomes = conditions.outcomes(question.when, known, asked=found)
            if True in outcomes:
                found[question.code] = outcomes
        return found

    @property
    def asks_nothing(self) -> bool:
        """Whether the exam has no question for this candidate; the consents stand all the same."""
        return not self.questions

    def fieldsets(self) -> list[tuple[str, list[str]]]:
        """Return the exam's questions, then the consents."""
        asked = [PREFIX + question.code for question in self.questions]
        consents = [name for name, _, _ in CONSENTS]
        groups = [
            ("Questions pour cette inscription", asked),
            ("Publication de votre nom", consents),
        ]
        return [(legend, names) for legend, names in groups if names]

    def clean(self) -> dict[str, Any]:
        """Require a conditional question only when its condition holds; drop it otherwise."""
        data = super().clean() or {}
        for name, answers in self.several.items():
            self.errors.pop(name, None)
            said = chosen_in_words(self.fields[name], answers)
            self.add_error(name, ValidationError(_NOW_ONE.format(said), code="several"))
        rules, facts = self.dossier.rules, self.dossier.facts_with(self)
        asked = {question.code for question in questions.asked(rules, facts)}
        self.counted = questions.counted(rules, facts)
        for question in self.questions:
            name = PREFIX + question.code
            if question.code not in asked:
                data[name] = None
                self.errors.pop(name, None)
                self._refuse_uncalled(question)
            elif question.is_mandatory and name not in self.errors and data.get(name) in EMPTY:
                missing = ValidationError(missing_in_words(question), code="required")
                self.add_error(name, missing)
        refuse_ineligible(self, tab="supplementaires")
        return data

    def _gather(self, name: str) -> None:
        """Make one answer of the three boxes of a day, as a page sends them; the one kept, where it says the same."""
        widget = self.fields[name].widget
        if not isinstance(widget, DayBoxes) or not self.is_bound or name in self.data:
            return
        if (typed := widget.gathered(self.data, name)) is not None:
            # « 01/09/2020 » was typed in one box: to go through the tab changes nothing of it.
            kept = self.dossier.of("supplementaires").get(name)
            is_the_same = bool(kept) and widget.decompress(kept) == widget.decompress(typed)
            self.data.setlist(name, [kept if is_the_same else typed])  # type: ignore[attr-defined] # see as_data

    def _set_several_aside(self, question: Question) -> None:
        """Take no answer from those that were given when this question took several."""
        name = PREFIX + question.code
        shown = self.data.getlist(name) if self.is_bound else self.initial.get(name)  # type: ignore[attr-defined] # see as_data
        if not is_of_several(question, shown):
            return
        if self.is_bound:
            self.several[name] = shown
            self.data.setlist(name, [""])  # type: ignore[attr-defined]
        else:
            self.initial[name] = ""

    def _calling(self, question: Question) -> str:
        return _called_for_by(question.when, self.dossier.rules.questions)

    def _refuse_uncalled(self, question: Question) -> None:
        """Refuse an answer that no other calls for, once that other one can be read."""
        other = question.when.answer if question.when else None
        if other is None or PREFIX + other.question not in self.errors:
            message = f"{self._why_uncalled(question)} Effacez-la, ou changez l'autre réponse."
            self.refuse_uncalled(PREFIX + question.code, message=message)

    def _why_uncalled(self, question: Question) -> str:
        calling = self._calling(question)
        # Whoever has given that answer lacks another.
        alone = Condition.model_construct(answer=question.when.answer) if question.when else None
        if calling and not conditions.holds(alone, self.counted):
            return f"Cette réponse ne compte que si vous {calling}."
        return "Vos autres réponses ne demandent pas celle-ci."

    def oddities(self) -> Iterator[tuple[str, str]]:
        """Say which choice does not count: a button cannot be left, so it is not refused."""
        for question in self.questions:
            name = PREFIX + question.code
            if self.cleaned_data[name] is None and self.is_typed(name):
                yield name, f"{self._why_uncalled(question)} Elle n'est pas reprise."

    def write(self, registration: Registration) -> None:
        """Keep the two consents."""
        for name, _, _ in CONSENTS:
            setattr(registration, name, self.cleaned_data[name] == YES)

    def write_rows(self, registration: Registration) -> None:
        """Keep one row for each answered question."""
        RegistrationAnswer.objects.bulk_create(
            RegistrationAnswer(registration=registration, question=question.code, value=value)
            for question in self.questions
            if (value := self._stored(question)) is not None
        )

    def _stored(self, question: Question) -> Any:
        value = self.cleaned_data.get(PREFIX + question.code)
        if value in EMPTY:
            return None
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, Decimal) else value

    def is_said(self, name: str) -> bool:
        """Say the consents always, the questions when answered."""
        return not name.startswith(PREFIX) or self.cleaned_data.get(name) not in EMPTY

    def typed_in_words(self, name: str) -> str:
        """Return a day on one line, however its boxes were filled."""
        said = super().typed_in_words(name)
        return " ".join(said.split()) if isinstance(self.fields[name].widget, DayBoxes) else said

    def in_words(self, name: str) -> str:
        """Write days and numbers as they are read in French."""
        value = self.cleaned_data.get(name)
        if isinstance(value, date):
            return day_in_words(value)
        question = next((q for q in self.questions if PREFIX + q.code == name), None)
        if isinstance(question, NumberQuestion) and value is not None:
            number = f"{value}".replace(".", ",")
            return f"{number} {question.unit}" if question.unit else number
        return super().in_words(name)


def _called_for_by(condition: Condition | None, asked: Iterable[Question]) -> str:
    """Say which answer to which question calls for this one, where one alone does: after « si vous »."""
    answer = condition.answer if condition else None
    other = next((one for one in asked if answer and one.code == answer.question), None)
    if answer is None or other is None:
        return ""
    labels = {one.code: one.label for one in getattr(other, "choices", ())}
    if isinstance(answer.equal, bool):
        said = ["Oui" if answer.equal else "Non"]
    else:
        wanted = answer.among or ((answer.equal,) if isinstance(answer.equal, str) else ())
        said = [labels[code] for code in wanted if code in labels]
    answers = quoted(said, "ou") if said else _bounds_in_words(answer)
    if answers:
        return f"répondez {answers} à « {other.label} »"
    if answer.is_given is None or answer.equal is not None:
        return ""
    return f"{'répondez' if answer.is_given else 'ne répondez pas'} à « {other.label} »"


def _bounds_in_words(answer: AnswerCondition) -> str:
    """Say the numbers or the days that an answer must be among; nothing where none are said."""
    low, high = map(_bound_in_words, (answer.minimum, answer.maximum))
    if low and high:
        return low if low == high else f"entre {low} et {high}"
    is_day = isinstance(answer.minimum or answer.maximum, date)
    if low:
        return f"{low} ou après" if is_day else f"{low} au moins"
    if high:
        return f"{high} ou avant" if is_day else f"{high} au plus"
    return figure(answer.equal) if isinstance(answer.equal, Decimal) else ""


def _bound_in_words(bound: Decimal | date | None) -> str:
    if isinstance(bound, date):
        return f"le {day_in_words(bound)}"
    return "" if bound is None else figure(bound)


def _shown_when(condition: Condition | None, asked: Iterable[Question]) -> str:
    """Say the simplest conditions to the page: one choice among those of a question of this tab.

    What is typed is compared once it is read: the page cannot know that « 2,50 » is 2.5.
    """
    answer = condition.answer if condition else None
    if answer is None or answer.is_given is not None:
        return ""
    match next((one for one in asked if one.code == answer.question), None), answer.equal:
        case YesNoQuestion(), bool(is_yes):
            wanted: tuple[str, ...] = (YES if is_yes else NO,)
        case ((ChoiceQuestion() | MultipleChoiceQuestion()), equal):
            wanted = answer.among or ((equal,) if isinstance(equal, str) else ())
        case _:
            return ""
    return f"{PREFIX}{answer.question}={' '.join(wanted)}" if wanted else ""


EXTRA = Section("supplementaires", "Informations supplémentaires", ExtraForm)
