"""What one may register for comes from the process, and is never stale for long."""

import datetime as dt

import pytest
from django.db import connection

from sporades.exams import held, queries
from sporades.exams.models import (
    Domain,
    Exam,
    RegistrationService,
    Regulation,
    Session,
    Speciality,
)
from sporades.exams.schema import Audience, Rubric
from tests.exams.conftest import NOON

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
FRESH_FOR = held.FRESH_FOR
LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
EARLIER = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)


@pytest.fixture
def always_looking(monkeypatch):
    """Believe nothing without looking."""
    monkeypatch.setattr(held, "FRESH_FOR", 0)


def test_the_funnel_goes_from_the_rubric_to_the_academy(load, essai):
    load(essai)

    (programme,) = queries.open_programmes(NOON, rubric=Rubric.EXAMS)
    (offered,) = programme.exams

    assert (programme.regulation.domain.code, programme.regulation.session.code) == (
        "ESSAI",
        "2027",
    )
    assert (offered.exam.code, offered.rules.code) == ("BREVET", "BREVET")
    assert [speciality.code for speciality in offered.specialities] == ["MER", "TERRE"]
    assert offered.papers["E1"].code == "E1"
    assert {service.academy_id for service in programme.open_services(NOON)} == {"A09", "A28"}
    assert queries.open_programmes(NOON, rubric=Rubric.COMPETITIONS) == []
    assert queries.open_programmes(LATER) == []
    assert programme.exam("BREVET") is offered
    assert programme.exam("AUTRE") is None


def test_open_and_coming_services_are_those_that_the_database_finds(load, essai, change):
    load(essai)
    load(change("code: ESSAI", "code: AUTRE").text.replace("2026-10-12", "2026-11-10"))
    rows = RegistrationService.objects.filter(audience=Audience.PUBLIC)

    for instant in (EARLIER, NOON, dt.datetime(2026, 11, 14, tzinfo=dt.UTC), LATER):
        in_time = rows.filter(opens_at__lte=instant, closes_at__gt=instant - MINUTE)
        to_come = rows.filter(opens_at__gt=instant).order_by("opens_at", "academy__name")
        assert set(queries.open_services(instant)) == set(in_time)
        assert queries.upcoming_services(instant) == list(to_come)


def test_the_exams_offered_are_those_of_the_version_in_force(load, essai, change):
    load(essai)
    load(change("- code: BREVET\n", "- code: BREVET2\n"))

    (programme,) = queries.programmes()

    assert [offered.exam.code for offered in programme.exams] == ["BREVET2"]


def test_exams_come_before_competitions_and_labels_are_sorted_as_read(load, essai):
    load(
        essai.replace("code: ESSAI", "code: Z").replace(
            "libelle: Brevet d'essai\n", "libelle: Zèbres\n"
        )
    )
    load(
        essai.replace("code: ESSAI", "code: E").replace(
            "libelle: Brevet d'essai\n", "libelle: Étoiles\n"
        )
    )
    load(essai.replace("code: ESSAI", "code: C").replace("rubrique: Examens", "rubrique: Concours"))

    assert [one.regulation.domain.code for one in queries.programmes()] == ["E", "Z", "C"]


def test_a_service_leads_back_to_its_programme(load, essai):
    load(essai)
    row = RegistrationService.objects.get(academy="A28")

    found = queries.service(row.pk)

    assert found == row
    assert (found.academy.code, found.managing_service.email) == (
        "A28",
        "essais-reunion@exemple.fr",
    )
    assert queries.programme_of(row).regulation == Regulation.objects.get()
    assert queries.service(0) is None


def test_everything_costs_no_query_while_it_is_fresh(load, essai, django_assert_num_queries):
    regulation = load(essai).regulation
    queries.rules(regulation.pk)
    queries.programmes()

    with django_assert_num_queries(0):
        for programme in queries.open_programmes(NOON):
            for service in programme.open_services(NOON):
                assert service.academy.code
                assert service.managing_service.name
                assert service.domain.label
                assert queries.programme_of(service) is programme
            for offered in programme.exams:
                assert offered.exam.domain.label
                assert offered.exam.session.year
        assert queries.rules(regulation.pk).exam("BREVET")


