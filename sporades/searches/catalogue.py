"""The criteria by which registrations are searched, in the order of the list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.text import capfirst

from sporades.accounts.models import normalised_address
from sporades.accounts.permissions import Reach
from sporades.candidates.birthplaces import OTHER, STATELESS
from sporades.candidates.models import Candidate, Channel, Identity
from sporades.candidates.words import country_in_words, nationality_in_words
from sporades.core.text import clean
from sporades.exams.queries import programmes, served_academies, services_within
from sporades.registrations.came import CameBy
from sporades.registrations.sections.identification import INE
from sporades.registrations.states import State
from sporades.searches import coded, offers
from sporades.searches.criteria import (
    Address,
    AmendedSince,
    AnswerGiven,
    BirthDay,
    CaseState,
    ChannelOf,
    Choice,
    Choices,
    Criterion,
    Day,
    DocumentState,
    DoneBy,
    ExamOver,
    HasAccount,
    Identifier,
    InfectedSince,
    Instant,
    LacksPieces,
    LastMailRefused,
    LastVersion,
    MeasureInForce,
    Name,
    Number,
    OptionalChoice,
    PaperOption,
    PaperStatus,
    PieceArrived,
    PieceState,
    Postcode,
    Ready,
    Row,
    SummaryCameBy,
    Telephone,
    ToReview,
    Town,
    Waived,
    WholeName,
    YesNo,
)
from sporades.searches.operators import Operator
from sporades.territory import queries as territory
from sporades.territory.models import ManagingService

REGISTRATION_DIGITS = 11
"""How long a number of inscription is; that of a candidate is shorter, an INE has letters."""

FEWEST_DIGITS = 8
"""How long a number of ours is at least."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class CandidateNumber(Identifier):
    """The number of a candidate, that of one who was merged into another too."""

    def _compared(self, operator: Operator, sought: str) -> Q:
        if operator is not Operator.IS:
            return super()._compared(operator, sought)
        return self._among([sought])

    def _among(self, sought: Sequence[str]) -> Q:
        named = Candidate.objects.filter(number__in=sought)
        return Q(candidate__in=named.values(stands=Coalesce("merged_into", "pk")))

    def named(self, registrations: Any, sought: Sequence[str]) -> set[str]:
        """Return the numbers of their candidates, and of whom was merged into them."""
        stand = set(registrations.order_by().values_list("candidate", flat=True))
        named = Candidate.objects.filter(number__in=sought)
        theirs = named.values_list("number", Coalesce("merged_into", "pk"))
        return {number for number, kept in theirs if kept in stand}


