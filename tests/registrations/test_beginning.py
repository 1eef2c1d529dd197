"""Drafts begun: journalled once each, and not without end."""

from datetime import timedelta
from functools import partial

import pytest

from sporades.acts.registrations import late, leaving, registering
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import TooManyBegun
from tests.endurance.arena import first
from tests.factories import NOW, a_draft, a_registration, author, load_invented
from tests.registrations.test_asking_late import YES

SECOND = timedelta(seconds=1)


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
