"""By what the registrations that a search finds are counted (I8).

An axis gives what PostgreSQL groups by, and names each group in the words of the lists of criteria.
None says who declared a handicap (P-12): what tells of one is gathered with what does not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial, reduce
from operator import or_
from typing import Any

from django.db.models import Case as If
from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Left
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.text import capfirst

from sporades.accounts.permissions import Reach
from sporades.core.french import listed
from sporades.documents.models import DocumentVersion
from sporades.evidence.completeness import calls_for_a_summary, is_ready
from sporades.evidence.models import Evidence
from sporades.evidence.queries import TO_COMPLETE
from sporades.evidence.states import ASKED, TO_PROVIDE, UNJUDGED
from sporades.evidence.states import State as EvidenceState
from sporades.exams.schema.papers import Status
from sporades.registrations.added import ADDED, is_added
from sporades.registrations.models import Version
from sporades.registrations.states import State
from sporades.searches import offers
from sporades.searches.answered import (
    once_told_a_handicap,
    papers_of_health,
    pieces_of_health,
    sat_by_all_but_for_health,
)
from sporades.searches.catalogue import CRITERIA
from sporades.searches.criteria import Criterion, flattened
from sporades.searches.words import labels_of
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE, Department
from sporades.territory.rules import departments_suggested_by

UNSAID = "Sans réponse"
NO_OPTION, NOT_DETAILED = "Sans option", "Non détaillée"
FEWEST_DETAILED = 20
"""From how many on the options are told of an épreuve that all sit but some who declared a handicap:
of fewer, what is missing would say who."""

type Words = tuple[str, ...]
type Place = tuple[Any, ...]
type Values = tuple[Any, ...]
type Groups = Sequence[tuple[Values, int]]
type Namer = Callable[[Values], Iterable[tuple[Place, Words]]]


@dataclass(frozen=True)
class Axis:
    """Something by which registrations are counted.

    Attributes:
        code: what an address says.
        by: what stands after « par ».
        titles: those of its columns.
        told: what its groups are told by, from a registration, each by a name.
        named: given where the reader may read, and what was found where nothing stands beside it,
            gives what names a group: where it stands among others, and its words, a cell each; a
            group may be in several lines, or in none.
        is_many: whether a registration may be in several of its groups, or in none.
        rows: what must hold of a registration, and of what it is joined with, to be counted.
        criterion: the code of the criterion by whose list its groups are named; nothing of others.
    """

    code: str
    by: str
    titles: Words
    told: Callable[[], Mapping[str, Any]]
    named: Callable[[Reach, Groups], Namer]
    is_many: bool = False
    rows: Callable[[], Q] = Q
    criterion: str = ""

    @property
    def label(self) -> str:
        """What a reader chooses."""
        return str(capfirst(self.by))


# --- What a registration has one of -------------------------------------------------------------


def _one_of(code: str, by: str) -> Axis:
    """Return an axis that is a criterion with a list."""
    criterion = CRITERIA[code]
    return Axis(
        code,
        by,
        (criterion.label,),
        lambda: {"value": F(criterion.path)},
        lambda reach, _: _listed(criterion, reach),
        criterion=code,
    )


def _listed(criterion: Criterion, reach: Reach) -> Namer:
    labels = labels_of(criterion, reach)
    ranks = {value: rank for rank, value in enumerate(labels)}
    current_of = cache(criterion.current)

    def name(values: Values) -> Iterator[tuple[Place, Words]]:
        said = "" if values[0] is None else str(values[0])
        current = current_of(said) if said else said
        label = labels.get(current, said) or UNSAID
        yield (ranks.get(current, len(ranks)), label), (label,)

    return name


def _qualified(reach: Reach, _: Groups) -> Namer:
    name = _listed(CRITERIA["qualification"], reach)

    def named(values: Values) -> Iterable[tuple[Place, Words]]:
        exam, speciality = values
        return name((f"{offers.ALONE}{exam}" if speciality is None else speciality,))

    return named


def _by_year(_: Reach, __: Groups) -> Namer:
    return lambda values: [((values[0],), (str(values[0]),))]


OVERSEAS = ("97", "98")
"""How postcodes begin of which the first three figures do not always tell the department."""

_LAST = ("~",)
"""After every code of a department."""


def _by_department(_: Reach, __: Groups) -> Namer:
    def named(values: Values) -> Iterator[tuple[Place, Words]]:
        country, first = values
        if country not in ("", FRANCE):
            yield (*_LAST, 0), ("À l'étranger",)
            return
        codes = _overseas(first) or departments_suggested_by(f"{first:0<5}" if first else "")
        if not codes:
            yield (*_LAST, 1), (UNSAID,)
            return
        yield codes, (", ".join(f"{_department(code)} ({code})" for code in codes),)

    return named


def _first_figures() -> If:
    """Return what of a postcode tells the department: all of it overseas, as Saint-Martin's is 97150."""
    overseas = When(postcode__regex=f"^({'|'.join(OVERSEAS)})", then=F("postcode"))
    return If(overseas, default=Left("postcode", 3), output_field=CharField())


