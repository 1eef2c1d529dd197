"""Putting a file in force: versions, identities, services, the journal."""

import datetime as dt
import threading

import pytest
from django.db import connection

from sporades.core.refusals import Refused
from sporades.exams import operations
from sporades.exams.checking import Source
from sporades.exams.models import (
    Domain,
    Exam,
    Paper,
    RegistrationService,
    Regulation,
    Session,
    Speciality,
)
from sporades.exams.queries import in_force
from sporades.journal.models import Entry
from sporades.territory.models import ManagingService
from tests.exams.conftest import NOON, OPERATOR

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def test_a_file_makes_a_first_version_and_all_its_rows(load, essai):
    loaded = load(essai)

    assert loaded.created
    assert (loaded.regulation.number, loaded.regulation.source) == (1, essai)
    assert (loaded.regulation.loaded_at, loaded.regulation.loaded_by) == (NOON, OPERATOR.name)
    assert Domain.objects.values_list("code", "label", "rubric").get() == (
        "ESSAI",
        "Brevet d'essai",
        "Examens",
    )
    assert Session.objects.values_list("code", "label", "year").get() == (
        "2027",
        "Session 2027",
        2027,
    )
    assert Exam.objects.values_list("code", "label", "kind").get() == (
        "BREVET",
        "Brevet d'essai des îles",
        "exam",
    )
    assert set(Speciality.objects.values_list("code", "label")) == {
        ("MER", "Métiers de la mer, option Grand large"),
        ("TERRE", "Métiers de la terre"),
    }
    assert Paper.objects.count() == 11
    assert {service.academy_id for service in loaded.opened} == {"A09", "A28"}


def test_the_rules_of_a_version_are_those_of_the_file(load, essai, regulation):
    rules = load(essai).regulation.rules

    assert rules.exams == regulation.exams
    assert rules.legal == regulation.legal


def test_competitions_are_told_from_exams(load, change):
    load(change("rubrique: Examens", "rubrique: Concours"))

    assert Exam.objects.get().kind == Exam.Kind.COMPETITION


def test_loading_the_same_file_again_changes_nothing(load, essai):
    first = load(essai)
    before = verbs()

    again = load(essai, at=NOON + dt.timedelta(days=1))

    assert not again.created
    assert again.regulation == first.regulation
    assert (list(again.opened), list(again.changed), list(again.left)) == ([], [], [])
    assert verbs() == before


def test_comments_and_layout_do_not_make_a_version(load, essai):
    load(essai)

    assert not load(f"# relu\n\n{essai}").created


def test_a_changed_content_makes_the_next_version_and_leaves_the_first(load, essai, change):
    first = load(essai).regulation
    content = first.content

    second = load(change("coefficient: 2.5", "coefficient: 3")).regulation

    assert second.number == 2
    kept = Regulation.objects.get(pk=first.pk)
    assert (kept.number, kept.content) == (1, content)
    assert [r.rules.exam("BREVET").paper("E2").coefficient for r in (kept, second)] == [
        pytest.approx(2.5),
        3,
    ]
    assert in_force(second.domain, second.session) == second


def test_a_content_that_comes_back_makes_a_new_version_again(load, essai, change):
    load(essai)
    load(change("coefficient: 2.5", "coefficient: 3"))

    assert load(essai).regulation.number == 3


def test_rows_keep_their_identity_from_one_version_to_the_next(load, essai, change):
    load(essai)
    before = {
        model: dict(model.objects.values_list("code", "pk")) for model in (Exam, Speciality, Paper)
    }

    text = change("libelle: Brevet d'essai des îles", "libelle: Brevet des îles").text
    text = change("libelle: Métiers de la terre", "libelle: Métiers des champs", text).text
    load(change("- code: E3\n", "- code: E33\n", text))

    assert Exam.objects.get().label == "Brevet des îles"
    assert Speciality.objects.get(code="TERRE").label == "Métiers des champs"
    assert set(Paper.objects.values_list("code", flat=True)) == {*before[Paper], "E33"}
    for model, known in before.items():
        now = dict(model.objects.values_list("code", "pk"))
        assert {code: now[code] for code in known} == known


def test_another_session_has_rows_of_its_own(load, essai):
    load(essai)
    load(essai.replace('code: "2027"', 'code: "2028"').replace("annee: 2027", "annee: 2028"))

    assert Domain.objects.count() == 1
    assert (Session.objects.count(), Exam.objects.count(), Paper.objects.count()) == (2, 2, 22)


def test_a_file_with_problems_loads_nothing(load, change):
    with pytest.raises(operations.Invalid) as refusal:
        load(change("rubrique: Examens", "rubrique: Autres"))

    assert [problem.field for problem in refusal.value.problems] == ["domaine.rubrique"]
    assert not Domain.objects.exists()
    assert verbs() == []


def test_a_country_off_the_official_list_loads_nothing(load, change):
    source = change('"99351"], vers: A28', '"99999"], vers: A28')

    with pytest.raises(operations.Invalid) as refusal:
        load(source)

    told = [(one.field, one.rule) for one in refusal.value.problems]
    assert told == [("examens[BREVET].rattachement.pays_rattaches[1].pays", "reference_inconnue")]
    assert operations.check([source], at=NOON) == list(refusal.value.problems)


