"""What another academy has of a person, and typed of them, is not told here, by whichever door."""

import pytest
from django.urls import reverse

from sporades.accounts.models import User
from sporades.accounts.permissions import Perimeter, Permission, Reach, reach
from sporades.acts.identities import correcting
from sporades.acts.registrations import standing_in
from sporades.acts.writing import posting
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from sporades.core.actors import Actor
from sporades.exams.models import Exam, RegistrationService
from sporades.letters.models import Letter
from sporades.letters.words import fate_in_words
from sporades.registrations.models import Registration
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import BY_CODE, Reading
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.quick import tree_of
from sporades.searches.records import records_found
from sporades.searches.trees import Group, Leaf
from tests.factories import EVERYWHERE, NOW, a_record, registered_in_two_academies
from tests.web.guide import main
from tests.web.office.test_records import NEW, TYPED

ADDRESS, PHONE, SAID = "9 rue Cachée", "0139011234", "01 39 01 12 34"
VERSAILLES = Actor("manager", "Dominique", "user:0")


@pytest.fixture(autouse=True)
def _open(invented_exam):
    """The invented exam is open."""


@pytest.fixture
def candidate():
    """Registered in Lille, then in Versailles, which alone knows where they live now."""
    found = a_record(academy="A25", phone=PHONE)
    registered_in_two_academies(found)
    Registration.objects.filter(academy="A25").update(address_1=ADDRESS)
    where = {"address_1": ADDRESS, "postcode": "78000", "town": "Versailles"}
    Candidate.objects.filter(pk=found.pk).update(**where)
    found.refresh_from_db()
    return found


@pytest.fixture
def here(candidate):
    return Registration.objects.whole().get(candidate=candidate, academy="A09")


@pytest.fixture
def written_there(candidate):
    """A letter about the person that Versailles writes, printed there."""
    there = Registration.objects.whole().get(candidate=candidate, academy="A25")
    correcting.correct_identity(
        registration=there,
        identity={**civil_data(candidate.identity), "first_names": "Maëlla"},
        seen=candidate.identity_id,
        proof="CNI",
        by=VERSAILLES,
        at=NOW,
    )
    only = Reach((Perimeter(frozenset({"A25"}), None, VERSAILLES),))
    posting.print_now(only, by=VERSAILLES, at=NOW)
    return Letter.objects.get(message__kind="identity_corrected", service__academy="A25")


def asked(where, operator, *values):
    """Return who is found by their telephone within a perimeter."""
    leaf = Leaf(CRITERIA["telephone"], operator, values)
    return list(found(Group(members=(leaf,)), reach=where))


def within(user):
    return reach(User.objects.get(pk=user.pk).memberships.all(), Permission.READ_FILES)


def test_a_letter_of_another_academy_about_the_person_is_known_and_not_read(
    manager, member, here, written_there
):
    tab = manager.get(reverse("office:mails", args=[here.number]))
    log = manager.get(reverse("office:all_mails"))
    letter = reverse("office:letter", args=[written_there.pk])

    for page in (tab, log):
        assert "Votre état civil a été corrigé" in main(page)
        assert fate_in_words(written_there) in main(page)
        assert ADDRESS not in page.text
        assert letter not in page.text
    assert manager.get(letter).status_code == 404
    assert ADDRESS in main(member("A25", email="v@exemple.test").get(letter))


def test_a_letter_of_one_s_own_academy_is_read_from_both(manager, member, here, candidate):
    correcting.correct_identity(
        registration=here,
        identity={**civil_data(candidate.identity), "first_names": "Maëlla"},
        seen=candidate.identity_id,
        proof="CNI",
        by=Actor("manager", "Claude", "user:0"),
        at=NOW,
    )
    letter = Letter.objects.get(message__kind="identity_corrected", service__academy="A09")
    page = reverse("office:letter", args=[letter.pk])

    assert page in manager.get(reverse("office:mails", args=[here.number])).text
    assert manager.get(page).status_code == 200
    assert member("A25", email="v@exemple.test").get(page).status_code == 404


def test_a_registration_begun_here_is_not_filled_with_what_was_typed_there(manager, candidate):
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=candidate,
        exam=exam,
        speciality=exam.specialities.get(code="FOREST"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=manager.user,
        by=Actor("manager", "Claude", manager.user.identifier),
        at=NOW,
    )

    shown = manager.get(reverse("office:tab", args=[draft.pk, "identification"])).text

    assert ADDRESS not in shown
    assert PHONE not in shown.replace(" ", "")


def test_lists_and_exports_say_the_telephone_of_a_record_where_nothing_stands_elsewhere(
    manager, here
):
    lille = within(manager.user)
    column = [BY_CODE["telephone"]]

    said = {
        name: Reading(column, where).words()(
            Reading(column, where).of(Registration.objects.filter(pk=here.pk)).get()
        )
        for name, where in (("lille", lille), ("everywhere", EVERYWHERE))
    }
    Registration.objects.filter(academy="A25").update(academy="A09")
    alone = Reading(column, lille)

    assert SAID not in said["lille"][-1]
    assert SAID in said["everywhere"][-1]
    assert SAID in alone.words()(alone.of(Registration.objects.filter(pk=here.pk)).get())[-1]


def test_nobody_is_found_by_a_telephone_that_was_typed_elsewhere(manager, here, candidate):
    lille = within(manager.user)

    assert asked(lille, Operator.IS, PHONE) == []
    assert list(records_found(tree_of(PHONE), reach=lille)) == []
    assert asked(EVERYWHERE, Operator.IS, PHONE)

    Registration.objects.filter(academy="A25").update(academy="A09")
    assert here in asked(lille, Operator.IS, PHONE)
    assert list(records_found(tree_of(PHONE), reach=lille)) == [candidate]


def test_that_a_record_has_a_telephone_is_not_told_where_it_was_typed_elsewhere(manager, here):
    lille = within(manager.user)
    Registration.objects.update(phone="", mobile="", guardian_phone="")

    assert here in asked(lille, Operator.EMPTY)
    assert here not in asked(lille, Operator.FILLED)
    assert here in asked(EVERYWHERE, Operator.FILLED)


def test_whoever_makes_a_record_again_reads_how_many_registrations_are_here(manager, candidate):
    born = candidate.identity
    same = {
        "birth_name": born.birth_name,
        "first_names": born.first_names,
        "birth_date_day": born.birth_day,
        "birth_date_month": str(born.birth_month),
        "birth_date_year": born.birth_year,
    }

    page = manager.post(NEW, {**TYPED, **same})

    assert "1 inscription," in main(page)


def test_a_record_says_which_academy_made_it_to_that_one_alone(manager, member, candidate):
    page = reverse("office:record", args=[candidate.pk])

    assert "Versailles" not in main(manager.get(page))
    assert "académie de Versailles" in main(member("A25", email="v@exemple.test").get(page))
