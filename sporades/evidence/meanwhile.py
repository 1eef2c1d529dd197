"""What was given for a piece, or decided of it, since somebody read it."""

from sporades.core.actors import CANDIDATE, Actor
from sporades.core.french import within
from sporades.core.refusals import Refused
from sporades.evidence.models import ANTIVIRUS, MARKED, Evidence
from sporades.evidence.states import TO_PROVIDE


class Changed(Refused):
    """It is no more what was read: whoever acts on it reads it again first."""

    message = "Cette pièce a changé depuis que vous l'avez ouverte : relisez-la avant de décider."


class OtherFile(Changed):
    """Something else was given for it since it was opened, by its candidate or by a colleague."""

    message = (
        "Le candidat vient de déposer un autre fichier pour cette pièce : relisez-le avant de "
        "décider."
    )


class DecidedSince(Changed):
    """It was judged, waived or refused by the antivirus since it was opened."""


FIRST_FILE = "Le candidat vient de déposer un fichier pour cette pièce : lisez-le avant de décider."
SCANNED_IN = (
    "Un collègue vient de joindre la numérisation de cette pièce : relisez-la avant de décider."
)
ON_PAPER = "Un collègue vient de noter cette pièce comme reçue : relisez-la avant de décider."
OTHER_POSTMARK = "Un collègue vient de corriger la date de cette pièce, ou comment elle est arrivée : relisez-la avant de décider."
OTHER_TIME = "Un collègue vient de changer le délai de cette pièce : relisez-le avant de décider."
TAKEN_BACK = (
    "Un collègue vient de revenir sur la réception de cette pièce : relisez-la avant de décider."
)
RETRACTED = (
    "Le candidat vient de retirer le document qu'il avait déposé pour cette pièce : il n'y a plus rien "
    "à vérifier."
)
GONE = (
    "Ce qui était arrivé pour cette pièce vient d'être retiré, par le candidat ou par un collègue : "
    "relisez-la avant de décider."
)
FOUND_INFECTED = (
    "L'antivirus vient de trouver un programme malveillant dans ce fichier : la pièce est refusée."
)


def check_seen(row: Evidence, seen: int | None) -> None:
    """Refuse to judge another file than the one that was looked at. Raises OtherFile.

    Args:
        row: the piece, its registration locked.
        seen: the key of the deposit that was looked at, if it was one.
    """
    if row.deposit_id != seen:
        raise _other_file(row)


def check_read(row: Evidence, mark: str, *, by: Actor) -> None:
    """Refuse to act on a piece that is no more as it was read, and say what has become of it.

    Args:
        row: the piece, with its file.
        mark: what `Evidence.mark` said as it was read; nothing where nobody kept it.
        by: who acts.

    Raises:
        OtherFile: another file was given, or a paper or its postmark noted.
        DecidedSince: it was decided of.
        Changed: it is asked for again, or given more time.
    """
    if not mark or mark == row.mark:
        return
    was = dict(zip(MARKED, mark.split(" "), strict=False))
    now = dict(zip(MARKED, row.mark.split(" "), strict=True))
    changed = {name for name in MARKED if was.get(name) != now[name]}
    if "posted_on" not in changed and _is_retracted(row, was.get("deposit", "-")):
        raise OtherFile(RETRACTED)
    if row.decided_at is not None and changed & {"state", "decided_at"}:
        raise DecidedSince(_decided(row, by))
    if row.posted_on is None and "posted_on" in changed and row.deposit is None:
        raise Changed(TAKEN_BACK)
    if row.posted_on is not None and "posted_on" in changed and row.deposit is None:
        raise OtherFile(ON_PAPER if "state" in changed else OTHER_POSTMARK)
    if "deposit" in changed:
        raise _other_file(row, is_first=was.get("deposit") == "-")
    if "posted_on" in changed:
        raise OtherFile(OTHER_POSTMARK)
    raise Changed(OTHER_TIME if changed == {"granted_until"} else Changed.message)


def changed(row: Evidence, *, by: Actor) -> Changed:
    """Return what is said to whoever would do what the state of a piece does not let one do any more."""
    return Changed() if row.decided_at is None else DecidedSince(_decided(row, by))


def _is_retracted(row: Evidence, read: str) -> bool:
    """Return whether the file that was read was taken back by its candidate: an older one, or none, is there.

    Args:
        row: the piece as it stands.
        read: the key of the file that was in force as it was read, « - » for none.
    """
    if not read.isdecimal() or row.posted_on is not None or row.state not in TO_PROVIDE:
        return False
    return row.deposit_id is None or row.deposit_id < int(read)


def _decided(row: Evidence, by: Actor) -> str:
    if row.decided_name == ANTIVIRUS:
        return FOUND_INFECTED
    found = f"{within(row.get_state_display())}. Relisez-la avant de décider."
    # Colleagues may have one name: that it was this reader is not said.
    if row.decided_name == by.name:
        return f"Une décision est déjà enregistrée à votre nom pour cette pièce : {found}"
    return f"{row.decided_name} a décidé de cette pièce entre-temps : {found}"


def _other_file(row: Evidence, *, is_first: bool = False) -> OtherFile:
    if row.deposit is None:
        return OtherFile(GONE if row.posted_on is None else ON_PAPER)
    if row.deposit.author_kind != CANDIDATE:
        return OtherFile(SCANNED_IN)
    return OtherFile(FIRST_FILE if is_first else OtherFile.message)
