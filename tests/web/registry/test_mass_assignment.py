"""15.3.3: keys that no form asks for change nothing, whatever column they are named after."""

import functools
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection, models

from tests.factories import a_candidate, a_draft, answers_with
from tests.undoing import undone
from tests.web.registry.routes import POSTED, TABS, address, reader
from tests.web.registry.test_hostile_text import names_of_fields
from tests.web.registry.world import FOREST, Role, signed_in
from tests.web.registry.writing import since, written

# Values that stand in no row, one for each kind of column.
NUMBER, DAY, TRUE = "987654321", "1979-09-19", "True"
VALUES = (NUMBER, DAY, TRUE)
FORM = "application/x-www-form-urlencoded"

OURS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith(("sporades.", "allauth."))
    and model._meta.app_label != "territory"
]


@functools.cache
def columns():
    """Return the names of every field and column, as a form might be given them."""
    fields = [field for model in OURS for field in model._meta.concrete_fields]
    names = {name for field in fields for name in (field.name, field.attname)}
    return names | {"pk", "is_staff", "is_superuser", "groups", "user_permissions", "_state"}


def traces(value):
    """Return the tables in a row of which a value stands."""
    tables = [model._meta.db_table for model in OURS]
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\" AS t WHERE t::text LIKE %s)"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [f"%{value}%"] * len(tables))
        return {table for (table,) in cursor.fetchall()}


def switches():
    """Return how many rows say what, for each column of yes and no, and for each choice."""
    asked = " UNION ALL ".join(
        f'SELECT \'{field}\', "{field.column}"::text, count(*) FROM "{model._meta.db_table}" GROUP BY 2'
        for model in OURS
        for field in model._meta.concrete_fields
        if isinstance(field, models.BooleanField) or field.choices
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return sorted(cursor.fetchall(), key=str)


def compare(send, asked):
    """Check that a request does the same with and without keys that its form does not ask for."""
    with undone():
        before = written()
        expected, tables = outcome(send({})), since(before)
        usual = switches() if tables else []
    for value in VALUES:
        with undone():
            before = written()
            found = outcome(send(dict.fromkeys(columns() - asked, value)))
            assert (found, since(before)) == (expected, tables)
            if tables:
                assert switches() == usual
            if tables and value != TRUE:
                assert traces(value) == set()


def sent(browser, where, said):
    """Send a form as a browser does that has no file: five hundred keys in parts take long to read."""
    return browser.post(where, urlencode(said, doseq=True), content_type=FORM)


def outcome(response):
    # A new draft has a new address each time.
    return response.status_code, len(response.headers.get("Location", ""))


def test_the_keys_are_those_of_every_model():
    assert {
        "state",
        "number",
        "candidate_id",
        "is_active",
        "frozen_at",
        "role",
        "version",
    } <= columns()
    assert len(columns()) > 150


@pytest.mark.parametrize("name", POSTED)
def test_a_post_takes_nothing_that_its_page_does_not_ask(world, name):
    where = address(name, world)
    page = address(name.replace("autosave", "tab"), world)
    shown = world.browser(reader(name)).get(page)
    asked = names_of_fields(shown.text) if shown.status_code == 200 else set()

    compare(lambda extra: sent(world.browser(reader(name)), where, extra), asked)


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_rightly_answered_takes_nothing_else(world, tab):
    where = address("candidate:tab", world, section=tab)
    answers = answers_with(**FOREST)[tab]
    asked = names_of_fields(world.browser(Role.OWNER).get(where).text) | {"revision"}

    compare(lambda extra: sent(world.browser(Role.OWNER), where, {**extra, **answers}), asked)


def test_saving_takes_nothing_from_the_request(world):
    candidate = a_candidate(email="vierge@exemple.test")
    draft = a_draft(candidate)
    browser = world.browser(Role.ANONYMOUS)
    browser.cookies["__Host-session"] = signed_in(candidate.user, Role.OWNER)

    def send(extra):
        return sent(browser, f"/inscription/{draft.pk}/recapitulatif", extra)

    compare(send, set())
    assert "/numero" in send({}).headers["Location"]


def test_consents_and_civil_data_take_nothing_else(world):
    owner, newcomer = world.browser(Role.OWNER), world.browser(Role.NEWCOMER)
    consents = {"publishes_name": "oui", "shares_name": "non"}
    page = newcomer.get("/mon-compte")
    civil = {
        name: field.value()
        for name in page.context["form"].fields
        if (field := page.context["form"][name]).value() is not None
    }
    day, month, year = civil.pop("birth_date")
    civil |= {"birth_date_day": day, "birth_date_month": month, "birth_date_year": year}
    civil = {name: value for name, value in civil.items() if value is not False}

    compare(
        lambda extra: sent(owner, address("candidate:consents", world), {**extra, **consents}),
        set(consents),
    )
    compare(
        lambda extra: sent(newcomer, "/mon-compte", {**extra, **civil}),
        names_of_fields(page.text),
    )
    assert newcomer.post("/mon-compte", civil).status_code == 302
