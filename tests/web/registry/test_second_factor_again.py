"""S-17: what hurts many, or for good, asks for a second factor shown some minutes ago at most."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from sporades.batches.accommodations import FOLLOW, NOTIFY
from sporades.batches.actions import WRITTEN_ALONE
from sporades.batches.models import Batch
from sporades.notices import operations
from tests.factories import NOW
from tests.web.guide import main
from tests.web.office.conftest import second_factor_shown
from tests.web.registry.routes import NAMES, SHOWN_AGAIN, address, reader
from tests.web.registry.writing import since, written

IN_TIME, TOO_LATE = NOW + timedelta(minutes=14), NOW + timedelta(minutes=16)
VERIFIED = "Votre second facteur est vérifié : "


@pytest.fixture
def many(world, request):
    """Let the batch that waits to be launched be of many, or the banner be of read-only mode."""
    Batch.objects.filter(pk=world.batch.pk).update(total=WRITTEN_ALONE + 1)
    if request.node.callspec.params.get("name") == "office:end_banner":
        operations.show(kind="alert", message="Maintenance.", at=NOW, stops_writing=True)


def test_whatever_is_approved_asks_for_it():
    assert {name for name in NAMES if "approve" in name} <= set(SHOWN_AGAIN)


@pytest.mark.parametrize("name", SHOWN_AGAIN)
@pytest.mark.usefixtures("many")
def test_it_is_asked_again_then_leads_back_to_the_button(world, name):
    browser, where = world.browser(reader(name)), address(name, world)
    asked = f"{reverse('mfa_reauthenticate')}?{urlencode({'next': where})}"
    before = written()

    with time_machine.travel(TOO_LATE, tick=False):
        answers = [method(where) for method in (browser.get, browser.head, browser.post)]
        done = since(before)
        said = main(browser.get(asked))
        second_factor_shown(browser, at=TOO_LATE)
        back = browser.get(where)
        page = browser.get(back.url)

    assert [one.url for one in answers] == [asked] * 3
    assert done <= {"django_session"}
    assert "Est-ce bien vous ?" in said
    assert "Pour continuer" not in said
    assert "Annuler" in said
    assert page.status_code == 200
    assert VERIFIED in main(page)


@pytest.mark.parametrize("name", SHOWN_AGAIN)
@pytest.mark.usefixtures("many")
def test_a_page_that_was_opened_in_time_leaves_time_to_read(world, name):
    browser, where = world.browser(reader(name)), address(name, world)

    with time_machine.travel(IN_TIME, tick=False):
        answer = browser.post(where)

    assert not answer.headers.get("Location", "").startswith(reverse("mfa_reauthenticate"))


@pytest.mark.parametrize("action", [FOLLOW, NOTIFY])
@pytest.mark.usefixtures("many")
def test_decisions_on_accommodations_of_many_ask_for_it(world, action):
    Batch.objects.filter(pk=world.batch.pk).update(action=action)
    browser, where = (
        world.browser(reader("office:launch_batch")),
        address("office:launch_batch", world),
    )

    with time_machine.travel(TOO_LATE, tick=False):
        answer = browser.post(where)

    assert answer.url.startswith(reverse("mfa_reauthenticate"))


def test_a_batch_of_few_is_launched_without_it(world):
    browser = world.browser(reader("office:launch_batch"))

    with time_machine.travel(TOO_LATE, tick=False):
        read = browser.get(address("office:launch_batch", world), follow=True)
        posted = browser.post(address("office:launch_batch", world), follow=True)

    assert VERIFIED not in main(read)
    assert "Le lot est lancé" not in main(read)
    assert "Le lot est lancé" in main(posted)
