"""Pieces that an épreuve calls for: what counts is the choice that was made, not what was typed."""

import pytest

from tests.factories import a_registration, load_invented

PIECES = "    pieces:\n"


def load(papers, statuses):
    """Make one more piece due by the status of some épreuves."""
    load_invented(
        (
            PIECES,
            PIECES + "      - {code: PAR_STATUT, libelle: Pièce, "
            f"si: {{statut: {{epreuves: [{papers}], statuts: [{statuses}]}}}}, "
            "echeance: {jours_apres_fermeture: 15}}\n",
        )
    )


@pytest.mark.parametrize(
    ("papers", "statuses", "changes", "is_due"),
    [
        pytest.param("E2", "inscrit", {}, True, id="a mandatory épreuve, without any choice"),
        pytest.param("M1", "inscrit", {}, True, id="one that was chosen"),
        pytest.param("M2", "inscrit", {}, False, id="one that was not"),
        pytest.param(
            "M1",
            "inscrit",
            {"speciality": "FOREST", "epreuves": {"statut-M2": "inscrit"}},
            False,
            id="one chosen before another speciality was",
        ),
        pytest.param(
            "E2",
            "dispense",
            {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "dispense"}},
            True,
            id="one that a diploma dispenses from",
        ),
    ],
)
def test_a_piece_is_due_by_the_choices_made(papers, statuses, changes, is_due):
    load(papers, statuses)

    registration = a_registration(**changes)

    due = [piece["code"] for piece in registration.versions.get().snapshot["evidence"]]
    assert ("PAR_STATUT" in due) is is_due
