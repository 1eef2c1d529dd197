"""A few thousand people who are not there: so that the office's lists of the demo are long.

Each answers as one of the demo's own registrations does, under another name, from another town,
and is judged by the same tabs. They have no account: nobody signs in as one of them, and no
mail leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from sporades import journal
from sporades.candidates import operations as candidates
from sporades.cli import demo_pieces
from sporades.cli.demo_names import BIRTH_NAMES, FIRST_NAMES, TOWNS
from sporades.cli.demo_people import CANDIDATES
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.french import local_day
from sporades.doubles import operations as doubles
from sporades.evidence import operations as evidence
from sporades.exams import schema
from sporades.exams.models import RegistrationService, Regulation
from sporades.exams.queries import programme_of
from sporades.exams.rules import candidacy
from sporades.registrations import journey
from sporades.registrations.dossier import Answers, Dossier
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import filing
from sporades.registrations.refusals import Incomplete
from sporades.registrations.states import State

COUNT = 3_000
AT_ONCE = 50
"""How many one job makes: whoever waits for a mail does not wait behind them all."""
ONE_DOUBLE_IN = 4
"""In one of how many jobs somebody files twice: so that likely doubles await."""
SEED = 2027

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
        answers: what it last filed, tab by tab.
        rules: what the réglementation in force says of its exam.
        regulation: that réglementation.
        services: where somebody else may have filed the same.
    """

    registration: Registration
    answers: dict[str, Answers]
    rules: schema.Exam
    regulation: Regulation
    services: Sequence[RegistrationService]


def fill_some(*, at: datetime, count: int = COUNT) -> bool:
    """Make some people that are missing, with what they registered for; return whether others are.

    Args:
        at: the instant.
        count: how many there must be in the end.
    """
    models, there = _models(at), _there()
    if not models or there >= count:
        return False
    start = there - there % AT_ONCE
    # Each run draws the same people in the same order.
    chance = Random(f"{SEED}:{start}")  # noqa: S311 - nothing secret is drawn
    numbers = range(start, min(start + AT_ONCE, count))
    drawn = [_drawn(chance, models, at=at) for _ in numbers]
    if start % (ONE_DOUBLE_IN * AT_ONCE) == 0 and len(drawn) == AT_ONCE:
        drawn[-1] = _again(chance, drawn[-2], drawn[-1])
    with transaction.atomic():
        made = [_write(one) for one in drawn[there - start :]]
    doubles.look(made[-1].candidate_id, at=at)
    demo_pieces.give_some(made, chance, at=at)
    return numbers.stop < count


def _there() -> int:
    return int(Registration.objects.filter(candidate__user=None, candidate__academy=None).count())


@dataclass(frozen=True)
class Drawn:
    """Somebody, and what they did."""

    model: Model
    service: RegistrationService
    answers: dict[str, Answers]
    identity: dict[str, Any]
    state: State
    reason: str
    filed_at: datetime
    left_at: datetime


def _models(at: datetime) -> list[Model]:
    found = []
    own = Registration.objects.filter(candidate__user__email__in=CANDIDATES, state=State.REGISTERED)
    for registration in own.whole().order_by("pk"):
        programme = programme_of(registration.service)
        offered = programme and programme.exam(registration.exam.code)
        if programme and offered:
            services = [
                one
                for one in programme.services
                if one.audience == registration.service.audience
                and one.opens_at < at - timedelta(hours=2)
                and one.academy_id in TOWNS
            ]
            answers = registration.versions.latest("number").snapshot["answers"]
            found.append(
                Model(registration, answers, offered.rules, programme.regulation, services)
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
    answers = _answers(chance, model, service)
    return Drawn(model, service, answers, identity, state, reason, filed_at, left_at)


def _again(chance: Random, before: Drawn, drawn: Drawn) -> Drawn:
    """Return somebody who was there already, in the same academy, under a slip of the pen."""
    near = [one for one in drawn.model.services if one.academy_id == before.service.academy_id]
    if not near:
        return drawn
    names = before.identity["first_names"].split()
    slips = {"first_names": names[0]}, {"birth_day": _mistyped(before.identity["birth_day"])}
    answers = _answers(chance, drawn.model, near[0])
    return replace(
        drawn,
        service=near[0],
        answers={**answers, "identification": before.answers["identification"]},
        identity={**before.identity, **chance.choice(slips)},
        filed_at=min(max(drawn.filed_at, near[0].opens_at), near[0].closes_at),
        state=State.REGISTERED,
        reason="",
    )


def _mistyped(day: int) -> int:
    """Return a day of the same month that is one digit away."""
    if day >= 30:  # noqa: PLR2004 - no month has a day 40
        return day - 10
    return day + 1 if day % 10 < 5 else day - 1  # noqa: PLR2004 - away from the tens


def _answers(chance: Random, model: Model, service: RegistrationService) -> dict[str, Answers]:
    """Return what somebody answers who lives elsewhere and is of another age."""
    postcode, town = chance.choice(TOWNS[service.academy_id])
    lives = {"postcode": postcode, "town": town, "commune": ""}
    wishes = {}
    if offered := candidacy.zones(model.rules, service.academy_id):
        wishes["zone"] = chance.choice(offered).code
    if model.rules.national_service is not None:
        wishes["national_service"] = model.rules.national_service.choices[0].code
    return {
        **model.answers,
        "identification": {**model.answers["identification"], **lives},
        "informations": {**model.answers["informations"], **wishes},
    }


def _write(drawn: Drawn) -> Registration:
    """File what somebody answers, through the tabs that judge everybody. Raises Incomplete."""
    model, service, at = drawn.model, drawn.service, drawn.filed_at
    candidate = candidates.enrol(user=None, identity=drawn.identity, email="", at=at)
    candidates.freeze_identity(candidate, at=at)
    chosen = {
        "candidate": candidate,
        "exam": model.registration.exam,
        "speciality": model.registration.speciality,
        "service": service,
        "regulation": model.regulation,
    }
    dossier = Dossier(**chosen, day=local_day(at, service.zone), answers=drawn.answers)
    forms = journey.judged(dossier)
    if troubles := journey.troubles(forms):
        raise Incomplete(troubles)
    by = Actor(CANDIDATE, candidate.identity.full_name)
    draft = Draft.objects.create(**chosen, created_at=at, answered_at=at)
    version = filing.file(draft=draft, dossier=dossier, forms=forms, by=by, at=at)
    evidence.ask(version.registration, version.snapshot["evidence"], at=at)
    _move(version.registration, drawn)
    journal.record(
        "registration filed",
        by=by,
        on=version.registration,
        at=at,
        academy=service.academy_id,
        after={"version": 1, "number": version.registration.number},
    )
    return version.registration


def _move(registration: Registration, drawn: Drawn) -> None:
    """Bring a registration to the state that it has by now."""
    is_withdrawn = drawn.state is State.WITHDRAWN
    is_decided = drawn.state not in {State.REGISTERED, State.WITHDRAWN}
    Registration.objects.filter(pk=registration.pk).update(
        state=drawn.state,
        reason=drawn.reason,
        decided_at=drawn.left_at if is_decided else None,
        withdrawn_at=drawn.left_at if is_withdrawn else None,
    )
