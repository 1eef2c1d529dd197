import pytest
from django.db import IntegrityError

from sporades.territory import queries
from sporades.territory.models import ManagingService
from sporades.territory.operations import keep_managing_service

LILLE = {
    "code": "dec3",
    "sector": "Baccalauréat professionnel",
    "name": "Bureau des examens professionnels",
    "contact_name": "Gestion des candidats individuels",
    "phone": "03 00 00 00 00",
    "email": "dec3@exemple.test",
    "address": ["Rectorat", "1 rue des Examens", "59000 Lille"],
    "opening_hours": "du lundi au vendredi, de 9 h à 16 h",
}


def test_a_service_is_kept_with_all_that_a_candidate_needs_to_reach_it():
    keep_managing_service(academy=queries.academy("A09"), **LILLE)

    (service,) = queries.managing_services()
    assert {name: getattr(service, name) for name in LILLE} == LILLE


def test_keeping_a_service_again_changes_it_and_makes_no_other():
    first = keep_managing_service(academy=queries.academy("A09"), **LILLE)

    second = keep_managing_service(
        academy=queries.academy("A09"), code="dec3", sector="CAP", name="Bureau des CAP"
    )

    assert second.pk == first.pk
    assert (second.sector, second.phone, second.address) == ("CAP", "", [])
    assert ManagingService.objects.count() == 1


def test_two_academies_may_give_the_same_code():
    keep_managing_service(academy=queries.academy("A09"), **LILLE)
    keep_managing_service(academy=queries.academy("A28"), **LILLE)

    assert [s.academy.name for s in queries.managing_services()] == ["La Réunion", "Lille"]


@pytest.mark.parametrize("missing", ["sector", "name"])
def test_a_service_without_a_name_or_a_sector_is_refused(missing):
    with pytest.raises(IntegrityError, match="managing_service_has_a_name_and_a_sector"):
        keep_managing_service(academy=queries.academy("A09"), **(LILLE | {missing: ""}))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_one_query_however_long(django_assert_num_queries, count):
    for number in range(count):
        keep_managing_service(academy=queries.academy("A09"), **(LILLE | {"code": f"dec{number}"}))

    with django_assert_num_queries(1):
        assert [s.academy.name for s in queries.managing_services()] == ["Lille"] * count
