"""On the evening of a closing, who has begun is served before who arrives (R-01, R-06)."""

from datetime import timedelta
from threading import Event, Thread

import pytest
import time_machine
from django.conf import settings as configured
from django.http import HttpResponse
from django.test import Client, RequestFactory

from sporades.web.layout import errors
from sporades.web.layout.admission import A_CROWD, FREE, NOBODY_READS, TOLD_EVERY, admission
from sporades.web.layout.middleware import HEALTH, arrival
from tests.factories import NOW
from tests.web.guide import HOST, main, plain

NOT_AT_ALL, SECOND = timedelta(0), timedelta(seconds=1)
PROXY = "127.0.0.1"
PATIENCE = 60
SESSION = {configured.SESSION_COOKIE_NAME: "dont-personne-ne-demande"}


@pytest.fixture(autouse=True)
def _a_proxy_that_says_it(settings):
    settings.TRUSTED_PROXIES, settings.PROXY_SAYS_ARRIVAL = [PROXY], True


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def process(clock):
    """A process that has just answered somebody who had not waited: what asks it something."""
    pages = arrival(admission(lambda _: HttpResponse("une page")))

    def ask(path="/", *, queued=NOT_AT_ALL, method="GET", cookies=(), is_said=True):
        request = asked(clock, path, queued=queued, method=method)
        request.COOKIES.update(cookies)
        if not is_said:
            del request.META["HTTP_X_REQUEST_START"]
        return pages(request).status_code

    assert ask() == 200
    return ask


def asked(clock, path="/", *, queued, method="GET"):
    """What arrives with the instant at which the proxy had it whole."""
    request = RequestFactory().generic(method, path, REMOTE_ADDR=PROXY)
    request.META["HTTP_X_REQUEST_START"] = f"t={clock.time_ns() / 1e9 - queued.total_seconds():.3f}"
    return request


def test_who_arrives_behind_a_crowd_is_sent_back_and_nobody_before_that(process):
    assert process(queued=A_CROWD - SECOND) == 200
    assert process(queued=A_CROWD) == 503
    assert process(queued=A_CROWD, method="HEAD") == 503


def test_who_has_begun_is_served_as_long_as_somebody_reads(process):
    assert process("/inscription/1/identification", queued=A_CROWD, cookies=SESSION) == 200
    assert process(queued=NOBODY_READS - SECOND, cookies=SESSION) == 200
    assert process(queued=NOBODY_READS, cookies=SESSION) == 503


@pytest.mark.parametrize("cookies", [{}, SESSION])
def test_what_somebody_sends_is_taken_however_long_it_has_queued(process, cookies):
    assert process("/connexion", queued=9 * 60 * SECOND, method="POST", cookies=cookies) == 200


@pytest.mark.parametrize("path", HEALTH)
def test_how_the_process_is_is_said_to_whoever_asks(process, path):
    assert process(path, queued=NOBODY_READS) == 200


def test_where_no_proxy_says_it_everybody_is_served_in_turn(process, settings):
    settings.PROXY_SAYS_ARRIVAL = False

    assert process(queued=NOBODY_READS) == 200


def test_a_proxy_whose_clock_is_behind_sends_nobody_back(process, clock):
    behind = 8 * SECOND
    clock.shift(FREE)
    assert process(queued=behind) == 200
    assert process(queued=behind) == 200
    assert process(queued=behind + A_CROWD - SECOND) == 200
    assert process(queued=behind + A_CROWD) == 503


def test_what_the_clocks_seem_apart_is_never_more_than_what_anyone_queued(process, clock):
    # The first whom a new process serves may have queued before it was there.
    clock.shift(FREE)
    assert process(queued=8 * SECOND) == 200
    assert process(queued=SECOND) == 200

    assert process(queued=SECOND + A_CROWD) == 503


def test_who_comes_by_no_proxy_says_nothing_of_its_clock(process, clock):
    clock.shift(FREE)
    assert process(queued=8 * SECOND) == 200
    assert process("/-/vivant", is_said=False) == 200

    assert process(queued=8 * SECOND) == 200


def test_a_process_that_answers_somebody_is_not_free(clock):
    has_begun, may_end = Event(), Event()

    def page(request):
        if request.path == "/lent":
            has_begun.set()
            assert may_end.wait(PATIENCE)
        return HttpResponse("une page")

    pages = arrival(admission(page))
    slow = Thread(target=pages, args=[asked(clock, "/lent", queued=NOT_AT_ALL)], daemon=True)
    slow.start()
    assert has_begun.wait(PATIENCE)
    clock.shift(2 * A_CROWD)

    answer = pages(asked(clock, queued=A_CROWD))
    may_end.set()
    slow.join(PATIENCE)

    assert answer.status_code == 503


def test_the_log_tells_of_a_crowd_once_a_minute(process, clock, caplog):
    for _ in range(3):
        process(queued=A_CROWD)
    assert [one.getMessage() for one in caplog.records] == ["A crowd: requests have queued for 2 s"]

    clock.shift(TOLD_EVERY)
    process()
    process(queued=A_CROWD)
    assert len(caplog.records) == 2


def test_the_page_asks_the_database_nothing_and_leads_back_to_where_one_was(
    clock, db, django_assert_num_queries
):
    client = Client(SERVER_NAME=HOST)
    client.get("/-/vivant", headers={"x-request-start": f"t={NOW.timestamp()}"})
    late = {"x-request-start": f"t={(NOW - A_CROWD).timestamp()}"}

    with django_assert_num_queries(0):
        answer = client.get("/connexion?suite=1", headers=late)

    assert (answer.status_code, answer["Retry-After"]) == (503, errors.RETRY_AFTER)
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert '<a class="fr-btn" href="">Réessayer</a>' in answer.text
    assert "Cela ne change rien aux dates d'inscription." in plain(main(answer))
