"""« Mes données » says by which way a paper came of what came, and of nothing else."""

import pytest

from sporades.acts.registrations import receiving
from sporades.registrations.came import CameBy
from tests.evidence.given import MANAGER, again
from tests.factories import NOW, a_registration
from tests.personal.test_no_longer_offered import page_of

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")


def test_of_what_has_not_come_no_way_is_said():
    registration = a_registration()

    assert "Par la poste" not in page_of(registration.candidate)


def test_of_what_was_handed_over_it_is_said():
    registration = a_registration()
    receiving.receive_summary(
        registration=again(registration),
        posted_on=NOW.date(),
        came_by=CameBy.DESK,
        seen=registration.version,
        by=MANAGER,
        at=NOW,
    )

    page = page_of(again(registration).candidate)

    assert CameBy.DESK.label in page
    assert "Par la poste" not in page
