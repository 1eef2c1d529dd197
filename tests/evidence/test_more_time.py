"""A piece may be replaced after its deadline: usual time of the réglementation, time that is granted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from sporades.acts.pieces import granting, providing, verifying
from sporades.acts.pieces.owing import USUAL
from sporades.acts.pieces.verifying import NothingOwed
from sporades.acts.registrations import completing, deciding
from sporades.acts.registrations.adding import NothingMore
from sporades.core.french import local_day
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.operations import NothingToSend
from sporades.evidence.queries import piece_of
from sporades.evidence.states import State
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.states import VALIDATE
from tests.evidence.given import IDENTITY, MANAGER, again, give, piece
from tests.factories import NOW, a_registration, load_invented

AFTER = NOW + timedelta(days=60)
"""Some weeks after the deadline of the identity card."""
DAY = date(2027, 2, 5)

pytestmark = pytest.mark.usefixtures("kept")


def clean(registration):
    given = give(registration)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    return given


def refuse(registration, *, until=None, at=AFTER):
    row = piece(registration)
    verifying.refuse(row=row, reason="Floue.", until=until, seen=row.deposit_id, by=MANAGER, at=at)


def owed(registration):
    return piece_of(again(registration), IDENTITY)


def told(kind):
    return " ".join(Message.objects.get(kind=kind).body.split())


def test_refused_after_its_deadline_a_piece_is_replaced_within_the_usual_days(registration):
    clean(registration)
    assert not owed(registration).is_in_time(AFTER)

    refuse(registration, until=USUAL)

    assert owed(registration).before.startswith("lundi 1er février 2027 à 23")
    assert "Envoyez-en une autre avant le lundi 1er février 2027 à 23 h 59" in told("piece_refused")
    give(registration, at=AFTER + timedelta(days=8))
    assert piece(registration).state == State.CHECKING


def test_its_last_minute_is_that_of_the_day_that_was_granted(registration):
    clean(registration)
    refuse(registration, until=DAY)
    last = delays.last_minute(again(registration), DAY)

    with pytest.raises(providing.TooLate):
        give(registration, at=last + timedelta(minutes=1))
    give(registration, at=last + timedelta(seconds=59))

    assert Entry.objects.get(verb="piece refused").payload["after"]["until"] == "2027-02-05"


def test_refused_long_before_its_deadline_a_piece_keeps_it(registration):
    clean(registration)
    before = owed(registration).before

    refuse(registration, until=USUAL, at=NOW)

    assert owed(registration).before == before
    assert piece(registration).granted_until is None


def test_a_virus_found_after_the_deadline_leaves_time_for_another_file(registration):
    given = give(registration)

    providing.note_scan(given, is_clean=False, at=AFTER)

    assert owed(registration).is_in_time(AFTER + timedelta(days=8))
    assert "Envoyez-en une autre avant le" in told("piece_refused")


def test_where_the_reglementation_leaves_none_none_is_left(registration_without_time):
    clean(registration_without_time)

    refuse(registration_without_time, until=USUAL)

    assert not owed(registration_without_time).is_in_time(AFTER)
    assert "contactez votre service gestionnaire" in told("piece_refused")


@pytest.fixture
def registration_without_time():
    due = "{code: IDENTITE, libelle: Pièce d'identité, "
    load_invented((due, f"{due}delai_de_remplacement: 0, "))
    forget()
    return a_registration()


def test_time_is_granted_for_what_was_never_sent_and_its_candidate_is_told(registration):
    assert not owed(registration).is_in_time(AFTER)

    verifying.grant(row=piece(registration), until=DAY, by=MANAGER, at=AFTER)

    assert owed(registration).is_awaited(AFTER)
    assert "Envoyez-la avant le vendredi 5 février 2027 à 23 h 59" in told("piece_given_time")
    assert Entry.objects.get(verb="piece given time").payload["after"] == {
        "piece": IDENTITY,
        "label": "Pièce d'identité",
        "until": "2027-02-05",
    }


def test_what_is_given_time_is_not_missing_until_it_has_passed(registration):
    for row in registration.evidence.exclude(code=IDENTITY):
        verifying.waive(row=row, reason="Vue au guichet.", by=MANAGER, at=NOW)
    verifying.grant(row=piece(registration), until=DAY, by=MANAGER, at=AFTER)

    with pytest.raises(completing.NothingMissing):
        completing.declare_incomplete(registration=registration, by=MANAGER, at=AFTER)
    completing.declare_incomplete(
        registration=registration, by=MANAGER, at=AFTER + timedelta(days=30)
    )


@pytest.mark.parametrize(
    ("day", "refusal", "said"),
    [
        (date(2027, 1, 23), delays.Shorter, "Ce jour est passé"),
        (date(2027, 4, 25), delays.TooFar, "90 jours au plus, donc jusqu'au 24 avril 2027"),
        (date(2027, 6, 1), delays.TooFar, "90 jours au plus, donc jusqu'au "),
    ],
)
def test_no_other_day_is_granted(registration, day, refusal, said):
    with pytest.raises(refusal, match=said):
        verifying.grant(row=piece(registration), until=day, by=MANAGER, at=AFTER)

    assert piece(registration).granted_until is None
    assert not Message.objects.filter(kind="piece_given_time").exists()


@pytest.mark.parametrize("day", [date(2027, 1, 24), date(2027, 4, 24)])
def test_today_and_the_last_of_ninety_days_are_granted(registration, day):
    verifying.grant(row=piece(registration), until=day, by=MANAGER, at=AFTER)

    assert local_day(piece(registration).granted_until, "Europe/Paris") == day


def test_a_day_that_gives_no_more_time_is_refused(registration):
    with pytest.raises(
        delays.Shorter, match="peut déjà être fournie jusqu'au mercredi 30 décembre"
    ):
        verifying.grant(row=piece(registration), until=date(2026, 12, 1), by=MANAGER, at=NOW)


def test_no_time_is_granted_for_what_has_come(registration):
    clean(registration)

    with pytest.raises(NothingToSend):
        verifying.grant(row=piece(registration), until=DAY, by=MANAGER, at=AFTER)


def test_no_time_is_granted_to_a_registration_that_is_validated(registration):
    row = piece(registration)
    deciding.decide(
        registration=again(registration), decision=VALIDATE, reason="", by=MANAGER, at=NOW
    )

    with pytest.raises(NothingOwed):
        verifying.grant(row=row, until=DAY, by=MANAGER, at=AFTER)


def test_a_waived_piece_is_asked_again_with_time_to_send_it(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=NOW)

    verifying.ask_again(row=piece(registration), until=DAY, by=MANAGER, at=AFTER)

    assert owed(registration).is_awaited(AFTER)
    assert "Envoyez-la avant le vendredi 5 février 2027" in told("piece_asked_again")


def test_a_new_version_does_not_take_back_the_time_that_was_granted(registration):
    verifying.grant(row=piece(registration), until=DAY, by=MANAGER, at=AFTER)
    found = again(registration)

    evidence.ask(found, found.owed["evidence"], at=AFTER)

    assert (
        owed(registration).until == piece(registration).until == piece(registration).granted_until
    )


def test_the_database_holds_that_what_was_granted_counts(registration):
    row = piece(registration)

    with pytest.raises(IntegrityError, match="has_the_time"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(granted_until=row.until + timedelta(days=1))


# --- A day that was granted by mistake ----------------------------------------------------------

MISTAKEN = date(2027, 4, 20)


def grant(registration, day, *, at=AFTER):
    verifying.grant(row=piece(registration), until=day, by=MANAGER, at=at)


def test_a_day_granted_by_mistake_is_cut_back_and_its_candidate_is_told(registration):
    grant(registration, MISTAKEN)

    grant(registration, DAY)

    row = piece(registration)
    assert owed(registration).until == row.until == row.granted_until
    assert "Envoyez-la avant le vendredi 5 février 2027 à 23 h 59" in told("piece_time_cut_back")
    assert Message.objects.filter(kind="piece_given_time").count() == 1
    assert Entry.objects.get(verb="piece time cut back").payload["after"] == {
        "piece": IDENTITY,
        "label": "Pièce d'identité",
        "until": "2027-02-05",
    }


def test_it_is_not_cut_back_to_today_or_before(registration):
    grant(registration, MISTAKEN)

    with pytest.raises(delays.Shorter, match="avant le 25 janvier 2027"):
        grant(registration, date(2027, 1, 24))
    grant(registration, date(2027, 1, 25))

    assert owed(registration).before.startswith("lundi 25 janvier 2027")


def test_nor_before_what_the_reglementation_gives(registration):
    grant(registration, date(2027, 1, 20), at=NOW)

    with pytest.raises(delays.Shorter, match="avant le 30 décembre 2026"):
        grant(registration, date(2026, 12, 29), at=NOW)
    grant(registration, date(2026, 12, 30), at=NOW)

    found = owed(registration)
    assert found.until == found.first_until


def test_nor_before_the_days_to_replace_what_was_refused(registration):
    clean(registration)
    refuse(registration, until=USUAL)
    grant(registration, MISTAKEN)

    with pytest.raises(delays.Shorter, match="avant le 1er février 2027"):
        grant(registration, date(2027, 1, 31))
    grant(registration, date(2027, 2, 1))

    assert owed(registration).before.startswith("lundi 1er février 2027")


def test_the_day_that_was_granted_is_not_granted_again(registration):
    grant(registration, DAY)

    with pytest.raises(delays.Shorter, match="peut déjà être fournie jusqu'au vendredi 5 février"):
        grant(registration, DAY)


def test_a_refusal_cuts_nothing_back(registration):
    grant(registration, MISTAKEN)
    given = give(registration, at=AFTER)
    evidence.note_scanned(given, is_clean=True, at=AFTER)

    with pytest.raises(delays.Shorter):
        refuse(registration, until=DAY)


def test_a_service_extended_beyond_a_fixed_day_takes_the_deadline_along(invented_exam):
    load_invented(
        (
            "Pièce d'identité, echeance: {jours_apres_fermeture: 15}",
            "Pièce d'identité, echeance: {le: 2026-12-16}",
        )
    )
    registration = a_registration()
    assert owed(registration).until == datetime(2026, 12, 16, 22, 59, tzinfo=UTC)

    closing = datetime(2026, 12, 20, 22, 59, tzinfo=UTC)
    RegistrationService.objects.filter(pk=registration.service_id).update(closes_at=closing)

    assert owed(registration).until == closing
    assert owed(registration).before.startswith("dimanche 20 décembre 2026")
    assert give(registration, at=closing)


OVER = datetime(2028, 1, 10, 10, 30, tzinfo=UTC)


def test_once_the_exam_is_over_no_time_is_left_and_nothing_is_asked_for_again(registration):
    day = date(2028, 1, 20)
    with pytest.raises(NothingMore):
        verifying.grant(row=piece(registration), until=day, by=MANAGER, at=OVER)
    with pytest.raises(NothingMore):
        granting.grant_all(registration=again(registration), until=day, by=MANAGER, at=OVER)
    verifying.waive(row=piece(registration), reason="Vue.", by=MANAGER, at=OVER)

    with pytest.raises(NothingMore):
        verifying.ask_again(row=piece(registration), until=day, by=MANAGER, at=OVER)

    assert piece(registration).granted_until is None


def test_a_refusal_after_the_exam_has_nothing_sent(registration):
    clean(registration)
    with pytest.raises(NothingMore):
        refuse(registration, until=date(2028, 1, 20), at=OVER)

    refuse(registration, until=USUAL, at=OVER)

    said = told("piece_refused")
    assert "sont passées : vous n'avez pas à en envoyer une autre." in said
    assert "avant le" not in said
    assert Message.objects.get(kind="piece_refused").due_by is None
