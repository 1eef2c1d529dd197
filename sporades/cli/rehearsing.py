"""What a rehearsal is made of: a copy of what is registered for, and people who are not there (I8)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from random import Random

from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from sporades.accounts import operations as accounts
from sporades.accounts import second_factor
from sporades.accounts.models import Membership
from sporades.acts.registrations import registering
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.cli import inventing
from sporades.cli.demo_people import account
from sporades.cli.inventing import Choice
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.exams import held
from sporades.exams.models import (
    Domain,
    Exam,
    Paper,
    RegistrationService,
    Regulation,
    RegulationFile,
    Session,
    Speciality,
)
from sporades.registrations.dossier import Dossier
from sporades.registrations.operations import drafting
from sporades.territory.models import Commune, ManagingService

COPIED = (
    ManagingService,
    Domain,
    Session,
    Exam,
    Speciality,
    Paper,
    Regulation,
    RegulationFile,
    RegistrationService,
)
"""All that is taken from the real database, each after what it points to: nobody is in it."""

NOT_COPIED = "(nom non repris)"
"""In the place of the agents who loaded a réglementation."""

PASSWORD = "sporades-repetition"  # noqa: S105 - of accounts that exist in a rehearsal alone
AT = "repetition.test"
SEED = 2027
SOME_TOWNS = 500
"""Among how many they were born: the first of the list."""


@dataclass
class Peopled:
    """Who was invented.

    Attributes:
        addresses: of each registration that was filed, whose it is, as they sign in.
        impossible: the choices for which no answers were found, in words.
    """

    addresses: list[str] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)

    @property
    def registered(self) -> int:
        """How many registrations were filed."""
        return len(self.addresses)


def written() -> str:
    """Return what is registered for here, to be read by a rehearsal: it changes nothing."""
    rows = (row for model in COPIED for row in model._default_manager.order_by("pk").iterator())
    return serializers.serialize("json", map(_without_agent, rows))


def _without_agent(row: Model) -> Model:
    """Leave out the name of whoever put a réglementation in force."""
    if isinstance(row, (Regulation, RegulationFile)):
        row.loaded_by = NOT_COPIED
    return row


@transaction.atomic
def read(text: str) -> None:
    """Put in this database, which has nothing of the kind, what `written` returned."""
    for row in serializers.deserialize("json", text):
        if type(row.object) not in COPIED:
            raise TypeError(row.object)
        row.save()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), COPIED):
            cursor.execute(statement)
    held.forget()


@transaction.atomic
def make_staff(*, at: datetime) -> list[str]:
    """Make a manager and a head of service for each academy that registers, an administrator.

    Returns:
        Their addresses.
    """
    codes = RegistrationService.objects.values_list("academy", flat=True).distinct()
    password = accounts.hashed(PASSWORD)
    wanted = [("administrateur", Membership.Role.ADMINISTRATOR, [])]
    for code in sorted(codes):
        wanted += [
            (f"gestionnaire.{code.lower()}", Membership.Role.MANAGER, [code]),
            (f"chef.{code.lower()}", Membership.Role.HEAD, [code]),
        ]
    for who, role, academies in wanted:
        user = account(f"{who}@{AT}", password, at=at)
        name = f"Agent fictif {who}"
        Membership.objects.create(user=user, role=role, full_name=name, academies=academies)
        second_factor.enrol_totp(user)
    return [f"{who}@{AT}" for who, _, _ in wanted]


def people(*, at: datetime, count: int) -> Peopled:
    """Have invented people register for all that is open at an instant, in turn.

    Args:
        at: the instant of the rehearsal: they came before, since the opening.
        count: how many.
    """
    found, password = Peopled(), accounts.hashed(PASSWORD)
    choices = list(_choices(at))
    for number, choice in enumerate(islice(cycle(choices), count), start=1):
        if str(choice) in found.impossible:
            continue
        chance = Random(f"{SEED}:{number}")  # noqa: S311 - nothing secret is drawn
        if _register(number, choice, password, chance, at=at):
            found.addresses.append(_address(number))
        else:
            found.impossible.append(str(choice))
    return found


def _address(number: int) -> str:
    return f"candidat{number}@{AT}"


def _choices(at: datetime) -> Iterator[Choice]:
    for programme in held.held().programmes:
        for service in programme.open_services(at):
            for offered in programme.exams:
                for speciality in offered.specialities or [None]:
                    yield Choice(programme.regulation, service, offered, speciality)


def _register(number: int, choice: Choice, password: str, chance: Random, *, at: datetime) -> bool:
    """Register somebody, or nobody where no answers are found."""
    opened = choice.service.opens_at
    filed_at = opened + (at - opened) * chance.random()
    with transaction.atomic():
        candidate = _candidate(number, password, chance, at=opened)
        is_filed = _file(candidate, choice, chance, at=filed_at)
        if not is_filed:
            transaction.set_rollback(True)
    return is_filed


def _file(candidate: Candidate, choice: Choice, chance: Random, *, at: datetime) -> bool:
    home = inventing.home_in(choice.service, chance)
    dossier = Dossier(
        candidate=candidate,
        exam=choice.offered.exam,
        speciality=choice.speciality,
        service=choice.service,
        regulation=choice.regulation,
        day=local_day(at, choice.service.zone),
    )
    answers = inventing.answers_for(dossier, home, chance) if home else None
    if answers is None:
        return False
    by = Actor(CANDIDATE, str(candidate), f"user:{candidate.user_id}")
    try:
        draft = registering.begin(
            candidate=candidate,
            exam=dossier.exam,
            speciality=dossier.speciality,
            service=dossier.service,
            by=by,
            at=at,
        )
        for section, typed in answers.items():
            drafting.answer(draft=draft, section=section, typed=typed, seen_revision=None, at=at)
        registering.register(draft=draft, by=by, at=at)
    except Refused:
        return False
    return True


def _candidate(number: int, password: str, chance: Random, *, at: datetime) -> Candidate:
    email = _address(number)
    town = Commune.objects.filter(kind=Commune.Kind.CURRENT).order_by("code")[
        chance.randrange(SOME_TOWNS)
    ]
    identity = inventing.civil_data(number, town, local_day(at, "Europe/Paris"), chance)
    user = account(email, password, at=at)
    return candidates.enrol(user=user, identity=identity, email=email, at=at)
