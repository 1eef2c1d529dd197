"""« Désinscrire à sa demande »: for who has no account, and for all once the service has closed."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import deciding, leaving
from sporades.candidates.models import Candidate
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from sporades.registrations.states import VALIDATE, State
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author
from tests.registrations.test_standing_in import modified_by_candidate
from tests.spaces import plain
from tests.web.guide import main, seen, sign_in

PAPER = "lettre signée du 24 novembre"
SAID = {"recue_le": "25/11/2026", "papier": PAPER}


def where(registration):
    return reverse("office:withdraw_as_asked", args=[registration.number])


def opened(client, registration):
    """Open the page, and return what its form sends of what it shows."""
    page = seen(client.get(where(registration)))
    return {
        name: page.cssselect(f"main input[name={name}]")[0].get("value") for name in ("vue", "etat")
    }


def asked(client, registration, **said):
    """Press « Désinscrire ce candidat » on the page as it is shown."""
    read = opened(client, registration)
    page = client.post(where(registration), {**read, **SAID, **said}, follow=True)
    registration.refresh_from_db()
    return page


def test_a_service_that_closes_sooner_than_three_days_is_said_to_the_office(manager, in_lille):
    later = plain(main(manager.get(where(in_lille))))
    RegistrationService.objects.filter(pk=in_lille.service_id).update(
        closes_at=NOW + timedelta(minutes=48)
    )

    sooner = plain(main(manager.get(where(in_lille))))

    assert "Pendant 72 heures, tant que le service est ouvert, une nouvelle" in later
    assert "72 heures" not in sooner
    assert "le mercredi 25 novembre 2026 à 11 h 18 (heure de Paris), une nouvelle" in sooner


def test_who_wrote_is_withdrawn_told_what_came_and_when_and_it_is_no_decision(
    manager, in_lille, client
):
    modified_by_candidate(in_lille, mobile="06 39 98 11 11")
    decisions = manager.get(reverse("office:decide", args=[in_lille.number]))
    assert where(in_lille) in decisions.text

    page = asked(manager, in_lille)

    assert in_lille.state == State.WITHDRAWN
    assert not Draft.objects.open().filter(amends=in_lille).exists()
    assert "La désinscription est enregistrée" in main(page)
    told = plain(Message.objects.get(kind="withdrawn").body)
    assert f"{PAPER} (demande reçue le 25 novembre 2026)" in told
    assert "Si vous n'avez pas demandé cette désinscription" in told
    assert "elle peut reprendre toutes vos réponses" in told
    assert in_lille.can_be_undone(NOW)
    assert not deciding.decisions_on(in_lille).exists()
    entry = Entry.objects.get(verb="registration withdrawn as asked")
    assert entry.actor_name == "Claude Martin"
    history = plain(main(manager.get(reverse("office:history", args=[in_lille.number]))))
    assert "par le service, à la demande écrite du candidat, par Claude Martin" in history
    assert PAPER in history
    sign_in(client, in_lille.candidate.user)
    own = plain(main(client.get(reverse("candidate:history", args=[in_lille.number]))))
    assert PAPER in own
    assert "Claude Martin" not in own


def test_after_the_closing_too_and_nobody_is_told_to_register_anew(manager, member, in_lille):
    after = in_lille.service.closes_at + timedelta(days=3)
    with pytest.raises(Refused):
        leaving.withdraw(
            registration=in_lille,
            by=author(in_lille.candidate),
            at=in_lille.service.closes_at + MINUTE,
        )
    with time_machine.travel(after, tick=False):
        late = member("A09", email="autre@exemple.test", at=after)
        assert "Aucune nouvelle inscription ne peut être faite." in main(late.get(where(in_lille)))
        asked(late, in_lille, recue_le=f"{after:%d/%m/%Y}")

    assert in_lille.state == State.WITHDRAWN
    told = plain(Message.objects.get(kind="withdrawn").body)
    assert "Les inscriptions sont closes : vous ne pouvez pas vous réinscrire." in told
    assert "faites une nouvelle inscription" not in told


def test_who_has_no_account_is_told_by_letter(manager):
    candidate = a_candidate()
    registration = a_registration(candidate)
    Candidate.objects.filter(pk=candidate.pk).update(user=None, email="")

    asked(manager, registration)

    assert registration.state == State.WITHDRAWN
    letter = Letter.objects.get(message__kind="withdrawn")
    assert PAPER in letter.message.body


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"recue_le": ""}, "Indiquez le jour"),
        ({"recue_le": "26/11/2026"}, "Indiquez un jour possible"),
        ({"recue_le": "01/01/2026"}, "Indiquez un jour possible"),
        ({"papier": ""}, "Dites ce que le service a reçu"),
    ],
)
def test_what_came_and_when_are_asked_for(manager, in_lille, said, why):
    page = asked(manager, in_lille, **said)

    assert page.status_code == 422
    assert why in plain(main(page))
    assert in_lille.state == State.REGISTERED
    assert not Message.objects.filter(kind="withdrawn").exists()


def test_what_a_colleague_has_decided_meanwhile_is_read_first(manager, in_lille):
    read = opened(manager, in_lille)
    deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    page = manager.post(where(in_lille), {**read, **SAID})

    assert page.status_code == 409
    assert "L'état de cette inscription a changé" in main(page)
    assert seen(page).cssselect("[name=papier]")[0].get("value") == PAPER
    in_lille.refresh_from_db()
    assert in_lille.state == State.VALIDATED
    now = {
        name: seen(page).cssselect(f"main input[name={name}]")[0].get("value")
        for name in ("vue", "etat")
    }
    manager.post(where(in_lille), {**now, **SAID})
    in_lille.refresh_from_db()
    assert in_lille.state == State.WITHDRAWN


def test_what_stands_no_more_is_not_withdrawn_again(manager, in_lille):
    read = opened(manager, in_lille)
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    page = manager.post(where(in_lille), {**read, **SAID})

    assert page.status_code == 409
    assert "rien n'est à désinscrire" in main(page)
    assert Message.objects.filter(kind="withdrawn").count() == 1
    assert where(in_lille) not in manager.get(reverse("office:decide", args=[in_lille.number])).text


def test_an_auditor_withdraws_nobody(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    assert auditor.post(where(in_lille), SAID).status_code == 404
    assert Registration.objects.get(pk=in_lille.pk).state == State.REGISTERED
