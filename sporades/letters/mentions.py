"""What stands under the text of a letter, of what has come since it was written; what comes once it is printed.

The sheet says the first (`Letter.mention`), the page of its run the second: each says what the other
does not.
"""

from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import replacement_of, taken_back_at
from sporades.exams.models.service import MINUTE
from sporades.letters.models import NOT_JOINED, Letter, PrintRun
from sporades.letters.queries import may_be_left_out
from sporades.letters.rules import REMINDER, is_of_piece, overtaking
from sporades.letters.states import LetterState
from sporades.letters.words import readdressed
from sporades.mail.models import Message
from sporades.mail.queries import first_of
from sporades.registrations.summary import SUMMARY

ON_ITS_WAY = timedelta(hours=1)
"""How long after the instant that it counts from an act may be written: a batch has one for many lines."""
MOVE = "registration_moved"
"""The mail that tells a candidate that another academy has their registration."""
ALL_GIVEN_TIME = "pieces_given_time"
"""The mail that says all that is still to be sent, and until when: what asked for some of it goes no more."""
NOT_ENCLOSED = f"Le document annoncé a été retiré depuis : {NOT_JOINED}."
REPLACED = (
    "Le document annoncé est remplacé par celui que joint un courrier écrit le {day} : "
    f"{NOT_JOINED} à celui-ci. Suivez ce que dit le plus récent."
)
REPLACED_BY_MAIL = (
    "Le document annoncé est remplacé par celui publié le {day}, qu'un mail vous annonce : "
    f"{NOT_JOINED} à ce courrier. Suivez ce que dit le plus récent."
)
MOVED = (
    "Depuis, votre inscription a été donnée à un autre service : ce qui est à envoyer va à l'adresse "
    "que donne ce qui vous a été écrit le {day}."
)
READDRESSED = (
    "L'adresse du service gestionnaire a changé depuis : ce qui s'envoie à ce service par courrier va "
    "à : {address}."
)
PAST = (
    "Ce courrier n'a pu être imprimé que le {day} : un jour qu'il donne est passé. Pour ce qui était à "
    "envoyer avant ce jour, contactez votre service gestionnaire sans attendre."
)
"""Under what asks for something by a day that it cannot reach its reader before."""


def readdressed_since(letter: Letter, mention: str) -> str:
    """Return what is said under a text that is printed again: what was, and where its service is today.

    Args:
        letter: with its message, service and document.
        mention: what was said the first time.
    """
    if MOVED.partition("{")[0] in mention:
        return mention
    enclosed = None if NOT_JOINED in mention else letter.enclosed
    address = readdressed(letter.message, letter.service, enclosed=enclosed)
    said = READDRESSED.format(address=address) if address else ""
    return mention if said in mention else f"{mention} {said}".strip()


def mention_of(letter: Letter, *, at: datetime) -> str:
    """Return what is said under the text of a letter, of what has come since it was written; mostly nothing.

    A document that was taken back meanwhile does not go, nor a summary of which a later letter encloses
    the next, or a mail tells: of two to be signed, the wrong one would come back. What was written before its
    registration went to another academy says that it has: its address is the former one. So does what
    was written, or encloses what was issued, before its service moved house: it says the new one. What
    asks for something by a day that has passed since says so: its reader would believe that there is
    time, or that nothing is to be done.

    Args:
        letter: with its message, service and document.
        at: the instant of printing.
    """
    version = letter.enclosed
    taken_back = taken_back_at(version) if version else None
    is_withdrawn = taken_back is not None and taken_back <= at
    said = [NOT_ENCLOSED] if is_withdrawn else []
    replaced = "" if version is None or is_withdrawn else _replaced(letter, version, at=at)
    if replaced:
        said.append(replaced)
    enclosed = None if is_withdrawn or replaced else version
    moved = _moved_since(letter, at=at)
    if moved is not None:
        said.append(_moved_in_words(moved, letter.service.academy.zone))
    elif address := readdressed(letter.message, letter.service, enclosed=enclosed):
        said.append(READDRESSED.format(address=address))
    due_by = letter.message.due_by
    if due_by is not None and at >= due_by + MINUTE:
        said.append(PAST.format(day=day_in_words(local_day(at, letter.service.academy.zone))))
    return " ".join(said)


def _replaced(letter: Letter, version: DocumentVersion, *, at: datetime) -> str:
    """Say by what a summary is replaced: a later one that a letter encloses, or that a mail tells of; or nothing.

    One that cannot be printed replaces nothing: neither would reach its reader.
    """
    if version.document.kind != SUMMARY.slug:
        return ""
    later = Letter.objects.filter(
        candidate=letter.candidate_id,
        enclosed__document=version.document_id,
        enclosed__number__gt=version.number,
        message__written_at__lte=at,
        why="",
    ).exclude(state=LetterState.OVERTAKEN)
    zone = letter.service.academy.zone
    written = later.order_by("-enclosed__number", "-pk").values_list(
        "message__written_at", flat=True
    )
    if day := written.first():
        return REPLACED.format(day=instant_in_words(day, zone, weekday=False))
    told = None if letter.candidate.by_letter else replacement_of(version, at=at)
    if told is None or told.published_at is None:
        return ""
    return REPLACED_BY_MAIL.format(day=instant_in_words(told.published_at, zone, weekday=False))


