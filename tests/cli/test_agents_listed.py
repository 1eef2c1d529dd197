"""`sporades agent liste`: each agent, a role, a perimeter and a state on a line (N2)."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import call_command

from sporades.accounts.models import Membership
from tests.factories import NOW
from tests.web.registry.world import a_member


@pytest.fixture(autouse=True)
def _now(db):
    with time_machine.travel(NOW, tick=False):
        yield


def test_each_agent_is_listed_with_role_perimeter_and_state(capsys):
    a_member("bea@exemple.test", Membership.Role.MANAGER, ["A09", "A28"])
    ana = a_member("ana@exemple.test", Membership.Role.ADMINISTRATOR, [])
    Authenticator.objects.create(user=ana, type=Authenticator.Type.TOTP, data={})
    closed = a_member("zoe@exemple.test", Membership.Role.AUDITOR, ["A09"])
    closed.memberships.update(ends_on=NOW - timedelta(days=1), domains=["CAP"])
    late = a_member("late@exemple.test", Membership.Role.HEAD, ["A09"])
    late.memberships.update(ends_on=NOW + timedelta(days=1))
    late.set_unusable_password()
    late.save()

    call_command("agent", "liste")

    assert capsys.readouterr().out.splitlines() == [
        (
            "ana@exemple.test (Claude Martin) : administrator, académies (tout), domaines (tout), "
            "ouvert, avec double authentification"
        ),
        (
            "bea@exemple.test (Claude Martin) : manager, académies A09 A28, domaines (tout), "
            "ouvert, sans double authentification"
        ),
        (
            "late@exemple.test (Claude Martin) : head, académies A09, domaines (tout), invité, n'a "
            "pas encore choisi son mot de passe ; accès jusqu'au 26/11/2026, sans double authentification"
        ),
        (
            "zoe@exemple.test (Claude Martin) : auditor, académies A09, domaines CAP, "
            "fermé depuis le 25/11/2026, sans double authentification"
        ),
    ]


def test_who_is_closed_today_is_said_to_be_since_today(capsys):
    a_member("ana@exemple.test", Membership.Role.MANAGER, ["A09"])

    call_command("agent", "close", "ana@exemple.test")
    call_command("agent", "liste")

    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .endswith("fermé depuis le 25/11/2026, sans double authentification")
    )
