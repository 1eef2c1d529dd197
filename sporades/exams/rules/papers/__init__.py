"""Épreuves: which are offered, and whether what is chosen respects the rules."""

from collections.abc import Iterable, Mapping, Sequence

from sporades.exams.rules.facts import Breach, Facts
from sporades.exams.rules.papers import between, lines
from sporades.exams.rules.papers.choices import NOT_CHOSEN, Choice
from sporades.exams.rules.papers.oddities import oddities
from sporades.exams.rules.papers.offers import (
    Block,
    PaperOffer,
    PhaseBlocks,
    grouped,
    is_whole,
    offered,
)
from sporades.exams.rules.papers.words import named, titled
from sporades.exams.schema.exam import Exam

__all__ = [
    "NOT_CHOSEN",
    "Block",
    "Choice",
    "PaperOffer",
    "PhaseBlocks",
    "breaches",
    "breaches_between",
    "breaches_by_line",
    "grouped",
    "is_whole",
    "named",
    "oddities",
    "offered",
    "titled",
]


def breaches(exam: Exam, facts: Facts, choices: Mapping[str, Choice]) -> list[Breach]:
    """Return what is wrong with the épreuves chosen, first by line, then between lines.

    An épreuve that is not spoken of counts as not chosen.

    Args:
        exam: the exam.
        facts: what is known of the candidate.
        choices: the choice made for each épreuve, by code.
    """
    offers = offered(exam, facts)
    chosen = {offer.code: choices.get(offer.code, NOT_CHOSEN) for offer in offers}
    found = [
        Breach(
            "epreuve_inconnue",
            f"papers.{code}",
            f"L'épreuve {_named(exam, code)} ne vous est pas proposée : retirez-la.",
        )
        for code in choices
        if code not in chosen and choices[code].is_taken
    ]
    found += breaches_by_line(offers, facts, chosen)
    found += breaches_between(exam, facts, offers, chosen)
    return found


def breaches_by_line(
    offers: Iterable[PaperOffer], facts: Facts, choices: Mapping[str, Choice]
) -> list[Breach]:
    """Return what is wrong with épreuves taken one by one.

    Args:
        offers: the épreuves to judge.
        facts: what is known of the candidate.
        choices: the choice made for each, by code.
    """
    return [
        breach for offer in offers for breach in lines.breaches(offer, choices[offer.code], facts)
    ]


def breaches_between(
    exam: Exam, facts: Facts, offers: Sequence[PaperOffer], choices: Mapping[str, Choice]
) -> list[Breach]:
    """Return what is wrong between épreuves, each line being right or not.

    Args:
        exam: the exam.
        facts: what is known of the candidate.
        offers: the épreuves offered.
        choices: the choice made for each, by code.
    """
    return list(between.breaches(exam, facts, offers, choices))


def _named(exam: Exam, code: str) -> str:
    paper = exam.paper(code)
    return named(paper) if paper else f"« {code} »"
