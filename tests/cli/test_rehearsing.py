"""I8: a copy of what is registered for, and people who are not there; never anything real."""

import json
import stat
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from procrastinate import periodic

from config import environment
from sporades.accounts.models import Membership, User
from sporades.candidates.models import Candidate, Identity
from sporades.cli import rehearsing
from sporades.core import clock, pdf
from sporades.core.actors import Actor
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService, Regulation
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from tests.documents.reading import drawn_text
from tests.documents.summaries import a_pdf
from tests.endurance.arena import url_of
from tests.factories import INVENTED, NOW, a_registration, load_invented
from tests.undoing import undone
from tests.web.guide import HOST
from tools import demo, rehearsal

REAL = "postgresql://sporades:secret@10.0.0.1:5432/sporades?pool=4"
AHEAD = timedelta(days=48)


# --- The copy ---------------------------------------------------------------------------------


@pytest.fixture
def copied(territory, db):
    """Return what an installation wrote, where nothing of it is any more."""
    forget()
    with undone():
        load_invented()
        service = RegistrationService.objects.get(academy="A09")
        service.closes_at += timedelta(days=3)
        service.save()
        a_registration()
        written = rehearsing.written()
    forget()
    yield written
    forget()


@pytest.mark.usefixtures("invented_exam")
def test_a_copy_names_no_agent_and_is_its_owners_alone_to_read(tmp_path):
    text = INVENTED.read_text(encoding="utf-8")
    by = Actor("head", "Solène Marchal", "user:1")
    exams.load(
        Source(INVENTED.name, text.replace("coefficient: 2.5", "coefficient: 2")), by=by, at=NOW
    )
    exams.load(Source(INVENTED.name, f"# Relu.\n{text}"), by=by, at=NOW)
    file = tmp_path / "copie.json"
    file.write_text("la précédente")

    call_command("repetition", "exporter", str(file))

    assert "essai" in file.read_text()
    assert "Solène" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Regulation.objects.latest("pk").loaded_by == "Solène Marchal"


def test_a_copy_holds_what_is_registered_for_and_nobody(copied):
    models = {row["model"] for row in json.loads(copied)}

    assert {"exams.regulation", "exams.registrationservice", "territory.managingservice"} <= models
    assert models <= {model._meta.label_lower for model in rehearsing.COPIED}
    assert "Goff" not in copied


def test_what_was_copied_is_in_force_with_its_services_as_they_were(copied):
    rehearsing.read(copied)

    assert Regulation.objects.count() == 1
    moved = RegistrationService.objects.get(academy="A09")
    assert moved.closes_at == datetime(2026, 12, 18, 22, 59, tzinfo=UTC)
    assert rehearsing.people(at=NOW, count=1).registered == 1


def test_a_file_that_holds_anything_else_is_not_read(db):
    with pytest.raises(TypeError):
        rehearsing.read('[{"model": "accounts.user", "pk": 1, "fields": {"email": "a@b.test"}}]')

    assert not User.objects.exists()


# --- The people -------------------------------------------------------------------------------


def test_those_who_register_are_plainly_invented_and_judged_as_everybody(invented_exam):
    found = rehearsing.people(at=NOW, count=6)

    assert (found.registered, found.impossible) == (6, [])
    assert Registration.objects.count() == 6
    assert DocumentVersion.objects.count() == 12  # summaries, and requests for pieces
    assert set(found.addresses) == set(Candidate.objects.values_list("user__email", flat=True))
    assert set(Identity.objects.values_list("birth_name", flat=True)) == {"Fictif"}
    told = set(Message.objects.values_list("recipient", flat=True))
    assert {address.partition("@")[2] for address in told} == {"repetition.test"}
    assert all(one.filed_at < NOW for one in Registration.objects.all())


