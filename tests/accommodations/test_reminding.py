"""Who declared a handicap and has sent no request is reminded before its deadline (H1, P-12)."""

from datetime import timedelta

import pytest

from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.acts.registrations import deciding, leaving, moving
from sporades.core.links import link_to
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import (
    MANAGER,
    WITHOUT_ACCOMMODATIONS,
    again,
    case_of,
    reach,
    write,
)
from tests.accommodations.test_following import DECLARED, amend
from tests.factories import NOW, a_candidate, a_record, a_registration, author, load_invented
from tests.web.test_extended_service import move

pytestmark = pytest.mark.usefixtures("kept", "confided", "invented_exam")

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def deadline():
    """Return until when requests are in time: the closing of the service of Lille."""
    return RegistrationService.objects.get(academy="A09").closes_at


def reminders():
    return Message.objects.filter(kind="something_awaits").order_by("pk")


def test_it_is_told_twice_without_saying_of_what_and_until_when():
    registration = a_registration(informations=DECLARED)

    told = [
        accommodating.remind_requests(at=deadline() - before)
        for before in (7 * DAY + INSTANT, 7 * DAY, 6 * DAY, 2 * DAY, DAY, -DAY)
    ]

    assert told == [0, 1, 0, 1, 0, 0]
    first, second = reminders()
    assert first.recipient == registration.candidate.address
    assert second.subject == f"Rappel : à faire dans votre espace, n°{registration.number}"
    assert first.subject == f"À faire dans votre espace, inscription n°{registration.number}"
    said = " ".join(first.body.split())
    assert link_to("candidate:registration", registration.number) in said
    assert "À faire avant le mardi 15 décembre 2026 à 23 h 59 (heure de Paris)." in said
    entries = Entry.objects.filter(verb="accommodation reminded")
    assert [one.in_words for one in entries] == [
        "Demande d'aménagement pas encore envoyée, rappelée au candidat"
    ] * 2


@pytest.mark.parametrize("is_begun", [True, False])
def test_who_was_given_to_an_academy_that_closes_sooner_is_reminded_by_what_they_were_told(
    is_begun,
):
    RegistrationService.objects.filter(academy="A09").update(closes_at=deadline() + 16 * DAY)
    registration = a_registration(informations=DECLARED)
    if is_begun:
        write(registration)
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="Déménagement.", by=MANAGER, at=NOW
    )

    told = [
        accommodating.remind_requests(at=deadline() - before)
        for before in (23 * DAY, 18 * DAY, 7 * DAY + INSTANT, 7 * DAY, 6 * DAY, 2 * DAY, DAY)
    ]

    assert told == [0, 0, 0, 1, 0, 1, 0]
    said = " ".join(reminders().first().body.split())
    assert "À faire avant le jeudi 31 décembre 2026 à 23 h 59 (heure de Paris)." in said


def _begun(registration):
    write(registration)


def _sent(registration):
    reach(registration, State.ASKED)


def _taken_up(registration):
    case = reach(registration, State.ASKED)
    accommodating.take_up(case=case, by=author(registration.candidate), at=NOW)


def _taken_back(registration):
    write(registration)
    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=NOW)


def _left(registration):
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=NOW)


@pytest.mark.parametrize(
    ("done", "is_told"),
    [(_begun, True), (_sent, False), (_taken_up, True), (_taken_back, False), (_left, False)],
)
def test_only_what_is_to_be_sent_is_reminded_of(done, is_told):
    done(a_registration(informations=DECLARED))

    assert accommodating.remind_requests(at=deadline() - DAY) == is_told
    assert reminders().filter(written_at=deadline() - DAY).exists() is is_told


def _incomplete(registration):
    reach(registration, State.INCOMPLETE)


