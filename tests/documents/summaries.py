"""What the tests of summaries share: summaries, and how they read."""

import io

import pikepdf

from sporades.accommodations.answering import ANSWER
from sporades.accommodations.operations import DecisionOn
from sporades.accommodations.states import Decision, State
from sporades.acts import accommodating
from sporades.acts.registrations import registering
from sporades.core import files
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import issue
from sporades.exams.models import Exam, RegistrationService
from sporades.publications.attestation import ATTESTATION, Attested
from sporades.publications.deposited import Deposit
from sporades.registrations.evidence_request import EVIDENCE_REQUEST
from sporades.registrations.operations import drafting
from sporades.registrations.summary import SUMMARY
from tests.accommodations.asked import MANAGER, RECTOR, case_of, contest, decide, reach
from tests.documents.reading import words
from tests.factories import NOW, a_candidate, a_registration, answers_with, author
from tests.web.filled import MINOR
from tests.web.guide import COMPETITION_ANSWERS


def a_summary(candidate=None, **changes):
    """File a registration and return its summary."""
    registration = a_registration(candidate, **changes)
    return DocumentVersion.objects.get(
        document__folder=registration.folder, document__kind=SUMMARY.slug
    )


def a_request():
    """File a registration and return the request for its pieces."""
    return DocumentVersion.objects.get(
        document__folder=a_registration().folder, document__kind=EVIDENCE_REQUEST.slug
    )


def an_attestation(candidate=None):
    """Publish the attestation of a registration, and return it."""
    registration = a_registration(candidate)
    source = Attested(registration, NOW)
    return issue(registration.folder, ATTESTATION, source, at=NOW, published_at=NOW)


def a_decision(candidate=None):
    """Notify a decision about accommodations, which refuses and grants, and return its document."""
    registration = a_registration(candidate, informations={"has_disability": "oui"})
    reach(registration, State.OPINION_GIVEN)
    decide(registration, ACCESSIBLE=DecisionOn(Decision.REFUSED, reason="Le centre l'est déjà."))
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)
    return case_of(registration).notification


def an_answer(candidate=None):
    """Refuse an appeal against a decision about accommodations, and return its document."""
    registration = a_registration(candidate, informations={"has_disability": "oui"})
    reach(registration, State.NOTIFIED)
    accommodating.refuse_appeal(
        found=contest(case_of(registration)),
        reason="Un secrétaire n'est pas nécessaire pour une épreuve à l'ordinateur.",
        author=RECTOR,
        by=MANAGER,
        at=NOW,
    )
    return DocumentVersion.objects.get(
        document__folder=registration.folder, document__kind=ANSWER.slug
    )


def a_deposit(slug, content=None):
    """Deposit a PDF made elsewhere for a registration, and return its document."""
    registration = a_registration()
    key = files.put(content or a_pdf(), suffix=".essai.pdf")
    source = Deposit(registration, key, 1, NOW)
    return issue(registration.folder, kinds.get(slug), source, at=NOW, published_at=NOW)


def a_pdf(text="Convocation", pages=1):
    """Return a PDF that another program has made."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.docinfo["/Title"] = text
        made = io.BytesIO()
        pdf.save(made, static_id=True)
    return made.getvalue()


def in_words(text):
    return " ".join(words(text))


def lines(said):
    """Return what stands side by side in a content: labels with their answers, rows of tables."""
    if isinstance(said, dict):
        return [line for value in said.values() for line in lines(value)]
    if isinstance(said, list) and said and all(isinstance(one, list) for one in said):
        return [" ".join(line) for line in said]
    return [line for value in said for line in lines(value)] if isinstance(said, list) else []


# The registrations that a change starts from: who, what for, the usual answers.
OF_A_MINOR = answers_with(
    identification={
        "father_name": "Jürgen Müller",
        "mother_name": "Anne Le Goff",
        "guardian_name": "Yann Le Goff",
        "guardian_phone": "06 39 98 12 35",
        "guardian_email": "yann@exemple.test",
    },
    informations={"national_service": "JDC"},
)


BASES = {
    "usual": ("BE", {}, answers_with()),
    "minor": ("BE", MINOR, OF_A_MINOR),
    "experienced": ("BE", {}, answers_with(qualification={"experience": "5"})),
    "competition": ("CE", {}, COMPETITION_ANSWERS),
}


def draft_from(base, **changes):
    """Answer every tab of a registration of one of these kinds, some answers changed."""
    code, identity, usual = BASES[base]
    exam = Exam.objects.get(code=code)
    candidate = a_candidate(**identity)
    draft = registering.begin(
        candidate=candidate,
        exam=exam,
        speciality=exam.specialities.filter(code="MARIN").first(),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        by=author(candidate),
        at=NOW,
    )
    for slug, answers in usual.items():
        typed = {**answers, **changes.get(slug, {})}
        drafting.answer(draft=draft, section=slug, typed=typed, seen_revision=None, at=NOW)
    return draft


def summary_from(base, **changes):
    draft = draft_from(base, **changes)
    version = registering.register(draft=draft, by=author(draft.candidate), at=NOW)
    return DocumentVersion.objects.get(
        document__folder=version.registration.folder, document__kind="recapitulatif"
    )
