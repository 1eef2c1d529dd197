"""What a candidate asks for because of a handicap."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from django import forms

from sporades.accommodations.late import Lateness, added_to
from sporades.accommodations.models import (
    LONGEST_PRECISION,
    LONGEST_REASON,
    Case,
)
from sporades.accommodations.operations import (
    AddedTooLate,
    Asked,
    LateReasonMissing,
)
from sporades.accommodations.queries import Proposal
from sporades.accommodations.rules import (
    Held,
    Sat,
    Wish,
    excluding,
    excluding_in_words,
    held_by_wishes,
    is_chosen_by_paper,
    measures_by_family,
    suiting_papers,
    to_choose_again,
)
from sporades.core.french import listed, quoted
from sporades.exams.schema.accommodations import OTHER_REASON, Accommodations, Measure
from sporades.registrations.dossier import Answers
from sporades.registrations.fields import (
    CleanCharField,
    Hinted,
    WhenChosen,
    ask_if_called_for,
    chosen_in_words,
)
from sporades.registrations.questions import NO, YES, YES_OR_NO
from sporades.registrations.sections.base import NOT_SAID

HELD = "Le service a déjà celle qu'il vous a notifiée : vous n'avez pas à la joindre"


NOT_TICKED = (
    "Vous avez précisé cette mesure sans la cocher : cochez-la, ou effacez cette précision."
)


SAT_NO_MORE = "Vous ne passez plus les épreuves que vous aviez cochées : cochez-en d'autres."
APART = "cochez pour chacune des épreuves différentes, ou retirez-en une de votre demande."


WHY_LATE = "Dites pourquoi votre demande est tardive."


class ChoicesForm(forms.Form):
    """What two windows may answer in two ways: see `wizard.conflicts`."""

    lateness = Lateness.NONE
    late_legend = "Une demande tardive"

    def _ask_why_late(
        self, rules: Accommodations, case: Case | None, *, lateness: Lateness
    ) -> None:
        """Ask why a request, or what is added to it, comes after its deadline."""
        self.lateness = lateness
        if lateness not in {Lateness.FIRST, Lateness.ADDING}:
            return
        is_first = lateness == Lateness.FIRST
        label = "Pourquoi votre demande vient-elle après la date limite ?"
        if not is_first:
            self.late_legend = "Un ajout tardif"
            label = "Pourquoi cet ajout vient-il après la date limite ?"
        self.fields["motif"] = forms.ChoiceField(
            label=label,
            help_text="Aucun détail de santé n'est demandé ici"
            if is_first
            else "Répondez seulement si vous ajoutez quelque chose à ce que vous aviez envoyé dans les "
            "temps. Aucun détail de santé n'est demandé ici",
            choices=[(one.code, one.label) for one in rules.late_reasons],
            widget=forms.RadioSelect,
            required=is_first,
            initial=case.late_reason if case else None,
            error_messages={"required": WHY_LATE},
        )
        self.fields["raison"] = CleanCharField(
            label="Votre raison, en quelques mots",
            help_text="Votre service gestionnaire et le médecin la lisent : rien de votre santé ici",
            max_length=LONGEST_REASON,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
            initial=case.late_words if case else "",
        )
        if not is_first:
            ask_if_called_for(self.fields["motif"])
        ask_if_called_for(self.fields["raison"], f"motif={OTHER_REASON}")

    def _check_why_late(self) -> None:
        """Refuse another reason that is not written."""
        is_other = self.cleaned_data.get("motif") == OTHER_REASON
        if is_other and "raison" not in self.errors and not self.cleaned_data.get("raison"):
            self.add_error("raison", "Écrivez votre raison, en quelques mots.")

    def _check_added(
        self, added: Sequence[tuple[str, str]], place_of: Callable[[str], str | None]
    ) -> None:
        """Refuse what is added to a request that was sent, too late or without its reason.

        Args:
            added: the code and the label of each measure that is added, or asked for more widely.
            place_of: the name of the field where that of a code is chosen.
        """
        if not added:
            return
        if self.lateness == Lateness.CLOSED:
            for code, label in added:
                fault = AddedTooLate.of([label])
                self.add_error(place_of(code), str(fault))
        elif not self.cleaned_data.get("motif") and "motif" not in self.errors:
            self.add_error("motif", str(LateReasonMissing.of(label for _, label in added)))

    def _why_late(self, case: Case | None) -> dict[str, str]:
        """Return why it is late; where nothing asks for it, what it said already."""
        if "motif" not in self.fields:
            said = (case.late_reason, case.late_words) if case else ("", "")
            return {"late_reason": said[0], "late_words": said[1]}
        reason = self.cleaned_data.get("motif", "")
        words = self.cleaned_data.get("raison", "") if reason == OTHER_REASON else ""
        return {"late_reason": reason, "late_words": words}

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend; the others come after them."""
        names = tuple(name for name in ("motif", "raison") if name in self.fields)
        return [(self.late_legend, names)] if names else []

    def typed(self) -> Answers:
        """Return what was chosen or typed; nothing of what is left empty."""
        sent = {
            name: self.data.getlist(name)
            if isinstance(field, forms.MultipleChoiceField)
            else self.data.get(name)
            for name, field in self.fields.items()
        }
        return {name: value for name, value in sent.items() if value}

    def kept(self) -> Answers:
        """Return what is kept now, as the page that shows it would send it."""
        now = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        return {name: value for name, value in now.items() if value}

    def typed_in_words(self, name: str) -> str:
        """Return what was typed in a field, valid or not, as a person reads it."""
        return chosen_in_words(self.fields[name], self.typed().get(name)) or NOT_SAID

    def label_of(self, name: str) -> str:
        """Return what comes before the fault of a field."""
        return str(self.fields[name].label)


