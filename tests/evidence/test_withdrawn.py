"""A piece that is asked for no more: what was given for it is shown, and nothing is done of it."""

import pytest

from sporades.core import files
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit
from tests.evidence.given import BAC, give
from tests.evidence.test_following_a_version import WITH_BAC, asks_no_more
from tests.factories import NOW, a_candidate, a_registration, load_invented
from tests.web.guide import links, main, signed_in

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept")


@pytest.fixture
def registration():
    """Return one whose answers changed after a file was given."""
    made = a_registration(**WITH_BAC)
    evidence.note_scanned(give(made, BAC, name="bac.jpg"), is_clean=True, at=NOW)
    return asks_no_more(made)


def test_its_candidate_is_shown_what_was_given_and_gives_nothing_more(registration):
    mine = signed_in(registration.candidate.user)
    where = f"/mes-inscriptions/{registration.number}/pieces"

    said = main(mine.get(where))

    assert "Pièces qui ne sont plus demandées" in said
    assert "bac.jpg" in said
    given = Deposit.objects.get()
    assert mine.get(f"{where}/{BAC}/fichier").content == files.get(given.key)
    assert mine.get(f"{where}/{BAC}").status_code == 404
    assert signed_in(a_candidate().user).get(f"{where}/{BAC}/fichier").status_code == 404


def test_what_was_given_is_led_to_where_no_piece_is_asked_for_any_more():
    load_invented(
        ("libelle: Pièce d'identité,", "libelle: Pièce d'identité, si: {diplome: [BAC]},")
    )
    made = a_registration(**WITH_BAC)
    give(made, BAC, name="bac.jpg")
    where = f"/mes-inscriptions/{made.number}"
    mine = signed_in(made.candidate.user)

    asks_no_more(made)

    assert links(mine.get(where), "Pièces justificatives") == [f"{where}/pieces"]
    assert "bac.jpg" in main(mine.get(f"{where}/pieces"))
