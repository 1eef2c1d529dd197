"""Every act says from which request it came, and every answer its number (S-60)."""

import logging

import pytest
from django.urls import reverse

from sporades.core import origin
from sporades.journal.models import Entry
from sporades.web.layout import errors
from sporades.web.logs import Discreet
from tests.factories import PASSWORD
from tests.web.account.owner import NEW, activated, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock")]
CHANGED = {"oldpassword": PASSWORD, "password1": NEW}


def test_an_act_done_by_a_page_has_the_number_of_its_answer(client):
    activated("maelle@exemple.test")
    sign_in(client)

    answer = client.post(reverse("account_change_password"), CHANGED, REMOTE_ADDR="203.0.113.7")

    act = Entry.objects.get(verb="password changed")
    assert (act.request, act.network) == (answer.headers["X-Request-Id"], "203.0.113.7")


def test_two_requests_have_two_numbers_and_nothing_is_left_after_them(client):
    first, second = (client.get(reverse("public:home")).headers["X-Request-Id"] for _ in range(2))

    assert first != second
    assert origin.current() is None


def test_a_line_of_the_log_ends_with_the_number_of_its_request():
    record = logging.LogRecord("sporades", logging.INFO, "", 0, "une ligne", (), None)
    line = Discreet("{message}", style="{")

    with origin.coming_from(origin.Origin("9f86d081884c7d65", "203.0.113.7")):
        assert line.format(record) == "une ligne request=9f86d081884c7d65"
    assert line.format(record) == "une ligne"


def test_the_page_of_our_own_fault_says_the_number_that_finds_its_line(rf):
    with origin.coming_from(origin.Origin("9f86d081884c7d65", "203.0.113.7")):
        page = errors.server_error(rf.get("/"))

    assert "<strong>9f86 d081 884c 7d65</strong>" in page.text