def test_looking_whether_anything_changed_costs_one_query(
    load, essai, always_looking, django_assert_num_queries
):
    load(essai)
    first = held.held()

    with django_assert_num_queries(1):
        assert held.held() is first


@pytest.mark.parametrize("count", [1, 3])
def test_building_costs_the_same_whatever_there_is(load, essai, count, django_assert_num_queries):
    for rank in range(count):
        load(essai.replace("code: ESSAI", f"code: ESSAI{rank}"))
    held.forget()

    with django_assert_num_queries(6):
        assert len(queries.programmes()) == count


@pytest.mark.parametrize(
    "change",
    [
        lambda: RegistrationService.objects.filter(academy="A09").update(closes_at=LATER),
        lambda: RegistrationService.objects.filter(academy="A09").delete(),
    ],
)
def test_a_change_made_elsewhere_is_seen_when_one_looks(load, essai, always_looking, change):
    load(essai)
    before = queries.open_services(NOON)

    change()

    after = queries.open_services(NOON)
    assert [one.closes_at for one in after] != [one.closes_at for one in before]


def test_the_same_row_changed_back_is_still_a_change(load, essai, always_looking):
    load(essai)
    first = held.held()
    service = RegistrationService.objects.get(academy="A09")

    RegistrationService.objects.filter(pk=service.pk).update(closes_at=LATER)
    RegistrationService.objects.filter(pk=service.pk).update(closes_at=service.closes_at)

    assert held.held() is not first


@pytest.mark.parametrize("model", [Domain, Session])
def test_a_name_given_elsewhere_by_the_very_file_in_force_is_seen_when_one_looks(
    load, essai, always_looking, model
):
    load(essai)
    queries.programmes()

    # Of such a load nothing else changes: no version is added, no service brought elsewhere.
    model.objects.update(label="Autre nom")

    [programme] = queries.programmes()
    named = (programme.regulation.domain, programme.regulation.session)
    assert "Autre nom" in {one.label for one in named}
    assert programme.services[0].domain == programme.regulation.domain


def test_a_load_is_seen_at_once_in_its_own_process(load, essai, change):
    load(essai)
    assert len(queries.programmes()[0].exams[0].specialities) == 2

    load(
        change(
            "{code: TERRE, libelle",
            "{code: AIR, libelle: Métiers de l'air}\n      - {code: TERRE, libelle",
        )
    )

    assert len(queries.programmes()[0].exams[0].specialities) == 3


def test_a_load_while_what_is_held_is_built_breaks_nothing(load, essai):
    load(essai)
    held.forget()
    is_loaded = []

    def meanwhile(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if "exams_speciality" in sql and not is_loaded:
            is_loaded.append(sql)
            load_elsewhere()
        return found

    with connection.execute_wrapper(meanwhile):
        built = queries.programmes()

    assert is_loaded
    assert [one.regulation.number for one in built] == [1]


def load_elsewhere():
    """Put in force, as another process does, a version with one speciality more."""
    version = Regulation.objects.get()
    exam = Exam.objects.get()
    Speciality.objects.create(exam=exam, code="AIR", label="Air")
    version.content["examens"][0]["specialites"].append({"code": "AIR", "libelle": "Air"})
    version.pk, version.number, version.digest = None, 2, "0" * 64
    version.save(force_insert=True)


def test_what_is_held_is_believed_for_less_than_a_minute():
    assert FRESH_FOR < 60


def test_the_rules_of_an_old_version_can_be_asked_for(load, essai, change):
    first = load(essai).regulation
    load(change("coefficient: 2.5", "coefficient: 3"))

    assert str(queries.rules(first.pk).exam("BREVET").paper("E2").coefficient) == "2.5"
    with pytest.raises(Regulation.DoesNotExist):
        queries.rules(0)


def test_the_rows_of_epreuves_come_from_what_is_held_or_else_from_the_database(
    invented_exam, django_assert_num_queries
):
    exam = queries.programmes()[0].exams[0].exam
    known = dict(queries.programmes()[0].exams[0].papers)

    with django_assert_num_queries(0):
        assert queries.papers_of(exam, codes=known) == known
    later = exam.papers.create(code="DEPUIS")
    with django_assert_num_queries(1):
        assert queries.papers_of(exam, codes=["DEPUIS"]) == {**known, "DEPUIS": later}
