"""What the office and a doctor have typed outlives the end of their session (ADR 0012)."""

from datetime import timedelta
from urllib.parse import quote

import lxml.html
import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from django.urls import resolve

from sporades.accommodations import kept_sealed
from sporades.web.access import Who
from sporades.web.layout.kept import KEPT
from sporades.web.layout.readers import READER, mark_of
from sporades.web.registry import ACCESS
from tests.factories import NOW
from tests.web.guide import HOST, main
from tests.web.registry.routes import POSTED, address, reader
from tests.web.registry.states import READ
from tests.web.registry.world import DOCTORS, OFFICE, Role, signed_in

ENDED = NOW + timedelta(minutes=31)
SAID = "Votre session s'était terminée avant l'envoi."
SENTENCE = "Il manque le verso ; « dyslexie » n'est pas à dire.\nÀ renvoyer < 8 jours & signé."

BUTTON = "a button alone"
CRITERIA = "what is looked for, of which nothing is done"
LIST = "rows ticked in a list, or all of them"
STAFF_ROLES = {*OFFICE, *DOCTORS}
STAFF = [name for name in POSTED if ACCESS[name].who is Who.STAFF]
KEPT_BY_US = [name for name in STAFF if ACCESS[name].is_refilled]
# Why the others let go of what they are sent.
NOTHING_TO_KEEP = {
    "doctor:attest": BUTTON,
    "doctor:find": CRITERIA,
    "doctor:keep": "a script sends it, and the page keeps it",
    "doctor:sign": BUTTON,
    "doctor:take": BUTTON,
    "office:abandon": BUTTON,
    "office:accept_correction": BUTTON,
    "office:accept_late": BUTTON,
    "office:accept_request": BUTTON,
    "office:accommodations": LIST,
    "office:add_archive": "a file alone",
    "office:agents": CRITERIA,
    "office:all_acts": CRITERIA,
    "office:all_mails": CRITERIA,
    "office:amend": BUTTON,
    "office:approve_batch": BUTTON,
    "office:approve_change": BUTTON,
    "office:approve_export": BUTTON,
    "office:approve_merge": BUTTON,
    "office:approve_publication": BUTTON,
    "office:approve_role": BUTTON,
    "office:assign_correction": BUTTON,
    "office:assign_request": BUTTON,
    "office:autosave": "a script sends it, and the page keeps it",
    "office:compare_again": BUTTON,
    "office:declare_incomplete": BUTTON,
    "office:differences": "one chooses between two answers that are both kept",
    "office:drop_change": BUTTON,
    "office:drop_merge": BUTTON,
    "office:drop_publication": BUTTON,
    "office:prepare_attestation": BUTTON,
    "office:drop_regulation": BUTTON,
    "office:drop_role": BUTTON,
    "office:end_banner": BUTTON,
    "office:find": CRITERIA,
    "office:find_account": CRITERIA,
    "office:forget": BUTTON,
    "office:forget_template": BUTTON,
    "office:give_code": BUTTON,
    "office:hand_over": BUTTON,
    "office:keep_here": BUTTON,
    "office:incoming": CRITERIA,
    "office:incomplete": LIST,
    "office:launch_batch": BUTTON,
    "office:left_draft": BUTTON,
    "office:load_regulation": "a file alone",
    "office:load_regulation_again": BUTTON,
    "office:print_letters": BUTTON,
    "office:print_run": CRITERIA,
    "office:records": CRITERIA,
    "office:refuse_batch": BUTTON,
    "office:refuse_export": BUTTON,
    "office:register_anew": BUTTON,
    "office:resume_batch": BUTTON,
    "office:return_letter": BUTTON,
    "office:search": CRITERIA,
    "office:send_activation": BUTTON,
    "office:send_again": BUTTON,
    "office:settle_messages": BUTTON,
    "office:settle_returned": BUTTON,
    "office:take_archive_out": BUTTON,
    "office:take_back_posted": BUTTON,
    "office:take_back_returned": BUTTON,
    "office:stop_batch": BUTTON,
    "office:stop_export": BUTTON,
    "office:take_document_out": BUTTON,
    "office:take_record_data": BUTTON,
    "office:tab": "its view shows what waits, as to a candidate",
    "office:try_regulation": BUTTON,
    "office:unsaved": CRITERIA,
}


def test_every_route_of_staff_keeps_what_is_typed_or_says_why_not():
    assert {name for name in STAFF if name not in KEPT_BY_US} == set(NOTHING_TO_KEEP)


# The world has nothing that they could be sent of: their page has no form for it.
NO_FORM = {
    "office:appeal",
    "office:enter_accommodation",
    "office:enforce_regulation",
    "office:handle_accommodation",
    "office:move_publication",
    "office:note_correction_complement",
    "office:note_request_complement",
    "office:publish_publication",
    "office:put_off_services",
    "office:redate_correction_complement",
    "office:redate_request_complement",
    "office:refuse_merge",
    "office:refuse_publication",
}


@pytest.mark.parametrize("state", [one for one in READ if one.role in STAFF_ROLES], ids=str)
def test_no_form_of_a_page_of_staff_is_sent_where_what_is_typed_is_lost(world, state):
    here = state.address(world)
    tree = lxml.html.fromstring(world.browser(state.role).get(here).text)

    sent_to = {
        resolve((form.action or here).split("?")[0]).view_name
        for form in tree.cssselect("main form")
        if form.method == "POST" and form.cssselect("textarea, input[type=text], input:not([type])")
    }

    lost = {name for name in sent_to if name in STAFF and not ACCESS[name].keeps_answers}
    assert {NOTHING_TO_KEEP[name] for name in lost} <= {CRITERIA}


