"""What does not stop a start, and what a command says in one line when it cannot do its work."""

import ctypes
import os
import subprocess
import sys

import pytest
from django.db import connection

from sporades.notices.models import Banner
from tests.endurance.arena import url_of
from tests.endurance.servers import environment_of

CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24
STORES = ("files", "medical")


def like_anybody():
    """Write no more where the rights of a folder forbid it, were the tests run as root."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def run(*words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "sporades", *words],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=like_anybody,
    )


@pytest.fixture
def read_only(tmp_path):
    """Return a folder whose two stores can be read, and no more."""
    for name in STORES:
        (tmp_path / name).mkdir(mode=0o555)
    yield tmp_path
    for name in STORES:
        (tmp_path / name).chmod(0o755)


@pytest.mark.django_db(transaction=True)
def test_stores_that_are_only_read_stop_no_command_and_the_check_names_them(read_only):
    there = environment_of(url_of(connection.settings_dict["NAME"]), read_only)

    shown = run("bandeau", "afficher", "Le service est de retour à 9 h.", **there)
    looked = run("check", "--deploy", "--database", "default", **there)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert Banner.objects.get().message == "Le service est de retour à 9 h."
    assert looked.returncode == 1
    told = [line for line in looked.stderr.splitlines() if "sporades.E006" in line]
    assert [line.split()[2] for line in told] == ["FILES_URL", "MEDICAL_FILES_URL"]
    assert "sporades.E005" not in looked.stderr
