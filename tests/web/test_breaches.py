"""What browsers report of the content policy, and what is kept of it (ASVS 3.4.7)."""

import json
from collections import deque
from datetime import timedelta

import pytest
import time_machine

from sporades.web.layout import breaches
from sporades.web.registry import ACCESS
from tests.factories import NOW
from tests.web.guide import HOST, a_browser

SECRET = "zyzomys"


@pytest.fixture(autouse=True)
def instant(monkeypatch):
    """A process that has told of nothing yet, at an instant of its own."""
    monkeypatch.setattr(breaches, "_told", deque())
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def lines(caplog):
    """The lines of the log."""
    return lambda: [one.message for one in caplog.records if one.name == breaches.__name__]


def old(directive="script-src-elem", page=f"https://{HOST}/contact", **more):
    """Return a report as `report-uri` has it sent."""
    report = {"document-uri": page, "effective-directive": directive, "blocked-uri": "inline"}
    return {"csp-report": {**report, **more}}


def new(directive="img-src", page=f"https://{HOST}/contact", kind="csp-violation"):
    """Return reports as `report-to` has them sent."""
    return [{"type": kind, "body": {"documentURL": page, "effectiveDirective": directive}}]


def send(said, **headers):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return a_browser().post(
        "/-/politique",
        body,
        content_type="application/csp-report",
        headers={"host": HOST, **headers},
    )


def test_every_page_says_where_to_report(client):
    answer = client.get("/-/vivant")

    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"report-uri /-/politique", "report-to politique"} <= set(policy)
    assert answer.headers["Reporting-Endpoints"] == 'politique="/-/politique"'


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (old(), "script-src-elem, sur /contact"),
        (old(directive=None, **{"violated-directive": "img-src 'self'"}), "img-src, sur /contact"),
        (new(), "img-src, sur /contact"),
    ],
)
def test_a_breach_is_a_line_with_its_directive_and_its_page(lines, said, line):
    answer = send(said)

    assert (answer.status_code, answer.content) == (204, b"")
    assert lines() == [f"Politique de contenu enfreinte : {line}"]
    assert not answer.cookies


@pytest.mark.parametrize(
    "page",
    [
        f"https://{HOST}/contact?nom={SECRET}#{SECRET}",
        f"https://{SECRET}@{HOST}/mes-inscriptions/{SECRET}",
        f"https://{HOST}/activer-mon-compte/{SECRET}",
        f"https://{HOST}/{SECRET}",
        f"https://[{SECRET}",
        f"{SECRET}\nune autre ligne",
        {SECRET: 1},
        None,
    ],
    ids=str,
)
def test_nothing_of_who_read_it_is_kept(lines, page):
    more = {"referrer": SECRET, "script-sample": SECRET, "blocked-uri": f"https://{SECRET}/"}
    send(old(page=page, **more))

    [line] = lines()
    assert SECRET not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "directive", [SECRET.upper(), f"{'a' * 31}", "img-src\nfausse ligne", 7, [], None]
)
def test_a_directive_that_is_none_is_not_written(lines, directive):
    send(old(directive=directive, **{"violated-directive": directive}))

    assert lines() == ["Politique de contenu enfreinte : directive inconnue, sur /contact"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"", 413),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 15_000, 400),
        (b"x" * 16_001, 413),
        (b"7", 204),
        ([], 204),
        ([7, {}, {"body": 7}], 204),
        ({"csp-report": 7}, 204),
        (new(kind="deprecation"), 204),
    ],
    ids=lambda one: str(one)[:20],
)
def test_what_is_no_report_is_not_written(lines, said, status):
    assert send(said).status_code == status
    assert lines() == []


@pytest.mark.parametrize("length", ["", "-1", "deux", "16001", "9" * 30])
def test_a_report_says_how_long_it_is(lines, length):
    body = json.dumps(old())

    answer = a_browser().generic("POST", "/-/politique", body, CONTENT_LENGTH=length)

    assert (answer.status_code, lines()) == (413, [])


def test_a_process_writes_thirty_lines_a_minute_whatever_is_sent(lines, instant):
    for _ in range(8):
        assert send(new() * 5).status_code == 204
    assert len(lines()) == 30

    instant.shift(timedelta(seconds=59))
    send(old())
    assert len(lines()) == 30
    instant.shift(timedelta(seconds=1))
    send(old())
    assert len(lines()) == 31


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_reports_nothing(lines, site):
    assert send(old(), **{"sec-fetch-site": site}).status_code == 403
    assert lines() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_it_is_only_posted_to(method):
    answer = a_browser().generic(method, "/-/politique")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_another_host_is_refused():
    assert send(old(), host="ailleurs.exemple.test").status_code == 400


def test_nothing_else_is_posted_to_without_a_token():
    assert [name for name, route in ACCESS.items() if route.without_token] == ["public:breaches"]
