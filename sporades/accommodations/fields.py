"""What the forms of an opinion and of a decision ask alike."""

from collections.abc import Iterable, Mapping

from sporades.accommodations.models import LONGEST_PRECISION, AskedMeasure
from sporades.accommodations.rules import asked_of_others
from sporades.registrations.fields import CleanCharField, ask_if_called_for

SAME = "La même mesure, avec une autre précision"


def instead_of(
    one: AskedMeasure,
    measures: Iterable[AskedMeasure],
    every: Iterable[tuple[str, str]],
    *,
    questions: Iterable[str],
    kept: Iterable[str] = (),
) -> list[tuple[str, str]]:
    """Return what may be advised or granted instead of a measure: its code and what it is called.

    First the measure itself, where it says which one or how large: it may be another one. Not what
    is asked for already, for the same épreuves.

    Args:
        one: the measure.
        measures: all that are asked for.
        every: the codes and the labels of those of the réglementation.
        questions: the codes of those that ask for a precision.
        kept: the codes of what was chosen before, which stay.
    """
    asked = {each.code for each in measures if each == one or one.is_covered_by(each)}
    asked -= set(kept) - {one.code}
    same = [(one.code, SAME)] if one.code in questions else []
    return [*same, *((code, label) for code, label in every if code not in asked)]


def precision_of_other(
    *,
    label: str,
    others: Iterable[tuple[str, str]],
    questions: Mapping[str, str],
    chosen_in: str,
    initial: str = "",
) -> CleanCharField | None:
    """Return the field that asks which one, or how large, of another measure; or nothing.

    Args:
        label: of the field.
        others: the codes and the labels of the measures that may be chosen instead.
        questions: by code, what those that must say so ask: where none of them must, nothing is asked.
        chosen_in: the name of the field in which the other measure is chosen.
        initial: what it starts from.
    """
    asked = [pair for pair in others if pair[0] in questions]
    if not asked:
        return None
    field = CleanCharField(
        label=label,
        help_text=asked_of_others(asked, questions),
        max_length=LONGEST_PRECISION,
        initial=initial,
        required=False,
    )
    field.widget.attrs["autocomplete"] = "off"
    ask_if_called_for(field, f"{chosen_in}={' '.join(code for code, _ in asked)}")
    return field
