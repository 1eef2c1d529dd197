"""What a tab is made of."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from sporades.exams.rules import Breach
from sporades.registrations.dossier import Answers, Dossier
from sporades.registrations.fields import as_data, chosen_in_words, flat
from sporades.registrations.models import Registration

_BOXES = (forms.CheckboxInput, forms.CheckboxSelectMultiple)
NOT_SAID = "Non renseigné"


@dataclass(frozen=True)
class Line:
    """One answer as it reads in the summary."""

    label: str
    value: str


@dataclass(frozen=True)
class Table:
    """A table of the summary, the épreuves for instance.

    Attributes:
        caption: what its rows have in common.
        columns: their headings.
        rows: what is read; the first cell names the row.
        codes: what each row is known by however it is named, when it has such a code.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    codes: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where something is answered: a field of a tab; before the tabs, what a rule looks at.

    Attributes:
        tab: the slug of the tab, nothing before the tabs.
        field: the name of the field; before the tabs, as `Breach.field` names it.
    """

    tab: str
    field: str


class Whole(NamedTuple):
    """Fields that make one answer: an address made of the answers of two people is nobody's.

    Attributes:
        label: what they are together.
        names: the names of these fields.
    """

    label: str
    names: tuple[str, ...]


class SectionForm(forms.Form):
    """The questions of one tab, bound to a dossier.

    Attributes:
        stored: the names of fields that are written as they are to the registration.
        unsaid: the names of fields that the summary leaves out.
        sensitive: the names of fields whose answer no mail and no letter says (P-12).
        mended_elsewhere: the tab and the field that mend an error of this form, by its code.
        wholes: the fields of which two people's answers are never mixed.
        also_mended: the places beside this tab where what is refused here may be mended as well.
        kept: the fields, or nothing, of what is accepted only as long as it stays as it was filed.
        refused: what the rules of eligibility refuse in this tab.
    """

    # The page shows what is wrong at its top, above what it says before the questions.
    errors_stand_above = True
    stored: ClassVar[tuple[str, ...]] = ()
    unsaid: ClassVar[tuple[str, ...]] = ()
    sensitive: ClassVar[tuple[str, ...]] = ()
    mended_elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = {}
    wholes: ClassVar[tuple[Whole, ...]] = ()

    def __init__(
        self,
        dossier: Dossier,
        answers: Mapping[str, Any] | None = None,
        *,
        shown: Mapping[str, Any] | None = None,
    ) -> None:
        """Bind the form to a dossier and to answers; or only show some, without judging them."""
        self.dossier = dossier
        self.also_mended: list[Place] = []
        self.kept: list[str] = []
        self.refused: list[Breach] = []
        data = None if answers is None else as_data(answers)
        super().__init__(data, initial=dict(shown or {}))
        self.build()

    def offer(self, name: str, choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
        """Give a field its choices, and return it."""
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(name)
        field.choices = list(choices)
        return field

    def build(self) -> None:
        """Fit the fields to the dossier; nothing by default."""

    def unsent(self, stored: Answers, *, is_from_page: bool) -> Answers:
        """Return what was answered before to questions of which a page sent nothing.

        A text, a list and a choice once made are always sent by the page that shows them: when
        they are not there, it did not ask. Boxes alone say no by not being there, beside another
        answer of their tab, or where the tab has nothing but boxes.

        Args:
            stored: the answers kept for this tab.
            is_from_page: whether what was sent bears the mark of a page of the wizard.
        """
        boxes = {name for name, one in self.fields.items() if isinstance(one.widget, _BOXES)}
        is_of_this_tab = any(name in self.data for name in self.fields)
        asked_boxes = is_of_this_tab or (is_from_page and boxes == self.fields.keys())
        return {
            name: stored[name]
            for name in self.fields.keys() & stored.keys() - self.data.keys()
            if not (name in boxes and asked_boxes)
        }

    def typed(self) -> Answers:
        """Return what was typed for this form's own fields, and for no other."""
        return {
            name: self.data.getlist(name)  # type: ignore[attr-defined] # see as_data
            if isinstance(field, forms.MultipleChoiceField)
            else self.data[name]
            for name, field in self.fields.items()
            if name in self.data
        }

    def refuse_uncalled(self, *names: str, message: str) -> None:
        """Refuse what is typed where no other answer calls for it: it would be lost without a word.

        A button once chosen cannot be left again: such an answer is no fault, see `oddities`.

        Args:
            names: the fields that one answer would have called for.
            message: which answer, and what to do.
        """
        typed = [
            name
            for name in names
            if self.is_typed(name) and not isinstance(self.fields[name].widget, forms.RadioSelect)
        ]
        for name in typed:
            self.errors.pop(name, None)
        error = ValidationError(message, code="uncalled")
        self.add_error(None, ValidationError(dict.fromkeys(typed, error)))

    def keep_as_filed(self, name: str) -> None:
        """Say of a field, or of nothing in particular, that it stays accepted as it was filed."""
        if name not in self.kept:
            self.kept.append(name)

    def is_typed(self, name: str) -> bool:
        """Return whether something is typed in a field, readable or not."""
        typed = self[name].data if name in self.fields else None
        return bool(typed.strip() if isinstance(typed, str) else typed)

    def label_of(self, name: str) -> str:
        """Return the label of a field, whole, for a place where its neighbours do not stand."""
        return str(self.fields[name].label)

    def typed_in_words(self, name: str) -> str:
        """Return what was typed in a field, valid or not, as a person reads it."""
        return chosen_in_words(self.fields[name], self.typed().get(name)) or NOT_SAID

    def write(self, registration: Registration) -> None:
        """Write the answers of a valid form to a registration; the caller saves it."""
        for name in self.stored:
            absent = registration._meta.get_field(name).get_default()  # type: ignore[union-attr] # a column
            setattr(registration, name, self.cleaned_data.get(name, absent))

    def write_rows(self, registration: Registration) -> None:
        """Write the rows that stand beside a saved registration; none by default."""

    def oddities(self) -> Iterator[tuple[str, str]]:
        """Say what is unusual in a valid form, and accepted: a field or nothing, and a sentence."""
        yield from ()

    def lines(self) -> list[Line]:
        """Return the answers of a valid form as the summary says them."""
        return [
            Line(str(field.label), self.in_words(name))
            for name, field in self.fields.items()
            if name not in self.unsaid and self.is_said(name)
        ]

    def tables(self) -> list[Table]:
        """Return the tables of the summary; none by default."""
        return []

    def is_said(self, name: str) -> bool:
        """Return whether the summary has a line for this field: optional ones only when answered."""
        return bool(self.cleaned_data.get(name)) or self.fields[name].required

    def in_words(self, name: str) -> str:
        """Return the answer to one field as a person reads it."""
        value = self.cleaned_data.get(name)
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            labels = dict(flat(field.choices))
            return ", ".join(str(labels[one]) for one in value or ()) or NOT_SAID
        if isinstance(field, forms.ChoiceField):
            return str(dict(flat(field.choices)).get(value, NOT_SAID)) if value else NOT_SAID
        if isinstance(field, forms.BooleanField):
            return "Oui" if value else "Non"
        return NOT_SAID if value in (None, "") else str(value)


