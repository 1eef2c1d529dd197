"""What a candidate and their office do of one registration, each as its page loads it.

Which of it falls at once is chosen by whoever lets it fall; chance is drawn beforehand, so that a
seed always says the same.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sporades.accounts.models import User
from sporades.acts.identities import asking, correcting
from sporades.acts.pieces import owing, verifying
from sporades.acts.pieces.providing import DEPOSITED, NothingAwaited
from sporades.acts.pieces.verifying import NothingOwed
from sporades.acts.registrations import (
    completing,
    deciding,
    leaving,
    moving,
    receiving,
    registering,
    requesting,
    standing_in,
)
from sporades.acts.registrations.deciding import DecidedSince, Overtaken
from sporades.acts.registrations.silent import RECEIVED, TAKEN_BACK
from sporades.acts.requests import CHANGE_REFUSED, CORRECTION_REFUSED
from sporades.acts.requests.completing import INCOMPLETE, SetAsideMeanwhile
from sporades.candidates.operations import civil_data
from sporades.core.refusals import Refused
from sporades.core.transitions import Transition
from sporades.evidence.meanwhile import OtherFile
from sporades.evidence.models import Evidence
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.operations.deciding import NoRoomLeft
from sporades.registrations.refusals import (
    AlreadyRegistered,
    AmendedMeanwhile,
    AnsweredMeanwhile,
    AwaitsDecision,
    DecidedMeanwhile,
    EndedAlready,
    GivenAway,
    HandedOver,
    Incomplete,
    MovedMeanwhile,
    NoLongerStands,
    NothingAmended,
    NotUndone,
)
from sporades.registrations.states import DECISIONS, REASONED, RESTORE
from tests.evidence.given import MANAGER, give
from tests.factories import author

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Moment:
    """When one of them acts, and of what.

    Attributes:
        key: of the registration.
        at: the instant.
        chance: what they type.
        agent: who fills for candidates.
    """

    key: int
    at: datetime
    chance: Random
    agent: User

    def registration(self) -> Registration:
        """Return it as a page loads it."""
        found: Registration = Registration.objects.whole().with_owed().get(pk=self.key)
        return found

    def change(self) -> ChangeRequest | None:
        """Return the modification that is asked for, if one is."""
        return ChangeRequest.objects.waiting().for_list().filter(registration=self.key).first()

    def correction(self) -> CorrectionRequest | None:
        """Return the correction that is asked for, if one is."""
        mine = Registration.objects.get(pk=self.key).candidate_id
        return CorrectionRequest.objects.waiting().for_list().filter(candidate=mine).first()

    def piece(self) -> Evidence:
        """Return one of its mandatory pieces."""
        rows = Evidence.objects.filter(registration=self.key, is_mandatory=True)
        return self.chance.choice(list(rows.order_by("pk")))


@dataclass(frozen=True)
class Act:
    """Something that is done of a registration.

    Attributes:
        does: does it; returns nothing where there was nothing to do.
        refusals: those that it declares, each by its own class.
        verbs: of the lines that the journal has of it, once it is done.
        mail: the kind of the message that says it, if one does.
        is_as_it_was: whether what is so already may be done without a word.
    """

    does: Callable[[Moment], object]
    refusals: Collection[type[Refused]]
    verbs: Collection[str] = ()
    mail: str = ""
    is_as_it_was: bool = False

    @property
    def name(self) -> str:
        """What a failure calls it."""
        return self.does.__name__


def a_name(chance: Random) -> str:
    """Return a name that nobody else has."""
    return "".join(chance.choices(LETTERS, k=12)).capitalize()


# --- The candidate ----------------------------------------------------------------------------


def modify(its: Moment) -> object:
    """« Modifier », another street, « Enregistrer »."""
    found = its.registration()
    by = author(found.candidate)
    draft = registering.amend(registration=found, by=by, at=its.at)
    answer(draft, "address_2", its)
    return registering.register(draft=draft, by=by, at=its.at)


def answer(draft: Draft, line: str, its: Moment) -> None:
    """Change a line of the address in a modification, or the INE too: a street alone undoes nothing."""
    typed = draft.answers.get(section="identification").answers
    changed = {**typed, line: a_name(its.chance)}
    if its.chance.choice([False, True]):
        changed["ine"] = f"{its.chance.randrange(10**10):010d}A"
    drafting.answer(
        draft=draft, section="identification", typed=changed, seen_revision=None, at=its.at
    )


def withdraw(its: Moment) -> object:
    found = its.registration()
    leaving.withdraw(registration=found, by=author(found.candidate), at=its.at)
    return found


def begin_again(its: Moment) -> object:
    """« Annuler ma désinscription », « Enregistrer »."""
    found = its.registration()
    by = author(found.candidate)
    draft = registering.begin_again(registration=found, by=by, at=its.at)
    return registering.register(draft=draft, by=by, at=its.at)


def register_for_another(its: Moment) -> object:
    """« Enregistrer » the other speciality, which was begun before."""
    candidate = its.registration().candidate
    begun = Draft.objects.unfiled().of_candidates().filter(candidate=candidate, amends=None)
    draft = begun.filter(speciality__code="FOREST").first()
    return draft and registering.register(draft=draft, by=author(candidate), at=its.at)


def choose_consents(its: Moment) -> object:
    found = its.registration()
    registering.choose_consents(
        registration=found,
        publishes=its.chance.choice([False, True]),
        shares=its.chance.choice([False, True]),
        by=author(found.candidate),
        at=its.at,
    )
    return found


def give_a_file(its: Moment) -> object:
    found = its.registration()
    return give(found, its.piece().code, at=its.at)


def take_change_back(its: Moment) -> object:
    if asked := its.change():
        by = author(asked.registration.candidate)
        requesting.take_back(request=asked, by=by, at=its.at)
    return asked


def take_correction_back(its: Moment) -> object:
    if asked := its.correction():
        asking.take_back(request=asked, by=author(asked.candidate), at=its.at)
    return asked


# --- The office -------------------------------------------------------------------------------


def decides(decision: Transition) -> Callable[[Moment], object]:
    """Return what makes one of the decisions of the office."""

    def decide(its: Moment) -> object:
        found = its.registration()
        deciding.decide(
            registration=found,
            decision=decision,
            reason="Il manque une pièce." if decision.target in REASONED else "",
            seen=found.version,
            mark=found.decided_mark,
            by=MANAGER,
            at=its.at,
        )
        return found

    decide.__name__ = decision.name
    return decide


def modify_for(its: Moment) -> object:
    """« Modifier pour le candidat », another street, « Enregistrer »."""
    draft = standing_in.amend(
        registration=its.registration(), author=its.agent, by=MANAGER, at=its.at
    )
    answer(draft, "address_3", its)
    return standing_in.register(draft=draft, reason="À sa demande.", by=MANAGER, at=its.at)


def move(its: Moment) -> object:
    found = its.registration()
    return moving.move_for_good(
        registration=found,
        academy="A25" if found.academy_id == "A09" else "A09",
        reason="Elle habite là-bas.",
        seen=found.service_id,
        by=MANAGER,
        at=its.at,
    )


def correct(its: Moment) -> object:
    found = its.registration()
    before = found.candidate.identity
    return correcting.correct_identity(
        registration=found,
        identity={**civil_data(before), "usage_name": a_name(its.chance)},
        seen=before.pk,
        proof="Acte de mariage",
        by=MANAGER,
        at=its.at,
    )


def receive_summary(its: Moment) -> object:
    found = its.registration()
    receiving.receive_summary(
        registration=found, posted_on=its.at.date(), seen=found.version, by=MANAGER, at=its.at
    )
    return found


def take_summary_back(its: Moment) -> object:
    found = its.registration()
    noted = receiving.noted_in(found)
    receiving.take_summary_back(registration=found, noted=noted, by=MANAGER, at=its.at)
    return found


def receive_a_piece(its: Moment) -> object:
    row = its.piece()
    verifying.receive(row=row, posted_on=its.at.date(), by=MANAGER, at=its.at)
    return row


def accept_a_piece(its: Moment) -> object:
    row = its.piece()
    verifying.accept(row=row, seen=row.deposit_id, by=MANAGER, at=its.at)
    return row


def refuse_a_piece(its: Moment) -> object:
    row = its.piece()
    verifying.refuse(row=row, reason="Floue.", seen=row.deposit_id, by=MANAGER, at=its.at)
    return row


def look_again(its: Moment) -> object:
    """What a job does once civil data are corrected."""
    return completing.look_again(its.key, at=its.at)


def accept_change(its: Moment) -> object:
    asked = its.change()
    return asked and requesting.accept(request=asked, by=MANAGER, at=its.at)


def refuse_change(its: Moment) -> object:
    if asked := its.change():
        requesting.refuse(request=asked, answer="Non.", by=MANAGER, at=its.at)
    return asked


def ask_more_of_change(its: Moment) -> object:
    if asked := its.change():
        requesting.ask_more(request=asked, missing="Un justificatif.", by=MANAGER, at=its.at)
    return asked


def accept_correction(its: Moment) -> object:
    if asked := its.correction():
        asking.accept(request=asked, by=MANAGER, at=its.at)
    return asked


def refuse_correction(its: Moment) -> object:
    if asked := its.correction():
        asking.refuse(request=asked, answer="Non.", by=MANAGER, at=its.at)
    return asked


def ask_more_of_correction(its: Moment) -> object:
    if asked := its.correction():
        asking.ask_more(request=asked, missing="L'acte entier.", by=MANAGER, at=its.at)
    return asked


def withdraw_as_asked(its: Moment) -> object:
    found = its.registration()
    leaving.withdraw_as_asked(
        registration=found,
        asked_on=its.at.date(),
        paper="lettre signée",
        seen=found.version,
        mark=found.decided_mark,
        by=MANAGER,
        at=its.at,
    )
    return found


# --- All of it --------------------------------------------------------------------------------

FILING = (
    Refused,
    Incomplete,
    AwaitsDecision,
    AmendedMeanwhile,
    DecidedMeanwhile,
    AnsweredMeanwhile,
    NothingAmended,
    NoLongerStands,
    GivenAway,
)
"""What « Enregistrer » of a modification is refused for."""
JUDGING = (Refused, OtherFile, HandedOver)
"""What is not done of a piece that is no more as it was read."""
DECIDING = (Refused, HandedOver, Overtaken, DecidedSince)

LEAVING = (
    Act(withdraw, [Refused], [leaving.WITHDRAWN], "withdrawn"),
    Act(
        withdraw_as_asked,
        [Refused, Overtaken, DecidedSince],
        [leaving.AS_ASKED],
        "withdrawn",
    ),
)
COMING_BACK = (
    Act(
        begin_again,
        [AlreadyRegistered, NotUndone, Incomplete, Refused],
        [registering.FILED],
        "registered",
    ),
    Act(register_for_another, [AlreadyRegistered, Refused], [registering.FILED], "registered"),
)
STANDING = (
    # The candidate.
    Act(modify, FILING, mail="amended"),
    Act(choose_consents, [], ["consents chosen"], is_as_it_was=True),
    Act(give_a_file, [owing.NotAsked, NothingAwaited], [DEPOSITED]),
    Act(take_change_back, [Refused], ["change request taken back"]),
    Act(take_correction_back, [Refused], ["correction taken back"]),
    # Its office: what it decides of the registration.
    *[
        Act(
            decides(one),
            [*DECIDING, NoRoomLeft] if one is RESTORE else DECIDING,
            [deciding.TOLD[one.name].verb],
            "state_changed",
        )
        for one in DECISIONS
    ],
    Act(modify_for, FILING, mail="amended_for"),
    Act(move, [Refused, HandedOver], [moving.VERB], "registration_moved"),
    Act(
        correct,
        [correcting.Overtaken, correcting.CorrectedAlready],
        [correcting.CORRECTED],
        "identity_corrected",
    ),
    Act(
        receive_summary,
        [Refused, receiving.OtherPostmark],
        [RECEIVED],
        is_as_it_was=True,
    ),
    Act(take_summary_back, [Refused, HandedOver], [TAKEN_BACK]),
    # Its pieces.
    Act(receive_a_piece, JUDGING, ["piece received"]),
    Act(accept_a_piece, JUDGING, ["piece accepted"]),
    Act(refuse_a_piece, [*JUDGING, NothingOwed], ["piece refused"], "piece_refused"),
    Act(look_again, []),
    # What is asked.
    Act(
        accept_change,
        [
            Refused,
            HandedOver,
            EndedAlready,
            AnsweredMeanwhile,
            NoLongerStands,
            GivenAway,
            Incomplete,
        ],
        ["change request accepted"],
        "change_accepted",
    ),
    Act(
        refuse_change,
        [Refused, HandedOver],
        [CHANGE_REFUSED],
        "change_refused",
    ),
    Act(
        ask_more_of_change,
        [HandedOver, MovedMeanwhile, SetAsideMeanwhile],
        ["change request incomplete"],
        INCOMPLETE,
    ),
    Act(
        accept_correction,
        [Refused, asking.CorrectedSince],
        ["correction accepted", correcting.CORRECTED],
        "identity_corrected",
    ),
    Act(refuse_correction, [Refused], [CORRECTION_REFUSED], "correction_refused"),
    Act(ask_more_of_correction, [MovedMeanwhile], ["correction incomplete"], INCOMPLETE),
)
ALL = (*STANDING, *LEAVING, *COMING_BACK)


def hands(chance: Random) -> Iterator[list[Act]]:
    """Deal what falls at once, hand by hand: all of it once at least, what ends it last."""
    deck = [*STANDING, *chance.choices(STANDING, k=6)]
    chance.shuffle(deck)
    while deck:
        size = chance.randint(3, 6)
        yield deck[:size]
        del deck[:size]
    yield [*LEAVING, *chance.sample(STANDING, k=2)]
    yield [*COMING_BACK, *chance.sample(STANDING, k=2)]
    yield chance.sample(STANDING, k=3)