def test_a_session_known_with_another_year_is_refused(load, essai):
    load(essai)

    with pytest.raises(Refused, match="déjà connue, pour l'année 2027"):
        load(essai.replace("code: ESSAI", "code: AUTRE").replace("annee: 2027", "annee: 2028"))

    assert Domain.objects.count() == 1


def test_the_name_of_a_domain_and_of_a_session_may_be_corrected(load, essai, change):
    load(essai)

    text = change("libelle: Session 2027", "libelle: Session de juin 2027").text
    load(change("libelle: Brevet d'essai\n", "libelle: Brevets d'essai\n", text))

    assert Domain.objects.get().label == "Brevets d'essai"
    assert Session.objects.get().label == "Session de juin 2027"


def test_a_file_that_is_not_there_says_so(academies, tmp_path):
    with pytest.raises(operations.Invalid, match="ne peut pas être lu"):
        operations.load(tmp_path / "absent.yaml", by=OPERATOR, at=NOON)


def test_a_file_that_is_not_utf_8_says_so_on_its_line(academies, tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("format: 1\nlibelle: é\n".encode("latin-1"))

    (problem,) = operations.check([path], at=NOON)

    assert (problem.line, problem.rule) == (2, "lecture")


def test_checking_changes_nothing(academies, essai):
    assert operations.check([Source("essai.yaml", essai)], at=NOON) == []
    assert not Regulation.objects.exists()


# --- Services --------------------------------------------------------------------------------


def test_services_open_on_the_clock_of_their_academy(load, essai):
    load(essai)

    lille, reunion = RegistrationService.objects.order_by("academy_id")
    assert (lille.zone, lille.opens_at, lille.closes_at) == (
        "Europe/Paris",
        dt.datetime(2026, 10, 12, 6, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 15, 22, 59, tzinfo=dt.UTC),
    )
    assert (reunion.zone, reunion.opens_at, reunion.closes_at) == (
        "Indian/Reunion",
        dt.datetime(2026, 10, 12, 4, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 13, 13, tzinfo=dt.UTC),
    )


def test_a_national_register_opens_everywhere_on_the_clock_of_paris(load, change):
    load(change("mentions_legales:\n", "registre: national\nmentions_legales:\n"))

    assert set(RegistrationService.objects.values_list("zone", "opens_at")) == {
        ("Europe/Paris", dt.datetime(2026, 10, 12, 6, tzinfo=dt.UTC))
    }


def test_an_opening_may_follow_a_clock_of_its_own(load, change):
    load(change("site: https://www.ac-lille.fr", "fuseau: America/Miquelon"))

    assert RegistrationService.objects.get(academy="A09").zone == "America/Miquelon"


def test_a_moved_closing_changes_the_row_and_makes_no_version(load, essai, change):
    load(essai)
    before = RegistrationService.objects.get(academy="A09")

    loaded = load(change("fermeture: 2026-11-15 23:59", "fermeture: 2026-11-22 12:00"))

    after = RegistrationService.objects.get(academy="A09")
    assert not loaded.created
    assert (list(loaded.changed), after.pk) == ([before], before.pk)
    assert after.closes_at == dt.datetime(2026, 11, 22, 11, tzinfo=dt.UTC)
    entry = Entry.objects.get(verb="registration service changed")
    assert (entry.academy, entry.actor_kind) == ("A09", "operator")
    assert entry.payload["before"]["closes_at"] == "2026-11-15T22:59:00+00:00"
    assert entry.payload["after"]["closes_at"] == "2026-11-22T11:00:00+00:00"


def test_a_managing_service_is_kept_up_to_date(load, essai, change):
    load(essai)

    loaded = load(change("telephone: 03 53 01 00 01", "telephone: 03 53 01 00 99"))

    assert not loaded.created
    assert ManagingService.objects.get(academy="A09").phone == "03 53 01 00 99"
    entry = Entry.objects.get(verb="managing service changed")
    assert (entry.payload["before"]["phone"], entry.payload["after"]["phone"]) == (
        "03 53 01 00 01",
        "03 53 01 00 99",
    )


def test_a_service_that_leaves_the_file_stays_and_is_told(load, essai):
    load(essai)

    loaded = load(essai[: essai.index("  - academie: A28\n    ouverture")])

    assert [service.academy_id for service in loaded.left] == ["A28"]
    assert RegistrationService.objects.count() == 2


def test_each_act_of_a_load_is_in_the_journal(load, essai):
    loaded = load(essai)

    assert verbs() == [
        "regulation loaded",
        "managing service added",
        "managing service added",
        "registration service added",
        "registration service added",
    ]
    first = Entry.objects.order_by("pk")[0]
    assert (first.object_kind, first.object_id) == ("regulation", str(loaded.regulation.pk))
    assert first.payload["after"]["digest"] == loaded.regulation.digest


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_make_one_version(academies, essai):
    barrier = threading.Barrier(2)
    numbers: list[int] = []

    def load_now() -> None:
        barrier.wait()
        loaded = operations.load(Source("essai.yaml", essai), by=OPERATOR, at=NOON)
        numbers.append(loaded.regulation.number)
        connection.close()

    threads = [threading.Thread(target=load_now) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers == [1, 1]
    assert Regulation.objects.count() == 1
