"""A world in which every route leads somewhere: people of each kind, and what two candidates own.

Everything is made through the real acts. It is made once for a module of tests, in a
transaction; each test works behind a savepoint and leaves the world as it found it.
"""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property
from typing import Any
from uuid import uuid4

import yaml
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from sporades.accommodations.models import Case
from sporades.accommodations.operations import OpinionOn
from sporades.accommodations.states import Opinion
from sporades.accommodations.states import State as CaseState
from sporades.accounts import keys, sign_ins
from sporades.accounts import operations as accounts
from sporades.accounts.models import AddressChange, Membership, RoleProposal, User
from sporades.accounts.permissions import Permission, reach
from sporades.accounts.second_factor import enrol_totp
from sporades.acts import accommodating
from sporades.acts.agents import appointing
from sporades.acts.identities import asking
from sporades.acts.medical import opining
from sporades.acts.people import claiming, enrolling
from sporades.acts.pieces import keeping
from sporades.acts.registrations import deciding as deciding_of
from sporades.acts.registrations import (
    late,
    leaving,
    noting,
    registering,
    requesting,
    standing_in,
)
from sporades.acts.services import opening, regulating
from sporades.acts.writing import messaging
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS, WRITTEN_ALONE
from sporades.batches.models import Batch
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.documents import operations as printing
from sporades.documents.models import DocumentVersion
from sporades.doubles import operations as doubles
from sporades.doubles.models import LikelyDouble
from sporades.drawers import operations as drawers
from sporades.drawers.models import KeptFile, Upload
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.models import PreparedRegulation, RegistrationService, ServiceChange
from sporades.exchanges import operations as exchanges
from sporades.exchanges.models import Export
from sporades.letters import printing as letters
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.mailings import operations as mailings
from sporades.mailings.models import Mailing, MailingTemplate
from sporades.medical.models import Paper
from sporades.notices import operations as notices
from sporades.publications.attestation import ATTESTATION
from sporades.publications.models import Publication
from sporades.publications.operations import deciding
from sporades.publications.operations import preparing as publications
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    Draft,
    LateRequest,
    Registration,
)
from sporades.registrations.operations import drafting
from sporades.registrations.states import VALIDATE
from sporades.retention import operations as retention
from sporades.retention.models import Hold
from sporades.searches import operations as searches
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import COLUMNS
from sporades.searches.models import Search
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from sporades.trials import operations as trials
from sporades.trials.models import Trial
from tests.accommodations.asked import case_of, fill_every_text
from tests.accommodations.asked import reach as reach_state
from tests.documents.summaries import a_pdf
from tests.evidence.given import give
from tests.factories import (
    BY_LETTER,
    EVERYWHERE,
    IDENTITY,
    INVENTED,
    NOW,
    OPERATOR,
    PASSWORD,
    a_candidate,
    a_draft,
    a_registration,
    author,
)
from tests.medical.given import confide, found_clean, read, write
from tests.requests import proof_found_clean
from tests.web.guide import BACKEND, HOST

TEXTS = frozenset(
    {
        "adresse",
        "aide",
        "autorite",
        "engage",
        "explication",
        "libelle",
        "message",
        "modalites",
        "motif",
        "nom",
        "reference",
        "secteur",
        "texte",
        "textes",
    }
)
"""The keys of a réglementation under which somebody writes what another reads."""
LONG_NAME = {
    "birth_name": "Le Goff-Kermarrec de Penguilly",
    "usage_name": "de Rochechouart",
    "first_names": "Maëlle Anne Marie-Océane",
}
"""What is cut, or pushes a page sideways, is seen with the names of people as they are."""
FOREST = {"epreuves": {"statut-M1": None, "statut-M2": "inscrit"}}


