"""Modifications that a candidate asks for after the closing."""

from sporades.acts.registrations import requesting
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from tests.factories import author

WHY = "J'ai déménagé"


def change(registration, at, **more):
    """Begin a modification after the closing, and change an address, and more of its tab."""
    by = author(registration.candidate)
    return moved_house(requesting.begin(registration=registration, by=by, at=at), at, **more)


def moved_house(draft, at, **more):
    """Change the address of a modification, and more of its tab; return it, whole."""
    typed = draft.answers.get(section="identification").answers
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**typed, "address_1": "3 quai du Wault", **more},
        seen_revision=None,
        at=at,
    )
    return Draft.objects.whole().get(pk=draft.pk)


def ask(registration, at, proof=None, **more):
    draft = change(registration, at, **more)
    by = author(registration.candidate)
    return requesting.send(
        draft=draft, reason=WHY, proof=[] if proof is None else [proof], by=by, at=at
    )


def proof_found_clean(asked):
    """Let the antivirus find nothing in the proof of a request."""
    said = {"proof_scanned_at": asked.sent_at, "proof_is_clean": True}
    type(asked).objects.filter(pk=asked.pk).update(**said)
    asked.refresh_from_db()
    return asked
