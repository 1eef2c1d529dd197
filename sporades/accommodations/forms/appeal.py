"""What an appeal against a decision says, as its candidate writes it."""

from typing import Any

from django import forms

from sporades.accommodations.forms.signature import FullNameField, WhoSigns, quality_field
from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.models import LONGEST_APPEAL, LONGEST_NAME
from sporades.accommodations.operations import Contested
from sporades.core.french import quoted
from sporades.registrations.fields import CleanLinesField
from sporades.registrations.models import Registration

POINTED_OUT = (
    "Ces mots semblent dire quelque chose de votre santé : {words}. Changez-les, ou cochez la case plus "
    "bas."
)


class AppealForm(WhoSigns):
    """What is contested and why; who makes it, for a minor."""

    signer = "nom"
    field_order = ("texte", "relu", "papiers", "nom", "homonyme", "aussi", "qualite")

    texte = CleanLinesField(
        label="Ce que vous contestez, et pourquoi",
        help_text="3 000 signes au plus. Dites ce que vous demandez à la place. N'écrivez rien sur votre "
        "santé : le service le lit.",
        max_length=LONGEST_APPEAL,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": "Dites ce que vous contestez, et pourquoi."},
    )
    relu = forms.BooleanField(label="Je laisse ces mots, que l'autorité lira", required=False)
    papiers = forms.BooleanField(
        label="J'ai d'autres papiers de santé à déposer pour le médecin",
        help_text="Si un nouvel avis lui est demandé, vous pourrez les déposer dans « Papiers de santé ».",
        required=False,
    )
    nom = FullNameField(
        label="Nom et prénom du représentant légal qui fait ce recours",
        max_length=LONGEST_NAME,
        error_messages={"required": "Indiquez le nom et le prénom de qui fait ce recours."},
    )
    # Here it is the candidate who speaks.
    homonyme = forms.BooleanField(
        label="Mon représentant légal porte le même nom et le même prénom que moi", required=False
    )
    aussi = forms.BooleanField(
        label="Cette personne est aussi mon représentant légal", required=False
    )
    qualite = quality_field(
        label="Lien avec le candidat",
        error_messages={"required": "Dites en quelle qualité cette personne fait ce recours."},
    )

    def __init__(
        self, data: Any = None, *, registration: Registration, is_minor: bool, **options: Any
    ) -> None:
        """Ask who makes it for a minor, and to read over words of health, once they are typed.

        Args:
            data: what was sent.
            registration: whose decision is contested.
            is_minor: whether a guardian makes the appeal.
            options: see `forms.Form`.
        """
        super().__init__(data, **options)
        if is_minor:
            self.fields["nom"].initial = registration.guardian_name
            self.ask_who_it_is(registration)
        else:
            for name in ("nom", "homonyme", "aussi", "qualite"):
                del self.fields[name]
        self.words = words_of_health(self.data.get("texte", "")[:LONGEST_APPEAL])
        if self.words:
            self.fields["relu"].label = f"{self.fields['relu'].label} : {quoted(self.words)}"
        else:
            del self.fields["relu"]

    def clean(self) -> None:
        """Point out words of health once, and refuse a name of which no box says what it is."""
        if self.words and not self.cleaned_data.get("relu"):
            self.add_error("texte", POINTED_OUT.format(words=quoted(self.words)))
        if "nom" in self.fields and "nom" not in self.errors:
            self.check_who_it_is()

    @property
    def said(self) -> Contested:
        """What the appeal says, as an act takes it."""
        said = self.cleaned_data
        return Contested(
            text=said["texte"],
            has_papers=said["papiers"],
            guardian_name=said.get("nom", ""),
            guardian_quality=said.get("qualite", ""),
        )
