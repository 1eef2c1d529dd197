"""What is said of two candidates who look like one person."""

from django import forms

from sporades.doubles.models import LONGEST_REASON
from sporades.registrations.fields import CleanCharField

OLDER, NEWER = "1", "2"


class MergeForm(forms.Form):
    """Which of the two is kept, and why they are one person."""

    garde = forms.ChoiceField(
        label="Dossier gardé",
        help_text="Son état civil, son numéro candidat et, s'il en a un, son compte restent",
        choices=[(OLDER, "Le dossier 1"), (NEWER, "Le dossier 2")],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites lequel des deux dossiers est gardé."},
    )
    motif = CleanCharField(
        label="Pourquoi c'est une seule personne",
        help_text="La personne qui approuve le lira, le journal le garde. Par exemple : même pièce "
        "d'identité, confirmé par téléphone",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi c'est une seule personne."},
    )


class ApartForm(forms.Form):
    """Why they are two persons."""

    distinction = CleanCharField(
        label="Pourquoi ce sont deux personnes",
        help_text="Le journal le garde. Par exemple : jumelles, deux pièces d'identité vues",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi ce sont deux personnes."},
    )


class RefusedMergeForm(forms.Form):
    """Why a merge is refused."""

    refus = CleanCharField(
        label="Motif du refus",
        help_text="La personne qui propose le lira dans un mail et sur cette page",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites le motif du refus."},
    )
