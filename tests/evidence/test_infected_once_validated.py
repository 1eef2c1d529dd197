"""A virus that is found once the registration is validated is the office's to deal with (G2)."""

from datetime import timedelta

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.pieces import providing, verifying
from sporades.acts.registrations import deciding
from sporades.evidence.models import Evidence
from sporades.evidence.states import State
from sporades.mail.models import Message
from sporades.registrations.states import REOPEN, VALIDATE
from sporades.searches.operators import Operator
from tests.evidence.given import MANAGER, again, give, piece
from tests.evidence.test_found_and_counted import finds
from tests.factories import NOW, a_candidate, a_registration
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("kept")

HOUR = timedelta(hours=1)


def decide(registration, decision, *, at):
    deciding.decide(
        registration=again(registration), decision=decision, reason="", by=MANAGER, at=at
    )


@pytest.fixture
def infected(registration):
    """It was validated before the antivirus had looked at its file."""
    given = give(registration)
    decide(registration, VALIDATE, at=NOW + HOUR)
    providing.note_scan(given, is_clean=False, at=NOW + 2 * HOUR)
    return registration


@pytest.fixture
def found(db):
    """Return what a manager of Lille finds."""
    manager = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    lille = reach(manager.memberships.all(), Permission.DECIDE)
    return lambda wanted="oui": finds(lille, "infectee_depuis", Operator.IS, wanted)


def test_its_candidate_is_not_asked_for_what_they_could_not_give(infected):
    assert piece(infected).state == State.REFUSED
    assert piece(infected).granted_until is None
    assert not Message.objects.filter(kind="piece_refused").exists()


def test_its_office_finds_it(infected, found):
    other = a_registration(a_candidate())

    assert found() == [infected]
    assert found("non") == [other]


def test_what_was_infected_before_the_validation_is_not_news(registration, found):
    given = give(registration)
    providing.note_scan(given, is_clean=False, at=NOW + HOUR)
    assert Message.objects.filter(kind="piece_refused").exists()

    decide(registration, VALIDATE, at=NOW + 2 * HOUR)

    assert found() == []


def test_a_piece_that_may_be_left_out_is_left_out(infected, found):
    Evidence.objects.update(is_mandatory=False)

    assert found() == []


def test_no_more_validated_it_is_asked_for_again_and_once_its_paper_is_seen_validated(
    infected, found
):
    decide(infected, REOPEN, at=NOW + 3 * HOUR)

    assert found() == []
    body = " ".join(Message.objects.filter(kind="state_changed").latest("pk").body.split())
    assert "- Pièce d'identité, avant le mercredi 30 décembre" in body
    assert "(celle que vous avez fournie n'est pas conforme)" in body
    row = piece(infected)
    verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW + 4 * HOUR)
    decide(infected, VALIDATE, at=NOW + 5 * HOUR)
    assert found() == []
