"""What stands of a registration on which many acts of its candidate and its office fall at once."""

import traceback
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest
import time_machine

from sporades.accounts.models import User
from sporades.acts.registrations.deciding import TOLD
from sporades.acts.registrations.leaving import AS_ASKED, WITHDRAWN
from sporades.acts.registrations.registering import AMENDED, AMENDED_ANEW, FILED, FOR_CANDIDATES
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.core.actors import SYSTEM
from sporades.documents.models import DocumentVersion
from sporades.evidence.models import Deposit, Evidence
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, once
from sporades.mail.models import Message
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    Draft,
    Registration,
    Version,
)
from sporades.registrations.refusals import AmendedMeanwhile, Incomplete
from sporades.registrations.states import CLEAR
from sporades.registrations.summary import SUMMARY
from tests.documents.summaries import a_pdf
from tests.endurance.arena import figure, together
from tests.endurance.as_drawn import MOVES
from tests.endurance.storm import ALL, Act, Moment, a_name, hands
from tests.factories import NOW, a_draft, a_registration
from tests.jobs import work
from tests.registrations.test_asking_a_correction import send as ask_to_correct
from tests.requests import ask as ask_to_change
from tests.web.registry.world import a_member

SEEDS = range(figure(1, 300))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CLOSING = NOW + 20 * DAY
BY_VERB = {told.verb: name for name, told in TOLD.items()} | dict.fromkeys(
    [WITHDRAWN, AS_ASKED], "withdraw"
)
"""The moves of a registration, by what the journal calls each."""
OF_VERSIONS = {FILED, AMENDED, AMENDED_ANEW, *FOR_CANDIDATES.values()}
UNDOES = {AMENDED_ANEW, FOR_CANDIDATES[AMENDED_ANEW]}
"""What is to be validated anew is registered, whatever it was."""


@pytest.fixture
def agent(arena, kept):
    """Return who fills for candidates, at the hour of the invented exam, with files of one's own."""
    with time_machine.travel(NOW, tick=False):
        closing_at(CLOSING)
        yield a_member("agent@exemple.test", "manager", ["A09", "A25"])


