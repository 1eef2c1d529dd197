"""What is typed at the demo that runs goes to it, as an operator types it at an installation."""

import json
import os
import sys

import pytest

from sporades.intake import antivirus
from tests.intake.corpus import EICAR
from tools import demo, machine
from tools.processes import StopRequest

SAYS = "import os, sys; print(os.environ['SITE_URL'], sys.argv[1:]); sys.exit(3)"


@pytest.fixture
def running(monkeypatch, tmp_path):
    """Say that a demo runs, whose command repeats what it was told."""
    connection = tmp_path / "connexion.json"
    connection.write_text(json.dumps({"SITE_URL": "http://exemple.test"}))
    monkeypatch.setattr(demo, "CONNECTION", connection)
    monkeypatch.setattr(demo, "SPORADES", (sys.executable, "-c", SAYS))
    return connection


def test_an_operators_command_runs_on_the_data_of_the_demo(running, capfd):
    status = demo.main(["run", "agent", "invite", "claude@demo.test", "--name", "Claude Martin"])

    said = "http://exemple.test ['agent', 'invite', 'claude@demo.test', '--name', 'Claude Martin']"
    assert (status, capfd.readouterr().out.strip()) == (3, said)


@pytest.mark.parametrize(("words", "said"), [([], "Dites quoi"), (["journal"], "ne tourne pas")])
def test_what_cannot_be_run_is_said(running, capfd, words, said):
    running.unlink()

    assert demo.main(["run", *words]) == 1
    assert said in capfd.readouterr().err


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    """Watch the parts of a demo whose folder is its own; they end with the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    made = demo.Supervisor(StopRequest(), dict(os.environ), logs=tmp_path)
    yield made
    made.stop()


def test_the_demo_has_an_antivirus_of_its_own_that_ends_with_it(supervisor, settings):
    demo.start_antivirus(supervisor)

    host, port = supervisor.environment["CLAMD_URL"].removeprefix("tcp://").split(":")
    settings.CLAMD = (host, int(port))
    assert not antivirus.scan(EICAR).is_clean
    assert antivirus.scan(b"Bonjour").is_clean
    supervisor.stop()
    with pytest.raises(antivirus.Unreachable):
        antivirus.scan(b"Bonjour")


def test_where_no_antivirus_is_installed_the_demo_says_it_in_one_line(
    supervisor, monkeypatch, capsys
):
    monkeypatch.setattr(machine, "find", lambda _: None)

    demo.start_antivirus(supervisor)

    assert supervisor.environment.get("CLAMD_URL") is None
    assert capsys.readouterr().out == f"{demo.NO_ANTIVIRUS}\n"
    assert supervisor.children == {}


def test_an_antivirus_that_does_not_start_keeps_no_demo_from_starting(
    supervisor, monkeypatch, capsys
):
    failing = [sys.executable, "-c", "raise SystemExit('Pas de signatures.')"]
    monkeypatch.setattr(demo.antivirus, "command", lambda *_: failing)

    demo.start_antivirus(supervisor)

    assert "Pas de signatures." in capsys.readouterr().out
    assert supervisor.children == {}


def test_the_antivirus_that_a_person_has_is_the_one_that_is_asked(supervisor):
    supervisor.environment = {**supervisor.environment, "CLAMD_URL": "tcp://127.0.0.1:1"}

    demo.start_antivirus(supervisor)

    assert supervisor.children == {}
