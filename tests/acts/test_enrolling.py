"""Records made by the office: two presses make one, and an unused one is erased (I13)."""

from datetime import timedelta

import pytest

from sporades import mail
from sporades.accounts.models import User
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.people import addressing, enrolling, joining
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, Identity
from sporades.core.actors import Actor
from sporades.journal.models import Entry
from sporades.letters import printing
from sporades.letters.models import Letter
from sporades.mail.models import Message
from tests.acts.test_claiming import claim, given
from tests.endurance.arena import together
from tests.factories import (
    BY_LETTER,
    EVERYWHERE,
    IDENTITY,
    NOW,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    registered_in_two_academies,
)

MANAGER = Actor("manager", "Claude Martin", "user:1")
LILLE = Reach((Perimeter(frozenset({"A09"}), None, MANAGER),))
SIX_MONTHS = timedelta(days=183)


def enrol():
    return enrolling.enrol(
        identity=IDENTITY,
        reached=BY_LETTER,
        academy="A09",
        reach=LILLE,
        is_another=False,
        by=MANAGER,
        at=NOW,
    )


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_record(territory):
    outcomes = together(enrol, enrol)

    assert sorted(type(one).__name__ for one in outcomes) == ["Candidate", "LikelyKnown"]
    assert Candidate.objects.count() == 1


def keep(record, *, reach=LILLE, seen="", identity=None, **changes):
    reached = {name: getattr(record, name) for name in BY_LETTER} | changes
    return enrolling.keep(
        record,
        reach=reach,
        reached=reached,
        identity=identity,
        academy="A09",
        by=MANAGER,
        at=NOW,
        seen=seen,
    )


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_change_a_record_once(territory):
    record = a_record()
    seen = enrolling.mark_of(record)

    def press(**changes):
        return keep(record, seen=seen, **changes)

    assert together(*[lambda: press(address_1="5 quai du Wault")] * 2) == [True, True]
    assert Entry.objects.filter(verb=enrolling.CHANGED).count() == 1
    with pytest.raises(enrolling.ChangedMeanwhile):
        press(address_1="7 quai du Wault")


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "agent@exemple.test"}, "l'adresse mail"),
        ({"email": "", "channel": "letter"}, "le canal, l'adresse mail"),
        ({"address_1": "5 quai du Wault", "postcode": "59800"}, "l'adresse postale"),
    ],
)
def test_who_is_reached_otherwise_is_told_where_they_were(changes, said):
    a_record(first_names="Yann")  # nobody's address is not theirs
    record = a_record(email="avant@exemple.test", channel="mail")
    a_registration(record)
    record.refresh_from_db()

    keep(record, **changes)

    told = Message.objects.get(kind="record_changed")
    assert told.recipient == "avant@exemple.test"
    assert f"a changé dans votre dossier : {said}. Nous vous l'écrivons" in told.body
    assert "Votre service gestionnaire : Bureau des essais de Lille" in told.body


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_whom_letters_reached_has_one_printed_for_the_address_of_before():
    record = a_record()
    service = a_registration(record).service
    record.refresh_from_db()

    keep(record, address_1="5 quai du Wault", channel="mail", email="agent@exemple.test")
    sender = printing.Sender(service.managing_service_id, "A09", service.domain_id)
    printing.begin(sender, by=MANAGER, at=NOW)

    told = Letter.objects.get(message__kind="record_changed")
    assert "12 rue des Îles" in told.address
    assert told.run is not None
    others = Letter.objects.exclude(pk=told.pk)
    assert all("5 quai du Wault" in letter.address for letter in others)


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_another_telephone_is_told_to_nobody():
    record = a_record(email="avant@exemple.test", channel="mail")

    assert keep(record, phone="0353010000")

    assert not Message.objects.filter(kind="record_changed").exists()


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_who_is_registered_elsewhere_too_is_kept_by_who_reaches_both():
    record = a_record()
    registered_in_two_academies(record)
    record.refresh_from_db()

    with pytest.raises(enrolling.HeldElsewhere):
        keep(record, phone="0353010000")

    assert keep(record, reach=EVERYWHERE, phone="0353010000")


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_a_record_that_was_merged_meanwhile_is_kept_no_more():
    kept, left = a_record(), a_record(first_names="Maelle")
    candidates.merge(left, kept=kept, at=NOW)

    with pytest.raises(candidates.Merged):
        keep(left, phone="0353010000")


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_a_record_is_given_no_address_that_is_anothers():
    a_candidate(email="compte@exemple.test")
    a_record(email="fiche@exemple.test", channel="mail")
    record = a_record()

    for email in ("compte@exemple.test", "fiche@exemple.test"):
        with pytest.raises(addressing.AddressKnown):
            keep(record, channel="mail", email=email)

    record.refresh_from_db()
    assert record.email == ""


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_a_sign_up_that_nobody_activated_gives_way_to_a_record():
    waiting = joining.join(identity=IDENTITY, email="neuve@exemple.test", password=None, at=NOW)
    record = a_record()

    keep(record, channel="mail", email="neuve@exemple.test")

    record.refresh_from_db()
    assert record.email == "neuve@exemple.test"
    assert not User.objects.filter(pk=waiting.pk).exists()


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_another_name_than_a_colleague_has_just_written_is_not_said_to_be_kept():
    record = a_record()
    page, civil = enrolling.mark_of(record), candidates.civil_data(record.identity)
    theirs, mine = ({**civil, "birth_name": name} for name in ("Le Guen", "Le Gall"))
    assert keep(record, identity=theirs, seen=page)
    record.refresh_from_db()

    assert keep(record, identity=theirs, seen=page)
    with pytest.raises(enrolling.ChangedMeanwhile):
        keep(record, identity=mine, seen=page)

    record.refresh_from_db()
    assert record.identity.birth_name == "Le Guen"


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_a_record_for_which_nothing_was_begun_is_erased_after_six_months():
    unused, begun, own = a_record(), a_record(), a_candidate()
    a_draft(begun)
    expected, merged = a_record(first_names="Yann"), a_record(first_names="Maelle")
    candidates.merge(merged, kept=begun, at=NOW)
    on_the_eve = NOW + SIX_MONTHS - timedelta(days=1)
    given(expected, on_the_eve)
    claimed = a_record(first_names="Zoé")
    joining.activate(claim(given(claimed)).pk, at=NOW)
    said = {"at": NOW, "key": "changed", "when": "là", "reset": "ici"}
    mail.write("password_changed", to="fiche@exemple.test", about=unused, **said)

    assert enrolling.erase_unused(at=NOW + SIX_MONTHS - timedelta(seconds=1)) == 0
    assert enrolling.erase_unused(at=NOW + SIX_MONTHS) == 1

    assert set(Candidate.objects.all()) == {begun, own, expected, merged, claimed}
    assert not Identity.objects.filter(pk=unused.identity_id).exists()
    assert Entry.objects.get(verb="unused record erased").object_id == str(unused.pk)
    assert not Message.objects.filter(kind="password_changed").exists()