class Role(Enum):
    """Who asks."""

    ANONYMOUS = "nobody signed in"
    OWNER = "the candidate who owns it"
    OTHER = "another candidate"
    NEWCOMER = "a candidate with nothing"
    HALF_MANAGER = "a manager without second factor"
    MANAGER = "a manager with a second factor"
    ADMINISTRATOR = "an administrator with a second factor"
    HEAD = "a head of service with a second factor"
    AUDITOR = "an auditor with a second factor"
    HELPDESK = "somebody of the helpdesk with a second factor"
    DOCTOR = "a doctor with a second factor"
    FOREIGN_DOCTOR = "a doctor of another academy with a second factor"
    FOREIGN_MANAGER = "a manager of another academy and another domain with a second factor"


OFFICE = (
    *(Role.MANAGER, Role.ADMINISTRATOR, Role.HEAD, Role.AUDITOR, Role.HELPDESK),
    Role.FOREIGN_MANAGER,
)
DOCTORS = (Role.DOCTOR, Role.FOREIGN_DOCTOR)
STAFF = (Role.HALF_MANAGER, *OFFICE, *DOCTORS)
CANDIDATES = (Role.OWNER, Role.OTHER, Role.NEWCOMER)


@dataclass(frozen=True)
class Estate:
    """What one candidate owns.

    Attributes:
        registration: active, of two versions.
        withdrawn: from the exam without specialities, in whose place nothing stands.
        draft: complete, not filed.
        confided: what was given to a doctor for the first, and opened once.
    """

    candidate: Candidate
    registration: Registration
    withdrawn: Registration
    draft: Draft
    confided: Paper
    passkey: Authenticator
    kept: KeptFile
    upload: Upload

    @property
    def user(self) -> User:
        """The account."""
        return self.candidate.user


@dataclass(frozen=True)
class World:
    """The people, what they own, and the keys that their mails carry."""

    owner: Estate
    other: Estate
    users: dict[Role, User]
    cookies: dict[Role, str]
    filled: Draft
    left: Draft
    unmet: Draft
    upcoming: RegistrationService
    search: Search
    extension: ServiceChange
    export: Export
    batch: Batch
    following: Batch
    large: Batch
    template: MailingTemplate
    refused: Message
    publication: Publication
    asked: ChangeRequest
    late: LateRequest
    correction: CorrectionRequest
    double: LikelyDouble
    prepared: PreparedRegulation
    trial: Trial
    record: Candidate
    letter: Letter
    hold: Hold
    proposal: RoleProposal
    case: Case
    paper: Paper
    activation: str
    change: str
    undo: str
    alert: str
    code: str
    reset: tuple[str, str]

    @cached_property
    def followed(self) -> str:
        """The number of the registration whose opinion a batch would follow."""
        return self.following.lines.get().registration.number

    def browser(self, role: Role, **options: Any) -> Client:
        """Return a browser in which somebody of this role has just signed in."""
        client = Client(headers={"host": HOST}, **options)
        if role is not Role.ANONYMOUS:
            client.cookies["__Host-session"] = self.cookies[role]
        return client


