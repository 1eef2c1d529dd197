"""The one-time code with which somebody takes the record that was made of them (B8).

Twelve signs of thirty-two are sixty bits of chance. Only a keyed digest is kept: whoever reads
the database reads no code.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from sporades.accounts.models import User
from sporades.candidates.births import Parts
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core import digests
from sporades.documents.codes import ALPHABET, normalised

_PURPOSE = "sporades.candidates.claims"
LENGTH = 12
LASTS = timedelta(days=30)
MOST_FAILURES = 5
"""After how many wrong birth dates a code is good for nothing."""


def give(
    candidate: Candidate, *, by: str, email: str, envelope: Sequence[str], at: datetime
) -> str:
    """Return a new code for a record, shown this once; the one before ends.

    Args:
        candidate: the record, locked by whoever calls.
        by: who gives it.
        email: where its candidate reads mails until it is claimed; nothing for whom letters reach.
        envelope: the lines of the postal address at which they are written to.
        at: the instant.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    ClaimCode.objects.update_or_create(
        candidate=candidate,
        defaults={
            "digest": digest_of(code),
            "made_at": at,
            "made_name": by,
            "email": email,
            "envelope": list(envelope),
            "expires_at": at + LASTS,
            "failures": 0,
            "taken_by": None,
        },
    )
    return code


def mark_of(candidate: Candidate) -> str:
    """Return what tells the code of a record, as it is, from what it was when it was read."""
    code = ClaimCode.objects.filter(candidate=candidate).first()
    return digests.digest([code.made_at.isoformat(), code.taken_by_id]) if code else ""


def digest_of(code: str) -> str:
    """Return what is kept of a code, from what somebody typed."""
    return digests.keyed(_PURPOSE, normalised(code))


def opened_by(code: str, birth: Parts, *, at: datetime) -> ClaimCode | None:
    """Return the code, locked, that opens the record of whoever was born then; or nothing.

    Unknown, too old, given to another or typed with another birth date: the same statements, the
    same answer. A wrong birth date is counted, so the caller commits whatever the answer is.

    Args:
        code: what was typed.
        birth: day, month, year.
        at: the instant.
    """
    day, month, year = birth
    named = ClaimCode.objects.filter(
        # One that was posted outlives a change of the key.
        digest__in=digests.keyed_by_each(_PURPOSE, normalised(code))
    )
    theirs = Candidate.objects.filter(
        identity__birth_day=day, identity__birth_month=month, identity__birth_year=year or 0
    )
    named.exclude(candidate__in=theirs).update(failures=F("failures") + 1)
    good = named.filter(
        candidate__in=theirs.filter(user=None), expires_at__gt=at, failures__lt=MOST_FAILURES
    )
    found: ClaimCode | None = good.select_for_update(of=("self",)).first()
    return found


def is_taken_by(user: User) -> bool:
    """Return whether an account that waits for its activation will take a record by its code."""
    return ClaimCode.objects.filter(taken_by=user).exists()


def lock(candidates: Iterable[int]) -> None:
    """Hold the codes of candidates, by their keys, before the candidates themselves."""
    held = ClaimCode.objects.select_for_update(of=("self",)).filter(candidate__in=candidates)
    list(held.order_by("pk").values_list("pk", flat=True))


def forget(candidates: Iterable[Candidate]) -> None:
    """Delete the codes of records that are claimed no more: they have an account, or are merged."""
    ClaimCode.objects.filter(candidate__in=list(candidates)).delete()


def forget_old(*, at: datetime) -> int:
    """Delete the codes that open nothing any more; return how many."""
    over, _ = ClaimCode.objects.filter(expires_at__lte=at, taken_by=None).delete()
    return over


def living(*, at: datetime) -> QuerySet[ClaimCode]:
    """Return the codes that may still open a record, or that an account to be activated has taken."""
    return ClaimCode.objects.filter(Q(expires_at__gt=at) | Q(taken_by__isnull=False))
