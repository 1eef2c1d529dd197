"""S-03: what every answer says to protect its reader, pages of error included."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import override_settings

from tests.factories import NOW, PASSWORD
from tests.web.guide import HOST
from tests.web.registry.observatory import BROAD, grade, parsed
from tests.web.registry.routes import NAMES, READABLE, address, reader
from tests.web.registry.test_routes import careless_urls
from tests.web.registry.world import Role

LEAST = 120
LEAVING = {
    "account_logout",
    "account_undo_address",
    "usersessions_list",
}
"""Posted, these end the session of whoever posts."""
SAME_ON_EACH = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def protects(response):
    """Check the grade of an answer, and what no grade counts."""
    found = grade(response)
    policy = parsed(response.headers["Content-Security-Policy"])

    assert (found.letter, found.score >= LEAST) == ("A+", True), found.points
    assert {name: response.headers.get(name) for name in SAME_ON_EACH} == SAME_ON_EACH
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", *BROAD} & set().union(*policy.values())
    for name in ("object-src", "base-uri", "frame-ancestors"):
        assert policy[name] == {"'none'"}
    assert policy["form-action"] == {"'self'"}
    for cookie in response.cookies.values():
        assert cookie.key.startswith("__Host-")
        assert (cookie["path"], cookie["domain"]) == ("/", "")
        is_taken_back = cookie["max-age"] == 0
        assert (cookie["secure"], cookie["samesite"]) == (True, "Lax")
        assert cookie["httponly"] or is_taken_back
    assert not {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(response.headers)
    kind = response.headers.get("Content-Type", "")
    text = b"".join(response)
    assert kind or not text
    assert re.search('charset="?utf-8', kind) or not kind.startswith("text/")


def is_kept_by_nobody(response):
    """Check that no cache, shared or not, keeps the answer of somebody signed in (I-17)."""
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in re.split(r",\s*", response.headers["Vary"])
    assert not {"ETag", "Last-Modified"} & set(response.headers)


# --- The scorer ----------------------------------------------------------------------------


GOOD = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("changes", "score", "letter"),
    [
        ({}, 130, "A+"),
        (dict.fromkeys(GOOD), 30, "D"),
        ({"Content-Security-Policy": None, "X-Frame-Options": "DENY"}, 75, "B"),
        ({"Content-Security-Policy": "default-src 'self'", "X-Frame-Options": "DENY"}, 120, "A+"),
        ({"Content-Security-Policy": "script-src 'self' 'unsafe-inline'"}, 60, "C+"),
        ({"Content-Security-Policy": "default-src 'none'; script-src *; frame-ancestors 'none'"}, 80, "B+"),
        ({"Content-Security-Policy": "default-src http://a.test; frame-ancestors 'none'"}, 80, "B+"),
        ({"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}, 120, "A+"),
        ({"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-eval'; frame-ancestors 'none'"}, 110, "A+"),
        ({"Content-Security-Policy": "default-src 'none'; img-src http:; frame-ancestors 'none'"}, 110, "A+"),
        ({"Strict-Transport-Security": None}, 80, "B+"),
        ({"Strict-Transport-Security": "max-age=3600"}, 120, "A+"),
        ({"Referrer-Policy": "unsafe-url"}, 120, "A+"),
        ({"X-Content-Type-Options": None}, 125, "A+"),
        ({"Cross-Origin-Resource-Policy": None}, 120, "A+"),
        ({"Access-Control-Allow-Origin": "https://a.test", "Access-Control-Allow-Credentials": "true"}, 50, "C"),
    ],
)  # fmt: skip
def test_the_scorer_gives_what_the_observatory_gives(changes, score, letter):
    said = {**GOOD, **changes}
    response = HttpResponse(headers={name: value for name, value in said.items() if value})

    found = grade(response)

    assert (found.score, found.letter) == (score, letter)


@pytest.mark.parametrize(
    ("options", "score"),
    [
        ({"secure": True, "httponly": True, "samesite": "Lax"}, 135),
        ({"secure": True, "httponly": True}, 130),
        ({"secure": True, "samesite": "Lax"}, 70),
        ({"httponly": True, "samesite": "Lax"}, 120),
        ({"secure": True, "httponly": True, "samesite": "None"}, 80),
    ],
)
def test_the_scorer_looks_at_each_cookie(options, score):
    response = HttpResponse(headers=GOOD)
    response.set_cookie("session", "x", **options)

    assert grade(response).score == score


@pytest.mark.parametrize(
    ("script", "score"),
    [
        ('<script src="/a.js"></script>', 130),
        ('<script src="https://a.test/a.js"></script>', 125),
        ('<script src="//a.test/a.js"></script>', 50),
        ('<script src="https://a.test/a.js" integrity="sha384-x"></script>', 135),
    ],
)
def test_the_scorer_looks_at_each_script(script, score):
    assert grade(HttpResponse(f"<html>{script}</html>", headers=GOOD)).score == score


# --- Every answer --------------------------------------------------------------------------


@pytest.mark.parametrize("name", READABLE)
def test_every_page_protects_its_reader(world, name):
    response = world.browser(reader(name)).get(address(name, world))

    protects(response)
    if reader(name) is not Role.ANONYMOUS:
        is_kept_by_nobody(response)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_posted_is_answered_as_safely(world, name):
    response = world.browser(reader(name)).post(address(name, world))

    protects(response)
    has_left = name in LEAVING
    if reader(name) is not Role.ANONYMOUS and not has_left:
        is_kept_by_nobody(response)


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.OWNER, Role.MANAGER])
@pytest.mark.parametrize(
    ("status", "method", "where", "host"),
    [
        (302, "GET", "/accueil", HOST),
        (400, "GET", "/", "ailleurs.exemple.test"),
        (404, "GET", "/nulle-part", HOST),
        (404, "GET", "/static/nulle-part.css", HOST),
        # Nothing but what was gathered is served: no list of a folder, no file of the tree.
        (404, "GET", "/static/", HOST),
        (404, "GET", "/static/js/", HOST),
        (404, "GET", "/static/../config/settings.py", HOST),
        (404, "GET", "/.git/HEAD", HOST),
        (405, "DELETE", "/contact", HOST),
        (410, "GET", "/ouverture-des-services/alerte/abc", HOST),
    ],
)
def test_an_error_or_a_redirection_protects_as_well(world, role, status, method, where, host):  # noqa: PLR0917
    response = world.browser(role).generic(method, where, headers={"host": host})

    expected = 200 if (where, role) == ("/accueil", Role.OWNER) else status
    assert response.status_code == expected
    protects(response)
    if role is not Role.ANONYMOUS:
        is_kept_by_nobody(response)


def test_a_post_that_is_too_long_is_refused_and_protects_its_reader(world):
    fields = {f"champ-{number}": "x" for number in range(2_001)}

    response = world.browser(Role.OWNER).post("/mon-compte", fields)

    assert response.status_code == 400
    protects(response)


def test_a_page_whose_token_is_old_protects_its_reader(world):
    response = world.browser(Role.OWNER, enforce_csrf_checks=True).post("/mon-compte")

    assert response.status_code == 403
    protects(response)
    is_kept_by_nobody(response)


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.OWNER])
def test_a_fault_of_ours_protects_its_reader(world, role, caplog):
    with override_settings(ROOT_URLCONF=careless_urls()):
        response = world.browser(role, raise_request_exception=False).get("/tout-voir")

    assert response.status_code == 500
    protects(response)
    assert "Traceback" in caplog.text
    assert not re.search(r"Traceback|KeyError|\.py\b|sporades\.|django", response.text)


def out_of_reach(execute, sql, params, many, context):
    """Answer as Django does when PostgreSQL does not."""
    raise OperationalError("connection refused")


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.OWNER])
@pytest.mark.parametrize("where", ["/contact", "/accueil", "/nulle-part"])
def test_a_database_out_of_reach_takes_no_protection_away(world, role, where):
    browser = world.browser(role, raise_request_exception=False)
    with connection.execute_wrapper(out_of_reach):
        response = browser.get(where)

    assert response.status_code in ({302, 404, 503} if role is Role.ANONYMOUS else {503})
    protects(response)
    assert not re.search(r"clos|clôtur|fermé|dépassé|trop tard", response.text, re.IGNORECASE)


def test_a_database_that_falls_while_a_session_is_kept_says_to_try_later(world):
    """Nobody has closed it: what was sent was read, and is not called unreadable."""

    def falls(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    browser = world.browser(Role.OWNER, raise_request_exception=False)
    later = NOW + timedelta(minutes=20)
    with connection.execute_wrapper(falls), time_machine.travel(later, tick=False):
        response = browser.get("/accueil")

    assert response.status_code == 503
    protects(response)


def test_a_service_without_its_database_lives_and_says_that_it_is_not_ready(world):
    browser = world.browser(Role.ANONYMOUS)
    with connection.execute_wrapper(out_of_reach):
        alive, ready = browser.get("/-/vivant"), browser.get("/-/pret")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert (ready.text, ready.headers["Retry-After"]) == ("base de données injoignable\n", "10")
    protects(ready)


@pytest.mark.parametrize("host", ["10.0.0.12:8000", "[::1]", "ailleurs.exemple.test", "_"])
def test_a_load_balancer_asks_for_health_by_any_name_and_for_nothing_else(world, host):
    browser = world.browser(Role.ANONYMOUS)

    said = [browser.get(where, headers={"host": host}) for where in ("/-/vivant", "/-/pret", "/")]

    assert [one.status_code for one in said] == [200, 200, 400]
    for one in said:
        protects(one)


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.OWNER])
@pytest.mark.parametrize("name", ["theme.css", "js/main.js", "mark.svg", "mfa/js/webauthn.js"])
def test_a_static_file_protects_as_well_and_may_be_kept(world, settings, name, role):
    settings.WHITENOISE_USE_FINDERS = True

    response = world.browser(role).get(f"/static/{name}")

    assert response.status_code == 200
    assert "max-age" in response.headers["Cache-Control"]
    protects(response)


def test_signing_in_gives_three_cookies_and_no_other(world):
    browser = world.browser(Role.ANONYMOUS)
    browser.get("/connexion")

    response = browser.post(
        "/connexion",
        {"login": "nouveau@exemple.test", "password": PASSWORD},
        headers={"host": HOST},
    )

    assert response.headers["Location"] == "/accueil"
    protects(response)
    assert set(browser.cookies) == {"__Host-session", "__Host-csrf", "__Host-device"}


def test_signing_out_leaves_nothing_behind(world):
    browser = world.browser(Role.OWNER)
    kept = browser.cookies["__Host-session"].value

    response = browser.post("/deconnexion")

    assert {'"cache"', '"storage"'} <= set(response.headers["Clear-Site-Data"].split(", "))
    protects(response)
    browser.cookies["__Host-session"] = kept
    assert browser.get("/accueil").headers["Location"] == "/connexion?next=/accueil"
