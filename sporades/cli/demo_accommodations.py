"""The demo's requests for accommodations, one at every step: made through the real acts."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sporades.accommodations.models import Case
from sporades.accommodations.operations import Asked, Contested, OpinionOn, as_advised
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Opinion
from sporades.accounts.models import User
from sporades.acts import accommodating, consulting
from sporades.cli.demo_health import confide_papers, open_papers
from sporades.core.actors import CANDIDATE, Actor
from sporades.registrations.models import Registration

MANAGER, DOCTOR = "gestionnaire.lille@demo.test", "medecin.lille@demo.test"
MISSING = "L'avis de votre établissement n'est pas signé."
TEXT = "Le temps majoré convient à chaque épreuve demandée."
BEFORE_THE_OPINION = timedelta(hours=1)
CONTESTED = (
    "Le secrétaire lecteur m'est refusé. Au collège, je l'avais pour les épreuves écrites : je le "
    "demande au moins pour celle de français."
)
QUALITY = "gestionnaire des examens, par délégation du recteur de l'académie de Lille"
WHY = "Le sujet peut être lu sans secrétaire."


WISHES = (Wish("TIERS-TEMPS", ("EP1",)), Wish("LECTEUR"))


def make_accommodations(made: Iterable[Registration], *, at: datetime) -> None:
    """Bring the requests of some registrations to every step: two are to be decided of.

    Args:
        made: those that were just filed.
        at: the instant.
    """
    for steps, filed in zip(STEPS, made, strict=False):
        registration = Registration.objects.whole().get(pk=filed.pk)
        begun = at - timedelta(days=10)
        for rank, acts in enumerate(steps):
            for act in acts:
                act(registration, begun + timedelta(hours=22 * rank))


def _case(registration: Registration) -> Case:
    found: Case = Case.objects.filter(registration=registration).latest("begun_at", "pk")
    return found


def _manager() -> Actor:
    return User.objects.get(email=MANAGER).memberships.get().as_actor()


def _candidate(registration: Registration) -> Actor:
    person = registration.candidate
    return Actor(CANDIDATE, str(person), f"user:{person.user_id}")


def _send(registration: Registration, at: datetime) -> None:
    by = _candidate(registration)
    case = accommodating.write(registration=registration, asked=Asked(WISHES), by=by, at=at)
    accommodating.send(case=case, seen=case.revision, by=by, at=at)


def _confide(registration: Registration, at: datetime) -> None:
    confide_papers(registration, at=at)


def _find_incomplete(registration: Registration, at: datetime) -> None:
    accommodating.declare_incomplete(
        case=_case(registration), missing=MISSING, by=_manager(), at=at
    )


def _entrust(registration: Registration, at: datetime) -> None:
    doctor = User.objects.get(email=DOCTOR)
    name = doctor.memberships.get().full_name
    accommodating.entrust(case=_case(registration), doctor=doctor, name=name, by=_manager(), at=at)


def _open(registration: Registration, at: datetime) -> None:
    """Open its papers, an hour before the opinion."""
    open_papers(registration, doctor=User.objects.get(email=DOCTOR), at=at - BEFORE_THE_OPINION)


def _opine(registration: Registration, at: datetime) -> None:
    """Favour the first measure, and no other."""
    case = _case(registration)
    first, *others = case.measures.all()
    opinions = {first.code: OpinionOn(Opinion.FAVOURABLE)} | {
        one.code: OpinionOn(Opinion.UNFAVOURABLE, text=WHY) for one in others
    }
    by = User.objects.get(email=DOCTOR).memberships.get().as_actor()
    accommodating.opine(case=case, opinions=opinions, text=TEXT, seen=case.revision, by=by, at=at)


def _decide(registration: Registration, at: datetime) -> None:
    case, by = _case(registration), _manager()
    accommodating.decide(
        case=case,
        decisions=as_advised(case),
        author=replace(accommodating.author_of(registration, by), quality=QUALITY),
        seen=case.revision,
        by=by,
        at=at,
    )


def _notify(registration: Registration, at: datetime) -> None:
    case = _case(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=_manager(), at=at)


def _read(registration: Registration, at: datetime) -> None:
    version = _case(registration).notification
    if version is not None:
        consulting.open_document(version=version, by=_candidate(registration), at=at)


def _contest(registration: Registration, at: datetime) -> None:
    by = _candidate(registration)
    accommodating.appeal(case=_case(registration), said=Contested(CONTESTED), by=by, at=at)


type Step = tuple[Callable[[Registration, datetime], None], ...]

ASKED: Step = (_send, _confide)
OPINED: Step = (_open, _opine)
STEPS: tuple[tuple[Step, ...], ...] = (
    (ASKED,),
    ((_send,), (_find_incomplete,)),
    (ASKED, (_entrust,)),
    (ASKED, (_entrust,), OPINED),
    (ASKED, (_entrust,), OPINED),
    (ASKED, (_entrust,), OPINED, (_decide,)),
    ((_send,), (_entrust,), (_opine,), (_decide,), (_notify,)),
    ((_send,), (_entrust,), (_opine,), (_decide,), (_notify,), (_read,)),
    (ASKED, (_entrust,), OPINED, (_decide,), (_notify,), (_read,), (_contest,)),
)
"""What is done of each request, in order: the acts of one instant together."""
