"""Accommodations of many registrations: the opinion followed, the decision notified, seen before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case as Cases
from django.db.models import Exists, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.core.actors import Actor
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration
from sporades.registrations.states import decided_mark

FOLLOW, NOTIFY = "follow-opinion", "notify-accommodation"
LABELS = {
    FOLLOW: "Aménagements : décider selon l'avis du médecin",
    NOTIFY: "Aménagements : notifier les décisions",
}
AWAITED = {FOLLOW: State.OPINION_GIVEN, NOTIFY: State.DECIDED}
NOTHING_ASKED, TAKEN_AGAIN, UNSAID = "not-asked", "taken-again", "reason-to-write"
ACCEPTED = "accepted-by-silence"
OPINED_SINCE, DECIDED_SINCE = "opined-since", "decided-since"
_PREFIX = "accommodation-"
WORDS: dict[str, str] = {
    **{f"{_PREFIX}{state.value}": f"aménagement : {state.label}" for state in State},
    _PREFIX + TAKEN_AGAIN: "aménagement : décision reprise sur le même avis",
    _PREFIX + UNSAID: "aménagement : avis sans motif pour ce qui n'est pas accordé",
    _PREFIX + ACCEPTED: "aménagement : réputé accepté, avis non favorable à tout",
    _PREFIX + OPINED_SINCE: "aménagement : avis rendu depuis",
    _PREFIX + DECIDED_SINCE: "aménagement : décision prise depuis",
    _PREFIX + NOTHING_ASKED: "aucun aménagement demandé",
}
"""What is seen of a line, in words."""

OPINION_UNSAID = (
    "Le médecin n'a pas écrit de motif pour ce qui n'est pas accordé : décidez de cette demande depuis "
    "sa page, en écrivant le motif."
)
OTHER_OPINION = "L'avis a été rendu depuis que vous avez préparé ce lot : lisez-le."
OTHER_DECISION = "La décision a été prise depuis que vous avez préparé ce lot : relisez-la."


def refusals(code: str) -> dict[str, str]:
    """Return why an action cannot be done, by what is seen of a line."""
    others = {
        f"{_PREFIX}{state.value}": f"La demande d'aménagement est « {state.label} »."
        for state in State
        if state != AWAITED[code]
    }
    return {
        **others,
        _PREFIX + TAKEN_AGAIN: accommodating.TakenAgain.message,
        _PREFIX + UNSAID: OPINION_UNSAID
        if code == FOLLOW
        else others[f"{_PREFIX}{State.OPINION_GIVEN.value}"],
        _PREFIX + ACCEPTED: accommodating.AcceptedBySilence.message
        if code == FOLLOW
        else others[f"{_PREFIX}{State.OPINION_GIVEN.value}"],
        _PREFIX + OPINED_SINCE: OTHER_OPINION
        if code == FOLLOW
        else others[f"{_PREFIX}{State.OPINION_GIVEN.value}"],
        _PREFIX + DECIDED_SINCE: OTHER_DECISION
        if code == NOTIFY
        else others[f"{_PREFIX}{State.DECIDED.value}"],
        _PREFIX + NOTHING_ASKED: "Aucun aménagement n'est demandé.",
    }


def state_of(piece: str, at: datetime) -> Any:  # noqa: ARG001 - of the request alone
    """Return where the last request of the registration of a line stands.

    What has come since the batch was asked for is told: nobody has read it there.
    """
    rows = Case.objects.filter(registration=OuterRef("registration")).exclude(state=State.WITHDRAWN)
    is_again = When(
        state=State.OPINION_GIVEN,
        opined_at=F("instead_of__opined_at"),
        then=Value(_PREFIX + TAKEN_AGAIN),
    )
    is_unsaid = When(
        Exists(AskedMeasure.objects.filter(case=OuterRef("pk")).without_a_text()),
        state=State.OPINION_GIVEN,
        then=Value(_PREFIX + UNSAID),
    )
    is_accepted = When(
        Exists(Case.objects.filter(pk=OuterRef("pk")).accepted_against_their_opinion()),
        state=State.OPINION_GIVEN,
        then=Value(_PREFIX + ACCEPTED),
    )
    asked_at = OuterRef("batch__asked_at")
    is_opined_since = When(
        state=State.OPINION_GIVEN, opined_at__gt=asked_at, then=Value(_PREFIX + OPINED_SINCE)
    )
    is_decided_since = When(
        state=State.DECIDED, decided_at__gt=asked_at, then=Value(_PREFIX + DECIDED_SINCE)
    )
    since = (is_opined_since, is_decided_since)
    seen = Cases(*since, is_again, is_unsaid, is_accepted, default=Concat(Value(_PREFIX), "state"))
    last = rows.order_by("-begun_at", "-pk").annotate(seen=seen)
    return Coalesce(Subquery(last.values("seen")[:1]), Value(_PREFIX + NOTHING_ASKED))


def marks(keys: Iterable[int], piece: str) -> dict[int, str]:  # noqa: ARG001 - of the request alone
    """Return what tells the last request of a registration from another, and what was said of it."""
    rows = Case.objects.filter(registration__in=list(keys)).exclude(state=State.WITHDRAWN)
    last = rows.order_by("registration", "-begun_at", "-pk").distinct("registration")
    found = last.values_list("registration", "state", "pk", "opined_at", "decided_at")
    return {
        key: decided_mark(
            f"{state} {case} {opined_at.isoformat() if opined_at else ''}", decided_at
        )
        for key, state, case, opined_at, decided_at in found
    }


def overtaken(code: str, registration: Registration, asked_at: datetime, seen: str) -> str:
    """Return that what is acted on has come, or has changed, since the batch was asked for, if so.

    Args:
        code: what is done to it.
        registration: whose request it is; locked from then on.
        asked_at: when the batch was.
        seen: what `marks` said of it then; nothing where nobody kept it.
    """
    # Whoever corrects a decision meanwhile waits for the line, or has come before it.
    lock_registration(registration.pk)
    open_ones = Case.objects.open().filter(registration=registration)
    since, other = {
        FOLLOW: ("opined_at__gt", OTHER_OPINION),
        NOTIFY: ("decided_at__gt", OTHER_DECISION),
    }[code]
    if open_ones.filter(**{since: asked_at}).exists():
        return other
    now = marks([registration.pk], "").get(registration.pk, "")
    if not seen or now == seen:
        return ""
    return refusals(code).get(_PREFIX + now.partition(" ")[0], other)


def _follow(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: object,  # noqa: ARG001 - every act is told it
    by: Actor,
    at: datetime,
) -> None:
    accommodating.follow_opinion(registration=registration, by=by, at=at)


def _notify(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: object,  # noqa: ARG001 - every act is told it
    by: Actor,
    at: datetime,
) -> None:
    accommodating.notify_decision(registration=registration, by=by, at=at)


ACTS = {FOLLOW: _follow, NOTIFY: _notify}
