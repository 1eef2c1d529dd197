"""What the office does with a request for accommodations: each button of its page is a form."""

from collections.abc import Sequence
from typing import Any

from django import forms

from sporades.accommodations.doctors import waiting_with
from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.models import (
    LONGEST_PRECISION,
    LONGEST_REASON,
    LONGEST_WHY,
    AskedMeasure,
    Case,
)
from sporades.accommodations.operations import Author
from sporades.accommodations.rules import exam_of, rules_for
from sporades.accommodations.states import (
    CORRECT,
    DECIDE,
    DECLARE_INCOMPLETE,
    ENTRUST,
    FIND_COMPLETE,
    NOTIFY,
    REOPEN,
    REWORD_MISSING,
    TAKE_FROM_DOCTOR,
    Decision,
    OpinionAgain,
    State,
)
from sporades.accounts.models import Membership
from sporades.acts.accommodating import precision_named
from sporades.core.french import listed
from sporades.core.text import clean_lines
from sporades.exams.schema.base import LONGEST_LINE
from sporades.registrations.fields import CleanLinesField
from sporades.web.office.accommodations.decision_form import CaseDecisionForm, names_of

AUTHOR = {"prenom": "Prénom", "nom": "Nom", "fonction": "Qualité", "service": "Service"}
"""How the fields that say who decides are read."""
TAKE = "reprendre"
"""« Reprendre au médecin »."""
MOVES = {
    "confier": ENTRUST,
    "incomplete": DECLARE_INCOMPLETE,
    "reformuler": REWORD_MISSING,
    "complete": FIND_COMPLETE,
    TAKE: TAKE_FROM_DOCTOR,
    "nouvel-avis": REOPEN,
    "decider": DECIDE,
    "corriger": CORRECT,
    "notifier": NOTIFY,
}
DECIDING = {"decider", "corriger"}
MISSING = {"incomplete", "reformuler"}
ON_MISSING = {*MISSING, "complete"}
CALL, AGAIN, LEAVE = "appel", "revoir", "laisser"
CHANGED = "Cette demande a changé depuis que vous l'avez ouverte : relisez-la."
OPINED_AGAIN = (
    "Le médecin a donné un autre avis depuis que vous avez ouvert cette page : rien n'est enregistré. "
    "Relisez l'avis et vos réponses, qui sont gardées ci-dessous ; les motifs proposés le sont d'après "
    "ce nouvel avis."
)
MEANWHILE = {
    State.PREPARING: "Le candidat modifie sa demande : rien de ce que vous venez de faire n'est "
    "enregistré. Elle revient à votre service quand il l'envoie de nouveau.",
    State.WITHDRAWN: "Cette demande a été retirée : rien de ce que vous venez de faire n'est "
    "enregistré.",
}
"""Why nothing is done of a request that its candidate has taken meanwhile."""


def _requests(count: int) -> str:
    if not count:
        return "aucune demande en attente"
    return "1 demande en attente" if count == 1 else f"{count} demandes en attente"


class EntrustForm(forms.Form):
    """To which doctor a request is given."""

    medecin = forms.ChoiceField(
        label="Médecin désigné",
        error_messages={"required": "Choisissez le médecin à qui confier la demande."},
    )

    def __init__(
        self, data: Any = None, *, doctors: Sequence[Membership], is_counted: bool = True
    ) -> None:
        """Offer the doctors of the academy; of several, how many requests each has to look at.

        Args:
            data: what was sent.
            doctors: those of the academy.
            is_counted: whether somebody reads how many.
        """
        super().__init__(data)
        self.doctors = {str(one.user_id): one for one in doctors}
        named = [(key, one.full_name) for key, one in self.doctors.items()]
        if len(named) > 1 and is_counted:
            waiting = waiting_with(one.user_id for one in doctors)
            named = [
                (key, f"{name} ({_requests(waiting.get(int(key), 0))})") for key, name in named
            ]
        if len(named) > 1:
            named.insert(0, ("", "Choisissez"))
        self.fields["medecin"].choices = named  # type: ignore[attr-defined] # a ChoiceField

    @property
    def doctor(self) -> Membership:
        """Who was chosen."""
        return self.doctors[self.cleaned_data["medecin"]]


class MissingForm(forms.Form):
    """What a request lacks."""

    manque = CleanLinesField(
        label="Ce qui manque",
        help_text="Le candidat le lit sur sa page. N'écrivez rien de sa santé. Par exemple : "
        "l'avis de l'établissement n'est pas signé.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites ce qui manque : le candidat le lira."},
    )


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

    @property
    def is_reached(self) -> bool:
        """Whether somebody was spoken to."""
        return bool(self.cleaned_data["appel"] == "prevenu")


