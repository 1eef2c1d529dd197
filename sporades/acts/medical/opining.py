"""What the doctor in charge does of a request, from taking it to the signed opinion (H3).

What is typed and not signed is kept sealed. The journal says who acted, never what is thought.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import transaction

from sporades.accommodations.doctors import doctors_for
from sporades.accommodations.models import Case
from sporades.accommodations.operations import Excluding, OpinionOn, excluding_together
from sporades.accommodations.queries import lock_case, papers_called_for_by
from sporades.accommodations.states import PAPER_ASKED, Opinion, OpinionAgain, State
from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.acts import accommodating
from sporades.acts.accommodating import NotInCharge
from sporades.acts.medical import confiding
from sporades.core.actors import Actor
from sporades.core.french import local_day, quoted
from sporades.core.refusals import Refused
from sporades.medical import operations as medical
from sporades.medical.models import Compartment, OpinionDraft
from sporades.medical.queries import ReadWhole, compartment, draft_of, read_whole_by

PLAN_SAYS = "Le plan en vigueur porte l'avis du médecin."


def is_asked_by_doctor(case: Case | None) -> bool:
    """Return whether a request waits for what its doctor has asked of its candidate."""
    return case is not None and case.is_asked_by_doctor


class Taken(Refused):
    """Another doctor has taken it, or it waits for none any more; what is known of why is said."""

    message = "Cette demande n'attend plus de médecin."


class TakenUp(Refused):
    """Its candidate is changing it."""

    message = (
        "Le candidat modifie cette demande : elle revient dans « À prendre » quand il l'envoie de "
        "nouveau."
    )


class Decided(Refused):
    """It is decided of: the opinion that was followed, or not, stays as it is."""

    message = (
        "Une décision est prise : l'avis ne se corrige plus. Une fois qu'elle est notifiée, le service "
        "gestionnaire peut la reprendre et vous demander un nouvel avis."
    )


class Withdrawn(Refused):
    """It is over before its opinion: `why_over` says why."""

    message = "Cette demande est close : il n'y a plus d'avis à rendre."

    @classmethod
    def of(cls, case: Case) -> Self:
        """Say why of a request that is over."""
        return cls(f"{why_over(case)}. Il n'y a plus d'avis à rendre.")


class Given(Refused):
    """The opinion is signed: it is not changed any more."""

    message = (
        "L'avis est signé. Tant que rien n'est décidé, vous pouvez le corriger depuis la demande, "
        "dans « Avis signés »."
    )


class NotSimple(Refused):
    """No plan spares this request the opinion on each measure."""

    message = "Cette demande suit la procédure complète : donnez votre avis mesure par mesure."


class PlanMissing(Refused):
    """A paper without which the request is incomplete was not confided, or not verified yet."""

    message = "Aucun plan n'est déposé : demandez-le au candidat, ou répondez mesure par mesure."


class PlanUnread(Refused):
    """The plan that is said to hold the opinion was not opened."""

    message = "Ouvrez d'abord le plan déposé : c'est lui qui porte l'avis."


class NotADoctorThere(Refused):
    """Who would be in charge is no doctor of its academy and domain, or is so no more."""

    message = "Ce médecin ne peut plus être chargé de cette demande : choisissez-en un autre."


@transaction.atomic
def take(*, case: Case, doctor: User, reach: Reach, by: Actor, at: datetime) -> None:
    """« Je m'en charge »; pressed twice, it is taken once.

    Args:
        case: which.
        doctor: the account of who takes it.
        reach: where this doctor gives opinions.
        by: the same, as an author.
        at: the instant.

    Raises:
        Taken, TakenUp, Withdrawn: see each.
    """
    locked = lock_case(case)
    if locked.doctor_id == doctor.pk and locked.state == State.WITH_DOCTOR:
        return
    if not Case.objects.without_a_doctor().within(reach).filter(pk=case.pk).exists():
        raise _why_not_taken(locked)
    accommodating.entrust(case=case, doctor=doctor, name=by.name, by=by, at=at)


def _why_not_taken(case: Case) -> Refused:
    """Say what has become of a request that a list offered."""
    if case.state == State.PREPARING:
        return TakenUp()
    if case.state == State.WITHDRAWN:
        return Taken(f"{why_over(case)}. Cette demande n'attend plus de médecin.")
    if case.state == State.INCOMPLETE:
        return Taken(
            "Le service gestionnaire a dit cette demande incomplète : elle revient dans « À prendre » "
            "quand le candidat l'envoie de nouveau."
        )
    if case.doctor_id is not None:
        return Taken(f"Cette demande n'attend plus de médecin : {case.doctor_name} l'a prise.")
    return Taken()


def why_over(case: Case) -> str:
    """Say who has ended a request before its opinion: the service, the registration or the candidate.

    Args:
        case: a withdrawn one, with its registration.
    """
    if case.is_cancelled:
        return "Le service a annulé la reprise : la décision notifiée reste en vigueur"
    if case.withdrawn_at == case.registration.withdrawn_at:
        return "L'inscription a pris fin, et la demande avec elle"
    return "Le candidat a retiré sa demande"


@transaction.atomic
def reopen(*, case: Case, by: Actor, at: datetime) -> None:
    """« Corriger mon avis », while nothing is decided; pressed twice, once.

    Raises:
        NotInCharge, Withdrawn, Decided: see each.
        medical.TakesNothing: see there.
    """
    locked = lock_case(case)
    if by.identifier != f"user:{locked.doctor_id}":
        raise NotInCharge
    if locked.state == State.WITHDRAWN:
        raise Withdrawn.of(locked)
    if locked.state == State.WITH_DOCTOR:
        return
    if locked.state != State.OPINION_GIVEN:
        raise Decided
    accommodating.reopen(case=case, why=OpinionAgain.DOCTOR, by=by, at=at)


@transaction.atomic
def keep(*, case: Case, typed: Mapping[str, Any], seen: int, by: Actor, at: datetime) -> int:
    """Keep what is typed of an opinion, complete or not.

    Args:
        case: which.
        typed: the answers, by the name of their field.
        seen: the revision of the draft that the page was made from.
        by: the doctor.
        at: the instant.

    Returns:
        The revision that is kept now.

    Raises:
        NotInCharge, Withdrawn, Given: see each.
        medical.DraftOvertaken, medical.TakesNothing: see each.
    """
    locked = held(case, by=by)
    draft = medical.keep_draft(_compartment(locked), text=json.dumps(dict(typed)), seen=seen, at=at)
    return draft.revision


def typed_in(draft: OpinionDraft) -> dict[str, Any]:
    """Return the answers that a draft holds. Raises sealing.Unreadable."""
    answers: dict[str, Any] = json.loads(draft.text)
    return answers


@transaction.atomic
def sign(
    *,
    case: Case,
    opinions: Mapping[str, OpinionOn],
    text: str,
    note: str,
    seen: int,
    draft_seen: int,
    by: Actor,
    at: datetime,
) -> None:
    """Sign the opinion as it was read over: it is final.

    Args:
        case: which.
        opinions: by the code of the measure.
        text: for the authority; it holds no diagnosis.
        note: for another doctor; nothing where there is none.
        seen: the revision of the request that was read.
        draft_seen: the revision of the draft that was read over.
        by: the doctor.
        at: the instant.

    Raises:
        NotInCharge, Withdrawn, Given, medical.DraftOvertaken: see each.
        Rewritten, OpinionMissing, UnknownMeasure, Excluding: see
            `accommodations.operations.opine`.
        confiding.NothingToConfide: the note is not taken.
    """
    locked = held(case, by=by)
    found = _compartment(locked)
    draft = draft_of(found)
    if draft_seen != (draft.revision if draft else 0):
        raise medical.DraftOvertaken
    accommodating.opine(case=case, opinions=opinions, text=text, seen=seen, by=by, at=at)
    if note:
        confiding.remark(
            registration=locked.registration,
            text=note,
            press=f"opinion:{case.pk}",
            is_between_doctors=True,
            by=by,
            at=at,
        )
    medical.drop_draft(found)


@transaction.atomic
def attest(*, case: Case, seen: int, by: Actor, at: datetime) -> None:
    """« Le plan porte l'avis »: in the simple procedure, every measure is favoured at once.

    Args:
        case: which.
        seen: the revision of the request that was read.
        by: the doctor.
        at: the instant.

    Raises:
        NotInCharge, Withdrawn, Given, NotSimple, PlanMissing, PlanUnread: see each.
        accommodations.Excluding: see `check_plan`.
        Rewritten: it is no more what was read.
    """
    locked = held(case, by=by)
    check_plan(locked, by=by)
    every = {one.code: OpinionOn(Opinion.FAVOURABLE) for one in locked.measures.all()}
    accommodating.opine(case=case, opinions=every, text=PLAN_SAYS, seen=seen, by=by, at=at)
    medical.drop_draft(_compartment(locked))


def check_plan(case: Case, *, by: Actor) -> None:
    """Refuse to say that a plan holds the opinion where this doctor has not read it.

    Args:
        case: which, with its registration.
        by: the doctor.

    Raises:
        NotSimple, PlanMissing, PlanUnread: see each.
        accommodations.Excluding: two of the measures exclude each other.
    """
    if not case.is_simple:
        raise NotSimple
    asked = [(one, one.code, ()) for one in case.measures.all()]
    if excluded := excluding_together(case, asked):
        raise Excluding(f"{excluded[1]} : donnez votre avis mesure par mesure.")
    due = [one for one in papers_called_for_by(case, case.registration) if one.is_mandatory]
    held = compartment(case.registration)
    found = read_whole_by(held, by.identifier) if held else ReadWhole()
    if case.is_on_paper and not found.given:
        raise PlanMissing("Le plan est sur papier, et non ici : répondez mesure par mesure.")
    if missing := [one.label for one in due if one.code not in found.given]:
        raise PlanMissing(
            f"{quoted(missing)} : rien de déposé que l'antivirus ait vérifié. Demandez ce papier au "
            "candidat, ou répondez mesure par mesure."
        )
    if not found.given:
        raise PlanMissing
    if unread := [one.label for one in due if one.code not in found.read]:
        raise PlanUnread(f"{quoted(unread)} : ouvrez ce papier, il porte l'avis que vous signez.")
    if not found.read:
        raise PlanUnread


@transaction.atomic
def remark(
    *, case: Case, text: str, press: str, is_between_doctors: bool, by: Actor, at: datetime
) -> None:
    """Write a comment of health, to the candidate or to another doctor.

    Args:
        case: which.
        text: what is said, clean.
        press: names the press of the button: pressed twice, it sends one comment.
        is_between_doctors: whether the candidate does not read it.
        by: the doctor.
        at: the instant.

    Raises:
        NotInCharge, Withdrawn, Given: see each.
        confiding.NothingToConfide, medical.TakesNothing: see each.
    """
    locked = held(case, by=by)
    confiding.remark(
        registration=locked.registration,
        text=text,
        press=press,
        is_between_doctors=is_between_doctors,
        by=by,
        at=at,
    )


@transaction.atomic
def ask_more(*, case: Case, text: str, press: str, by: Actor, at: datetime) -> None:
    """Ask the candidate for a paper or a word: a comment says what, a mail that something awaits.

    Args:
        case: which.
        text: what is asked, which the candidate alone reads.
        press: names the press of the button.
        by: the doctor.
        at: the instant.

    Raises:
        NotInCharge, Withdrawn, Given: see each.
        confiding.NothingToConfide, medical.TakesNothing: see each.
    """
    locked = lock_case(case)
    if confiding.said_already(locked.registration, text=text, press=press) is not None:
        return  # the button was pressed twice: it is with its candidate since
    _check_said_by(locked, by)
    confiding.remark(registration=locked.registration, text=text, press=press, by=by, at=at)
    accommodating.declare_incomplete(case=case, missing=PAPER_ASKED, by=by, at=at)


@transaction.atomic
def give_back(*, case: Case, to: User | None, by: Actor, at: datetime) -> None:
    """Leave a request to another doctor, or to whoever takes it; what was typed goes along.

    Args:
        case: which.
        to: the account of the doctor who is in charge from now on; nothing for none yet.
        by: the doctor who leaves it.
        at: the instant.

    Raises:
        NotInCharge, Withdrawn, Given, NotADoctorThere: see each.
    """
    locked = held(case, by=by)
    accommodating.take_from_doctor(case=case, by=by, at=at)
    if to is None:
        return
    day = local_day(at, settings.TIME_ZONE)
    offered = doctors_for(locked.registration, day=day)
    other = next((one for one in offered if one.user_id == to.pk), None)
    if other is None:
        raise NotADoctorThere
    accommodating.entrust(case=case, doctor=to, name=other.full_name, by=by, at=at)


def held(case: Case, *, by: Actor) -> Case:
    """Return a request, locked, of which its doctor may still say something.

    Raises:
        NotInCharge, Withdrawn, Given: see each.
    """
    locked = lock_case(case)
    _check_said_by(locked, by)
    return locked


def _check_said_by(locked: Case, by: Actor) -> None:
    """Check that a request is one of which somebody may still say something: see `held`."""
    if by.identifier != f"user:{locked.doctor_id}":
        raise NotInCharge
    if locked.state == State.WITHDRAWN:
        raise Withdrawn.of(locked)
    if locked.state != State.WITH_DOCTOR:
        raise Given


def _compartment(case: Case) -> Compartment:
    return medical.compartment_of(case.registration)