def build(mark: str = "") -> World:
    """Make the world. The reference data are there already.

    Args:
        mark: what every text ends with, that somebody chose: names, labels, addresses.
    """
    loader = replace(OPERATOR, name=f"{OPERATOR.name} {mark}".strip())
    exams.load(source(with_specialities(), mark), by=loader, at=NOW)
    exams.load(source(without_specialities(), mark), by=loader, at=NOW)
    again = source(with_specialities(), mark)
    exams.load(replace(again, text=f"# Relu {mark}\n{again.text}"), by=loader, at=NOW)
    owner = an_estate("camille@exemple.test", mark)
    other = an_estate("dominique@exemple.test", mark)
    users = {
        Role.OWNER: owner.user,
        Role.OTHER: other.user,
        Role.NEWCOMER: a_newcomer("nouveau@exemple.test"),
        Role.HALF_MANAGER: a_member("moitie@exemple.test", Membership.Role.MANAGER, ["A09"]),
        Role.MANAGER: a_member("gestion@exemple.test", Membership.Role.MANAGER, ["A09"]),
        Role.ADMINISTRATOR: a_member("admin@exemple.test", Membership.Role.ADMINISTRATOR, []),
        Role.HEAD: a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"]),
        Role.AUDITOR: a_member("audit@exemple.test", Membership.Role.AUDITOR, ["A09"]),
        Role.HELPDESK: a_member("accueil@exemple.test", Membership.Role.HELPDESK, ["A09"]),
        Role.DOCTOR: a_member("docteure@exemple.test", Membership.Role.DOCTOR, ["A09"]),
        Role.FOREIGN_DOCTOR: a_member("medecin.loin@exemple.test", Membership.Role.DOCTOR, ["A25"]),
        Role.FOREIGN_MANAGER: a_member("ailleurs@exemple.test", Membership.Role.MANAGER, ["A25"]),
    }
    users[Role.FOREIGN_MANAGER].memberships.update(domains=["SIMPLE"])
    record = a_record(users[Role.MANAGER], mark)
    prepared = a_prepared_regulation(users[Role.ADMINISTRATOR], mark)
    given_up = a_prepared_regulation(users[Role.ADMINISTRATOR], mark, coefficient=8)
    everywhere = reach(users[Role.ADMINISTRATOR].memberships.all(), Permission.PREPARE_REGULATIONS)
    by = author_of(users[Role.ADMINISTRATOR])
    regulating.drop(prepared=given_up, reach=everywhere, by=by, at=NOW)
    asleep = accounts.open_account(
        email="dort@exemple.test", password_hash=accounts.hashed(PASSWORD), at=NOW
    )
    change = AddressChange.objects.create(
        user=owner.user, email="camille.neuve@exemple.test", asked_at=NOW
    )
    left = accounts.leave(owner.user, email="camille.avant@exemple.test", at=NOW)
    upcoming = RegistrationService.objects.get(opens_at__gt=NOW)
    case, paper = a_case(users[Role.DOCTOR], mark)
    noting.write_note(
        registration=owner.registration,
        text=f"A téléphoné le 24 novembre {mark}",
        sending=uuid4(),
        by=author(other.candidate),
        at=NOW,
    )
    a_thread(owner.registration, users[Role.MANAGER], mark)
    search = searches.keep(
        tree=Group(members=(Leaf(CRITERIA["nom"], Operator.FILLED),)),
        columns=[column.code for column in COLUMNS],
        by=users[Role.MANAGER],
        at=NOW,
    )
    return World(
        owner=owner,
        other=other,
        users=users,
        cookies={role: signed_in(user, role) for role, user in users.items()},
        filled=a_draft_for(owner.registration, users[Role.MANAGER], mark),
        left=a_left_draft(owner.registration, mark),
        unmet=an_unmet_draft(owner.registration, users[Role.MANAGER]),
        upcoming=upcoming,
        extension=opening.change(
            service=owner.registration.service,
            opens_at=owner.registration.service.opens_at,
            closes_at=owner.registration.service.closes_at + timedelta(days=1),
            reason="Panne",
            by=author(other.candidate),
            at=NOW,
        ),
        search=search,
        export=an_export(search, mark),
        prepared=prepared,
        trial=a_trial(prepared, users[Role.ADMINISTRATOR]),
        batch=a_batch(search.owner, owner.registration, mark),
        following=a_batch_of_opinions(search.owner, users[Role.DOCTOR], mark),
        large=a_large_message(search.owner, owner.registration, mark),
        template=a_template(search.owner, mark),
        refused=a_refused_mail(owner.registration),
        publication=a_publication(search.owner, owner.registration),
        asked=a_change_request(owner.registration, mark),
        late=a_late_request(mark),
        correction=a_correction_request(other.candidate, mark),
        double=a_likely_double(owner.candidate, other.candidate),
        record=record,
        case=case,
        paper=paper,
        letter=a_printed_letter(record, users[Role.MANAGER]),
        hold=retention.withhold(
            number=owner.registration.number,
            reason=f"Recours n°12 {mark}",
            by=replace(author_of(users[Role.ADMINISTRATOR]), name=f"Claude Martin {mark}".strip()),
            at=NOW,
        ),
        proposal=a_proposed_role(users[Role.ADMINISTRATOR], mark),
        activation=keys.activation_key(asleep),
        change=keys.change_key(change),
        undo=keys.undo_key(left),
        alert=notices.key_of(notices.ask(service=upcoming, email="prevenez@exemple.test", at=NOW)),
        code=DocumentVersion.objects.filter(document__folder=owner.registration.folder)
        .latest("number")
        .code,
        reset=keys.reset_key(other.user, at=NOW),
    )


