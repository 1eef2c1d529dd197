"""P-20: who had registrations, and has none left here, is not taken for somebody who never had any."""

from datetime import timedelta

import pytest
import time_machine

from sporades.acts.people import forgetting
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.retention import operations
from tests.factories import a_candidate, a_registration
from tests.web.guide import main, seen, signed_in, words

KEPT_NO_MORE = "Vos inscriptions ne sont plus conservées dans votre espace, ni leurs documents"


@pytest.fixture
def archived(db, kept):
    """Return an account whose only registration is archived, and when: the night before."""
    registration = a_registration()
    later = registration.service.closes_at + timedelta(days=740)
    operations.apply(at=later)
    assert not Registration.objects.exists()
    return registration.candidate.user, later


@pytest.mark.parametrize("address", ["/accueil", "/mes-documents"])
def test_it_is_said_that_it_is_kept_here_no_more_and_whom_to_ask(archived, address):
    user, at = archived
    with time_machine.travel(at, tick=False):
        page = signed_in(user).get(address)

    assert KEPT_NO_MORE in main(page)
    assert "pas encore d'inscription" not in main(page)
    assert "Bienvenue" not in words(seen(page).cssselect("h1")[0])
    assert seen(page).cssselect("main a[href='/contact']")


@pytest.mark.parametrize("address", ["/accueil", "/mes-documents"])
def test_who_never_had_any_is_still_welcomed(db, address):
    page = main(signed_in(a_candidate().user).get(address))

    assert "Vous n'avez pas encore d'inscription" in page
    assert KEPT_NO_MORE not in page


def test_the_account_says_why_its_data_stay_as_they_are(archived):
    user, at = archived
    with time_machine.travel(at, tick=False):
        said = main(signed_in(user).get("/mon-compte"))

    assert "Elles ne le redeviennent pas, même après une désinscription ou un archivage." in said


def test_the_warning_that_the_account_is_erased_says_that_it_has_none_any_more(archived):
    _, at = archived

    assert forgetting.warn_unused(at=at + timedelta(days=200)) == 1

    body = Message.objects.get(kind="account_unused").body
    assert "Votre compte ne porte plus aucune inscription" in body
