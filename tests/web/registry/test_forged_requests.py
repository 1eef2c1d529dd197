"""Requests that no page of ours would send: addresses, hosts, keys and values forged by hand."""

import re
from urllib.parse import urlsplit

import lxml.html
import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from sporades.mail.models import Message
from sporades.registrations.models import SectionAnswers
from sporades.web.layout.network import network_of
from tests.factories import IDENTITY, NOW, PASSWORD, answers_with
from tests.jobs import work
from tests.web.guide import HOST
from tests.web.registry.routes import PAGES, POSTED, TABS, address, reader
from tests.web.registry.world import Role

ELSEWHERE = "ailleurs.exemple.test"
NEXTS = [
    f"//{ELSEWHERE}",
    f"///{ELSEWHERE}",
    f"/\\{ELSEWHERE}",
    f"\\\\{ELSEWHERE}",
    f"https:{ELSEWHERE}",
    f"https://{ELSEWHERE}",
    f"HTTPS:///{ELSEWHERE}",
    f"http://{HOST}@{ELSEWHERE}/",
    f"https://{HOST}.{ELSEWHERE}/",
    f"https://{ELSEWHERE}/{HOST}",
    f"\t//{ELSEWHERE}",
    f"/\t/{ELSEWHERE}",
    f" https://{ELSEWHERE}",
    f"\x00//{ELSEWHERE}",
    f"//{ELSEWHERE}\r\nSet-Cookie: a=b",
    "//[",
    "http://[::1",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
]


HERE = "/plan-du-site"


def stays_here(location):
    """Return whether a browser that follows this stays on our site."""
    cleaned = re.sub(r"[\t\r\n]", "", location).strip("\x00 ")
    return bool(re.match(r"/(?![/\\])", cleaned)) and not urlsplit(cleaned).netloc


# --- Where one is sent ---------------------------------------------------------------------


def sign_in(browser, where, **extra):
    answers = {"login": "nouveau@exemple.test", "password": PASSWORD, **extra}
    return browser.post(where, answers)


def test_the_one_who_signs_in_goes_where_they_wanted(world):
    browser = world.browser(Role.ANONYMOUS)
    assert browser.get("/mes-documents").headers["Location"] == "/connexion?next=/mes-documents"

    response = sign_in(browser, "/connexion?next=/mes-documents")

    assert response.headers["Location"] == "/mes-documents"


@pytest.mark.parametrize("evil", NEXTS)
def test_the_one_who_signs_in_never_goes_elsewhere(world, evil):
    query = world.browser(Role.ANONYMOUS)
    body = world.browser(Role.ANONYMOUS)

    page = query.get("/connexion", {"next": evil}).text
    asked = sign_in(query, "/connexion", next=evil)
    posted = sign_in(body, f"/connexion?{'next='}{evil.strip()}")

    assert (asked.status_code, posted.status_code) == (302, 302)
    assert stays_here(asked.headers["Location"])
    assert stays_here(posted.headers["Location"])
    links = lxml.html.fromstring(page.replace("\x00", "")).xpath("//@href | //@action")
    assert [link for link in links if ELSEWHERE in link or "script:" in link.lower()] == []


@pytest.mark.parametrize("evil", NEXTS)
def test_the_one_who_proves_who_they_are_never_goes_elsewhere(world, evil):
    response = world.browser(Role.OWNER).post(
        reverse("account_reauthenticate"), {"password": PASSWORD, "next": evil}
    )

    assert response.status_code == 302
    assert stays_here(response.headers["Location"])


@pytest.mark.parametrize("name", sorted({*POSTED, *PAGES}))
def test_no_route_sends_its_reader_elsewhere(world, name):
    browser = world.browser(reader(name))

    def sent_to(method, asked):
        send = getattr(browser, method)
        response = send(address(name, world), {"next": asked}, headers={"referer": asked})
        browser.cookies.load(world.browser(reader(name)).cookies)
        return response.headers.get("Location", "/")

    methods = [("get", name in PAGES), ("post", name in POSTED)]
    for method in [method for method, is_answered in methods if is_answered]:
        goes_where_asked = HERE in sent_to(method, HERE)
        for evil in NEXTS if goes_where_asked else NEXTS[:1]:
            assert stays_here(sent_to(method, evil))


