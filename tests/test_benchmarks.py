import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from benchmarks.processors import Meter
from tests.moulds import MOULD

HOUSE = Path(__file__).parent.parent
PAGES = {
    "floor",
    "home",
    "choose",
    "registrations",
    "registration",
    "tab",
    "papers",
    "recap",
    "number",
    "summary",
    "documents",
    "folder",
    "twin",
    "services",
    "pieces",
    "provide",
    "drawer",
    "accommodation",
    "measures",
    "health",
    "sign_in",
}
ACTS = {f"{act}_{people}" for act in ("save", "journey") for people in (1, 8, 32)} | {
    "deposit",
    "deposit_whole",
    "logins",
}
OFFICE = {
    f"office_{page}{who}"
    for page in (
        *("home", "number", "name", "like", "nobody", "box", "tree", "paper", "file", "history"),
        *("counts", "hours", "pieces", "piece", "lacking"),
        *("accommodations", "decision", "granted"),
    )
    for who in ("", "_all")
}
DOCTOR = {"doctor_home", "doctor_case"}
PRINTS = {"print", "print_sealed", "print_batch"}


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("django_db_modify_db_settings")
def test_every_figure_is_measured_and_nothing_stays(tmp_path):
    server, result = os.environ["DATABASE_URL"], tmp_path / "result.json"
    # Migrated and with the official lists already: they are not what is measured.
    copied = ["--template", os.environ[MOULD]]

    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks", "--least", *copied, "--result", result],
        cwd=HOUSE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as bench:
        said, _ = bench.communicate()

    assert bench.returncode == 0, said
    figures = {one["name"]: one for one in json.loads(result.read_text())["figures"]}
    assert set(figures) == PAGES | ACTS | PRINTS | OFFICE | DOCTOR | {"mails", "export", "batch"}
    for name, one in figures.items():
        assert one["errors"] == 0, one
        assert one["times"] > 0, name
        assert name in {"export", "batch"} or 0 < one["p50"] <= one["p95"], name
        assert one["label"] in said
    assert all(figures[name]["requests"] == figures[name]["times"] for name in PAGES)
    assert figures["journey_1"]["requests"] > 20
    assert {name for name in PAGES if figures[name]["target"]} == PAGES - {"floor"}
    for name in PRINTS:
        one = figures[name]
        assert one["pages_per_core"] == pytest.approx(one["per_core"] * one["more"]["pages"], 0.01)
        assert f"de {one['more']['pages']} pages" in one["label"]
    assert figures["print"]["target"]["measure"] == "per_core"
    assert figures["print_batch"]["target"]["measure"] == "pages_per_core"
    # A second of lots is counted in summaries, a hundred of them in each.
    lot = figures["print_batch"]
    assert lot["per_second"] * lot["p50"] / 1000 == pytest.approx(100, 0.1)
    assert figures["mails"]["more"]["conversations"] < figures["mails"]["times"]
    assert str(result) in said.splitlines()[-1]
    assert list(tmp_path.glob("sporades-bench-*")) == []
    with psycopg.connect(server) as connection:
        left = connection.execute(
            "select datname from pg_database where datname = %s", [f"sporades_bench_{bench.pid}"]
        )
        assert left.fetchall() == []


def test_what_an_ended_process_has_spent_still_counts():
    """A pool closes a connection that has lived long enough: no page then costs less than nothing."""
    url = os.environ["DATABASE_URL"]
    busy = [sys.executable, "-c", "sum(range(5_000_000)); print(flush=True); input()"]
    with subprocess.Popen(
        busy, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as web:
        assert web.stdin
        assert web.stdout
        web.stdout.readline()
        meter = Meter(url, web.pid, "measured")
        with psycopg.connect(url, application_name="measured") as connection:
            connection.execute("select count(*) from generate_series(1, 3000000)")
            before = meter.read()
        web.stdin.close()
        web.wait()
    after = meter.read()
    meter.close()

    assert before.web > 0
    assert after.web >= before.web
    if before.database is None:
        pytest.skip("PostgreSQL runs on another machine: nothing is known of its processes")
    assert before.database > 0
    assert after.database >= before.database