@dataclass(frozen=True)
class Section:
    """One tab.

    Attributes:
        slug: its name in addresses and in the draft.
        title: its name on the screen.
        form: its questions.
        applies: whether it belongs to the journey of a dossier.
        reads_as: its title in what was filed, where the guide gives it another one.
    """

    slug: str
    title: str
    form: type[SectionForm]
    applies: Callable[[Dossier], bool] = lambda _: True
    reads_as: str = ""

    def form_for(self, dossier: Dossier) -> SectionForm:
        """Return the tab's form showing what the dossier answers, without judging it."""
        return self.form(dossier, shown=dossier.of(self.slug))

    def answered(
        self,
        dossier: Dossier,
        answers: Answers,
        *,
        settled: Collection[str] = (),
        is_from_page: bool = True,
    ) -> SectionForm:
        """Return the tab's form bound to what a page sent; what it did not ask stays as it was.

        Args:
            dossier: the dossier, with what was answered before.
            answers: what was sent.
            settled: the names of questions that the candidate has just decided, by silence too.
            is_from_page: whether what was sent bears the mark of a page of the wizard.
        """
        stored = {name: one for name, one in dossier.of(self.slug).items() if name not in settled}
        form = self.form(dossier, answers)
        # What is put back may call for a question that is there only beside it.
        while unsent := form.unsent(stored, is_from_page=is_from_page):
            answers = {**answers, **unsent}
            form = self.form(dossier, answers)
        return form

    def judged(self, dossier: Dossier) -> SectionForm:
        """Return the tab's form bound to the dossier's answers, none counting as empty ones."""
        return self.form(dossier, dossier.of(self.slug))
