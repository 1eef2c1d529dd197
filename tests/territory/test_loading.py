import threading
from datetime import date

import pytest
from django.db import connection

from sporades.territory import operations, queries, reference
from sporades.territory.models import Academy, Commune, Country, Department, ReferenceLoad

pytestmark = pytest.mark.usefixtures("_forgotten")


def everything():
    return [
        list(Academy.objects.order_by("pk").values_list()),
        list(Department.objects.order_by("pk").values_list()),
        list(Country.objects.order_by("pk").values_list()),
        list(
            Commune.objects.order_by("code", "kind").values_list(
                "code", "kind", "name", "department", "part_of", "postcodes", "search_key"
            )
        ),
    ]


def test_loading_twice_changes_nothing(django_assert_num_queries):
    before = everything()

    with django_assert_num_queries(3):  # the savepoint, and one look at the last load
        assert operations.load_reference() is False
    assert operations.load_reference(again=True) is True

    assert everything() == before


def test_loading_mends_what_was_changed_and_leaves_what_points_to_it():
    service = operations.keep_managing_service(
        academy=queries.academy("A09"), code="dec", sector="BTS", name="Bureau des BTS"
    )
    Academy.objects.filter(code="A09").update(name="Ailleurs", closed_on=date(2026, 1, 1))
    Country.objects.filter(code="99350").update(name="Ailleurs")
    Commune.objects.filter(code="59350").delete()
    Commune.objects.create(
        code="59999", kind="current", name="Ys", search_key="ys", department_id="59"
    )

    operations.load_reference(again=True)

    service.refresh_from_db()
    assert (service.academy.name, service.academy.closed_on) == ("Lille", None)
    assert queries.country("99350").name == "Maroc"
    assert queries.commune("59350").name == "Lille"
    assert not Commune.objects.filter(code="59999").exists()


def test_an_empty_database_is_loaded_and_seen_at_once():
    Commune.objects.all().delete()
    Department.objects.all().delete()
    Academy.objects.exclude(successor=None).delete()
    Academy.objects.all().delete()
    Country.objects.all().delete()
    ReferenceLoad.objects.all().delete()
    reference.forget()
    assert queries.academies() == []

    assert operations.load_reference() is True

    assert len(queries.academies()) == 33
    assert queries.residence_academy("59000").academy.name == "Lille"


def test_two_processes_may_load_at_the_same_time(loaded_territory):
    failures = []
    together = threading.Barrier(2)

    def load():
        try:
            together.wait()
            operations.load_reference(again=True)
        except Exception as failure:  # noqa: BLE001 - shown by the assertion
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Commune.objects.filter(kind="current").count() == 34_969
