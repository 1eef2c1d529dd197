"""One safe PDF of what a candidate sends: a PDF, a photo, several photos.

A file is what its bytes are, never what its name says. What is given back is made anew: the
pages of a PDF without what is not drawn, photos upright, shrunk, without their notes.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from sporades.core.french import size_in_words
from sporades.intake import reading
from sporades.intake.child.limits import MOST_PAGES, MOST_PIXELS
from sporades.intake.reading import (
    BOUNDS,
    LARGEST,
    LARGEST_PHOTO,
    LARGEST_TOGETHER,
    Bounds,
    TooBusy,
    TooHeavy,
    Unfit,
    Unready,
)

__all__ = [
    "BOUNDS",
    "LARGEST",
    "LARGEST_PHOTO",
    "LARGEST_TOGETHER",
    "MOST_FILES",
    "MOST_PAGES",
    "MOST_PIXELS",
    "Clean",
    "TooBusy",
    "TooHeavy",
    "Unfit",
    "Unready",
    "check_together",
    "clean",
    "join",
]

MOST_FILES = 10
"""That become one document."""

JPEG, PNG, PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
HEAD = 12
"""How many of its first bytes tell of which type a file is."""
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class Empty(Unfit):
    """It has no byte."""

    message = "Ce fichier est vide : choisissez-en un autre."


class TooLarge(reading.TooLarge):
    """A PDF of too many bytes: nothing makes it smaller here."""

    message = (
        "Ce fichier dépasse 5 Mo : enregistrez le PDF en plus petit, ou photographiez ses pages."
    )


class TooLargePhoto(reading.TooLarge):
    """A photo of too many bytes to be read."""

    message = (
        "Cette photo dépasse 20 Mo : reprenez-la avec la définition ordinaire de l'appareil, ou "
        "faites-en une capture d'écran."
    )


class TooLargeTogether(reading.TooLarge):
    """Files that would go one by one, and are too many bytes together."""

    message = (
        "Ces fichiers pèsent {weight} ensemble, pour 40 Mo au plus : envoyez moins de photos à la "
        "fois, ou reprenez-les avec la définition ordinaire de l'appareil."
    )
    message_after = (
        "Avec le fichier déjà déposé, cela pèse {weight}, pour 40 Mo au plus : ajoutez moins de pages "
        "à la fois, ou remplacez ce fichier."
    )

    def __init__(self, weight: int, *, is_after: bool = False) -> None:
        """Say how much they are together.

        Args:
            weight: in bytes.
            is_after: whether one that was given before is among them.
        """
        # Never less than it is: forty and some would read forty.
        said = size_in_words(-(-weight // 100_000) * 100_000)
        super().__init__((self.message_after if is_after else self.message).format(weight=said))


class Unknown(Unfit):
    """It is of another type."""

    message = (
        "Ce fichier n'est ni un PDF ni une photo JPEG ou PNG : enregistrez-le en PDF, ou "
        "photographiez le papier."
    )


class Heic(Unfit):
    """A photo as an iPhone keeps it."""

    message = (
        "C'est une photo HEIC, que tous les ordinateurs ne lisent pas : dans les réglages de "
        "l'appareil photo de l'iPhone, choisissez « Formats », « Le plus compatible », puis "
        "reprenez la photo. Une capture d'écran de la photo convient aussi."
    )


class Hides(Unfit):
    """It is two files in one."""

    message = (
        "Ce fichier contient autre chose qu'un PDF ou une photo : imprimez-le de nouveau en PDF, "
        "ou photographiez le papier."
    )


class Incomplete(Unfit):
    """Its end is missing."""

    message = "Ce fichier est incomplet : enregistrez-le de nouveau, puis renvoyez-le."


class Unreadable(Unfit):
    """A PDF that is not written as the norm says."""

    message = "Ce PDF est abîmé : imprimez-le de nouveau en PDF, ou photographiez le papier."


class DamagedPhoto(Unfit):
    """A photo that cannot be read whole."""

    message = "Cette photo est abîmée ou incomplète : reprenez-la."


class Locked(Unfit):
    """A password stands in its way."""

    message = (
        "Ce PDF ne s'ouvre qu'avec un mot de passe : ouvrez-le, imprimez-le en PDF, ou "
        "photographiez le papier."
    )


class Holds(Unfit):
    """Other files are attached to it."""

    message = "Ce PDF contient un autre fichier en pièce jointe : imprimez-le en PDF sans elle."


class Launches(Unfit):
    """It starts a program of its reader's machine."""

    message = "Ce PDF lance un programme : imprimez-le en PDF, ou photographiez le papier."


