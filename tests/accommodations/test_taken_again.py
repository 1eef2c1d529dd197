"""A decision that the office takes again: the former one is in force, and nobody undoes it (H4)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sporades.accommodations.contesting import final_at, papers_kept_until, presumed_at
from sporades.accommodations.granted import granted
from sporades.accommodations.models import Again, Case
from sporades.accommodations.operations import (
    DecidedMeanwhile,
    DecisionOn,
    NotTakenAgain,
    NotTheirs,
)
from sporades.accommodations.queries import last_case_of, proposals
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, OpinionAgain, State
from sporades.acts import accommodating
from sporades.acts.accommodating import reopening
from sporades.acts.medical import confiding
from sporades.core.refusals import ReasonMissing, Refused
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical.models import Paper
from sporades.medical.operations import compartment_of
from sporades.registrations.models import Registration
from tests.accommodations.asked import (
    HALF,
    MANAGER,
    READER,
    THIRD,
    a_doctor,
    a_minor,
    case_of,
    decide,
    entrust,
    find_incomplete,
    opine,
    reach,
    said_so,
    send,
    sign,
    taken_again,
    write,
)
from tests.factories import NOW, a_candidate, a_registration, author
from tests.medical.given import confide, found_clean
from tests.medical.given import write as comment


def again(registration):
    """Return a registration as its pages load it."""
    return Registration.objects.whole().get(pk=registration.pk)


def take_again(registration, *, has_opinion):
    reach(registration, State.NOTIFIED, Wish(THIRD, ("E1",)))
    return accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=has_opinion, by=MANAGER, at=NOW
    )


@pytest.mark.parametrize("has_opinion", [True, False], ids=["as opined", "to be opined again"])
def test_a_decision_that_is_taken_again_waits_since_it_was(registration, has_opinion):
    reach(registration, State.NOTIFIED)
    later = NOW + timedelta(days=10)

    made = accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=has_opinion, by=MANAGER, at=later
    )

    made.refresh_from_db()
    assert (made.asked_at, made.since) == (NOW, later)
    if not has_opinion:
        entrust(registration, at=later + timedelta(days=1))
        assert case_of(registration).since == later + timedelta(days=1)


@pytest.mark.parametrize("has_opinion", [True, False], ids=["as opined", "to be opined again"])
def test_its_candidate_is_told_whether_something_is_to_be_given_again(registration, has_opinion):
    take_again(registration, has_opinion=has_opinion)

    told = Message.objects.filter(kind="something_awaits").latest("pk")
    assert ("Rien ne vous est demandé." in told.body) is has_opinion
    assert ("Il manque encore quelque chose d'obligatoire" in told.body) is not has_opinion


def test_what_is_notified_is_in_force_until_another_decision_is_notified(registration):
    take_again(registration, has_opinion=True)
    decide(registration, TIERS=DecisionOn(Decision.REFUSED, reason="Une autre mesure suffit."))
    assert case_of(registration).state == State.DECIDED
    assert granted(again(registration), "E1").measures

    accommodating.notify_decision(registration=again(registration), by=MANAGER, at=NOW)

    assert not granted(again(registration), "E1").measures


def test_its_candidate_takes_up_nothing_of_it(registration):
    made = take_again(registration, has_opinion=False)

    with pytest.raises(NotTheirs):
        accommodating.take_up(case=made, by=author(registration.candidate), at=NOW)

    made.refresh_from_db()
    assert made.state == State.ASKED


def _found_incomplete(registration):
    made = take_again(registration, has_opinion=False)
    find_incomplete(registration)
    return made


def test_its_candidate_changes_nothing_of_what_is_said_incomplete(registration):
    _found_incomplete(registration)

    for wishes in ((Wish(READER),), (Wish(THIRD, ("E1",)), Wish(READER)), (Wish(THIRD, ("E2",)),)):
        with pytest.raises(NotTheirs):
            write(registration, *wishes)
    write(registration, Wish(THIRD, ("E1",)))

    [asked] = case_of(registration).measures.all()
    assert (asked.code, asked.papers) == (THIRD, ["E1"])


def test_said_incomplete_it_is_answered_and_sent_again_as_it_was(registration):
    made = _found_incomplete(registration)

    send(registration, at=LATER)

    made.refresh_from_db()
    assert (made.state, made.asked_at) == (State.ASKED, LATER)


def test_what_would_be_chosen_anew_does_not_keep_it_from_being_sent_again():
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(HALF))
    taken_again(case_of(registration), why=Again.ERROR)
    said_so(registration)
    find_incomplete(registration)

    send(registration, at=LATER)

    assert case_of(registration).state == State.ASKED


def test_what_was_not_told_is_not_proposed_elsewhere(registration):
    reach(registration, State.DECIDED, Wish(THIRD, ("E1",)))
    other = again(registration)
    other.pk = -1

    assert proposals(other) == []


def test_its_candidate_is_told_that_something_waits_and_not_what(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD, ("E1",)))
    Message.objects.all().delete()

    accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW
    )

    [told] = Message.objects.all()
    assert (told.kind, "décision" in told.body) == ("something_awaits", False)


# --- A taking again that is cancelled -----------------------------------------------------------

LATER = NOW + timedelta(days=2)
WHY = "La décision a été reprise par erreur."


def cancel(case, *, reason=WHY, at=LATER):
    accommodating.cancel_taking_again(case=case, reason=reason, by=MANAGER, at=at)


@pytest.mark.parametrize("has_opinion", [True, False])
@pytest.mark.parametrize("steps", [(), (entrust,), (entrust, opine), (find_incomplete,)])
def test_cancelled_while_nothing_new_is_decided_the_former_decision_stands(
    registration, has_opinion, steps
):
    made = take_again(registration, has_opinion=has_opinion)
    for step in () if has_opinion else steps:
        step(registration)
    former = made.instead_of
    Message.objects.all().delete()

    cancel(made)

    made.refresh_from_db()
    assert (made.state, made.withdrawn_at, made.left_reason) == (State.WITHDRAWN, LATER, WHY)
    assert last_case_of(registration) == former
    assert granted(again(registration), "E1").measures
    [told] = Message.objects.all()
    assert (told.kind, WHY in told.body, "décision" in told.body) == (
        "something_awaits",
        False,
        False,
    )
    entry = Entry.objects.get(verb="accommodation taking again cancelled")
    assert entry.payload["after"] == {"case": made.pk}


def test_papers_of_health_are_again_those_of_a_decided_request(registration):
    made = take_again(registration, has_opinion=False)
    assert compartment_of(registration).erase_after is None

    cancel(made)

    found = compartment_of(registration)
    zone = registration.service.zone
    assert (found.doctor, found.is_closed) == (made.instead_of.doctor, True)
    assert found.erase_after == papers_kept_until(final_at(presumed_at(NOW, zone), zone), zone)


def _confide(registration):
    found_clean(confide(registration, at=NOW + timedelta(days=1)))


def _comment(registration):
    comment(registration, at=NOW + timedelta(days=1))


@pytest.mark.parametrize("give", [_confide, _comment])
def test_what_was_given_to_the_next_doctor_is_not_read_by_the_contested_one(
    registration, confided, give
):
    made = take_again(registration, has_opinion=False)
    give(registration)
    entrust(registration, a_doctor("autre@exemple.test"), at=NOW + timedelta(days=1))
    made.refresh_from_db()

    cancel(made)

    found = compartment_of(registration)
    assert found.doctor is None
    zone = registration.service.zone
    assert found.erase_after == papers_kept_until(final_at(presumed_at(NOW, zone), zone), zone)


def test_what_was_given_to_the_same_doctor_stays_theirs(registration, confided):
    made = take_again(registration, has_opinion=False)
    _confide(registration)
    entrust(registration, at=NOW + timedelta(days=1))

    cancel(made)

    assert compartment_of(registration).doctor == made.instead_of.doctor


@pytest.mark.parametrize("is_theirs", [True, False])
def test_taken_again_on_the_former_opinion_its_doctor_reads_nothing_that_was_for_another(
    registration, confided, is_theirs
):
    made = take_again(registration, has_opinion=False)
    _confide(registration)
    if is_theirs:
        entrust(registration, at=NOW + timedelta(days=1))
    made.refresh_from_db()
    cancel(made)
    former = made.instead_of
    again_made = taken_again(former, has_opinion=True, at=LATER)

    assert again_made.doctor == former.doctor
    assert compartment_of(registration).doctor == (former.doctor if is_theirs else None)
    if is_theirs:
        accommodating.reopen(case=again_made, why=OpinionAgain.UNCLEAR, by=MANAGER, at=LATER)
        return
    with pytest.raises(reopening.ForAnother):
        accommodating.reopen(case=again_made, why=OpinionAgain.UNCLEAR, by=MANAGER, at=LATER)
    cancel(again_made)
    assert compartment_of(registration).doctor is None


# --- What was given for another request ---------------------------------------------------------

MEANWHILE = NOW + timedelta(hours=1)


def _begin_another(registration):
    """Begin another request once a decision is notified, and confide a paper for it."""
    notified = reach(registration, State.NOTIFIED)
    write(registration, at=MEANWHILE)
    return notified, found_clean(confide(registration, at=MEANWHILE))


def _take_again_as_opined(notified, *, at=LATER):
    return accommodating.take_again(
        case=Case.objects.get(pk=notified.pk), why=Again.ERROR, has_opinion=True, by=MANAGER, at=at
    )


def _withdraw(registration):
    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=MEANWHILE)


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_what_was_confided_for_what_was_never_sent_is_read_by_no_doctor(
    registration, confided, is_withdrawn
):
    notified, paper = _begin_another(registration)
    if is_withdrawn:
        _withdraw(registration)

    made = _take_again_as_opined(notified)

    assert not Paper.objects.visible_to(notified.doctor).exists()
    with pytest.raises(reopening.ForAnother, match="et non pour ce médecin"):
        accommodating.reopen(case=made, why=OpinionAgain.UNCLEAR, by=MANAGER, at=LATER)
    confiding.take_back(paper=paper, by=author(registration.candidate), at=LATER)
    assert not Paper.objects.filter(pk=paper.pk).exists()


@pytest.mark.parametrize("is_theirs", [True, False])
def test_what_was_confided_for_another_request_is_read_by_its_own_doctor_alone(
    registration, confided, is_theirs
):
    notified, paper = _begin_another(registration)
    send(registration, at=MEANWHILE)
    entrust(
        registration,
        notified.doctor if is_theirs else a_doctor("autre@exemple.test"),
        at=MEANWHILE,
    )
    _withdraw(registration)

    _take_again_as_opined(notified)

    read = Paper.objects.visible_to(notified.doctor).filter(pk=paper.pk)
    assert read.exists() == is_theirs


def test_who_opined_on_what_was_given_is_asked_again(registration, confided):
    made = take_again(registration, has_opinion=False)
    _confide(registration)
    cancel(made)
    taken_again(made.instead_of, has_opinion=False, at=LATER)
    other = a_doctor("autre@exemple.test")
    entrust(registration, other, at=LATER)
    opine(registration, at=LATER)
    accommodating.reopen(case=case_of(registration), why=OpinionAgain.UNCLEAR, by=MANAGER, at=LATER)

    assert compartment_of(registration).doctor == other


def test_it_may_be_taken_again_afterwards(registration):
    cancel(take_again(registration, has_opinion=True))

    made = taken_again(last_case_of(registration), has_opinion=True, at=LATER)

    assert made.is_open


def test_once_something_new_is_decided_it_is_cancelled_no_more(registration):
    made = take_again(registration, has_opinion=True)
    decide(registration)

    with pytest.raises(DecidedMeanwhile):
        cancel(made)

    assert case_of(registration).state == State.DECIDED


def _told_to_the_guardian():
    """Return what was written to the guardian, the first first."""
    told = Message.objects.filter(recipient="anne@exemple.test").order_by("written_at", "pk")
    return list(told.values_list("kind", "written_at"))


def _of_a_minor():
    registration = a_minor()
    write(registration)
    for step in (sign, send, entrust, opine, decide):
        step(registration)
    accommodating.notify_decision(registration=again(registration), by=MANAGER, at=NOW)
    return registration


def test_the_guardian_who_contests_for_a_minor_is_told_that_it_is_taken_again_and_cancelled():
    registration = _of_a_minor()
    before = _told_to_the_guardian()
    later = [LATER, LATER + timedelta(days=1)]

    made = _take_again_as_opined(case_of(registration), at=later[0])
    cancel(made, at=later[1])

    assert _told_to_the_guardian()[len(before) :] == [("guardian_awaited", at) for at in later]


def test_what_another_candidate_has_begun_makes_way_for_nothing(registration):
    reach(registration, State.NOTIFIED)
    own = reach(registration, State.PREPARING)
    other = a_candidate(birth_name="Rivet", email="rivet@exemple.test")
    begun = reach(a_registration(other, informations={"has_disability": "oui"}), State.PREPARING)

    notified = Case.objects.get(state=State.NOTIFIED)
    accommodating.take_again(case=notified, why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW)

    for one in (own, begun):
        one.refresh_from_db()
    assert (own.state, begun.state) == (State.WITHDRAWN, State.PREPARING)


def test_the_guardian_who_signed_what_was_never_sent_is_told_that_it_makes_way():
    registration = _of_a_minor()
    notified = case_of(registration)
    write(registration, Wish(READER, ("E1",)), at=MEANWHILE)
    sign(registration, at=MEANWHILE)

    _take_again_as_opined(notified)

    told = Message.objects.get(kind="signed_request_withdrawn")
    assert told.recipient == "anne@exemple.test"
    assert "elle n'avait pas été envoyée" in told.body


def test_it_is_not_cancelled_twice_nor_without_a_reason(registration):
    made = take_again(registration, has_opinion=True)
    with pytest.raises(ReasonMissing):
        cancel(made, reason="")
    cancel(made)

    with pytest.raises(Refused, match="a changé entre-temps"):
        cancel(made)


def test_what_its_candidate_asked_for_is_not_cancelled_so(registration):
    case = reach(registration, State.ASKED)

    with pytest.raises(NotTakenAgain):
        cancel(case)


def test_the_database_lets_nothing_else_be_cancelled_with_a_reason(registration):
    case = reach(registration, State.WITHDRAWN)

    with pytest.raises(IntegrityError, match="is_cancelled"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(left_reason=WHY)