class AgainForm(forms.Form):
    """Whether the doctor's opinion stands, of a decision that is taken again."""

    avis = forms.ChoiceField(
        label="Avis du médecin",
        choices=(("garde", "L'avis rendu est gardé"), ("nouveau", "Un nouvel avis est demandé")),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si l'avis du médecin est gardé."},
    )

    @property
    def has_opinion(self) -> bool:
        """Whether it stands."""
        return bool(self.cleaned_data["avis"] == "garde")


class NewOpinionForm(forms.Form):
    """Why the doctor gives the opinion again, before anything is decided."""

    raison = forms.ChoiceField(
        label="Pourquoi",
        choices=[one for one in OpinionAgain.choices if one[0] != OpinionAgain.DOCTOR],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi un nouvel avis est demandé."},
    )


class LeaveForm(forms.Form):
    """Why a decision that was taken again is left as it is."""

    motif = CleanLinesField(
        label="Motif",
        help_text="Le candidat le lit sur sa page. N'écrivez rien de sa santé. Par exemple : la "
        "décision a été reprise par erreur.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )


class ReadOverForm(forms.Form):
    """Words of health were pointed out, and whoever presses has read them: it is a help, no refusal."""

    relu = forms.BooleanField(
        label="J'ai relu ces mots : ils ne disent rien de la santé du candidat",
        error_messages={"required": "Relisez ces mots : changez-les, ou cochez cette case."},
    )
    mots = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, words: Sequence[str] = ()) -> None:
        """Ask for the words that are pointed out now, whichever were before.

        Args:
            data: what was sent.
            words: those that look like a diagnosis, an illness or a treatment.
        """
        self.words = list(words)
        said = data.get("mots", "").split(" ") if data is not None else []
        self.is_read = data is not None and "relu" in data and set(self.words) <= set(said)
        super().__init__(initial={"mots": " ".join(self.words)})


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
            has_space = case.registration.candidate.has_account
            self.possible |= {CALL} if case.is_to_read and has_space else set()
        self.possible |= {LEAVE} if case.is_taking_again else set()
        self.possible -= {"reformuler"} if case.is_asked_by_doctor else set()
        self.possible -= {"complete"} if case.is_changed_since_incomplete else set()
        self.act = data.get("geste", "") if data is not None else ""

        def sent(name: str) -> Any:
            return data if self.act == name else None

        self.has_doctors = bool(doctors)
        is_offered = "confier" in self.possible
        self.entrust = EntrustForm(sent("confier"), doctors=doctors, is_counted=is_offered)
        self.missing = MissingForm(
            sent("incomplete") or sent("reformuler"), initial={"manque": case.missing}
        )
        self.call = CallForm(sent(CALL))
        self.again = AgainForm(sent(AGAIN))
        self.leave = LeaveForm(sent(LEAVE))
        self.new_opinion = NewOpinionForm(sent("nouvel-avis"))
        self.decision = (
            CaseDecisionForm(data if self.act in DECIDING else None, case=case, author=author)
            if self.possible & DECIDING
            else None
        )
        self.why = ""
        self.is_refused = False
        self.read_over: ReadOverForm | None = None
        """Where what was sent has words to be read over: it goes with the button that was pressed."""
        self.left: list[tuple[str, str]] = []
        """What was sent for an act that is possible no more: the page shows it, to be copied."""
        self._data, self._case, self._author = data, case, author

    @property
    def keeps_answers(self) -> bool:
        """Whether the form of a decision shows what was sent of it, and not where it starts from."""
        return self.is_refused and self.act in DECIDING

    def is_valid(self) -> bool:
        """Return whether what was sent can be done."""
        if self.act not in self.possible:
            self._overtaken()
            return False
        if self.act == "decider" and self._is_opinion_another():
            self.refuse(OPINED_AGAIN)
            if self.decision is not None:
                self.decision.follow_another_opinion()
            return False
        form = self.form
        self.is_refused = form is not None and not form.is_valid()
        if not self.is_refused and not self._is_read_before():
            self._read_over()
        return not self.is_refused

    @property
    def form(self) -> forms.Form | None:
        """The one that says more of the act that was pressed, if there is one."""
        return {
            "confier": self.entrust,
            **dict.fromkeys(MISSING, self.missing),
            **dict.fromkeys(DECIDING, self.decision),
            CALL: self.call,
            AGAIN: self.again,
            LEAVE: self.leave,
            "nouvel-avis": self.new_opinion,
        }.get(self.act)

    @property
    def is_shown_again(self) -> bool:
        """Whether what was sent is to be looked at again, and nothing has been done or refused of it.

        Its page then keeps what its reader had read: who comes after a colleague is told by the act.
        """
        return self.is_refused and not self.why

    def _is_read_before(self) -> bool:
        """Return whether the request has changed since it was read: the act says so, first of all."""
        decided, since = self._case.decided_at, self._case.since
        now = {
            "decidee": decided.isoformat() if decided else "",
            "etat": str(self._case.state),
            "depuis": since.isoformat() if since else "",
        }
        return any(name in self._data and self._data[name] != said for name, said in now.items())

    def _read_over(self) -> None:
        """Have words of health read over before they are saved or notified; with that, nothing is refused."""
        asked = ReadOverForm(self._data, words=words_of_health(*self._texts()))
        if asked.words and not asked.is_read:
            self.read_over, self.is_refused = asked, True

    def _texts(self) -> list[str]:
        """Return what is written in what was sent, for the candidate to read."""
        if self.act in DECIDING and self.decision is not None:
            said = self.decision.decisions.values()
            texts = [text for one in said for text in (one.reason, one.precision)]
            # The document says what was asked too, in the words of its candidate.
            return [*texts, *(one.precision for one in self._case.measures.all())]
        if self.act in MISSING:
            return [self.missing.cleaned_data["manque"]]
        if self.act == LEAVE:
            return [self.leave.cleaned_data["motif"]]
        return reasons_of(self._case) if self.act == "notifier" else []

    def _is_opinion_another(self) -> bool:
        """Return whether the doctor has given another opinion than the page showed."""
        read, opined = self._data.get("avis", ""), self._case.opined_at
        return bool(read) and (opined is None or read != opined.isoformat())

    def _overtaken(self) -> None:
        """Say what has changed, and keep what was sent."""
        case = self._case
        if self.act == "decider" and "corriger" in self.possible:
            self.act = "corriger"
            self.refuse(
                f"{self._decided_before} Vos réponses sont ci-dessous, avec ce qui est décidé de "
                "chaque mesure : « Enregistrer la correction » les met à la place."
            )
            return
        self.refuse(MEANWHILE.get(State(case.state), CHANGED))
        self.left = _left(self._data, case)

    @property
    def _decided_before(self) -> str:
        """Say who has decided since the page was opened: its reader may have, in another window."""
        case = self._case
        if case.decided_by_id == self._author.identifier:
            return "Vous avez déjà enregistré une décision : celle-ci n'est pas enregistrée."
        by = f"{case.decided_first_name} {case.decided_last_name}"
        return f"Une décision a été prise entre-temps par {by} : la vôtre n'est pas enregistrée."

    def refuse(self, why: str) -> None:
        """Say why it is not done."""
        self.why, self.is_refused = why, True

    def refuse_keeping(self, why: str, data: Any) -> None:
        """Say why it is not done, and show what was sent of an act that is possible no more.

        Args:
            why: what has changed.
            data: what was sent.
        """
        self.refuse(why)
        if data.get("geste") not in self.possible:
            self.left = _left(data, self._case)


