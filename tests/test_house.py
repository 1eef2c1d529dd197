"""What runs the project on a machine: locks, PostgreSQL, secrets of the demo."""

import itertools
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import BasicConstraints
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import demo, keys

ROOT = Path(__file__).parent.parent
LAUNCHER = [sys.executable, "-m", "tools.postgres"]
WITHOUT_SERVER = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


# --- Locks ---------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_what_is_tested_is_what_is_installed():
    installed, tested = pins("requirements.txt"), pins("requirements-dev.txt")

    assert "django" in installed
    assert {name: tested.get(name) for name in installed} == installed


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_a_lock_has_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert len(pins(lock)) == len(re.findall(r"==.*\\\n    --hash=sha256:[0-9a-f]{64}", text))


def test_the_web_speaks_no_protocol_in_which_headers_may_come_for_ever():
    page = (ROOT / "docs/operations.md").read_text()
    [documented] = [line for line in page.splitlines() if "granian --interface" in line]

    for command in (" ".join(demo.web("127.0.0.1", 8000)), documented):
        assert "--http=1 --http1-header-read-timeout=" in command


def test_the_inventory_names_every_library_with_its_hashes_and_asks_nobody(tmp_path):
    nobody = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:1")
    made = tmp_path / "sbom.cdx.json"

    subprocess.run(["sh", "tools/sbom.sh", made], cwd=ROOT, env=os.environ | nobody, check=True)

    text = made.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    said = json.loads(text)
    assert said["metadata"]["component"]["name"] == "sporades"
    assert {one["name"]: one["version"] for one in said["components"]} == pins("requirements.txt")
    hashes = [
        one["content"]
        for library in said["components"]
        for reference in library["externalReferences"]
        for one in reference["hashes"]
    ]
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert sorted(hashes) == sorted(re.findall(r"--hash=sha256:(\w+)", lock))


# --- PostgreSQL ----------------------------------------------------------------------------


def launch(*words, **environment):
    """Run the launcher to its end."""
    return subprocess.run(
        [*LAUNCHER, *map(str, words)],
        cwd=ROOT,
        env=WITHOUT_SERVER | environment,
        capture_output=True,
        text=True,
        check=False,
    )


class Launcher:
    """A launcher that serves, until killed or asked to stop."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [*LAUNCHER, "run", str(folder)],
            cwd=ROOT,
            env=WITHOUT_SERVER,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()

    def end(self, sign):
        self.process.send_signal(sign)
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "postgresql"
    assert launch("forget", tmp_path / "postgresql").returncode == 0


def test_a_command_gets_a_server_like_a_real_one(folder):
    question = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(connection.execute('''
        select pg_encoding_to_char(encoding), lower('ÉÀŒ'), rolsuper,
               current_setting('server_version_num')::int >= 150000,
               current_setting('listen_addresses')
        from pg_database, pg_roles
        where datname = current_database() and rolname = current_user
    ''').fetchone())
"""

    answer = launch("run", folder, "--", sys.executable, "-c", question)

    assert (answer.stdout.strip(), answer.returncode) == (
        "('UTF8', 'éàœ', False, True, '127.0.0.1')",
        0,
    )


