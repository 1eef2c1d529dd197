"""`sporades reglementation`: check, load, reference."""

import datetime as dt
import os
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from sporades.acts.services import opening
from sporades.exams.models import RegistrationService, Regulation
from sporades.journal.models import Entry
from sporades.registrations.models import Registration
from sporades.territory.models import ManagingService
from tests.exams.conftest import NOON, OPERATOR
from tests.factories import (
    INVENTED,
    a_candidate,
    registered_in_two_academies,
    without_exclusion,
)

pytestmark = pytest.mark.django_db

LILLE = (
    "ouvre le lundi 12 octobre 2026 à 8 h 00 (heure de Paris), "
    "ferme le dimanche 15 novembre 2026 à 23 h 59 (heure de Paris)"
)
REUNION = (
    "ouvre le lundi 12 octobre 2026 à 8 h 00 (heure de La Réunion), "
    "ferme le vendredi 13 novembre 2026 à 17 h 00 (heure de La Réunion)"
)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def file(tmp_path, essai):
    path = tmp_path / "essai.yaml"
    path.write_text(essai, encoding="utf-8")
    return path


def told(capsys) -> tuple[str, str]:
    return tuple(text.rstrip("\n") for text in capsys.readouterr())


def test_checking_a_right_file_says_so_and_loads_nothing(academies, file, capsys):
    call_command("reglementation", "check", str(file))

    assert told(capsys) == ("1 fichier sans problème.", "")
    assert not Regulation.objects.exists()


@pytest.mark.parametrize("what", ["check", "load"])
def test_contacts_of_an_example_are_told_in_a_real_installation(  # noqa: PLR0917
    academies, file, capsys, settings, line_of, what
):
    old = "essais-lille@exemple.fr"
    file.write_text(file.read_text().replace(old, "essais@lille.demo.test"))

    call_command("reglementation", what, str(file))
    [said] = told(capsys)[1].splitlines()
    settings.DEMO = True
    call_command("reglementation", what, str(file))

    place = f"{file}:{line_of(f'courriel: {old}')} : services_gestionnaires[dec-essai].courriel"
    assert said.startswith(f"{place} : « essais@lille.demo.test » ne mène nulle part")
    assert told(capsys)[1] == ""


def test_checking_tells_file_line_field_rule_and_fails(academies, file, capsys):
    text = file.read_text().replace("rubrique: Examens", "rubrique: Autres")
    file.write_text(text.replace("annee: 2027", "annee: demain"))

    with pytest.raises(CommandError, match=r"^2 problèmes\.$"):
        call_command("reglementation", "check", str(file))

    assert told(capsys)[1].splitlines() == [
        f"{file}:6 : domaine.rubrique : « Autres » ne convient pas : Examens ou Concours. [valeur]",
        f"{file}:10 : session.annee : « demain » ne convient pas : un nombre entier est attendu. [type]",
    ]


def test_loading_tells_what_came_in_force_then_that_nothing_changed(academies, file, capsys):
    call_command("reglementation", "load", str(file))
    assert told(capsys)[0].replace("\N{NO-BREAK SPACE}", " ").splitlines()[1:] == [
        "Brevet d'essai, Session 2027, version 1 : en vigueur. 2 services ajoutés.",
        f"  académie de Lille, grand public : {LILLE}.",
        f"  académie de La Réunion, grand public : {REUNION}.",
    ]

    call_command("reglementation", "load", str(file))
    assert told(capsys)[0].endswith("Brevet d'essai, Session 2027, version 1 : déjà en vigueur.")

    entry = Entry.objects.filter(verb="regulation loaded").get()
    assert entry.actor_kind == "operator"


def test_loading_names_what_stands_and_is_no_longer_admitted_together(invented_exam, capsys):
    without_exclusion()
    person = a_candidate()
    registered_in_two_academies(person)
    one, other = Registration.objects.filter(candidate=person).order_by("pk")

    call_command("reglementation", "load", str(INVENTED))

    assert "(candidats : 1)" in (named := told(capsys)[1])
    assert named.splitlines()[-1].strip() == f"n°{one.number}, n°{other.number}"


