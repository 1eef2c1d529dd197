"""What was told or done since a message was written is said before it is sent again."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import reminding, verifying
from sporades.acts.registrations import moving, receiving
from sporades.acts.writing import resending
from sporades.acts.writing.posting import note_posted, note_returned
from sporades.evidence.queries import rows_of
from sporades.exams.models.service import MINUTE
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import REOPEN, VALIDATE
from tests.evidence.given import again, piece, receive
from tests.factories import NOW, OPERATOR, a_candidate, a_record, a_registration
from tests.letters.test_overtaken import MANAGER, WITH_BAC, ask, decide, waive, withdraw
from tests.letters.test_printing import move_house, printed
from tests.renamed import rename

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")
LATER = NOW + timedelta(minutes=7)


@pytest.fixture
def registration():
    return a_registration(a_candidate(email="zoe@exemple.test"), **WITH_BAC)


def refused(kind):
    """Return the mail of a kind, that its recipient's server refused."""
    Message.objects.filter(kind=kind).update(state=Message.State.REFUSED)
    return Message.objects.filter(kind=kind).order_by("pk").first()


def send(message, registration, *, at=LATER, **options):
    return resending.send_again(
        message=message, registration=registration, by=OPERATOR, at=at, **options
    )


def doubts(message, registration):
    """Return what is said before, with single spaces."""
    with pytest.raises(resending.Doubtful) as raised:
        send(message, registration)
    assert not Message.objects.filter(again_of=message).exists()
    return [one.replace("\u00a0", " ") for one in raised.value.doubts]


def test_what_was_told_of_the_same_piece_is_said_and_where_it_stands(registration):
    waive(registration)
    ask(registration)
    waive(registration, at=LATER)

    said = doubts(refused("piece_asked_again"), registration)

    told = (
        f"Depuis, « Non demandée : Pièce d'identité, n°{registration.number} » a été écrit au candidat le "
        "mercredi 25 novembre 2026 à 10 h 37 (heure de Paris)."
    )
    assert said == [told, "Cette pièce, « Pièce d'identité », est maintenant : Dispensée."]


def refuse(registration):
    """Refuse a piece that has come, with the usual time to give another."""
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    verifying.refuse(
        row=piece(registration), reason="Illisible.", seen=None, by=MANAGER, at=NOW, until="usual"
    )


@pytest.mark.parametrize("is_past", [True, False])
@pytest.mark.parametrize("kind", ["piece_refused", "registered"])
def test_a_day_that_has_passed_since_is_said_before_what_asks_for_something_by_it_goes_again(
    registration, kind, is_past
):
    refuse(registration)
    message = refused(kind)
    last = message.due_by + (MINUTE if is_past else -MINUTE)

    if is_past:
        with pytest.raises(resending.Doubtful) as raised:
            send(message, registration, at=last)
        [said] = raised.value.doubts
        assert "un jour qui est passé" in said
        sure = raised.value.mark
        assert send(message, registration, at=last, sure_of=sure).due_by == message.due_by
    else:
        assert send(message, registration, at=last).due_by == message.due_by


def test_who_is_sure_sends_it_as_it_was_and_what_changed_meanwhile_is_read_first(registration):
    waive(registration)
    ask(registration, at=LATER)
    message = refused("piece_waived")
    with pytest.raises(resending.Doubtful) as raised:
        send(message, registration)
    withdraw(registration)
    with pytest.raises(resending.Doubtful) as since:
        send(message, registration, sure_of=raised.value.mark)

    fresh = send(message, registration, sure_of=since.value.mark)

    assert len(since.value.doubts) > len(raised.value.doubts)
    assert fresh.body.endswith(message.body)
    assert fresh.matter == message.matter


def test_a_copy_is_as_old_as_what_it_repeats(registration):
    waive(registration)
    message = refused("piece_waived")
    fresh = send(message, registration)
    Message.objects.filter(pk=fresh.pk).update(
        state=Message.State.REFUSED, written_at=LATER + timedelta(hours=1)
    )
    ask(registration, at=LATER)
    fresh.refresh_from_db()

    assert any("« Redemandée : " in one for one in doubts(fresh, registration))


def test_what_a_piece_has_become_is_said_without_a_word_to_its_candidate(registration):
    waive(registration)
    ask(registration)
    receive(again(registration))

    [said] = doubts(refused("piece_asked_again"), registration)

    assert said == "Cette pièce, « Pièce d'identité », est maintenant : Reçue par courrier."


def test_nothing_is_due_any_more_of_a_validated_registration(registration):
    waive(registration)
    ask(registration)
    decide(VALIDATE)(registration)

    [said] = doubts(refused("piece_asked_again"), registration)

    assert said == "Inscription validée : cette inscription ne doit plus aucune pièce."