@pytest.mark.parametrize("done", [_taken_up, _incomplete])
def test_what_is_to_be_sent_again_is_recalled_twice_in_the_words_of_all_the_rest(done):
    registration = a_registration(informations=DECLARED)
    done(registration)
    told = [
        accommodating.remind_requests(at=NOW + after)
        for after in (3 * DAY - INSTANT, 3 * DAY, 9 * DAY, 10 * DAY, 11 * DAY, 100 * DAY)
    ]

    assert told == [0, 1, 0, 1, 0, 0]
    first, second = reminders().filter(written_at__gt=NOW)
    assert first.subject == f"Rappel : à faire dans votre espace, n°{registration.number}"
    assert first.body == second.body
    said = " ".join(first.body.split())
    assert "Par discrétion, ce mail n'en dit pas plus." in said
    assert "Rien n'avance tant que vous n'y avez pas répondu." in said
    entries = Entry.objects.filter(verb="accommodation recalled")
    assert [one.in_words for one in entries] == [
        "Demande d'aménagement à envoyer de nouveau, rappelée au candidat"
    ] * 2


@pytest.mark.parametrize("done", [_taken_up, _incomplete])
def test_what_was_left_long_ago_is_not_recalled_were_it_never(done):
    done(a_registration(informations=DECLARED))

    assert accommodating.remind_requests(at=NOW + 31 * DAY) == 0


@pytest.mark.parametrize("done", [_taken_up, _incomplete])
def test_what_is_restored_after_a_long_time_is_recalled_from_then(done):
    registration = a_registration(informations=DECLARED)
    done(registration)
    for decision, at in ((SET_ASIDE, NOW + DAY), (RESTORE, NOW + 40 * DAY)):
        reason = "Doublon." if decision is SET_ASIDE else ""
        deciding.decide(
            registration=again(registration), decision=decision, reason=reason, by=MANAGER, at=at
        )

    told = [
        accommodating.remind_requests(at=NOW + after)
        for after in (20 * DAY, 43 * DAY - INSTANT, 43 * DAY, 50 * DAY, 51 * DAY, 80 * DAY)
    ]

    assert told == [0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("done", [_taken_up, _incomplete])
def test_nothing_is_recalled_once_the_exam_is_over(done):
    load_invented(("du: 2027-05-17, au: 2027-05-21", "du: 2026-11-26, au: 2026-11-27"))
    forget()
    done(a_registration(informations=DECLARED))

    assert accommodating.remind_requests(at=NOW + 3 * DAY) == 0


def _sent_again(registration):
    _taken_up(registration)
    case, by = case_of(registration), author(registration.candidate)
    accommodating.send(case=case, seen=case.revision, by=by, at=NOW + DAY)


def _kept_as_sent(registration):
    _taken_up(registration)
    case, by = case_of(registration), author(registration.candidate)
    accommodating.keep_as_sent(case=case, seen=case.revision, by=by, at=NOW + DAY)


def _taken_up_and_left(registration):
    _taken_up(registration)
    _left(registration)


@pytest.mark.parametrize("done", [_sent_again, _kept_as_sent, _taken_up_and_left])
def test_what_waits_for_its_candidate_no_more_is_recalled_no_more(done):
    done(a_registration(informations=DECLARED))

    assert accommodating.remind_requests(at=NOW + 4 * DAY) == 0


def _begun_anew(registration):
    _taken_back(registration)
    accommodating.prepare(registration=registration, by=author(registration.candidate), at=NOW)


def _sent_then_begun_anew(registration):
    case = reach(registration, State.ASKED)
    by = author(registration.candidate)
    accommodating.withdraw(case=case, by=by, at=NOW)
    accommodating.prepare(registration=registration, by=by, at=NOW)


def _declared_no_more(registration):
    write(registration)
    amend(registration, informations={"has_disability": "non"})


def _declared_again(registration):
    _declared_no_more(registration)
    amend(registration, informations=DECLARED)


@pytest.mark.parametrize(
    ("done", "is_told"),
    [
        (_begun_anew, True),
        (_sent_then_begun_anew, True),
        (_declared_no_more, False),
        (_declared_again, True),
    ],
)
def test_whoever_begins_or_declares_again_is_reminded_again(done, is_told):
    done(a_registration(informations=DECLARED))

    assert accommodating.remind_requests(at=deadline() - DAY) == is_told


@pytest.mark.parametrize(
    "filed",
    [
        lambda: a_registration(informations={"has_disability": "non"}),
        # Theirs comes on paper.
        lambda: a_registration(a_record(), informations=DECLARED),
    ],
)
def test_nobody_else_is_reminded(filed):
    filed()

    assert accommodating.remind_requests(at=deadline() - DAY) == 0


def test_nobody_is_pressed_to_send_what_nothing_takes():
    a_registration(informations=DECLARED)
    near, after = deadline() - DAY, deadline() - DAY / 2
    notices.show(
        kind=Banner.Kind.ALERT, message="Panne.", at=near - DAY, until=after, stops_writing=True
    )

    assert accommodating.remind_requests(at=near) == 0
    assert accommodating.remind_requests(at=after) == 1


def test_where_requests_are_made_elsewhere_nobody_is_reminded():
    load_invented(WITHOUT_ACCOMMODATIONS)
    forget()
    a_registration(informations=DECLARED)

    assert accommodating.remind_requests(at=deadline() - DAY) == 0


def test_nor_is_whoever_was_given_to_another_academy():
    load_invented(WITHOUT_ACCOMMODATIONS)
    forget()
    registration = a_registration(informations=DECLARED)
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagement.", by=MANAGER, at=NOW
    )
    assert again(registration).is_placed

    assert accommodating.remind_requests(at=deadline() - DAY) == 0


