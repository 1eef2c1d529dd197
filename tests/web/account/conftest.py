import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from sporades.accounts.keys import activation_key
from sporades.accounts.models import Attempt, Membership, User
from sporades.acts.people import joining
from sporades.mail.models import Message
from tests.factories import NOW, PASSWORD
from tests.web.account.newcomer import sign_up
from tests.web.account.owner import activated


@pytest.fixture
def _empty_cache():
    cache.clear()


@pytest.fixture
def ines(client):
    """An activated account."""
    sign_up(client)
    user = User.objects.get(email="ines@exemple.test")
    joining.activate(user.pk, at=NOW)
    Message.objects.all().delete()
    Attempt.objects.all().delete()
    client.cookies.clear()
    return User.objects.get(pk=user.pk)


@pytest.fixture
def waiting(client):
    """An account that waits for its activation, and its link."""
    sign_up(client)
    user = User.objects.get()
    return user, reverse("account_confirm_email", args=[activation_key(user)])


@pytest.fixture
def user():
    """Somebody whose account is active."""
    return activated("maelle@exemple.test")


@pytest.fixture
def agent():
    """A manager who has yet to choose a second factor."""
    user = User.objects.create_user(
        "agent@exemple.test", PASSWORD, created_at=NOW, activated_at=NOW
    )
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    Membership.objects.create(
        user=user, role="manager", full_name="Camille Petit", academies=["A09"], domains=["ESSAI"]
    )
    return User.objects.get(pk=user.pk)


@pytest.fixture
def client_two():
    """Another device."""
    return Client()
