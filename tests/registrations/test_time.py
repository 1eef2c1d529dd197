"""Openings, closings and arrivals, to the instant (R-20 to R-24)."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as configured
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from sporades.acts.registrations import registering
from sporades.core.french import ZONES, local_day
from sporades.exams import queries as exams
from sporades.exams.models import RegistrationService
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft, Registration, SectionAnswers, Version
from sporades.registrations.operations import drafting, filing
from sporades.registrations.refusals import Closed, TypedLate
from sporades.registrations.sections.candidacy import CANDIDACY
from sporades.web.layout import errors
from tests.factories import NOW, a_candidate, a_draft, a_registration, answers_with, author
from tests.web.guide import BACKEND, HOST

PROXY, STRANGER = "192.0.2.10", "192.0.2.66"
INSTANT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
DAY = date(2026, 11, 30)


def local_instant(day, hour, minute, zone):
    """Return the instant, in UTC, at which a clock of this zone shows this day and hour."""
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def closing_at(draft, instant, zone):
    """Close the draft's service at an instant, in a zone; its answers were typed before."""
    SectionAnswers.objects.filter(draft=draft).update(answered_at=instant - timedelta(days=1))
    RegistrationService.objects.filter(pk=draft.service_id).update(
        opens_at=instant - timedelta(days=30), closes_at=instant, zone=zone
    )


def save(draft, at):
    return registering.register(draft=draft, by=author(draft.candidate), at=at)


# --- The end of the displayed minute, in every zone -------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
def test_the_displayed_minute_is_accepted_to_its_last_instant_and_the_next_is_not(zone):
    first, second = a_draft(), a_draft()
    closing = local_instant(DAY, 23, 59, zone)
    closing_at(first, closing, zone)
    midnight = datetime(2026, 12, 1, tzinfo=ZoneInfo(zone))

    version = save(first, at=midnight - INSTANT)
    with pytest.raises(Closed) as refusal:
        save(second, at=midnight)

    assert version.filed_at == midnight - INSTANT
    assert "lundi 30 novembre 2026 à 23\u00a0h\u00a059 (" in version.snapshot["filed_in_words"]
    said = str(refusal.value)
    assert "depuis le lundi 30 novembre 2026 à 23\u00a0h\u00a059 (" in said
    assert "reçue le mardi 1er décembre 2026 à 0\u00a0h\u00a000 (" in said
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("zone", ZONES)
def test_nothing_is_accepted_before_the_opening_and_everything_from_its_instant_on(zone):
    draft = a_draft()
    opening = local_instant(DAY, 8, 0, zone)
    RegistrationService.objects.update(
        opens_at=opening, closes_at=opening + timedelta(days=9), zone=zone
    )

    with pytest.raises(Closed, match="Les inscriptions ouvrent le lundi 30 novembre 2026 à 8"):
        save(draft, at=opening - INSTANT)

    assert save(draft, at=opening).number == 1


@pytest.mark.parametrize(
    ("closing", "words"),
    [
        # The night that the clocks go back, 2 h 30 happens twice in Paris.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2 h 30, avant le changement d'heure"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2 h 30, après le changement d'heure"),
        # The night that they go forward, 1 h 59 is followed by 3 h 00.
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "dimanche 28 mars 2027 à 1 h 59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "dimanche 28 mars 2027 à 3 h 00"),
        (datetime(2028, 2, 29, 22, 59, tzinfo=UTC), "mardi 29 février 2028 à 23 h 59"),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "jeudi 31 décembre 2026 à 23 h 59"),
    ],
)
def test_odd_nights_close_at_their_instant_and_are_said_without_doubt(closing, words):
    first, second = a_draft(), a_draft()
    closing_at(first, closing, "Europe/Paris")

    save(first, at=closing + MINUTE - INSTANT)
    with pytest.raises(Closed) as refusal:
        save(second, at=closing + MINUTE)

    assert f"{words} (heure de Paris)" in str(refusal.value).replace("\u00a0", " ")


def test_the_database_asks_the_same_as_the_program():
    draft = a_draft()
    closing = local_instant(DAY, 23, 59, "Indian/Reunion")
    closing_at(draft, closing, "Indian/Reunion")
    service = RegistrationService.objects.get(pk=draft.service_id)
    instants = [
        service.opens_at - INSTANT,
        service.opens_at,
        closing + MINUTE - INSTANT,
        closing + MINUTE,
    ]

    asked = [service in exams.open_services(at) for at in instants]

    assert asked == [service.accepts(at) for at in instants] == [False, True, True, False]


def test_ages_count_on_the_day_that_it_is_where_the_service_is():
    # Sixteen on 1 December 2026: asked about national service from that day on.
    candidate = a_candidate(birth_year=2010, birth_month=12, birth_day=1)
    draft = a_draft(candidate)
    at = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
    asked = {}
    for zone in ("Pacific/Noumea", "Europe/Paris", "America/Martinique"):
        closing_at(draft, local_instant(DAY, 23, 59, zone) + timedelta(days=9), zone)
        found = Draft.objects.whole().get(pk=draft.pk)
        form = CANDIDACY.form_for(dossier_of(found, day=local_day(at, found.service.zone)))
        asked[zone] = "national_service" in form.fields

    assert asked == {"Pacific/Noumea": True, "Europe/Paris": False, "America/Martinique": False}


