"""What is decided of each measure of a request, and why: with the doctor's opinion or against it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import forms

from sporades.accommodations.fields import instead_of, precision_of_other
from sporades.accommodations.models import LONGEST_WHY, AskedMeasure, Case
from sporades.accommodations.operations import (
    Author,
    DecisionOn,
    as_advised,
    as_decided,
    chosen_among,
    excluding_together,
    explains_another,
    needs_reason,
    suiting_nothing,
)
from sporades.accommodations.rules import (
    Sat,
    papers_asked,
    papers_in_words,
    rules_for,
    sat_for,
    suited_by_others,
)
from sporades.accommodations.states import Decision, Opinion, State
from sporades.acts.accommodating import precision_named
from sporades.core.french import ended, listed, within
from sporades.core.text import clean_lines
from sporades.registrations.fields import CleanLinesField, ask_if_called_for
from sporades.web.office.accommodations.author_form import LEGEND, WHO_DECIDES, AuthorForm

REASON = "Dites le motif : le candidat le lira."
OF_ANOTHER = "Ce motif explique une autre décision : écrivez celui de la vôtre."
ELSEWHERE = (
    "Vous suivez l'avis du médecin : écrivez votre motif dans l'autre champ, ou effacez celui-ci."
)
TICKED = (
    "Un refus porte sur toutes les épreuves demandées : décochez celles-ci, ou choisissez « Accordée » "
    "et cochez les autres."
)
ONE_OF_THEM = "n'en accordez qu'une, ou cochez pour chacune des épreuves différentes."
NOT_OTHER = (
    "Vous choisissez une mesure, et la décision n'est pas « Autre mesure accordée » : choisissez "
    "cette décision, ou revenez ici à « Choisissez »."
)
UNSPECIFIED = "Précisez la mesure que vous accordez à la place : le candidat le lira."
NOT_SPECIFIED = (
    "La mesure que vous accordez ne se précise pas : effacez ceci, ou choisissez une autre mesure."
)
AS_ASKED = "C'est ce qui est demandé : choisissez « Accordée », ou écrivez une autre précision."
SPECIFIED = "Votre précision n'est pas celle du médecin : dites pourquoi, le candidat le lira."
NOT_ALONG = "Vous ne suivez pas l'avis du médecin : écrivez votre motif dans l'autre champ, et effacez celui-ci."
NOT_READ = "Vous suivez l'avis du médecin, favorable : aucun motif n'est dit. Effacez-le."
PROPOSED = "Proposé d'après l'avis."
UNSAID = "Le médecin n'en a pas écrit pour cette mesure : c'est à vous de l'écrire."
READ = "Le candidat le lit dans la notification. N'écrivez rien de sa santé"


class CaseDecisionForm(AuthorForm):
    """What is decided of each measure, and by whom.

    It starts from what was decided before, where that is corrected or taken again, else from what
    the doctor advises. Each reason has its own field, with the opinion or against it: one that
    explains the opinion never goes with another decision.
    """

    def __init__(self, data: Any = None, *, case: Case, author: Author) -> None:
        """Ask of each measure what is decided, with the other measures of the réglementation.

        Args:
            data: what was sent.
            case: one that has its opinion, with its registration.
            author: who decides, as far as that is known.
        """
        super().__init__(data)
        self._user, self._case = author.identifier, case
        # Who corrects what another decided decides from then on (L-03).
        is_own = case.state == State.DECIDED and case.decided_by_id == author.identifier
        self._author = _decided_by(case) if is_own else author
        self._measures: list[AskedMeasure] = list(case.measures.all())
        self._advised, self._former = as_advised(case), as_decided(case)
        is_kept = case.state == State.DECIDED or case.is_opinion_kept
        self._starts = self._former if is_kept else {}
        self._sat = sat_for(case.registration, case)
        self._offered: dict[str, list[Sat]] = {}
        rules = rules_for(case.registration, case)
        every = [(one.code, one.label) for one in rules.measures] if rules else []
        self._questions = {
            one.code: one.precision for one in (rules.measures if rules else ()) if one.precision
        }
        self._labels = dict(every)
        for one in self._measures:
            named = {self._advised[one.code].other, self._start(one).other}
            kept = instead_of(one, self._measures, every, questions=self._questions, kept=named)
            self._ask(one, [("", "Choisissez"), *kept])
            precision = precision_of_other(
                label="Précision de la mesure accordée à la place",
                others=kept,
                questions=self._questions,
                chosen_in=names_of(one)[1],
                initial=self._start(one).precision,
            )
            if precision is not None:
                self.fields[precision_named(one)] = precision
            self._ask_papers(one, case)
            self._ask_why(one)
        self.start_from(self._author)

    def _start(self, one: AskedMeasure) -> DecisionOn:
        return self._starts.get(one.code) or self._advised[one.code]

    def _ask(self, one: AskedMeasure, others: list[tuple[str, str]]) -> None:
        decision, other, *_ = names_of(one)
        start = self._start(one)
        self.fields[decision] = forms.ChoiceField(
            label="Décision",
            help_text=self._told(one),
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
            help_text=suited_by_others(one, others, self._sat),
            widget=forms.Select(attrs={"data-in-full": True}),
        )
        ask_if_called_for(self.fields[other], f"{decision}={Decision.OTHER.value}")

    def _ask_papers(self, one: AskedMeasure, case: Case) -> None:
        """Ask for which épreuves it is granted, where it is asked for several."""
        start = self._start(one).papers
        offered = papers_asked(case, one, self._sat, kept=start)
        if len(offered) < 2:  # noqa: PLR2004 - there is nothing to choose
            return
        decision, _, papers, _, _ = names_of(one)
        self._offered[one.code] = offered
        self.fields[papers] = forms.MultipleChoiceField(
            label="Pour certaines épreuves seulement",
            help_text="Rien de coché : toutes les épreuves demandées que la mesure accordée concerne. "
            "Sinon, elle est refusée pour celles qui ne sont pas cochées",
            choices=[(paper.code, paper.label) for paper in offered],
            initial=list(start),
            required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"data-ticked-for": decision}),
        )
        grants = f"{Decision.GRANTED.value} {Decision.OTHER.value}"
        ask_if_called_for(self.fields[papers], f"{decision}={grants}")

    def _ask_why(self, one: AskedMeasure) -> None:
        _, _, _, along, against = names_of(one)
        advised, start = self._advised[one.code], self._start(one)
        follows = start.follows(advised)
        when_followed, when_not = self._shown_when(one)
        if needs_reason(one, advised):
            proposed = start.reason if follows and start.reason else advised.reason
            label = "Motif, si vous suivez l'avis du médecin"
            is_kept = self.is_bound and clean_lines(self.data.get(along, "")) != proposed
            told = UNSAID if not advised.reason else "" if is_kept else PROPOSED
            self.fields[along] = _reason(label, f"{told} {READ}".strip(), proposed)
            ask_if_called_for(self.fields[along], when_followed)
            self._propose_again(one, proposed)
            self.fields[_proposal_named(one)] = forms.CharField(
                initial=proposed, required=False, widget=forms.HiddenInput
            )
        label = "Motif, si vous ne suivez pas l'avis du médecin"
        self.fields[against] = _reason(label, READ, "" if follows else start.reason)
        ask_if_called_for(self.fields[against], when_not)

    def _shown_when(self, one: AskedMeasure) -> tuple[str, str]:
        """Return the answers that follow the opinion, and those that do not, as a page tells them apart."""
        decision, other, papers, _, _ = names_of(one)
        advised = self._advised[one.code]
        others = " ".join(each.value for each in Decision if each != advised.decision)
        follows, differs = [f"{decision}={advised.decision.value}"], [f"{decision}={others}"]
        if advised.decision == Decision.OTHER:
            follows.append(f"{other}={advised.other}")
            differs.append(f"{other}!={advised.other}")
        if advised.decision != Decision.REFUSED and one.code in self._offered:
            for code in advised.papers:
                follows.append(f"{papers}={code}")
                differs.append(f"{papers}!={code}")
            left = [
                each.code for each in self._offered[one.code] if each.code not in advised.papers
            ]
            if left:
                follows.append(f"{papers}!={' '.join(left)}")
                differs.append(f"{papers}={' '.join(left)}")
        return "&".join(follows), "|".join(differs)

    def _propose_again(self, one: AskedMeasure, proposed: str) -> None:
        """Give the proposed reason back where the page has sent none: it was out of sight."""
        decision, other, papers, along, _ = names_of(one)
        advised = self._advised[one.code]
        is_advised = self.data.get(decision) == advised.decision
        if advised.decision == Decision.OTHER:
            is_advised = is_advised and self.data.get(other) == advised.other
        if advised.decision != Decision.REFUSED and one.code in self._offered:
            ticked = self.fields[papers].widget.value_from_datadict(self.data, self.files, papers)
            is_advised = is_advised and set(ticked or ()) == set(advised.papers)
        if self.is_bound and not is_advised and not self.data.get(along):
            self.data = self.data.copy()
            self.data[along] = proposed

    def follow_another_opinion(self) -> None:
        """Propose anew what was sent as it was proposed: its doctor has given another opinion since.

        What was written stays, with the opinion or, where it calls for no reason any more, against it.
        """
        sent = self.data.copy()
        for one in self._measures:
            _, _, _, along, against = names_of(one)
            proposal = _proposal_named(one)
            written, before = clean_lines(sent.get(along, "")), clean_lines(sent.get(proposal, ""))
            now = self.fields[along].initial if along in self.fields else ""
            if written == before:
                sent[along] = now
                if now:
                    self.fields[along].help_text = f"{PROPOSED} {READ}"
            elif along not in self.fields and not sent.get(against):
                sent[against] = written
            sent[proposal] = now
        self.data = sent

    def label_of(self, name: str) -> str:
        """Return how the list of errors names a field: with its measure."""
        label = str(self.fields[name].label)
        of = next((one.label for one in self._measures if name in _fields_of(one)), "")
        return f"« {of} », {within(label)}" if of else label

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the fields of each measure under its name, then who decides."""
        measures = [
            (one.named, tuple(name for name in _fields_of(one) if name in self.fields))
            for one in self._measures
        ]
        return [*measures, (LEGEND, WHO_DECIDES)]

    def _told(self, one: AskedMeasure) -> str:
        """Say what is asked for, what is opined, and what was decided before, if anything was."""
        said = f"{papers_in_words(one.papers, self._sat, one.code)}. {self._opined(one)}"
        former = self._former.get(one.code)
        if former is None:
            return said
        said = f"{ended(said)} Décision prise : {self._in_words(former)}"
        # Its field has it too, until it is answered.
        is_read_here = not self.is_bound and one.code in self._starts
        return (
            said
            if is_read_here or not former.reason
            else f"{ended(said)} Motif : « {former.reason} »"
        )

    def _in_words(self, said: DecisionOn) -> str:
        words = said.decision.label.lower()
        if said.other:
            label = self._labels.get(said.other, said.other)
            words = f"{words}, « {f'{label} : {said.precision}' if said.precision else label} »"
        return f"{words} {self._only(said.papers)}" if said.papers else words

    def _opined(self, one: AskedMeasure) -> str:
        if one.opinion == Opinion.OTHER:
            said = f"Le médecin propose « {one.opinion_named} »"
        else:
            said = f"Avis {one.get_opinion_display().lower()}"
        if one.opinion_papers:
            said = f"{said} {self._only(one.opinion_papers)}"
        return f"{ended(said)} Il écrit : « {one.opinion_text} »" if one.opinion_text else said

    def _only(self, papers: Iterable[str]) -> str:
        return f"seulement pour {self._named(papers)}"

    def _named(self, papers: Iterable[str]) -> str:
        labels = {paper.code: paper.label for paper in self._sat}
        return listed([labels.get(code, code) for code in papers])

    def clean(self) -> None:
        """Ask for the other measure, and for why it is not what was asked and favoured."""
        for one in self._measures:
            decision, other, papers, _, _ = names_of(one)
            said = self.cleaned_data.get(decision)
            if not said or other in self.errors:
                continue
            if said == Decision.OTHER and not self.cleaned_data.get(other):
                self.add_error(other, "Choisissez la mesure accordée à la place.")
                continue
            if said != Decision.OTHER and self._is_typed(other):
                self.add_error(other, NOT_OTHER)
                continue
            if not self._is_specified(one):
                continue
            ticked = set(self.cleaned_data.get(papers, ()))
            if said == Decision.REFUSED and ticked - set(self._start(one).papers):
                self.add_error(papers, TICKED)
                continue
            self._check_reason(one)
        self._check_together()

    def _is_specified(self, one: AskedMeasure) -> bool:
        """Ask for the precision of another measure that must say so; refuse that of any other."""
        name, (decision, other, *_) = precision_named(one), names_of(one)
        if name not in self.fields or name in self.errors:
            return name not in self.errors
        is_asked = (
            self.cleaned_data.get(decision) == Decision.OTHER
            and self.cleaned_data.get(other) in self._questions
        )
        if is_asked and not self.cleaned_data.get(name):
            self.add_error(name, UNSPECIFIED)
        elif not is_asked and self._is_typed(name):
            self.add_error(name, NOT_SPECIFIED)
        elif is_asked and one.is_asked_as(
            self.cleaned_data.get(other, ""), self.cleaned_data.get(name, "")
        ):
            self.add_error(name, AS_ASKED)
        return name not in self.errors

    def _check_together(self) -> None:
        """Refuse to grant another measure that suits no épreuve, or two that exclude each other."""
        if any(name in self.errors for one in self._measures for name in _fields_of(one)):
            return
        decisions = [(one, self._decision_on(one)) for one in self._measures]
        granted = [
            (one, found.other or one.code, found.papers)
            for one, found in decisions
            if found.decision is not Decision.REFUSED
        ]
        if unsuited := suiting_nothing(self._case, granted):
            one, words = unsuited
            self.add_error(names_of(one)[1], words)
        elif excluded := excluding_together(self._case, granted):
            one, words = excluded
            self.add_error(names_of(one)[0], f"{words} : {ONE_OF_THEM}")

    def _check_reason(self, one: AskedMeasure) -> None:
        _, _, _, along, against = names_of(one)
        said, advised = self._decision_on(one), self._advised[one.code]
        follows = said.follows(advised)
        name = along if follows and along in self.fields else against
        if name in self.errors:
            return
        if not follows and self._is_typed(along):
            self.add_error(along, NOT_ALONG)
        if needs_reason(one, said) and not said.reason:
            self.add_error(name, REASON if follows or not said.resembles(advised) else SPECIFIED)
        elif explains_another(said, advised, self._former.get(one.code)):
            self.add_error(name, OF_ANOTHER)
        elif follows and self.cleaned_data.get(against):
            self.add_error(against, ELSEWHERE if along in self.fields else NOT_READ)

    def _is_typed(self, name: str) -> bool:
        """Return whether something was put in a field in place of what was proposed there."""
        if name not in self.fields:
            return False
        said = self.cleaned_data.get(name, "")
        return bool(said) and said != clean_lines(str(self.fields[name].initial or ""))

    @property
    def decisions(self) -> dict[str, DecisionOn]:
        """What was decided, as an act takes it."""
        return {one.code: self._decision_on(one) for one in self._measures}

    def _decision_on(self, one: AskedMeasure) -> DecisionOn:
        decision, other, papers, along, against = (
            self.cleaned_data.get(name, "") for name in names_of(one)
        )
        said = Decision(decision)
        found = DecisionOn(
            said,
            other if said is Decision.OTHER else "",
            papers=() if said is Decision.REFUSED else self._kept(one, papers),
            precision=self._precision(one, other) if said is Decision.OTHER else "",
        )
        reason = along if found.follows(self._advised[one.code]) else against
        return replace(found, reason=reason if needs_reason(one, found) else "")

    def _precision(self, one: AskedMeasure, other: str) -> str:
        said: str = self.cleaned_data.get(precision_named(one), "")
        return said if other in self._questions else ""

    def _kept(self, one: AskedMeasure, ticked: Sequence[str]) -> tuple[str, ...]:
        """Return the épreuves that were ticked; where none is offered, those of the opinion."""
        offered = self._offered.get(one.code)
        if offered is None:
            return tuple(one.opinion_papers)
        return tuple(chosen_among(offered, one, ticked))

    @property
    def author(self) -> Author:
        """Who decides, as the notification says; another name is that of whoever types it."""
        typed = self.typed_author()
        known = [self._author]
        if self._case.state == State.DECIDED:
            known.append(_decided_by(self._case))
        kept = (one for one in known if replace(typed, identifier=one.identifier) == one)
        return next(kept, replace(typed, identifier=self._user))


def names_of(measure: AskedMeasure) -> tuple[str, str, str, str, str]:
    """Return the names of the fields of a measure.

    What is decided, the other measure, the épreuves, why it follows the opinion, why it does not.
    """
    asked, code = ("decision", "autre", "epreuves", "motif", "contre"), measure.code.lower()
    decision, other, papers, along, against = (f"{name}-{code}" for name in asked)
    return decision, other, papers, along, against


def _proposal_named(measure: AskedMeasure) -> str:
    """Return the name of the field that says what the page proposed as the reason of a measure."""
    return f"propose-{measure.code.lower()}"


def _fields_of(measure: AskedMeasure) -> tuple[str, ...]:
    """Return the names of the fields of a measure, as they stand one under the other."""
    decision, other, *rest = names_of(measure)
    return decision, other, precision_named(measure), *rest


def _reason(label: str, told: str, proposed: str) -> CleanLinesField:
    return CleanLinesField(
        label=label,
        help_text=told,
        max_length=LONGEST_WHY,
        initial=proposed,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def _decided_by(case: Case) -> Author:
    return Author(
        first_name=case.decided_first_name,
        last_name=case.decided_last_name,
        quality=case.decided_quality,
        service=case.decided_service,
        identifier=case.decided_by_id,
    )
