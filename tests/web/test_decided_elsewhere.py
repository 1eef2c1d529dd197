"""Whose accommodations were decided elsewhere is pressed for no request of their own (H1, F2)."""

from datetime import timedelta

import pytest

from sporades.accommodations.rules import deadline_of
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts import accommodating
from sporades.documents import kinds
from sporades.publications.operations import depositing, preparing
from sporades.publications.queries import lines_to_withdraw
from sporades.registrations.models import Registration
from tests.accommodations.asked import MANAGER, write
from tests.documents.summaries import a_pdf
from tests.factories import NOW, a_registration
from tests.publications.doing import DECISION, member, publish_together
from tests.web.guide import main
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept", "confided", "invented_exam")

DECLARED = "Vous avez déclaré un handicap"
THERE = "Une décision sur vos aménagements est dans « Mes documents »"
ENOUGH = "Ne faites une demande ici que si elle ne vous suffit pas."


@pytest.fixture
def decided():
    """Return a registration that declares a handicap, and reads a decision made elsewhere."""
    registration = a_registration(informations={"has_disability": "oui"})
    manager = a_member("depose@exemple.test", Membership.Role.MANAGER, ["A09"])
    made = depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=registration.pk),
        kind=kinds.get("notification-amenagement"),
        content=a_pdf(),
        decision=DECISION,
        reach=reach(manager.memberships.all(), Permission.PREPARE_DOCUMENTS),
        by=manager,
        author=member(manager),
        at=NOW,
    )
    publish_together(made, manager)
    return registration


@pytest.fixture
def read(sign_in, decided):
    """Return what its candidate reads on a page, with plain spaces."""

    def said(page):
        return main(sign_in(decided.candidate).get(page)).replace("\xa0", " ")

    return said


def sure(registration):
    return f"/mes-inscriptions/{registration.number}/suis-je-inscrit"


@pytest.mark.parametrize("when", ["before", "late"])
def test_no_request_is_said_to_be_left_to_do(read, decided, stopped_clock, when):
    if when == "late":
        stopped_clock.move_to("2026-12-16T10:00:00Z")

    assert DECLARED not in read("/accueil")
    page = read(sure(decided))
    assert DECLARED not in page
    assert "La décision est dans « Mes documents »." in page


def test_nobody_is_reminded_of_it(decided):
    until = deadline_of(Registration.objects.whole().get(pk=decided.pk))

    assert accommodating.remind_requests(at=until - timedelta(days=2)) == 0


def test_once_taken_back_it_is_to_be_asked_for_again(read, decided):
    [line] = lines_to_withdraw(decided, at=NOW)
    preparing.withdraw_one(line=line, reason="Autre candidat.", by=MANAGER, at=NOW)

    assert DECLARED in read("/accueil")
    assert DECLARED in read(sure(decided))


def test_the_page_of_a_request_names_it_before_and_once_one_is_begun(read, decided):
    page = f"/mes-inscriptions/{decided.number}/amenagement"
    before = read(page)
    assert THERE in before
    assert ENOUGH in before

    write(decided)

    assert "prise avant cette demande, est dans « Mes documents »" in read(page)
    assert "Votre demande d'aménagement n'est pas envoyée." in read("/accueil")