# --- Arrival, not processing --------------------------------------------------------------------


@pytest.fixture
def last_minute(settings):
    """The summary of a complete draft, its browser, and its closing: this very minute."""
    settings.TRUSTED_PROXIES, settings.PROXY_SAYS_ARRIVAL = [PROXY], True
    draft = a_draft()
    closing_at(draft, NOW.replace(second=0), "Europe/Paris")
    client = Client(SERVER_NAME=HOST)
    with time_machine.travel(NOW, tick=False):
        client.force_login(draft.candidate.user, backend=BACKEND)

    def press(at, **headers):
        with time_machine.travel(at, tick=False):
            return client.post(f"/inscription/{draft.pk}/recapitulatif", **headers)

    return draft, press


END = NOW + MINUTE


def started(at, peer, form="t={:.6f}"):
    return {"headers": {"x-request-start": form.format(at.timestamp())}, "REMOTE_ADDR": peer}


@pytest.mark.parametrize("form", ["t={:.6f}", "{:.3f}"])
def test_a_request_received_in_time_and_processed_thirty_seconds_later_is_accepted(
    last_minute, form
):
    _, press = last_minute
    received = END - timedelta(milliseconds=2)

    answer = press(END + timedelta(seconds=30), **started(received, PROXY, form))

    registration = Registration.objects.get()
    assert answer["Location"] == f"/mes-inscriptions/{registration.number}/numero"
    assert abs(registration.filed_at - received) < timedelta(milliseconds=1)
    assert "10\u00a0h\u00a030" in Version.objects.get().snapshot["filed_in_words"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(started(END - INSTANT, STRANGER), id="said by a stranger"),
        pytest.param(started(END - timedelta(minutes=11), PROXY), id="too old to be true"),
        pytest.param(started(END + timedelta(hours=1), PROXY), id="of the future"),
        pytest.param(
            {"headers": {"x-request-start": "t=hier"}, "REMOTE_ADDR": PROXY}, id="not an instant"
        ),
        pytest.param(
            {"headers": {"x-request-start": "t=nan"}, "REMOTE_ADDR": PROXY}, id="not a number"
        ),
        pytest.param({"headers": {"x-request-start": "t=1e400"}, "REMOTE_ADDR": PROXY}, id="huge"),
        pytest.param(
            {
                "headers": {"x-request-start": "t=0", "x-forwarded-for": PROXY},
                "REMOTE_ADDR": STRANGER,
            },
            id="a stranger behind a forged name",
        ),
        pytest.param({"REMOTE_ADDR": PROXY}, id="nothing said"),
    ],
)
def test_an_arrival_that_cannot_be_believed_is_that_of_our_own_clock(last_minute, headers):
    draft, press = last_minute

    answer = press(END + timedelta(seconds=30), **headers)

    assert (answer.status_code, Registration.objects.count()) == (409, 0)
    text = " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("&#x27;", "'").split())
    assert "depuis le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)" in text
    assert "reçue le mercredi 25 novembre 2026 à 10 h 31 (heure de Paris)" in text
    assert "Votre saisie est conservée." in text
    draft.refresh_from_db()
    assert draft.is_open


def test_without_a_proxy_it_is_the_first_instant_of_the_request_that_counts(last_minute):
    draft, _ = last_minute

    class Slow:
        """Every statement takes thirty seconds."""

        took = timedelta()

        def __call__(self, execute, *call):
            traveller.shift(timedelta(seconds=30))
            self.took += timedelta(seconds=30)
            return execute(*call)

    client = Client(SERVER_NAME=HOST)
    client.force_login(draft.candidate.user, backend=BACKEND)
    slow = Slow()
    with (
        time_machine.travel(END - INSTANT, tick=False) as traveller,
        connection.execute_wrapper(slow),
    ):
        client.post(f"/inscription/{draft.pk}/recapitulatif")

    assert Registration.objects.get().filed_at == END - INSTANT
    assert slow.took > timedelta(minutes=5)


def test_the_clock_of_the_database_stands_beside_the_arrival():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (before,) = cursor.fetchone()

    version = save(a_draft(), at=NOW)

    version.refresh_from_db()
    assert version.filed_at == NOW
    assert timedelta(0) <= version.stored_at - before < MINUTE


# --- What is filed was typed in time -------------------------------------------------------------


def typed(draft, at):
    """Change one answer of a draft."""
    answers = {**answers_with()["identification"], "address_1": f"{at:%S} rue des Îles"}
    drafting.answer(draft=draft, section="identification", typed=answers, seen_revision=None, at=at)


