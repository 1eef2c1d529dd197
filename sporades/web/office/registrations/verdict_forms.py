"""What a piece is worth, why, and what came by post."""

from collections.abc import Sequence
from typing import Any

from django import forms

from sporades.acts.sending import Sent
from sporades.evidence.models import LONGEST_REASON, Evidence
from sporades.evidence.reasons import Reason
from sporades.evidence.states import ACCEPT, ASK_AGAIN, RECEIVE, REFUSE, SCAN, WAIVE
from sporades.exams.schema.base import LONGEST_LINE
from sporades.intake.cleaning import LARGEST, TooLarge
from sporades.registrations.fields import CleanCharField, ask_if_called_for
from sporades.web.office.days import DayField

VERDICTS = {
    "accept": ACCEPT,
    "refuse": REFUSE,
    "receive": RECEIVE,
    "waive": WAIVE,
    "ask": ASK_AGAIN,
}
LABELS = {"ask": "Demandée de nouveau"}
"""What is said of a verdict that does not lead to one state alone."""
OTHER = "autre"
POSTMARK = "Date du cachet de la poste"
HOW_POSTMARK = "C'est elle qui compte, et non le jour de la réception. Par exemple : 14/11/2026"


class RefusalForm(forms.Form):
    """Why a piece is refused: a usual reason, what completes it, or words of one's own."""

    raison = forms.ChoiceField(
        label="Motif du refus",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un motif : le candidat le lira."},
    )
    motif = CleanCharField(
        label="Précision",
        help_text="Le candidat la lit après le motif ; avec « Autre motif », elle est à écrire. "
        "Par exemple : il manque le verso",
        max_length=LONGEST_REASON - LONGEST_LINE - 1,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, reasons: Sequence[Reason]) -> None:
        """Offer the usual reasons."""
        super().__init__(data)
        self.reasons = {one.code: one for one in reasons}
        self.fields["raison"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            *((one.code, one.label) for one in reasons),
            (OTHER, "Autre motif, dit dans la précision"),
        ]
        ask_if_called_for(self.fields["motif"])

    def clean(self) -> dict[str, Any]:
        """Ask for words, where no usual reason says why."""
        data = super().clean() or {}
        if data.get("raison") == OTHER and not data.get("motif") and not self.errors:
            self.add_error("motif", "Dites le motif : le candidat le lira.")
        return data

    @property
    def decided(self) -> dict[str, str]:
        """Why, as an act takes it."""
        usual = self.reasons.get(self.cleaned_data["raison"])
        said = (usual.sentence if usual else "", self.cleaned_data["motif"])
        return {"reason": " ".join(filter(None, said)), "motive": usual.label if usual else ""}


class PostmarkForm(forms.Form):
    """The day on which what came by post was posted."""

    poste_le = DayField(label=POSTMARK, help_text=HOW_POSTMARK, required=True)


class ScanForm(PostmarkForm):
    """What came by post, once it is scanned."""

    fichier = forms.FileField(
        label="Numérisation",
        help_text="Un PDF ou une photo (JPEG, PNG), 5\u00a0Mo au plus : le candidat la verra",
        widget=forms.FileInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}
        ),
        error_messages={
            "empty": "Ce fichier est vide : choisissez-en un autre.",
            "required": "Choisissez le fichier de la numérisation.",
        },
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False)

    def clean_fichier(self) -> Any:
        """Refuse what needs no reading to be refused."""
        chosen = self.cleaned_data["fichier"]
        if chosen.size > LARGEST:
            raise forms.ValidationError(TooLarge.message, code="large")
        return chosen

    @property
    def sent(self) -> list[Sent]:
        """The file, as it comes."""
        chosen = self.cleaned_data["fichier"]
        return [Sent(chosen.name, chosen.read())]


class VerdictForms:
    """The buttons of the page of a piece: each is a form, and says which verdict it is."""

    def __init__(self, data: Any = None, *, row: Evidence, reasons: Sequence[Reason]) -> None:
        """Offer what may be said of a piece where it stands.

        Args:
            data: what was sent, by one of them.
            row: the piece.
            reasons: the usual ones of a refusal.
        """
        self.possible = {
            name: LABELS.get(name, move.target.label)  # type: ignore[attr-defined] # a state
            for name, move in VERDICTS.items()
            if row.state in move.sources
        }
        self.may_scan = row.state in SCAN.sources
        self.verdict = data.get("verdict", "") if data is not None else ""
        self.refusal = RefusalForm(data if self.verdict == "refuse" else None, reasons=reasons)
        self.postmark = PostmarkForm(data if self.verdict == "receive" else None)
        self.errors: list[str] = []

    def is_valid(self) -> bool:
        """Return whether what was sent can be done."""
        if self.verdict not in self.possible:
            self.refuse("Choisissez une décision parmi celles de cette page.")
            return False
        form = {"refuse": self.refusal, "receive": self.postmark}.get(self.verdict)
        if form is not None and not form.is_valid():
            self.errors.append(self.verdict)
            return False
        return True

    def refuse(self, why: str) -> None:
        """Say why it is not done."""
        self.errors.append(why)
        self.why = why

    why = ""

    @property
    def said(self) -> str:
        """What was said, in small letters."""
        label = self.possible[self.verdict]
        return f"{label[:1].lower()}{label[1:]}"