def test_loading_tells_the_services_that_it_leaves(academies, file, capsys):
    call_command("reglementation", "load", str(file))
    text = file.read_text()
    file.write_text(text[: text.index("  - academie: A28\n    ouverture")])
    capsys.readouterr()

    call_command("reglementation", "load", str(file))

    assert "absent du fichier, ce service est laissé tel quel." in told(capsys)[0]


def test_one_wrong_file_keeps_the_others_from_loading(academies, file, tmp_path, capsys):
    wrong = tmp_path / "faux.yaml"
    wrong.write_text("format: 1\n")

    with pytest.raises(CommandError, match=r"problèmes? : rien n'a été chargé\.$"):
        call_command("reglementation", "load", str(file), str(wrong))

    assert not Regulation.objects.exists()


def test_a_contradiction_with_the_base_is_told(academies, file, capsys):
    call_command("reglementation", "load", str(file))
    text = file.read_text().replace("code: ESSAI", "code: AUTRE")
    file.write_text(text.replace("annee: 2027", "annee: 2028"))

    with pytest.raises(CommandError, match="déjà connue, pour l'année 2027"):
        call_command("reglementation", "load", str(file))


def test_a_date_relative_to_today_is_for_the_demo_alone(academies, file, capsys):
    text = file.read_text()
    text = text.replace(
        "ouverture: 2026-10-12 08:00\n    fermeture: 2026-11-15 23:59",
        'ouverture: "@J-1 08:00"\n    fermeture: "@J+1 23:59"',
    )
    file.write_text(
        text.replace("{le: 2027-03-01, fuseau: Europe/Paris}", "{jours_apres_fermeture: 3}")
    )

    with pytest.raises(CommandError):
        call_command("reglementation", "check", str(file))
    said = told(capsys)[1]
    assert "Écrivez le jour et l'heure, « 2026-11-15 23:59 ». [date_relative]" in said
    assert "ajoutez --demonstration." in said

    call_command("reglementation", "check", "--demonstration", str(file))
    assert told(capsys)[0] == "1 fichier sans problème."


@pytest.mark.parametrize(
    "content", ["a: [", "ouvertures: 3\n", "- 1\n", "", "ouvertures: [{academie: A99}]\n"]
)
def test_a_demo_file_that_cannot_be_read_is_told_as_any_other(academies, file, content, capsys):
    file.write_text(content)

    with pytest.raises(CommandError, match="problème"):
        call_command("reglementation", "check", "--demonstration", str(file))


def test_a_demo_file_of_an_unknown_academy_names_it_and_not_its_dates(academies, file, capsys):
    text = file.read_text().replace("academie: A28", "academie: A99")
    file.write_text(
        text.replace("fermeture: 2026-11-15 23:59", 'fermeture: "@J+12 17:00"').replace(
            "{le: 2027-03-01, fuseau: Europe/Paris}", "{jours_apres_fermeture: 3}"
        )
    )

    with pytest.raises(CommandError):
        call_command("reglementation", "check", "--demonstration", str(file))

    said = told(capsys)[1]
    assert "Académie « A99 » : elle n'existe pas" in said
    assert "@J+12" not in said


def test_a_file_that_is_not_there_is_told_in_french_and_without_a_line(academies, tmp_path, capsys):
    with pytest.raises(CommandError, match=r"^2 problèmes\.$"):
        call_command("reglementation", "check", str(tmp_path / "absent.yaml"), str(tmp_path))

    assert told(capsys)[1].splitlines() == [
        f"{tmp_path}/absent.yaml : Ce fichier ne peut pas être lu : il n'existe pas. [lecture]",
        f"{tmp_path} : Ce fichier ne peut pas être lu : c'est un dossier. [lecture]",
    ]


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        ("a: é\nb: 1\n".encode("latin-1"), ":1", "Ce fichier n'est pas du texte en UTF-8 : "),
        ("a: é\n".encode("utf-16"), ":1", "Ce fichier est en UTF-16 : "),
        (b"PK\x03\x04\xff", "", "Ce fichier est un document de traitement de texte"),
    ],
)
def test_a_file_that_is_no_text_says_how_to_save_it(
    academies, file, capsys, *, content, place, said
):
    file.write_bytes(content)

    with pytest.raises(CommandError, match=r"^1 problème\.$"):
        call_command("reglementation", "check", str(file))

    [line] = told(capsys)[1].splitlines()
    assert line.startswith(f"{file}{place} : {said}")
    assert "enregistrez-le en UTF-8" in line


