"""Two candidates become one by two persons, and nothing of either is lost."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import DatabaseError, transaction

from sporades.accounts.models import NOBODY, Membership, User
from sporades.accounts.operations import NOWHERE
from sporades.accounts.permissions import Permission, reach
from sporades.acts.accommodating import last_day_on_paper
from sporades.acts.agents import inviting
from sporades.acts.identities import asking, comparing, correcting, merging
from sporades.acts.identities.comparing import Overtaken, WhyMissing
from sporades.acts.people import addressing, claiming, enrolling, forgetting, joining
from sporades.acts.registrations import leaving, noting, standing_in
from sporades.acts.registrations.meanwhile import befallen
from sporades.acts.requests.silence import formally
from sporades.acts.writing import messaging
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core.refusals import NobodyApproves, Refused, SamePerson
from sporades.doubles import operations
from sporades.doubles.hindrances import Hindered
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import DoubleState
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.letters.printing import recipient_of
from sporades.mail.models import Message
from sporades.registrations.models import CorrectionRequest, Draft, Registration
from sporades.registrations.queries import last_correction_of
from sporades.registrations.records import postal_address_of
from sporades.retention import archiving
from tests.factories import (
    EVERYWHERE,
    NOW,
    OPERATOR,
    PASSWORD,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    author,
    without_exclusion,
)
from tests.jobs import work
from tests.registrations.test_asking_a_correction import send
from tests.spaces import plain
from tests.web.registry.world import a_member

DAY = timedelta(days=1)
FOREST = {"statut-M1": None, "statut-M2": "inscrit"}


@pytest.fixture
def approve(head):
    """Approve what was proposed, as its reader has just seen it."""

    def approved(double, by=head, seen=None):
        return merging.approve(double=double, seen=seen or comparing.mark_of(double), by=by, at=NOW)

    return approved


def without_account(candidate, email=""):
    """Make of somebody a record that has no account."""
    user = candidate.user
    Candidate.objects.filter(pk=candidate.pk).update(user=None, email=email)
    user.delete()


def a_pair(first, second):
    """Make a pair of two candidates, each with a registration that does not exclude the other's."""
    a_registration(first)
    a_registration(second, exam="BS", speciality="")
    operations.look(second.pk, at=NOW)
    return LikelyDouble.objects.get(first=first, second=second)


def said_of(registration):
    """Return what may never change of a registration: numbers, versions, fingerprints, documents."""
    return (
        registration.number,
        list(registration.versions.order_by("number").values_list("number", "digest", "snapshot")),
        list(
            registration.folder.documents.order_by("versions__number", "kind").values_list(
                "kind", "versions__digest", "versions__code"
            )
        ),
        list(registration.thread.order_by("pk").values_list("text", "author_name")),
        list(registration.notes.order_by("pk").values_list("text", "author_name")),
    )


def test_everything_of_the_one_is_the_others_and_nothing_has_changed(double, propose, approve):
    kept, left = double.first, double.second
    given = left.registrations.get()
    begun = a_draft(left, exam="BE", speciality="FOREST", epreuves=FOREST)
    messaging.write(registration=given, text="Bonjour", sending=uuid4(), by=author(left), at=NOW)
    noting.write_note(registration=given, text="À revoir", sending=uuid4(), by=OPERATOR, at=NOW)
    before, acts = said_of(given), list(Entry.objects.order_by("pk").values("pk", "digest"))
    mails = Message.objects.filter(about_kind="candidate", about_id=str(left.pk)).count()

    assert approve(propose(double)).pk == kept.pk

    given.refresh_from_db()
    number, versions, documents, thread, notes = said_of(given)
    assert given.candidate == kept
    assert (number, versions[:1], thread, notes) == (before[0], before[1], before[3], before[4])
    assert documents[: len(before[2])] == before[2]
    assert list(Entry.objects.order_by("pk").values("pk", "digest"))[: len(acts)] == acts
    assert Draft.objects.get(pk=begun.pk).candidate == kept
    assert given.folder.holder == kept.user
    assert Message.objects.filter(about_kind="candidate", about_id=str(left.pk)).count() == 0
    assert Message.objects.filter(about_kind="candidate", about_id=str(kept.pk)).count() >= mails
    left.refresh_from_db()
    assert (left.merged_into, left.user, left.email) == (kept, None, "")
    assert left.number


