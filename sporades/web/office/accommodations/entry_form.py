"""What a request that came on paper asks, as the office reads it there (L-05)."""

from copy import copy
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django import forms

from sporades.accommodations.forms.measures import MeasuresForm
from sporades.accommodations.forms.signature import FullNameField, WhoSigns, quality_field
from sporades.accommodations.late import Lateness, counted_at, lateness_of, stood_before
from sporades.accommodations.models import LONGEST_NAME, Case
from sporades.accommodations.operations import Asked, OnPaper
from sporades.accommodations.rules import (
    Wish,
    deadline_of,
    excluding,
    excluding_in_words,
    held_by_wishes,
    is_chosen_by_paper,
    is_late,
    is_over,
    sat_under,
    suiting_papers,
)
from sporades.accommodations.states import State
from sporades.core.french import day_in_words, local_day, quoted
from sporades.exams.schema.accommodations import OTHER_REASON, Accommodations
from sporades.registrations.fields import ask_if_called_for, say_missing
from sporades.registrations.models import Registration
from sporades.registrations.questions import NO, YES, YES_OR_NO
from sporades.web.office.days import ByPostForm

NOT_TICKED = "Cochez au moins une épreuve, ou décochez cette mesure."
APART = "cochez pour chacune des épreuves différentes, ou décochez-en une."
WHY_LATE = (
    "Le cachet vient après la date limite, le {deadline} : dites la raison que donne le papier."
)
TOO_LATE = (
    "Le cachet vient après la date limite, le {deadline}, et aucune demande tardive n'est reçue. "
    "Répondez au candidat par courrier."
)
ADDED = "Le papier ajoute {named} après la date limite : dites la raison qu'il en donne."
ADDED_TOO_LATE = "Le cachet vient après la date limite : {named} ne s'ajoute plus à la demande."
UNSIGNED = (
    "Le candidat est mineur au jour du cachet : indiquez le nom du représentant légal qui a signé. "
    "Si le papier n'est pas signé, renvoyez-le au candidat."
)


def _as_it_stood(case: Case | None) -> Case | None:
    """Return a request as it was received before the paper that is entered anew, if one is."""
    is_mended = case is not None and case.state == State.ASKED
    if case is None or not is_mended or (before := stood_before(case)) is None:
        return case
    stood = copy(case)
    stood.received = before["received"]
    return stood


