"""Ask for an export, approve it, prepare it, hand it over, forget it (S-17)."""

import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Count, Sum

from sporades import journal, mail
from sporades.accounts import asking
from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, Reach
from sporades.core import files, pooler
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import instant_in_words
from sporades.core.links import link_to
from sporades.core.locks import alone
from sporades.core.numbers import in_groups
from sporades.core.queue import defer_once
from sporades.core.refusals import NobodyApproves, Refused, SamePerson
from sporades.core.transitions import Transition, move
from sporades.exchanges.models import KEPT_FOR, WITHOUT_APPROVAL, Export
from sporades.exchanges.spreadsheets import Row, Sheet
from sporades.exchanges.states import (
    APPROVE,
    BEGIN,
    FINISH,
    FORGET,
    PROPOSE,
    REFUSE,
    STOP,
    UNDER_WAY,
    UNFINISHED,
    ExportState,
)
from sporades.journal.models import Entry
from sporades.searches.columns import SHORT, Reading
from sporades.searches.models import Search
from sporades.searches.offers import are_of_several_sessions
from sporades.searches.queries import found, in_order
from sporades.searches.rules import says_of_health
from sporades.searches.words import clock_in_words, in_words, perimeter_in_words

MOST_LINES = 200_000
"""The longest file; nobody reads more, and a criterion divides it."""

FORGOTTEN_AFTER = timedelta(days=365)
COUNTED_FOR = timedelta(days=1)
KEPT = (ExportState.READY, ExportState.FORGOTTEN)
"""With what is under way, whose lines are counted together for a day."""

AT_ONCE = 2_000
"""After how many lines what is written is said, and asked whether to go on."""

NOBODY_APPROVES = (
    "Cet export demande l'accord d'une seconde personne, et personne n'a un périmètre qui "
    "contient le vôtre : limitez la recherche, ou demandez à l'administrateur."
)
SAME_PERSON = "Un export est approuvé par une autre personne que celle qui le demande."

logger = logging.getLogger(__name__)


class TooLong(Refused):
    """More than a file takes."""

    message = (
        "Un export compte 200 000 lignes au plus : ajoutez un critère, et faites-en plusieurs."
    )


class Nothing(Refused):
    """A search that finds nothing."""

    message = "Cette recherche ne trouve aucune inscription : il n'y a rien à exporter."


class AskedAnew(Refused):
    """Whoever decides agrees to what they read, and to no more."""

    message = (
        "Cet export n'est plus celui que vous avez lu : son nombre de lignes a changé. Relisez-le avant "
        "d'en décider."
    )


class OfHealth(Refused):
    """A search whose every line would say something of health."""

    message = (
        "Cette recherche trie les candidats par un handicap déclaré, par ce qu'il fait seul demander "
        "(une pièce, une réponse), proposer, dispenser ou garder, ou par un aménagement demandé : "
        "un fichier le dirait de chacun, elle ne s'exporte pas. Retirez ce critère. Pour organiser "
        "les épreuves, les colonnes « Demande d'aménagement » et « Aménagements accordés » disent "
        "ce qui est demandé et ce qui est accordé."
    )


NAMES = ("nom", "nom_complet", "nom_usage")
"""The criteria by which somebody is found under either family name."""
NOTHING_LEFT = "Aucune inscription ne répond plus à ces critères dans votre périmètre."


OUR_FAULT = (
    "Une erreur de notre part a empêché de l'écrire : le service technique en est prévenu. Redemandez-le "
    "avec d'autres colonnes, ou plus tard."
)


class Ended(Exception):
    """The export is not to be gone on with."""


