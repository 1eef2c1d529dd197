"""L-04: « Enregistrer » that comes too late leaves when it came, and the hours that stood then."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.journal.models import Entry
from tests.factories import a_draft, a_registration
from tests.web.guide import main, titles

pytestmark = pytest.mark.usefixtures("invented_exam")
VERB = "draft not filed, out of hours"


@pytest.fixture
def late(sign_in, stopped_clock):
    """Give somebody who presses « Enregistrer » a minute after the last one."""
    draft = a_draft()
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))
    client = sign_in(draft.candidate)
    where = reverse("candidate:recap", args=[draft.pk])
    return draft, lambda: client.post(where)


def test_what_comes_too_late_is_kept_once_with_its_arrival_and_the_hours_that_stood(late):
    draft, press = late

    page = press()
    press()

    assert (page.status_code, "Votre demande a été reçue le" in main(page)) == (409, True)
    [kept] = Entry.objects.filter(verb=VERB)
    assert kept.at == draft.service.closes_at + timedelta(minutes=1)
    assert kept.payload["after"] == {
        "opens_at": draft.service.opens_at.isoformat(),
        "closes_at": draft.service.closes_at.isoformat(),
    }
    assert (kept.object_id, kept.academy) == (str(draft.pk), draft.service.academy_id)


def test_what_comes_in_time_leaves_no_such_line(sign_in, stopped_clock):
    draft = a_draft()
    sign_in(draft.candidate).post(reverse("candidate:recap", args=[draft.pk]))

    assert not Entry.objects.filter(verb=VERB).exists()


def test_its_page_and_the_list_say_that_it_was_not_saved_in_time(late, sign_in):
    draft, press = late

    refused = main(press())
    listed = sign_in(draft.candidate).get("/mes-inscriptions")
    tab = main(sign_in(draft.candidate).get(f"/inscription/{draft.pk}/identification"))

    for said in (refused, main(listed)):
        assert "Vous n'êtes pas inscrit(e) : votre saisie n'a pas été enregistrée" in said
    assert "Cette saisie n'a pas été enregistrée à temps." in tab
    for said in (refused, main(listed), tab):
        assert "encore enregistrée" not in said
    assert titles(listed) == ["Pas enregistrées à temps"]


def test_where_another_registration_stands_nobody_is_said_not_to_be_registered(
    sign_in, stopped_clock
):
    registration = a_registration()
    draft = a_draft(registration.candidate)
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))

    listed = sign_in(draft.candidate).get("/mes-inscriptions")

    assert titles(listed) == ["Pas enregistrées à temps", "Inscriptions enregistrées"]
    assert "Cette saisie n'a pas été enregistrée à temps." in main(listed)
    assert "Vous n'êtes pas inscrit(e)" not in main(listed)
