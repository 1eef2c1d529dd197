"""Lines of the log: an error quotes what it met, and the log names nobody."""

import logging
from datetime import UTC, datetime
from smtplib import SMTPRecipientsRefused

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils.log import log_response

from sporades.accounts.models import User
from sporades.web.logs import without_persons
from tests.factories import NOW, PASSWORD, a_candidate

NUMBER = "20000099999"
"""That of a registration."""


def line_of(error):
    """Return what the log writes of an error."""
    record = logging.LogRecord("procrastinate", logging.ERROR, "", 0, "Tâche 7", None, error)
    return logging.getHandlerByName("console").formatter.format(record)


def test_a_mail_address_is_written_in_no_line_of_the_log():
    refusal = SMTPRecipientsRefused({"ines.marchand@exemple.test": (550, b"inconnu")})

    line = line_of((type(refusal), refusal, None))

    assert "ines" not in line
    assert "550" in line


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
@pytest.mark.parametrize("end", ["", "/", "?dans=1"], ids=["as it is", "with more", "with a query"])
@pytest.mark.parametrize(
    ("route", "more"),
    [
        ("candidate:registration", ()),
        ("candidate:health", ()),
        ("candidate:confide", ("certificat",)),
        ("office:accommodation", ()),
    ],
    ids=str,
)
def test_no_line_of_the_log_says_whose_page_was_refused(route, more, end, status, caplog):
    where = reverse(route, args=[NUMBER, *more]) + end

    request = RequestFactory().post(where)
    log_response("Refusé : %s", where, request=request, response=HttpResponse(status=status))

    [record] = caplog.records
    line = logging.getHandlerByName("console").formatter.format(record)
    assert NUMBER not in line
    assert line.endswith(where.replace(NUMBER, "…"))


def test_a_number_that_is_of_nobody_stays_in_the_log(caplog):
    logging.getLogger("sporades").warning("Export 20261125 : /gestion/exports/7, 12345678 octets")

    [record] = caplog.records
    line = logging.getHandlerByName("console").formatter.format(record)
    assert line.endswith("Export 20261125 : /gestion/exports/7, 12345678 octets")


def test_lines_go_to_the_error_output_alone():
    """What docs/operations.md says is logged is all that is: no file, no service of somebody's."""
    kinds = {one["class"] for one in settings.LOGGING["handlers"].values()}
    given = [one.get("handlers", []) for one in settings.LOGGING["loggers"].values()]

    assert kinds == {"logging.StreamHandler"}
    assert "stream" not in settings.LOGGING["handlers"]["console"]
    assert settings.LOGGING["root"]["handlers"] == ["console"]
    assert not any(given)


def test_the_two_hours_of_an_october_night_are_told_apart():
    record = logging.LogRecord("sporades", logging.INFO, "", 0, "Une ligne", None, None)
    begins = []
    for hour in (0, 1):
        record.created = datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp()
        begins.append(logging.getHandlerByName("console").formatter.format(record).split()[0])

    assert begins == ["2026-10-25T02:30:00.000+02:00", "2026-10-25T02:30:00.000+01:00"]


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_written_in_no_line_of_the_log():
    user = a_candidate(email="maelle@exemple.test").user

    with pytest.raises(IntegrityError, match="maelle") as refusal, transaction.atomic():
        User.objects.create_user(user.email, PASSWORD, created_at=NOW)
    line = line_of((refusal.type, refusal.value, refusal.tb))

    assert "DETAIL: …" in line
    assert "maelle" not in line


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Key (email)=(a.b+c@exemple.test) exists", "Key (email)=(…) exists"),
        ("<a@b.test>: rejected", "<…>: rejected"),
        ("postgresql://sporades:secret@base/sporades", "…"),
        ("  DETAIL:  Failing row contains (7, Inès).\nCONTEXT: x", "  DETAIL: …\nCONTEXT: x"),
        ("DETAIL:  (7, Bonjour\nMaëlle LE GOFF)\nCONTEXT: x", "DETAIL: …\nCONTEXT: x"),
        ("DETAIL:  (7, Bonjour\nMaëlle LE GOFF)", "DETAIL: …"),
        ("12 @ 3, rien d'autre", "12 @ 3, rien d'autre"),
    ],
)
def test_what_names_somebody_is_hidden_and_the_rest_is_kept(written, kept):
    assert without_persons(written) == kept


@pytest.mark.parametrize("word", ["a", "a.", "@", "a=", "/a"])
def test_however_long_the_words_of_a_stranger_are_a_line_is_read_through_once(word):
    # Tried from each of its letters, it would take hours.
    long = word * 1_000_000

    written = without_persons(f"Not Found: /@ {long} ines@exemple.test")

    assert written == f"Not Found: /@ {long} …"


def test_a_name_that_is_not_ours_takes_one_line_of_the_log(client, caplog):
    answer = client.get("/", headers={"host": "ailleurs.exemple.test"})

    assert answer.status_code == 400
    [record] = caplog.records
    assert (record.name, record.exc_info) == ("django.security.DisallowedHost", None)
    assert "ailleurs.exemple.test" in record.getMessage()


def test_more_fields_than_any_page_has_take_one_line_of_the_log(client, caplog):
    client.get(f"/?{'a=1&' * 2_000}")

    formatter = logging.getHandlerByName("console").formatter
    lines = [formatter.format(one) for one in caplog.records if one.name.startswith("django.sec")]
    assert [line.count("\n") for line in lines] == [0]
