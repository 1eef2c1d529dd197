"""What the office does with a request for accommodations: each button of its page is a form."""

from collections.abc import Sequence
from typing import Any

from django import forms

from sporades.accommodations.models import (
    LONGEST_NAME,
    LONGEST_REASON,
    Again,
    AskedMeasure,
    Case,
)
from sporades.accommodations.operations import Author, DecisionOn, as_advised
from sporades.accommodations.rules import rules_of
from sporades.accommodations.states import (
    DECIDE,
    DECLARE_INCOMPLETE,
    ENTRUST,
    NOTIFY,
    TAKE_FROM_DOCTOR,
    Decision,
    Opinion,
    State,
)
from sporades.accounts.models import Membership
from sporades.exams.schema.base import LONGEST_LINE
from sporades.registrations.fields import CleanCharField, ask_if_called_for

REASON = "Dites le motif : le candidat le lira."
MOVES = {
    "confier": ENTRUST,
    "incomplete": DECLARE_INCOMPLETE,
    "reprendre": TAKE_FROM_DOCTOR,
    "decider": DECIDE,
    "notifier": NOTIFY,
}
CALL, AGAIN = "appel", "revoir"


class EntrustForm(forms.Form):
    """To which doctor a request is given."""

    medecin = forms.ChoiceField(
        label="Médecin désigné",
        error_messages={"required": "Choisissez le médecin à qui confier la demande."},
    )

    def __init__(self, data: Any = None, *, doctors: Sequence[Membership]) -> None:
        """Offer the doctors of the academy."""
        super().__init__(data)
        self.doctors = {str(one.user_id): one for one in doctors}
        named = [(key, one.full_name) for key, one in self.doctors.items()]
        several = [("", "Choisissez"), *named] if len(named) > 1 else named
        self.fields["medecin"].choices = several  # type: ignore[attr-defined] # a ChoiceField

    @property
    def doctor(self) -> Membership:
        """Who was chosen."""
        return self.doctors[self.cleaned_data["medecin"]]


class MissingForm(forms.Form):
    """What a request lacks."""

    manque = CleanCharField(
        label="Ce qui manque",
        help_text="Le candidat le lit sur sa page. N'écrivez rien de sa santé. Par exemple : "
        "l'avis de l'établissement n'est pas signé",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites ce qui manque : le candidat le lira."},
    )


