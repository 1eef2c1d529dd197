"""Print letters: once a day, or when somebody asks, one PDF a managing service (I13).

A letter belongs to one run from the instant at which the run is begun, before anything is
printed: whoever is killed halfway prints it again in the same run, and in no other.
"""

import io
import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import batched
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from sporades import journal
from sporades.candidates.models import Candidate, Identity
from sporades.candidates.names import is_same_person
from sporades.candidates.postal import lines_of
from sporades.core import apart, files, pdf
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import day_in_words, instant_in_words, local_day, spaced
from sporades.core.locks import alone, lock_value
from sporades.core.queue import app, defer_once
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import replacement_of, taken_back_at
from sporades.exams.models.service import MINUTE
from sporades.letters.models import NOT_JOINED, Letter, PrintRun
from sporades.letters.operations import put_aside
from sporades.letters.queries import may_be_left_out
from sporades.letters.rules import REMINDER, is_of_piece, overtaking
from sporades.letters.states import PRINT, LetterState
from sporades.letters.words import readdressed
from sporades.mail.models import Message
from sporades.mail.queries import first_of
from sporades.registrations.records import postal_address_of
from sporades.registrations.summary import SUMMARY
from sporades.territory import queries as territory

PRINTED_FROM = time(6)
"""The hour of the day's run, by the clock of the academy."""
MOST_IN_A_RUN = 500
ON_ITS_WAY = timedelta(hours=1)
"""How long after the instant that it counts from an act may be written: a batch has one for many lines."""
FILE_KEPT = timedelta(days=30)
"""How long the PDF of a run is kept; it is made again from its letters after that."""
TEMPLATE = "letters/typst/letter.typ"
A4 = (595.28, 841.89)
CIVILITIES = tuple(str(label) for label in Identity.Civility.labels)
"""How the envelope of a candidate begins: see `recipient_of`."""
CANNOT_BE_PRINTED = "son texte ou son document joint ne peut pas être imprimé"
NOTHING_LEFT = "aucun de ses courriers n'est encore gardé"
UNPRINTABLE = (pdf.CannotPrint, documents.Unprintable)
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

logger = logging.getLogger(__name__)


class NotMade(Refused):
    """Its file is not there yet."""

    message = "Le PDF de ces courriers n'est pas encore prêt : attendez-le."


class NotKept(Refused):
    """Its file is there no more; it is being made again."""

    message = (
        "Le fichier de cette impression n'était plus gardé : il est préparé de nouveau, et sera "
        "sur cette page dans quelques minutes."
    )


@dataclass(frozen=True)
class Sender:
    """Who prints: a managing service, for one academy and one domain.

    Attributes:
        managing: the key of the managing service.
        academy: the code of the academy.
        domain: the key of the domain.
    """

    managing: int
    academy: str
    domain: int

    @property
    def condition(self) -> Q:
        """What a letter must satisfy that it posts."""
        return Q(
            service__managing_service=self.managing,
            service__academy=self.academy,
            service__domain=self.domain,
        )


def senders(letters: QuerySet[Letter]) -> list[tuple[Sender, datetime]]:
    """Return who has to print these letters that wait, and when the oldest was written."""
    keys = ("service__managing_service", "service__academy", "service__domain")
    found = (
        letters.filter(why="")
        .values_list(*keys)
        .annotate(oldest=Min("message__written_at"))
        .order_by(*keys)
    )
    return [
        (Sender(managing, academy, domain), oldest) for managing, academy, domain, oldest in found
    ]


def sender_of(letter: Letter) -> Sender:
    """Return who has to print a letter, given with its service."""
    service = letter.service
    return Sender(service.managing_service_id, service.academy_id, service.domain_id)


def print_due(*, at: datetime) -> int:
    """Begin the runs whose hour has come since their oldest letter was written; return how many."""
    waiting = senders(Letter.objects.waiting())
    due = [one for one, oldest in waiting if oldest < last_hour(one.academy, at=at)]
    return apart.each(_begun, due, at=at)


