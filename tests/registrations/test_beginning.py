"""Drafts begun: journalled once each, and not without end."""

from datetime import timedelta
from functools import partial

import pytest

from sporades.acts.registrations import (
    deciding,
    late,
    leaving,
    moving,
    registering,
    requesting,
    standing_in,
)
from sporades.core.days import midnight
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.exams.queries import last_date_of
from sporades.journal.models import Entry
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import (
    LONGEST_ANSWER,
    AlreadyRegistered,
    Closed,
    ExamOver,
    TooLong,
    TooManyBegun,
)
from sporades.registrations.states import SET_ASIDE
from tests.endurance.arena import first
from tests.evidence.given import again
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    author,
    load_invented,
    without_exclusion,
)
from tests.registrations.test_asking_late import YES
from tests.web.registry.world import a_member

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def verbs():
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def test_a_modification_asked_for_again_is_the_same_one_and_is_journalled_once():
    registration = a_registration()
    by = author(registration.candidate)

    drafts = [
        registering.amend(registration=registration, by=by, at=NOW + number * SECOND)
        for number in range(3)
    ]

    assert len({draft.pk for draft in drafts}) == 1
    assert verbs().count("modification begun") == 1


def test_a_withdrawal_undone_again_is_the_same_draft_and_is_journalled_once():
    registration = a_registration()
    by = author(registration.candidate)
    leaving.withdraw(registration=registration, by=by, at=NOW)

    drafts = [
        registering.begin_again(registration=registration, by=by, at=NOW + number * SECOND)
        for number in range(3)
    ]

    assert len({draft.pk for draft in drafts}) == 1
    assert verbs().count("registration begun again") == 1


def loop(begin):
    """Begin and abandon, fifty times; return the refusals."""
    refused = []
    for number in range(50):
        at = NOW + number * SECOND
        try:
            drafting.abandon(draft=begin(at), at=at)
        except TooManyBegun as refusal:
            refused.append(str(refusal))
    return refused


def test_forty_drafts_are_begun_in_a_day_and_no_more():
    registration = a_registration()
    by = author(registration.candidate)

    refused = loop(lambda at: registering.amend(registration=registration, by=by, at=at))

    assert Draft.objects.count() == 40
    assert verbs().count("modification begun") == 39
    assert len(refused) == 11
    assert "Reprenez celle qui est ouverte, ou attendez demain" in refused[0]


def test_a_new_registration_is_begun_forty_times_in_a_day_too_and_again_the_day_after():
    first = a_draft()
    drafting.abandon(draft=first, at=NOW)

    refused = loop(lambda at: a_draft(first.candidate, at=at))
    later = a_draft(first.candidate, at=NOW + timedelta(days=1, minutes=1))

    assert (len(refused), later.is_open) == (11, True)


def test_what_is_open_is_taken_up_however_much_was_begun():
    registration = a_registration()
    by = author(registration.candidate)
    for number in range(38):
        at = NOW + number * SECOND
        begun = registering.amend(registration=registration, by=by, at=at)
        drafting.abandon(draft=begun, at=at)
    last = registering.amend(registration=registration, by=by, at=NOW + timedelta(hours=1))

    again = registering.amend(registration=registration, by=by, at=NOW + timedelta(hours=2))

    assert (Draft.objects.count(), again) == (40, last)


# --- From what was filed ---------------------------------------------------------------------


@pytest.fixture
def agent(db):
    return a_member("agent@exemple.test", "manager", ["A09", "A25"])


def left(candidate=None, *, at=NOW):
    """File a registration, and leave it."""
    registration = a_registration(candidate, at=at)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=at)
    return again(registration)


def by_office(registration, agent, *, at=NOW):
    return standing_in.begin_for_who_left(
        registration=registration, author=agent, by=OPERATOR, at=at
    )


