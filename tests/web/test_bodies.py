"""What a request carries: read whole, or refused before anything is read."""

import resource
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import FileField
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.client import ClientHandler

from sporades.core.charsets import declared
from sporades.registrations.models import Registration
from sporades.web.layout.bodies import admitted, carried
from sporades.web.layout.middleware import arrival
from tests.factories import NOW, a_candidate, a_draft
from tests.web.guide import a_browser, main, seen, sign_in, signed_in, words

HELD = timedelta(seconds=31)
TAKES_A_FILE = "/inscription/00000000-0000-4000-8000-000000000000/demande"
OF_THE_OFFICE = "/gestion/publications/depot"
BOUNDARY = "multipart/form-data; boundary=x"
A_FORM = (
    b'--x\r\nContent-Disposition: form-data; name="motif"\r\n\r\nPourquoi\r\n'
    b'--x\r\nContent-Disposition: form-data; name="piece"; filename="a.pdf"\r\n\r\n%PDF\r\n--x--\r\n'
)


REFUSED = ["charset=hex", "charset=idna", "charset=rot13", f"a={'b' * 20_000}"]


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

    def __init__(self, clock, after, content=b"a=b"):
        super().__init__(content)
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


def test_what_a_request_carried_is_let_go_once_it_is_answered(db, client):
    answer = client.post("/connexion", {"login": "a" * 9_000})

    request = answer.wsgi_request
    assert (request.body, request.read()) == (b"", b"")
    assert list(request.POST) == ["login"]


@pytest.mark.parametrize("cookie", ["", "0123456789abcdefghijklmnopqrstuv"], ids=["none", "forged"])
@pytest.mark.parametrize("address", [TAKES_A_FILE, OF_THE_OFFICE])
def test_of_who_has_not_signed_in_no_file_is_kept(db, cookie, address):
    stranger = a_browser()
    if cookie:
        stranger.cookies["__Host-session"] = cookie

    answer = stranger.generic("POST", address, A_FORM, BOUNDARY)

    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/connexion")
    assert dict(answer.wsgi_request.FILES) == {}
    assert dict(answer.wsgi_request.POST) == {"motif": ["Pourquoi"]}


def test_of_a_candidate_no_file_is_kept_that_is_for_the_office(invented_exam):
    browser = signed_in(a_candidate().user)

    theirs = browser.generic("POST", TAKES_A_FILE, A_FORM, BOUNDARY)
    foreign = browser.generic("POST", OF_THE_OFFICE, A_FORM, BOUNDARY)

    assert list(theirs.wsgi_request.FILES) == ["piece"]
    assert (foreign.status_code, dict(foreign.wsgi_request.FILES)) == (404, {})


def test_what_is_too_heavy_is_refused_unread_to_a_reader_who_finds_their_menu(invented_exam):
    browser = signed_in(a_candidate().user)

    answer = browser.post(
        TAKES_A_FILE, **sent(Unread(), CONTENT_TYPE=BOUNDARY, CONTENT_LENGTH="96000001")
    )

    assert answer.status_code == 413
    assert "cette page prend 40 Mo de fichier au plus" in main(answer)
    assert "Mes inscriptions" in {words(one) for one in seen(answer).cssselect("nav a")}


def test_a_page_says_how_heavy_an_archive_may_be(db):
    answer = a_browser().post(
        OF_THE_OFFICE, **sent(Unread(), CONTENT_TYPE=BOUNDARY, CONTENT_LENGTH="101000001")
    )

    assert (answer.status_code, "100 Mo de fichier au plus" in main(answer)) == (413, True)


