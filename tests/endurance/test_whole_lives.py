"""Lives of registrations drawn at random, each step compared with docs/states.md (R-19).

A model of a few lines says of each act, before it is done, whether it is accepted and what comes
of it; the act is then the real one, on real tables.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.registrations import deciding, leaving, registering
from sporades.acts.services import opening
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.evidence.models import Deposit
from sporades.exams.held import forget
from sporades.exams.models import Exam, RegistrationService
from sporades.journal.models import Entry
from sporades.publications.attestation import ATTESTATION
from sporades.publications.operations import deciding as publishing
from sporades.publications.operations import preparing
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.operations.filing import Shown
from sporades.registrations.states import DECISIONS
from tests.endurance.arena import figure
from tests.endurance.as_drawn import MOVES
from tests.evidence.given import MANAGER, give
from tests.factories import NOW, a_candidate, answer_all, answers_with, author
from tests.web.registry.world import a_member

STEPS = figure(300, 10_000)
LIVES = figure(25, 300)
STEPS_OF_A_LIFE = 40
MOST_ROUNDS = 8
MOST_FILES = 2
UNDO_FOR, MINUTE = timedelta(hours=72), timedelta(minutes=1)
STANDING = {"registered", "validated", "anomaly"}


def minute_of(instant: datetime) -> datetime:
    """Return the minute in which an instant is displayed."""
    return instant.replace(second=0, microsecond=0)


BY_NAME = {one.name: one for one in DECISIONS}


@dataclass
class Filed:
    """What a registration should be."""

    candidate: int
    speciality: str
    number: str
    state: str = "registered"
    version: int = 1
    decided_at: datetime = NOW
    withdrawn_at: datetime | None = None
    tries: int = 0
    deposits: int = 0
    documents: dict[int, datetime] = field(default_factory=dict)

    @property
    def stands(self) -> bool:
        """Whether it counts."""
        return self.state in STANDING


@dataclass
class Typed:
    """What a draft should be."""

    candidate: int
    speciality: str
    amends: int | None
    begun_at: datetime
    is_changed: bool = False
    is_open: bool = True
    filed_as: tuple[int, int] | None = None


class Life(RuleBasedStateMachine):
    """Two candidates, two specialities of which one alone may be had, an office, a clock."""

    drafts = Bundle("drafts")
    registrations = Bundle("registrations")
    steps = 0
    gone_through = set()

    def __init__(self):
        super().__init__()
        self.whole = transaction.atomic()
        # As that of a test: what it holds is never kept, and its parts end as they would outside.
        self.whole._from_testcase = True
        self.whole.__enter__()
        self.now, self.serial = NOW, 0
        self.candidates = [a_candidate(), a_candidate(birth_name="Abgrall")]
        self.exam = Exam.objects.get(code="BE")
        self.service = RegistrationService.objects.get(domain=self.exam.domain, academy="A09")
        self.closes_at = self.service.closes_at
        self.agent = a_member("agent-vies@exemple.test", Membership.Role.MANAGER, ["A09"])
        self.filed: dict[int, Filed] = {}
        self.typed: dict[object, Typed] = {}
        self.entries, self.seen = Entry.objects.count(), set()

    def teardown(self):
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)
        forget()

    # --- What is expected -----------------------------------------------------------------

    @property
    def is_open(self):
        return self.now < self.closes_at + MINUTE

    def one_stands(self, candidate):
        return any(one.stands for one in self.filed.values() if one.candidate == candidate)

    def does(self, act, *, accepted, entries=1):
        """Do a step: it is accepted as expected, with its entries in the journal, or leaves nothing."""
        type(self).steps += 1
        self.now += MINUTE
        outcome, refusal = None, None
        try:
            outcome = act()
        except Refused as said:
            refusal = said
        assert accepted == (refusal is None), (refusal, outcome)
        expected = entries if accepted else 0
        written = list(Entry.objects.order_by("pk").values_list("verb", flat=True))[self.entries :]
        assert len(written) == expected, written
        self.entries += expected
        return outcome

    def by(self, candidate):
        return author(self.candidates[candidate])

    def whole_of(self, registration):
        return Registration.objects.whole().get(pk=registration)

    def of_choice(self, candidate, speciality):
        """Return the draft that is open for a choice, if any."""
        for key, one in self.typed.items():
            choice = (one.candidate, one.speciality, one.amends)
            if one.is_open and choice == (candidate, speciality, None):
                return key
        return None

    def note_draft(self, draft, candidate, speciality, amends=None):
        known = Typed(candidate, speciality, amends, begun_at=self.now)
        assert draft.pk not in self.typed
        self.typed[draft.pk] = known
        return draft.pk

    # --- The candidate --------------------------------------------------------------------

    @rule(
        target=drafts,
        candidate=st.integers(0, 1),
        speciality=st.sampled_from(["MARIN", "FOREST"]),
    )
    def begin(self, candidate, speciality):
        known = self.of_choice(candidate, speciality)
        is_in_time = self.is_open_after_a_minute()
        draft = self.does(
            lambda: registering.begin(
                candidate=self.candidates[candidate],
                exam=self.exam,
                speciality=self.exam.specialities.get(code=speciality),
                service=self.service,
                by=self.by(candidate),
                at=self.now,
            ),
            accepted=is_in_time,
            entries=0 if known else 1,
        )
        if draft is None:
            return multiple()
        if known:
            assert draft.pk == known
            return multiple()
        self.note_draft(draft, candidate, speciality)
        self._answer(draft, speciality)
        return draft.pk

    def is_open_after_a_minute(self):
        """Whether the service takes what the next step sends: each comes a minute later."""
        return self.now + MINUTE < self.closes_at + MINUTE

    def _answer(self, draft, speciality):
        self.serial += 1
        groups = {"statut-M1": "inscrit"}
        if speciality == "FOREST":
            groups = {"statut-M1": None, "statut-M2": "inscrit"}
        # A street alone would undo nothing.
        said = answers_with(
            identification={
                "address_1": f"{self.serial} rue des Îles",
                "ine": f"{self.serial:010d}A",
            },
            epreuves=groups,
        )
        answer_all(draft, said, at=self.now)

    @initialize(target=registrations, candidate=st.integers(0, 1))
    def one_has_registered(self, candidate):
        """Chance comes late to what a life goes through: it begins with a registration."""
        return self.register(self.begin(candidate, "MARIN"), has_read=False)

    @rule(target=registrations, registration=registrations, has_read=st.booleans())
    def modify(self, registration, has_read):
        """« Modifier », another INE, « Enregistrer »."""
        self.amend(registration)
        known = [key for key, one in self.typed.items() if one.amends == registration]
        if not known:
            return multiple()
        self.answer(known[-1])
        return self.register(known[-1], has_read)

    @rule(draft=drafts)
    def answer(self, draft):
        known = self.typed[draft]
        if known.is_open:
            self._answer(Draft.objects.get(pk=draft), known.speciality)
            known.is_changed = True

    @rule(target=registrations, draft=drafts, has_read=st.booleans())
    def register(self, draft, has_read):
        known = self.typed[draft]
        held = self.filed.get(known.amends)
        shown = (
            Shown(decision=self.whole_of(known.amends).decided_mark)
            if held and has_read
            else Shown()
        )
        if known.filed_as:
            accepted = True
        elif not (self.is_open_after_a_minute() and known.is_open):
            accepted = False
        elif held is None:
            accepted = not self.one_stands(known.candidate)
        else:
            is_news = held.state in {"validated", "anomaly"} and held.decided_at > known.begun_at
            accepted = held.stands and known.is_changed and (has_read or not is_news)
        version = self.does(
            lambda: registering.register(
                draft=Draft.objects.get(pk=draft),
                by=self.by(known.candidate),
                at=self.now,
                shown=shown,
            ),
            accepted=accepted,
            entries=0 if known.filed_as else 1,
        )
        if version is None:
            return multiple()
        came = (version.registration_id, version.number)
        if known.filed_as:
            assert came == known.filed_as
            return multiple()
        known.filed_as, known.is_open = came, False
        if held is None:
            assert version.number == 1
            number = version.registration.number
            self.filed[came[0]] = Filed(known.candidate, known.speciality, number)
            return came[0]
        assert came == (known.amends, held.version + 1)
        held.version += 1
        self.hold_back(held)
        self.gone_through.add((held.state, "modify"))
        if held.state == "validated":
            held.state = "registered"
        return multiple()

    @rule(target=drafts, registration=registrations)
    def amend(self, registration):
        held = self.filed[registration]
        open_ones = [
            key for key, one in self.typed.items() if one.is_open and one.amends == registration
        ]
        draft = self.does(
            lambda: registering.amend(
                registration=self.whole_of(registration), by=self.by(held.candidate), at=self.now
            ),
            accepted=self.is_open_after_a_minute() and held.stands,
            entries=0 if open_ones else 1,
        )
        if draft is None:
            return multiple()
        if open_ones:
            assert [draft.pk] == open_ones
            return multiple()
        return self.note_draft(draft, held.candidate, held.speciality, registration)

    @rule(registration=registrations)
    def withdraw(self, registration):
        held = self.filed[registration]
        target = MOVES.get((held.state, "withdraw"))
        accepted = self.is_open_after_a_minute() and target is not None
        self.does(
            lambda: leaving.withdraw(
                registration=self.whole_of(registration), by=self.by(held.candidate), at=self.now
            ),
            accepted=accepted,
        )
        if accepted:
            self.gone_through.add((held.state, "withdraw"))
            held.state, held.withdrawn_at = target, self.now
            self.hold_back(held)
            for one in self.typed.values():
                one.is_open = one.is_open and one.amends != registration

    @rule(target=drafts, registration=registrations)
    def begin_again(self, registration):
        held = self.filed[registration]
        known = self.of_choice(held.candidate, held.speciality)
        in_time = held.withdrawn_at and self.now < minute_of(held.withdrawn_at + UNDO_FOR) + MINUTE
        draft = self.does(
            lambda: registering.begin_again(
                registration=self.whole_of(registration), by=self.by(held.candidate), at=self.now
            ),
            accepted=bool(
                in_time and self.is_open_after_a_minute() and not self.one_stands(held.candidate)
            ),
            entries=0 if known else 1,
        )
        if draft is None:
            return multiple()
        if known:
            assert draft.pk == known
            return multiple()
        return self.note_draft(draft, held.candidate, held.speciality)

    @rule(registration=registrations)
    def give_a_piece(self, registration):
        held = self.filed[registration]
        until = self.closes_at + timedelta(days=14)
        held.tries += 1
        if self.now > until or held.tries > MOST_FILES:
            return  # The last day of pieces, and how many files a day, have tests of their own.
        accepted = held.stands and held.state != "validated"
        given = self.does(lambda: give(self.whole_of(registration), at=self.now), accepted=accepted)
        held.deposits += given is not None

    # --- The office -----------------------------------------------------------------------

    @rule(
        registration=registrations,
        places=st.lists(st.integers(0, 59), min_size=3, max_size=10),
        is_withdrawn=st.booleans(),
    )
    def much_happens(self, registration, places, is_withdrawn):
        """What its state allows, what this life has not seen first: chance alone seldom goes far."""
        for place in places:
            state = self.filed[registration].state
            ways = [one.name for one in DECISIONS if (state, one.name) in MOVES]
            ways += ["modify"] if state in STANDING else []
            ways = [way for way in ways if (state, way) not in self.seen] or ways or ["restore"]
            way = ways[place % len(ways)]
            self.seen.add((state, way))
            if way == "modify":
                self.modify(registration, has_read=True)
            else:
                self.decide(registration, BY_NAME[way], "Il manque une pièce.")
        if is_withdrawn:
            self.withdraw(registration)

    @rule(
        registration=registrations,
        decision=st.sampled_from(DECISIONS),
        reason=st.sampled_from(["Il manque une pièce.", ""]),
    )
    def decide(self, registration, decision, reason):
        held = self.filed[registration]
        target = MOVES.get((held.state, decision.name))
        accepted = target is not None and bool(reason or target not in {"anomaly", "set_aside"})
        if decision.name == "restore":
            accepted = accepted and not self.one_stands(held.candidate)
        self.does(
            lambda: deciding.decide(
                registration=self.whole_of(registration),
                decision=decision,
                reason=reason,
                by=MANAGER,
                at=self.now,
            ),
            accepted=accepted,
        )
        if accepted:
            self.gone_through.add((held.state, decision.name))
            held.state, held.decided_at = target, self.now
            if target == "set_aside":
                self.hold_back(held)

    def hold_back(self, held):
        """What was attested and is to be read later is not, its ground having gone."""
        held.documents = {
            key: instant for key, instant in held.documents.items() if instant <= self.now
        }

    @rule(registration=registrations, after=st.sampled_from([0, 1, 60, 3000]))
    def publish(self, registration, after):
        held, allowed = self.filed[registration], self.reach()
        by = allowed.perimeters[0].member
        made = self.does(
            lambda: preparing.begin(
                kind=ATTESTATION, by=self.agent, author=by, reach=allowed, at=self.now
            ),
            accepted=True,
        )
        line = self.does(
            lambda: preparing.prepare_one(
                publication=made.pk, registration=self.whole_of(registration), by=by, at=self.now
            ),
            # One that waits for its instant is replaced by no other.
            accepted=held.stands
            and not any(instant > self.now + MINUTE for instant in held.documents.values()),
        )
        if line is None:
            return
        self.does(
            lambda: publishing.publish(
                publication=made,
                instant=self.now + timedelta(minutes=after) if after else None,
                user=self.agent,
                by=by,
                at=self.now,
            ),
            accepted=True,
        )
        issued = DocumentVersion.objects.get(publication_line=line)
        held.documents[issued.pk] = self.now + timedelta(minutes=after)

    def reach(self):
        return reach(self.agent.memberships.all(), Permission.PREPARE_DOCUMENTS)

    @rule(days=st.sampled_from([0, 1, 5, 30]))
    def put_the_closing_elsewhere(self, days):
        wanted = (self.now + timedelta(days=days, minutes=2)).replace(second=0, microsecond=0)
        self.does(
            lambda: opening.change(
                service=self.service,
                opens_at=self.service.opens_at,
                closes_at=wanted,
                reason="Panne.",
                by=Actor("head", "Camille Ferrand", "user:77"),
                at=self.now,
                is_urgent=True,
            ),
            accepted=wanted != self.closes_at,
        )
        self.closes_at = wanted
        self.service.refresh_from_db()
        forget()

    @rule(minutes=st.sampled_from([1, 30, 60 * 24, 60 * 73]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    # --- What is always so ----------------------------------------------------------------

    @invariant()
    def each_is_where_the_page_says(self):
        found = Registration.objects.in_bulk()
        assert {key: (one.number, one.state, one.version) for key, one in found.items()} == {
            key: (one.number, one.state, one.version) for key, one in self.filed.items()
        }

    @invariant()
    def what_is_being_typed_is_open(self):
        found = Draft.objects.filter(filed_as=None, abandoned_at=None)
        assert {one.pk for one in found} == {key for key, one in self.typed.items() if one.is_open}

    @invariant()
    def one_alone_stands_of_a_candidate(self):
        standing = [one.candidate_id for one in Registration.objects.active()]
        assert len(standing) == len(set(standing))

    @invariant()
    def every_version_is_kept(self):
        kept = Version.objects.order_by("registration_id", "number")
        assert list(kept.values_list("registration_id", "number")) == [
            (key, number)
            for key, one in sorted(self.filed.items())
            for number in range(1, one.version + 1)
        ]

    @invariant()
    def nothing_that_was_published_or_given_is_lost(self):
        for key, one in self.filed.items():
            given = Deposit.objects.filter(evidence__registration=key)
            assert given.count() == one.deposits
            kept = DocumentVersion.objects.filter(pk__in=one.documents, withdrawn_at=None)
            assert dict(kept.values_list("pk", "published_at")) == one.documents
            folder = Registration.objects.get(pk=key).folder_id
            read = DocumentVersion.objects.for_folder(folder, self.now)
            issued = [pk for pk, instant in sorted(one.documents.items()) if instant <= self.now]
            shown = read.filter(document__kind=ATTESTATION.slug).values_list("pk", flat=True)
            assert list(shown) == issued[-1:]


@pytest.mark.usefixtures("invented_exam", "kept", "stopped_clock")
def test_every_step_of_a_life_is_that_of_the_page():
    Life.steps, Life.gone_through = 0, set()
    arrows = {*MOVES, *((state, "modify") for state in STANDING)}
    # Only an open service lets anybody leave, and a life is left once.
    left = {one for one in arrows if one[1] == "withdraw"}

    # What is drawn follows from the seed and from the modules that the process has read by now:
    # lives go on until they have gone everywhere.
    for drawn in range(MOST_ROUNDS):
        run_state_machine_as_test(
            seed(drawn)(Life),
            settings=settings(
                max_examples=LIVES,
                stateful_step_count=STEPS_OF_A_LIFE,
                phases=[Phase.generate],
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        if arrows - left <= Life.gone_through and left & Life.gone_through:
            break

    assert Life.steps >= STEPS
    assert arrows - left <= Life.gone_through <= arrows
    assert left & Life.gone_through


def test_the_page_draws_every_move():
    assert {move for _, move in MOVES} == {"withdraw", *(one.name for one in DECISIONS)}
