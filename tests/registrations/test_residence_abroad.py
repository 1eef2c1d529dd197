"""A country may be attached to one academy; the others register as the exam says (C25)."""

import pytest

from sporades.exams.held import forget
from sporades.registrations.dossier import dossier_of
from sporades.registrations.residence import refusal_of_residence
from tests.factories import NOW, a_draft, load_invented

MOROCCO, BELGIUM, SPAIN = "99350", "99131", "99134"
DATES = "    calendrier:\n"
RULE = f"""\
    rattachement:
      etranger: [A25]
      pays_rattaches:
        - {{pays: ["{MOROCCO}"], vers: A09}}
        - {{pays: ["{SPAIN}"], vers: A25}}
"""


@pytest.fixture
def refused(invented_exam):
    load_invented((DATES, RULE + DATES))
    forget()
    draft = a_draft(academy="A09")

    def asked(country):
        dossier = dossier_of(draft, day=NOW.date())
        return refusal_of_residence(dossier, postcode="10000", commune="", country=country)

    return asked


def test_its_residents_register_there_and_nowhere_else(refused):
    assert refused(MOROCCO) is None

    elsewhere = refused(SPAIN)
    assert elsewhere.field == "country"
    assert [one.academy.code for one in elsewhere.places] == ["A25"]


def test_those_of_another_country_register_where_all_do(refused):
    assert [one.academy.code for one in refused(BELGIUM).places] == ["A25"]
