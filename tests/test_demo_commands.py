"""What is typed at the demo that runs goes to it, as an operator types it at an installation."""

import json
import sys

import pytest

from tools import demo

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
