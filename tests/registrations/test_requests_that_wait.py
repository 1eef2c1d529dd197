"""E7: what a request holds while it waits, what is erased with it, and where its draft is offered."""

from datetime import timedelta

import pytest

from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.registrations import leaving, registering, requesting
from sporades.acts.services import announcing, closing_moved, opening
from sporades.core import files
from sporades.core.actors import Actor
from sporades.exams.models import RegistrationService
from sporades.exams.queries import in_force
from sporades.intake import cleaning
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.operations import requesting as asking
from sporades.registrations.refusals import AwaitsDecision
from sporades.registrations.states import RequestState
from sporades.statistics.selection import Selection
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author, load_invented
from tests.jobs import work
from tests.requests import moved_house

DAY = timedelta(days=1)
COLLEAGUE = Actor("head", "Une autre personne", "user:0")


@pytest.fixture
def registration(invented_exam):
    return a_registration()


@pytest.fixture
def late(registration):
    """Return an instant after the closing."""
    return registration.service.closes_at + 2 * DAY


@pytest.fixture
def draft(registration, late):
    """Begin a modification after the closing, and change an address."""
    by = author(registration.candidate)
    begun = requesting.begin(registration=registration, by=by, at=late - DAY)
    return moved_house(begun, late)


def send(draft, at, proof=None):
    by = author(draft.candidate)
    return requesting.send(
        draft=draft, reason="J'ai déménagé", proof=[] if proof is None else [proof], by=by, at=at
    )


@pytest.fixture
def asked(draft, late):
    return send(draft, late)


def open_again(closes_at):
    RegistrationService.objects.update(closes_at=closes_at.replace(second=0, microsecond=0))


def whole(registration):
    return Registration.objects.whole().get(pk=registration.pk)


def mails(kind):
    return [one.recipient for one in Message.objects.filter(kind=kind)]


# --- Its proof -------------------------------------------------------------------------------


def ended(sent, draft, registration, end, at):
    """End a request in one of these ways."""
    by = author(draft.candidate)
    if end == "take_back":
        requesting.take_back(request=sent, by=by, at=at)
    elif end == "abandon":
        drafting.abandon(draft=draft, at=at)
    else:
        leaving.withdraw(registration=whole(registration), by=by, at=NOW)


ENDS = ["take_back", "abandon", "withdraw"]


@pytest.mark.parametrize("end", ENDS)
def test_the_proof_of_what_is_taken_back_or_left_is_erased(
    draft, registration, late, end, django_capture_on_commit_callbacks
):
    sent = send(draft, late, proof=a_pdf())
    key = sent.proof_key
    assert files.get(key) == cleaning.clean(a_pdf()).content

    with django_capture_on_commit_callbacks(execute=True):
        ended(sent, draft, registration, end, late)

    sent.refresh_from_db()
    assert (sent.state, sent.proof_key) == (RequestState.TAKEN_BACK, "")
    with pytest.raises(files.Unreadable):
        files.get(key)


@pytest.mark.parametrize("end", ENDS)
def test_the_proof_leaves_by_a_job_where_who_ends_the_request_is_killed_just_then(
    draft, registration, late, end
):
    sent = send(draft, late, proof=a_pdf())
    key = sent.proof_key

    ended(sent, draft, registration, end, late)

    assert files.get(key) == cleaning.clean(a_pdf()).content
    work("core")
    with pytest.raises(files.Unreadable):
        files.get(key)


def test_the_proof_of_what_is_refused_stays(draft, late, django_capture_on_commit_callbacks):
    sent = send(draft, late, proof=a_pdf())

    with django_capture_on_commit_callbacks(execute=True):
        requesting.refuse(request=sent, answer="Non", by=OPERATOR, at=late)
        drafting.abandon(draft=draft, at=late)

    assert files.get(sent.proof_key) == cleaning.clean(a_pdf()).content


# --- What is read, and when it may be asked --------------------------------------------------


def test_what_is_asked_is_read_without_anything_being_written(draft, late):
    before = draft.regulation_id
    load_invented(("libelle: Individuel\n", "libelle: Seul\n"))
    current = in_force(draft.exam.domain, draft.exam.session)

    seen = asking.seen_of(Draft.objects.whole().get(pk=draft.pk), at=late)

    assert any("3 quai du Wault" in change for change in seen.changes)
    assert Draft.objects.get(pk=draft.pk).regulation_id == before != current.pk


def test_of_a_service_that_is_to_open_again_a_modification_is_asked(registration):
    RegistrationService.objects.update(opens_at=NOW + DAY, closes_at=NOW + 9 * DAY)
    by = author(registration.candidate)

    begun = moved_house(requesting.begin(registration=whole(registration), by=by, at=NOW), NOW)

    closed = begun.closed_in_words(NOW, "", filed=whole(registration))
    assert "ne peut pas encore être enregistrée : elle peut être demandée" in closed
    assert send(begun, NOW).is_waiting


def test_while_one_waits_no_other_is_begun(asked, registration, late):
    open_again(late + 9 * DAY)

    with pytest.raises(AwaitsDecision):
        registering.amend(
            registration=whole(registration), by=author(registration.candidate), at=late
        )


# --- Its draft is offered nowhere ------------------------------------------------------------


def test_what_is_sent_is_no_draft_that_is_open_until_it_is_taken_back(asked, draft, late):
    everything = Selection(Reach((Perimeter(None, None, OPERATOR),)))
    assert (list(Draft.objects.open()), list(everything.drafts())) == ([], [])
    assert list(Draft.objects.unfiled()) == [draft]

    requesting.take_back(request=asked, by=author(draft.candidate), at=late)

    assert list(Draft.objects.open()) == list(everything.drafts()) == [draft]


def test_nobody_is_reminded_of_what_is_sent_nor_told_that_its_service_moves(asked, late):
    other = a_registration(a_candidate(email="z@exemple.test"))
    begun = requesting.begin(registration=other, by=author(other.candidate), at=late - DAY)
    moved_house(begun, late)
    service = RegistrationService.objects.get(academy="A09")
    closing = (late + DAY).replace(second=0, microsecond=0)
    change = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=closing,
        reason="Grève",
        by=OPERATOR,
        at=late,
    )
    opening.approve_together([(change, COLLEAGUE)], at=late)

    closing_moved.tell_change(change.pk, after="", at=late)
    announcing.remind_drafts(at=late + timedelta(hours=2))

    assert mails("service_moved") == mails("draft_closing") == ["z@exemple.test"]
