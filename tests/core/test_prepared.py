"""A question asked on every page has its SQL written once, and answers as Django would."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.transaction import TransactionManagementError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.test.utils import CaptureQueriesContext

from sporades.accounts.models import Membership, User
from sporades.core.prepared import prepared
from sporades.territory.models import Commune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]


def in_department(department):
    found = Commune.objects.filter(department=department, kind=Commune.Kind.CURRENT)
    return found.select_related("department__academy").order_by("-name", "code")


def test_it_answers_what_the_queryset_answers():
    ask = prepared(Commune)(in_department)

    rows = ask("974")

    assert rows
    assert rows == list(in_department("974"))
    assert rows == ask(department="974")
    assert {row.department.academy.name for row in rows} == {"La Réunion"}
    assert ask("no such department") == []


def test_each_asking_has_its_own_values_and_its_own_rows():
    ask = prepared(Commune)(in_department)

    there, elsewhere = ask("974"), ask("976")

    assert {row.department_id for row in there} == {"974"}
    assert {row.department_id for row in elsewhere} == {"976"}
    assert ask("974")[0] is not there[0]


def test_its_sql_is_written_once_and_is_the_queryset_s_own():
    made = []

    @prepared(Commune)
    def ask(code):
        made.append(code)
        return Commune.objects.filter(code=code)

    with CaptureQueriesContext(connection) as queries:
        ask("97411"), ask("97415"), list(Commune.objects.filter(code="97415"))

    assert len(made) == 1
    assert queries[1]["sql"].replace("('97415')", "'97415'") == queries[2]["sql"]


def test_what_is_related_is_there_without_another_query(django_assert_num_queries):
    ask = prepared(Commune)(in_department)
    ask("974")

    with django_assert_num_queries(1):
        assert ask("974")[0].department.academy.name == "La Réunion"


def test_a_hostile_value_is_a_value():
    ask = prepared(Commune)(in_department)

    assert ask("974' or '1'='1") == []
    assert ask("%s") == []


def test_a_question_may_be_about_two_tables_and_a_day():
    user = User.objects.create_user(email="agent@exemple.test", created_at="2026-11-02T10:00Z")
    Membership.objects.create(
        user=user, role="manager", academies=["A09"], ends_on=date(2026, 11, 30)
    )

    @prepared(User)
    def on(day):
        theirs = Membership.objects.filter(user=OuterRef("pk")).current(day)
        return User.objects.annotate(is_here=Exists(theirs))

    assert [one.is_here for one in on(date(2026, 11, 30))] == [True]
    assert [one.is_here for one in on(date(2026, 12, 1))] == [False]


def test_one_row_is_got_as_django_gets_it():
    ask = prepared(Commune)(in_department)
    by_code = prepared(Commune)(lambda code: Commune.objects.filter(code=code))

    assert by_code.get(code="97411").name == "Saint-Denis"
    assert get_object_or_404(by_code, code="97411").name == "Saint-Denis"
    with pytest.raises(Commune.DoesNotExist):
        by_code.get(code="00000")
    with pytest.raises(Commune.MultipleObjectsReturned):
        ask.get("974")
    with pytest.raises(Http404):
        get_object_or_404(by_code, code="00000")


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_alone():
    ask = prepared(Commune)(lambda code: Commune.objects.select_for_update().filter(code=code))

    with transaction.atomic():
        assert ask.get(code="97411").name == "Saint-Denis"
        assert rows_locked() == {"97411"}
    with pytest.raises(TransactionManagementError):
        ask.get(code="97411")


def rows_locked():
    """Return the codes of the communes of La Réunion that another connection finds locked."""

    def free():
        try:
            with transaction.atomic():
                some = Commune.objects.filter(department="974", kind=Commune.Kind.CURRENT)
                found = some.select_for_update(skip_locked=True)
                return set(found.values_list("code", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as alone:
        unlocked = alone.submit(free).result()
    return {commune.code for commune in in_department("974")} - unlocked


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection():
    ask = prepared(Commune)(in_department)

    def alone(department):
        try:
            return department, {row.department_id for row in ask(department)}
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(alone, ["974", "976", "59", "971"] * 10))

    assert all(found == {department} for department, found in answers)


@pytest.mark.django_db(transaction=True)
def test_postgresql_keeps_the_plan_of_what_a_connection_asks_again():
    ask = prepared(Commune)(in_department)
    asked = "select count(*) from pg_prepared_statements where statement like %s"
    about = 'SELECT "territory_commune"%'

    def kept():
        with connection.cursor() as cursor:
            cursor.execute(asked, [about])
            return cursor.fetchone()[0]

    connection.close()
    before = kept()
    for department in ("974", "976", "59", "971"):
        ask(department)

    assert (before, kept()) == (0, 1)
