"""What a deployer says is read once: what cannot be used stops the start, with one line."""

import errno
import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment

ROOT = Path(__file__).parent.parent
MASTER = "dGVzdHMtb25seS0wMTIzNDU2Nzg5LWFiY2RlZmdoaWo="
FORMER = "dGVzdHMtb25seS1hYmNkZWZnaGlqLTAxMjM0NTY3ODk="
STRONG = "lC3v9Tq0_xW7yBd2Rk5uHs8Zf1Jm4Np6Ga-EoViKtYwQzXbMrSdU"


def whole(folder: Path) -> dict[str, str]:
    """Return an environment that an installation starts with, its stores made."""
    for store in ("files", "medical"):
        (folder / store).mkdir(exist_ok=True)
    machine = ("PATH", "PYTHONPYCACHEPREFIX")
    return {
        **{name: os.environ[name] for name in machine if name in os.environ},
        "SECRET_KEY": STRONG,
        "DATABASE_URL": "postgresql://sporades:mot-de-passe@127.0.0.1:1/sporades",
        "SITE_URL": "https://inscriptions.exemple.test",
        "DEPLOYER_NAME": "Rectorat d'essai",
        "MAIL_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "Inscriptions <ne-pas-repondre@exemple.test>",
        "FILES_URL": f"file://{folder / 'files'}",
        "MEDICAL_FILES_URL": f"file://{folder / 'medical'}",
        "MEDICAL_KEYS": f"2027:{MASTER},2026:{FORMER}",
        "TRUSTED_PROXIES": "127.0.0.1, ::1",
    }


def start(variables, *words):
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def read_settings(monkeypatch):
    """Return what reads the settings anew, under other variables, and what it refuses to."""

    def read(variables):
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", dict(variables))
            return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return read


def test_an_installation_that_says_all_it_must_starts(tmp_path):
    started = start(whole(tmp_path), "-m", "sporades", "diffsettings")

    assert (started.returncode, started.stderr) == (0, "")


def test_a_folder_that_is_only_read_or_whose_disk_is_away_stops_no_start(
    read_settings, tmp_path, monkeypatch
):
    asked, is_asked = os.stat, {"files": 0}

    def away(where, *rest, **more):
        if str(where).endswith("files"):
            is_asked["files"] += 1
            raise OSError(errno.ESTALE, "Stale file handle")
        return asked(where, *rest, **more)

    def not_made(where, *_):
        raise OSError(errno.EROFS, "Read-only file system", where)

    variables = whole(tmp_path)
    monkeypatch.setattr(os, "access", lambda where, how: not str(where).endswith("medical"))
    monkeypatch.setattr(os, "mkdir", not_made)
    monkeypatch.setattr(os, "stat", away)

    read_settings(variables)

    assert is_asked["files"]


@pytest.mark.parametrize("name", ["FILES_URL", "MEDICAL_FILES_URL"])
@pytest.mark.parametrize("folder", ["file", "file/files", "mistyped", "not/mounted"])
def test_a_store_that_is_not_there_is_refused_at_the_start_and_never_made(
    read_settings, tmp_path, name, folder
):
    (tmp_path / "file").touch()
    variables = whole(tmp_path) | {name: f"file://{tmp_path / folder}"}
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(ImproperlyConfigured, match=rf"^{name} : le dossier .* n'existe pas\."):
        read_settings(variables)

    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_mails_that_cannot_be_made_is_refused_at_the_start(read_settings, tmp_path):
    (tmp_path / "file").touch()
    nowhere = {"MAIL_URL": f"eml://{tmp_path / 'file' / 'mails'}"}

    with pytest.raises(ImproperlyConfigured, match=r"MAIL_URL : .* ne peut pas être créé"):
        read_settings(whole(tmp_path) | nowhere)


