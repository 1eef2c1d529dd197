"""Consents changed at any time: what comes afterwards does not undo them (D6)."""

from datetime import timedelta
from functools import partial

import pytest

from sporades.acts.registrations import leaving, registering
from sporades.journal.models import Entry
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import NothingAmended, Overtaken
from tests.factories import NOW, a_candidate, a_draft, a_registration, author

LATER = NOW + timedelta(hours=1)


def choose(registration, *, publishes, shares, at=LATER):
    registering.choose_consents(
        registration=registration,
        publishes=publishes,
        shares=shares,
        by=author(registration.candidate),
        at=at,
    )


def leave(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=LATER)


def consents(registration):
    return Registration.objects.values_list("publishes_name", "shares_name").get(pk=registration.pk)


def test_no_unless_said_and_changed_at_any_time_even_closed():
    registration = a_registration()
    assert consents(registration) == (False, False)

    choose(
        registration,
        publishes=True,
        shares=False,
        at=registration.service.closes_at + timedelta(days=90),
    )

    assert consents(registration) == (True, False)
    [entry] = Entry.objects.filter(verb="consents chosen")
    assert entry.payload == {
        "before": {"publishes_name": False, "shares_name": False},
        "after": {"publishes_name": True, "shares_name": False},
    }


def test_what_another_page_had_read_before_is_not_said_to_have_stood():
    registration = a_registration()
    read_before = Registration.objects.get(pk=registration.pk)
    choose(registration, publishes=True, shares=False)

    choose(read_before, publishes=True, shares=True, at=LATER + timedelta(minutes=1))

    last = Entry.objects.filter(verb="consents chosen").latest("at")
    assert last.payload["before"] == {"publishes_name": True, "shares_name": False}


def test_the_same_choice_again_is_not_written_twice():
    registration = a_registration()
    choose(registration, publishes=True, shares=True)

    choose(Registration.objects.get(pk=registration.pk), publishes=True, shares=True)

    assert Entry.objects.filter(verb="consents chosen").count() == 1


def test_the_choice_that_stood_gives_nothing_to_file():
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)

    choose(registration, publishes=False, shares=False)

    with pytest.raises(NothingAmended):
        registering.register(draft=draft, by=by, at=LATER)


def test_who_leaves_is_reminded_anew_of_what_they_began_and_nobody_else():
    """What they began may be kept out by the registration that they leave."""
    registration = a_registration()
    mine = a_draft(registration.candidate, speciality="FOREST")
    theirs = a_draft(a_candidate(email="autre@exemple.test"))
    Draft.objects.filter(pk__in=[mine.pk, theirs.pk]).update(reminded_of=NOW)

    leave(registration)

    left = Draft.objects.unfiled().filter(reminded_of=None).values_list("pk", flat=True)
    assert list(left) == [mine.pk]


def test_a_modification_begun_afterwards_starts_from_the_choice_and_keeps_it():
    registration = a_registration()
    by = author(registration.candidate)
    choose(registration, publishes=True, shares=False)

    draft = registering.amend(registration=registration, by=by, at=LATER)
    version = registering.register(draft=draft, by=by, at=LATER)

    assert consents(registration) == (True, False)
    assert version.snapshot["answers"]["supplementaires"]["publishes_name"] == "oui"


def test_a_modification_open_meanwhile_takes_the_choice_with_it():
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)

    choose(registration, publishes=True, shares=True)
    registering.register(draft=draft, by=by, at=LATER)

    assert consents(registration) == (True, True)


@pytest.mark.parametrize("act", [partial(choose, publishes=True, shares=True), leave])
def test_what_others_are_typing_is_neither_changed_nor_erased(act):
    registration, neighbour = a_registration(), a_registration()
    theirs = registering.amend(registration=neighbour, by=author(neighbour.candidate), at=NOW)
    typed = dict(theirs.answers.values_list("section", "answers"))

    act(registration)

    theirs.refresh_from_db()
    assert theirs.is_open
    assert dict(theirs.answers.values_list("section", "answers")) == typed
    assert consents(neighbour) == (False, False)


def test_a_page_of_the_modification_shown_before_the_choice_does_not_undo_it_unseen():
    registration = a_registration()
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    shown = draft.answers.get(section="supplementaires")
    choose(registration, publishes=True, shares=False)

    with pytest.raises(Overtaken):
        drafting.answer(
            draft=draft,
            section="supplementaires",
            typed={**shown.answers, "q-equipe": "BLEU"},
            seen_revision=shown.revision,
            at=LATER,
        )


def test_a_registration_begun_again_keeps_the_choice_of_the_one_withdrawn():
    registration = a_registration()
    by = author(registration.candidate)
    choose(registration, publishes=True, shares=False)
    leaving.withdraw(
        registration=Registration.objects.whole().get(pk=registration.pk), by=by, at=LATER
    )

    draft = registering.begin_again(
        registration=Registration.objects.whole().get(pk=registration.pk), by=by, at=LATER
    )
    version = registering.register(draft=draft, by=by, at=LATER)

    assert consents(version.registration) == (True, False)


def test_what_was_filed_stays_as_it_was_typed_whatever_is_chosen_afterwards():
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    shown = draft.answers.get(section="supplementaires")
    typed = {**shown.answers, "publishes_name": "oui"}
    drafting.answer(draft=draft, section="supplementaires", typed=typed, seen_revision=None, at=NOW)
    registering.register(draft=draft, by=by, at=NOW)

    choose(registration, publishes=False, shares=True)

    assert consents(registration) == (False, True)
    assert draft.answers.get(section="supplementaires").answers == typed
