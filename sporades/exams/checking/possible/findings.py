"""What no candidate in a situation can choose, and what forbids it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from sporades.core.french import listed
from sporades.exams.checking.possible import bonds as binding
from sporades.exams.checking.possible.bonds import Bond
from sporades.exams.checking.possible.parts import Part, parts
from sporades.exams.checking.possible.search import Budget, cause, is_possible
from sporades.exams.checking.possible.situations import Situation
from sporades.exams.checking.problems import Path
from sporades.exams.rules.papers.offers import is_whole
from sporades.exams.schema.exam import Exam


@dataclass(frozen=True)
class Finding:
    """Something that nobody can do, wherever it is found.

    Attributes:
        place: where it stands in the exam.
        rule: a short name of what is broken.
        what: what nobody can do, in French.
        why: what forbids it, and what to do.
    """

    place: Path
    rule: str
    what: str
    why: str


@dataclass(frozen=True)
class Verdict:
    """What is found of a part by itself.

    Attributes:
        impossible: why no choice will do, if none does.
        never: the épreuves that nobody can take.
        sits: whether one of its épreuves can be sat.
        leaves: whether something of it can be left to another session.
        does_both: whether both can be, together.
    """

    impossible: Finding | None
    never: tuple[Finding, ...] = ()
    sits: bool = False
    leaves: bool = False
    does_both: bool = False


@dataclass(frozen=True)
class Work:
    """What may still be spent on an exam, and what is known already.

    Attributes:
        trying: how much may be tried to find choices.
        explaining: how much may be tried to tell why there are none.
        verdicts: what was found of each part: many situations share theirs.
    """

    trying: Budget = field(default_factory=Budget)
    explaining: Budget = field(default_factory=Budget)
    verdicts: dict[object, Verdict] = field(default_factory=dict)


def findings(exam: Exam, situation: Situation, work: Work) -> Iterator[Finding]:
    """Find what no candidate in a situation can choose. Raises GaveUp.

    Args:
        exam: the exam.
        situation: the situation.
        work: what is spent and known from one situation to the next.
    """
    verdicts = []
    for part in parts(exam, situation):
        if part.key not in work.verdicts:
            work.verdicts[part.key] = _judged(exam, part, work)
        verdicts.append(work.verdicts[part.key])
    impossible = [verdict.impossible for verdict in verdicts if verdict.impossible]
    if not verdicts:
        yield _NO_PAPER
    elif impossible:
        yield from impossible
    else:
        for verdict in verdicts:
            yield from verdict.never
        yield from _as_a_whole(exam, situation, verdicts)


def _judged(exam: Exam, part: Part, work: Work) -> Verdict:
    def is_kept_with(*wishes: Bond) -> bool:
        return is_possible(part.choices, (*part.bonds, *wishes), work.trying)

    if not is_kept_with():
        return Verdict(_impossible(cause(part.choices, part.bonds, (), work.explaining)))
    sits, leaves = binding.sits_one(part.choices), binding.leaves_one(exam, part.offers)
    return Verdict(
        impossible=None,
        never=tuple(_never_taken(part, work)),
        sits=is_kept_with(sits),
        leaves=not part.needs_all and is_kept_with(leaves),
        does_both=not part.needs_all and is_kept_with(sits, leaves),
    )


def _never_taken(part: Part, work: Work) -> Iterator[Finding]:
    for code in part.choices:
        # What is wished is tried first: what it forbids is met at once.
        choices = {code: part.choices[code], **part.choices}
        wish = binding.takes(code)
        if not is_possible(choices, (*part.bonds, wish), work.trying):
            yield _never(code, cause(choices, part.bonds, (wish,), work.explaining))


def _as_a_whole(exam: Exam, situation: Situation, verdicts: Sequence[Verdict]) -> Iterator[Finding]:
    """Find where nothing can be sat, or nothing left to another session though the form says so."""
    if is_whole(exam, situation.facts):
        if not any(verdict.sits for verdict in verdicts):
            yield _NOTHING_TO_SIT
    elif not any(verdict.does_both for verdict in verdicts) and not any(
        one.sits and other.leaves for one, other in permutations(verdicts, 2)
    ):
        forms = [form.code for form in exam.passing_forms]
        place = ("formes_de_passage", forms.index(situation.passing_form))
        yield Finding(place, "forme_impossible", _NOBODY, _NOT_ENOUGH)


_NOBODY = "Personne ne peut s'inscrire"
_NO_PAPER = Finding(
    ("epreuves",), "sans_epreuve", "Aucune épreuve n'est proposée", "ajoutez-en une."
)
_NOTHING_TO_SIT = Finding(
    ("epreuves",), "sans_epreuve", _NOBODY, "aucune épreuve n'y peut être passée."
)
_NOT_ENOUGH = (
    "il n'y a pas de quoi passer une épreuve et en laisser une autre à une autre session. Ajoutez "
    "une épreuve, ou dites par « recevabilite » qui peut choisir cette forme."
)


def _impossible(bonds: Sequence[Bond]) -> Finding:
    place, named = bonds[-1].place, _named(bonds)
    if len(bonds) == 1:
        return Finding(place, "groupe_impossible", _NOBODY, f"{named} s'y oppose. Changez-le.")
    return Finding(place, "contradiction", _NOBODY, f"{named} se contredisent. Changez l'un d'eux.")


def _never(code: str, bonds: Sequence[Bond]) -> Finding:
    verb = "s'y oppose" if len(bonds) == 1 else "s'y opposent"
    return Finding(
        bonds[-1].place,
        "epreuve_impossible",
        f"« {code} » ne peut jamais être choisie",
        f"{_named(bonds)} {verb}. Changez une règle, ou dites quand « {code} » est proposée "
        "(« specialites », « si »).",
    )


def _named(bonds: Sequence[Bond]) -> str:
    return listed([bond.name for bond in bonds])
