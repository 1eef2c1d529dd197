"""A file that is prepared changes nothing; put in force, it is what was read, or it is refused."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from sporades.core.refusals import Refused
from sporades.exams.checking import Source
from sporades.exams.held import held
from sporades.exams.models import (
    Domain,
    PreparedRegulation,
    RegistrationService,
    Regulation,
    RegulationFile,
    Session,
)
from sporades.exams.operations import Invalid, load, preparing
from sporades.exams.states import PreparedState
from sporades.journal.models import Entry
from sporades.territory.models import ManagingService
from tests.exams.conftest import NOON, OPERATOR

pytestmark = pytest.mark.django_db


def prepare(text, is_mine=lambda _: True):
    source = text if isinstance(text, Source) else Source("essai.yaml", text)
    return preparing.prepare(source=source, is_mine=is_mine, by=OPERATOR, at=NOON)


def enforce(prepared, seen=None):
    seal = preparing.difference(prepared).seal if seen is None else seen
    return preparing.enforce(prepared=prepared, seen=seal, by=OPERATOR, at=NOON)


def told(prepared):
    return [
        " : ".join(filter(None, (change.place, change.words)))
        for chapter in preparing.difference(prepared).chapters
        for change in chapter.changes
    ]


# --- What is read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        ("format: 1\nlibelle: é\n".encode("latin-1"), 2, "lecture"),
        ("format: 1\n".encode("utf-16"), 1, "lecture"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", 1, "lecture"),
        (b"x" * (preparing.LARGEST + 1), 0, "demesure"),
    ],
)
def test_what_is_no_text_or_too_much_of_it_is_said(content, line, rule):
    with pytest.raises(Invalid) as refusal:
        preparing.read(content, "essai.yaml")

    [problem] = refusal.value.problems
    assert (problem.line, problem.rule) == (line, rule)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("réglementation 2027.yaml", "réglementation_2027.yaml"),
        ('"><img src=x onerror=1>{{7*7}}.yaml', "img_src_x_onerror_1_7_7_.yaml"),
        ("../../etc/passwd", "etc_passwd"),
        ("...", "reglementation.yaml"),
        ("", "reglementation.yaml"),
        ("é" * 300, "é" * 120),
    ],
)
def test_the_name_of_a_file_is_made_harmless(name, shown):
    assert preparing.read(b"format: 1", name).name == shown


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "fichier_vide"),
        ("[" * 100_000, "demesure"),
        ("a: &a [x, x]\n" + "b: &b [*a, *a]\n" * 2, "yaml"),
        (
            "\n".join(
                f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" if n else "k0: &k0 [x]"
                for n in range(12)
            ),
            "demesure",
        ),
        ("a: &a [" + ", ".join(["*a"] * 1_000) + "]", "demesure"),
        ("a: !!python/object/apply:os.system [ls]", "cle_manquante"),
        ("format: \x01", "yaml"),
        ("format: 1\nformat: 1", "cle_en_double"),
        ("format: 2", "valeur"),
    ],
)
def test_a_file_that_is_wrong_or_wicked_is_refused_with_its_reason(academies, text, rule):
    with pytest.raises(Invalid) as refusal:
        prepare(text)

    assert rule in {problem.rule for problem in refusal.value.problems}
    assert not PreparedRegulation.objects.exists()


def test_a_domain_of_another_perimeter_is_refused_at_its_line(academies, essai, line_of):
    with pytest.raises(Invalid) as refusal:
        prepare(essai, is_mine=lambda domain: domain == "AUTRE")

    [problem] = refusal.value.problems
    assert (problem.line, problem.rule) == (line_of("code: ESSAI"), "perimetre")


def test_a_session_known_with_another_year_is_refused_at_its_line(load, essai):
    load(essai)
    other = essai.replace("code: ESSAI", "code: AUTRE").replace("annee: 2027", "annee: 2028")

    with pytest.raises(Invalid) as refusal:
        prepare(other)

    [problem] = refusal.value.problems
    assert (problem.field, problem.rule) == ("session.annee", "contradiction")


# --- What is prepared ----------------------------------------------------------------------------


def test_a_prepared_file_changes_nothing_that_is_in_force(load, essai, change):
    in_force = load(essai).regulation

    prepared = prepare(change("coefficient: 2.5", "coefficient: 3"))

    assert prepared.state == PreparedState.PREPARED
    assert Regulation.objects.get() == in_force
    assert held().programmes[0].regulation == in_force
    assert told(prepared) == ["Épreuve E2, Matelotage : coefficient 3 au lieu de 2,5"]


def test_the_same_file_waits_once(academies, essai):
    assert prepare(essai) == prepare(essai)
    assert PreparedRegulation.objects.count() == 1


def test_files_that_wait_are_not_without_end(academies, essai, monkeypatch):
    monkeypatch.setattr(preparing, "MOST_WAITING", 2)
    prepare(essai)
    prepare(f"{essai}\n# deux")

    with pytest.raises(preparing.TooMany):
        prepare(f"{essai}\n# trois")


def test_what_was_loaded_is_never_rewritten(academies, essai):
    prepared = prepare(essai)

    with (
        pytest.raises(Exception, match="what_is_prepared_is_never_rewritten"),
        transaction.atomic(),
    ):
        PreparedRegulation.objects.filter(pk=prepared.pk).update(source="autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        PreparedRegulation.objects.filter(pk=prepared.pk).update(state="enforced")


def test_openings_and_services_are_compared_with_what_stands(load, essai, change):
    load(essai)
    RegistrationService.objects.filter(academy="A28").update(moved_at=NOON)
    text = change("fermeture: 2026-11-15 23:59", "fermeture: 2026-11-22 12:00").text
    text = change("telephone: 03 53 01 00 01", "telephone: 03 53 01 00 99", text).text
    text = change("fermeture: 2026-11-13 17:00", "fermeture: 2026-11-14 17:00", text).text

    prepared = prepare(text)

    found = preparing.difference(prepared)
    assert [one.title for one in found.chapters] == ["Ouvertures et services gestionnaires"]
    moved, phone = found.chapters[0].changes
    assert moved.words == (
        "ferme le dimanche 22 novembre 2026 à 12\xa0h\xa000 (heure de Paris) au lieu du dimanche "
        "15 novembre 2026 à 23\xa0h\xa059 (heure de Paris)"
    )
    assert phone.words == "téléphone : « 03 53 01 00 99 » au lieu de « 03 53 01 00 01 »"
    assert ["changées dans la gestion" in one.words for one in found.kept] == [True]


def test_what_comes_new_is_told_whole(load, essai):
    load(essai)
    service = """  - {code: autre, academie: A16, secteur: Essais, nom: Bureau de Toulouse,
     telephone: 05 61 00 00 01, courriel: essais@exemple.fr, adresse: [31000 Toulouse]}