def _moved_since(letter: Letter, *, at: datetime) -> datetime | None:
    """Return when it was told that the registration of a letter is of another academy since."""
    said = letter.message
    told = Message.objects.filter(
        kind=MOVE,
        about_kind=said.about_kind,
        about_id=said.about_id,
        pk__gt=first_of(said).pk,
        written_at__lte=at,
        again_of=None,
    )
    found: datetime | None = told.order_by("-pk").values_list("written_at", flat=True).first()
    return found


def _moved_in_words(told_at: datetime, zone: str) -> str:
    return MOVED.format(day=instant_in_words(told_at, zone, weekday=False))


def since_printed(run: PrintRun) -> dict[int, str]:
    """Say of which letters of a run that is printed and not posted, and why, they are to go no more.

    Their document was taken back since, or a later message makes them false or needless: one that was
    written while their run was being made has found them in it, be it of an act that began before. What
    they say themselves (`Letter.mention`) is told from what they do not by their words alone: an act
    whose instant is before that of the file may have ended after it.

    Returns:
        What has come, by the key of the letter; of most letters, nothing.
    """
    if run.made_at is None or run.posted_on is not None:
        return {}
    related = ("message", "enclosed__document", "enclosed__publication_line__publication")
    letters = list(Letter.objects.filter(run=run).select_related(*related))
    about = [one.message.about_id for one in letters if one.message.about_kind == "registration"]
    later = Message.objects.filter(
        Q(kind=MOVE) | Q(written_at__gte=run.asked_at - ON_ITS_WAY),
        about_kind="registration",
        about_id__in=about,
        again_of=None,
    )
    told = dict(later.order_by().values_list("about_id").annotate(last=Max("pk")))
    found = {}
    for letter in letters:
        if why := _taken_back_since(letter, run.made_at):
            found[letter.pk] = why
        elif told.get(letter.message.about_id, 0) > letter.message_id and (
            last := _overtaken_by(letter, later, run)
        ):
            # Its words are of whoever has the registration by now.
            day = instant_in_words(last.written_at, run.zone)
            found[letter.pk] = f"un message du {day} l'a rendu faux ou inutile"
    return found


def _taken_back_since(letter: Letter, made_at: datetime) -> str:
    taken_back = taken_back_at(letter.enclosed) if letter.enclosed else None
    if letter.mention is None:  # of a version of the software that did not keep it
        is_since = taken_back is not None and taken_back > made_at
    else:
        is_since = taken_back is not None and NOT_JOINED not in letter.mention
    return "le document joint a été retiré" if is_since else ""


def _overtaken_by(letter: Letter, later: QuerySet[Message], run: PrintRun) -> Message | None:
    """Return the last that makes a letter false or needless; one with its document mostly goes."""
    said = letter.message
    # The one to be signed goes to another academy; what moved before is said under its text.
    is_to_sign = letter.enclosed is not None and letter.enclosed.document.kind == SUMMARY.slug
    if is_to_sign and (moved := _unsaid_move(letter, later, run)) is not None:
        return moved
    if (anew := _asked_anew(letter, later)) is not None:
        return anew
    makes_false = overtaking(said.matter)
    if makes_false is None:
        return None
    last = later.filter(makes_false, about_id=said.about_id, pk__gt=said.pk).order_by("-pk").first()
    if last is None or letter.enclosed_id is None:
        return last
    may = Letter.objects.filter(may_be_left_out(said), pk=letter.pk).exists()
    return last if may else None


def _unsaid_move(letter: Letter, later: QuerySet[Message], run: PrintRun) -> Message | None:
    """Return what tells that the registration of a letter is of another academy, where its paper does not."""
    said = letter.message
    moves = later.filter(kind=MOVE, about_id=said.about_id, pk__gt=said.pk)
    last = moves.order_by("-pk").first()
    if last is None:
        return None
    if letter.mention is None:  # of a version of the software that did not keep it
        return last if run.made_at is not None and last.written_at > run.made_at else None
    return None if _moved_in_words(last.written_at, run.zone) in letter.mention else last


def _asked_anew(letter: Letter, later: QuerySet[Message]) -> Message | None:
    """Return the last that says all that is to be sent where a letter asks for some of it; a letter, of one with a document."""
    said = letter.message
    is_of_it = is_of_piece(said.matter) or said.matter == REMINDER
    if said.due_by is None or not is_of_it:
        return None
    anew = later.filter(kind=ALL_GIVEN_TIME, about_id=said.about_id, pk__gt=said.pk)
    if letter.enclosed_id is not None:
        anew = anew.filter(state=Message.State.LETTER)
    found: Message | None = anew.order_by("-pk").first()
    return found
