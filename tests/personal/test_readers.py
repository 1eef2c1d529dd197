"""Who has opened one's file, as the page of one's data says it (B10)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.acts import consulting
from sporades.core.actors import Actor
from sporades.documents.models import DocumentVersion
from sporades.personal import readers
from sporades.personal.readers import Reading, readings_of
from sporades.registrations.summary import SUMMARY
from tests.factories import NOW, a_candidate, a_registration, author
from tests.web.guide import main, sign_in

CURIOUS = Actor("manager", "Camille Ferrand", "user:12")

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


@pytest.fixture
def registration():
    return a_registration(a_candidate())


def summary_of(registration):
    return DocumentVersion.objects.get(
        document__folder=registration.folder_id, document__kind=SUMMARY.slug
    )


def read(registration, *, at=NOW, by=CURIOUS):
    consulting.consult_file(registration=registration, by=by, at=at)


def test_each_reading_is_said_with_its_quality_and_academy_and_no_name(registration):
    read(registration)
    paper = summary_of(registration)
    consulting.consult_document(version=paper, by=CURIOUS, at=NOW + timedelta(minutes=2))

    found, is_cut = readings_of(registration.candidate, at=NOW)

    assert not is_cut
    assert found == [
        Reading(
            "mercredi 25 novembre 2026 à 10\u00a0h\u00a032 (heure de Paris)",
            "Gestionnaire, académie de Lille",
            "Document consulté par la gestion",
            "",
        ),
        Reading(
            "mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris)",
            "Gestionnaire, académie de Lille",
            "Dossier consulté",
            registration.number,
        ),
    ]


def test_what_others_are_read_of_and_what_is_done_is_not_there(registration):
    read(a_registration(a_candidate()))
    consulting.open_document(
        version=summary_of(registration),
        by=author(registration.candidate),
        at=NOW,
    )

    assert readings_of(registration.candidate, at=NOW) == ([], False)


def test_what_is_not_published_yet_is_read_without_its_candidate_knowing(registration):
    paper = summary_of(registration)
    consulting.consult_document(version=paper, by=CURIOUS, at=NOW)

    assert readings_of(registration.candidate, at=paper.published_at - timedelta(1)) == ([], False)


def test_of_very_many_the_last_are_said(registration, monkeypatch):
    monkeypatch.setattr(readers, "MOST", 2)
    for hours in range(0, 9, 3):
        read(registration, at=NOW + timedelta(hours=hours))

    found, is_cut = readings_of(registration.candidate, at=NOW)

    assert (len(found), is_cut) == (2, True)
    assert "19 h 30" not in found[0].when
    assert "16 h 30" in found[0].when.replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_of_ones_data_says_it(client, registration, django_assert_max_num_queries):
    user = registration.candidate.user
    sign_in(client, user)
    before = main(client.get(reverse("candidate:my_data")))
    read(registration)
    with django_assert_max_num_queries(10):
        page = main(client.get(reverse("candidate:my_data")))

    assert "Personne d'autre que vous." in before
    assert "Gestionnaire, académie de Lille" in page
    assert "Qui ouvre plusieurs fois la même chose en une heure y est une fois" in page
    assert CURIOUS.name not in page
    assert f"Dossier consulté, n°{registration.number}" in page