def test_the_one_value_that_is_admitted_is_said(academies, file, capsys):
    file.write_text(file.read_text().replace("format: 1", "format: 2"))

    with pytest.raises(CommandError, match=r"^1 problème\.$"):
        call_command("reglementation", "check", str(file))

    assert "« 2 » ne convient pas : seul « 1 » est admis. [valeur]" in told(capsys)[1]


def test_the_page_of_all_keys_is_the_one_of_the_schema(capsys):
    call_command("reglementation", "reference")

    assert told(capsys)[0] + "\n" == Path("docs/reglementation.md").read_text(encoding="utf-8")


def around_today(text: str, *, opens: str, closes: str) -> str:
    """Return the invented exam with its first service open from one day to another of now."""
    text = text.replace(
        "ouverture: 2026-10-12 08:00\n    fermeture: 2026-11-15 23:59",
        f'ouverture: "{opens} 08:00"\n    fermeture: "{closes} 23:59"',
    )
    return text.replace("{le: 2027-03-01, fuseau: Europe/Paris}", "{jours_apres_fermeture: 3}")


@pytest.fixture
def load_as(file, essai, capsys):
    """Return a function that loads the invented exam with these dates, and says what is read."""

    def loaded(what: str = "load", **dates: str) -> tuple[str, str]:
        file.write_text(around_today(essai, **dates), encoding="utf-8")
        capsys.readouterr()
        call_command("reglementation", what, "--demonstration", str(file))
        return told(capsys)

    return loaded


def dates_of(academy: str) -> tuple:
    return RegistrationService.objects.values_list("opens_at", "closes_at").get(academy=academy)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"opens": "@J-2", "closes": "@J+9"}, "fermeture le "),
        ({"opens": "@J-2", "closes": "@J+3"}, "fermeture le "),
        ({"opens": "@J-2", "closes": "@J-1"}, "fermeture le "),
        ({"opens": "@J+1", "closes": "@J+5"}, "ouverture le "),
    ],
    ids=["later", "sooner", "past", "opening"],
)
def test_the_dates_of_what_has_opened_are_not_changed_by_loading(academies, load_as, then, said):
    load_as(opens="@J-2", closes="@J+5")
    before = dates_of("A09")
    entries = Entry.objects.count()

    with pytest.raises(CommandError) as refusal:
        load_as(**then)

    message = str(refusal.value)
    assert "\n" not in message
    assert "Ce fichier change les dates d'un service qui a ouvert : " in message
    assert "Brevet d'essai, Session 2027, académie de Lille, grand public (" + said in message
    assert " au lieu du " in message
    assert "« Gérer les services », où une prolongation est approuvée par une autre" in message
    assert message.endswith("Rien n'a été chargé.")
    assert dates_of("A09") == before
    assert Entry.objects.count() == entries


def test_checking_says_that_loading_would_move_what_has_opened(academies, load_as, file, capsys):
    load_as(opens="@J-2", closes="@J+5")
    capsys.readouterr()

    with pytest.raises(CommandError) as refusal:
        load_as("check", opens="@J-2", closes="@J+9")

    message = str(refusal.value)
    assert message.startswith(f"{file} : Ce fichier change les dates d'un service qui a ouvert : ")
    assert "Aucune faute dans ce qui est écrit" in message
    assert "sans problème" not in capsys.readouterr().out


