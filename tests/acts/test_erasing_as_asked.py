"""An operator erases an account without a registration, because its owner asks (GDPR, article 17)."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from sporades.accounts.models import User
from sporades.acts.identities import correcting
from sporades.acts.people import claiming
from sporades.acts.registrations import leaving
from sporades.acts.services import announcing
from sporades.candidates.models import Candidate, ClaimCode
from sporades.candidates.operations import civil_data
from sporades.exams.models import RegistrationService
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.notices.models import OpeningAlert
from sporades.retention import categories, operations
from tests.acts.people import joined, whose
from tests.factories import (
    EVERYWHERE,
    NOW,
    OPERATOR,
    PASSWORD,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    author,
)
from tests.leftovers import where
from tests.web.registry.world import a_member

WHY = "Demande écrite, identité vérifiée au guichet"
ADDRESS = "oubli@exemple.test"

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


def erase(address=ADDRESS, motif=WHY):
    call_command("compte", "effacer", address, *whose(address), "--motif", motif)


def test_nothing_is_left_of_who_asks_but_that_it_was_asked(capsys):
    user = a_candidate(email=ADDRESS, birth_name="Quelqu'unique").user
    a_draft(user.candidate)
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="ouverte", user_agent="x")

    erase(" Oubli@exemple.test")

    said = (
        f"{ADDRESS} : compte effacé, avec ce qui y était commencé. Aucun mail ne le dit : répondez "
        "à qui l'a demandé.\n"
    )
    assert capsys.readouterr().out == said
    assert where(ADDRESS, "Quelqu") == set()
    assert not UserSession.objects.exists()
    noted = Entry.objects.get(verb="account erased as asked")
    assert (noted.actor_kind, noted.object_id) == ("operator", str(user.pk))
    assert noted.payload == {"after": {"reason": WHY}}


def test_who_asks_is_told_of_no_opening_any_more():
    a_candidate(email=ADDRESS)
    service = RegistrationService.objects.first()
    for address in (ADDRESS, "une@exemple.test"):
        announcing.ask_alert(service=service, email=address, network="192.0.2.1", at=NOW)

    erase()

    assert where(ADDRESS) == set()
    assert [one.email for one in OpeningAlert.objects.all()] == ["une@exemple.test"]
    assert [one.recipient for one in Message.objects.all()] == ["une@exemple.test"]


def test_once_all_is_archived_the_acts_are_of_nobody():
    registration = a_registration(a_candidate(email=ADDRESS))
    candidate = registration.candidate
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(candidate.identity), "birth_name": "Quelqu'unique"},
        seen=candidate.identity_id,
        proof="Carte",
        by=OPERATOR,
        at=NOW,
    )
    corrected = Entry.objects.get(verb="identity corrected")
    sealing.seal(at=NOW)
    registration.delete()

    erase()

    assert not Candidate.objects.exists()
    noted = Entry.objects.get(verb="account erased as asked")
    assert noted.payload == {"after": {"reason": WHY}}
    listed = Entry.objects.get(verb="acts forgotten")
    assert listed.payload == {"after": {"acts": [corrected.pk]}}
    assert Entry.objects.get(pk=corrected.pk).payload == {}
    assert sealing.verify(at=NOW).findings == ()


@pytest.mark.parametrize("was_registered", [False, True])
def test_who_erased_it_and_why_are_forgotten_as_any_act_is(was_registered):
    candidate = a_candidate(email=ADDRESS)
    if was_registered:
        a_registration(candidate).delete()
    erase()
    noted = Entry.objects.get(verb="account erased as asked")
    at = NOW.replace(year=NOW.year + categories.years_of_acts())
    operations.forget_acts(at=at)
    assert Entry.objects.get(pk=noted.pk).actor_name

    operations.forget_acts(at=at + timedelta(days=1))

    kept = Entry.objects.get(pk=noted.pk)
    assert (kept.actor_name, kept.payload) == ("", {})
    assert sealing.verify(at=at).findings == ()


def test_a_registration_is_kept_for_its_time_though_it_was_left():
    registration = a_registration(a_candidate(email=ADDRESS))
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    with pytest.raises(CommandError, match="conservée le temps prévu, même après une désinscr"):
        erase()

    assert User.objects.filter(email=ADDRESS).exists()


def test_the_account_of_a_member_of_staff_is_closed_otherwise():
    a_member(ADDRESS, "manager", ["A09"])

    with pytest.raises(CommandError, match="celui d'un agent"):
        erase()


def test_why_is_asked_for_and_of_whom():
    joined(ADDRESS)

    with pytest.raises(CommandError, match="Le motif compte de 1 à"):
        erase(motif=" ")
    with pytest.raises(CommandError, match="Aucun compte n'a l'adresse personne@exemple"):
        erase("personne@exemple.test")

    assert User.objects.filter(email=ADDRESS).exists()


def test_the_code_that_it_took_serves_again():
    record = a_record()
    code = claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=NOW)
    said = {"email": ADDRESS, "password": PASSWORD, "network": "ici", "at": NOW}
    claiming.claim(code=code, birth=(14, 3, 1998), **said)

    erase()

    assert ClaimCode.objects.get().taken_by is None
    assert Candidate.objects.filter(pk=record.pk).exists()
