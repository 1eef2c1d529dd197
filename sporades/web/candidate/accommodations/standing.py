"""What may, and must, be done of a request for accommodations, by whom, as things stand (H1, H2)."""

from dataclasses import dataclass
from datetime import datetime

from sporades.accommodations.late import Lateness, unsaid_of
from sporades.accommodations.left import Act, Left
from sporades.accommodations.missing import is_answered
from sporades.accommodations.models import Case, Signature
from sporades.accommodations.rules import (
    Sat,
    is_over,
    rules_for,
    sat_for,
    to_specify,
    wishes_of,
)
from sporades.accommodations.states import State
from sporades.accommodations.words import LACKING
from sporades.acts.medical.opining import is_asked_by_doctor
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodations.asked import left_to_choose
from sporades.web.candidate.accommodations.confided import (
    CalledFor,
    mandatory_in_words,
    missing_in_words,
    papers_called_for,
)


@dataclass(frozen=True)
class Standing:
    """A request as its candidate finds it.

    Attributes:
        is_writable: whether its candidate may write it now.
        is_theirs: whether they began it; the office took the others up again.
        has_measures: whether anything is asked in it.
        sat: the épreuves that are sat, with what is asked for each.
        is_to_specify: whether something of a measure is to be said.
        is_to_choose: whether the épreuves of a measure are to be chosen, nothing else before that.
        late: what the deadline asks, once all is chosen.
        needs_signature: whether a guardian signs it.
        last: the last signature, be it of what was changed since.
        papers: the papers of health that it calls for, while somebody looks at it.
        missing: which of them it lacks, in words.
        is_asked: whether its doctor waits for an answer.
        is_lacking: whether a paper is to be confided now.
    """

    case: Case
    is_writable: bool
    is_theirs: bool
    has_measures: bool
    sat: list[Sat]
    is_to_specify: bool
    is_to_choose: bool
    late: Lateness
    needs_signature: bool
    last: Signature | None
    papers: list[CalledFor]
    missing: str
    is_asked: bool
    is_lacking: bool

    @property
    def may_change(self) -> bool:
        """Whether what is asked may be changed."""
        return self.is_writable and self.is_theirs

    @property
    def signature(self) -> Signature | None:
        """The signature of what it says now."""
        is_of_now = self.last is not None and self.last.revision == self.case.revision
        return self.last if is_of_now else None

    @property
    def awaits_signature(self) -> bool:
        """Whether a guardian has still to sign it."""
        return self.needs_signature and self.signature is None

    @property
    def is_settled(self) -> bool:
        """Whether what is asked is whole: chosen, specified, and in time or said why not."""
        is_chosen = self.has_measures and not self.is_to_choose and not self.is_to_specify
        return is_chosen and self.late == Lateness.NONE

    @property
    def is_to_sign(self) -> bool:
        """Whether its guardian may sign it as it stands."""
        return self.awaits_signature and self.is_settled

    @property
    def may_send(self) -> bool:
        """Whether it may be sent as it stands."""
        return self.is_writable and self.is_settled and not self.awaits_signature

    @property
    def is_listed(self) -> bool:
        """Whether what is to be done of it is told as a list."""
        return self.is_writable and not self.is_asked

    def left(self, former: Case | None) -> Left:
        """Return what is left to do, in its order.

        Args:
            former: the last one that was decided, whose decision may be still to read.
        """
        is_to_read = former is not None and former.is_to_read
        due = {
            Act.ANSWER: self.is_asked,
            Act.READ: is_to_read and (self.is_writable or not self.is_lacking),
            Act.MEASURES: self.is_writable and not self.has_measures,
            Act.SPECIFY: self.is_to_specify,
            Act.PAPERS: self.is_to_choose,
            Act.LATE: self.late != Lateness.NONE,
            Act.CONFIDE: self.is_lacking,
            Act.SIGN: self.awaits_signature,
        }
        acts = tuple(act for act, is_due in due.items() if is_due)
        return Left(acts, mandatory_in_words(self.papers), self.late)


def standing_of(case: Case, registration: Registration, *, at: datetime) -> Standing:
    """Return where a request stands.

    Args:
        case: with its registration and its measures.
        registration: its registration.
        at: now.
    """
    is_never_sent_now = case.asked_at is None and is_over(registration, at)
    is_writable = case.is_writable and registration.is_active and not is_never_sent_now
    is_theirs = case.instead_of_id is None
    measures = case.measures.all()
    has_measures = bool(measures)
    sat = sat_for(registration, case) if has_measures else []
    is_incomplete = is_writable and bool(left_to_choose(case, sat))
    rules = rules_for(registration, case)
    may_change = is_writable and is_theirs
    unsaid = to_specify(rules, wishes_of(measures)) if may_change and rules is not None else []
    is_whole = may_change and has_measures and not is_incomplete and not unsaid
    is_looked_at = (
        case.is_undecided and case.state != State.OPINION_GIVEN and registration.is_active
    )
    papers = papers_called_for(case, registration) if is_looked_at and has_measures else []
    missing = missing_in_words(papers)
    return Standing(
        case=case,
        is_writable=is_writable,
        is_theirs=is_theirs,
        has_measures=has_measures,
        sat=sat,
        is_to_specify=bool(unsaid),
        is_to_choose=is_incomplete and not unsaid,
        late=unsaid_of(case, wishes_of(measures), sat, at=at) if is_whole else Lateness.NONE,
        needs_signature=is_writable and registration.is_minor(at),
        last=case.signatures.order_by("-revision").first(),
        papers=papers,
        missing=missing,
        is_asked=registration.is_active and is_asked_by_doctor(case) and not is_answered(case),
        is_lacking=bool(missing) and (is_writable or case.state in LACKING),
    )