def closing_at(instant: datetime) -> None:
    RegistrationService.objects.update(opens_at=NOW - DAY, closes_at=instant)
    forget()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_falls_on_a_registration_at_once_is_done_or_refused_in_its_words(agent, seed):
    chance = Random(seed)
    candidate = a_registration(at=NOW).candidate
    a_draft(candidate, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"})
    at = NOW

    for hand in hands(chance):
        at += MINUTE
        asks(of_now(candidate), chance, at=at)
        at += MINUTE
        before = Seen()
        outcomes = together(*falling(hand, of_now(candidate), chance, agent, at=at))

        faults = wrong(hand, outcomes)
        assert not faults, "\n\n".join([" + ".join(act.name for act in hand), *faults])
        before.checks_what_came(candidate, hand, outcomes)
        for registration in Registration.objects.filter(candidate=candidate).order_by("pk"):
            check_history(registration)
            check_rows(registration)
        check_person(candidate)

    work("documents")
    check_files()


# --- What falls -------------------------------------------------------------------------------


def of_now(candidate: Candidate) -> Registration:
    """Return the registration of a candidate that counts; where none does, the last that was left."""
    mine = Registration.objects.filter(candidate=candidate)
    found: Registration = mine.active().first() or mine.latest("pk")
    return found


def asks(registration: Registration, chance: Random, *, at: datetime) -> None:
    """Have its candidate ask for what may be asked, of which nothing waits: after a closing put off since."""
    its = Moment(registration.pk, at, chance, User())
    if its.correction() is None:
        ask_to_correct(registration.candidate, at=at, birth_name=a_name(chance))
    if its.change() is None and registration.is_active:
        closing_at(at - MINUTE)
        street = {"address_1": a_name(chance)}
        # One that others have overtaken, or that its academy asks more of, is not sent.
        with suppress(AmendedMeanwhile, Incomplete):
            ask_to_change(its.registration(), at, a_pdf(), **street)
        closing_at(CLOSING)


def falling(
    hand: list[Act], registration: Registration, chance: Random, agent: User, *, at: datetime
) -> list:
    """Return what falls at once: each in its own instant, with what chance says drawn already."""
    return [
        partial(
            act.does,
            Moment(
                registration.pk,
                at + timedelta(microseconds=place),
                Random(chance.random()),
                agent,
            ),
        )
        for place, act in enumerate(hand)
    ]


def wrong(hand: list[Act], outcomes: list[object]) -> list[str]:
    """Return how acts ended that neither did what they do nor said one of their refusals."""
    return [
        f"{act.name}: {''.join(traceback.format_exception(outcome))}{vars(outcome)}"
        for act, outcome in zip(hand, outcomes, strict=True)
        if isinstance(outcome, Exception) and type(outcome) not in act.refusals
    ]


def done_of(hand: list[Act], outcomes: list[object]) -> list[Act]:
    """Return the acts that were done: what two of them have filed together was filed once."""
    done, filed = [], set()
    for act, outcome in zip(hand, outcomes, strict=True):
        if outcome is None or isinstance(outcome, Exception):
            continue
        if isinstance(outcome, Version):
            if (act.name, outcome.pk) in filed:
                continue
            filed.add((act.name, outcome.pk))
        done.append(act)
    return done


# --- What stands then -------------------------------------------------------------------------


class Seen:
    """The journal and the mails as they are before something falls."""

    def __init__(self) -> None:
        """Remember where they end."""
        self.entry = Entry.objects.latest("pk").pk
        self.message = Message.objects.latest("pk").pk

    def checks_what_came(
        self, candidate: Candidate, hand: list[Act], outcomes: list[object]
    ) -> None:
        """Check that each act that was done has its lines and its message, once, and no other has any."""
        done = done_of(hand, outcomes)
        entries = once(Entry.objects.filter(pk__gt=self.entry))
        by_itself = entries.filter(verb=TOLD[CLEAR.name].verb, actor_kind=SYSTEM.kind).count()
        lines = Counter(entries.exclude(actor_kind=SYSTEM.kind).values_list("verb", flat=True))
        mails = Counter(
            Message.objects.filter(pk__gt=self.message, recipient=candidate.user.email).values_list(
                "kind", flat=True
            )
        )
        wanted = Counter(verb for act in done for verb in act.verbs)
        may_lack = Counter(verb for act in done if act.is_as_it_was for verb in act.verbs)
        told = Counter(act.mail for act in done if act.mail)
        told["state_changed"] += by_itself

        for verb in {verb for act in ALL for verb in act.verbs}:
            assert wanted[verb] - may_lack[verb] <= lines[verb] <= wanted[verb], (verb, lines)
        for kind in {act.mail for act in ALL if act.mail}:
            assert mails[kind] == told[kind], (kind, mails)


def check_history(registration: Registration) -> None:
    """Check that it has a version, a line and a summary for each change, and moved as is drawn."""
    versions = list(registration.versions.order_by("number"))
    numbers = list(range(1, registration.version + 1))
    acts = list(once(entries_about(registration)).order_by("pk"))
    lines = [one.payload["after"] for one in acts if one.verb in OF_VERSIONS]
    issued = DocumentVersion.objects.filter(
        document__folder=registration.folder_id, document__kind=SUMMARY.slug
    )
    assert [one.number for one in versions] == numbers
    assert all(one.is_intact for one in versions)
    assert [(said["version"], said["digest"]) for said in lines] == [
        (one.number, one.digest) for one in versions
    ]
    assert list(issued.order_by("number").values_list("number", flat=True)) == numbers

    state = "registered"
    for act in acts:
        if move := BY_VERB.get(act.verb):
            said = act.payload["before"]["state"], act.payload["after"]["state"]
            assert said == (state, MOVES[state, move])
            state = said[1]
        elif act.verb in UNDOES:
            state = "registered"
    assert registration.state == state


def check_rows(registration: Registration) -> None:
    """Check that its rows say what its last version says."""
    snapshot = registration.versions.get(number=registration.version).snapshot
    typed = snapshot["answers"]["identification"]
    pieces = Evidence.objects.filter(registration=registration).asked()
    assert snapshot["registration_number"] == registration.number
    assert snapshot["version"] == registration.version
    assert snapshot["academy_name"] == registration.academy.name
    assert registration.service.academy_id == registration.academy_id
    assert snapshot["name"] == registration.identity.full_name
    assert typed["address_1"] == registration.address_1
    assert sorted(piece["code"] for piece in snapshot["evidence"]) == sorted(
        pieces.values_list("code", flat=True)
    )
    assert set(pieces.values_list("academy", flat=True)) == {registration.academy_id}
    if registration.is_active:
        assert registration.identity_id == registration.candidate.identity_id


def check_person(candidate: Candidate) -> None:
    """Check that one registration counts, and that what is frozen is what waits."""
    mine = Registration.objects.filter(candidate=candidate)
    assert mine.active().count() <= 1
    frozen = Draft.objects.unfiled().filter(candidate=candidate, sent_at__isnull=False)
    waiting = ChangeRequest.objects.waiting().filter(registration__candidate=candidate)
    assert sorted(frozen.values_list("pk")) == sorted(waiting.values_list("draft"))
    left = Draft.objects.unfiled().of_candidates().filter(amends__state="withdrawn")
    assert not left.filter(candidate=candidate).exists()
    # Who asked for a correction waits for one answer.
    asked = CorrectionRequest.objects.waiting().filter(candidate=candidate)
    assert asked.count() <= 1


def check_files() -> None:
    """Check that all that is said to be there is: documents, pieces, proofs."""
    documents = list(DocumentVersion.objects.values_list("pdf_key", flat=True))
    assert "" not in documents
    proofs = [
        key
        for kind in (ChangeRequest, CorrectionRequest)
        for key in kind.objects.exclude(proof_key="").values_list("proof_key", flat=True)
    ]
    for key in [*documents, *Deposit.objects.values_list("key", flat=True), *proofs]:
        assert files.get(key)
