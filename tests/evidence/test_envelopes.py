"""What one envelope holds is noted together, by the act of each paper, or not at all (L-05)."""

from datetime import date, timedelta

import pytest

from sporades.acts.pieces import envelopes, verifying
from sporades.acts.pieces.envelopes import Enclosed, NotNoted
from sporades.acts.registrations import completing
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.states import State as RegistrationState
from tests.evidence.given import MANAGER, again, piece
from tests.factories import NOW, a_registration, load_invented

DAY = date(2026, 11, 25)
VERBS = {"summary received", "piece received"}


@pytest.fixture
def registration(db):
    load_invented()
    return a_registration()


def both(registration):
    """Return the signed summary and the piece of a registration, as a page reads them."""
    read = again(registration)
    return [Enclosed(read, piece(registration), MANAGER), Enclosed(read, None, MANAGER)]


def noted():
    return sorted(Entry.objects.filter(verb__in=VERBS).values_list("verb", flat=True))


def test_each_paper_is_noted_by_its_own_act_under_one_postmark(registration):
    envelopes.note(papers=both(registration), posted_on=DAY, at=NOW)

    registration.refresh_from_db()
    assert registration.summary_posted_on == DAY
    assert (piece(registration).state, piece(registration).posted_on) == (State.POSTED, DAY)
    assert noted() == sorted(VERBS)
    assert {one.actor_name for one in Entry.objects.filter(verb__in=VERBS)} == {"Claude Martin"}


def test_a_paper_that_a_colleague_has_noted_meanwhile_leaves_the_others_unnoted(registration):
    read = both(registration)
    verifying.receive(row=piece(registration), posted_on=DAY, by=MANAGER, at=NOW)

    with pytest.raises(NotNoted, match=r"« Pièce d'identité » : .* Rien n'est noté"):
        envelopes.note(papers=read, posted_on=DAY, at=NOW)

    registration.refresh_from_db()
    assert registration.summary_posted_on is None
    assert noted() == ["piece received"]


def test_a_day_that_one_of_them_cannot_bear_notes_none(registration):
    with pytest.raises(NotNoted, match="« Récapitulatif signé » : Indiquez un jour possible"):
        envelopes.note(papers=both(registration), posted_on=DAY - timedelta(days=1), at=NOW)

    assert noted() == []
    assert piece(registration).state == State.OWED


def test_what_completes_an_incomplete_registration_ends_its_anomaly_and_tells_it_once(registration):
    late = NOW + timedelta(days=60)
    completing.declare_incomplete(registration=again(registration), by=MANAGER, at=late)
    before = set(Message.objects.values_list("pk", flat=True))

    envelopes.note(papers=both(registration)[:1], posted_on=DAY, at=late)

    registration.refresh_from_db()
    assert registration.state == RegistrationState.REGISTERED
    assert Message.objects.exclude(pk__in=before).count() == 1
