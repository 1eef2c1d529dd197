"""What is measured, in which order, and for how long."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import Figure, Target, figure
from benchmarks.load import Bounds, Crowd, Seen
from benchmarks.processors import Meter, Spent
from benchmarks.stage import Web

PAGES = {
    "home": "Accueil du candidat",
    "choose": "M'inscrire",
    "registrations": "Mes inscriptions",
    "registration": "Une inscription",
    "tab": "Onglet « Identification »",
    "papers": "Onglet « Épreuves »",
    "recap": "Récapitulatif",
    "number": "N° Inscription",
    "summary": "Mon inscription (lecture)",
    "documents": "Mes documents",
    "folder": "Mes documents, une candidature",
    "twin": "Récapitulatif en page",
    "services": "Ouverture des services",
    "pieces": "Pièces justificatives",
    "provide": "Une pièce à déposer",
    "drawer": "Mon porte-documents",
    "accommodation": "Aménagement d'épreuves : suivi",
    "measures": "Aménagement d'épreuves : mesures",
    "health": "Papiers de santé",
    "sign_in": "Me connecter (la page)",
}
READERS = 4
GIVING = 16
CONCURRENCIES = (1, 8, 32)


@dataclass(frozen=True)
class Plan:
    """How much of it.

    Attributes:
        rounds: how many times each page has its turn: noise then falls on all alike.
        page: the bounds of one turn of a page.
        saves, journeys: the bounds at each concurrency.
        deposits, logins, prints: their bounds.
        crowd: how many registrations the office has.
        office: the bounds of each of its pages.
        lines: how many an export has.
        batch: how many registrations are decided of at once.
        mails: how many are handed over.
    """

    rounds: int
    page: Bounds
    saves: Sequence[Bounds]
    journeys: Sequence[Bounds]
    deposits: Bounds
    logins: Bounds
    prints: Bounds
    crowd: int
    office: Bounds
    lines: int
    batch: int
    mails: int

    @property
    def savers(self) -> int:
        """How many people wait to press « Enregistrer »."""
        return sum(bounds.most for bounds in self.saves)

    @property
    def newcomers(self) -> int:
        """How many people come to register."""
        return sum(bounds.most for bounds in self.journeys)


FULL = Plan(
    rounds=4,
    page=Bounds(2.5, 2_000),
    saves=[Bounds(10, 60), Bounds(15, 200), Bounds(15, 200)],
    journeys=[Bounds(15, 20), Bounds(30, 64), Bounds(30, 96)],
    deposits=Bounds(60, 320),
    logins=Bounds(10, 460),
    prints=Bounds(8, 1_000),
    crowd=1_000_000,
    office=Bounds(5, 400),
    lines=100_000,
    batch=10_000,
    mails=1_000,
)
QUICK = Plan(
    rounds=2,
    page=Bounds(0.3, 400),
    saves=[Bounds(1, 4), Bounds(2, 16), Bounds(3, 32)],
    journeys=[Bounds(1, 1), Bounds(2, 8), Bounds(3, 32)],
    deposits=Bounds(3, 16),
    logins=Bounds(2, 52),
    prints=Bounds(1, 200),
    crowd=20_000,
    office=Bounds(0.5, 80),
    lines=10_000,
    batch=500,
    mails=100,
)
LEAST = Plan(
    rounds=1,
    page=Bounds(5, 4),
    saves=[Bounds(5, 1), Bounds(5, 2), Bounds(5, 2)],
    journeys=[Bounds(5, 1), Bounds(5, 1), Bounds(5, 1)],
    deposits=Bounds(5, 2),
    logins=Bounds(5, 2),
    prints=Bounds(5, 4),
    crowd=3_000,
    office=Bounds(5, 2),
    lines=100,
    batch=20,
    mails=5,
)


@dataclass(frozen=True)
class Measured:
    """A server under load, and what it spends."""

    crowd: Crowd
    web: Web
    meter: Meter

    def around(self, act: Callable[[], Seen]) -> tuple[Seen, Spent]:
        """Do something and return what was seen and spent meanwhile."""
        before = self.meter.read()
        seen = act()
        return seen, self.meter.read().since(before)


def pages(
    plan: Plan, ours: Measured, floor: Measured, readers: Sequence[Mapping[str, Any]]
) -> list[Figure]:
    """Read the floor's page and ours in turn, several rounds; the floor comes first."""
    labels = {"floor": "Plancher : Django, 6 middlewares, 3 requêtes", **PAGES}
    found = {name: (Seen(), Spent(0, 0)) for name in labels}
    warm_up = Bounds(5, 4 * READERS)
    for turn in range(plan.rounds + 1):
        for name in labels:
            measured = floor if name == "floor" else ours
            items = [reader[name] for reader in readers]
            bounds = plan.page if turn else warm_up
            seen, spent = measured.around(
                lambda measured=measured, items=items, bounds=bounds: measured.crowd.read(
                    measured.web.port, items, concurrency=READERS, bounds=bounds
                )
            )
            if turn:
                before, cost = found[name]
                before.add(seen)
                before.wall += seen.wall
                found[name] = (before, cost.plus(spent))
    return [
        figure(
            name,
            label,
            *found[name],
            concurrency=READERS,
            target=None if name == "floor" else Target("to_floor", least=0.5),
        )
        for name, label in labels.items()
    ]


