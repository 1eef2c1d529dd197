"""Days, hours and durations as they are written in the file.

An opening is written as a clock on the wall shows it, « 2026-11-15 23:59 », and becomes an
instant only with a zone. Twice a year a zone's clock jumps: a minute that it never shows is
refused, and of a minute that it shows twice the file must say which.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sporades.core.french import ZONES, zone_in_words
from sporades.exams.schema.base import YEARS, Day, Strict, is_in_our_years, matching

DEMO_DATE = "date_relative"
"""The rule that a date of the demo's own files breaks: « @J-12 08:00 »."""

FIRST_PASSAGE = "avant le changement d'heure"
SECOND_PASSAGE = "après le changement d'heure"
_WRITTEN = re.compile(
    rf"(\d{{4}}-\d{{2}}-\d{{2}})[ T](\d{{2}}):(\d{{2}})(?:, ({FIRST_PASSAGE}|{SECOND_PASSAGE}))?"
)


class NoSuchInstant(ValueError):
    """An hour that no clock shows, or that it shows twice; the message is in French."""


def instant(written: str, zone: str) -> datetime:
    """Return the instant, in UTC, at which a clock of this zone shows what is written.

    Args:
        written: « 2026-11-15 23:59 » or « 2026-11-15T23:59 », with « , avant le changement d'heure » or « , après le
            changement d'heure » where the clock shows that minute twice.
        zone: the IANA name of the zone.

    Raises:
        NoSuchInstant: the day does not exist, or its clock never or twice shows this minute.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        message = "un instant s'écrit « 2026-11-15 23:59 » ou « 2026-11-15T23:59 » : jour, puis heure sur 24 heures"
        raise NoSuchInstant(message)
    day, hour, minute, passage = found.groups()
    try:
        shown = datetime.combine(date.fromisoformat(day), time(int(hour), int(minute)))
    except ValueError:
        message = "ce jour ou cette heure n'existe pas dans le calendrier"
        raise NoSuchInstant(message) from None
    if not is_in_our_years(shown):
        raise NoSuchInstant(YEARS)
    first, second = (_passage(shown, zone, fold) for fold in (0, 1))
    if first == second:
        if passage:
            message = f"le {day}, cette heure n'existe qu'une fois : retirez « {passage} »"
            raise NoSuchInstant(message)
        return first
    local = ZoneInfo(zone)
    if first.astimezone(local).replace(tzinfo=None) != shown:
        message = (
            f"cette heure n'existe pas : le {day}, les horloges avancent ({zone_in_words(zone)})"
        )
        raise NoSuchInstant(message)
    if passage is None:
        message = (
            f"cette heure existe deux fois : le {day}, les horloges reculent. "
            f"Ajoutez « , {FIRST_PASSAGE} » ou « , {SECOND_PASSAGE} »"
        )
        raise NoSuchInstant(message)
    return first if passage == FIRST_PASSAGE else second


def generous(shown: datetime, zone: str) -> datetime:
    """Return the instant, in UTC, at which a clock shows an hour, in favour of whoever has until then.

    Of two passages the second counts, and an hour that the clock skips is read as the one after it.

    Args:
        shown: what the clock shows, without a zone.
        zone: the IANA name of its zone.
    """
    return max(_passage(shown, zone, fold) for fold in (0, 1))


def _passage(shown: datetime, zone: str, fold: int) -> datetime:
    return shown.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def _is_written_well(value: str) -> str:
    if value.startswith("@"):
        raise PydanticCustomError(
            DEMO_DATE,
            "« {value} » ne convient pas : les dates relatives à aujourd'hui ne sont lues que des "
            "fichiers de la démonstration. Écrivez le jour et l'heure, « 2026-11-15 23:59 ».",
            {"value": value},
        )
    try:
        # Without a zone only the writing can be told: in UTC no clock jumps.
        instant(value.split(",", maxsplit=1)[0], "UTC")
    except NoSuchInstant as reason:
        raise PydanticCustomError(
            "instant",
            "« {value} » ne convient pas : {reason}.",
            {"value": value, "reason": str(reason)},
        ) from None
    return value


LocalInstant = Annotated[
    str,
    AfterValidator(_is_written_well),
    WithJsonSchema({"type": "string", "format": "jour et heure, « 2026-11-15 23:59 »"}),
]


def _is_known(zone: str) -> str:
    if zone not in ZONES:
        raise PydanticCustomError(
            "fuseau",
            "« {zone} » n'est pas un fuseau connu : {zones}.",
            {"zone": zone, "zones": ", ".join(ZONES)},
        )
    return zone


Zone = Annotated[
    str,
    AfterValidator(_is_known),
    WithJsonSchema({"type": "string", "format": "fuseau, « Indian/Reunion »"}),
]

Hour = Annotated[
    str,
    matching(r"([01]\d|2[0-3]):[0-5]\d", "une heure s'écrit « 17:00 », entre guillemets"),
    WithJsonSchema({"type": "string", "format": 'heure, « "17:00" »'}),
]

Duration = Annotated[
    str,
    matching(
        r"[1-9]\d? h(?: (?:0[1-9]|[1-5]\d))?|[1-9]\d? min",
        "une durée s'écrit « 45 min », « 2 h » ou « 2 h 30 »",
    ),
    WithJsonSchema({"type": "string", "format": "durée, « 45 min », « 2 h 30 »"}),
]


class Deadline(Strict):
    """A last day and hour: a fixed day, or so many days after the registrations close."""

    model_config = ConfigDict(title="Date limite")

    on: Day | None = Field(
        None, alias="le", description="Jour fixe ; la fermeture du service, si elle vient après."
    )
    days_after_closing: int | None = Field(
        None,
        alias="jours_apres_fermeture",
        ge=0,
        le=366,
        description="Ou nombre de jours après la fermeture du service d'inscription.",
    )
    hour: Hour = Field("23:59", alias="heure", description="Heure, jusqu'à la fin de la minute.")
    zone: Zone | None = Field(
        None, alias="fuseau", description="Fuseau de l'heure ; à défaut, celui du service."
    )

    def instant(self, *, closing: datetime, zone: str) -> datetime:
        """Return the instant, in UTC, of this deadline for a service: never before it closes.

        A service that is extended beyond a fixed day takes the deadline along: what is asked of
        who registers may always be given once they have (G1).

        Args:
            closing: when the service closes, as things are now.
            zone: the zone of the service.
        """
        return max(self.as_written(closing=closing, zone=zone), closing)

    def as_written(self, *, closing: datetime, zone: str) -> datetime:
        """Return the instant, in UTC, that is written, be it before the closing.

        Where the clock jumps, the candidate has the benefit of the doubt (`generous`).

        Args:
            closing: when the service closes.
            zone: the zone of the service.
        """
        day = self.on or (
            closing.astimezone(ZoneInfo(zone)).date() + timedelta(days=self.days_after_closing or 0)
        )
        return generous(datetime.combine(day, time.fromisoformat(self.hour)), self.zone or zone)
