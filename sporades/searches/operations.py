"""Keep searches, name them, share them, forget them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from sporades import journal
from sporades.accounts.asking import reach_of
from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, Reach
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.locks import lock_value, locked_among
from sporades.core.refusals import Refused
from sporades.notices.queries import stops_writing
from sporades.searches.models import Search
from sporades.searches.rules import is_its_author_s, seeks_somebody
from sporades.searches.trees import Group

PASSING_LASTS = timedelta(days=90)
NOTED_AFTER = timedelta(days=1)
"""How long after it was last used a search is noted to be so again: its terms are of months and years."""

_NAMED = ("name", "is_shared", "perimeters", "order", "asked_at", "tree", "columns", "digest")


class NameTaken(Refused):
    """Another search of the same author has this name."""

    message = (
        "Une de vos recherches porte déjà ce nom : donnez-en un autre, ou cochez « La remplacer par "
        "celle-ci »."
    )


class OfSomebody(Refused):
    """A search that seeks one person is not for others to read."""

    message = (
        "Cette recherche désigne une personne : elle ne se partage pas. Décochez cette case, ou "
        "retirez les critères de nom, de naissance, de numéro, d'adresse et de téléphone."
    )


class OfItsAuthor(Refused):
    """A search of one's own batches finds nothing for others."""

    message = (
        "Cette recherche porte sur un de vos lots, que vous seul listez : elle ne se partage pas. "
        "Décochez cette case, ou retirez ce critère."
    )


class Forgotten(Refused):
    """It was deleted in this very second, in another window."""

    message = "Cette recherche vient d'être supprimée : composez-la de nouveau."


class StillHeld(Refused):
    """Its author may stop sharing it."""

    message = "Son auteur peut encore cesser de la partager : demandez-le-lui."


def keep(*, tree: Group, columns: Sequence[str], by: User, at: datetime) -> Search:
    """Keep a search in passing, and return it: the same one for the same question.

    Args:
        tree: what is asked; every value can be compared.
        columns: the codes of the columns to show; none for the usual ones.
        by: who asks.
        at: the instant.
    """
    asked = tree.as_json()
    kept: Search
    kept, is_new = Search.objects.get_or_create(
        owner=by,
        digest=digest([asked, list(columns)]),
        name="",
        defaults={"tree": asked, "columns": list(columns), "asked_at": at},
    )
    if not is_new:
        Search.objects.filter(pk=kept.pk).update(asked_at=at)
    return kept


def note_used(search: Search, *, at: datetime) -> None:
    """Note that a search serves: what is read every day is not forgotten.

    Args:
        search: one that its reader may use.
        at: the instant.
    """
    if search.asked_at <= at - NOTED_AFTER and not stops_writing(at):
        Search.objects.filter(pk=search.pk).update(asked_at=at)


