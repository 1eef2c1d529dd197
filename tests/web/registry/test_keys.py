"""Keys and codes in addresses: in no cache, in no log."""

import logging

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils.log import log_response

from tests.web.registry.routes import KEYED, NAMES, READABLE, address
from tests.web.registry.world import HOST


def stranger(**options):
    return Client(headers={"host": HOST}, **options)


def key_in(where):
    return where.rpartition("/")[2]


def broken(execute, sql, params, many, context):
    """Answer every question to the database by what no page expects."""
    raise RuntimeError


def test_every_key_and_every_code_in_an_address_is_declared(world):
    held = {name for name in NAMES if {"key", "code"} & resolve(address(name, world)).kwargs.keys()}

    assert held == set(KEYED)


@pytest.mark.parametrize("name", [name for name in KEYED if name in READABLE])
def test_what_a_key_opens_is_kept_by_no_cache(world, name):
    where = address(name, world)

    for answer in (stranger().get(where), stranger().get(f"{where}x")):
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", KEYED)
def test_no_line_of_the_log_holds_a_key(world, name, caplog):
    where = address(name, world)
    careless = stranger(raise_request_exception=False)

    stranger(enforce_csrf_checks=True).post(where)
    careless.get(f"{where}x")
    careless.get(f"{where}/")
    careless.get(f"/{where[1].upper()}{where[2:]}")
    careless.put(where)
    with connection.execute_wrapper(broken):
        careless.get(where)
    for status in (400, 404, 409, 410, 500):
        request = RequestFactory().get(where)
        log_response("%s", where, request=request, response=HttpResponse(status=status))

    formatter = logging.getHandlerByName("console").formatter
    lines = [formatter.format(record) for record in caplog.records]
    assert len(lines) >= 7
    assert any("…" in line for line in lines)
    assert not [line for line in lines if key_in(where) in line]


@pytest.mark.parametrize("name", KEYED)
def test_a_key_with_a_space_in_it_is_hidden_to_its_end(world, name, caplog):
    stranger().get(f"{address(name, world)}%20c'est la fin")

    formatter = logging.getHandlerByName("console").formatter
    lines = [formatter.format(record) for record in caplog.records]
    assert not [line for line in lines if "la fin" in line]
