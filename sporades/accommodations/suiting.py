"""Which épreuves a measure does not suit, told to the database as `Measure.suits` tells it to pages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, Value

from sporades.accommodations.models import Case
from sporades.exams.held import Catalogue, OfferedExam, held
from sporades.exams.models import Regulation
from sporades.exams.schema.accommodations import Measure
from sporades.exams.schema.papers import Paper

type Keys = tuple[int, ...]
type Codes = tuple[str, ...]


@dataclass(frozen=True)
class Where:
    """Of whom it is said that a measure does not suit an épreuve.

    Attributes:
        asked_under: whose request is of these versions; none for any.
        under: whose registration is under these; none for any.
        categories: who is, or is not, of these; none for anybody.
        is_theirs: whether it is said of those categories, or of all others.
    """

    asked_under: Keys = ()
    under: Keys = ()
    categories: Codes = ()
    is_theirs: bool = False

    def condition(self) -> Q:
        """Return what an épreuve that is sat satisfies there, `asked_under` being that of its request."""
        said = Q()
        if self.asked_under:
            said &= Q(asked_under__in=self.asked_under)
        if self.under:
            said &= Q(registration__regulation__in=self.under)
        if self.categories:
            theirs = Q(registration__category__in=self.categories)
            said &= theirs if self.is_theirs else ~theirs
        return said


@dataclass(frozen=True)
class Unsuited:
    """Épreuves that measures do not suit.

    Attributes:
        measures: the codes of the measures.
        papers: the keys of the épreuves.
        where: of whom it is said.
    """

    measures: Codes
    papers: Keys
    where: Where


def suits(*measures: str) -> Q:
    """Return what an épreuve that is sat satisfies, of those that measures suit.

    What no réglementation says suits every épreuve, as for pages.

    Args:
        measures: the names by which a query of `RegistrationPaper` knows the codes of the measures;
            `asked_under` is that by which it knows the version of their request.
    """
    unsuited = Q()
    for one in _unsuited(held()):
        named = Q(*(Q(**{f"{name}__in": one.measures}) for name in measures), _connector=Q.OR)
        unsuited |= Q(_is_among("paper", one.papers)) & named & one.where.condition()
    return ~unsuited if unsuited else Q()


def _is_among(name: str, keys: Keys) -> Func:
    """Return whether a key is one of many, told as one parameter: PostgreSQL takes 65 535 of them."""
    return Func(
        F(name),
        Value(list(keys), output_field=ArrayField(BigIntegerField())),
        arg_joiner=" = ANY(",
        template="(%(expressions)s))",
        output_field=BooleanField(),
    )


@lru_cache(maxsize=1)
def _unsuited(catalogue: Catalogue) -> Sequence[Unsuited]:
    """Return all that is said so, once for what is held: versions agree on nearly all of it."""
    of_exam: dict[int, dict[int, OfferedExam]] = defaultdict(dict)
    for version, exams in _versions(catalogue):
        for one in exams:
            of_exam[one.exam.pk][version] = one
    found: dict[Where, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for versions in of_exam.values():
        for where, measure, paper in _said(versions):
            found[where][measure].add(paper)
    return [
        Unsuited(measures, papers, where)
        for where, papers_of in found.items()
        for papers, measures in _alike(papers_of)
    ]


def _versions(catalogue: Catalogue) -> Iterator[tuple[int, Sequence[OfferedExam]]]:
    """Go through the versions in force, and those before under which something was asked or is sat."""
    in_force = [one.regulation for one in catalogue.programmes]
    yield from ((one.regulation.pk, one.exams) for one in catalogue.programmes)
    if all(one.number == 1 for one in in_force):
        return  # they count from one: there is none before
    asked = Case.objects.exclude(regulation=None).order_by().values("regulation").distinct()
    sat = Case.objects.order_by().values("registration__regulation").distinct()
    versions = Regulation.objects.light().filter(Q(pk__in=asked) | Q(pk__in=sat))
    # One that was loaded meanwhile may name what is not held yet: the next catalogue has it.
    last = {(one.domain_id, one.session_id): one.number for one in in_force}
    for one in versions:
        if one.number < last.get((one.domain_id, one.session_id), 0):
            yield one.pk, catalogue.known.offered_by(one)


def _said(versions: dict[int, OfferedExam]) -> Iterator[tuple[Where, str, int]]:
    """Tell of an exam which measure does not suit which épreuve, by its versions: of whom, both.

    A measure is what the version of the request says, an épreuve what that of the registration does.
    """
    measures = _by_what_is_said((pk, _limited(one)) for pk, one in versions.items())
    papers = _by_what_is_said((pk, one.rules.papers) for pk, one in versions.items())
    keys = next(iter(versions.values())).papers
    for limited, asked_under in measures:
        for sat, under in papers:
            its = (asked_under if len(measures) > 1 else (), under if len(papers) > 1 else ())
            for measure in limited:
                for paper in sat:
                    where = _where(measure, paper, *its)
                    if where is not None:
                        yield where, measure.code, keys[paper.code].pk


def _limited(one: OfferedExam) -> tuple[Measure, ...]:
    """Return the measures that do not suit all épreuves."""
    asked = one.rules.accommodations
    return tuple(each for each in (asked.measures if asked else ()) if each.natures or each.papers)


def _by_what_is_said[Said: (tuple[Measure, ...], tuple[Paper, ...])](
    told: Iterable[tuple[int, Said]],
) -> list[tuple[Said, Keys]]:
    """Put versions together that say the same."""
    found: list[tuple[Said, list[int]]] = []
    for pk, said in told:
        same = next((keys for before, keys in found if before == said), None)
        if same is None:
            found.append((said, [pk]))
        else:
            same.append(pk)
    return [(said, tuple(sorted(keys))) for said, keys in found]


def _where(measure: Measure, paper: Paper, asked_under: Keys, under: Keys) -> Where | None:
    """Return of whom a measure does not suit an épreuve; nothing where it suits everybody's."""
    is_suited = measure.suits(paper.code, paper.nature)
    own = {code for form in paper.forms for code in form.categories}
    apart = {code for code in own if measure.suits(paper.code, paper.nature_for(code)) != is_suited}
    if is_suited and not apart:
        return None
    return Where(asked_under, under, tuple(sorted(apart)), is_theirs=is_suited)


def _alike(papers_of: dict[str, set[int]]) -> Iterator[tuple[Keys, Codes]]:
    """Put measures together that the same épreuves do not suit."""
    found: dict[Keys, list[str]] = defaultdict(list)
    for measure, papers in papers_of.items():
        found[tuple(sorted(papers))].append(measure)
    for keys, measures in found.items():
        yield keys, tuple(sorted(measures))
