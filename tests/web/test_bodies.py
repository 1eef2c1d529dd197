"""What a request carries: read whole, or refused before anything is read."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from sporades.registrations.models import Registration
from sporades.web.layout.bodies import carried
from sporades.web.layout.middleware import arrival
from tests.factories import NOW, a_draft
from tests.web.guide import a_browser, main, sign_in

HELD = timedelta(seconds=31)


class Unread(BytesIO):
    """A body that nobody may read."""

    def read(self, *size):
        raise AssertionError


class Gone(BytesIO):
    """A body whose sender is gone."""

    def read(self, *size):
        raise OSError


class Slow(BytesIO):
    """A body that comes in some time."""

    def __init__(self, clock, after):
        super().__init__(b"a=b")
        self.clock, self.after = clock, after

    def read(self, *size):
        self.clock.shift(self.after)
        self.after = timedelta(0)
        return super().read(*size)


def sent(body, **meta):
    return {
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": "3",
        "wsgi.input": body,
        **meta,
    }


def test_what_is_heavier_than_any_page_asks_for_is_refused_unread(client):
    answer = client.post("/connexion", **sent(Unread(), CONTENT_LENGTH="300000000"))

    assert answer.status_code == 413
    assert "Votre envoi est trop lourd" in main(answer)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_file_is_kept_nowhere_and_the_rest_of_its_page_is_read(rf):
    request = rf.post("/connexion", {"f": SimpleUploadedFile("a.txt", b"x" * 9_000), "login": "a"})

    assert dict(request.FILES) == {}
    assert dict(request.POST) == {"login": ["a"]}


@pytest.mark.parametrize("charset", ["rot13", "idna", "utf-16", "latin-1"])
def test_a_page_in_other_signs_than_ours_is_unreadable(client, charset):
    body = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nabc\r\n--x--\r\n'

    answer = client.generic(
        "POST", "/connexion", body, f"multipart/form-data; boundary=x; charset={charset}"
    )

    assert answer.status_code == 400
    assert "Rien n'a été changé" in main(answer)


def test_a_sender_who_is_gone_breaks_nothing(client):
    assert client.post("/connexion", **sent(Gone())).status_code == 400


@pytest.mark.parametrize(
    ("after", "counts"), [(timedelta(seconds=29), timedelta(0)), (HELD, HELD)], ids=["slow", "held"]
)
def test_a_request_that_took_long_to_come_arrived_when_it_was_whole(
    rf, stopped_clock, after, counts
):
    request = rf.post("/connexion", **sent(Slow(stopped_clock, after)))
    seen = []

    arrival(carried(lambda request: seen.append(request.arrived_at) or HttpResponse()))(request)

    assert seen == [NOW + counts]


def test_a_request_held_open_over_the_closing_files_nothing(stopped_clock):
    draft, browser = a_draft(), a_browser()
    sign_in(browser, draft.candidate.user)
    draft.service.closes_at = NOW.replace(second=0)
    draft.service.save()
    stopped_clock.shift(timedelta(seconds=29))

    answer = browser.post(
        f"/inscription/{draft.pk}/recapitulatif", **sent(Slow(stopped_clock, HELD))
    )

    assert (answer.status_code, Registration.objects.count()) == (409, 0)
