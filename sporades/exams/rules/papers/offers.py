"""The épreuves that are put before a candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sporades.exams.rules.conditions import holds
from sporades.exams.rules.facts import Facts
from sporades.exams.rules.questions import counted
from sporades.exams.schema.candidacy import EvaluationForm
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Group, KeptMark, Options, Paper, Phase, Status

# Without accent, as the guide writes the first one: both stand in one list.
MANDATORY = "Epreuve(s) obligatoire(s)"
OPTIONAL = "Epreuve(s) facultative(s)"


@dataclass(frozen=True)
class PaperOffer:
    """An épreuve as it is put before a candidate.

    Attributes:
        paper: what the réglementation says of it.
        phase: the phase it belongs to, if there are phases.
        group: the group of choice it belongs to, if there is one.
        form: how it is assessed for this candidate.
        nature: how it is sat, in French.
        duration: « 2 h 30 », or nothing.
        detail: how it goes, or nothing.
        statuses: the statuses that may be chosen, in the order in which they are shown.
        dispensations: why the candidate may be dispensed, in French.
        kept_mark: the right to keep a mark, if it is open.
    """

    paper: Paper
    phase: Phase | None
    group: Group | None
    form: EvaluationForm
    nature: str
    duration: str
    detail: str
    statuses: tuple[Status, ...]
    dispensations: tuple[str, ...]
    kept_mark: KeptMark | None

    @property
    def code(self) -> str:
        """The code of the épreuve."""
        return self.paper.code

    @property
    def unit(self) -> str:
        """The unit of the diploma, or nothing."""
        return self.paper.unit or ""

    @property
    def label(self) -> str:
        """The title of the épreuve."""
        return self.paper.label

    @property
    def is_mandatory(self) -> bool:
        """Whether the épreuve is mandatory by itself, not through a group."""
        return self.paper.must_be_sat

    @property
    def coefficient(self) -> Decimal | None:
        """Its weight, if it has one."""
        return self.paper.coefficient

    @property
    def options(self) -> Options | None:
        """What is to be chosen within it."""
        return self.paper.options

    def option_of(self, code: str) -> str:
        """Return what is read of an option, or nothing."""
        choices = self.options.choices if self.options else ()
        return next((one.label for one in choices if one.code == code), "")

    @property
    def eliminatory(self) -> str:
        """The mark that ends the exam, in French, or nothing."""
        return self.paper.eliminatory.in_words if self.paper.eliminatory else ""

    @property
    def commits(self) -> str:
        """What choosing it commits to, or nothing."""
        return self.paper.commits or ""

    @property
    def heading(self) -> str:
        """The title above it and its neighbours."""
        if self.group is not None:
            return self.group.label
        return MANDATORY if self.is_mandatory else OPTIONAL

    def allows(self, status: Status) -> bool:
        """Tell whether a status may be chosen."""
        return status in self.statuses


@dataclass(frozen=True)
class Block:
    """Épreuves under one title: the mandatory ones, the optional ones, or a group of choice."""

    heading: str
    group: Group | None
    offers: Sequence[PaperOffer]


@dataclass(frozen=True)
class PhaseBlocks:
    """The blocks of a phase; `label` is empty when the exam has no phases."""

    label: str
    blocks: Sequence[Block]


def offered(exam: Exam, facts: Facts) -> list[PaperOffer]:
    """Return the épreuves put before a candidate, by phase and by block."""
    known = counted(exam, facts)
    offers = [
        _offer(exam, paper, known)
        for paper in exam.papers
        if paper.concerns(known.speciality) and holds(paper.when, known)
    ]
    return sorted(offers, key=lambda offer: _rank(exam, offer))


def grouped(offers: Sequence[PaperOffer]) -> list[PhaseBlocks]:
    """Put épreuves under the titles of their phases and blocks."""
    return [
        PhaseBlocks(
            label=phase.label if phase else "",
            blocks=[
                Block(heading, group, list(inside))
                for (heading, group), inside in groupby(
                    of_phase, key=lambda offer: (offer.heading, offer.group)
                )
            ],
        )
        for phase, of_phase in groupby(offers, key=lambda offer: offer.phase)
    ]


def is_whole(exam: Exam, facts: Facts) -> bool:
    """Tell whether every mandatory épreuve is sat in this session."""
    form = exam.passing_form(facts.passing_form)
    return form is None or form.is_whole


def _rank(exam: Exam, offer: PaperOffer) -> tuple[int, int, int]:
    phase = exam.phases.index(offer.phase) if offer.phase else -1
    if offer.group is not None:
        return phase, 1, exam.groups.index(offer.group)
    return phase, 0 if offer.is_mandatory else 2, 0


def _offer(exam: Exam, paper: Paper, facts: Facts) -> PaperOffer:
    category = exam.category(facts.category)
    other = paper.for_category(facts.category)
    default = category.form if category else EvaluationForm.SINGLE
    reasons = tuple(
        reason.reason
        for reason in paper.dispensations
        if (reason.on_request or facts.diplomas & set(reason.diplomas))
        and holds(reason.when, facts)
    )
    kept = paper.kept_mark if paper.kept_mark and holds(paper.kept_mark.when, facts) else None
    is_left_out = not paper.must_be_sat or not is_whole(exam, facts)
    return PaperOffer(
        paper=paper,
        phase=exam.phase(paper.phase),
        group=exam.group(paper.group),
        form=other.form if other else default,
        nature=paper.nature_for(facts.category).label,
        duration=(other and other.duration) or paper.duration or "",
        detail=(other and other.detail) or paper.detail or "",
        statuses=tuple(
            status
            for status, is_allowed in (
                (Status.ENTERED, True),
                (Status.NOT_ENTERED, is_left_out),
                (Status.DISPENSED, bool(reasons)),
                (Status.KEPT, kept is not None),
            )
            if is_allowed
        ),
        dispensations=reasons,
        kept_mark=kept,
    )
