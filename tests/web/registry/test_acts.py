"""S-60: whatever is pressed leaves an act in the journal, or it is said why it need not."""

from urllib.parse import urldefrag, urljoin, urlsplit

import lxml.html
import pytest
from django.test import TestCase
from django.urls import Resolver404, resolve

from sporades.web.registry import ACCESS
from tests.undoing import undone
from tests.web.registry.routes import PAGES, POSTED, TABS, address, reader
from tests.web.registry.writing import rows_of, since, written

JOURNAL = "journal_entry"
OF_MACHINES = (
    "django_session",
    "shared_cache",
    "procrastinate_",
    "usersessions_",
    "accounts_attempt",
)
"""What is of nobody's acts: sessions, counters, jobs."""

DAYS = {"jusquau": "08/12/2026"}
"""What is typed in a field that another choice calls for, and that words make wrong."""
SAID = {
    "email": "quelqu.un@exemple.test",
    "tel": "0612345678",
    "date": "2026-12-01",
    "number": "1",
    "file": "",
}
"""What is typed in a field of a kind; in the others, words."""

REFUSED = {
    "accounts_signin": "a secret that is refused is a row of its own, which nothing rewrites"
}
TYPED = {
    "registrations_draft": "what is typed is no answer before « Enregistrer »",
    "registrations_sectionanswers": "what is typed is no answer before « Enregistrer »",
}
PASSING = {"searches_search": "what one seeks, or keeps for oneself"}
PREPARED = {
    "batches_batch": "nothing is done before it is launched, which is in the journal",
    "batches_batchline": "and nothing of its lines",
}
WITHOUT: dict[str, dict[str, str]] = {
    "account_change_password": REFUSED,
    "account_confirm_email": REFUSED,
    "account_email": {
        "accounts_addresschange": "the address changes once the link is opened: then it is told",
        "mail_message": "the link",
    },
    "account_login": REFUSED,
    "account_reauthenticate": REFUSED,
    "candidate:tab": {"registrations_sectionanswers": TYPED["registrations_sectionanswers"]},
    "doctor:case": {"medical_opiniondraft": "an opinion is given once it is signed"},
    "mfa_reauthenticate": REFUSED,
    "office:accommodations": PREPARED,
    "office:autosave": {"registrations_draft": TYPED["registrations_draft"]},
    "office:batch": PREPARED,
    "office:find": PASSING,
    "office:forget": PASSING,
    "office:keep_here": {"registrations_draft": TYPED["registrations_draft"]},
    "office:name": PASSING,
    "office:search": PASSING,
    "office:tab": TYPED,
    "public:alert": {"notices_openingalert": "of a stranger, erased with their address"},
    "public:ask_alert": {
        "mail_message": "the link",
        "notices_openingalert": "of a stranger, erased with their address",
    },
}
"""What may be written without an act, by route and table, and why."""


NOT_YET = {
    "candidate:accommodation_send": "its request was sent on a later day than that of the world"
}
"""What cannot be pressed here."""


def pressed(world, name, where):
    """Yield what each button of a page of ours would send: its route, its address, its fields."""
    page = world.browser(reader(name)).get(where)
    if page.status_code != 200 or "html" not in page.headers["Content-Type"]:
        return
    for form in lxml.html.fromstring(page.content.decode()).forms:
        target = urldefrag(urljoin(where, form.get("action") or "")).url
        route = route_of(target)
        if form.method != "POST" or route not in POSTED or route in NOT_YET:
            continue
        buttons = form.xpath(".//button[@name]") or [None]
        for fields in (kept_in(form), filled(form)):
            for button in buttons:
                also = {} if button is None else {button.get("name"): button.get("value", "")}
                yield route, target, {**fields, **also}


def route_of(target):
    try:
        return resolve(urlsplit(target).path).view_name
    except Resolver404:
        return ""


def kept_in(form):
    """Return what a form has as it is shown."""
    fields = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value or "")
    return fields


def filled(form):
    """Return the same, with words in what is empty, each box ticked, the last answer of each choice."""
    fields = kept_in(form)
    for field in form.xpath(".//*[self::input or self::select or self::textarea][@name]"):
        name, kind = field.get("name"), field.get("type", "text")
        if field.tag == "select":
            fields[name] = [field.value_options[-1]] if field.value_options else []
        elif kind in ("checkbox", "radio"):
            others = fields.get(name, []) if kind == "checkbox" else []
            fields[name] = list(dict.fromkeys([*others, field.get("value", "on")]))
        elif kind not in ("hidden", "submit") and not any(fields.get(name, [])):
            fields[name] = [DAYS.get(name) or SAID.get(kind, "Salle trop petite")]
    return fields


def ours(tables):
    return {one for one in tables if not one.startswith(OF_MACHINES)}


def left_by(world, name, target, fields):
    """Return the tables of ours that a press changed, or wrote to with an act; it is undone."""
    with undone():
        before = written()
        press(world, name, target, fields)
        tables = ours(since(before))
    if not tables or JOURNAL in tables:
        return tables
    # What was refused is written and taken back, and what is as it was is written too.
    with undone():
        held = rows_of(tables)
        press(world, name, target, fields)
        return {one for one, rows in rows_of(tables).items() if rows != held[one]}


def press(world, name, target, fields):
    with TestCase.captureOnCommitCallbacks(execute=True):
        world.browser(reader(name)).post(target, fields)


@pytest.fixture(scope="module")
def written_by(world):
    """Return what each route that is posted to wrote, whatever page it was pressed on: each time."""
    found = {}
    pages = [(name, address(name, world)) for name in PAGES]
    pages += [("candidate:tab", address("candidate:tab", world, section=tab)) for tab in TABS]
    asked = [(name, name, address(name, world), {}) for name in POSTED if name not in NOT_YET]
    asked += [(name, *one) for name, where in pages for one in pressed(world, name, where)]
    for name, route, target, fields in asked:
        if tables := left_by(world, name, target, fields):
            found.setdefault(route, []).append(tables)
    return found


def test_what_is_pressed_is_in_the_journal_or_it_is_said_why_not(written_by):
    silent = {
        route: set().union(*(one for one in each if JOURNAL not in one))
        for route, each in written_by.items()
    }

    assert {route: tables for route, tables in silent.items() if tables} == {
        route: set(reasons) for route, reasons in WITHOUT.items()
    }
    assert all(route in ACCESS for route in WITHOUT)


def test_most_routes_that_write_are_walked(written_by):
    told = [route for route, each in written_by.items() if any(JOURNAL in one for one in each)]

    assert len(told) > 45
