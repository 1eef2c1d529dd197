"""L-04: « Enregistrer » that comes too late leaves when it came, and the hours that stood then."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.journal.models import Entry
from tests.factories import a_draft
from tests.web.guide import main

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
