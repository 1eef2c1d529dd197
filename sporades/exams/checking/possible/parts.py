"""The épreuves of a situation, parted into those that some rule ties to one another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sporades.exams.checking.possible import bonds as binding
from sporades.exams.checking.possible.bonds import Bond
from sporades.exams.checking.possible.chances import freed, may_hold, must_hold
from sporades.exams.checking.possible.situations import Situation
from sporades.exams.rules.papers import lines
from sporades.exams.rules.papers.choices import NOT_CHOSEN, Choice
from sporades.exams.rules.papers.offers import PaperOffer, is_whole, offered
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Status
from sporades.exams.schema.relations import DistinctOptions

type Choices = Mapping[str, tuple[Choice, ...]]
"""What may be chosen for each épreuve, by code, the likeliest first."""


@dataclass(frozen=True)
class Part:
    """Épreuves that no rule ties to others.

    Attributes:
        choices: what may be chosen for each of them.
        bonds: what the choices must respect.
        offers: the épreuves as the freest candidate meets them.
        sure: the codes of those that are offered to everybody.
        needs_all: whether everything is to be chosen in this session.
    """

    choices: Choices
    bonds: tuple[Bond, ...]
    offers: tuple[PaperOffer, ...]
    sure: frozenset[str]
    needs_all: bool

    @property
    def key(self) -> object:
        """Name what its judgement depends on: many situations have the same parts."""
        return tuple(self.choices.items()), self.bonds, self.sure, self.needs_all


def parts(exam: Exam, situation: Situation) -> list[Part]:
    """Return the épreuves that may be offered in a situation, by what ties them."""
    facts = situation.facts
    papers = [
        paper
        for paper in exam.papers
        if paper.concerns(situation.speciality) and may_hold(paper.when, facts)
    ]
    freest = exam.model_copy(update={"papers": tuple(freed(paper, facts) for paper in papers)})
    offers = offered(freest, facts)
    needs_all = is_whole(exam, facts)
    sure = frozenset(paper.code for paper in papers if must_hold(paper.when, facts))
    bonds = binding.bonds(exam, offers, sure=sure, needs_all=needs_all)
    return [
        Part(
            choices={offer.code: _choices(exam, offer, situation) for offer in own},
            bonds=tuple(those),
            offers=tuple(own),
            sure=sure & {offer.code for offer in own},
            needs_all=needs_all,
        )
        for own, those in _tied(offers, bonds)
    ]


def _tied(
    offers: Sequence[PaperOffer], bonds: Iterable[Bond]
) -> Iterator[tuple[list[PaperOffer], list[Bond]]]:
    """Put together the épreuves that a bond ties to one another, with their bonds."""
    ranks = {offer.code: rank for rank, offer in enumerate(offers)}
    homes: dict[str, tuple[list[str], list[Bond]]] = {code: ([code], []) for code in ranks}
    for bond in bonds:
        met = {id(homes[code]): homes[code] for code in sorted(bond.papers, key=ranks.__getitem__)}
        codes = [code for one, _ in met.values() for code in one]
        own = [one for _, those in met.values() for one in those]
        home = (codes, [*own, bond])
        homes |= dict.fromkeys(codes, home)
    for codes, own in {id(one): one for one in homes.values()}.values():
        yield [offers[rank] for rank in sorted(map(ranks.__getitem__, codes))], own


def _choices(exam: Exam, offer: PaperOffer, situation: Situation) -> tuple[Choice, ...]:
    """Return what may be chosen for an épreuve, without what comes to the same."""
    is_compared = any(
        isinstance(rule, DistinctOptions) and offer.code in rule.papers for rule in exam.relations
    )
    found: dict[object, Choice] = {}
    for choice in _every_choice(offer, situation):
        key = (choice.status is Status.ENTERED, choice.option) if is_compared else ()
        if key not in found and not any(lines.breaches(offer, choice, situation.facts)):
            found[key] = choice
    return (*found.values(), NOT_CHOSEN)


def _every_choice(offer: PaperOffer, situation: Situation) -> Iterator[Choice]:
    options = [option.code for option in offer.options.choices] if offer.options else []
    for option in ("", *options):
        yield Choice(Status.ENTERED, option=option)
    yield Choice(Status.DISPENSED)
    if offer.kept_mark is not None:
        last = situation.facts.session_year - 1
        yield Choice(Status.KEPT, mark=offer.kept_mark.threshold, mark_session=last)