def test_a_command_that_fails_says_so_through_the_launcher(folder):
    assert launch("run", folder, "--", sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_a_server_given_is_used_and_none_is_started(folder):
    given = "postgresql://ailleurs.exemple.test/sporades"

    answer = launch("run", folder, "printenv", "DATABASE_URL", DATABASE_URL=given)

    assert (answer.stdout.strip(), folder.exists()) == (given, False)


@pytest.mark.parametrize("killed", [{"launcher"}, {"server"}, {"server", "launcher"}])
def test_what_was_written_is_found_after_a_kill(folder, killed):
    launcher = Launcher(folder)
    connection = psycopg.connect(launcher.url, autocommit=True)
    connection.execute("create table kept as select 'oui' as answer")
    backend = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
    postmaster = int(backend.rpartition(")")[2].split()[1])

    if "server" in killed:
        os.kill(postmaster, signal.SIGKILL)
    launcher.end(signal.SIGKILL if "launcher" in killed else signal.SIGTERM)

    with pytest.raises(psycopg.OperationalError):
        connection.execute("select pg_sleep(60)")
    connection.close()
    again = Launcher(folder)
    with psycopg.connect(again.url) as connection:
        assert connection.execute("select answer from kept").fetchone() == ("oui",)
    again.end(signal.SIGTERM)


def test_a_server_ends_with_its_launcher(folder):
    launcher = Launcher(folder)
    port = int(launcher.url.rpartition(":")[2].partition("/")[0])

    launcher.end(signal.SIGTERM)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_server_is_asked_by_the_socket_of_its_folder_and_by_loopback(folder):
    launcher = Launcher(folder)
    told = psycopg.conninfo.conninfo_to_dict(launcher.url)

    for host in (told["host"], "127.0.0.1"):
        with psycopg.connect(launcher.url, host=host) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    launcher.end(signal.SIGTERM)

    assert told["host"].startswith("/")
    assert not Path(told["host"], f".s.PGSQL.{told['port']}").exists()


def test_a_server_whose_folder_takes_no_socket_is_asked_by_loopback():
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)  # whoever runs the server for root lives there too
        far = Path(place) / ("loin" * 25) / "base"

        answer = launch("run", far, "printenv", "DATABASE_URL")
        forgotten = launch("forget", far)

    assert re.search(r"@127\.0\.0\.1:\d+/", answer.stdout), answer.stderr
    assert forgotten.returncode == 0


def test_a_server_belongs_to_one_program_at_a_time(folder):
    launcher = Launcher(folder)

    second = launch("run", folder, "true")
    forgotten = launch("forget", folder)
    launcher.end(signal.SIGTERM)

    assert (second.returncode, forgotten.returncode) == (1, 1)
    assert "utilise déjà" in second.stderr
    assert "Traceback" not in second.stderr + forgotten.stderr


# --- The demo ------------------------------------------------------------------------------


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "secrets" / "secret-key"

    first = keys.text(path)

    assert keys.text(path) == first
    assert keys.text(tmp_path / "other") != first
    assert len(first) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_seal_of_the_demo_opens_with_its_password_and_certifies_nobody_else(tmp_path):
    path = keys.seal(tmp_path / "seal.p12", password="un mot de passe")

    key, certificate, others = pkcs12.load_key_and_certificates(
        path.read_bytes(), b"un mot de passe"
    )

    assert key.public_key() == certificate.public_key()
    assert not certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    assert others == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_port_in_use_is_said_before_anything_starts(monkeypatch, family, address):
    with socket.socket(family) as somebody:
        somebody.bind((address, 0))
        somebody.listen()
        port = somebody.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))

        with pytest.raises(demo.Failed, match=f"Le port {port} est déjà pris"):
            demo.where()


@pytest.mark.parametrize("port", ["huit mille", "-1", "65536", "80.0"])
def test_a_port_that_is_no_port_is_refused_with_an_example(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(demo.Failed, match="PORT=8001"):
        demo.where()


@pytest.mark.parametrize("people", ["beaucoup", "-1", "²"])
def test_people_who_cannot_be_counted_are_refused_with_an_example(monkeypatch, people):
    monkeypatch.setenv("PEOPLE", people)

    with pytest.raises(demo.Failed, match="PEOPLE=500"):
        demo.crowd()


def test_the_demo_listens_on_this_machine_alone_unless_told(monkeypatch):
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.setenv("PORT", "0")

    host, port = demo.where()

    assert host == "127.0.0.1"
    assert port > 0


AWAITING = """
import select, sys
from tools.processes import StopRequest, on_request_to_stop

request = StopRequest()
on_request_to_stop(request.make)
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    request.wait(0.001)
print(request.wait(0))
"""


def test_requests_to_stop_that_pile_up_are_one_request():
    signs = itertools.cycle((signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    with subprocess.Popen(
        [sys.executable, "-c", AWAITING],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stdout.readline() == "ready\n"

        # For long enough to interrupt a handler, often.
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            waiting.send_signal(next(signs))
        said, _ = waiting.communicate("\n", timeout=60)

    assert (waiting.returncode, said) == (0, "True\n")


def test_a_file_is_checked_in_the_demo_that_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "CONNECTION", tmp_path / "connexion.json")

    with pytest.raises(demo.Failed, match="Dites quel fichier"):
        demo.check([])
    with pytest.raises(demo.Failed, match="lancez d'abord « make demo »"):
        demo.check(["cap.yaml"])