def reasons_of(case: Case) -> list[str]:
    """Return why each measure is decided as it is, and which was asked and is, as the candidate reads it."""
    return [
        text
        for one in case.measures.all()
        for text in (one.reason, one.decided_precision, one.precision)
    ]


def _left(data: Any, case: Case) -> list[tuple[str, str]]:
    """Return what was sent of an act, in words, each with its label: what is empty is left out."""
    rows = [
        ("Ce qui manque", data.get("manque", "")[:LONGEST_REASON]),
        ("Motif", data.get("motif", "")[:LONGEST_REASON]),
        *((one.label, _left_of(data, one)) for one in _measures_of(case)),
        *((label, data.get(name, "")[:LONGEST_LINE]) for name, label in AUTHOR.items()),
    ]
    return [(label, text) for label, said in rows if (text := clean_lines(said))]


def _measures_of(case: Case) -> list[AskedMeasure]:
    """Return the measures of a request, each with that very request: its registration is there."""
    measures = list(case.measures.all())
    for one in measures:
        one.case = case
    return measures


def _left_of(data: Any, one: AskedMeasure) -> str:
    """Return what was answered of a measure: granted or refused, for which épreuves, and why."""
    decision, other, papers, along, against = names_of(one)
    said = dict(Decision.choices).get(data.get(decision, ""), "")
    if data.get(decision) == Decision.OTHER:
        said = " : ".join(filter(None, [said, _other_of(data, one, other)]))
    labels = {paper.code: paper.label for paper in exam_of(one.case.registration).papers}
    ticked = [labels[code] for code in data.getlist(papers) if code in labels]
    some = f"Seulement pour {listed(ticked)}" if ticked else ""
    whys = [data.get(name, "")[:LONGEST_WHY] for name in (along, against)]
    return ". ".join(filter(None, [said, some, *(f"Motif : {why}" for why in whys if why)]))


def _other_of(data: Any, one: AskedMeasure, name: str) -> str:
    rules = rules_for(one.case.registration, one.case)
    measure = rules.measure(data.get(name, "")) if rules else None
    precision = data.get(precision_named(one), "")[:LONGEST_PRECISION]
    return " : ".join(filter(None, [measure.label if measure else "", precision]))
