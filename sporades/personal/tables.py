"""The map of every table (P-01): what it serves, who reads it, until when; what is given, what is copied.

Of each column it says what its person is given of it, and what it becomes in a copy of nobody.
A column that holds text is in exactly one list of its table; whoever adds one says which, or a
test fails. Numbers, instants, yes or no, states and keys of other rows need not be named: of
nobody by themselves, they stay, save those that `birth` lists.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from sporades.batches.actions import ACTIONS
from sporades.batches.states import Outcome
from sporades.candidates.models import Candidate
from sporades.documents import kinds
from sporades.documents.models import IS_LET_OUT, LET_OUT, is_not_taken_back
from sporades.personal.activities import Activity, Reader
from sporades.publications.models import PublicationLine
from sporades.publications.operations.preparing import PREPARED
from sporades.publications.operations.taking_out import LINE_TAKEN_OUT
from sporades.registrations.models import CorrectionRequest, Registration

AGENT = "Nom ou compte d'un agent : la copie ne dit rien d'une autre personne (RGPD, art. 15 § 4)."
AGENT_OR_SELF = "Donné où l'auteur est vous. " + AGENT
UNSAFE = "Secret qui ouvre le compte : le donner l'affaiblirait."
REVIEWED = (
    "Écrit pour un usage interne, et peut nommer d'autres personnes : sur demande au délégué à la "
    "protection des données, qui le relit d'abord (RGPD, art. 15 § 4)."
)
NOBODY = "Ne dit rien d'un candidat."
OF_STAFF = "Travail d'un agent, et non d'un candidat."
EMBARGO = "Donné une fois la décision notifiée, et lue dans « Mes documents » par qui a un compte."
OPENED = "Donné en clair."
COMPARED = (
    "Sert au service pour dire ce qui est ajouté après la date limite : les mesures elles-mêmes sont "
    "données."
)
INNER = "Sert au service pour ne rien faire deux fois."
ARCHIVED = (
    "Hors de portée des pages : sur demande au délégué à la protection des données, par le numéro "
    "d'inscription."
)

ACCOUNT, CIVIL, REGISTRATIONS = "Votre compte", "Votre état civil", "Vos inscriptions"
ANSWERS, PIECES, DOCUMENTS = "Vos saisies", "Vos pièces et vos fichiers", "Vos documents"
TALKS, ASKED = "Mails, courriers et messages", "Vos demandes"
MEASURES, WATCHED = "Aménagements", "Ce qui a été fait de vos données"
HEALTH = "Papiers et commentaires de santé"
CHAPTERS = (
    ACCOUNT,
    CIVIL,
    REGISTRATIONS,
    ANSWERS,
    PIECES,
    DOCUMENTS,
    TALKS,
    ASKED,
    MEASURES,
    HEALTH,
    WATCHED,
)
"""In the order in which they are read."""

NO_ONE, ALL = (Reader.NOBODY,), (Reader.EVERYBODY,)
SELF, STAFF, FILE = (Reader.PERSON,), (Reader.OFFICE,), (Reader.PERSON, Reader.OFFICE)
WITH_DOCTOR, TOLD_OPERATORS = (*FILE, Reader.DOCTOR), (*FILE, Reader.OPERATOR)


@dataclass(frozen=True)
class Person:
    """Whose copy is made.

    Attributes:
        keys: the keys of a candidate and of those who were found to be the same.
        user: the key of their account, 0 where there is none.
        closed: the keys of those that they had too, and that a merge has closed.
        addresses: those at which they are written to.
        numbers: of each of their registrations, by its key.
        rows: the kind and the keys of each of their rows, as mails and the journal name them.
        at: the instant: what is published later is not theirs to read yet.
    """

    keys: tuple[int, ...]
    user: int
    addresses: tuple[str, ...]
    numbers: dict[int, str]
    rows: dict[str, list[str]]
    at: datetime
    closed: tuple[int, ...] = ()

    @property
    def actors(self) -> list[str]:
        """Their accounts, as acts name them."""
        return [f"user:{key}" for key in (self.user, *self.closed) if key]


type Whose = Callable[[Person], Q]


@dataclass(frozen=True)
class Table:
    """What is known of one table.

    Attributes:
        model: its model, « registrations.Version ».
        serves: which activity of the register, hence on what basis.
        read_by: who reads what it says of persons, in whole or in part; who reads it, where it says
            nothing of anybody.
        kept: the lines of `durations` by which its rows go, whichever comes.
        is_sensitive: whether, by what it is for, it says something of somebody's health: a handicap
            declared, accommodations asked for, papers.
        chapter: under which heading a person reads it; nothing where it is not given.
        whose: which rows are a person's.
        why_not: why it is not given.
        withheld: columns that are not given, each with its reason.
        partly: columns that are not always given, or not as they stand, each with its reason.
        told: whether what a decision says may be read yet; the columns of `once_told` wait for it.
        once_told: those columns.
        signed: whether `author_name` and `author_id` are given where the candidate is the author.
        keep: columns of text that say nothing of anybody.
        people, emails, phones, words, numbers, texts, trees, blank, files: the others, by what
            becomes of them in a copy without anybody (`anonymising`).
        birth: columns of a date of birth.
        is_emptied: whether such a copy has no row of it.
    """

    model: str
    serves: Activity = field(kw_only=True)
    read_by: tuple[Reader, ...] = field(kw_only=True)
    kept: str = field(kw_only=True)
    is_sensitive: bool = False
    chapter: str = ""
    whose: Whose | None = None
    why_not: str = ""
    withheld: dict[str, str] = field(default_factory=dict)
    partly: dict[str, str] = field(default_factory=dict)
    told: "Callable[[Any, Person], bool] | None" = None
    once_told: str = ""
    signed: bool = False
    keep: str = ""
    people: str = ""
    emails: str = ""
    phones: str = ""
    words: str = ""
    numbers: str = ""
    texts: str = ""
    trees: str = ""
    blank: str = ""
    files: str = ""
    birth: str = ""
    is_emptied: bool = False

    @property
    def reasons(self) -> dict[str, str]:
        """Why some columns are not given, or not always."""
        told = dict.fromkeys(self.once_told.split(), EMBARGO)
        names = {"author_name", "author_id"} & {*self.listed} if self.signed else ()
        signed = dict.fromkeys(sorted(names), AGENT_OR_SELF)
        return {**told, **signed, **self.partly, **self.withheld}

    @property
    def listed(self) -> list[str]:
        """Every column that it names, for what becomes of it."""
        lists = (
            self.keep,
            self.people,
            self.emails,
            self.phones,
            self.words,
            self.numbers,
            self.texts,
            self.trees,
            self.blank,
            self.files,
        )
        return [name for names in lists for name in names.split()]


def of_candidate(path: str) -> Whose:
    """Return the rows that lead to a candidate by a path."""
    return lambda person: Q(**{f"{path}__in": person.keys})


def of_account(path: str) -> Whose:
    """Return the rows that lead to an account by a path."""
    return lambda person: Q(**{path: person.user})


def _of_addresses(person: Person) -> Q:
    return Q(email__in=person.addresses)


def _of_number(person: Person) -> Q:
    return Q(number__in=[*person.numbers.values()])


def _identities(person: Person) -> Q:
    filed = Registration.objects.filter(candidate__in=person.keys)
    asked = CorrectionRequest.objects.filter(candidate__in=person.keys)
    return (
        Q(pk__in=Candidate.objects.filter(pk__in=person.keys).values("identity"))
        | Q(pk__in=filed.values("identity"))
        | Q(pk__in=asked.values("before"))
    )


def documents_of(person: Person) -> Q:
    """Return which documents are given: a decision is read first where its delay runs from then."""
    visible = Q(published_at__lte=person.at) & IS_LET_OUT & is_not_taken_back(person.at)
    mine = Q(document__folder__registration__candidate__in=person.keys)
    to_read = (
        Q(document__kind__in=kinds.contested(), opened_at=None) if person.user else Q(pk__in=[])
    )
    return visible & mine & ~to_read


def _lines(person: Person) -> Q:
    mine = Q(registration__candidate__in=person.keys)
    return mine & Q(version__published_at__lte=person.at, publication__state__in=LET_OUT)


def _published(person: Person) -> Any:
    """Return the publications of which a document of theirs may be read."""
    return PublicationLine.objects.filter(_lines(person)).values_list("publication", flat=True)


def _batch_lines(person: Person) -> Q:
    # What is proposed is not done; a document that is prepared is not theirs to know of yet.
    mine = Q(registration__candidate__in=person.keys) & ~Q(outcome=Outcome.WAITING)
    prepares = [code for code, action in ACTIONS.items() if action.begin is not None]
    return mine & (~Q(batch__action__in=prepares) | Q(batch__about__in=_published(person)))


def _messages(person: Person) -> Q:
    # Not by the address: it may have been another person's before.
    about = Q(letter__candidate__in=person.keys)
    for kind, ids in person.rows.items():
        about |= Q(about_kind=kind, about_id__in=ids)
    return Q(written_at__lte=person.at) & about


def _acts(person: Person) -> Q:
    # A merge is of two persons; that one was looked for says nothing of this one.
    about = Q(pk__in=[])
    for kind, ids in person.rows.items():
        about |= Q(object_kind=kind, object_id__in=ids)
    mine = Q(actor_id__in=person.actors)
    published = [str(one) for one in _published(person)]
    is_known = Q(payload__after__publication__in=published)
    is_before = Q(verb__in=(PREPARED, LINE_TAKEN_OUT))
    return (about & (~is_before | is_known)) | mine


def _is_notified(case: Any, person: Person) -> bool:
    if case.notified_at is None or case.notified_at > person.at:
        return False
    return not (person.user and case.is_to_read)


def _is_measure_notified(measure: Any, person: Person) -> bool:
    return _is_notified(measure.case, person)


def _is_answer_read(appeal: Any, person: Person) -> bool:
    answer = appeal.answer
    return answer is not None and not (person.user and answer.opened_at is None)


TABLES = (
    # --- The account ---------------------------------------------------------------------------
    Table(
        "accounts.User",
        serves=Activity.ACCOUNTS,
        read_by=TOLD_OPERATORS,
        kept="compte-non-active compte-sans-inscription agent",
        chapter=ACCOUNT,
        whose=of_account("pk"),
        withheld={"password": UNSAFE},
        emails="email",
        blank="password",
    ),
    Table(
        "account.EmailAddress",
        serves=Activity.ACCOUNTS,
        read_by=SELF,
        kept="compte-non-active compte-sans-inscription agent",
        chapter=ACCOUNT,
        whose=of_account("user"),
        emails="email",
    ),
    Table(
        "account.EmailConfirmation",
        serves=Activity.ACCOUNTS,
        read_by=NO_ONE,
        kept="compte-non-active compte-sans-inscription agent",
        why_not=UNSAFE,
        is_emptied=True,
    ),
    Table(
        "accounts.AddressChange",
        serves=Activity.ACCOUNTS,
        read_by=SELF,
        kept="adresse",
        chapter=ACCOUNT,
        whose=of_account("user"),
        is_emptied=True,
    ),
    Table(
        "accounts.LeftAddress",
        serves=Activity.ACCOUNTS,
        read_by=SELF,
        kept="adresse",
        chapter=ACCOUNT,
        whose=of_account("user"),
        is_emptied=True,
    ),
    Table(
        "usersessions.UserSession",
        serves=Activity.ACCOUNTS,
        read_by=SELF,
        kept="session",
        chapter=ACCOUNT,
        whose=of_account("user"),
        withheld={"session_key": UNSAFE},
        is_emptied=True,
    ),
    Table(
        "mfa.Authenticator",
        serves=Activity.ACCOUNTS,
        read_by=SELF,
        kept="compte-non-active compte-sans-inscription agent",
        chapter=ACCOUNT,
        whose=of_account("user"),
        withheld={"data": UNSAFE},
        is_emptied=True,
    ),
    Table(
        "socialaccount.SocialAccount",
        serves=Activity.ACCOUNTS,
        read_by=SELF,
        kept="compte-non-active compte-sans-inscription agent",
        chapter=ACCOUNT,
        whose=of_account("user"),
        is_emptied=True,
    ),
    Table(
        "socialaccount.SocialToken",
        serves=Activity.ACCOUNTS,
        read_by=NO_ONE,
        kept="compte-non-active compte-sans-inscription agent",
        why_not=UNSAFE,
        is_emptied=True,
    ),
    Table(
        "socialaccount.SocialApp",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="programme",
        why_not=NOBODY,
        is_emptied=True,
    ),
    Table(
        "sessions.Session",
        serves=Activity.ACCOUNTS,
        read_by=NO_ONE,
        kept="session",
        why_not=UNSAFE,
        is_emptied=True,
    ),
    Table(
        "accounts.SignIn",
        serves=Activity.ACCOUNTS,
        read_by=(Reader.PERSON, Reader.OPERATOR),
        kept="connexion",
        chapter=ACCOUNT,
        whose=lambda person: Q(account__in=person.actors),
        is_emptied=True,
    ),
    Table(
        "accounts.Attempt",
        serves=Activity.ACCOUNTS,
        read_by=NO_ONE,
        kept="tentative",
        why_not="Des empreintes dont personne ne retrouve ni adresse ni réseau, gardées un jour.",
        is_emptied=True,
    ),
    Table(
        "notices.OpeningAlert",
        serves=Activity.WRITING,
        read_by=SELF,
        kept="alerte",
        chapter=ACCOUNT,
        whose=_of_addresses,
        emails="email",
    ),
    # --- The person ----------------------------------------------------------------------------
    Table(
        "candidates.Candidate",
        serves=Activity.REGISTRATION,
        read_by=TOLD_OPERATORS,
        kept="compte-non-active compte-sans-inscription fiche inscription",
        chapter=CIVIL,
        whose=of_candidate("pk"),
        withheld={"merged_into": INNER},
        emails="email",
        phones="phone",
        words="address_1 address_2 address_3 address_4 town",
        numbers="number postcode",
        keep="country",
    ),
    Table(
        "candidates.Identity",
        serves=Activity.REGISTRATION,
        read_by=(*TOLD_OPERATORS, Reader.DOCTOR),
        kept="compte-non-active compte-sans-inscription fiche inscription",
        chapter=CIVIL,
        whose=_identities,
        people="birth_name usage_name first_names name_key birth_name_key usage_name_key "
        "first_names_key",
        words="birth_place",
        keep="birth_country nationality birth_department",
        blank="birth_commune",
        birth="birth_year birth_month birth_day",
    ),
    Table(
        "candidates.ClaimCode",
        serves=Activity.ACCOUNTS,
        read_by=FILE,
        kept="code-de-fiche",
        chapter=CIVIL,
        whose=of_candidate("candidate"),
        withheld={"digest": UNSAFE, "made_name": AGENT},
        is_emptied=True,
    ),
    Table(
        "doubles.LikelyDouble",
        serves=Activity.REGISTRATION,
        read_by=STAFF,
        kept="compte-sans-inscription fiche inscription",
        why_not="Compare deux personnes : sur demande au délégué à la protection des données.",
        texts="reason answer",
        people="proposed_by decided_by",
        keep="proposed_by_id decided_by_id",
        trees="reasons doubts left",
    ),
    # --- Registrations -------------------------------------------------------------------------
    Table(
        "registrations.Registration",
        serves=Activity.REGISTRATION,
        read_by=(*TOLD_OPERATORS, Reader.DOCTOR),
        kept="inscription",
        is_sensitive=True,
        chapter=REGISTRATIONS,
        whose=of_candidate("candidate"),
        people="name_key guardian_name father_name mother_name",
        emails="guardian_email",
        phones="phone mobile guardian_phone",
        words="address_1 address_2 address_3 address_4 town",
        numbers="number postcode ine",
        texts="reason",
        blank="commune",
        keep="exclusive_scope country category passing_form zone national_service diploma colouring",
        trees="waived waivers",
        birth="birth_date",
    ),
    Table(
        "registrations.RegistrationPaper",
        serves=Activity.REGISTRATION,
        read_by=WITH_DOCTOR,
        kept="inscription",
        chapter=REGISTRATIONS,
        whose=of_candidate("registration__candidate"),
        keep="status form option",
    ),
    Table(
        "registrations.RegistrationAnswer",
        serves=Activity.REGISTRATION,
        read_by=FILE,
        kept="inscription",
        chapter=REGISTRATIONS,
        whose=of_candidate("registration__candidate"),
        keep="question",
        trees="value",
    ),
    Table(
        "registrations.Version",
        serves=Activity.REGISTRATION,
        read_by=TOLD_OPERATORS,
        kept="inscription",
        is_sensitive=True,
        chapter=REGISTRATIONS,
        whose=of_candidate("registration__candidate"),
        signed=True,
        keep="author_kind",
        people="author_name",
        trees="snapshot changes",
        blank="digest",
    ),
    Table(
        "registrations.Draft",
        serves=Activity.REGISTRATION,
        read_by=TOLD_OPERATORS,
        kept="brouillon compte-sans-inscription inscription",
        chapter=ANSWERS,
        whose=of_candidate("candidate"),
        withheld={"author": AGENT},
        trees="waived",
    ),
    Table(
        "registrations.SectionAnswers",
        serves=Activity.REGISTRATION,
        read_by=TOLD_OPERATORS,
        kept="brouillon compte-sans-inscription inscription",
        is_sensitive=True,
        chapter=ANSWERS,
        whose=of_candidate("draft__candidate"),
        keep="section",
        trees="answers",
    ),
    Table(
        "registrations.Note",
        serves=Activity.REGISTRATION,
        read_by=FILE,
        kept="inscription",
        chapter=WATCHED,
        whose=of_candidate("registration__candidate"),
        withheld={"text": REVIEWED, "author_name": AGENT, "author_id": AGENT},
        texts="text",
        people="author_name",
        keep="author_id",
    ),
    Table(
        "registrations.RefusedAnswer",
        serves=Activity.FIGURES,
        read_by=STAFF,
        kept="refus-compte",
        why_not="Des nombres : rien de saisi, et personne.",
        keep="academy section field label rule",
    ),
    Table(
        "registrations.ChangeRequest",
        serves=Activity.REGISTRATION,
        read_by=FILE,
        kept="inscription",
        chapter=ASKED,
        whose=of_candidate("registration__candidate"),
        withheld={
            "assigned_to": AGENT,
            "assigned_name": AGENT,
            "asked_name": AGENT,
            "decided_name": AGENT,
        },
        texts="reason answer missing complement",
        people="assigned_name asked_name decided_name",
        trees="changes exchanged",
        files="proof_key",
    ),
    Table(
        "registrations.CorrectionRequest",
        serves=Activity.REGISTRATION,
        read_by=FILE,
        kept="inscription",
        chapter=ASKED,
        whose=of_candidate("candidate"),
        withheld={
            "assigned_to": AGENT,
            "assigned_name": AGENT,
            "asked_name": AGENT,
            "decided_name": AGENT,
        },
        texts="reason answer missing complement",
        people="assigned_name asked_name decided_name",
        trees="changes identity exchanged",
        files="proof_key",
    ),
    Table(
        "registrations.LateRequest",
        serves=Activity.REGISTRATION,
        read_by=FILE,
        kept="brouillon compte-sans-inscription inscription",
        chapter=ASKED,
        whose=of_candidate("draft__candidate"),
        withheld={"decided_name": AGENT},
        texts="reason answer",
        people="decided_name",
        files="proof_key",
    ),
    # --- Pieces and files ----------------------------------------------------------------------
    Table(
        "evidence.Evidence",
        serves=Activity.EVIDENCE,
        read_by=FILE,
        kept="inscription",
        chapter=PIECES,
        whose=of_candidate("registration__candidate"),
        withheld={
            "decided_name": AGENT,
            "looked_by": AGENT,
            "looked_name": AGENT,
        },
        keep="academy code help looked_by",
        trees="label",  # of some, in words that an agent has typed
        texts="reason",
        people="decided_name looked_name",
    ),
    Table(
        "evidence.Deposit",
        serves=Activity.EVIDENCE,
        read_by=FILE,
        kept="inscription",
        chapter=PIECES,
        whose=of_candidate("evidence__registration__candidate"),
        signed=True,
        words="name",
        files="key",
        people="author_name",
        keep="author_kind author_id",
    ),
    Table(
        "evidence.Verdict",
        serves=Activity.EVIDENCE,
        read_by=FILE,
        kept="inscription",
        chapter=PIECES,
        whose=of_candidate("evidence__registration__candidate"),
        texts="motive",
    ),
    Table(
        "evidence.Incompleteness",
        serves=Activity.EVIDENCE,
        read_by=FILE,
        kept="inscription",
        chapter=PIECES,
        whose=of_candidate("registration__candidate"),
    ),
    Table(
        "evidence.ArrivingFile",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="envoi",
        why_not=NOBODY,
        is_emptied=True,
    ),
    Table(
        "drawers.KeptFile",
        serves=Activity.EVIDENCE,
        read_by=SELF,
        kept="compte-sans-inscription fiche inscription",
        chapter=PIECES,
        whose=of_candidate("owner"),
        words="name",
        texts="label",
        files="key",
    ),
    Table(
        "drawers.Upload",
        serves=Activity.EVIDENCE,
        read_by=SELF,
        kept="envoi",
        chapter=PIECES,
        whose=of_account("owner"),
        is_emptied=True,
    ),
    Table(
        "drawers.UploadPart",
        serves=Activity.EVIDENCE,
        read_by=NO_ONE,
        kept="envoi",
        why_not="Fichier en cours d'envoi, effacé en un jour : son nom et sa taille sont donnés.",
        is_emptied=True,
    ),
    # --- Documents -----------------------------------------------------------------------------
    Table(
        "documents.Folder",
        serves=Activity.DOCUMENTS,
        read_by=FILE,
        kept="inscription",
        chapter=DOCUMENTS,
        whose=of_candidate("registration__candidate"),
        keep="academy domain",
        trees="label",
    ),
    Table(
        "documents.Document",
        serves=Activity.DOCUMENTS,
        read_by=FILE,
        kept="inscription",
        why_not="Dit de quelle nature est un document, ce que sa version dit aussi.",
        keep="kind academy",
    ),
    Table(
        "documents.DocumentVersion",
        serves=Activity.DOCUMENTS,
        read_by=(*TOLD_OPERATORS, Reader.BEARER),
        kept="inscription",
        is_sensitive=True,
        chapter=DOCUMENTS,
        whose=documents_of,
        keep="academy",
        trees="content",
        blank="digest code",
        files="pdf_key",
    ),
    Table(
        "publications.PublicationLine",
        serves=Activity.DOCUMENTS,
        read_by=FILE,
        kept="inscription publication",
        chapter=DOCUMENTS,
        whose=_lines,
        withheld={
            "file_name": "Nom que le service donne à ses fichiers.",
            "archive": "Rang que le service donne à ses fichiers.",
            "prepared_by": AGENT,
        },
        numbers="number",
        words="file_name",
        keep="prepared_by outcome",
        texts="why",
    ),
    Table(
        "publications.Publication",
        serves=Activity.DOCUMENTS,
        read_by=STAFF,
        kept="publication",
        why_not=OF_STAFF,
        keep="asked_role kind zone taken_by",
        trees="archive_names perimeters concerns within",
        people="asked_name decided_name proposed_name refused_name taken_as",
        texts="refusal why appeal",
        blank="archive_key",
    ),
    # --- What is written -----------------------------------------------------------------------
    Table(
        "mail.Message",
        serves=Activity.WRITING,
        read_by=(*TOLD_OPERATORS, Reader.GUARDIAN),
        kept="compte-non-active compte-sans-inscription fiche inscription brouillon publication alerte copie acces-propose agent",
        chapter=TALKS,
        whose=_messages,
        partly={"body": "Sans les adresses à usage unique qu'il contenait."},
        keep="kind about_kind about_id academy matter",
        emails="recipient",
        texts="subject body last_error",
        blank="key sign",
    ),
    Table(
        "letters.Letter",
        serves=Activity.WRITING,
        read_by=(*TOLD_OPERATORS, Reader.GUARDIAN),
        kept="compte-sans-inscription fiche inscription",
        chapter=TALKS,
        whose=of_candidate("candidate"),
        withheld={"returned_name": AGENT},
        words="address",
        texts="why mention",
        people="returned_name",
    ),
    Table(
        "letters.PrintRun",
        serves=Activity.WRITING,
        read_by=STAFF,
        kept="impression",
        why_not="Réunit les courriers de plusieurs personnes.",
        people="asked_name posted_name",
        texts="trouble",
        blank="file_key",
    ),
    Table(
        "threads.ThreadMessage",
        serves=Activity.WRITING,
        read_by=FILE,
        kept="inscription",
        chapter=TALKS,
        whose=of_candidate("registration__candidate"),
        withheld={"settled_name": AGENT},
        signed=True,
        texts="text",
        people="settled_name author_name",
        keep="author_kind author_id",
    ),
    # --- Accommodations ------------------------------------------------------------------------
    Table(
        "accommodations.Case",
        serves=Activity.ACCOMMODATIONS,
        read_by=WITH_DOCTOR,
        kept="inscription",
        is_sensitive=True,
        chapter=MEASURES,
        whose=of_candidate("registration__candidate"),
        withheld={
            "doctor": AGENT,
            "former_doctor": AGENT,
            "decided_by_id": AGENT,
            "called_name": AGENT,
            "received": COMPARED,
        },
        told=_is_notified,
        once_told="opinion_text decided_first_name decided_last_name decided_quality "
        "decided_service notification again opinion_again",
        keep="academy procedure plan late_reason decided_by_id opinion_again court_seat",
        texts="missing opinion_text left_reason late_words",
        trees="as_sent received",
        people="doctor_name decided_first_name decided_last_name called_name",
        words="decided_quality decided_service",
    ),
    Table(
        "accommodations.AskedMeasure",
        serves=Activity.ACCOMMODATIONS,
        read_by=WITH_DOCTOR,
        kept="inscription",
        is_sensitive=True,
        chapter=MEASURES,
        whose=of_candidate("case__registration__candidate"),
        told=_is_measure_notified,
        once_told="opinion opinion_code opinion_label opinion_precision opinion_papers "
        "opinion_text decision decided_code decided_label decided_precision decided_time "
        "decided_papers reason",
        keep="code label papers time opinion_code opinion_label opinion_papers decided_code "
        "decided_label decided_time decided_papers",
        texts="precision opinion_precision opinion_text decided_precision reason",
    ),
    Table(
        "accommodations.Signature",
        serves=Activity.ACCOMMODATIONS,
        read_by=FILE,
        kept="inscription",
        is_sensitive=True,
        chapter=MEASURES,
        whose=of_candidate("case__registration__candidate"),
        people="name",
        emails="email",
        keep="quality",
        texts="statement",
    ),
    Table(
        "accommodations.Appeal",
        serves=Activity.ACCOMMODATIONS,
        read_by=WITH_DOCTOR,
        kept="inscription",
        is_sensitive=True,
        chapter=MEASURES,
        whose=of_candidate("case__registration__candidate"),
        withheld={"entered_name": AGENT, "called_name": AGENT},
        told=_is_answer_read,
        once_told="reason answered_first_name answered_last_name answered_quality answered_service",
        keep="came guardian_quality",
        texts="text reason",
        people="guardian_name entered_name answered_first_name answered_last_name called_name",
        words="answered_quality answered_service",
    ),
    # --- What is of health: gathered when the copy is taken, by its candidate alone -------------
    Table(
        "medical.Compartment",
        serves=Activity.ACCOMMODATIONS,
        read_by=(Reader.PERSON, Reader.DOCTOR),
        kept="ouverture-sante",
        is_sensitive=True,
        chapter=HEALTH,
        whose=of_candidate("registration__candidate"),
        withheld={"doctor": AGENT},
    ),
    Table(
        "medical.Paper",
        serves=Activity.ACCOMMODATIONS,
        read_by=(Reader.PERSON, Reader.DOCTOR),
        kept="sante",
        is_sensitive=True,
        chapter=HEALTH,
        whose=of_candidate("compartment__registration__candidate"),
        withheld={"wrapped": UNSAFE, "master": UNSAFE},
        partly={"sealed_name": OPENED},
        is_emptied=True,
    ),
    Table(
        "medical.Remark",
        serves=Activity.ACCOMMODATIONS,
        read_by=(Reader.PERSON, Reader.DOCTOR),
        kept="sante",
        is_sensitive=True,
        chapter=HEALTH,
        whose=lambda person: Q(
            compartment__registration__candidate__in=person.keys, is_between_doctors=False
        ),
        withheld={"wrapped": UNSAFE, "master": UNSAFE, "author_id": AGENT},
        partly={"sealed_text": OPENED},
        is_emptied=True,
    ),
    Table(
        "medical.OpinionDraft",
        serves=Activity.ACCOMMODATIONS,
        read_by=(Reader.DOCTOR,),
        kept="sante",
        is_sensitive=True,
        why_not=REVIEWED,
        is_emptied=True,
    ),
    Table(
        "medical.Opening",
        serves=Activity.ACCOMMODATIONS,
        read_by=SELF,
        kept="ouverture-sante",
        is_sensitive=True,
        chapter=HEALTH,
        whose=of_candidate("compartment__registration__candidate"),
        withheld={"reader_id": AGENT},
        is_emptied=True,
    ),
    Table(
        "medical.PassingFile",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="envoi",
        why_not=NOBODY,
        is_emptied=True,
    ),
    # --- What was done -------------------------------------------------------------------------
    Table(
        "journal.Entry",
        serves=Activity.PROOF,
        read_by=TOLD_OPERATORS,
        kept="inscription compte-sans-inscription fiche brouillon publication agent provenance consultation acte acte-ancien sceau",
        is_sensitive=True,
        chapter=WATCHED,
        whose=_acts,
        partly={
            "payload": "Donné de vos propres actes ; de ceux du service, qui peuvent nommer un "
            "agent, sur demande.",
            "actor_name": "Donné de vos propres actes ; des autres, la qualité de l'auteur.",
            "actor_id": "Donné de vos propres actes.",
            "network": "Donnée de vos propres actes, douze mois ; elle est ensuite oubliée.",
            "request": "Donné de vos propres actes, douze mois ; il est ensuite oublié.",
        },
        withheld={"origin": INNER, "salt": INNER},
        keep="verb actor_kind actor_id object_kind object_id academy",
        people="actor_name",
        blank="payload digest origin salt request network",
    ),
    Table(
        "journal.Seal",
        serves=Activity.PROOF,
        read_by=(Reader.OFFICE, Reader.OPERATOR),
        kept="sceau",
        why_not="Des empreintes d'actes.",
        is_emptied=True,
    ),
    Table(
        "batches.BatchLine",
        serves=Activity.OFFICE,
        read_by=FILE,
        kept="inscription lot",
        is_sensitive=True,
        chapter=WATCHED,
        whose=_batch_lines,
        withheld={"mark": INNER},
        keep="mark",
        texts="why",
    ),
    Table(
        "batches.Batch",
        serves=Activity.OFFICE,
        read_by=STAFF,
        kept="lot",
        why_not=OF_STAFF,
        keep="asked_role action piece giving academy",
        trees="perimeters tree",
        people="asked_name decided_name",
        texts="reason why sought label",
    ),
    Table(
        "retention.Hold",
        serves=Activity.PROOF,
        read_by=TOLD_OPERATORS,
        kept="gel",
        chapter=WATCHED,
        whose=_of_number,
        withheld={"placed_by": AGENT},
        numbers="number",
        keep="academy domain",
        texts="reason",
        people="placed_by",
    ),
    Table(
        "retention.Archive",
        serves=Activity.PROOF,
        read_by=(Reader.OPERATOR,),
        kept="inscription",
        is_sensitive=True,
        why_not=ARCHIVED,
        is_emptied=True,
    ),
    Table(
        "retention.LeavingFile",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="inscription",
        why_not=NOBODY,
        is_emptied=True,
    ),
    Table(
        "personal.DataCopy",
        serves=Activity.RIGHTS,
        read_by=FILE,
        kept="copie",
        is_sensitive=True,
        chapter=WATCHED,
        whose=of_candidate("candidate"),
        withheld={"asked_name": AGENT, "content": "C'est la copie elle-même."},
        is_emptied=True,
    ),
    Table(
        "trials.TrialRefusal",
        serves=Activity.OFFICE,
        read_by=STAFF,
        kept="essai",
        why_not="Essai d'une réglementation qui n'est pas en vigueur : rien n'en est décidé, et "
        "il est effacé en trente jours.",
        is_emptied=True,
    ),
    Table(
        "documents.ArchivedCode",
        serves=Activity.DOCUMENTS,
        read_by=(Reader.BEARER,),
        kept="code-de-document",
        why_not="Qu'un code a été donné : ni nom ni numéro, rien n'y mène à personne.",
        keep="digest kind issuer",
    ),
    Table(
        "statistics.ArchivedCount",
        serves=Activity.FIGURES,
        read_by=STAFF,
        kept="chiffre",
        why_not="Des nombres d'inscriptions archivées, sans rien qui en rapproche deux.",
        keep="value",
    ),
    Table(
        "trials.Trial",
        serves=Activity.OFFICE,
        read_by=STAFF,
        kept="essai",
        why_not=OF_STAFF,
        is_emptied=True,
    ),
    Table(
        "trials.TrialTally",
        serves=Activity.OFFICE,
        read_by=STAFF,
        kept="essai",
        why_not=NOBODY,
        is_emptied=True,
    ),
    # --- The office ----------------------------------------------------------------------------
    Table(
        "accounts.Membership",
        serves=Activity.OFFICE,
        read_by=(Reader.OFFICE, Reader.OPERATOR),
        kept="agent",
        why_not=OF_STAFF,
        people="full_name",
        keep="academies domains",
    ),
    Table(
        "accounts.RoleProposal",
        serves=Activity.OFFICE,
        read_by=STAFF,
        kept="acces-propose",
        why_not=OF_STAFF,
        emails="email",
        people="full_name proposed_by decided_by",
        texts="reason answer",
        keep="academies domains proposed_by_id decided_by_id",
    ),
    Table(
        "searches.Search",
        serves=Activity.OFFICE,
        read_by=STAFF,
        kept="recherche recherche-sans-nom",
        why_not=OF_STAFF,
        is_emptied=True,
    ),
    Table(
        "exchanges.Export",
        serves=Activity.OFFICE,
        read_by=STAFF,
        kept="export",
        why_not=OF_STAFF,
        is_emptied=True,
    ),
    Table(
        "mailings.Mailing",
        serves=Activity.WRITING,
        read_by=STAFF,
        kept="lot",
        why_not="Ce que chacun en a reçu est parmi ses mails.",
        texts="subject text",
    ),
    Table(
        "mailings.MailingTemplate",
        serves=Activity.WRITING,
        read_by=STAFF,
        kept="agent modele",
        why_not=OF_STAFF,
        keep="asked_role",
        trees="perimeters",
        people="asked_name",
        texts="name subject text",
    ),
    # --- What is of nobody ---------------------------------------------------------------------
    Table(
        "auth.Permission",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="programme",
        why_not=NOBODY,
        keep="name codename",
    ),
    Table(
        "auth.Group",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="programme",
        why_not=NOBODY,
        keep="name",
    ),
    Table(
        "contenttypes.ContentType",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="programme",
        why_not=NOBODY,
        keep="app_label model",
    ),
    Table(
        "procrastinate.ProcrastinateWorker",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="programme",
        why_not=NOBODY,
        is_emptied=True,
    ),
    Table(
        "procrastinate.ProcrastinateJob",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="travail",
        why_not=INNER,
        is_emptied=True,
    ),
    Table(
        "procrastinate.ProcrastinateEvent",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="travail",
        why_not=INNER,
        is_emptied=True,
    ),
    Table(
        "procrastinate.ProcrastinatePeriodicDefer",
        serves=Activity.RUNNING,
        read_by=NO_ONE,
        kept="programme",
        why_not=INNER,
        is_emptied=True,
    ),
    Table(
        "territory.Academy",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code name full_name zone website",
    ),
    Table(
        "territory.Department",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code name zone",
    ),
    Table(
        "territory.Commune",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code kind name part_of postcodes population search_key",
    ),
    Table(
        "territory.Country",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code name alpha_2 alpha_3 nationality",
    ),
    Table(
        "territory.ManagingService",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        # Whom to ask is said on a public page, and in the réglementation's own file.
        keep="code sector name address opening_hours contact_name phone email information",
    ),
    Table(
        "territory.ReferenceLoad",
        serves=Activity.ORGANISING,
        read_by=NO_ONE,
        kept="reglementation",
        why_not=NOBODY,
        keep="digest",
    ),
    Table(
        "exams.Domain",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code label rubric",
    ),
    Table(
        "exams.Session",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code label",
    ),
    Table(
        "exams.Exam",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code label kind",
    ),
    Table(
        "exams.Speciality",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code label",
    ),
    Table(
        "exams.Paper",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="code",
    ),
    Table(
        "exams.RegistrationService",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="audience zone website",
    ),
    Table(
        "exams.ServiceChange",
        serves=Activity.ORGANISING,
        read_by=(Reader.OFFICE, Reader.OPERATOR),
        kept="reglementation",
        why_not=OF_STAFF,
        texts="reason answer",
        people="proposed_by decided_by",
        keep="proposed_by_id decided_by_id",
    ),
    Table(
        "exams.Regulation",
        serves=Activity.ORGANISING,
        read_by=(Reader.OFFICE, Reader.OPERATOR),
        kept="reglementation",
        why_not=NOBODY,
        keep="content source digest",
        people="loaded_by",
    ),
    Table(
        "exams.RegulationFile",
        serves=Activity.ORGANISING,
        read_by=(Reader.OFFICE, Reader.OPERATOR),
        kept="reglementation",
        why_not=NOBODY,
        keep="source",
        people="loaded_by",
    ),
    Table(
        "exams.PreparedRegulation",
        serves=Activity.ORGANISING,
        read_by=(Reader.OFFICE, Reader.OPERATOR),
        kept="reglementation",
        why_not=NOBODY,
        keep="domain_code session_code name source content digest file_digest loaded_by_id",
        people="loaded_by decided_by",
    ),
    Table(
        "notices.Banner",
        serves=Activity.ORGANISING,
        read_by=ALL,
        kept="reglementation",
        why_not=NOBODY,
        keep="kind",
        texts="message",
    ),
)

BY_MODEL = {table.model: table for table in TABLES}