class CaseDecisionForm(forms.Form):
    """What is decided of each measure, and by whom; as the doctor advises until it is changed."""

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
        error_messages={"required": "Indiquez en quelle qualité cette personne décide."},
    )
    service = CleanCharField(
        label="Service",
        max_length=LONGEST_LINE,
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
        self._author = author
        self._measures: list[AskedMeasure] = list(case.measures.all())
        rules, advised = rules_of(case.registration), as_advised(case)
        every = [(one.code, one.label) for one in rules.measures] if rules else []
        for one in self._measures:
            asked = {each.code for each in self._measures if each == one or one.is_covered_by(each)}
            kept = [pair for pair in every if pair[0] not in asked - {advised[one.code].other}]
            others = [("", "Choisissez"), *kept]
            self._ask(one, advised[one.code], others)
        known = (author.first_name, author.last_name, author.quality, author.service)
        for name, value in zip(("prenom", "nom", "fonction", "service"), known, strict=True):
            self.fields[name].initial = value

    def _ask(self, one: AskedMeasure, advised: DecisionOn, others: list[tuple[str, str]]) -> None:
        decision, other, reason = names_of(one)
        self.fields[decision] = forms.ChoiceField(
            label="Décision",
            choices=Decision.choices,
            widget=forms.RadioSelect,
            initial=advised.decision,
            error_messages={"required": "Décidez de cette mesure."},
        )
        self.fields[other] = forms.ChoiceField(
            label="Mesure accordée à la place",
            choices=others,
            initial=advised.other,
            required=False,
        )
        self.fields[reason] = CleanCharField(
            label="Motif",
            help_text="Le candidat le lit dans la notification. N'écrivez rien de sa santé",
            max_length=LONGEST_REASON,
            initial=advised.reason,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        ask_if_called_for(self.fields[other], f"{decision}={Decision.OTHER.value}")
        shown = [each for each in Decision if not _as_favoured(one, each)]
        shown_when = f"{decision}={' '.join(each.value for each in shown)}"
        ask_if_called_for(self.fields[reason], shown_when if len(shown) < len(Decision) else "")

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the fields of each measure under its name, then who decides."""
        measures = [(f"{one.label} : {_advised(one)}", names_of(one)) for one in self._measures]
        return [*measures, ("Qui décide", ("prenom", "nom", "fonction", "service"))]

    def clean(self) -> None:
        """Ask for the other measure, and for why it is not what was asked and favoured."""
        for one in self._measures:
            decision, other, reason = names_of(one)
            said = self.cleaned_data.get(decision)
            if not said:
                continue
            if (
                said == Decision.OTHER
                and not self.cleaned_data.get(other)
                and other not in self.errors
            ):
                self.add_error(other, "Choisissez la mesure accordée à la place.")
            needed = not _as_favoured(one, Decision(said))
            if needed and not self.cleaned_data.get(reason) and reason not in self.errors:
                self.add_error(reason, REASON)

    @property
    def decisions(self) -> dict[str, DecisionOn]:
        """What was decided, as an act takes it."""
        return {one.code: self._decision_on(one) for one in self._measures}

    def _decision_on(self, one: AskedMeasure) -> DecisionOn:
        decision, other, reason = (self.cleaned_data[name] for name in names_of(one))
        said = Decision(decision)
        return DecisionOn(
            said,
            other if said == Decision.OTHER else "",
            "" if _as_favoured(one, said) else reason,
        )

    @property
    def author(self) -> Author:
        """Who decides, as the notification says."""
        said = self.cleaned_data
        names = ("prenom", "nom", "fonction", "service")
        return Author(*(said[name] for name in names), self._author.identifier)


class CallForm(forms.Form):
    """What became of a telephone call."""

    appel = forms.ChoiceField(
        label="Ce que l'appel a donné",
        choices=(
            ("prevenu", "Le candidat, ou son représentant légal, est prévenu"),
            ("absent", "Personne n'a répondu : la demande reste à appeler"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que l'appel a donné."},
    )


class AgainForm(forms.Form):
    """Why a decision is taken again, and whether the doctor's opinion stands."""

    pourquoi = forms.ChoiceField(
        label="Pourquoi",
        choices=Again.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi la décision est reprise."},
    )
    avis = forms.ChoiceField(
        label="Avis du médecin",
        choices=(("garde", "L'avis rendu est gardé"), ("nouveau", "Un nouvel avis est demandé")),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si l'avis du médecin est gardé."},
    )


class CaseForms:
    """The buttons of the page of a request: each is a form, and says which act it is."""

    def __init__(
        self, data: Any = None, *, case: Case, doctors: Sequence[Membership], author: Author
    ) -> None:
        """Offer what may be done with a request where it stands.

        Args:
            data: what was sent, by one of them.
            case: the request, with its registration.
            doctors: those of its academy.
            author: who decides, as far as that is known.
        """
        self.possible = {name for name, move in MOVES.items() if case.state in move.sources}
        if case.state == State.NOTIFIED:
            self.possible |= {AGAIN} if case.registration.is_active else set()
            self.possible |= {CALL} if case.is_to_read else set()
        self.act = data.get("geste", "") if data is not None else ""

        def sent(name: str) -> Any:
            return data if self.act == name else None

        self.has_doctors = bool(doctors)
        self.entrust = EntrustForm(sent("confier"), doctors=doctors)
        self.missing = MissingForm(sent("incomplete"))
        self.call = CallForm(sent(CALL))
        self.again = AgainForm(sent(AGAIN))
        self.decision = (
            CaseDecisionForm(sent("decider"), case=case, author=author)
            if "decider" in self.possible
            else None
        )
        self.why = ""
        self.is_refused = False

    def is_valid(self) -> bool:
        """Return whether what was sent can be done."""
        if self.act not in self.possible:
            self.refuse("Cette demande a changé depuis que vous l'avez ouverte : relisez-la.")
            return False
        form = {
            "confier": self.entrust,
            "incomplete": self.missing,
            "decider": self.decision,
            CALL: self.call,
            AGAIN: self.again,
        }.get(self.act)
        self.is_refused = form is not None and not form.is_valid()
        return not self.is_refused

    def refuse(self, why: str) -> None:
        """Say why it is not done."""
        self.why, self.is_refused = why, True


def _advised(measure: AskedMeasure) -> str:
    if measure.opinion == Opinion.OTHER:
        return f"le médecin propose « {measure.opinion_label} »"
    return f"avis {measure.get_opinion_display().lower()}"


def names_of(measure: AskedMeasure) -> tuple[str, str, str]:
    """Return the names of the fields of a measure: what is decided, the other measure, why."""
    code = measure.code.lower()
    return f"decision-{code}", f"autre-{code}", f"motif-{code}"


def _as_favoured(measure: AskedMeasure, decision: Decision) -> bool:
    """Return whether a decision grants what is asked and favoured: it needs no reason."""
    return decision == Decision.GRANTED and measure.opinion == Opinion.FAVOURABLE
