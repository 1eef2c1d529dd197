"""Seal the journal in batches, and say what was touched (standards S-60).

Nobody who acts waits for a seal: acts are sealed after they are committed, whenever that was.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models.fields.json import KeyTransform

from sporades.core import pooler
from sporades.core.digests import digest
from sporades.core.locks import lock_value
from sporades.journal.models import PROVENANCE_KEPT, Entry, Seal
from sporades.journal.words import FORGETTING

MOST_ACTS = 5_000
"""How many acts a seal covers at most: what verifies one holds them in memory."""


@dataclass(frozen=True)
class Verified:
    """What was read of the journal.

    Attributes:
        acts: how many acts there are.
        seals: how many seals.
        last: the last seal, « 12:6f1c… », to be kept elsewhere; nothing before the first.
        findings: what was touched, in French, each with its row.
    """

    acts: int
    seals: int
    last: str
    findings: tuple[str, ...]


@transaction.atomic
def seal(*, at: datetime) -> int:
    """Seal the acts that are committed and not sealed yet; return how many there were.

    An act that a long transaction commits late is sealed with those of that time: what
    counts is that it is there, not what hour it says.
    """
    lock_value("journal", "seal")
    waiting = Entry.objects.filter(seal=None).order_by("pk")[:MOST_ACTS]
    acts = [[pk, fingerprint] for pk, fingerprint in waiting.values_list("pk", "digest")]
    if not acts:
        return 0
    last = Seal.objects.order_by("-number").first()
    made = Seal(
        number=last.number + 1 if last else 1,
        sealed_at=at,
        acts=acts,
        previous=last.digest if last else "",
    )
    made.digest = digest(made.content)
    made.save()
    Entry.objects.filter(pk__in=[pk for pk, _ in acts]).update(seal=made)
    return len(acts)


def verify(*, at: datetime, kept: str = "") -> Verified:
    """Read the whole journal, and say which rows were changed, deleted or added.

    It reads the journal of one instant: whoever is forgotten meanwhile is no finding.

    Args:
        at: the instant: before a year nobody forgets where an act came from.
        kept: the last seal that was verified before, « 12:6f1c… », as it was noted elsewhere:
            whoever rewrites rows and every seal after them is caught by it.
    """
    is_own = not connection.in_atomic_block
    with transaction.atomic():
        if is_own:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _verify(at=at, kept=kept)


def _verify(*, at: datetime, kept: str) -> Verified:
    findings: list[str] = []
    readable = Readable(_forgotten(), at - PROVENANCE_KEPT)
    previous, last, count = "", "", 0
    for made in pooler.a_share_at_a_time(Seal.objects.order_by("number"), 20):
        count += 1
        findings += _of_seal(made, count, previous)
        findings += _of_acts(made, readable)
        previous, last = made.digest, f"{made.number}:{made.digest}"
        if kept.partition(":")[0] == str(made.number) and kept != last:
            findings.append(f"Sceau n°{made.number} : ce n'est pas celui qui a été noté.")
    if kept and int(kept.partition(":")[0]) > count:
        findings.append(f"Sceau n°{kept.partition(':')[0]} : noté ailleurs, il manque ici.")
    findings += _of_unsealed(readable)
    return Verified(Entry.objects.count(), count, last, tuple(findings))


def seals_of(entries: Collection[Entry]) -> list[Seal]:
    """Return the seals in which some acts stand, in their order; an act of the last minute has none."""
    return list(
        Seal.objects.filter(pk__in={one.seal_id for one in entries if one.seal_id}).order_by(
            "number"
        )
    )


def findings_on(entries: Collection[Entry], seals: Collection[Seal], *, at: datetime) -> list[str]:
    """Say what was touched of some acts, and of the seals that they stand in.

    It reads these alone: that an act is missing, or a seal further on, is for `verify`.

    Args:
        entries: the acts.
        seals: those that `seals_of` returns for them.
        at: the instant.
    """
    before = [one.number - 1 for one in seals]
    digests = dict(Seal.objects.filter(number__in=before).values_list("number", "digest"))
    found = [
        line for one in seals for line in _of_seal(one, one.number, digests.get(one.number - 1, ""))
    ]
    listed = {one.pk: {int(pk): fingerprint for pk, fingerprint in one.acts} for one in seals}
    is_any_empty = any(one.is_empty for one in entries)
    readable = Readable(_forgotten() if is_any_empty else set(), at - PROVENANCE_KEPT)
    for entry in entries:
        is_listed = entry.seal_id is None or listed[entry.seal_id].get(entry.pk) == entry.digest
        if not is_listed or not readable.is_as_written(entry):
            found.append(f"Acte {entry.pk} : il a été réécrit.")
    return found


def _of_seal(made: Seal, number: int, previous: str) -> Iterator[str]:
    if made.number != number:
        yield f"Sceau n°{number} : il manque."
    elif made.previous != previous:
        yield f"Sceau n°{made.number} : il ne suit pas celui d'avant, qui a été refait."
    if digest(made.content) != made.digest:
        yield f"Sceau n°{made.number} : il a été réécrit."


def _forgotten() -> set[int]:
    """Return the acts of which an act says that whom they named is forgotten."""
    told = Entry.objects.filter(verb__in=FORGETTING).values_list(
        KeyTransform("acts", KeyTransform("after", "payload")), flat=True
    )
    return {pk for acts in told.iterator() for pk in acts or ()}


@dataclass(frozen=True)
class Readable:
    """What may be empty of an act without having been touched.

    Attributes:
        forgotten: the acts of which an act says that whom they named is forgotten.
        before: acts from before may say no more where they came from.
    """

    forgotten: set[int]
    before: datetime

    def is_as_written(self, entry: Entry) -> bool:
        """Return whether an act has its fingerprints, or is empty where it may be."""
        if entry.pk in self.forgotten and entry.is_empty:
            return True
        return entry.digest == digest(entry.content) and self._has_its_provenance(entry)

    def _has_its_provenance(self, entry: Entry) -> bool:
        if entry.network is None and not entry.request:
            return not entry.origin or entry.at < self.before
        return entry.origin == digest(entry.provenance)


def _of_acts(made: Seal, readable: Readable) -> Iterator[str]:
    """Compare the acts that a seal lists with those that are there."""
    listed = {int(pk): fingerprint for pk, fingerprint in made.acts}
    there = {entry.pk: entry for entry in Entry.objects.filter(pk__in=listed)}
    for pk, fingerprint in listed.items():
        entry = there.get(pk)
        if entry is None:
            yield f"Acte {pk} : il a été supprimé (sceau n°{made.number})."
        elif fingerprint != entry.digest or not readable.is_as_written(entry):
            yield f"Acte {pk} : il a été réécrit (sceau n°{made.number})."
        elif entry.seal_id != made.pk:
            yield f"Acte {pk} : il a été détaché de son sceau (n°{made.number})."
    added = Entry.objects.filter(seal=made).exclude(pk__in=listed).order_by("pk")
    for pk in added.values_list("pk", flat=True):
        yield f"Acte {pk} : il a été ajouté après coup (sceau n°{made.number})."


def _of_unsealed(readable: Readable) -> Iterator[str]:
    for entry in Entry.objects.filter(seal=None).order_by("pk").iterator():
        if not readable.is_as_written(entry):
            yield f"Acte {entry.pk} : il a été réécrit avant d'être scellé."
