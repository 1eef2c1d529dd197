"""A registration that silence has accepted is set aside by who reads what that takes back (CRPA L. 242-1)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from sporades.acts.identities import correcting
from sporades.acts.pieces import verifying
from sporades.acts.pieces.owing import USUAL
from sporades.acts.registrations import completing, deciding, moving, receiving, silent
from sporades.acts.registrations.adding import More
from sporades.batches.actions import ACTIONS
from sporades.candidates.operations import civil_data
from sporades.core.refusals import Refused
from sporades.exams.schema.evidence import Way
from sporades.mail.models import Message
from sporades.registrations.added import added_ways
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.states import CLEAR, FLAG, REOPEN, SET_ASIDE, VALIDATE
from tests.acts.test_dates_kept import amend
from tests.evidence.given import MANAGER, again, piece, receive
from tests.factories import NOW, OPERATOR, a_registration, load_invented
from tests.web.guide import main, plain

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")

IN_VERSAILLES = (
    "texte: Imprimez, signez et renvoyez ce récapitulatif.",
    "academies: [A25]\n      texte: Imprimez, signez et renvoyez ce récapitulatif.",
)
"""A change to the file of the invented exam: Versailles alone asks for the signed summary."""
WAIT = timedelta(days=120)
LATER = NOW + WAIT
TAKEN_BACK = (
    "Faute de réponse, elle était réputée acceptée depuis le 25 janvier 2027 : cette décision"
)


def whole(registration, *, at=NOW):
    """Have all that a registration is asked for come."""
    receiving.receive_summary(
        registration=again(registration), posted_on=at.date(), by=MANAGER, at=at
    )
    receive(registration, at=at)


def decide(registration, decision, *, at=LATER, reason="", **said):
    deciding.decide(
        registration=again(registration),
        decision=decision,
        reason=reason,
        by=OPERATOR,
        at=at,
        **said,
    )


def set_aside(registration, **said):
    decide(registration, SET_ASIDE, reason="Doublon", **said)


def told():
    return plain(Message.objects.filter(kind="state_changed").latest("pk").body)


def test_it_is_refused_to_who_has_not_read_it(in_lille):
    whole(in_lille)

    with pytest.raises(silent.AcceptedBySilence):
        set_aside(in_lille)

    assert again(in_lille).is_active


def test_its_candidate_reads_that_an_acceptance_is_taken_back(in_lille):
    whole(in_lille)

    set_aside(in_lille, takes_back=True)

    assert TAKEN_BACK in told()
    assert deciding.against(again(in_lille))[0].startswith(TAKEN_BACK)


SOON, LATELY = NOW + timedelta(days=7), LATER - timedelta(days=10)


def said_to_who_may(registration, at=LATER):
    return silent.to_set_aside_in_words(Registration.objects.whole().get(pk=registration.pk), at=at)


def nothing_came(registration):
    pass


def came_late(registration):
    whole(registration, at=LATELY)


def pieces_alone(registration):
    receive(registration)


def validated(registration):
    whole(registration)
    decide(registration, VALIDATE, at=SOON)


def validated_then_said_incomplete(registration):
    validated(registration)
    decide(registration, FLAG, reason="Illisible", at=LATELY)


def validated_once_accepted_and_reopened(registration):
    whole(registration)
    decide(registration, FLAG, reason="Illisible", at=ACCEPTED)
    decide(registration, CLEAR, at=ACCEPTED)
    decide(registration, VALIDATE, at=LATER - timedelta(days=20))
    decide(registration, REOPEN, at=LATELY)


def said_incomplete(registration):
    whole(registration)
    decide(registration, FLAG, reason="Illisible", at=SOON)


def lifted_since(registration):
    said_incomplete(registration)
    decide(registration, CLEAR, at=LATELY)


def reopened_since(registration):
    validated(registration)
    decide(registration, REOPEN, at=LATELY)


@pytest.mark.parametrize(
    "do",
    [
        *(nothing_came, came_late, pieces_alone, validated),
        *(said_incomplete, lifted_since, reopened_since),
        *(validated_then_said_incomplete, validated_once_accepted_and_reopened),
    ],
)
def test_silence_accepts_nothing_before_all_has_come_nor_once_somebody_has_answered(in_lille, do):
    do(in_lille)

    assert said_to_who_may(in_lille) == ""
    set_aside(in_lille)
    assert "réputée acceptée depuis" not in told()


def test_it_counts_from_what_came_last_and_anew_from_an_answer(in_lille):
    whole(in_lille, at=SOON)
    assert said_to_who_may(in_lille, NOW + timedelta(days=40)) == ""
    assert "depuis le 2 février 2027" in said_to_who_may(in_lille)

    decide(in_lille, FLAG, reason="Illisible", at=SOON)
    decide(in_lille, CLEAR, at=SOON + timedelta(days=7))
    assert "depuis le 9 février 2027" in said_to_who_may(in_lille)


ACCEPTED = LATER - timedelta(days=40)
"""Since 25 January it is accepted."""


def asked_for_more(registration):
    more = More(label="Copie de votre diplôme", until=(ACCEPTED + timedelta(days=9)).date())
    verifying.ask_more(registration=again(registration), more=more, by=MANAGER, at=ACCEPTED)


def given_since(registration):
    asked_for_more(registration)
    row = registration.evidence.get(code="plus-1")
    verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=LATELY)


def refused(registration):
    verifying.refuse(
        row=piece(registration), reason="Floue.", seen=None, until=USUAL, by=MANAGER, at=ACCEPTED
    )


def replaced_since(registration):
    refused(registration)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=LATELY)


def asked_again(registration):
    verifying.waive(row=piece(registration), reason="Vue.", by=MANAGER, at=NOW)
    verifying.ask_again(row=piece(registration), by=MANAGER, at=LATELY)


def found_incomplete(registration):
    asked_for_more(registration)
    completing.declare_incomplete(registration=registration, by=MANAGER, at=LATELY)


def flagged_and_cleared(registration):
    decide(registration, FLAG, reason="Illisible", at=ACCEPTED)
    decide(registration, CLEAR, at=LATELY)


@pytest.mark.parametrize(
    "do",
    [
        *(asked_for_more, given_since, refused, replaced_since, asked_again),
        *(found_incomplete, flagged_and_cleared),
    ],
)
def test_what_is_asked_for_or_refused_once_silence_has_accepted_takes_nothing_back(in_lille, do):
    whole(in_lille)
    do(in_lille)

    assert "depuis le 25 janvier 2027" in said_to_who_may(in_lille)
    with pytest.raises(silent.AcceptedBySilence):
        set_aside(in_lille)
    set_aside(in_lille, takes_back=True)
    assert TAKEN_BACK in told()


def test_what_was_asked_for_or_waived_before_puts_it_off(in_lille):
    """Waived in January, the piece lacked until then: what is asked for again in March was not there before."""
    whole(in_lille)
    verifying.refuse(row=piece(in_lille), reason="Floue.", seen=None, by=MANAGER, at=SOON)
    verifying.waive(row=piece(in_lille), reason="Vue.", by=MANAGER, at=NOW + timedelta(days=50))
    verifying.ask_again(row=piece(in_lille), by=MANAGER, at=NOW + timedelta(days=70))

    assert said_to_who_may(in_lille) == ""


@pytest.mark.parametrize("is_validated", [False, True])
def test_it_does_not_count_from_a_summary_that_had_to_be_signed_by_two(kept, is_validated):
    registration = a_registration(
        informations={"category": "FORM"},
        qualification={"experience": "3"},
        epreuves={"statut-E3": "inscrit"},
    )
    whole(registration)
    if is_validated:
        decide(registration, VALIDATE, at=NOW)
    candidate = again(registration).candidate
    correcting.correct_identity(
        registration=again(registration),
        identity={**civil_data(candidate.identity), "birth_year": 2009},
        seen=candidate.identity_id,
        proof="Acte de naissance",
        by=MANAGER,
        at=NOW,
    )
    if is_validated:
        decide(registration, REOPEN, at=NOW)
    assert said_to_who_may(registration) == ""

    receiving.receive_summary(
        registration=again(registration), posted_on=SOON.date(), by=MANAGER, at=SOON
    )

    assert "depuis le 2 février 2027" in said_to_who_may(registration)


@pytest.mark.parametrize("is_back", [False, True])
@pytest.mark.parametrize("was_wrong", [False, True])
def test_a_birth_date_that_makes_it_to_be_signed_by_two_once_silence_has_accepted_takes_nothing_back(
    in_lille, was_wrong, is_back
):
    if was_wrong:
        receiving.receive_summary(
            registration=again(in_lille), posted_on=NOW.date(), by=MANAGER, at=NOW
        )
        receiving.take_summary_back(
            registration=again(in_lille), noted=NOW.date().isoformat(), by=MANAGER, at=NOW
        )
    whole(in_lille)
    candidate = again(in_lille).candidate
    correcting.correct_identity(
        registration=again(in_lille),
        identity={**civil_data(candidate.identity), "birth_year": 2009, "birth_month": 12},
        seen=candidate.identity_id,
        proof="Acte de naissance",
        by=MANAGER,
        at=LATELY,
    )
    assert again(in_lille).summary_posted_on is None
    if is_back:
        receiving.receive_summary(
            registration=again(in_lille), posted_on=LATELY.date(), by=MANAGER, at=LATELY
        )

    assert "depuis le 25 janvier 2027" in said_to_who_may(in_lille)


@pytest.mark.parametrize(("moved_at", "is_accepted"), [(LATELY, True), (SOON, False)])
def test_a_summary_that_another_academy_asks_for_once_silence_has_accepted_takes_nothing_back(
    moved_at, is_accepted
):
    load_invented(IN_VERSAILLES)
    registration = a_registration()
    receive(registration)

    moving.move_for_good(
        registration=again(registration), academy="A25", reason="x", by=OPERATOR, at=moved_at
    )

    assert again(registration).owed["to_return"]
    said = said_to_who_may(registration)
    assert ("depuis le 25 janvier 2027" in said) is is_accepted


def test_it_does_not_count_from_the_summary_of_somebody_else(in_lille):
    whole(in_lille)
    noted = again(in_lille)
    receiving.take_summary_back(
        registration=noted, noted=receiving.noted_in(noted), by=MANAGER, at=SOON
    )
    assert said_to_who_may(in_lille) == ""

    receiving.receive_summary(
        registration=again(in_lille), posted_on=NOW.date(), by=MANAGER, at=LATELY
    )
    assert said_to_who_may(in_lille) == ""
    assert said_to_who_may(in_lille, LATELY + WAIT)


def whole_long_ago(registration):
    """Have all come in September: silence lasts until 16 November."""
    ago = NOW - timedelta(days=70)
    Registration.objects.filter(pk=registration.pk).update(filed_at=ago)
    receiving.receive_summary(
        registration=again(registration), posted_on=ago.date(), by=MANAGER, at=ago
    )
    receive(registration)
    registration.evidence.update(arrived_at=ago)


def test_the_page_says_it_and_asks_for_a_tick(manager, in_lille, stopped_clock):
    whole_long_ago(in_lille)
    where = reverse("office:decide", args=[in_lille.number])

    page = plain(main(manager.get(where)))
    assert (
        "Le silence vaut acceptation depuis le 16 novembre 2026. Écarter cette inscription" in page
    )
    assert "retire cette acceptation : seulement si elle est illégale" in page

    posted = {"decision": "set_aside", "motif": "Doublon"}
    unread = manager.post(where, posted)
    assert unread.status_code == 422
    assert "Lisez ce qu'écarter retire, et cochez la case" in plain(main(unread))
    assert again(in_lille).is_active

    manager.post(where, {**posted, "retrait": "on"})
    assert again(in_lille).is_set_aside


def test_before_that_the_page_asks_nothing(manager, in_lille, stopped_clock):
    whole(in_lille)

    page = plain(main(manager.get(reverse("office:decide", args=[in_lille.number]))))

    assert "acceptation" not in page


def test_the_command_wants_a_flag(in_lille, stopped_clock):
    whole(in_lille)
    stopped_clock.move_to(LATER)
    decider = ("--decideur", "Ana Martin", "--qualite", "cheffe du bureau")
    asked = ("inscription", "etat", in_lille.number, "ecarter", "--motif", "Doublon", *decider)

    with pytest.raises(CommandError, match="--retire-l-acceptation"):
        call_command(*asked)
    assert again(in_lille).is_active

    call_command(*asked, "--retire-l-acceptation")
    assert again(in_lille).is_set_aside


def test_of_many_at_once_it_is_left_to_its_own_page(in_lille):
    whole(in_lille)

    with pytest.raises(Refused, match="s'écarte une à une"):
        ACTIONS["set_aside"].act(
            registration=again(in_lille), reason="Doublon", about=None, by=OPERATOR, at=LATER
        )


def test_what_is_asked_for_again_in_the_same_words_lacked_since_the_first_time(in_lille):
    whole(in_lille)
    words = "Copie de votre diplôme"
    first, then = (
        More(label=words, until=(at + timedelta(days=20)).date()) for at in (SOON, LATELY)
    )
    verifying.ask_more(registration=again(in_lille), more=first, by=MANAGER, at=SOON)

    decide(in_lille, FLAG, reason="Il manque le diplôme", at=LATELY, more=then)

    assert in_lille.evidence.filter(label=words).count() == 1
    assert said_to_who_may(in_lille) == ""


def test_in_another_way_it_is_another_piece(in_lille):
    words, until = "Copie de votre diplôme", (NOW + timedelta(days=60)).date()
    for giving in (Giving.POST, Giving.DEPOSIT):
        more = More(label=words, until=until, giving=giving)
        verifying.ask_more(registration=again(in_lille), more=more, by=MANAGER, at=SOON)

    asked = in_lille.evidence.filter(label=words).order_by("pk")
    assert [added_ways(one.code) for one in asked] == [(Way.POST,), (Way.DEPOSIT,)]


def test_an_anomaly_that_stands_through_a_modification_was_told(in_lille):
    whole(in_lille)
    decide(in_lille, FLAG, reason="Illisible", at=NOW + timedelta(days=1))
    amend(again(in_lille), at=NOW + timedelta(days=2))
    posted = NOW + timedelta(days=3)
    receiving.receive_summary(
        registration=again(in_lille), posted_on=posted.date(), by=MANAGER, at=posted
    )

    assert again(in_lille).state == "anomaly"
    assert said_to_who_may(in_lille) == ""


def test_after_one_that_was_lifted_a_modification_counts_from_its_own_instant(in_lille):
    whole(in_lille)
    decide(in_lille, FLAG, reason="Illisible", at=NOW + timedelta(days=1))
    decide(in_lille, CLEAR, at=NOW + timedelta(days=1))
    amended = NOW + timedelta(days=2)
    amend(again(in_lille), at=amended)
    receiving.receive_summary(
        registration=again(in_lille), posted_on=amended.date(), by=MANAGER, at=amended
    )

    assert "depuis le 27 janvier 2027" in said_to_who_may(in_lille)


def test_undone_once_the_exam_is_over_a_validation_gives_no_more_days(in_lille):
    decide(in_lille, VALIDATE, at=SOON)

    decide(in_lille, REOPEN, at=datetime(2028, 3, 1, 10, tzinfo=UTC))

    assert "avant le" not in told()
    assert not in_lille.evidence.filter(granted_until__isnull=False).exists()
