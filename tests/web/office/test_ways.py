"""The office reads by which way a piece is meant to come, and notes what came otherwise (C53)."""

from datetime import date

import pytest
from django.urls import reverse

from sporades.evidence.states import State
from tests.evidence.given import piece
from tests.evidence.test_ways import WAYS, load
from tests.factories import a_registration
from tests.web.guide import main, seen

UNEXPECTED = (
    "Selon la réglementation, cette pièce se dépose dans l'espace candidat et n'est pas à envoyer par "
    "courrier. Si elle est venue sur papier, notez-la quand même."
)


@pytest.mark.parametrize(
    ("ways", "only", "is_unexpected"),
    [
        ("both", "", False),
        ("deposit", ", par dépôt seulement", True),
        ("post", ", par courrier seulement", False),
    ],
)
def test_the_office_reads_by_which_way_a_piece_is_meant_to_come(manager, ways, only, is_unexpected):
    load(**WAYS[ways])
    registration = a_registration()
    number = registration.number
    pages = {
        name: main(manager.get(reverse(f"office:{name}", args=args)))
        for name, args in {
            "pieces": [number],
            "judge_piece": [number, "IDENTITE"],
            "scan_piece": [number, "IDENTITE"],
        }.items()
    }

    for name in ("pieces", "judge_piece"):
        assert f"à 23 h 59 (heure de Paris){only}." in pages[name]
    assert UNEXPECTED not in pages["pieces"]
    assert [UNEXPECTED in pages[name] for name in ("judge_piece", "scan_piece")] == [
        is_unexpected
    ] * 2


def test_what_came_by_post_all_the_same_is_noted(manager):
    load(**WAYS["deposit"])
    registration = a_registration()
    where = reverse("office:judge_piece", args=[registration.number, "IDENTITE"])
    read = seen(manager.get(where)).cssselect("main input[name=lue]")[0].get("value")

    manager.post(where, {"verdict": "receive", "poste_le": "24/11/2026", "lue": read})

    held = piece(registration)
    assert (held.state, held.posted_on) == (State.POSTED, date(2026, 11, 24))
    assert UNEXPECTED not in main(manager.get(where))
