"""A refused mail sent again: once, where the candidate is now, and never one that holds a key."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from sporades import mail
from sporades.acts.writing import resending
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.tree import ending, text_of

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def registration(invented_exam):
    return a_registration(a_candidate(email="zoe@exemple.test"))


@pytest.fixture
def refused(registration):
    """The receipt of a registration, that the recipient's server refused."""
    message = Message.objects.get(kind="registered")
    message.state, message.last_error = Message.State.REFUSED, "550 b'5.1.1 User unknown'"
    message.save()
    return message


def again(message, registration):
    return resending.send_again(message=message, registration=registration, by=OPERATOR, at=NOW)


def test_it_leaves_once_more_for_the_address_that_is_the_candidates_now(registration, refused):
    user = registration.candidate.user
    user.email = "zoe.neuve@exemple.test"
    user.save()

    fresh = again(refused, registration)

    assert (fresh.recipient, fresh.state) == ("zoe.neuve@exemple.test", Message.State.WAITING)
    assert fresh.subject == refused.subject
    assert fresh.body.startswith("Ce mail, écrit le mercredi 25 novembre 2026 à 10")
    assert fresh.body.endswith(refused.body)
    assert fresh.again_of == refused
    refused.refresh_from_db()
    assert refused.state == Message.State.REFUSED


def test_the_journal_of_the_file_has_it(registration, refused):
    fresh = again(refused, registration)

    entry = Entry.objects.get(verb="mail sent again")
    assert (entry.object_kind, entry.object_id) == ("registration", str(registration.pk))
    assert entry.payload["after"] == {
        "kind": "registered",
        "refused": refused.pk,
        "message": fresh.pk,
    }


def test_a_second_press_is_refused_and_the_database_holds_to_it(registration, refused):
    again(refused, registration)

    with pytest.raises(resending.AlreadySentAgain):
        again(refused, registration)
    with pytest.raises(IntegrityError, match="again_of"), transaction.atomic():
        mail.operations.write_again(refused, to="a@exemple.test", at=NOW, preface="")
    assert Message.objects.filter(kind="registered").count() == 2


def test_what_is_refused_again_may_be_sent_once_more(registration, refused):
    fresh = again(refused, registration)
    Message.objects.filter(pk=fresh.pk).update(state=Message.State.REFUSED)

    assert again(fresh, registration).again_of == fresh


@pytest.mark.parametrize("state", [Message.State.WAITING, Message.State.SENT])
def test_what_was_sent_or_waits_is_not(registration, refused, state):
    sent_at = NOW if state == Message.State.SENT else None
    Message.objects.filter(pk=refused.pk).update(state=state, sent_at=sent_at)

    with pytest.raises(resending.NotRefused):
        again(refused, registration)


def test_without_an_address_it_becomes_a_letter(registration, refused):
    candidate = registration.candidate
    type(candidate).objects.filter(pk=candidate.pk).update(user=None, email="")
    candidate.refresh_from_db()

    fresh = again(refused, registration)

    assert (fresh.state, fresh.recipient, fresh.again_of) == (Message.State.LETTER, "", refused)
    assert fresh.letter.candidate == candidate
    assert "n'avait pas pu vous être remis" in fresh.body
    assert "Le document qu'il annonce est joint à ce courrier." in fresh.body
    assert fresh.letter.enclosed.document.kind == "recapitulatif"
    assert "http" in refused.body
    assert "http" not in fresh.body


@pytest.mark.parametrize(
    ("kind", "is_posted", "encloses"),
    [
        ("summary_given_time", False, True),
        ("pieces_given_time", False, True),
        ("pieces_given_time", True, False),
        ("state_changed", False, True),
        ("state_changed", True, False),
    ],
)
def test_a_letter_encloses_the_summary_that_a_mail_called_for_and_no_other(
    registration, refused, kind, is_posted, encloses
):
    candidate = registration.candidate
    type(candidate).objects.filter(pk=candidate.pk).update(user=None, email="")
    candidate.refresh_from_db()
    refused.kind, refused.due_by = kind, NOW + timedelta(days=9)
    refused.save()
    if is_posted:
        type(registration).objects.filter(pk=registration.pk).update(summary_posted_on=NOW.date())

    fresh = again(refused, registration)

    assert (fresh.letter.enclosed is not None) is encloses
    assert fresh.due_by == refused.due_by


