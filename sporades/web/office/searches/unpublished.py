"""What is published without the registrations of a batch: those that it restores, or validates no more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, QuerySet

from sporades.batches.models import Batch, BatchLine
from sporades.batches.states import Outcome
from sporades.core.numbers import in_groups
from sporades.documents import kinds
from sporades.publications.models import PublicationLine
from sporades.publications.queries import made_to_come_among, missed_among
from sporades.publications.refusals import HAS_CHANGED
from sporades.registrations.states import REOPEN, RESTORE
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from sporades.web.office.searches import building

MISSED = (
    "Publié, ou à publier, sans ces inscriptions. Une fois rétablies, elles n'ont pas ces "
    "documents : préparez-les, ou déposez-les, pour elles."
)
MAY_CHANGE = (
    "Pas encore lu. Une inscription dont la validation est annulée peut avoir une nouvelle version : "
    "cela ne serait alors pas publié pour elle, et serait à préparer de nouveau."
)
HAVE_CHANGED = (
    "Ces inscriptions ont une nouvelle version : ce qui est fait d'après la précédente n'est pas "
    "publié pour elles. Préparez-le de nouveau."
)


class Unpublished(NamedTuple):
    """The documents of a kind that some registrations of a batch do not have, or may not have.

    Attributes:
        title: what they are.
        count: of how many registrations.
        search: what is posted to list those done that have none; nothing where no list says it.
    """

    title: str
    count: str
    search: list[tuple[str, str]]


def unpublished_of(
    batch: Batch, lines: QuerySet[BatchLine], *, is_open: bool, is_mine: bool, at: datetime
) -> Mapping[str, Any]:
    """Return what is not published for those that a batch restores, or validates no more, and why.

    Args:
        batch: which.
        lines: those of its lines that the reader sees.
        is_open: whether it is not launched yet: what will be missing is told then.
        is_mine: whether it is the reader's, who lists what it has done.
        at: the instant.
    """
    if batch.action not in (RESTORE.name, REOPEN.name):
        return {}
    concerned = lines.filter(outcome=Outcome.WAITING if is_open else Outcome.DONE)
    if is_open:
        concerned = concerned.filter(registration__state__in=batch.does.sources)
    keys = concerned.values("registration")
    counts: dict[str, int] = {}
    if batch.action == RESTORE.name:
        why, counts = MISSED, _by_kind(missed_among(keys))
    elif is_open:
        why, counts = MAY_CHANGE, _by_kind(made_to_come_among(keys, at=at))
    else:
        outdated = made_to_come_among(keys, at=at).exclude(registration__version=F("of_version"))
        counts = _by_kind(outdated)
        for kind, count in _by_kind(missed_among(keys).filter(why=HAS_CHANGED)).items():
            counts[kind] = counts.get(kind, 0) + count
        why = HAVE_CHANGED
    lists = is_mine and not is_open and not batch.says_of_health
    found = [
        Unpublished(
            kinds.get(kind).title,
            f"{in_groups(str(count))} inscription{'s' if count > 1 else ''}",
            _without(batch, kind) if lists else [],
        )
        for kind, count in counts.items()
    ]
    return {"unpublished": sorted(found), "unpublished_why": why}


def _by_kind(lines: QuerySet[PublicationLine]) -> dict[str, int]:
    counted = lines.order_by().values_list("publication__kind")
    return dict(counted.annotate(count=Count("registration", distinct=True)))


def _without(batch: Batch, kind: str) -> list[tuple[str, str]]:
    """Return what is posted to find what it has done, that has no document of a kind."""
    if kinds.get(kind).is_on_accommodations:
        return []
    done = Leaf(CRITERIA["lot"], Operator.IS, (str(batch.pk),))
    none = Leaf(CRITERIA["document"], Operator.NO_DOCUMENT, (kind,))
    return building.posted(Group(members=(done, none)))
