"""`sporades reglementation`: check, load, reference."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sporades.exams.models import Regulation
from sporades.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path, essai):
    path = tmp_path / "essai.yaml"
    path.write_text(essai, encoding="utf-8")
    return path


def told(capsys) -> tuple[str, str]:
    return tuple(text.rstrip("\n") for text in capsys.readouterr())


def test_checking_a_right_file_says_so_and_loads_nothing(academies, file, capsys):
    call_command("reglementation", "check", str(file))

    assert told(capsys) == ("1 fichier(s) sans problème.", "")
    assert not Regulation.objects.exists()


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
    assert told(capsys)[0].endswith(
        "Brevet d'essai, Session 2027, version 1 : en vigueur. 2 service(s) ajouté(s)."
    )

    call_command("reglementation", "load", str(file))
    assert told(capsys)[0].endswith("Brevet d'essai, Session 2027, version 1 : déjà en vigueur.")

    entry = Entry.objects.filter(verb="regulation loaded").get()
    assert entry.actor_kind == "operator"


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
    assert told(capsys)[0] == "1 fichier(s) sans problème."


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


def test_the_one_value_that_is_admitted_is_said(academies, file, capsys):
    file.write_text(file.read_text().replace("format: 1", "format: 2"))

    with pytest.raises(CommandError, match=r"^1 problème\.$"):
        call_command("reglementation", "check", str(file))

    assert "« 2 » ne convient pas : seul « 1 » est admis. [valeur]" in told(capsys)[1]


def test_the_page_of_all_keys_is_the_one_of_the_schema(capsys):
    call_command("reglementation", "reference")

    assert told(capsys)[0] + "\n" == Path("docs/reglementation.md").read_text(encoding="utf-8")
