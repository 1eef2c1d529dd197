"""An address that no mail server takes, once it is written as they write it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import AddressChange, User
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.notices.models import OpeningAlert
from tests.factories import NOW
from tests.web.account.newcomer import sign_up
from tests.web.account.owner import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]

# 205 signs as it is typed, more than 254 for a mail server (RFC 5321).
TOO_LONG = "ines@" + ".".join(["éàçñüøåäöîéàçñ"] * 13) + ".fr"
ASKED = "Indiquez une adresse mail complète"


def test_nobody_signs_up_with_it(client):
    page = sign_up(client, email=TOO_LONG)

    assert ASKED in page.text
    assert TOO_LONG in page.text
    assert not User.objects.exists()
    assert not Message.objects.exists()


def test_no_account_moves_to_it(client, user):
    sign_in(client)

    page = client.post(reverse("account_email"), {"email": TOO_LONG})

    assert ASKED in page.text
    assert TOO_LONG in page.text
    assert not AddressChange.objects.exists()


@pytest.mark.parametrize("page", ["account_reset_password", "account_email_verification_sent"])
def test_nothing_is_sent_to_it(client, page):
    answer = client.post(reverse(page), {"email": TOO_LONG})

    assert ASKED in answer.text
    assert not Message.objects.exists()


@pytest.mark.usefixtures("invented_exam")
def test_no_alert_waits_for_it(client):
    RegistrationService.objects.update(opens_at=NOW + timedelta(days=2))
    forget()
    service = RegistrationService.objects.first()

    page = client.post(reverse("public:ask_alert", args=[service.pk]), {"email": TOO_LONG})

    assert ASKED in page.text
    assert not OpeningAlert.objects.exists()
