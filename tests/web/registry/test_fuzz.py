"""S-08: some hundred requests that make no sense, ten thousand in `make endure`: no 500."""

import os
import random
from urllib.parse import quote, urldefrag, urlencode, urljoin

import lxml.html
import pytest
from django.test.client import MULTIPART_CONTENT

from tests.undoing import undone
from tests.web.registry.routes import NAMES, PAGES, TABS, address, reader
from tests.web.registry.world import Role

REQUESTS = 10_000 if os.environ.get("SPORADES_ENDURE") else 500
SHARDS = 8
SEED = os.environ.get("SPORADES_FUZZ", "sporades")

NASTY = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\nX: y",
    "\x1b[31m",
    "\u202e\u200b\ufeff",
    "\ufffe\uffff",
    "🧑🏽‍🎓" * 20,
    "e\u0301" * 30,
    "İıßŒ",
    "٣١/١٢/٢٠٠٠",
    "x" * 10_000,
    "0",
    "-1",
    "1e309",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "९",
    "9" * 40,
    "9" * 5_000,
    "2147483648",
    "9223372036854775808",
    "12,5",
    "31/02/2026",
    "0000-00-00",
    "10000-01-01",
    "'",
    "''; DROP TABLE registrations_registration; --",
    '"><svg/onload=1>',
    "%s%n%(x)s{0}{x.__class__}{{ x }}{% x %}${x}",
    "__proto__",
    "a__b__in",
    "../../etc/passwd",
    "[]",
    '{"a": 1}',
    "null",
    "true",
    "on",
    "99100",
    "A09",
    "inscrit",
    "benefice",
)
NAMES_OF_KEYS = ("revision", "verifier", "academie", "next", "q", "a", "precedent", "plus_tard")
HEADERS = (
    "accept-language",
    "user-agent",
    "referer",
    "x-forwarded-for",
    "x-requested-with",
    "cookie",
)


def forms(world):
    """Return every form of every page: who sees it, where it goes, what it says."""
    found = []
    pages = [(name, address(name, world)) for name in PAGES]
    pages += [("candidate:tab", address("candidate:tab", world, section=tab)) for tab in TABS]
    for name, where in pages:
        response = world.browser(reader(name)).get(where)
        if response.status_code != 200:
            continue
        for form in lxml.html.fromstring(response.content.decode()).forms:
            fields = {key: value or "" for key, value in form.form_values()}
            fields |= dict.fromkeys(filter(None, form.inputs.keys()), "")
            target = urldefrag(urljoin(where, form.get("action"))).url
            found.append((reader(name), form.method, target, fields))
    return found


@pytest.fixture(scope="module")
def targets(world):
    """Return what is attacked: forms, then bare addresses."""
    bare = [(reader(name), "GET", address(name, world), {}) for name in NAMES]
    bare += [(reader(name), "POST", address(name, world), {}) for name in NAMES]
    return forms(world), bare


def spoilt(chance, fields):
    """Return the fields of a form with some values spoilt, some left out, some added."""
    said = {}
    for name, value in fields.items():
        fate = chance.random()
        if fate < 0.5:
            said[name] = chance.choice(NASTY)
        elif fate < 0.6:
            said[name] = [chance.choice(NASTY), value]
        elif fate < 0.9:
            said[name] = value
    for _ in range(chance.randrange(3)):
        said[chance.choice([*NASTY[:12], *NAMES_OF_KEYS])] = chance.choice(NASTY)
    return said


def spoilt_address(chance, where):
    """Return an address with, sometimes, a part of its path spoilt and a query added."""
    parts = where.split("/")
    if chance.random() < 0.3:
        parts[chance.randrange(1, len(parts))] = quote(chance.choice(NASTY)[:2_000], safe="")
    query = spoilt(chance, {}) if chance.random() < 0.5 else {}
    return "/".join(parts) + (f"?{urlencode(query, doseq=True)}" if query else "")


def spoilt_body(chance, fields):
    """Return a body, and the kind it says it is."""
    kind = chance.random()
    if kind < 0.7:
        return urlencode(spoilt(chance, fields), doseq=True), "application/x-www-form-urlencoded"
    if kind < 0.8:
        return "%ff%fe=%80&csrf=%", "application/x-www-form-urlencoded; charset=nothing"
    if kind < 0.9:
        return '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\x00', MULTIPART_CONTENT
    return '{"a": ', "application/json"


def as_sent(text):
    """Return a header as a server hands it on: no line ends, each byte a sign."""
    return "".join(text.splitlines()).encode().decode("latin-1")


@pytest.mark.endurance
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_request_however_senseless_is_answered_500(world, targets, shard):
    chance = random.Random(f"{SEED} {shard}")
    browsers = {role: world.browser(role, raise_request_exception=False) for role in Role}
    faults = []
    for number in range(REQUESTS // SHARDS):
        role, method, where, fields = chance.choice(targets[number % 3 == 0])
        if chance.random() < 0.1:
            role = chance.choice(list(Role))
        browser = browsers[role]
        cookies = browser.cookies.copy()
        path = spoilt_address(chance, where)
        headers = {}
        if chance.random() < 0.1:
            headers = {chance.choice(HEADERS): as_sent(chance.choice(NASTY))}
        body, kind = spoilt_body(chance, fields) if method == "POST" else ("", "text/plain")

        with undone():
            response = browser.generic(method, path, body, content_type=kind, headers=headers)

        browser.cookies = cookies
        if response.status_code >= 500:
            why = repr(getattr(response, "exc_info", [None, ""])[1])[:300]
            faults.append((role.name, method, path[:200], body[:300], headers, why))

    assert faults == []
