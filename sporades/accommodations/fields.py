"""What the forms of an opinion and of a decision ask alike."""

from collections.abc import Iterable, Mapping

from sporades.accommodations.models import LONGEST_PRECISION
from sporades.accommodations.rules import asked_of_others
from sporades.registrations.fields import CleanCharField, ask_if_called_for


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