def a_proposed_role(proposer: User, mark: str = "") -> RoleProposal:
    """Propose to invite a manager in Lille."""
    return appointing.propose(
        wanted=appointing.Wanted(
            email="invitee@exemple.test",
            full_name=f"Dominique Roux {mark}".strip(),
            role=Membership.Role.MANAGER,
            academies=["A09"],
            domains=[],
            ends_on=None,
        ),
        reason=f"Remplace Camille Martin {mark}".strip(),
        sending=uuid4(),
        reach=reach(proposer.memberships.all(), Permission.PROPOSE_ROLES),
        by=replace(author_of(proposer), name=f"Claude Martin {mark}".strip()),
        at=NOW,
    )


def a_thread(registration: Registration, member: User, mark: str = "") -> None:
    """Let a candidate write, be answered, and write again: the answer is unread, and so is the end."""
    candidate = author(registration.candidate)
    office = replace(author_of(member), name=f"Claude Martin {mark}".strip())
    said = {"registration": registration, "at": NOW}
    asked = messaging.write(
        text=f"Où faut-il se présenter ? {mark}", sending=uuid4(), by=candidate, **said
    )
    # Left without an answer, then answered all the same: who did both is said.
    messaging.settle(seen=str(asked.pk), by=office, **said)
    messaging.answer(
        text=f"La convocation le dira. {mark}",
        sending=uuid4(),
        seen=str(asked.pk),
        by=office,
        **said,
    )
    messaging.write(
        text=f"Merci. Quand viendra-t-elle ? {mark}", sending=uuid4(), by=candidate, **said
    )


def a_draft_for(registration: Registration, member: User, mark: str = "") -> Draft:
    """Modify a registration for its candidate, and leave it unfiled."""
    draft = standing_in.amend(
        registration=registration, author=member, by=author_of(member), at=NOW
    )
    typed = draft.answers.get(section="identification").answers
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**typed, "address_2": mark or "Bâtiment B"},
        seen_revision=None,
        at=NOW + timedelta(seconds=1),
    )
    return draft


def a_left_draft(registration: Registration, mark: str = "") -> Draft:
    """Modify a registration for its candidate, and be of the office no more."""
    member = a_member("partie@exemple.test", Membership.Role.MANAGER, [registration.academy_id])
    draft = a_draft_for(registration, member, mark)
    member.memberships.update(ends_on=NOW.date() - timedelta(days=1))
    return draft


def an_unmet_draft(registration: Registration, member: User) -> Draft:
    """Begin another registration for its candidate, which a rule of eligibility refuses."""
    draft = standing_in.begin(
        candidate=registration.candidate,
        exam=registration.exam,
        speciality=registration.exam.specialities.get(code="FOREST"),
        service=registration.service,
        author=member,
        by=author_of(member),
        at=NOW,
    )
    said = {"informations": {"category": "FORM"}, "qualification": {"experience": "2"}}
    for section, typed in said.items():
        drafting.answer(draft=draft, section=section, typed=typed, seen_revision=None, at=NOW)
    return draft


def a_batch(user: User, registration: Registration, mark: str = "") -> Batch:
    """Make a batch that would find a registration incomplete, and is not launched."""
    allowed = reach(user.memberships.all(), Permission.DECIDE)
    return batches.prepare(
        registrations=Registration.objects.filter(pk=registration.pk),
        action=ACTIONS["flag"],
        reason=f"Il manque une pièce {mark}",
        reach=allowed,
        by=user,
        at=NOW,
    )