def test_what_a_third_person_holds_stays_theirs(double, propose, approve):
    third = a_candidate(email="tiers@exemple.test", birth_name="Moreau", first_names="Jeanne")
    filed = a_registration(third)
    begun = a_draft(third, exam="BE", speciality="FOREST", epreuves=FOREST)
    asked = send(third)

    approve(propose(double))

    for one in (filed, begun, asked):
        one.refresh_from_db()
        assert one.candidate == third
    assert filed.folder.holder == third.user
    assert filed.version == 1


def test_letters_and_the_address_of_a_record_go_to_who_is_kept_and_its_code_ends(propose, approve):
    kept, record = a_candidate(email="premier@exemple.test"), a_record(channel="letter")
    pair = a_pair(kept, record)
    claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=NOW)

    approve(propose(pair))

    kept.refresh_from_db()
    assert (kept.user.email, kept.channel) == ("premier@exemple.test", "mail")
    assert kept.address_1 == "12 rue des Îles"
    assert set(Letter.objects.values_list("candidate", flat=True)) == {kept.pk}
    assert not ClaimCode.objects.exists()
    merged = Message.objects.filter(kind="candidates_merged").order_by("recipient")
    assert [one.recipient for one in merged] == ["", "premier@exemple.test"]


@pytest.mark.parametrize("which", ["first", "second"], ids=["account kept", "record kept"])
def test_who_received_letters_and_reads_mails_from_then_on_is_told_so_at_home(
    which, propose, approve
):
    account = a_candidate(email="boite.morte@exemple.test")
    record = a_record(first_names="Maelle Anne")
    pair = a_pair(account, record)
    theirs, others = record.registrations.get(), account.registrations.get()

    approve(propose(pair, kept=getattr(pair, which)))

    told = Letter.objects.get(message__kind="candidates_merged")
    assert told.address[1:] == ["12 rue des Îles", "59000 LILLE"]
    body = plain(told.message.body)
    assert "désormais par mail, à l'adresse b…@exemple.test" in body
    assert "boite.morte" not in body
    assert theirs.number in body
    assert others.number not in body
    theirs.refresh_from_db()
    if which == "first":
        assert (told.enclosed.document.folder_id, told.enclosed.number) == (theirs.folder_id, 2)
        assert "à signer et à poster au plus tard le" in body
    else:
        assert told.enclosed is None


def test_so_is_who_is_merged_into_a_record_that_mails_reach(propose, approve):
    reached = a_record(email="fiche@exemple.test", channel="mail")
    pair = a_pair(reached, a_record(first_names="Maelle Anne"))

    approve(propose(pair, kept=reached))

    told = Letter.objects.get(message__kind="candidates_merged")
    assert "désormais par mail, à l'adresse f…@exemple.test" in plain(told.message.body)
    assert told.enclosed.number == 2


def test_two_records_that_become_one_are_told_by_a_letter(propose, approve):
    kept, left = a_record(), a_record(first_names="Maelle Anne")
    pair = a_pair(kept, left)

    approve(propose(pair))

    told = Letter.objects.get(message__kind="candidates_merged")
    assert told.candidate == kept
    assert "http" not in told.message.body
    assert Letter.objects.filter(candidate=kept).count() == 3


def test_each_service_writes_of_what_is_issued_again_there(propose, approve):
    kept, left = a_record(), a_record(first_names="Maelle Anne")
    pair = a_pair(kept, left)
    without_exclusion()
    a_registration(left, speciality="FOREST", epreuves=FOREST)

    approve(propose(pair))

    one, other = Registration.objects.filter(version=2).order_by("pk")
    told = Letter.objects.filter(message__kind="candidates_merged")
    for mine, others in ((one, other), (other, one)):
        letter = told.get(service=mine.service)
        assert mine.number in letter.message.body
        assert others.number not in letter.message.body
        assert (letter.enclosed.document.folder_id, letter.enclosed.number) == (mine.folder_id, 2)


def test_who_is_left_keeps_a_number_and_what_they_were_is_kept_with_the_pair(
    double, propose, approve
):
    left = double.second
    number = left.number or Candidate.objects.get(pk=left.pk).number
    registered = left.registrations.get().number
    approve(propose(double))

    double.refresh_from_db()
    assert double.left == {
        "number": number,
        "identity": left.identity_id,
        "email": "second@exemple.test",
        "account": "second@exemple.test",
        "user": left.user_id,
        "registrations": [registered],
    }
    assert Candidate.objects.get(number=number).merged_into == double.first