def _begun(sender: Sender, *, at: datetime) -> int:
    return len(begin(sender, by=SYSTEM, at=at))


def last_hour(academy: str, *, at: datetime) -> datetime:
    """Return the last instant at which an academy's day of printing began."""
    zone = ZoneInfo(territory.academy(academy).zone)
    local = at.astimezone(zone)
    today = datetime.combine(local.date(), PRINTED_FROM, tzinfo=zone)
    return today if today <= local else today - timedelta(days=1)


@transaction.atomic
def begin(sender: Sender, *, by: Actor, at: datetime) -> list[PrintRun]:
    """Put the letters that have an address into runs, and queue their printing.

    Two who ask at once make one set of runs: the second finds nothing left.
    """
    lock_value("letters", f"{sender.managing}:{sender.academy}:{sender.domain}")
    waiting = (
        Letter.objects.waiting()
        .filter(sender.condition, why="")
        .select_related("candidate__identity")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    addressed = [letter for letter in waiting if addressed_anew(letter)]
    return [_run_of(some, sender, by=by, at=at) for some in batched(addressed, MOST_IN_A_RUN)]


def addressed_anew(letter: Letter) -> list[str]:
    """Give a letter that waits the lines of its envelope, and return them; none where no address is known.

    Some are for where somebody was reached until then.

    Args:
        letter: with its candidate.
    """
    letter.address = letter.address or recipient_of(letter.candidate)
    return letter.address


def _run_of(letters: Sequence[Letter], sender: Sender, *, by: Actor, at: datetime) -> PrintRun:
    day = local_day(at, territory.academy(sender.academy).zone)
    run = put_in_run(letters, sender, day=day, asked_at=at, asked_name=by.name)
    journal.record(
        "print run begun",
        by=by,
        on=run,
        at=at,
        academy=sender.academy,
        after={"letters": run.total},
    )
    app.configure_task("letters.make", queue="documents").defer(run=run.pk)
    return run


def put_in_run(letters: Sequence[Letter], sender: Sender, **said: Any) -> PrintRun:
    """Make a run of letters that wait.

    Args:
        letters: locked, each with its address.
        sender: who prints them.
        said: what else the run says: its day, who asked for it and when.
    """
    run: PrintRun = PrintRun.objects.create(
        managing_id=sender.managing,
        academy_id=sender.academy,
        domain_id=sender.domain,
        total=len(letters),
        **said,
    )
    for letter in letters:
        letter.run = run
    Letter.objects.bulk_update(letters, ["run", "address"])
    return run


def recipient_of(candidate: Candidate) -> list[str]:
    """Return what an envelope says of a candidate; nothing where no address is known."""
    lines = lines_of(postal_address_of(candidate))
    identity = candidate.identity
    return [f"{identity.get_civility_display()} {identity.full_name}", *lines] if lines else []


def other_addressee_of(letter: Letter) -> str:
    """Return whom the envelope of a letter names, where it is not its candidate: a guardian; or nothing.

    Whose civility or usage name was corrected since it was written is still the same person. Of an
    envelope of its own the civility tells: a guardian's bears none, and may have the words of their
    child's name.
    """
    named = letter.address[0] if letter.address else ""
    if letter.has_own_envelope and not named.startswith(tuple(f"{one} " for one in CIVILITIES)):
        return named
    return "" if is_same_person(named, letter.candidate.identity.full_name) else named


def make(pk: int, *, at: datetime) -> None:
    """Make the file of a run, or make it again, unless it is there or another worker is at it.

    Raises:
        documents.BeingPrepared: a document that goes with a letter cannot be had yet.
        files.OutOfReach: the store does not answer.
    """
    with alone("print run", str(pk)) as is_held:
        run = PrintRun.objects.to_make().filter(pk=pk).first() if is_held else None
        if run is None:
            return
        if run.made_at is None:
            _make(run, at=at)
        else:
            _make_again(run, as_of=run.made_at, at=at)


def _make(run: PrintRun, *, at: datetime) -> None:
    placed = _placed(run)
    # One that leaves changes what the others of its envelope say of their place.
    while len(papers := _papers(placed, at=at)) < len(placed):
        placed = _placed(run)
    if not papers:
        run.delete()
        return
    with files.kept_apart(assembled(papers), suffix=".pdf") as key:
        Letter.objects.bulk_update([letter for letter, _ in placed], ["mention"])
        PrintRun.objects.filter(pk=run.pk).update(file_key=key, made_at=at, total=len(papers))
        Letter.objects.filter(run=run, state__in=PRINT.sources).update(state=PRINT.target)


def _papers(placed: list[tuple[Letter, str]], *, at: datetime) -> list[list[bytes]]:
    return [paper for letter, place in placed if (paper := _paper_or_aside(letter, place, at=at))]


def _make_again(run: PrintRun, *, as_of: datetime, at: datetime) -> None:
    papers: list[list[bytes]] = []
    try:
        for letter, place in _placed(run):
            papers.append(paper_of(letter, place, at=as_of))
    except UNPRINTABLE:
        logger.exception("Print run %s cannot be made again", run.pk)
        _give_up(run, f"courrier de la ligne {len(papers) + 1} : {CANNOT_BE_PRINTED}")
        return
    if not papers:
        _give_up(run, NOTHING_LEFT)
        return
    with files.kept_apart(assembled(papers), suffix=".pdf") as key:
        PrintRun.objects.filter(pk=run.pk).update(file_key=key, again_at=None, made_again_at=at)


def _give_up(run: PrintRun, why: str) -> None:
    PrintRun.objects.filter(pk=run.pk).update(again_at=None, trouble=why)


def in_envelopes(letters: Iterable[Letter]) -> list[list[Letter]]:
    """Return letters by envelope: those to one person at one address, in the order given.

    Args:
        letters: those of a run, the first written first.
    """
    found: dict[tuple[object, ...], list[Letter]] = {}
    for letter in letters:
        found.setdefault((letter.candidate_id, *letter.address), []).append(letter)
    return list(found.values())


def place_in(together: list[Letter], place: int) -> str:
    """Say which of its envelope a letter is; nothing of one that is alone there.

    Args:
        together: the letters of the envelope.
        place: from 1.
    """
    return f"Courrier {place} sur {len(together)} de ce pli" if together[1:] else ""


def _placed(run: PrintRun) -> list[tuple[Letter, str]]:
    """Return the letters of a run in the order of its file, each with its place in its envelope."""
    related = ("message", "service__managing_service", "service__academy", "enclosed__document")
    letters = Letter.objects.filter(run=run).select_related(*related).order_by("pk")
    return [
        (letter, place_in(together, place))
        for together in in_envelopes(letters)
        for place, letter in enumerate(together, start=1)
    ]


def _paper_or_aside(letter: Letter, place: str, *, at: datetime) -> list[bytes]:
    """Return the sheets of a letter; one that cannot be printed leaves its run, with why."""
    letter.mention = mention_of(letter, at=at)
    try:
        return paper_of(letter, place, at=at)
    except UNPRINTABLE:
        logger.exception("Letter %s cannot be printed", letter.pk)
        put_aside(letter, why=CANNOT_BE_PRINTED)
        return []


def paper_of(letter: Letter, place: str, *, at: datetime) -> list[bytes]:
    """Return the PDF of a letter, and that of the document that goes with it.

    Made again, it says what it said (`Letter.mention`), and where its service is written to today, as
    its head does.

    Args:
        letter: with its message, service and document.
        place: which of its envelope it is, where several share one.
        at: the instant of printing.
    """
    mention = (
        mention_of(letter, at=at)
        if letter.mention is None
        else _readdressed_since(letter, letter.mention)
    )
    content = content_of(letter, place=place, note=mention)
    parts = [pdf.typeset(TEMPLATE, content, at=letter.message.written_at)]
    if letter.enclosed is not None and NOT_JOINED not in mention:
        parts.append(documents.on_paper(letter.enclosed))
    return parts


def _readdressed_since(letter: Letter, mention: str) -> str:
    """Return what is said under a text that is printed again."""
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


def content_of(letter: Letter, *, place: str, note: str) -> dict[str, object]:
    """Return what the sheet says.

    Args:
        letter: the letter.
        place: which of its envelope it is, where several share one.
        note: what is said under its text.
    """
    managing, academy = letter.service.managing_service, letter.service.academy
    message = letter.message
    return {
        "title": spaced(message.subject),
        "issuer": settings.DEPLOYER_NAME,
        "sender": [
            managing.name,
            academy.full_name,
            *managing.address,
            managing.phone,
            managing.email,
            managing.opening_hours,
        ],
        "recipient": letter.address,
        # With its hour: of two of one day, it tells which is the last.
        "dated": f"Le {instant_in_words(message.written_at, academy.zone, weekday=False)}",
        "place": place,
        "paragraphs": [
            part.splitlines() for part in spaced(message.body).strip().split("\n\n") if part.strip()
        ],
        "enclosed": spaced(note),
        "reference": f"{settings.SERVICE_NAME}, courrier n°{letter.pk}",
    }


def assembled(papers: Iterable[list[bytes]]) -> bytes:
    """Return one PDF of letters, for who prints on both sides.

    Each letter, and each document, begins on a front page: what is to be kept stands alone.
    """
    with ExitStack() as opened:
        whole = opened.enter_context(pikepdf.new())
        for parts in papers:
            for part in parts:
                source = opened.enter_context(pikepdf.open(io.BytesIO(part)))
                whole.pages.extend(source.pages)
                if len(whole.pages) % 2:
                    whole.add_blank_page(page_size=A4)
        printed = io.BytesIO()
        whole.save(printed, deterministic_id=True)
    return printed.getvalue()


def file_of(run: PrintRun, *, at: datetime) -> bytes:
    """Return the PDF of a run, the same each time.

    Raises:
        NotMade: it is being made.
        NotKept: it is kept no more, or is lost: a job makes it again from its letters.
        files.OutOfReach: the store does not answer.
    """
    if run.made_at is None:
        raise NotMade
    content = _kept(run)
    if not content:
        _ask_again(run, at=at)
        raise NotKept
    return content


def _kept(run: PrintRun) -> bytes:
    if not run.file_key:
        return b""
    try:
        return files.get(run.file_key)
    except files.Unreadable:
        logger.exception("The file of print run %s is made again", run.pk)
        return b""


@transaction.atomic
def _ask_again(run: PrintRun, *, at: datetime) -> None:
    # Only in the place of the file that was read: another may have come meanwhile.
    asked = PrintRun.objects.filter(pk=run.pk, file_key=run.file_key, again_at=None)
    if not asked.update(file_key="", again_at=at, trouble=""):
        return
    defer_once("letters.make", queue="documents", run=str(run.pk))
    if run.file_key:
        transaction.on_commit(lambda: files.forget_or_say([run.file_key]))


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the runs whose worker was killed; return how many."""
    asked_at = Coalesce("again_at", "asked_at")
    waiting = PrintRun.objects.to_make().annotate(since=asked_at).filter(since__lt=older_than)
    left = waiting.values_list("pk", flat=True)
    return sum(defer_once("letters.make", queue="documents", run=str(pk)) for pk in left)


def forget_files(*, at: datetime) -> int:
    """Delete the files that were made, or made again, a month ago; return how many."""
    made = PrintRun.objects.annotate(since=Coalesce("made_again_at", "made_at"))
    old = made.filter(since__lt=at - FILE_KEPT).exclude(file_key="")
    forgotten = 0
    for run in old:
        files.forget(run.file_key)
        forgotten += PrintRun.objects.filter(pk=run.pk).update(file_key="")
    return forgotten