def test_a_database_that_is_back_is_asked_again_within_seconds_however_long_it_was_away(
    monkeypatch,
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://sporades:x@127.0.0.1:1/sporades")

    pool = environment.database("DATABASE_URL")["OPTIONS"]["pool"]

    assert pool["reconnect_timeout"] == pool["timeout"] == 5


@pytest.mark.parametrize(
    ("said", "host", "port"),
    [
        ("Base.exemple.test:5433/sporades", "base.exemple.test", "5433"),
        ("[::1]/sporades", "::1", ""),
        ("/sporades", "", ""),
        ("%2Fsrv%2FEssai%20un:5433/sporades", "/srv/Essai un", "5433"),
        ("%2frun%2fpostgresql/sporades", "/run/postgresql", ""),
        ("/sporades?host=/srv/Essai", "/srv/Essai", ""),
    ],
)
@pytest.mark.parametrize("person", ["", "moi@", "moi:un%2Fdeux@"])
def test_a_server_is_named_by_its_machine_or_by_the_folder_of_its_socket(
    said, host, port, person, monkeypatch
):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{person}{said}")

    found = environment.database("DATABASE_URL")

    assert (found["HOST"], found["PORT"], found["NAME"]) == (host, port, "sporades")


REFUSED = [
    ("SECRET_KEY", None),
    ("SECRET_KEY", "changez-moi"),
    ("SECRET_KEY", "a" * 64),
    ("SECRET_KEY", f"django-insecure-{STRONG}"),
    ("SECRET_KEY_FALLBACKS", f"{STRONG},court"),
    ("DATABASE_URL", None),
    ("DATABASE_URL", "mysql://127.0.0.1/sporades"),
    ("DATABASE_URL", "postgresql://127.0.0.1:port/sporades"),
    ("DATABASE_URL", "postgresql://127.0.0.1"),
    ("DATABASE_URL", "postgresql://sporades:1#2@127.0.0.1/sporades"),
    ("DATABASE_URL", "postgresql://127.0.0.1/sporades?pool=abc"),
    ("DATABASE_URL", "postgresql://127.0.0.1/sporades?pool=0"),
    ("DATABASE_URL", "postgresql://127.0.0.1/sporades?prepare=non"),
    ("DATABASE_URL", "postgresql://127.0.0.1/sporades?sslmod=verify-full"),
    ("SITE_URL", None),
    ("SITE_URL", "inscriptions.exemple.test"),
    ("SITE_URL", "http://inscriptions.exemple.test"),
    ("SITE_URL", "https://inscriptions.exemple.test:port"),
    ("SITE_URL", "https://[inscriptions"),
    ("SITE_URL", "https://inscriptions.exemple.test?x=1"),
    ("SITE_URL", "https://inscriptions exemple.test"),
    ("SITE_URL", "https://moi@inscriptions.exemple.test"),
    ("DEPLOYER_NAME", None),
    ("MAIL_URL", None),
    ("MAIL_URL", "courriel.exemple.test:587"),
    ("MAIL_URL", "smtp://courriel.exemple.test:port"),
    ("MAIL_URL", "eml://dossier"),
    ("MAIL_URL", "eml:dossier"),
    ("MAIL_FROM", None),
    ("MAIL_FROM", "Inscriptions"),
    ("RETENTION_ACTIVE_YEARS", "0"),
    ("RETENTION_ACTIVE_YEARS", "deux"),
    ("RETENTION_ARCHIVE_YEARS", "100"),
    ("RETENTION_STAFF_YEARS", "0"),
    ("RETENTION_ACTS_YEARS", "0"),
    ("RETENTION_WITHOUT_NAMES", "peut-être"),
    ("FILES_URL", None),
    ("FILES_URL", "/var/lib/sporades"),
    ("FILES_URL", "file://fichiers"),
    ("FILES_URL", "file:///proc/sporades"),
    ("FILES_URL", "s3://cle:secret@fichiers.exemple.test"),
    ("MEDICAL_FILES_URL", None),
    ("MEDICAL_FILES_URL", "/var/lib/sporades"),
    ("MEDICAL_FILES_URL", "s3://cle:secret@fichiers.exemple.test"),
    ("MEDICAL_KEYS", None),
    ("MEDICAL_KEYS", MASTER),
    ("MEDICAL_KEYS", f"2027:{MASTER[4:]}"),
    ("MEDICAL_KEYS", f"2027:{MASTER}!"),
    ("MEDICAL_KEYS", f"2027:{MASTER},"[:-2]),
    ("MEDICAL_KEYS", "2027:…"),
    ("MEDICAL_KEYS", f"2027:{MASTER},2027:{FORMER}"),
    ("MEDICAL_KEYS", f"2027:{MASTER},2028:{MASTER}"),
    ("MEDICAL_KEYS", f"2027:{'A' * 43}="),
    ("CLAMD_URL", "127.0.0.1:3310"),
    ("CLAMD_URL", "tcp://127.0.0.1:port"),
    ("CLAMD_URL", "tcp://"),
    ("CLAMD_URL", "tcp://[::1"),
    ("CLAMD_URL", "tcp://qui:secret@127.0.0.1:3310"),
    ("CLAMD_URL", "tcp://127.0.0.1:3310/base"),
    ("CLAMD_URL", "unix:///run/clamav/clamd.ctl"),
    ("TRUSTED_PROXIES", "10.0.0.0/8"),
    ("PROXY_SAYS_ARRIVAL", "peut-être"),
    ("SEAL_KEY_FILE", "/etc/sporades/cachet.p12"),
    ("SEAL_KEY_PASSWORD", "un mot de passe"),
    ("HIDE_KNOWN_ADDRESSES", "peut-être"),
    ("SPORADES_DEMO", "2"),
    ("SPORADES_DEMO", "1"),
    ("SPORADES_REHEARSAL", "demain"),
    ("SPORADES_REHEARSAL", "3600"),
    ("PRIVACY_CONTACT", "le délégué"),
    ("PRIVACY_CONTACT", "dpd"),
    ("PRIVACY_CONTACT", "http://exemple.test/donnees"),
    ("ACCESSIBILITY_SCHEME_URL", "le schéma"),
    ("ACCESSIBILITY_PLAN_URL", "http://exemple.test/plan"),
    ("BRAND_FOLDER", "/proc/sporades"),
    ("FRANCECONNECT_LEVEL", "zz"),
    ("FRANCECONNECT_URL", "https://franceconnect.exemple.test"),
    ("FRANCECONNECT_CLIENT_ID", "sporades"),
    ("FRANCECONNECT_CLIENT_SECRET", "un secret"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_variable_that_cannot_be_used_is_refused_in_one_line(
    tmp_path, read_settings, name, value
):
    variables = whole(tmp_path) | {name: value or ""}

    with pytest.raises(ImproperlyConfigured) as refusal:
        read_settings(variables)

    [line] = str(refusal.value).splitlines()
    assert name in line


def test_a_service_that_is_reached_over_https_never_shows_its_mails_as_the_demo(
    read_settings, tmp_path
):
    variables = whole(tmp_path) | {"SPORADES_DEMO": "1", "MAIL_URL": f"eml://{tmp_path}/mails"}

    with pytest.raises(ImproperlyConfigured, match=r"^SPORADES_DEMO : .* https://\.$"):
        read_settings(variables)


@pytest.mark.parametrize(
    ("usual", "medical"),
    [
        ("file://{}/files", "file://{}/files"),
        ("file://{}/files", "file://{}/files/"),
        ("file://{}/files", "file://{}/x/../files"),
        ("file://{}/files", "file://{}/files/medical"),
        ("file://{}", "file://{}/medical"),
        ("s3://a:b@stock.exemple.test/seau", "s3://c:d@stock.exemple.test/seau?region=fr"),
    ],
)
def test_what_is_confided_is_kept_apart_from_other_files(tmp_path, read_settings, usual, medical):
    said = {"FILES_URL": usual.format(tmp_path), "MEDICAL_FILES_URL": medical.format(tmp_path)}

    with pytest.raises(ImproperlyConfigured, match="un autre dossier, ou un autre seau"):
        read_settings(whole(tmp_path) | said)
    (apart := Path(f"{tmp_path}-apart")).mkdir()
    read_settings(whole(tmp_path) | said | {"MEDICAL_FILES_URL": f"file://{apart}"})


def test_no_master_key_is_repeated_in_what_is_said_of_it(tmp_path):
    variables = whole(tmp_path) | {"MEDICAL_KEYS": f"2027:{MASTER},2026:{FORMER[:-4]}"}

    stopped = start(variables, "-m", "sporades", "diffsettings")

    assert stopped.returncode == 1
    assert stopped.stderr.startswith("MEDICAL_KEYS : la clé n°2 doit être de la forme nom:clé")
    assert MASTER[:10] not in stopped.stderr
    assert FORMER[:10] not in stopped.stderr


@pytest.mark.parametrize(
    ("value", "is_on"),
    [("1", True), ("on", True), ("Oui", True), ("0", False), ("off", False), ("", False)],
)
def test_a_yes_or_a_no_is_understood_however_it_is_said(monkeypatch, value, is_on):
    monkeypatch.setenv("HIDE_KNOWN_ADDRESSES", value)

    assert environment.flag("HIDE_KNOWN_ADDRESSES") is is_on


def test_a_proxy_is_one_however_its_address_is_written(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.1, ::ffff:10.0.0.2, 2001:DB8::0:1")

    assert environment.machines("TRUSTED_PROXIES") == ["10.0.0.1", "10.0.0.2", "2001:db8::1"]


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("", None),
        ("tcp://127.0.0.1:3311", ("127.0.0.1", 3311)),
        ("tcp://antivirus.exemple.test", ("antivirus.exemple.test", 3310)),
        ("tcp://[::1]:3310", ("::1", 3310)),
    ],
)
def test_an_antivirus_is_a_server_and_a_port(monkeypatch, value, asked):
    monkeypatch.setenv("CLAMD_URL", value)

    assert environment.antivirus("CLAMD_URL") == asked


@pytest.mark.parametrize("value", ["", "dpd@exemple.test", "https://exemple.test/donnees"])
def test_people_write_to_an_address_or_from_a_page(monkeypatch, value):
    monkeypatch.setenv("PRIVACY_CONTACT", value)

    assert environment.contact("PRIVACY_CONTACT", "") == value


@pytest.mark.parametrize("value", ["", "https://exemple.test/schema.pdf"])
def test_a_document_is_read_on_a_page_or_nowhere_yet(monkeypatch, value):
    monkeypatch.setenv("ACCESSIBILITY_SCHEME_URL", value)

    assert environment.page("ACCESSIBILITY_SCHEME_URL") == value


def test_a_brand_is_gathered_with_what_its_style_sheet_names(tmp_path):
    folder, static = tmp_path / "brand", tmp_path / "static"
    folder.mkdir()
    (folder / "brand.css").write_text("@font-face { font-family: X; src: url(x.woff2) }")
    (folder / "x.woff2").write_bytes(b"a font")
    variables = whole(tmp_path) | {"BRAND_FOLDER": str(folder), "STATIC_ROOT": str(static)}

    gathered = start(variables, "-m", "sporades", "collectstatic", "--no-input")

    assert (gathered.returncode, gathered.stderr) == (0, "")
    [sheet] = static.glob("brand/brand.????????????.css")
    [font] = static.glob("brand/x.????????????.woff2")
    assert f'url("{font.name}")' in sheet.read_text()


def test_what_is_refused_stops_the_start(tmp_path):
    variables = whole(tmp_path) | {
        "FRANCECONNECT_URL": "franceconnect",
        "FRANCECONNECT_CLIENT_ID": "sporades",
        "FRANCECONNECT_CLIENT_SECRET": "un secret",
    }

    stopped = start(variables, "-m", "sporades", "diffsettings")

    assert (stopped.returncode, stopped.stderr) == (
        1,
        "FRANCECONNECT_URL doit être une adresse en https://\n",
    )


def test_no_password_is_repeated_in_what_is_said_of_an_address(tmp_path):
    variables = whole(tmp_path) | {"DATABASE_URL": "postgresql://u:tres-secret@h:port/sporades"}

    stopped = start(variables, "-m", "sporades", "diffsettings")

    assert stopped.returncode == 1
    assert "tres-secret" not in stopped.stderr


@pytest.mark.parametrize("sign", list("#/?"))
def test_a_password_that_has_to_be_encoded_is_told_how(read_settings, tmp_path, sign):
    plain, encoded = (
        f"postgresql://sporades:1{one}secret@127.0.0.1/sporades" for one in (sign, quote(sign, ""))
    )

    with pytest.raises(ImproperlyConfigured, match="s'écrivent %23 %2F %3F %40 %3A %25") as refusal:
        read_settings(whole(tmp_path) | {"DATABASE_URL": plain})

    assert "secret" not in str(refusal.value)
    made = read_settings(whole(tmp_path) | {"DATABASE_URL": encoded})
    assert made["DATABASES"]["default"]["PASSWORD"] == f"1{sign}secret"


@pytest.mark.parametrize(
    "words",
    [
        ["migrate", "--no-input"],
        ["check", "--deploy"],
        ["procrastinate", "worker"],
        ["reglementation", "check", "cap.yaml"],
        ["collectstatic", "--no-input"],
    ],
    ids=" ".join,
)
def test_each_command_of_an_installation_stops_so(words):
    stopped = start({"PATH": os.environ["PATH"]}, "-m", "sporades", *words)

    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (
        1,
        "",
        (
            "Les variables d'environnement SECRET_KEY, DATABASE_URL, SITE_URL, MAIL_URL, FILES_URL, "
            "MEDICAL_FILES_URL, MEDICAL_KEYS, DEPLOYER_NAME et MAIL_FROM sont obligatoires : Sporades "
            "ne démarre pas sans elles.\n"
        ),
    )


@pytest.mark.parametrize(
    "words", [["reglementation", "check", "cap.yaml"], ["procrastinate", "worker"]], ids=" ".join
)
def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path, words):
    stopped = start(whole(tmp_path), "-m", "sporades", *words)

    assert stopped.returncode == 1
    [line] = stopped.stderr.splitlines()
    assert line.startswith("La base de données ne répond pas (DATABASE_URL) : ")
    assert "Connection refused" in line
    assert "mot-de-passe" not in line


def test_a_web_server_is_ready_with_its_pages_and_looks_for_no_garbage_among_them(tmp_path):
    asked = """
import gc, sys
from config import wsgi
assert "sporades.web.candidate.urls" in sys.modules and "sporades.web.office.urls" in sys.modules
assert gc.isenabled()
assert len(gc.get_objects()) < 1_000 < 100_000 < gc.get_freeze_count(), len(gc.get_objects())
"""

    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "STATIC_ROOT": str(gathered(tmp_path))}
    started = start(whole(tmp_path) | own, "-c", asked)

    assert started.returncode == 0, started.stderr