def page_of(name, world):
    return address(ACCESS[name].shown_on or name, world)


def posted_to(page, path, here):
    """Return the forms of a page that are sent to an address."""
    tree = lxml.html.fromstring(page.text)
    return [
        one
        for one in tree.cssselect("main form")
        if one.method == "POST" and (one.action or here).split("?")[0] == path
    ]


def typed_in(form):
    """Fill a form as somebody would; return what its browser sends."""
    for one in form.cssselect("textarea, input, select"):
        kind = one.get("type", one.tag)
        if "disabled" in one.attrib or not one.get("name"):
            continue
        if kind in {"text", "textarea"}:
            one.value = SENTENCE if kind == "textarea" else f"« {one.get('name')} » < 3 & fait"
        elif kind in {"checkbox", "radio"}:
            one.set("checked", "checked")
        elif kind == "select":
            one.value = one.value_options[-1]
    return sent_by(form)


def sent_by(form):
    # A browser drops the line break that a text area begins with.
    pairs = [(name, said.removeprefix("\n")) for name, said in form.form_values()]
    return {name: [said for other, said in pairs if other == name] for name, _ in pairs}


def after_the_session(world, name, sent):
    """Send a form once the session has ended, sign in again; return the browser and the page."""
    role, where = reader(name), page_of(name, world)
    browser = world.browser(role)
    browser.get(where)
    with time_machine.travel(ENDED, tick=False):
        asked = browser.post(address(name, world), sent)
        assert asked.url == f"/connexion?next={quote(where)}"
        again = signed_in_again(browser, world.users[role], role)
        return again, again.get(where)


def signed_in_again(left, user, role):
    """Sign in again, with both factors, in the browser whose session has ended."""
    browser = Client(headers={"host": HOST})
    browser.cookies["__Host-session"] = signed_in(user, role)
    session = browser.session
    for shown in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        shown["at"] = ENDED.timestamp()
    session[KEPT] = left.session[KEPT]
    session["seen_at"] = session["since"] = ENDED.isoformat()
    session.save()
    return browser


@pytest.mark.parametrize("name", sorted(set(KEPT_BY_US) - NO_FORM))
def test_what_was_typed_is_in_its_form_again(world, name):
    where, path = page_of(name, world), address(name, world)
    form, *_ = posted_to(world.browser(reader(name)).get(where), path, where)
    sent = typed_in(form)

    _browser, page = after_the_session(world, name, sent)

    assert SAID in main(page)
    found = [sent_by(one) for one in posted_to(page, path, where)]
    token = {"csrfmiddlewaretoken": sent["csrfmiddlewaretoken"]}
    assert sent in [{**one, **token} for one in found]


@pytest.mark.parametrize("name", sorted(NO_FORM))
def test_what_has_no_form_any_more_is_shown_once_to_be_copied(world, name):
    sent = {"motif": SENTENCE, "vue": "3", READER: mark_of(world.users[reader(name)])}

    browser, page = after_the_session(world, name, sent)
    with time_machine.travel(ENDED, tick=False):
        again = browser.get(page_of(name, world))

    assert f"{SAID} Rien n'est enregistré. La page a changé depuis" in main(page)
    assert "« dyslexie » n'est pas à dire. À renvoyer < 8 jours & signé." in main(page)
    assert SAID not in main(again)
    assert not browser.session.get(KEPT)


@pytest.mark.parametrize("name", KEPT_BY_US)
def test_whoever_signs_in_as_somebody_else_sees_nothing_of_it(world, name):
    role, where = reader(name), page_of(name, world)
    browser = world.browser(role)
    browser.get(where)
    sent = {"motif": SENTENCE, "texte": SENTENCE, READER: mark_of(world.users[Role.OWNER])}

    with time_machine.travel(ENDED, tick=False):
        browser.post(address(name, world), sent)
        page = signed_in_again(browser, world.users[role], role).get(where)

    assert SAID not in main(page)
    assert "dyslexie" not in page.text


@pytest.mark.parametrize("name", [name for name in KEPT_BY_US if ACCESS[name].kept_sealed])
def test_what_may_speak_of_health_never_waits_in_clear(world, name):
    browser = world.browser(reader(name))
    browser.get(page_of(name, world))
    sent = {"texte": SENTENCE, READER: mark_of(world.users[reader(name)])}

    with time_machine.travel(ENDED, tick=False):
        browser.post(address(name, world), sent)

    [held] = browser.session[KEPT].values()
    assert sorted(held) == ["page", "reader", "sealed", "size", "was_open"]
    assert "dyslexie" not in str(held)
    assert kept_sealed.unseal(held["sealed"], at=address(name, world)) == {"texte": [SENTENCE]}


def test_all_that_a_doctor_types_is_sealed_meanwhile():
    assert {name for name in KEPT_BY_US if name.startswith("doctor:")} == {
        "doctor:ask",
        "doctor:case",
        "doctor:give_back",
        "doctor:remarks",
    }
    assert all(ACCESS[name].kept_sealed for name in KEPT_BY_US if name.startswith("doctor:"))
