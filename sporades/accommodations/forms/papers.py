"""For which épreuves each measure is asked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms

from sporades.accommodations.forms.choices import ChoicesForm
from sporades.accommodations.late import Lateness, added_to
from sporades.accommodations.models import Case
from sporades.accommodations.operations import Asked
from sporades.accommodations.rules import (
    Sat,
    Wish,
    excluding,
    excluding_in_words,
    held_by_wishes,
    is_chosen_by_paper,
    suiting_papers,
    to_choose_again,
)
from sporades.core.french import listed
from sporades.exams.schema.accommodations import Accommodations

SAT_NO_MORE = "Vous ne passez plus les épreuves que vous aviez cochées : cochez-en d'autres."
APART = "cochez pour chacune des épreuves différentes, ou retirez-en une de votre demande."


class PapersForm(ChoicesForm):
    """For which épreuves each measure is asked."""

    rule = "Cochez au moins une épreuve pour chaque mesure."

    def __init__(
        self,
        *args: Any,
        rules: Accommodations,
        sat: list[Sat],
        case: Case,
        lateness: Lateness,
        **options: Any,
    ) -> None:
        """Ask of each measure that several épreuves may have.

        Args:
            args: as a form has them.
            rules: what the réglementation says.
            sat: the épreuves that are sat.
            case: what was chosen.
            lateness: what the deadline asks.
            options: as a form has them.
        """
        super().__init__(*args, **options)
        self._case, self._rules, self._sat = case, rules, sat
        if lateness != Lateness.FIRST:  # which said why with its measures
            self._ask_why_late(rules, case, lateness=lateness)
        self._suiting: dict[str, list[str]] = {}
        before = [Wish(one.code, tuple(one.papers)) for one in case.measures.all()]
        again = to_choose_again(rules, sat, before)
        told = dict.fromkeys(again, SAT_NO_MORE) | {
            one.code: f"{excluding_in_words(rules, pair)} : {APART}"
            for pair in excluding(rules, held_by_wishes(rules, sat, before))
            for one in pair
        }
        for one in case.measures.all():
            suiting = suiting_papers(rules, sat, one.code)
            if len(suiting) < 2 and one.code not in again:  # noqa: PLR2004 - nothing to choose
                continue
            codes = [paper.code for paper in suiting]
            self._suiting[one.code] = codes
            is_to_tick = is_chosen_by_paper(rules, one.code) or one.code in told
            self.fields[f"epreuves-{one.code.lower()}"] = forms.MultipleChoiceField(
                label=one.label,
                help_text=told.get(one.code, ""),
                choices=[(paper.code, paper.label) for paper in suiting],
                widget=forms.CheckboxSelectMultiple,
                initial=one.papers or ([] if is_to_tick else codes),
                error_messages={
                    "required": "Cochez au moins une épreuve, ou retirez cette mesure de votre demande."
                },
            )

    def clean(self) -> None:
        """Refuse a same épreuve to two measures that exclude each other, whatever else is wrong."""
        ticked = [
            wish
            for wish in self.wishes()
            if wish.code not in self._suiting or self._ticked(wish.code)
        ]
        for pair in excluding(self._rules, held_by_wishes(self._rules, self._sat, ticked)):
            fields = [f"epreuves-{one.code.lower()}" for one in reversed(pair)]
            name = next((one for one in fields if one in self.fields), None)
            both = pair[0].papers & pair[1].papers
            named = listed([one.label for one in self._sat if one.code in both])
            self.add_error(name, f"{excluding_in_words(self._rules, pair)} ({named}) : {APART}")
        self._check_why_late()
        added = added_to(self._case, self.wishes(), self._sat, self.lateness)
        labels = {one.code: one.label for one in self._case.measures.all()}
        self._check_added(
            [(code, labels[code]) for code in added],
            lambda code: f"epreuves-{code.lower()}" if code in self._suiting else None,
        )

    @property
    def is_late_refused(self) -> bool:
        """Whether what the deadline asks is not answered: then nothing of it can be kept."""
        if self.is_valid():
            return False
        added = added_to(self._case, self.wishes(), self._sat, self.lateness)
        return bool(added) and (
            self.lateness == Lateness.CLOSED or bool({"motif", "raison"} & {*self.errors})
        )

    def asked(self) -> Asked:
        """Return what is asked: what is chosen here, and what was said already."""
        case = self._case
        return Asked(
            wishes=self.wishes(),
            plan=case.plan,
            has_former_decision=case.has_former_decision,
            **self._why_late(case),
        )

    @property
    def has_choice(self) -> bool:
        """Whether there are épreuves to choose between, for a measure at least."""
        return bool(self._suiting)

    def wishes(self) -> tuple[Wish, ...]:
        """Return the measures with their épreuves: all of them together say « toutes ».

        One for which none is ticked keeps those that it had.
        """
        return tuple(
            replace(self._wish(one.code, one.papers), precision=one.precision)
            for one in self._case.measures.all()
        )

    def unticked(self) -> list[str]:
        """Return the labels of the measures for which no épreuve is ticked: the former ones stay."""
        return [
            str(self.fields[f"epreuves-{code.lower()}"].label)
            for code in self._suiting
            if not self._ticked(code)
        ]

    def _ticked(self, code: str) -> list[str]:
        sent = self.data.getlist(f"epreuves-{code.lower()}")  # type: ignore[attr-defined] # see as_data
        return [paper for paper in self._suiting[code] if paper in sent]

    def _wish(self, code: str, before: Sequence[str]) -> Wish:
        suiting = self._suiting.get(code)
        if suiting is None:
            return Wish(code, tuple(before))
        chosen = self._ticked(code) or before
        is_all = len(chosen) == len(suiting) and not is_chosen_by_paper(self._rules, code)
        return Wish(code, () if is_all else tuple(chosen))
