"""The criteria by which registrations are searched, in the order of the list."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.text import capfirst

from sporades.accommodations.queries import measures_within
from sporades.accounts.models import normalised_address
from sporades.accounts.permissions import Reach
from sporades.candidates.birthplaces import OTHER, STATELESS
from sporades.candidates.models import Candidate, Channel, Identity
from sporades.candidates.words import country_in_words, nationality_in_words
from sporades.core.text import clean
from sporades.evidence.queries import labels_within
from sporades.exams import schema
from sporades.exams.models import Exam
from sporades.exams.queries import OfferedExam, Programme, programmes, services_within
from sporades.exams.titles import qualification_of
from sporades.registrations.states import State
from sporades.searches import coded
from sporades.searches.criteria import (
    Address,
    AmendedSince,
    CaseState,
    ChannelOf,
    Choice,
    Choices,
    Criterion,
    Day,
    InfectedSince,
    Instant,
    LacksPieces,
    LastVersion,
    MeasureInForce,
    Name,
    Number,
    OptionalChoice,
    PaperStatus,
    PieceArrived,
    PieceState,
    Ready,
    Row,
    Telephone,
    Text,
    WholeName,
    YesNo,
)
from sporades.searches.operators import Operator
from sporades.territory import queries as territory
from sporades.territory.models import ManagingService


@dataclass(frozen=True)
class CandidateNumber(Text):
    """The number of a candidate, that of one who was merged into another too."""

    def _compared(self, operator: Operator, sought: str) -> Q:
        if operator is not Operator.IS:
            return super()._compared(operator, sought)
        named = Candidate.objects.filter(number=sought)
        return Q(candidate__in=named.values(stands=Coalesce("merged_into", "pk")))


@dataclass(frozen=True)
class Qualification(Row):
    """An exam with its speciality; the exam alone, where it has none."""

    _ALONE: ClassVar = "examen-"

    @classmethod
    def without_speciality(cls, exam: Exam) -> str:
        """Return the value that stands for an exam that has no speciality."""
        return f"{cls._ALONE}{exam.pk}"

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with a speciality, or with an exam without one."""
        said = values[0] if values else ""
        if not said.startswith(self._ALONE):
            return super().condition(operator, values)
        of_exam = _EXAM.condition(Operator.IS, [said.removeprefix(self._ALONE)])
        found = of_exam & self._is(__isnull=True)
        return ~found if operator is Operator.IS_NOT else found