# --- Which host is believed ----------------------------------------------------------------

FORGED = {
    "x-forwarded-host": ELSEWHERE,
    "x-forwarded-proto": "gopher",
    "x-forwarded-port": "1",
    "x-original-url": f"https://{ELSEWHERE}/",
    "forwarded": f"host={ELSEWHERE};proto=gopher",
}
THAT_WRITE = {
    "account_reset_password": {"email": "nouveau@exemple.test"},
    "account_email_verification_sent": {"email": "dort@exemple.test"},
    "public:ask_alert": {"email": "curieuse@exemple.test"},
    "account_signup": {
        **{name: value for name, value in IDENTITY.items() if not name.startswith("birth_")},
        "birth_name": "Marchand",
        "birth_date_day": "14",
        "birth_date_month": "3",
        "birth_date_year": "1998",
        "birth_country": "99100",
        "birth_department": "59",
        "birth_place": "Lille",
        "email": "neuve@exemple.test",
        "password": "quatre mots sans rapport",
    },
}


@pytest.mark.parametrize("name", THAT_WRITE)
def test_the_links_of_a_mail_lead_to_the_service_whatever_the_request_says(world, name):
    known = set(Message.objects.values_list("pk", flat=True))

    response = world.browser(Role.ANONYMOUS).post(
        address(name, world), THAT_WRITE[name], headers=FORGED
    )
    work()

    assert response.status_code in (200, 302), response.context["form"].errors
    [message] = Message.objects.exclude(pk__in=known)
    links = re.findall(r"\w+://\S+", message.body)
    assert links
    assert {link.split("/")[2] for link in links} == {HOST}
    assert {link.split(":")[0] for link in links} == {"https"}
    assert stays_here(response.headers.get("Location", "/"))


@pytest.mark.parametrize(
    "host", [ELSEWHERE, f"{HOST}.{ELSEWHERE}", f"{ELSEWHERE}:443", "", "a b", f"{HOST}@{ELSEWHERE}"]
)
@pytest.mark.parametrize("name", ["account_reset_password", "public:home", "candidate:home"])
def test_another_host_is_refused(world, name, host):
    known = Message.objects.count()

    response = world.browser(Role.ANONYMOUS).post(
        reverse(name), {"email": "nouveau@exemple.test"}, headers={"host": host}
    )

    assert response.status_code == 400
    assert Message.objects.count() == known


def test_a_page_names_no_host_of_the_request(world):
    browser = world.browser(Role.OWNER)
    for name in PAGES:
        assert ELSEWHERE not in browser.get(address(name, world), headers=FORGED).text


@pytest.mark.parametrize(("proxies", "seen"), [([], "127.0.0.1"), (["127.0.0.1"], "203.0.113.9")])
def test_the_network_of_a_reader_is_told_by_our_proxies_alone(world, settings, proxies, seen):
    settings.TRUSTED_PROXIES = proxies
    browser = world.browser(Role.ANONYMOUS)

    browser.post(
        "/connexion",
        {"login": "nouveau@exemple.test", "password": PASSWORD},
        headers={"x-forwarded-for": "198.51.100.7, 203.0.113.9", "x-real-ip": "198.51.100.7"},
    )

    session = UserSession.objects.get(session_key=browser.cookies["__Host-session"].value)
    assert session.ip == seen


