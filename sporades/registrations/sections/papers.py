"""« Épreuves »: what the candidate sits, keeps or is dispensed from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from sporades.core.french import figure, listed, within
from sporades.exams import queries
from sporades.exams.rules import Breach, papers
from sporades.exams.rules.papers import Block, Choice, PaperOffer, titled
from sporades.exams.schema import Status
from sporades.exams.schema.candidacy import EvaluationForm
from sporades.registrations.fields import (
    Hinted,
    MarkField,
    WholeNumberField,
    ask_if_called_for,
    choices_of,
)
from sporades.registrations.models import Registration, RegistrationPaper
from sporades.registrations.sections.base import Line, Section, SectionForm, Table

STATUS, OPTION, MARK, SESSION = "statut-", "option-", "note-", "session-"
MEANINGS = {
    Status.ENTERED: "vous passez l'épreuve à cette session",
    Status.NOT_ENTERED: "vous ne la passez pas à cette session",
    Status.DISPENSED: "un diplôme, par exemple le baccalauréat, ou une demande vous en dispense",
    Status.KEPT: "vous gardez une note déjà obtenue, par exemple 12 sur 20 à une session passée",
}
FORMS = {
    EvaluationForm.CONTINUOUS: "vos formateurs l'évaluent pendant votre formation",
}
"""What is said of how an épreuve is assessed; nothing of one that is sat once, as most are."""
_NO_OPTION = (
    f"Ce choix ne compte que si vous passez l'épreuve : choisissez « {Status.ENTERED.label} », ou "
    "revenez à « Choisir » dans cette liste."
)
_NO_MARK = (
    f"Une note n'est gardée qu'avec « {Status.KEPT.label} » : choisissez ce statut, ou effacez "
    "{}."
)
_TYPED = {MARK: "la note", SESSION: "l'année"}
CALLED_FOR = {
    Status.ENTERED: ((OPTION,), _NO_OPTION),
    Status.KEPT: ((MARK, SESSION), _NO_MARK),
}
"""What each status asks, and what is said to whoever answers it under another one."""
COLUMNS = ("Épreuve", "Statut", "Nature", "Précisions")


@dataclass(frozen=True)
class PaperRow:
    """An épreuve on offer, with the fields that ask about it."""

    offer: PaperOffer
    fields: tuple[BoundField, ...]

    @property
    def facts(self) -> str:
        """Say how the épreuve is sat and what it weighs."""
        offer = self.offer
        weight = figure(offer.coefficient) if offer.coefficient else ""
        sat = f"{offer.nature}, {offer.duration}" if offer.duration else offer.nature
        parts = (
            f"{sat} ({offer.detail})" if offer.detail else sat,
            f"coefficient {weight}" if weight else "",
            offer.form.label.lower() if offer.form in FORMS else "",
            within(offer.eliminatory),
        )
        return ", ".join(part for part in parts if part)

    @property
    def is_settled(self) -> bool:
        """Whether its status is not to be chosen; an option may be."""
        return not any(one.name.startswith(STATUS) for one in self.fields)


class StatusField(forms.ChoiceField):
    """A status of an épreuve. The rules judge one that is not on offer: they know why it is not."""

    def valid_value(self, value: object) -> bool:
        """Accept whatever is a status."""
        return value in tuple(Status)


class PapersForm(SectionForm):
    """One status per épreuve, with its option or its kept mark."""

    mended_elsewhere: ClassVar = {"passing_form": ("informations", "passing_form")}

    @cached_property
    def offers(self) -> list[PaperOffer]:
        """The épreuves that the réglementation offers to this candidate."""
        return papers.offered(self.dossier.rules, self.dossier.facts)

    def build(self) -> None:
        """Make the fields of each épreuve."""
        for offer in self.offers:
            self._build(offer)
            self._ask_when_it_applies(offer)

    def label_of(self, name: str) -> str:
        """Name the épreuve before what is asked of it."""
        code = name.partition("-")[2]
        offer = next(offer for offer in self.offers if offer.code == code)
        return f"{titled(offer.paper)}, {self.fields[name].label}"

    def _build(self, offer: PaperOffer) -> None:
        code, lost = offer.code, self._lost(offer)
        if len(offer.statuses) > 1 or lost:
            self.fields[STATUS + code] = StatusField(
                label="Statut",
                help_text=f"Vous aviez choisi « {lost.label} », qui n'est plus possible. "
                "Choisissez de nouveau."
                if lost
                else "",
                choices=[(status.value, _named(status, offer)) for status in offer.statuses],
                initial=_usual(offer).value,
                widget=forms.RadioSelect,
                error_messages=dict.fromkeys(
                    ("required", "invalid_choice"), "Choisissez un statut."
                ),
            )
            if offer.commits:
                self.fields[STATUS + code].described_by = f"engage-{code}"  # type: ignore[attr-defined] # where its tab says it
        if offer.options:
            self.fields[OPTION + code] = forms.ChoiceField(
                label=offer.options.label,
                choices=[("", "Choisir"), *choices_of(offer.options.choices)],
                required=False,
                help_text=f"Seulement si vous choisissez « {Status.ENTERED.label} »."
                if STATUS + code in self.fields
                else "",
            )
        if right := offer.kept_mark:
            self.fields[MARK + code] = MarkField(
                label="Note obtenue",
                required=False,
                min_value=0,
                out_of=right.out_of,
                decimal_places=2,
                localize=True,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                help_text=(
                    "Seulement si vous gardez cette note. Par exemple : "
                    f"{figure((right.threshold + right.out_of) / 2)} sur {figure(right.out_of)}."
                ),
            )
            self.fields[SESSION + code] = WholeNumberField(
                label="Année de la session",
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
                help_text="L'année où vous avez obtenu cette note. Par exemple : 2025.",
                error_messages={"invalid": "Indiquez une année, par exemple 2025."},
            )
        for prefix in (STATUS, OPTION, MARK, SESSION):
            if field := self.fields.get(prefix + code):
                field.asked_of = titled(offer.paper)  # type: ignore[attr-defined] # for who hears it alone

    def _lost(self, offer: PaperOffer) -> Status | None:
        """Return the status that was chosen and is no longer on offer.

        It stands, and is refused, until another one is chosen: never is a dispensation that has
        gone turned into an épreuve to sit without a word.
        """
        name = STATUS + offer.code
        said = self.dossier.of(PAPERS.slug).get(name)
        if self.is_bound:
            said = self.data.get(name, said)
        if said not in tuple(Status) or said in offer.statuses:
            return None
        if self.is_bound:
            self.data.setdefault(name, said)  # type: ignore[attr-defined] # see as_data
        return Status(said)

    def _ask_when_it_applies(self, offer: PaperOffer) -> None:
        """Options and marks are asked only of some statuses: the rules say when they lack."""
        name = STATUS + offer.code
        for status, (prefixes, _) in CALLED_FOR.items():
            for prefix in prefixes:
                field = self.fields.get(prefix + offer.code)
                if field is not None:
                    shown_when = f"{name}={status.value}" if name in self.fields else ""
                    ask_if_called_for(field, shown_when)

    def clean(self) -> dict[str, Any]:
        """Judge the choices together: groups, exclusions, dependencies, dispensations, marks."""
        data = super().clean() or {}
        unread = set(self.errors)
        for breach in self._breaches():
            if self._field_of(breach.field) in unread:
                continue
            is_mended_elsewhere = breach.field in self.mended_elsewhere
            code = breach.field if is_mended_elsewhere else breach.rule
            error = ValidationError(breach.message, code=code)
            self.add_error(self._field_of(breach.field), error)
        for offer in self.offers:
            self._refuse_uncalled(offer)
        return data

    def _breaches(self) -> list[Breach]:
        """Judge every line whose status can be read, and the lines together."""
        rules, facts, choices = self.dossier.rules, self.dossier.facts, self.choices_made()
        lines = [offer for offer in self.offers if STATUS + offer.code not in self.errors]
        found = papers.breaches_by_line(lines, facts, choices)
        if not any(name.startswith(STATUS) for name in self.errors):
            found += papers.breaches_between(rules, facts, self.offers, choices)
        return found

    def _refuse_uncalled(self, offer: PaperOffer) -> None:
        """Refuse a mark or an option under a status that leaves it out of what is filed."""
        status = self._choice(offer).status
        if STATUS + offer.code in self.errors:
            return
        for asking, (prefixes, message) in CALLED_FOR.items():
            # An option says also of what one is dispensed, or keeps a mark.
            counts = status.is_taken if asking is Status.ENTERED else status is asking
            if not counts:
                names = [prefix + offer.code for prefix in prefixes]
                # What is empty has no place on the page, out of which a script takes it.
                typed = [prefix for prefix in prefixes if self.is_typed(prefix + offer.code)]
                what = listed([_TYPED[one] for one in typed if one in _TYPED])
                self.refuse_uncalled(*names, message=message.format(what))

    @cached_property
    def withdrawn(self) -> tuple[str, ...]:
        """One sentence for each épreuve that was chosen and is not offered any more."""
        offered = {offer.code for offer in self.offers}
        taken = [status for status in Status if status.is_taken]
        gone = {
            name.removeprefix(STATUS)
            for name, said in self.dossier.of(PAPERS.slug).items()
            if name.startswith(STATUS) and said in taken
        } - offered
        if not gone:
            return ()
        once = queries.papers_once_offered(
            self.dossier.regulation, exam=self.dossier.exam.code, codes=gone
        )
        return tuple(
            f"Vous aviez choisi {papers.named(paper)}, qui ne vous est plus proposée : elle n'est pas "
            "reprise."
            for paper in once
        )

    def oddities(self) -> Iterator[tuple[str, str]]:
        """Say what is unusual among the choices."""
        for sentence in self.withdrawn:
            yield "", sentence
        for oddity in papers.oddities(self.offers, self.choices_made()):
            # What is said of several épreuves is seen on the tab, whose first is not alone in it.
            field = "" if oddity.field == "papers" else self._field_of(oddity.field)
            yield field or "", oddity.message

    def _field_of(self, place: str) -> str | None:
        """Return the field that a breach speaks of: « papers.E1.option » for instance.

        What is wrong with a group is mended from its first épreuve on.
        """
        kind, _, rest = place.partition(".")
        if place == "papers":
            return next((name for name in self.fields if name.startswith(STATUS)), None)
        if kind == "groups":
            first = next(o.code for o in self.offers if o.group and o.group.code == rest)
            return STATUS + first if STATUS + first in self.fields else None
        code, _, part = rest.partition(".")
        prefix = {"option": OPTION, "mark": MARK, "mark_session": SESSION}.get(part, STATUS)
        name = prefix + code
        return name if kind == "papers" and name in self.fields else None

    def choices_made(self) -> dict[str, Choice]:
        """Return what is chosen for each épreuve on offer."""
        return {offer.code: self._choice(offer) for offer in self.offers}

    def _choice(self, offer: PaperOffer) -> Choice:
        code, data = offer.code, self.cleaned_data
        status = Status(data.get(STATUS + code) or offer.statuses[0])
        keeps = status is Status.KEPT
        option = data.get(OPTION + code) or ""
        return Choice(
            status=status,
            option=option if status.is_taken else "",
            mark=data.get(MARK + code) if keeps else None,
            mark_session=data.get(SESSION + code) if keeps else None,
        )

    @property
    def asks_statuses(self) -> bool:
        """Whether there is an épreuve of which one says whether one sits it."""
        return any(name.startswith(STATUS) for name in self.fields)

    @property
    def due(self) -> str:
        """Say what is to be answered of these épreuves."""
        if not self.fields:
            return "Rien n'est à choisir ici : lisez vos épreuves, puis passez à l'onglet suivant."
        if not self.asks_statuses:
            return "Tout est à remplir."
        called_for = {"l'option": OPTION, "la note gardée": MARK}
        more = [
            what
            for what, prefix in called_for.items()
            if any(name.startswith(prefix) for name in self.fields)
        ]
        then = f", puis {listed(more, 'ou')} qu'il demande" if more else ""
        is_settled = any(len(offer.statuses) == 1 for offer in self.offers)
        which = "des épreuves qui en proposent plusieurs" if is_settled else "de chaque épreuve"
        return f"Tout est à choisir : le statut {which}{then}."

    @property
    def words(self) -> list[tuple[str, str]]:
        """The words that the lines of this candidate use, each with its meaning."""
        offered = {status for offer in self.offers for status in offer.statuses}
        forms_used = {offer.form for offer in self.offers}
        return [
            *((one.label, said) for one, said in MEANINGS.items() if one in offered),
            *((one.label, said) for one, said in FORMS.items() if one in forms_used),
        ]

    def phases(self) -> list[tuple[str, list[tuple[Block, list[PaperRow]]]]]:
        """Return the phases, each with its blocks of épreuves."""
        return [
            (
                phase.label,
                [(block, [self._row(offer) for offer in block.offers]) for block in phase.blocks],
            )
            for phase in papers.grouped(self.offers)
        ]

    def _row(self, offer: PaperOffer) -> PaperRow:
        names = [prefix + offer.code for prefix in (STATUS, OPTION, MARK, SESSION)]
        return PaperRow(offer, tuple(self[name] for name in names if name in self.fields))

    def lines(self) -> list[Line]:
        """Nothing beside the tables."""
        return []

    def tables(self) -> list[Table]:
        """Return one table for each group of each phase, as the guide shows them."""
        choices = self.choices_made()
        return [
            Table(
                f"{phase.label} : {block.heading}" if phase.label else block.heading,
                COLUMNS,
                tuple(_said(offer, choices[offer.code]) for offer in block.offers),
                tuple(offer.code for offer in block.offers),
            )
            for phase in papers.grouped(self.offers)
            for block in phase.blocks
        ]

    def write_rows(self, registration: Registration) -> None:
        """Write one row for each épreuve, whatever its status."""
        choices = self.choices_made()
        known = queries.papers_of(registration.exam, codes=choices)
        offers = {offer.code: offer for offer in self.offers}
        RegistrationPaper.objects.bulk_create(
            RegistrationPaper(
                registration=registration,
                paper=known[code],
                status=choice.status.value,
                form=offers[code].form.value if choice.status is Status.ENTERED else "",
                option=choice.option,
                mark=choice.mark,
                mark_session=choice.mark_session,
            )
            for code, choice in choices.items()
        )


def _named(status: Status, offer: PaperOffer) -> str:
    """Name a status, with what entitles to a dispensation."""
    is_dispensed = status is Status.DISPENSED
    return Hinted(status.label, _one_after_another(offer.dispensations) if is_dispensed else "")


def _one_after_another(reasons: Sequence[str]) -> str:
    """Return sentences as one: « Sur demande ; titulaire d'un CAP »; initials stay as they are."""
    first, *others = [*reasons] or [""]
    lowered = [one if one[1:2].isupper() else within(one) for one in others]
    return " ; ".join([first, *lowered])


def _usual(offer: PaperOffer) -> Status:
    if offer.is_mandatory and Status.ENTERED in offer.statuses:
        return Status.ENTERED
    return Status.NOT_ENTERED if Status.NOT_ENTERED in offer.statuses else offer.statuses[0]


def _said(offer: PaperOffer, choice: Choice) -> tuple[str, str, str, str]:
    details = [offer.option_of(choice.option), _mark(offer, choice)]
    return titled(offer.paper), choice.status.label, offer.nature, ", ".join(filter(None, details))


def _mark(offer: PaperOffer, choice: Choice) -> str:
    if offer.kept_mark is None or choice.mark is None:
        return ""
    out_of = figure(offer.kept_mark.out_of)
    return f"note {figure(choice.mark)} sur {out_of}, session {choice.mark_session}"


PAPERS = Section("epreuves", "Épreuves", PapersForm, reads_as="Epreuves")