@dataclass(frozen=True)
class ManagedBy(Row):
    """A managing service, as it is read: rows of one name in one academy, one a domain, are one."""

    def current(self, value: str) -> str:
        """Return the value by which the list knows the service that a kept one is of."""
        alike = next((one for one in _managing().values() if value in one), [value])
        return alike[0]

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with all that bear the name of one of the list."""
        super().condition(operator, values)
        one = ManagingService.objects.filter(pk=int(clean(values[0])))
        alike = ManagingService.objects.filter(
            academy__in=one.values("academy"), name__in=one.values("name")
        )
        found = self._is(__in=alike.values("pk"))
        return ~found if operator is Operator.IS_NOT else found


def _bare(typed: str) -> str:
    """Take out what separates the figures of a number."""
    return "".join(sign for sign in typed if sign.isalnum()).upper()


def _offered(reach: Reach) -> Iterator[tuple[Programme, OfferedExam]]:
    """Return the exams in force of the domains that are reached."""
    listed = programmes()
    reached = reach.domains({one.regulation.domain.code for one in listed})
    for programme in listed:
        if programme.regulation.domain.code in reached:
            for offered in programme.exams:
                yield programme, offered


def _domains(reach: Reach) -> Choices:
    found = {}
    for programme, _ in _offered(reach):
        domain = programme.regulation.domain
        found[str(domain.pk)] = domain.label
    return tuple(found.items())


def _sessions(reach: Reach) -> Choices:
    found = {}
    for programme, _ in _offered(reach):
        session = programme.regulation.session
        found[str(session.pk)] = session.label
    return tuple(found.items())


def _exams(reach: Reach) -> Choices:
    return tuple((str(one.exam.pk), _titled(one)) for _, one in _offered(reach))


def _qualifications(reach: Reach) -> Choices:
    return tuple((_titled(one), list(_qualifications_of(one))) for _, one in _offered(reach))


def _qualifications_of(offered: OfferedExam) -> Iterator[tuple[str, str]]:
    exam = offered.exam
    if not offered.specialities:
        yield Qualification.without_speciality(exam), qualification_of(exam.label, None)
    for one in offered.specialities:
        yield str(one.pk), qualification_of(exam.label, one.label)


def _papers(reach: Reach) -> Choices:
    """Name each épreuve as candidates read it, and say of those of one name what sets them apart."""
    offered = [one for _, one in _offered(reach)]
    times = Counter(_named(said) for one in offered for said in one.rules.papers)
    return tuple(
        (
            _titled(one),
            [
                (
                    str(one.papers[said.code].pk),
                    _named(said) if times[_named(said)] == 1 else _told_apart(said, one),
                )
                for said in one.rules.papers
            ],
        )
        for one in offered
    )


def _pieces(reach: Reach) -> Choices:
    return tuple(labels_within(reach).items())


def _measures(reach: Reach) -> Choices:
    return tuple(measures_within(reach).items())


def _named(paper: schema.Paper) -> str:
    return f"{paper.label} ({paper.unit})" if paper.unit else paper.label


def _told_apart(paper: schema.Paper, offered: OfferedExam) -> str:
    """Name an épreuve with its exam and, where the exam has two of one name, with what differs."""
    alike = [one for one in offered.rules.papers if _named(one) == _named(paper)]
    labels = {one.code: one.label for one in offered.specialities}
    of = ", ".join(labels[code] for code in paper.specialities) or paper.code
    return ", ".join([_named(paper), _titled(offered), *([of] if len(alike) > 1 else [])])


def _titled(offered: OfferedExam) -> str:
    return f"{offered.exam.label}, {offered.exam.session.label}"


def _of_rules(reach: Reach, read: Callable[[schema.Exam], Iterable[tuple[str, str]]]) -> Choices:
    """Gather what exams call by one code: two labels of a code are both said."""
    found: dict[str, dict[str, None]] = {}
    for _, offered in _offered(reach):
        for code, label in read(offered.rules):
            found.setdefault(code, {})[label] = None
    named = ((code, " / ".join(labels)) for code, labels in found.items())
    return tuple(sorted(named, key=lambda pair: pair[1]))


def _academies(reach: Reach) -> Choices:
    names = {one.code: one.name for one in territory.academies()}
    return tuple((code, names[code]) for code in reach.academies(names))


def _managing_services(reach: Reach) -> Choices:
    reached = {str(one.managing_service_id) for one in services_within(reach)}
    named = (
        (alike[0], f"{name}, {territory.academy(academy).name}")
        for (academy, name), alike in _managing().items()
        if reached.intersection(alike)
    )
    return tuple(sorted(named, key=lambda pair: pair[1]))


def _managing() -> dict[tuple[str, str], list[str]]:
    """Return the managing services of each name in each academy, the first made first."""
    found: dict[tuple[str, str], set[int]] = {}
    for programme in programmes():
        for service in programme.services:
            one = service.managing_service
            found.setdefault((one.academy_id, one.name), set()).add(one.pk)
    return {named: [str(pk) for pk in sorted(alike)] for named, alike in found.items()}


def _states(reach: Reach) -> Choices:  # noqa: ARG001 - the same for all
    return State.choices


def _civilities(reach: Reach) -> Choices:  # noqa: ARG001 - the same for all
    return Identity.Civility.choices


def _channels(reach: Reach) -> Choices:  # noqa: ARG001 - the same for all
    return Channel.choices


def _countries(reach: Reach) -> Choices:  # noqa: ARG001 - the same for all
    return tuple((one.code, one.name) for one in territory.countries())


def _birth_countries(reach: Reach) -> Choices:
    return (*_countries(reach), (OTHER, capfirst(country_in_words(OTHER))))


def _nationalities(reach: Reach) -> Choices:  # noqa: ARG001 - the same for all
    listed = ((one.code, one.nationality) for one in territory.nationalities())
    off_the_list = ((code, nationality_in_words(code)) for code in (STATELESS, OTHER))
    return (*listed, *off_the_list)


_EXAM = Row("examen", "Examen", "exam_id", _exams)

GROUPS: tuple[tuple[str, tuple[Criterion, ...]], ...] = (
    (
        "Numéros",
        (
            Text("numero_inscription", "N° Inscription", "number", _bare),
            CandidateNumber("numero_candidat", "N° Candidat", "candidate__number", _bare),
            Text("ine", "INE", "ine", _bare),
        ),
    ),
    (
        "Identité",
        (
            WholeName("nom_complet", "Nom et prénoms", "name_key"),
            Name("nom", "Nom de famille", "identity__birth_name_key"),
            Name("nom_usage", "Nom d'usage", "identity__usage_name_key"),
            Name("prenoms", "Prénom(s)", "identity__first_names_key"),
            Day("naissance", "Date de naissance", "birth_date"),
            Number("annee_naissance", "Année de naissance", "identity__birth_year"),
            Choice("civilite", "Civilité", "identity__civility", _civilities),
            Choice("nationalite", "Nationalité", "identity__nationality", _nationalities),
            Choice(
                "pays_naissance", "Pays de naissance", "identity__birth_country", _birth_countries
            ),
        ),
    ),
    (
        "Coordonnées",
        (
            Address("mail", "Adresse mail", "candidate", normalised_address),
            Telephone("telephone", "Téléphone", "mobile", ("phone", "guardian_phone"), "candidate"),
            ChannelOf("canal", "Canal", "candidate", _channels),
            Text("code_postal", "Code postal", "postcode", _bare),
            Choice("pays", "Pays de résidence", "country", _countries),
        ),
    ),
    (
        "Inscription",
        (
            Row("domaine", "Domaine", "exam__domain_id", _domains),
            Row("session", "Session", "exam__session_id", _sessions),
            _EXAM,
            Qualification(
                "qualification", "Qualification présentée", "speciality_id", _qualifications
            ),
            Choice("etat", "État", "state", _states),
            AmendedSince("modifiee_depuis", "Modifiée depuis la décision", "amended_at"),
            Choice("academie", "Académie", "academy_id", _academies),
            ManagedBy(
                "service",
                "Service gestionnaire",
                "service__managing_service_id",
                _managing_services,
            ),
            Instant("enregistree", "Enregistrée le", "filed_at"),
            Instant("modifiee", "Réponses modifiées le", "amended_at"),
            LastVersion("derniere_version", "Dernière version le", "filed_at"),
            Instant("desinscrite", "Désinscrite le", "withdrawn_at"),
            Number("version", "Numéro de version", "version"),
            Day("recapitulatif_recu", "Récapitulatif signé posté le", "summary_posted_on"),
        ),
    ),
    (
        "Réponses",
        (
            OptionalChoice(
                "categorie",
                "Catégorie du candidat",
                "category",
                partial(_of_rules, read=coded.categories),
            ),
            OptionalChoice(
                "forme",
                "Forme de passage",
                "passing_form",
                partial(_of_rules, read=coded.passing_forms),
            ),
            OptionalChoice("zone", "Zone souhaitée", "zone", partial(_of_rules, read=coded.zones)),
            OptionalChoice(
                "service_national",
                "Service national",
                "national_service",
                partial(_of_rules, read=coded.national_service),
            ),
            OptionalChoice(
                "diplome", "Diplôme présenté", "diploma", partial(_of_rules, read=coded.diplomas)
            ),
            OptionalChoice(
                "coloration",
                "Coloration disciplinaire",
                "colouring",
                partial(_of_rules, read=coded.colourings),
            ),
            Number("experience", "Années d'expérience", "experience"),
            YesNo("handicap", "Handicap déclaré", "has_disability"),
            YesNo("publication", "Accepte la publication de son nom", "publishes_name"),
            YesNo("communication", "Accepte la communication de son nom", "shares_name"),
        ),
    ),
    ("Épreuves", (PaperStatus("epreuve", "Épreuve", "papers", _papers),)),
    (
        "Pièces justificatives",
        (
            PieceState("piece", "Pièce", "evidence", _pieces),
            LacksPieces("pieces_manquantes", "Pièce obligatoire à fournir", "evidence"),
            Ready("complet", "Dossier complet, à valider", "evidence"),
            InfectedSince("infectee_depuis", "Pièce infectée depuis la validation", "evidence"),
            PieceArrived("piece_arrivee", "Pièce arrivée le", "arrived_at"),
        ),
    ),
    (
        "Aménagements d'épreuves",
        (
            CaseState("amenagement", "Demande d'aménagement", "accommodation_cases"),
            MeasureInForce("mesure", "Mesure d'aménagement", "accommodation_cases", _measures),
        ),
    ),
)

CRITERIA = {criterion.code: criterion for _, criteria in GROUPS for criterion in criteria}
