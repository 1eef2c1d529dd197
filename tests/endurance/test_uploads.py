"""Files sent part by part: `kill -9` at any statement, and many at once in bounded memory (G2)."""

import contextlib
import http.client
import json
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sporades.core import files
from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload
from sporades.evidence.models import ArrivingFile, Deposit
from sporades.intake.cleaning import JPEG
from sporades.intake.reading import LARGEST_PHOTO
from tests.endurance.arena import PATIENCE, figure, now, together
from tests.endurance.deaths import counted, deaths
from tests.endurance.servers import a_browser, a_mortal_web, a_web
from tests.evidence.given import IDENTITY, a_heavy_photo
from tests.factories import a_registration

PART = 262_144
AT_ONCE = 16
MOST_MEGABYTES, PROMISED = 300, 400
"""Of one process: with the photos of most telephones, and whatever comes."""
TUS = {"Tus-Resumable": "1.0.0"}


def ask(web, browser, method, path, body=b"", **headers):
    """Make one request of the protocol; return its status and its head."""
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)
    said = {**browser.headers(**TUS), "X-CSRFToken": browser.token, **headers}
    try:
        line.request(method, path, body, said)
        answer = line.getresponse()
        answer.read()
        return answer.status, answer.headers
    finally:
        line.close()


def page_of(registration):
    return f"/mes-inscriptions/{registration.number}/pieces/{IDENTITY}"


def announce(web, browser, content):
    _, said = ask(web, browser, "POST", "/envois", **{"Upload-Length": str(len(content))})
    return said["Location"]


def patch(web, browser, where, content, start, *, part=PART, **headers):
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
    return ask(web, browser, "PATCH", where, content[start : start + part], **kind, **headers)


def test_a_server_killed_while_a_part_is_sent_has_counted_what_it_keeps(arena, tmp_path):
    registration = a_registration(at=now())
    browser = a_browser(registration.candidate)
    with a_mortal_web(arena, tmp_path) as web:
        browser.get(web, page_of(registration))
        places = deaths(figure(6, 12), figure(8, 100))
        step = drawers.SMALLEST_PART
        rest = bytes(range(256)) * (step // 256) * (len(places) + 1)
        # A photo by its first bytes: it may be so heavy.
        content = (JPEG + rest)[: step * (len(places) + 1)]
        where = announce(web, browser, content)
        start = 0
        for place in places:
            with contextlib.suppress(OSError, http.client.HTTPException):
                patch(web, browser, where, content, start, part=step, **{"X-Death": place})

            status, said = ask(web, browser, "HEAD", where, **{"X-Death": "never"})
            reached = int(said["Upload-Offset"])

            assert status == 204
            assert reached in (start, start + step), place
            upload = Upload.objects.get()
            assert drawers.content_of(upload) == content[:reached], place
            start = reached
        while start < len(content):
            status, said = patch(web, browser, where, content, start, **{"X-Death": "never"})
            assert status == 204
            start = int(said["Upload-Offset"])

    assert drawers.content_of(Upload.objects.get()) == content


def test_a_server_killed_while_a_file_is_given_gives_it_whole_or_not(arena, tmp_path):
    content = a_heavy_photo(400, 300)
    with a_mortal_web(arena, tmp_path) as web:
        count, at_commit = statements_of_a_deposit(web, content)
        assert count >= at_commit > 5
        for place in deaths(count, figure(6, 100)):
            browser, registration, sent = ready(web, content)

            with contextlib.suppress(OSError, http.client.HTTPException):
                browser.post(web, page_of(registration), sent, **{"X-Death": place})

            given = Deposit.objects.filter(evidence__registration=registration)
            assert given.count() in (0, 1), place
            again = browser.post(web, page_of(registration), sent, **{"X-Death": "never"})
            assert again.status == 302, place
            assert len({one.key for one in given}) == 1, place


def ready(web, content):
    """Return a browser that has sent a file whole, a registration, and what its form sends."""
    registration = a_registration(at=now())
    browser = a_browser(registration.candidate)
    browser.get(web, page_of(registration))
    where = announce(web, browser, content)
    for start in range(0, len(content), PART):
        assert patch(web, browser, where, content, start)[0] == 204
    name = where.rpartition("/")[2]
    return browser, registration, {"envois": name, "envoi": name}


def statements_of_a_deposit(web, content):
    browser, registration, sent = ready(web, content)
    assert browser.post(web, page_of(registration), sent, **{"X-Death": "never"}).status == 302
    return counted(web)


PHOTOS = {
    "of four megabytes": (2_800, 2_100, MOST_MEGABYTES, figure(16, 1_000)),
    "the heaviest": (6_000, 4_500, PROMISED, figure(16, 160)),
}


@pytest.mark.parametrize("given", PHOTOS.values(), ids=PHOTOS)
def test_many_files_at_once_are_given_in_bounded_memory(arena, kept, tmp_path, given):
    width, height, megabytes, files_given = given
    content = a_heavy_photo(width, height)
    assert len(content) < LARGEST_PHOTO < 6.5 * len(content)
    people = [(one := a_registration(at=now()), a_browser(one.candidate)) for _ in range(AT_ONCE)]
    rounds = files_given // AT_ONCE
    store = {"FILES_URL": f"file://{tmp_path / 'kept'}"}
    with a_web(arena, tmp_path, threads=AT_ONCE, **store) as web:
        for number in range(rounds):
            if number % 20 == 19:  # thirty a day for a registration
                people = [
                    (one := a_registration(at=now()), a_browser(one.candidate))
                    for _ in range(AT_ONCE)
                ]
            outcomes = together(*[partial(give, web, *person, content) for person in people])
            assert outcomes == [None] * AT_ONCE
        most = max(most_memory(pid) for pid in web.workers)

    print(json.dumps({"files": rounds * AT_ONCE, "megabytes": most}))
    assert Deposit.objects.count() == rounds * AT_ONCE
    assert not ArrivingFile.objects.exists()
    assert all(files.get(one.key) for one in Deposit.objects.all()[:AT_ONCE])
    assert most < megabytes


def give(web, registration, browser, content):
    browser.get(web, page_of(registration))
    where = announce(web, browser, content)
    for start in range(0, len(content), PART):
        assert patch(web, browser, where, content, start)[0] == 204
    name = where.rpartition("/")[2]
    sent = urlencode({"csrfmiddlewaretoken": browser.token, "envois": name, "envoi": name})
    status, _ = ask(web, browser, "POST", page_of(registration), sent)
    assert status == 302


def most_memory(pid):
    """Return the most memory that a process has held, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [one for one in status.splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1]) // 1024
