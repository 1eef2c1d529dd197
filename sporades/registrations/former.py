"""What the réglementation offered once, and registrations hold still.

A version leaves as they are those who registered under the ones before: what it offers no more is
still sought, named and decided of.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from django.db.models import OuterRef, Subquery

from sporades.accounts.permissions import Reach
from sporades.exams.held import Catalogue, OfferedExam, held
from sporades.exams.models import RegistrationService, Regulation
from sporades.registrations.models import Registration

BOTH = " / "
"""What stands between two labels of one code."""


def once_offered(reach: Reach | None = None) -> Iterator[OfferedExam]:
    """Yield what versions that are not in force say of exams, where somebody is registered under them.

    The last loaded come first. Nothing is asked of the database while this process holds them.

    Args:
        reach: whose domains are reached; nothing for every one.
    """
    for version, exams in _former(held()):
        if reach is None or reach.knows(version.domain.code):
            yield from exams


def stood_under(services: Iterable[RegistrationService]) -> dict[int, list[Regulation]]:
    """Return, by service, the versions before the one in force under which registrations stand there.

    Args:
        services: the services.

    Returns:
        The last version first; nothing of a service whose registrations are all under the one in force.
    """
    versions = {one.pk: one for one, _ in _former(held())}
    if not versions:
        return {}
    standing = Registration.objects.active().filter(
        service__in=[one.pk for one in services], regulation__in=list(versions)
    )
    found: dict[int, list[Regulation]] = defaultdict(list)
    pairs = standing.order_by("service", "-regulation").values_list("service", "regulation")
    for service, version in pairs.distinct():
        found[service].append(versions[version])
    return dict(found)


def and_gone(found: Mapping[str, str], once: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Add what was offered once to what is offered, and say that it is no more.

    What is offered still under another label is said by both: those who registered before read the
    former one, in their file and in lists.

    Args:
        found: the labels of what is in force, by value or by code; two of one code, joined by « / ».
        once: values or codes, each with its label: two labels of one are both said.
    """
    gone: dict[str, dict[str, None]] = {}
    before: dict[str, dict[str, None]] = {}
    for value, label in once:
        if value not in found:
            gone.setdefault(value, {})[label] = None
        elif label not in (found[value], *found[value].split(BOTH)):
            before.setdefault(value, {})[label] = None
    return {
        **{value: f"{label}{_formerly(before.get(value, ()))}" for value, label in found.items()},
        **{value: f"{BOTH.join(labels)} (n'est plus en vigueur)" for value, labels in gone.items()},
    }


def _formerly(labels: Iterable[str]) -> str:
    said = BOTH.join(labels)
    return f" (avant : {said})" if said else ""


@lru_cache(maxsize=1)
def _former(catalogue: Catalogue) -> Sequence[tuple[Regulation, Sequence[OfferedExam]]]:
    """Return them, each with what it says: once for what is held, since nobody registers under them now."""
    in_force = [one.regulation for one in catalogue.programmes]
    if all(one.number == 1 for one in in_force):
        return []  # they count from one: there is none before
    # One row of each, in the order of the index: PostgreSQL, which thinks that any row may be the
    # one, would read a million for a version that has none.
    under = Registration.objects.filter(regulation=OuterRef("pk")).order_by("academy", "state")
    versions = (
        Regulation.objects.light()
        .exclude(pk__in=[one.pk for one in in_force])
        .filter(pk=Subquery(under.values("regulation")[:1]))
        .select_related("domain")
        .order_by("-loaded_at", "-pk")
    )
    # One that was loaded meanwhile may name what is not held yet: the next catalogue has it.
    last = {(one.domain_id, one.session_id): one.number for one in in_force}
    return [
        (one, catalogue.known.offered_by(one))
        for one in versions
        if one.number < last.get((one.domain_id, one.session_id), 0)
    ]
