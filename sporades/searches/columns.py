"""What a list of registrations shows of each, and how it is sorted.

Columns are read as values, without making rows of the models: a file of a hundred thousand
lines is written so in a few seconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from sporades.accommodations.states import state_in_office as case_state_in_office
from sporades.accounts.permissions import Reach
from sporades.candidates.models import Channel, Identity
from sporades.candidates.names import family_names
from sporades.candidates.words import country_in_words, nationality_in_words
from sporades.core.cells import Cell, in_text
from sporades.core.french import birth_date_in_digits, hour_in_words, local_day
from sporades.core.phones import phone_in_words
from sporades.documents import kinds
from sporades.exams import schema
from sporades.exams.queries import rules
from sporades.exams.rules.facts import Facts
from sporades.exams.titles import qualification_of, titled
from sporades.registrations.came import CameBy
from sporades.registrations.states import state_in_office
from sporades.searches import answered, coded, offers
from sporades.searches.computed import COMPUTED, WITHIN
from sporades.territory import queries as territory
from sporades.territory.models import Department

SHORT, USUAL_WIDTH, LONG, LONGEST = 12, 20, 32, 50
"""How many signs wide a column of a file is, by what it holds."""
BIRTH = ("identity__birth_year", "identity__birth_month", "identity__birth_day")


def _as_it_is(value: Cell) -> Cell:
    return value


@dataclass(frozen=True)
class Column:
    """One column of a list.

    Attributes:
        code: what a kept search holds.
        label: what a reader sees.
        paths: the columns of the database that it reads, from a registration.
        say: what it says of their values: a day is one, and so is a number to count with; a
            number that names somebody or something is a text.
        order: the fields it is sorted by, nothing when it cannot be.
        width: how many signs wide it is in a file.
    """

    code: str
    label: str
    paths: tuple[str, ...]
    say: Callable[..., Cell] = _as_it_is
    order: tuple[str, ...] = ()
    width: int = USUAL_WIDTH

    @property
    def means(self) -> str:
        """What its label does not say of its cells; nothing where it says all."""
        return MEANINGS.get(self.code, "")


def _day(instant: datetime | None, zone: str) -> date | None:
    return local_day(instant, zone) if instant else None


def _birth(year: int, month: int | None, day: int | None) -> Cell:
    return date(year, month, day) if month and day else birth_date_in_digits(year, month, day)


def _hour(instant: datetime, zone: str) -> str:
    return hour_in_words(instant, zone)


def _of_rules(read: Callable[[schema.Exam], Iterable[tuple[str, str]]]) -> Callable[..., Cell]:
    """Return what names a code as the réglementation of a registration does."""

    def named(regulation: int, exam: str, code: str) -> Cell:
        return dict(read(rules(regulation).exam(exam))).get(code, code) if code else None

    return named


def _answered(label: str, code: str, field: str, read: Any) -> "Column":
    paths = ("regulation_id", "exam__code", field)
    return Column(code, label, paths, _of_rules(read), width=LONG)


def _chosen(code: str, label: str, say: Callable[..., Cell]) -> "Column":
    """Return a column of what was chosen of the épreuves."""
    paths = ("regulation_id", "exam__code", "papers_chosen")
    return Column(code, label, paths, say, width=LONGEST)


def _country(code: str) -> Cell:
    return capfirst(country_in_words(code)) if code else None


def _nationality(code: str) -> Cell:
    return nationality_in_words(code) if code else None


def _department(code: str) -> Cell:
    try:
        return territory.department(code).name
    except Department.DoesNotExist:
        return code


def _civility(code: str) -> Cell:
    return str(Identity.Civility(code).label) if code else None


def _phones(*numbers: str) -> Cell:
    return ", ".join(dict.fromkeys(phone_in_words(one) for one in numbers if one))


def _while_minor(say: Callable[[str], Cell]) -> Callable[..., Cell]:
    """Return what says something of the guardian of who is under eighteen now: of age, they have none."""

    def said(given: str, year: int, month: int | None, day: int | None, zone: str) -> Cell:
        born = Identity(birth_year=year, birth_month=month, birth_day=day).latest_birth_date
        today = local_day(timezone.now(), zone)
        is_minor = Facts(on=today, session_year=today.year, birth_date=born).is_minor_on(today)
        return say(given) if is_minor else ""

    return said


def _guardian(code: str, label: str, field: str, say: Callable[[str], Cell]) -> "Column":
    return Column(code, label, (field, *BIRTH, "service__zone"), _while_minor(say), width=LONG)


def _channel(code: str) -> Cell:
    return str(Channel(code).label)


def _yes_or_no(holds: bool) -> Cell:  # noqa: FBT001 - the value of a column
    return "Oui" if holds else "Non"


def _documents(has_account: int | None, zone: str, published: Sequence[Mapping[str, Any]]) -> Cell:
    """Say of each document whether it was opened, but of those that say something of health (P-12)."""
    said = []
    for one in published:
        kind, opened = kinds.get(one["kind"]), one["opened"]
        if kind.is_on_accommodations:
            continue
        unopened = "pas encore ouvert" if has_account else "sans compte"
        day = local_day(datetime.fromisoformat(opened), zone) if opened else None
        said.append(f"{kind.title} : {f'ouvert le {in_text(day)}' if day else unopened}")
    return " ; ".join(said)


def _case_in_words(state: str | None) -> str:
    return case_state_in_office(state) if state else ""


GROUPS: tuple[tuple[str, tuple[Column, ...]], ...] = (
    (
        "Numéros",
        (
            Column("numero_inscription", "N° Inscription", ("number",), order=("number",)),
            Column("numero_candidat", "N° Candidat", ("candidate__number",)),
            Column("ine", "INE", ("ine",)),
        ),
    ),
    (
        "Identité",
        (
            Column("civilite", "Civilité", ("identity__civility",), _civility, width=SHORT),
            Column("nom", "Nom de famille", ("identity__birth_name",), order=("name_key",)),
            Column("nom_usage", "Nom d'usage", ("identity__usage_name",)),
            Column("prenoms", "Prénom(s)", ("identity__first_names",)),
            Column(
                "naissance",
                "Date de naissance",
                BIRTH,
                _birth,
                ("birth_date",),
                SHORT,
            ),
            Column(
                "annee_naissance",
                "Année de naissance",
                ("identity__birth_year",),
                width=SHORT,
            ),
            Column("nationalite", "Nationalité", ("identity__nationality",), _nationality),
            Column("lieu_naissance", "Lieu de naissance", ("identity__birth_place",)),
            Column(
                "departement_naissance",
                "Département de naissance",
                ("identity__birth_department",),
                _department,
            ),
            Column("pays_naissance", "Pays de naissance", ("identity__birth_country",), _country),
        ),
    ),
    (
        "Coordonnées",
        (
            # As they are asked: whoever prints envelopes has a line in each cell.
            Column("adresse_1", "Numéro et voie", ("address_1",), width=LONG),
            Column("adresse_2", "Appartement, étage, bâtiment", ("address_2",), width=LONG),
            Column("adresse_3", "Résidence, chez…", ("address_3",), width=LONG),
            Column("adresse_4", "Lieu-dit ou boîte postale", ("address_4",), width=LONG),
            Column("code_postal", "Code postal", ("postcode",), width=SHORT),
            Column("commune", "Commune", ("town",)),
            Column("pays", "Pays de résidence", ("country",), _country),
            Column(
                "mail",
                "Adresse mail",
                ("candidate__user__email", "candidate__email"),
                lambda account, given: account or given,
                width=LONG,
            ),
            Column("telephone", "Téléphone", ("mobile", "phone", "record_phone"), _phones),
            Column("canal", "Canal", ("told_by",), _channel),
            Column(
                "mail_refuse",
                "Dernier mail refusé le",
                ("mail_refused_at", "service__zone"),
                _day,
                width=SHORT,
            ),
            _guardian("representant", "Représentant légal", "guardian_name", _as_it_is),
            _guardian(
                "representant_telephone",
                "Téléphone du représentant légal",
                "guardian_phone",
                _phones,
            ),
            _guardian(
                "representant_mail",
                "Adresse mail du représentant légal",
                "guardian_email",
                _as_it_is,
            ),
        ),
    ),
    (
        "Inscription",
        (
            Column("domaine", "Domaine", ("exam__domain__label",), width=LONG),
            Column("session", "Session", ("exam__session__label",)),
            Column("examen", "Examen", ("exam__label",), width=LONG),
            Column(
                "qualification",
                "Qualification présentée",
                ("exam__label", "speciality__label"),
                qualification_of,
                width=LONGEST,
            ),
            Column(
                "etat",
                "État",
                ("state", "decided_at", "amended_at"),
                state_in_office,
                ("state", "name_key"),
                LONG,
            ),
            Column("code_academie", "Code de l'académie", ("academy_id",), width=SHORT),
            Column("academie", "Académie", ("academy__name",), order=("academy", "name_key")),
            Column(
                "service",
                "Service gestionnaire",
                ("service__managing_service__name",),
                width=LONGEST,
            ),
            Column(
                "enregistree",
                "Enregistrée le",
                ("filed_at", "service__zone"),
                _day,
                ("filed_at",),
                SHORT,
            ),
            Column("enregistree_heure", "Enregistrée à", ("filed_at", "service__zone"), _hour),
            Column(
                "modifiee",
                "Réponses modifiées le",
                ("amended_at", "service__zone"),
                _day,
                ("amended_at",),
                SHORT,
            ),
            Column(
                "derniere_version",
                "Dernière version le",
                ("last_version_at", "service__zone"),
                _day,
                width=SHORT,
            ),
            Column(
                "decidee",
                "État décidé le",
                ("decided_at", "service__zone"),
                _day,
                ("decided_at",),
                SHORT,
            ),
            Column(
                "a_revoir",
                "À revoir depuis le",
                ("to_review_since", "service__zone"),
                _day,
                ("to_review_since",),
                SHORT,
            ),
            Column(
                "derogations",
                "Dérogations",
                ("waivers",),
                lambda waivers: " ; ".join(f"{asked} : {said}" for asked, said in waivers) or None,
            ),
            Column(
                "desinscrite",
                "Désinscrite le",
                ("withdrawn_at", "service__zone"),
                _day,
                width=SHORT,
            ),
            Column("version", "Version", ("version",), width=SHORT),
            Column(
                "recapitulatif_recu",
                "Récapitulatif signé posté ou remis le",
                ("summary_posted_on",),
                width=SHORT,
            ),
            Column(
                "recapitulatif_venu",
                "Récapitulatif signé venu",
                ("summary_posted_on", "summary_came_by"),
                lambda posted_on, came_by: CameBy(came_by).label if posted_on else None,
                width=USUAL_WIDTH,
            ),
            Column(
                "recapitulatif_hors_delai",
                "Récapitulatif signé hors délai",
                ("summary_posted_on", "is_summary_posted_late"),
                lambda posted_on, is_late: _yes_or_no(is_late) if posted_on else None,
                width=SHORT,
            ),
        ),
    ),
    (
        # Not whether a handicap is declared, which is of health (P-12): no file takes it out, nor
        # what a search by it finds (`rules.says_of_health`).
        "Réponses",
        (
            _answered("Catégorie du candidat", "categorie", "category", coded.categories),
            _answered("Forme de passage", "forme", "passing_form", coded.passing_forms),
            _answered("Zone souhaitée", "zone", "zone", coded.zones),
            _answered(
                "Service national",
                "service_national",
                "national_service",
                coded.national_service,
            ),
            _answered("Diplôme présenté", "diplome", "diploma", coded.diplomas),
            _answered("Coloration disciplinaire", "coloration", "colouring", coded.colourings),
            Column("experience", "Années d'expérience", ("experience",), width=SHORT),
            Column(
                "publication",
                "Accepte la publication de son nom",
                ("publishes_name",),
                _yes_or_no,
                width=SHORT,
            ),
            Column(
                "communication",
                "Accepte la communication de son nom",
                ("shares_name",),
                _yes_or_no,
                width=SHORT,
            ),
            Column(
                "questions",
                "Réponses aux questions de l'examen",
                ("regulation_id", "exam__code", "answers_given"),
                answered.answers,
                width=LONGEST,
            ),
        ),
    ),
    (
        "Épreuves",
        (
            _chosen("epreuves", "Épreuves choisies", answered.papers),
            _chosen("options", "Options choisies", answered.options),
            _chosen("notes_gardees", "Notes gardées", answered.marks),
        ),
    ),
    (
        "Pièces justificatives",
        (
            Column("pieces_a_fournir", "Pièces à fournir", ("pieces_to_provide",), width=LONGEST),
            Column("pieces_a_verifier", "Pièces à vérifier", ("pieces_to_verify",), width=LONGEST),
            Column(
                "piece_arrivee",
                "Dernière pièce arrivée le",
                ("last_piece_at", "service__zone"),
                _day,
                width=SHORT,
            ),
            Column(
                "piece_jugee",
                "Dernière pièce vérifiée le",
                ("last_verdict_at", "service__zone"),
                _day,
                width=SHORT,
            ),
        ),
    ),
    (
        "Documents",
        (
            Column(
                "documents",
                "Documents publiés",
                ("candidate__user", "service__zone", "documents_published"),
                _documents,
                width=LONGEST,
            ),
            Column(
                "convocation_publiee",
                "Convocation publiée le",
                ("convocation_published_at", "service__zone"),
                _day,
                width=SHORT,
            ),
            Column(
                "convocation_ouverte",
                "Convocation ouverte le",
                ("convocation_opened_at", "service__zone"),
                _day,
                width=SHORT,
            ),
        ),
    ),
    (
        "Aménagements d'épreuves",
        (
            Column(
                "amenagement",
                "Demande d'aménagement",
                ("case_state",),
                _case_in_words,
                width=LONG,
            ),
            Column(
                "mesures_accordees",
                "Aménagements accordés",
                ("measures_granted",),
                width=LONGEST,
            ),
        ),
    ),
)
COLUMNS = tuple(column for _, columns in GROUPS for column in columns)
FIRST = COLUMNS[0]
"""The number: without it nobody could tell one line from another."""

BOTH_NAMES = Column(
    "nom",
    "Nom de famille",
    ("identity__birth_name", "identity__usage_name"),
    family_names,
    ("name_key",),
)
"""The family name on a page: whoever was found by their other name is shown with it."""
WITH_SESSION = Column(
    "qualification",
    "Qualification présentée",
    ("exam__label", "speciality__label", "exam__session__label"),
    titled,
    width=LONGEST,
)
"""The qualification on a page where there are several sessions: one is offered in each of them."""

USUAL = (
    "numero_inscription",
    "nom",
    "prenoms",
    "naissance",
    "qualification",
    "etat",
    "enregistree",
)
BY_CODE = {column.code: column for column in COLUMNS}


_WHILE_MINOR = "Vide dès que le candidat est majeur."
_UNLESS_OF_HEALTH = (
    "Vide, pour tous, à un examen qui demande une pièce selon qu'un handicap est déclaré."
)
MEANINGS = {
    "canal": "Comment le candidat est prévenu : mail, ou courrier postal.",
    "mail_refuse": "Vide si son dernier mail n'a pas été refusé, ou s'il reçoit des courriers.",
    "representant": _WHILE_MINOR,
    "representant_telephone": _WHILE_MINOR,
    "representant_mail": _WHILE_MINOR,
    "version": "1 à l'enregistrement, puis un de plus à chaque modification enregistrée.",
    "pieces_a_fournir": _UNLESS_OF_HEALTH,
    "pieces_a_verifier": _UNLESS_OF_HEALTH,
    "piece_arrivee": _UNLESS_OF_HEALTH,
    "piece_jugee": _UNLESS_OF_HEALTH,
    "documents": "Sans ceux qui disent quelque chose de la santé.",
}
"""By the code of a column."""


def chosen(codes: Sequence[str]) -> list[Column]:
    """Return the number and the columns of these codes, in the order of the list; the usual ones for none."""
    wanted = set(codes) & BY_CODE.keys() or set(USUAL)
    return [column for column in COLUMNS if column.code in wanted or column is FIRST]


def meanings(columns: Iterable[Column]) -> list[tuple[str, str]]:
    """Return what the labels of these columns do not say: each meaning once, with the labels it is of."""
    labels: dict[str, list[str]] = {}
    for one in columns:
        if one.means:
            labels.setdefault(one.means, []).append(one.label)
    return [(", ".join(those), said) for said, those in labels.items()]


def on_a_page(columns: Sequence[Column], reach: Reach) -> list[Column]:
    """Return these columns as a page shows them, with what has no column of its own.

    Both names, and the session of what is presented where there are several. A file has them as
    they are: what is compared elsewhere stands alone in its cell.

    Args:
        columns: those that were chosen.
        reach: where the reader may read.
    """
    shown: dict[str, Column] = {}
    if BY_CODE["nom_usage"] not in columns:
        shown[BOTH_NAMES.code] = BOTH_NAMES
    if BY_CODE["session"] not in columns and offers.are_of_several_sessions(reach):
        shown[WITH_SESSION.code] = WITH_SESSION
    return [shown.get(column.code, column) for column in columns]


@dataclass(frozen=True)
class Reading:
    """How registrations are read for some columns.

    Attributes:
        columns: what is said of each.
        reach: where the reader may read: less is said of who has something outside.
    """

    columns: Sequence[Column]
    reach: Reach

    @property
    def paths(self) -> list[str]:
        """The columns of the database to read, the number first."""
        found = ["number", *(path for column in self.columns for path in column.paths)]
        return list(dict.fromkeys(found))

    def of(self, registrations: Any) -> Any:
        """Return the values of these registrations, in their order."""
        computed = {path: COMPUTED[path]() for path in self.paths if path in COMPUTED}
        within = {path: WITHIN[path](self.reach) for path in self.paths if path in WITHIN}
        return registrations.annotate(**computed, **within).values_list(*self.paths)

    def cells(self) -> Callable[[Sequence[Any]], list[Cell]]:
        """Return what says the values of one registration, a cell for each column."""
        place = {path: index for index, path in enumerate(self.paths)}
        wanted = [(one.say, [place[path] for path in one.paths]) for one in self.columns]
        return lambda values: [say(*(values[index] for index in at)) for say, at in wanted]

    def words(self) -> Callable[[Sequence[Any]], list[str]]:
        """Return what says the same to be read."""
        cells = self.cells()
        return lambda values: [in_text(cell) for cell in cells(values)]