def test_a_decision_that_asks_for_nothing_by_a_day_encloses_no_summary(registration, refused):
    candidate = registration.candidate
    type(candidate).objects.filter(pk=candidate.pk).update(user=None, email="")
    refused.kind, refused.due_by = "state_changed", None
    refused.save()

    fresh = again(refused, registration)

    assert fresh.letter.enclosed is None


@pytest.mark.parametrize("kind", ["activation", "password_reset", "member_invited"])
def test_a_key_is_never_sent_again(registration, refused, kind):
    Message.objects.filter(pk=refused.pk).update(kind=kind)

    with pytest.raises(resending.NeverAgain):
        again(refused, registration)


def test_a_mail_about_another_registration_is_not_this_ones(registration, refused):
    other = a_registration(a_candidate())

    with pytest.raises(resending.NeverAgain):
        again(refused, other)


NEVER = {
    "holds a key, or tells of one": {
        "account_unused",
        "activation",
        "address_change",
        "address_changed",
        "address_known",
        "address_moved",
        "address_restored",
        "alert_asked",
        "member_invited",
        "new_device",
        "password_changed",
        "password_reset",
        "sign_in_changed",
        "withdrawn_meanwhile",
    },
    "is for a guardian, once": {
        "guardian_awaited",
        "minor_returned",
        "minor_withdrawn",
        "signed_as_guardian",
        "signed_request_withdrawn",
    },
    "is about what is no registration": {
        "late_file_refused",
        "late_refused",
        "late_request_silent",
        "late_requested",
    },
    "is true for a while": {
        "data_copy_ready",
        "document_unread",
        "draft_closing",
        "no_longer_offered",
        "offered_again",
        "registration_leaves",
        "service_moved",
        "service_opened",
    },
    "is about a person, of several registrations": {
        "candidates_merged",
        "correction_refused",
        "correction_requested",
        "identity_corrected",
        "record_changed",
        "record_claimed",
        "record_detached",
        "record_taken",
        "withdrawn_once_taken",
    },
    "is for a doctor": {"opinions_awaited"},
    "is for the office": {
        "batch_ended",
        "batch_to_approve",
        "closing_brought_forward",
        "export_ended",
        "export_to_approve",
        "extension_decided",
        "extension_to_approve",
        "member_changed",
        "member_closed",
        "member_dormant",
        "merge_approved",
        "merge_refused",
        "merge_to_approve",
        "publication_decided",
        "publication_filled",
        "publication_to_approve",
        "regulation_dropped",
        "role_decided",
        "role_to_approve",
    },
}


def test_of_every_mail_it_is_decided_whether_it_may_be_sent_again():
    kinds = {
        path.stem
        for path in Path(mail.__file__).parents[1].glob("*/templates/mail/*.txt")
        if path.read_text().startswith("Objet : ")
    }
    never = [kind for decided in NEVER.values() for kind in decided]

    assert sorted([*resending.KINDS, *never]) == sorted(kinds)


def test_the_mails_about_a_registration_may_all_be_sent_again():
    """A mail about a registration is written where `about=registration` stands, or `about=moved`."""
    calls = {
        kind
        for path in ending(".py", under=["sporades/"])
        for kind in re.findall(
            r'\btell\(\s*\S+candidate,\s*"?(\w+)"?,(?:(?!\btell\().)*?about=(?:registration|moved),',
            text_of(path),
            re.DOTALL,
        )
    }
    by_name = {
        "KIND": {"message_of_service", "pieces_due", "pieces_given_time"},
        "kind": {
            *("registered", "amended", "document_published", "document_withdrawn"),
            *("registered_for", "amended_for"),
            *("change_requested", "change_accepted", "change_refused"),
            *("request_received", "request_silent", "request_withdrawn", "something_awaits"),
            *("request_completed", "request_incomplete"),
            *("appeal_received", "appeal_withdrawn", "appeal_silent"),
            *("piece_asked_again", "piece_asked_for", "piece_given_time"),
            *("piece_refused", "piece_time_cut_back"),
            *("piece_waived", "piece_found_good"),
            *("service_closes_sooner", "service_closes_later", "coming_back_moved"),
            *("summary_asked_again", "summary_given_time"),
        },
    }

    assert set().union(*(by_name.get(one, {one}) for one in calls)) == set(resending.KINDS)