@transaction.atomic
def ask(
    *, search: Search, order: str, form: str, purpose: str, reach: Reach, by: User, at: datetime
) -> Export:
    """Ask for what a search finds, as a file.

    Up to 5,000 lines it is prepared at once; beyond, a second person approves it first.

    Args:
        search: what is sought, and the columns to write.
        order: how the lines are sorted.
        form: the code of the form of file.
        purpose: what it is for, kept in the journal.
        reach: where whoever asks may export.
        by: who asks.
        at: the instant.

    Raises:
        OfHealth: the search says something of health.
        Nothing, TooLong: the search finds none, or too many.
        NobodyApproves: it is for a second person, and nobody may approve it.
    """
    if says_of_health(search.tree):
        raise OfHealth
    # Of one author, one at a time: two exports at once would not see each other.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    same = {
        "tree": search.tree,
        "columns": columns_of(search, reach=reach),
        "order": order,
        "form": form,
        "perimeters": reach.as_json(),
    }
    asked_before = by.exports.filter(state__in=UNFINISHED, purpose=purpose, **same)
    under_way: Export | None = asked_before.first()
    if under_way is not None:
        # The button was pressed twice; for another reason, or perimeter, it is another export.
        return under_way
    total = found(search.group, reach=reach).count()
    if not total:
        raise Nothing
    if total > MOST_LINES:
        raise TooLong
    author = reach.member
    is_large = is_for_two(total, by=by, at=at)
    export: Export = Export.objects.create(
        asked_by=by,
        asked_name=author.name,
        asked_role=author.kind,
        **same,
        purpose=purpose,
        total=total,
        state=ExportState.PROPOSED if is_large else ExportState.WAITING,
        asked_at=at,
    )
    _record("export asked", export, by=author, at=at)
    if not is_large:
        _queue(export)
    elif approvers_of(export, at=at):
        _ask_approval(export, at=at)
    else:
        raise NobodyApproves(NOBODY_APPROVES)
    return export


def columns_of(search: Search, *, reach: Reach) -> list[str]:
    """Return the columns of a file, by their codes: those of the list, and what a page says with them.

    Whoever was found by the name that they use is shown with it beside the other in one cell of a
    page, which no cell of a file holds; so is what they present with its session, where there are
    several and nobody chose the columns.

    Args:
        search: what is sought.
        reach: where whoever asks may read.
    """
    shown = [one.code for one in search.shown]
    is_named = any(one.criterion.code in NAMES and one.values for one in search.group.leaves())
    more = ["nom_usage"] if is_named and "nom" in shown else []
    if not search.columns and are_of_several_sessions(reach):
        more.append("session")
    return [*shown, *more] if more else list(search.columns)


def is_for_two(total: int, *, by: User, at: datetime) -> bool:
    """Return whether so many lines more, asked for by somebody, are for a second person to approve.

    Args:
        total: how many.
        by: who asks.
        at: the instant.
    """
    return total + _taken_alone(by, at=at) > WITHOUT_APPROVAL


def _taken_alone(by: User, *, at: datetime) -> int:
    """Return how many lines somebody asked for since a day that nobody else approved."""
    without_approval = by.exports.filter(
        asked_at__gt=at - COUNTED_FOR, decided_name="", state__in=[*UNDER_WAY, *KEPT]
    )
    return without_approval.aggregate(lines=Sum("total"))["lines"] or 0


@transaction.atomic
def approve(
    *, export: Export, seen: str | None = None, user: User, by: Actor, at: datetime
) -> None:
    """Approve a large export that somebody else asked for.

    Args:
        export: which.
        seen: how many lines were read to be asked for (`Export.total`); nothing where none were.
        user: who approves.
        by: the same, in the role that allows it.
        at: the instant.

    Raises:
        SamePerson: whoever approves asked for it.
        AskedAnew: it is to be approved for another number of lines than was read.
        Refused: it is no longer to be approved.
    """
    _check_seen(export, seen)
    _decide(export, APPROVE, user=user, by=by, at=at, approved_total=export.total)
    _record("export approved", export, by=by, at=at)
    _queue(export)


@transaction.atomic
def refuse(*, export: Export, seen: str | None = None, user: User, by: Actor, at: datetime) -> None:
    """Refuse a large export that somebody else asked for.

    Args:
        export, seen, user, by, at: as in `approve`.

    Raises:
        SamePerson: whoever refuses asked for it.
        AskedAnew: see `approve`.
        Refused: it is no longer to be decided.
    """
    _check_seen(export, seen)
    _decide(export, REFUSE, user=user, by=by, at=at)
    _record("export refused", export, by=by, at=at)
    _tell(export, at=at)