class MeasuresForm(ChoicesForm):
    """Which measures, under the title of their family; then what goes with the request."""

    rule = "Cochez au moins une mesure, dans une liste ou une autre, puis répondez aux questions."

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
        **options: Any,
    ) -> None:
        """Ask what the réglementation proposes for the épreuves that are sat.

        Args:
            args: as a form has them.
            rules: what the réglementation says.
            sat: the épreuves that are sat.
            case: what was chosen already, if anything was.
            former: the last request that was decided of, if one was.
            proposed: what it grants, or what was granted in another session.
            lateness: what the deadline asks.
            is_held: whether the service has notified the decision that was received before.
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
            self._ask_precisions([one for one in measures if one.code in codes], case, name)
        codes = {code for _, name in self._families for code, _ in self._offered(name)}
        self.gone = [
            one.label for one in (case.measures.all() if case else ()) if one.code not in codes
        ]
        """What was chosen and suits nothing that is sat any more."""
        self._add_the_rest(case, former, is_held=is_held)

    def _offered(self, name: str) -> list[tuple[str, str]]:
        return list(self.fields[name].choices)

    def _ask_precisions(self, measures: list[Measure], case: Case | None, family: str) -> None:
        """Ask which one, or how large, of the measures that must say so."""
        for one in measures:
            if not one.precision:
                continue
            name = f"precision-{one.code.lower()}"
            self._precisions[one.code] = name
            self.fields[name] = CleanCharField(
                label=f"{one.label} : {one.precision}",
                help_text="Le médecin et le service gestionnaire le lisent, et la décision le dit : "
                "rien de votre santé ici",
                max_length=LONGEST_PRECISION,
                required=False,
                initial=self._said_of.get(one.code, ""),
            )
            self.fields[name].widget.attrs["autocomplete"] = "off"
            ask_if_called_for(self.fields[name], f"{family}={one.code}")

    def _add_the_rest(self, case: Case | None, former: Case | None, *, is_held: bool) -> None:
        rules = self._rules
        if rules.former is not None:
            had = case.has_former_decision if case else bool(former or is_held or self._proposed)
            told = HELD if is_held else rules.former.help or ""
            self.fields["decision"] = forms.ChoiceField(
                label=rules.former.label,
                choices=[
                    (value, WhenChosen(said, told) if value == YES else said)
                    for value, said in YES_OR_NO
                ],
                widget=forms.RadioSelect,
                initial=YES if had else NO if case else None,
                error_messages={"required": "Répondez « Oui » ou « Non »."},
            )
        if rules.plans:
            self.fields["plan"] = forms.ChoiceField(
                label="Avez-vous un plan en vigueur dans votre établissement ?",
                choices=[*((one.code, one.label) for one in rules.plans), ("aucun", "Aucun")],
                widget=forms.RadioSelect,
                initial=(told.plan or "aucun") if (told := case or former) else None,
                error_messages={"required": "Choisissez votre plan, ou « Aucun »."},
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
        return [*first, ("Les mesures que vous demandez", names), ("Votre demande", rest)]

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


def still_sat(proposed: list[Proposal], sat: list[Sat]) -> list[Proposal]:
    """Leave out the épreuves that are sat no more, and what was granted for them alone."""
    found = []
    for one in proposed:
        papers = tuple(
            paper.code for paper in sat if paper.code in one.papers and one.code in paper.measures
        )
        if papers or not one.papers:
            found.append(replace(one, papers=papers))
    return found


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
        sent = self.data.getlist(f"epreuves-{code.lower()}")
        return [paper for paper in self._suiting[code] if paper in sent]

    def _wish(self, code: str, before: Sequence[str]) -> Wish:
        suiting = self._suiting.get(code)
        if suiting is None:
            return Wish(code, tuple(before))
        chosen = self._ticked(code) or before
        is_all = len(chosen) == len(suiting) and not is_chosen_by_paper(self._rules, code)
        return Wish(code, () if is_all else tuple(chosen))


def _not_with(rules: Accommodations, measure: Measure, *, among: Collection[str]) -> str:
    """Say which of the measures that may be asked here do not go with one."""
    excluded = rules.excluded_with(measure.code)
    named = quoted(one.label for one in excluded if one.code in among)
    return f"Pas avec {named} pour une même épreuve : choisissez" if named else ""


def _told(*parts: str | None) -> str:
    return ". ".join(filter(None, parts))
