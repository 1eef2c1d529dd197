"""Dates, hours, durations and numbers in French words, and the spaces that hold them together.

An hour is never shown without its zone (standards R-21).
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from sporades.core.text import search_key

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_DAY_IN_WORDS = re.compile(r"(\d{1,2})(?:er)?\s+([^\W\d_]+)\.?\s+(\d{4})")
_ENDS = (".", "!", "?", "…")
LETTERS_OF_A_MONTH = 3
"""From how many letters on a month is read."""
_ZONES = {
    "Europe/Paris": "heure de Paris",
    "Indian/Reunion": "heure de La Réunion",
    "Indian/Mayotte": "heure de Mayotte",
    "America/Guadeloupe": "heure de la Guadeloupe",
    "America/Martinique": "heure de la Martinique",
    "America/Cayenne": "heure de la Guyane",
    "America/Miquelon": "heure de Saint-Pierre-et-Miquelon",
    "Pacific/Noumea": "heure de Nouméa",
    "Pacific/Tahiti": "heure de Tahiti",
    "Pacific/Wallis": "heure de Wallis-et-Futuna",
}
ZONES = tuple(_ZONES)
_VOWELS = "aeiouyàâäéèêëîïôöùûœæ"
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NON_BREAKING = "\u00a0"
_SPACED = {f" {sign}": f"{NON_BREAKING}{sign}" for sign in ":;?!»"} | {"« ": f"«{NON_BREAKING}"}
_NUMBERED = re.compile(r"° (?<=[nN]..)(?=\d)")
TODAY = "aujourd'hui"
NO_SUCH_DAY = "Ce jour n'existe pas dans le calendrier : vérifiez-le."
_AS_A_DAY = re.compile(r"\d{1,2}[ /.-]\d{1,2}[ /.-]\d{4}|\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
# « 06 39 98 12 34 », « +687 26 55 55 »: three groups at least after the first, which no date has.
# Its first sign stands first: it is sought in all of a page.
_IN_FOURS = re.compile(r"(?<!\d)(?<!\d )\d{4} \d{4}(?! ?\d)")
"""« 3990 4692 », as `numbers.in_fours` cuts what a candidate tells."""
_PHONE = re.compile(r"[0+](?<!\d.)(?:(?<=0)\d|(?<=\+)\d{1,3})(?: \d{1,4}){3,5}(?!\d)")


def colon_after(label: str) -> str:
    """Return what stands between a label and what is said of it: nothing after a question."""
    return "" if label.endswith(("?", "!")) else " :"


def zone_in_words(zone: str) -> str:
    """Return a time zone as it is said: « heure de Paris »."""
    return _ZONES.get(zone, f"fuseau {zone}")


def is_written_as_a_day(typed: object) -> bool:
    """Return whether a day, a month and a year were typed, were they those of no calendar."""
    return isinstance(typed, str) and _AS_A_DAY.fullmatch(typed.strip()) is not None


def day_in_words(day: date, *, weekday: bool = False) -> str:
    """Return « 1er mars 2027 », with « lundi » before it when asked."""
    number = "1er" if day.day == 1 else str(day.day)
    words = f"{number} {_MONTHS[day.month - 1]} {day.year}"
    return f"{_DAYS[day.weekday()]} {words}" if weekday else words


def days_in_words(first: date, last: date) -> str:
    """Return « entre le 18 et le 29 novembre 2026 »; one day alone, « le 29 novembre 2026 »."""
    end = day_in_words(last)
    if first == last:
        return f"le {end}"
    begun = day_in_words(first).split()
    shared = 2 if (first.year, first.month) == (last.year, last.month) else first.year == last.year
    return f"entre le {' '.join(begun[: len(begun) - shared])} et le {end}"


def month_in_words(month: int) -> str:
    """Return the name of a month, from 1 to 12."""
    return _MONTHS[month - 1]


def month_named(typed: str) -> int | None:
    """Return the month whose name begins so, if there is one alone: « fév », « septembre »."""
    key = search_key(typed)
    found = [month for month, name in enumerate(_MONTHS, 1) if search_key(name).startswith(key)]
    return found[0] if len(key) >= LETTERS_OF_A_MONTH and len(found) == 1 else None


def day_in_figures(typed: str) -> str:
    """Return a day whose month is named, « 3 février 2007 », in figures; anything else as it is."""
    read = _DAY_IN_WORDS.fullmatch(typed.strip())
    month = month_named(read[2]) if read else None
    return f"{read[1]}/{month}/{read[3]}" if read and month else typed


def hour_in_words(instant: datetime, zone: str) -> str:
    """Return « 23 h 59 (heure de Paris) »."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{_clock(local)} ({zone_in_words(zone)})"


