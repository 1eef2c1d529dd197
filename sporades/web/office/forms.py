"""What the office types."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from sporades.accounts.permissions import Permission, Reach
from sporades.batches.actions import ACTIONS
from sporades.candidates.forms import IdentityForm
from sporades.core.french import zone_in_words
from sporades.core.text import clean
from sporades.exams.models import RegistrationService
from sporades.exchanges.spreadsheets import FORMS
from sporades.notices.models import Banner
from sporades.publications.deposited import DEPOSITED
from sporades.registrations.deciding import decisions_for, needs_reason
from sporades.registrations.fields import CleanCharField, CleanLinesField, Hinted, ask_if_called_for
from sporades.registrations.models import Registration
from sporades.registrations.models.note import LONGEST_NOTE
from sporades.searches import quick
from sporades.searches.criteria import Unreadable

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

OF_SOMEBODY = {
    "birth_name": ("", "Le nom de naissance, tel qu'il est écrit sur la pièce d'identité."),
    "usage_name": ("", "S'il est autre que le nom de famille."),
    "first_names": ("", "Tous les prénoms, dans l'ordre de l'état civil, séparés par des espaces."),
    "has_no_first_name": ("L'état civil ne comporte pas de prénom", ""),
    "birth_date_is_partial": ("L'état civil n'indique pas le jour, ou pas le mois", ""),
    "birth_department": ("", "Pour une naissance en France."),
}
"""What a form of one's own civil data says, as of somebody else: label and help."""

MISSING_OF_SOMEBODY = {
    "birth_name": "Indiquez le nom de famille.",
    "nationality": "Choisissez la nationalité.",
    "birth_country": "Choisissez le pays de naissance.",
}

KINDS_DEPOSITED = [("", "Choisissez"), *((kind.slug, kind.title) for kind in DEPOSITED)]
_WHICH_PDF = "Choisissez le fichier PDF à déposer."
_WHICH_ZIP = "Choisissez l'archive ZIP à déposer."

SHORTEST_PURPOSE = 10
_PURPOSE = "Dites en une phrase à quoi il servira."
_WHAT = "Indiquez un numéro, un nom, une date de naissance ou une adresse mail."
_INSTANT = re.compile(
    r"(?:(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})"
    r"|(?P<iso_year>\d{4})-(?P<iso_month>\d{2})-(?P<iso_day>\d{2}))"
    r"(?:(?: à|,)? |T|$)"
    r"(?:(?P<hour>\d{1,2}) ?(?:h ?(?P<minute>\d{2})?|: ?(?P<iso_minute>\d{2})))?"
)
_HOW_TO = "Par exemple : 15/12/2026 23:59"
_HOW = "Indiquez le jour et l'heure, par exemple 15/12/2026 23:59."


class QuickForm(forms.Form):
    """The one box that finds a file."""

    quoi = CleanCharField(
        label="Trouver une inscription",
        help_text="Un numéro, un nom, une date de naissance ou une adresse mail",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "max_length"), _WHAT),
    )

    def clean_quoi(self) -> str:
        """Refuse what nothing can be compared with: signs alone, for instance."""
        said: str = self.cleaned_data["quoi"]
        self.tree = quick.tree_of(said)
        try:
            self.tree.condition()
        except Unreadable:
            raise ValidationError(_WHAT) from None
        return said


