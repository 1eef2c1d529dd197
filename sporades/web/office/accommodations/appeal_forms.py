"""What the office does with an appeal: enter one that came otherwise, refuse it, take the decision again on it."""

from datetime import date
from typing import Any

from django import forms

from sporades.accommodations.forms.signature import FullNameField, quality_field
from sporades.accommodations.models import LONGEST_APPEAL, LONGEST_NAME, LONGEST_TEXT, Came
from sporades.accommodations.operations import Author, BeforeDecision, Contested
from sporades.core.text import clean_lines
from sporades.registrations.fields import CleanLinesField, ask_if_called_for
from sporades.web.office.accommodations.author_form import LEGEND, WHO_DECIDES, AuthorForm
from sporades.web.office.days import DayField

TO_COME = "Ce jour est à venir : indiquez une date passée, ou celle d'aujourd'hui."
DISORDER = "Le service ne l'a pas reçu avant qu'il ne soit envoyé : vérifiez les deux dates."
UNSIGNED = "Dites en quelle qualité cette personne a signé."


class EnteredAppealForm(forms.Form):
    """An appeal that came by a letter or a message, or was handed over."""

    venu = forms.ChoiceField(
        label="Comment il est venu",
        choices=[(one.value, one.label) for one in (Came.LETTER, Came.MESSAGE, Came.COUNTER)],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment il est venu."},
    )
    envoye_le = DayField(
        label="Envoyé le",
        help_text="D'une lettre, le cachet de la poste : il dit si le recours est venu à temps",
        required=True,
    )
    recu_le = DayField(
        label="Reçu par le service le",
        help_text="Les deux mois pour y répondre courent de ce jour",
        required=True,
    )
    texte = CleanLinesField(
        label="Ce qu'il conteste, et pourquoi",
        help_text="Dans ses mots : le médecin les lit si un nouvel avis lui est demandé. N'y recopiez "
        "rien de la santé du candidat",
        max_length=LONGEST_APPEAL,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Écrivez ce que le recours conteste, et pourquoi."},
    )
    papiers = forms.BooleanField(
        label="Il annonce d'autres papiers de santé pour le médecin", required=False
    )
    representant = FullNameField(
        label="Nom et prénom du représentant légal qui l'a signé",
        help_text="Laissez vide si le candidat, mineur, l'a signé seul",
        max_length=LONGEST_NAME,
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
        today: date,
        notified: date,
        is_minor: bool = False,
        guardian: str = "",
    ) -> None:
        """Ask who has signed for a minor.

        Args:
            data: what was sent.
            today: the day that it is where the service is.
            notified: that on which the decision was.
            is_minor: whether its candidate is.
            guardian: whom the registration names.
        """
        super().__init__(data)
        self._today, self._notified = today, notified
        self.fields["recu_le"].initial = today
        if not is_minor:
            del self.fields["representant"], self.fields["qualite"]
            return
        self.fields["representant"].initial = guardian
        for name in ("representant", "qualite"):
            ask_if_called_for(self.fields[name])

    def clean(self) -> None:
        """Refuse days that cannot be, and a guardian whose quality nobody says."""
        days = [self.cleaned_data.get(name) for name in ("envoye_le", "recu_le")]
        for name, day in zip(("envoye_le", "recu_le"), days, strict=True):
            if day is not None and day > self._today:
                self.add_error(name, TO_COME)
        sent, received = days
        if sent is not None and sent < self._notified:
            self.add_error("envoye_le", BeforeDecision.message)
        if not self.errors and sent and received and received < sent:
            self.add_error("recu_le", DISORDER)
        if self.cleaned_data.get("representant") and not self.cleaned_data.get("qualite"):
            self.add_error("qualite", UNSIGNED)

    def said_by(self, who: str) -> Contested:
        """Return what the appeal says, as an act takes it.

        Args:
            who: enters it.
        """
        said = self.cleaned_data
        guardian = said.get("representant", "")
        return Contested(
            text=said["texte"],
            has_papers=said["papiers"],
            guardian_name=guardian,
            guardian_quality=said.get("qualite", "") if guardian else "",
            came=Came(said["venu"]),
            sent_on=said["envoye_le"],
            received_on=said["recu_le"],
            entered_name=who,
        )


class RefuseAppealForm(AuthorForm):
    """Why an appeal is refused, and who refuses it."""

    field_order = ("motif", *WHO_DECIDES)

    motif = CleanLinesField(
        label="Motif",
        help_text="Le candidat le lit dans la réponse. Répondez à ce qu'il conteste, sans rien écrire "
        "de sa santé",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )

    def __init__(self, data: Any = None, *, author: Author | None = None) -> None:
        """Propose who answers.

        Args:
            data: what was sent.
            author: who decides, as far as that is known.
        """
        super().__init__(data)
        self._identifier = author.identifier if author else ""
        if author is not None:
            self.start_from(author)

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the reason, then who decides."""
        return [("La réponse", ("motif",)), (LEGEND, WHO_DECIDES)]

    @property
    def author(self) -> Author:
        """Who refuses it, as the answer says."""
        return self.typed_author(self._identifier)


def left_of(data: Any) -> list[tuple[str, str]]:
    """Return what was typed of an act that is possible no more, each with its label."""
    rows = [
        ("Motif", data.get("motif", "")[:LONGEST_TEXT]),
        ("Ce qu'il conteste, et pourquoi", data.get("texte", "")[:LONGEST_APPEAL]),
    ]
    return [(label, text) for label, said in rows if (text := clean_lines(said))]