def _overseas(postcode: str) -> tuple[str, ...]:
    """Return the code of the department, overseas, that the official list has for a postcode; or none."""
    if not postcode.startswith(OVERSEAS):
        return ()
    return tuple(sorted(one.code for one in territory.departments_of_postcode(postcode)))


def _department(code: str) -> str:
    try:
        return territory.department(code).name
    except Department.DoesNotExist:
        return "Département inconnu"


STEPS = {
    "owed": "Pièces obligatoires à fournir",
    "verify": "Pièces à vérifier",
    "review": "À revoir depuis une correction",
    "anomaly": "En anomalie, sans pièce attendue",
    "late": "Récapitulatif signé hors délai",
    "summary": "Récapitulatif signé attendu",
    "ready": "Dossier complet, à valider",
    "other": "Rien n'a été demandé",
    "validated": State.VALIDATED.label,
    "set_aside": State.SET_ASIDE.label,
    "withdrawn": State.WITHDRAWN.label,
}
"""Where a file stands, in the order of its life, once: what is first to be done."""


def _step() -> Mapping[str, Any]:
    """Return what is first to be done of a registration: the cheap questions are asked first."""
    pieces = Evidence.objects.filter(registration=OuterRef("pk"), academy=OuterRef("academy"))
    last = Version.objects.filter(registration=OuterRef("pk"), number=OuterRef("version"))
    is_awaited = IsNull(Subquery(calls_for_a_summary(last)), False)  # noqa: FBT003 - as Django has it
    steps = {
        **{
            state.value: Q(state=state)
            for state in (State.VALIDATED, State.SET_ASIDE, State.WITHDRAWN)
        },
        "owed": Q(Exists(pieces.filter(state__in=TO_PROVIDE, is_mandatory=True))),
        "verify": Q(Exists(pieces.filter(state__in=UNJUDGED))),
        "anomaly": Q(state=State.ANOMALY),
        "review": Q(to_review_since__isnull=False),
        "late": Q(is_summary_posted_late=True),
        "ready": is_ready(),
        "summary": Q(is_awaited, summary_posted_on=None),
    }
    whens = [When(holds, then=Value(step)) for step, holds in steps.items()]
    return {"step": If(*whens, default=Value("other"), output_field=CharField())}


def _by_step(_: Reach, __: Groups) -> Namer:
    ranks = {step: rank for rank, step in enumerate(STEPS)}
    return lambda values: [((ranks[values[0]],), (STEPS[values[0]],))]


# --- What a registration has several of -----------------------------------------------------------

STATUSES = {status: rank for rank, status in enumerate(Status)}


def _either(statuses: Iterable[Status]) -> str:
    """Say statuses that are counted together: « Inscrit, dispensé ou bénéfice »."""
    return capfirst(listed([one.label.lower() for one in statuses], "ou"))


_SPARED: tuple[tuple[Status, ...], ...] = (
    (Status.DISPENSED,),
    (Status.KEPT,),
    (Status.DISPENSED, Status.KEPT),
)
SAT_OR_NOT, NOT_SAT = (
    {spared: _either((beside, *spared)) for spared in _SPARED}
    for beside in (Status.ENTERED, Status.NOT_ENTERED)
)
GATHERED = frozenset((*SAT_OR_NOT.values(), *NOT_SAT.values()))
"""What is said where « Dispensé » or « Bénéfice » would say who declared a handicap (P-12)."""


def offered_for_health() -> set[int]:
    """Return the épreuves that a declared handicap alone offers, or once did: none is counted (P-12)."""
    return {key for key, one in papers_of_health().items() if one.statuses == set(Status)}


