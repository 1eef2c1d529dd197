"""Summaries printed: one by one, sealed, a hundred together. No server takes part."""

import io
import itertools
import json
import string
import time
from collections.abc import Callable
from typing import Any

import pikepdf

from benchmarks.figures import Figure, Target, figure
from benchmarks.load import Bounds, Seen
from benchmarks.people import IDENTITY
from benchmarks.processors import Spent
from sporades.cli.demo_registrations import LILLE
from sporades.core import pdf, seal
from sporades.documents.codes import in_groups, new_code
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import qr_code

TOGETHER = 100
BORN, LIVES = str(IDENTITY["birth_name"]), str(LILLE["address_1"])


def measure(bounds: Bounds) -> list[Figure]:
    """Print the summary of one registration until the bounds are met, in three ways."""
    version = DocumentVersion.objects.filter(document__kind="recapitulatif").latest("pk")
    template, at, said = version.kind.template, version.issued_at, json.dumps(version.content)
    serial = itertools.count(10_000)

    def content() -> dict[str, Any]:
        # Typst remembers what it has set: each person has a name, a code and answers of their own.
        number = next(serial)
        person = "".join(string.ascii_lowercase[int(figure)] for figure in str(number))
        own = said
        for shared, made in (
            (BORN, f"{BORN}-{person}"),
            (BORN.upper(), f"{BORN}-{person}".upper()),
            (LIVES, f"{number} {LIVES}"),
            (version.code, new_code()),
            (in_groups(version.code), in_groups(new_code())),
        ):
            own = own.replace(shared, made)
        printed = json.loads(own)
        return {**printed, "qr": qr_code(printed["verify_url"])}

    def alone() -> bytes:
        return pdf.typeset(template, content(), at=at)

    def together() -> bytes:
        return pdf.typeset_all(template, [content() for _ in range(TOGETHER)], at=at)

    pages = len(pikepdf.open(io.BytesIO(alone())).pages)
    summary = "Récapitulatif d'une page" if pages == 1 else f"Récapitulatif de {pages} pages"
    single = _timed("print", f"{summary} imprimé seul", alone, bounds)
    sealed = _timed(
        "print_sealed", f"{summary} imprimé et scellé", lambda: seal.seal(alone()), bounds
    )
    batch = _timed(
        "print_batch",
        f"{summary}, lot de {TOGETHER}",
        together,
        Bounds(bounds.seconds, max(1, bounds.most // TOGETHER)),
        summaries=TOGETHER,
    )
    # The target is of summaries of one page: one of two pages counts no more than one.
    single.target = Target("per_core", least=60)
    batch.target = Target("pages_per_core", least=150)
    for one in (single, sealed, batch):
        one.pages_per_core = round(one.per_core * pages, 1)
        one.more = {"pages": pages}
    return [single, sealed, batch]


def _timed(
    name: str, label: str, print_it: Callable[[], bytes], bounds: Bounds, *, summaries: int = 1
) -> Figure:
    """Time it; `per_second` and `per_core` count summaries, of which it prints so many."""
    print_it()
    seen, start, spent = Seen(), time.perf_counter(), time.process_time()
    while len(seen.acts) < bounds.most and time.perf_counter() - start < bounds.seconds:
        before = time.perf_counter()
        print_it()
        seen.acts.append(time.perf_counter() - before)
    seen.wall = time.perf_counter() - start
    cost = time.process_time() - spent
    found = figure(name, label, seen, Spent(cost, 0), concurrency=1)
    found.requests_per_core = None
    found.per_second = round(found.times * summaries / seen.wall, 1)
    found.per_core = round(found.times * summaries / cost, 1)
    return found
