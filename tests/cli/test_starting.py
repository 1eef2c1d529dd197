"""What does not stop a start, and what a command says in one line when it cannot do its work."""

import ctypes
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import sql

from sporades.notices.models import Banner
from tests.endurance.arena import a_server, drop, url_of
from tests.endurance.servers import environment_of

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24
STORES = ("files", "medical")
DENIED = "permission denied for table journal_entry"
ONLY_READ = "cannot execute UPDATE in a read-only transaction"
PAGE = "docs/operations.md, « The journal »"
REFUSED = "La base de données refuse la connexion (DATABASE_URL) : "


def like_anybody():
    """Write no more where the rights of a folder forbid it, were the tests run as root."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def let_in_nowhere():
    """Go no more where the rights of a folder forbid it either."""
    like_anybody()
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0)


def run(*words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "sporades", *words],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=like_anybody,
    )


@pytest.fixture
def read_only(tmp_path):
    """Return a folder whose two stores can be read, and no more."""
    for name in STORES:
        (tmp_path / name).mkdir(mode=0o555)
    yield tmp_path
    for name in STORES:
        (tmp_path / name).chmod(0o755)


@pytest.mark.django_db(transaction=True)
def test_stores_that_are_only_read_stop_no_command_and_the_check_names_them(read_only):
    there = environment_of(url_of(connection.settings_dict["NAME"]), read_only)

    shown = run("bandeau", "afficher", "Le service est de retour à 9 h.", **there)
    looked = run("check", "--deploy", "--database", "default", **there)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert Banner.objects.get().message == "Le service est de retour à 9 h."
    assert looked.returncode == 1
    told = [line for line in looked.stderr.splitlines() if "sporades.E006" in line]
    assert [line.split()[2] for line in told] == ["FILES_URL", "MEDICAL_FILES_URL"]
    assert "sporades.E005" not in looked.stderr


LOOK = """
import django
django.setup()
from sporades.web.public.checks import the_stores_can_be_written_to
print(*(f"{found.id} {found.msg.split()[0]}" for found in the_stores_can_be_written_to()))
"""


def test_the_check_names_stores_that_lie_in_a_folder_that_lets_nobody_in(tmp_path):
    shut = tmp_path / "shut"
    for name in STORES:
        (shut / name).mkdir(parents=True)
    shut.chmod(0)

    looked = subprocess.run(
        [sys.executable, "-c", LOOK],
        env=environment_of("postgresql://nobody@127.0.0.1:1/none", shut),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=let_in_nowhere,
    )

    shut.chmod(0o755)
    assert looked.stdout.split() == [
        *("sporades.E006", "FILES_URL"),
        *("sporades.E006", "MEDICAL_FILES_URL"),
    ], looked.stderr


@pytest.fixture
def empty_database():
    """Give the address of a database in which nothing is."""
    name = f"empty_{os.getpid()}"
    with a_server() as server:
        drop(server, name)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield url_of(name)
        drop(server, name)


@pytest.mark.parametrize(
    "words", [["journal", "verify"], ["bandeau", "retirer"], ["procrastinate", "worker"]]
)
@pytest.mark.django_db
def test_a_command_before_the_migrations_says_so_in_one_line(empty_database, tmp_path, words):
    stopped = run(*words, **environment_of(empty_database, tmp_path))

    assert (stopped.returncode, stopped.stderr) == (
        1,
        "La base n'est pas à jour : lancez « sporades migrate ».\n",
    )


@pytest.mark.parametrize(
    ("option", "words", "said"),
    [
        (
            "role=sporades_app",
            ["journal", "verify"],
            f"Le rôle de DATABASE_URL n'a pas ce droit ({DENIED}) : voyez {PAGE}.\n",
        ),
        (
            "default_transaction_read_only=on",
            ["bandeau", "afficher", "Bonjour"],
            f"La base de données est en lecture seule ({ONLY_READ}) : rien n'est enregistré.\n",
        ),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_said_in_one_line(tmp_path, option, words, said):
    url = f"{url_of(connection.settings_dict['NAME'])}?options={quote(f'-c {option}')}"

    stopped = run(*words, **environment_of(url, tmp_path))
    told_whole = run(words[0], "--traceback", *words[1:], **environment_of(url, tmp_path))

    assert (stopped.returncode, stopped.stderr) == (1, said)
    assert "Traceback" in told_whole.stderr


@pytest.mark.parametrize("words", [["journal", "verify"], ["procrastinate", "worker"]])
@pytest.mark.django_db
def test_a_database_that_does_not_exist_is_said_to_be_so(tmp_path, words):
    stopped = run(*words, **environment_of(url_of("nulle_part"), tmp_path))

    assert (stopped.returncode, stopped.stderr) == (
        1,
        f'{REFUSED}database "nulle_part" does not exist\n',
    )


@pytest.mark.django_db
def test_a_password_that_is_not_the_right_one_is_said_to_be_so(tmp_path):
    url = url_of(connection.settings_dict["NAME"])
    right = f":{quote(connection.settings_dict['PASSWORD'])}@"
    assert right in url

    stopped = run("journal", "verify", **environment_of(url.replace(right, ":faux@"), tmp_path))

    [line] = stopped.stderr.splitlines()
    assert line.startswith(f"{REFUSED}password authentication failed")
    assert stopped.returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ("bandeau", "afficher", b"Panne caf\xe9"),
        ("inscription", "etat", b"2000\xe9", "valider"),
        ("archives", "lire", "20000000058", "--motif", b"caf\xe9"),
    ],
)
def test_an_argument_in_another_encoding_is_refused_in_one_line(words):
    refused = subprocess.run(
        [sys.executable, "-m", "sporades", *words],
        env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
        timeout=120,
    )

    assert refused.returncode == 1
    [line] = refused.stderr.decode().splitlines()
    assert r"\xe9" in line
    assert "» n'est pas en UTF-8 : réglez ainsi le terminal" in line