def test_what_stands_takes_the_civil_data_that_are_kept_in_a_new_version(double, propose, approve):
    given = double.second.registrations.get()
    approve(propose(double))

    given.refresh_from_db()
    assert (given.version, given.identity.first_names) == (2, "Maëlle Anne")
    assert given.versions.get(number=1).snapshot["name"] == "Maelle LE GOFF"
    assert given.versions.get(number=2).changes == [
        "Prénoms : Maelle → Maëlle Anne",
        "Adresse mail : second@exemple.test → premier@exemple.test",
    ]


def test_a_version_made_after_it_says_the_number_that_is_kept(double, propose, approve):
    given = double.second.registrations.get()

    kept = approve(propose(double))

    last = given.versions.order_by("number").last()
    assert last.number == 2
    assert last.snapshot["candidate_number"] == kept.number != double.second.number


def test_who_refused_a_correction_is_still_said(double, propose, approve, manager):
    request = send(double.second)
    asking.refuse(request=request, answer="Pièce illisible", by=manager, at=NOW)
    before = formally(last_correction_of(double.second), at=NOW)

    kept = approve(propose(double))

    assert before[0].startswith("Décision prise par : ")
    last = last_correction_of(Candidate.objects.get(pk=kept.pk))
    assert formally(last, at=NOW) == before


def test_what_was_left_is_not_told_as_what_stands(double, propose, approve):
    [left] = double.second.registrations.all()
    leaving.withdraw(registration=left, by=author(double.second), at=NOW)

    approve(propose(double))

    told = Message.objects.get(kind="candidates_merged", recipient="premier@exemple.test").body
    assert f"numéro {left.number} (désinscription)" in told


def test_where_the_civil_data_are_the_same_no_version_is_made(propose, approve):
    double = a_pair(a_candidate(), a_candidate())
    given = double.second.registrations.get()
    approve(propose(double))

    given.refresh_from_db()
    assert (given.version, given.candidate) == (1, double.first)


def test_of_two_accounts_the_other_is_closed_and_both_addresses_are_told(double, propose, approve):
    approve(propose(double))

    assert list(User.objects.filter(candidate__isnull=False)) == [double.first.user]
    assert not User.objects.filter(email="second@exemple.test").exists()
    told = {one.recipient: one.body for one in Message.objects.filter(kind="candidates_merged")}
    kept, closed = told["premier@exemple.test"], told["second@exemple.test"]
    assert "Connectez-vous avec l'adresse premier@exemple.test" in kept
    assert "s…@exemple.test est fermé" in kept
    numbers = Registration.objects.values_list("number", flat=True)
    assert all(number in kept for number in numbers)
    assert "cette adresse mail est fermé" in closed
    assert "p…@exemple.test" in closed
    assert "premier@exemple.test" not in closed
    assert not any(number in closed for number in numbers)
    # Who wishes to go on with that address may take it.
    assert not addressing.is_known("second@exemple.test")


@pytest.mark.parametrize("is_kept", [True, False])
def test_of_a_record_and_an_account_the_account_stays_whichever_is_kept(
    is_kept, double, propose, approve
):
    record, holder = (double.first, double.second) if is_kept else (double.second, double.first)
    account = holder.user
    without_account(record, email="fiche@exemple.test")
    double = LikelyDouble.objects.get()
    kept = approve(propose(double, kept=double.first))

    kept.refresh_from_db()
    assert (kept.user, kept.address) == (account, account.email)
    holders = set(Registration.objects.values_list("folder__holder", flat=True))
    assert holders == {account.pk}
    told = Message.objects.filter(kind="candidates_merged").values_list("recipient", flat=True)
    assert set(told) == {"fiche@exemple.test", account.email}


def test_what_whoever_had_no_account_posted_before_the_merge_is_still_entered(
    double, propose, approve
):
    without_account(double.second)
    mine = Registration.objects.get(candidate=double.second)
    approve(propose(LikelyDouble.objects.get(), kept=double.first))

    merged = Registration.objects.whole().get(pk=mine.pk)
    assert merged.candidate.has_account
    assert last_day_on_paper(merged) == NOW.date()


