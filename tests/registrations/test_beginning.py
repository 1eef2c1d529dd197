"""Drafts begun: journalled once each, and not without end."""

from datetime import timedelta

from sporades.acts.registrations import leaving, registering
from sporades.journal.models import Entry
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import TooManyBegun
from tests.factories import NOW, a_draft, a_registration, author

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
    assert "Reprenez celle qui est ouverte dans « Mes inscriptions »" in refused[0]


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