def _say_status() -> Callable[[int, str], str]:
    """Return what says a status of an épreuve, by its key; one that a handicap opens is gathered.

    Of an épreuve that a handicap alone offers, nothing is said.
    """
    of_health, for_all = papers_of_health(), sat_by_all_but_for_health()
    left_out = offered_for_health()

    def say(paper: int, status: str) -> str:
        if paper in left_out:
            return ""
        told = of_health[paper].statuses if paper in of_health else set()
        beside = Status.ENTERED if paper in for_all else Status.NOT_ENTERED
        if not told or status not in (*told, beside):
            return Status(status).label
        spared = tuple(one for one in STATUSES if one in told)
        return (SAT_OR_NOT if paper in for_all else NOT_SAT)[spared]

    return say


def _name_papers(reach: Reach) -> Callable[[int], tuple[int, str]]:
    """Return what gives the place of an épreuve and its name, by its key."""
    labels = labels_of(CRITERIA["epreuve"], reach)
    ranks = {value: rank for rank, value in enumerate(labels)}
    gone = len(ranks)
    return lambda paper: (ranks.get(str(paper), gone), labels.get(str(paper), "Autre épreuve"))


def _by_paper(reach: Reach, _: Groups) -> Namer:
    say, place = _say_status(), _name_papers(reach)

    def name(values: Values) -> Iterator[tuple[Place, Words]]:
        paper, status = values
        rank, label = place(paper)
        if said := say(paper, status):
            yield (rank, STATUSES[Status(status)]), (label, said)

    return name


def _by_option(reach: Reach, groups: Groups) -> Namer:
    """Name épreuves with their options; those of one that tells of health where many are counted.

    Of one that all must sit but some who declared a handicap, who has no option is dispensed of it:
    they are counted in none, and the options of few are not told apart.
    """
    say, place, labels = _say_status(), _name_papers(reach), offers.option_names(reach)
    ranks = {value: rank for rank, value in enumerate(labels)}
    have_options = {value.partition(":")[0] for value in labels}
    many: Counter[int] = Counter()
    for (paper, status, _), count in groups:
        many[paper] += count if say(paper, status) in SAT_OR_NOT.values() else 0

    def name(values: Values) -> Iterator[tuple[Place, Words]]:
        paper, status, option = values
        rank, label = place(paper)
        said, is_told = say(paper, status), many[paper] >= FEWEST_DETAILED
        key = f"{paper}:{option}"
        words = labels.get(key, option) or NO_OPTION
        is_sat_or_not = said in SAT_OR_NOT.values()
        if not said:
            return
        if str(paper) not in have_options:
            words = option
        elif said in NOT_SAT.values() or (is_sat_or_not and not is_told):
            key, words = "", NOT_DETAILED
        elif is_sat_or_not and not option:
            return
        yield (rank, STATUSES[Status(status)], ranks.get(key, len(ranks))), (label, said, words)

    return name


def _asked_with_a_list() -> Q:
    """Return the answers to questions that have a list, or are of yes or no, and tell of no handicap."""
    pairs: dict[str, set[int]] = {}
    for exam, question in offers.listed_questions():
        if not once_told_a_handicap(exam, question):
            pairs.setdefault(question, set()).add(exam)
    asked = (Q(answers__question=code, exam__in=sorted(exams)) for code, exams in pairs.items())
    return reduce(or_, asked, Q(pk__in=[]))


def _by_answer(reach: Reach, _: Groups) -> Namer:
    known: dict[str, tuple[int, str, str]] = {}
    for title, those in CRITERIA["question"].choices(reach) or ():
        for value, label in flattened([(title, those)]).items():
            known[value] = (len(known), label, title)

    def name(values: Values) -> Iterator[tuple[Place, Words]]:
        exam, question, given = values
        for code in given if isinstance(given, list) else [given]:
            found = known.get(f"{exam}:{question}:{code}")
            if found:
                rank, label, title = found
                yield (rank,), (label, title)

    return name


def _asked_pieces() -> Q:
    """Return the pieces that are asked for: once it is validated, what has not come is not any more.

    Of an exam that asks for one by a declared handicap none is counted, as no column names any: the
    one that is left out would be told by where its registration stands.
    """
    came = [state for state in ASKED if state not in TO_PROVIDE]
    is_asked = Q(evidence__state__in=came) | Q(
        evidence__state__in=TO_PROVIDE, state__in=TO_COMPLETE
    )
    return is_asked & ~Q(exam__in=list(pieces_of_health()))