def name(
    *,
    search: Search,
    name: str,
    shared_within: Reach | None,
    order: str = "",
    replaces: bool = False,
    by: User,
    author: Actor,
    at: datetime,
) -> Search:
    """Give a search a name; one of somebody else is copied under that name.

    The one that it takes the place of keeps its address, and who it is shared with from now on is said
    anew.

    What colleagues are given to read, or no longer, is in the journal; what one keeps for oneself
    is not.

    Args:
        search: what is kept.
        name: how it is found again.
        shared_within: where its author reads, whose colleagues there share it; nothing for
            nobody else.
        order: a known order, in which its list opens; nothing for the usual one.
        replaces: whether it takes the place of another of theirs that has the name, if there is one.
        by: who keeps it.
        author: the same, as the journal names them.
        at: the instant.

    Raises:
        OfSomebody, OfItsAuthor: it seeks one person, or what a batch of theirs has done, and would
            be shared.
        NameTaken: another search of this author has the name, and is not replaced.
        Forgotten: it is theirs, and was just deleted.
    """
    is_shared = shared_within is not None
    if is_shared and seeks_somebody(search.tree):
        raise OfSomebody
    if is_shared and is_its_author_s(search.tree):
        raise OfItsAuthor
    perimeters = shared_within.as_json() if shared_within is not None else []
    try:
        with transaction.atomic():
            # Two of theirs may take the name of each other: one press at a time.
            lock_value("names of searches", str(by.pk))
            if search.owner_id == by.pk:
                search = _held(search)
            others = Search.objects.filter(owner=by, name=name).exclude(pk=search.pk)
            other = others.select_for_update().first() if replaces else None
            if other is not None:
                other.tree, other.columns, other.digest = search.tree, search.columns, search.digest
                if search.owner_id == by.pk and search.name:
                    forget(search, by=author, at=at)
                search = other
            if search.owner_id == by.pk:
                former = search.reach if search.is_shared else None
                search.name, search.is_shared, search.asked_at = name, is_shared, at
                search.perimeters, search.order = perimeters, order
                search.save(update_fields=_NAMED)
                _tell_of(search, former, by=author, at=at)
                return search
            made: Search = Search.objects.create(
                owner=by,
                name=name,
                is_shared=is_shared,
                perimeters=perimeters,
                tree=search.tree,
                columns=search.columns,
                order=order,
                digest=search.digest,
                asked_at=at,
            )
            _tell_of(made, None, by=author, at=at)
            return made
    except IntegrityError as trouble:
        if "a_name_is_given_to_one_search" in str(trouble):
            raise NameTaken from trouble
        raise


def _tell_of(search: Search, former: Reach | None, *, by: Actor, at: datetime) -> None:
    """Keep that colleagues are given a search to read, or no longer; nothing of what is one's own."""
    if search.is_shared:
        _note("search shared", search, search.reach, by=by, at=at)
    elif former is not None:
        _note("search shared no more", search, former, by=by, at=at)


def _note(verb: str, search: Search, within: Reach, *, by: Actor, at: datetime) -> None:
    after = {"name": search.name}
    journal.record(verb, by=by, on=search, at=at, academy=within.only_academy, after=after)


@transaction.atomic
def forget(search: Search, *, by: Actor, at: datetime) -> None:
    """Forget a search, as its author asks.

    Args:
        search: one of theirs.
        by: who asks, as the journal names them.
        at: the instant.
    """
    with suppress(Forgotten):  # by another press
        held = _held(search)
        if held.is_shared:
            _note("shared search forgotten", held, held.reach, by=by, at=at)
        held.delete()


def _held(search: Search) -> Search:
    """Return a search as it is now, kept so until the transaction ends. Raises Forgotten."""
    held = locked_among(Search.objects.all(), search.pk)
    if held is None:
        raise Forgotten
    return held


@transaction.atomic
def stop_sharing(search: Search, *, by: Actor, at: datetime) -> None:
    """Stop sharing what somebody shared who reads its perimeter no more, as one who does asks.

    Args:
        search: what is shared with whoever asks.
        by: who asks, as the journal names them.
        at: the instant.

    Raises:
        StillHeld: its author may stop sharing it themselves.
    """
    with suppress(Forgotten):  # by its author, who does not share it any more either
        held = _held(search)
        if not held.is_shared:
            return  # by another press
        if not is_left_shared(held, at=at):
            raise StillHeld
        within = held.reach
        held.is_shared, held.perimeters = False, []
        held.save(update_fields=["is_shared", "perimeters"])
        _note("search shared no more", held, within, by=by, at=at)


def is_left_shared(search: Search, *, at: datetime) -> bool:
    """Return whether a search is shared by somebody who reads the lists of its perimeter no more."""
    if not search.is_shared:
        return False
    theirs = reach_of(search.owner_id, Permission.READ_LISTS, at=at)
    return not theirs.includes(search.reach)


def forget_passing(*, at: datetime) -> int:
    """Forget the searches without a name that have served nobody for three months."""
    deleted, _ = Search.objects.filter(name="", asked_at__lt=at - PASSING_LASTS).delete()
    return int(deleted)
