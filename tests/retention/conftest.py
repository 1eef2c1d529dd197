"""A person with a name that nobody else has, and all that the service may keep of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts import consulting
from sporades.acts.identities import asking, correcting
from sporades.acts.registrations import deciding, noting
from sporades.acts.writing import messaging
from sporades.candidates.operations import civil_data
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.letters.models import PrintRun
from sporades.publications.operations import depositing
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE
from tests.documents.summaries import a_pdf
from tests.evidence.given import give
from tests.factories import NOW, a_candidate, a_registration, author
from tests.publications.doing import DECISION, publish_together
from tests.web.registry.world import a_member

NAME, BEFORE, ADDRESS = "Zyzomysse", "Xylophène", "zyzomysse@exemple.test"
WORDS = (NAME, BEFORE)
"""What is looked for: the address holds the first."""


@pytest.fixture(autouse=True)
def _clock(kept):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(db):
    return a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])


@pytest.fixture
def filed(invented_exam):
    """Return a registration as it is filed, and nothing more."""
    return again(a_registration(a_candidate(email=ADDRESS, birth_name=NAME)))


@pytest.fixture
def whole(invented_exam, manager):
    """Return a registration of which everything was said that can be."""
    registration = a_registration(a_candidate(email=ADDRESS, birth_name=BEFORE))
    by = manager.memberships.get().as_actor()
    ask_and_correct(registration, by)
    deposit(again(registration), manager, by)
    mine = author(again(registration).candidate)
    messaging.write(
        registration=registration, text=f"C'est {NAME}", sending=uuid4(), by=mine, at=NOW
    )
    give(registration, name=f"Carte de {NAME}.jpg")
    noting.write_note(registration=registration, text=f"Vu {NAME}", sending=uuid4(), by=by, at=NOW)
    for version in DocumentVersion.objects.order_by("pk"):
        consulting.open_pdf(version=version, by=mine, at=NOW)
        consulting.consult_pdf(version=version, by=by, at=NOW)
    deciding.decide(
        registration=again(registration),
        decision=SET_ASIDE,
        reason=f"{NAME} est inscrit deux fois",
        by=by,
        at=NOW + timedelta(minutes=1),
    )
    return again(registration)


def again(registration):
    return Registration.objects.whole().get(pk=registration.pk)


def a_print_run(service, **said):
    return PrintRun.objects.create(
        managing=service.managing_service,
        academy=service.academy,
        domain=service.domain,
        day=NOW.date(),
        **said,
    )


def ask_and_correct(registration, by):
    """Ask for another name, on proof, have it corrected otherwise, then be refused."""
    candidate = again(registration).candidate
    identity = {**civil_data(candidate.identity), "birth_name": NAME}
    seen = candidate.identity_id
    request = asking.send(
        candidate=candidate,
        identity=identity,
        seen=seen,
        reason=f"Je suis {NAME}",
        proof=[a_pdf()],
        by=author(candidate),
        at=NOW,
    )
    correcting.correct_identity(
        registration=again(registration),
        identity=identity,
        seen=seen,
        proof="Carte d'identité",
        by=by,
        at=NOW,
    )
    asking.refuse(request=request, answer=f"{NAME} est déjà corrigé", by=by, at=NOW)


def deposit(registration, manager, by):
    """Deposit a document for a registration, and publish it."""
    allowed = reach(manager.memberships.all(), Permission.PREPARE_DOCUMENTS)
    made = depositing.deposit_one(
        registration=registration,
        kind=kinds.get("notification-amenagement"),
        decision=DECISION,
        content=a_pdf(),
        reach=allowed,
        by=manager,
        author=by,
        at=NOW,
    )
    publish_together(made, manager)
