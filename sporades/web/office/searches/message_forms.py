"""What the office types to write to candidates, and to find what was written."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.accounts.permissions import Reach
from sporades.acts.writing.resending import KINDS
from sporades.core.numbers import in_groups
from sporades.core.presses import a_press
from sporades.core.text import search_key
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.mailings.models import LONGEST_SUBJECT, LONGEST_TEXT
from sporades.mailings.placeholders import faults, listed, too_long_for_a_subject
from sporades.registrations.fields import CleanCharField, CleanLinesField, say_missing
from sporades.registrations.queries import OF_ACCOUNT, OF_CANDIDATE
from sporades.web.office.days import LatelyForm
from sporades.web.office.places import OfAcademyForm, academies_of
from sporades.web.office.registrations import mail_lines
from sporades.web.office.searches.choosing import Counted

SHORTEST_TEXT = 20
RETURNED = LetterState.RETURNED.value
"""Of a letter: it came back."""
KEEP = "garder"
_NONE_STANDS = (
    "Toutes ces inscriptions sont désinscrites ou écartées : cochez la case pour écrire à leurs "
    "candidats."
)
NATURES = [
    *KINDS.items(),
    *((kind, named) for kind, named in mail_lines.KINDS.items() if kind in OF_CANDIDATE),
    *((kind, f"{mail_lines.KINDS[kind]} (avec l'adresse)") for kind in OF_ACCOUNT),
]
"""What a mail of the list may be: about a registration, its candidate, or their account."""
_WHOSE = "Indiquez l'adresse du candidat : les mails de son compte ne se cherchent que par elle."
_GREETED = "« Bonjour » et le nom du candidat sont déjà écrits avant votre texte : retirez votre salutation."
_TOO_SHORT = f"Écrivez un message de {SHORTEST_TEXT} signes au moins."


def _judged(said: str) -> str:
    """Refuse what stands between braces and does not exist."""
    if wrong := faults(said):
        found = ", ".join(f"« {one} »" for one in wrong)
        raise ValidationError(
            f"Corrigez {found}. Entre accolades, seuls sont compris : {listed()}."
        )
    return said


class MailingForm(forms.Form):
    """A message to many, and the name under which it is kept."""

    objet = CleanCharField(
        label="Objet",
        help_text=f"{LONGEST_SUBJECT} signes au plus ; un téléphone en montre 60. L'examen et le numéro d'inscription sont "
        "toujours dits sous le texte",
        max_length=LONGEST_SUBJECT,
        error_messages={"required": "Écrivez l'objet du message."},
    )
    texte = CleanLinesField(
        label="Texte",
        help_text=f"{in_groups(str(LONGEST_TEXT))} signes au plus. « Bonjour » et le nom sont écrits avant, les "
        "coordonnées de votre service après. Tout est du texte : aucune mise en forme, rien sur "
        "la santé",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": "Écrivez le texte du message."},
    )
    nom_du_modele = CleanCharField(
        label="Nom du modèle",
        help_text="Pour retrouver ce message. Ceux qui ont votre périmètre peuvent s'en servir",
        max_length=80,
        required=False,
    )

    aussi = forms.BooleanField(
        label="Écrire aussi pour les inscriptions désinscrites ou écartées", required=False
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)
    field_order = ("objet", "texte", "aussi", "nom_du_modele")

    def __init__(self, data: Any = None, *, counts: Counted, **options: Any) -> None:
        """Ask whether those that count no more are written to, where there are any.

        Args:
            data: what was sent.
            counts: how many were chosen.
            options: of every form.
        """
        super().__init__(data, **options)
        self.counts = counts
        if not counts.ended:
            del self.fields["aussi"]

    @property
    def also_ended(self) -> bool:
        """Whether those that count no more are written to."""
        return "aussi" in self.fields and bool(self["aussi"].value())

    def clean_objet(self) -> str:
        """Refuse an unknown placeholder, and one that is longer than a subject."""
        said = _judged(self.cleaned_data["objet"])
        if long := too_long_for_a_subject(said):
            raise ValidationError(f"Mettez {', '.join(long)} dans le texte : c'est trop long ici.")
        return said

    def clean_texte(self) -> str:
        """Refuse an unknown placeholder, and what says nothing."""
        said: str = self.cleaned_data["texte"]
        if len(said) < SHORTEST_TEXT:
            raise ValidationError(_TOO_SHORT)
        said = _judged(said)
        if search_key(said).startswith("bonjour"):
            raise ValidationError(_GREETED)
        return said

    def clean(self) -> dict[str, Any]:
        """Ask for a name when the message is to be kept, for somebody to write to when it is not."""
        data = super().clean() or {}
        if KEEP in self.data:
            if not data.get("nom_du_modele"):
                say_missing(self, "nom_du_modele", "Donnez un nom au modèle.")
        elif not data.get("aussi") and self.counts.ended == self.counts.chosen > 0:
            self.add_error("aussi", _NONE_STANDS)
        return data

    @property
    def said(self) -> dict[str, str]:
        """The message, as an operation takes it."""
        return {"subject": self.cleaned_data["objet"], "text": self.cleaned_data["texte"]}


class MailLogForm(OfAcademyForm, LatelyForm):
    """Which mails."""

    etat = forms.ChoiceField(
        label="État",
        choices=[("", "Tous"), *Message.State.choices, (RETURNED, "Revenu")],
        required=False,
    )
    nature = forms.ChoiceField(label="Nature", choices=[("", "Toutes"), *NATURES], required=False)
    adresse = CleanCharField(
        label="Adresse mail",
        max_length=254,
        required=False,
        help_text="L'adresse entière à laquelle le mail est parti",
    )
    field_order = ("etat", "nature", "academie", "du", "au", "adresse")

    def __init__(self, data: Any = None, *, at: datetime, reach: Reach) -> None:
        """Ask at an instant of what a reader reaches."""
        super().__init__(data, at=at)
        self.offer(academies_of(reach))

    def clean(self) -> dict[str, Any]:
        """Ask whose account is meant: every candidate has mails about theirs."""
        data = super().clean() or {}
        if data.get("nature") in OF_ACCOUNT and not data.get("adresse"):
            self.add_error("adresse", _WHOSE)
        return data

    @property
    def narrows(self) -> bool:
        """Whether something else than days was asked."""
        return any(self.asked.get(name) for name in ("etat", "nature", "academie", "adresse"))