class CorrectionForm(IdentityForm):
    """The civil data of a candidate, corrected on proof."""

    first_names_missing = (
        "Indiquez les prénoms, ou cochez la case si l'état civil n'en comporte pas."
    )
    preuve = CleanCharField(
        label="Pièce vue",
        help_text="Elle est gardée au journal. Par exemple : carte d'identité, reçue le 24 novembre",
        max_length=300,
        error_messages={"required": "Dites quelle pièce montre cette correction."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask as of somebody else."""
        super().__init__(*args, **options)
        for name, (label, help_text) in OF_SOMEBODY.items():
            self.fields[name].label = label or self.fields[name].label
            self.fields[name].help_text = help_text
        for name, missing in MISSING_OF_SOMEBODY.items():
            self.fields[name].error_messages["required"] = missing

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        (_, identity), (_, birth) = super().fieldsets()
        return [("Identité", identity), ("Naissance", birth), ("Preuve", ("preuve",))]


class NoteForm(forms.Form):
    """A note on a file, for the office."""

    note = CleanLinesField(
        label="Ajouter une note",
        help_text="Elle ne se modifie plus. Le candidat ne la voit pas sur ses pages, mais peut "
        "demander à la lire : écrivez-la en conséquence, sans rien sur la santé",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Écrivez la note avant de l'ajouter."},
    )


class NameForm(forms.Form):
    """A name for a search."""

    nom = CleanCharField(label="Nom de la recherche", max_length=80)
    partagee = forms.BooleanField(
        label="La partager avec les autres gestionnaires",
        help_text="Chacun n'y trouve que les inscriptions de son périmètre.",
        required=False,
    )


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
        super().__init__(data, label_suffix="")
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


class ExportForm(forms.Form):
    """In which form, and what for."""

    format = forms.ChoiceField(
        label="Format",
        choices=[(form.code, form.label) for form in FORMS.values()],
        widget=forms.RadioSelect,
    )
    motif = CleanCharField(
        label="À quoi servira cet export ?",
        help_text="Le motif est gardé au journal avec votre nom. Par exemple : préparer les "
        "convocations de la session de juin",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _PURPOSE},
    )

    def clean_motif(self) -> str:
        """Refuse what says nothing."""
        said: str = self.cleaned_data["motif"]
        if len(said) < SHORTEST_PURPOSE:
            raise ValidationError(_PURPOSE)
        return said


class LocalInstantField(forms.CharField):
    """A day and an hour, by a clock that the label says."""

    zone = "UTC"

    def to_python(self, value: Any) -> datetime | None:
        """Read « 15/12/2026 23:59 », also « 23 h 59 », « 23h », and a day as machines write it."""
        said = clean(super().to_python(value) or "")
        if not said:
            return None
        read = _INSTANT.fullmatch(said)
        if read is None:
            raise ValidationError(_HOW)
        year, month, day, minute = (
            int(read[name] or read[f"iso_{name}"] or 0)
            for name in ("year", "month", "day", "minute")
        )
        try:
            local = datetime(year, month, day, int(read["hour"] or 0), minute)  # noqa: DTZ001 - its zone comes next
        except ValueError:
            raise ValidationError("Ce jour ou cette heure n'existe pas : vérifiez.") from None
        if read["hour"] is None:
            raise ValidationError(f"Indiquez aussi l'heure, par exemple {local:%d/%m/%Y} 23:59.")
        instant = local.replace(tzinfo=ZoneInfo(self.zone))
        # An hour that summer time skips comes back as another.
        back = instant.astimezone(UTC).astimezone(ZoneInfo(self.zone))
        if back.replace(tzinfo=None) != local:
            raise ValidationError("Cette heure n'existe pas ce jour-là : on change d'heure.")
        return instant

    def prepare_value(self, value: Any) -> Any:
        """Show an instant as it is typed."""
        if isinstance(value, datetime):
            return f"{value.astimezone(ZoneInfo(self.zone)):%d/%m/%Y %H:%M}"
        return value


class DatesForm(forms.Form):
    """The dates of a service, by its own clock."""

    ASKED: ClassVar = {"opens_at": "ouverture", "closes_at": "fermeture"}
    """Where each date of a service is asked."""

    ouverture = LocalInstantField(label="Ouvre le")
    fermeture = LocalInstantField(label="Ferme le")
    motif = CleanCharField(
        label="Motif",
        help_text="Il est gardé avec le changement. Par exemple : panne du 14 novembre au soir",
        max_length=300,
    )

    def __init__(self, data: Any = None, *, service: RegistrationService) -> None:
        """Show the dates of a service."""
        initial = {"ouverture": service.opens_at, "fermeture": service.closes_at}
        super().__init__(data, initial=initial, label_suffix="")
        for name in ("ouverture", "fermeture"):
            field = self.fields[name]
            field.zone = service.zone
            field.help_text = f"{_HOW_TO} ({zone_in_words(service.zone)})"

    @property
    def dates(self) -> dict[str, Any]:
        """What was typed, as an act takes it."""
        said = self.cleaned_data
        return {
            "opens_at": said["ouverture"],
            "closes_at": said["fermeture"],
            "reason": said["motif"],
        }


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
        super().__init__(data, label_suffix="")
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


class BannerForm(forms.Form):
    """What the banner says, how pressing it is, until when."""

    importance = forms.ChoiceField(
        label="Importance", choices=Banner.Kind.choices, widget=forms.RadioSelect
    )
    message = CleanCharField(
        label="Message",
        help_text="Une phrase, lue par tous en haut de chaque page. Par exemple : le service est "
        "ralenti ce matin, vos saisies sont gardées",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    jusqu_au = LocalInstantField(label="Affiché jusqu'au", required=False)

    def __init__(self, data: Any = None, *, at: datetime) -> None:
        """Ask at an instant."""
        super().__init__(data, label_suffix="", initial={"importance": Banner.Kind.INFO})
        self.at = at
        field = self.fields["jusqu_au"]
        field.zone = settings.TIME_ZONE  # type: ignore[attr-defined] # a LocalInstantField
        field.help_text = f"{_HOW_TO} ({zone_in_words(settings.TIME_ZONE)})"

    def clean_jusqu_au(self) -> datetime | None:
        """Refuse an end that has passed: nobody would read the banner."""
        until: datetime | None = self.cleaned_data["jusqu_au"]
        if until is not None and until <= self.at:
            raise ValidationError("Cette date est passée : indiquez une date à venir, ou rien.")
        return until

    @property
    def said(self) -> dict[str, Any]:
        """What was typed, as an act takes it."""
        said = self.cleaned_data
        return {
            "kind": said["importance"],
            "message": said["message"],
            "until": said["jusqu_au"],
        }


class DepositForm(forms.Form):
    """A PDF made elsewhere, for one registration."""

    nature = forms.ChoiceField(label="Nature du document", choices=KINDS_DEPOSITED)
    fichier = forms.FileField(
        label="Fichier PDF",
        help_text="5 Mo au plus. Rien n'est publié avant la page suivante",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), _WHICH_PDF),
    )


class DepositManyForm(forms.Form):
    """PDFs made elsewhere, and whose each is."""

    nature = forms.ChoiceField(label="Nature des documents", choices=KINDS_DEPOSITED)
    archive = forms.FileField(
        label="Archive ZIP",
        help_text="100 Mo et 10 000 fichiers au plus, 5 Mo par PDF",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), _WHICH_ZIP),
    )


class PublishForm(forms.Form):
    """From when documents are read."""

    a_partir_du = LocalInstantField(label="À partir du", required=False)

    def __init__(self, data: Any = None, *, zone: str = settings.TIME_ZONE) -> None:
        """Read an instant by the clock of a zone, and say which."""
        super().__init__(data, label_suffix="")
        field = self.fields["a_partir_du"]
        field.zone = zone  # type: ignore[attr-defined] # a LocalInstantField
        field.help_text = (
            f"Laissez vide pour publier maintenant. Par exemple : 15/12/2026 08:00 "
            f"({zone_in_words(zone)})"
        )

    @property
    def instant(self) -> datetime | None:
        """The instant, nothing for now."""
        found: datetime | None = self.cleaned_data["a_partir_du"]
        return found


class WithdrawForm(forms.Form):
    """Why documents are taken back."""

    motif = CleanCharField(
        label="Motif du retrait",
        help_text="Le candidat le lira dans le mail",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )


class MoveForm(forms.Form):
    """To which academy a registration is given, and why."""

    academie = forms.ChoiceField(label="Académie")
    motif = CleanCharField(
        label="Motif",
        help_text="Le candidat le lira dans le mail",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )

    def __init__(self, data: Any = None, *, services: Sequence[RegistrationService] = ()) -> None:
        """Offer the academies of these services."""
        super().__init__(data, label_suffix="")
        offered = [(one.academy_id, one.academy.full_name) for one in services]
        self.fields["academie"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            ("", "Choisissez une académie"),
            *offered,
        ]


class AnswerForm(forms.Form):
    """Why a request is refused."""

    motif = CleanCharField(
        label="Motif du refus",
        help_text="Le candidat le lira dans le mail et sur sa page",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites le motif du refus : le candidat le lira."},
    )


class PostmarkForm(forms.Form):
    """The day on which what came by post was posted."""

    poste_le = forms.DateField(
        label="Date du cachet de la poste",
        help_text="C'est elle qui compte, et non le jour de la réception. Par exemple : 14/11/2026",
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y"),
        error_messages={
            "invalid": "Indiquez le jour, le mois et l'année, par exemple 14/11/2026.",
            "required": "Indiquez le jour, le mois et l'année, par exemple 14/11/2026.",
        },
    )
