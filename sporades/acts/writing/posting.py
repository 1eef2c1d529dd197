"""Print the letters that wait, take their file, note that they were posted, and came back (I13)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import batched

from django.db import models, transaction

from sporades import journal
from sporades.accounts.permissions import Reach
from sporades.core.actors import Actor
from sporades.core.days import midnight
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.letters import mentions, printing
from sporades.letters.models import Letter, PrintRun
from sporades.letters.printing import NotMade, Sender
from sporades.letters.states import POST, PRINT, RETURN, UNPOST, UNRETURN
from sporades.mail.models import Message


class PostedAlready(Refused):
    """A colleague has said so."""

    message = "Ces courriers sont déjà notés comme postés."


class ReadAgain(Refused):
    """What is not to be posted of a run is not what was read."""

    message = (
        "Depuis que vous avez ouvert cette page, les courriers à ne plus poster ont changé : relisez la "
        "liste, puis notez-les. Rien n'est noté."
    )


class NotPosted(Refused):
    """A colleague has taken it back, or nobody has said so."""

    message = "Ces courriers ne sont pas notés comme postés."


class CameBack(Refused):
    """One of them came back: they were posted."""

    message = (
        "Un de ces courriers est noté comme revenu : ils ont bien été postés, et le restent ici."
    )


class NotWaiting(Refused):
    """Some letters do not wait to be printed, or have no address that an envelope could bear."""


class ImpossibleDay(Refused):
    """They could not be posted on that day."""

    message = (
        "Indiquez un jour entre celui où le dernier de ces courriers a été écrit et aujourd'hui."
    )


class NotReturned(Refused):
    """A colleague has taken it back, or nobody has said so."""

    message = "Ce courrier n'est pas noté comme revenu."


class SentAgain(Refused):
    """What came back went again: it did come back."""

    message = "Ce courrier a été envoyé de nouveau : il reste noté comme revenu."


def print_now(reach: Reach, *, by: Actor, at: datetime) -> int:
    """Begin the runs of all that waits within a perimeter; return how many letters they have.

    What could not be printed is tried again: its document may be there by now.
    """
    Letter.objects.waiting().within(reach).exclude(why="").update(why="")
    mine = printing.senders(Letter.objects.waiting().within(reach))
    return sum(run.total for one, _ in mine for run in printing.begin(one, by=by, at=at))


def hand_over(run: PrintRun, *, by: Actor, at: datetime) -> bytes:
    """Return the PDF of a run, the same each time, and note who takes it.

    Raises:
        NotMade, NotKept, files.OutOfReach: see `printing.file_of`.
    """
    content = printing.file_of(run, at=at)
    journal.record("print run taken", by=by, on=run, at=at, academy=run.academy_id)
    return content


@transaction.atomic
def note_posted(
    *,
    run: PrintRun,
    posted_on: date,
    read: Collection[int] = (),
    all_went: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Note that the letters of a run were posted, but those that were not to be any more.

    Args:
        run: which.
        posted_on: the day.
        read: the keys of those that were read as not to be posted (`mentions.since_printed`).
        all_went: whether these were posted all the same.
        by: who says so.
        at: the instant.

    Raises:
        NotMade, PostedAlready, ReadAgain: see each.
    """
    locked = PrintRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.made_at is None:
        raise NotMade
    if locked.posted_on is not None:
        raise PostedAlready
    since = mentions.since_printed(locked)
    if since.keys() != set(read):
        raise ReadAgain
    left = {} if all_went else since
    locked.posted_on, locked.posted_name = posted_on, by.name
    locked.save(update_fields=["posted_on", "posted_name"])
    letters = Letter.objects.filter(run=locked, state__in=POST.sources)
    for key, why in left.items():
        letters.filter(pk=key).update(why=why)
    letters.exclude(pk__in=left).update(state=POST.target)
    after: dict[str, object] = {
        "posted_on": posted_on.isoformat(),
        "letters": locked.total - len(left),
    }
    if left:
        after["left"] = sorted(left)
    journal.record(
        "letters posted", by=by, on=locked, at=at, academy=locked.academy_id, after=after
    )


@transaction.atomic
def note_posted_unprinted(
    *, letters: Collection[int], posted_on: date, reason: str, by: Actor, at: datetime
) -> int:
    """Note that letters which wait were posted, of which a restoration has lost that they were printed.

    They are printed no more, and what counts from their day counts from the true one. All are noted,
    or none. « Revenir sur l'envoi » corrects the day, as of any run.

    Args:
        letters: their numbers, as the sheets bear them.
        posted_on: the day.
        reason: why.
        by: who says so.
        at: the instant.

    Returns:
        How many there were.

    Raises:
        NotWaiting, ImpossibleDay: see each.
    """
    waiting = Letter.objects.waiting().filter(pk__in=letters)
    related = ("candidate__identity", "message", "service__academy")
    locked = waiting.select_related(*related).select_for_update(of=("self",), no_key=True)
    theirs: dict[Sender, list[Letter]] = defaultdict(list)
    for letter in locked.order_by("pk"):
        if printing.addressed_anew(letter):
            theirs[printing.sender_of(letter)].append(letter)
    found = [one for some in theirs.values() for one in some]
    if left := sorted(set(letters) - {one.pk for one in found}):
        numbers = ", ".join(map(str, left))
        message = (
            f"N'attendent pas d'être imprimés, ou n'ont pas d'adresse : {numbers}. Rien n'est noté."
        )
        raise NotWaiting(message)
    for sender, some in theirs.items():
        for part in batched(some, printing.MOST_IN_A_RUN):
            _posted_unprinted(part, sender, posted_on, reason=reason, by=by, at=at)
    return len(found)


