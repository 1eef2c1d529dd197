"""Parents' names and the legal guardian are asked of whom they concern."""

import pytest

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import open_tab, said
from tests.journeys.people import ABROAD, MINOR


@pytest.mark.parametrize(
    ("person", "subjects"),
    [
        ({}, []),
        (ABROAD, ["Vos parents"]),
        (MINOR, ["Votre représentant légal"]),
        (ABROAD | MINOR, ["Vos parents", "Votre représentant légal"]),
    ],
    ids=["born here", "born abroad", "minor", "minor born abroad"],
)
def test_parents_and_guardian_are_asked_of_whom_they_concern(site, context, person, subjects):
    draft = a_draft(a_candidate(**person))
    page = open_tab(context, site, draft, "identification")

    legends = [said(one) for one in page.locator("legend.s-group__legend").all()]

    assert legends == [
        "Votre identifiant national",
        "Votre adresse",
        "Vos téléphones : un des deux suffit",
        *subjects,
    ]
