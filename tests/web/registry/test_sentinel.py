"""P-10, P-12: what was confided is found nowhere but where its candidate and its doctor read it."""

import base64
import io
import logging
import random
import re
from contextlib import suppress
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image
from psycopg import sql

from sporades.accounts.permissions import Permission
from sporades.acts.medical import scanning
from sporades.mail.delivery import deliver
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.medical.models import Paper
from sporades.web.access import Who
from sporades.web.registry import ACCESS
from tests.evidence.test_scanning import INFECTED, an_antivirus
from tests.factories import NOW
from tests.leftovers import decoded
from tests.medical.given import entrust, found_clean, read
from tests.web.registry.routes import READABLE, address
from tests.web.registry.world import Role

WORD = "Zyrthomycose"
OFFICE = (Role.MANAGER, Role.HEAD, Role.AUDITOR, Role.HELPDESK, Role.ADMINISTRATOR)
ROUTES = [
    name
    for name in READABLE
    if ACCESS[name].who is Who.STAFF and ACCESS[name].permission is not Permission.GIVE_OPINIONS
]
PIECE = 24
"""How many bytes of a content are looked for."""


def a_noisy_photo():
    """Return a photograph like no other: any part of it tells that it was there."""
    noise = random.Random(WORD).randbytes(120 * 160 * 3)
    made = io.BytesIO()
    Image.frombytes("RGB", (120, 160), noise).save(made, "JPEG", quality=90)
    return made.getvalue()