@transaction.atomic
def stop(*, export: Export, by: Actor, at: datetime) -> None:
    """Stop one's export, under way or not begun. Raises Refused when it has ended."""
    move(export, STOP, why="Vous l'avez arrêté.")
    _record("export stopped", export, by=by, at=at)


def hand_over(*, export: Export, by: Actor, at: datetime) -> bytes:
    """Return the file of an export, and note that it was taken.

    Raises:
        Refused: it is not ready, or no longer kept.
        files.OutOfReach: the store does not answer.
    """
    if export.state != ExportState.READY or not export.is_kept(at):
        raise Refused("Ce fichier n'est plus gardé : demandez un nouvel export.")
    content = files.get(export.file_key)
    _record("export taken", export, by=by, at=at)
    return content


def prepare(pk: str, *, at: datetime) -> None:
    """Write the file of an export.

    What is written is what whoever asked may read now, within what they might read then: a role
    that ends meanwhile stops it, and of a perimeter that has shrunk the file is of what is left.
    Whoever is killed halfway leaves nothing: it begins again.

    Args:
        pk: its key.
        at: the instant.
    """
    with alone("export", pk) as is_held:
        if is_held:
            _prepare(pk, at=at)


def _prepare(pk: str, *, at: datetime) -> None:
    export = Export.objects.select_related("asked_by").get(pk=pk)
    if export.state not in UNDER_WAY:
        return
    _forget_pending(export)
    try:
        now = _still_allowed(export, at=at)
        lines = _readable(export, now)
        if _is_larger_than_allowed(export, lines.count(), at=at):
            return
        move(export, BEGIN, begun_at=at, done=0)
        academies = _by_academy(export, lines)
        key = _written(export, lines, at=at)
    except Ended as reason:
        _stopped(export, str(reason), at=at)
        return
    except (OperationalError, files.OutOfReach):
        raise  # it begins again once they answer
    except Exception:
        # It would fail for ever, and nobody be told.
        logger.exception("Export %s cannot be made", export.mark)
        _stopped(export, OUR_FAULT, at=at)
        return
    _finished(export, key, academies, within=now, at=at)


def lines_now(export: Export, *, at: datetime) -> int:
    """Return how many lines the file of an export would have by now, for whoever asked for it.

    Args:
        export: what was asked for.
        at: the instant.
    """
    try:
        return int(_readable(export, _still_allowed(export, at=at)).count())
    except Ended:
        return 0


