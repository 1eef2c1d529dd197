"""A few thousand people who are not there: so that the office's lists of the demo are long.

Each is like one of the demo's own registrations, under another name. They have no account:
nobody signs in as one of them, and no mail leaves.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from random import Random
from typing import Any

from django.db import transaction

from sporades import journal
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, Identity
from sporades.candidates.words import identity_in_words
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.french import instant_in_words
from sporades.documents.models import Folder
from sporades.exams.models import RegistrationService
from sporades.registrations.models import Registration, RegistrationPaper, Version
from sporades.registrations.numbers import take_number
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import State

COUNT = 3_000
AT_ONCE = 200
SEED = 2027

BIRTH_NAMES = [
    "Abgrall",
    "Almeida",
    "Amrani",
    "Aubrac",
    "Baptiste",
    "Barthès",
    "Bécourt",
    "Belkacem",
    "Bonnefoy",
    "Boursault",
    "Brémond",
    "Cadiou",
    "Carpentras",
    "Chazal",
    "Corbières",
    "Coulibaly",
    "Daguerre",
    "Delacroix",
    "Desvignes",
    "Diallo",
    "Dos-Anjos",
    "Dufrêne",
    "Escoffier",
    "Esnault",
    "Fanfan",
    "Faucheux",
    "Ferrandi",
    "Foulquier",
    "Gaborit",
    "Garrigues",
    "Gélinas",
    "Grondin",
    "Guennec",
    "Hadj-Ali",
    "Haberkorn",
    "Hoarau",
    "Hoffner",
    "Ikauno",
    "Jaouen",
    "Jourdain",
    "Kaddour",
    "Kerguelen",
    "Kœnig",
    "Lachaume",
    "Lamourette",
    "Le-Bihan",
    "Lemoigne",
    "Liégeard",
    "Lopes",
    "Maillot",
    "Marchais",
    "Mezières",
    "Mouly",
    "N'Diaye",
    "Nadeau",
    "Naudin",
    "Nguyen",
    "Olivares",
    "Ottavi",
    "Pasquiou",
    "Payet",
    "Péricard",
    "Pham",
    "Poitevin",
    "Quéméner",
    "Rabemananjara",
    "Rambaud",
    "Rivoire",
    "Rousselin",
    "Sainte-Rose",
    "Savary",
    "Schmitt",
    "Sellier",
    "Sérandour",
    "Soulages",
    "Tanguy",
    "Teissèdre",
    "Thibodeau",
    "Tournemire",
    "Urvoas",
    "Vaillancourt",
    "Vanhoutte",
    "Verdier",
    "Vignaud",
    "Wallaert",
    "Weissmann",
    "Xuereb",
    "Yildiz",
    "Zerbib",
    "Zouaoui",
]
FIRST_NAMES = {
    "mme": [
        "Adèle",
        "Aïcha",
        "Anouk",
        "Apolline",
        "Assia",
        "Bérénice",
        "Camille",
        "Capucine",
        "Chloé",
        "Clémence",
        "Danaé",
        "Éléonore",
        "Élise",
        "Fatou",
        "Flavie",
        "Garance",
        "Héloïse",
        "Inaya",
        "Isaure",
        "Joséphine",
        "Kadiatou",
        "Léonie",
        "Lilou",
        "Maëlys",
        "Margaux",
        "Mélissandre",
        "Naïma",
        "Ninon",
        "Océane",
        "Ophélie",
        "Philippine",
        "Romane",
        "Salomé",
        "Solène",
        "Thaïs",
        "Victoire",
        "Yaëlle",
        "Zélie",
    ],
    "m": [
        "Achille",
        "Adam",
        "Amadou",
        "Anatole",
        "Axel",
        "Bastien",
        "Calixte",
        "Célestin",
        "Corentin",
        "Cyprien",
        "Désiré",
        "Éloi",
        "Enguerrand",
        "Esteban",
        "Félix",
        "Gaspard",
        "Gwendal",
        "Hippolyte",
        "Idriss",
        "Ismaël",
        "Jules",
        "Kylian",
        "Léandre",
        "Loïc",
        "Malo",
        "Marius",
        "Mathéo",
        "Nathanaël",
        "Noé",
        "Octave",
        "Pacôme",
        "Quentin",
        "Raphaël",
        "Samba",
        "Siméon",
        "Tanguy",
        "Théophile",
        "Tiago",
        "Ulysse",
        "Yanis",
        "Zacharie",
    ],
}
TOWNS = {
    "A09": (("59000", "Lille"), ("59100", "Roubaix"), ("62000", "Arras"), ("62100", "Calais")),
    "A25": (("78000", "Versailles"), ("92000", "Nanterre"), ("95000", "Cergy")),
    "A28": (("97400", "Saint-Denis"), ("97410", "Saint-Pierre"), ("97460", "Saint-Paul")),
    "A31": (("97200", "Fort-de-France"), ("97232", "Le Lamentin")),
    "A40": (("98800", "Nouméa"), ("98830", "Dumbéa")),
}
"""Where the people of each academy of the demo live."""

REASONS = (
    "Il manque la copie de votre diplôme.",
    "La photographie de votre pièce d'identité est illisible.",
    "Votre adresse n'est pas dans l'académie : envoyez un justificatif de domicile.",
    "L'attestation de formation n'est pas signée.",
)
STATES = (
    (State.REGISTERED, 60),
    (State.VALIDATED, 20),
    (State.ANOMALY, 8),
    (State.SET_ASIDE, 5),
    (State.WITHDRAWN, 7),
)


@dataclass(frozen=True)
class Model:
    """A registration to be like.

    Attributes:
        registration: its row.
        version: what it last filed.
        papers: its épreuves.
        services: where somebody else may have filed the same.
    """

    registration: Registration
    version: Version
    papers: Sequence[RegistrationPaper]
    services: Sequence[RegistrationService]


def fill(*, at: datetime, count: int = COUNT) -> int:
    """Make people and what they registered for; return how many there are now to be seen.

    Called again, it makes those that are missing.
    """
    models = _models(at)
    there = Registration.objects.filter(candidate__user=None).count()
    if not models:
        return there
    # Each run draws the same people in the same order.
    chance = Random(SEED)  # noqa: S311 - nothing secret is drawn
    for numbers in batched(range(count), AT_ONCE, strict=False):
        drawn = [_drawn(chance, models, at=at) for _ in numbers]
        missing = drawn[max(there - numbers[0], 0) :]
        with transaction.atomic():
            for one in missing:
                _write(one, at=at)
    return max(there, count)


@dataclass(frozen=True)
class Drawn:
    """Somebody, and what they did."""

    model: Model
    service: RegistrationService
    town: tuple[str, str]
    identity: dict[str, Any]
    state: State
    reason: str
    filed_at: datetime
    left_at: datetime


def _models(at: datetime) -> list[Model]:
    found = []
    own = Registration.objects.filter(candidate__user__isnull=False, state=State.REGISTERED)
    for registration in own.whole().order_by("pk"):
        service = registration.service
        services = RegistrationService.objects.filter(
            domain=service.domain_id,
            session=service.session_id,
            audience=service.audience,
            opens_at__lt=at - timedelta(hours=2),
            academy__in=TOWNS,
        )
        found.append(
            Model(
                registration,
                registration.versions.latest("number"),
                list(registration.papers.all()),
                list(services.select_related("academy", "managing_service").order_by("pk")),
            )
        )
    return [one for one in found if one.services]


def _drawn(chance: Random, models: Sequence[Model], *, at: datetime) -> Drawn:
    model = chance.choice(models)
    service = chance.choice(model.services)
    civility = chance.choice(("mme", "m"))
    identity = {
        **candidates.civil_data(model.registration.identity),
        "civility": civility,
        "birth_name": chance.choice(BIRTH_NAMES).replace("-", " ").title(),
        "usage_name": chance.choice(BIRTH_NAMES) if chance.random() < 0.1 else "",  # noqa: PLR2004
        "first_names": " ".join(chance.sample(FIRST_NAMES[civility], 2)),
        "birth_year": chance.randint(at.year - 45, at.year - 19),
        "birth_month": chance.randint(1, 12),
        "birth_day": chance.randint(1, 28),
    }
    last = min(at, service.closes_at)
    # People come late: half of them in the last third.
    since = (last - service.opens_at) * (1 - chance.random() ** 2)
    filed_at = service.opens_at + since
    [state] = chance.choices([one for one, _ in STATES], [share for _, share in STATES])
    reason = chance.choice(REASONS) if state in {State.ANOMALY, State.SET_ASIDE} else ""
    left_at = filed_at + (last - filed_at) * chance.random()
    town = chance.choice(TOWNS[service.academy_id])
    return Drawn(model, service, town, identity, state, reason, filed_at, left_at)


def _write(drawn: Drawn, *, at: datetime) -> None:
    model, service = drawn.model, drawn.service
    candidate = candidates.enrol(user=None, identity=drawn.identity, email="", at=drawn.filed_at)
    candidates.freeze_identity(candidate, at=drawn.filed_at)
    folder = Folder.objects.create(
        academy=service.academy_id,
        domain=model.registration.folder.domain,
        label=model.registration.folder.label,
    )
    identity = candidate.identity
    registration = _like(
        model.registration,
        number=take_number(),
        candidate=candidate,
        identity=identity,
        folder=folder,
        academy_id=service.academy_id,
        service=service,
        postcode=drawn.town[0],
        town=drawn.town[1],
        commune="",
        name_key=identity.name_key,
        birth_date=identity.birth_date,
        state=drawn.state,
        reason=drawn.reason,
        decided_at=drawn.left_at
        if drawn.state not in {State.REGISTERED, State.WITHDRAWN}
        else None,
        withdrawn_at=drawn.left_at if drawn.state is State.WITHDRAWN else None,
        version=1,
        filed_at=drawn.filed_at,
        amended_at=None,
        summary_posted_on=None,
        consents_chosen_at=None,
    )
    registration.save()
    RegistrationPaper.objects.bulk_create(
        _like(paper, registration=registration) for paper in model.papers
    )
    snapshot = _snapshot(model, registration, identity, service, drawn.filed_at)
    Version.objects.create(
        registration=registration,
        number=1,
        regulation_id=model.version.regulation_id,
        snapshot=snapshot,
        digest=digest(snapshot),
        author_kind="candidate",
        author_name=identity.full_name,
        filed_at=drawn.filed_at,
    )
    journal.record(
        "registration filed",
        by=Actor("candidate", identity.full_name),
        on=registration,
        at=drawn.filed_at,
        academy=service.academy_id,
        after={"version": 1, "number": registration.number},
    )


def _like[Row: (Registration, RegistrationPaper)](row: Row, **changes: Any) -> Row:
    """Return a new row with the columns of another, some of them changed."""
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    for name in changes:
        kept.pop(row._meta.get_field(name).attname, None)
    return type(row)(**kept, **changes)


def _snapshot(
    model: Model,
    registration: Registration,
    identity: Identity,
    service: RegistrationService,
    filed_at: datetime,
) -> dict[str, Any]:
    """Return what a registration like another says, of somebody else."""
    old = model.version.snapshot
    said = json.dumps(old, ensure_ascii=False)
    for before, after in _replaced(old, registration, identity, service, filed_at):
        said = said.replace(json.dumps(before, ensure_ascii=False)[1:-1], after)
    snapshot: dict[str, Any] = json.loads(said)
    snapshot["academy_name"] = service.academy.name
    snapshot["service"] = contact_of(service)
    snapshot["identity"] = [list(line) for line in identity_in_words(identity)]
    snapshot["version"] = 1
    snapshot["filed_at"] = filed_at.isoformat()
    return snapshot


def _replaced(
    old: dict[str, Any],
    registration: Registration,
    identity: Identity,
    service: RegistrationService,
    filed_at: datetime,
) -> Iterator[tuple[str, str]]:
    candidate: Candidate = registration.candidate
    yield old["registration_number"], registration.number
    yield old["candidate_number"], candidate.number or ""
    yield old["name"], identity.full_name
    yield old["filed_in_words"], instant_in_words(filed_at, service.zone)
    yield old["academy"], service.academy.full_name
    lines = dict(next(one["lines"] for one in old["sections"] if one["slug"] == "identification"))
    yield lines["Code postal"], registration.postcode
    yield lines["Commune"], registration.town
