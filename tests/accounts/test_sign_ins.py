"""Who signed in: written once, kept a year (S-60, ASVS 16.3.1)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from sporades.accounts import sign_ins
from sporades.accounts.models import SignIn
from sporades.acts.tasks import forget_accounts
from sporades.journal.models import Entry
from sporades.retention import categories
from tests.factories import NOW, a_candidate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock")]
HERE = {"network": "203.0.113.7", "device": "Firefox sur Linux"}


@pytest.fixture
def user():
    return a_candidate(email="maelle@exemple.test").user


def test_refusals_of_one_day_network_and_device_are_one_line(user):
    for minute in (0, 2, 9):
        at = NOW + timedelta(minutes=minute)
        sign_ins.refused(user, means=sign_ins.PASSWORD, at=at, **HERE)
    sign_ins.refused(user, means="totp", at=NOW, **HERE)
    sign_ins.refused(user, means=sign_ins.PASSWORD, at=NOW - timedelta(days=1), **HERE)
    sign_ins.refused(None, means=sign_ins.PASSWORD, at=NOW, **HERE)

    found = sign_ins.latest_failures(user)

    assert [(one.count, one.means) for one in found] == [
        (3, "password"),
        (1, "totp"),
        (1, "password"),
    ]
    assert (found[0].first, found[0].last) == (NOW, NOW + timedelta(minutes=9))


def test_who_knew_the_password_is_not_hidden_by_the_owner_who_signs_in(user):
    network, device = {**HERE, "network": "198.51.100.7"}, {**HERE, "device": "Chrome sur Windows"}
    for place in (HERE, network, device):
        sign_ins.begun(user, means=["password"], at=NOW, **place)
    sign_ins.accepted(user, means=["password", "totp"], at=NOW + timedelta(minutes=1), **HERE)
    sign_ins.begun(user, means=["password"], at=NOW + timedelta(days=1), **HERE)

    found = sign_ins.latest_failures(user)

    assert all(one.is_past_password for one in found)
    assert {(one.network, one.device, one.first) for one in found} == {
        (*HERE.values(), NOW + timedelta(days=1)),
        (*network.values(), NOW),
        (*device.values(), NOW),
    }


def test_many_refusals_hide_no_sign_in(user):
    sign_ins.accepted(user, means=["password"], at=NOW, **HERE)
    for day in range(40):
        at = NOW + timedelta(days=day)
        sign_ins.refused(user, means=sign_ins.PASSWORD, at=at, **HERE)

    assert [one.at for one in sign_ins.latest(user)] == [NOW]
    assert len(sign_ins.latest_failures(user)) == sign_ins.SHOWN


def test_a_year_later_it_is_forgotten_and_not_a_day_before(user):
    old = sign_ins.accepted(user, means=[], at=NOW - timedelta(days=366), **HERE)
    kept = sign_ins.accepted(user, means=[], at=NOW - timedelta(days=364), **HERE)
    assert categories.overdue(NOW)["connexion"] == 1

    forget_accounts(0)

    assert not SignIn.objects.filter(pk=old.pk).exists()
    assert SignIn.objects.get() == kept
    assert categories.overdue(NOW)["connexion"] == 0


def test_nobody_rewrites_one(user):
    kept = sign_ins.accepted(user, means=["password"], at=NOW, **HERE)

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        SignIn.objects.filter(pk=kept.pk).update(network="198.51.100.1")


def test_an_operator_reads_them_all_with_a_reason_that_is_kept(user):
    sign_ins.accepted(user, means=["password", "totp"], at=NOW, **HERE)
    sign_ins.refused(user, means=sign_ins.PASSWORD, at=NOW, **HERE)
    sign_ins.accepted(a_candidate().user, means=["password"], at=NOW, **HERE)
    out = StringIO()

    call_command("compte", "connexions", " MAELLE@exemple.test", motif="Recours 3", stdout=out)

    said = out.getvalue()
    assert "connexion (mot de passe et application de codes), Firefox sur Linux" in said
    assert "refus (mot de passe), Firefox sur Linux, depuis 203.0.113.7" in said
    noted = Entry.objects.get(verb="sign-ins read")
    assert noted.payload == {"after": {"reason": "Recours 3"}}
    assert noted.object_id == str(user.pk)
    assert said.splitlines()[-1] == "2 connexions ou essais."


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_they_are_not_read_without_a_reason(user, reason):
    with pytest.raises(CommandError, match="Le motif compte de 1 à 300"):
        call_command("compte", "connexions", user.email, motif=reason)

    assert not Entry.objects.filter(verb="sign-ins read").exists()


def test_an_address_of_nobody_is_said_to_be(db):
    with pytest.raises(CommandError, match="Aucun compte n'a l'adresse inconnue@exemple"):
        call_command("compte", "connexions", "inconnue@exemple.test", motif="Recours 3")
