"""The situation towards national service is asked of the young and French."""

import pytest

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import open_tab, said
from tests.journeys.people import FOREIGN, YOUNG


@pytest.mark.parametrize(
    ("person", "question"),
    [
        (YOUNG, "Recensement et journée défense"),
        (YOUNG | FOREIGN, ""),
        ({"birth_year": 1998}, ""),
    ],
    ids=["young and French", "young and foreign", "older"],
)
def test_the_national_service_is_asked_of_the_young_and_french(site, context, person, question):
    draft = a_draft(a_candidate(**person))
    page = open_tab(context, site, draft, "informations")

    asked = page.get_by_role("group", name="Recensement et journée défense")

    assert said_if_there(asked) == question


def said_if_there(part):
    """Return the legend of a group of the page, nothing when it is not there."""
    return said(part.locator("legend")) if part.count() else ""
