"""What is looked at in a PDF that comes from outside, before it is given to a candidate."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pikepdf

from sporades.core.refusals import Refused

LARGEST = 5_000_000
"""Of one document, in bytes: a candidate reads it on a telephone."""

ACTS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")
"""What a PDF may do by itself, which a document of ours never does."""

HOLDS = frozenset({"/AA", "/EmbeddedFiles", "/JS", "/JavaScript", "/XFA"})


class NotAPdf(Refused):
    """It cannot be read as a PDF."""

    message = "Ce fichier n'est pas un PDF lisible."


class TooLarge(Refused):
    """It is larger than a document of ours."""

    message = "Ce fichier dépasse 5 Mo."


class Locked(Refused):
    """A password or a right stands in its way."""

    message = "Ce PDF est protégé par un mot de passe ou par des droits : enregistrez-le sans."


class Acts(Refused):
    """It does more than being read."""

    message = (
        "Ce PDF contient un programme, un formulaire actif ou une pièce jointe : imprimez-le en "
        "PDF simple."
    )


@dataclass(frozen=True)
class Looked:
    """What was found in a PDF.

    Attributes:
        pages: how many it has.
    """

    pages: int


def look_at(content: bytes) -> Looked:
    """Return what is found in a PDF that may be published.

    Args:
        content: the bytes of the file.

    Raises:
        TooLarge, NotAPdf, Locked, Acts: it may not.
    """
    if len(content) > LARGEST:
        raise TooLarge
    if not content.startswith(b"%PDF-"):
        raise NotAPdf
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise Locked
            if any(_acts(one) for one in pdf.objects):
                raise Acts
            pages = len(pdf.pages)
    except pikepdf.PasswordError as trouble:
        raise Locked from trouble
    except (pikepdf.PdfError, RecursionError, ValueError) as trouble:
        raise NotAPdf from trouble
    if not pages:
        raise NotAPdf
    return Looked(pages)


def _acts(one: object) -> bool:
    """Return whether an object, or one that it holds directly, does something by itself."""
    if isinstance(one, pikepdf.Array):
        return any(_acts(held) for held in _direct(one))
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    keys = set(one.keys())
    does = "/S" in keys and str(one["/S"]) in ACTS
    return does or bool(keys & HOLDS) or any(_acts(held) for held in _direct(one.values()))


def _direct(held: Iterable[object]) -> Iterator[object]:
    """Give what stands there itself; what is pointed to is looked at in its own turn."""
    return (one for one in held if not (isinstance(one, pikepdf.Object) and one.is_indirect))
