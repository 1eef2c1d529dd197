"""Measure the service and compare it with a floor: `python -m benchmarks [--quick]`.

DATABASE_URL names a PostgreSQL server, on which a database of our own is made and dropped.
Everything that is started is stopped. Reads no input; ends by itself.
"""

import argparse
import functools
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import figures, measures, stage
from benchmarks.load import Crowd
from benchmarks.processors import Meter
from tools.processes import on_request_to_stop

RESULT = Path("var/bench/result.json")
MOST_PROCESSES = 2


def main(words: Sequence[str]) -> int:
    """Measure everything; return 0 when every page was the one expected."""
    said = _options(words)
    on_request_to_stop(functools.partial(sys.exit, 130))
    if "DATABASE_URL" not in os.environ:
        print("DATABASE_URL ne nomme aucun serveur : lancez plutôt « make bench ».")
        return 2
    plan = measures.LEAST if said.least else measures.QUICK if said.quick else measures.FULL
    start = time.monotonic()
    found, about = measure(plan, template=said.template)
    lasted = round(time.monotonic() - start)
    said.result.parent.mkdir(parents=True, exist_ok=True)
    result = {**about, "seconds": lasted, "figures": [figures.as_json(one) for one in found]}
    said.result.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(figures.table(found))
    print(
        f"\nTout tourne sur les {about['cores']} cœurs de cette machine : serveur ({stage.WORKERS} "
        f"processus), PostgreSQL, travaux de fond et charge. Par cœur : par seconde de processeur du "
        "serveur et de PostgreSQL. Seuls les rapports se comparent d'une machine à l'autre."
    )
    wrong = [one for one in found if one.errors or not one.times]
    for one in wrong:
        print(f"{one.label} ({one.concurrency}) : {one.errors} erreurs, {one.first_error}")
    print(f"Mesuré en {lasted} s. Détail : {said.result}")
    return 1 if wrong else 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="en moins d'une minute")
    parser.add_argument("--least", action="store_true", help="chaque chose une fois, sans mesure")
    parser.add_argument(
        "--template", default="template1", help="la base que copie celle des mesures"
    )
    parser.add_argument("--result", type=Path, default=RESULT, help="où écrire le résultat")
    return parser.parse_args(words)


def measure(plan: measures.Plan, *, template: str) -> tuple[list[figures.Figure], dict[str, Any]]:
    """Set the stage, measure, leave nothing behind."""
    with ExitStack() as steps:
        folder = Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="sporades-bench-")))
        url = steps.enter_context(stage.a_database(os.environ["DATABASE_URL"], template))
        said = stage.environment(url, folder)
        os.environ.update(said)
        # The crowd is started while this process is still small.
        crowd = Crowd(min(MOST_PROCESSES, os.cpu_count() or 1))
        steps.callback(crowd.close)
        people = _prepare(plan, url, folder)
        steps.callback(_disconnect)
        ours = _server("web", said, folder, crowd, steps)
        bare = {**said, "DJANGO_SETTINGS_MODULE": "benchmarks.floor_settings"}
        floor = _server("floor", bare, folder, crowd, steps)
        with stage.a_worker(said, folder) as catch_up:
            catch_up()
            found = _measure(plan, ours, floor, people, catch_up)
        # From here on no worker may take the jobs: the batch is measured in our own process.
        return [*found, *_office(plan, ours, people["patients"])], _about()


def _prepare(plan: measures.Plan, url: str, folder: Path) -> dict[str, Any]:
    """Fill the database and gather the static files."""
    import django  # noqa: PLC0415 - its settings are only known now

    gather = [sys.executable, "-m", "sporades", "collectstatic", "--no-input", "--verbosity=0"]
    with subprocess.Popen(gather, stdin=subprocess.DEVNULL) as static:
        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.utils import timezone  # noqa: PLC0415

        from benchmarks.people import People, furnish  # noqa: PLC0415

        call_command("migrate", interactive=False, verbosity=0)
        furnish(at=timezone.now())
        people = People(at=timezone.now())
        made = {
            "readers": people.readers(measures.READERS),
            "savers": people.savers(plan.savers),
            "givers": people.givers(plan.deposits.most, photo=folder / "photo.jpg"),
            "newcomers": people.newcomers(plan.newcomers, database=url),
            "patients": people.patients(),
        }
    if static.returncode:
        raise SystemExit("Les fichiers statiques n'ont pas pu être rassemblés.")
    return made


def _server(
    name: str, said: dict[str, str], folder: Path, crowd: Crowd, steps: ExitStack
) -> measures.Measured:
    web = steps.enter_context(stage.a_web(name, said, folder))
    meter = Meter(said["DATABASE_URL"], web.process.pid, name)
    steps.callback(meter.close)
    return measures.Measured(crowd, web, meter)


def _measure(
    plan: measures.Plan,
    ours: measures.Measured,
    floor: measures.Measured,
    people: dict[str, Any],
    catch_up: Any,
) -> list[figures.Figure]:
    from benchmarks import printing  # noqa: PLC0415 - Django is ready only now

    bottom, *found = measures.pages(plan, ours, floor, people["readers"])
    found += measures.saves(plan, ours, people["savers"], catch_up)
    found += measures.journeys(plan, ours, people["newcomers"], catch_up)
    found.append(measures.deposits(plan, ours, people["givers"], catch_up))
    found.append(measures.deposits_whole(plan, ours, people["givers"], catch_up))
    found.append(measures.logins(plan, ours, people["savers"][: plan.logins.most]))
    figures.compare([bottom, *found], bottom)
    return [bottom, *found, *printing.measure(plan.prints)]


def _office(
    plan: measures.Plan, ours: measures.Measured, patients: dict[str, Any]
) -> list[figures.Figure]:
    """Fill the registrations of a country, and read them as its office and a doctor do."""
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks import mails, million, office  # noqa: PLC0415 - Django is ready only now
    from benchmarks.people import DOCTOR, ELSEWHERE, signed_in_twice  # noqa: PLC0415
    from sporades.accounts.models import User  # noqa: PLC0415

    at, start = timezone.now(), time.monotonic()
    doctor, elsewhere = (User.objects.get(email=one) for one in (DOCTOR, ELSEWHERE))
    million.fill(plan.crowd, doctor=doctor, elsewhere=elsewhere, at=at)
    print(f"{plan.crowd} inscriptions chargées en {time.monotonic() - start:.0f} s.")
    pages = office.readers(at=at, sign_in=signed_in_twice, decided=patients["to_decide"]["path"])
    return [
        *office.pages(ours, pages, plan.office),
        *office.doctor(ours, patients, plan.office),
        mails.handed_over(plan.mails),
        office.export(plan.lines),
        office.batch(plan.batch),
    ]


def _disconnect() -> None:
    from django.db import connection, connections  # noqa: PLC0415

    connections.close_all()
    connection.close_pool()


def _about() -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        (postgresql,) = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "workers": stage.WORKERS,
        "threads": stage.THREADS,
        "load_shares_the_cores": True,
        "python": platform.python_version(),
        "django": version("django"),
        "granian": version("granian"),
        "postgresql": postgresql.split()[0],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
