"""What is decided of a registration or of many, and what came by post."""

from collections.abc import Callable
from typing import Any

from django import forms

from sporades.accounts.permissions import Permission, Reach
from sporades.batches.actions import ACTIONS
from sporades.evidence.models import LONGEST_REASON, Evidence
from sporades.evidence.states import ACCEPT, RECEIVE, REFUSE, WAIVE
from sporades.registrations.deciding import decisions_for, needs_reason
from sporades.registrations.fields import CleanCharField, Hinted, ask_if_called_for
from sporades.registrations.models import Registration
from sporades.web.office.days import DayField

MEANINGS = {
    "validate": "elle est complète et conforme",
    "reopen": "elle redevient une inscription enregistrée, à examiner",
    "flag": "il y manque quelque chose, que le motif dit ; le candidat reste inscrit",
    "clear": "plus rien ne manque",
    "set_aside": "le candidat n'est plus inscrit ; elle peut être rétablie",
    "restore": "le candidat est de nouveau inscrit",
    "prepare-attestation-inscription": "rien n'est publié : vous verrez d'abord les documents",
}
"""What each decision means for the candidate, under its name."""


def judge_reason(form: forms.Form, *, asked: bool, said: str) -> None:
    """Ask for the reason of what is told with one, and refuse one that nobody would read."""
    if asked and not said:
        form.add_error("motif", "Dites le motif : le candidat le lira.")
    if said and not asked:
        form.add_error(
            "motif",
            "Cette décision est dite sans motif : effacez-le, ou choisissez-en une autre.",
        )


class DecisionForm(forms.Form):
    """What is decided of a registration, and why."""

    decision = forms.ChoiceField(label="Décision", widget=forms.RadioSelect)
    motif = CleanCharField(
        label="Motif",
        help_text="Le candidat le lira dans le mail et sur sa page. Par exemple : il manque la "
        "copie de votre diplôme",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, registration: Registration) -> None:
        """Offer what may be decided where the registration stands."""
        super().__init__(data)
        self.possible = {one.name: one for one in decisions_for(registration)}
        field = self.fields["decision"]
        field.choices = [  # type: ignore[attr-defined] # a ChoiceField
            (name, Hinted(one.label, MEANINGS[name])) for name, one in self.possible.items()
        ]
        reasoned = [name for name, one in self.possible.items() if needs_reason(one)]
        ask_if_called_for(self.fields["motif"], f"decision={' '.join(reasoned)}")
        if not reasoned:
            del self.fields["motif"]

    @property
    def has_choices(self) -> bool:
        """Whether anything may be decided."""
        return bool(self.possible)

    @property
    def decided(self) -> dict[str, Any]:
        """What was decided, as an act takes it."""
        decision = self.possible[self.cleaned_data["decision"]]
        return {"decision": decision, "reason": self.cleaned_data.get("motif", "")}

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of what is told with one, and refuse one that nobody would read."""
        data = super().clean() or {}
        decision = self.possible.get(data.get("decision", ""))
        if decision is None:
            return data
        judge_reason(self, asked=needs_reason(decision), said=data.get("motif", ""))
        return data


class BatchForm(forms.Form):
    """What is done to many registrations, and why."""

    decision = forms.ChoiceField(label="Action", widget=forms.RadioSelect)
    motif = CleanCharField(
        label="Motif",
        help_text="Chaque candidat le lira dans le mail et sur sa page",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, allows: Callable[[Permission], Reach]) -> None:
        """Offer every action that its reader may do somewhere.

        Args:
            data: what was sent.
            allows: says where its reader may do something.
        """
        super().__init__(data)
        self.possible = {
            name: one
            for name, one in ACTIONS.items()
            if not one.asked_apart and allows(one.permission)
        }
        self.fields["decision"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            (name, Hinted(one.label, MEANINGS[name])) for name, one in self.possible.items()
        ]
        reasoned = " ".join(name for name, one in self.possible.items() if one.has_reason)
        ask_if_called_for(self.fields["motif"], f"decision={reasoned}")

    @property
    def decided(self) -> dict[str, Any]:
        """What was chosen, as a batch takes it."""
        return {
            "action": self.possible[self.cleaned_data["decision"]],
            "reason": self.cleaned_data.get("motif", ""),
        }

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of what is told with one, and refuse one that nobody would read."""
        data = super().clean() or {}
        action = self.possible.get(data.get("decision", ""))
        if action is not None:
            judge_reason(self, asked=action.has_reason, said=data.get("motif", ""))
        return data


VERDICTS = {
    "accept": (ACCEPT, "elle montre ce qui est demandé"),
    "refuse": (
        REFUSE,
        "le candidat lit le motif, un mail le lui dit, et il peut en déposer une autre",
    ),
    "receive": (RECEIVE, "elle est arrivée sur papier ; le cachet de la poste fait foi"),
    "waive": (WAIVE, "cette inscription s'en passe"),
}
"""What may be said of a piece, and what each means."""


class VerdictForm(forms.Form):
    """What a piece is worth, why, and the postmark of one that came by post."""

    verdict = forms.ChoiceField(label="Décision", widget=forms.RadioSelect)
    motif = CleanCharField(
        label="Motif",
        help_text="Le candidat le lira dans le mail et sur sa page. Par exemple : la photo est floue",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    poste_le = DayField(
        label="Date du cachet de la poste",
        help_text="C'est elle qui compte, et non le jour de la réception. Par exemple : 14/11/2026",
        required=False,
    )

    def __init__(self, data: Any = None, *, row: Evidence) -> None:
        """Offer what may be said of a piece where it stands."""
        super().__init__(data)
        self.possible = {
            name: (move.target.label, meaning)  # type: ignore[attr-defined] # a state
            for name, (move, meaning) in VERDICTS.items()
            if row.state in move.sources
        }
        self.fields["verdict"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            (name, Hinted(label, meaning)) for name, (label, meaning) in self.possible.items()
        ]
        ask_if_called_for(self.fields["motif"], "verdict=refuse")
        ask_if_called_for(self.fields["poste_le"], "verdict=receive")
        if "refuse" not in self.possible:
            del self.fields["motif"]
        if "receive" not in self.possible:
            del self.fields["poste_le"]

    @property
    def has_choices(self) -> bool:
        """Whether anything may be said."""
        return bool(self.possible)

    @property
    def said(self) -> str:
        """What was said, in small letters."""
        label = self.possible[self.cleaned_data["verdict"]][0]
        return f"{label[:1].lower()}{label[1:]}"

    def clean(self) -> dict[str, Any]:
        """Ask for what a verdict needs, and refuse a reason that nobody would read."""
        data = super().clean() or {}
        verdict = data.get("verdict", "")
        if verdict and "motif" in self.fields:
            judge_reason(self, asked=verdict == "refuse", said=data.get("motif", ""))
        if verdict == "receive" and not data.get("poste_le") and "poste_le" not in self.errors:
            self.add_error("poste_le", "Dites la date du cachet de la poste.")
        return data


class PostmarkForm(forms.Form):
    """The day on which what came by post was posted."""

    poste_le = DayField(
        label="Date du cachet de la poste",
        help_text="C'est elle qui compte, et non le jour de la réception. Par exemple : 14/11/2026",
        required=True,
    )