ouvertures:
  - {academie: A16, ouverture: 2026-12-12 08:00, fermeture: 2026-12-20 23:59, service: autre,
     site: https://toulouse.exemple.test}
"""

    [chapter] = preparing.difference(prepare(essai.replace("ouvertures:\n", service))).chapters

    opening, managing = chapter.changes
    assert opening.place == "Académie de Toulouse, grand public"
    assert opening.words.replace("\xa0", " ") == (
        "nouvelle ouverture, du samedi 12 décembre 2026 à 8 h 00 (heure de Paris) au dimanche 20 "
        "décembre 2026 à 23 h 59 (heure de Paris) ; service gestionnaire autre ; site "
        "https://toulouse.exemple.test"
    )
    assert (
        managing.words == "Nouveau service gestionnaire : Bureau de Toulouse (académie de Toulouse)"
    )
    assert managing.after == (
        "académie A16 ; secteur Essais ; nom Bureau de Toulouse ; téléphone 05 61 00 00 01 ; "
        "adresse mail essais@exemple.fr ; adresse 31000 Toulouse"
    )


LATER = (
    (
        '  code: "2027"\n  libelle: Session 2027\n  annee: 2027',
        '  code: "2028"\n  libelle: Session 2028\n  annee: 2028',
    ),
    (
        "  libelle: Brevet d'essai\n  rubrique: Examens",
        "  libelle: Brevets des essais\n  rubrique: Concours",
    ),
)


@pytest.fixture
def renamed(load, essai):
    """Put 2027 in force, and have the domain named and filed otherwise by the file of 2028."""
    load(essai)
    text = essai
    for old, new in LATER:
        assert text.count(old) == 1
        text = text.replace(old, new)
    prepared = prepare(text)
    first = told(prepared)
    enforce(prepared)
    return first


def domain():
    return Domain.objects.values_list("label", "rubric").get(code="ESSAI")


def test_the_name_of_a_domain_that_a_first_version_changes_is_told(renamed):
    where = "Domaine, celui aussi de « Session 2027 »"
    assert renamed[:2] == [
        f"{where} : intitulé : « Brevets des essais » au lieu de « Brevet d'essai »",
        f"{where} : rubrique : Concours au lieu de Examens",
    ]
    assert domain() == ("Brevets des essais", "Concours")
    [entry] = Entry.objects.filter(verb="domain changed")
    assert entry.payload["before"] == {"label": "Brevet d'essai", "rubric": "Examens"}
    assert entry.payload["after"] == {"label": "Brevets des essais", "rubric": "Concours"}


@pytest.mark.usefixtures("renamed")
def test_what_another_session_has_named_otherwise_does_not_come_back_unread(change):
    prepared = prepare(change("coefficient: 2.5", "coefficient: 3"))

    found = told(prepared)
    assert len(found) == 3
    assert found[0].endswith("intitulé : « Brevet d'essai » au lieu de « Brevets des essais »")
    enforce(prepared)
    assert domain() == ("Brevet d'essai", "Examens")


@pytest.mark.usefixtures("renamed")
def test_the_very_file_in_force_gives_a_domain_its_name_again(essai):
    prepared = prepare(essai)

    assert len(told(prepared)) == 2
    assert preparing.difference(prepared).makes_a_version is False
    enforce(prepared)
    assert domain() == ("Brevet d'essai", "Examens")
    with pytest.raises(preparing.NothingNew):
        prepare(essai)


def test_the_name_of_a_session_that_another_domain_has_changed_is_told(load, essai, change):
    load(essai)
    text = change("  libelle: Session 2027\n", "  libelle: Session de juin\n").text
    load(change("domaine:\n  code: ESSAI\n", "domaine:\n  code: AUTRE\n", text))
    [entry] = Entry.objects.filter(verb="session changed")
    assert entry.payload["after"] == {"label": "Session de juin"}

    prepared = prepare(change("coefficient: 2.5", "coefficient: 3"))

    named, _ = told(prepared)
    assert named == (
        "Session, celle aussi de « Brevet d'essai » : intitulé : « Session 2027 » au lieu de "
        "« Session de juin »"
    )
    enforce(prepared)
    assert Session.objects.get().label == "Session 2027"


PHONE = ("telephone: 03 53 01 00 01", "telephone: 03 53 01 00 99")


@pytest.fixture
def reached(load, essai):
    """Return the managing service of Lille, of which the office has changed the hours."""
    load(essai)
    service = ManagingService.objects.get(academy="A09")
    service.opening_hours, service.reached_so_since = "le matin", NOON
    service.save()
    return service


def test_how_the_office_has_a_service_reached_stays_and_is_told_beside(reached, change):
    text = change("coefficient: 2.5", "coefficient: 3").text
    prepared = prepare(change(*PHONE, text))

    assert len(told(prepared)) == 1
    [stays] = preparing.difference(prepared).kept
    assert stays.place == "Bureau des essais (académie de Lille)"
    assert (
        "elles restent celles-là : téléphone 03 53 01 00 01, et non 03 53 01 00 99" in stays.words
    )
    assert "horaires le matin, et non " in stays.words

    enforce(prepared)
    reached.refresh_from_db()
    assert (reached.phone, reached.opening_hours) == ("03 53 01 00 01", "le matin")


def test_a_file_that_says_but_what_stays_otherwise_is_not_said_to_say_what_is_in_force(
    reached, change
):
    with pytest.raises(preparing.NothingNew) as refusal:
        prepare(change(*PHONE))

    said = str(refusal.value)
    assert "ne changerait rien de ce qui est en vigueur (version 1)" in said
    assert "reste tel que la gestion l'a changé" in said
    assert "téléphone 03 53 01 00 01, et non 03 53 01 00 99" in said
    assert "dit ce qui est déjà en vigueur" not in said


def test_nor_is_one_that_says_but_other_dates_than_the_office_has_given(load, essai, change):
    load(essai)
    RegistrationService.objects.filter(academy="A28").update(moved_at=NOON)

    with pytest.raises(preparing.NothingNew, match="elles restent celles-là : ferme le"):
        prepare(change("fermeture: 2026-11-13 17:00", "fermeture: 2026-11-14 17:00"))


def test_another_clock_is_told_and_what_is_told_is_what_is_done(load, essai, change):
    load(essai)
    before = RegistrationService.objects.get(academy="A28")
    # The same two instants, by the clock of Paris.
    text = change(
        "ouverture: 2026-10-12 08:00\n    fermeture: 2026-11-13 17:00",
        "fuseau: Europe/Paris\n    ouverture: 2026-10-12 06:00\n    fermeture: 2026-11-13 14:00",
    )

    prepared = prepare(text)

    [words] = told(prepared)
    assert words.endswith("horloge : heure de Paris, heure de La Réunion auparavant")
    enforce(prepared)
    after = RegistrationService.objects.get(academy="A28")
    assert (after.opens_at, after.closes_at) == (before.opens_at, before.closes_at)
    assert after.zone == "Europe/Paris"
    assert told(prepared) == []


# --- What is put in force ------------------------------------------------------------------------


def test_what_was_read_is_put_in_force_and_the_version_before_stays(load, essai, change):
    first = load(essai).regulation

    prepared = prepare(change("coefficient: 2.5", "coefficient: 3"))
    loaded = enforce(prepared)

    assert (loaded.created, loaded.regulation.number) == (True, 2)
    assert (prepared.state, prepared.regulation) == (PreparedState.ENFORCED, loaded.regulation)
    assert list(Regulation.objects.order_by("number")) == [first, loaded.regulation]
    assert held().programmes[0].regulation == loaded.regulation


def test_another_version_meanwhile_is_told_and_nothing_is_put_in_force(load, essai, change):
    load(essai)
    mine = prepare(change("coefficient: 2.5", "coefficient: 3"))
    read = preparing.difference(mine).seal
    load(change("coefficient: 2.5", "coefficient: 4"))

    with pytest.raises(preparing.Overtaken):
        enforce(mine, read)

    mine.refresh_from_db()
    assert mine.is_waiting
    assert Regulation.objects.latest("number").number == 2


def test_other_dates_meanwhile_are_told_too(load, essai, change):
    load(essai)
    mine = prepare(change("fermeture: 2026-11-15 23:59", "fermeture: 2026-11-22 12:00"))
    read = preparing.difference(mine).seal
    RegistrationService.objects.filter(academy="A09").update(moved_at=NOON)

    with pytest.raises(preparing.Overtaken):
        enforce(mine, read)


@pytest.mark.parametrize("seen", ["", "x", "0" * 64])
def test_nothing_is_put_in_force_unread(load, essai, change, seen):
    load(essai)

    with pytest.raises(preparing.Overtaken):
        enforce(prepare(change("coefficient: 2.5", "coefficient: 3")), seen)


def test_what_is_in_force_already_is_said_when_it_is_loaded_and_makes_nobody_wait(load, essai):
    load(essai)

    for text in (essai, f"# relu\n{essai}"):
        with pytest.raises(preparing.NothingNew, match=r"déjà en vigueur \(version 1\)"):
            prepare(text)

    assert not PreparedRegulation.objects.exists()


def test_what_has_come_in_force_meanwhile_is_not_put_in_force(load, essai, change):
    load(essai)
    text = change("coefficient: 2.5", "coefficient: 3")
    prepared = prepare(text)
    load(text)

    with pytest.raises(preparing.NothingNew):
        enforce(prepared)


def test_it_is_put_in_force_once(academies, essai):
    prepared = prepare(essai)
    enforce(prepared)

    with pytest.raises(preparing.Decided):
        enforce(prepared)


def test_what_is_dropped_is_not_put_in_force(academies, essai):
    prepared = prepare(essai)
    preparing.drop(prepared=prepared, by=OPERATOR, at=NOON)

    with pytest.raises(preparing.Decided):
        enforce(prepared)
    with pytest.raises(Refused):
        preparing.drop(prepared=prepared, by=OPERATOR, at=NOON)


def test_an_old_version_put_back_in_force_makes_a_new_one(load, essai, change):
    first = load(essai).regulation
    load(change("coefficient: 2.5", "coefficient: 3"))

    loaded = enforce(prepare(preparing.file_of(first, 1)))

    assert (loaded.regulation.number, loaded.regulation.digest) == (3, first.digest)


# --- The same file again -------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_is_exported_is_the_very_file_and_makes_no_version(
    academies, essai, tmp_path, end, mark
):
    content = (mark + essai.replace("\n", end)).encode()
    path = tmp_path / "essai.yaml"
    path.write_bytes(content)

    from_disk = load(path, by=OPERATOR, at=NOON).regulation
    exported = preparing.file_of(from_disk, 1).encode()
    again = load(Source("essai.yaml", exported.decode()), by=OPERATOR, at=NOON)

    assert exported == content
    assert not again.created
    assert not RegulationFile.objects.exists()


def test_a_file_that_says_the_same_otherwise_is_kept_beside_the_first(load, essai):
    regulation = load(essai).regulation
    load(f"# relu\n{essai}")
    load(f"# relu\n{essai}")

    assert [preparing.file_of(regulation, rank) for rank in (0, 1, 2, 3)] == [
        None,
        essai,
        f"# relu\n{essai}",
        None,
    ]
    assert Entry.objects.filter(verb="regulation loaded again").count() == 1
    with pytest.raises(Exception, match="a_loaded_file_never_changes"), transaction.atomic():
        RegulationFile.objects.update(source="autre")


# --- Two at once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_files_put_in_force_at_once_the_second_is_read_again_first(academies, essai, change):
    load(Source("essai.yaml", essai), by=OPERATOR, at=NOON)
    files = [prepare(change("coefficient: 2.5", f"coefficient: {mark}")) for mark in (3, 4)]
    read = [preparing.difference(one).seal for one in files]
    barrier = threading.Barrier(2)
    outcomes = []

    def put_in_force(file, seal):
        barrier.wait()
        try:
            outcomes.append(enforce(file, seal).regulation.number)
        except preparing.Overtaken:
            outcomes.append("relire")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=put_in_force, args=pair) for pair in zip(files, read, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, outcomes)) == ["2", "relire"]
    assert list(Regulation.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    states = PreparedRegulation.objects.values_list("state", flat=True)
    assert sorted(states) == ["enforced", "prepared"]
