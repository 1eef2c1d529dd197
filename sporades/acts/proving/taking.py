"""Have a proof made, which the journal keeps as a reading (S-60)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from sporades import journal
from sporades.acts.proving import filing_paper, instruction, instruction_paper
from sporades.acts.proving.filing import (
    Matter,
    facts_of,
    matter_of_candidate,
    matter_of_registration,
)
from sporades.acts.proving.kept import Facts
from sporades.candidates.models import Candidate
from sporades.core import pdf, seal
from sporades.core.actors import Actor
from sporades.core.digests import canonical
from sporades.core.refusals import Refused
from sporades.documents.operations import BeingPrepared, Unprintable
from sporades.notices import queries as notices
from sporades.registrations.models import Registration

TEMPLATE = "acts/typst/proof.typ"
FILING, INSTRUCTION = "filing proof taken", "instruction proof taken"


class NothingBegun(Refused):
    """There is nothing to prove anything of."""

    message = (
        "Ce candidat n'a aucune saisie en attente : ce qui est enregistré se prouve par le numéro "
        "de l'inscription."
    )


@dataclass(frozen=True)
class Proof:
    """A proof: one file.

    Attributes:
        pdf: the file, with its data in it.
        digest: the SHA-256 of these data, which the file and the journal say.
        is_sealed: whether the deployer's seal is on it.
        anomalies: what no longer is as it was written, in French.
    """

    pdf: bytes
    digest: str
    is_sealed: bool
    anomalies: tuple[str, ...]


@transaction.atomic
def of_registration(*, registration: Registration, by: Actor, at: datetime) -> Proof:
    """Return the proof of what was filed, and of what came out of hours (L-04).

    Args:
        registration: whole.
        by: who has it made.
        at: the instant.

    Raises:
        BeingPrepared: its seal cannot be put now.
        Unprintable: a fault of ours.
    """
    made = _made(matter_of_registration(registration), by=by, at=at)
    _note(made, registration, academy=registration.academy_id, by=by, at=at)
    return made


@transaction.atomic
def of_account(*, candidate: Candidate, by: Actor, at: datetime) -> Proof:
    """Return the proof of what somebody began and never filed, late or not.

    Args:
        candidate: whose.
        by: who has it made.
        at: the instant.

    Raises:
        NothingBegun: there is none.
        BeingPrepared, Unprintable: see `of_registration`.
    """
    matter = matter_of_candidate(candidate)
    if not matter.drafts:
        raise NothingBegun
    made = _made(matter, by=by, at=at)
    for academy in sorted({one.academy_id for one in matter.services.values()}):
        _note(made, candidate, academy=academy, by=by, at=at)
    return made


@transaction.atomic
def of_instruction(*, registration: Registration, by: Actor, at: datetime) -> Proof:
    """Return the proof of how a registration was dealt with: what was asked, found, decided and told.

    Args:
        registration: which.
        by: who has it made.
        at: the instant.

    Raises:
        BeingPrepared, Unprintable: see `of_registration`.
    """
    whole = Registration.objects.whole().with_owed().get(pk=registration.pk)
    facts = instruction.facts_of(whole, by=by, at=at)
    made = _printed(facts, instruction_paper.content_of, at=at)
    _note(made, registration, verb=INSTRUCTION, academy=registration.academy_id, by=by, at=at)
    return made


def _made(matter: Matter, *, by: Actor, at: datetime) -> Proof:
    return _printed(facts_of(matter, by=by, at=at), filing_paper.content_of, at=at)


def _printed(facts: Facts, content_of: Callable[..., dict[str, Any]], *, at: datetime) -> Proof:
    data = canonical(facts)
    fingerprint, is_sealed = hashlib.sha256(data).hexdigest(), seal.is_configured()
    content = content_of(facts, digest=fingerprint, is_sealed=is_sealed)
    try:
        printed = pdf.typeset(TEMPLATE, content, at=at, data=data)
    except pdf.CannotPrint as failure:
        raise Unprintable from failure
    try:
        file = seal.seal(printed) if is_sealed else printed
    except seal.SealFailed as failure:
        raise BeingPrepared from failure
    return Proof(file, fingerprint, is_sealed, tuple(facts["anomalies"]))


def _note(
    made: Proof,
    row: Registration | Candidate,
    *,
    verb: str = FILING,
    academy: str,
    by: Actor,
    at: datetime,
) -> None:
    """Keep who had it made, and the fingerprint of what it says; nothing while none is written (R-05)."""
    if not notices.is_database_read_only():
        after = {"digest": made.digest, "sealed": made.is_sealed}
        journal.record(verb, by=by, on=row, at=at, academy=academy, after=after)
