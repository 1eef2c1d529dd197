"""On a clean clone, `make demo` is all it takes: somebody registers, and nothing is left running.

It is typed by whoever runs the tests; where that is root, `make endure` types it as an ordinary
user too, who has nothing: neither a home that holds anything, nor libraries fetched before.
"""

import io
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from sporades.cli.demo_people import NEWCOMER, PASSWORD
from tests.endurance.arena import FULL, eventually, figure
from tests.journeys.alone import REFUSED
from tests.journeys.helpers import (
    answer,
    choose,
    go_through,
    heading,
    numbers,
    press,
    said,
    sign_in,
    tab,
    text,
)
from tests.web.browser import follow

ROOT = Path(__file__).parents[2]
ALONE = "tests/journeys/alone.py"
READY = re.compile(r"^Sporades est prêt : (http://localhost:\d+)$")
PATIENCE = figure(240, 900)
PEOPLE = str(figure(50, 3_000))
NOBODY = 65534
USERS = [None]
if FULL and os.geteuid() == 0:
    USERS.append(pytest.param(NOBODY, marks=pytest.mark.endurance, id="ordinary user"))
# What a test session says to itself is nothing that a person's shell says.
OURS = re.compile(
    r"(DATABASE|FILES|SITE|MAIL|SECRET|DEPLOYER|DJANGO|SPORADES|PYTEST|MAKE|MFLAGS).*"
)

TABS = {
    "Modalités d'inscription": {
        "J'ai pris connaissance des modalités d'inscription et je les accepte.": True
    },
    "Identification": {
        "Numéro et voie": "27 rue du Grand-Large",
        "Code postal": "59100",
        "Commune": "Roubaix",
        "Téléphone mobile": "06 39 98 27 27",
    },
    "Informations candidature": {
        "Catégorie de candidat": "Adulte",
        "Handicap": "Non",
        "Votre situation au regard du recensement et de la journée défense et citoyenneté": (
            "J'ai fait ma journée défense et citoyenneté"
        ),
    },
    "Informations supplémentaires": {},
    "Épreuves": {"Langue vivante étrangère > Langue choisie": "Portugais"},
}


class Demo:
    """`make demo` in a clone, in a session of its own, as from another terminal."""

    def __init__(self, clone, user=None):
        """Type the command, as this user if one is named."""
        self.clone, self.mark = clone, f"SPORADES_TRIAL={uuid4().hex}"
        self.user = user
        name, _, value = self.mark.partition("=")
        self.as_them, said = as_typed_by(user, clone)
        self.environment = {**said, name: value}
        self.lines = queue.Queue()
        self.said = []
        self.process = subprocess.Popen(
            ["make", "demo"],
            cwd=clone,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **self.as_them,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put(None)

    def address(self):
        """Wait until it says where it answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self.lines.get(timeout=max(0.1, deadline - time.monotonic()))
            assert line is not None, self.said
            self.said.append(line)
            if found := READY.match(line):
                return found[1]

    def type(self, *words):
        """Type another command of `make` beside it, and return what it says."""
        command = ["make", "--silent", *words]
        done = subprocess.run(
            command,
            cwd=self.clone,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
            **self.as_them,
        )
        return done.stdout.strip()

    def end(self, sign=signal.SIGTERM):
        """Send this to all that `make` started in the terminal, as Ctrl-C does; wait for the end."""
        os.killpg(self.process.pid, sign)
        self.process.wait(60)
        self.reader.join()
        self.process.stdout.close()

    def left(self):
        """Return the processes that it started and that still run, wherever they went."""
        return {
            int(process.name): (process / "cmdline").read_bytes()
            for process in Path("/proc").glob("[0-9]*")
            if self.mark.encode() in environment_of(process)
        }

    def clear(self):
        """Leave nothing behind: the base of a demo run by root may stand out of the clone."""
        for number in self.left():
            os.kill(number, signal.SIGKILL)
        eventually(lambda: not self.left())
        reset = ["make", "demo-reset"]
        subprocess.run(
            reset,
            cwd=self.clone,
            env=self.environment,
            check=True,
            capture_output=True,
            **self.as_them,
        )


def as_typed_by(user, clone):
    """Return what makes a process this user's, as `subprocess` takes it, and what its shell says."""
    said = {key: word for key, word in os.environ.items() if not OURS.match(key)}
    said |= {"PORT": "0", "PEOPLE": PEOPLE}
    if user is None:
        return {}, said
    as_them = {"user": user, "group": user, "extra_groups": []}
    return as_them, {**said, "HOME": str(clone.parent)}


def environment_of(process):
    """Return what a process was started with, nothing once it has ended."""
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


@pytest.fixture(params=USERS)
def clone(request):
    """A clone in a folder that belongs to whoever types the command; with who that is."""
    with tempfile.TemporaryDirectory(prefix="sporades-demo-") as folder:
        clone = Path(folder) / "sporades"
        subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, clone], check=True)
        if request.param is not None:
            belong = ["chown", "-R", f"{request.param}:{request.param}", folder]
            subprocess.run(belong, check=True)
        yield clone, request.param


