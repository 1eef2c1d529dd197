"""What a candidate began and did not save in time: their managing service finds it, and goes on for them.

Nobody reads a draft but its candidate, until they give its number themselves.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.accounts import limits
from sporades.accounts.models import User, normalised_address
from sporades.accounts.permissions import Reach
from sporades.acts.registrations.registering import OUT_OF_HOURS, SESSION_ENDED, note_begun
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.journal.queries import entries_about
from sporades.registrations.models import Draft, LateRequest
from sporades.registrations.operations import drafting

TAKEN_UP = "draft taken up"
"""The verb of the office that goes on with its answers."""


class NoSuchDraft(Refused):
    """Nothing has this number at this address, here: which of the three is wrong is not said."""

    message = (
        "Aucune saisie non enregistrée de votre périmètre, dont le service est fermé, n'a ce numéro à "
        "cette adresse. Relisez les deux avec le candidat : le numéro est dans « Mes inscriptions »."
    )


class AskedOnLine(Refused):
    """It waits for an answer: what is to be decided is the request, with the reason that it gives."""

    message = "Ce candidat a demandé en ligne à être inscrit : voici sa demande."

    def __init__(self, request: LateRequest) -> None:
        """Keep the request."""
        self.request = request
        super().__init__()


class TooManyNumbers(Refused):
    """Whoever types one number after another would come upon somebody's."""

    message = (
        "Vous avez indiqué trop de numéros qui ne correspondent à rien : aucun autre n'est cherché de "
        "votre part pour le moment. Réessayez dans une heure, ou demain."
    )


def find(*, email: str, number: str, reach: Reach, by: Actor, at: datetime) -> Draft:
    """Return what a candidate began and did not save before the closing.

    Whoever shows whose it is notes that they look (S-60).

    Args:
        email: the address of their account, however it is typed.
        number: of the draft, as `Draft.number` says it.
        reach: where the office fills for candidates.
        by: who seeks it.
        at: the instant.

    Raises:
        AskedOnLine: its candidate has asked for it since, and waits.
        NoSuchDraft: there is none.
        TooManyNumbers: they were wrong too often.
    """
    if not limits.is_left(limits.NUMBERS_OF_DRAFTS, by.identifier, at=at):
        raise _too_many(by, at=at)
    theirs = Draft.objects.missed(at).within(reach)
    theirs = theirs.filter(candidate__user__email=normalised_address(email)).whole()
    found: Draft | None = next((one for one in theirs if one.number == number), None)
    if found is None:
        if not limits.spend(limits.NUMBERS_OF_DRAFTS, by.identifier, at=at):
            raise _too_many(by, at=at)
        raise NoSuchDraft
    if found.awaits_decision:
        raise AskedOnLine(found.late_requests.waiting().get())
    return found


def _too_many(by: Actor, *, at: datetime) -> TooManyNumbers:
    journal.record("draft numbers refused", by=by, at=at)
    return TooManyNumbers()


def pressed_at(draft: Draft) -> datetime | None:
    """Return when « Enregistrer » came last out of hours, or as a session had ended, if it did."""
    presses = entries_about(draft).filter(verb__in=(OUT_OF_HOURS, SESSION_ENDED))
    last: datetime | None = presses.values_list("at", flat=True).first()
    return last


@transaction.atomic
def begin(*, draft: Draft, author: User, by: Actor, at: datetime) -> Draft:
    """« Inscrire ce candidat » with the answers of what they did not save; nothing is filed by it.

    Args:
        draft: the candidate's, as `find` returns it.
        author: the member of the office who goes on.
        by: the same, as the author of the act.
        at: the instant.

    Returns:
        A draft of their own, which `standing_in.register` files with the reason.

    Raises:
        NoLongerOffered, Closed, TooManyBegun, Merged: see `drafting.begin_from`.
    """
    made = drafting.begin_from(draft=draft, author=author, at=at)
    note_begun(made, "registration begun on behalf", by=by, at=at)
    academy = draft.service.academy_id
    journal.record(TAKEN_UP, by=by, on=draft, at=at, academy=academy, after={"draft": str(made.pk)})
    return made


def taken_up(drafts: Sequence[Draft]) -> dict[str, datetime]:
    """Return when the office went on last with each of some drafts, by its key in words."""
    if not drafts:
        return {}
    taken = entries_about(*drafts).filter(verb=TAKEN_UP).values_list("object_id", "at")
    return dict(reversed(taken))
