"""The managing service corrects civil data that are frozen (I6)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from sporades import journal, mail
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.links import absolute
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.registrations import correcting
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of
from sporades.registrations.summary import SUMMARY


class NothingChanged(Refused):
    """The civil data are those that are kept already."""

    message = "Ces informations sont déjà celles du dossier : corrigez ce qui doit l'être."


@transaction.atomic
def correct_identity(
    *, registration: Registration, identity: dict[str, Any], proof: str, by: Actor, at: datetime
) -> int:
    """Correct the civil data of a candidate, on proof; return how many registrations stand.

    They are the person's, not an exam's: each of their registrations that stands has a new
    version and its summary is issued again. What was withdrawn or set aside stays as it was.

    Args:
        registration: the one in whose file they are corrected.
        identity: civil data, as `IdentityForm.identity()` gives them.
        proof: what the service was shown.
        by: who corrects.
        at: the instant.

    Raises:
        NothingChanged: they are those that are kept.
    """
    candidate = Candidate.objects.select_for_update(of=("self",)).get(pk=registration.candidate_id)
    before = candidates.civil_data(candidate.identity)
    changed = {name: value for name, value in identity.items() if before.get(name) != value}
    kept = {name: before[name] for name in changed if name in before}
    if not kept:
        raise NothingChanged
    new = candidates.correct_identity(candidate, identity=identity, at=at)
    journal.record(
        "identity corrected",
        by=by,
        on=candidate,
        at=at,
        academy=registration.academy_id,
        before=kept,
        after={**{name: identity[name] for name in kept}, "proof": proof},
    )
    standing = list(Registration.objects.active().filter(candidate=candidate).order_by("pk"))
    for one in standing:
        version = correcting.take_identity(registration=one, identity=new, by=by, at=at)
        again = version.registration
        documents.issue(
            again.folder, SUMMARY, version, number=version.number, at=at, published_at=at
        )
        journal.record(
            "registration amended",
            by=by,
            on=again,
            at=at,
            academy=again.academy_id,
            after={"version": version.number, "digest": version.digest, "number": again.number},
        )
    if candidate.address:
        mail.write(
            "identity_corrected",
            to=candidate.address,
            at=at,
            key=f"candidate:{candidate.pk}:identity:{new.pk}",
            about=candidate,
            urgent=True,
            name=new.full_name,
            registrations=standing,
            contact=contact_of(registration.service),
            link=absolute("/mes-inscriptions"),
        )
    return len(standing)