def last_minute_of_exam(registration):
    """Return the last minute of the last day of its exam."""
    service = registration.service
    last = last_date_of(service, exam=registration.exam.code, regulation=registration.regulation_id)
    return midnight(last + DAY, service.zone) - timedelta(minutes=1)


def test_what_is_left_is_not_modified_any_more_by_its_candidate_nor_by_its_office(agent):
    registration = left()

    with pytest.raises(Refused, match="n'est plus en cours : elle ne peut pas être modifiée"):
        registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    with pytest.raises(Refused, match="n'est plus en cours : elle ne peut pas être modifiée"):
        standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=NOW)

    assert not Draft.objects.unfiled().exists()


def test_a_modification_is_asked_for_late_until_its_exam_is_over():
    registration = a_registration()
    by, last = author(registration.candidate), last_minute_of_exam(registration)

    with pytest.raises(ExamOver):
        requesting.begin(registration=registration, by=by, at=last + timedelta(minutes=1))
    draft = requesting.begin(registration=registration, by=by, at=last)

    assert draft.amends == registration


def test_what_its_office_was_typing_follows_a_registration_once_it_is_opened_there(agent):
    registration = a_registration()
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=NOW)
    answer_all(draft, {"qualification": {"diploma": "CAP", "experience": "7"}})
    Draft.objects.filter(pk=draft.pk).update(answered_at=NOW + SECOND)
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="Essai", by=OPERATOR, at=NOW
    )

    opened = standing_in.amend(
        registration=again(registration), author=agent, by=OPERATOR, at=NOW + DAY
    )

    assert opened == draft
    kept = Draft.objects.get(pk=draft.pk)
    assert (kept.service.academy_id, kept.is_placed) == ("A25", True)
    assert kept.answers.get(section="qualification").answers["experience"] == "7"


def test_a_modification_changes_academy_by_its_office_alone():
    registration = a_registration()
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)

    with pytest.raises(Refused, match="qu'à la demande du service gestionnaire"):
        drafting.move(draft=draft, service=RegistrationService.objects.get(academy="A25"), at=NOW)

    assert Draft.objects.get(pk=draft.pk).service.academy_id == "A09"


def test_an_answer_that_no_question_takes_leaves_the_one_before():
    draft = a_draft()
    longest = {"diploma": "B" * LONGEST_ANSWER, "experience": "3"}
    keep = partial(drafting.answer, draft=draft, section="qualification", seen_revision=None)
    keep(typed=longest, at=NOW)

    with pytest.raises(TooLong):
        keep(typed={**longest, "diploma": "B" * (LONGEST_ANSWER + 1)}, at=NOW)

    assert draft.answers.get(section="qualification").answers == longest


def test_what_stands_is_not_begun_again_nor_what_another_stands_instead_of():
    candidate = a_candidate()
    first = left(candidate)
    second = a_registration(candidate)

    for one in (first, second):
        with pytest.raises(AlreadyRegistered):
            registering.begin_again(registration=again(one), by=author(candidate), at=NOW)

    assert not Draft.objects.unfiled().exists()


def test_what_was_begun_elsewhere_comes_back_to_where_the_registration_was_with_what_is_typed():
    registration = left()
    begun = a_draft(registration.candidate, academy="A25")
    begun.answers.exclude(section="qualification").delete()
    begun.answers.update(answers={"diploma": "CAP", "experience": "7"})
    Draft.objects.filter(pk=begun.pk).update(is_placed=True)
    Registration.objects.filter(pk=registration.pk).update(publishes_name=True)

    draft = registering.begin_again(
        registration=again(registration), by=author(registration.candidate), at=NOW
    )

    assert draft == begun
    kept = Draft.objects.get(pk=draft.pk)
    assert (kept.service.academy_id, kept.is_placed, kept.amends) == ("A09", False, None)
    tabs = dict(kept.answers.values_list("section", "answers"))
    assert tabs["qualification"]["experience"] == "7"
    assert tabs["epreuves"]["option-E3"] == "NAGE"
    assert tabs["supplementaires"]["publishes_name"] == "oui"


