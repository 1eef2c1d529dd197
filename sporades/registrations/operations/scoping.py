"""Among which registrations one is alone for its candidate, written as the rules in force say it (C4).

A new version of the réglementation writes nothing on what was filed: they may be hundreds of thousands.
The rows of one candidate follow it as soon as something of theirs is to stand; what stands beside
another against it, since before, stays as it is.
"""

from collections.abc import Collection

from sporades.candidates.models import Candidate
from sporades.registrations.exclusion import scope_of
from sporades.registrations.models import Registration


def lock_candidate(pk: int) -> None:
    """Hold a candidate, so that what is to stand of theirs is judged beside all that does."""
    Candidate.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=pk)


def brought_up_to_date(candidates: Collection[int]) -> list[Registration]:
    """Write what the rules in force say of the registrations that stand; return them, for a list.

    Nothing is waited for: where another act holds one of them nothing is written, they are judged
    all the same by whoever asks (`exclusion`), and written the next time. Of two that exclude each
    other and stand already, the first is written to be alone, which keeps any third one out.

    Args:
        candidates: the keys of candidates that are locked.
    """
    own = list(Registration.objects.active().filter(candidate__in=candidates).for_list())
    own.sort(key=lambda one: one.pk)
    alone: set[tuple[int, str]] = set()
    stale = []
    for one in own:
        scope = scope_of(one)
        # The second of two that stand already is named alone in nothing.
        wanted = "" if (one.candidate_id, scope) in alone else scope
        alone.add((one.candidate_id, wanted))
        if one.exclusive_scope != wanted:
            stale.append((one.pk, wanted))
    if stale:
        _write(dict(stale))
    return own


def _write(wanted: dict[int, str]) -> None:
    free = Registration.objects.filter(pk__in=wanted).select_for_update(
        of=("self",), no_key=True, skip_locked=True
    )
    if len(free.order_by("pk").only("pk")) < len(wanted):
        return
    # First all that was written goes: one may be named what another was.
    Registration.objects.filter(pk__in=wanted).update(exclusive_scope="")
    for pk, scope in wanted.items():
        if scope:
            Registration.objects.filter(pk=pk).update(exclusive_scope=scope)
