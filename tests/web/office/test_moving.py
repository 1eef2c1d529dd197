"""« Changer d'académie », through its page."""

import html

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from tests.web.guide import main


def where(registration):
    return reverse("office:move_registration", args=[registration.number])


def test_a_manager_gives_a_registration_away_and_sees_it_no_more(manager, in_lille):
    assert (
        where(in_lille) in manager.get(reverse("office:registration", args=[in_lille.number])).text
    )

    said = {"academie": "A25", "motif": "Il a déménagé"}
    page = manager.post(where(in_lille), said, follow=True)

    assert "est donnée à l'académie de Versailles" in html.unescape(page.text)
    assert page.redirect_chain[-1][0] == reverse("office:search")
    file = reverse("office:registration", args=[in_lille.number])
    assert manager.get(file).status_code == 404


def test_who_has_both_academies_goes_on_in_its_file(member, in_lille):
    client = member("A09", "A25")

    page = client.post(where(in_lille), {"academie": "A25", "motif": "Déménagé"}, follow=True)

    assert "Versailles" in main(page)
    assert page.redirect_chain[-1][0] == reverse("office:registration", args=[in_lille.number])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"academie": "", "motif": "Déménagé"}, "Choisissez dans la liste"),
        ({"academie": "A99", "motif": "Déménagé"}, "n'est pas proposée ici"),
        ({"academie": "A25", "motif": " "}, "le candidat le lira"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(manager, in_lille, said, words):
    page = manager.post(where(in_lille), said)

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    in_lille.refresh_from_db()
    assert in_lille.version == 1


def test_who_reads_only_moves_nothing(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    assert auditor.get(where(in_lille)).status_code == 404