@dataclass(frozen=True)
class Qualification(Row):
    """An exam with its speciality; the exam alone, where it has none."""

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with a speciality, or with an exam without one."""
        said = values[0] if values else ""
        if not said.startswith(offers.ALONE):
            return super().condition(operator, values)
        of_exam = _EXAM.condition(Operator.IS, [said.removeprefix(offers.ALONE)])
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


def _is_ours(number: str) -> bool:
    return number.isascii() and number.isdigit()


def _is_of_registration(number: str) -> bool:
    return _is_ours(number) and len(number) == REGISTRATION_DIGITS


def _is_of_candidate(number: str) -> bool:
    return _is_ours(number) and FEWEST_DIGITS <= len(number) != REGISTRATION_DIGITS


def _academies(reach: Reach) -> Choices:
    names = served_academies()
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


def _ways(reach: Reach) -> Choices:  # noqa: ARG001 - the same for all
    return CameBy.choices


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


_EXAM = Row("examen", "Examen", "exam_id", offers.exams)

GROUPS: tuple[tuple[str, tuple[Criterion, ...]], ...] = (
    (
        "Numéros",
        (
            Identifier(
                "numero_inscription",
                "N° Inscription",
                "number",
                _bare,
                "un numéro d'inscription",
                _is_of_registration,
            ),
            CandidateNumber(
                "numero_candidat",
                "N° Candidat",
                "candidate__number",
                _bare,
                "un numéro de candidat",
                _is_of_candidate,
            ),
            Identifier("ine", "INE", "ine", _bare, "un INE", lambda one: bool(INE.fullmatch(one))),
        ),
    ),
    (
        "Identité",
        (
            WholeName("nom_complet", "Nom et prénoms", "name_key"),
            Name("nom", "Nom de famille", "identity__birth_name_key"),
            Name("nom_usage", "Nom d'usage", "identity__usage_name_key"),
            Name("prenoms", "Prénom(s)", "identity__first_names_key"),
            BirthDay("naissance", "Date de naissance", "birth_date", born="identity__birth"),
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
            Address(
                "mail",
                "Adresse mail",
                "candidate",
                normalised_address,
                "une adresse mail",
                lambda one: bool(_ADDRESS.fullmatch(one)),
            ),
            Telephone("telephone", "Téléphone", "mobile", ("phone", "guardian_phone"), "candidate"),
            ChannelOf("canal", "Canal", "candidate", _channels),
            HasAccount("compte", "A un compte", "candidate"),
            LastMailRefused("mail_refuse", "Dernier mail refusé", "candidate"),
            Postcode("code_postal", "Code postal", "postcode", _bare),
            Town("commune", "Commune", "town"),
            Choice("pays", "Pays de résidence", "country", _countries),
        ),
    ),
    (
        "Inscription",
        (
            Row("domaine", "Domaine", "exam__domain_id", offers.domains),
            Row("session", "Session", "exam__session_id", offers.sessions),
            _EXAM,
            Qualification(
                "qualification", "Qualification présentée", "speciality_id", offers.qualifications
            ),
            ExamOver("examen_passe", "Dates de l'examen passées", "exam_id"),
            Choice("etat", "État", "state", _states),
            AmendedSince("modifiee_depuis", "Modifiée depuis la décision", "amended_at"),
            ToReview("a_revoir", "À revoir depuis une correction", "to_review_since"),
            Waived("derogation", "Dérogation", "waivers"),
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
            Day("recapitulatif_recu", "Récapitulatif signé posté ou remis le", "summary_posted_on"),
            SummaryCameBy(
                "recapitulatif_venu", "Récapitulatif signé venu", "summary_came_by", _ways
            ),
            YesNo(
                "recapitulatif_hors_delai",
                "Récapitulatif signé hors délai",
                "is_summary_posted_late",
            ),
            DoneBy("lot", "Faite par un de vos lots", "batch_lines"),
        ),
    ),
    (
        "Réponses",
        (
            OptionalChoice(
                "categorie",
                "Catégorie du candidat",
                "category",
                partial(offers.answers, read=coded.categories),
            ),
            OptionalChoice(
                "forme",
                "Forme de passage",
                "passing_form",
                partial(offers.answers, read=coded.passing_forms),
            ),
            OptionalChoice(
                "zone", "Zone souhaitée", "zone", partial(offers.answers, read=coded.zones)
            ),
            OptionalChoice(
                "service_national",
                "Service national",
                "national_service",
                partial(offers.answers, read=coded.national_service),
            ),
            OptionalChoice(
                "diplome",
                "Diplôme présenté",
                "diploma",
                partial(offers.answers, read=coded.diplomas),
            ),
            OptionalChoice(
                "coloration",
                "Coloration disciplinaire",
                "colouring",
                partial(offers.answers, read=coded.colourings),
            ),
            Number("experience", "Années d'expérience", "experience"),
            YesNo("handicap", "Handicap déclaré", "has_disability"),
            YesNo("publication", "Accepte la publication de son nom", "publishes_name"),
            YesNo("communication", "Accepte la communication de son nom", "shares_name"),
            AnswerGiven(
                "question", "Réponse à une question de l'examen", "answers", offers.questions
            ),
        ),
    ),
    (
        "Épreuves",
        (
            PaperStatus("epreuve", "Épreuve", "papers", offers.papers),
            PaperOption("option", "Option d'une épreuve", "papers", offers.options),
        ),
    ),
    (
        "Pièces justificatives",
        (
            PieceState("piece", "Pièce", "evidence", offers.pieces),
            LacksPieces("pieces_manquantes", "Pièce obligatoire à fournir", "evidence"),
            Ready("complet", "Dossier complet, à valider", "evidence"),
            InfectedSince("infectee_depuis", "Pièce infectée depuis la validation", "evidence"),
            PieceArrived("piece_arrivee", "Pièce arrivée le", "arrived_at"),
        ),
    ),
    ("Documents", (DocumentState("document", "Document", "folder", offers.documents),)),
    (
        "Aménagements d'épreuves",
        (
            CaseState("amenagement", "Demande d'aménagement", "accommodation_cases"),
            MeasureInForce(
                "mesure", "Mesure d'aménagement", "accommodation_cases", offers.measures
            ),
        ),
    ),
)

CRITERIA = {criterion.code: criterion for _, criteria in GROUPS for criterion in criteria}
