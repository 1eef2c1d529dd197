"""« Modifier mon compte »: another password (B7)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.factories import PASSWORD
from tests.web.account.owner import NEW, mails, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_a_password_is_changed_with_the_current_one_and_other_sessions_die(
    client, user, client_two
):
    sign_in(client)
    sign_in(client_two)

    wrong = client.post(
        reverse("account_change_password"), {"oldpassword": "pas celui-ci", "password1": NEW}
    )
    right = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW}
    )

    assert "mot de passe actuel" in wrong.text
    assert right.url == reverse("account_edit")
    assert client.get(reverse("account_edit")).status_code == 200
    assert client_two.get(reverse("account_edit")).status_code == 302
    assert mails() == ["new_device", "password_changed"]


def test_a_password_of_ten_years_ago_still_opens_its_account(client, user, clock):
    clock.shift(timedelta(days=3_653))

    answer = sign_in(client)

    assert answer.url == reverse("candidate:home")
    assert client.get(reverse("account_edit")).status_code == 200


def test_a_new_password_is_not_the_one_of_today(client, user):
    sign_in(client)

    page = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": PASSWORD}
    )

    assert page.context["form"].errors == {
        "password1": ["C'est déjà votre mot de passe : choisissez-en un autre."]
    }
    assert mails() == []
