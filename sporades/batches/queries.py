"""What will become of a batch that is not launched, who approves it, and what one that is leaves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, Sum, Value
from django.db.models.functions import Greatest

from sporades.accommodations.models import Case
from sporades.accounts import asking
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, Reach
from sporades.accounts.permissions import reach as where_one_may
from sporades.acts.people.guardians import told_at_home
from sporades.acts.requests.silence import SHORTEST_SILENCE
from sporades.batches import accommodations, adding, leaving, moving, pieces
from sporades.batches.actions import Action
from sporades.batches.models import Batch, BatchLine
from sporades.batches.states import BatchState, Outcome
from sporades.candidates.models import told_by_letter
from sporades.core.french import local_day
from sporades.core.numbers import in_groups
from sporades.evidence.states import State as Piece
from sporades.evidence.unmet import rows_in
from sporades.exams.queries import rules
from sporades.exams.schema.legal import Meaning
from sporades.letters.models import Letter
from sporades.mail.queries import key_about
from sporades.registrations.models import Registration
from sporades.registrations.states import RESTORE, SET_ASIDE, STANDING, State
from sporades.searches.criteria import Unreadable
from sporades.searches.queries import found, planned_anew
from sporades.searches.trees import from_json

WORDS = {
    **pieces.WORDS,
    **adding.WORDS,
    **moving.WORDS,
    **accommodations.WORDS,
    **leaving.WORDS,
}
"""What tells lines of one state apart, in words."""


TOLD_BESIDE = (SET_ASIDE.name, RESTORE.name, accommodations.NOTIFY)
"""The acts of which the guardian of a minor is told too, at home where no mail of theirs is given."""


@dataclass(frozen=True)
class Forecast:
    """What will become of the lines in one state.

    Attributes:
        state: the state.
        count: how many lines.
        refusal: why they will be refused, or nothing.
        by_letter: how many letters it makes, to print and to post: to candidates whom no mail reaches,
            and home to the guardians of minors.
        seen: what else tells them apart, in words.
        unmet: all of it that a validation does without, as `pieces.UNMET` has it.
    """

    state: State
    count: int
    refusal: str
    by_letter: int
    seen: str = ""
    unmet: tuple[str, ...] = ()


def forecast(batch: Batch, *reaches: Reach, at: datetime) -> list[Forecast]:
    """Return what will become of its lines, as far as their state, or that of a piece, says it.

    Args:
        batch: which.
        reaches: as for `Batch.lines_within`: what has left the perimeter is not counted.
        at: now.
    """
    seen = batch.does.seen
    said = batch.said
    if batch.tree is not None:
        said["found"] = found_again(batch)
    states = (
        batch.lines_within(*reaches)
        .filter(outcome=Outcome.WAITING)
        .annotate(seen=seen(batch.piece, at, **said) if seen else Value(""))
        .values_list("registration__state", "seen")
        .annotate(
            count=Count("pk"),
            by_letter=_letters(batch, at=at),
        )
        .order_by("-count", "registration__state", "seen")
    )
    return [
        Forecast(
            State(state),
            count,
            batch.does.refusal_of(state) or batch.does.refusals.get(known, ""),
            by_letter,
            ", ".join(WORDS[one] for one in known.split() if one in WORDS),
            tuple(one for one in known.split() if one in pieces.UNMET),
        )
        for state, known, count, by_letter in states
    ]


def _letters(batch: Batch, *, at: datetime) -> Any:
    """Count the letters that some lines make: to candidates, and home to guardians by few acts alone."""
    is_decision = batch.action == accommodations.NOTIFY
    posted = told_by_letter("registration__candidate", is_decision=is_decision)
    letters = Count("pk", filter=posted)
    if batch.action not in TOLD_BESIDE:
        return letters
    day = local_day(at, settings.TIME_ZONE)
    return letters + Count("pk", filter=told_at_home("registration", day))


@dataclass(frozen=True)
class Chosen:
    """How many registrations were chosen, and of how many each action may be done.

    Attributes:
        total: how many.
        possible: at most, by the code of an action: what tells more of them apart is seen once it is chosen.
    """

    total: int
    possible: Mapping[str, int]


def chosen_among(
    registrations: Any, actions: Iterable[Action], *, allows: Callable[[Permission], Reach]
) -> Chosen:
    """Return of how many registrations each action may be done, as far as their state says it.

    Or the state of their request, of an action on accommodations. In two questions, however many actions.

    Args:
        registrations: which were chosen.
        actions: which are offered.
        allows: says where something may be done.
    """
    which = Registration.objects.filter(pk__in=registrations.values("pk"))
    asked = Case.objects.filter(
        registration__in=which.values("pk"),
        registration__state__in=STANDING,
        state__in=accommodations.AWAITED.values(),
    )
    with planned_anew():
        standing = _by_place(which, "academy", "exam__domain__code")
        requests = _by_place(asked, "registration__academy", "registration__exam__domain__code")
    possible = {}
    for one in actions:
        reach, is_of_requests = allows(one.permission), one.code in accommodations.AWAITED
        sources = {accommodations.AWAITED[one.code]} if is_of_requests else one.sources
        possible[one.code] = sum(
            count
            for state, academy, domain, count in (requests if is_of_requests else standing)
            if state in sources and reach.covers(academy=academy, domain=domain)
        )
    return Chosen(sum(count for *_, count in standing), possible)


def _by_place(rows: Any, academy: str, domain: str) -> list[tuple[str, str, str, int]]:
    """Return how many rows are in each state, in each academy and domain."""
    return list(rows.order_by().values_list("state", academy, domain).annotate(count=Count("pk")))


def perhaps_accepted(batch: Batch, *reaches: Reach, at: datetime) -> int:
    """Return how many lines of those that are to be set aside silence may have accepted: it refuses them.

    Of those that were filed long enough ago and for which each piece of then came once: the journal of
    each, read at its turn, says whether they were answered before.

    Args:
        batch: which.
        reaches: as for `Batch.lines_within`.
        at: now.
    """
    if batch.action != SET_ASIDE.name:
        return 0
    dated = Greatest("registration__filed_at", "registration__amended_at")
    lines = (
        batch.lines_within(*reaches)
        .filter(outcome=Outcome.WAITING, registration__state__in=(State.REGISTERED, State.ANOMALY))
        .annotate(last_filed_at=dated)
    )
    accepted = Q(pk__in=[])
    for regulation in lines.values_list("registration__regulation", flat=True).distinct():
        legal = rules(regulation).legal
        silence = legal and legal.implicit_decision
        if silence and silence.meaning is Meaning.ACCEPTED:
            long_ago = at - silence.months * SHORTEST_SILENCE
            accepted |= Q(registration__regulation=regulation, last_filed_at__lte=long_ago)
    never_came = rows_in((Piece.OWED,)).filter(
        registration=OuterRef("registration"), asked_at__lte=OuterRef("last_filed_at")
    )
    return int(lines.filter(accepted, ~Exists(never_came)).count())


def found_again(batch: Batch) -> Any:
    """Return what the search of a batch finds now, where its author might act when they prepared it.

    One that asks for what the service knows no more finds nothing: nobody is acted upon unasked.

    Args:
        batch: one that keeps its search.
    """
    try:
        return found(from_json(batch.tree or {}), reach=batch.reach)
    except (KeyError, ValueError, Unreadable):
        return Registration.objects.none()


def refused_of(batches: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many lines were refused of each of some batches; those of which none was are left out."""
    refused = BatchLine.objects.filter(batch__in=list(batches), outcome=Outcome.REFUSED)
    return dict(refused.values_list("batch").annotate(count=Count("pk")).order_by())


