"""A decision against a minor is told to the guardian, who alone may contest it for them."""

from datetime import timedelta

import pytest

from sporades.accommodations.rules import Wish
from sporades.accounts import operations as accounts
from sporades.acts.identities import asking
from sporades.acts.people import addressing, guardians
from sporades.acts.registrations import deciding, late, requesting
from sporades.candidates.models import Candidate
from sporades.candidates.operations import reach_at
from sporades.letters.models import Letter
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.registrations.models import LateRequest, Registration, SectionAnswers
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import HALF, MINOR, READER, THIRD, a_minor, sign, write
from tests.evidence.given import MANAGER, again
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    author,
    load_invented,
)
from tests.registrations.test_asking_a_correction import send
from tests.requests import ask
from tests.web.guide import plain

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")


def set_aside(registration):
    deciding.decide(
        registration=again(registration),
        decision=SET_ASIDE,
        reason="Trop jeune",
        by=OPERATOR,
        at=NOW,
    )
    return "à la page de son inscription", f"/mes-inscriptions/{registration.number}"


def refuse_a_modification(registration):
    at = registration.service.closes_at + timedelta(days=2)
    requesting.refuse(request=ask(again(registration), at), answer="Non", by=MANAGER, at=at)
    return "à la page de son inscription", f"/mes-inscriptions/{registration.number}"


def refuse_a_correction(registration):
    asking.refuse(request=send(registration.candidate), answer="Non", by=MANAGER, at=NOW)
    return "à la page « Modifier mon compte »", "/mon-compte"


ACTS = (set_aside, refuse_a_modification, refuse_a_correction)


@pytest.mark.parametrize("act", ACTS)
def test_the_guardian_is_told_that_something_awaits_never_what(act):
    where, page = act(a_minor())

    told = Message.objects.get(recipient="anne@exemple.test")
    assert told.kind == "guardian_awaited"
    assert where in told.body
    assert f"{page}\n" in told.body
    assert "refus" not in told.body.casefold()
    assert "écart" not in told.body.casefold()


@pytest.mark.parametrize("act", ACTS)
def test_a_guardian_without_a_mail_is_told_by_a_letter_at_home(act):
    act(a_minor(guardian=""))

    letter = Letter.objects.get(message__kind="guardian_awaited")
    assert letter.address[0] == "Anne Le Goff"
    assert letter.has_own_envelope
    assert "Par discrétion, ce courrier n'en dit pas plus." in letter.message.body
    assert "http" not in letter.message.body


def restore(registration):
    deciding.decide(
        registration=again(registration),
        decision=RESTORE,
        reason="",
        by=OPERATOR,
        at=NOW + timedelta(hours=1),
    )


def test_once_it_is_restored_the_guardian_is_not_left_with_the_alarm():
    registration = a_minor()
    set_aside(registration)

    restore(registration)

    told = Message.objects.filter(recipient="anne@exemple.test", kind="guardian_awaited")
    assert told.count() == 2


def test_of_two_letters_at_home_the_one_that_waits_is_printed_no_more():
    registration = a_minor(guardian="")
    set_aside(registration)

    restore(registration)

    letters = Letter.objects.filter(message__kind="guardian_awaited").order_by("pk")
    assert [one.state for one in letters] == [LetterState.OVERTAKEN, LetterState.TO_PRINT]


def test_a_letter_home_that_waits_is_printed_no_more_once_a_mail_tells_the_guardian():
    registration = a_minor(guardian="")
    set_aside(registration)
    Registration.objects.filter(pk=registration.pk).update(guardian_email="anne@exemple.test")

    restore(registration)

    assert Letter.objects.get(message__kind="guardian_awaited").state == LetterState.OVERTAKEN


def test_home_is_where_the_record_says_since_it_was_corrected():
    registration = a_minor(a_record(**MINOR), guardian="")
    reach_at(registration.candidate, reached={"address_1": "99 rue Neuve"})

    set_aside(registration)

    letter = Letter.objects.get(message__kind="guardian_awaited")
    assert letter.address == ["Anne Le Goff", "99 rue Neuve", "59000 LILLE"]


@pytest.mark.parametrize("act", ACTS)
def test_of_who_is_of_age_nobody_else_is_told(act):
    act(a_registration())

    assert not Message.objects.filter(kind="guardian_awaited").exists()