class Dynamic(Unfit):
    """A form whose pages are not drawn: one program alone can."""

    message = (
        "Ce formulaire ne s'affiche pas partout : ouvrez-le dans Adobe Reader, puis imprimez-le en "
        "PDF."
    )


class TooManyPages(Unfit):
    """Nobody would read it."""

    message = "Ce document a plus de 100 pages : envoyez seulement celles qui sont demandées."


class TooManyFiles(Unfit):
    """More than one document holds."""

    message = "Un document réunit 10 fichiers au plus : envoyez moins de photos à la fois."


class SizesWrong(Unfit):
    """No paper is so small or so large."""

    message = (
        "Des pages de ce PDF ont une taille hors de l'ordinaire : imprimez-le de nouveau en PDF, "
        "au format A4."
    )


class TooManyPixels(Unfit):
    """No photo of a paper needs so many."""

    message = (
        "Cette image a plus de 40 millions de points : reprenez la photo avec la définition "
        "ordinaire de l'appareil."
    )


_UNFIT: dict[str, type[Unfit]] = {
    one.__name__: one
    for one in (
        DamagedPhoto,
        Dynamic,
        Hides,
        Holds,
        Incomplete,
        Launches,
        Locked,
        SizesWrong,
        TooManyPages,
        TooManyPixels,
        Unreadable,
    )
}


@dataclass(frozen=True)
class Clean:
    """A PDF that anybody may open.

    Attributes:
        content: its bytes.
        pages: how many it has.
        doubts: what its giver is told of, and nothing is refused for: « blank », « small ».
    """

    content: bytes
    pages: int
    doubts: tuple[str, ...] = ()


def clean(content: bytes, bounds: Bounds = BOUNDS) -> Clean:
    """Return a safe PDF of one file.

    Args:
        content: a PDF, a JPEG or a PNG.
        bounds: what reading it may take.

    Raises:
        Unfit: it is not taken; each of its classes says why, and what to do.
        Unready: nothing is known of it.
    """
    return join([content], bounds)


def join(files: Sequence[bytes], bounds: Bounds = BOUNDS, *, own: Sequence[bytes] = ()) -> Clean:
    """Return one safe PDF of several files, in their order.

    Args:
        files: photos, or PDFs.
        bounds: what reading each of them may take.
        own: PDFs that were made here, whose pages come first; they may weigh what several photos do.

    Raises:
        Unfit: one of them is not taken, `place` says which; or there are too many, or none.
        Unready: nothing is known of them.
    """
    if not (files or own):
        raise Empty
    if len(files) > MOST_FILES:
        raise TooManyFiles
    for place, content in enumerate(files):
        if refusal := _sieved(content):
            raise _placed(refusal, place)
    check_together([len(one) for one in files], after=sum(len(one) for one in own))
    with reading.for_who_waits(bounds) as process:
        answer = process.ask("clean", [*own, *files])
    if "unfit" in answer.said:
        found: int | None = answer.said.get("place")
        which = None if found is None or found < len(own) else found - len(own)
        raise _placed(_UNFIT.get(answer.said["unfit"], Unreadable), which)
    return Clean(answer.made, answer.said["pages"], tuple(answer.said["doubts"]))


def check_together(sizes: Sequence[int], *, after: int = 0) -> None:
    """Refuse files that are too many bytes to be held at once, before they are.

    Args:
        sizes: how many bytes each has.
        after: how many has the one whose pages come first, if there is one.

    Raises:
        TooLargeTogether: see it.
    """
    if (weight := sum(sizes) + after) > LARGEST_TOGETHER:
        raise TooLargeTogether(weight, is_after=bool(after))


def refused_unread(head: bytes, size: int) -> type[Unfit] | None:
    """Return why a file is refused for its type or its size, if it is.

    Args:
        head: its first bytes, `HEAD` of them.
        size: how many it has.
    """
    if not size:
        return Empty
    if head[4:8] == b"ftyp" and head[8:12] in HEIC:
        return Heic
    if not head.startswith((PDF, JPEG, PNG)):
        return Unknown
    if head.startswith(PDF):
        return TooLarge if size > LARGEST else None
    return TooLargePhoto if size > LARGEST_PHOTO else None


def _placed(refusal: type[Unfit], place: int | None) -> Unfit:
    made = refusal()
    made.place = place
    return made


def _sieved(content: bytes) -> type[Unfit] | None:
    """Return why a file is refused without being read, if it is."""
    if refusal := refused_unread(content[:HEAD], len(content)):
        return refusal
    if zipfile.is_zipfile(io.BytesIO(content)):
        return Hides
    return None
