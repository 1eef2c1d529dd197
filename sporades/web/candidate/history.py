"""« Historique »: every version of a registration, and what was decided of it (E4)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from sporades.acts.identities.merging import merges_of
from sporades.acts.people.attaching import MERGED
from sporades.acts.registrations import leaving
from sporades.acts.registrations.deciding import decisions_on
from sporades.acts.registrations.moving import moves_of
from sporades.acts.registrations.requesting import refused_modifications_of
from sporades.acts.requests import late
from sporades.core.actors import SYSTEM
from sporades.core.french import instant_in_words
from sporades.documents.queries import replaced_in
from sporades.journal.models import Entry
from sporades.registrations.consents import chosen_since
from sporades.registrations.models import Version
from sporades.web.candidate.own import own_registration_and_answers

IN_WORDS = {
    MERGED: "Vos deux dossiers sont réunis",
    late.FULFILLED: "Votre demande d'inscription tardive n'attend plus de réponse : vous êtes inscrit(e)",
}
"""What is said to a candidate otherwise than to the office."""
OWN_WORDS = (late.ACCEPTED, late.FULFILLED)
"""The acts whose reason, if any, is what the candidate wrote."""


def history(request: HttpRequest, number: str) -> HttpResponse:
    """« Historique »: each version, its author, its fingerprint and what it changed (E4)."""
    found = own_registration_and_answers(request, number)
    versions = list(found.versions.for_history())
    context = {
        "registration": found,
        "versions": versions,
        "replaced": replaced_in(found.folder_id, at=request.arrived_at),
        "consents": chosen_since(found),
        "decisions": [
            {
                "when": f"{instant_in_words(one.at, found.service.zone)}, {_by(one, versions)}",
                "what": IN_WORDS.get(one.verb) or one.in_words,
                "note": _note_of(one),
            }
            for one in decisions_on(found)
            | leaving.withdrawals_as_asked(found)
            | moves_of(found)
            | merges_of(found)
            | refused_modifications_of(found)
            | late.decisions_of(found)
        ],
    }
    return render(request, "candidate/history.html", context)


def version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """One version, as it was filed."""
    found = own_registration_and_answers(request, number)
    context = {"registration": found, "version": get_object_or_404(found.versions, number=version)}
    return render(request, "candidate/version.html", context)


def _by(entry: Entry, versions: list[Version]) -> str:
    """Return which managing service did this, the one that had the registration then, or that none did."""
    if entry.actor_kind == SYSTEM.kind:
        return "automatiquement"
    if entry.verb == MERGED:  # of whichever academy
        return "par le service des examens et concours"
    last = next((one for one in versions if one.filed_at <= entry.at), versions[-1])
    return f"par {last.signed_by if last.filed_at == entry.at else last.service_name}"


def _note_of(entry: Entry) -> str:
    """Say why this was done, or which number is left by a merge."""
    after: dict[str, Any] = entry.payload["after"]
    if entry.verb in OWN_WORDS:
        return ""
    if entry.verb != MERGED:
        return str(after["reason"])
    numbers = [one for one in (after["kept"], after["merged"]) if one]
    if len(numbers) == 1:
        return f"Votre numéro candidat est {numbers[0]}."
    return f"Votre numéro candidat est {numbers[0]} ; {numbers[1]} était aussi le vôtre."