def test_whoever_has_just_filed_is_reminded_at_the_next_step():
    late = a_registration(informations=DECLARED, at=deadline() - 5 * DAY)
    early = a_registration(a_candidate(), informations=DECLARED)

    assert accommodating.remind_requests(at=deadline() - 4 * DAY) == 1
    assert accommodating.remind_requests(at=deadline() - DAY) == 2

    told = reminders().values_list("recipient", flat=True)
    assert sorted(told) == sorted(
        [early.candidate.address, early.candidate.address, late.candidate.address]
    )


def test_a_deadline_that_the_reglementation_says_is_the_one_that_is_reminded_of():
    load_invented(
        ("    amenagements:\n", "    amenagements:\n      echeance: {jours_apres_fermeture: 10}\n")
    )
    forget()
    a_registration(informations=DECLARED)

    assert accommodating.remind_requests(at=deadline() - DAY) == 0
    assert accommodating.remind_requests(at=deadline() + 4 * DAY) == 1
    assert "À faire avant le vendredi 25 décembre 2026 à 23 h 59" in reminders().get().body.replace(
        "\xa0", " "
    )


@pytest.mark.parametrize("is_fallen", [True, False])
def test_what_is_begun_or_fell_is_reminded_whatever_is_declared(is_fallen):
    registration = a_registration()
    write(registration)
    if is_fallen:
        by = author(registration.candidate)
        leaving.withdraw(registration=again(registration), by=by, at=NOW)
        a_registration(registration.candidate)

    assert accommodating.remind_requests(at=deadline() - DAY) == 1


def test_where_the_closing_is_brought_forward_who_was_told_the_later_one_is_reminded_by_it():
    told = a_registration(informations=DECLARED)
    last = deadline()
    move(told, -10 * DAY)
    after = a_registration(a_candidate(), informations=DECLARED, at=NOW + DAY)

    reminded = [
        accommodating.remind_requests(at=at)
        for at in (
            last - 12 * DAY,  # two days before the closing of today
            last - 7 * DAY - INSTANT,
            last - 7 * DAY,
            last - 2 * DAY,
            last - DAY,
        )
    ]

    assert reminded == [1, 0, 1, 1, 0]
    assert [one.recipient for one in reminders()] == [
        after.candidate.address,
        told.candidate.address,
        told.candidate.address,
    ]
