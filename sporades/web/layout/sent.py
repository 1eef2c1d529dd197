"""Files that are sent: few are held in memory at once, and what is refused is said in the form."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django import forms

from sporades.core import files
from sporades.core.refusals import Refused
from sporades.intake import reading

NOT_KEPT = "Le fichier ne peut pas être gardé en ce moment : réessayez."


@contextmanager
def taking(
    form: forms.Form, field: str, *, names: Sequence[str] = (), refusals: str | None = None
) -> Iterator[None]:
    """Do, in the block, what takes the files of a form; whoever fails leaves the form with errors.

    Args:
        form: where they were chosen, valid so far.
        field: the name of their field.
        names: those of the files, where there may be several: one that is unfit is named, and none
            where it is all of them together.
        refusals: at which field what is not of a file is said; nothing for the whole form.
    """
    try:
        with reading.turn():
            yield
    except reading.Unfit as unfit:
        is_one = unfit.place is not None and len(names) > 1
        form.unfit_place = unfit.place if len(names) > 1 else 0  # type: ignore[attr-defined] # read by the page, which keeps the others
        form.add_error(field, f"{names[unfit.place]} : {unfit}" if is_one else str(unfit))
    except Refused as refusal:
        form.add_error(refusals, str(refusal))
    except (files.OutOfReach, files.Unreadable, reading.Unready):
        form.add_error(field, NOT_KEPT)