@pytest.mark.parametrize("is_kept", [True, False], ids=["account kept", "record kept"])
def test_whoever_had_an_account_from_the_first_does_not_come_to_have_one_by_a_merge(
    is_kept, double, propose, approve
):
    holder, record = (double.first, double.second) if is_kept else (double.second, double.first)
    without_account(record)
    mine, of_record = (Registration.objects.get(candidate=one) for one in (holder, record))
    approve(propose(LikelyDouble.objects.get(), kept=double.first))

    days = [
        last_day_on_paper(Registration.objects.whole().get(pk=one.pk)) for one in (mine, of_record)
    ]
    assert days == [None, NOW.date()]


@pytest.mark.parametrize("is_kept", [True, False], ids=["account kept", "record kept"])
def test_since_when_there_is_an_account_stays_so_of_each_registration(is_kept, propose, approve):
    old, record = a_candidate(email="vieux@exemple.test"), a_record(first_names="Maelle Anne")
    pair = a_pair(old, record)
    theirs, mine = (Registration.objects.get(candidate=one) for one in (old, record))
    code = claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=NOW - DAY)
    said = {"email": "neuf@exemple.test", "password": PASSWORD, "network": "ici"}
    claiming.claim(code=code, birth=(14, 3, 1998), at=NOW - DAY, **said)
    joining.activate(User.objects.get(email=said["email"]).pk, at=NOW - DAY)

    approve(propose(pair, kept=old if is_kept else record))

    days = [
        last_day_on_paper(Registration.objects.whole().get(pk=one.pk)) for one in (theirs, mine)
    ]
    assert days == [None, (NOW - DAY).date()]


def test_whoever_modifies_a_registration_reads_of_a_merge_once_and_not_why(
    manager, propose, approve
):
    first = a_candidate(email="premier@exemple.test")
    double = a_pair(first, a_candidate(email="second@exemple.test", first_names="Maelle"))
    mine = Registration.objects.whole().get(candidate=first)
    agent = User.objects.who_acted(manager.identifier)
    draft = standing_in.amend(registration=mine, author=agent, by=manager, at=NOW - DAY)

    approve(propose(double, kept=first))

    told = befallen(Draft.objects.whole().get(pk=draft.pk), reach=EVERYWHERE)
    [said] = [(one.what, one.note) for one in told]
    assert said[0].startswith("Dossiers de candidat fusionnés")
    assert said[1] == ""


def test_of_two_records_the_only_address_stays(double, propose, approve):
    without_account(double.first)
    without_account(double.second, email="fiche@exemple.test")
    kept = approve(propose(LikelyDouble.objects.get()))

    kept.refresh_from_db()
    assert (kept.user, kept.email) == (None, "fiche@exemple.test")


def a_pair_of_records(first=None, second=None, *, moved_to="9 rue Neuve", at=NOW + DAY):
    """Make a pair of two records of which the second registers later, from elsewhere."""
    one = a_record(**(first or {}))
    other = a_record(**{"first_names": "Maelle Anne", **(second or {})})
    a_registration(one)
    a_registration(other, exam="BS", speciality="", at=at, identification={"address_1": moved_to})
    operations.look(other.pk, at=NOW)
    return LikelyDouble.objects.get(first=one, second=other)


def address_of(candidate):
    return postal_address_of(Candidate.objects.get(pk=candidate.pk))["address_1"]


@pytest.mark.parametrize("which", ["first", "second"])
def test_the_newest_postal_address_stays_whichever_is_kept(which, propose, approve):
    double = a_pair_of_records()

    kept = approve(propose(double, kept=getattr(double, which)))

    assert address_of(kept) == "9 rue Neuve"
    told = Letter.objects.get(message__kind="candidates_merged", has_own_envelope=False)
    assert recipient_of(Candidate.objects.get(pk=told.candidate_id))[1] == "9 rue Neuve"
    former = Letter.objects.get(message__kind="candidates_merged", has_own_envelope=True)
    assert (former.address[1], former.enclosed) == ("12 rue des Îles", None)
    assert "désormais à une autre adresse postale" in former.message.body


