"""What the office types to deposit documents, publish them, send them back, take them back."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet

from sporades.accounts.permissions import Reach
from sporades.core.french import zone_in_words
from sporades.core.presses import a_press
from sporades.publications.attestation import PREPARED
from sporades.publications.deposited import DEPOSITED, Decision
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.states import PublicationState
from sporades.registrations.fields import CleanCharField, ask_if_called_for, say_missing
from sporades.registrations.models import Registration
from sporades.web.office.places import PlacesForm
from sporades.web.office.services.instant_forms import LocalInstantField

KINDS_DEPOSITED = [("", "Choisissez"), *((kind.slug, kind.title) for kind in DEPOSITED)]
_DECISIONS = frozenset(kind.slug for kind in DEPOSITED if kind.is_decision)
_BESIDE = f"nature={' '.join(sorted(_DECISIONS))}"
_OF_AN_AUTHOR = {
    "auteur": "Ce document est une décision : dites le prénom et le nom de son auteur.",
    "qualite": "Ce document est une décision : dites la qualité de son auteur.",
}
_WHICH_PDF = "Choisissez le fichier PDF à déposer."
_WHICH_ZIP = "Choisissez l'archive ZIP à déposer."


TO_COME = "a-venir"
"""What is decided, and read from an instant to come on, is sought apart."""


class PublicationsForm(PlacesForm):
    """Which publications are listed: of which kind, in which state, with documents of which exam and academy."""

    nature = forms.ChoiceField(
        label="Nature",
        required=False,
        choices=[("", "Toutes"), *((one.slug, one.title) for one in (*PREPARED, *DEPOSITED))],
    )
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous"), (TO_COME, "Décidée, à venir"), *PublicationState.choices],
    )
    field_order = ("nature", "etat", "domaine", "examen", "academie")

    def __init__(self, data: Any, *, reach: Reach) -> None:
        """Offer what the réglementations open, and opened, within a perimeter."""
        super().__init__(data, reach=reach)
        self._reach = reach

    def keep(self, found: QuerySet[Publication], *, at: datetime) -> QuerySet[Publication]:
        """Keep the publications that were chosen.

        Args:
            found: those of the perimeter.
            at: the instant.
        """
        if kind := self.chosen.get("nature"):
            found = found.filter(kind=kind)
        state = self.chosen.get("etat")
        if state:
            is_to_come = Q(state=PublicationState.PUBLISHED, publish_at__gt=at)
            is_sought = Q(state=state) & ~is_to_come
            found = found.filter(is_to_come if state == TO_COME else is_sought)
        if where := self.where():
            theirs = Registration.objects.within(self._reach).filter(**where)
            lines = PublicationLine.objects.filter(registration__in=theirs)
            found = found.filter(pk__in=lines.values("publication"))
        return found


class DepositedForm(forms.Form):
    """What is asked beside a document that decides of its candidate."""

    auteur = CleanCharField(
        label="Prénom et nom de l'auteur de la décision",
        required=False,
        max_length=120,
        help_text="Le candidat les lit à côté du document",
    )
    qualite = CleanCharField(
        label="Qualité de l'auteur",
        required=False,
        max_length=120,
        help_text="Par exemple : cheffe de la division des examens",
    )
    recours = CleanCharField(
        label="Voies et délais de recours",
        required=False,
        max_length=1_000,
        help_text="Laissez vide pour ceux que dit la réglementation de l'examen",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show these questions beside the kinds that are decisions."""
        super().__init__(*args, **kwargs)
        for name in (*_OF_AN_AUTHOR, "recours"):
            ask_if_called_for(self.fields[name], _BESIDE, is_due=name in _OF_AN_AUTHOR)

    def clean(self) -> dict[str, Any]:
        """Ask for the author of a decision, first name and last name (standards L-03)."""
        said = super().clean() or {}
        if said.get("nature") not in _DECISIONS:
            return said
        for name, message in _OF_AN_AUTHOR.items():
            if not said.get(name):
                say_missing(self, name, message)
        if said.get("auteur") and " " not in said["auteur"]:
            self.add_error("auteur", "Écrivez le prénom, puis le nom.")
        return said

    @property
    def decision(self) -> Decision | None:
        """Who decided, of a kind that is a decision."""
        said = self.cleaned_data
        if said["nature"] not in _DECISIONS:
            return None
        return Decision(said["auteur"], said["qualite"], said["recours"])


class DepositForm(DepositedForm):
    """A PDF made elsewhere, for one registration."""

    field_order = ("nature", "fichier")

    nature = forms.ChoiceField(label="Nature du document", choices=KINDS_DEPOSITED)
    fichier = forms.FileField(
        label="Fichier PDF",
        help_text="5 Mo au plus. Rien n'est publié avant la page suivante",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), _WHICH_PDF),
    )


class ArchiveForm(forms.Form):
    """PDFs made elsewhere, and whose each is."""

    archive = forms.FileField(
        label="Archive ZIP",
        help_text="100 Mo et 10 000 fichiers au plus, 5 Mo par PDF",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), _WHICH_ZIP),
    )


class DepositManyForm(ArchiveForm, DepositedForm):
    """The first archive of a publication."""

    field_order = ("nature", "archive")

    nature = forms.ChoiceField(label="Nature des documents", choices=KINDS_DEPOSITED)


class PublishForm(forms.Form):
    """From when documents are read."""

    a_partir_du = LocalInstantField(label="À partir du", required=False)

    def __init__(
        self, data: Any = None, *, zone: str = settings.TIME_ZONE, initial: Any = None
    ) -> None:
        """Read an instant by the clock of a zone, and say which."""
        super().__init__(data, initial=initial)
        field = self.fields["a_partir_du"]
        field.zone = zone  # type: ignore[attr-defined] # a LocalInstantField
        field.help_text = (
            f"Laissez vide pour publier dès que possible. Par exemple : 15/12/2026 08:00 "
            f"({zone_in_words(zone)})"
        )

    @property
    def instant(self) -> datetime | None:
        """The instant, nothing for now."""
        found: datetime | None = self.cleaned_data["a_partir_du"]
        return found


class RescheduleForm(PublishForm):
    """From when documents are read instead, that nobody has read yet."""

    def __init__(self, data: Any = None, *, zone: str = settings.TIME_ZONE) -> None:
        """Ask for another instant, or none: then they are published at once."""
        super().__init__(data, zone=zone)
        self.fields["a_partir_du"].label = "Nouvel instant"


class RefuseForm(forms.Form):
    """Why a proposal is sent back."""

    motif = CleanCharField(
        label="Motif du refus",
        help_text="Qui a proposé la publication le lira",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites le motif : qui a proposé la publication le lira."},
    )


class WithdrawForm(forms.Form):
    """Why documents are taken back."""

    motif = CleanCharField(
        label="Motif du retrait",
        help_text="Le candidat le lira dans le mail",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )
