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
from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from sporades import journal
from sporades.candidates.models import Candidate, Identity
from sporades.candidates.names import is_same_person
from sporades.candidates.postal import lines_of
from sporades.core import apart, files, pdf
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import instant_in_words, local_day, spaced
from sporades.core.leaving import leave
from sporades.core.locks import alone, lock_value
from sporades.core.queue import app, defer_once
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.letters.mentions import mention_of, readdressed_since
from sporades.letters.models import NOT_JOINED, Letter, PrintRun
from sporades.letters.operations import put_aside
from sporades.letters.states import PRINT
from sporades.registrations.records import postal_address_of
from sporades.territory import queries as territory

PRINTED_FROM = time(6)
"""The hour of the day's run, by the clock of the academy."""
MOST_IN_A_RUN = 500
FILE_KEPT = timedelta(days=30)
"""How long the PDF of a run is kept; it is made again from its letters after that."""
TEMPLATE = "letters/typst/letter.typ"
A4 = (595.28, 841.89)
CIVILITIES = tuple(str(label) for label in Identity.Civility.labels)
"""How the envelope of a candidate begins: see `recipient_of`."""
CANNOT_BE_PRINTED = "son texte ou son document joint ne peut pas être imprimé"
NOTHING_LEFT = "aucun de ses courriers n'est encore gardé"
UNPRINTABLE = (pdf.CannotPrint, documents.Unprintable)

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
        else readdressed_since(letter, letter.mention)
    )
    content = content_of(letter, place=place, note=mention)
    parts = [pdf.typeset(TEMPLATE, content, at=letter.message.written_at)]
    if letter.enclosed is not None and NOT_JOINED not in mention:
        parts.append(documents.on_paper(letter.enclosed))
    return parts


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
    leave(filter(None, [run.file_key]))


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
        # Found gone by whoever asked for it meanwhile, it may have been made again.
        same = PrintRun.objects.filter(pk=run.pk, file_key=run.file_key)
        forgotten += same.update(file_key="")
    return forgotten