def a_batch_of_opinions(user: User, doctor: User, mark: str = "") -> Batch:
    """Make a batch that would follow the opinion on a request, and is not launched."""
    candidate = a_candidate(email="conseillee@exemple.test", **_named(mark))
    registration = a_registration(candidate)
    reach_state(registration, CaseState.ASKED)
    case, by = case_of(registration), author_of(doctor)
    accommodating.entrust(case=case, doctor=doctor, name=by.name, by=by, at=NOW)
    accommodating.opine(
        case=case,
        opinions={
            one.code: OpinionOn(Opinion.UNFAVOURABLE, text=f"Motif {mark}")
            for one in case.measures.all()
        },
        text=f"Avis {mark}",
        seen=case.revision,
        by=by,
        at=NOW,
    )
    return batches.prepare(
        registrations=Registration.objects.filter(pk=registration.pk),
        action=ACTIONS["follow-opinion"],
        reason="",
        reach=reach(user.memberships.all(), Permission.DECIDE_ACCOMMODATIONS),
        by=user,
        at=NOW,
    )


def a_change_request(registration: Registration, mark: str = "") -> ChangeRequest:
    """Ask, after the closing, for another address."""
    late, by = registration.service.closes_at + timedelta(days=1), author(registration.candidate)
    draft = requesting.begin(registration=registration, by=by, at=late)
    typed = draft.answers.get(section="identification").answers
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**typed, "address_1": mark or "1 rue Neuve"},
        seen_revision=None,
        at=late,
    )
    return proof_found_clean(
        requesting.send(
            draft=draft, reason=f"J'ai déménagé {mark}", proof=[a_pdf()], by=by, at=late
        )
    )


def a_late_request(mark: str = "") -> LateRequest:
    """Ask, after the closing, for what was not saved, with a proof."""
    candidate = a_candidate(email="tard@exemple.test")
    draft = a_draft(candidate)
    return proof_found_clean(
        late.send(
            draft=draft,
            reason=f"J'étais à l'hôpital {mark}",
            proof=[a_pdf()],
            by=author(candidate),
            at=draft.service.closes_at + timedelta(days=1),
        )
    )


def a_correction_request(candidate: Candidate, mark: str = "") -> CorrectionRequest:
    """Ask, with a proof, for another name."""
    candidate.refresh_from_db()
    identity = candidates.civil_data(candidate.identity)
    return proof_found_clean(
        asking.send(
            candidate=candidate,
            identity={**identity, "usage_name": f"Kermarrec {mark}".strip()},
            seen=candidate.identity_id,
            reason=f"Je me suis mariée {mark}",
            proof=[a_pdf()],
            by=author(candidate),
            at=NOW,
        )
    )


def a_likely_double(one: Candidate, other: Candidate) -> LikelyDouble:
    """Find that two candidates look like one person."""
    doubles.look(other.pk, at=NOW)
    return LikelyDouble.objects.get(first=one, second=other)


def a_record(user: User, mark: str = "") -> Candidate:
    """Make the record of somebody without an account, whom letters reach."""
    named = {**_named(mark), **({} if mark else {"first_names": "Yann"})}
    street = mark or "4 rue du Port"
    return enrolling.enrol(
        identity={**IDENTITY, **named},
        reached={**BY_LETTER, **{f"address_{line}": street for line in (1, 2, 3, 4)}},
        academy="A09",
        reach=reach(user.memberships.all(), Permission.READ_FILES),
        is_another=True,
        by=author_of(user),
        at=NOW,
    )


def a_printed_letter(record: Candidate, user: User) -> Letter:
    """File the registration of a record, print its receipt, give its code; another letter waits."""
    registration = a_registration(record)
    service = registration.service
    sender = letters.Sender(service.managing_service_id, "A09", service.domain_id)
    [run] = letters.begin(sender, by=author_of(user), at=NOW)
    letters.make(run.pk, at=NOW)
    claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=author_of(user), at=NOW)
    deciding_of.decide(
        registration=registration, decision=VALIDATE, reason="", by=author_of(user), at=NOW
    )
    letter: Letter = run.letters.get()
    return letter