def test_a_request_held_beyond_the_closing_does_not_file_what_was_typed_after_it():
    draft = a_draft()
    closing_at(draft, NOW.replace(second=0), "Europe/Paris")
    typed(draft, at=END + MINUTE)

    with pytest.raises(TypedLate) as refusal:
        save(draft, at=END - INSTANT)

    assert Registration.objects.count() == 0
    said = str(refusal.value).replace("\u00a0", " ")
    assert "fermées depuis le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)" in said
    assert "des réponses ont été modifiées ensuite, le mercredi 25 novembre 2026 à 10 h 32" in said
    assert "Votre saisie est conservée." in said
    draft.refresh_from_db()
    assert draft.is_open
    [kept] = draft.answers.filter(section="identification")
    assert kept.answers["address_1"].endswith("rue des Îles")


def test_what_was_typed_after_a_closing_is_good_once_the_service_is_extended():
    draft = a_draft()
    closing_at(draft, NOW.replace(second=0), "Europe/Paris")
    typed(draft, at=END + MINUTE)
    RegistrationService.objects.update(closes_at=NOW.replace(second=0) + timedelta(days=1))

    assert save(draft, at=END + 2 * MINUTE).number == 1


def test_two_pages_that_file_and_answer_before_the_closing_do_so_in_any_order():
    draft = a_draft()
    closing_at(draft, NOW.replace(second=0), "Europe/Paris")
    typed(draft, at=END - INSTANT)

    assert save(draft, at=END - 2 * INSTANT).number == 1


def test_the_same_answers_sent_again_after_the_closing_take_nothing_from_a_request_in_time():
    draft = a_draft()
    closing_at(draft, NOW.replace(second=0), "Europe/Paris")
    drafting.answer(
        draft=draft,
        section="identification",
        typed=draft.answers.get(section="identification").answers,
        seen_revision=None,
        at=END + MINUTE,
    )

    assert save(draft, at=END - INSTANT).number == 1


def test_consents_changed_after_the_closing_do_not_stop_a_modification_saved_in_time():
    registration = a_registration()
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    typed(draft, at=NOW)
    RegistrationService.objects.update(closes_at=NOW.replace(second=0))
    filing.choose_consents(registration=registration, publishes=True, shares=True, at=END + MINUTE)

    assert save(draft, at=END - INSTANT).number == 2


# --- What an error must never say ---------------------------------------------------------------

CLOSED = re.compile(
    r"\b(clos|close|fermés?|fermées?|fermeture|ferme|terminé(es|e|s)?|expiré(es|e|s)?|trop tard|"
    r"date limite|délai|dépassée?s?)\b",
    re.IGNORECASE,
)


def read(answer):
    body = answer.content.decode().partition("<main")[2].partition("</main")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def a_request() -> HttpRequest:
    request = RequestFactory(SERVER_NAME=HOST).get("/inscription/x")
    request.arrived_at = NOW
    return request


@pytest.mark.parametrize("page", [errors.server_error, errors.unavailable])
def test_a_page_of_fault_or_of_crowd_never_says_that_a_service_is_closed(page):
    RegistrationService.objects.update(closes_at=NOW.replace(second=0) - timedelta(days=1))

    said = read(page(a_request()))

    assert len(said) > 40
    assert CLOSED.findall(said) == []
    assert not re.search(r"\d\s*h\s*\d", said)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/n-existe-pas", 404),
        ("get", "/inscription/00000000-0000-0000-0000-000000000000/modalites", 404),
        ("post", "/aide", 405),
        ("post", "/connexion", 403),
    ],
)
def test_no_other_error_says_it_either(method, path, status):
    client = Client(enforce_csrf_checks=status == 403, SERVER_NAME=HOST)
    if path.startswith("/inscription"):
        client.force_login(a_candidate().user, backend=BACKEND)

    answer = getattr(client, method)(path, secure=True)

    assert answer.status_code == status
    assert CLOSED.findall(read(answer)) == []


def test_every_template_of_an_error_is_held_to_it():
    folder = Path(configured.BASE_DIR) / "sporades/web/layout/templates/errors"
    said = {
        path.name: CLOSED.findall(re.sub(r"\{[%#{].*?[%#}]\}", " ", path.read_text()))
        for path in folder.glob("*.html")
    }

    assert len(said) >= 6
    assert {name: words for name, words in said.items() if words} == {}


@pytest.mark.parametrize("path", ["/", "/ouverture-des-services", "/aide"])
def test_a_page_that_shows_an_hour_is_never_kept_by_a_cache(path):
    answer = Client(SERVER_NAME=HOST).get(path)

    assert answer.status_code == 200
    assert {"no-cache", "no-store"} & set(answer["Cache-Control"].replace(" ", "").split(","))


# --- Nothing without its zone ---------------------------------------------------------------------


def test_the_base_counts_in_utc_and_no_column_holds_an_hour_without_its_zone():
    with connection.cursor() as cursor:
        cursor.execute("SHOW timezone")
        assert cursor.fetchone() == ("UTC",)
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type LIKE 'time%without time zone'"
        )
        assert cursor.fetchall() == []
    assert configured.USE_TZ is True


def test_an_hour_without_zone_cannot_be_kept():
    draft = a_draft()

    with pytest.raises((TypeError, RuntimeWarning)):
        save(draft, at=NOW.replace(tzinfo=None))

    assert Registration.objects.count() == 0
