"""`sporades bandeau`: the banner of every page, shown and taken down by an operator (A7)."""

import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from sporades.journal.models import Entry
from sporades.notices import queries
from sporades.notices.models import Banner
from tests.endurance.arena import url_of
from tests.endurance.servers import environment_of
from tests.factories import NOW

# Read before the suite makes every process believe what it holds for ever.
FRESH_FOR = queries.FRESH_FOR
MAINTENANCE = "Maintenance jeudi de 6 h à 7 h (heure de Paris)."


@pytest.fixture
def at_now():
    """The command runs at a known instant."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_a_banner_is_shown_on_every_page_and_written_in_the_journal(client, capsys):
    call_command("bandeau", "afficher", f"  {MAINTENANCE} ", "--importance", "attention")

    banner = Banner.objects.get()
    assert capsys.readouterr().out == "Bandeau affiché : visible partout en moins d'une minute.\n"
    assert (banner.message, banner.kind, banner.starts_at, banner.ends_at) == (
        MAINTENANCE,
        "warning",
        NOW,
        None,
    )
    assert MAINTENANCE in client.get("/").text
    entry = Entry.objects.get(verb="banner shown")
    assert (entry.actor_kind, entry.payload) == ("operator", {"after": {"message": MAINTENANCE}})


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_a_banner_shown_for_some_hours_goes_by_itself():
    call_command("bandeau", "afficher", MAINTENANCE, "--heures", "48")

    end = NOW + timedelta(hours=48)
    assert Banner.objects.get().ends_at == end
    assert queries.banner(end - timedelta(seconds=1)).message == MAINTENANCE
    assert queries.banner(end) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_taking_the_banner_down_says_whether_there_was_one(client, capsys):
    call_command("bandeau", "afficher", MAINTENANCE)
    capsys.readouterr()

    for _ in range(2):
        call_command("bandeau", "retirer")

    assert capsys.readouterr().out == "Bandeau retiré.\nIl n'y avait pas de bandeau.\n"
    assert MAINTENANCE not in client.get("/").text
    assert Entry.objects.filter(verb="banner taken down").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_a_banner_stops_all_writing_until_it_is_taken_down(client):
    call_command("bandeau", "afficher", MAINTENANCE, "--lecture-seule")

    assert f"{MAINTENANCE} Le service est en lecture seule" in client.get("/").text
    assert Entry.objects.get(verb="writing stopped").payload["after"] == {"message": MAINTENANCE}
    assert client.post("/mot-de-passe-oublie", {"email": "a@exemple.test"}).status_code == 503

    call_command("bandeau", "retirer")
    assert not queries.stops_writing(NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_a_banner_is_planned_by_the_clock_of_the_service_then_cancelled(capsys):
    arguments = ("--debut", "2026-11-26T06:00", "--heures", "1", "--lecture-seule")
    call_command("bandeau", "afficher", MAINTENANCE, *arguments)

    start = NOW.replace(day=26, hour=5, minute=0)
    banner = Banner.objects.get()
    assert (banner.starts_at, banner.ends_at) == (start, start + timedelta(hours=1))
    assert not queries.stops_writing(NOW)

    for _ in range(2):
        call_command("bandeau", "annuler")

    said = capsys.readouterr().out.replace("\u00a0", " ").splitlines()
    planned = "Bandeau prévu le jeudi 26 novembre 2026 à 6 h 00 (heure de Paris)"
    assert said == [
        f"{planned}.",
        f"{planned} annulé : « {MAINTENANCE} »",
        "Aucun bandeau n'était prévu.",
    ]
    assert not Banner.objects.planned_at(NOW).exists()
    assert Entry.objects.filter(verb="banner cancelled").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "jusqu'à « bandeau retirer »"),
        (
            ["--heures", "48", "--lecture-seule"],
            "jusqu'au vendredi 27 novembre 2026 à 10 h 30 (heure de Paris), et le service en lecture seule",
        ),
    ],
)
def test_cancelling_says_until_when_what_is_shown_stays(capsys, more, said):
    call_command("bandeau", "afficher", "Base en restauration.", *more)
    call_command("bandeau", "afficher", MAINTENANCE, "--debut", "2026-11-26T06:00")
    capsys.readouterr()

    call_command("bandeau", "annuler")

    lines = capsys.readouterr().out.replace("\u00a0", " ").splitlines()
    assert lines[1:] == [f"Reste affiché {said} : « Base en restauration. »"]


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--debut", "2026-11-25T10:00"], "--debut est passé"),
        (["--debut", "demain"], "ne convient pas"),
        (["--debut", "2026-11-27T06:00", "--lecture-seule"], "Dites --heures"),
        (["--debut", "2026-11-26T06:30"], "Un autre bandeau est prévu"),
    ],
)
def test_what_cannot_be_planned_is_refused(more, said):
    call_command("bandeau", "afficher", MAINTENANCE, "--debut", "2026-11-26T06:00", "--heures", "1")

    with pytest.raises(CommandError, match=said):
        call_command("bandeau", "afficher", "Un autre", *more)

    assert Banner.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["afficher", "   "], "Le message compte de 1 à 300 caractères."),
        (["afficher", "x" * 301], "Le message compte de 1 à 300 caractères."),
        (["afficher"], "message"),
        (["afficher", "Bonjour", "--importance", "rouge"], "information"),
        (["afficher", "Bonjour", "--heures", "0"], "indiquez un nombre d'heures, de 1 à 8784."),
        (["afficher", "Bonjour", "--heures", "-3"], "heures"),
        (["afficher", "Bonjour", "--heures", "deux"], "indiquez un nombre d'heures, de 1 à 8784."),
        (["afficher", "Bonjour", "--heures", "99999999"], "de 1 à 8784."),
        ([], "what"),
        (["cacher"], "afficher"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_shows_nothing(arguments, said):
    with pytest.raises(CommandError, match=said.replace(".", r"\.")):
        call_command("bandeau", *arguments)

    assert not Banner.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_banner_of_another_process_is_seen_within_a_minute(client, monkeypatch, tmp_path):
    clock = SimpleNamespace(reads=1000.0)
    monkeypatch.setattr(queries, "FRESH_FOR", FRESH_FOR)
    monkeypatch.setattr(queries, "time", SimpleNamespace(monotonic=lambda: clock.reads))
    queries.forget()
    assert queries.banner(NOW) is None

    subprocess.run(
        [sys.executable, "-m", "sporades", "bandeau", "afficher", MAINTENANCE],
        env=environment_of(url_of(connection.settings_dict["NAME"]), tmp_path),
        check=True,
    )

    # What it holds is believed for a while: pages do not ask at each request.
    assert queries.banner(Banner.objects.get().starts_at) is None
    clock.reads += 59
    assert MAINTENANCE in client.get("/").text


def said_by(capsys, *arguments):
    call_command("bandeau", *arguments)
    return capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
@pytest.mark.parametrize(
    "arguments",
    [
        ("afficher", "Bonjour."),
        ("retirer",),
        ("afficher", "Bonjour.", "--debut", "2026-11-26T06:00"),
    ],
)
def test_what_ends_read_only_mode_says_it(capsys, arguments):
    call_command("bandeau", "afficher", MAINTENANCE, "--lecture-seule")
    capsys.readouterr()

    assert "La lecture seule" in said_by(capsys, *arguments)
    assert Entry.objects.filter(verb__startswith="writing", verb__contains="resumed").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_what_does_not_end_read_only_mode_does_not_say_so(capsys):
    call_command("bandeau", "afficher", MAINTENANCE, "--lecture-seule", "--heures", "2")

    said = said_by(capsys, "afficher", "Bonjour.", "--debut", "2026-11-26T06:00")
    assert "seule" not in said
    assert "seule" not in said_by(capsys, "afficher", "Toujours.", "--lecture-seule")


@pytest.mark.django_db
def test_a_banner_that_is_shown_twice_stands_once():
    for minutes in (0, 1):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            call_command("bandeau", "afficher", MAINTENANCE, "--lecture-seule")

    assert Banner.objects.get().starts_at == NOW
    assert Entry.objects.filter(verb="writing stopped").count() == 1
