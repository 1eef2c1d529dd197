"""An extension that is put back takes nothing back of what it gave to pieces (I1)."""

from datetime import timedelta

import pytest

from sporades.acts.identities import correcting
from sporades.acts.pieces import reminding
from sporades.candidates.operations import civil_data
from sporades.evidence.completeness import lacking
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State
from sporades.registrations.queries import with_owed
from tests.evidence.given import give, piece
from tests.evidence.test_reminding import DAY, UNTIL
from tests.factories import NOW, OPERATOR
from tests.jobs import work
from tests.web.test_extended_service import move

pytestmark = pytest.mark.usefixtures("kept")
GIVEN = UNTIL + 7 * DAY


@pytest.fixture
def put_back(registration):
    """Its service was extended by a week, then closes as it did."""
    for by in (timedelta(days=7), -timedelta(days=7)):
        move(registration, by)
        work("evidence")
    return registration


def test_pages_and_rows_say_the_same_day(put_back):
    owed = pieces_of(with_owed.get(pk=put_back.pk))[0]

    assert owed.until == owed.first_until == piece(put_back).until == GIVEN
    assert "mercredi 6 janvier 2027" in owed.before


def test_a_piece_is_taken_until_then_and_asked_for_until_then(put_back):
    at = UNTIL + 2 * DAY

    assert put_back.pk not in set(lacking(at).values_list("pk", flat=True))
    assert reminding.remind_pieces(at=GIVEN - DAY - timedelta(hours=1)) == 1
    give(put_back, at=at)

    assert piece(put_back).state == State.CHECKING


def test_no_version_takes_it_back(put_back):
    identity = put_back.candidate.identity
    correcting.correct_identity(
        registration=put_back,
        identity={**civil_data(identity), "birth_name": "Le Gouff"},
        seen=identity.pk,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )

    assert piece(put_back).until == GIVEN
