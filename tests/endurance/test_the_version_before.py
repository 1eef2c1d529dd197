"""The code of a version before serves on the tables of this one: its own tests pass there (R-60).

`tests/test_migrations.py` reads what each migration does; this does it. Which version is the commit
in `version_before.txt`: the last that is served somewhere, since what no released code reads any
more may be taken away.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.endurance.arena import FULL

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ROOMS = ("journal", "letters", "retention")
# What a run of the tests says to its own processes.
OURS = re.compile(r"(SPORADES_|PYTEST_|COV_).*")
MIGRATIONS = "sporades/*/migrations"


def git(*words, at=ROOT):
    done = subprocess.run(["git", *words], cwd=at, check=False, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


@pytest.fixture
def before(tmp_path):
    """Clone the version before, and lay the migrations of this one over its own."""
    commit = (HERE / "version_before.txt").read_text().strip()
    if not git("cat-file", "-t", commit):
        pytest.skip(f"this clone does not go back to {commit[:8]}")
    clone = tmp_path / "before"
    git("clone", "--quiet", "--no-checkout", "--shared", str(ROOT), str(clone))
    git("checkout", "--quiet", commit, at=clone)
    known = {one.relative_to(clone) for one in clone.glob(f"{MIGRATIONS}/0*.py")}
    for folder in ROOT.glob(MIGRATIONS):
        there = clone / folder.relative_to(ROOT)
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(folder, there, ignore=shutil.ignore_patterns("__pycache__"))
    assert known < {one.relative_to(clone) for one in clone.glob(f"{MIGRATIONS}/0*.py")}
    return clone


@pytest.mark.skipif(not FULL, reason="long: `make endure` does it")
def test_the_code_of_a_version_before_passes_its_own_tests_on_the_tables_of_this_one(before):
    kept = {name: said for name, said in os.environ.items() if not OURS.fullmatch(name)}
    stores = {
        name: f"file://{before / 'var' / name}" for name in ("FILES_URL", "MEDICAL_FILES_URL")
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *(f"tests/{room}" for room in ROOMS)],
        cwd=before,
        env={**kept, **stores, "PYTHONPYCACHEPREFIX": str(before / "var/pycache")},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 150