def _by_piece(reach: Reach, _: Groups) -> Namer:
    labels = labels_of(CRITERIA["piece"], reach)
    ranks = {value: rank for rank, value in enumerate(labels)}
    states = {state.value: rank for rank, state in enumerate(EvidenceState)}

    def name(values: Values) -> Iterator[tuple[Place, Words]]:
        code, state = values
        code = ADDED if is_added(code) else code
        words = (labels.get(code, "Autre pièce"), str(EvidenceState(state).label))
        yield (ranks.get(code, len(ranks)), states[state]), words

    return name


OPENED, UNOPENED, NO_ACCOUNT = "Ouvert", "Pas encore ouvert", "Publié, sans compte"


def _read_now() -> Q:
    """Return the documents that candidates may read now, but those that say something of health."""
    versions = DocumentVersion.objects.latest_visible(timezone.now())
    kinds = [kind for kind, _ in CRITERIA["document"].choices(Reach()) or ()]
    return Q(
        folder__documents__kind__in=kinds,
        folder__documents__versions__in=versions.order_by().values("pk"),
    )


def _opening() -> Mapping[str, Any]:
    said = If(
        When(folder__documents__versions__opened_at__isnull=False, then=Value(OPENED)),
        When(candidate__user=None, then=Value(NO_ACCOUNT)),
        default=Value(UNOPENED),
        output_field=CharField(),
    )
    return {"kind": F("folder__documents__kind"), "opened": said}


def _by_document(reach: Reach, _: Groups) -> Namer:
    labels = labels_of(CRITERIA["document"], reach)
    ranks = {value: rank for rank, value in enumerate(labels)}
    said = (OPENED, UNOPENED, NO_ACCOUNT)
    return lambda values: [
        ((ranks[values[0]], said.index(values[1])), (labels[values[0]], values[1]))
    ]


# --- The list ---------------------------------------------------------------------------------

GROUPS: tuple[tuple[str, tuple[Axis, ...]], ...] = (
    (
        "Ce qui est présenté",
        (
            _one_of("examen", "examen"),
            Axis(
                "qualification",
                "spécialité",
                ("Examen et spécialité",),
                lambda: {"exam": F("exam_id"), "speciality": F("speciality_id")},
                _qualified,
            ),
            _one_of("categorie", "catégorie de candidat"),
            _one_of("forme", "forme de passage"),
            Axis(
                "epreuve",
                "épreuve et choix",
                ("Épreuve", "Choix du candidat"),
                lambda: {"paper": F("papers__paper_id"), "status": F("papers__status")},
                _by_paper,
                is_many=True,
                rows=partial(Q, papers__isnull=False),
            ),
            Axis(
                "option",
                "épreuve, choix et option",
                ("Épreuve", "Choix du candidat", "Option"),
                lambda: {
                    "paper": F("papers__paper_id"),
                    "status": F("papers__status"),
                    "option": F("papers__option"),
                },
                _by_option,
                is_many=True,
                rows=partial(Q, papers__isnull=False),
            ),
            _one_of("zone", "zone souhaitée"),
            _one_of("diplome", "diplôme présenté"),
            Axis(
                "question",
                "réponse à une question de l'examen",
                ("Question et réponse", "Examen"),
                lambda: {
                    "exam": F("exam_id"),
                    "question": F("answers__question"),
                    "value": F("answers__value"),
                },
                _by_answer,
                is_many=True,
                rows=_asked_with_a_list,
            ),
        ),
    ),
    (
        "Où en est le dossier",
        (
            _one_of("etat", "état"),
            Axis("etape", "étape du dossier", ("Où en est le dossier",), _step, _by_step),
            Axis(
                "piece",
                "pièce et état de la pièce",
                ("Pièce", "État de la pièce"),
                lambda: {"code": F("evidence__code"), "state": F("evidence__state")},
                _by_piece,
                is_many=True,
                rows=_asked_pieces,
            ),
            Axis(
                "document",
                "document et ouverture",
                ("Document", "Ouverture"),
                _opening,
                _by_document,
                is_many=True,
                rows=_read_now,
            ),
        ),
    ),
    (
        "Qui, et où",
        (
            _one_of("academie", "académie"),
            _one_of("service", "service gestionnaire"),
            Axis(
                "departement",
                "département du code postal",
                ("Département",),
                lambda: {"country": F("country"), "first": _first_figures()},
                _by_department,
            ),
            _one_of("civilite", "civilité"),
            Axis(
                "annee_naissance",
                "année de naissance",
                ("Année de naissance",),
                lambda: {"year": F("identity__birth_year")},
                _by_year,
            ),
        ),
    ),
)

AXES = {axis.code: axis for _, axes in GROUPS for axis in axes}
