"""« Bandeau »: what the administrator says to everybody."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.journal.models import Entry
from sporades.notices import queries as notices
from sporades.notices.models import Banner
from sporades.notices.operations import show
from tests.factories import NOW
from tests.web.guide import main, seen, words

BANNER = reverse("office:banner")
SAID = {"importance": "warning", "message": "Le service est ralenti ce matin.", "jusqu_au": ""}


@pytest.fixture(autouse=True)
def _asked(_no_banner):
    """Let the banner be asked for."""
    notices.forget()


@pytest.fixture
def administrator(member):
    """Return the browser of the administrator."""
    return member(role=Membership.Role.ADMINISTRATOR)


def test_a_banner_is_shown_to_everybody_then_taken_down(administrator, client):
    administrator.post(BANNER, {**SAID, "jusqu_au": "25/11/2026 12:00"})

    assert SAID["message"] in client.get("/connexion").text
    banner = Banner.objects.get()
    assert (banner.kind, banner.ends_at.hour) == ("warning", 11)
    assert Entry.objects.get(verb="banner shown").actor_name == "Claude Martin"

    administrator.post(reverse("office:end_banner"))

    assert SAID["message"] not in client.get("/connexion").text
    assert not Banner.objects.shown_at(NOW).exists()


def test_who_is_served_after_a_later_banner_reads_that_it_has_replaced_theirs(administrator):
    show(kind="alert", message="Le service ferme à 18 h.", at=NOW + timedelta(milliseconds=1))

    page = administrator.post(BANNER, SAID, follow=True)

    assert "l'a remplacé" in main(page)
    assert "Le bandeau est affiché" not in main(page)


@pytest.mark.parametrize(
    "changes",
    [
        {"message": " "},
        {"message": "x" * 301},
        {"jusqu_au": "24/11/2026 12:00"},
        {"importance": ""},
    ],
)
def test_a_banner_that_cannot_be_is_refused_at_its_field(administrator, changes):
    page = administrator.post(BANNER, {**SAID, **changes})

    assert page.status_code == 422
    assert not Banner.objects.exists()


def test_a_manager_says_nothing_to_everybody(manager):
    assert manager.post(BANNER, SAID).status_code == 404
    assert "Bandeau" not in manager.get(reverse("office:home")).text


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("", "Jusqu'à ce que vous le retiriez."),
        (
            "25/11/2026 12:00",
            "Jusqu'au mercredi 25 novembre 2026 à 12 h 00 (heure de Paris).",
        ),
    ],
)
def test_the_banner_that_stands_says_until_when(administrator, until, said):
    administrator.post(BANNER, {**SAID, "jusqu_au": until})

    lines = seen(administrator.get(BANNER)).cssselect("main .s-card__line")

    assert words(lines[-1]) == said


def test_an_administrator_stops_all_writing_and_lets_it_begin_again(administrator, client):
    administrator.post(BANNER, {**SAID, "lecture_seule": "on"})

    assert "Le service est en lecture seule" in client.get("/connexion").text
    assert administrator.get("/gestion/inscriptions").status_code == 200
    assert client.post("/creer-mon-compte", {}).status_code == 503
    assert "lecture seule jusqu'au retrait de ce bandeau" in main(administrator.get(BANNER))

    administrator.post(reverse("office:end_banner"))
    assert client.post("/creer-mon-compte", {}).status_code != 503