def test_what_nobody_gets_through_is_told_and_leaves_nothing(invented_exam, monkeypatch):
    monkeypatch.setattr(rehearsing.inventing, "answers_for", lambda *_: None)

    found = rehearsing.people(at=NOW, count=6)

    assert found.registered == 0
    assert "BE MARIN, académie de Lille" in found.impossible
    for model in (Candidate, Draft, User):
        assert not model.objects.exists(), model


def test_each_academy_that_registers_has_its_invented_staff(invented_exam):
    made = rehearsing.make_staff(at=NOW)

    assert "gestionnaire.a09@repetition.test" in made
    assert Membership.objects.get(user__email="chef.a25@repetition.test").academies == ["A25"]
    assert all(user.email.endswith("@repetition.test") for user in User.objects.all())


def test_a_rehearsal_is_loaded_nowhere_else(db, tmp_path):
    with pytest.raises(CommandError, match="que dans une répétition"):
        call_command("repetition", "charger", tmp_path / "x")


# --- The instant ------------------------------------------------------------------------------


@pytest.fixture
def rehearsed(settings, monkeypatch):
    """This process rehearses, forty-eight days ahead."""
    settings.REHEARSAL = AHEAD
    monkeypatch.setattr(timezone, "now", timezone.now)
    monkeypatch.setattr(periodic, "time", periodic.time)
    clock.shift(AHEAD)


def test_where_nothing_is_open_no_candidate_is_named(
    copied, stopped_clock, rehearsed, tmp_path, capsys
):
    file = tmp_path / "copie.json"
    file.write_text(copied, encoding="utf-8")

    call_command("repetition", "charger", str(file), "--candidats", "3")

    said = capsys.readouterr().out
    assert "Aucun candidat : aucun service n'est ouvert à cet instant" in said
    assert "candidat1@" not in said
    assert not Candidate.objects.exists()


def test_every_page_says_at_which_instant_it_is_played(stopped_clock, rehearsed, client, db):
    said = "nous sommes le mardi 12 janvier 2027 à 10 h 30 (heure de Paris)"

    for path, status in (("/mentions-legales", 200), ("/nulle-part", 404)):
        page = client.get(path, headers={"host": HOST})
        assert page.status_code == status
        assert said in page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert page.wsgi_request.arrived_at == NOW + AHEAD


def test_no_page_says_so_anywhere_else(client, db):
    assert (
        "Répétition" not in client.get("/mentions-legales", headers={"host": HOST}).content.decode()
    )


def test_what_a_rehearsal_prints_is_a_specimen(invented_exam, kept, settings):
    a_registration()
    version = DocumentVersion.objects.get(document__kind="recapitulatif")
    assert pdf.SPECIMEN not in drawn_text(printed(version))
    DocumentVersion.objects.update(pdf_key="")
    settings.REHEARSAL = AHEAD

    assert pdf.SPECIMEN in drawn_text(printed(version))


def test_every_template_that_makes_a_page_makes_a_specimen_of_it():
    templates = {path: path.read_text(encoding="utf-8") for path in pdf.TEMPLATES.rglob("*.typ")}
    pages = {path.name: text for path, text in templates.items() if "set page(" in text}

    assert {"furniture.typ", "letter.typ"} <= pages.keys()
    assert [name for name, text in pages.items() if "specimen" not in text] == []


def test_what_was_made_elsewhere_is_marked_too(settings):
    settings.REHEARSAL = AHEAD

    marked = pdf.as_specimen(a_pdf(), at=NOW)

    assert pdf.SPECIMEN in drawn_text(marked)


# --- Never the real one -----------------------------------------------------------------------


