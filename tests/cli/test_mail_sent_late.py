"""What is sent again of a bad night only while it is so: nobody is told what has passed (R-34)."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from sporades.accounts.models import User
from sporades.acts.people import forgetting
from sporades.acts.registrations import registering
from sporades.acts.services import announcing, closing_moved, opening
from sporades.documents.models import DocumentVersion
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.notices.models import OpeningAlert
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    author,
    load_invented,
)

HOUR = timedelta(hours=1)
ON_THE_HOUR = NOW.replace(minute=0)


@pytest.fixture(autouse=True)
def _now(invented_exam):
    with time_machine.travel(NOW, tick=False):
        yield
    forget()


@pytest.fixture
def draft():
    return a_draft(a_candidate(email="zoe@exemple.test"), at=NOW - 2 * HOUR)


@pytest.fixture
def reminded(draft):
    """What was written of a closing thirty hours later, and was refused."""
    close_at(ON_THE_HOUR + 30 * HOUR)
    announcing.remind_drafts(at=NOW)
    return refused("draft_closing")


def refused(kind):
    Message.objects.filter(kind=kind).update(
        state=Message.State.REFUSED, sent_at=None, last_error="554 b'policy'"
    )
    return Message.objects.get(kind=kind)


def is_sent_again(message, *, at=NOW + 2 * HOUR):
    with time_machine.travel(at, tick=False):
        asked = ["refus", "--depuis", "2026-11-20T10:00", "--code", "554", "--renvoyer"]
        call_command("mail", *asked)
    return Message.objects.filter(again_of=message).exists()


def close_at(at):
    RegistrationService.objects.filter(academy="A09").update(closes_at=at)
    forget()


def move_to(at, *, after):
    """Extend the service by its own act, and tell those who have begun something."""
    service = RegistrationService.objects.get(academy="A09")
    made = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=at,
        reason="Panne",
        by=OPERATOR,
        at=NOW + after,
        is_urgent=True,
    )
    forget()
    closing_moved.tell_change(made.pk, after="", at=NOW + after)


def test_a_draft_that_is_still_to_be_saved_is_reminded_of_again(reminded):
    assert is_sent_again(reminded)


def test_nobody_is_pressed_to_save_what_they_have_filed(draft, reminded, capsys):
    registering.register(draft=draft, by=author(draft.candidate), at=NOW + HOUR)

    assert not is_sent_again(reminded)
    assert "Pas renvoyés : 1." in capsys.readouterr().out.replace("\u00a0", " ")


def test_nobody_is_pressed_to_save_what_a_registration_keeps_from_being_filed(draft, reminded):
    a_registration(draft.candidate, at=NOW + HOUR)

    assert not is_sent_again(reminded)


def test_nobody_is_pressed_to_save_once_the_service_has_closed(draft):
    close_at(ON_THE_HOUR + 2 * HOUR)
    announcing.remind_drafts(at=NOW)

    assert not is_sent_again(refused("draft_closing"), at=NOW + 5 * HOUR)


def test_nobody_is_told_a_closing_that_was_moved_since(reminded):
    close_at(ON_THE_HOUR + 60 * HOUR)

    assert not is_sent_again(reminded)


def test_a_moved_closing_is_told_again_while_it_is_in_force(draft):
    move_to(ON_THE_HOUR + 2000 * HOUR, after=timedelta(0))
    told = refused("service_moved")
    assert is_sent_again(told)
    again = Message.objects.get(again_of=told)
    Message.objects.filter(pk=again.pk).update(
        state=Message.State.REFUSED, last_error="554 b'policy'"
    )

    assert is_sent_again(again)


def test_a_moved_closing_is_not_told_again_once_it_has_moved_anew(draft):
    move_to(ON_THE_HOUR + 2000 * HOUR, after=timedelta(0))
    told = refused("service_moved")
    move_to(ON_THE_HOUR + 2100 * HOUR, after=HOUR)

    assert not is_sent_again(told)


def test_a_moved_closing_is_not_told_again_to_who_has_filed(draft):
    move_to(ON_THE_HOUR + 2000 * HOUR, after=timedelta(0))
    told = refused("service_moved")
    registering.register(draft=draft, by=author(draft.candidate), at=NOW + HOUR)

    assert not is_sent_again(told)


@pytest.mark.parametrize("is_back", [False, True])
def test_who_was_told_that_it_is_offered_no_more_is_not_once_it_is_again(is_back):
    papers = {"statut-M1": None, "statut-M2": "inscrit"}
    a_draft(a_candidate(email="zoe@exemple.test"), speciality="FOREST", epreuves=papers)
    load_invented(("      - {code: FOREST, libelle: Forestier}\n", ""))
    forget()
    assert announcing.tell_gone(at=NOW + HOUR) == 1
    told = refused("no_longer_offered")
    if is_back:
        load_invented(at=NOW + HOUR)
        forget()

    assert is_sent_again(told) is not is_back


@pytest.mark.parametrize(("after", "again"), [(HOUR, True), (5 * HOUR, False)])
def test_an_opening_is_told_again_while_the_service_is_open(after, again):
    OpeningAlert.objects.create(
        service=RegistrationService.objects.get(academy="A09"),
        email="zoe@exemple.test",
        asked_at=NOW - 90 * HOUR,
        confirmed_at=NOW - 89 * HOUR,
    )
    announcing.tell_openings(at=NOW)
    told = refused("service_opened")
    close_at(ON_THE_HOUR + 2 * HOUR)

    assert is_sent_again(told, at=NOW + after) is again


@pytest.mark.parametrize("is_opened", [False, True])
def test_a_document_is_reminded_of_again_while_nobody_has_opened_it(is_opened):
    a_registration(a_candidate(email="zoe@exemple.test"), at=NOW - 150 * HOUR)
    assert announcing.remind_unread(at=NOW)
    told = refused("document_unread")
    if is_opened:
        DocumentVersion.objects.filter(pk=told.about_id).update(opened_at=NOW + HOUR)

    assert is_sent_again(told) is not is_opened


@pytest.mark.parametrize("is_used", [False, True])
def test_an_account_is_said_to_be_erased_again_while_it_is_not_used(is_used):
    user = a_candidate(email="zoe@exemple.test", at=NOW - 24 * 153 * HOUR).user
    assert forgetting.warn_unused(at=NOW) == 1
    told = refused("account_unused")
    if is_used:
        User.objects.filter(pk=user.pk).update(last_login=NOW + HOUR)

    assert is_sent_again(told) is not is_used