def test_one_that_its_office_had_placed_is_begun_again_where_it_was_placed():
    registration = left()
    Registration.objects.filter(pk=registration.pk).update(is_placed=True)
    begun = a_draft(registration.candidate)

    draft = registering.begin_again(
        registration=again(registration), by=author(registration.candidate), at=NOW
    )

    assert draft == begun
    assert Draft.objects.get(pk=draft.pk).is_placed


def test_what_is_begun_again_is_neither_what_its_office_types_nor_what_is_for_something_else(agent):
    without_exclusion()
    registration = left()
    by_office(registration, agent)
    a_draft(registration.candidate, speciality="FOREST")
    a_draft()
    others = list(Draft.objects.unfiled())

    draft = registering.begin_again(
        registration=registration, by=author(registration.candidate), at=NOW
    )

    assert draft not in others
    assert (draft.author, draft.candidate) == (None, registration.candidate)
    assert (draft.exam, draft.speciality) == (registration.exam, registration.speciality)


def test_the_office_begins_for_who_left_once_the_service_has_opened_until_the_exam_is_over(agent):
    registration = left()
    service, last = registration.service, last_minute_of_exam(registration)

    with pytest.raises(Closed):
        by_office(registration, agent, at=service.opens_at - SECOND)
    with pytest.raises(ExamOver):
        by_office(registration, agent, at=last + timedelta(minutes=1))
    draft = by_office(registration, agent, at=last)

    assert (draft.author, draft.amends, draft.candidate) == (agent, None, registration.candidate)
    assert draft.answers.get(section="epreuves").answers["option-E3"] == "NAGE"


def test_the_office_does_not_begin_for_who_has_not_left(agent):
    registration = a_registration()

    with pytest.raises(Refused, match="n'est pas désinscrite : modifiez-la"):
        by_office(again(registration), agent)


def test_the_office_does_not_begin_beside_what_stands_nor_against_what_was_set_aside(agent):
    candidate = a_candidate()
    registration, other = left(candidate), a_registration(candidate, at=NOW + SECOND)

    with pytest.raises(AlreadyRegistered):
        by_office(registration, agent)
    deciding.decide(
        registration=again(other), decision=SET_ASIDE, reason="Doublon.", by=OPERATOR, at=NOW + DAY
    )
    with pytest.raises(Refused, match="a été écartée depuis : rétablissez-la plutôt"):
        by_office(registration, agent)

    assert not Draft.objects.unfiled().exists()


# --- At once ---------------------------------------------------------------------------------


def filed(draft):
    registering.register(draft=draft, by=author(draft.candidate), at=NOW)


def asked_late(draft):
    there = RegistrationService.objects.filter(academy="A25")
    there.update(closes_at=draft.service.closes_at + timedelta(days=30))
    at = draft.service.closes_at + timedelta(days=1)
    late.send(draft=draft, reason="Panne", proof=[], by=author(draft.candidate), at=at)


def moved(draft, there):
    return drafting.move(draft=draft, service=there, at=NOW)


def begun_there(draft, there):
    choice = {"exam": draft.exam, "speciality": draft.speciality}
    return drafting.begin(candidate=draft.candidate, service=there, **choice, at=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("become", [filed, asked_late])
@pytest.mark.parametrize("go", [moved, begun_there])
def test_what_was_filed_or_sent_in_this_very_second_stays_in_its_academy(become, go, invented_exam):
    load_invented(YES)
    draft = a_draft()
    there = RegistrationService.objects.get(academy="A25")

    def hold(holds):
        become(Draft.objects.whole().get(pk=draft.pk))
        holds()

    _, outcome = first(hold, partial(go, draft, there))

    assert Draft.objects.get(pk=draft.pk).service.academy_id == "A09"
    assert isinstance(outcome, Refused) if go is moved else outcome == draft
