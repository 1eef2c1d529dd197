"""The commune of birth, found however its name is written; or else kept as the person gives it."""

import pytest

from sporades.candidates.birthplaces import Place, Unsure, as_typed, find
from sporades.candidates.models import Identity
from sporades.candidates.words import birth_place_in_words
from sporades.territory.models import FRANCE
from sporades.territory.queries import MOST_NEAR
from tests.factories import IDENTITY

LILLE = Place(FRANCE, "59", "59350", "Lille")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _territory(territory):
    """Communes are those of the official list."""


@pytest.mark.parametrize("department", ["", "59"])
@pytest.mark.parametrize(
    "typed", ["Lille (Nord)", "lille (nord)", "Lille (Nord, 59)", "Lille (59)"]
)
def test_a_commune_is_found_as_the_service_itself_writes_it(typed, department):
    assert find(country=FRANCE, department=department, typed=typed) == LILLE


def test_a_place_is_kept_with_the_joiners_that_spell_it():
    joined = "\u0d9a\u0dca\u200d\u0dbb"

    assert find(country="99235", department="", typed=joined).words == joined


def test_what_the_civil_data_show_can_be_typed_back():
    shown = birth_place_in_words(Identity(**IDENTITY))

    assert find(country=FRANCE, department="", typed=shown) == LILLE


def test_a_name_like_no_other_can_only_be_kept():
    with pytest.raises(Unsure) as doubt:
        find(country=FRANCE, department="59", typed="Xyloville")

    assert doubt.value.is_unknown
    assert doubt.value.offered == [
        ("tel-quel:xyloville", "Garder « Xyloville », tel que je l'ai écrit")
    ]


def test_a_commune_of_another_department_comes_first_with_its_own():
    with pytest.raises(Unsure) as doubt:
        find(country=FRANCE, department="62", typed="lille")

    assert doubt.value.is_elsewhere
    assert [label for _, label in doubt.value.offered][:2] == [
        "Lille (Nord, 59)",
        "Lillers (Pas-de-Calais, 62)",
    ]


def test_a_commune_is_offered_once():
    with pytest.raises(Unsure) as doubt:
        find(country=FRANCE, department="75", typed="Lille")

    values = [value for value, _ in doubt.value.offered]
    assert len(values) == len(set(values))
    assert [label for _, label in doubt.value.offered].count("Lille (Nord, 59)") == 1


def test_a_slip_in_a_name_finds_the_commune_of_the_department():
    with pytest.raises(Unsure) as doubt:
        find(country=FRANCE, department="59", typed="Lile")

    labels = [label for _, label in doubt.value.offered]
    assert labels[0] == "Lille (Nord, 59)"
    assert 1 < len(labels) <= MOST_NEAR + 1


def test_brackets_that_name_no_department_are_part_of_the_name():
    named = "Lile (Oubliée)"
    place = find(country=FRANCE, department="59", typed=named, choice=as_typed(named))

    assert place == Place(FRANCE, "59", "", "Lile (Oubliée)")