@pytest.mark.parametrize(
    ("peer", "hops", "network"),
    [
        ("192.0.2.10", "203.0.113.9", "203.0.113.9"),
        ("::ffff:192.0.2.10", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.10", "::ffff:203.0.113.9", "203.0.113.9"),
        ("192.0.2.10", "203.0.113.9:4711", "203.0.113.9"),
        ("192.0.2.10", "[2001:db8:1:2:3::9]:4711", "2001:db8:1::/56"),
        ("192.0.2.10", "2001:db8:1:2:3::9", "2001:db8:1::/56"),
        ("192.0.2.10", "2001:db8:1:ff:3::9", "2001:db8:1::/56"),
        ("192.0.2.10", "2001:db8:1:100::9", "2001:db8:1:100::/56"),
        ("192.0.2.10", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("192.0.2.10", "unknown", "0.0.0.0"),
        ("192.0.2.66", "203.0.113.9", "192.0.2.66"),
        ("::ffff:192.0.2.66", "203.0.113.9", "192.0.2.66"),
    ],
)
def test_a_network_is_one_however_machines_write_it(rf, settings, peer, hops, network):
    settings.TRUSTED_PROXIES = ["192.0.2.10"]

    request = rf.get("/", REMOTE_ADDR=peer, headers={"x-forwarded-for": hops})

    assert network_of(request) == network


@pytest.mark.parametrize(
    ("proxies", "says", "believed"),
    [([], True, False), (["127.0.0.1"], False, False), (["127.0.0.1"], True, True)],
)
def test_the_instant_of_arrival_is_told_by_our_proxies_alone_where_they_say_it(
    world, settings, proxies, says, believed
):
    settings.TRUSTED_PROXIES, settings.PROXY_SAYS_ARRIVAL = proxies, says
    said = NOW.timestamp() - 30

    response = world.browser(Role.ANONYMOUS).get("/", headers={"x-request-start": f"t={said}"})

    arrived = response.wsgi_request.arrived_at.timestamp()
    assert arrived == (said if believed else NOW.timestamp())


# --- The same key twice --------------------------------------------------------------------


@pytest.mark.parametrize(
    "tab", [tab for tab in TABS if tab not in ("modalites", "supplementaires")]
)
def test_of_an_answer_given_twice_the_one_that_is_judged_is_the_one_that_is_kept(world, tab):
    browser = world.browser(Role.OWNER)
    where = address("candidate:tab", world, section=tab)
    right = {**answers_with(epreuves={"statut-M1": None, "statut-M2": "inscrit"})[tab]}
    wrong = dict.fromkeys(right, "n'importe quoi, bien trop long pour être accepté ici")

    accepted = browser.post(where, doubled(wrong, right))
    [kept] = SectionAnswers.objects.filter(draft=world.owner.draft, section=tab)
    assert accepted.status_code == 302
    assert {name: kept.answers[name] for name in right} == right

    refused = browser.post(where, doubled(right, wrong))
    [kept] = SectionAnswers.objects.filter(draft=world.owner.draft, section=tab)
    assert refused["Location"] == f"{where}?verifier=1"
    assert {name: kept.answers[name] for name in right} == wrong


def test_of_two_answers_to_a_question_of_one_none_is_taken(world):
    browser, tab = world.browser(Role.OWNER), "supplementaires"
    where = address("candidate:tab", world, section=tab)
    right = {**answers_with()[tab]}

    refused = browser.post(where, doubled(dict.fromkeys(right, "autre"), right))

    assert refused["Location"] == f"{where}?verifier=1"
    [kept] = SectionAnswers.objects.filter(draft=world.owner.draft, section=tab)
    assert kept.answers["q-permis"] == ["autre", right["q-permis"]]
    assert "cette question ne prend plus" in browser.get(refused["Location"]).text


def doubled(first, last):
    return {name: [first[name], last[name]] for name in last}


def test_of_two_addresses_the_one_that_is_checked_is_the_one_that_signs_in(world):
    browser = world.browser(Role.ANONYMOUS)
    both = ["camille@exemple.test", "nouveau@exemple.test"]

    browser.post("/connexion", {"login": both, "password": ["faux", PASSWORD]})

    assert browser.get("/accueil").wsgi_request.user.email == "nouveau@exemple.test"


def test_of_two_academies_the_last_one_is_chosen(world):
    browser = world.browser(Role.NEWCOMER)

    browser.post(address("candidate:choose_academy_for", world), {"academie": ["A25", "A09"]})

    [draft] = world.users[Role.NEWCOMER].candidate.drafts.all()
    assert draft.service.academy_id == "A09"