def a_large_message(user: User, registration: Registration, mark: str = "") -> Batch:
    """Propose a message so large that another person must approve it."""
    allowed = reach(user.memberships.all(), Permission.WRITE_MESSAGES)
    batch = batches.prepare_message(
        registrations=Registration.objects.filter(pk=registration.pk),
        subject="Votre centre d'épreuves",
        text="{prénoms}, apportez une pièce d'identité.",
        reach=allowed,
        by=user,
        at=NOW,
    )
    Mailing.objects.filter(pk=batch.about).update(
        subject=f"Votre centre {mark}", text=f"Apportez une pièce d'identité. {mark}"
    )
    batch.total = WRITTEN_ALONE + 1
    batch.save(update_fields=["total"])
    batches.launch(batch=batch, by=allowed.perimeters[0].member, at=NOW)
    return batch


def a_template(user: User, mark: str = "") -> MailingTemplate:
    """Keep a message to write it again."""
    allowed = reach(user.memberships.all(), Permission.WRITE_MESSAGES)
    said = {"name": "Rappel", "subject": "Rappel", "text": "Apportez une pièce d'identité."}
    kept = mailings.keep_template(**said, reach=allowed, by=user, at=NOW)
    for name, text in said.items():
        setattr(kept, name, f"{text} {mark}".strip())
    kept.save()
    return kept


def a_refused_mail(registration: Registration) -> Message:
    """Let the mail server refuse the receipt of a registration."""
    about = Message.objects.filter(about_kind="registration", about_id=str(registration.pk))
    refused = about.filter(kind="registered").get()
    refused.state, refused.last_error = Message.State.REFUSED, "550 b'5.1.1 User unknown'"
    refused.save()
    return refused


def a_publication(user: User, registration: Registration) -> Publication:
    """Publish the attestation of a registration."""
    allowed = reach(user.memberships.all(), Permission.PREPARE_DOCUMENTS)
    by = allowed.perimeters[0].member
    made = publications.begin(kind=ATTESTATION, by=user, author=by, reach=allowed, at=NOW)
    publications.prepare_one(publication=made.pk, registration=registration, by=by, at=NOW)
    deciding.publish(publication=made, instant=None, user=user, by=by, at=NOW)
    printing.printed(made.lines.get().version)
    return made


def a_prepared_regulation(
    user: User, mark: str = "", *, coefficient: int = 7
) -> PreparedRegulation:
    """Load a file that changes something of each kind, and is not in force."""
    said = with_specialities()
    [exam] = said["examens"]
    exam["categories"].pop()
    del exam["amenagements"]["procedure_simplifiee"]
    exam["modalites"][0] = "Ce brevet n'existe toujours pas, et sert encore à tout vérifier."
    exam["epreuves"][0]["coefficient"] = coefficient
    del exam["epreuves"][2]["formes"], exam["pieces"][1]
    exam["specialites"].append({"code": "MONT", "libelle": "Montagnard"})
    exam["recevabilite"] = [
        {
            "code": "EXP5",
            "reference": "article 5 inventé",
            "exige": {"experience": {"minimum": 5}},
            "message": "Il faut cinq ans d'expérience.",
        }
    ]
    file = source(said, mark)
    everywhere = reach(user.memberships.all(), Permission.PREPARE_REGULATIONS)
    return regulating.prepare(
        content=file.text.encode(), name=file.name, reach=everywhere, by=author_of(user), at=NOW
    )


def a_trial(prepared: PreparedRegulation, user: User) -> Trial:
    """Try a file that is prepared on all the registrations there are."""
    everywhere = reach(user.memberships.all(), Permission.PREPARE_REGULATIONS)
    trial = trials.ask(prepared=prepared, reach=everywhere, by=user, at=NOW)
    trials.go_on(str(trial.pk), at=NOW)
    trial.refresh_from_db()
    return trial


def author_of(user: User) -> Actor:
    """Return a member of staff as the author of an act."""
    return user.memberships.get().as_actor()


