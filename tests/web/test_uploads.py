"""Files that come part by part, as the protocol says and for their owner alone; then they are given."""

import base64
import hashlib
from uuid import UUID, uuid4

import pytest

from sporades.accounts import limits
from sporades.core import files
from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload
from sporades.evidence.models import Deposit
from sporades.intake.reading import LARGEST, LARGEST_PHOTO
from tests.evidence.given import IDENTITY, a_photo, piece
from tests.factories import NOW, a_candidate, a_registration
from tests.web.guide import main, seen, words

pytestmark = pytest.mark.usefixtures("stopped_clock", "invented_exam", "kept")
TUS = {"Tus-Resumable": "1.0.0"}
PART = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def _parts_of_some_bytes(monkeypatch):
    monkeypatch.setattr(drawers, "SMALLEST_PART", 2)


@pytest.fixture
def registration():
    return a_registration()


@pytest.fixture
def mine(sign_in, registration):
    return sign_in(registration.candidate)


def told(**said):
    return ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items()
    )


def announce(browser, length, name="carte.jpg", mark="", **headers):
    said = {"Upload-Length": str(length), "Upload-Metadata": told(filename=name, mark=mark)}
    return browser.post("/envois", headers={**TUS, **said, **headers})


def patch(browser, where, start, content, kind=PART, **headers):
    said = {**TUS, "Upload-Offset": str(start), **headers}
    return browser.patch(where, content, content_type=kind, headers=said)


def sent(browser, content, name="carte.jpg", part=500):
    """Send a file whole; return its name."""
    where = announce(browser, len(content), name).headers["Location"]
    for start in range(0, len(content), part):
        answer = patch(browser, where, start, content[start : start + part])
        assert answer.status_code == 204
    return where.rpartition("/")[2]


def give(browser, registration, *uploads, press="", **more):
    data = {"envois": ",".join(uploads), "envoi": press or str(uuid4()), **more}
    return browser.post(f"/mes-inscriptions/{registration.number}/pieces/{IDENTITY}", data)


def refused(answer):
    return [
        words(one).removeprefix("Erreur : ")
        for one in seen(answer).cssselect("main .fr-error-text")
    ]


def test_what_is_understood_is_said(mine):
    answer = mine.options("/envois")

    assert answer.status_code == 204
    assert {name: answer.headers[name] for name in answer.headers if name.startswith("Tus-")} == {
        "Tus-Resumable": "1.0.0",
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,termination,checksum",
        "Tus-Max-Size": str(LARGEST_PHOTO),
        "Tus-Checksum-Algorithm": "sha1,sha256",
    }
    assert answer.headers["Upload-Limit"] == "min-append-size=2, max-append-size=1000000"


def test_a_file_comes_in_parts_and_how_much_has_come_is_said(mine):
    where = announce(mine, 6).headers["Location"]

    answer = patch(mine, where, 0, b"0123")

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "4")
    head = mine.head(where, headers=TUS)
    assert head.status_code == 204
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("4", "6")
    assert head.headers["Tus-Resumable"] == "1.0.0"
    assert "no-store" in head.headers["Cache-Control"]


def test_announced_again_it_says_how_much_has_come(mine):
    first = announce(mine, 6, mark="une")
    patch(mine, first.headers["Location"], 0, b"0123")

    again = announce(mine, 6, mark="une")

    assert again.headers["Location"] == first.headers["Location"]
    assert (first.headers["Upload-Offset"], again.headers["Upload-Offset"]) == ("0", "4")


def test_it_is_forgotten_when_asked(mine):
    where = announce(mine, 6).headers["Location"]
    patch(mine, where, 0, b"0123")

    assert mine.delete(where, headers=TUS).status_code == 204

    assert mine.head(where, headers=TUS).status_code == 404
    assert patch(mine, where, 4, b"45").status_code == 404


@pytest.mark.parametrize("method", ["head", "patch", "delete"])
def test_another_candidates_does_not_exist(mine, sign_in, method):
    where = announce(mine, 6).headers["Location"]
    stranger = sign_in(a_candidate())

    assert getattr(stranger, method)(where, headers=TUS).status_code == 404
    assert Upload.objects.get().offset == 0


def test_nobody_sends_who_has_not_signed_in(client):
    assert announce(client, 6).status_code == 302
    assert not Upload.objects.exists()


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_without_the_token_of_a_page_nothing_is_done(mine, sign_in, registration, method):
    where = announce(mine, 6).headers["Location"]
    forged = sign_in(registration.candidate)
    forged.handler.enforce_csrf_checks = True

    assert getattr(forged, method)(where, headers=TUS).status_code == 403
    assert Upload.objects.exists()


