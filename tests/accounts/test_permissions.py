"""Who is said to act, for somebody who holds several roles."""

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.registrations.models import Registration
from tests.factories import a_registration

Role = Membership.Role


def holding(role, *academies, domains=()):
    """Return a membership that nobody has kept."""
    return Membership(role=role, full_name="Camille", academies=academies, domains=list(domains))


def test_an_act_is_done_in_the_role_that_reaches_what_it_changes():
    roles = [holding(Role.MANAGER, "A09"), holding(Role.HEAD, "A25")]

    deciding = reach(roles, Permission.DECIDE)

    assert deciding.author(academy="A09", domain="EI").kind == "manager"
    assert deciding.author(academy="A25", domain="EI").kind == "head"


def test_a_role_without_the_permission_does_not_act():
    roles = [holding(Role.AUDITOR, "A09"), holding(Role.HEAD, "A09")]

    assert reach(roles, Permission.DECIDE).author(academy="A09", domain="EI").kind == "head"


def test_nobody_acts_on_what_is_not_reached():
    deciding = reach([holding(Role.MANAGER, "A09", domains=["EI"])], Permission.DECIDE)

    with pytest.raises(LookupError):
        deciding.author(academy="A09", domain="CONC")
    with pytest.raises(LookupError):
        deciding.author(academy="A25", domain="EI")


def test_what_is_reached_of_one_academy_keeps_its_domains():
    mine = reach(
        [holding(Role.MANAGER, "A09", "A25", domains=["EI"]), holding(Role.HEAD, "A25")],
        Permission.DECIDE,
    )
    everywhere = reach([holding(Role.ADMINISTRATOR)], Permission.DECIDE)

    assert mine.in_academy("A09").as_json() == [{"academies": ["A09"], "domains": ["EI"]}]
    assert mine.in_academy("A25").as_json() == [
        {"academies": ["A25"], "domains": ["EI"]},
        {"academies": ["A25"], "domains": None},
    ]
    assert not mine.in_academy("A28")
    assert everywhere.in_academy("A28").as_json() == [{"academies": ["A28"], "domains": None}]


def test_what_lies_in_one_perimeter_is_done_in_the_role_that_reaches_it():
    mine = reach([holding(Role.MANAGER, "A09"), holding(Role.HEAD, "A25")], Permission.DECIDE)
    lille, versailles, both = (
        reach([holding(Role.MANAGER, *academies, domains=["EI"])], Permission.DECIDE)
        for academies in (["A09"], ["A25"], ["A09", "A25"])
    )

    done = [mine.author_of(one).kind for one in (lille, versailles, both)]

    assert done == ["manager", "head", "manager"]


@pytest.mark.parametrize(
    ("roles", "academy"),
    [
        ([holding(Role.MANAGER, "A09")], "A09"),
        ([holding(Role.MANAGER, "A09", domains=["EI"]), holding(Role.HEAD, "A09")], "A09"),
        ([holding(Role.MANAGER, "A09"), holding(Role.HEAD, "A25")], ""),
        ([holding(Role.MANAGER, "A09", "A25")], ""),
        ([holding(Role.MANAGER, "A09"), holding(Role.ADMINISTRATOR)], ""),
        ([], ""),
    ],
)
def test_a_perimeter_is_of_one_academy_or_of_none(roles, academy):
    assert reach(roles, Permission.DECIDE).only_academy == academy


@pytest.mark.parametrize("order", [1, -1])
def test_a_role_everywhere_is_not_narrowed_by_another(order, invented_exam):
    registration = a_registration()
    roles = [holding(Role.ADMINISTRATOR), holding(Role.MANAGER, "A25", domains=["AUTRE"])]
    mine = reach(roles[::order], Permission.READ_FILES)

    assert mine.covers(academy="A09", domain=registration.exam.domain.code)
    assert list(Registration.objects.within(mine)) == [registration]
    assert not Registration.objects.within(reach(roles[1:], Permission.READ_FILES)).exists()


@pytest.mark.parametrize(
    ("role", "academies", "domains", "is_reached"),
    [
        (Role.MANAGER, ["A09"], [], True),
        (Role.MANAGER, ["A25"], [], False),
        (Role.MANAGER, ["A09"], ["ESSAI"], True),
        (Role.MANAGER, ["A09"], ["AUTRE"], False),
        (Role.ADMINISTRATOR, [], ["ESSAI"], True),
        (Role.ADMINISTRATOR, [], ["AUTRE"], False),
    ],
)
def test_academies_and_domains_each_bound_what_is_reached(
    invented_exam, role, academies, domains, is_reached
):
    registration = a_registration()
    mine = reach([holding(role, *academies, domains=domains)], Permission.READ_FILES)

    assert registration.exam.domain.code == "ESSAI"
    assert Registration.objects.within(mine).exists() is is_reached
    assert mine.covers(academy="A09", domain="ESSAI") is is_reached
