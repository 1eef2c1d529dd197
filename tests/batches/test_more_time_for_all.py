"""More time for all that is still to be sent, pieces and signed summary: one act, one message of each (U3)."""

from datetime import date, timedelta

import pytest

from sporades.acts.pieces import granting, verifying
from sporades.acts.registrations import deciding, receiving
from sporades.acts.registrations.adding import More, NothingMore
from sporades.batches import operations, queries
from sporades.candidates.models import Candidate
from sporades.core.french import local_day
from sporades.evidence.queries import piece_of
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.registrations.came import CameBy
from sporades.registrations.states import VALIDATE
from tests.batches.test_more_time_for_many import DAY, LATE, LATER, signed, until
from tests.batches.test_pieces_of_many import launched, refused
from tests.evidence.given import BAC, IDENTITY, MANAGER, again, piece
from tests.factories import NOW, a_candidate, a_registration, load_invented
from tests.spaces import plain

KIND, VERB = "pieces_given_time", "pieces given time"
LONGER = "Tout ce qui reste à envoyer peut déjà l'être jusqu'à ce jour, ou plus tard."
NOTHING = "Rien d'obligatoire ne reste à envoyer pour cette inscription."
pytestmark = pytest.mark.usefixtures("kept")


def received(registration, *, at=NOW):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=at)


def summary_day(registration):
    found = again(registration)
    return found.summary_until and local_day(found.summary_until, "Europe/Paris")


def foreseen(batch, *, at=LATE):
    return sorted((one.seen, one.count, one.refusal) for one in queries.forecast(batch, at=at))


def body_of(message):
    return plain(" ".join(message.body.split()))


def to(registration):
    return Message.objects.filter(about_id=str(registration.pk), written_at=LATE)


def test_all_that_is_still_to_be_sent_has_the_day_and_one_message_says_it(prepare, three):
    batch = launched(prepare("grant-all", until=DAY), at=LATE)

    assert refused(batch) == []
    assert [until(one) for one in three] == [DAY] * 3
    assert [summary_day(one) for one in three] == [DAY] * 3
    assert [[one.kind for one in to(each)] for each in three] == [[KIND]] * 3
    body = body_of(to(three[0]).get())
    assert "Vous avez plus de temps pour ce qu'il vous reste à envoyer." in body
    assert "- Pièce d'identité, avant le vendredi 5 février 2027 à 23 h 59" in body
    assert "au plus tard le vendredi 5 février 2027 (cachet de la poste)" in body
    assert "Téléchargez-le ou imprimez-le." in body
    acts = Entry.objects.filter(verb=VERB)
    assert acts.count() == Entry.objects.filter(verb="summary given time").count() == 3
    after = acts.first().payload["after"]
    assert (IDENTITY in after["pieces"], after["until"]) == (True, "2027-02-05")


def test_of_one_thing_alone_the_message_is_that_of_it(prepare, three):
    signed(three[0])
    received(three[1])
    verifying.receive(row=piece(three[2]), posted_on=NOW.date(), by=MANAGER, at=NOW)
    receiving.receive_summary(
        registration=again(three[2]),
        posted_on=date(2027, 1, 4),
        by=MANAGER,
        at=LATE - timedelta(days=9),
    )
    assert again(three[2]).is_summary_posted_late

    launched(prepare("grant-all", until=DAY), at=LATE)

    assert [[one.kind for one in to(each)] for each in three] == [
        ["piece_given_time"],
        ["summary_given_time"],
        ["summary_in_time"],
    ]
    assert not again(three[2]).is_summary_posted_late


@pytest.mark.parametrize(
    ("came_by", "came"),
    [(CameBy.POST, "posté le"), (CameBy.DESK, "remis au guichet le")],
)
def test_a_summary_that_came_late_is_so_no_more_beside_the_pieces(prepare, three, came_by, came):
    receiving.receive_summary(
        registration=again(three[0]),
        posted_on=date(2027, 1, 4),
        came_by=came_by,
        by=MANAGER,
        at=LATE - timedelta(days=9),
    )

    launched(prepare("grant-all", until=DAY), at=LATE)

    message = to(three[0]).get()
    assert message.kind == KIND
    assert "pièce à fournir" in message.subject
    body = body_of(message)
    assert (
        f"signé, {came} 4 janvier 2027, n'est plus hors délai. Vous n'avez pas à le renvoyer."
        in body
    )
    assert "est aussi à renvoyer" not in body


