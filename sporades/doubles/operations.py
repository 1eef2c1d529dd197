"""Find likely doubles, one candidate after the other; keep what was decided of them."""

from collections.abc import Container, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from sporades.candidates.models import Candidate
from sporades.core import apart
from sporades.core.locks import lock_value
from sporades.doubles import queries
from sporades.doubles.models import LikelyDouble
from sporades.doubles.rules import Likeness, Person, likeness
from sporades.doubles.states import FIND_AGAIN, LAPSE, TELL_APART, UNDECIDED, DoubleState

type Found = dict[int, Likeness]


def look(candidate: int, *, at: datetime) -> int:
    """Compare a candidate with those who are worth it; return with how many they are likely doubles.

    What was told apart or merged is left as it is. Those who are alike no more, since the civil
    data of one were corrected, are not to be compared any more.

    Args:
        candidate: the key of the candidate; one that is gone, merged or has filed nothing has no
            double.
        at: the instant.
    """
    mine = queries.comparable().select_related("identity", "user").filter(pk=candidate).first()
    if mine is None:
        return 0
    undecided = dict(_undecided_with(mine))
    known = queries.comparable().filter(pk__in=undecided.values())
    worth = [*queries.worth_comparing(mine), *known.select_related("identity", "user")]
    others = {one.pk: one for one in worth}
    if not others:
        return 0
    compared = queries.people([mine, *others.values()])
    found = _alike(compared.pop(mine.pk), compared)
    if found or undecided:
        _keep(mine.pk, found, looked_at=undecided.keys(), at=at)
    return len(found)


def look_from(candidates: QuerySet[Candidate], *, at: datetime) -> Iterator[bool]:
    """Compare many, each in its own transaction; give whether each was.

    One that cannot be compared is logged, and holds up none of the others.
    """
    for key in candidates.order_by("pk").values_list("pk", flat=True).iterator():
        yield bool(apart.each(_is_looked_at, [key], at=at))


def _is_looked_at(candidate: int, *, at: datetime) -> bool:
    look(candidate, at=at)
    return True


def look_at_some(*, since: str, after: int, at: datetime, most: int) -> int:
    """Compare some of those who filed or were corrected since an instant.

    Args:
        since: the instant.
        after: the key of the last candidate that was compared, zero at first.
        at: the instant now.
        most: how many.

    Returns:
        The last candidate that was compared, zero when none is left.
    """
    touched = queries.touched_since(datetime.fromisoformat(since)).filter(pk__gt=after)
    keys = list(touched.order_by("pk").values_list("pk", flat=True)[:most])
    apart.each(look, keys, at=at)
    return keys[-1] if len(keys) == most else 0


def hold() -> None:
    """Hold the pairs until the end of the transaction: who finds some waits for who merges two."""
    lock_value("doubles", "pairs")


def set_right(*, kept: Candidate, left: Candidate) -> None:
    """Let go of what was undecided of a candidate that was merged into another.

    Whoever was told apart from the one is told apart from the other. The pairs are held.
    """
    theirs = LikelyDouble.objects.of(left.pk)
    for told in theirs.filter(state=DoubleState.TOLD_APART):
        third = told.second_id if told.first_id == left.pk else told.first_id
        if third != kept.pk:
            _tell_apart_too(told, *sorted((kept.pk, third)))
    theirs.undecided().update(**_lapsed())


def _undecided_with(candidate: Candidate) -> Iterator[tuple[int, int]]:
    """Give the undecided pairs of a candidate, each with the other one of the two."""
    undecided = LikelyDouble.objects.of(candidate.pk).undecided()
    for pair, first, second in undecided.values_list("pk", "first", "second"):
        yield pair, second if first == candidate.pk else first


def _alike(mine: Person, others: dict[int, Person]) -> Found:
    said = {key: likeness(mine, other) for key, other in others.items()}
    return {key: one for key, one in said.items() if one is not None}


@transaction.atomic
def _keep(candidate: int, found: Found, *, looked_at: Container[int], at: datetime) -> None:
    hold()
    # One of them may have been merged while they were compared.
    stand = set(
        queries.comparable().filter(pk__in=[candidate, *found]).values_list("pk", flat=True)
    )
    if candidate not in stand:
        return
    pairs = {tuple(sorted((candidate, key))): one for key, one in found.items() if key in stand}
    LikelyDouble.objects.bulk_create(
        [
            LikelyDouble(first_id=first, second_id=second, found_at=at, **_said(one))
            for (first, second), one in pairs.items()
        ],
        ignore_conflicts=True,
    )
    mine = LikelyDouble.objects.of(candidate)
    for pair in mine.filter(state__in=(*UNDECIDED, DoubleState.LAPSED)):
        said = pairs.get((pair.first_id, pair.second_id))
        # One that another job has found meanwhile was not looked at here: it stays.
        if said is not None or pair.pk in looked_at:
            _bring_up_to_date(pair, said, at=at)


def _bring_up_to_date(pair: LikelyDouble, said: Likeness | None, *, at: datetime) -> None:
    this = LikelyDouble.objects.filter(pk=pair.pk, state=pair.state)
    if said is None and pair.state == DoubleState.WAITING:
        # What somebody has proposed is for another person to refuse.
        this.update(**_lapsed())
    elif said is not None and pair.state == DoubleState.LAPSED:
        this.update(state=FIND_AGAIN.target, found_at=at, **_said(said))
    elif said is not None and (pair.reasons, pair.doubts) != (
        list(said.reasons),
        list(said.doubts),
    ):
        this.update(**_said(said))


def _said(one: Likeness) -> dict[str, object]:
    return {
        "reasons": list(one.reasons),
        "doubts": list(one.doubts),
        "is_strong": one.is_strong,
    }


def _lapsed() -> dict[str, object]:
    """Return what is written of a pair that nobody decides any more: no proposal stands."""
    return {"state": LAPSE.target, "kept": None}


def _tell_apart_too(told: LikelyDouble, first: int, second: int) -> None:
    """Say of two others, in the words of the same person, that they are two persons."""
    LikelyDouble.objects.bulk_create(
        [
            LikelyDouble(
                first_id=first,
                second_id=second,
                reasons=told.reasons,
                doubts=told.doubts,
                found_at=told.found_at,
            )
        ],
        ignore_conflicts=True,
    )
    pair = LikelyDouble.objects.filter(
        first=first, second=second, state__in=(DoubleState.WAITING, DoubleState.LAPSED)
    ).first()
    if pair is not None:
        LikelyDouble.objects.filter(pk=pair.pk).update(
            state=TELL_APART.target,
            decided_at=told.decided_at,
            decided_by=told.decided_by,
            decided_by_id=told.decided_by_id,
            reason=told.reason,
        )
