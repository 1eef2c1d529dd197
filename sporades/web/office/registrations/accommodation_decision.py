"""What is decided of each measure of a request, and why: with the doctor's opinion or against it."""

from dataclasses import replace
from typing import Any

from django import forms

from sporades.accommodations.models import LONGEST_NAME, LONGEST_WHY, AskedMeasure, Case
from sporades.accommodations.operations import (
    Author,
    DecisionOn,
    as_advised,
    as_decided,
    explains_another,
    needs_reason,
)
from sporades.accommodations.rules import rules_of
from sporades.accommodations.states import Decision, Opinion, State
from sporades.exams.schema.base import LONGEST_LINE
from sporades.registrations.fields import CleanCharField, ask_if_called_for

REASON = "Dites le motif : le candidat le lira."
OF_ANOTHER = "Ce motif explique une autre décision : écrivez celui de la vôtre."
ELSEWHERE = (
    "Vous suivez l'avis du médecin : écrivez votre motif dans l'autre champ, ou effacez celui-ci."
)
NOT_READ = "Vous suivez l'avis du médecin, favorable : aucun motif n'est dit. Effacez-le."
READ = "Le candidat le lit dans la notification. N'écrivez rien de sa santé"


class CaseDecisionForm(forms.Form):
    """What is decided of each measure, and by whom.

    It starts from what was decided before, where that is corrected or taken again, else from what
    the doctor advises. Each reason has its own field, with the opinion or against it: one that
    explains the opinion never goes with another decision.
    """

    prenom = CleanCharField(
        label="Prénom",
        max_length=LONGEST_NAME,
        error_messages={"required": "Indiquez le prénom de qui décide."},
    )
    nom = CleanCharField(
        label="Nom",
        max_length=LONGEST_NAME,
        error_messages={"required": "Indiquez le nom de qui décide."},
    )
    fonction = CleanCharField(
        label="Qualité",
        help_text="Par exemple : cheffe de la division des examens, par délégation du recteur",
        max_length=LONGEST_NAME,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Indiquez en quelle qualité cette personne décide."},
    )
    service = CleanCharField(
        label="Service",
        max_length=LONGEST_LINE,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Indiquez le service de qui décide."},
    )

    def __init__(self, data: Any = None, *, case: Case, author: Author) -> None:
        """Ask of each measure what is decided, with the other measures of the réglementation.

        Args:
            data: what was sent.
            case: one that has its opinion, with its registration.
            author: who decides, as far as that is known.
        """
        super().__init__(data)
        self._user = author.identifier
        self._author = _decided_by(case) if case.state == State.DECIDED else author
        self._measures: list[AskedMeasure] = list(case.measures.all())
        self._advised, self._former = as_advised(case), as_decided(case)
        is_kept = case.state == State.DECIDED or case.is_opinion_kept
        self._starts = self._former if is_kept else {}
        rules = rules_of(case.registration)
        every = [(one.code, one.label) for one in rules.measures] if rules else []
        for one in self._measures:
            asked = {each.code for each in self._measures if each == one or one.is_covered_by(each)}
            named = {self._advised[one.code].other, self._start(one).other}
            kept = [pair for pair in every if pair[0] not in asked - named]
            self._ask(one, [("", "Choisissez"), *kept])
        known = self._author
        said = (known.first_name, known.last_name, known.quality, known.service)
        for name, value in zip(("prenom", "nom", "fonction", "service"), said, strict=True):
            self.fields[name].initial = value

    def _start(self, one: AskedMeasure) -> DecisionOn:
        return self._starts.get(one.code) or self._advised[one.code]

    def _ask(self, one: AskedMeasure, others: list[tuple[str, str]]) -> None:
        decision, other, _, _ = names_of(one)
        start = self._start(one)
        self.fields[decision] = forms.ChoiceField(
            label="Décision",
            choices=Decision.choices,
            widget=forms.RadioSelect,
            initial=start.decision,
            error_messages={"required": "Décidez de cette mesure."},
        )
        self.fields[other] = forms.ChoiceField(
            label="Mesure accordée à la place",
            choices=others,
            initial=start.other,
            required=False,
        )
        ask_if_called_for(self.fields[other], f"{decision}={Decision.OTHER.value}")
        self._ask_why(one)

    def _ask_why(self, one: AskedMeasure) -> None:
        decision, _, along, against = names_of(one)
        advised, start = self._advised[one.code], self._start(one)
        follows = start.follows(advised)
        if advised.reason:
            proposed = start.reason if follows and start.reason else advised.reason
            label = "Motif, si vous suivez l'avis du médecin"
            self.fields[along] = _reason(label, f"Proposé d'après l'avis. {READ}", proposed)
            ask_if_called_for(self.fields[along], f"{decision}={advised.decision.value}")
        label = "Motif, si vous ne suivez pas l'avis du médecin"
        self.fields[against] = _reason(label, READ, "" if follows else start.reason)
        others = " ".join(each.value for each in Decision if each != advised.decision)
        is_told_apart = advised.decision != Decision.OTHER
        ask_if_called_for(self.fields[against], f"{decision}={others}" if is_told_apart else "")

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the fields of each measure under its name, then who decides."""
        measures = [
            (self._legend(one), tuple(name for name in names_of(one) if name in self.fields))
            for one in self._measures
        ]
        return [*measures, ("Qui décide", ("prenom", "nom", "fonction", "service"))]

    def _legend(self, one: AskedMeasure) -> str:
        said = f"{one.label} : {_opined(one)}"
        former = self._former.get(one.code)
        return f"{said} ; décision prise : {self._in_words(former)}" if former else said

    def _in_words(self, said: DecisionOn) -> str:
        labels = {
            code: label
            for one in self._measures
            for code, label in self.fields[names_of(one)[1]].choices  # type: ignore[attr-defined] # a ChoiceField
        }
        words = said.decision.label.lower()
        return f"{words}, « {labels.get(said.other, said.other)} »" if said.other else words

    def clean(self) -> None:
        """Ask for the other measure, and for why it is not what was asked and favoured."""
        for one in self._measures:
            decision, other, _, _ = names_of(one)
            said = self.cleaned_data.get(decision)
            if not said or other in self.errors:
                continue
            if said == Decision.OTHER and not self.cleaned_data.get(other):
                self.add_error(other, "Choisissez la mesure accordée à la place.")
                continue
            self._check_reason(one)

    def _check_reason(self, one: AskedMeasure) -> None:
        _, _, along, against = names_of(one)
        said, advised = self._decision_on(one), self._advised[one.code]
        follows = said.follows(advised)
        name = along if follows and along in self.fields else against
        if name in self.errors:
            return
        if needs_reason(one, said) and not said.reason:
            self.add_error(name, REASON)
        elif explains_another(said, advised, self._former.get(one.code)):
            self.add_error(name, OF_ANOTHER)
        elif follows and self.cleaned_data.get(against):
            self.add_error(against, ELSEWHERE if along in self.fields else NOT_READ)

    @property
    def decisions(self) -> dict[str, DecisionOn]:
        """What was decided, as an act takes it."""
        return {one.code: self._decision_on(one) for one in self._measures}

    def _decision_on(self, one: AskedMeasure) -> DecisionOn:
        decision, other, along, against = (
            self.cleaned_data.get(name, "") for name in names_of(one)
        )
        said = Decision(decision)
        found = DecisionOn(said, other if said is Decision.OTHER else "")
        reason = along if found.follows(self._advised[one.code]) else against
        return replace(found, reason=reason if needs_reason(one, found) else "")

    @property
    def author(self) -> Author:
        """Who decides, as the notification says; another name is that of whoever types it."""
        said = self.cleaned_data
        typed = Author(*(said[name] for name in ("prenom", "nom", "fonction", "service")))
        is_kept = replace(typed, identifier=self._author.identifier) == self._author
        return self._author if is_kept else replace(typed, identifier=self._user)


def names_of(measure: AskedMeasure) -> tuple[str, str, str, str]:
    """Return the names of the fields of a measure.

    What is decided, the other measure, why it follows the opinion, why it does not.
    """
    code = measure.code.lower()
    return f"decision-{code}", f"autre-{code}", f"motif-{code}", f"contre-{code}"


def _reason(label: str, told: str, proposed: str) -> CleanCharField:
    return CleanCharField(
        label=label,
        help_text=told,
        max_length=LONGEST_WHY,
        initial=proposed,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _decided_by(case: Case) -> Author:
    return Author(
        first_name=case.decided_first_name,
        last_name=case.decided_last_name,
        quality=case.decided_quality,
        service=case.decided_service,
        identifier=case.decided_by_id,
    )


def _opined(measure: AskedMeasure) -> str:
    if measure.opinion == Opinion.OTHER:
        return f"le médecin propose « {measure.opinion_label} »"
    return f"avis {measure.get_opinion_display().lower()}"
