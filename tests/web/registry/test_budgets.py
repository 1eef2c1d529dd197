"""How many queries a page costs: few, and as many for fifty rows as for one."""

import uuid
from copy import copy

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sporades.acts.registrations import leaving, registering
from sporades.documents.models import Document, DocumentVersion, Folder
from sporades.drawers import operations as drawers
from sporades.drawers.models import KeptFile
from sporades.exams import operations as exams
from sporades.exams.models import Exam, RegistrationService
from sporades.medical.models import Opening
from sporades.registrations.models import Draft, Registration, SectionAnswers, Version
from sporades.registrations.operations import drafting
from sporades.threads.models import ThreadMessage
from sporades.threads.queries import registrations_and_answers_to
from sporades.web.access import Who
from sporades.web.registry import ACCESS
from tests.factories import NOW, OPERATOR, a_candidate, a_draft, answer_all, answers_with, author
from tests.threads.said import answer
from tests.web.registry.routes import PAGES, TABS, WITH_APPLICATION, address
from tests.web.registry.world import (
    Estate,
    Role,
    a_confided_paper,
    a_passkey,
    came,
    signed_in,
    source,
    without_specialities,
)

MANY = 50
MOST = 8
MOST_TO_SAVE = 40
ARTEFACTS = ("SAVEPOINT", "RELEASE SAVEPOINT")

# Pages of a candidate, and public pages as a candidate reads them.
READ = [
    name
    for name in PAGES
    if ACCESS[name].who is Who.CANDIDATE or (name.startswith("public:") and name != "public:alert")
]
# As who has just signed in reads them: the one whom a page is for.
# The link to a new address opens for one account alone.
OF_THE_OWNER = ["account_confirm_address"]
OF_ACCOUNT = [
    name
    for name in PAGES
    if ACCESS[name].who is Who.SIGNED_IN and name not in {*WITH_APPLICATION, *OF_THE_OWNER}
]
OF_APPLICATION = sorted(set(PAGES) & WITH_APPLICATION)


def cost(browser, where, *, method="get"):
    """Return how many queries a page costs."""
    with CaptureQueriesContext(connection) as queries:
        response = getattr(browser, method)(where)
    assert response.status_code in (200, 302)
    # A transaction within that of the test begins with a savepoint; outside, with nothing
    # that Django counts.
    return len([one for one in queries if not one["sql"].startswith(ARTEFACTS)])


def in_many_specialities():
    """Return a réglementation for an exam with fifty specialities, all of which one may choose."""
    said = without_specialities()
    said["domaine"] = {"code": "VASTE", "libelle": "Brevet vaste", "rubrique": "Examens"}
    said["examens"][0] |= {
        "code": "BV",
        "libelle": "Brevet vaste",
        "specialites": [
            {"code": f"S{number:02}", "libelle": f"Option {number}"} for number in range(MANY)
        ],
    }
    return source(said)


def an_estate(email):
    """Make a candidate with one of each: registration, withdrawn registration, draft."""
    candidate = a_candidate(email=email)
    by = author(candidate)
    exam = Exam.objects.get(code="BV")
    service = RegistrationService.objects.get(domain=exam.domain, academy="A09")

    def begun(speciality):
        chosen = exam.specialities.get(code=speciality)
        draft = registering.begin(
            candidate=candidate, exam=exam, speciality=chosen, service=service, by=by, at=NOW
        )
        for section, answers in answers_with().items():
            drafting.answer(draft=draft, section=section, typed=answers, seen_revision=None, at=NOW)
        return draft

    withdrawn = registering.register(draft=begun("S00"), by=by, at=NOW).registration
    leaving.withdraw(registration=withdrawn, by=by, at=NOW)
    registration = registering.register(draft=begun("S00"), by=by, at=NOW).registration
    answer(registration)
    return Estate(
        candidate=candidate,
        registration=registration,
        withdrawn=withdrawn,
        draft=begun("S01"),
        confided=a_confided_paper(registration),
        passkey=a_passkey(candidate.user),
        kept=a_kept_file(candidate),
        upload=drawers.begin(owner=candidate.user, name="carte.jpg", mark="", length=9, at=NOW),
    )


def a_kept_file(candidate):
    """Keep a file in a drawer, as a row alone: no page reads its bytes."""
    return KeptFile.objects.create(
        owner=candidate,
        name="carte.jpg",
        key=f"ab/cd/{uuid.uuid4().hex}.pdf",
        size=1,
        pages=1,
        kept_at=NOW,
        sending=uuid.uuid4(),
    )


def multiply(estate):
    """Give a candidate forty-nine more of each, and as many versions of the first."""
    specialities = list(estate.registration.exam.specialities.order_by("code"))
    others = [(number, specialities[number]) for number in range(1, MANY)]
    for model in (estate.registration, estate.withdrawn):
        folders = Folder.objects.bulk_create(clone(model.folder) for _ in others)
        made = Registration.objects.bulk_create(
            clone(model, number=f"{model.pk}-{number}", speciality=speciality, folder=folder)
            for (number, speciality), folder in zip(others, folders, strict=True)
        )
        last = model.versions.get()
        Version.objects.bulk_create(clone(last, registration=one) for one in made)
        papers = Document.objects.bulk_create(
            Document(folder=folder, kind="recapitulatif", academy="A09") for folder in folders
        )
        issued = DocumentVersion.objects.get(
            document__folder=model.folder, document__kind="recapitulatif"
        )
        DocumentVersion.objects.bulk_create(
            clone(issued, document=paper, code=uuid.uuid4().hex) for paper in papers
        )
    Version.objects.bulk_create(
        clone(estate.registration.versions.get(), number=number) for number in range(2, MANY + 1)
    )
    KeptFile.objects.bulk_create(
        clone(estate.kept, sending=uuid.uuid4(), key=f"ab/cd/{uuid.uuid4().hex}.pdf")
        for _ in others
    )
    answer = estate.registration.thread.get()
    ThreadMessage.objects.bulk_create(clone(answer, sending=uuid.uuid4()) for _ in others)
    opening = estate.confided.compartment.openings.get()
    Opening.objects.bulk_create(clone(opening) for _ in range(2 * MANY))
    drafts = Draft.objects.bulk_create(
        clone(estate.draft, id=uuid.uuid4(), speciality=speciality)
        for number, speciality in others
        if number > 1
    )
    SectionAnswers.objects.bulk_create(
        clone(answers, draft=draft) for draft in drafts for answers in estate.draft.answers.all()
    )
    for _ in others:
        a_passkey(estate.user)
        a_session(estate.user, signed_in(estate.user, Role.OWNER))
        came(estate.user)