def parts_of(content):
    """Return some parts of the middle of a content."""
    return [content[len(content) * n // 8 :][:PIECE] for n in range(2, 7)]


def forms_of(part):
    """Return a part as it may be written: as it is, in figures, in letters."""
    whole = base64.b64encode(part)
    return {part, part.hex().encode(), part.hex().upper().encode(), whole[4:-4]}


class Sentinels:
    """What is looked for: the word, and parts of what was sent and of what was made of it."""

    def __init__(self, sent, made):
        said = [WORD.encode(), *parts_of(sent), *parts_of(made)]
        self.forms = {form for part in said for form in forms_of(part)}

    def are_in(self, content):
        content = content if isinstance(content, bytes) else content.encode()
        return any(form in content for form in self.forms)


@pytest.fixture
def lines():
    """Return every line of the log, as it is written."""
    stream = io.StringIO()
    console = logging.getHandlerByName("console")
    beside = logging.StreamHandler(stream)
    beside.setFormatter(console.formatter)
    logging.getLogger().addHandler(beside)
    yield stream.getvalue
    logging.getLogger().removeHandler(beside)


@pytest.fixture
def sentinels(world, settings, tmp_path, lines):
    """Confide the word in every way that there is, as the page does it."""
    number = world.owner.registration.number
    browser = world.browser(Role.OWNER)
    page = reverse("candidate:health", args=[number])
    photo = a_noisy_photo()
    sent = browser.post(
        reverse("candidate:confide", args=[number, "papier-de-sante"]),
        {
            "fichiers": [SimpleUploadedFile(f"{WORD}.jpg", photo, "image/jpeg")],
            "envoi": str(uuid4()),
        },
    )
    said = browser.post(page, {"texte": f"J'ai une {WORD}.", "envoi": str(uuid4())})
    assert (sent.status_code, said.status_code) == (302, 302)
    paper = Paper.objects.exclude(pk=world.owner.confided.pk).get(
        compartment__registration=world.owner.registration
    )
    doctor = world.browser(Role.DOCTOR)
    here = {"case": world.case.pk}
    note = {"texte": f"Entre nous : {WORD}.", "lecteur": "medecins", "envoi": str(uuid4())}
    typed = {"texte": f"À ôter avant de signer : {WORD}.", "note": WORD, "revision": "1"}
    written = doctor.post(reverse("doctor:remarks", kwargs=here), note)
    kept = doctor.post(reverse("doctor:keep", kwargs=here), typed)
    assert (written.status_code, kept.status_code) == (302, 200)
    return Sentinels(photo, medical.content_of(paper))


@pytest.fixture
def paper(world, sentinels):
    return Paper.objects.exclude(pk=world.owner.confided.pk).get(
        compartment__registration=world.owner.registration
    )


def dump():
    """Give each table as pg_dump writes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'archives')"
        )
        tables = cursor.fetchall()
        for schema, table in tables:
            asked = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
            with cursor.copy(asked) as copy:
                yield table, b"".join(copy)


def stored():
    """Give each file of both stores; other tests take theirs away meanwhile."""
    for alias in ("default", "medical"):
        folder = Path(configured.STORAGES[alias]["OPTIONS"]["location"])
        for path in folder.rglob("*"):
            with suppress(FileNotFoundError):
                if path.is_file():
                    yield path.name, path.name.encode() + path.read_bytes()


def test_it_is_found_where_its_candidate_and_its_doctor_read_it(world, sentinels, paper):
    number = world.owner.registration.number
    browser = world.browser(Role.OWNER)
    page = browser.get(reverse("candidate:health", args=[number])).content
    given = browser.get(reverse("candidate:health_file", args=[number, paper.pk])).content
    doctor = entrust(world.owner.registration, world.users[Role.DOCTOR])

    assert f"{WORD}.jpg".encode() in page
    assert f"J&#x27;ai une {WORD}.".encode() in page
    assert sentinels.are_in(given)
    assert sentinels.are_in(read(found_clean(paper), doctor, at=NOW))
    theirs = world.browser(Role.DOCTOR)
    assert WORD in theirs.get(reverse("doctor:remarks", args=[world.case.pk])).text
    assert WORD in theirs.get(reverse("doctor:case", args=[world.case.pk])).text
    # What is looked for is what would be found, were the content kept as it is.
    assert sentinels.are_in(given.hex())
    assert sentinels.are_in(base64.b64encode(WORD.encode() + b"  "))


def test_what_was_confided_is_found_nowhere_but_where_its_candidate_reads_it(  # noqa: PLR0917 - fixtures
    world, sentinels, paper, settings, tmp_path, lines, monkeypatch
):
    number = world.owner.registration.number
    browser = world.browser(Role.OWNER, raise_request_exception=False)
    page = reverse("candidate:health", args=[number])
    file = reverse("candidate:health_file", args=[number, paper.pk])

    # Failures, in the middle of each act.
    def fail(*_args, **_options):
        raise RuntimeError

    failed = []
    with monkeypatch.context() as patch:
        patch.setattr("sporades.acts.medical.confiding.record", fail)
        patch.setattr("sporades.acts.medical.reading.record", fail)
        failed.append(browser.post(page, {"texte": f"{WORD} encore", "envoi": "autre"}))
        failed.append(browser.get(file))
    assert [one.status_code for one in failed] == [500, 500]
    opened = browser.get(file)
    assert opened.status_code == 200
    doctors = world.browser(Role.DOCTOR, raise_request_exception=False)
    here = {"case": world.case.pk}
    with monkeypatch.context() as patch:
        patch.setattr("sporades.acts.medical.opining.medical.keep_draft", fail)
        patch.setattr("sporades.acts.medical.confiding.record", fail)
        failed.append(doctors.post(reverse("doctor:keep", kwargs=here), {"texte": WORD}))
        said = {"texte": WORD, "envoi": "autre"}
        failed.append(doctors.post(reverse("doctor:ask", kwargs=here), said))
    assert [one.status_code for one in failed] == [500] * 4
    asked = doctors.post(reverse("doctor:ask", kwargs=here), {"texte": WORD, "envoi": "une"})
    assert asked.status_code == 302
    refused = browser.post(page, {"texte": f"{WORD} " * 1_000, "envoi": "longue"})
    assert (refused.status_code, WORD.encode() in refused.content) == (422, True)
    # What its antivirus says is told by mail; every mail leaves.
    with an_antivirus(settings, INFECTED):
        scanning.scan(paper.pk, at=NOW)
    assert Message.objects.filter(kind="file_refused").exists()
    settings.MAILERS = {
        "default": {
            "BACKEND": "sporades.mail.folder.FolderBackend",
            "OPTIONS": {"folder": str(tmp_path)},
        }
    }
    for message in Message.objects.due(NOW):
        deliver(message.pk, at=NOW)
    mails = list(tmp_path.glob("*.eml"))
    assert mails

    found = {
        **{f"table {name}": content for name, content in dump()},
        **{f"kept {table}": text for table, text in decoded()},
        **{f"file {name}": content for name, content in stored()},
        **{f"mail {one.name}": one.read_bytes() for one in mails},
        **{f"error {place}": one.content for place, one in enumerate(failed)},
        "log": lines(),
        "addresses": " ".join(re.findall(r'(?:href|action)="([^"]*)"', browser.get(page).text)),
        "headers": str(opened.headers),
    }
    assert "RuntimeError" in found["log"]
    assert any(name == f"file {paper.key.rpartition('/')[2]}" for name in found)
    assert {"table medical_paper", "table procrastinate_jobs", "table journal_entry"} < set(found)
    assert [name for name, content in found.items() if sentinels.are_in(content)] == []


@pytest.mark.parametrize("role", OFFICE, ids=lambda role: role.name)
def test_no_page_of_the_office_has_it(world, sentinels, role):
    browser = world.browser(role)
    seen = {}

    for name in ROUTES:
        answer = browser.get(address(name, world))
        seen[name] = answer.content if not answer.streaming else b"".join(answer.streaming_content)

    assert any(world.owner.registration.number.encode() in page for page in seen.values())
    assert [
        name
        for name, page in seen.items()
        if sentinels.are_in(unescape(page.decode("utf-8", "replace")))
    ] == []
    assert [name for name, page in seen.items() if sentinels.are_in(page)] == []
