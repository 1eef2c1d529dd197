"""`sporades check --deploy`: what a real installation is told of itself before it opens."""

import os
import re
import socket
import ssl
import threading
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.checks import WARNING, run_checks
from django.db import connection

from config import environment
from sporades.web.public import checks, rights
from tests.endurance.arena import a_server, drop, pointing_at, url_of
from tests.factories import NOW
from tests.intake.clamd import running
from tests.journal.test_sealing import documented_role
from tests.mail.post_office import PostOffice
from tests.web.clocks import its_clock_ahead
from tools import keys

pytestmark = pytest.mark.django_db
OWN = "sporades.W"


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def post(settings, monkeypatch):
    """Return what points the installation at a mail server."""

    def post(url):
        monkeypatch.setenv("MAIL_URL", url)
        settings.MAILERS = {"default": environment.mailer("MAIL_URL")}

    return post


@pytest.fixture
def role():
    """Return what makes the documented roles, and connects as one of them."""
    with connection.cursor() as cursor:
        cursor.execute(documented_role())

        def become(name, *changes):
            cursor.execute("RESET ROLE")
            for change in changes:
                cursor.execute(change)
            cursor.execute(f"SET LOCAL ROLE {name}")

        yield become
        cursor.execute("RESET ROLE")


def told(code):
    """Return what the check says under an id, each on one line."""
    found = [one.msg for one in run_checks(include_deployment_checks=True) if one.id == code]
    assert all("\n" not in one for one in found)
    return found


def test_what_is_given_and_never_read_is_told_until_there_is_an_antivirus(settings):
    settings.CLAMD = None
    [said] = told("sporades.W001")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.CLAMD = nobody.getsockname()
        [silent] = told("sporades.W005")

    assert said.startswith("CLAMD_URL est vide")
    assert silent.startswith("CLAMD_URL : aucun antivirus ne répond")
    assert told("sporades.W001") == []


def test_an_antivirus_that_answers_is_not_told_of(tmp_path, settings):
    with running(tmp_path / "clamd") as port:
        settings.CLAMD = ("127.0.0.1", port)

        assert told("sporades.W001") == told("sporades.W005") == []


def test_a_folder_of_temporary_files_that_takes_nothing_or_is_nearly_full_is_told(
    settings, tmp_path, monkeypatch
):
    assert told("sporades.W009") == []
    monkeypatch.setattr(checks, "ROOM", 10**18)
    [full] = told("sporades.W009")
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    [gone] = told("sporades.W009")

    assert re.search(r"n'a plus que \d+ Mo, il en faut \d+\.", full)
    assert "ne prend rien ([Errno 2] No such file or directory" in gone


def test_a_mail_server_is_greeted_and_sent_nothing(post):
    office = PostOffice()
    post(office.url)

    found = [*told("sporades.W002"), *told("sporades.W007")]
    office.close()

    assert (found, office.letters) == ([], [])


def test_a_mail_server_that_is_not_there_is_told(post):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        post(f"smtp://127.0.0.1:{nobody.getsockname()[1]}")

        [said] = told("sporades.W002")

    assert said.startswith("MAIL_URL : le serveur de mails ne prend pas de connexion")
    assert "Connection refused" in said


@pytest.mark.parametrize(
    ("scheme", "why"), [("smtp+starttls", "STARTTLS"), ("smtp", "AUTH extension not supported")]
)
def test_a_mail_server_that_does_not_do_what_its_address_says_is_told(post, scheme, why):
    office = PostOffice()
    post(office.url.replace("smtp://", f"{scheme}://moi:tres-secret@"))

    [said] = told("sporades.W002")
    office.close()

    assert why in said
    assert "tres-secret" not in said


