"""I3: what a colleague began for a candidate and may fill no more is seen, taken up or dropped."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.agents import inviting
from sporades.acts.registrations import moving, standing_in
from sporades.journal.models import Entry
from sporades.registrations.models import Draft
from tests.factories import NOW, OPERATOR, a_candidate, a_record, a_registration
from tests.registrations.test_standing_in import (
    COLLEAGUE,
    LATER,
    MANAGER,
    MOBILE,
    filed_by_candidate,
    modified_by_candidate,
    modified_for,
    typed,
)
from tests.web.guide import buttons, main
from tests.web.registry.world import a_member

GONE = "partie@exemple.test"


@pytest.fixture
def gone(db):
    """Return a member of the office of Lille, who has begun nothing yet."""
    user = a_member(GONE, Membership.Role.MANAGER, ["A09"])
    user.memberships.update(full_name="Ana <b>Colin</b>")
    return user


@pytest.fixture
def draft(gone, in_lille):
    """Return a modification that its author may fill no more."""
    made = modified_for(in_lille, gone, mobile=MOBILE)
    inviting.close(email=GONE, by=OPERATOR, at=NOW + timedelta(minutes=1))
    return made


@pytest.fixture(autouse=True)
def _later(stopped_clock):
    stopped_clock.shift(timedelta(minutes=20))


def of(draft):
    return reverse("office:left_draft", args=[draft.pk])


def test_a_file_and_its_decision_say_who_has_begun_something_and_nothing_of_it(
    manager, gone, in_lille
):
    modified_for(in_lille, gone, mobile=MOBILE)

    for name in ("registration", "decide"):
        page = manager.get(reverse(f"office:{name}", args=[in_lille.number]))
        assert "Ana <b>Colin</b> a commencé une modification pour le candidat le" in main(page)
        assert MOBILE not in main(page)
        assert "la reprendre ou l'abandonner" not in main(page)
    assert "Laissées par des collègues" not in main(manager.get(reverse("office:drafts")))


def test_nobody_reads_that_they_have_begun_something_themselves(manager, in_lille):
    modified_for(in_lille, manager.user, mobile=MOBILE)

    page = manager.get(reverse("office:registration", args=[in_lille.number]))

    assert "a commencé une modification" not in main(page)


def test_what_was_left_is_found_on_the_file_and_in_the_list_with_what_it_changes(
    manager, draft, in_lille
):
    page = manager.get(reverse("office:registration", args=[in_lille.number]))
    assert of(draft) in page.text
    page = manager.get(reverse("office:drafts"))
    assert of(draft) in page.text
    assert "laissée par Ana <b>Colin</b>" in main(page)

    page = manager.get(of(draft))

    assert "Identification, Téléphone mobile 06 39 98 12 34 → devient 06 39 98 99 99" in main(page)
    assert "son rôle a pris fin ou ne couvre plus cette académie" in main(page)
    assert Entry.objects.filter(verb="file read", object_id=str(in_lille.pk)).exists()


def test_that_a_first_registration_left_by_a_colleague_is_read_is_noted_too(
    manager, gone, in_lille
):
    begun = standing_in.begin(
        candidate=in_lille.candidate,
        service=in_lille.service,
        exam=in_lille.exam,
        speciality=in_lille.speciality,
        author=gone,
        by=OPERATOR,
        at=NOW,
    )
    inviting.close(email=GONE, by=OPERATOR, at=NOW + timedelta(minutes=1))

    page = manager.get(of(begun))

    assert page.status_code == 200
    [noted] = Entry.objects.filter(verb="record read")
    assert noted.object_id == str(in_lille.candidate_id)


def test_an_auditor_reads_that_something_was_begun_and_is_led_nowhere(member, draft, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    page = auditor.get(reverse("office:registration", args=[in_lille.number]))

    assert "a commencé une modification pour le candidat le" in main(page)
    assert of(draft) not in page.text


def test_what_was_left_is_taken_up_and_filed_in_the_name_of_who_took_it(manager, draft, in_lille):
    page = manager.post(of(draft), {"acte": "reprendre"})

    assert page.url == reverse("office:draft", args=[draft.pk])
    page = manager.post(reverse("office:recap", args=[draft.pk]), follow=True)
    assert "par Claude Martin" in main(page)
    assert in_lille.versions.latest("number").changes == [
        "Téléphone mobile : 06 39 98 12 34 → 06 39 98 99 99"
    ]
    assert manager.get(of(draft)).status_code == 404


def test_what_was_left_and_overtaken_meanwhile_is_put_together_with_what_was_filed(
    manager, draft, in_lille
):
    filed_by_candidate(modified_by_candidate(in_lille, mobile="06 39 98 11 11"))
    manager.post(of(draft), {"acte": "reprendre"})

    page = manager.post(reverse("office:recap", args=[draft.pk]))

    assert page.status_code == 409
    assert "Dans votre saisie : 06 39 98 99 99" in main(page)


def test_what_was_left_is_dropped_and_the_candidate_is_kept_from_nothing(manager, draft, in_lille):
    mine = modified_by_candidate(in_lille, address_1="3 quai du Wault")

    page = manager.post(of(draft), {"acte": "abandonner"}, follow=True)

    assert "La saisie est abandonnée" in main(page)
    assert not draft.answers.exists()
    assert filed_by_candidate(mine).number == 2


def test_a_press_that_says_neither_does_neither(manager, draft):
    page = manager.post(of(draft), {"acte": "autre"})

    assert page.status_code == 422
    assert buttons(page) == ["Reprendre cette saisie", "Abandonner cette saisie"]
    assert draft.answers.exists()


def test_who_has_begun_something_of_their_own_is_told_so(manager, draft, in_lille):
    modified_for(in_lille, manager.user, address_1="3 quai du Wault")

    page = manager.post(of(draft), {"acte": "reprendre"})

    assert page.status_code == 409
    assert "Vous avez déjà une saisie commencée pour ce candidat" in main(page)
    assert draft.answers.get(section="identification").answers["mobile"] == MOBILE


def test_a_new_registration_that_was_left_is_taken_up_too(manager, gone, in_lille):
    candidate = a_record()
    begun = standing_in.begin(
        candidate=candidate,
        exam=in_lille.exam,
        speciality=in_lille.speciality,
        service=in_lille.service,
        author=gone,
        by=MANAGER,
        at=NOW,
    )
    typed(begun, address_1="3 quai <i>du Wault</i>")
    inviting.close(email=GONE, by=OPERATOR, at=LATER)

    page = manager.get(of(begun))

    assert "Identification, Numéro et voie 3 quai <i>du Wault</i>" in main(page)
    manager.post(of(begun), {"acte": "reprendre"})
    assert Draft.objects.open().filled_by(manager.user).get() == begun


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_was_left_is_nothing_elsewhere_nor_while_its_author_fills_it(
    member, manager, draft, method
):
    theirs = modified_for(a_registration(a_candidate()), manager.user, mobile=MOBILE)
    elsewhere = member("A25", email="versailles@exemple.test")
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    said = {"acte": "reprendre"} if method == "post" else {}

    assert getattr(elsewhere, method)(of(draft), said).status_code == 404
    assert getattr(auditor, method)(of(draft), said).status_code == 404
    assert getattr(manager, method)(of(theirs), said).status_code == 404
    draft.refresh_from_db()
    assert draft.author.email == GONE


def test_what_was_given_away_is_handed_over_to_who_has_it(member, manager, in_lille):
    mine = modified_for(in_lille, manager.user, mobile=MOBILE)
    moving.move_for_good(
        registration=in_lille, academy="A25", reason="Déménagement", by=COLLEAGUE, at=LATER
    )
    page = manager.get(reverse("office:recap", args=[mine.pk]))
    where = reverse("office:hand_over", args=[mine.pk])
    assert where in page.text

    page = manager.post(where, follow=True)

    assert "Votre saisie est confiée au service qui a l'inscription." in main(page)
    assert manager.get(reverse("office:recap", args=[mine.pk])).status_code == 404
    there = member("A25", email="versailles@exemple.test")
    file = there.get(reverse("office:registration", args=[in_lille.number]))
    assert of(mine) in file.text
    there.post(of(mine), {"acte": "reprendre"})
    assert there.post(reverse("office:recap", args=[mine.pk])).status_code == 302


def test_what_is_still_where_it_was_is_handed_over_to_nobody(manager, in_lille):
    mine = modified_for(in_lille, manager.user, mobile=MOBILE)

    page = manager.post(reverse("office:hand_over", args=[mine.pk]))

    assert page.status_code == 409
    assert Draft.objects.open().filled_by(manager.user).get() == mine


@pytest.mark.parametrize("name", ["registration", "drafts"])
def test_what_is_left_costs_as_much_for_many_as_for_one(manager, draft, in_lille, name):
    where = reverse(f"office:{name}", args=[in_lille.number] if name == "registration" else [])

    def cost():
        manager.get(where)
        with CaptureQueriesContext(connection) as queries:
            manager.get(where)
        return len(queries)

    one = cost()
    for number in range(3):
        other = a_member(f"autre{number}@exemple.test", Membership.Role.MANAGER, ["A09"])
        of_whom = in_lille if name == "registration" else a_registration(a_candidate())
        modified_for(of_whom, other, mobile=MOBILE)
        inviting.close(email=other.email, by=OPERATOR, at=LATER)

    assert cost() == one
