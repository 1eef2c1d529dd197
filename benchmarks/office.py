"""The office over all the registrations of a country: searches, files, an export."""

import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Target, figure
from benchmarks.load import Bounds, Seen
from benchmarks.processors import Spent

SEARCHES = {
    "office_home": "Gestion : la première page",
    "office_number": "Gestion : un numéro d'inscription",
    "office_name": "Gestion : le début d'un nom",
    "office_like": "Gestion : un nom approché",
    "office_nobody": "Gestion : un nom que personne ne porte",
    "office_box": "Gestion : un nom dans la case unique",
    "office_tree": "Gestion : trois critères",
    "office_paper": "Gestion : une épreuve et un état",
    "office_file": "Gestion : un dossier",
    "office_history": "Gestion : son historique",
    "office_counts": "Gestion : statistiques",
    "office_hours": "Gestion : statistiques, heure par heure",
    "office_pieces": "Gestion : pièces à vérifier",
    "office_piece": "Gestion : une pièce à vérifier",
    "office_accommodations": "Gestion : aménagements à traiter",
    "office_decision": "Gestion : une demande d'aménagement à décider",
    "office_granted": "Gestion : une demande d'aménagement et un état",
    "office_lacking": "Gestion : une pièce obligatoire à fournir et un état",
}
DOCTOR = {
    "doctor_home": "Médecin : ses demandes",
    "doctor_case": "Médecin : une demande",
}
PEOPLE = {"": "gestionnaire d'une académie", "_all": "administrateur"}
BELOW = {
    "office_file": 200.0,
    "office_history": 200.0,
    "office_counts": 1000.0,
    "office_hours": 1000.0,
    "office_piece": 200.0,
    "office_decision": 200.0,
}
ACADEMY = "A09"


def readers(*, at: datetime, sign_in: Any, decided: str) -> Mapping[str, Mapping[str, Any]]:
    """Keep the searches of a manager and of an administrator; return the pages that they read.

    Args:
        at: the instant.
        sign_in: opens a session with two factors for an account, and returns its cookies.
        decided: the page of a request for accommodations that is to be decided of.
    """
    from sporades.accounts.models import Membership, User  # noqa: PLC0415

    pages = {}
    for mark, role, academies in (
        ("", Membership.Role.MANAGER, [ACADEMY]),
        ("_all", Membership.Role.ADMINISTRATOR, []),
    ):
        user = User.objects.create_user(f"agent{mark}@exemple.test", created_at=at, activated_at=at)
        user.memberships.create(role=role, full_name="Camille Agent", academies=academies)
        cookies = sign_in(user, at=at)
        for name, path in _paths(user, at=at).items():
            pages[f"{name}{mark}"] = {"path": path, "cookies": cookies}
        pages[f"office_decision{mark}"] = {"path": decided, "cookies": cookies}
    return pages