def test_the_database_of_a_rehearsal_is_never_the_real_one():
    assert urlsplit(rehearsal.own_url(REAL)).path == "/sporades_repetition"
    for given in (REAL, "postgresql://10.0.0.2/autre"):
        with pytest.raises(demo.Failed, match="finit par _repetition"):
            rehearsal.own_url(REAL, given)
    with pytest.raises(demo.Failed, match="celle de l'installation"):
        rehearsal.own_url(
            f"{REAL.partition('?')[0]}_repetition", "postgresql://autre/sporades_repetition"
        )


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"DATABASE_URL": "postgresql://127.0.0.1/sporades"}, "DATABASE_URL"),
        ({"MAIL_URL": "smtp://127.0.0.1"}, "MAIL_URL"),
        ({"FILES_URL": "s3://cle:secret@serveur.test/seau"}, "FILES_URL"),
        ({"MEDICAL_FILES_URL": "s3://cle:secret@serveur.test/seau"}, "MEDICAL_FILES_URL"),
        ({"SPORADES_DEMO": "0"}, "SPORADES_DEMO"),
    ],
)
def test_a_process_that_rehearses_refuses_what_may_be_real(monkeypatch, changes, word):
    apart = rehearsal.settings({}, rehearsal.own_url(REAL), seconds=60, host="localhost", port=1)
    for name, value in {**apart, **changes}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(environment.ImproperlyConfigured, match=word):
        environment.rehearsal("SPORADES_REHEARSAL")


def test_nothing_of_the_real_environment_is_passed_on_but_what_is_said_of_the_authority(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(rehearsal, "FOLDER", tmp_path)
    real = {
        "DATABASE_URL": REAL,
        "SECRET_KEY": "vrai",
        "MAIL_URL": "smtp://vrai",
        "SEAL_KEY_FILE": "/vrai",
        "FRANCECONNECT_URL": "https://vrai.test",
        "DEPLOYER_NAME": "Rectorat d'essai",
    }

    said = rehearsal.settings(real, rehearsal.own_url(REAL), seconds=60, host="localhost", port=1)

    assert said["DEPLOYER_NAME"] == "Rectorat d'essai"
    assert not any("vrai" in value for value in said.values())
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert environment.rehearsal("SPORADES_REHEARSAL") == timedelta(minutes=1)


def test_an_instant_is_read_by_the_clock_of_paris():
    now = datetime(2026, 11, 26, 8, tzinfo=UTC)

    assert rehearsal.ahead("2026-11-26T10:00", now=now) == 3600
    assert rehearsal.ahead("2026-11-26T07:00+00:00", now=now) == -3600
    with pytest.raises(demo.Failed, match="AT=2027-01-12T08:00"):
        rehearsal.ahead("demain", now=now)


@pytest.fixture
def beside(db):
    """Return the address of a database that does not exist, on the server of the tests."""
    url = rehearsal.own_url(f"{url_of(connection.settings_dict['NAME'])}?pool=4")
    yield url
    rehearsal.drop_database(url)


def names(url):
    beside = urlunsplit(urlsplit(url)._replace(path="/postgres", query=""))
    with psycopg.connect(beside, autocommit=True) as there:
        return {name for [name] in there.execute("SELECT datname FROM pg_database")}


def test_a_database_is_made_anew_and_dropped(beside):
    own = urlsplit(beside).path.strip("/")

    rehearsal.make_database(beside)
    rehearsal.make_database(beside)
    assert own in names(beside)
    rehearsal.drop_database(beside)

    assert own not in names(beside)
    assert connection.settings_dict["NAME"] in names(beside)


def test_a_database_that_is_no_rehearsals_is_left_alone(beside):
    own = urlsplit(beside).path.strip("/")
    admin = urlunsplit(urlsplit(beside)._replace(path="/postgres", query=""))
    with psycopg.connect(admin, autocommit=True) as there:
        there.execute(f'CREATE DATABASE "{own}"')

    try:
        with pytest.raises(demo.Failed, match="n'est pas celle d'une répétition"):
            rehearsal.make_database(beside)
        rehearsal.drop_database(beside)
        assert own in names(beside)
    finally:
        with psycopg.connect(admin, autocommit=True) as there:
            there.execute(f'DROP DATABASE "{own}"')