COUNTED_FOR = timedelta(days=1)
MOST_NAMED = 5
"""How many of those who may approve are named."""


MOST_LEFT = 50
"""How many batches that their authors left are listed."""


@dataclass(frozen=True)
class Beyond:
    """Why somebody does not set something going alone.

    Attributes:
        total: how many lines it has.
        lately: how many they have set going alone for a day.
        alone: how many one person sets going alone in a day.
        by_administrator: whether they are one themselves.
        approvers: who may approve it; nobody, perhaps.
        counted: what is counted, where that is no message.
    """

    total: int
    lately: int
    alone: int
    by_administrator: bool
    approvers: list[Membership]
    counted: str = ""

    @property
    def in_words(self) -> str:
        """Say it with its numbers, and who may approve it, or what else to do."""
        total, lately, alone = (
            in_groups(str(one)) for one in (self.total, self.lately, self.alone)
        )
        so_far = (
            f", et vous en avez lancé {lately} depuis vingt-quatre heures" if self.lately else ""
        )
        which = "ce lot" if self.counted else "cet envoi"
        why = (
            f"Une personne seule lance {alone} {self.counted or 'messages'} par jour au plus, {which} "
            f"en compte {total}{so_far} : "
        )
        if self.approvers:
            return f"{why}une autre personne doit l'approuver. Le peuvent : {self._named}."
        left = self.alone - self.lately
        fewer = f"choisissez-en {in_groups(str(left))} au plus" if left > 0 else "attendez un jour"
        whom = (
            "faites inviter par qui exploite le service un autre administrateur"
            if self.by_administrator
            else f"demandez à un administrateur {'de le lancer' if self.counted else "de l'écrire"}"
        )
        return (
            f"{why}une autre personne devrait l'approuver, et personne d'autre n'a un périmètre qui "
            f"contient le vôtre. Vous ne pourrez pas le lancer : {fewer}, ou {whom}."
        )

    @property
    def _named(self) -> str:
        named = [
            f"{one.full_name} ({one.get_role_display().lower()})"
            for one in self.approvers[:MOST_NAMED]
        ]
        more = len(self.approvers) - len(named)
        return ", ".join([*named, *([f"et {more} de plus"] if more else [])])