def _posted_unprinted(
    letters: Sequence[Letter],
    sender: Sender,
    posted_on: date,
    *,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    zone = letters[0].service.zone
    written_on = max(local_day(one.message.written_at, zone) for one in letters)
    if not written_on <= posted_on <= local_day(at, zone):
        raise ImpossibleDay
    run = printing.put_in_run(
        letters,
        sender,
        day=written_on,
        asked_at=at,
        asked_name=by.name,
        # What the sheets said that evening is what they say if they are asked for again.
        made_at=min(at, midnight(posted_on + timedelta(days=1), zone)),
        posted_on=posted_on,
        posted_name=by.name,
    )
    Letter.objects.filter(run=run, state__in=PRINT.sources).update(state=PRINT.target, why="")
    Letter.objects.filter(run=run, state__in=POST.sources).update(state=POST.target)
    after = {"posted_on": posted_on.isoformat(), "letters": run.total, "reason": reason}
    journal.record("letters posted", by=by, on=run, at=at, academy=run.academy_id, after=after)


@transaction.atomic
def take_back_posted(*, run: PrintRun, by: Actor, at: datetime) -> None:
    """Take back that the letters of a run were posted: it was said too early, or of another day.

    Args:
        run: which.
        by: who says so.
        at: the instant.

    Raises:
        NotPosted, CameBack: see each.
    """
    locked = PrintRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.posted_on is None:
        raise NotPosted
    # Whoever notes that one came back waits for these rows, and finds it posted no more.
    letters = Letter.objects.select_for_update(no_key=True).filter(run=locked).order_by("pk")
    if any(one.is_returned for one in letters):
        raise CameBack
    posted = letters.filter(state__in=UNPOST.sources).update(state=UNPOST.target)
    letters.exclude(why="").update(why="")
    before = {"posted_on": locked.posted_on.isoformat(), "letters": posted}
    locked.posted_on, locked.posted_name = None, ""
    locked.save(update_fields=["posted_on", "posted_name"])
    journal.record(
        "letters not posted", by=by, on=locked, at=at, academy=locked.academy_id, before=before
    )


@transaction.atomic
def note_returned(*, letter: Letter, by: Actor, at: datetime) -> None:
    """Note that an envelope came back, whatever the reason: gone, unknown, unclaimed, refused.

    Args:
        letter: one of those that it holds, with its message, service and candidate: all came back.
        by: who says so.
        at: the instant.

    Raises:
        Refused: it was not posted, or has come back already.
    """
    held = list(_locked_envelope(letter).filter(state__in=RETURN.sources))
    if letter.pk not in {one.pk for one in held}:
        held = [letter]  # its move says why not
    for one in held:
        academy = one.service.academy
        day = local_day(at, academy.zone)
        move(one, RETURN, returned_on=day, returned_name=by.name)
        journal.record(
            "letter returned",
            by=by,
            on=letter.candidate,
            at=at,
            academy=academy.code,
            after={"letter": one.pk, "kind": one.message.kind},
        )
    letter.refresh_from_db(fields=["state", "returned_on", "returned_name"])


def _locked_envelope(letter: Letter) -> models.QuerySet[Letter]:
    held = Letter.objects.in_envelope_of(letter).select_related("message", "service__academy")
    return held.select_for_update(of=("self",), no_key=True).order_by("pk")


@transaction.atomic
def take_back_returned(*, letter: Letter, by: Actor, at: datetime) -> None:
    """Take back that an envelope came back: it was said of another, or by mistake.

    Args:
        letter: one of those that it holds.
        by: who says so.
        at: the instant.

    Raises:
        SentAgain: see there.
        Refused: nobody has said so, or it was taken back already.
    """
    envelope = Letter.objects.in_envelope_of(letter)
    # Whoever sends one again locks its message first.
    said = Message.objects.filter(pk__in=envelope.values("message"))
    keys = [one.pk for one in said.select_for_update().order_by("pk")]
    if Message.objects.filter(again_of__in=keys).exists():
        raise SentAgain
    held = list(_locked_envelope(letter).filter(state__in=UNRETURN.sources))
    if letter.pk not in {one.pk for one in held}:
        held = [letter]  # its move says why not
    for one in held:
        move(one, UNRETURN, returned_on=None, returned_name="", is_settled=False)
        journal.record(
            "letter not returned",
            by=by,
            on=letter.candidate,
            at=at,
            academy=one.service.academy.code,
            after={"letter": one.pk, "kind": one.message.kind},
        )


@transaction.atomic
def settle_returned(*, letter: Letter, by: Actor, at: datetime) -> None:
    """« Rien à renvoyer »: say of a letter that came back that it awaits nothing; pressed twice, once.

    It may still be sent again.

    Args:
        letter: which, with its service and candidate.
        by: who says so.
        at: the instant.

    Raises:
        NotReturned: see there.
    """
    locked = Letter.objects.select_for_update(of=("self",), no_key=True).get(pk=letter.pk)
    if not locked.is_returned:
        raise NotReturned
    if locked.is_settled:
        return
    locked.is_settled = True
    locked.save(update_fields=["is_settled"])
    journal.record(
        "letter left returned",
        by=by,
        on=letter.candidate,
        at=at,
        academy=letter.service.academy.code,
        after={"letter": letter.pk, "kind": letter.message.kind},
    )
