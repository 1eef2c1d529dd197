"""Birth dates: three answers, of which the register may lack one or two."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.core.french import listed, month_named

YOUNGEST, OLDEST = 10, 120
FIRST_OF_FOUR_FIGURES = 1000
LONGEST_PART = 60
"""More signs are no number, and the name of no month: they are not looked at."""
_ALL_THREE = "Indiquez le jour, le mois et l'année, par exemple 14 03 2008."
_PARTS = ("le jour", "le mois", "l'année")
_IN_FIGURES = "Écrivez le jour, le mois et l'année en chiffres, par exemple 14 03 2008."
_YEAR = "Indiquez au moins l'année, par exemple 2008."
_BOTH_WRONG = "un mois de 1 à 12, et l'année sur quatre chiffres"
_TO_COME = "Vérifiez l'année de naissance : cette date est dans le futur."

type Parts = tuple[int | None, int | None, int | None]


class DayWidget(forms.MultiWidget):
    """Day, month and year, each in its box.

    Attributes:
        tokens: what each box is to the browser.
    """

    use_fieldset = True
    tokens = ("off", "off", "off")
    wrong: tuple[int, ...] = ()
    """The boxes that a refusal is of, by their rank; none where it is of them all."""

    def __init__(self) -> None:
        """Make the three boxes."""
        day, month, year = self.tokens
        super().__init__(
            {
                "day": _box("Jour", day, 2),
                "month": _box("Mois", month, 9),
                "year": _box("Année", year, 4),
            }
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what is printed: where the refusal names its boxes, no other is said to be wrong."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for rank, box in enumerate(context["widget"]["subwidgets"]):
            if self.wrong and rank not in self.wrong:
                box["attrs"]["aria-invalid"] = "false"
        return context

    def decompress(self, value: Any) -> list[Any]:
        """Return the three parts of a date."""
        return list(value) if value else [None, None, None]


class BirthDateWidget(DayWidget):
    """The same, of a birth: the browser may know it."""

    tokens = ("bday-day", "bday-month", "bday-year")


class BirthDateField(forms.MultiValueField):
    """A birth date as three numbers, or the month by its name; which of them may be missing is the form's concern."""

    widget = BirthDateWidget

    def __init__(self, **options: Any) -> None:
        """Make the three fields."""
        wrong = dict.fromkeys(("null_characters_not_allowed", "max_length"), _IN_FIGURES)
        parts = tuple(
            forms.CharField(required=False, max_length=LONGEST_PART, error_messages=wrong)
            for _ in range(3)
        )
        said = {"help_text": "Par exemple 14 03 2008.", "error_messages": {"required": _ALL_THREE}}
        super().__init__(parts, require_all_fields=False, **{**said, **options})

    def clean(self, value: Any) -> Any:
        """Leave to the form what to ask for where the three boxes are empty."""
        is_empty = isinstance(value, list) and not any(value)
        return self.compress([]) if is_empty else super().clean(value)

    def compress(self, data_list: list[str]) -> Parts:
        """Return day, month and year as numbers."""
        day, month, year = data_list or ["", "", ""]
        return (_number(day), month_named(month) or _number(month), _number(year))

    def point_out(self, fault: ValidationError) -> None:
        """Mark the boxes that a refusal of `checked` is of, where it names them."""
        self.widget.wrong = (fault.params or {}).get("boxes", ())


class PartialBirthField(forms.BooleanField):
    """Whether the civil register lacks the day of birth, or the day and the month."""

    def __init__(self, **options: Any) -> None:
        """Make the box."""
        said = {
            "label": "Mon état civil n'indique pas le jour, ou pas le mois",
            "help_text": "Laissez alors vide ce qui manque.",
        }
        super().__init__(required=False, **{**said, **options})


def checked(parts: Parts, *, is_partial: bool, on: date) -> Parts:
    """Return a birth date that can be.

    Args:
        parts: day, month, year.
        is_partial: whether the register lacks the day, or the day and the month.
        on: the day on which the question is asked.

    Raises:
        ValidationError: what to do, in French.
    """
    day, month, year = parts
    if year is None or (not is_partial and (day is None or month is None)):
        raise _missing(parts, is_partial=is_partial)
    is_month = month is None or 1 <= month <= 12  # noqa: PLR2004 - months
    if year < FIRST_OF_FOUR_FIGURES:
        asked = "l'année sur quatre chiffres" if is_month else _BOTH_WRONG
        raise ValidationError(f"Indiquez {asked}, par exemple 2008.")
    if year < on.year - OLDEST - 1:
        raise ValidationError("Vérifiez l'année de naissance : elle est trop ancienne.")
    if year > on.year:
        raise ValidationError(_TO_COME)
    if is_partial and day is not None and month is not None:
        raise ValidationError(
            "Laissez vide le jour, ou le jour et le mois, que votre état civil n'indique pas, ou "
            "décochez la case ci-dessous."
        )
    if month is None and day is not None:
        raise ValidationError("Indiquez aussi le mois, ou laissez le jour vide.")
    if not is_month:
        raise ValidationError("Indiquez un mois de 1 à 12.")
    if day is not None and month is not None:
        _check_day(day, month, year)
    _check_age(day, month, year, on=on)
    return parts


def asking_for(boxes: Iterable[int]) -> str:
    """Ask for parts of a day, by the rank of their boxes."""
    return f"Indiquez {listed([_PARTS[rank] for rank in boxes])}."


def _missing(parts: Parts, *, is_partial: bool) -> ValidationError:
    """Ask for what is missing, and no more; who does not know the day is shown the box for it."""
    if is_partial:
        return ValidationError(_YEAR, params={"boxes": (2,)})
    boxes = tuple(rank for rank, part in enumerate(parts) if part is None)
    if len(boxes) == len(parts):
        return ValidationError(_ALL_THREE)
    said = asking_for(boxes)
    if boxes in {(0,), (0, 1)}:
        them = "l'indique" if boxes == (0,) else "les indique"
        said += f" Si votre état civil ne {them} pas, cochez la case sous la date."
    return ValidationError(said, params={"boxes": boxes})


def _check_day(day: int, month: int, year: int) -> None:
    try:
        date(year, month, day)
    except ValueError:
        raise ValidationError(
            f"Le {day:02d}/{month:02d}/{year} n'existe pas : vérifiez le jour, le mois et l'année."
        ) from None


def _check_age(day: int | None, month: int | None, year: int, *, on: date) -> None:
    if (year, month or 1, day or 1) > (on.year, on.month, on.day):
        raise ValidationError(_TO_COME)
    # A missing part counts in the person's favour at both ends.
    eldest = on.year - year - ((on.month, on.day) < (month or 1, day or 1))
    youngest = on.year - year - ((on.month, on.day) < (month or 12, day or 31))
    if eldest < YOUNGEST:
        years = f"{eldest} an{'s' if eldest > 1 else ''}"
        raise ValidationError(f"D'après cette date, vous auriez {years} : vérifiez l'année.")
    if youngest > OLDEST:
        raise ValidationError(f"D'après cette date, vous auriez {youngest} ans : vérifiez l'année.")


def _number(typed: str) -> int | None:
    typed = typed.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()):
        raise ValidationError(_IN_FIGURES)
    return int(typed[:6])


def _box(label: str, token: str, size: int) -> forms.TextInput:
    return forms.TextInput(
        {
            "aria-label": label,
            "autocomplete": token,
            "inputmode": "numeric",
            "size": size,
        }
    )