def an_export(search: Search, mark: str = "") -> Export:
    """Make an export of a search, and its file."""
    memberships = search.owner.memberships.all()
    export = exchanges.ask(
        search=search,
        order="nom",
        form="csv",
        purpose=f"Préparer les convocations {mark}",
        reach=reach(memberships, Permission.EXPORT),
        by=search.owner,
        at=NOW,
    )
    exchanges.prepare(str(export.pk), at=NOW)
    export.refresh_from_db()
    return export


def with_specialities() -> dict[str, Any]:
    """Return the invented réglementation."""
    text = INVENTED.read_text(encoding="utf-8")
    # Days stay texts, as our own reader takes them.
    said = yaml.safe_load(re.sub(r"(?<=: )(\d{4}-\d\d-\d\d[^,}\n]*)", r'"\1"', text))
    said["examens"][0]["inscription_tardive"] = "oui"
    return said


def without_specialities() -> dict[str, Any]:
    """Return a réglementation for an exam without specialities, to open in Versailles."""
    said = with_specialities()
    said["domaine"] = {"code": "SIMPLE", "libelle": "Brevet simple", "rubrique": "Examens"}
    [exam] = said["examens"]
    exam |= {"code": "BS", "libelle": "Brevet simple"}
    del exam["specialites"], exam["inscription_unique"]
    for paper in exam["epreuves"]:
        paper.pop("specialites", None)
    said["ouvertures"][1] |= {"ouverture": "2027-01-04 08:00", "fermeture": "2027-02-05 17:00"}
    return said


def source(said: Any, mark: str = "") -> Source:
    """Return a réglementation as a file, its texts marked."""
    marked = _marked(said, mark) if mark else said
    return Source("essai.yaml", yaml.safe_dump(marked, allow_unicode=True, sort_keys=False))


def _marked(said: Any, mark: str, key: str = "") -> Any:
    match said:
        case dict():
            return {name: _marked(value, mark, name) for name, value in said.items()}
        case list():
            return [_marked(one, mark, key) for one in said]
        case str() if key in TEXTS:
            return f"{said} {mark}"
        case _:
            return said


def came(user: User, device: str = "Firefox") -> None:
    """Note that somebody signed in to an account, and was refused there once."""
    said = {"network": "192.0.2.1", "device": device, "at": NOW}
    sign_ins.refused(user, means="password", **said)
    sign_ins.accepted(user, means=["password"], **said)


def _named(mark: str) -> dict[str, str]:
    """Return what somebody is called: the mark everywhere, or as long a name as people have."""
    names = ("birth_name", "usage_name", "first_names", "birth_place")
    return dict.fromkeys(names, f"Alix {mark}") if mark else LONG_NAME


def an_estate(email: str, mark: str = "") -> Estate:
    """Make a candidate with a draft, a registration of two versions, and a withdrawn one."""
    candidate = a_candidate(email=email, **_named(mark))
    by = author(candidate)
    answers = (
        {
            "identification": {f"address_{line}": mark for line in (1, 2, 3, 4)},
            "supplementaires": {"q-projet": mark},
        }
        if mark
        else {}
    )
    withdrawn = a_registration(candidate, exam="BS", speciality="", **answers)
    leaving.withdraw(registration=withdrawn, by=by, at=NOW)
    registration = a_registration(candidate, **answers)
    amending = registering.amend(registration=registration, by=by, at=NOW)
    typed = amending.answers.get(section="identification").answers
    drafting.answer(
        draft=amending,
        section="identification",
        typed={**typed, "address_1": "3 quai du Wault"},
        seen_revision=None,
        at=NOW,
    )
    registering.register(draft=amending, by=by, at=NOW)
    registration.refresh_from_db()
    came(candidate.user)
    given = give(registration, name=f"carte {mark}.jpg")
    evidence.note_scanned(given, is_clean=True, at=NOW)
    fill_every_text(registration, mark or "essai")
    return Estate(
        candidate=candidate,
        registration=registration,
        withdrawn=withdrawn,
        draft=a_draft(candidate, speciality="FOREST", **answers, **FOREST),
        confided=a_confided_paper(registration, mark),
        passkey=a_passkey(candidate.user),
        kept=a_named_file(candidate, given, mark),
        upload=drawers.begin(owner=candidate.user, name=f"{mark}.jpg", mark=mark, length=9, at=NOW),
    )


