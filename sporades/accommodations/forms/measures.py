"""The measures that a candidate asks for because of a handicap, and what goes with them."""

from collections.abc import Collection
from itertools import combinations
from typing import Any

from django import forms

from sporades.accommodations.forms.choices import ChoicesForm
from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.late import Lateness, added_to
from sporades.accommodations.models import LONGEST_PRECISION, Case
from sporades.accommodations.operations import Asked
from sporades.accommodations.queries import Proposal, still_sat
from sporades.accommodations.rules import (
    Held,
    Sat,
    Wish,
    excluding,
    excluding_in_words,
    held_by_wishes,
    measures_by_family,
    suiting_papers,
)
from sporades.core.french import ended, quoted
from sporades.exams.schema.accommodations import Accommodations, Measure
from sporades.registrations.fields import CleanCharField, Hinted, WhenChosen, ask_if_called_for
from sporades.registrations.questions import NO, YES, YES_OR_NO

HELD = "Le service a déjà celle qu'il vous a notifiée : vous n'avez pas à la joindre"
POINTED_OUT = (
    "Ces mots semblent dire quelque chose de la santé : {words}. Dites le matériel ou la taille "
    "seulement, ou cochez la case plus bas."
)
NOT_TICKED = (
    "Vous avez précisé cette mesure sans la cocher : cochez-la, ou effacez cette précision."
)


