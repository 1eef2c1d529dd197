"""What the tests need of a machine: found there, fetched, or asked for in one line.

The machine of these tests is a folder of programs that stand for those of a system.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PREPARE = """
import sys
from tools import machine
machine.SBIN = ""
try:
    print(machine.prepare())
except machine.Missing as reason:
    sys.exit(str(reason))
"""
WHERE = "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
PROGRAMS = ("clamd", "pdftotext", "qpdf")
RUNS, ONLY_AN_INVITATION = "exit 0", "echo 'snap install chromium' >&2; exit 1"
may_install = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/etc/debian_version").exists(),
    reason="apt-get is asked by root alone, on Debian and Ubuntu",
)


class Machine:
    """A system with few programs, that fetches nothing from any network."""

    def __init__(self, folder):
        self.folder, self.browsers = folder / "bin", folder / "browsers"
        self.folder.mkdir()
        self.has("sh", 'exec /bin/sh "$@"')
        for name in PROGRAMS:
            self.has(name)

    @property
    def variables(self):
        return {
            "PATH": str(self.folder),
            "HOME": str(self.folder),
            "PLAYWRIGHT_BROWSERS_PATH": str(self.browsers),
            "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:1",
        }

    def has(self, name, script=RUNS):
        """Put a program in its folder."""
        write(self.folder / name, script)

    def lacks(self, *names):
        for name in names:
            (self.folder / name).unlink()

    def sells(self, *packages):
        """Put an apt-get there that installs these packages, one refused refusing them all."""
        known = " ".join(packages)
        self.has(
            "apt-get",
            f"""
            [ "$2" = install ] || exit 0
            shift 4
            for name in "$@"; do
                case " {known} " in *" $name "*) ;; *) echo "E: $name" >&2; exit 100;; esac
            done
            for name in "$@"; do
                [ "$name" = poppler-utils ] && name=pdftotext
                printf '#!/bin/sh\\nexit 0\\n' >"{self.folder}/$name"
                /bin/chmod 755 "{self.folder}/$name"
            done
            """,
        )

    def keeps_playwrights(self, script=RUNS):
        """Put there the browser that Playwright fetched, as it marks what is whole."""
        path = Path(self.run(WHERE).stdout.strip())
        place = self.browsers / path.relative_to(self.browsers).parts[0]
        write(path, script)
        (place / "INSTALLATION_COMPLETE").touch()
        return path

    def prepare(self):
        answer = self.run(PREPARE)
        return answer.returncode, answer.stdout.splitlines()[-1:], answer.stderr.splitlines()

    def run(self, program):
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )


def write(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_a_browser_of_the_machine_is_taken_if_it_runs(machine):
    machine.has("chromium", ONLY_AN_INVITATION)
    machine.has("google-chrome")

    assert machine.prepare() == (0, [str(machine.folder / "google-chrome")], [])


def test_without_one_that_runs_playwrights_is_taken(machine):
    machine.has("chromium-browser", ONLY_AN_INVITATION)
    path = machine.keeps_playwrights()

    assert machine.prepare() == (0, [str(path)], [])


def test_a_browser_that_lacks_its_libraries_is_no_browser(machine):
    machine.keeps_playwrights("echo 'libnss3.so: cannot open' >&2; exit 127")

    code, said, [line] = machine.prepare()

    assert (code, said) == (1, [])
    assert "installez le paquet chromium" in line
    assert "-m playwright install-deps chromium" in line


def test_where_nothing_may_be_installed_one_line_says_what_is_lacking(machine):
    machine.lacks(*PROGRAMS)

    assert machine.prepare() == (
        1,
        [],
        ["Il manque des programmes pour les tests : installez clamav-daemon, poppler-utils, qpdf."],
    )


@may_install
def test_a_package_that_a_system_does_not_have_keeps_no_other_from_coming(machine):
    machine.lacks("pdftotext", "qpdf")
    machine.sells("poppler-utils", "qpdf")
    path = machine.keeps_playwrights()

    assert machine.prepare() == (0, [str(path)], [])
    assert (machine.folder / "qpdf").exists()


@may_install
def test_debians_browser_comes_before_playwrights(machine):
    machine.sells("chromium")
    machine.keeps_playwrights()

    assert machine.prepare() == (0, [str(machine.folder / "chromium")], [])


@may_install
def test_the_browser_without_windows_is_asked_for_first(machine):
    machine.sells("chromium", "chromium-headless-shell")

    assert machine.prepare() == (0, [str(machine.folder / "chromium-headless-shell")], [])


def test_the_browser_without_windows_is_taken_first(machine):
    machine.has("chromium")
    machine.has("chromium-headless-shell")

    assert machine.prepare() == (0, [str(machine.folder / "chromium-headless-shell")], [])
