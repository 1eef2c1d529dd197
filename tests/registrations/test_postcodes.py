"""A postcode is due where there are any."""

import pytest

from sporades.registrations.dossier import dossier_of
from sporades.registrations.sections import IDENTIFICATION
from sporades.territory.models import FRANCE
from tests.factories import NOW, a_candidate, a_draft, answers_with

EMIRATES = "99247"

pytestmark = pytest.mark.usefixtures("invented_exam")


def refused(**changes):
    """Return what is refused of an address, by field."""
    typed = {**answers_with()["identification"], **changes}
    form = IDENTIFICATION.form(dossier_of(a_draft(a_candidate()), day=NOW.date()), typed)
    return {name: [one.code for one in said] for name, said in form.errors.as_data().items()}


@pytest.mark.parametrize("country", [FRANCE, ""])
def test_it_is_due_in_france_and_where_no_country_is_said(country):
    assert refused(postcode="", country=country)["postcode"] == ["required"]


@pytest.mark.parametrize("typed", ["59000 CEDEX", "59034 Cedex 1", "cedex"])
def test_that_of_a_company_is_told_so(typed):
    assert refused(postcode=typed)["postcode"] == ["cedex"]


@pytest.mark.parametrize("town", ["Lille CEDEX 9", "LILLE cedex"])
def test_a_commune_is_found_without_the_cedex_beside_it(town):
    assert refused(town=town) == {}


def test_a_country_that_has_none_asks_for_none():
    assert "postcode" not in refused(postcode="", town="Dubaï", country=EMIRATES)