def test_what_the_office_has_changed_since_is_the_newest(propose, approve):
    double = a_pair_of_records()
    first = Candidate.objects.get(pk=double.first_id)
    reached = {name: getattr(first, name) for name in candidates.REACHED}
    said = {"reach": EVERYWHERE, "identity": None, "academy": "A09", "by": OPERATOR}
    enrolling.keep(
        first, reached={**reached, "address_1": "5 quai du Wault"}, at=NOW + 2 * DAY, **said
    )
    # A telephone is no address.
    second = Candidate.objects.get(pk=double.second_id)
    reached = {name: getattr(second, name) for name in candidates.REACHED}
    enrolling.keep(second, reached={**reached, "phone": "0353019999"}, at=NOW + 3 * DAY, **said)

    kept = approve(propose(double, kept=double.second))

    assert address_of(kept) == "5 quai du Wault"


def test_what_the_office_has_changed_is_nothing_any_more_once_it_is_forgotten(propose, approve):
    first = a_record()
    reached = {name: getattr(first, name) for name in candidates.REACHED}
    enrolling.keep(
        first,
        reached={**reached, "address_1": "5 quai du Wault"},
        reach=EVERYWHERE,
        identity=None,
        academy="A09",
        by=OPERATOR,
        at=NOW,
    )
    user = User.objects.create_user("fiche@exemple.test", PASSWORD, created_at=NOW)
    Candidate.objects.filter(pk=first.pk).update(user=user, email=user.email, channel="mail")
    archived = a_registration(Candidate.objects.get(pk=first.pk))
    service = RegistrationService.objects.filter(pk=archived.service_id)
    dates = service.values("opens_at", "closes_at").get()
    service.update(**{name: day - 1_200 * DAY for name, day in dates.items()})
    assert archiving.archive(archived.pk, at=NOW)
    service.update(**dates)
    a_registration(Candidate.objects.get(pk=first.pk))
    second = a_record(first_names="Maelle Anne")
    a_registration(
        second,
        exam="BS",
        speciality="",
        at=NOW + DAY,
        identification={"address_1": "9 rue Neuve"},
    )
    operations.look(second.pk, at=NOW)

    kept = approve(propose(LikelyDouble.objects.get()))

    assert address_of(kept) == "9 rue Neuve"


def test_nor_is_a_version_that_says_the_same_address(propose, approve):
    double = a_pair_of_records(second={"at": NOW - 2 * DAY}, at=NOW - DAY)
    given = Registration.objects.get(candidate=double.second)
    correcting.correct_identity(
        registration=given,
        identity={**candidates.civil_data(double.second.identity), "first_names": "Maelle"},
        seen=double.second.identity_id,
        proof="Carte",
        by=OPERATOR,
        at=NOW + DAY,
    )

    kept = approve(propose(LikelyDouble.objects.get(), kept=double.second))

    assert given.versions.count() > 1
    assert address_of(kept) == "12 rue des Îles"


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [("", "0353019999", "0353019999"), ("0353018888", "0353019999", "0353018888")],
)
def test_the_telephone_of_a_record_stays(first, second, kept, propose, approve):
    double = a_pair_of_records({"phone": first}, {"phone": second})

    person = approve(propose(double))

    assert Candidate.objects.get(pk=person.pk).phone == kept


def test_an_account_that_moved_does_not_take_the_old_address_of_a_record(propose, approve):
    holder, record = a_candidate(), a_record(first_names="Maelle Anne")
    a_registration(record)
    a_registration(
        holder,
        exam="BS",
        speciality="",
        at=NOW + DAY,
        identification={"address_1": "9 rue Neuve"},
    )
    operations.look(record.pk, at=NOW)

    kept = approve(propose(LikelyDouble.objects.get(), kept=holder))

    assert address_of(kept) == "9 rue Neuve"


def test_nobody_approves_what_they_propose(double, propose, approve, manager):
    with pytest.raises(SamePerson):
        approve(propose(double), by=manager)

    assert Candidate.objects.filter(merged_into=None).count() == 2


def test_what_has_changed_since_it_was_read_is_not_merged(double, propose, approve):
    propose(double)
    seen = comparing.mark_of(double)
    leaving.withdraw(
        registration=double.second.registrations.get(), by=author(double.second), at=NOW
    )

    with pytest.raises(Overtaken):
        approve(double, seen=seen)
    approve(double)


