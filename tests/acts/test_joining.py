"""Accounts made, raced for, forgotten."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from sporades.accounts import operations as accounts
from sporades.accounts.models import Membership, User
from sporades.acts.people import addressing, changing, forgetting, joining
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, Identity
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import IDENTITY, NOON, in_threads, join, joined
from tests.factories import a_registration

# --- Races ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ten_sign_ups_racing_for_one_address_make_one_account():
    outcomes = in_threads(*[lambda: join(" Theo@Exemple.test")] * 5, *[join] * 5)

    assert all(isinstance(outcome, User) for outcome in outcomes)
    assert User.objects.count() == Candidate.objects.count() == Identity.objects.count() == 1
    assert Message.objects.filter(kind="activation").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_a_sign_up_and_an_import_racing_for_one_address_never_both_get_it(turn):
    @transaction.atomic
    def import_record():
        address = addressing.take_address("theo@exemple.test", at=NOON)
        return candidates.enrol(user=None, identity=IDENTITY, email=address, at=NOON)

    outcomes = in_threads(join, import_record)

    assert Candidate.objects.filter(email="theo@exemple.test").count() == 1
    assert not User.objects.exists()
    assert sum(isinstance(one, addressing.AddressKnown) for one in outcomes) <= 1


@pytest.mark.django_db
def test_a_sign_up_that_nobody_activated_gives_way_to_the_next_and_its_link_is_dead():
    first = join()
    second = join(birth_name="Martin")

    with pytest.raises(accounts.TooOld):
        joining.activate(first.pk, at=NOON)
    joining.activate(second.pk, at=NOON)
    assert Candidate.objects.get().identity.birth_name == "Martin"
    assert Identity.objects.count() == Message.objects.filter(kind="activation").count() == 1
    with pytest.raises(addressing.AddressKnown):
        join()


@pytest.mark.django_db
def test_a_stranger_who_signs_up_without_end_does_not_kill_the_link_of_the_last_mail():
    waiting = [join(birth_name=name) for name in ("Martin", "Roux", "Petit", "Noir")]

    assert [user.pk == waiting[1].pk for user in waiting] == [False, True, True, True]
    assert Candidate.objects.get().identity.birth_name == "Roux"
    joining.activate(waiting[1].pk, at=NOON)


@pytest.mark.django_db
def test_who_opened_a_mail_of_this_address_signs_up_anew_however_many_strangers_did():
    for _ in range(4):
        join()

    mine = join(birth_name="Martin", holds_letter_box=True)

    assert Message.objects.get().about_id == str(mine.pk)
    assert Candidate.objects.get().identity.birth_name == "Martin"


@pytest.mark.django_db
def test_an_address_confirmed_by_the_owner_of_an_account_is_taken_from_a_sign_up_that_waits():
    user = joined("ailleurs@exemple.test")
    waiting = join()
    change = accounts.ask_change(user, email="theo@exemple.test", at=NOON)

    changing.confirm_address_change(change.pk, at=NOON)

    assert not User.objects.filter(pk=waiting.pk).exists()
    assert Candidate.objects.get().email == "theo@exemple.test"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_activating_while_another_signs_up_ends_in_one_of_the_two(turn):
    user = join()

    outcomes = in_threads(lambda: joining.activate(user.pk, at=NOON), join)

    left = User.objects.get()
    lost = addressing.AddressKnown if left.pk == user.pk else accounts.TooOld
    assert (left.activated_at is not None) == (left.pk == user.pk)
    assert sum(isinstance(outcome, lost) for outcome in outcomes) == 1
    assert Candidate.objects.count() == Identity.objects.count() == 1


@pytest.mark.django_db
def test_the_database_itself_refuses_a_second_account_of_one_address():
    join()

    with pytest.raises(IntegrityError), transaction.atomic():
        get_user_model().objects.create(email="theo@exemple.test", created_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Nina@exemple.test", created_at=NOON)])


@pytest.mark.django_db(transaction=True)
def test_activating_while_the_sweep_deletes_ends_in_one_of_the_two():
    user = join()
    late = NOON + timedelta(hours=48, seconds=1)

    outcomes = in_threads(
        lambda: joining.activate(user.pk, at=NOON + timedelta(hours=48)),
        lambda: forgetting.delete_unactivated(at=late),
    )

    left = User.objects.filter(pk=user.pk).first()
    if left:
        assert left.activated_at is not None
        assert 0 in outcomes
    else:
        assert 1 in outcomes
        assert any(isinstance(outcome, accounts.TooOld) for outcome in outcomes)
        assert not Candidate.objects.exists()


# --- 48 hours -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "left"),
    [
        (timedelta(hours=47, minutes=59), 1),
        (timedelta(hours=48), 1),
        (timedelta(hours=48, minutes=1), 0),
    ],
)
def test_an_account_that_nobody_activates_is_gone_after_48_hours_with_its_data(age, left):
    join()

    forgetting.delete_unactivated(at=NOON + age)

    assert User.objects.count() == Candidate.objects.count() == Identity.objects.count() == left


@pytest.mark.django_db
def test_an_activated_account_is_never_swept():
    joined()

    assert forgetting.delete_unactivated(at=NOON + timedelta(days=100)) == 0
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_civil_data_given_twice_are_those_of_the_first_time():
    user = accounts.open_account(email="theo@exemple.test", password_hash="!", at=NOON)

    first = joining.complete(user, identity=IDENTITY, at=NOON)
    again = joining.complete(user, identity={**IDENTITY, "first_names": "Léo"}, at=NOON)

    assert again == first
    assert (again.identity.first_names, Identity.objects.count()) == ("Théo", 1)
    assert Entry.objects.filter(verb="identity given").count() == 1


@pytest.mark.django_db
def test_a_failure_leaves_neither_account_nor_mail():
    with pytest.raises(KeyError):
        joining.join(identity={}, email="theo@exemple.test", password="x", at=NOON)

    assert not User.objects.exists()
    assert not Message.objects.exists()
    assert not Entry.objects.filter(verb="account opened").exists()


# --- Six months ----------------------------------------------------------------------------------------


def days(count):
    return NOON + timedelta(days=count)


@pytest.mark.django_db
def test_an_account_without_a_registration_is_warned_thirty_days_before_and_erased_at_six_months():
    joined()

    assert forgetting.warn_unused(at=days(152)) == 0
    assert forgetting.warn_unused(at=days(153)) == 1
    assert forgetting.warn_unused(at=days(160)) == 0
    message = Message.objects.get(kind="account_unused")
    assert "27 mai 2027" in message.body
    assert forgetting.erase_unused(at=days(182)) == 0
    assert forgetting.erase_unused(at=days(183)) == 1
    assert not User.objects.exists()
    assert not Identity.objects.exists()


@pytest.mark.django_db
def test_west_of_paris_the_day_that_is_said_is_not_over_before_it_is_said_to_be():
    joined()
    at_night = days(153) + timedelta(hours=17, minutes=40)

    assert forgetting.warn_unused(at=at_night) == 1

    erased_at = at_night + accounts.WARNED_BEFORE
    assert f"{erased_at.astimezone(ZoneInfo('Pacific/Tahiti')):%d/%m}" == "27/05"
    assert "le 27 mai 2027" in Message.objects.get(kind="account_unused").body


@pytest.mark.django_db
def test_an_account_is_not_erased_without_its_warning():
    joined()

    assert forgetting.erase_unused(at=days(400)) == 0
    forgetting.warn_unused(at=days(400))
    assert forgetting.erase_unused(at=days(429)) == 0
    assert forgetting.erase_unused(at=days(430)) == 1


@pytest.mark.django_db
def test_signing_in_after_the_warning_keeps_the_account_six_months_more():
    user = joined()
    forgetting.warn_unused(at=days(153))
    User.objects.filter(pk=user.pk).update(last_login=days(170))

    assert forgetting.erase_unused(at=days(200)) == 0
    assert forgetting.warn_unused(at=days(170 + 153)) == 1
    assert forgetting.erase_unused(at=days(170 + 183)) == 1


def test_a_saved_registration_or_a_membership_keeps_an_account(invented_exam):
    candidate = a_registration(at=NOON).candidate
    manager = joined("agent@exemple.test")
    Membership.objects.create(
        user=manager, role="manager", full_name="Camille Petit", academies=["A09"]
    )

    forgetting.warn_unused(at=days(300))
    forgetting.erase_unused(at=days(400))

    assert User.objects.count() == 2
    assert not Message.objects.filter(kind="account_unused").exists()
    with pytest.raises(candidates.Frozen):
        candidates.erase(candidate)


# --- Civil data -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_correction_before_any_registration_leaves_no_trace_of_what_was_wrong():
    user = joined()
    candidate = user.candidate

    changing.change_identity(
        candidate,
        identity={**IDENTITY, "first_names": "Théo Paul"},
        by=joining.author(user),
        at=NOON,
    )

    candidate.refresh_from_db()
    assert candidate.identity.first_names == "Théo Paul"
    assert Identity.objects.count() == 1
    entry = Entry.objects.get(verb="identity changed")
    assert entry.payload == {"after": ["first_names"]}


@pytest.mark.django_db
def test_from_the_first_saved_registration_on_civil_data_are_frozen_and_numbered():
    candidate = joined().candidate

    candidates.freeze_identity(candidate, at=NOON)
    number = candidate.number
    candidates.freeze_identity(candidate, at=days(1))

    assert candidate.is_frozen
    assert (candidate.number, candidate.frozen_at) == (number, NOON)
    with pytest.raises(candidates.Frozen):
        candidates.change_identity(candidate, identity={**IDENTITY, "civility": "mme"}, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_correction_and_a_filing_at_the_same_instant_never_change_frozen_data():
    candidate = joined().candidate
    before = candidate.identity_id

    outcomes = in_threads(
        lambda: candidates.change_identity(
            Candidate.objects.get(), identity={**IDENTITY, "civility": "mme"}, at=NOON
        ),
        lambda: candidates.freeze_identity(Candidate.objects.get(), at=NOON),
    )

    candidate = Candidate.objects.get()
    was_changed = True in outcomes
    assert (candidate.identity_id != before) == was_changed
    assert candidate.is_frozen
    assert was_changed or any(isinstance(outcome, candidates.Frozen) for outcome in outcomes)


@pytest.mark.django_db(transaction=True)
def test_a_candidate_takes_one_number_however_many_registrations_are_saved_at_once():
    joined()

    in_threads(
        *[lambda: candidates.freeze_identity(Candidate.objects.get(), at=NOON) for _ in range(8)]
    )
    numbers = in_threads(
        *[lambda: candidates.take_number(Candidate.objects.get()) for _ in range(8)]
    )

    assert len(set(numbers)) == 1
    assert len(numbers[0]) == 8


@pytest.mark.django_db
def test_an_identity_is_never_rewritten():
    identity = joined().candidate.identity
    identity.birth_name = "Autre"

    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        identity.save()
