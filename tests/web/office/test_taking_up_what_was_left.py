"""« Reprendre les réponses de l'inscription n°… »: who left, and is registered again, types nothing again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.acts.registrations import leaving
from sporades.exams.models import RegistrationService
from sporades.registrations.models import Draft, Registration
from tests.factories import NOW, a_registration, author
from tests.web.guide import buttons, main, value_of
from tests.web.office.test_filling import answer, at

WEEK = timedelta(days=7)


@pytest.fixture
def left(in_lille):
    """Return a registration that its candidate left a week ago; its service has closed since."""
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW - WEEK)
    RegistrationService.objects.update(closes_at=NOW - timedelta(days=1))
    in_lille.refresh_from_db()
    return in_lille


def where(registration):
    return reverse("office:register_for", args=[registration.candidate_id])


def take_up(client, registration, number=None):
    return client.post(where(registration), {"reprendre": number or registration.number})


def label(registration):
    return f"Reprendre les réponses de l'inscription n°{registration.number}"


def test_its_answers_are_those_of_a_new_one_which_each_tab_judges_anew(manager, left):
    page = manager.get(where(left))
    assert label(left) in buttons(page)
    assert "les pièces sont à fournir de nouveau" in main(page)

    assert take_up(manager, left).status_code == 302

    draft = Draft.objects.open().get(author=manager.user)
    assert draft.amends is None
    assert draft.answers.get(section="epreuves").answers["option-E3"] == "NAGE"
    box = manager.get(at("tab", draft, "modalites"))
    answer(manager, draft, "modalites", accepted=value_of(box, "accepted"))
    recap = manager.get(at("recap", draft))
    filed = manager.post(at("recap", draft), {"lu": value_of(recap, "lu"), "motif": "Erreur"})
    assert filed.status_code == 302
    new = Registration.objects.active().get()
    assert (new.number != left.number, new.mobile) == (True, left.mobile)
    assert label(left) not in buttons(manager.get(where(left)))


def test_it_is_not_taken_up_twice_at_once(manager, left):
    take_up(manager, left)

    page = take_up(manager, left)

    assert page.status_code == 409
    assert "Vous avez déjà une saisie commencée pour ce candidat" in main(page)


def test_what_stands_or_is_elsewhere_is_not_offered(manager, member, in_lille, in_versailles):
    assert label(in_lille) not in buttons(manager.get(where(in_lille)))
    assert take_up(manager, in_lille).status_code == 404
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    assert take_up(manager, in_lille, in_versailles.number).status_code == 404
    a_registration(in_lille.candidate)
    assert label(in_lille) not in buttons(manager.get(where(in_lille)))
