"""The letter that the guardian of a minor reads when their registration is withdrawn (P-06)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.accounts.models import Membership
from sporades.acts.registrations import leaving, registering, standing_in
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from tests.accommodations.asked import a_minor, sign
from tests.accommodations.asked import write as wish
from tests.evidence.given import again
from tests.factories import NOW, OPERATOR, a_registration, answer_all, author
from tests.mail.post_office import words
from tests.mail.test_letters import CONTACT, SIGNED, TITLE
from tests.spaces import plain
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")

KIND = "minor_withdrawn"


def withdraw(registration, *, at=NOW):
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=at)


def test_a_guardian_is_told_that_a_minor_has_left_and_until_when_it_may_be_undone(letters):
    registration = a_minor()
    letters()

    withdraw(registration)

    [letter] = [one for one in letters() if one.taken_for == ["anne@exemple.test"]]
    name = registration.identity.full_name
    assert letter["Subject"] == f"Désinscription de {name}, n°{registration.number}"
    assert (
        words(letter)
        == f"""\
Bonjour,

La désinscription de {name}, dont vous êtes le représentant légal, a été enregistrée le mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris). Cette inscription ne peut pas être réactivée.

Examen ou concours : {TITLE}
Numéro d'inscription : {registration.number}

Si vous ne le saviez pas, parlez-en ensemble sans attendre. Une nouvelle inscription peut être faite avant la fermeture du service, le mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris). Jusqu'au samedi 28 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris), elle peut reprendre toutes ses réponses.

{CONTACT.replace("Votre service", "Son service")}
{SIGNED}"""
    )


def anew(registration, *, at=NOW):
    """Register again, filled from what was withdrawn."""
    by = author(registration.candidate)
    draft = registering.begin_again(registration=again(registration), by=by, at=at)
    draft = Draft.objects.whole().get(pk=draft.pk)
    return registering.register(draft=draft, by=by, at=at).registration


def test_a_guardian_is_told_that_a_minor_who_had_left_is_back(letters):
    registration = a_minor()
    withdraw(registration)
    letters()

    made = anew(registration)

    [letter] = [one for one in letters() if one.taken_for == ["anne@exemple.test"]]
    name = registration.identity.full_name
    assert letter["Subject"] == f"Nouvelle inscription de {name}, n°{made.number}"
    assert (
        words(letter)
        == f"""\
Bonjour,

{name}, dont vous êtes le représentant légal, s'est de nouveau inscrit(e) le mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris), après une désinscription.

Examen ou concours : {TITLE}
Numéro d'inscription : {made.number}

{CONTACT.replace("Votre service", "Son service")}
{SIGNED}"""
    )


def test_whom_the_office_registers_anew_has_not_done_it():
    registration = a_minor()
    withdraw(registration)

    draft = standing_in.begin(
        candidate=registration.candidate,
        exam=registration.exam,
        speciality=registration.speciality,
        service=registration.service,
        author=a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"]),
        by=OPERATOR,
        at=NOW,
    )
    before = registration.versions.get().snapshot["answers"]
    answer_all(draft, before)
    whole = Draft.objects.whole().get(pk=draft.pk)
    standing_in.register(draft=whole, reason="", by=OPERATOR, at=NOW)

    said = Message.objects.get(kind="minor_returned").body
    assert "est de nouveau inscrit(e) par son service gestionnaire, le mercredi 25" in plain(said)
    assert "s'est de nouveau" not in said


def test_no_guardian_is_told_of_a_first_registration():
    a_minor()

    assert not Message.objects.filter(kind="minor_returned").exists()


def told():
    return [one.recipient for one in Message.objects.filter(kind=KIND)]


def test_nobody_is_written_to_twice_in_one_letter_box():
    registration = a_minor()
    own = registration.candidate.address.replace("@", "+parent@")
    Registration.objects.update(guardian_email=own)

    withdraw(registration)

    assert told() == []


def test_a_guardian_whose_mail_is_not_given_is_written_to_at_home():
    registration = a_minor(guardian="")

    withdraw(registration)
    anew(registration)

    left, back = Letter.objects.order_by("pk")
    assert [one.message.kind for one in (left, back)] == [KIND, "minor_returned"]
    assert left.address[0] == back.address[0] == "Anne Le Goff"
    assert "Si vous ne le saviez pas, parlez-en ensemble" in left.message.body


def test_at_home_the_request_that_falls_is_in_the_same_letter():
    registration = a_minor(guardian="")
    wish(registration)
    sign(registration)
    Letter.objects.all().delete()

    withdraw(registration)

    letter = Letter.objects.get()
    assert letter.message.kind == KIND
    assert "La demande que vous, Anne Le Goff, avez signée" in letter.message.body


def test_where_no_guardian_is_named_nobody_is_written_to():
    registration = a_minor(guardian="")
    Registration.objects.update(guardian_name="")

    withdraw(registration)

    assert not Letter.objects.exists()


def test_of_whoever_is_of_age_no_guardian_is_told():
    withdraw(a_registration())

    assert told() == []


def test_of_whoever_has_come_of_age_since_no_guardian_is_told():
    registration = a_minor()
    service = registration.service
    service.closes_at = NOW + timedelta(days=800)
    service.save()

    with time_machine.travel(NOW + timedelta(days=700), tick=False):
        withdraw(registration, at=NOW + timedelta(days=700))

    assert told() == []
