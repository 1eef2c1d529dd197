"""A piece that is asked for no more: the office reads what was given for it, and decides nothing."""

import pytest

from sporades.core import files
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit
from tests.evidence.given import BAC, give, piece
from tests.evidence.test_following_a_version import WITH_BAC, asks_no_more
from tests.factories import NOW, a_registration
from tests.web.guide import main

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept")


@pytest.fixture
def registration():
    """Return one whose answers changed after a file was given."""
    made = a_registration(**WITH_BAC)
    give(made, BAC, name="bac.jpg")
    return asks_no_more(made)


@pytest.mark.parametrize("is_clean", [True, False, None])
def test_it_is_opened_once_the_antivirus_has_found_nothing_in_it(registration, manager, is_clean):
    given = Deposit.objects.get()
    if is_clean is not None:
        evidence.note_scanned(given, is_clean=is_clean, at=NOW)
    where = f"/gestion/inscriptions/{registration.number}/pieces"

    said = main(manager.get(where))

    assert "Pièces qui ne sont plus demandées" in said
    assert "bac.jpg" in said
    read = manager.get(f"{where}/{BAC}/fichier")
    assert read.status_code == (200 if is_clean else 404)
    if is_clean:
        assert read.content == files.get(given.key)
    assert manager.get(f"{where}/{BAC}").status_code == 404
    assert piece(registration, BAC).state == "withdrawn"