def test_what_has_as_much_time_keeps_it_and_is_told_with_its_own_day(prepare, three):
    verifying.grant(row=piece(three[0]), until=LATER, by=MANAGER, at=LATE - timedelta(days=1))
    for act in (verifying.grant,):
        act(row=piece(three[1]), until=LATER, by=MANAGER, at=LATE - timedelta(days=1))
    receiving.grant_summary(
        registration=three[1], until=LATER, by=MANAGER, at=LATE - timedelta(days=1)
    )
    batch = prepare("grant-all", until=DAY)

    assert foreseen(batch) == [
        ("des pièces ou le récapitulatif signé restent à envoyer", 2, ""),
        ("déjà ce délai, ou un plus long", 1, LONGER),
    ]
    launched(batch, at=LATE)

    assert refused(batch) == [LONGER]
    assert [until(one) for one in three] == [LATER, LATER, DAY]
    assert [summary_day(one) for one in three] == [DAY, LATER, DAY]
    body = body_of(to(three[0]).get())
    assert "- Pièce d'identité, avant le vendredi 5 mars 2027 à 23 h 59" in body
    assert "au plus tard le vendredi 5 février 2027" in body


def test_who_owes_nothing_is_left_alone_and_so_is_everybody_once_the_exam_is_over(prepare, three):
    for act in (signed, received):
        act(three[0])
    batch = prepare("grant-all", until=DAY)

    assert foreseen(batch) == [
        ("des pièces ou le récapitulatif signé restent à envoyer", 2, ""),
        ("rien d'obligatoire ne reste à envoyer", 1, NOTHING),
    ]
    over = NOW + timedelta(days=800)
    assert foreseen(batch, at=over) == [
        ("examen passé", 2, NothingMore.message),
        ("rien d'obligatoire ne reste à envoyer", 1, NOTHING),
    ]
    launched(batch, at=LATE)
    assert refused(batch) == [NOTHING]
    assert not to(three[0]).exists()


def test_a_piece_that_must_be_sent_is_what_is_left_once_the_summary_is_back(prepare, db):
    load_invented((", si: {diplome: [BAC]}, echeance", ", obligatoire: non, echeance"))
    three = [a_registration(a_candidate(birth_name=name)) for name in ("Abadie", "Bézier", "Cœur")]
    for one in three[:2]:
        signed(one)
    received(three[1])
    batch = prepare("grant-all", until=DAY)

    assert foreseen(batch) == [
        ("des pièces ou le récapitulatif signé restent à envoyer", 2, ""),
        ("rien d'obligatoire ne reste à envoyer", 1, NOTHING),
    ]
    launched(batch, at=LATE)

    assert refused(batch) == [NOTHING]
    assert until(three[0]) == until(three[0], BAC) == DAY


def test_a_validated_registration_owes_nothing(prepare, three):
    deciding.decide(registration=again(three[0]), decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    batch = launched(prepare("grant-all", until=DAY), at=LATE)

    assert refused(batch) == ["Elle est validée : plus rien n'est à envoyer."]


def test_what_the_office_asked_for_in_addition_has_the_day_too(three):
    more = More(label="Copie de votre diplôme", until=date(2027, 1, 28))
    verifying.ask_more(registration=three[0], more=more, by=MANAGER, at=LATE - timedelta(days=1))

    granting.grant_all(registration=again(three[0]), until=DAY, by=MANAGER, at=LATE)

    assert "- Copie de votre diplôme, avant le vendredi 5 février 2027" in body_of(
        to(three[0]).get()
    )


def test_a_piece_that_was_refused_says_why_again(three):
    received(three[0])
    verifying.refuse(
        row=piece(three[0]), reason="Illisible.", until=None, seen=None, by=MANAGER, at=NOW
    )

    granting.grant_all(registration=again(three[0]), until=DAY, by=MANAGER, at=LATE)

    assert "(celle que vous avez fournie n'est pas conforme : Illisible.)" in body_of(
        to(three[0]).get()
    )


def test_who_has_no_account_has_one_letter_which_encloses_the_summary_and_no_earlier_one(
    prepare, three
):
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    verifying.grant(
        row=piece(three[0]), until=date(2027, 1, 28), by=MANAGER, at=LATE - timedelta(days=1)
    )
    earlier = Letter.objects.get(message__kind="piece_given_time")

    launched(prepare("grant-all", until=DAY), at=LATE)

    letter = Letter.objects.get(message__kind=KIND)
    assert letter.enclosed.document.kind == "recapitulatif"
    assert "Il est joint à ce courrier." in body_of(letter.message)
    earlier.refresh_from_db()
    assert earlier.state == LetterState.OVERTAKEN


def test_no_time_is_left_without_a_day(prepare, three):
    with pytest.raises(operations.DayMissing):
        prepare("grant-all")
    assert piece_of(again(three[0]), IDENTITY)