def test_registrations_that_exclude_one_another_are_settled_first(propose, approve):
    first, second = a_candidate(), a_candidate()
    a_registration(first)
    standing = a_registration(second, speciality="FOREST", epreuves=FOREST)
    operations.look(second.pk, at=NOW)
    double = LikelyDouble.objects.get()

    with pytest.raises(Hindered, match="une même personne ne peut pas avoir les deux"):
        propose(double)
    leaving.withdraw(registration=standing, by=author(second), at=NOW)
    approve(propose(double))

    assert Registration.objects.filter(candidate=first).count() == 2


def test_a_registration_begun_in_both_is_settled_first(double, propose):
    without_exclusion()
    a_draft(double.first, speciality="FOREST", epreuves=FOREST)
    a_draft(double.second, speciality="FOREST", epreuves=FOREST)

    with pytest.raises(Hindered, match="est commencée dans les deux dossiers"):
        propose(double)


def test_a_correction_that_waits_in_the_file_that_is_left_is_settled_first(double, propose):
    registration = double.second.registrations.get()
    CorrectionRequest.objects.create(
        candidate=double.second,
        registration=registration,
        before=double.second.identity,
        identity={},
        changes=["x"],
        proof_key="x",
        sent_at=NOW,
    )

    with pytest.raises(Hindered, match="attend une réponse"):
        propose(double)
    propose(double, kept=double.second)


def test_an_account_of_a_member_of_staff_is_not_closed(double, propose):
    Membership.objects.create(
        user=double.second.user, role="auditor", full_name="Agent", academies=["A09"]
    )

    with pytest.raises(Hindered, match="celui d'un agent"):
        propose(double)
    propose(double, kept=double.second)


def test_an_account_of_who_was_an_agent_long_ago_is_closed_and_its_row_stays_nobody_s(
    double, propose, approve
):
    account = double.second.user
    Membership.objects.create(
        user=account, role="auditor", full_name=NOBODY, academies=["A09"], ends_on=NOW.date()
    )

    approve(propose(double))

    account.refresh_from_db()
    assert not account.is_active
    assert account.email.endswith(NOWHERE)
    assert account.memberships.get().full_name == NOBODY


def test_an_account_just_given_back_is_not_merged(double, propose):
    User.objects.filter(pk=double.first.user_id).update(taken_back_at=NOW - timedelta(days=1))

    with pytest.raises(Hindered, match="rendu à son ancienne adresse"):
        propose(LikelyDouble.objects.get())


@pytest.mark.parametrize("is_linked", [True, False])
def test_who_signed_in_with_franceconnect_is_told_to_link_it_again(
    double, propose, approve, is_linked
):
    user = double.second.user if is_linked else double.first.user
    SocialAccount.objects.create(user=user, provider="franceconnect", uid="P")

    approve(propose(double))

    told = {one.recipient: one.body for one in Message.objects.filter(kind="candidates_merged")}
    said = "reliez-le dans « Modifier mon compte »"
    assert (said in plain(told["second@exemple.test"])) is is_linked
    assert "FranceConnect" not in told["premier@exemple.test"]


def test_a_merge_says_why_and_somebody_must_be_able_to_approve_it(double, manager):
    say = partial(
        comparing.propose,
        double=double,
        kept=double.first,
        seen=comparing.mark_of(double),
        by=manager,
        at=NOW,
    )
    with pytest.raises(WhyMissing):
        say(reason="")
    with pytest.raises(NobodyApproves):
        say(reason="Même carte d'identité")


def test_a_merge_with_whose_registrations_are_all_archived_is_asked_of_who_sees_it(head):
    first, second = a_candidate(email="ancien@exemple.test"), a_record(first_names="Maelle")
    a_registration(second)
    found = LikelyDouble.objects.create(first=first, second=second, found_at=NOW)
    one, other = (
        a_member(address, Membership.Role.ADMINISTRATOR, [])
        for address in ("une@exemple.test", "autre@exemple.test")
    )
    say = partial(
        comparing.propose,
        double=found,
        kept=second,
        reason="Même carte d'identité",
        seen=comparing.mark_of(found),
        by=one.memberships.get().as_actor(),
        at=NOW,
    )
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(NobodyApproves, match="désigner un second"):
        say()
    User.objects.filter(pk=other.pk).update(is_active=True)
    say()

    assert Message.objects.get(kind="merge_to_approve").recipient == "autre@exemple.test"
    approving = reach(list(other.memberships.all()), Permission.APPROVE_MERGES)
    assert LikelyDouble.objects.within(approving).get() == found


