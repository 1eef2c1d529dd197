"""Given to another academy, a registration owes the pieces that are asked for there (I4)."""

from datetime import date, datetime, timedelta

import pytest

from sporades.acts.pieces import verifying
from sporades.acts.registrations import completing, deciding, moving
from sporades.acts.registrations.adding import More
from sporades.evidence.completeness import lacking
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State
from sporades.mail.models import Message
from sporades.registrations.giving import Giving
from sporades.registrations.states import VALIDATE
from sporades.registrations.states import State as RegistrationState
from tests.evidence.given import MANAGER, again, give, piece, receive
from tests.evidence.test_reminding import UNTIL
from tests.factories import NOW, a_record, a_registration, load_invented

pytestmark = pytest.mark.usefixtures("kept", "invented_exam")

LABEL = "libelle: Pièce d'identité, "
LATE = UNTIL + timedelta(days=6)
USUAL = datetime.fromisoformat("2027-01-13T23:59:00+01:00")


def asked_if(condition):
    """Have the first piece asked for under a condition only."""
    load_invented((LABEL, f"{LABEL}si: {condition}, "))


def move(registration, academy="A25", *, at=NOW):
    moving.move_for_good(
        registration=again(registration), academy=academy, reason="Déménagée", by=MANAGER, at=at
    )
    return again(registration)


def mail():
    return " ".join(Message.objects.get(kind="registration_moved").body.split())


def codes(registration):
    return [one.row.code for one in pieces_of(registration)]


def test_what_the_academy_that_it_leaves_asked_for_alone_is_asked_for_no_more():
    asked_if("{academie: [A09]}")
    registration = a_registration()
    give(registration)

    moved = move(registration)

    assert codes(moved) == []
    assert piece(moved).state == State.WITHDRAWN
    assert not lacking(LATE).exists()
    assert "Il ne vous demande pas : - Pièce d'identité" in mail()
    assert codes(move(moved, "A09")) == ["IDENTITE"]
    assert piece(moved).state == State.CHECKING


@pytest.mark.parametrize(("giving", "is_otherwise"), [(Giving.EACH, True), (Giving.POST, False)])
def test_what_was_asked_for_in_addition_is_given_as_the_others_unless_it_says_how(
    giving, is_otherwise
):
    own = "    voies_selon_academie: [{academies: [A25], voies: [depot]}]\n"
    due = "      echeance: {jours_apres_fermeture: 10}\n"
    load_invented(("    pieces:\n", f"{own}    pieces:\n"), (due, f"{due}      academies: [A09]\n"))
    registration = a_registration()
    receive(registration)
    more = More(label="Copie de votre diplôme", until=date(2026, 12, 8), giving=giving)
    verifying.ask_more(registration=again(registration), more=more, by=MANAGER, at=NOW)

    move(registration)

    said = "se déposent désormais dans votre espace candidat, et non par courrier."
    assert (said in mail()) is is_otherwise


def test_what_the_other_academy_alone_asks_for_is_asked_for():
    asked_if("{academie: [A25]}")
    registration = a_registration()

    moved = move(registration)

    assert codes(moved) == ["IDENTITE"]
    assert piece(moved).until == UNTIL
    assert "Il vous demande en plus : - Pièce d'identité, avant le mercredi 30 décembre" in mail()


def test_asked_for_once_its_day_has_passed_it_leaves_the_usual_days():
    asked_if("{academie: [A25]}")
    registration = a_registration()

    moved = move(registration, at=LATE)

    assert piece(moved).until == USUAL
    assert not lacking(LATE).exists()


def test_the_signed_summary_once_its_day_has_passed_leaves_the_usual_days():
    registration = a_registration()

    moved = move(registration, at=LATE)

    assert datetime.fromisoformat(moved.summary_awaited["until"]) == USUAL


def test_what_both_ask_for_stays_as_it_was():
    registration = a_registration()
    before = registration.versions.get().snapshot["evidence"]

    moved = move(registration, at=LATE)

    assert moved.versions.get(number=2).snapshot["evidence"] == before
    assert "en plus" not in mail()
    assert "Il ne" not in mail()


def test_an_answer_that_the_academy_does_not_ask_of_calls_for_nothing_there():
    asked_if("{tous: [{academie: [A25]}, {diplome: [BAC]}]}")

    assert codes(move(a_registration())) == []


def test_incomplete_for_what_is_asked_for_no_more_it_is_so_no_more():
    asked_if("{academie: [A09]}")
    registration = a_registration()
    completing.declare_incomplete(registration=registration, by=MANAGER, at=LATE)

    moved = move(registration, at=LATE)

    assert moved.state == RegistrationState.REGISTERED


def test_of_a_validated_one_nothing_is_said_to_be_awaited():
    asked_if("{academie: [A25]}")
    registration = a_registration()
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    move(registration)

    assert "en plus" not in mail()


def test_a_letter_names_the_pieces_and_a_mail_that_would_tell_of_health_names_none():
    condition = "{tous: [{academie: [A25]}, {sauf: {handicap: true}}]}"
    asked_if(condition)
    move(a_registration())
    assert "Il ne demande pas les mêmes pièces justificatives : lisez lesquelles" in mail()
    Message.objects.all().delete()

    move(a_registration(a_record()))

    assert "Il vous demande en plus : - Pièce d'identité" in mail()


def test_the_signed_summary_that_the_other_academy_alone_asks_for_is_said():
    due = "echeance: {jours_apres_fermeture: 10}\n"
    load_invented((due, f"{due}      academies: [A25]\n"))

    move(a_registration(), at=LATE)

    assert (
        "renvoyer signé votre nouveau récapitulatif, posté au plus tard le mercredi 13 janvier"
        in mail()
    )
