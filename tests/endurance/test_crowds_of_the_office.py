"""A button pressed by many at once, a tab refused to a crowd: one mail, and every refusal counted."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction

from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, reach
from sporades.acts.identities import correcting
from sporades.acts.registrations import noting
from sporades.acts.writing import resending
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS, WRITTEN_ALONE
from sporades.batches.models import Batch
from sporades.candidates.operations import civil_data
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.mailings.models import Mailing
from sporades.registrations import counting
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import RefusedAnswer, Registration
from sporades.registrations.sections import IDENTIFICATION
from tests.endurance.arena import figure, now, together
from tests.factories import OPERATOR, a_candidate, a_draft, a_registration

ROUNDS = figure(3, 100)
PEOPLE = figure(6, 24)
TIMES = figure(10, 200)


def test_many_presses_at_once_send_one_mail_again(arena):
    for _ in range(ROUNDS):
        registration = a_registration(a_candidate(), at=now())
        refused = Message.objects.get(kind="registered", about_id=str(registration.pk))
        Message.objects.filter(pk=refused.pk).update(state=Message.State.REFUSED)
        press = partial(
            resending.send_again,
            message=refused,
            registration=registration,
            by=OPERATOR,
            at=now(),
        )

        outcomes = together(*[press] * 4)

        told = sorted(type(one).__name__ for one in outcomes)
        assert told == ["AlreadySentAgain"] * 3 + ["Message"]
        assert Message.objects.filter(again_of=refused).count() == 1


@pytest.fixture
def agent(arena):
    """Return a manager of Lille, who may write, and their perimeter."""
    a_registration(a_candidate(), at=now())
    user = User.objects.create_user("agent@exemple.test", "x", created_at=now())
    user.memberships.create(
        role=Membership.Role.MANAGER, full_name="Camille Agent", academies=["A09"]
    )
    return user, reach(user.memberships.all(), Permission.WRITE_MESSAGES)


def test_a_message_prepared_by_many_presses_at_once_is_one_batch_launched_once(agent):
    user, allowed = agent
    for _ in range(ROUNDS):
        Batch.objects.all().delete()
        Mailing.objects.all().delete()
        press = partial(
            batches.prepare_message,
            registrations=Registration.objects.all(),
            subject="Votre centre",
            text="Apportez une pièce d'identité.",
            reach=allowed,
            by=user,
            at=now(),
            sending=uuid4(),
        )

        prepared = together(*[press] * 4)

        made = Batch.objects.get()
        assert {one.pk for one in prepared} == {made.pk}
        assert Mailing.objects.get().pk == made.about
        assert made.lines.count() == 1
        launch = [
            partial(batches.launch, batch=one, by=allowed.perimeters[0].member, at=now())
            for one in prepared
        ]
        launched = sorted(type(one).__name__ for one in together(*launch))
        assert launched == ["Launched"] * 3 + ["NoneType"]
        acts = Entry.objects.filter(verb="batch launched", object_id=str(made.pk))
        assert acts.count() == 1


def test_an_action_prepared_by_many_presses_at_once_is_one_batch(agent):
    user, allowed = agent
    for _ in range(ROUNDS):
        Batch.objects.all().delete()
        press = partial(
            batches.prepare,
            registrations=Registration.objects.all(),
            action=ACTIONS["validate"],
            reason="",
            reach=allowed,
            by=user,
            at=now(),
            sending=uuid4(),
        )

        prepared = together(*[press] * 4)

        assert {one.pk for one in prepared} == {Batch.objects.get().pk}


def test_a_note_added_by_many_presses_at_once_is_one(arena):
    for _ in range(ROUNDS):
        registration = a_registration(a_candidate(), at=now())
        press = partial(
            noting.write_note,
            registration=registration,
            text="A téléphoné.",
            sending=uuid4(),
            by=OPERATOR,
            at=now(),
        )

        written = together(*[press] * 4)

        assert {one.pk for one in written} == {registration.notes.get().pk}
        assert (
            Entry.objects.filter(verb="note written", object_id=str(registration.pk)).count() == 1
        )


def test_civil_data_corrected_by_many_presses_at_once_are_corrected_once(arena):
    for _ in range(ROUNDS):
        registration = a_registration(a_candidate(), at=now())
        press = partial(
            correcting.correct_identity,
            registration=registration,
            identity={**civil_data(registration.candidate.identity), "usage_name": "Kermarrec"},
            seen=registration.candidate.identity_id,
            proof="Carte d'identité",
            by=OPERATOR,
            at=now(),
        )

        assert together(*[press] * 4) == [1] * 4

        assert registration.versions.count() == 2


def test_two_messages_launched_at_once_never_pass_what_one_writes_alone(arena):
    a_registration(a_candidate(), at=now())
    for email, role in (("agent@exemple.test", "manager"), ("cheffe@exemple.test", "head")):
        user = User.objects.create_user(email, "x", created_at=now())
        Membership.objects.create(user=user, role=role, full_name="Camille", academies=["A09"])
    author = User.objects.get(email="agent@exemple.test")
    allowed = reach(author.memberships.all(), Permission.WRITE_MESSAGES)
    by = allowed.perimeters[0].member
    for _ in range(ROUNDS):
        Batch.objects.all().delete()
        pair = [
            batches.prepare_message(
                registrations=Registration.objects.all(),
                subject="Votre centre",
                text="Apportez une pièce d'identité.",
                reach=allowed,
                by=author,
                at=now(),
            )
            for _ in range(2)
        ]
        for one in pair:
            one.total = WRITTEN_ALONE - 1
            one.save(update_fields=["total"])

        outcomes = together(*[partial(batches.launch, batch=one, by=by, at=now()) for one in pair])

        assert outcomes == [None, None]
        states = Batch.objects.order_by("state").values_list("state", flat=True)
        assert list(states) == ["proposed", "running"]


def test_a_crowd_that_is_refused_is_counted_to_the_last_while_it_is_added_up(arena):
    draft = a_draft(a_candidate(), at=now())
    day = now().date()
    form = IDENTIFICATION.form(dossier_of(draft, day=day), {"postcode": "5900"})
    each = len(counting._refused(form))
    assert each > 1

    def refuse():
        for _ in range(TIMES):
            counting.count_refused(draft=draft, section=IDENTIFICATION, form=form, at=now())

    def add_up():
        for _ in range(TIMES):
            counting.add_up()

    outcomes = together(*[refuse] * PEOPLE, add_up, add_up)

    assert outcomes == [None] * (PEOPLE + 2)
    counting.add_up()
    counts = list(RefusedAnswer.objects.values_list("count", "is_folded"))
    assert counts == [(PEOPLE * TIMES, True)] * each


@pytest.mark.parametrize("people", [1, PEOPLE])
def test_the_crowd_waits_for_nobody(arena, people):
    """Whoever holds a transaction open after being counted holds up no other."""
    draft = a_draft(a_candidate(), at=now())
    form = IDENTIFICATION.form(dossier_of(draft, day=now().date()), {"postcode": "5900"})
    count = partial(
        counting.count_refused, draft=draft, section=IDENTIFICATION, form=form, at=now()
    )

    with transaction.atomic():
        count()
        outcomes = together(*[count] * people)

    assert outcomes == [None] * people