@pytest.fixture
def demo(clone):
    """The demo of a clean clone."""
    running = Demo(*clone)
    yield running
    running.clear()


@pytest.mark.timeout(figure(900, 2700))
def test_somebody_registers_in_the_demo_of_a_clean_clone(demo, page):
    site = demo.address()
    page.goto(f"{site}/connexion")
    assert NEWCOMER in text(page)
    sign_in(page, site, NEWCOMER, PASSWORD)

    page.goto(f"{site}/m-inscrire")
    choose(page, "Diplôme national du brevet, session 2027", "Série générale")
    answer(page, "Académie", "Lille (Nord, Pas-de-Calais)")
    press(page, "Voir les dates")
    press(page, "Démarrer mon inscription")
    go_through(page, TABS)
    assert tab(page) == "Récapitulatif"
    press(page, "Enregistrer")
    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    number = numbers(page)["Numéro d'inscription"]

    mails = demo.clone / "var/demo/mails"
    eventually(lambda: any(number in mail.read_text() for mail in mails.glob("*.eml")))
    page.goto(f"{site}/demo/courriels/")
    follow(page.get_by_role("link", name="Inscription enregistrée").first)
    assert said(page.locator("main p").first).startswith(f"À {NEWCOMER}")
    assert f"Numéro d'inscription : {number}" in text(page)

    page.context.clear_cookies()
    sign_in(page, site, "gestionnaire.lille@demo.test", PASSWORD)
    answer(page, "Code", demo.type("demo-code", "WHO=gestionnaire.lille@demo.test"))
    press(page, "Se connecter")
    assert heading(page) == "Gestion"

    demo.end(signal.SIGINT)
    assert demo.left() == {}
    assert "Sporades est arrêté." in list(demo.lines.queue)

    again = Demo(demo.clone, demo.user)
    try:
        site = again.address()
        page.context.clear_cookies()
        sign_in(page, site, NEWCOMER, PASSWORD)
        page.goto(f"{site}/mes-inscriptions/{number}")
        assert number in text(page)
        link = page.get_by_role("link", name="Visualiser/imprimer")
        paper = page.request.get(site + link.get_attribute("href"))
        assert paper.headers["content-type"] == "application/pdf"
        [seal] = PdfFileReader(io.BytesIO(paper.body())).embedded_signatures
        assert seal.compute_integrity_info() is None
        again.end()
        assert again.left() == {}
    finally:
        again.clear()


@pytest.mark.endurance
@pytest.mark.skipif(not FULL, reason="minutes more of the same demo: `make endure` does it")
@pytest.mark.timeout(2700)
def test_once_its_libraries_are_there_nothing_of_the_demo_asks_for_a_network(clone):
    place, user = clone
    as_them, said = as_typed_by(user, place)
    here = {"cwd": place, "env": {**said, "PEOPLE": "50"}, **as_them}
    subprocess.run(["tools/environment.sh", "runtime"], check=True, **here)
    try:
        done = subprocess.run(
            [".venv/bin/python", ALONE, place],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **here,
        )
    finally:
        subprocess.run(["make", "demo-reset"], check=True, capture_output=True, **here)

    if done.returncode == REFUSED:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout
    assert "signed in: True" in done.stdout
    assert int(re.search(r"^pages: (\d+)$", done.stdout, re.MULTILINE)[1]) > 20
    assert "tried to leave: 0\n" in done.stdout, done.stdout