def _paths(user: Any, *, at: datetime) -> dict[str, str]:
    from sporades.accounts.permissions import Permission, reach  # noqa: PLC0415
    from sporades.evidence.models import Evidence  # noqa: PLC0415
    from sporades.registrations.models import Registration, RegistrationPaper  # noqa: PLC0415
    from sporades.searches import operations, quick  # noqa: PLC0415
    from sporades.searches.catalogue import CRITERIA  # noqa: PLC0415
    from sporades.searches.operators import Operator  # noqa: PLC0415
    from sporades.searches.trees import Group, Leaf  # noqa: PLC0415

    within = reach(user.memberships.all(), Permission.READ_FILES)
    in_academy = Registration.objects.filter(academy=ACADEMY)
    one = in_academy.filter(versions__isnull=False, candidate__user=None).first()
    paper = RegistrationPaper.objects.filter(registration=one).first()

    def leaf(code: str, operator: Operator, *values: str) -> Leaf:
        return Leaf(CRITERIA[code], operator, values)

    waiting = Evidence.objects.filter(
        state="posted", registration__academy=ACADEMY, registration__versions__isnull=False
    ).first()
    trees = {
        "office_granted": Group(
            members=(
                leaf("amenagement", Operator.IS, "opinion_given"),
                leaf("etat", Operator.IS, "registered"),
            )
        ),
        "office_lacking": Group(
            members=(
                leaf("pieces_manquantes", Operator.IS, "oui"),
                leaf("etat", Operator.IS, "anomaly"),
            )
        ),
        "office_number": quick.tree_of(one.number),
        "office_name": Group(members=(leaf("nom", Operator.STARTS, "Delac"),)),
        "office_like": Group(members=(leaf("nom_complet", Operator.IS_LIKE, "delacroi noémi"),)),
        "office_nobody": Group(
            members=(leaf("nom_complet", Operator.IS_LIKE, "wojciechowska zbigniewa"),)
        ),
        "office_box": quick.narrowed(quick.tree_of("Kerguelen"), reach=within),
        "office_tree": Group(
            members=(
                leaf("etat", Operator.IS, "anomaly"),
                leaf("naissance", Operator.BETWEEN, "01/01/1990", "31/12/1990"),
                leaf("prenoms", Operator.STARTS, "No"),
            )
        ),
        "office_paper": Group(
            members=(
                leaf("epreuve", Operator.ENTERED, str(paper.paper_id)),
                leaf("etat", Operator.IS, "anomaly"),
            )
        ),
    }
    kept = {
        name: operations.keep(tree=tree, columns=[], by=user, at=at) for name, tree in trees.items()
    }
    return {
        **{name: f"/gestion/inscriptions/recherches/{one.pk}" for name, one in kept.items()},
        "office_home": "/gestion/",
        "office_file": f"/gestion/inscriptions/{one.number}",
        "office_history": f"/gestion/inscriptions/{one.number}/historique",
        "office_counts": "/gestion/statistiques",
        "office_hours": "/gestion/statistiques/heures",
        "office_pieces": "/gestion/pieces",
        "office_accommodations": "/gestion/amenagements?etape=a-decider",
        "office_piece": f"/gestion/inscriptions/{waiting.registration.number}"
        f"/pieces/{waiting.code}?suite=pieces",
    }


def pages(ours: Any, read: Mapping[str, Mapping[str, Any]], bounds: Bounds) -> list[Figure]:
    """Read each page eight at a time, after some have read it."""
    found = []
    for mark, who in PEOPLE.items():
        for name, label in SEARCHES.items():
            target = Target("p95", below=BELOW.get(name, 300.0))
            page = read[f"{name}{mark}"]
            found.append(_page(ours, f"{name}{mark}", f"{label} ({who})", page, target, bounds))
    return found


def doctor(ours: Any, read: Mapping[str, Mapping[str, Any]], bounds: Bounds) -> list[Figure]:
    """Read the pages of a doctor, eight at a time."""
    target = Target("p95", below=300.0)
    return [_page(ours, name, label, read[name], target, bounds) for name, label in DOCTOR.items()]


def _page(
    ours: Any,
    name: str,
    label: str,
    page: Mapping[str, Any],
    target: Target,
    bounds: Bounds,
) -> Figure:
    before = Bounds(10, min(8, bounds.most))
    ours.crowd.read(ours.web.port, [page], concurrency=8, bounds=before)
    seen, spent = ours.around(
        lambda: ours.crowd.read(ours.web.port, [page], concurrency=8, bounds=bounds)
    )
    return figure(name, label, seen, spent, concurrency=8, target=target)