def test_where_no_mail_is_registered_it_is_the_last_that_a_request_was_signed_with():
    registration = a_minor(guardian="")
    for wish, email in ((THIRD, "un@exemple.test"), (HALF, "deux@exemple.test"), (READER, "")):
        write(registration, Wish(wish))
        sign(registration, email=email)

    assert guardians.guardian_address(again(registration)) == "deux@exemple.test"


def test_an_address_that_was_signed_with_and_is_the_minors_by_now_is_no_guardians():
    registration = a_minor(guardian="")
    write(registration)
    sign(registration, email="anne@exemple.test")
    accounts.change_address(registration.candidate.user, email="anne@exemple.test")

    assert guardians.guardian_address(again(registration)) == ""


# --- What was asked late, of which there is no registration --------------------------------------


def refuse_a_late_registration(
    guardian="anne@exemple.test",
    *,
    is_written_to=False,
    is_own=False,
    kept_at="",
    typed=None,
    **person,
):
    load_invented(("    pieces:\n", "    inscription_tardive: oui\n    pieces:\n"))
    draft = a_draft(
        a_candidate(**{**MINOR, **person}),
        informations={"national_service": "RECENSE", "category": "FORM"},
        qualification={"experience": "3"},
        identification={
            "guardian_name": "Anne Le Goff",
            "guardian_phone": "06 39 98 12 35",
            "guardian_email": guardian,
        },
    )
    at = draft.service.closes_at + timedelta(days=2)
    by = author(draft.candidate)
    asked = late.send(draft=draft, reason="Malade", proof=[], by=by, at=at)
    while is_written_to and addressing.may_write(guardian, network=None, at=at):
        pass
    if is_own:
        accounts.change_address(draft.candidate.user, email=guardian)
    if kept_at:
        where = {"address_1": kept_at, "postcode": "59000", "town": "LILLE"}
        Candidate.objects.filter(pk=draft.candidate_id).update(**where)
    if typed:
        row = draft.answers.get(section="identification")
        SectionAnswers.objects.filter(pk=row.pk).update(answers={**row.answers, **typed})
    asked = LateRequest.objects.get(pk=asked.pk)
    late.refuse(request=asked, answer="Trop vague", by=MANAGER, at=at)
    return draft


def test_the_guardian_of_a_minor_is_told_of_a_late_registration_that_is_refused():
    draft = refuse_a_late_registration()

    told = Message.objects.get(kind="guardian_awaited")
    assert told.recipient == "anne@exemple.test"
    assert "à la page de sa demande d'inscription tardive" in plain(told.body)
    assert f"/{draft.pk}/" in told.body
    assert "n°" not in told.subject
    assert "refus" not in told.body.casefold()


def test_without_a_mail_they_are_told_of_it_by_a_letter_at_home():
    refuse_a_late_registration(guardian="")

    letter = Letter.objects.get(message__kind="guardian_awaited")
    assert letter.address[:2] == ["Anne Le Goff", "12 rue des Îles"]
    assert "http" not in letter.message.body


def test_home_is_what_the_office_keeps_of_the_candidate_before_what_was_typed():
    refuse_a_late_registration(guardian="", kept_at="5 quai du Wault")

    letter = Letter.objects.get(message__kind="guardian_awaited")
    assert letter.address == ["Anne Le Goff", "5 quai du Wault", "59000 LILLE"]


@pytest.mark.parametrize(("postcode", "is_minor"), [("59000", True), ("97400", False)])
def test_of_age_on_the_day_by_the_clock_of_the_address_that_was_typed(postcode, is_minor):
    """Two days after the closing it is one minute to midnight in Lille, and morning in Saint-Denis."""
    refuse_a_late_registration(
        typed={"postcode": postcode}, birth_year=2008, birth_month=12, birth_day=18
    )

    assert Message.objects.filter(kind="guardian_awaited").exists() is is_minor


def test_of_it_no_mail_too_many_is_written_and_a_letter_goes_home():
    refuse_a_late_registration(is_written_to=True)

    letter = Letter.objects.get(message__kind="guardian_awaited")
    assert letter.address[:2] == ["Anne Le Goff", "12 rue des Îles"]


def test_whose_account_has_the_address_of_their_guardian_is_not_told_of_it_twice():
    refuse_a_late_registration(is_own=True)

    assert Message.objects.get(kind="late_refused").recipient == "anne@exemple.test"
    assert not Message.objects.filter(kind="guardian_awaited").exists()


def test_of_who_is_of_age_nobody_is_told_of_it():
    refuse_a_late_registration(birth_year=1998)

    assert not Message.objects.filter(kind="guardian_awaited").exists()