def test_a_file_that_moves_what_has_opened_keeps_the_others_from_loading(
    academies, load_as, file, essai, tmp_path
):
    load_as(opens="@J-2", closes="@J+5")
    other = tmp_path / "autre.yaml"
    other.write_text(essai.replace("code: ESSAI", "code: AUTRE"), encoding="utf-8")
    file.write_text(around_today(essai, opens="@J-2", closes="@J+9"), encoding="utf-8")

    with pytest.raises(CommandError, match=r"Rien n'a été chargé\.$"):
        call_command("reglementation", "load", "--demonstration", str(other), str(file))

    assert [one.domain.code for one in Regulation.objects.all()] == ["ESSAI"]


def test_what_has_not_opened_is_moved_and_each_date_is_named(academies, load_as):
    load_as(opens="@J+2", closes="@J+5")
    opens, closes = dates_of("A09")

    said, warned = load_as(opens="@J+2", closes="@J+9")

    assert dates_of("A09") == (opens, closes + dt.timedelta(days=4))
    service = RegistrationService.objects.get(academy="A09")
    first = said.splitlines()[1:3]
    assert first[0].endswith("version 1 : déjà en vigueur. 1 service modifié.")
    assert first[1] == (
        f"  académie de Lille, grand public : fermeture le {service.closing_in_words} "
        f"au lieu du {service.said(closes)}."
    )
    assert warned == ""


def test_the_dates_that_the_office_gave_to_what_has_opened_keep_no_file_from_loading(
    academies, load_as
):
    load_as(opens="@J-2", closes="@J+5")
    service = RegistrationService.objects.get(academy="A09")
    opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + dt.timedelta(days=1),
        reason="Panne",
        by=OPERATOR,
        at=service.opens_at + dt.timedelta(hours=1),
        is_urgent=True,
    )

    _, warned = load_as(opens="@J-2", closes="@J+9")

    service.refresh_from_db()
    dates = f"(ouvre le {service.opening_in_words}, ferme le {service.closing_in_words})"
    kept = "ses dates ont été changées dans la gestion, elles restent celles-là"
    assert f"{kept} {dates}" in warned


def test_how_the_office_has_a_service_reached_stays_and_is_said(academies, load_as):
    load_as(opens="@J+2", closes="@J+5")
    ManagingService.objects.filter(academy="A09").update(
        phone="03 00 00 00 00", reached_so_since=NOON
    )

    _, warned = load_as(opens="@J+2", closes="@J+5")

    kept = "ses coordonnées ont été changées dans la gestion, elles restent celles-là"
    assert f"{kept} : téléphone 03 00 00 00 00, et non 03 53 01 00 01." in warned


def test_in_the_demo_dates_move_with_the_day(academies, load_as, settings):
    load_as(opens="@J-2", closes="@J+5")
    settings.DEMO = True
    before = dates_of("A09")

    load_as(opens="@J-3", closes="@J+4")

    assert dates_of("A09") == tuple(one - dt.timedelta(days=1) for one in before)


@pytest.mark.parametrize("what", ["check", "load"])
def test_a_file_is_read_once_be_it_a_pipe(academies, essai, capsys, what):
    reads, writes = os.pipe()
    with os.fdopen(writes, "w", encoding="utf-8") as pipe:
        pipe.write(essai)

    try:
        call_command("reglementation", what, f"/dev/fd/{reads}")
    finally:
        os.close(reads)

    assert told(capsys)[0].startswith("1 fichier sans problème.")
    assert Regulation.objects.exists() == (what == "load")


def test_what_cannot_be_read_is_told_with_what_is_wrong_in_the_others(
    academies, file, tmp_path, capsys
):
    file.write_text("a: b: c", encoding="utf-8")

    with pytest.raises(CommandError, match="2 problèmes : rien n'a été chargé"):
        call_command("reglementation", "load", str(tmp_path / "absent.yaml"), str(file))

    said = told(capsys)[1]
    assert "absent.yaml : Ce fichier ne peut pas être lu : il n'existe pas." in said
    assert "essai.yaml:1" in said