class MeasuresForm(ChoicesForm):
    """Which measures, under the title of their family; then what goes with the request."""

    rule = "Cochez au moins une mesure, dans une liste ou une autre, puis répondez aux questions."
    legends = ("Les mesures que vous demandez", "Votre demande")
    told_of_precision = (
        "Le médecin et le service gestionnaire le lisent, et la décision le dit : rien de votre santé "
        "ici"
    )
    plan_asked = "Avez-vous un plan en vigueur dans votre établissement ?"
    plan_due = "Choisissez votre plan, ou « Aucun »."
    left_as_they_are = (
        "Je laisse ces mots, que le service gestionnaire et le centre d'examen liront"
    )

    def __init__(
        self,
        *args: Any,
        rules: Accommodations,
        sat: list[Sat],
        case: Case | None,
        former: Case | None,
        proposed: list[Proposal],
        lateness: Lateness,
        is_held: bool,
        fallen: Case | None = None,
        **options: Any,
    ) -> None:
        """Ask what the réglementation proposes for the épreuves that are sat.

        Args:
            args: as a form has them.
            rules: what the réglementation says.
            sat: the épreuves that are sat.
            case: what was chosen already, if anything was.
            former: the last request that was decided of, if one was.
            proposed: what it grants, what was granted in another session, or what `fallen` asked.
            lateness: what the deadline asks.
            is_held: whether the service has notified the decision that was received before.
            fallen: a request that fell with another registration, from which this one starts.
            options: as a form has them.
        """
        super().__init__(*args, **options)
        self._rules, self._sat, self._proposed = (
            rules,
            sat,
            {one.code: one.papers for one in still_sat(proposed, sat)},
        )
        self._kept = {one.code: tuple(one.papers) for one in case.measures.all()} if case else {}
        self._case = case
        self._families: list[tuple[str, str]] = []
        self._precisions: dict[str, str] = {}
        told = case.measures.all() if case else proposed
        self._said_of = {one.code: one.precision for one in told}
        chosen = set(self._kept) if case else set(self._proposed)
        self._ask_why_late(rules, case, lateness=lateness)
        may_be_asked = {
            one.code
            for one in rules.measures
            if not one.is_by_paper or any(one.code in paper.measures for paper in sat)
        }
        self._ticked_first = chosen & may_be_asked
        self._former = set(self._proposed) if proposed else None
        for rank, (family, measures) in enumerate(measures_by_family(rules).items(), start=1):
            offered = [
                (
                    one.code,
                    Hinted(
                        one.label,
                        _told(one.help, one.reference, _not_with(rules, one, among=may_be_asked)),
                    ),
                )
                for one in measures
                if one.code in may_be_asked
            ]
            if not offered:
                continue
            self.fields[name := f"mesures-{rank}"] = forms.MultipleChoiceField(
                label=family,
                choices=offered,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[code for code, _ in offered if code in chosen],
            )
            ask_if_called_for(self.fields[name])  # of all of them together, one at least is due
            self._families.append((family, name))
            codes = {code for code, _ in offered}
            self._ask_precisions([one for one in measures if one.code in codes], name)
        codes = {code for _, name in self._families for code, _ in self._offered(name)}
        self.gone = [
            one.label for one in (case.measures.all() if case else ()) if one.code not in codes
        ]
        """What was chosen and suits nothing that is sat any more."""
        self._point_out()
        self._add_the_rest(case, former, fallen, is_held=is_held)

    def _point_out(self) -> None:
        """Have words of health read over, once they are typed: the decision prints them (P-12)."""
        typed = (self.data.get(self.add_prefix(name), "") for name in self._precisions.values())
        if self.is_bound and (
            words := words_of_health(*(one[:LONGEST_PRECISION] for one in typed))
        ):
            label = f"{self.left_as_they_are} : {quoted(words)}"
            self.fields["relu"] = forms.BooleanField(label=label, required=False)

    def _offered(self, name: str) -> list[tuple[str, str]]:
        return list(self.fields[name].choices)  # type: ignore[attr-defined] # a ChoiceField

    def _ask_precisions(self, measures: list[Measure], family: str) -> None:
        """Ask which one, or how large, of the measures that must say so."""
        for one in measures:
            if not one.precision:
                continue
            name = f"precision-{one.code.lower()}"
            self._precisions[one.code] = name
            self.fields[name] = CleanCharField(
                label=f"{one.label} : {one.precision}",
                help_text=self.told_of_precision,
                max_length=LONGEST_PRECISION,
                required=False,
                initial=self._said_of.get(one.code, ""),
            )
            self.fields[name].widget.attrs["autocomplete"] = "off"
            ask_if_called_for(self.fields[name], f"{family}={one.code}")

    def _add_the_rest(
        self, case: Case | None, former: Case | None, fallen: Case | None, *, is_held: bool
    ) -> None:
        rules, answered = self._rules, case or fallen
        if rules.former is not None:
            was_granted = (
                fallen.has_former_decision or is_held
                if fallen
                else bool(former or is_held or self._proposed)
            )
            had = case.has_former_decision if case else was_granted
            told = HELD if is_held else rules.former.help or ""
            self.fields["decision"] = forms.ChoiceField(
                label=rules.former.label,
                choices=[
                    (value, WhenChosen(said, told) if value == YES else said)
                    for value, said in YES_OR_NO
                ],
                widget=forms.RadioSelect,
                initial=YES if had else NO if answered else None,
                error_messages={"required": "Répondez « Oui » ou « Non »."},
            )
        if rules.plans:
            self.fields["plan"] = forms.ChoiceField(
                label=self.plan_asked,
                choices=[*((one.code, one.label) for one in rules.plans), ("aucun", "Aucun")],
                widget=forms.RadioSelect,
                initial=(before.plan or "aucun") if (before := case or former or fallen) else None,
                error_messages={"required": self.plan_due},
            )

    def clean(self) -> None:
        """Refuse a request of nothing, and a measure that is half said: ticked alone, or specified alone."""
        self._check_why_late()
        chosen, families = self._codes(), [name for _, name in self._families]
        if not chosen and not any(name in self.errors for name in families):
            self.add_error(next(iter(families), None), "Choisissez au moins une mesure.")
        self._check_together(chosen)
        for code, name in self._precisions.items():
            if name in self.errors:
                continue
            said = self.cleaned_data.get(name)
            if code in chosen and not said:
                self.add_error(name, "Précisez la mesure que vous avez cochée.")
            # What was there already goes with the measure that is unticked.
            if said and code not in chosen and said != self._said_of.get(code):
                self.add_error(name, NOT_TICKED)
            words = words_of_health(said or "") if code in chosen else []
            if words and not self.cleaned_data.get("relu"):
                self.add_error(name, POINTED_OUT.format(words=quoted(words)))
        added = added_to(self._case, self._wishes(), self._sat, self.lateness)
        labels = {one.code: one.label for one in self._rules.measures}
        self._check_added([(code, labels[code]) for code in added], self._place_of)

    def _place_of(self, code: str) -> str:
        """Return where a measure that is added is chosen: what specifies it, if that alone changed."""
        is_specified = code in self._kept and code in self._precisions
        return self._precisions[code] if is_specified else self._family_of(code)

    def _check_together(self, chosen: list[str]) -> None:
        """Refuse measures that exclude each other, where no épreuves can be told between them."""
        for first, second in combinations(chosen, 2):
            if second not in {one.code for one in self._rules.excluded_with(first)}:
                continue
            suiting = [
                {paper.code for paper in suiting_papers(self._rules, self._sat, code)}
                for code in (first, second)
            ]
            if all(suiting) and len(set.union(*suiting)) > 1:
                continue  # the next page asks which one for which épreuves
            if pair := next(iter(excluding(self._rules, self._held(first, second))), None):
                said = excluding_in_words(self._rules, pair)
                self.add_error(self._family_of(second), f"{said} : gardez-en une seule.")

    def _held(self, *codes: str) -> list[Held]:
        return held_by_wishes(self._rules, self._sat, [Wish(code) for code in codes])

    def _family_of(self, code: str) -> str:
        return next(name for _, name in self._families if code in self.cleaned_data.get(name, ()))

    def ticked_in_words(self, what: str) -> str:
        """Say that what was granted or asked before is ticked, or that none of it can be asked.

        Args:
            what: « Ce qu'elle vous accorde ».
        """
        if self._former is None:
            return ""
        if not self._former:
            return f"{what} ne vaut pour aucune des épreuves que vous passez : rien n'en est coché."
        return f"{what} est coché." if self._former <= self._ticked_first else ""

    def label_of(self, name: str) -> str:
        """Return what comes before the fault of a field: nothing of a family, it is of all of them."""
        is_family = name in {family for _, family in self._families}
        return "" if is_family else str(self.fields[name].label)

    def _codes(self) -> list[str]:
        return [code for _, name in self._families for code in self.cleaned_data.get(name, ())]

    def _precision(self, code: str) -> str:
        said: str = self.cleaned_data.get(self._precisions.get(code, ""), "")
        return said

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        first = super().fieldsets()
        late = {name for _, names in first for name in names}
        rest = tuple(name for name in ("decision", "plan") if name in self.fields)
        names = tuple(name for name in self.fields if name not in {*late, *rest})
        return [*first, (self.legends[0], names), (self.legends[1], rest)]

    def _wishes(self) -> tuple[Wish, ...]:
        """Return the measures that are chosen; the épreuves of before stay, or those once granted."""
        papers = self._kept or self._proposed
        return tuple(
            Wish(code, papers.get(code, ()), self._precision(code)) for code in self._codes()
        )

    def asked(self) -> Asked:
        """Return what is asked."""
        plan = self.cleaned_data.get("plan", "")
        return Asked(
            wishes=self._wishes(),
            plan="" if plan == "aucun" else plan,
            has_former_decision=self.cleaned_data.get("decision") == YES,
            **self._why_late(self._case),
        )


def _not_with(rules: Accommodations, measure: Measure, *, among: Collection[str]) -> str:
    """Say which of the measures that may be asked here do not go with one.

    Of two it is said once: at that which goes with fewer others, or at the last one.
    """
    order = [one.code for one in rules.measures if one.code in among]

    def weight(code: str) -> tuple[int, int]:
        held = [one for one in rules.excluded_with(code) if one.code in among]
        return len(held), order.index(code)

    others = [one for one in rules.excluded_with(measure.code) if one.code in among]
    named = [f"« {one.label} »" for one in others if weight(one.code) < weight(measure.code)]
    if not named:
        return ""
    return f"Pour une même épreuve, ne s'ajoute pas à {' ni à '.join(named)}."


def _told(*parts: str | None) -> str:
    """Return sentences, each ended: the réglementation writes some without a full stop."""
    return " ".join(ended(part) for part in parts if part)
