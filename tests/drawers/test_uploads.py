"""A file comes part by part: counted with what is kept, bounded, forgotten when left (G2)."""

import hashlib
from datetime import timedelta

import pytest

from sporades.acts import tasks
from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload, UploadPart
from sporades.intake.cleaning import (
    HEAD,
    LARGEST,
    LARGEST_PHOTO,
    PDF,
    Heic,
    TooLarge,
    TooLargePhoto,
)
from tests.factories import NOW, a_candidate

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def owner(territory, db):
    return a_candidate().user


@pytest.fixture(autouse=True)
def _parts_of_some_bytes(monkeypatch):
    monkeypatch.setattr(drawers, "SMALLEST_PART", 2)


def begun(owner, length=10, *, mark="", name="carte.jpg", at=NOW):
    return drawers.begin(owner=owner, name=name, mark=mark, length=length, at=at)


def take(upload, start, content, checksum=None, *, at=NOW):
    return drawers.take(upload=upload, start=start, content=content, checksum=checksum, at=at)


def test_parts_that_follow_one_another_make_the_file(owner):
    upload = begun(owner)

    assert take(upload, 0, b"0123") == 4
    assert take(upload, 4, b"456789") == 10

    upload.refresh_from_db()
    assert upload.is_whole
    assert drawers.content_of(upload) == b"0123456789"


@pytest.mark.parametrize("start", [0, 3, 5])
def test_a_part_that_does_not_follow_is_not_kept(owner, start):
    upload = begun(owner)
    take(upload, 0, b"0123")

    with pytest.raises(drawers.Elsewhere):
        take(upload, start, b"45")

    upload.refresh_from_db()
    assert (upload.offset, upload.parts.count()) == (4, 1)


def test_nothing_is_kept_beyond_the_length_that_was_announced(owner):
    upload = begun(owner)

    with pytest.raises(drawers.Overlong):
        take(upload, 0, b"0123456789+")

    assert not UploadPart.objects.exists()


def test_a_part_larger_than_any_may_be_is_not_kept(owner):
    with pytest.raises(drawers.Overlong):
        take(begun(owner, LARGEST), 0, bytes(drawers.LARGEST_PART + 1))

    assert not UploadPart.objects.exists()


@pytest.mark.parametrize("start", [0, 4])
def test_a_part_smaller_than_any_but_the_last_may_be_is_not_kept(owner, start):
    upload = begun(owner)
    take(upload, 0, b"0123"[:start])

    with pytest.raises(drawers.Undersized):
        take(upload, start, b"4")

    upload.refresh_from_db()
    assert (upload.offset, upload.parts.count()) == (start, start // 4)


def test_the_last_part_has_what_is_left(owner):
    upload = begun(owner)
    take(upload, 0, b"012345678")

    assert take(upload, 9, b"9") == 10


def test_a_file_is_never_more_rows_than_its_least_parts(monkeypatch):
    monkeypatch.undo()

    assert LARGEST_PHOTO // drawers.SMALLEST_PART < 310


@pytest.mark.parametrize("algorithm", drawers.CHECKSUMS)
def test_a_part_is_the_one_that_was_announced(owner, algorithm):
    upload = begun(owner)
    digest = hashlib.new(algorithm, b"0123").digest()

    with pytest.raises(drawers.Corrupt):
        take(upload, 0, b"0124", (algorithm, digest))
    assert take(upload, 0, b"0123", (algorithm, digest)) == 4


def test_the_same_file_announced_again_goes_on(owner):
    first = begun(owner, mark="10-1-carte.jpg")
    take(first, 0, b"0123")

    again = begun(owner, mark="10-1-carte.jpg")

    assert (again, again.offset) == (first, 4)
    assert begun(owner, 11, mark="10-1-carte.jpg") != first
    assert begun(a_candidate().user, mark="10-1-carte.jpg") != first
    assert begun(owner) != begun(owner)


def test_a_file_that_was_given_is_announced_as_another(owner):
    first = begun(owner, 4, mark="une")
    take(first, 0, b"0123")
    drawers.note_used([first.pk], at=NOW)

    assert begun(owner, 4, mark="une") != first


@pytest.mark.parametrize(("length", "why"), [(0, ValueError), (LARGEST_PHOTO + 1, TooLargePhoto)])
def test_a_length_that_no_file_may_have_is_refused(owner, length, why):
    with pytest.raises(why):
        begun(owner, length)

    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("first", "why"), [(PDF, TooLarge), (b"\0\0\0\x24ftypheic", Heic)], ids=["pdf", "heic"]
)
def test_what_is_too_heavy_for_what_it_is_is_refused_by_its_first_part(owner, first, why):
    upload = begun(owner, LARGEST + 1)

    with pytest.raises(why):
        take(upload, 0, first.ljust(HEAD))

    assert not UploadPart.objects.exists()


def test_a_photo_goes_on_beyond_what_a_pdf_may_be(owner):
    assert take(begun(owner, LARGEST + 1), 0, b"\xff\xd8\xff".ljust(HEAD)) == HEAD


def test_those_that_were_left_first_make_room(owner):
    other = begun(a_candidate().user)
    first, *others = [
        begun(owner, at=NOW + timedelta(seconds=n)) for n in range(drawers.MOST_UPLOADS)
    ]

    last = begun(owner, at=NOW + HOUR)

    assert set(Upload.objects.all()) == {other, *others, last}
    assert first not in Upload.objects.all()


def test_so_do_those_that_weigh_too_much_together(owner):
    heavy = [begun(owner, LARGEST, at=NOW + timedelta(seconds=n)) for n in range(10)]

    last = begun(owner, 1, at=NOW + HOUR)

    assert set(Upload.objects.all()) == {*heavy[1:], last}


def test_what_is_left_a_day_or_was_given_an_hour_ago_is_forgotten(owner):
    left, given, going_on = begun(owner), begun(owner, 1), begun(owner)
    take(given, 0, b"0")
    drawers.note_used([given.pk], at=NOW)
    take(going_on, 0, b"01", at=NOW + HOUR)

    assert drawers.forget_uploads(at=NOW + HOUR) == 0
    assert drawers.forget_uploads(at=NOW + HOUR + timedelta(seconds=1)) == 1
    assert set(Upload.objects.all()) == {left, going_on}
    assert drawers.forget_uploads(at=NOW + DAY + timedelta(seconds=1)) == 1
    assert set(Upload.objects.all()) == {going_on}


def test_the_sweep_of_every_ten_minutes_forgets_them(owner):
    begun(owner, at=NOW - timedelta(days=400))

    tasks.sweep_evidence(0)

    assert not Upload.objects.exists()