@pytest.fixture
def made_up(tmp_path):
    """The port of a server that encrypts, by a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    kept = pkcs12.load_pkcs12(
        keys.self_signed("127.0.0.1", key, password="relais", at=NOW), b"relais"
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (tmp_path / "relais.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        + kept.cert.certificate.public_bytes(pem)
    )
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(tmp_path / "relais.pem")
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError), listening:
            line, _ = listening.accept()
            with secure.wrap_socket(line, server_side=True) as hidden:
                hidden.sendall(b"220 relais\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    thread.join()


def test_a_mail_server_whose_certificate_nobody_vouches_for_is_not_written_to(post, made_up):
    post(f"smtps://127.0.0.1:{made_up}")

    [said] = told("sporades.W002")

    assert "certificate verify failed" in said


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"MAIL_URL": "smtp://moi:secret@relais.exemple.test:25"}, ["MAIL_URL"]),
        ({"MAIL_URL": "smtp+starttls://moi:secret@relais.exemple.test"}, []),
        ({"MAIL_URL": "smtps://moi:secret@relais.exemple.test"}, []),
        ({"MAIL_URL": "smtp://localhost:25"}, []),
        ({"MAIL_URL": "smtp://[::1]:25"}, []),
        ({"DATABASE_URL": "postgresql://moi@10.0.0.7/sporades"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "postgresql://moi@10.0.0.7/sporades?sslmode=require"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "postgresql://moi@10.0.0.7/sporades?sslmode=verify-full"}, []),
        ({"DATABASE_URL": "postgresql://moi@%2Frun%2Fpostgresql/sporades"}, []),
        ({"FILES_URL": "s3+http://cle:secret@seaux.exemple.test/pieces"}, ["FILES_URL"]),
        ({"MEDICAL_FILES_URL": "s3+http://cle:secret@10.0.0.9/sante"}, ["MEDICAL_FILES_URL"]),
        ({"FILES_URL": "s3://cle:secret@seaux.exemple.test/pieces"}, []),
        ({"FILES_URL": "s3+http://cle:secret@127.0.0.1:9000/pieces"}, []),
        ({"CLAMD_URL": "tcp://10.0.0.8:3310"}, ["CLAMD_URL"]),
    ],
)
def test_what_goes_to_another_machine_in_clear_is_told(settings, monkeypatch, said, names):
    settings.CLAMD = None
    for name, url in said.items():
        monkeypatch.setenv(name, url)
        match name:
            case "MAIL_URL":
                settings.MAILERS = {"default": environment.mailer(name)}
            case "DATABASE_URL":
                for key, value in environment.database(name).items():
                    monkeypatch.setitem(connection.settings_dict, key, value)
            case "CLAMD_URL":
                settings.CLAMD = environment.antivirus(name)
            case _:
                alias = {url: alias for alias, url in checks.STORES.items()}[name]
                settings.STORAGES = {**settings.STORAGES, alias: environment.file_store(name)}

    found = [one.msg for one in checks.what_crosses_the_network_is_encrypted()]

    assert [one.partition(" : ")[0] for one in found] == names
    assert not any("secret" in one for one in found)


def test_mails_that_stay_in_a_folder_are_told_but_of_the_demo(post, settings, tmp_path):
    post(f"eml://{tmp_path}")
    [said] = told("sporades.W007")
    settings.DEMO = True

    assert said.startswith("MAIL_URL est un dossier : aucun mail ne part")
    assert told("sporades.W007") == told("sporades.W002") == []


def test_whoever_owns_the_tables_is_told_not_to_serve_as_such(role):
    [owner] = told("sporades.W003")
    role("sporades_app")
    serving = told("sporades.W003")
    role("sporades_archives")

    assert "possède les tables" in owner
    assert serving == told("sporades.W003") == []


@pytest.mark.parametrize("name", ["sporades_app", "sporades_archives"])
def test_the_documented_rights_are_all_that_is_asked_for(role, name):
    role(name)

    assert told("sporades.W004") == []
    assert rights.lacking(connection) == []


@pytest.mark.parametrize(
    ("name", "change", "lacks"),
    [
        ("sporades_app", "SELECT ON candidates_candidate", "SELECT sur candidates_candidate"),
        ("sporades_app", "DELETE ON candidates_identity", "DELETE sur candidates_identity"),
        ("sporades_app", "UPDATE ON mail_message", "UPDATE sur mail_message"),
        ("sporades_app", "INSERT ON journal_entry", "INSERT sur journal_entry"),
        (
            "sporades_app",
            "UPDATE (seal_id) ON journal_entry",
            "UPDATE (seal_id) sur journal_entry",
        ),
        ("sporades_app", "SELECT ON procrastinate_jobs", "SELECT sur procrastinate_jobs"),
        ("sporades_app", "INSERT ON shared_cache", "INSERT sur shared_cache"),
        (
            "sporades_app",
            "ALL ON SEQUENCE procrastinate_jobs_id_seq",
            "USAGE sur procrastinate_jobs_id_seq",
        ),
        ("sporades_archives", "USAGE ON SCHEMA archives", "USAGE sur le schéma archives"),
        ("sporades_archives", "SELECT ON archives.archive", "SELECT sur archive"),
        (
            "sporades_archives",
            "DELETE ON registrations_version",
            "DELETE sur registrations_version",
        ),
        (
            "sporades_archives",
            "EXECUTE ON FUNCTION journal_forget(bigint[])",
            "EXECUTE sur journal_forget",
        ),
        (
            "sporades_archives",
            "EXECUTE ON FUNCTION journal_forget_provenance(timestamptz)",
            "EXECUTE sur journal_forget_provenance",
        ),
        ("sporades_archives", "DELETE ON accounts_signin", "DELETE sur accounts_signin"),
    ],
)
def test_a_right_that_was_not_granted_is_named(role, name, change, lacks):
    role(name, f"REVOKE {change} FROM {name}")

    [said] = told("sporades.W004")

    assert said == f"DATABASE_URL : le rôle « {name} » n'a pas tous ses droits : {lacks}."


def test_a_role_without_any_right_is_told_in_one_line_too(role):
    role(
        "sporades_app",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM sporades_app",
        "GRANT SELECT ON django_migrations TO sporades_app",
    )

    [said] = told("sporades.W004")

    assert said.endswith(" autres.")
    assert said.count(" sur ") == 3


def test_each_column_that_the_page_grants_is_one_that_is_asked_for(role):
    role("sporades_app")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, array_agg(attname::text ORDER BY attname)"
            " FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid"
            " WHERE attacl::text LIKE '%sporades_app=w%' GROUP BY relname"
        )
        granted = dict(cursor.fetchall())

    assert granted == {
        table: sorted(columns) for table, columns in rights.CHANGED_IN.items() if columns
    }


def test_a_clock_that_is_not_the_databases_is_told():
    assert told("sporades.W006") == []
    with its_clock_ahead("90.5 s"):
        [said] = told("sporades.W006")

    assert said.startswith("DATABASE_URL : l'horloge de la base avance d'au moins 90 s")


def test_none_of_it_ends_the_check_in_failure():
    found = run_checks(include_deployment_checks=True)

    assert {one.level for one in found if one.id.startswith(OWN)} == {WARNING}


def test_style_sheets_that_were_not_gathered_are_told(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "sporades.web.layout.static.Storage"},
    }

    [said] = told("sporades.E008")

    assert "collectstatic" in said


def test_typed_by_root_it_leaves_nothing_in_the_stores_of_somebody_else(
    settings, tmp_path, monkeypatch
):
    if os.geteuid() == 0:
        os.chown(tmp_path, 12_345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    there = {"OPTIONS": {"location": tmp_path}}
    for store in ("default", "medical"):
        settings.STORAGES = {
            **settings.STORAGES,
            store: {"BACKEND": "django.core.files.storage.FileSystemStorage", **there},
        }

    said = told("sporades.W010")

    assert [one.split()[0] for one in said] == ["FILES_URL", "MEDICAL_FILES_URL"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_keep_all_names_is_told():
    name = f"sporades_ascii_{os.getpid()}"
    with a_server() as server:
        server.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
        try:
            with pointing_at(url_of(name)):
                found = checks.the_database_is_migrated(databases=["default"])
        finally:
            drop(server, name)

    assert [one.msg for one in found if one.id == "sporades.E009"] == [
        "DATABASE_URL : la base est en SQL_ASCII, elle ne garde pas tous les noms."
    ]
    assert told("sporades.E009") == []