def test_a_file_whose_sender_is_gone_breaks_nothing(invented_exam):
    browser = signed_in(a_candidate().user)

    answer = browser.post(TAKES_A_FILE, **sent(Gone(), CONTENT_TYPE=BOUNDARY))

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("after", "counts"), [(timedelta(seconds=29), timedelta(0)), (HELD, HELD)], ids=["slow", "held"]
)
def test_a_file_that_took_long_to_come_arrived_when_it_was_whole(
    invented_exam, rf, stopped_clock, after, counts
):
    body = Slow(stopped_clock, after, A_FORM)
    length = str(len(A_FORM))
    request = rf.post(TAKES_A_FILE, **sent(body, CONTENT_TYPE=BOUNDARY, CONTENT_LENGTH=length))
    request.user = a_candidate().user
    arrived = []

    def view(request):
        arrived.append((request.arrived_at, list(request.FILES)))
        return HttpResponse()

    arrival(carried(admitted(view)))(request)
    request.close()

    assert arrived == [(NOW + counts, ["piece"])]


def test_of_a_file_that_is_too_heavy_no_more_is_kept_than_shows_it(invented_exam, rf):
    heavy = SimpleUploadedFile("a.pdf", bytes(45_000_000))
    request = rf.post(TAKES_A_FILE, {"motif": "Pourquoi", "piece": heavy})
    request.user = a_candidate().user

    arrival(carried(admitted(lambda _: HttpResponse())))(request)

    kept = request.FILES["piece"]
    assert (kept.size, 40_000_000 < len(kept.read()) < 40_200_000) == (45_000_000, True)
    assert dict(request.POST) == {"motif": ["Pourquoi"]}
    request.close()


@contextmanager
def a_disk_with_room_for(size):
    """Keep this process from writing larger files: the rest of what it writes is small."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [1_000_000, 8_000_000], ids=["at once", "further on"])
def test_a_disk_that_is_full_keeps_no_file_and_leaves_the_rest_of_its_form(
    invented_exam, rf, room, caplog
):
    files = [SimpleUploadedFile(f"{size}.pdf", bytes(size)) for size in (3_000_000, 9_000_000, 5)]
    request = rf.post(TAKES_A_FILE, {"motif": "Pourquoi", "piece": files})
    request.user = a_candidate().user

    with a_disk_with_room_for(room):
        arrival(carried(admitted(lambda _: HttpResponse())))(request)

    small, large, last = request.FILES.getlist("piece")
    assert (len(small.read()), len(last.read()), dict(request.POST)) == (
        3_000_000,
        5,
        {"motif": ["Pourquoi"]},
    )
    with pytest.raises(ValidationError, match="Le fichier ne peut pas être gardé en ce moment"):
        FileField().clean(large)
    assert caplog.text.count("The folder of temporary files takes nothing: [Errno 27]") == 1
    request.close()


@pytest.mark.parametrize("charset", ["rot13", "idna", "utf-16", "latin-1"])
def test_a_page_in_other_signs_than_ours_is_unreadable(client, charset):
    body = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nabc\r\n--x--\r\n'

    answer = client.generic(
        "POST", "/connexion", body, f"multipart/form-data; boundary=x; charset={charset}"
    )

    assert answer.status_code == 400
    assert "Rien n'a été changé" in main(answer)


@pytest.mark.parametrize("query", ["", "x=1", "x=%ff"])
@pytest.mark.parametrize("address", ["/", "/connexion", "/-/vivant", "/static/x.css"])
@pytest.mark.parametrize("said", [*REFUSED, "charset=a\0b", "charset=inconnu", "charset*=%ff''a"])
def test_a_request_in_other_signs_than_ours_is_answered_whatever_it_asks(said, address, query):
    environ = RequestFactory().post(address, QUERY_STRING=query).environ
    environ["CONTENT_TYPE"] = f"application/x-www-form-urlencoded; {said}"
    ours = ClientHandler()

    answer = declared(lambda environ, _: ours(environ))(environ, None)

    # What no reader of signs knows is taken for ours.
    assert answer.status_code in ({400} if said in REFUSED else {400, 403, 404})
    assert answer.status_code != 400 or "Rien n'a été changé" in answer.text


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