def gathered(folder):
    """Return a folder where style sheets were gathered, as far as a start looks at them."""
    folder.joinpath("staticfiles.json").write_text(
        '{"version": "1.1", "hash": "x", "paths": {"theme.css": "theme.0.css"}}'
    )
    return folder


def test_the_web_server_does_not_start_without_its_style_sheets(tmp_path):
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "STATIC_ROOT": str(tmp_path / "static")}

    started = start(whole(tmp_path) | own, "-W", "ignore", "-c", "from config import wsgi")

    assert started.returncode == 1
    [line] = started.stderr.splitlines()
    assert line.startswith("STATIC_ROOT : les feuilles de style n'y sont pas rassemblées")


def test_the_web_server_stops_so_and_does_not_try_for_ever(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    stopped = start(
        whole(tmp_path) | {"SECRET_KEY": "changez-moi"},
        str(Path(sys.executable).with_name("granian")),
        "--interface=wsgi",
        f"--port={port}",
        "--workers=1",
        "--respawn-failed-workers",
        "--no-ws",
        "config.wsgi:application",
    )

    said = [line for line in stopped.stderr.splitlines() if not line.startswith("[")]
    assert stopped.returncode == 1
    assert {line.partition(" :")[0] for line in said} == {"SECRET_KEY est trop faible"}
    assert len(said) <= 2


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("smtp://serveur.test", 25),
        ("smtp+starttls://serveur.test", 587),
        ("smtps://serveur.test", 465),
        ("smtps://serveur.test:2465", 2465),
    ],
)
def test_a_mail_server_is_asked_at_the_usual_port_of_its_protocol(monkeypatch, url, port):
    monkeypatch.setenv("MAIL_URL", url)

    assert environment.mailer("MAIL_URL")["OPTIONS"]["port"] == port