def instant_in_words(
    instant: datetime, zone: str, *, weekday: bool = True, now: datetime | None = None
) -> str:
    """Return « dimanche 15 novembre 2026 à 23 h 59 (heure de Paris) ».

    Args:
        instant: the instant.
        zone: by whose clock.
        weekday: whether the day of the week is said.
        now: where it is given, an instant of the same day is « aujourd'hui à 23 h 59… ».
    """
    if now is not None:
        local = instant.astimezone(ZoneInfo(zone))
        if local.date() == now.astimezone(ZoneInfo(zone)).date():
            return f"{TODAY} à {_clock(local)} ({zone_in_words(zone)})"
    # By one clock: of the hour that comes twice in October, equal instants are the same.
    return _instant_in_words(instant.astimezone(UTC), zone, weekday=weekday)


@lru_cache(maxsize=2_000)
def _instant_in_words(instant: datetime, zone: str, *, weekday: bool) -> str:
    """Return an instant in words; a page says the few closings of a campaign many times."""
    local = instant.astimezone(ZoneInfo(zone))
    return (
        f"{day_in_words(local.date(), weekday=weekday)} à {_clock(local)} ({zone_in_words(zone)})"
    )


def exact_in_words(instant: datetime, zone: str) -> str:
    """Return an instant to the millisecond, as evidence says it (R-22).

    « 25 novembre 2026 à 23 h 59 min 59,999 s (heure de Paris) ».
    """
    local = instant.astimezone(ZoneInfo(zone))
    clock = (
        f"{local.hour} h {local:%M} min {local:%S},{local.microsecond // 1000:03} s{_doubt(local)}"
    )
    said = f"{day_in_words(local.date())} à {clock} ({zone_in_words(zone)})"
    return said.replace(" h ", f"{NON_BREAKING}h{NON_BREAKING}")


def times_in_words(count: int, first: datetime, last: datetime, zone: str) -> str:
    """Return when something was done on one day, once or more: « …, 3 fois entre 9 h 05 et 9 h 20 … ».

    Args:
        count: how many times.
        first: the first one.
        last: the last one, of the same day in the zone.
        zone: where the day counts.
    """
    if count == 1:
        return instant_in_words(last, zone)
    begins, ends = (_clock(one.astimezone(ZoneInfo(zone))) for one in (first, last))
    hours = f"à {ends}" if begins == ends else f"entre {begins} et {ends}"
    day = day_in_words(local_day(last, zone), weekday=True)
    return f"{day}, {count} fois {hours} ({zone_in_words(zone)})"


def day_in_digits(instant: datetime, zone: str) -> str:
    """Return « 27/08/2018 », the day of an instant where it counts."""
    return f"{instant.astimezone(ZoneInfo(zone)):%d/%m/%Y}"