def test_who_may_approve_is_told_without_a_name(double, propose):
    propose(double)

    told = Message.objects.get(kind="merge_to_approve")
    assert told.recipient == "chef@exemple.test"
    assert "Le Goff" not in told.body
    assert f"/gestion/doublons/{double.pk}" in told.body


def test_a_refused_merge_is_to_be_compared_again_and_its_author_is_told(double, propose, head):
    propose(double)
    comparing.refuse(double=double, answer="Deux pièces différentes.", by=head, at=NOW)

    assert (double.state, double.kept, double.answer) == (
        DoubleState.WAITING,
        None,
        "Deux pièces différentes.",
    )
    assert Message.objects.get(kind="merge_refused").recipient == "agent@exemple.test"
    propose(double)


def test_whose_account_is_closed_is_not_told_that_it_is_refused(double, propose, head):
    propose(double)
    inviting.close(email="agent@exemple.test", by=OPERATOR, at=NOW)

    comparing.refuse(double=double, answer="Deux pièces différentes.", by=head, at=NOW)

    assert not Message.objects.filter(kind="merge_refused").exists()


def test_a_proposal_is_taken_back(double, propose, manager):
    comparing.take_back(double=propose(double), by=manager, at=NOW)

    assert (double.state, double.kept) == (DoubleState.WAITING, None)
    with pytest.raises(Refused):
        comparing.take_back(double=double, by=manager, at=NOW)


def test_two_persons_may_be_compared_again_if_that_was_a_mistake(double, manager, propose):
    comparing.tell_apart(double=double, reason="Jumelles", by=manager, at=NOW)
    with pytest.raises(Refused):
        propose(double)
    comparing.compare_again(double=double, by=manager, at=NOW)

    assert (double.state, double.decided_by, double.reason) == (DoubleState.WAITING, "", "")


def test_each_act_is_in_the_journal_of_both(double, propose, approve, head, manager):
    registrations = list(Registration.objects.all())
    comparing.tell_apart(double=double, reason="Jumelles", by=manager, at=NOW)
    comparing.compare_again(double=double, by=manager, at=NOW)
    comparing.take_back(double=propose(double), by=manager, at=NOW)
    comparing.refuse(double=propose(double), answer="Non", by=head, at=NOW)
    approve(propose(double))

    verbs = [
        "candidates told apart",
        "candidates compared again",
        "merge proposed",
        "merge taken back",
        "merge proposed",
        "merge refused",
        "merge proposed",
        "candidates merged",
    ]
    for candidate in (double.first, double.second):
        mine = Entry.objects.filter(object_kind="candidate", object_id=str(candidate.pk))
        said = mine.filter(payload__after__double=double.pk).order_by("pk")
        assert list(said.values_list("verb", flat=True)) == verbs
        assert set(said.values_list("academy", flat=True)) == {"A09"}
    assert [len(merging.merges_of(one)) for one in registrations] == [1, 1]
    said = {"kept": double.first.number, "merged": double.second.number}
    said |= {"had_account": True, "had_none_until": None}
    assert merging.merges_of(registrations[0]).get().payload["after"] == said
    assert Entry.objects.get(verb="account closed after a merge").object_kind == "user"


def test_what_was_corrected_of_the_one_that_is_left_stays_in_the_history(double, propose, approve):
    given = double.second.registrations.get()
    correcting.correct_identity(
        registration=given,
        identity={**candidates.civil_data(double.second.identity), "birth_name": "Le Gof"},
        seen=double.second.identity_id,
        proof="Carte",
        by=OPERATOR,
        at=NOW,
    )
    approve(propose(LikelyDouble.objects.get()))

    given = Registration.objects.get(pk=given.pk)
    assert [one.verb for one in correcting.corrections_on(given)] == ["identity corrected"]