def a_named_file(candidate: Candidate, given: Deposit, mark: str) -> KeptFile:
    """Keep a copy of a file in the drawer, under a name of its own."""
    by = author(candidate)
    kept = keeping.keep_copy(owner=candidate, given=given, by=by, at=NOW)
    keeping.label(kept=kept, said=f"Carte {mark}".strip(), by=by, at=NOW)
    return kept


def a_confided_paper(registration: Registration, mark: str = "") -> Paper:
    """Confide a paper and a comment, and open the first; after a decision: it may be taken back."""
    name, soon = f"papier {mark}.jpg", NOW + timedelta(seconds=1)
    paper = found_clean(confide(registration, kind="papier-de-sante", name=name, at=soon))
    write(registration, f"Voici ce qui m'est arrivé. {mark}".strip())
    candidate = registration.candidate
    read(paper, candidate.user, by=author(candidate))
    return paper


def a_case(doctor: User, mark: str = "") -> tuple[Case, Paper]:
    """Entrust a request to a doctor who has begun an opinion; return it, and what was confided."""
    candidate = a_candidate(email="suivie@exemple.test", **_named(mark))
    registration = a_registration(candidate)
    paper = a_confided_paper(registration, mark)
    reach_state(registration, CaseState.ASKED)
    case = case_of(registration)
    by = author_of(doctor)
    accommodating.entrust(case=case, doctor=doctor, name=by.name, by=by, at=NOW)
    case.refresh_from_db()
    typed = {"avis-tiers": "favourable", "avis-accessible": "favourable", "texte": f"Avis {mark}"}
    opining.keep(case=case, typed={**typed, "note": f"Note {mark}"}, seen=0, by=by, at=NOW)
    return case, paper


def a_newcomer(email: str) -> User:
    """Make an account as its owner does, activated, with a password that opens it."""
    user = accounts.open_account(email=email, password_hash=accounts.hashed(PASSWORD), at=NOW)
    candidates.enrol(user=user, identity=IDENTITY, email=email, at=NOW)
    return accounts.activate(user.pk, at=NOW)


def a_member(email: str, role: str, academies: list[str]) -> User:
    """Make a member of staff."""
    user = User.objects.create_user(email, PASSWORD, created_at=NOW, activated_at=NOW)
    Membership.objects.create(user=user, role=role, full_name="Claude Martin", academies=academies)
    return user


def a_passkey(user: User) -> Authenticator:
    """Give an account a passkey that a browser could have made."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    number = secrets.token_bytes(32)
    attested = AttestedCredentialData.create(
        Aaguid.NONE, number, ES256.from_cryptography_key(public)
    )
    proof = AttestationObject.create(
        "none", AuthenticatorData.create(bytes(32), 0x45, 0, attested), {}
    )
    said = CollectedClientData.create("webauthn.create", secrets.token_bytes(32), f"https://{HOST}")
    credential = {
        "type": "public-key",
        "id": websafe_encode(number),
        "rawId": websafe_encode(number),
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(proof),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Mon téléphone", "credential": credential},
    )


def signed_in(user: User, role: Role, *, at: datetime = NOW) -> str:
    """Open a session for somebody who has just shown a password, and more; return its key."""
    client = Client(headers={"host": HOST})
    client.force_login(user, backend=BACKEND)
    session = client.session
    shown = [{"method": "password", "at": at.timestamp(), "username": user.email}]
    if role in {*OFFICE, *DOCTORS}:
        enrol_totp(user)
        RecoveryCodes.activate(user)
    if user.has_second_factor:
        shown.append({"method": "mfa", "at": at.timestamp(), "type": "totp"})
    session[AUTHENTICATION_METHODS_SESSION_KEY] = shown
    session["account_authentication_methods_user"] = str(user.pk)
    session["seen_at"] = session["since"] = at.isoformat()
    session.save()
    return session.session_key