def time_left_in_words(left: timedelta) -> str:
    """Return « 3 jours », « 5 heures et 10 minutes », « moins d'une minute »."""
    seconds = int(left.total_seconds())
    days, rest = divmod(max(seconds, 0), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes = rest // 60
    if days >= 2:  # noqa: PLR2004 - from the second day on, hours say nothing more
        return _count(days, "jour")
    if days:
        return _joined(_count(days, "jour"), _count(hours, "heure"))
    if hours:
        return _joined(_count(hours, "heure"), _count(minutes, "minute"))
    return _count(minutes, "minute") if minutes else "moins d'une minute"


def time_until_in_words(instant: datetime, at: datetime, zone: str) -> str:
    """Return « 5 jours » as one counts them on a calendar, from two on; less than that as it is left.

    Args:
        instant: what is to come.
        at: now.
        zone: by whose clock.
    """
    days = (local_day(instant, zone) - local_day(at, zone)).days
    left = time_left_in_words(instant - at)
    return _count(days, "jour") if days >= 2 else left  # noqa: PLR2004 - tomorrow is told in hours


def at_most_in_words(delay: timedelta) -> str:
    """Return « 12 jours », « 2 jours et 13 heures », « 5 heures et 10 minutes »: never less than the delay.

    It comes before « au plus ».
    """
    unit = said_by(delay)
    said = max(-(-delay // unit), 1) * unit
    hours = (said % _DAY) // _HOUR
    if said > _DAY and hours:
        return _joined(_count(said.days, "jour"), _count(hours, "heure"))
    return time_left_in_words(said)


def said_by(delay: timedelta) -> timedelta:
    """Return how exactly a delay is said: to the minute, the hour or, from ten days on, the day."""
    return _DAY if delay >= 10 * _DAY else _HOUR if delay >= _DAY else _MINUTE


def wait_in_words(wait: timedelta) -> str:
    """Return « une minute », « 2 heures »: never less than the wait, to come after « dans »."""
    minutes = max(-(-wait // _MINUTE), 1)
    return "une minute" if minutes == 1 else time_left_in_words(minutes * _MINUTE)


def birth_date_in_digits(year: int, month: int | None, day: int | None) -> str:
    """Return « 14/03/1998 », « 03/1998 » or « 1998 »: what is known of a birth date."""
    return "".join(f"{part:02}/" for part in (day, month) if part) + str(year)


def born_in_words(digits: str) -> str:
    """Return « né(e) le 14/03/1998 », « né(e) en 1998 » of a birth date of which the day is not known.

    Args:
        digits: what is known of it, as `birth_date_in_digits` says it.
    """
    return f"né(e) {'le' if digits.count('/') > 1 else 'en'} {digits}"


def local_day(instant: datetime, zone: str) -> date:
    """Return the day that an instant falls on in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def of_named(name: str) -> str:
    """Say « de » before the name of somebody: « d'Ismaël », « d'Yves », « de Yann », « de Hugo ».

    An « h » is a matter of each name: none is elided.
    """
    first, second = _plain(name[:1]), _plain(name[1:2])
    is_elided = second not in _VOWELS if first == "y" else first in _VOWELS
    return f"d'{name}" if name and is_elided else f"de {name}"


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[:1].lower()


def listed(words: list[str], last: str = "et") -> str:
    """Return « a, b et c »."""
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def listed_apart(names: list[str]) -> str:
    """Return « a, b et c », or « a ; b, b ; c » of names one of which has a comma of its own."""
    return " ; ".join(names) if any("," in one for one in names) else listed(names)


def quoted(names: Iterable[str], last: str = "et") -> str:
    """Return « « a », « b » et « c » », of names as they are written."""
    return listed([f"« {one} »" for one in names], last)


def figure(number: Decimal) -> str:
    """Write a number the French way, without useless zeros: « 12,5 »."""
    return f"{number.normalize():f}".replace(".", ",")


def within(words: str) -> str:
    """Begin with a small letter what is said within a sentence; `capfirst` does the contrary."""
    return words[:1].lower() + words[1:]


def ended(words: str) -> str:
    """End a sentence that somebody typed, where another may follow it.

    One that ends with a quotation has its full stop already where what is quoted has one.
    """
    said = words.rstrip(f"» {NON_BREAKING}") if words.endswith("»") else words
    return words if not words or said.endswith(_ENDS) else f"{words}."


def size_in_words(size: int) -> str:
    """Return the size of a file, in bytes, as it is said: « 5 Mo », « 500 Ko »."""
    unit, name = (1_000_000, "Mo") if size >= 1_000_000 else (1_000, "Ko")  # noqa: PLR2004
    return f"{figure(Decimal(size) / unit)} {name}"


def pdf_in_words(pages: int, size: int) -> str:
    """« 2 pages, 350 Ko »: how long a file is, its size rounded; photos too are kept as a PDF."""
    step = 100_000 if size >= 1_000_000 else 1_000  # noqa: PLR2004 - a megabyte
    rounded = max(step, round(size / step) * step)
    return f"{pages} page{'s' if pages > 1 else ''}, {size_in_words(rounded)}"


def spaced(text: str) -> str:
    """Return a text with the spaces that French keeps unbroken.

    No line begins with « : », « ; », « ? » or « » », nor ends with « « » or « n° »; a telephone
    number, or one that is told by telephone, stands in one line. What the réglementation and the code say is written with plain
    spaces, so that it is searched and compared plainly; these are set as it leaves for a screen,
    a mail or a paper.
    """
    for plain, unbroken in _SPACED.items():
        text = text.replace(plain, unbroken)
    if "° " in text:
        text = _NUMBERED.sub(f"°{NON_BREAKING}", text)
    text = _IN_FOURS.sub(_unbroken, text)
    return _PHONE.sub(_unbroken, text) if "0" in text or "+" in text else text


def _unbroken(found: re.Match[str]) -> str:
    return found[0].replace(" ", NON_BREAKING)


def _clock(local: datetime) -> str:
    return f"{local.hour}{NON_BREAKING}h{NON_BREAKING}{local.minute:02d}{_doubt(local)}"


def _doubt(local: datetime) -> str:
    """Say which « 2 h 30 » it is, of the two of the night that the clocks go back."""
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return ", avant le changement d'heure" if local.fold == 0 else ", après le changement d'heure"


def _count(number: int, word: str) -> str:
    if not number:
        return ""
    return f"{number} {word}s" if number > 1 else f"{number} {word}"


def _joined(*parts: str) -> str:
    return listed([part for part in parts if part])