def test_other_pairs_of_the_one_that_is_left_follow(double, propose, approve, manager):
    third, fourth = a_candidate(first_names="Maëlle"), a_candidate(first_names="Maëlle Jeanne")
    for one in (third, fourth):
        a_registration(one)
        operations.look(one.pk, at=NOW)
    apart = LikelyDouble.objects.get(first=double.second, second=third)
    comparing.tell_apart(double=apart, reason="Homonymes", by=manager, at=NOW)
    approve(propose(double))
    work("doubles")

    states = {
        (one.first_id, one.second_id): one.state
        for one in LikelyDouble.objects.exclude(pk=double.pk)
    }
    kept, left = double.first_id, double.second_id
    assert states[kept, third.pk] == DoubleState.TOLD_APART
    assert states[left, third.pk] == DoubleState.TOLD_APART
    assert states[left, fourth.pk] == DoubleState.LAPSED
    assert states[kept, fourth.pk] == DoubleState.WAITING


def test_who_took_another_in_is_compared_again_at_night(double, propose, head):
    lookalike = a_registration(a_candidate()).candidate
    propose(double)
    seen = comparing.mark_of(double)
    merging.approve(double=double, seen=seen, by=head, at=NOW + 3 * DAY)

    found = operations.look_at_some(
        since=(NOW + DAY).isoformat(), after=0, at=NOW + 3 * DAY, most=1
    )

    assert found == double.first_id
    assert LikelyDouble.objects.filter(first=double.first, second=lookalike).exists()
    later = (NOW + 4 * DAY).isoformat()
    assert operations.look_at_some(since=later, after=0, at=NOW + 4 * DAY, most=1) == 0


def test_a_third_file_merges_into_the_same_person(double, propose, approve):
    approve(propose(double))
    third = a_candidate()
    without_exclusion()
    registration = a_registration(third, speciality="FOREST", epreuves=FOREST)
    operations.look(third.pk, at=NOW)
    again = LikelyDouble.objects.get(first=double.first, second=third)
    approve(propose(again, kept=third))

    assert set(Candidate.objects.filter(merged_into=third)) == {double.first, double.second}
    assert Registration.objects.filter(candidate=third).count() == 3
    assert registration.number in Registration.objects.values_list("number", flat=True)


def test_unused_accounts_are_still_erased_and_who_was_merged_stays(double, propose, approve):
    approve(propose(double))
    later = NOW + timedelta(days=400)

    assert forgetting.erase_unused(at=later) == 0
    assert forgetting.warn_unused(at=later) == 0
    assert Candidate.objects.count() == 2


def test_the_database_keeps_a_merged_candidate_empty(double, propose, approve):
    approve(propose(double))
    kept, left = (
        Candidate.objects.get(pk=double.first_id),
        Candidate.objects.get(pk=double.second_id),
    )
    registration = Registration.objects.first()

    for wrong in (
        lambda: Registration.objects.filter(pk=registration.pk).update(candidate=left),
        lambda: Draft.objects.all().update(candidate=left),
        lambda: a_draft(left, exam="BS", speciality=""),
        lambda: Candidate.objects.filter(pk=left.pk).update(email="x@exemple.test"),
        lambda: Candidate.objects.filter(pk=left.pk).update(user=kept.user),
        lambda: Candidate.objects.filter(pk=left.pk).update(number="1"),
        lambda: Candidate.objects.filter(pk=left.pk).update(merged_into=None, merged_at=None),
        lambda: Candidate.objects.filter(pk=kept.pk).update(
            merged_into=left, merged_at=NOW, user=None, email=""
        ),
    ):
        with pytest.raises((DatabaseError, Refused)), transaction.atomic():
            wrong()


@pytest.mark.parametrize("which", ["first", "second"])
def test_who_has_used_the_code_of_a_record_is_waited_for(which, propose, approve):
    record = a_record()
    pair = a_pair(record, a_candidate(email="vieux@exemple.test"))
    kept = getattr(pair, which)
    proposed = propose(pair, kept=kept)
    code = claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=NOW)
    said = {"email": "neuf@exemple.test", "password": PASSWORD, "network": "ici", "at": NOW}
    claiming.claim(code=code, birth=(14, 3, 1998), **said)

    with pytest.raises(Hindered, match="le compte attend son activation"):
        approve(proposed)

    user = User.objects.get(email="neuf@exemple.test")
    joining.activate(user.pk, at=NOW)
    assert Candidate.objects.get(user=user) == record
    assert approve(proposed) == kept


def test_no_code_is_given_for_who_was_merged(double, propose, approve):
    approve(propose(double))
    left = Candidate.objects.get(pk=double.second_id)

    with pytest.raises(candidates.Merged):
        claiming.give_code(left, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=NOW)