class EntryForm(ByPostForm, WhoSigns, MeasuresForm):
    """The postmark, the measures with their épreuves, who has signed, whether an envelope came."""

    signer = "representant"
    rule = "Cochez au moins une mesure, puis répondez aux questions : ce que le papier dit, rien d'autre."
    legends = ("Les mesures demandées", "Ce que le papier dit d'autre")
    told_of_precision = (
        "Comme le papier le dit. La décision le reprend : rien de la santé du candidat ici"
    )
    plan_asked = "Plan en vigueur dans l'établissement, d'après le papier"
    left_as_they_are = "Le papier dit ces mots : la décision les reprendra"
    plan_due = "Choisissez le plan que dit le papier, ou « Aucun »."

    enveloppe = forms.ChoiceField(
        label="Une enveloppe fermée de papiers de santé est-elle jointe ?",
        help_text="Ne l'ouvrez pas : écrivez dessus le numéro d'inscription, et remettez-la telle "
        "quelle au médecin",
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        error_messages={"required": "Répondez « Oui » ou « Non »."},
    )
    representant = FullNameField(
        label="Nom et prénom du représentant légal qui a signé",
        max_length=LONGEST_NAME,
        required=False,
    )
    homonyme = forms.BooleanField(
        label="Le représentant légal porte le même nom et le même prénom que le candidat",
        required=False,
    )
    aussi = forms.BooleanField(
        label="Cette personne aussi est représentant légal du candidat, d'après le papier",
        required=False,
    )
    qualite = quality_field(
        label="Qualité du représentant légal",
        required=False,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        registration: Registration,
        rules: Accommodations,
        case: Case | None,
        at: datetime,
    ) -> None:
        """Start from what was entered already, where that is corrected or completed.

        Args:
            data: what was sent.
            registration: whose request it is.
            rules: what the réglementation says.
            case: the request of which something is awaited, if there is one.
            at: now.
        """
        self._registration, self._read = registration, _as_it_stood(case)
        self._is_mended = case is not None and case.state == State.ASKED
        service = registration.service
        is_passed = is_late(registration, at)
        super().__init__(
            data,
            today=registration.last_day(at),
            opens=local_day(service.opens_at, service.zone),
            initial=self._start(case),
            rules=rules,
            sat=sat_under(registration, rules),
            case=self._read,
            former=None,
            proposed=[],
            lateness=Lateness.FIRST if is_passed else Lateness.NONE,
            is_held=False,
        )
        if "decision" in self.fields:
            # What is said under « Oui » is said to the candidate: « Joignez-la ».
            self.fields["decision"].choices = YES_OR_NO
        self._ask_papers()
        self._ask_as_read(case)
        self._ask_who_signed(at)

    def _start(self, case: Case | None) -> dict[str, Any]:
        signature = case.signature if case is not None else None
        start = {
            "representant": signature.name if signature else self._registration.guardian_name,
            "qualite": signature.quality if signature else None,
        }
        if self._is_mended and case is not None:
            start |= {"poste_le": case.posted_on, "enveloppe": YES if case.has_envelope else NO}
        return start

    def _ask_papers(self) -> None:
        """Ask for which épreuves each measure is asked, where several suit it."""
        self._suiting: dict[str, list[str]] = {}
        for _, family in self._families:
            for code, label in self._offered(family):
                suiting = suiting_papers(self._rules, self._sat, code)
                if len(suiting) < 2:  # noqa: PLR2004 - there is nothing to choose
                    continue
                codes = [paper.code for paper in suiting]
                self._suiting[code] = codes
                is_to_tick = is_chosen_by_paper(self._rules, code)
                kept = [paper for paper in codes if paper in self._kept.get(code, ())]
                self.fields[_papers_named(code)] = forms.MultipleChoiceField(
                    label=f"{label} : pour quelles épreuves ?",
                    choices=[(paper.code, paper.label) for paper in suiting],
                    widget=forms.CheckboxSelectMultiple,
                    initial=kept or ([] if is_to_tick else codes),
                    required=False,
                )
                ask_if_called_for(self.fields[_papers_named(code)], f"{family}={code}")

    def _ask_as_read(self, case: Case | None) -> None:
        """Ask why it is late as who reads the paper is asked, and only where the postmark says that it is."""
        if "motif" not in self.fields:
            return
        self.late_legend = "Si le cachet vient après la date limite"
        motive, words = self.fields["motif"], self.fields["raison"]
        motive.required = False
        motive.label = f"Raison donnée, si le cachet vient après le {self._deadline}"
        motive.help_text = "Aucun détail de santé n'est à saisir ici"
        ask_if_called_for(motive)
        words.label = "La raison, comme le papier la dit"
        words.help_text = "Le médecin la lit aussi : rien de la santé du candidat ici"
        if case is None:
            motive.initial = None

    def _ask_who_signed(self, at: datetime) -> None:
        """Ask who has signed for a minor: their age is that of the postmark."""
        registration, day = self._registration, self._day
        opens_at = min(registration.service.opens_at, at)
        self._signs = registration.is_minor(opens_at) or (
            day is not None and registration.is_minor_on(day)
        )
        if not self._signs:
            for name in ("representant", "homonyme", "aussi", "qualite"):
                del self.fields[name]
            return
        for name in ("representant", "qualite"):
            ask_if_called_for(self.fields[name])
        self.ask_who_it_is(self._registration)

    @property
    def _deadline(self) -> str:
        return last_day_in_words(self._registration)

    def clean(self) -> None:
        """Refuse what the paper cannot ask, and what its postmark makes too late."""
        posted_on = self.cleaned_data.get("poste_le")
        counted = counted_at(self._registration, posted_on) if posted_on else None
        self.lateness = Lateness.NONE
        if counted is not None:
            self.lateness = lateness_of(self._sent, self._registration, at=counted)
            if self._sent is None and is_over(self._registration, counted):
                self.add_error("poste_le", TOO_LATE.format(deadline=self._deadline))
        super().clean()
        self._check_papers()
        if posted_on and self._signs:
            self._check_signed(posted_on)

    @property
    def _sent(self) -> Case | None:
        """What came before the paper that is read: nothing, where it is the first or is entered anew."""
        case = self._read
        if case is None or case.asked_at is None:
            return None
        is_first = self._is_mended and case.first_asked_at == case.asked_at
        return None if is_first else case

    def _check_why_late(self) -> None:
        if "motif" not in self.fields:
            return
        motive = self.cleaned_data.get("motif")
        is_over_it = "poste_le" in self.errors
        if self.lateness == Lateness.FIRST and not motive and not is_over_it:
            say_missing(self, "motif", WHY_LATE.format(deadline=self._deadline))
        if motive == OTHER_REASON and not self.cleaned_data.get("raison"):
            say_missing(self, "raison", "Écrivez la raison, comme le papier la dit.")

    def _check_added(self, added: Any, place_of: Any) -> None:
        if not added:
            return
        named = quoted(label for _, label in added)
        if self.lateness == Lateness.CLOSED:
            self.add_error(place_of(added[0][0]), ADDED_TOO_LATE.format(named=named))
        elif not self.cleaned_data.get("motif"):
            say_missing(self, "motif", ADDED.format(named=named))

    def _check_together(self, chosen: list[str]) -> None:
        """Leave it to `_check_papers`: the épreuves are chosen on this very page."""

    def _check_papers(self) -> None:
        """Ask for the épreuves of what is ticked, and tell apart those of measures that exclude each other."""
        unsaid = [
            code
            for code in self._codes()
            if code in self._suiting and not self.cleaned_data.get(_papers_named(code))
        ]
        for code in unsaid:
            say_missing(self, _papers_named(code), NOT_TICKED)
        wishes = [one for one in self._wishes() if one.code not in unsaid]
        for pair in excluding(self._rules, held_by_wishes(self._rules, self._sat, wishes)):
            code = pair[1].code
            where = _papers_named(code) if code in self._suiting else self._family_of(code)
            self.add_error(where, f"{excluding_in_words(self._rules, pair)} : {APART}")

    def _check_signed(self, posted_on: date) -> None:
        """Ask who has signed for whoever was a minor on the day of the postmark."""
        if not self._registration.is_minor_on(posted_on):
            return
        name = self.cleaned_data.get("representant")
        if not name:
            say_missing(self, "representant", UNSIGNED)
        if not self.cleaned_data.get("qualite"):
            say_missing(self, "qualite", "Dites en quelle qualité cette personne a signé.")
        self.check_who_it_is()

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, in the order in which a paper is read."""
        own = ("poste_le", "certain", "enveloppe", "representant", "homonyme", "aussi", "qualite")
        groups = [
            (legend, tuple(name for name in names if name not in own))
            for legend, names in super().fieldsets()
        ]
        signed = ("representant", "homonyme", "aussi", "qualite")
        late = [one for one in groups if one[0] == self.late_legend]
        return [
            ("Le courrier", self._asked_here("poste_le", "certain", "enveloppe")),
            *late,
            *(
                (legend, self._beside_their_measure(names))
                for legend, names in groups
                if legend != self.late_legend
            ),
            *([("La signature", self._asked_here(*signed))] if self._signs else []),
        ]

    def _asked_here(self, *names: str) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.fields)

    def _beside_their_measure(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Put the épreuves of each measure after its family."""
        papers = {_papers_named(code): self._family_in(code) for code in self._suiting}
        found: list[str] = []
        starts = [name for name in names if name not in papers]
        for name, following in pairwise([*starts, ""]):
            found.append(name)
            family = self._family_asking(name)
            if family and self._family_asking(following) != family:
                found += [paper for paper, of in papers.items() if of == family]
        return tuple(found)

    def _family_in(self, code: str) -> str:
        return next(name for _, name in self._families if code in dict(self._offered(name)))

    def _family_asking(self, name: str) -> str:
        """Return the family to which a field belongs: its own, or that of the measure that it specifies."""
        if name in {family for _, family in self._families}:
            return name
        code = next((code for code, field in self._precisions.items() if field == name), "")
        return self._family_in(code) if code else ""

    def _wishes(self) -> tuple[Wish, ...]:
        return tuple(
            Wish(code, self._papers_of(code), self._precision(code)) for code in self._codes()
        )

    def _papers_of(self, code: str) -> tuple[str, ...]:
        """Return the épreuves that are ticked: all of them together say « toutes »."""
        suiting = self._suiting.get(code)
        if suiting is None:
            return ()
        ticked = self.cleaned_data.get(_papers_named(code), ())
        chosen = tuple(paper for paper in suiting if paper in ticked)
        is_all = len(chosen) == len(suiting) and not is_chosen_by_paper(self._rules, code)
        return () if is_all else chosen

    @property
    def read(self) -> dict[str, Any]:
        """What was read, as an act takes it."""
        said = self.cleaned_data
        asked: Asked = self.asked()
        signs = self._signs and self._registration.is_minor_on(said["poste_le"])
        return {
            "asked": asked,
            "paper": OnPaper(
                posted_on=said["poste_le"],
                has_envelope=said["enveloppe"] == YES,
                guardian=said.get("representant", "") if signs else "",
                quality=said.get("qualite", "") if signs else "",
                **self.who_it_is,
            ),
            "is_certain": said.get("certain", False),
        }


def last_day_in_words(registration: Registration) -> str:
    """Say the last day on which what is in time is posted: no postmark has an hour."""
    return day_in_words(local_day(deadline_of(registration), registration.service.zone))


def _papers_named(code: str) -> str:
    return f"epreuves-{code.lower()}"
