"""What may be done to many registrations at once: one table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, Reach
from sporades.acts.pieces.granting import AsLong, NothingLeft
from sporades.acts.registrations import completing, deciding
from sporades.acts.registrations.adding import NothingMore
from sporades.acts.registrations.silent import AcceptedBySilence
from sporades.batches import accommodations, adding, leaving, moving, pieces
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.core.transitions import Transition
from sporades.documents.kinds import Kind
from sporades.mailings import operations as mailings
from sporades.mailings.models import Mailing
from sporades.publications.attestation import PREPARED
from sporades.publications.operations import preparing as publications
from sporades.publications.refusals import NotInPreparation
from sporades.registrations.models import Registration
from sporades.registrations.operations.deciding import needs_reason
from sporades.registrations.queries import held_to_judge
from sporades.registrations.states import (
    CLEAR,
    DECISIONS,
    FLAG,
    REOPEN,
    RESTORE,
    SET_ASIDE,
    STANDING,
    VALIDATE,
    State,
    decided_mark,
)

STANDS = {
    State.REGISTERED: "Elle est enregistrée",
    State.VALIDATED: "Elle est validée",
    State.ANOMALY: "Elle est en anomalie",
    State.SET_ASIDE: "Elle est écartée",
    State.WITHDRAWN: "Le candidat s'est désinscrit",
}
"""Where a registration stands, as a sentence begins."""

ALREADY = {
    VALIDATE.name: (State.VALIDATED, "Elle est déjà validée."),
    FLAG.name: (State.ANOMALY, "Elle est déjà en anomalie."),
    SET_ASIDE.name: (State.SET_ASIDE, "Elle est déjà écartée."),
}
"""What is said where an action has been done before: in which state, and how."""

CANNOT = {
    accommodations.FOLLOW: "aucun aménagement n'est plus décidé pour elle",
    accommodations.NOTIFY: "aucun aménagement n'est plus notifié pour elle",
    "declare-incomplete": "elle ne peut pas être déclarée incomplète",
    "accept-piece": "ses pièces ne sont plus vérifiées",
    "waive-piece": "ses pièces ne sont plus vérifiées",
    "refuse-piece": "ses pièces ne sont plus vérifiées",
    "grant-piece": "ses pièces ne sont plus attendues",
    "grant-summary": "son récapitulatif signé n'est plus attendu",
    "grant-all": "plus rien n'est à envoyer",
    adding.ASK: "plus aucune pièce ne lui est demandée",
    moving.MOVE: "elle ne change plus d'académie",
    VALIDATE.name: "elle ne peut pas être validée",
    REOPEN.name: "il n'y a pas de validation sur laquelle revenir",
    FLAG.name: "elle ne peut pas être mise en anomalie",
    CLEAR.name: "il n'y a pas d'anomalie à lever",
    SET_ASIDE.name: "elle ne peut pas être écartée",
    RESTORE.name: "il n'y a rien à rétablir",
}
"""What follows for an action that is not for it."""

WRITTEN_ALONE = 5_000
"""How many candidates one person writes to alone in a day, as for exports (S-17)."""

AMENDED = "Elle a été modifiée depuis que vous avez préparé ce lot : relisez-la, puis décidez."
DECIDED = (
    "Son état a changé depuis que vous avez préparé ce lot : lisez ce qui a été fait, puis décidez."
)
GIVEN_SINCE = (
    "Ses pièces, ou son récapitulatif signé, ont changé depuis que vous avez préparé ce lot : "
    "relisez-la, puis décidez."
)
ACCEPTED = (
    "Faute de réponse, elle est réputée acceptée : elle s'écarte une à une, depuis son dossier, qui dit "
    "ce que cela retire."
)
VERSION = " v"
"""What comes before the version in what a line keeps of its registration."""
GIVEN = " p"
"""What comes there before what tells its pieces, and its signed summary, from what they become."""
NO_MESSAGE = "Ce lot n'a pas de message à écrire."
NO_DOCUMENT = "aucun document n'est préparé pour elle"


def _key(about: UUID) -> UUID:
    return about


def _mailing(about: UUID) -> Mailing | None:
    found: Mailing | None = Mailing.objects.filter(pk=about).first()
    return found


@dataclass(frozen=True)
class Action:
    """An act on a registration.

    Attributes:
        code: what a batch keeps.
        label: what a reader chooses.
        permission: what its author must be allowed.
        sources: the states in which it can be done.
        has_reason: whether it is told with a reason.
        judges: whether it is decided from what is filed, as it was when it was asked for.
        act: does it to one registration, in the transaction of its line. Raises Refused.
        marks: what tells one decision on what it decides of from another, by the key of a
            registration, given some of these and the code of the piece; nothing for an act that
            decides of nothing.
        asked_apart: whether it is asked for on a page of its own, which makes what it fills.
        has_piece: whether it is about one supporting document, which is chosen with it.
        has_day: whether it leaves time until a day, which is said with it.
        has_academy: whether it gives registrations to an academy, which is chosen with it.
        has_words: whether it asks for something in words of its author, and says how it is given.
        seen: what tells lines of one state apart before it is launched: given the code of the
            piece and the instant, and what is said with the action, an expression on a line.
        refusals: why it cannot be done, by what `seen` says.
        alone: how many lines one person sets going alone in a day; nothing for any number.
        approval: what whoever approves more must be allowed.
        counted: what is counted so, where that is no message.
        read: what it fills or says, read once for many lines, from the key that the batch keeps.
        begin: makes what the batch fills, when it is launched, and returns its key; nothing for
            an act that fills nothing.
        silence: what is said of an act that writes to no candidate; nothing for one that does.
        effect: what else is said of it before it is launched, where its label does not say it; of a
            day that is given, once it is done too.
    """

    code: str
    label: str
    permission: Permission
    sources: frozenset[str]
    has_reason: bool
    act: Callable[..., object]
    read: Callable[[UUID], object] = _key
    begin: Callable[..., UUID] | None = None
    asked_apart: bool = False
    judges: bool = False
    marks: Callable[[Iterable[int], str], Mapping[int, str]] | None = None
    has_piece: bool = False
    has_day: bool = False
    has_words: bool = False
    has_academy: bool = False
    seen: Callable[..., Any] | None = None
    refusals: Mapping[str, str] = field(default_factory=dict)
    alone: int | None = None
    approval: Permission | None = None
    counted: str = ""
    silence: str = ""
    effect: str = ""

    def overtaken(
        self, registration: Registration, asked_at: datetime, piece: str = "", seen: str = ""
    ) -> str:
        """Return why it cannot be done of what was asked at an instant, or nothing.

        Args:
            registration: of the line.
            asked_at: when the batch was.
            piece: on which document.
            seen: what was decided then, as `marks` says it; nothing where nobody kept it.
        """
        if self.has_academy or self.marks is leaving.marks:
            since = moving.overtaken if self.has_academy else leaving.overtaken
            return since(seen, registration)
        if self.code in accommodations.LABELS:
            return accommodations.overtaken(self.code, registration, asked_at, seen)
        if self.has_piece:
            name = self.code.removesuffix("-piece")
            return pieces.overtaken(name, registration, piece, asked_at, seen)
        amended_at = registration.amended_at
        decided, _, filed = seen.partition(VERSION)
        version, _, given = filed.partition(GIVEN)
        # By the version, not by when: what was on its way is older than the batch.
        is_amended = bool(version) and version != str(registration.version)
        is_since = amended_at is not None and amended_at > asked_at
        if self.judges and (is_amended or is_since):
            return AMENDED
        is_known = bool(self.refusal_of(registration.state))
        is_other = bool(decided) and registration.decided_mark != decided
        if is_known or is_other:
            return "" if is_known else DECIDED
        return GIVEN_SINCE if self.judges and given and given != _given(registration) else ""

    def refusal_of(self, state: str) -> str:
        """Return why it cannot be done in a state, or nothing."""
        if state in self.sources:
            return ""
        done, already = ALREADY.get(self.code, ("", ""))
        return (
            already
            if state == done
            else f"{STANDS[State(state)]} : {CANNOT.get(self.code, NO_DOCUMENT)}."
        )


def _decide(
    decision: Transition,
    *,
    registration: Registration,
    reason: str,
    about: UUID | None,  # noqa: ARG001 - every act is told it
    by: Actor,
    at: datetime,
) -> None:
    try:
        deciding.decide_within(
            registration=registration,
            decision=decision,
            reason=reason,
            seen=registration.version,
            mark=registration.decided_mark,
            by=by,
            at=at,
        )
    except AcceptedBySilence as refusal:
        raise Refused(ACCEPTED) from refusal
    except deciding.DecidedSince as refusal:
        raise Refused(DECIDED) from refusal
    except deciding.AnothersSince:
        raise
    except deciding.Overtaken as refusal:
        raise Refused(AMENDED) from refusal


def _marks(keys: Iterable[int], piece: str) -> dict[int, str]:  # noqa: ARG001 - every act is told it
    """Return what tells one decision on a registration from another, by its key.

    And one version, and what has come of what it asks for, whose verdicts no version says.
    """
    rows = list(
        Registration.objects.filter(pk__in=list(keys)).values_list(
            "pk", "state", "decided_at", "version", "summary_posted_on"
        )
    )
    given = pieces.given({key: posted_on for key, *_, posted_on in rows})
    return {
        key: f"{decided_mark(state, decided_at)}{VERSION}{version}{GIVEN}{given[key]}"
        for key, state, decided_at, version, _ in rows
    }


def _given(registration: Registration) -> str:
    """Return what tells its pieces, and its signed summary, from what they become; it is locked."""
    # Whoever gives a piece meanwhile, or judges one, waits for the line, or has come before it.
    return pieces.given_now(held_to_judge.get(pk=registration.pk))


def _prepare(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: UUID | None,
    by: Actor,
    at: datetime,
) -> None:
    if about is None:
        raise NotInPreparation
    publications.prepare_one(publication=about, registration=registration, by=by, at=at)


def _write(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: Mailing | None,
    by: Actor,
    at: datetime,
) -> None:
    if about is None:
        raise Refused(NO_MESSAGE)
    mailings.write_one(mailing=about, registration=registration, by=by, at=at)


def _begin(kind: Kind, *, by: User, author: Actor, reach: Reach, at: datetime) -> UUID:
    begun = publications.begin(kind=kind, by=by, author=author, reach=reach, at=at)
    return begun.pk


_DECISIONS = [
    Action(
        one.name,
        one.label,
        Permission.DECIDE,
        frozenset(one.sources),
        needs_reason(one),
        partial(_decide, one),
        judges=True,
        marks=_marks,
        seen=pieces.unmet if one in (VALIDATE, CLEAR) else None,
    )
    for one in DECISIONS
]
_PREPARATIONS = [
    Action(
        f"prepare-{kind.slug}",
        f"Préparer un document : {kind.title}",
        Permission.PREPARE_DOCUMENTS,
        frozenset(STANDING),
        has_reason=False,
        act=_prepare,
        begin=partial(_begin, kind),
        silence="Rien n'est publié : vous verrez d'abord les documents.",
    )
    for kind in PREPARED
]
SILENCES = {
    "accept": (
        "Ni mail ni courrier : chaque candidat lit dans son espace que sa pièce est conforme. Seul "
        "est prévenu celui dont l'inscription était incomplète, et ne l'est plus."
    ),
    accommodations.FOLLOW: (
        "Ni mail ni courrier : une décision d'aménagement n'est dite à son candidat qu'une fois "
        "notifiée."
    ),
}
"""What is said of the acts that write to no candidate."""

EFFECTS = {
    "grant-piece": (
        "Un jour donné par erreur se raccourcit ensuite inscription par inscription, par « Changer le "
        "délai accordé » : aucun lot ne le fait."
    ),
    "grant-summary": (
        "Un jour donné pour le récapitulatif signé ne se raccourcit pas, ni par un lot, ni "
        "inscription par inscription."
    ),
    "grant-all": (
        "Un jour donné par erreur se raccourcit ensuite pièce par pièce, par « Changer le délai accordé » : "
        "aucun lot ne le fait. Celui du récapitulatif signé ne se raccourcit pas."
    ),
    adding.ASK: (
        "Une pièce demandée par erreur se retire ensuite inscription par inscription, par « Dispenser de "
        "cette pièce » : aucun lot ne le fait."
    ),
    moving.MOVE: (
        "Chaque inscription garde ses numéros et ses réponses, a une nouvelle version et un nouveau "
        "récapitulatif ; validée, elle le reste. Si l'académie choisie n'est pas de votre périmètre, vous "
        "ne les verrez plus, et elle seule pourra les rendre : aucun de vos lots ne le fera."
    ),
    accommodations.NOTIFY: (
        "Chaque candidat lit sa décision dans son espace, où un mail lui dit seulement que quelque "
        "chose l'attend ; un courrier la porte à qui n'a pas de compte. Le délai pour la contester court "
        "de sa première lecture, ou quinze jours après ; par courrier, quinze jours après qu'il est "
        "posté. Notifiée, elle ne se corrige plus : elle se reprend."
    ),
}
"""What is said of the acts whose label does not say what its candidates see of them."""


def _declare_incomplete(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: UUID | None,  # noqa: ARG001 - every act is told it
    by: Actor,
    at: datetime,
) -> None:
    completing.declare_incomplete(registration=registration, by=by, at=at)


INCOMPLETE = Action(
    "declare-incomplete",
    "Déclarer incomplètes",
    Permission.DECIDE,
    frozenset({State.REGISTERED}),
    has_reason=False,
    act=_declare_incomplete,
    marks=_marks,
    seen=pieces.lacks,
    refusals={
        pieces.COMPLETE: "Aucune pièce obligatoire ne manque après sa date limite.",
        pieces.OVER: completing.TooLate.message,
    },
)
_PIECES = [
    Action(
        f"{name}-piece",
        label,
        Permission.JUDGE_EVIDENCE,
        frozenset({State.REGISTERED, State.ANOMALY}),
        has_reason=name not in ("accept", pieces.GRANT),
        act=pieces.ACTS[name],
        has_piece=True,
        has_day=name == pieces.GRANT,
        effect=EFFECTS.get(f"{name}-piece", ""),
        marks=pieces.marks,
        seen=pieces.time_left if name == pieces.GRANT else pieces.state_of,
        refusals=pieces.refusals(name),
        silence=SILENCES.get(name, ""),
    )
    for name, label in pieces.LABELS.items()
]
MORE_FOR_SUMMARY = Action(
    "grant-summary",
    "Laisser plus de temps pour le récapitulatif signé",
    Permission.DECIDE,
    frozenset({State.REGISTERED, State.ANOMALY}),
    has_reason=False,
    act=pieces.grant_summary,
    has_day=True,
    effect=EFFECTS["grant-summary"],
    seen=pieces.awaits_summary,
    refusals={
        pieces.SIGNED: "Le récapitulatif signé est déjà noté comme reçu.",
        pieces.UNSIGNABLE: "Le récapitulatif signé n'est pas demandé.",
        pieces.LONGER: "Ce récapitulatif peut déjà être posté jusqu'à ce jour, ou plus tard.",
        pieces.OVER: NothingMore.message,
    },
)
MORE_FOR_ALL = Action(
    "grant-all",
    "Laisser plus de temps pour tout ce qui reste à envoyer",
    Permission.DECIDE,
    frozenset({State.REGISTERED, State.ANOMALY}),
    has_reason=False,
    act=pieces.grant_all,
    has_day=True,
    effect=EFFECTS["grant-all"],
    seen=pieces.still_due,
    refusals={
        pieces.ALL_SENT: NothingLeft.message,
        pieces.LONGER: AsLong.message,
        pieces.OVER: NothingMore.message,
    },
)
ASK_MORE = Action(
    adding.ASK,
    "Demander une pièce de plus",
    Permission.DECIDE,
    frozenset({State.REGISTERED, State.ANOMALY}),
    has_reason=False,
    act=adding.ask,
    has_day=True,
    has_words=True,
    effect=EFFECTS[adding.ASK],
    seen=adding.state_of,
    refusals=adding.REFUSALS,
    alone=WRITTEN_ALONE,
    approval=Permission.APPROVE_MESSAGES,
    counted="demandes de pièce",
)
GIVE_AWAY = Action(
    moving.MOVE,
    "Changer d'académie",
    Permission.MOVE_REGISTRATIONS,
    frozenset(STANDING),
    has_reason=True,
    act=moving.move,
    has_academy=True,
    effect=EFFECTS[moving.MOVE],
    marks=moving.marks,
    seen=moving.where_to,
    refusals=moving.REFUSALS,
    alone=WRITTEN_ALONE,
    approval=Permission.APPROVE_MESSAGES,
    counted="changements d'académie",
)
_ACCOMMODATIONS = [
    Action(
        code,
        label,
        Permission.DECIDE_ACCOMMODATIONS,
        frozenset(STANDING),
        has_reason=False,
        act=accommodations.ACTS[code],
        marks=accommodations.marks,
        seen=accommodations.state_of,
        refusals=accommodations.refusals(code),
        silence=SILENCES.get(code, ""),
        effect=EFFECTS.get(code, ""),
    )
    for code, label in accommodations.LABELS.items()
]
WRITE = Action(
    "write",
    "Écrire aux candidats",
    Permission.WRITE_MESSAGES,
    frozenset(State),
    has_reason=False,
    act=_write,
    read=_mailing,
    asked_apart=True,
    marks=leaving.marks,
    seen=leaving.has_left,
    refusals=leaving.REFUSALS,
    alone=WRITTEN_ALONE,
    approval=Permission.APPROVE_MESSAGES,
)
ACTIONS = {
    one.code: one
    for one in (
        *(*_DECISIONS, INCOMPLETE, *_PIECES, MORE_FOR_SUMMARY, MORE_FOR_ALL, ASK_MORE),
        GIVE_AWAY,
        *(*_ACCOMMODATIONS, *_PREPARATIONS, WRITE),
    )
}
