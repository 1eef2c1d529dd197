"""The rule that says whether two candidates are alike, and why."""

from dataclasses import replace

import pytest

from sporades.doubles.rules import NAMESAKES, OTHER_INE, TWINS, Person, likeness, slips_of

MAELLE = Person(
    birth_name="le goff",
    usage_name="",
    first_names="maelle anne",
    birth=(1998, 3, 14),
    birth_place="59350",
    phones=frozenset({"0639981234"}),
    addresses=frozenset({"12 rue des iles 59000"}),
)
SAME_DAY = "Même date de naissance."
SAME_PLACE = "Même lieu de naissance."


def alone(**changes):
    """Return somebody else of that name and birth, who lives elsewhere."""
    return replace(MAELLE, phones=frozenset(), addresses=frozenset(), **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "Mêmes nom de famille et prénoms."),
        ({"first_names": "maelle"}, "Même nom de famille, prénoms proches."),
        ({"first_names": "anne"}, "Même nom de famille, prénoms proches."),
        ({"first_names": "maelleanne"}, "Même nom de famille, prénoms proches."),
        ({"birth_name": "le gof"}, "Noms de famille proches, mêmes prénoms."),
        ({"birth_name": "le gof", "first_names": "maele"}, "Noms de famille et prénoms proches."),
        (
            {"birth_name": "maelle anne", "first_names": "le goff"},
            "Mêmes nom et prénoms, dans un autre ordre.",
        ),
        ({"birth_name": "carlier", "usage_name": "le goff"}, "Même nom d'usage, mêmes prénoms."),
    ],
)
def test_a_name_written_otherwise_on_the_same_day_in_the_same_place_is_alike(changes, reason):
    found = likeness(MAELLE, alone(**changes))

    assert found.reasons == (reason, SAME_DAY, SAME_PLACE)
    assert likeness(alone(**changes), MAELLE) == found


@pytest.mark.parametrize(
    ("birth", "reason"),
    [
        ((1998, 3, 15), "Dates de naissance à un chiffre près."),
        ((1989, 3, 14), None),
        ((1988, 3, 14), "Dates de naissance à un chiffre près."),
        ((1998, None, None), "Dates de naissance compatibles, l'une incomplète."),
        ((1999, None, None), None),
    ],
)
def test_a_birth_date_with_one_slip_is_alike_where_the_place_is_the_same(birth, reason):
    found = likeness(MAELLE, alone(birth=birth))

    assert (found and found.reasons[1]) == reason
    assert likeness(MAELLE, replace(alone(birth=birth), birth_place="13055")) is None


def test_day_and_month_the_other_way_round_are_alike():
    born = replace(MAELLE, birth=(1998, 3, 4))

    found = likeness(born, alone(birth=(1998, 4, 3)))

    assert found.reasons[1] == "Jour et mois de naissance inversés."
    assert not found.is_strong


def test_nothing_but_a_coincidence_makes_two_of_them():
    assert likeness(MAELLE, MAELLE).is_strong
    assert likeness(MAELLE, alone()).is_strong
    assert not likeness(MAELLE, alone(birth=(1998, 3, 15))).is_strong


@pytest.mark.parametrize("first_names", ["yann", "jeanne lucie", "anna"])
def test_twins_share_everything_but_their_first_names_and_are_not_shown(first_names):
    assert likeness(MAELLE, replace(MAELLE, first_names=first_names)) is None


def test_twins_with_close_first_names_are_shown_with_a_doubt_and_are_never_certain():
    lea, leo = (replace(MAELLE, first_names=name) for name in ("julie", "julia"))

    found = likeness(lea, leo)

    assert (found.is_strong, found.doubts) == (False, (TWINS,))


def test_namesakes_born_elsewhere_are_shown_with_a_doubt():
    found = likeness(MAELLE, alone(birth_place="13055"))

    assert (found.is_strong, found.doubts) == (False, (NAMESAKES,))


@pytest.mark.parametrize("places", [("", "13055"), ("13055", ""), ("", "")])
def test_a_birth_place_that_is_not_known_tells_nobody_apart(places):
    one, other = (replace(MAELLE, birth_place=place) for place in places)

    assert likeness(one, other).doubts == ()


def test_one_ine_makes_one_person_whatever_the_names():
    mine = replace(MAELLE, ines=frozenset({"1234567890A"}))
    theirs = alone(birth_name="carlier", first_names="jeanne", ines=frozenset({"1234567890A"}))

    assert likeness(mine, theirs).reasons == (SAME_DAY, "Même INE.", SAME_PLACE)


def test_two_ines_make_two_persons_unless_what_they_share_is_more():
    mine = replace(MAELLE, ines=frozenset({"1234567890A"}))
    theirs = replace(MAELLE, ines=frozenset({"1234567890B"}))

    assert likeness(mine, theirs).doubts == (OTHER_INE,)
    assert likeness(mine, replace(theirs, phones=frozenset(), addresses=frozenset())) is None


def test_the_same_letter_box_and_telephone_do_not_make_one_person_of_two_names():
    box = frozenset({"famille@exemple.test"})
    other = replace(MAELLE, first_names="yann", boxes=box)

    assert likeness(replace(MAELLE, boxes=box), other) is None


def test_the_slips_of_a_date_are_dates_and_never_the_date_itself():
    slips = slips_of((1998, 3, 14))

    assert (1998, 3, 14) not in slips
    assert (1998, 3, 24) in slips
    assert (1998, 3, 44) not in slips
    assert slips_of((1998, None, None)) == []
    assert (2000, 2, 29) in slips_of((2000, 2, 28))