def forget_old(*, at: datetime) -> int:
    """Delete the files that nobody may take any more; return how many.

    What was sought may name somebody: after a year the export goes too, the journal keeps the act.
    """
    Export.objects.filter(asked_at__lt=at - FORGOTTEN_AFTER, file_key="").delete()
    old = Export.objects.filter(state=ExportState.READY, ready_at__lt=at - KEPT_FOR)
    return sum(_forget(export, at=at) for export in old)


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the exports whose worker was killed; return how many."""
    waiting = Export.objects.filter(state__in=UNDER_WAY, asked_at__lt=older_than).exclude(
        begun_at__gte=older_than
    )
    return sum(_queue(export) for export in waiting)


def _decide(
    export: Export, transition: Transition, *, user: User, by: Actor, at: datetime, **stamps: Any
) -> None:
    if export.asked_by_id == user.pk:
        raise SamePerson(SAME_PERSON)
    move(export, transition, decided_at=at, decided_by=user, decided_name=by.name, **stamps)


def _check_seen(export: Export, seen: str | None) -> None:
    """Refuse an export that has grown since it was read, and is to be approved anew. Raises AskedAnew."""
    if export.is_proposed and seen not in (None, str(export.total)):
        raise AskedAnew


def _queue(export: Export) -> bool:
    return defer_once("exchanges.prepare", queue="exports", export=str(export.pk))


def _record(verb: str, export: Export, *, by: Actor, at: datetime) -> Entry:
    # What was sought may name somebody: the journal has which criteria, not their values.
    criteria = sorted({leaf["criterion"] for leaf in _leaves(export.tree)})
    return journal.record(
        verb,
        by=by,
        on=export,
        at=at,
        academy=export.reach.only_academy,
        after={
            "purpose": export.purpose,
            "lines": export.total,
            "form": export.form,
            "columns": [column.code for column in export.shown],
            "criteria": criteria,
            "perimeters": export.perimeters,
            **({"digest": export.digest} if export.digest else {}),
        },
    )


def _leaves(node: Any) -> Iterator[Any]:
    for member in node["members"]:
        if "link" in member:
            yield from _leaves(member)
        else:
            yield member


def _readable(export: Export, now: Reach) -> Any:
    """Return the lines to write, of what their reader asked for and reads now. Raises Ended."""
    if says_of_health(export.tree):  # asked for before such a search was refused
        raise Ended("La recherche a un critère de santé : elle ne s'exporte pas.")
    try:
        asked = found(export.group, reach=export.reach)
    except (KeyError, ValueError):
        raise Ended("La recherche porte sur un critère qui n'existe plus.") from None
    both = asked.filter(now.condition(academy="academy", domain="exam__domain__code"))
    return in_order(both, export.order, tree=export.group)


def _still_allowed(export: Export, *, at: datetime) -> Reach:
    now = export.reach_now(Permission.EXPORT, at=at)
    if not now:
        raise Ended("Votre rôle ne permet plus d'exporter.")
    return now


def _is_larger_than_allowed(export: Export, total: int, *, at: datetime) -> bool:
    """Ask for an approval if more is found by now than one person takes out alone. Raises Ended."""
    if not total:
        raise Ended(NOTHING_LEFT)
    export.total = total
    if total > MOST_LINES:
        raise Ended("La recherche trouve plus de 200 000 inscriptions.")
    if not export.needs_approval:
        Export.objects.filter(pk=export.pk).update(total=total)
        return False
    if not approvers_of(export, at=at):
        raise Ended(NOBODY_APPROVES)
    with transaction.atomic():
        undecided = {"decided_at": None, "decided_by": None, "decided_name": ""}
        move(export, PROPOSE, total=total, approved_total=None, **undecided)
        _ask_approval(export, at=at)
    return True


def _by_academy(export: Export, lines: Any) -> dict[str, int]:
    """Return how many lines are of each academy; nothing where the journal of its only one has them all."""
    if export.reach.only_academy:
        return {}
    counted = lines.order_by("academy").values_list("academy").annotate(lines=Count("pk"))
    return dict(counted)


def _written(export: Export, lines: Any, *, at: datetime) -> str:
    """Write the file and return its key. Raises Ended."""
    columns = export.shown
    sheet = Sheet(
        title="Inscriptions",
        columns=[*(column.label for column in columns), "Export"],
        rows=_rows(export, lines, at=at),
        widths=[*(column.width for column in columns), SHORT],
        about=_about(export, _still_allowed(export, at=at)),
    )
    with tempfile.TemporaryFile() as file:
        export.spreadsheet.write(sheet, file)
        file.seek(0)
        content = file.read()
    # Named before it is kept: whoever is killed between the two leaves a name to forget it by.
    key = files.key_of(content, suffix=export.spreadsheet.suffix)
    Export.objects.filter(pk=export.pk).update(pending_key=key)
    return files.put(content, suffix=export.spreadsheet.suffix)


def _about(export: Export, now: Reach) -> Iterator[tuple[str, str]]:
    """Say what a file is of: how many lines is known once they are written.

    Args:
        export: which.
        now: where its author exports by now; where that is less than what they asked for, both are said.
    """
    asked = export.reach
    is_whole = now.includes(asked)
    reach = asked if is_whole else now
    yield "Export", export.mark
    yield "Demandé par", export.asked_name
    yield "Demandé le", export.asked_in_words
    yield "Motif", export.purpose
    yield "Approuvé par", export.decided_name or "(sans objet)"
    if not is_whole:
        yield "Périmètre de la demande", " ; ".join(perimeter_in_words(asked))
    yield "Périmètre", " ; ".join(perimeter_in_words(reach))
    yield "Critères", " ; ".join(in_words(export.group, reach=asked)) or "Aucun"
    yield "Lignes", in_groups(str(export.done))
    yield "Jours et heures", clock_in_words(reach)
    yield "Format", export.spreadsheet.label


def _rows(export: Export, lines: Any, *, at: datetime) -> Iterator[Row]:
    done = 0
    reading = Reading(export.shown, _still_allowed(export, at=at))
    for done, row in enumerate(lines_of(lines, reading, export.mark), start=1):
        yield row
        if done % AT_ONCE == 0:
            _go_on(export, done, at=at)
    _go_on(export, done, at=at)
    export.done = done


def lines_of(registrations: Any, reading: Reading, mark: str) -> Iterator[Row]:
    """Give a line for each registration, never all of them in memory.

    Args:
        registrations: what was found, in its order.
        reading: what each line says.
        mark: the mark of the export, at the end of each.
    """
    cells = reading.cells()
    for values in pooler.a_share_at_a_time(reading.of(registrations), AT_ONCE):
        yield [*cells(values), mark]


def _go_on(export: Export, done: int, *, at: datetime) -> None:
    """Say how far it is. Raises Ended when it was stopped, or its author has no role any more."""
    _still_allowed(export, at=at)
    running = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING)
    if not running.update(done=done):
        raise Ended("")


def _forget_pending(export: Export) -> None:
    """Delete the file of an attempt that did not end."""
    if export.pending_key:
        files.forget(export.pending_key)
        Export.objects.filter(pk=export.pk).update(pending_key="")
        export.pending_key = ""


@transaction.atomic
def _stopped(export: Export, why: str, *, at: datetime) -> None:
    export.refresh_from_db()
    _forget_pending(export)
    if export.state not in UNDER_WAY:
        return
    move(export, STOP, why=why)
    _record("export stopped", export, by=SYSTEM, at=at)
    _tell(export, at=at)


@transaction.atomic
def _finished(
    export: Export, key: str, academies: dict[str, int], *, within: Reach, at: datetime
) -> None:
    """Keep the file, and of which perimeter it is where that is less than what was asked for."""
    asked = export.reach
    is_of = asked if within.includes(asked) else within.also_in(asked)
    try:
        stamps = {
            "file_key": key,
            "digest": files.digest_of(key),
            "pending_key": "",
            "perimeters": is_of.as_json(),
        }
        move(export, FINISH, **stamps, ready_at=at)
    except Refused:
        export.refresh_from_db()  # stopped at the last line
        _forget_pending(export)
        return
    made = _record("export made", export, by=SYSTEM, at=at)
    # In the journal of the only one that its file is of, it is already.
    others = {code: lines for code, lines in academies.items() if code != is_of.only_academy}
    for academy, lines in others.items():
        journal.also_for(made, academy=academy, by=export.author, lines=lines)
    _tell(export, at=at)


def _forget(export: Export, *, at: datetime) -> bool:
    key = export.file_key
    try:
        files.forget(key)
    except files.OutOfReach:
        logger.warning("The file of export %s is forgotten later", export.pk)
        return False
    with transaction.atomic():
        move(export, FORGET, file_key="")
        _record("export forgotten", export, by=SYSTEM, at=at)
    return True


def _ask_approval(export: Export, *, at: datetime) -> None:
    asking.ask_to_approve(
        "export_to_approve",
        approvers_of(export, at=at),
        about=export,
        key=f"export:{export.pk}:approve:{export.total}",
        link=link_to("office:one_export", export.pk),
        at=at,
        export=export,
    )


def approvers_of(export: Export, *, at: datetime) -> list[Membership]:
    """Return who may approve an export."""
    return asking.approvers_of(
        export.reach, permission=Permission.APPROVE_EXPORTS, author=export.asked_by_id, at=at
    )


def _tell(export: Export, *, at: datetime) -> None:
    if not asking.is_here(export.asked_by, at=at):
        return
    mail.write(
        "export_ended",
        to=export.asked_by.email,
        at=at,
        key=f"export:{export.pk}:{export.state}",
        about=export,
        export=export,
        until=instant_in_words(at + KEPT_FOR, asking.clock_of(export.reach)),
        link=link_to("office:one_export", export.pk),
    )
