"""The documents whose PDF is made elsewhere, and deposited here to be published (F2)."""

from dataclasses import dataclass
from datetime import datetime

from sporades.core.french import instant_in_words
from sporades.documents.disclosure import facts_of
from sporades.documents.kinds import Content, Facts, Kind
from sporades.intake.pdf_checks import Looked
from sporades.publications.refusals import NoAppeal
from sporades.publications.whose import Whose
from sporades.registrations.models import Registration
from sporades.registrations.receipt import against_of, named
from sporades.registrations.snapshot import contact_of


@dataclass(frozen=True)
class Decision:
    """Who decided what a PDF says, and how to contest it.

    Attributes:
        taken_by: its author, first name and last name.
        taken_as: in what quality: « cheffe de la division des examens ».
        appeal: ways and delays of appeal; nothing for those that the réglementation says.
    """

    taken_by: str
    taken_as: str
    appeal: str = ""


SILENT = "Ce PDF n'est fait que d'images : un lecteur d'écran n'y lit rien."
UNTAGGED = "Ce PDF n'est pas balisé : un lecteur d'écran peut le lire mal, ou dans le désordre."


def unheard_in_words(looked: Looked) -> str:
    """Say why a PDF is not read aloud as it should be; nothing where it may be."""
    if not looked.has_text:
        return SILENT
    return "" if looked.is_tagged else UNTAGGED


@dataclass(frozen=True)
class Deposit:
    """A PDF made elsewhere.

    Attributes:
        registration: whose it is.
        file: its key in the file store.
        pages: how many it has.
        at: the instant of the deposit.
        decision: who decided it, of a kind that is a decision.
        unheard: why a screen reader does not read it as it should, or nothing.
        said: whose it is, as its own words say.
    """

    registration: Registration
    file: str
    pages: int
    at: datetime
    decision: Decision | None = None
    unheard: str = ""
    said: Whose = Whose.THEIRS


def content(source: Deposit) -> Content:
    """Return what is said of a deposited PDF, which speaks for itself."""
    registration = source.registration
    service = registration.service
    return {
        "title": registration.title,
        "name": registration.identity.full_name,
        "registration_number": registration.number,
        "candidate_number": registration.candidate.number,
        "academy_name": service.academy.name,
        "pages": source.pages,
        "deposited_in_words": instant_in_words(source.at, service.zone),
        "decision": said_of(source.decision, registration) if source.decision else [],
        "unheard": source.unheard,
        "is_unnamed": source.said is Whose.UNSAID,
        "is_of_namesake": source.said is Whose.OF_A_NAMESAKE,
        "file": source.file,
        "zone": service.zone,
        "service": contact_of(service),
    }


def said_of(decision: Decision, registration: Registration) -> list[str]:
    """Return what stands beside a decision sent through the service, which needs no signature.

    The first name, last name, quality and service of its author (Conseil d'État, avis n° 489189),
    and how to contest it.

    Raises:
        NoAppeal: neither whoever deposits nor the réglementation says how.
    """
    appeal = [decision.appeal] if decision.appeal else against_of(registration)
    if not appeal:
        raise NoAppeal
    who = ", ".join((decision.taken_by, decision.taken_as, named(registration.service)))
    return [f"Décision prise par : {who}.", *appeal]


def public_facts(said: Content) -> Facts:
    """Return what a third party may check: what for, of whom, deposited when."""
    return facts_of(said, ("Déposé le", said["deposited_in_words"]))


def _kind(
    slug: str,
    title: str,
    *,
    is_decision: bool = False,
    public_title: str = "",
    is_on_accommodations: bool = False,
) -> Kind:
    return Kind(
        slug=slug,
        title=title,
        template="",
        content=content,
        public_facts=public_facts,
        needs_approval=True,
        is_decision=is_decision,
        stays_readable=is_decision,
        public_title=public_title,
        is_on_accommodations=is_on_accommodations,
    )


DEPOSITED = (
    _kind("convocation", "Convocation"),
    _kind(
        "notification-amenagement",
        "Notification d'aménagement d'épreuves",
        is_decision=True,
        public_title="Décision administrative",
        is_on_accommodations=True,
    ),
    _kind("releve-de-notes", "Relevé de notes"),
    _kind("attestation", "Attestation"),
)
"""Each wants a second person (I5): what it says was decided elsewhere, and one slip says it to all."""
