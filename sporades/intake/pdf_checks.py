"""What is looked at in a PDF that is kept as it came: one that is published.

What a candidate's own papers need is more: `cleaning`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sporades.intake import reading
from sporades.intake.reading import BOUNDS, LARGEST, Bounds, TooHeavy, TooLarge, Unfit


class NotAPdf(Unfit):
    """It cannot be read as a PDF."""

    message = "Ce fichier n'est pas un PDF lisible."


class Damaged(Unfit):
    """It is not written as the norm says: each program would read it in its own way."""

    message = "Ce PDF est abîmé : imprimez-le de nouveau en PDF simple."


class Locked(Unfit):
    """A password or a right stands in its way."""

    message = "Ce PDF est protégé par un mot de passe ou par des droits : enregistrez-le sans."


class Certified(Unfit):
    """Its signature lets nothing be added, and what is published is sealed."""

    message = (
        "Ce PDF porte une signature électronique qui interdit d'y ajouter le cachet du service : "
        "déposez-le tel qu'il était avant cette signature."
    )


class Acts(Unfit):
    """It does more than being read."""

    message = (
        "Ce PDF contient un programme, un formulaire actif ou une pièce jointe : imprimez-le en "
        "PDF simple."
    )


class PagesWrong(Unfit):
    """Nobody would print it."""

    message = (
        "Ce PDF a plus de 2 000 pages, ou des pages d'une taille hors de l'ordinaire : "
        "imprimez-le de nouveau en PDF."
    )


_UNFIT: dict[str, type[Unfit]] = {
    one.__name__: one for one in (NotAPdf, Damaged, Locked, Acts, PagesWrong)
}


@dataclass(frozen=True)
class Looked:
    """What was found in a PDF.

    Attributes:
        pages: how many it has.
        has_text: whether it has any text, under an image too: a voice reads nothing else.
        is_tagged: whether it says what its text is, and in what order it is read.
        words: those of its first pages; nothing of what is an image.
    """

    pages: int
    has_text: bool
    is_tagged: bool
    words: str = ""


class Reader:
    """Looks at one PDF after another in one process."""

    def __init__(self, process: reading.Process) -> None:
        """Keep the process."""
        self._process = process

    def look_at(self, content: bytes) -> Looked:
        """Return what is found in a PDF that may be published.

        Args:
            content: the bytes of the file.

        Raises:
            Unfit: it may not; each of its classes says why.
            Unready: nothing is known of it.
        """
        _sieve(content)
        said = self._process.ask("look", [content]).said
        if "unfit" in said:
            raise _UNFIT[said["unfit"]]
        return Looked(**said, words=self._words_of(content))

    def _words_of(self, content: bytes) -> str:
        # What one program reads another one may not: then it has no words that can be compared.
        try:
            return str(self._process.ask("words", [content]).said.get("words", ""))
        except TooHeavy:
            return ""


@contextmanager
def reader(bounds: Bounds = BOUNDS) -> Iterator[Reader]:
    """Give what looks at many files in one process, which ends with the block.

    Args:
        bounds: what each file may take.
    """
    with reading.process(bounds) as process:
        yield Reader(process)


def look_at(content: bytes, bounds: Bounds = BOUNDS) -> Looked:
    """Return what is found in one PDF, for somebody who waits.

    Args:
        content: the bytes of the file.
        bounds: what it may take.

    Raises:
        Unfit: it may not be published; each of its classes says why.
        Unready: nothing is known of it.
    """
    _sieve(content)
    with reading.for_who_waits(bounds) as process:
        return Reader(process).look_at(content)


def _sieve(content: bytes) -> None:
    """Refuse what needs no reading to be refused."""
    if len(content) > LARGEST:
        raise TooLarge
    if not content.startswith(b"%PDF-"):
        raise NotAPdf
