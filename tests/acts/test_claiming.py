"""A record made by the office becomes an account's, by a one-time code (B8)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.crypto import salted_hmac

from sporades.accounts.models import AddressChange, Attempt, User
from sporades.accounts.operations import TooOld
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.people import (
    addressing,
    changing,
    claiming,
    enrolling,
    forgetting,
    joining,
    slips,
)
from sporades.acts.people.enrolling import HasAccount
from sporades.acts.registrations import registering
from sporades.candidates import claims
from sporades.candidates.models import Candidate, Channel, ClaimCode
from sporades.core.actors import Actor
from sporades.documents.codes import in_groups
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message, about_of
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from sporades.registrations.records import address_known_to, postal_address_of
from tests.acts.people import joined
from tests.documents.reading import pdf_text
from tests.endurance.arena import first, together
from tests.evidence.given import again
from tests.factories import (
    BY_LETTER,
    EVERYWHERE,
    IDENTITY,
    NOW,
    PASSWORD,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    author,
    load_invented,
    registered_in_two_academies,
)
from tests.requests import moved_house

BIRTH = (14, 3, 1998)
MANAGER = Actor("manager", "Claude Martin", "user:1")
open_exam = pytest.mark.usefixtures("invented_exam", "stopped_clock")


def given(record, at=NOW, seen=None):
    return claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=MANAGER, at=at, seen=seen)


def claim(code, *, birth=BIRTH, email="maelle@exemple.test", at=NOW, network="ici"):
    claiming.claim(code=code, birth=birth, email=email, password=PASSWORD, network=network, at=at)
    return User.objects.get(email=email)


def into(user, code, *, birth=BIRTH):
    claiming.claim_into(user, code=code, birth=birth, network="ici", at=NOW)


@open_exam
def test_a_record_becomes_the_accounts_with_its_registrations_and_documents():
    record = a_record()
    registration = a_registration(record)
    record.refresh_from_db()
    user = claim(given(record))

    record.refresh_from_db()
    assert (record.user, record.by_letter) == (None, True)
    joining.activate(user.pk, at=NOW)

    record.refresh_from_db()
    assert (record.user, record.email, record.channel) == (user, user.email, Channel.MAIL)
    assert Candidate.objects.count() == 1
    registration.folder.refresh_from_db()
    assert registration.folder.holder == user
    assert not ClaimCode.objects.exists()
    assert Entry.objects.get(verb="record claimed").actor_id == f"user:{user.pk}"
    told = dict(Message.objects.filter(kind__startswith="record_").values_list("kind", "recipient"))
    assert told == {"record_claimed": user.email, "record_taken": ""}
    claimed = Message.objects.get(kind="record_claimed").body
    assert "désormais par mail ; un courrier déjà écrit peut encore" in claimed


@pytest.mark.django_db
@pytest.mark.parametrize("birth", [(15, 3, 1998), (14, 4, 1998), (14, 3, 1999), (14, 3, None)])
def test_a_code_opens_nothing_with_any_other_day_month_or_year(birth):
    code = given(a_record())

    with pytest.raises(claiming.WrongCode):
        claim(code, birth=birth)

    assert not User.objects.exists()


@pytest.mark.django_db
def test_no_code_opens_the_record_of_whoever_has_an_account():
    record = a_record()
    code = given(record)
    # Whatever left it there: a code goes as its record is taken.
    user = joined(email="autre@exemple.test")
    Candidate.objects.filter(user=user).update(user=None)
    Candidate.objects.filter(pk=record.pk).update(
        user=user, email="une@exemple.test", channel=Channel.MAIL
    )

    with pytest.raises(claiming.WrongCode):
        claim(code)

    assert not User.objects.filter(email="maelle@exemple.test").exists()


@open_exam
def test_the_address_of_a_claimed_record_is_the_last_that_its_candidate_gave():
    registration = a_registration(a_record())
    joining.activate(claim(given(registration.candidate)).pk, at=NOW)
    record = Candidate.objects.get(pk=registration.candidate_id)
    by = author(record)

    draft = registering.amend(registration=again(registration), by=by, at=NOW)
    registering.register(draft=moved_house(draft, NOW), by=by, at=NOW)

    record.refresh_from_db()
    assert postal_address_of(record)["address_1"] == "3 quai du Wault"
    assert address_known_to(record, reach=EVERYWHERE)[0]["address_1"] == "3 quai du Wault"


@open_exam
def test_whose_address_stays_is_not_told_that_mails_go_elsewhere():
    record = a_record(email="maelle@exemple.test", channel=Channel.MAIL)
    joining.activate(claim(given(record)).pk, at=NOW)

    taken, claimed = (
        Message.objects.get(kind=kind, recipient="maelle@exemple.test").body
        for kind in ("record_taken", "record_claimed")
    )
    assert "Nos messages continuent d'arriver ici" in taken
    assert "et non plus ici" not in taken
    assert "Nos messages continuent de vous arriver à cette adresse." in claimed
    assert "par la poste" not in claimed


@open_exam
def test_both_messages_say_what_happened_and_whom_to_warn():
    record = a_record(email="avant@exemple.test", channel=Channel.MAIL)
    a_registration(record)
    joining.activate(claim(given(record)).pk, at=NOW)

    taken = Message.objects.get(kind="record_taken")
    claimed = Message.objects.get(kind="record_claimed")
    assert (taken.recipient, claimed.recipient) == ("avant@exemple.test", "maelle@exemple.test")
    assert "quelqu'un, sans doute vous, a rattaché votre dossier à un compte" in taken.body
    assert "Votre service gestionnaire : Bureau des essais de Lille" in taken.body
    assert "à l'adresse mail de ce compte, et non plus ici" in taken.body
    assert "Nos messages vous arrivent désormais à cette adresse." in claimed.body
    assert "/accueil" in claimed.body


@open_exam
def test_what_waited_to_be_printed_is_posted_as_it_was_written():
    record = a_record()
    a_registration(record)
    user = claim(given(record))

    joining.activate(user.pk, at=NOW)

    kinds = Letter.objects.waiting().values_list("message__kind", flat=True)
    assert sorted(kinds) == ["record_taken", "registered"]


@open_exam
def test_the_address_of_the_record_may_be_taken_and_no_other():
    record = a_record(email="maelle@exemple.test", channel=Channel.MAIL)
    a_record(email="autre@exemple.test", channel=Channel.MAIL)
    a_candidate(email="compte@exemple.test")
    code = given(record)

    for email in ("autre@exemple.test", "compte@exemple.test"):
        with pytest.raises(addressing.AddressKnown):
            claim(code, email=email)
    with pytest.raises(addressing.AddressKnown):
        addressing.take_address("maelle@exemple.test", at=NOW)
    joining.activate(claim(code).pk, at=NOW)

    assert Candidate.objects.get(user__email="maelle@exemple.test") == record
    # It is where they were written to: whose account it is, the message says as to any other.
    assert Message.objects.get(kind="record_taken").recipient == "maelle@exemple.test"


@open_exam
@pytest.mark.parametrize("changes", [{}, {"email": "avant@exemple.test", "channel": Channel.MAIL}])
def test_who_is_told_is_where_they_were_when_the_code_was_given(changes):
    record = a_record(**changes)
    a_registration(record)
    code = given(record)
    reached = {**BY_LETTER, "channel": "mail", "email": "agent@exemple.test", "town": "Douai"}
    enrolling.keep(
        record,
        reach=EVERYWHERE,
        reached=reached,
        identity=None,
        academy="A09",
        by=MANAGER,
        at=NOW,
    )

    joining.activate(claim(code, email="agent@exemple.test").pk, at=NOW)

    taken = Message.objects.get(kind="record_taken")
    assert taken.recipient == changes.get("email", "")
    if not changes:
        assert "59000 LILLE" in taken.letter.address


@open_exam
def test_a_code_opens_all_that_its_candidate_has_and_is_given_by_who_reaches_all():
    record = a_record()
    registered_in_two_academies(record)
    lille = Reach((Perimeter(frozenset({"A09"}), None, MANAGER),))

    with pytest.raises(enrolling.HeldElsewhere):
        claiming.give_code(record, reach=lille, academy="A09", by=MANAGER, at=NOW)

    assert not ClaimCode.objects.exists()
    assert given(record)


@open_exam
@pytest.mark.parametrize(
    ("code", "birth", "later"),
    [
        ("K7QF-9XW2-M4TB", BIRTH, timedelta()),
        (None, (15, 3, 1998), timedelta()),
        (None, (None, 3, 1998), timedelta()),
        (None, BIRTH, claims.LASTS),
        ("", BIRTH, timedelta()),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same_and_nothing_is_made(code, birth, later):
    right = given(a_record())

    with pytest.raises(claiming.WrongCode):
        claim(right if code is None else code, birth=birth, at=NOW + later)

    assert not User.objects.exists()
    assert not Message.objects.exists()


@open_exam
def test_the_last_instant_of_a_code_is_good():
    code = given(a_record())

    assert claim(code, at=NOW + claims.LASTS - timedelta(seconds=1)).activated_at is None


@open_exam
def test_a_code_that_was_posted_opens_after_the_key_of_the_service_was_changed(settings):
    settings.SECRET_KEY = "ancienne-cle-0123456789-" * 4
    code = given(a_record())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "nouvelle-cle-9876543210-" * 4

    assert claim(code).activated_at is None


@open_exam
def test_an_unknown_code_and_a_wrong_birth_date_ask_the_same_of_the_database():
    code = given(a_record())
    asked = []
    for tried, birth in ((code, (15, 3, 1998)), ("inconnu", BIRTH)):
        with CaptureQueriesContext(connection) as queries, pytest.raises(claiming.WrongCode):
            claim(tried, birth=birth, network=tried)
        asked.append(len(queries))

    assert asked[0] == asked[1]


@open_exam
def test_a_code_is_typed_as_people_type_it_and_kept_as_a_digest():
    code = given(a_record())

    claim(f" {in_groups(code).lower()} ")

    kept = ClaimCode.objects.values().get()
    assert len(code) == claims.LENGTH
    assert code not in str(kept)
    assert (
        kept["digest"]
        == salted_hmac("sporades.candidates.claims", code, algorithm="sha256").hexdigest()
    )


@open_exam
def test_five_wrong_birth_dates_end_a_code_and_a_new_one_begins_anew():
    record = a_record()
    code = given(record)
    for _ in range(claims.MOST_FAILURES):
        with pytest.raises(claiming.WrongCode):
            claim(code, birth=(1, 1, 1990))

    with pytest.raises(claiming.WrongCode):
        claim(code)
    fresh = given(record)
    with pytest.raises(claiming.WrongCode):
        claim(code)
    assert claim(fresh)


@open_exam
def test_a_network_tries_so_many_codes_and_no_more():
    code = given(a_record())
    for _ in range(100):
        with pytest.raises(claiming.WrongCode):
            claiming.claim_into(a_user(), code="faux", birth=BIRTH, network="la classe", at=NOW)

    with pytest.raises(claiming.TooManyTries):
        claim(code, network="la classe")
    assert claim(code, network="ailleurs")
    assert not Attempt.objects.filter(key__contains="classe").exists()


def a_user():
    user, _ = User.objects.get_or_create(
        email="essai@exemple.test", defaults={"created_at": NOW, "activated_at": NOW}
    )
    return user


@open_exam
def test_a_mistyped_address_is_mended_with_the_same_code():
    record = a_record()
    code = given(record)
    first = claim(code, email="malle@exemple.test")

    second = claim(code, email="maelle@exemple.test")

    assert not User.objects.filter(pk=first.pk).exists()
    joining.activate(second.pk, at=NOW)
    record.refresh_from_db()
    assert record.user == second


@open_exam
def test_who_begins_again_with_the_same_code_and_the_same_address_has_one_account():
    record = a_record()
    code = given(record)
    before = claim(code)

    user = claim(code)

    assert User.objects.get() == user != before
    joining.activate(user.pk, at=NOW)
    record.refresh_from_db()
    assert record.user == user


@open_exam
@pytest.mark.parametrize("waits", [True, False])
def test_where_no_mail_may_leave_the_record_is_not_said_to_be_taken(waits):
    code = given(a_record())
    if waits:
        joining.join(identity=IDENTITY, email="maelle@exemple.test", password=PASSWORD, at=NOW)
    before = set(User.objects.values_list("pk", flat=True))
    while addressing.may_write("maelle@exemple.test", network="ailleurs", at=NOW):
        pass

    with pytest.raises(joining.TooManyMails):
        claim(code)

    assert set(User.objects.values_list("pk", flat=True)) == before
    assert ClaimCode.objects.get().taken_by is None
    assert claim(code, at=NOW + timedelta(days=2))


@open_exam
def test_who_has_just_claimed_keeps_their_account_when_the_office_notes_its_address():
    record = a_record()
    user = claim(given(record))
    reached = {**BY_LETTER, "channel": "mail", "email": user.email}

    enrolling.keep(
        record,
        reach=EVERYWHERE,
        reached=reached,
        identity=None,
        academy="A09",
        by=MANAGER,
        at=NOW,
    )

    joining.activate(user.pk, at=NOW)
    record.refresh_from_db()
    assert (record.user, record.email) == (user, "maelle@exemple.test")


@open_exam
def test_an_account_that_nobody_activates_leaves_the_record_and_its_code():
    record = a_record()
    code = given(record)
    claim(code)

    forgetting.delete_unactivated(at=NOW + timedelta(hours=49))

    assert not User.objects.exists()
    assert Candidate.objects.get() == record
    assert claim(code, at=NOW + timedelta(hours=50))


@open_exam
def test_who_has_claimed_is_given_no_code_and_the_code_serves_once():
    record = a_record()
    code = given(record)
    joining.activate(claim(code).pk, at=NOW)

    with pytest.raises(claiming.WrongCode):
        claim(code, email="autre@exemple.test")
    with pytest.raises(HasAccount):
        given(record)


@open_exam
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_who_claims_a_record_takes_nothing_of_another(is_signed_in):
    record, other = a_record(), a_record()
    theirs = a_registration(other)
    given(other)

    if is_signed_in:
        user = a_candidate().user
        into(user, given(record))
    else:
        user = claim(given(record))
        joining.activate(user.pk, at=NOW)

    for one in (record, other, theirs.folder):
        one.refresh_from_db()
    assert (record.user, other.user, theirs.folder.holder) == (user, None, None)
    assert ClaimCode.objects.get().taken_by is None


@open_exam
def test_the_account_that_waits_gives_way_to_the_one_that_is_signed_in():
    record, own = a_record(), a_candidate().user
    code = given(record)
    waiting = claim(code)

    into(own, code)

    record.refresh_from_db()
    assert record.user == own
    assert not User.objects.filter(pk=waiting.pk).exists()
    with pytest.raises(TooOld):
        joining.activate(waiting.pk, at=NOW)


@open_exam
def test_who_signs_up_meanwhile_takes_no_record_that_another_has_claimed():
    record = a_record()
    user = claim(given(record))

    joined("autre@exemple.test", NOW)

    record.refresh_from_db()
    assert record.user is None
    joining.activate(user.pk, at=NOW)
    record.refresh_from_db()
    assert record.user == user


@open_exam
def test_an_account_that_is_signed_in_takes_the_record_in_the_place_of_its_own_empty_one():
    record = a_record()
    own = a_candidate(email="maelle@exemple.test")
    user = own.user

    into(user, given(record))

    record.refresh_from_db()
    assert record.user == user
    assert not Candidate.objects.filter(pk=own.pk).exists()


@open_exam
@pytest.mark.parametrize("is_left", [False, True], ids=["open", "abandoned"])
def test_what_its_account_had_begun_goes_to_the_record(is_left):
    record = a_record()
    a_registration(record)
    own = a_candidate(email="maelle@exemple.test")
    draft = a_draft(own)
    if is_left:
        drafting.abandon(draft=draft, at=NOW)

    Message.objects.create(
        kind="data_copy_ready",
        recipient=own.address,
        subject="Copie",
        body="Prête",
        key="copie",
        written_at=NOW,
        next_try_at=NOW,
        **about_of(own),
    )

    into(own.user, given(record))

    draft.refresh_from_db()
    assert draft.candidate == record
    # What was written of civil data that are nobody's any more goes with them.
    assert not Message.objects.filter(kind="data_copy_ready").exists()
    assert not Candidate.objects.filter(pk=own.pk).exists()
    assert set(Draft.objects.visible_to(own.user.pk)) >= {draft}


@open_exam
def test_a_file_that_counts_is_never_put_aside():
    record = a_record()
    own = a_candidate(email="maelle@exemple.test")
    a_registration(own)
    code = given(record)

    with pytest.raises(claiming.TwoFiles):
        into(own.user, code)

    record.refresh_from_db()
    assert record.user is None
    assert Candidate.objects.count() == 2
    assert Draft.objects.exists()
    assert ClaimCode.objects.get().failures == 0


@open_exam
def test_another_code_ends_the_account_that_waits_for_its_activation():
    record = a_record()
    a_registration(record)
    user = claim(given(record))

    code = given(record)

    assert not User.objects.exists()
    assert not Message.objects.filter(kind="activation").exists()
    with pytest.raises(TooOld):
        joining.activate(user.pk, at=NOW)
    joining.activate(claim(code).pk, at=NOW)
    record.refresh_from_db()
    assert record.user == User.objects.get()


@open_exam
def test_pressed_again_on_the_same_page_no_second_code_ends_the_first():
    record = a_record()
    page = claims.mark_of(record)
    code = given(record, seen=page)

    with pytest.raises(claiming.GivenMeanwhile):
        given(record, NOW + timedelta(seconds=1), seen=page)

    assert claim(code)


@open_exam
def test_who_has_just_claimed_is_not_ended_by_a_page_that_was_open_before():
    record = a_record()
    code = given(record)
    page = claims.mark_of(record)
    user = claim(code)

    with pytest.raises(claiming.GivenMeanwhile):
        given(record, NOW + timedelta(seconds=1), seen=page)

    assert User.objects.get() == user
    assert given(record, NOW + timedelta(seconds=1), seen=claims.mark_of(record))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_code", [False, True], ids=["the first one", "another one"])
def test_of_two_presses_at_once_one_gives_the_code_that_serves(territory, stopped_clock, has_code):
    load_invented()
    record = a_record()
    if has_code:
        given(record, NOW - timedelta(days=1))
    page = claims.mark_of(record)

    outcomes = together(*[lambda: given(record, seen=page)] * 2)

    [code] = [one for one in outcomes if isinstance(one, str)]
    [refused] = [one for one in outcomes if one != code]
    assert isinstance(refused, claiming.GivenMeanwhile)
    assert ClaimCode.objects.get().digest == claims.digest_of(code)


@open_exam
def test_a_code_ends_no_account_that_waits_for_another_record():
    waiting = claim(given(a_record(first_names="Yann")), email="yann@exemple.test")

    given(a_record())

    assert User.objects.get() == waiting
    assert ClaimCode.objects.get(taken_by=waiting).candidate.identity.first_names == "Yann"


@open_exam
def test_a_code_that_may_not_be_given_ends_nothing():
    record = a_record()
    registered_in_two_academies(record)
    user = claim(given(record))
    lille = Reach((Perimeter(frozenset({"A09"}), None, MANAGER),))

    with pytest.raises(enrolling.HeldElsewhere):
        claiming.give_code(record, reach=lille, academy="A09", by=MANAGER, at=NOW)

    assert User.objects.get() == user
    assert ClaimCode.objects.get().taken_by == user


@open_exam
def test_a_twin_who_has_registered_is_not_told_to_merge_the_two():
    record = a_record(first_names="Zoé")
    twin = a_candidate(email="parent@exemple.test", first_names="Ana")
    a_registration(twin)

    with pytest.raises(claiming.AnotherCandidate, match="avec une autre adresse mail"):
        into(twin.user, given(record))

    assert Candidate.objects.filter(user=None).get() == record
    assert ClaimCode.objects.get().taken_by is None


@open_exam
def test_another_persons_account_takes_nothing():
    record = a_record()
    other = a_candidate(first_names="Yann")

    with pytest.raises(claiming.AnotherPerson, match="Modifier mon compte"):
        into(other.user, given(record))

    assert Candidate.objects.filter(user=None).get() == record


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_account_is_left(territory, stopped_clock):
    load_invented()
    record = a_record()
    code = given(record)

    outcomes = together(
        lambda: claim(code, email="une@exemple.test").pk,
        lambda: claim(code, email="deux@exemple.test").pk,
    )

    left = User.objects.get()
    assert left.pk in outcomes
    assert ClaimCode.objects.get().taken_by == left
    joining.activate(left.pk, at=NOW)
    record.refresh_from_db()
    assert record.user == left


@pytest.mark.django_db(transaction=True)
def test_of_two_accounts_that_are_signed_in_one_takes_the_record(territory, stopped_clock):
    load_invented()
    record = a_record()
    code = given(record)
    users = [
        User.objects.create_user(f"{name}@exemple.test", PASSWORD, created_at=NOW, activated_at=NOW)
        for name in ("une", "deux")
    ]

    outcomes = together(*[lambda user=user: into(user, code) for user in users])

    assert sorted(str(type(one).__name__) for one in outcomes) == ["NoneType", "WrongCode"]
    record.refresh_from_db()
    assert record.user in users


@open_exam
def test_a_slip_says_the_code_and_its_end_and_never_the_birth_date():
    record = a_record()
    a_registration(record)

    said = pdf_text(slips.slip(record, reach=EVERYWHERE, academy="A09", by=MANAGER, at=NOW))

    assert "Maëlle Anne LE GOFF" in said
    assert "/creer-mon-compte/code" in said
    assert "Bureau des essais de Lille" in said
    assert "25 décembre 2026" in said
    assert "1998" not in said
    [printed] = [line for line in said.split() if line.count("-") == 2 and line.isupper()]
    assert claim(printed)
    assert Entry.objects.get(verb="claim code given").actor_name == "Claude Martin"


@open_exam
def test_a_slip_that_cannot_be_printed_gives_no_code(monkeypatch):
    record = a_record()
    slips.slip(record, reach=EVERYWHERE, academy="A09", by=MANAGER, at=NOW)
    before = ClaimCode.objects.values().get()

    def fails(*_args, **_options):
        raise slips.pdf.CannotPrint

    monkeypatch.setattr(slips.pdf, "typeset", fails)
    with pytest.raises(slips.SlipNotPrinted):
        slips.slip(record, reach=EVERYWHERE, academy="A09", by=MANAGER, at=NOW)

    assert ClaimCode.objects.values().get() == before


@open_exam
def test_codes_that_open_nothing_are_forgotten():
    given(a_record())
    taken = a_record(first_names="Yann")
    claim(given(taken))

    assert claims.forget_old(at=NOW + claims.LASTS - timedelta(seconds=1)) == 0
    assert claims.forget_old(at=NOW + claims.LASTS) == 1
    assert ClaimCode.objects.get().candidate == taken


@pytest.mark.django_db(transaction=True)
def test_a_code_typed_while_the_address_is_confirmed_gives_the_record_the_new_one(territory):
    user = joined()
    Candidate.objects.filter(user=user).delete()
    record = a_record(at=NOW)
    code = given(record)
    changing.ask_address_change(user, email="neuve@exemple.test", network="", at=NOW)
    change, read = AddressChange.objects.get(), User.objects.get(pk=user.pk)

    def confirm(holds):
        changing.confirm_address_change(change.pk, at=NOW)
        holds()

    outcomes = first(
        confirm,
        lambda: claiming.claim_into(read, code=code, birth=BIRTH, network="ici", at=NOW),
    )

    assert outcomes == [None, None]
    record.refresh_from_db()
    assert (record.user, record.email) == (user, "neuve@exemple.test")


@pytest.mark.django_db(transaction=True)
def test_civil_data_given_while_the_address_is_confirmed_go_with_the_new_one(territory):
    user = joined()
    Candidate.objects.filter(user=user).delete()
    changing.ask_address_change(user, email="neuve@exemple.test", network="", at=NOW)
    change, read = AddressChange.objects.get(), User.objects.get(pk=user.pk)

    def confirm(holds):
        changing.confirm_address_change(change.pk, at=NOW)
        holds()

    _, made = first(confirm, lambda: joining.complete(read, identity=IDENTITY, at=NOW))

    assert (made.user, made.email) == (user, "neuve@exemple.test")
