"""What binds the choices of a candidate, each rule by itself, by the rules that the wizard asks.

A bond is asked of choices that are not all made yet, twice over: once as if what remains were
left (`least`), once as if it were all taken (`most`). It is kept as long as some way of
choosing the rest may keep it; when all is chosen, both are the same and the answer is exact.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sporades.core.french import quoted
from sporades.exams.checking.problems import Path
from sporades.exams.checking.references import FEW
from sporades.exams.rules.papers import between
from sporades.exams.rules.papers.between import Chosen
from sporades.exams.rules.papers.choices import NOT_CHOSEN
from sporades.exams.rules.papers.offers import PaperOffer
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Group
from sporades.exams.schema.relations import Dependency, Exclusion, Relation


@dataclass(frozen=True)
class Bond:
    """Something that the choices must respect.

    Attributes:
        name: what it is called, in French.
        place: where it stands in the exam.
        papers: the épreuves that it looks at.
        may_be_kept: whether it may be kept, given the least and the most that is chosen.
    """

    name: str
    place: Path
    papers: frozenset[str]
    may_be_kept: Callable[[Chosen, Chosen], bool] = field(compare=False)


def bonds(
    exam: Exam, offers: Sequence[PaperOffer], *, sure: Collection[str], needs_all: bool
) -> Iterator[Bond]:
    """Go through what binds the choices among épreuves.

    Args:
        exam: the exam.
        offers: the épreuves that may be offered.
        sure: the codes of those that are offered to everybody.
        needs_all: whether everything is to be chosen in this session.
    """
    ranks = {paper.code: rank for rank, paper in enumerate(exam.papers)}
    for offer in offers:
        if offer.code in sure and not offer.allows(NOT_CHOSEN.status):
            yield _mandatory(offer, ("epreuves", ranks[offer.code]))
    for rank, group in enumerate(exam.groups):
        members = [offer.code for offer in offers if offer.group == group]
        if members:
            is_sure = any(code in sure for code in members)
            yield _group(group, members, ("groupes", rank), needs_all=needs_all, is_sure=is_sure)
    offered = {offer.code for offer in offers}
    for rank, relation in enumerate(exam.relations):
        bond = _relation(exam, relation, offered, ("regles", rank))
        if bond.papers:
            yield bond


def sits_one(codes: Collection[str]) -> Bond:
    """Wish that one of some épreuves be sat."""
    return Bond("", (), frozenset(codes), lambda _, most: between.sits_one(most))


def leaves_one(exam: Exam, offers: Sequence[PaperOffer]) -> Bond:
    """Wish that something of some épreuves be left to another session."""
    codes = frozenset(offer.code for offer in offers)
    return Bond("", (), codes, lambda least, _: between.leaves_one(exam, offers, least))


def takes(code: str) -> Bond:
    """Wish that an épreuve be taken."""
    return Bond("", (), frozenset({code}), lambda _, most: most[code].is_taken)


def _mandatory(offer: PaperOffer, place: Path) -> Bond:
    return Bond(
        f"l'épreuve obligatoire « {offer.code} »",
        place,
        frozenset({offer.code}),
        lambda _, most: offer.allows(most[offer.code].status),
    )


def _group(
    group: Group, members: Sequence[str], place: Path, *, needs_all: bool, is_sure: bool
) -> Bond:
    """Bind the épreuves of a group; one that may not be offered at all may stay empty."""

    def may_be_kept(least: Chosen, most: Chosen) -> bool:
        low, high = (sum(one[code].is_taken for code in members) for one in (least, most))
        return not between.is_too_many(group, low) and (
            not needs_all or not between.is_too_few(group, high) or (low == 0 and not is_sure)
        )

    return Bond(
        f"le groupe « {group.code} » ({between.how_many(group, len(members))} parmi {_listed(members)})",
        (*place, "minimum"),
        frozenset(members),
        may_be_kept,
    )


def _relation(exam: Exam, rule: Relation, offered: Collection[str], place: Path) -> Bond:
    match rule:
        case Dependency():
            return _dependency(exam, rule, offered, place)
        case Exclusion():
            papers, words = rule.papers, f"une seule épreuve parmi {_listed(rule.papers)}"
        case _:
            papers, words = rule.papers, f"options différentes dans {_listed(rule.papers)}"
    return Bond(
        f"la règle « {rule.code} » ({words})",
        (*place, "epreuves"),
        frozenset(papers) & frozenset(offered),
        lambda least, _: not any(between.of_relation(exam, rule, least)),
    )


def _dependency(exam: Exam, rule: Dependency, offered: Collection[str], place: Path) -> Bond:
    def may_be_kept(least: Chosen, most: Chosen) -> bool:
        chosen = {**most, rule.paper: least.get(rule.paper, NOT_CHOSEN)}
        return not any(between.of_relation(exam, rule, chosen))

    absent = [code for code in rule.needs if code not in offered]
    needs = [code for code in rule.needs if code in offered]
    words = [f"« {rule.paper} » demande {_listed(rule.needs)}"]
    if absent and needs:
        words.append(f"et {_listed(absent)} n'y est pas proposée")
    elif absent:
        words.append(
            "qui n'y est pas proposée" if len(absent) == 1 else "qui n'y sont pas proposées"
        )
    return Bond(
        f"la règle « {rule.code} » ({', '.join(words)})",
        (*place, "demande"),
        frozenset({rule.paper, *rule.needs}) & frozenset(offered),
        may_be_kept,
    )


def _listed(codes: Collection[str]) -> str:
    if len(codes) > FEW:
        return f"{len(codes)} épreuves"
    return quoted(codes)