def saves(
    plan: Plan, ours: Measured, savers: Sequence[Mapping[str, Any]], catch_up: Callable[[], None]
) -> list[Figure]:
    """« Enregistrer », alone, by more and more people."""
    return _by_concurrency(
        "save",
        plan.saves,
        ours,
        savers,
        label="« Enregistrer » seul",
        catch_up=catch_up,
        targets={8: Target("p95", below=150)},
    )


def journeys(
    plan: Plan, ours: Measured, newcomers: Sequence[Mapping[str, Any]], catch_up: Callable[[], None]
) -> list[Figure]:
    """From « Créer mon compte » to the summary, by more and more people."""
    return _by_concurrency(
        "journey",
        plan.journeys,
        ours,
        newcomers,
        label="Parcours, du compte au PDF",
        catch_up=catch_up,
        targets={},
    )


def deposits(
    plan: Plan, ours: Measured, givers: Sequence[Mapping[str, Any]], catch_up: Callable[[], None]
) -> Figure:
    """« Déposer » a photograph of four megabytes, part by part; and what memory the server took."""
    seen, spent = ours.around(
        lambda: ours.crowd.act(
            "deposit", ours.web.port, givers, concurrency=GIVING, bounds=plan.deposits
        )
    )
    catch_up()
    made = figure(
        "deposit",
        "« Déposer » 4 Mo, par parties",
        seen,
        spent,
        concurrency=GIVING,
        target=Target("most_mb", below=400),
    )
    made.most_mb = ours.meter.most_memory()
    return made


def deposits_whole(
    plan: Plan, ours: Measured, givers: Sequence[Mapping[str, Any]], catch_up: Callable[[], None]
) -> Figure:
    """« Déposer » the same photograph in one form, as a browser without script does it."""
    seen, spent = ours.around(
        lambda: ours.crowd.act(
            "deposit_whole", ours.web.port, givers, concurrency=GIVING, bounds=plan.deposits
        )
    )
    catch_up()
    return figure("deposit_whole", "« Déposer » 4 Mo, sans script", seen, spent, concurrency=GIVING)


def logins(plan: Plan, ours: Measured, people: Sequence[Mapping[str, Any]]) -> Figure:
    """Signing in: Argon2id at its real cost."""
    seen, spent = ours.around(
        lambda: ours.crowd.act("sign_in", ours.web.port, people, concurrency=8, bounds=plan.logins)
    )
    return figure(
        "logins", "Connexion", seen, spent, concurrency=8, target=Target("per_core", least=30)
    )


def _by_concurrency(
    act: str,
    bounds: Sequence[Bounds],
    ours: Measured,
    items: Sequence[Mapping[str, Any]],
    *,
    label: str,
    catch_up: Callable[[], None],
    targets: Mapping[int, Target],
) -> list[Figure]:
    found, rest = [], list(items)
    for concurrency, limit in zip(CONCURRENCIES, bounds, strict=True):
        own, rest = rest[: limit.most], rest[limit.most :]
        seen, spent = ours.around(
            lambda own=own, concurrency=concurrency, limit=limit: ours.crowd.act(
                act, ours.web.port, own, concurrency=concurrency, bounds=limit
            )
        )
        found.append(
            figure(
                f"{act}_{concurrency}",
                label,
                seen,
                spent,
                concurrency=concurrency,
                target=targets.get(concurrency),
            )
        )
        catch_up()
    return found
