"""Why a modification was refused is still read once the service is open for longer."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import requesting, standing_in
from sporades.registrations.models import Draft
from tests.evidence.given import MANAGER, again
from tests.factories import a_candidate, a_registration, author
from tests.requests import ask, moved_house
from tests.spaces import plain
from tests.web.guide import main
from tests.web.registry.world import a_member

WHY = "Adresse hors de l'académie"
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")


@pytest.fixture
def refused(db):
    """Return a registration whose modification is refused after the closing, and when that was."""
    registration = a_registration(a_candidate(email="zoe@exemple.test"))
    late = registration.service.closes_at + timedelta(days=2)
    requesting.refuse(request=ask(again(registration), late), answer=WHY, by=MANAGER, at=late)
    return registration, late


def reopened(registration, *, until):
    service = registration.service
    service.closes_at = until
    service.save()


def read(client, registration, page=""):
    client.force_login(registration.candidate.user)
    found = main(client.get(f"/mes-inscriptions/{registration.number}{page}"))
    return plain(found).replace("’", "'")


def test_why_and_how_to_contest_stay_on_its_page_while_that_is_in_time(
    client, refused, stopped_clock
):
    registration, late = refused
    reopened(registration, until=late + timedelta(days=200))
    stopped_clock.move_to(late + HOUR)

    page = read(client, registration)
    assert f"est refusée. Motif : {WHY}" in page
    assert "Décision prise par" in page
    assert "Dans les deux mois" in page

    stopped_clock.move_to(late + timedelta(days=70))
    assert WHY not in read(client, registration)


def refused_after_the_closing(stopped_clock):
    """Return a registration whose modification was refused an hour after it was filled."""
    registration = a_registration(a_candidate(email="zoe@exemple.test"))
    late = registration.service.closes_at + timedelta(days=2)
    by = author(registration.candidate)
    begun = requesting.begin(registration=again(registration), by=by, at=late)
    draft = moved_house(begun, late + HOUR)
    asked = requesting.send(draft=draft, reason="Déménagement", proof=[], by=by, at=late + HOUR)
    requesting.refuse(request=asked, answer=WHY, by=MANAGER, at=late + HOUR)
    stopped_clock.move_to(late + 2 * HOUR)
    return registration


def test_the_home_says_that_it_was_refused(client, stopped_clock):
    registration = refused_after_the_closing(stopped_clock)
    client.force_login(registration.candidate.user)

    home = plain(main(client.get("/accueil"))).replace("’", "'")

    assert "Votre demande de modification est refusée : votre inscription reste" in home
    assert "Vous pouvez la changer et la demander de nouveau, ou l'abandonner." in home
    assert "n'est pas enregistrée" not in home


def test_what_the_office_saves_after_refusing_it_is_said(client, stopped_clock):
    registration = refused_after_the_closing(stopped_clock)
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    at = registration.service.closes_at + timedelta(days=3)
    draft = standing_in.amend(registration=again(registration), author=agent, by=MANAGER, at=at)
    draft = moved_house(draft, at)
    standing_in.register(draft=draft, reason="Refusée par erreur", by=MANAGER, at=at)

    said = read(client, registration)

    assert "reste telle qu'elle" not in said
    assert "est refusée. Votre inscription a été modifiée entre-temps." in said
    assert "si cela vous convient, abandonnez votre modification" in said


def test_its_history_says_why_whatever_became_of_what_was_asked(client, refused, stopped_clock):
    registration, late = refused
    reopened(registration, until=late + timedelta(days=3))
    Draft.objects.filter(amends=registration).update(abandoned_at=late + HOUR)
    stopped_clock.move_to(late + HOUR)

    assert WHY not in read(client, registration)
    said = read(client, registration, "/historique")
    assert "Demande de modification refusée" in said
    assert WHY in said