def export(lines: int) -> Figure:
    """Write a file of many lines, as the worker does, in a process of its own.

    Args:
        lines: how many.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        written = pool.submit(_export, lines).result()
    lasted = written["seconds"]
    made = figure(
        "export",
        f"Export CSV de {lines} lignes",
        Seen(acts=[lasted / lines] * lines, requests=[lasted], wall=lasted),
        Spent(written["processor"], None),
        concurrency=1,
        target=Target("per_second", least=20_000),
    )
    made.p50 = made.p95 = made.request_p95 = None
    made.more = {"memory_mb": written["memory_mb"]}
    return made


def batch(lines: int) -> Figure:
    """Validate many registrations, as the worker does, in a process of its own.

    Args:
        lines: how many.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        done = pool.submit(_batch, lines).result()
    made = figure(
        "batch",
        f"Lot de {lines} inscriptions",
        Seen(
            acts=[done["seconds"] / lines] * lines, requests=[done["seconds"]], wall=done["seconds"]
        ),
        Spent(done["processor"], None),
        concurrency=1,
        target=Target("per_second", least=200),
    )
    made.p50 = made.p95 = made.request_p95 = None
    made.errors = lines - done["done"]
    made.more = {"preparation_s": done["preparation"]}
    return made


def _batch(lines: int) -> dict[str, float]:
    import django  # noqa: PLC0415 - its settings are in the environment

    django.setup()
    from django.db import connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from sporades.accounts.models import User  # noqa: PLC0415
    from sporades.accounts.permissions import Permission, reach  # noqa: PLC0415
    from sporades.batches import operations  # noqa: PLC0415
    from sporades.batches.actions import ACTIONS  # noqa: PLC0415
    from sporades.registrations.models import Registration  # noqa: PLC0415

    user = User.objects.prefetch_related("memberships").get(email="agent_all@exemple.test")
    allowed, at = reach(user.memberships.all(), Permission.DECIDE), timezone.now()
    waiting = Registration.objects.filter(state="registered", candidate__user=None).order_by("pk")
    start = time.perf_counter()
    made = operations.prepare(
        registrations=Registration.objects.filter(pk__in=waiting.values("pk")[:lines]),
        action=ACTIONS["validate"],
        reason="",
        reach=allowed,
        by=user,
        at=at,
    )
    preparation = time.perf_counter() - start
    operations.launch(batch=made, by=allowed.perimeters[0].member, at=at)
    wall, processor = time.perf_counter(), time.process_time()
    while operations.go_on(str(made.pk), at=at):
        pass
    said = {
        "seconds": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "preparation": round(preparation, 2),
        "done": made.counts()["done"],
    }
    connections.close_all()
    return said


def _export(lines: int) -> dict[str, float]:
    import django  # noqa: PLC0415 - its settings are in the environment

    django.setup()
    from django.db import connections  # noqa: PLC0415

    from sporades.accounts.models import User  # noqa: PLC0415
    from sporades.accounts.permissions import Permission, reach  # noqa: PLC0415
    from sporades.exchanges import operations  # noqa: PLC0415
    from sporades.exchanges.spreadsheets import FORMS, Sheet  # noqa: PLC0415
    from sporades.searches.columns import USUAL, Reading, chosen  # noqa: PLC0415
    from sporades.searches.queries import found, in_order  # noqa: PLC0415
    from sporades.searches.trees import Group  # noqa: PLC0415

    user = User.objects.prefetch_related("memberships").get(email="agent_all@exemple.test")
    allowed = reach(user.memberships.all(), Permission.EXPORT)
    wanted, columns = in_order(found(Group(), reach=allowed), "nom")[:lines], chosen(USUAL)
    # What the system counts as the most begins with what the parent held: begin again.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    wall, processor = time.perf_counter(), time.process_time()
    with tempfile.TemporaryFile() as file:
        rows = operations.lines_of(wanted, Reading(columns, allowed), "MESURE")
        FORMS["csv"].write(Sheet("Inscriptions", [one.label for one in columns], rows, ()), file)
    said = {
        "seconds": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "memory_mb": _most_memory(),
    }
    connections.close_all()
    return said


def _most_memory() -> float:
    """Return the most memory that this process has held, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return round(int(line.split()[1]) / 1024, 1)
