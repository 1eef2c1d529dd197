"""« À traiter »: what awaits somebody of the perimeter, how many and since when (I7).

A queue that comes with another room adds its function to `QUEUES`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.accounts.permissions import Permission
from sporades.acts.registrations.moving import unopened_within
from sporades.acts.requests.silence import is_decided_by_silence, standings_for
from sporades.core.french import time_left_in_words
from sporades.doubles.models import LikelyDouble
from sporades.evidence.completeness import lacking_within, missing_rows
from sporades.evidence.queries import to_verify_within
from sporades.letters.models import Letter, PrintRun
from sporades.letters.queries import kept_back, unprintable
from sporades.publications.models import Publication
from sporades.registrations.models import ChangeRequest, CorrectionRequest, LateRequest
from sporades.registrations.models.request import COUNTED_FROM, Request, may_be_due_from
from sporades.registrations.records import unreached_within
from sporades.registrations.states import STANDING
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import BY_CODE, Column
from sporades.searches.operators import Operator
from sporades.searches.queries import TakesTooLong, found, in_less_than, planned_anew
from sporades.searches.trees import Group, Leaf, Link
from sporades.threads.queries import unanswered_within
from sporades.web.layout.clock import day_of
from sporades.web.office import bounded
from sporades.web.office.access import ROUTES
from sporades.web.office.accommodations.waiting import STEPS, waiting_at
from sporades.web.office.people.records import UNREACHED, UNREACHED_LABEL
from sporades.web.office.searches import building

ALONE = {
    "office:change_requests": "Demandes de modification",
    "office:late_requests": "Demandes d'inscription tardive",
    "office:correction_requests": "Demandes de correction d'état civil",
    "office:unanswered": "Messages sans réponse",
    "office:pieces_to_verify": "Pièces à vérifier",
    "office:accommodations": "Aménagements",
    "office:incomplete": "Candidatures incomplètes",
}
"""The pages that nothing else leads to: what waits there for others is followed from there."""

NOT_OVER = Leaf(CRITERIA["examen_passe"], Operator.IS, ("non",))
"""What awaits of a session whose exam has taken place has a line of its own: `_of_past_sessions`."""
READY = Group(members=(Leaf(CRITERIA["complet"], Operator.IS, ("oui",)), NOT_OVER))
READY_LABEL = "Dossiers complets à valider"
MOST_TO_COUNT = timedelta(seconds=1)
"""How long a queue is counted that is costly to count; then it is led to, and not counted."""
MOST_TO_COUNT_EVERYWHERE = timedelta(milliseconds=250)
"""The same over all academies, where it is known beforehand that it may well take too long."""
NOT_AGAIN_FOR = timedelta(minutes=10)
"""For how long what took too long to count is not counted again by this process."""
AMENDED = Group(members=(Leaf(CRITERIA["modifiee_depuis"], Operator.IS, ("oui",)), NOT_OVER))
INFECTED_SINCE = Group(members=(Leaf(CRITERIA["infectee_depuis"], Operator.IS, ("oui",)),))
IN_ANOMALY = Group(members=(Leaf(CRITERIA["etat"], Operator.IS, ("anomaly",)), NOT_OVER))
UNREACHED_WITH_ACCOUNT = Group(
    members=(
        Leaf(CRITERIA["mail_refuse"], Operator.IS, ("oui",)),
        Leaf(CRITERIA["compte"], Operator.IS, ("oui",)),
        Group(Link.OR, tuple(Leaf(CRITERIA["etat"], Operator.IS, (one,)) for one in STANDING)),
        NOT_OVER,
    )
)
"""Those without an account have a line of their own, which leads to where they are reached otherwise."""
OF_PAST_SESSIONS = Group(
    members=(
        Leaf(CRITERIA["examen_passe"], Operator.IS, ("oui",)),
        Group(
            Link.OR,
            tuple(
                Leaf(CRITERIA["etat"], Operator.IS, (state,)) for state in ("registered", "anomaly")
            ),
        ),
    )
)

TELLING = ("nom", "prenoms", "naissance", "qualification")
"""The columns that tell one line from another; with two more, a list is whole on a common screen."""
CALLING = ("nom", "prenoms", "telephone", "representant_telephone", "mail_refuse")
"""The columns to call somebody by, or the guardian of a minor."""
READY_SHOWN = (*TELLING, "piece_jugee")


@dataclass(frozen=True)
class Queue:
    """What awaits of one kind, or does not.

    Attributes:
        label: of what.
        count: how many; nothing where they are not counted.
        age: for how long the oldest has waited, where that is known.
        url: where they are gone through, one after the other.
        asked: what is posted there, where it is a search.
        is_cut: whether more wait than were counted.
    """

    label: str
    count: int | None
    age: str
    url: str
    asked: tuple[tuple[str, str], ...] = ()
    is_cut: bool = False


type _Within = frozenset[tuple[frozenset[str] | None, frozenset[str] | None]]

_took_too_long: dict[tuple[str, _Within], datetime] = {}
"""When what has a label took too long to count in a perimeter, academies and domains."""


def forget() -> None:
    """Forget what took too long to count: it is tried again."""
    _took_too_long.clear()


def queues(request: HttpRequest) -> list[Queue]:
    """Return the queues that are not empty, of what the reader may do."""
    with planned_anew():
        return [queue for one in QUEUES if (queue := one(request)) is not None]


def idle(request: HttpRequest, waiting: Iterable[Queue]) -> list[Queue]:
    """Return the queues that nothing else leads to, where nothing waits.

    Args:
        request: the reader's.
        waiting: the queues that are shown.
    """
    shown = {one.label for one in waiting}
    pages = [
        Queue(label, 0, "", reverse(name))
        for name, label in ALONE.items()
        if request.reaches(ROUTES[name].permission)
    ]
    if request.reaches(Permission.DECIDE):
        pages.append(_led_to(READY, READY_SHOWN, READY_LABEL, 0))
    return [one for one in pages if one.label not in shown]


def _change_requests(request: HttpRequest) -> Queue | None:
    reach = request.reaches(Permission.DECIDE_CHANGES)
    waiting = ChangeRequest.objects.to_answer(request.arrived_at).within(reach)
    url = reverse("office:change_requests")
    return _requests(waiting, ALONE["office:change_requests"], url, at=request.arrived_at)


def _late_requests(request: HttpRequest) -> Queue | None:
    """Return what was not saved in time and is asked for all the same."""
    waiting = LateRequest.objects.waiting().within(request.reaches(Permission.FILE_FOR_CANDIDATES))
    label, url = ALONE["office:late_requests"], reverse("office:late_requests")
    return _queue(waiting, "sent_at", label, url, at=request.arrived_at)


def _unanswered(request: HttpRequest) -> Queue | None:
    waiting = unanswered_within(request.reaches(Permission.ANSWER_MESSAGES))
    by_registration = Count("registration", distinct=True)
    url, at = reverse("office:unanswered"), request.arrived_at
    return _queue(waiting, "sent_at", ALONE["office:unanswered"], url, at=at, count=by_registration)


def _pieces(request: HttpRequest) -> Queue | None:
    url, at = reverse("office:pieces_to_verify"), request.arrived_at
    waiting = to_verify_within(request.reaches(Permission.JUDGE_EVIDENCE), at=at)
    first = waiting[: bounded.IN_A_QUEUE + 1]
    return _cut(_queue(first, "arrived_at", ALONE["office:pieces_to_verify"], url, at=at))


def _incomplete(request: HttpRequest) -> Queue | None:
    """Return the registrations that lack pieces; since when says the first deadline that passed."""
    at = request.arrived_at
    lacking = lacking_within(request.reaches(Permission.DECIDE), at)
    rows = missing_rows(at).filter(registration__in=lacking.values("pk"))
    by_registration = Count("registration", distinct=True)
    url = reverse("office:incomplete")
    return _queue(rows, "until", ALONE["office:incomplete"], url, at=at, count=by_registration)


def _accommodations(request: HttpRequest) -> Queue | None:
    """Return the requests that wait for the office, whatever their step; the oldest says since when."""
    cases = Case.objects.within(request.reaches(Permission.DECIDE_ACCOMMODATIONS))
    at = request.arrived_at
    waiting = waiting_at([step for step in STEPS if step.is_ours], cases, at).values()
    if not waiting:
        return None
    oldest = min(since for _, since in waiting)
    return Queue(
        ALONE["office:accommodations"],
        sum(count for count, _ in waiting),
        time_left_in_words(at - oldest),
        reverse("office:accommodations"),
    )


def _corrections(request: HttpRequest) -> Queue | None:
    reach = request.reaches(Permission.CORRECT_IDENTITY)
    waiting = CorrectionRequest.objects.to_answer(request.arrived_at).within(reach)
    url = reverse("office:correction_requests")
    return _requests(waiting, ALONE["office:correction_requests"], url, at=request.arrived_at)


def _doubles(request: HttpRequest) -> Queue | None:
    found = LikelyDouble.objects.within(request.reaches(Permission.COMPARE_DOUBLES))
    first = found.waiting().order_by("found_at", "pk")[: bounded.IN_A_QUEUE + 1]
    url = reverse("office:doubles")
    return _cut(_queue(first, "found_at", "Doublons probables", url, at=request.arrived_at))


def _merges(request: HttpRequest) -> Queue | None:
    found = LikelyDouble.objects.within(request.reaches(Permission.APPROVE_MERGES))
    theirs = found.to_approve(request.actor.identifier)
    url = f"{reverse('office:doubles')}?voir=a-approuver"
    return _queue(theirs, "proposed_at", "Fusions à approuver", url, at=request.arrived_at)


def _ready(request: HttpRequest) -> Queue | None:
    """Return the registrations that wait for « Valider » alone; nothing says since when.

    The last verdict does not: their summary may have come back since, or what was to be reviewed be so.
    """
    return _in_time(request, READY, READY_SHOWN, READY_LABEL)


def _amended(request: HttpRequest) -> Queue | None:
    label = "Inscriptions modifiées depuis la décision"
    return _searched(request, AMENDED, (*TELLING, "etat"), BY_CODE["modifiee"], label)


def _infected_since(request: HttpRequest) -> Queue | None:
    """Return what was validated before the antivirus had looked at its files, and has one that nobody opens."""
    label = "Inscriptions validées, pièce infectée depuis"
    return _searched(request, INFECTED_SINCE, (*TELLING, "etat"), BY_CODE["decidee"], label)


def _in_anomaly(request: HttpRequest) -> Queue | None:
    label = "Inscriptions en anomalie"
    return _searched(request, IN_ANOMALY, (*TELLING, "enregistree"), BY_CODE["decidee"], label)


def _of_past_sessions(request: HttpRequest) -> Queue | None:
    """Return what is neither validated, set aside nor left, of exams that have taken place."""
    label = "Inscriptions de sessions passées, ni validées ni écartées"
    return _in_time(request, OF_PAST_SESSIONS, (*TELLING, "session", "etat"), label)


def _received(request: HttpRequest) -> Queue | None:
    """Return what another academy has given, until somebody here opens it."""
    waiting = unopened_within(request.reaches(Permission.DECIDE))[: bounded.IN_A_QUEUE + 1]
    label, url = "Inscriptions reçues d'une autre académie", reverse("office:arrivals")
    return _cut(_queue(waiting, "moved_at", label, url, at=request.arrived_at))


def _in_preparation(request: HttpRequest) -> Queue | None:
    mine = Publication.objects.within(request.reaches(Permission.PREPARE_DOCUMENTS))
    return _queue(
        mine.to_finish(),
        "asked_at",
        "Publications à finir de préparer, ou à publier",
        reverse("office:publications"),
        at=request.arrived_at,
    )


def _to_print(request: HttpRequest) -> Queue | None:
    """Return the letters that a run would take."""
    mine = Letter.objects.waiting().within(request.reaches(Permission.PRINT_LETTERS))
    url, at = reverse("office:letters"), request.arrived_at
    waiting = mine.exclude(unprintable())
    return _queue(waiting, "message__written_at", "Courriers à imprimer", url, at=at)


def _to_post(request: HttpRequest) -> Queue | None:
    """Return the runs whose letters nobody has posted."""
    mine = PrintRun.objects.within(request.reaches(Permission.PRINT_LETTERS))
    waiting = mine.filter(posted_on=None)
    url, at = reverse("office:letters"), request.arrived_at
    return _queue(waiting, "asked_at", "Impressions de courriers à poster", url, at=at)


def _come_back(request: HttpRequest) -> Queue | None:
    """Return the letters that came back, until they are sent again or said to be left so."""
    back = Letter.objects.come_back(at=request.arrived_at)
    mine = back.managed_within(request.reaches(Permission.PRINT_LETTERS))
    said = mine.aggregate(count=Count("pk"), oldest=Min("returned_on"))
    if not said["count"]:
        return None
    days = (day_of(request) - said["oldest"]).days
    age = time_left_in_words(timedelta(days=days)) if days > 0 else "aujourd'hui"
    return Queue("Courriers revenus", said["count"], age, reverse("office:letters"))


def _not_printed(request: HttpRequest) -> Queue | None:
    """Return the letters that no run takes, for want of an address most often."""
    return _queue(
        kept_back(request.reaches(Permission.PRINT_LETTERS)),
        "message__written_at",
        "Courriers sans adresse, ou qui ne s'impriment pas",
        reverse("office:letters"),
        at=request.arrived_at,
    )


def _unreached(request: HttpRequest) -> Queue | None:
    """Return the candidates without an account whom mails do not reach, until they are reached otherwise."""
    waiting = unreached_within(request.reaches(Permission.KEEP_RECORDS))
    url = f"{reverse('office:records')}?voir={UNREACHED}"
    return _queue(waiting, "refused_at", UNREACHED_LABEL, url, at=request.arrived_at)


def _unreached_with_account(request: HttpRequest) -> Queue | None:
    """Return those who have an account and whom mails do not reach: they are called.

    Counted at once or not at all: the accounts of refused addresses are few, but far apart.
    """
    label = "Inscriptions de candidats que les mails n'atteignent pas"
    return _in_time(
        request, UNREACHED_WITH_ACCOUNT, CALLING, label, within=MOST_TO_COUNT_EVERYWHERE
    )


QUEUES: tuple[Callable[[HttpRequest], Queue | None], ...] = (
    _change_requests,
    _late_requests,
    _corrections,
    _unanswered,
    _pieces,
    _ready,
    _accommodations,
    _incomplete,
    _amended,
    _infected_since,
    _in_anomaly,
    _received,
    _merges,
    _doubles,
    _in_preparation,
    _to_print,
    _to_post,
    _come_back,
    _not_printed,
    _unreached,
    _unreached_with_account,
    _of_past_sessions,
)
"""In the order in which they are shown: first what somebody waits for."""


def _searched(
    request: HttpRequest, tree: Group, shown: tuple[str, ...], since: Column, label: str
) -> Queue | None:
    """Return what a search finds of what the reader decides of, listed by what says since when.

    Args:
        request: the reader's.
        tree: what is sought.
        shown: the columns that tell one line from another.
        since: the column by which they are listed.
        label: of what.
    """
    rows = found(tree, reach=request.reaches(Permission.DECIDE))
    first = rows.order_by(*since.order, "pk")[: bounded.IN_A_QUEUE + 1]
    url = reverse("office:search")
    queue = _cut(_queue(first, since.order[0], label, url, at=request.arrived_at))
    return queue and replace(queue, asked=_posted(tree, shown, since))


def _in_time(
    request: HttpRequest,
    tree: Group,
    shown: tuple[str, ...],
    label: str,
    *,
    within: timedelta = MOST_TO_COUNT,
) -> Queue | None:
    """Return the same, since nobody can say when, in the order in which they were filed.

    Over a country they may be too many to be looked at whenever this page is read: then they are
    led to, not counted, and not tried again for some minutes. Of very many the first that
    PostgreSQL finds are counted, in no order, which reads no others.

    Args:
        request: the reader's.
        tree: what is sought.
        shown: the columns that tell one line from another.
        label: of what.
        within: how long counting may take in an academy; over a country it is less.
    """
    reach, at = request.reaches(Permission.DECIDE), request.arrived_at
    if not reach:
        return None
    here = label, frozenset((one.academies, one.domains) for one in reach.perimeters)
    last = _took_too_long.get(here)
    if last is not None and abs(at - last) < NOT_AGAIN_FOR:
        return _led_to(tree, shown, label, None)
    within = MOST_TO_COUNT_EVERYWHERE if reach.is_everything else within
    rows = found(tree, reach=reach).order_by()[: bounded.IN_A_QUEUE + 1]
    try:
        with in_less_than(within):
            count = rows.count()
    except TakesTooLong:
        _took_too_long[here] = at
        return _led_to(tree, shown, label, None)
    return _cut(_led_to(tree, shown, label, count)) if count else None


def _led_to(tree: Group, shown: tuple[str, ...], label: str, count: int | None) -> Queue:
    """Return the way to what a search finds, of which none waits or which are not counted."""
    asked = _posted(tree, shown, BY_CODE["enregistree"])
    return Queue(label, count, "", reverse("office:search"), asked)


def _posted(tree: Group, shown: tuple[str, ...], since: Column) -> tuple[tuple[str, str], ...]:
    return tuple(building.posted(tree, shown, since.code))


def _requests(waiting: Any, label: str, url: str, *, at: datetime) -> Queue | None:
    """Return a queue of requests: how many are to be answered within a week, how many are late."""
    said = waiting.aggregate(
        count=Count("pk"), oldest=Min("sent_at"), counted_from=Min(COUNTED_FROM)
    )
    if not said["count"]:
        return None
    age = time_left_in_words(at - said["oldest"])
    near = may_be_due_from(at)
    # What the least of them says spares the question where nothing presses.
    note = _due(waiting, before=near, at=at) if said["counted_from"] < near else ""
    return Queue(label, said["count"], f"{age} ({note})" if note else age, url)


def _due(waiting: Any, *, before: datetime, at: datetime) -> str:
    """Say how many requests are late, how many of them silence has decided, and how many are due soon.

    Args:
        waiting: the requests.
        before: from when those that may be are counted.
        at: now.
    """
    ordered = waiting.alias(counted_from=COUNTED_FROM).filter(counted_from__lt=before)
    ordered = ordered.select_related("registration__service").order_by("counted_from", "pk")
    read = list(ordered[: bounded.IN_A_QUEUE + 1])
    more = "au moins " if len(read) > bounded.IN_A_QUEUE else ""
    late = [one for one in read[: bounded.IN_A_QUEUE] if one.is_late(at)]
    soon = sum(one.is_due_soon(at) for one in read[: bounded.IN_A_QUEUE])
    # Of so many that not all are read, those that are due soon are not all read either.
    notes = [
        f"{more}{len(late)} au-delà d'un mois{_silent(late, at=at)}" if late else "",
        f"{more}{soon} à traiter dans les sept jours" if soon else "",
    ]
    return ", ".join(filter(None, notes))


def _silent(late: Sequence[Request], *, at: datetime) -> str:
    """Say how many of late requests silence has decided: it never does within a month."""
    standings = standings_for(late)
    count = sum(is_decided_by_silence(one, standings, at=at) for one in late)
    return f", dont {count} que le silence a décidée{'s' if count > 1 else ''}" if count else ""


def _queue(
    rows: Any, since: str, label: str, url: str, *, at: datetime, count: Count | None = None
) -> Queue | None:
    said = rows.aggregate(count=count or Count("pk"), oldest=Min(since))
    if not said["count"]:
        return None
    age = time_left_in_words(at - said["oldest"]) if said["oldest"] else ""
    return Queue(label, said["count"], age, url)


def _cut(queue: Queue | None) -> Queue | None:
    """Return a queue of which no more were counted than tell that there are many."""
    if queue is None or queue.count is None or queue.count <= bounded.IN_A_QUEUE:
        return queue
    return replace(queue, count=bounded.IN_A_QUEUE, is_cut=True)