WRONG = {
    "no length": {"Upload-Length": ""},
    "a length that is none": {"Upload-Length": "-1"},
    "no byte": {"Upload-Length": "0"},
    "a length in other figures": {"Upload-Length": "٤"},
    "a length beyond any": {"Upload-Length": "9" * 20},
    "metadata in no code": {"Upload-Metadata": "filename ***"},
    "metadata in other signs": {"Upload-Metadata": "filename /w=="},
    "a name with a sign that nothing keeps": {"Upload-Metadata": "filename AGE="},
    "a mark with a sign that nothing keeps": {"Upload-Metadata": "mark YQBi"},
    "metadata without end": {"Upload-Metadata": "filename " + "YQ==" * 1_000},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_what_is_not_written_as_the_protocol_says_is_refused(mine, headers):
    assert announce(mine, 6, **headers).status_code == 400
    assert not Upload.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_its_first_byte(mine):
    answer = announce(mine, LARGEST_PHOTO + 1)

    assert answer.status_code == 413
    assert answer.text.startswith("Cette photo dépasse 20")


def test_a_pdf_that_is_too_large_is_refused_by_its_first_part(mine):
    where = announce(mine, LARGEST + 1).headers["Location"]

    answer = patch(mine, where, 0, b"%PDF-1.7 ...")

    assert answer.status_code == 413
    assert answer.text.startswith("Ce fichier dépasse 5")
    assert Upload.objects.get().offset == 0


def test_so_many_a_day_are_announced_and_no_more(mine, monkeypatch):
    few = limits.Limit("uploads-of-an-account", ((limits.DAY, 1),))
    monkeypatch.setattr(limits, "UPLOADS_OF_AN_ACCOUNT", few)
    assert announce(mine, 6).status_code == 201

    answer = announce(mine, 6)

    assert answer.status_code == 429
    assert answer.text.startswith("Vous avez commencé trop d'envois")
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "1"}, 409),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": ""}, 400),
        ({"kind": "text/plain"}, 415),
        ({"Tus-Resumable": "0.2.0"}, 412),
        ({"Upload-Checksum": "sha256 AAAA"}, 460),
        ({"Upload-Checksum": "crc32 AAAA"}, 400),
        ({"Upload-Checksum": "sha256 *"}, 400),
    ],
)
def test_a_part_that_is_wrong_is_refused_and_not_kept(mine, headers, status):
    where = announce(mine, 6).headers["Location"]

    answer = patch(mine, where, 0, b"0123", **headers)

    assert answer.status_code == status
    assert Upload.objects.get().offset == 0


def test_a_part_that_goes_beyond_is_refused(mine):
    where = announce(mine, 3).headers["Location"]

    assert patch(mine, where, 0, b"0123").status_code == 413
    assert patch(mine, where, 0, bytes(drawers.LARGEST_PART + 1)).status_code == 413


def test_a_part_of_one_byte_is_refused_unless_it_is_the_last(mine):
    where = announce(mine, 4).headers["Location"]

    assert patch(mine, where, 0, b"0").status_code == 400
    assert Upload.objects.get().offset == 0
    assert patch(mine, where, 0, b"012").status_code == 204
    assert patch(mine, where, 3, b"3").status_code == 204


def test_a_part_says_by_which_digest_it_is_known(mine):
    where = announce(mine, 4).headers["Location"]
    digest = base64.b64encode(hashlib.sha256(b"0123").digest()).decode()

    assert (
        patch(mine, where, 0, b"0123", **{"Upload-Checksum": f"sha256 {digest}"}).status_code == 204
    )


# --- Given ------------------------------------------------------------------------------------


def test_files_that_have_come_are_given_in_their_order(mine, registration):
    names = [sent(mine, a_photo(colour), f"{colour}.jpg") for colour in ("white", "black")]

    assert give(mine, registration, *names).status_code == 302

    given = piece(registration).deposit
    assert (given.name, given.pages) == ("white.jpg et 1 autre", 2)
    assert files.get(given.key).startswith(b"%PDF-")
    assert set(Upload.objects.values_list("used_at", flat=True)) == {NOW}


def test_pressed_again_the_button_gives_one_file(mine, registration):
    name = sent(mine, a_photo())

    first = give(mine, registration, name, press="une")
    again = give(mine, registration, name, press="une")

    assert (first.status_code, again.status_code) == (302, 302)
    assert Deposit.objects.count() == 1


def test_a_file_of_which_a_part_is_missing_is_not_given(mine, registration):
    whole = a_photo()
    where = announce(mine, len(whole)).headers["Location"]
    patch(mine, where, 0, whole[:-1])

    answer = give(mine, registration, where.rpartition("/")[2])

    assert answer.status_code == 422
    assert refused(answer) == [
        (
            "L'envoi de votre fichier n'est pas terminé, ou date de plus d'un jour : choisissez de "
            "nouveau votre fichier."
        )
    ]
    assert not Deposit.objects.exists()
    assert "s'est arrêté en chemin" in main(answer)


@pytest.mark.parametrize("name", [str(UUID(int=7)), "n'importe quoi"])
def test_what_was_never_sent_is_not_given(mine, registration, name):
    assert give(mine, registration, name).status_code == 422
    assert not Deposit.objects.exists()


def test_another_candidates_file_is_not_given(mine, registration, sign_in):
    name = sent(sign_in(a_candidate()), a_photo())

    assert give(mine, registration, name).status_code == 422
    assert not Deposit.objects.exists()


def test_more_files_than_one_document_holds_are_refused(mine, registration):
    names = [str(UUID(int=number)) for number in range(11)]

    assert refused(give(mine, registration, *names)) == [
        "Choisissez 10 fichiers au plus à la fois."
    ]


def test_why_one_of_several_is_not_taken_says_which(mine, registration):
    names = [sent(mine, a_photo(), "une.jpg"), sent(mine, b"GIF89a", "deux.gif")]

    [said] = refused(give(mine, registration, *names))

    assert said.startswith("deux.gif : Ce fichier n'est ni un PDF")
    assert not Deposit.objects.exists()