def test_a_decision_that_was_undone_is_said_to_be(registration):
    decide(VALIDATE)(registration)
    decide(REOPEN, at=LATER)(registration)

    [said] = doubts(refused("state_changed"), registration)

    assert "Inscription à valider de nouveau" in said


@pytest.mark.parametrize("what", ["registered", "piece_waived"])
def test_what_nothing_has_overtaken_is_sent_at_once(registration, what):
    waive(registration)
    verifying.waive(row=piece(registration, "BAC"), reason="Vue.", by=MANAGER, at=LATER)

    message = refused(what)

    assert send(message, registration).again_of == message


def test_a_letter_is_said_to_go_where_it_came_back_from(kept):
    filed = a_registration(a_record())
    [run] = printed()
    note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    letter = Letter.objects.get()
    note_returned(letter=letter, by=MANAGER, at=NOW)

    [said] = doubts(letter.message, filed)

    assert said.startswith(
        "Il repartirait à l'adresse d'où il est revenu : 12 rue des Îles, 59000 LILLE."
    )


def test_a_letter_goes_again_with_the_document_that_it_had(kept):
    filed = a_registration(a_record())
    [run] = printed()
    note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    letter = Letter.objects.get()
    note_returned(letter=letter, by=MANAGER, at=NOW)
    rename(filed)
    with pytest.raises(resending.Doubtful) as raised:
        send(letter.message, again(filed))

    fresh = send(letter.message, again(filed), sure_of=raised.value.mark)

    assert fresh.letter.enclosed == letter.enclosed
    assert "Le document qu'il annonce est joint" not in fresh.body


def test_the_address_of_a_service_that_moved_house_is_said_to_be_the_former(registration):
    move_house()

    [said] = doubts(refused("registered"), registration)

    assert said == (
        "L'adresse du service qu'il donne a changé depuis. Celle d'aujourd'hui : Bureau des essais de "
        "Lille, 9 rue Neuve, 59000 LILLE. Le mail partirait sans le dire."
    )


def test_a_mail_of_the_academy_before_is_said_to_be_one(registration):
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagement", by=OPERATOR, at=LATER
    )

    [said] = doubts(refused("registered"), again(registration))

    assert said.startswith(
        "Depuis, l'inscription a changé d'académie, le mercredi 25 novembre 2026"
    )
    assert said.endswith("il dit d'écrire à celle d'avant. Le mail partirait sans le dire.")


def test_a_letter_to_a_former_address_says_so_under_its_text(kept):
    filed = a_registration(a_record())
    [run] = printed()
    note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    letter = Letter.objects.get()
    note_returned(letter=letter, by=MANAGER, at=NOW)
    move_house()

    said = doubts(letter.message, filed)

    assert said[0].endswith("9 rue Neuve, 59000 LILLE. Une mention sous son texte le dira.")
    assert said[1].startswith("Il repartirait à l'adresse d'où il est revenu")


def test_a_signed_summary_that_was_said_in_time_and_is_not_noted_any_more_is_said(registration):
    message = refused("registered")
    message.kind = "summary_in_time"
    message.save()

    assert doubts(message, registration) == [
        "Depuis, ce récapitulatif signé n'est plus noté comme reçu."
    ]


def test_a_reminder_of_which_all_has_come_is_said_to_be_one(registration):
    Registration.objects.filter(pk=registration.pk).update(summary_posted_on=NOW.date())
    before = piece(registration).until - timedelta(days=7)
    assert reminding.remind_pieces(at=before) == 1
    told = refused("pieces_due")
    for row in rows_of(registration=registration.pk):
        verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=before)

    with pytest.raises(resending.Doubtful) as raised:
        send(told, registration, at=before)

    assert raised.value.doubts == ["Depuis, plus rien de ce qu'il rappelle n'est à envoyer."]


def test_a_reminder_of_which_something_is_still_to_come_is_sent_at_once(registration):
    before = piece(registration).until - timedelta(days=7)
    assert reminding.remind_pieces(at=before) == 1
    told = refused("pieces_due")
    Registration.objects.filter(pk=registration.pk).update(summary_posted_on=NOW.date())

    assert send(told, registration, at=before).again_of == told


def test_of_a_signed_summary_that_has_come_its_own_reminder_is_said_to_be_one(registration):
    until = (NOW + timedelta(days=60)).date()
    receiving.grant_summary(registration=again(registration), until=until, by=MANAGER, at=NOW)
    told = refused("summary_given_time")
    Registration.objects.filter(pk=registration.pk).update(summary_posted_on=NOW.date())

    assert doubts(told, registration) == ["Depuis, plus rien de ce qu'il rappelle n'est à envoyer."]