def a_session(user, key):
    """List a session among those of its account, as signing in does."""
    UserSession.objects.create(user=user, ip="192.0.2.1", user_agent="Firefox", session_key=key)


def clone(row, **changes):
    """Return a new row like another."""
    fresh = copy(row)
    fresh._state = copy(row._state)
    fresh._state.adding = True
    fresh.pk = None
    for name, value in changes.items():
        setattr(fresh, name, value)
    return fresh


@pytest.fixture(scope="module")
def crowd(world):
    """Make a candidate who has one of each thing, and one who has fifty."""
    exams.load(in_many_specialities(), by=OPERATOR, at=NOW)
    one, fifty = an_estate("une@exemple.test"), an_estate("cinquante@exemple.test")
    multiply(fifty)
    keys = {estate.user.pk: signed_in(estate.user, Role.OWNER) for estate in (one, fifty)}
    for estate in (one, fifty):
        a_session(estate.user, keys[estate.user.pk])
    return one, fifty, keys


def browser_of(world, crowd, estate):
    browser = world.browser(Role.ANONYMOUS)
    browser.cookies["__Host-session"] = crowd[2][estate.user.pk]
    return browser


def test_the_crowd_is_there(world, crowd):
    one, fifty, _ = crowd

    for estate, count in ((one, 1), (fifty, MANY)):
        page = browser_of(world, crowd, estate).get("/mes-inscriptions")
        assert (len(page.context["active"]), len(page.context["withdrawn"])) == (count, count)
        begun = [card for _, _, cards in page.context["begun"] for card in cards]
        assert len(begun) == max(1, count - 1)
        mine = registrations_and_answers_to(user=estate.user.pk)
        assert sum(one.unread_answers for one in mine) == count
        page = browser_of(world, crowd, estate).get("/mon-compte/sessions")
        assert len(page.context["rows"]) == count
        page = browser_of(world, crowd, estate).get("/mon-compte/double-authentification/cles")
        assert len(page.context["authenticators"]) == count


@pytest.mark.parametrize("name", READ)
def test_a_page_costs_eight_queries_at_most_and_as_many_for_fifty_rows(world, crowd, name):
    costs = [
        cost(browser_of(world, crowd, estate), address(name, world, estate)) for estate in crowd[:2]
    ]

    assert costs[0] == costs[1] <= MOST


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_costs_eight_queries_at_most(world, tab):
    browser = world.browser(Role.OWNER)
    browser.get(address("candidate:tab", world, section=tab))

    assert cost(browser, address("candidate:tab", world, section=tab)) <= MOST
    assert cost(browser, address("candidate:tab", world, section=tab) + "?verifier=1") <= MOST


@pytest.mark.parametrize("name", OF_ACCOUNT)
def test_a_page_of_account_costs_eight_queries_and_as_many_for_fifty_sessions(world, crowd, name):
    costs = [
        cost(browser_of(world, crowd, estate), address(name, world, estate)) for estate in crowd[:2]
    ]

    assert costs[0] == costs[1] <= MOST


@pytest.mark.parametrize("name", OF_APPLICATION)
def test_a_page_of_the_second_factor_costs_eight_queries_at_most(world, name):
    assert cost(world.browser(Role.MANAGER), address(name, world)) <= MOST


@pytest.mark.parametrize("name", OF_THE_OWNER)
def test_a_page_that_opens_for_its_owner_costs_eight_queries_at_most(world, name):
    assert cost(world.browser(Role.OWNER), address(name, world)) <= MOST


@pytest.mark.parametrize("name", ["candidate:document", "candidate:document_pdf"])
def test_a_document_opened_again_costs_no_more(world, name):
    browser = world.browser(Role.OWNER)
    browser.get(address(name, world))

    assert cost(browser, address(name, world)) <= MOST


def test_saving_costs_forty_queries_at_most(world):
    candidate = a_candidate()
    browser = world.browser(Role.ANONYMOUS)
    browser.cookies["__Host-session"] = signed_in(candidate.user, Role.OWNER)
    draft = a_draft(candidate)

    first = cost(browser, f"/inscription/{draft.pk}/recapitulatif", method="post")
    registration = Registration.objects.get(candidate=candidate)
    amending = registering.amend(registration=registration, by=author(candidate), at=NOW)
    answer_all(amending, answers_with(identification={"address_1": "3 quai du Wault"}))
    changed = cost(browser, f"/inscription/{amending.pk}/recapitulatif", method="post")

    registration.refresh_from_db()
    assert registration.version == 2
    assert max(first, changed) <= MOST_TO_SAVE
