"""The load: people who act at the same time, in processes of their own.

They share the cores with the server, as everything here does.
"""

import itertools
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from multiprocessing import get_context
from typing import Any

from benchmarks import acts
from benchmarks.browser import Browser, Wrong

ACTS: dict[str, acts.Act] = {
    "save": acts.save,
    "sign_in": acts.sign_in,
    "journey": acts.journey,
    "deposit": acts.deposit,
    "deposit_whole": acts.deposit_whole,
}
type Items = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Bounds:
    """When a measure ends, whichever comes first.

    Attributes:
        seconds: nothing is begun any more after them.
        most: how many times it is done.
    """

    seconds: float
    most: int


@dataclass
class Seen:
    """What was measured.

    Attributes:
        acts: the seconds of each act: all its requests together.
        requests: the seconds of each request.
        wall: how long it lasted.
        wrong: what went wrong.
    """

    acts: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    wall: float = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Seen") -> None:
        """Take in what another process, or another moment, saw."""
        self.acts += other.acts
        self.requests += other.requests
        self.wrong += other.wrong


class Crowd:
    """Some processes that make requests when told to."""

    def __init__(self, processes: int) -> None:
        """Start them."""
        self.processes = processes
        self.pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
        list(self.pool.map(time.sleep, [0.2] * processes))

    def read(self, port: int, items: Items, *, concurrency: int, bounds: Bounds) -> Seen:
        """Read pages again and again: `path` with `cookies`, each reader on one connection."""
        return self._share("read", port, items, concurrency, bounds)

    def act(self, what: str, port: int, items: Items, *, concurrency: int, bounds: Bounds) -> Seen:
        """Do one thing once with each item, until there is none left."""
        return self._share(what, port, items, concurrency, bounds)

    def close(self) -> None:
        """End the processes."""
        self.pool.shutdown(cancel_futures=True)

    def _share(self, what: str, port: int, items: Items, concurrency: int, bounds: Bounds) -> Seen:
        processes = min(self.processes, concurrency)
        start = time.perf_counter()
        parts = [
            self.pool.submit(
                _part,
                what,
                port,
                items if what == "read" else items[place : bounds.most : processes],
                concurrency // processes + (place < concurrency % processes),
                Bounds(bounds.seconds, max(1, bounds.most // concurrency)),
            )
            for place in range(processes)
        ]
        seen = Seen()
        for part in parts:
            seen.add(part.result())
        seen.wall = time.perf_counter() - start
        return seen


def _part(what: str, port: int, items: Items, threads: int, bounds: Bounds) -> Seen:
    """Do the share of one process."""
    seen, deadline = Seen(), time.perf_counter() + bounds.seconds
    waiting = iter(items)
    if what == "read":
        readers = itertools.cycle(items)
        work = [(_read, (port, next(readers), deadline, bounds.most, seen)) for _ in range(threads)]
    else:
        work = [(_act, (what, port, waiting, deadline, seen))] * threads
    people = [threading.Thread(target=one, args=given) for one, given in work]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return seen


def _read(port: int, item: Mapping[str, Any], deadline: float, most: int, seen: Seen) -> None:
    browser = Browser(port, item["cookies"])
    try:
        while len(browser.seconds) < most and time.perf_counter() < deadline:
            answer = browser.ask("GET", item["path"])
            if answer.status != HTTPStatus.OK:
                seen.wrong.append(f"{item['path']} : {answer.status} {answer.path}")
                break
    except OSError as trouble:
        seen.wrong.append(str(trouble))
    finally:
        browser.line.close()
    seen.acts += browser.seconds
    seen.requests += browser.seconds


def _act(
    what: str, port: int, waiting: Iterator[Mapping[str, Any]], deadline: float, seen: Seen
) -> None:
    # Taking the next item of a list's iterator is one step for the interpreter.
    for item in waiting:
        try:
            seconds = ACTS[what](port, item)
        except (OSError, Wrong) as trouble:
            seen.wrong.append(f"{type(trouble).__name__}: {trouble}")
            continue
        seen.acts.append(sum(seconds))
        seen.requests += seconds
        if time.perf_counter() > deadline:
            return
