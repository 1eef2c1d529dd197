"""The instants that the office types, by a clock that is said: dates of a service, the banner."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from sporades.core.digests import digest
from sporades.core.french import day_in_figures, zone_in_words
from sporades.core.text import clean
from sporades.exams.following import falling
from sporades.exams.models import RegistrationService
from sporades.exams.models.change import LONGEST_REASON
from sporades.exams.operations.openings import mark_of
from sporades.exams.schema.clock import FIRST_PASSAGE, SECOND_PASSAGE
from sporades.notices.models import Banner
from sporades.registrations.fields import LONGEST_NUMBER, CleanCharField
from sporades.registrations.former import stood_under
from sporades.web.office.days import LATEST, OLDEST, YEARS

_INSTANT = re.compile(
    r"(?:(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4}|\d{2})"
    r"|(?P<iso_year>\d{4})-(?P<iso_month>\d{2})-(?P<iso_day>\d{2}))"
    r"(?:(?: à|,)? |T|$)"
    r"(?:(?P<hour>\d{1,2}) ?(?:h ?(?P<minute>\d{2})?|: ?(?P<iso_minute>\d{2})))?"
    rf"(?:,? \(?(?P<passage>{FIRST_PASSAGE}|{SECOND_PASSAGE})\)?)?"
)
_TWICE = (
    f"Cette heure existe deux fois ce jour-là : écrivez après elle « {FIRST_PASSAGE} » ou "
    f"« {SECOND_PASSAGE} »."
)
_DAY_NAMED = re.compile(r"\d{1,2}(?:er)? [^\W\d_]+\.? \d{4}")
"""A day whose month is named, before its hour: « 15 décembre 2026 »."""
_CLOSING = (
    "Des services ferment pendant ce temps, ils sont nommés sur cette page : lisez-les, prolongez ce "
    "qui doit l'être, puis affichez de nouveau le bandeau."
)
_ITS_END = (
    "Dites jusqu'à quand : la lecture seule prévue commence d'elle-même, sans attendre personne."
)
_ANOTHER = (
    "Un autre bandeau est affiché depuis que vous avez ouvert cette page, et il reste : relisez-le "
    "plus haut. Pour le remplacer par le vôtre, affichez de nouveau le vôtre."
)
_ANOTHER_READS = (
    f"{_ANOTHER} Il met le service en lecture seule : le remplacer par un bandeau ordinaire y met "
    "fin."
)
_HOW_TO = "Par exemple : 15/12/2026 23:59"
_HOW = "Indiquez le jour et l'heure, par exemple 15/12/2026 23:59."


FORESEEN = timedelta(days=1)
"""Until when one says what closes while nothing is written, where its end is not known."""


@dataclass(frozen=True)
class Meanwhile:
    """What ends while nothing is written.

    Attributes:
        closed: the services that have closed already.
        closing: those that are to.
        falling: what else has its last minute then, each sentence with its services.
        is_without_end: whether its end is not known: the next day alone is foreseen.
    """

    closed: list[RegistrationService]
    closing: list[RegistrationService]
    falling: list[tuple[str, list[RegistrationService]]]
    is_without_end: bool

    def __bool__(self) -> bool:
        """Return whether anything does."""
        return bool(self.closed or self.closing or self.falling)


def meanwhile(since: datetime, until: datetime | None, *, at: datetime | None = None) -> Meanwhile:
    """Return what ends while a banner stands; of one whose end is not known, of the next day alone.

    Args:
        since: since when it stands, or will.
        until: when it ends; nothing: when it is taken down.
        at: the instant, of one that stands already.
    """
    now = at or since
    end = until or now + FORESEEN
    services = list(RegistrationService.objects.for_list())
    found = list(RegistrationService.objects.for_list().closing_between(since, end))
    return Meanwhile(
        closed=[one for one in found if one.has_closed(now)],
        closing=[one for one in found if not one.has_closed(now)],
        falling=falling(services, since=since, until=end, under=stood_under(services)),
        is_without_end=until is None,
    )


def _cleaned(typed: str) -> str:
    """Return an instant in its one normal form; of what is too long to be one no sign is looked at."""
    if len(typed) > LONGEST_NUMBER:
        raise ValidationError(_HOW)
    return clean(typed).replace("’", "'")


class LocalInstantField(forms.CharField):
    """A day and an hour, by a clock that the label says."""

    zone = "UTC"

    def to_python(self, value: Any) -> datetime | None:
        """Read « 15/12/2026 23:59 », also « 23 h 59 », « 23h », a month by its name, and a day as machines write it.

        Of an hour that its clock shows twice, which is said after it, as in a réglementation file.
        """
        said = _cleaned(super().to_python(value) or "")
        if not said:
            return None
        if named := _DAY_NAMED.match(said):
            said = day_in_figures(named[0]) + said[named.end() :]
        read = _INSTANT.fullmatch(said)
        if read is None:
            raise ValidationError(_HOW)
        year, month, day, minute = (
            int(read[name] or read[f"iso_{name}"] or 0)
            for name in ("year", "month", "day", "minute")
        )
        if read["year"] and len(read["year"]) == 2:  # noqa: PLR2004 - « 27 » is 2027
            year += OLDEST
        try:
            local = datetime(year, month, day, int(read["hour"] or 0), minute)  # noqa: DTZ001 - its zone comes next
        except ValueError:
            raise ValidationError("Ce jour ou cette heure n'existe pas : vérifiez.") from None
        if not OLDEST <= year <= LATEST:
            raise ValidationError(YEARS)
        if read["hour"] is None:
            raise ValidationError(f"Indiquez aussi l'heure, par exemple {local:%d/%m/%Y} 23:59.")
        first, second = (local.replace(tzinfo=ZoneInfo(self.zone), fold=fold) for fold in (0, 1))
        # An hour that summer time skips comes back as another.
        back = first.astimezone(UTC).astimezone(ZoneInfo(self.zone))
        if back.replace(tzinfo=None) != local:
            raise ValidationError("Cette heure n'existe pas ce jour-là : on change d'heure.")
        if first.utcoffset() != second.utcoffset() and not read["passage"]:
            raise ValidationError(_TWICE)
        return second if read["passage"] == SECOND_PASSAGE else first

    def prepare_value(self, value: Any) -> Any:
        """Show an instant as it is typed: which it is, of an hour that the clock shows twice."""
        if not isinstance(value, datetime):
            return value
        shown = value.astimezone(ZoneInfo(self.zone))
        passage = ""
        if shown.replace(fold=0).utcoffset() != shown.replace(fold=1).utcoffset():
            passage = f", {SECOND_PASSAGE if shown.fold else FIRST_PASSAGE}"
        return f"{shown:%d/%m/%Y %H:%M}{passage}"


class DatesForm(forms.Form):
    """The dates of a service, by its own clock."""

    ASKED: ClassVar = {"opens_at": "ouverture", "closes_at": "fermeture"}
    """Where each date of a service is asked."""

    ouverture = LocalInstantField(label="Ouvre le")
    fermeture = LocalInstantField(label="Ferme le")
    motif = CleanCharField(
        label="Motif",
        help_text="Il est gardé avec le changement. Par exemple : panne du 14 novembre au soir",
        max_length=LONGEST_REASON,
    )
    vu = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None, *, service: RegistrationService) -> None:
        """Show the dates of a service."""
        initial = {
            "ouverture": service.opens_at,
            "fermeture": service.closes_at,
            "vu": mark_of(service),
        }
        super().__init__(data, initial=initial)
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
            "seen": said["vu"],
        }


class RefusedExtensionForm(forms.Form):
    """Why an extension is refused."""

    motif = CleanCharField(
        label="Motif du refus",
        help_text="La personne qui propose le lira dans un mail et sur la page du service",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites le motif du refus."},
    )


class BannerForm(forms.Form):
    """What the banner says, how pressing it is, from when until when."""

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
    a_partir_du = LocalInstantField(label="Affiché à partir du", required=False)
    jusqu_au = LocalInstantField(label="Affiché jusqu'au", required=False)
    lecture_seule = forms.BooleanField(
        label="Mettre le service en lecture seule",
        help_text="Tant que ce bandeau est affiché, tout se lit et rien ne s'enregistre, sur aucune "
        "page, pour personne, sauf les dates des services et ce bandeau : ce qui ferme pendant ce "
        "temps se prolonge. Un recours contre une décision d'aménagement, dont le dernier jour finit "
        "alors, est pris jusqu'au lendemain soir de la fin de la lecture seule",
        required=False,
    )

    ferment = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    vu = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)

    def __init__(self, data: Any = None, *, at: datetime, shown: Banner | None) -> None:
        """Ask at an instant, beside the banner that stands."""
        initial = {"importance": Banner.Kind.INFO, "vu": str(shown.pk) if shown else ""}
        super().__init__(data, initial=initial)
        self.at = at
        self.meanwhile: Meanwhile | None = None
        how = f"{_HOW_TO} ({zone_in_words(settings.TIME_ZONE)})"
        for name, otherwise in (
            ("a_partir_du", "Laissez vide pour l'afficher tout de suite"),
            ("jusqu_au", "Laissez vide pour le retirer vous-même"),
        ):
            field = self.fields[name]
            field.zone = settings.TIME_ZONE  # type: ignore[attr-defined] # a LocalInstantField
            field.help_text = f"{otherwise}. {how}"

    def clean_a_partir_du(self) -> datetime | None:
        """Refuse a beginning that has passed."""
        starts_at: datetime | None = self.cleaned_data["a_partir_du"]
        if starts_at is not None and starts_at <= self.at:
            raise ValidationError(
                "Cette date est passée : indiquez une date à venir, ou laissez vide pour "
                "l'afficher tout de suite."
            )
        return starts_at

    def clean_jusqu_au(self) -> datetime | None:
        """Refuse an end that has passed: nobody would read the banner."""
        until: datetime | None = self.cleaned_data["jusqu_au"]
        if until is not None and until <= self.at:
            raise ValidationError("Cette date est passée : indiquez une date à venir, ou rien.")
        return until

    def clean(self) -> dict[str, Any]:
        """Have a banner end after it begins, and what closes while nothing is written read before it is."""
        data = super().clean() or self.cleaned_data
        starts_at, until = data.get("a_partir_du"), data.get("jusqu_au")
        if starts_at and until and until <= starts_at:
            self.add_error("jusqu_au", "Le bandeau finit après avoir commencé : vérifiez les deux.")
        if not data.get("lecture_seule") or {"a_partir_du", "jusqu_au"} & self.errors.keys():
            return data
        if starts_at and not until:
            self.add_error("jusqu_au", _ITS_END)
            return data
        self.meanwhile = meanwhile(starts_at or self.at, until)
        closing = self.meanwhile.closing
        read = digest([[one.pk, one.closes_at.isoformat()] for one in closing])
        if closing and data.get("ferment") != read:
            self.data = {**self.data.dict(), "ferment": read}
            self.add_error("lecture_seule", _CLOSING)
        return data

    def show_another(self, shown: Banner) -> None:
        """Say that another banner stands than the one that was read; the next press replaces it."""
        self.data = {**self.data.dict(), "vu": str(shown.pk)}
        self.add_error(None, _ANOTHER_READS if shown.stops_writing else _ANOTHER)

    @property
    def said(self) -> dict[str, Any]:
        """What was typed, as an act takes it."""
        said = self.cleaned_data
        return {
            "only": said["vu"],
            "kind": said["importance"],
            "message": said["message"],
            "starts_at": said["a_partir_du"],
            "until": said["jusqu_au"],
            "stops_writing": said["lecture_seule"],
        }