def beyond_alone(
    action: Action,
    total: int,
    *,
    reach: Reach,
    by: int,
    at: datetime,
    resumed: Batch | None = None,
) -> Beyond | None:
    """Return why somebody does not set an action going alone; nothing where they do.

    A batch counts, whole, for a day after it last went on: one that is resumed writes as one that
    is launched.

    Args:
        action: what would be done.
        total: to how many.
        reach: where whoever asks may act.
        by: the account of whoever asks.
        at: the instant.
        resumed: the batch that would go on, which counts for what is left of it.
    """
    if action.alone is None or action.approval is None:
        return None
    since = at - COUNTED_FOR
    alone_lately = Batch.objects.filter(
        Q(launched_at__gt=since) | Q(moved_at__gt=since),
        asked_by=by,
        action=action.code,
        decided_by=None,
        state__in=(BatchState.RUNNING, BatchState.STOPPED, BatchState.DONE),
    ).exclude(pk=resumed and resumed.pk)
    lately = alone_lately.aggregate(lines=Sum("total"))["lines"] or 0
    if total + lately <= action.alone:
        return None
    return Beyond(
        total=total,
        lately=lately,
        alone=action.alone,
        by_administrator=reach.member.kind == Membership.Role.ADMINISTRATOR,
        approvers=asking.approvers_of(reach, permission=action.approval, author=by, at=at),
        counted=action.counted,
    )


def approvers_of(batch: Batch, *, at: datetime) -> list[Membership]:
    """Return who may approve a batch; nobody, of an action that one person alone sets going."""
    if batch.does.approval is None:
        return []
    return asking.approvers_of(
        batch.reach, permission=batch.does.approval, author=batch.asked_by_id, at=at
    )


def heads_of(batch: Batch, *, at: datetime) -> list[Membership]:
    """Return who may take up a batch whose author may do it no more: those who may close their account."""
    return asking.approvers_of(
        batch.reach, permission=Permission.CLOSE_MEMBERS, author=batch.asked_by_id, at=at
    )


def is_left(batch: Batch, *, at: datetime) -> bool:
    """Return whether a batch stopped, and its author may do it nowhere any more."""
    return batch.is_stopped and not batch.reach_now(batch.does.permission, at=at)


def left_within(reach: Reach, *, besides: int, at: datetime) -> list[Batch]:
    """Return the last batches that stopped in a perimeter and that their authors may go on with nowhere.

    Their searches are left where they are: they may hold thousands of numbers.

    Args:
        reach: where the reader may take one over.
        besides: the reader's account, whose batches are theirs already.
        at: the instant.
    """
    stopped = Batch.objects.filter(state=BatchState.STOPPED).exclude(asked_by=besides)
    held = [one for one in stopped.defer("tree").order_by("-moved_at") if reach.includes(one.reach)]
    roles = asking.roles_of({one.asked_by_id for one in held}, at=at)
    return [one for one in held if not where_one_may(roles[one.asked_by_id], one.does.permission)][
        :MOST_LEFT
    ]


def letters_waiting(batch: Batch) -> int:
    """Return how many letters wait to be printed, of those written of what a batch has done.

    Where its author might act: what they gave to another academy is printed there.

    Args:
        batch: which; nothing is written before it is launched.
    """
    if batch.launched_at is None:
        return 0
    done = batch.lines.filter(outcome=Outcome.DONE, registration=OuterRef("registration_pk"))
    waiting = (
        Letter.objects.waiting()
        .filter(message__written_at__gte=batch.launched_at, message__about_kind="registration")
        .annotate(registration_pk=key_about("registration", path="message__"))
    )
    where = batch.reach.condition(academy="service__academy", domain="service__domain__code")
    waiting = waiting.filter(where)
    if batch.ended_at is not None:
        waiting = waiting.filter(message__written_at__lte=batch.ended_at)
    if batch.does.asked_apart and batch.about is not None:
        waiting = waiting.filter(message__key__startswith=f"mailing:{batch.about}:")
    return int(waiting.filter(Exists(done)).count())
